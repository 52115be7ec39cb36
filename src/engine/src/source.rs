//! The author's text and positions in it.
//!
//! Every position that a diagnostic names is a [`Span`]: a range of bytes in one file of a [`Bundle`].

use std::io::BufWriter;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

mod excerpt;
mod media;
mod passage;
mod written;

pub(crate) use excerpt::Excerpt;
pub use media::{
    MAX_MEDIA, MAX_MEDIA_BYTES, MAX_MEDIA_TOTAL, MEDIA_LIST, MediaError, MediaFile, WithBytes, media_type,
};
pub(crate) use passage::Passage;
pub(crate) use written::{Composer, Written};

/// One file of a form: its name as the form refers to it, and its text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// `form.json` for the definition, else as the form names it: `../lists/towns.csv`.
    pub name: Arc<str>,
    /// The text, UTF-8.
    pub text: Arc<str>,
}

/// A form definition with the files that it names: everything that decides how the form behaves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bundle {
    /// The definition.
    pub main: Source,
    /// The files it names, each once.
    pub files: Vec<Source>,
}

/// A range of bytes in one file of a bundle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// 0 is the definition, n is `files[n - 1]`.
    pub source: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A place for people to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Position {
    /// The file's name as in [`Source::name`].
    pub file: Arc<str>,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Where it is in its workbook, if the file is one of its sheets.
    pub cell: Option<Cell>,
}

/// A cell of a workbook's sheet. The row is [`Position::line`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// `survey`
    pub sheet: Arc<str>,
    /// As spreadsheets name it: `C`, `AA`.
    pub column: String,
    /// The column's header as its author wrote it: `relevant`. Empty if it has none.
    pub title: Arc<str>,
}

impl std::fmt::Display for Position {
    /// `form.json:3:14`, or `form.xlsx: survey row 7, column C (relevant)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(cell) = &self.cell else {
            return write!(f, "{}:{}:{}", self.file, self.line, self.column);
        };
        let file = self.file.rsplit_once('#').map_or(&*self.file, |(file, _)| file);
        write!(f, "{file}: {} row {}, column {}", cell.sheet, self.line, cell.column)?;
        match cell.title.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", cell.title),
        }
    }
}

/// The largest text that is read, in bytes: a form is written by people.
pub const MAX_SOURCE_BYTES: usize = 16 << 20;

impl Source {
    /// A file with its name.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Source {
        Source { name: name.into(), text: text.into() }
    }

    /// The sheet that this is, if it is one of a workbook: `survey` of `form.xlsx#survey`.
    ///
    /// A sheet's text is its rows as lines of cells with tabs between, so that a line's number is the row's.
    /// A tab within a cell is written `␉`, a newline `␊`, a carriage return `␍`.
    pub fn sheet(&self) -> Option<&str> {
        self.name.rsplit_once('#').map(|(_, sheet)| sheet)
    }

    /// The cell of a sheet that a byte lies in, of the line that starts there.
    fn cell(&self, line_start: usize, start: usize) -> Option<Cell> {
        let sheet = self.sheet()?;
        let index = self.text[line_start..start].matches('\t').count();
        let header = self.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let title = header.split('\t').nth(index).unwrap_or("").trim();
        Some(Cell { sheet: sheet.into(), column: column_letters(index), title: title.into() })
    }
}

/// `A` for 0, `Z` for 25, `AA` for 26.
fn column_letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl Span {
    /// The range `start..end` of the definition.
    pub fn in_main(start: usize, end: usize) -> Span {
        Span { source: 0, start: start as u32, end: end as u32 }
    }

    /// The first byte of a file: for what has no place of its own.
    pub fn top(source: u16) -> Span {
        Span { source, start: 0, end: 0 }
    }
}

impl Bundle {
    /// A form that is one file.
    pub fn single(main: Source) -> Bundle {
        Bundle { main, files: Vec::new() }
    }

    /// A definition with the files that it names, as far as `read` finds them; what is missing is a diagnostic later.
    pub fn gather(main: Source, mut read: impl FnMut(&str) -> Option<String>) -> Bundle {
        let names = Bundle::files_named(&main);
        let files =
            names.into_iter().filter_map(|name| read(&name).map(|text| Source::new(name, text))).collect();
        Bundle { main, files }
    }

    /// The file that a span lies in.
    pub fn source(&self, index: u16) -> &Source {
        match index {
            0 => &self.main,
            n => &self.files[n as usize - 1],
        }
    }

    /// Line and column of a span's first byte.
    pub fn position(&self, span: Span) -> Position {
        let source = self.source(span.source);
        let mut start = (span.start as usize).min(source.text.len());
        while !source.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &source.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            file: source.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            cell: source.cell(line_start, start),
        }
    }

    /// The wire form: `{"main":{"name","text"},"files":[…]}`, compact. The same bundle gives the same bytes.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings serialise")
    }

    /// Reads the wire form. The reason of a refusal is for logs; it holds no text of the form.
    pub fn from_json(text: &str) -> Result<Bundle, BundleError> {
        let bundle: Bundle = serde_json::from_str(text)
            .map_err(|error| BundleError { line: error.line(), column: error.column() })?;
        match bundle.files.len() < usize::from(u16::MAX) {
            true => Ok(bundle),
            false => Err(BundleError { line: 1, column: 1 }),
        }
    }

    /// SHA-256 over [`Bundle::to_json`], lowercase hex.
    pub fn hash(&self) -> String {
        // Piece by piece: the whole of it would be as long again as the files.
        let mut sum = BufWriter::new(Sha256::new());
        serde_json::to_writer(&mut sum, self).expect("a hash takes all that is written to it");
        let sum = sum.into_inner().expect("a hash takes all that is written to it");
        sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The text is no bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BundleError {
    /// Where it stopped making sense, from 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl std::fmt::Display for BundleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a form bundle: line {}, column {}", self.line, self.column)
    }
}

impl std::error::Error for BundleError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_not_bytes() {
        let bundle = Bundle::single(Source::new("f", "一\n二三x"));
        let at = "一\n二三".len();
        let position = bundle.position(Span::in_main(at, at + 1));
        assert_eq!((position.line, position.column), (2, 3));
    }

    #[test]
    fn a_sheet_is_spoken_of_in_its_own_words() {
        let text = "type\tname\trelevant\n\ntext\ta\t${b}\n";
        let bundle = Bundle::single(Source::new("form.xlsx#survey", text));
        let at = text.find("${b}").unwrap();
        let position = bundle.position(Span::in_main(at, at + 4));
        assert_eq!(position.to_string(), "form.xlsx: survey row 3, column C (relevant)");
        assert_eq!(column_letters(25), "Z");
        assert_eq!(column_letters(26), "AA");
        assert_eq!(column_letters(702), "AAA");
    }

    #[test]
    fn the_wire_form_comes_back_with_its_hash() {
        let bundle =
            Bundle { main: Source::new("form.json", "{}"), files: vec![Source::new("a.csv", "name\n")] };
        let again = Bundle::from_json(&bundle.to_json()).unwrap();
        assert_eq!(again, bundle);
        assert_eq!(again.hash(), bundle.hash());
        assert_eq!(bundle.hash().len(), 64);
        assert!(Bundle::from_json("{\"main\":1}").is_err());
    }
}
