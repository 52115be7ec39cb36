//! The same in Chinese, for whoever opens a workbook in the designer: what is wrong, and what to do about it.

use crate::WorkbookError;

impl WorkbookError {
    /// One sentence for what is wrong, and one for the way out.
    pub fn in_chinese(&self) -> String {
        match self {
            WorkbookError::TooLarge { limit, .. } => {
                format!("这个文件太大（超过 {limit}）。长的选项表请放到单独的 CSV 文件里。")
            }
            WorkbookError::Damaged { .. } => {
                "这个文件坏了。请用表格软件打开，再另存为 Excel 工作簿（.xlsx）。".to_owned()
            }
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
            WorkbookError::Unwritable { .. } => {
                "有内容太长，这种格式装不下。请写短些，或者导出别的格式。".to_owned()
            }
        }
    }
}
