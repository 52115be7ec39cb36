//! Workbooks as other programs write them, and as those who wish harm do.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::{OtherKind, WorkbookError, read};

const TYPES: &str = "<Types/>";
const WORKBOOK: &str = "<workbook xmlns:r='r'><sheets><sheet name='survey' r:id='a'/></sheets></workbook>";
const RELATIONS: &str =
    "<Relationships><Relationship Id='a' Type='x/worksheet' Target='sheet.xml'/></Relationships>";

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of one sheet with that XML, and those strings.
fn of(sheet: &str, strings: &str) -> Vec<u8> {
    package(&[
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/sheet.xml", sheet),
        ("xl/sharedStrings.xml", strings),
    ])
}

fn text(bytes: &[u8]) -> Result<String, WorkbookError> {
    read("f.xlsx", bytes).map(|bundle| bundle.main.text.to_string())
}

#[test]
fn every_kind_of_cell() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").unwrap();
    for (column, title) in ["a", "b", "c", "d", "e", "f", "g"].iter().enumerate() {
        sheet.write_string(0, column as u16, *title).unwrap();
    }
    let format = |code: &str| Format::new().set_num_format(code);
    sheet.write_number(1, 0, 3).unwrap();
    sheet.write_number(1, 1, 0.1).unwrap();
    sheet.write_boolean(1, 2, true).unwrap();
    let moment = ExcelDateTime::from_ymd(2026, 11, 26).unwrap();
    sheet.write_datetime_with_format(1, 3, &moment, &format("yyyy-mm-dd")).unwrap();
    let moment = moment.and_hms(8, 30, 0).unwrap();
    sheet.write_datetime_with_format(1, 4, &moment, &format("d/m/yy h:mm")).unwrap();
    sheet.write_formula(1, 5, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
    sheet.write_string(1, 6, "a\u{a0}b\nc & <d>").unwrap();
    sheet.write_number_with_format(3, 0, 12.5, &format("0.0\" days\"")).unwrap();
    let given = text(&workbook.save_to_buffer().unwrap()).unwrap();
    let expected =
        "a\tb\tc\td\te\tf\tg\n3\t0.1\tTRUE\t2026-11-26\t2026-11-26T08:30:00\t2\ta b␊c & <d>\n\n12.5\n";
    assert_eq!(given, expected);
}

#[test]
fn strings_of_every_shape() {
    let strings = "<sst uniqueCount='99999999999999999'><si><t>ty</t></si><si><r><t>na</t></r><r><t>me</t></r>\
        <rPh><t>no</t></rPh></si><si><t>a_x000D_b_x4_&#65;</t></si></sst>";
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c t='s'><v>1</v></c></row>\
        <row r='4'><c t='s'><v>2</v></c><c r='B4' t='inlineStr'><is><t>in</t></is></c><c r='C4' t='s'><v>9</v></c></row>\
        </sheetData></worksheet>";
    assert_eq!(text(&of(sheet, strings)).unwrap(), "ty\tname\n\n\na␍b_x4_A\tin\n");
}

#[test]
fn what_is_declared_but_empty_costs_nothing() {
    let sheet = "<worksheet><dimension ref='A1:XFD1048576'/><sheetData>\
        <row r='1'><c r='A1' t='str'><v>type</v></c><c r='XFD1'><v>1</v></c></row>\
        <row r='1048576'><c r='XFD1048576' t='str'><v>x</v></c></row>\
        <row r='4294967295'><c r='ZZZZZZZZZZZ99999999999' t='str'><v>x</v></c></row></sheetData></worksheet>";
    assert_eq!(text(&of(sheet, "<sst/>")).unwrap(), "type\n");
}

#[test]
fn one_long_string_in_many_cells_is_bounded() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1 << 20));
    let cells = "<c t='s'><v>0</v></c>".repeat(1_000);
    let sheet = format!("<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>");
    assert!(matches!(text(&of(&sheet, &strings)), Err(WorkbookError::TooLarge { .. })));
}

