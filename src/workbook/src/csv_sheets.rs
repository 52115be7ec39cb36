//! CSV files as sheets: a file a sheet, or one file with the sheets below each other as pyxform has them.

use crate::WorkbookError;
use crate::limits::{COLUMNS, ROWS, too_many};
use crate::names;
use crate::sheet::{Cells, Sheet};

/// Each file whose name is a sheet's, in the order of the names that XLSForm gives first.
pub(crate) fn from_files(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
) -> Result<Vec<Sheet>, WorkbookError> {
    let mut sheets = Vec::new();
    for (file, bytes) in files {
        crate::limits::csv(&file, bytes.len())?;
        let name = file.rsplit(['/', '\\']).next().unwrap_or(&file);
        let Some(name) = name.to_lowercase().strip_suffix(".csv").map(str::to_owned) else { continue };
        if names::meant(&name).is_none() {
            continue;
        }
        let mut cells = Cells::new(&name);
        for (row, record) in records(&file, &decoded(&file, bytes)?)? {
            for (column, text) in record.iter().enumerate() {
                cells.set(row, column as u32, text.trim().into())?;
            }
        }
        sheets.push(cells.into_sheet()?);
    }
    // A folder has no order of its own, and a lone `choices.csv` is no survey.
    sheets.sort_by_key(|sheet| (sheet.name != "survey", sheet.name.clone()));
    match sheets.first() {
        Some(first) if first.name == "survey" => Ok(sheets),
        _ => Err(WorkbookError::NoSurvey { sheets: sheets.into_iter().map(|sheet| sheet.name).collect() }),
    }
}

/// One file: sheet names in the first column with their rows one cell further right, or a survey alone.
pub(crate) fn from_one(file: &str, bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    let text = decoded(file, bytes.to_vec())?;
    if text.trim().is_empty() {
        return Err(WorkbookError::Empty);
    }
    let looks_so = text.chars().take(4096).any(|c| matches!(c, ',' | '\n'));
    if !looks_so || text.contains('\0') || text.trim_start().starts_with(['<', '{', '[']) {
        return Err(WorkbookError::Unknown);
    }
    crate::limits::csv(file, bytes.len())?;
    let records = records(file, &text)?;
    let named = |record: &[String]| record.first().is_some_and(|cell| names::meant(cell).is_some());
    let blocks = records.first().is_some_and(|(_, record)| named(record));
    let mut sheets: Vec<Cells> = Vec::new();
    let mut row = 0;
    for (at, record) in records {
        if !blocks {
            if sheets.is_empty() {
                sheets.push(Cells::new("survey"));
            }
            set(&mut sheets, at, record)?;
            continue;
        }
        if record.first().is_some_and(|cell| !cell.trim().is_empty()) {
            sheets.push(Cells::new(record[0].trim()));
            row = 0;
        }
        if row > 0 || record.iter().skip(1).any(|cell| !cell.trim().is_empty()) {
            set(&mut sheets, row, record.into_iter().skip(1).collect())?;
            row += 1;
        }
    }
    sheets.into_iter().map(Cells::into_sheet).collect()
}

fn set(sheets: &mut [Cells], row: u32, record: Vec<String>) -> Result<(), WorkbookError> {
    let Some(sheet) = sheets.last_mut() else { return Ok(()) };
    for (column, text) in record.into_iter().enumerate() {
        sheet.set(row, column as u32, text.trim().into())?;
    }
    Ok(())
}

/// The records, each with its number from 0; empty lines count, as rows of a sheet do.
fn records(file: &str, text: &str) -> Result<Vec<(u32, Vec<String>)>, WorkbookError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut row = 0_u32;
    loop {
        let start = reader.position().clone();
        match reader.read_record(&mut record) {
            Ok(true) => {
                row = row.saturating_add(empty_lines(text, start.byte() as usize));
                if row >= ROWS {
                    return Err(too_many(file, ROWS as usize, "rows"));
                }
                records.push((row, record.iter().take(COLUMNS as usize).map(crate::cell::text).collect()));
                row = row.saturating_add(1);
            }
            Ok(false) => return Ok(records),
            Err(_) => {
                return Err(WorkbookError::BadCsv { file: file.into(), line: start.line() as usize });
            }
        }
    }
}

