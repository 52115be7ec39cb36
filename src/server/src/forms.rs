//! The forms that are handed out, and every version that ever was: a phone may come back with an old one.
//!
//! Kept here: a broken form is never served; its mistakes are given back as data. The folder is read at the start; what designers publish comes into force
//! while the server runs (`current.rs`).

mod current;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use doorstep_delivery::Residents;
use doorstep_engine::source::WithBytes;
use doorstep_engine::{Bundle, Diagnostic, Form, MediaError, Severity, Source};
use serde::Deserialize;

use crate::answer::Refusal;
use crate::attachments::Attachments;
use crate::design::media;
use crate::files::{Asset, Files};
use crate::listen::now_ms;
use crate::store::{FolderForm, RESIDENT, STRANGER, Store, StoreError};
use crate::who::rights::{Area, Deed, Reach, Role, reach};

pub(crate) use current::titles;

/// The definition's file in a form's folder.
const DEFINITION: &str = "form.json";
/// The file beside it that says whom it is for.
const AUDIENCE: &str = "audience.json";
/// The folder beside it that ODK's tools keep a form's files in.
const MEDIA: &str = "/form-media";
/// The folder of the form that shows every control there is: for trying out, offered to nobody and kept nowhere.
const GALLERY: &str = "gallery";
/// What forms are called in the feed.
pub(crate) const KIND: &str = "form";
/// Brotli's quality for bundles: each is compressed once a start.
const QUALITY: u32 = 9;

/// A form that has mistakes.
#[derive(Debug)]
pub struct BrokenForm {
    /// Its folder's name.
    pub folder: String,
    /// What was read.
    pub bundle: Bundle,
    /// What is wrong with it, warnings included.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why forms can't be served.
#[derive(Debug)]
pub enum FormsError {
    /// The folder, or a file in it, can't be read.
    Unread(std::io::Error),
    /// A definition or list is not UTF-8: its name.
    NotText(String),
    /// Whom a form is for is not as it should be: its folder, and what is wrong.
    Audience(String, String),
    /// Forms with mistakes, all of them.
    Broken(Vec<BrokenForm>),
    /// A picture, sound or film of a form can't be one: its folder, and why.
    Media(String, MediaError),
    /// Two folders hold the same form.
    SameId {
        /// The form's id.
        id: String,
        /// The second folder.
        folder: String,
    },
}

impl std::fmt::Display for FormsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FormsError::Unread(error) => write!(f, "the forms can't be read: {error}"),
            FormsError::NotText(name) => write!(f, "{name} is not UTF-8 text"),
            FormsError::Audience(folder, what) => write!(f, "{folder}/{AUDIENCE}: {what}"),
            FormsError::Media(folder, error) => write!(f, "{folder}: {error}"),
            FormsError::SameId { id, folder } => {
                write!(f, "{folder}: another folder holds the form {id} too")
            }
            FormsError::Broken(forms) => {
                let lines: Vec<String> = forms.iter().flat_map(BrokenForm::lines).collect();
                write!(f, "{}", lines.join("\n"))
            }
        }
    }
}

impl std::error::Error for FormsError {}

impl BrokenForm {
    /// One line for each mistake, for where there is no better place to show them.
    fn lines(&self) -> impl Iterator<Item = String> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).map(
            |diagnostic| {
                let at = self.bundle.position(diagnostic.span);
                format!(
                    "{}/{}:{}:{}: error[{}]: {}",
                    self.folder, at.file, at.line, at.column, diagnostic.code, diagnostic.message
                )
            },
        )
    }
}

/// A form with what it was read from.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) form: Arc<Form>,
    bundle: String,
    audience: Audience,
    is_gallery: bool,
    /// What its bundle lists.
    media: Vec<WithBytes>,
}

/// Whom a form is for: `{"areas": ["371002"], "roles": ["worker", "resident"]}`. None named is all; a form without the file is everybody's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Audience {
    areas: Vec<String>,
    roles: Vec<String>,
}