#[test]
fn bombs_are_refused() {
    let spaces = " ".repeat(super::super::limits::PART_BYTES + 1);
    let bomb = of(&spaces, "<sst/>");
    assert!(bomb.len() < 1 << 16);
    assert!(matches!(text(&bomb), Err(WorkbookError::TooLarge { .. })));
    let entities = "<!DOCTYPE a [<!ENTITY b 'xx'>]><worksheet><sheetData>&b;</sheetData></worksheet>";
    assert!(matches!(text(&of(entities, "<sst/>")), Err(WorkbookError::Entities { .. })));
    let parts: Vec<String> = (0..10_001).map(|index| format!("p{index}")).collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|name| (&**name, "")).collect();
    assert!(matches!(text(&package(&parts)), Err(WorkbookError::TooLarge { .. })));
    assert!(matches!(text(&vec![b'P'; 9 << 20]), Err(WorkbookError::TooLarge { .. })));
}

#[test]
fn many_sheets_on_one_part_are_bounded() {
    let sheets = "<sheet name='surveys' r:id='a'/>".repeat(2_000);
    let workbook = format!("<workbook xmlns:r='r'><sheets>{sheets}</sheets></workbook>");
    let bytes = package(&[
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.xml", &workbook),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
    ]);
    assert!(matches!(text(&bytes), Err(WorkbookError::TooLarge { .. })));
}

#[test]
fn a_size_that_lies_is_found_out() {
    let mut bomb = of(&" ".repeat(super::super::limits::PART_BYTES + 1), "<sst/>");
    // Both records of the large part say 10 bytes.
    let size = (super::super::limits::PART_BYTES as u32 + 1).to_le_bytes();
    let places: Vec<usize> = (0..bomb.len() - 4).filter(|at| bomb[*at..at + 4] == size).collect();
    assert!(!places.is_empty());
    for at in places {
        bomb[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    let error = text(&bomb).unwrap_err();
    assert!(matches!(error, WorkbookError::TooLarge { .. } | WorkbookError::Damaged { .. }), "{error}");
}

#[test]
fn damage_anywhere_is_an_error_or_a_form() {
    let whole = of(
        "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c></row></sheetData></worksheet>",
        "<sst><si><t>type</t></si></sst>",
    );
    for end in 0..whole.len() {
        assert!(read("f.xlsx", &whole[..end]).is_err(), "cut at {end}");
    }
    for at in 0..whole.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            // Whatever comes of it, it comes.
            let _ = read("f.xlsx", &bytes);
        }
    }
}

#[test]
fn broken_parts_are_named() {
    let part = |result: Result<String, WorkbookError>| match result {
        Err(WorkbookError::Damaged { part, .. }) => part,
        other => panic!("{other:?}"),
    };
    assert_eq!(part(text(&of("<worksheet><sheetData><row></sheetData>", "<sst/>"))), "xl/sheet.xml");
    assert_eq!(part(text(&of("<worksheet><sheetData/></worksheet>", "<sst><si>"))), "xl/sharedStrings.xml");
    assert_eq!(part(text(&package(&[("[Content_Types].xml", TYPES)]))), "xl/workbook.xml");
    assert_eq!(part(text(b"PK and no zip")), "the file");
    assert_eq!(text(b"PK\x03\x04 and no more"), Err(WorkbookError::CutOff));
}

#[test]
fn documents_of_the_same_container_are_told_as_what_they_are() {
    let kind = |parts: &[(&str, &str)]| text(&package(parts)).unwrap_err();
    let word = kind(&[("[Content_Types].xml", TYPES), ("word/document.xml", "<w/>")]);
    assert_eq!(word, WorkbookError::Other { kind: OtherKind::Document });
    let open = "application/vnd.oasis.opendocument.spreadsheet";
    let sheet = kind(&[("mimetype", open), ("content.xml", "<office/>")]);
    assert_eq!(sheet, WorkbookError::Other { kind: OtherKind::OpenSheet });
}

#[test]
fn deep_nesting_takes_no_stack() {
    let sheet = format!("<worksheet>{}<sheetData/>", "<a>".repeat(300_000));
    assert!(text(&of(&sheet, "<sst/>")).is_ok_and(|text| text.is_empty()));
}
