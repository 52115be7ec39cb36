//! The sealed bytes as both ends of the wire know them: written once on the device, read by the server.
//!
//! Compact JSON with the fields in this order. `doorstep` is the version of the layout; a new one gets a struct of its own.
//! The second layout adds the files that belong to the answers, and the instance as ODK's servers take it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::attachment::{Attachment, AttachmentV1};
use crate::draft::FormRef;
use crate::moment::Moment;

/// A submission's bytes, read.
#[derive(Clone, PartialEq, Debug)]
pub struct Sealed {
    /// The submission's id.
    pub id: Uuid,
    /// The form it answers.
    pub form: FormRef,
    /// The submission that this one corrects.
    pub supersedes: Option<Uuid>,
    /// When the draft was begun, by the device's clock.
    pub created_at: Moment,
    /// When it was finished, by the device's clock.
    pub finished_at: Moment,
    /// The language it was answered in.
    pub language: String,
    /// The form's `instance_name` for it.
    pub instance_name: String,
    /// `Session::data(Extent::Relevant)`: an object whose one key is the form's id.
    pub data: Json,
    /// The files that its answers name, by name.
    pub attachments: Vec<Attachment>,
    /// `Session::instance_xml(Extent::Relevant)`; the first layout had none.
    pub xml: Option<String>,
}

/// How many files a submission may name.
pub const MOST_ATTACHMENTS: usize = 200;

/// Why bytes are no submission. Holds no answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotSealed {
    /// Not JSON, or nested too deeply; line and column of the first mistake.
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON, but a field is missing, unknown or of another type; line and column after which it shows.
    Fields {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A layout that this build does not know.
    Layout(u32),
    /// A field's text is not what it has to be: its name.
    Field(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedV1 {
    doorstep: u32,
    id: Uuid,
    form: Json,
    supersedes: Option<Uuid>,
    created_at: String,
    finished_at: String,
    language: String,
    instance_name: String,
    data: Json,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedV2 {
    doorstep: u32,
    id: Uuid,
    form: Json,
    supersedes: Option<Uuid>,
    created_at: String,
    finished_at: String,
    language: String,
    instance_name: String,
    attachments: Vec<AttachmentV1>,
    data: Json,
    xml: Option<String>,
}

impl From<SealedV1> for SealedV2 {
    fn from(v1: SealedV1) -> SealedV2 {
        SealedV2 {
            doorstep: v1.doorstep,
            id: v1.id,
            form: v1.form,
            supersedes: v1.supersedes,
            created_at: v1.created_at,
            finished_at: v1.finished_at,
            language: v1.language,
            instance_name: v1.instance_name,
            attachments: Vec::new(),
            data: v1.data,
            xml: None,
        }
    }
}

/// The layout that bytes say they have, read before the fields are.
#[derive(Deserialize)]
struct Layout {
    doorstep: u32,
}

impl Sealed {
    /// The bytes, as text, in the newest layout: for the device that seals, and for the server that takes in what another program finished.
    pub fn write(self) -> String {
        let v2 = SealedV2 {
            doorstep: 2,
            id: self.id,
            form: json!({"id": self.form.id, "version": self.form.version, "hash": self.form.hash}),
            supersedes: self.supersedes,
            created_at: self.created_at.to_rfc3339(),
            finished_at: self.finished_at.to_rfc3339(),
            language: self.language,
            instance_name: self.instance_name,
            attachments: self.attachments.into_iter().map(AttachmentV1::from).collect(),
            data: self.data,
            xml: self.xml,
        };
        serde_json::to_string(&v2).expect("a submission holds nothing that JSON can't")
    }

    /// Reads the bytes. Whether the data fits the form is the engine's to say.
    ///
    /// # Errors
    /// [`NotSealed`], with the place and never the content.
    pub fn read(bytes: &[u8]) -> Result<Sealed, NotSealed> {
        // A derived reader takes an array for a struct as well, which nobody else's reader would.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(NotSealed::Fields { line: 1, column: 1 });
        }
        let v2 = match read_json::<Layout>(bytes)?.doorstep {
            1 => SealedV2::from(read_json::<SealedV1>(bytes)?),
            2 => read_json(bytes)?,
            layout => return Err(NotSealed::Layout(layout)),
        };
        let form = form_ref(&v2.form).ok_or(NotSealed::Field("form"))?;
        let attachments = attachments(v2.attachments).ok_or(NotSealed::Field("attachments"))?;
        if !v2.data.as_object().is_some_and(|data| data.len() == 1 && data.contains_key(&form.id)) {
            return Err(NotSealed::Field("data"));
        }
        Ok(Sealed {
            id: v2.id,
            form,
            supersedes: v2.supersedes,
            created_at: Moment::from_rfc3339(&v2.created_at).ok_or(NotSealed::Field("created_at"))?,
            finished_at: Moment::from_rfc3339(&v2.finished_at).ok_or(NotSealed::Field("finished_at"))?,
            language: v2.language,
            instance_name: v2.instance_name,
            data: v2.data,
            attachments,
            xml: v2.xml,
        })
    }
}

/// Reads one layout's struct; an error has the place and never the content.
pub(crate) fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, NotSealed> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => NotSealed::Fields { line, column },
            serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof
            | serde_json::error::Category::Io => NotSealed::NotJson { line, column },
        }
    })
}