impl Audience {
    fn read(files: &BTreeMap<String, Bytes>, folder: &str) -> Result<Audience, FormsError> {
        let Some(bytes) = files.get(&format!("{folder}/{AUDIENCE}")) else { return Ok(Audience::default()) };
        let wrong = |what: String| FormsError::Audience(folder.to_owned(), what);
        let audience: Audience = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if let Some(area) = audience.areas.iter().find(|code| Area::parse(code).is_none()) {
            return Err(wrong(format!("`{area}` is no code of an area")));
        }
        match audience.roles.iter().find(|name| Role::parse(name).is_none() && **name != RESIDENT) {
            Some(role) => Err(wrong(format!("`{role}` is no role"))),
            None => Ok(audience),
        }
    }

    /// Whether residents fill it in at kiosks, as the office says or else the form.
    fn residents(&self, form: &Form) -> Residents {
        let named: Vec<&str> = match self.roles.is_empty() {
            true => form.for_roles().iter().map(|role| &**role).collect(),
            false => self.roles.iter().map(String::as_str).collect(),
        };
        let sends = |name: &&str| Role::parse(name).is_some_and(|role| reach(role, Deed::Send) != Reach::No);
        match (named.contains(&RESIDENT), named.iter().any(sends)) {
            (false, _) => Residents::No,
            (true, true) => Residents::Also,
            (true, false) => Residents::Alone,
        }
    }

    /// Each area with each role that it names. Where the office names no roles, those count that the form itself is for (its setting `for_roles`): of
    /// those who fill in forms they alone are offered it; strangers, of whom nobody knows what they are, and whoever sends nothing see it all the same.
    fn pairs(&self, form: &Form) -> Vec<(String, String)> {
        let or_all = |named: &[String]| if named.is_empty() { vec![String::new()] } else { named.to_vec() };
        let mut roles = self.roles.clone();
        if roles.is_empty() && !form.for_roles().is_empty() {
            let sends_nothing = Role::ALL.into_iter().filter(|role| reach(*role, Deed::Send) == Reach::No);
            roles.extend(form.for_roles().iter().map(|role| role.to_string()));
            roles.extend(sends_nothing.map(|role| role.name().to_owned()));
            roles.push(STRANGER.to_owned());
        }
        let roles = or_all(&roles);
        let areas = or_all(&self.areas).into_iter();
        areas.flat_map(|area| roles.iter().map(move |role| (area.clone(), role.clone()))).collect()
    }
}

/// Reads and checks every `<folder>/form.json`.
pub(crate) fn read_all(files: &Files) -> Result<Vec<Checked>, FormsError> {
    let files = files.read().map_err(FormsError::Unread)?;
    let (mut forms, mut broken, mut ids) = (Vec::new(), Vec::new(), BTreeSet::new());
    for name in files.keys() {
        let Some((folder, DEFINITION)) = name.rsplit_once('/') else { continue };
        let bundle = read_bundle(&files, folder)?;
        let checked = Form::read(&bundle);
        let Some(form) = checked.form else {
            broken.push(BrokenForm { folder: folder.to_owned(), bundle, diagnostics: checked.diagnostics });
            continue;
        };
        if !ids.insert(form.id().to_owned()) {
            return Err(FormsError::SameId { id: form.id().to_owned(), folder: folder.to_owned() });
        }
        let audience = Audience::read(&files, folder)?;
        let (bundle, media) = with_media(&files, folder, &form, bundle)?;
        // Its hash is another one with them.
        let form = if media.is_empty() { form } else { Form::read(&bundle).form.unwrap_or(form) };
        let is_gallery = folder == GALLERY;
        forms.push(Checked { form, bundle: bundle.to_json(), audience, is_gallery, media });
    }
    if broken.is_empty() { Ok(forms) } else { Err(FormsError::Broken(broken)) }
}

