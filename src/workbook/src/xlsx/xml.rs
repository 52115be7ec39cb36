//! A part as a stream of tags and text: no entities of its own, no nesting that costs stack.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::WorkbookError;

/// One step through a part. Empty elements start and end.
pub(crate) enum Step<'a> {
    Start(BytesStart<'a>),
    /// The local name.
    End(String),
    Text(Cow<'a, str>),
    Done,
}

/// A part as it is read.
pub(crate) struct Part<'a> {
    name: &'a str,
    reader: Reader<&'a [u8]>,
}

impl<'a> Part<'a> {
    pub fn new(name: &'a str, text: &'a str) -> Part<'a> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Part { name, reader }
    }

    pub fn next(&mut self) -> Result<Step<'a>, WorkbookError> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.damaged(error.to_string()))?;
            return Ok(match event {
                Event::Start(start) => Step::Start(start),
                Event::End(end) => Step::End(end.local_name().as_ref().to_owned()),
                Event::Text(text) => Step::Text(text.xml10_content()),
                Event::CData(text) => Step::Text(text.xml10_content()),
                Event::GeneralRef(reference) => Step::Text(Cow::Owned(self.referred(&reference)?)),
                Event::DocType(_) => return Err(WorkbookError::Entities { part: self.name.into() }),
                Event::Eof => Step::Done,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            });
        }
    }

    fn referred(&self, reference: &quick_xml::events::BytesRef<'_>) -> Result<String, WorkbookError> {
        let character = reference.resolve_char_ref().map_err(|error| self.damaged(error.to_string()))?;
        if let Some(c) = character {
            return Ok(c.to_string());
        }
        match &*reference.xml10_content() {
            "amp" => Ok("&".into()),
            "lt" => Ok("<".into()),
            "gt" => Ok(">".into()),
            "quot" => Ok("\"".into()),
            "apos" => Ok("'".into()),
            other => Err(self.damaged(format!("there is no entity `{other}`"))),
        }
    }

    pub fn damaged(&self, reason: impl Into<String>) -> WorkbookError {
        WorkbookError::Damaged { part: self.name.to_owned(), reason: reason.into() }
    }
}

/// The local name of a tag.
pub(crate) fn name<'a>(start: &'a BytesStart<'_>) -> &'a str {
    let whole = start.name().0;
    whole.rsplit_once(':').map_or(whole, |(_, local)| local)
}

/// An attribute by its local name; none where it is absent or malformed.
pub(crate) fn attribute(start: &BytesStart<'_>, local: &str) -> Option<String> {
    let found = start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == local)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
}
