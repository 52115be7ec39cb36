//! Why there is no workbook: flat kinds, each with what to do about it.

use std::fmt;

use doorstep_engine::MediaError;

use crate::{CellPlace, OtherKind, Unheld};

/// A file could not be read as a workbook, or not be written as one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorkbookError {
    /// The file, or what it unpacks to, is over a limit. `what` names the part and `limit` the bound.
    TooLarge {
        /// The file, part, sheet or cell.
        what: String,
        /// The bound in words: `64 MB`.
        limit: String,
    },
    /// The file is damaged: a part is missing or can't be parsed.
    Damaged {
        /// The part: `xl/workbook.xml`.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is nothing in the file.
    Empty,
    /// A zip or workbook that ends before its list of parts: it was not copied or downloaded to its end.
    CutOff,
    /// The file asks for a password.
    Encrypted,
    /// A part declares entities of its own, which no spreadsheet program writes.
    Entities {
        /// The part.
        part: String,
    },
    /// A text is not UTF-8.
    NotUtf8 {
        /// The file.
        file: String,
        /// The first byte, from 0, that is none.
        at: usize,
        /// Its value.
        byte: u8,
    },
    /// A CSV file breaks off within quotes.
    BadCsv {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
    },
    /// A workbook of Excel 95 or before.
    TooOld,
    /// There is no sheet `survey`.
    NoSurvey {
        /// The sheets that there are.
        sheets: Vec<String>,
    },
    /// The file is called a workbook of Excel's, and holds something else.
    NotExcel {
        /// The file.
        file: String,
    },
    /// The file is something else, and what it is is known.
    Other {
        /// What it is.
        kind: OtherKind,
    },
    /// The file is no workbook of any kind.
    Unknown,
    /// A name in a zip leads out of its folder, can't be one on every system, or is there twice.
    BadName {
        /// The name.
        file: String,
    },
    /// There is no form among the files of a folder or zip, or there are several.
    NoForm,
    /// A picture, sound or film of a form can't be one.
    Media(MediaError),
    /// It can't be held in the format to be written.
    Unwritable {
        /// Why, and which cell it is.
        why: Unheld,
    },
}

impl WorkbookError {
    /// What is wrong and what to do about it, for a reader of that language: `zh`, else English.
    pub fn words(&self, language: &str) -> String {
        match language {
            "zh" => self.in_chinese(),
            _ => format!("{self}; {}", self.way_out()),
        }
    }

    /// The cell that can't be written, where it is one cell's matter.
    pub fn cell(&self) -> Option<&CellPlace> {
        match self {
            WorkbookError::Unwritable { why } => why.cell(),
            _ => None,
        }
    }

    /// What the author can do.
    pub fn way_out(&self) -> &'static str {
        match self {
            WorkbookError::TooLarge { .. } => "put long choice lists into CSV files beside the form",
            WorkbookError::Damaged { .. } => {
                "open it in a spreadsheet program and save it anew as Excel workbook (.xlsx)"
            }
            WorkbookError::Empty => "save, copy or download it once more",
            WorkbookError::CutOff => "copy or download it once more, to its end",
            WorkbookError::Encrypted => "take the password away in the spreadsheet program and save it anew",
            WorkbookError::Entities { .. } => "save it anew from a spreadsheet program",
            WorkbookError::NotUtf8 { .. } => {
                "save it as “CSV UTF-8”; an ANSI, GBK or Latin-1 file can't be told from another"
            }
            WorkbookError::BadCsv { .. } => "close the quotes; a quote within a cell is written twice",
            WorkbookError::TooOld => "open it in a spreadsheet program and save it as Excel workbook (.xlsx)",
            WorkbookError::NoSurvey { .. } => "name the sheet with the questions `survey`",
            WorkbookError::NotExcel { .. } => {
                "open it in a spreadsheet program, and save it as Excel workbook (.xlsx)"
            }
            WorkbookError::Other { kind } if kind.is_table() => {
                "open it in a spreadsheet program, and save it as Excel workbook (.xlsx)"
            }
            WorkbookError::Other { kind: OtherKind::Archive } => {
                "unpack it, and choose the form that is in it"
            }
            WorkbookError::Other { .. } => {
                "choose the form itself: .xlsx, .xls, .csv, .json, .xml, or a .zip of it"
            }
            WorkbookError::Unknown => "an XLSForm is a .xlsx or .xls file, or CSV files in a folder or zip",
            WorkbookError::BadName { .. } => {
                "give each file a name of its own, without `..` and without any of :*?\"<>|"
            }
            WorkbookError::NoForm => {
                "call it form.json, form.xlsx or form.xml, at the top of the folder or zip"
            }
            WorkbookError::Media(MediaError::Kind { .. }) => {
                "save it as PNG, JPEG, WebP, GIF, SVG, MP3, M4A, OGG, WAV, MP4 or WebM"
            }
            WorkbookError::Media(_) => "give it another name, make it smaller, or leave it out",
            WorkbookError::Unwritable { why } => why.way_out(),
        }
    }
}

impl fmt::Display for WorkbookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorkbookError::TooLarge { what, limit } => write!(f, "{what} is over {limit}"),
            WorkbookError::Damaged { part, reason } => write!(f, "{part} is damaged: {reason}"),
            WorkbookError::Empty => write!(f, "the file is empty"),
            WorkbookError::CutOff => write!(f, "the file breaks off before its end"),
            WorkbookError::Encrypted => write!(f, "the file asks for a password"),
            WorkbookError::Entities { part } => write!(f, "{part} declares entities of its own"),
            WorkbookError::NotUtf8 { file, at, byte } => {
                write!(f, "{file} is not UTF-8 text: byte {at} is {byte:#04x}")
            }
            WorkbookError::BadCsv { file, line } => write!(f, "{file} is no CSV from line {line} on"),
            WorkbookError::TooOld => write!(f, "a workbook of Excel 95 or before can't be read"),
            WorkbookError::NoSurvey { sheets } if sheets.is_empty() => write!(f, "there are no sheets"),
            WorkbookError::NoSurvey { sheets } => {
                write!(f, "there is no sheet `survey`, only {}", sheets.join(", "))
            }
            WorkbookError::NotExcel { file } => {
                write!(f, "{file} is no Excel workbook, though its name says so")
            }
            WorkbookError::Other { kind } => write!(f, "this is {}, no form", kind.english()),
            WorkbookError::Unknown => write!(f, "this is no workbook"),
            WorkbookError::BadName { file } => write!(f, "`{file}` is no name for a file in a form's folder"),
            WorkbookError::NoForm => write!(f, "there is no form here"),
            WorkbookError::Media(error) => write!(f, "{error}"),
            WorkbookError::Unwritable { why } => f.write_str(&why.english()),
        }
    }
}

impl std::error::Error for WorkbookError {}
