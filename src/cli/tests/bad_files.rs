//! `doorstep check` of what is no form: one line that says what the file is or lacks and what to do, in the language that diagnostics are told in.

use std::path::Path;
use std::process::{Command, Output};

/// Makes the folder with the files.
fn place(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What `check` says of a file: one line on stderr, and nothing else.
#[track_caller]
fn said(folder: &Path, name: &str, language: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command.args(["check", name, "--lang", language]).current_dir(folder);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), text.lines().count(), &*stdout), (Some(1), 1, &b""[..]), "{name}: {text}");
    text.trim_end().to_owned()
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    doorstep_workbook::pack(&[(name.to_owned(), bytes.to_vec())]).unwrap()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff";

#[test]
fn what_is_no_form_is_told_in_one_line_with_a_way_out() {
    let workbook = {
        let survey = doorstep_engine::Source::new("f.xlsx#survey", "type\tname\tlabel\ntext\ta\tA\n");
        doorstep_workbook::write_xlsx(&doorstep_engine::Bundle::single(survey)).unwrap()
    };
    let password = include_bytes!("../../workbook/tests/password.xlsx");
    let other = zip("notes.txt", b"words");
    let picture = (
        "this is a picture, no form; choose the form itself: .xlsx, .xls, .csv, .json, .xml, or a .zip of it",
        "这是一张图片，不是表单。请选表单本身：.xlsx、.xls、.csv、.json、.xml，或装着表单的 .zip。",
    );
    let empty = (
        "the file is empty; save, copy or download it once more",
        "这个文件是空的。请重新保存、复制或下载一份。",
    );
    let cases: &[(&str, &[u8], (&str, &str))] = &[
        ("photo.xlsx", PNG, picture),
        ("photo.json", PNG, picture),
        ("photo.zip", PNG, picture),
        ("empty.xlsx", b"", empty),
        ("empty.json", b"", empty),
        ("empty.zip", b"", empty),
        (
            "locked.xlsx",
            password,
            (
                "the file asks for a password; take the password away in the spreadsheet program and save it anew",
                "这个文件有密码。请在表格软件里去掉密码，再另存一份。",
            ),
        ),
        (
            "letter.xlsx",
            b"Dear all, good morning.\nYours\n",
            (
                "letter.xlsx is no Excel workbook, though its name says so; open it in a spreadsheet program, and save it as \
                 Excel workbook (.xlsx)",
                "这个文件虽然叫这个名字，但不是 Excel 工作簿。请用表格软件另存为 .xlsx。",
            ),
        ),
        (
            "export.xls",
            b"<html><table><tr><td>type</td></tr></table></html>",
            (
                "this is a web page, no form; open it in a spreadsheet program, and save it as Excel workbook (.xlsx)",
                "这是一个网页，不是表单。请用表格软件打开，再另存为 Excel 工作簿（.xlsx）。",
            ),
        ),
        (
            "half.xlsx",
            &workbook[..workbook.len() / 2],
            (
                "the file breaks off before its end; copy or download it once more, to its end",
                "这个文件不完整，后面缺了一截。请重新复制或下载一份。",
            ),
        ),
        (
            "other.zip",
            &other,
            (
                "there is no form here; call it form.json, form.xlsx or form.xml, at the top of the folder or zip",
                "里面没有表单，或者有好几份。请把表单放在最外层，叫 form.json、form.xlsx 或 form.xml。",
            ),
        ),
    ];
    let folder = place(&cases.iter().map(|(name, bytes, _)| (*name, *bytes)).collect::<Vec<_>>());
    for (name, _, (english, chinese)) in cases {
        assert_eq!(said(folder.path(), name, "en"), format!("{name}: {english}"));
        assert_eq!(said(folder.path(), name, "zh"), format!("{name}：{chinese}"));
    }
    let missing = said(folder.path(), "nowhere.xlsx", "zh");
    assert_eq!(missing, "nowhere.xlsx：没有这个文件或文件夹。");
}

#[test]
fn what_is_too_large_is_told_at_once() {
    let bomb = zip("form.json", &vec![b' '; 65 << 20]);
    assert!(bomb.len() < 1 << 20, "it is small as it comes");
    // Bytes that no packing makes smaller.
    let noise = {
        let mut state = 7_u64;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        std::iter::repeat_with(next).take(50 << 20).collect::<Vec<u8>>()
    };
    let large = zip("media/film.bin", &noise);
    assert!(large.len() > 45 << 20);
    let folder = place(&[("bomb.zip", &bomb), ("large.zip", &large), ("large.xlsx", &large)]);
    let sparse = |name: &str, megabytes: u64| {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        file.set_len(megabytes << 20).unwrap();
    };
    for (name, megabytes) in
        [("zeros.xlsx", 50), ("zeros.csv", 50), ("zeros.json", 50), ("zeros.xml", 50), ("more.xlsx", 70)]
    {
        sparse(name, megabytes);
    }
    let begun = std::time::Instant::now();
    for (name, english, chinese) in [
        ("bomb.zip", "form.json is over 64 MB; put", "太大（超过 64 MB）"),
        ("large.zip", "there is no form here; call", "里面没有表单"),
        ("large.xlsx", "this is no workbook; an XLSForm is", "这不是工作簿"),
        ("zeros.xlsx", "is no Excel workbook, though its name says so; open", "不是 Excel 工作簿"),
        ("zeros.csv", "this is no workbook; an XLSForm is", "这不是工作簿"),
        ("zeros.json", "no form is over 16 MB; put", "不会超过 16 MB"),
        ("zeros.xml", "no form is over 16 MB; put", "不会超过 16 MB"),
        ("more.xlsx", "no form is over 64 MB; put", "不会超过 64 MB"),
    ] {
        let (en, zh) = (said(folder.path(), name, "en"), said(folder.path(), name, "zh"));
        assert!(en.contains(english) && zh.contains(chinese), "{en}\n{zh}");
    }
    assert!(begun.elapsed().as_secs() < 60, "nobody waits for so long: {:?}", begun.elapsed());
}

#[test]
fn as_data_the_reason_is_in_the_language_that_is_asked_for() {
    let folder = place(&[("photo.xlsx", PNG)]);
    let data = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
        command.args(["check", "--json", "photo.xlsx"]).args(arguments).env("LC_ALL", "zh_CN.UTF-8");
        let output = command.current_dir(folder.path()).output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    assert!(data(&[])["error"].as_str().unwrap().contains("this is a picture"));
    assert!(data(&["--lang", "zh"])["error"].as_str().unwrap().contains("这是一张图片"));
    assert_eq!(data(&[])["form"], serde_json::Value::Null);
}