/// How many line ends stand there before anything else: the reader passes over them.
fn empty_lines(text: &str, start: usize) -> u32 {
    let mut rest = text.get(start..).unwrap_or("");
    // The second half of the line end before.
    if text[..text.len() - rest.len()].ends_with('\r') {
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    let mut lines = 0;
    while let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])) {
        rest = after;
        lines += 1;
    }
    lines
}

/// UTF-8, or UTF-16 that says so; anything else would be a guess.
fn decoded(file: &str, bytes: Vec<u8>) -> Result<String, WorkbookError> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units = bytes[2..].as_chunks::<2>().0.iter().map(|pair| read(*pair));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    match &bytes[..] {
        [0xFF, 0xFE, ..] => return Ok(wide(u16::from_le_bytes)),
        [0xFE, 0xFF, ..] => return Ok(wide(u16::from_be_bytes)),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or(0);
            Err(WorkbookError::NotUtf8 { file: file.into(), at, byte })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_workbook() {
        let files = [
            ("choices.csv", "list_name,name\nyn,\"a, b\"\n"),
            ("survey.csv", "\u{feff}type,name\n\nnote,a\n"),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        let bundle = crate::read_csv_files("form", files).unwrap();
        assert_eq!(&*bundle.main.text, "type\tname\n\nnote\ta\n");
        assert_eq!(&*bundle.files[0].text, "list_name\tname\nyn\ta, b\n");
        assert_eq!(&*bundle.files[0].name, "form#choices");
    }

    #[test]
    fn sheets_below_each_other() {
        let text = "survey\n,type,name\n,note,a\n\"choices\",list_name,name\n,yn,yes\n,yn,no\n";
        let bundle = crate::read("f.csv", text.as_bytes()).unwrap();
        assert_eq!(&*bundle.main.text, "type\tname\nnote\ta\n");
        assert_eq!(&*bundle.files[0].text, "list_name\tname\nyn\tyes\nyn\tno\n");
    }

    #[test]
    fn a_file_alone_is_the_survey() {
        let bundle = crate::read("f.csv", b"type,name,label\nnote,a,\"two\nlines\"\n\nnote,b,x").unwrap();
        assert_eq!(&*bundle.main.text, "type\tname\tlabel\nnote\ta\ttwo␊lines\n\nnote\tb\tx\n");
    }

    #[test]
    fn other_encodings_are_named_by_their_byte() {
        let error = crate::read("f.csv", b"type,label\nnote,\xc4\xe3\xba\xc3\n").unwrap_err();
        assert_eq!(error, WorkbookError::NotUtf8 { file: "f.csv".into(), at: 16, byte: 0xC4 });
        let wide: Vec<u8> =
            "\u{feff}type,label\nnote,你好\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(&*crate::read("f.csv", &wide).unwrap().main.text, "type\tlabel\nnote\t你好\n");
    }

    #[test]
    fn what_no_sheet_holds_is_refused() {
        let large = |text: &str, times: usize| crate::read("f.csv", text.repeat(times).as_bytes());
        assert!(matches!(large("a,b\n", 1_000_000), Err(WorkbookError::TooLarge { .. })));
        assert!(matches!(large("\n\n\na", 400_000), Err(WorkbookError::TooLarge { .. })));
        // Cells beyond the last column are not there; nor are those that are empty.
        assert!(large(",", 1_000_000).is_ok_and(|bundle| bundle.main.text.len() <= 1));
        assert!(large("\"a\n", 1).is_ok());
    }

    #[test]
    fn other_files_are_none() {
        assert_eq!(crate::read("f", b"\n \n").unwrap_err(), WorkbookError::Empty);
        for bytes in [&b"words"[..], b"\x00\x01\x02,\n", b"<a,/>\n", b"{\"a\":1,\n\"b\":2}"] {
            assert_eq!(crate::read("f", bytes).unwrap_err(), WorkbookError::Unknown);
        }
    }
}
