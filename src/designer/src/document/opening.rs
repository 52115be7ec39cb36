//! Why a file is not opened: one sentence that says what it is or lacks, and a way out, for whoever chose it.

use doorstep_engine::{Bundle, Diagnostic};
use doorstep_workbook::WorkbookError;

/// Why a file can't be opened.
#[derive(Clone, Debug)]
pub enum OpenError {
    /// It is larger than any form.
    TooLarge,
    /// It is no text in UTF-8, and no workbook.
    NotText,
    /// It is no workbook of a form, or something else altogether: why, and the way out.
    Workbook(WorkbookError),
    /// It is a form with such mistakes that nothing can be made of it, or none at all.
    Broken(Vec<Diagnostic>, Box<Bundle>),
}

impl OpenError {
    /// The sentence in that language: `zh`, else English.
    pub fn words(&self, language: &str) -> String {
        let zh = language == "zh";
        match self {
            OpenError::TooLarge if zh => {
                "这个文件太大，不会是表单。长的选项表请放到单独的 CSV 文件里。".to_owned()
            }
            OpenError::TooLarge => {
                "this file is larger than any form; put long choice lists into CSV files beside it".to_owned()
            }
            OpenError::NotText if zh => {
                "打不开：既不是工作簿，也不是 UTF-8 文字。请选 .xlsx、.xls、.csv、.json 或 .xml 的表单。"
                    .to_owned()
            }
            OpenError::NotText => "this is neither a workbook nor text in UTF-8; choose a form as \
                .xlsx, .xls, .csv, .json or .xml"
                .to_owned(),
            OpenError::Workbook(error) => error.words(language),
            OpenError::Broken(found, bundle) => broken(found, bundle, zh),
        }
    }
}

/// The first mistake, with its place and its way out; the others are seen once it is mended.
fn broken(found: &[Diagnostic], bundle: &Bundle, zh: bool) -> String {
    let Some(first) = found.first() else {
        return match zh {
            true => "里面没有表单。请选 .xlsx、.xls、.csv、.json 或 .xml 的表单。".to_owned(),
            false => "there is no form in it; choose a form as .xlsx, .xls, .csv, .json or .xml".to_owned(),
        };
    };
    let said = if zh { first.in_chinese() } else { first.clone() };
    let line = bundle.position(first.span).line;
    let way_out = said.hints.first();
    match zh {
        true => {
            let way_out = way_out.map_or_else(|| "请先改好再打开".to_owned(), Clone::clone);
            format!("第 {line} 行：{}。{way_out}。", said.message)
        }
        false => {
            let way_out = way_out.map_or_else(|| "mend it first".to_owned(), Clone::clone);
            format!("line {line}: {}; {way_out}", said.message)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    fn said(name: &str, bytes: &[u8]) -> [String; 2] {
        let error = Document::open(name, bytes, |_| None).err();
        let error = error.unwrap_or_else(|| panic!("{name} is opened"));
        ["zh", "en"].map(|language| error.words(language))
    }

    /// A file that is nothing but zeros, as a broken copy leaves it.
    fn zeros(megabytes: usize) -> Vec<u8> {
        vec![0; megabytes << 20]
    }

    #[test]
    fn what_is_no_form_is_told_in_one_sentence_with_a_way_out() {
        let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff";
        let of_picture = [
            "这是一张图片，不是表单。请选表单本身：.xlsx、.xls、.csv、.json、.xml，或装着表单的 .zip。",
            "this is a picture, no form; choose the form itself: .xlsx, .xls, .csv, .json, .xml, or a .zip of it",
        ];
        for name in ["form.xlsx", "form.xls", "form.json", "form.png"] {
            assert_eq!(said(name, picture), of_picture, "{name}");
        }
        let password = include_bytes!("../../../workbook/tests/password.xlsx");
        assert_eq!(
            said("form.xlsx", password),
            [
                "这个文件有密码。请在表格软件里去掉密码，再另存一份。",
                "the file asks for a password; take the password away in the spreadsheet program and save it anew"
            ]
        );
        let empty = [
            "这个文件是空的。请重新保存、复制或下载一份。",
            "the file is empty; save, copy or download it once more",
        ];
        for name in ["form.xlsx", "form.csv", "form.json", "form.xml"] {
            assert_eq!(said(name, b""), empty, "{name}");
        }
        assert_eq!(
            said("letter.xlsx", "各位同事，你好。\n谢谢\n".as_bytes())[0],
            "这个文件虽然叫这个名字，但不是 Excel 工作簿。请用表格软件另存为 .xlsx。"
        );
        let cut = [
            "这个文件不完整，后面缺了一截。请重新复制或下载一份。",
            "the file breaks off before its end; copy or download it once more, to its end",
        ];
        assert_eq!(said("form.xlsx", b"PK\x03\x04\x14\0\0\0 the rest never came"), cut);
    }

    #[test]
    fn large_files_are_told_at_once() {
        let begun = std::time::Instant::now();
        for name in ["form.xlsx", "form.csv", "form.json", "form.xml"] {
            let [zh, en] = said(name, &zeros(50));
            assert!(!zh.contains('\n') && !en.contains('\n') && en.contains("; "), "{name}: {zh} {en}");
        }
        let [zh, en] = said("form.json", &zeros(65));
        assert!(zh.contains("太大") && en.contains("larger"), "{zh} {en}");
        assert!(begun.elapsed().as_secs() < 20, "nobody waits for so long: {:?}", begun.elapsed());
    }

    #[test]
    fn a_zip_without_a_form_and_a_bomb_are_told() {
        let pack = |name: &str, bytes: Vec<u8>| {
            doorstep_workbook::pack(&[(name.to_owned(), bytes)]).expect("it is a file")
        };
        let none = said("form.zip", &pack("notes.txt", b"words".to_vec()));
        assert_eq!(none[0], "这不是工作簿。XLSForm 是 .xlsx 或 .xls 文件，或者装着 CSV 的压缩包。");
        let bomb = pack("survey.csv", zeros(65));
        assert!(bomb.len() < 1 << 20);
        let [zh, en] = said("form.zip", &bomb);
        assert!(zh.contains("超过 64 MB") && en.contains("over 64 MB; "), "{zh} {en}");
    }

    #[test]
    fn a_broken_form_is_told_by_its_first_mistake() {
        let [zh, en] = said("form.json", b"{\n\"survey\": [,]}");
        assert!(zh.starts_with("第 2 行：") && zh.ends_with('。'), "{zh}");
        assert!(en.starts_with("line 2: ") && en.contains("; "), "{en}");
    }
}
