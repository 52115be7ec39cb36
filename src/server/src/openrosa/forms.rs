//! Forms as ODK's programs take them: the list, each version as an XForm, and the files that an XForm names.
//!
//! Kept here: an XForm is made of the definition alone, so that every process serves the same bytes under the same hash; a
//! file is found by the name that the XForm gives it, and no name is a path.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use doorstep_engine::export::to_xform;
use doorstep_engine::{Bundle, MediaFile, Source, is_entity_name};
use md5::{Digest, Md5};

use super::answer::{Refused, escape, escape_url, spoken, xml};
use super::asker::Asker;
use super::lists::{csv, list_of, note};
use crate::Shared;
use crate::answer::Refusal;
use crate::files::Asset;
use crate::forms::Served;
use crate::off_thread::off_thread;

/// A version of a form as an XForm.
#[derive(Debug)]
pub(crate) struct XForm {
    file: Asset,
    md5: String,
    media: Vec<Media>,
}

/// A file that an XForm names.
#[derive(Debug)]
struct Media {
    name: String,
    file: Asset,
    md5: String,
}

/// The XForms that were asked for since the start, by the hash of their definition; none of a form that can't be one.
#[derive(Debug, Default)]
pub(crate) struct XForms {
    ready: Mutex<BTreeMap<String, Option<Arc<XForm>>>>,
}

impl XForms {
    async fn of(&self, served: &Arc<Served>) -> Result<Option<Arc<XForm>>, Refusal> {
        let hash = served.form.hash();
        let known = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let from = served.clone();
        let made = off_thread(move || Ok(make(&from).map(Arc::new))).await?;
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.insert(hash.to_owned(), made.clone());
        Ok(made)
    }
}

/// A list that nothing is in.
const NO_ROWS: &str = "name,label\n";

/// `None`, with the reason in the log, if ODK's programs could not use it here.
fn make(served: &Served) -> Option<XForm> {
    let form = &served.form;
    let unfit = |why: &str| tracing::warn!(target: "doorstep", form = form.id(), why, "no XForm");
    let text = std::str::from_utf8(&served.bundle.plain).ok()?;
    let bundle = Bundle::from_json(text).ok()?;
    let Some(exported) = to_xform(&bundle).exported else {
        unfit("it can't be written as one");
        return None;
    };
    if !exported.losses.is_empty() {
        let losses = exported.losses.len();
        tracing::info!(target: "doorstep", form = form.id(), version = form.version(), losses, "XForm");
    }
    let named = Bundle::files_named(&Source::new("form.xml", exported.written.as_str()));
    let media = named.into_iter().filter_map(|name| {
        let last = |file: &&Source| file.name.rsplit('/').next() == Some(&*name);
        let file = bundle.files.iter().find(last);
        // A list of entities may stand beside no form: it is what was found so far.
        let list = name.strip_suffix(".csv").filter(|list| is_entity_name(list)).map(|_| NO_ROWS);
        let text = file.map(|file| &*file.text).or(list)?;
        let kind =
            if name.ends_with(".csv") { "text/csv; charset=utf-8" } else { "application/octet-stream" };
        let bytes = text.as_bytes().to_vec();
        Some(Media { md5: md5(&bytes), file: Asset::new(bytes.into(), None, kind, false), name })
    });
    let media = media.collect();
    let bytes = exported.written.into_bytes();
    let md5 = md5(&bytes);
    Some(XForm { file: Asset::new(bytes.into(), None, "text/xml; charset=utf-8", false), md5, media })
}

fn md5(bytes: &[u8]) -> String {
    format!("md5:{:x}", Md5::digest(bytes))
}

/// `GET …/formList` (*Form Discovery*, §Form list): the current forms.
pub(super) async fn list(State(shared): State<Arc<Shared>>, asker: Asker) -> Result<Response, Refused> {
    let mut said = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">",
    );
    let current = shared.forms.now().await.map_err(Refusal::from)?;
    for hash in current.seen_by(&asker.viewer) {
        let Some((served, xform)) = find(&shared, hash).await? else { continue };
        let form = &served.form;
        let title = form.languages().first().map(|language| form.title(language)).unwrap_or_default();
        let at = format!("{}/forms/{hash}", asker.base);
        let _ = write!(
            said,
            "<xform><formID>{}</formID><name>{}</name><version>{}</version><hash>{}</hash><downloadUrl>{}/form.xml</downloadUrl>",
            escape(form.id()),
            escape(if title.is_empty() { form.id() } else { &title }),
            escape(form.version()),
            xform.md5,
            escape(&at),
        );
        if !xform.media.is_empty() || !form.all_media().is_empty() {
            let _ = write!(said, "<manifestUrl>{}/manifest</manifestUrl>", escape(&at));
        }
        said.push_str("</xform>");
    }
    said.push_str("</xforms>\n");
    Ok(xml(StatusCode::OK, said))
}

