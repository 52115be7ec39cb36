//! Why a form's files can't be read, told in one sentence with a way out, in the language that diagnostics are told in.

use std::path::{Path, PathBuf};

use doorstep_engine::MediaError;
use doorstep_workbook::WorkbookError;

use crate::language::Language;

/// A file or folder that nothing can be made of.
#[derive(Debug)]
pub struct Unreadable {
    path: PathBuf,
    why: Why,
}

/// Why it can't be read.
#[derive(Debug)]
pub enum Why {
    /// What the system says.
    System(std::io::Error),
    /// There is no form in a folder, nor in the folders there.
    NoForm,
    /// There are several, and one is wanted.
    Several,
    /// It is larger than that many bytes.
    TooLarge(u64),
    /// It is no text in UTF-8 from that byte on.
    NotText(usize),
    /// It is no workbook, or no zip of a form.
    Workbook(WorkbookError),
    /// A picture, sound or film of it can't be one.
    Media(MediaError),
}

impl Why {
    /// Of that file or folder.
    pub fn of(self, path: &Path) -> Unreadable {
        Unreadable { path: path.to_owned(), why: self }
    }
}

impl Unreadable {
    /// In one line: which file, what is wrong with it, and what to do.
    pub fn told(&self, language: Language) -> String {
        let path = self.path.display();
        match language {
            Language::English => format!("{path}: {}", self.english()),
            Language::Chinese => format!("{path}：{}", self.chinese()),
        }
    }

    fn english(&self) -> String {
        match &self.why {
            Why::System(error) => error.to_string(),
            Why::NoForm => "there is no form here, nor in the folders here".into(),
            Why::Several => "there are several forms here; name one".into(),
            Why::TooLarge(bytes) => {
                format!("no form is over {} MB; put long choice lists into CSV files beside it", bytes >> 20)
            }
            Why::NotText(at) if self.is_csv() => {
                format!("not UTF-8 text (byte {at}); save it as “CSV UTF-8” in the spreadsheet program")
            }
            Why::NotText(at) => format!("not UTF-8 text (byte {at}); save it as UTF-8"),
            Why::Workbook(error) => error.words("en"),
            Why::Media(error) => error.to_string(),
        }
    }

    fn chinese(&self) -> String {
        match &self.why {
            Why::System(error) => match error.kind() {
                std::io::ErrorKind::NotFound => "没有这个文件或文件夹。".into(),
                std::io::ErrorKind::PermissionDenied => "没有权限读取。".into(),
                _ => format!("读不了：{error}"),
            },
            Why::NoForm => "这里没有表单，下一层文件夹里也没有。".into(),
            Why::Several => "这里有好几份表单，请指明一份。".into(),
            Why::TooLarge(bytes) => {
                format!("表单不会超过 {} MB。长的选项表请放到旁边的 CSV 文件里。", bytes >> 20)
            }
            Why::NotText(at) if self.is_csv() => {
                format!("不是 UTF-8 文字（第 {at} 字节）。请在表格软件里另存为“CSV UTF-8”。")
            }
            Why::NotText(at) => format!("不是 UTF-8 文字（第 {at} 字节）。请另存为 UTF-8。"),
            Why::Workbook(error) => error.words("zh"),
            Why::Media(error) => format!("{}。", error.in_chinese()),
        }
    }

    fn is_csv(&self) -> bool {
        crate::form_files::ending(&self.path) == "csv"
    }
}
