//! Rows of text out of bytes: CSV in UTF-8, with a mark or without, or in GB18030, or in both by turns; or the first sheet of a workbook.
//!
//! Kept here: what can't be read is a character of its own in its row, never a guess; sizes are bounded before memory is taken.

use axum::http::StatusCode;
use doorstep_workbook::{WorkbookError, read_table};
use encoding_rs::GB18030;

use crate::answer::Refusal;

/// So many rows at most.
pub(super) const MOST_ROWS: usize = 100_000;
/// And columns.
const MOST_COLUMNS: usize = 200;

/// A list's rows, each with its number as a spreadsheet shows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::monitoring) struct Table {
    pub(in crate::monitoring) rows: Vec<(usize, Vec<String>)>,
}

/// Reads a list.
///
/// # Errors
/// 422 with a code of its own for each way out: `list_empty`, `list_broken` and so on.
pub(in crate::monitoring) fn read(bytes: &[u8]) -> Result<Table, Refusal> {
    let table = match bytes {
        [b'P', b'K', ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => workbook(bytes)?,
        _ if is_something_else(bytes) => return Err(bad("not_a_list", "it is neither CSV nor a workbook")),
        _ => csv(&decoded(bytes)?)?,
    };
    match table.rows.len() {
        0 => Err(bad("list_empty", "there is no row in it")),
        rows if rows > MOST_ROWS + 20 => {
            Err(too_large("it has more than 100,000 rows: bring it in in parts"))
        }
        _ => Ok(table),
    }
}

/// Files that people choose by mistake, by how they begin: PDF, RTF, pictures, pages.
fn is_something_else(bytes: &[u8]) -> bool {
    let begins: [&[u8]; 7] =
        [b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"<html", b"<!DOCTYPE"];
    begins.iter().any(|begin| bytes.starts_with(begin))
}

/// 422: it is no list.
pub(in crate::monitoring) fn bad(code: &'static str, reason: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, code, reason)
}

fn too_large(reason: impl Into<String>) -> Refusal {
    bad("list_too_large", reason)
}

fn workbook(bytes: &[u8]) -> Result<Table, Refusal> {
    let told = |error: WorkbookError| match error {
        WorkbookError::TooLarge { limit, .. } => {
            too_large(format!("it is over {limit}: bring it in in parts"))
        }
        WorkbookError::Encrypted => {
            bad("list_locked", "it asks for a password: take that away and save it anew")
        }
        WorkbookError::TooOld => bad("list_old", "it is an old workbook: save it as .xlsx"),
        // Its own words may name a sheet, and a sheet a person.
        _ => bad("list_broken", "it is no workbook that can be read: save it anew as .xlsx"),
    };
    let sheet = read_table(bytes).map_err(told)?;
    let rows = (1..).zip(sheet.rows).map(|(number, mut cells)| {
        cells.truncate(MOST_COLUMNS);
        (number, cells)
    });
    Ok(Table { rows: rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty())).collect() })
}

fn csv(text: &str) -> Result<Table, Refusal> {
    // One that is not closed would swallow all that follows, and nobody would miss it.
    let open = text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
    if open {
        return Err(bad("list_quotes", "its quotes do not close: a quote within a cell is written twice"));
    }
    let head: String = text.lines().take(5).collect();
    let often = |letter: char| head.matches(letter).count();
    let delimiter = if often('\t') > often(',') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| bad("not_a_list", "it is no CSV"))?;
        let (line, start) = record.position().map_or((0, 0), |at| (at.line() as usize, at.byte() as usize));
        // The reader passes over empty lines without a word.
        let passed =
            text.as_bytes()[start.min(text.len())..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        let number = line + passed.filter(|byte| **byte == b'\n').count();
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push((number, record.iter().take(MOST_COLUMNS).map(str::to_owned).collect()));
        }
        if rows.len() > MOST_ROWS + 20 {
            break;
        }
    }
    Ok(Table { rows })
}

/// Text, line by line: a character of GB18030 holds no line end, no comma and no quote, so each line stands for itself.
fn decoded(bytes: &[u8]) -> Result<String, Refusal> {
    let bytes = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            return Err(bad("list_utf16", "it is UTF-16: save it as “CSV UTF-8”"));
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        all => all,
    };
    if bytes.contains(&0) {
        return Err(bad("not_a_list", "it is neither CSV nor a workbook"));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let foreign = lines().filter(|line| std::str::from_utf8(line).is_err()).count();
    let others = lines().filter(|line| !line.is_ascii() && std::str::from_utf8(line).is_ok()).count();
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    for line in lines() {
        // A few characters of GB18030 can be UTF-8 by chance; many can't.
        let by_chance = foreign > others && line.iter().filter(|byte| !byte.is_ascii()).count() < 9;
        match (std::str::from_utf8(line), GB18030.decode_without_bom_handling_and_without_replacement(line)) {
            (Ok(line), None) => text.push_str(line),
            (Ok(line), Some(_)) if !by_chance => text.push_str(line),
            (_, Some(line)) => text.push_str(&line),
            (Err(_), None) => text.push_str(&String::from_utf8_lossy(line)),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<String> {
        read(bytes)
            .unwrap()
            .rows
            .into_iter()
            .map(|(number, cells)| format!("{number} {}", cells.join("|")))
            .collect()
    }

    #[test]
    fn each_encoding_is_read_and_both_in_one_file() {
        let gb = |text: &str| GB18030.encode(text).0.into_owned();
        let expected = ["1 姓名|村居", "2 王秀英|西石村", "4 李强|东河村"];
        let text = "姓名,村居\n王秀英,西石村\n\n李强,东河村\n";
        assert_eq!(cells(text.as_bytes()), expected);
        assert_eq!(cells(format!("\u{feff}{text}").as_bytes()), expected);
        assert_eq!(cells(&gb(text)), expected);
        assert_eq!(cells(&gb(&text.replace(',', "\t"))), expected);
        let mixed = [&gb("姓名,村居\n王秀英,西石村\n")[..], "\n李强,东河村\n".as_bytes()].concat();
        assert_eq!(cells(&mixed), expected);
        // A byte that is nothing in either stays in its row.
        let broken = [&gb("姓名,村居\n王秀英,西石村\n")[..], b"\n\xff\xfe,x\n"].concat();
        assert!(cells(&broken)[2].contains('\u{fffd}'));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (bytes, code) in [
            (&b""[..], "list_empty"),
            (b"\n\n", "list_empty"),
            (b"PK\x03\x04", "list_broken"),
            (b"\xd0\xcf\x11\xe0", "list_old"),
            (b"\xff\xfea\0", "list_utf16"),
            (b"a\0b", "not_a_list"),
            (b"%PDF-1.7\n1 0 obj", "not_a_list"),
            (b"{\\rtf1", "not_a_list"),
            (b"\x89PNG\r\n", "not_a_list"),
            (b"<html>", "not_a_list"),
            (b"a,\"b", "list_quotes"),
        ] {
            assert_eq!(read(bytes).map(|table| table.rows.len()).unwrap_err().code, code, "{bytes:?}");
        }
    }
}