/// `GET …/forms/HASH/form.xml`: a version that was ever served here.
pub(super) async fn form(
    State(shared): State<Arc<Shared>>,
    _: Asker,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
    asked: HeaderMap,
) -> Result<Response, Refused> {
    let (_, xform, _) = at(&shared, path).await?;
    Ok(spoken(xform.file.answer(&asked)))
}

/// `GET …/forms/HASH/manifest` (*Form Discovery*, §Manifest): the files that it needs.
pub(super) async fn manifest(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
) -> Result<Response, Refused> {
    let (served, xform, _) = at(&shared, path).await?;
    let mut said = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">",
    );
    let mut files: Vec<(&str, &str, String)> = Vec::new();
    for media in &xform.media {
        let (kind, md5) = match list_of(&shared, &asker, &media.name).await? {
            Some(list) => (" type=\"entityList\"", md5(&csv(&shared, &asker, &list).await?)),
            None => ("", media.md5.clone()),
        };
        files.push((kind, &media.name, md5));
    }
    for file in pictures_and_sounds(&served, &xform) {
        // What is not here is not promised.
        if let Some(known) = shared.store.form_media(&file.sha256).await.map_err(Refusal::from)? {
            files.push(("", &file.name, format!("md5:{}", known.md5)));
        }
    }
    for (kind, name, md5) in files {
        let url = format!("{}/forms/{}/media/{}", asker.base, served.form.hash(), escape_url(name));
        let _ = write!(
            said,
            "<mediaFile{kind}><filename>{}</filename><hash>{md5}</hash><downloadUrl>{}</downloadUrl></mediaFile>",
            escape(name),
            escape(&url),
        );
    }
    said.push_str("</manifest>\n");
    Ok(xml(StatusCode::OK, said))
}

/// `GET …/forms/HASH/media/NAME`.
pub(super) async fn media(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
    asked: HeaderMap,
) -> Result<Response, Refused> {
    let (served, xform, path) = at(&shared, path).await?;
    let name = path.get("name").map_or("", String::as_str);
    let unknown =
        || Refusal::new(StatusCode::NOT_FOUND, "media_unknown", "the form has no file of this name");
    if let Some(file) = pictures_and_sounds(&served, &xform).find(|file| *file.name == *name) {
        let found = crate::design::media::file(&shared, &file.sha256, &asked).await?;
        return Ok(spoken(found.ok_or_else(unknown)?));
    }
    let media = xform.media.iter().find(|media| media.name == name).ok_or_else(unknown)?;
    if let Some(list) = list_of(&shared, &asker, name).await? {
        note(&shared, &asker, &list).await?;
        let bytes = csv(&shared, &asker, &list).await?;
        let file = Asset::new(bytes.into(), None, "text/csv; charset=utf-8", false);
        return Ok(spoken(file.answer(&asked)));
    }
    Ok(spoken(media.file.answer(&asked)))
}

/// The files of a form that are no text. A drawing that an XForm names is one of its texts.
fn pictures_and_sounds<'a>(served: &'a Served, xform: &'a XForm) -> impl Iterator<Item = &'a MediaFile> {
    served.form.all_media().iter().filter(|file| xform.media.iter().all(|media| *media.name != *file.name))
}

type Found = (Arc<Served>, Arc<XForm>);

async fn find(shared: &Shared, hash: &str) -> Result<Option<Found>, Refusal> {
    let served = shared.forms.get(hash).await.map_err(|error| Refusal::fault(&error))?;
    let Some(served) = served else { return Ok(None) };
    let xform = shared.xforms.of(&served).await?;
    Ok(xform.map(|xform| (served, xform)))
}

/// The form in an address.
async fn at(
    shared: &Shared,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
) -> Result<(Arc<Served>, Arc<XForm>, BTreeMap<String, String>), Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "form_unknown", "no form has this hash");
    let Path(path) = path.map_err(|_| unknown())?;
    let hash = path.get("hash").map_or("", String::as_str);
    let (served, xform) = find(shared, hash).await?.ok_or_else(unknown)?;
    Ok((served, xform, path))
}
