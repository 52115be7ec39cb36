//! The same in Chinese, for whoever opens a workbook in the designer: what is wrong, and what to do about it.

use crate::{OtherKind, WorkbookError};

impl WorkbookError {
    /// One sentence for what is wrong, and one for the way out.
    pub fn in_chinese(&self) -> String {
        match self {
            WorkbookError::TooLarge { limit, .. } => {
                format!("这个文件太大（超过 {}）。长的选项表请放到单独的 CSV 文件里。", amount(limit))
            }
            WorkbookError::Damaged { .. } => {
                "这个文件坏了。请用表格软件打开，再另存为 Excel 工作簿（.xlsx）。".to_owned()
            }
            WorkbookError::Empty => "这个文件是空的。请重新保存、复制或下载一份。".to_owned(),
            WorkbookError::CutOff => "这个文件不完整，后面缺了一截。请重新复制或下载一份。".to_owned(),
            WorkbookError::Encrypted => "这个文件有密码。请在表格软件里去掉密码，再另存一份。".to_owned(),
            WorkbookError::Entities { .. } => {
                "这个文件里有表格软件不会写的内容。请用表格软件另存一份。".to_owned()
            }
            WorkbookError::NotUtf8 { file, .. } => {
                format!("{file} 不是 UTF-8 文字。请另存为“CSV UTF-8”。")
            }
            WorkbookError::BadCsv { line, .. } => {
                format!("从第 {line} 行起不是 CSV：引号没有配对。单元格里的引号要写两遍。")
            }
            WorkbookError::TooOld => "这是 Excel 95 或更早的文件。请用表格软件另存为 .xlsx。".to_owned(),
            WorkbookError::NoSurvey { .. } => {
                "里面没有名叫 survey 的工作表。请把放题目的那张表改名为 survey。".to_owned()
            }
            WorkbookError::NotExcel { .. } => {
                "这个文件虽然叫这个名字，但不是 Excel 工作簿。请用表格软件另存为 .xlsx。".to_owned()
            }
            WorkbookError::Other { kind } => {
                let way_out = match kind {
                    kind if kind.is_table() => "请用表格软件打开，再另存为 Excel 工作簿（.xlsx）。",
                    OtherKind::Archive => "请先解压，再选里面的表单。",
                    _ => "请选表单本身：.xlsx、.xls、.csv、.json、.xml，或装着表单的 .zip。",
                };
                format!("这是{}，不是表单。{way_out}", kind.chinese())
            }
            WorkbookError::Unknown => {
                "这不是工作簿。XLSForm 是 .xlsx 或 .xls 文件，或者装着 CSV 的压缩包。".to_owned()
            }
            WorkbookError::BadName { file } => {
                format!("压缩包里“{file}”这个文件名不能用，或者出现了两次。请改名，不要用 .. 和 :*?\"<>|。")
            }
            WorkbookError::NoForm => {
                "里面没有表单，或者有好几份。请把表单放在最外层，叫 form.json、form.xlsx 或 form.xml。"
                    .to_owned()
            }
            WorkbookError::Media(error) => format!("{}。", error.in_chinese()),
            WorkbookError::Unwritable { why } => why.chinese(),
        }
    }
}

/// `2000 files` as `2000 个文件`; megabytes are the same in both.
fn amount(limit: &str) -> String {
    let Some((count, of)) = limit.split_once(' ') else { return limit.to_owned() };
    let of = match of {
        "parts" => "个部分",
        "files" => "个文件",
        "sheets" => "张工作表",
        "rows" => "行",
        "cells" => "个单元格",
        "merged cells" => "个合并单元格",
        "strings" => "段文字",
        "relations" => "个内部链接",
        _ => return limit.to_owned(),
    };
    format!("{count} {of}")
}

#[cfg(test)]
mod tests {
    use crate::limits::{too_large, too_many};

    #[test]
    fn amounts_are_in_chinese_too() {
        assert!(too_many("the zip", 2_000, "files").in_chinese().contains("超过 2000 个文件"));
        assert!(too_large("form.json", 64 << 20).in_chinese().contains("超过 64 MB"));
        for of in ["parts", "files", "sheets", "rows", "cells", "merged cells", "strings", "relations"] {
            let said = too_many("it", 7, of).in_chinese();
            assert!(!said.contains(of), "{said}");
        }
    }
}
