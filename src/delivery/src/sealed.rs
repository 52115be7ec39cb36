//! The sealed bytes as both ends of the wire know them: written once on the device, read by the server.
//!
//! Compact JSON with the fields in this order. `doorstep` is the version of the layout; a new one gets a struct of its own.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

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
}

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

impl Sealed {
    /// The bytes, as text.
    pub(crate) fn write(self) -> String {
        let v1 = SealedV1 {
            doorstep: 1,
            id: self.id,
            form: json!({"id": self.form.id, "version": self.form.version, "hash": self.form.hash}),
            supersedes: self.supersedes,
            created_at: self.created_at.to_rfc3339(),
            finished_at: self.finished_at.to_rfc3339(),
            language: self.language,
            instance_name: self.instance_name,
            data: self.data,
        };
        serde_json::to_string(&v1).expect("a submission holds nothing that JSON can't")
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
        let v1: SealedV1 = serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            match error.classify() {
                serde_json::error::Category::Data => NotSealed::Fields { line, column },
                serde_json::error::Category::Syntax
                | serde_json::error::Category::Eof
                | serde_json::error::Category::Io => NotSealed::NotJson { line, column },
            }
        })?;
        if v1.doorstep != 1 {
            return Err(NotSealed::Layout(v1.doorstep));
        }
        let form = form_ref(&v1.form).ok_or(NotSealed::Field("form"))?;
        if !v1.data.as_object().is_some_and(|data| data.len() == 1 && data.contains_key(&form.id)) {
            return Err(NotSealed::Field("data"));
        }
        Ok(Sealed {
            id: v1.id,
            form,
            supersedes: v1.supersedes,
            created_at: Moment::from_rfc3339(&v1.created_at).ok_or(NotSealed::Field("created_at"))?,
            finished_at: Moment::from_rfc3339(&v1.finished_at).ok_or(NotSealed::Field("finished_at"))?,
            language: v1.language,
            instance_name: v1.instance_name,
            data: v1.data,
        })
    }
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
            (&body[..body.len() - 1], "not JSON at 1:401"),
            (&body.replace("\"doorstep\":1", "\"doorstep\":2"), "the layout 2 is not known here"),
            (&body.replace("+08:00\",\"finished", "\",\"finished"), "`created_at` is not what it has to be"),
            (&body.replace("\"version\":", "\"edition\":"), "`form` is not what it has to be"),
            (&body.replace("\"household-needs\":{", "\"other\":{"), "`data` is not what it has to be"),
            (
                &body.replace("\"data\":", "\"more\":1,\"data\":"),
                "a field is missing, unknown or of another type, seen at 1:342",
            ),
        ];
        for (bytes, reason) in cases {
            assert_eq!(Sealed::read(bytes.as_bytes()).unwrap_err().to_string(), reason);
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