/// No two of a name, and not too many.
fn attachments(said: Vec<AttachmentV1>) -> Option<Vec<Attachment>> {
    if said.len() > MOST_ATTACHMENTS {
        return None;
    }
    let files: Vec<Attachment> = said.into_iter().map(AttachmentV1::read).collect::<Option<_>>()?;
    let mut names = HashSet::new();
    let single = files.iter().all(|file| names.insert(file.name.as_str()));
    single.then_some(files)
}

fn form_ref(json: &Json) -> Option<FormRef> {
    let fields = json.as_object().filter(|fields| fields.len() == 3)?;
    let text = |name| fields.get(name)?.as_str().map(str::to_owned);
    Some(FormRef { id: text("id")?, version: text("version")?, hash: text("hash")? })
}

impl std::fmt::Display for NotSealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotSealed::NotJson { line, column } => write!(f, "not JSON at {line}:{column}"),
            NotSealed::Fields { line, column } => {
                write!(f, "a field is missing, unknown or of another type, seen at {line}:{column}")
            }
            NotSealed::Layout(layout) => write!(f, "the layout {layout} is not known here"),
            NotSealed::Field(name) => write!(f, "`{name}` is not what it has to be"),
        }
    }
}

impl std::error::Error for NotSealed {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    #[test]
    fn what_is_written_is_read() {
        let sealed = Sealed::read(sample().body().as_bytes()).unwrap();
        assert_eq!(sealed.id, sample().id());
        assert_eq!(&sealed.form, sample().form());
        assert_eq!(sealed.finished_at, sample().finished_at());
        assert_eq!(sealed.clone().write(), **sample().body());
    }

    #[test]
    fn what_is_no_submission_is_refused_without_quoting_it() {
        let body = sample().body().to_string();
        let cases = [
            ("", "not JSON at 1:0"),
            ("[1]", "a field is missing, unknown or of another type, seen at 1:1"),
            (&body[..body.len() - 1], "not JSON at 1:457"),
            (&body.replace("\"doorstep\":2", "\"doorstep\":3"), "the layout 3 is not known here"),
            (&body.replace("+08:00\",\"finished", "\",\"finished"), "`created_at` is not what it has to be"),
            (&body.replace("\"version\":", "\"edition\":"), "`form` is not what it has to be"),
            (&body.replace("\"household-needs\":{", "\"other\":{"), "`data` is not what it has to be"),
            (
                &body.replace("\"data\":", "\"more\":1,\"data\":"),
                "a field is missing, unknown or of another type, seen at 1:359",
            ),
        ];
        for (bytes, reason) in cases {
            assert_eq!(Sealed::read(bytes.as_bytes()).unwrap_err().to_string(), reason);
        }
    }

    #[test]
    fn the_first_layout_is_read_for_ever() {
        let body = sample().body().to_string();
        let old = body
            .replace("\"doorstep\":2", "\"doorstep\":1")
            .replace("\"attachments\":[],", "")
            .replace(r#","xml":"<data id=\"household-needs\"/>""#, "");
        let sealed = Sealed::read(old.as_bytes()).unwrap();
        assert_eq!((sealed.xml, sealed.attachments), (None, Vec::new()));
        // Each layout has its own fields and no others.
        let mixed = body.replace("\"doorstep\":2", "\"doorstep\":1");
        assert!(matches!(Sealed::read(mixed.as_bytes()), Err(NotSealed::Fields { .. })));
    }

    #[test]
    fn files_are_named_once_and_safely() {
        let (submission, _) = crate::submission::tests::with_photo();
        let sealed = Sealed::read(submission.body().as_bytes()).unwrap();
        assert_eq!(sealed.attachments, submission.attachments());
        let file = r#"{"name":"户口本-1.jpg","sha256":""#;
        let body = submission.body().to_string();
        let bad = [
            body.replace("户口本-1.jpg", "../户口本-1.jpg"),
            body.replace("image/jpeg", "image/jpeg\\r\\nx: y"),
            body.replace(&sealed.attachments[0].hash, "AB"),
            body.replace(
                file,
                &format!("{}{file}", &body[body.find(file).unwrap()..body.find("],\"data").unwrap()])
                    .replace("}{", "},{"),
            ),
        ];
        for body in bad {
            assert_eq!(Sealed::read(body.as_bytes()), Err(NotSealed::Field("attachments")), "{body}");
        }
    }

    #[test]
    fn deep_nesting_is_not_followed() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let body = sample().body().replace("\"张三\"", &deep);
        assert!(matches!(
            Sealed::read(body.as_bytes()),
            Err(NotSealed::NotJson { .. } | NotSealed::Fields { .. })
        ));
        assert!(matches!(
            Sealed::read(deep.as_bytes()),
            Err(NotSealed::NotJson { .. } | NotSealed::Fields { .. })
        ));
    }
}
