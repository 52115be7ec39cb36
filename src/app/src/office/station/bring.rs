//! A ledger brought home as a file: what the server wrote, saved as it came.

use serde_json::Value as Json;

use crate::office::desk::Desk;
use crate::office::refusal::Refusal;
use crate::platform::rescue::save_as;

/// A kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    Csv,
    Xlsx,
}

impl FileKind {
    /// As it is asked for, and as a file's name ends.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Csv => "csv",
            FileKind::Xlsx => "xlsx",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            FileKind::Csv => "text/csv;charset=utf-8",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Asks for the file and gives it to the browser to be saved under that name.
///
/// # Errors
/// [`Refusal`].
pub async fn bring(
    desk: Desk,
    path: &str,
    mut body: Json,
    kind: FileKind,
    name: &str,
) -> Result<(), Refusal> {
    body["as"] = kind.name().into();
    let bytes = desk.file(path, &body).await?;
    save_as(&format!("{name}.{}", kind.name()), kind.media_type(), &bytes);
    Ok(())
}