/// A bundle with the pictures, sounds and films that lie in its form's folder, and their bytes.
fn with_media(
    files: &BTreeMap<String, Bytes>,
    folder: &str,
    form: &Form,
    bundle: Bundle,
) -> Result<(Bundle, Vec<WithBytes>), FormsError> {
    let inside = format!("{folder}/");
    let paths = files.keys().filter_map(|name| name.strip_prefix(&inside));
    let read = |path: &str| files.get(&format!("{folder}/{path}")).map(|bytes| bytes.to_vec());
    let gathered = bundle.gather_media(&form.media_named(), paths, read);
    gathered.map_err(|error| FormsError::Media(folder.to_owned(), error))
}

/// The definition in a folder, with those of the files it names that are there; the engine misses the others.
fn read_bundle(files: &BTreeMap<String, Bytes>, folder: &str) -> Result<Bundle, FormsError> {
    let text = |name: &str| -> Result<Option<String>, FormsError> {
        let Some(bytes) = files.get(name) else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|_| FormsError::NotText(name.to_owned()))?;
        Ok(Some(text.to_owned()))
    };
    let main = Source::new(DEFINITION, text(&format!("{folder}/{DEFINITION}"))?.unwrap_or_default());
    let mut failed = None;
    let bundle = Bundle::gather(main, |name| {
        let places = ["", "/media", MEDIA].map(|place| format!("{folder}{place}"));
        let mut found = places.iter().filter_map(|place| text(&resolve(place, name)?).transpose());
        found.next().transpose().unwrap_or_else(|error| {
            failed = Some(error);
            None
        })
    });
    failed.map_or(Ok(bundle), Err)
}

/// The name from the top of what a form in a folder calls `../lists/towns.csv`; `None` if it leads out of the forms.
pub(crate) fn resolve(folder: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Names of files that are entity lists.
pub(crate) type Living = Arc<[Arc<str>]>;

/// A version of a form as it is served.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) form: Arc<Form>,
    /// Its bundle's wire JSON.
    pub(crate) bundle: Asset,
}

impl Served {
    fn new(form: Arc<Form>, bundle: String) -> Served {
        let brotli = compress(bundle.as_bytes());
        Served { form, bundle: Asset::new(bundle.into(), Some(brotli), "application/json", true) }
    }
}

fn compress(plain: &[u8]) -> Bytes {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: QUALITY as i32, ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut compressed, &params).expect("memory can be written to");
    compressed.into()
}

/// The forms.
#[derive(Debug)]
pub(crate) struct Forms {
    store: Store,
    /// The folder's, in its order.
    folder: Vec<InFolder>,
    /// What was in force when it was last looked.
    current: RwLock<Arc<current::Current>>,
    /// Held by whoever looks what has come into force.
    looking: tokio::sync::Mutex<()>,
    /// What the page `/gallery` tries out, if the office has it.
    pub(crate) gallery: Option<Served>,
    /// Versions by hash that were asked for since the start, the current ones among them.
    ready: Mutex<BTreeMap<String, Arc<Served>>>,
}

/// A form in the folder.
#[derive(Debug)]
struct InFolder {
    id: String,
    hash: String,
    /// Holds for whatever version of the form is in force.
    audience: Audience,
}

/// Why a version of a form that is kept can't be had.
#[derive(Debug)]
pub(crate) enum FormError {
    Store(StoreError),
    /// This build can't read it any more.
    Unreadable,
    /// Reading it panicked.
    Panicked,
    /// A picture, sound or film of it can't be kept.
    Media(Refusal),
}

impl std::fmt::Display for FormError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FormError::Store(error) => write!(f, "{error}"),
            FormError::Unreadable => write!(f, "a kept form can't be read by this Doorstep"),
            FormError::Panicked => write!(f, "a kept form makes this Doorstep panic"),
            FormError::Media(refusal) => {
                write!(f, "a media file of a form can't be kept: {}", refusal.reason)
            }
        }
    }
}

impl From<FormError> for Refusal {
    fn from(error: FormError) -> Refusal {
        match error {
            FormError::Store(error) => error.into(),
            FormError::Media(refusal) => refusal,
            FormError::Unreadable | FormError::Panicked => Refusal::fault(&error),
        }
    }
}

impl Forms {
    /// Takes the folder's forms, and keeps them for good.
    ///
    /// # Errors
    /// The database fails, or the place where media lie.
    pub(crate) async fn serve(
        store: Store,
        attachments: &Attachments,
        read: Vec<Checked>,
    ) -> Result<Forms, FormError> {
        let (mut folder, mut kept, mut ready, mut gallery) = (Vec::new(), Vec::new(), BTreeMap::new(), None);
        for Checked { form, bundle, audience, is_gallery, media } in read {
            for (file, bytes) in media {
                let known = store.form_media(&file.sha256).await.map_err(FormError::Store)?;
                if known.is_none() {
                    media::keep(&store, attachments, bytes, None, None).await.map_err(FormError::Media)?;
                }
            }
            if is_gallery {
                gallery = Some(Served::new(form, bundle));
                continue;
            }
            let (id, hash) = (form.id().to_owned(), form.hash().to_owned());
            let version = form.version().to_owned();
            kept.push(FolderForm { id: id.clone(), version, hash: hash.clone(), bundle: bundle.clone() });
            folder.push(InFolder { id, hash: hash.clone(), audience });
            ready.insert(hash, Arc::new(Served::new(form, bundle)));
        }
        store.take_folder(&kept, now_ms()).await.map_err(FormError::Store)?;
        let (ready, current) =
            (Mutex::new(ready), RwLock::new(Arc::new(current::Current::before_the_start())));
        let forms = Forms { store, folder, current, looking: tokio::sync::Mutex::default(), gallery, ready };
        forms.now().await.map_err(FormError::Store)?;
        Ok(forms)
    }

    /// The version of that hash; `None` if it was never served.
    pub(crate) async fn get(&self, hash: &str) -> Result<Option<Arc<Served>>, FormError> {
        let known = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(text) = self.store.form(hash).await.map_err(FormError::Store)? else { return Ok(None) };
        let read = tokio::task::spawn_blocking(move || {
            let bundle = Bundle::from_json(&text).map_err(|_| FormError::Unreadable)?;
            let form = Form::read(&bundle).form.ok_or(FormError::Unreadable)?;
            Ok(Arc::new(Served::new(form, text)))
        });
        let served = read.await.map_err(|_| FormError::Panicked)??;
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.insert(hash.to_owned(), served.clone());
        Ok(Some(served))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_resolved_from_the_forms_folder_and_lead_nowhere_else() {
        assert_eq!(resolve("needs", "../lists/towns.csv").as_deref(), Some("lists/towns.csv"));
        assert_eq!(resolve("needs", "./own.csv").as_deref(), Some("needs/own.csv"));
        assert_eq!(resolve("needs", "../../secret.csv"), None);
        assert_eq!(resolve("needs", "/etc/passwd").as_deref(), Some("needs/etc/passwd"));
    }

    #[test]
    fn files_are_looked_for_beside_the_form_and_in_its_media_folder() {
        let form = r#"{"choices": {"a": {"csv": "a.csv"}, "b": {"csv": "b.csv"}, "c": {"csv": "c.csv"}}}"#;
        let files = [
            ("needs/form.json", form),
            ("needs/a.csv", "beside"),
            ("needs/form-media/a.csv", "not this one"),
            ("needs/form-media/b.csv", "in the folder"),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), Bytes::from(text))).into();
        let bundle = read_bundle(&files, "needs").unwrap();
        let found: Vec<(&str, &str)> = bundle.files.iter().map(|file| (&*file.name, &*file.text)).collect();
        assert_eq!(found, [("a.csv", "beside"), ("b.csv", "in the folder")]);
    }

    #[test]
    fn bundles_are_compressed() {
        let plain = "乡镇".repeat(1_000);
        assert!(compress(plain.as_bytes()).len() < 200);
    }
}
