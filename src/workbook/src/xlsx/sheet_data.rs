//! Strings and cells: `sst` and `sheetData` (ECMA-376 §18.4, §18.3.1.4).

use quick_xml::events::BytesStart;

use super::Shared;
use super::xml::{Part, Step, attribute, name};
use crate::WorkbookError;
use crate::cell;
use crate::limits::{CELLS, COLUMNS, ROWS, too_many};
use crate::sheet::{Cells, Sheet};

/// The shared strings in their order.
pub(crate) fn strings(part: &str, text: &str) -> Result<Vec<String>, WorkbookError> {
    let mut strings = Vec::new();
    let mut part = Part::new(part, text);
    loop {
        match part.next()? {
            Step::Start(start) if name(&start) == "si" => {
                if strings.len() >= CELLS {
                    return Err(too_many("the workbook", CELLS, "strings"));
                }
                strings.push(rich(&mut part, "si")?);
            }
            Step::Start(_) | Step::End(_) | Step::Text(_) => {}
            Step::Done => return Ok(strings),
        }
    }
}

/// The text within `si` or `is`: all its runs, without what says how they sound.
fn rich(part: &mut Part<'_>, end: &str) -> Result<String, WorkbookError> {
    let mut text = String::new();
    let (mut in_text, mut spoken) = (false, false);
    loop {
        match part.next()? {
            Step::Start(start) => match name(&start) {
                "t" => in_text = true,
                "rPh" => spoken = true,
                _ => {}
            },
            Step::Text(words) if in_text && !spoken => text.push_str(&words),
            Step::Text(_) => {}
            Step::End(name) => match &*name {
                "t" => in_text = false,
                "rPh" => spoken = false,
                name if name == end => return Ok(unescaped(&text)),
                _ => {}
            },
            Step::Done => return Err(part.damaged(format!("`{end}` does not end"))),
        }
    }
}

/// `_x000D_` is how a workbook writes a character that XML can't hold (ST_Xstring, §22.9.2.19).
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_'));
        let c = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        match c {
            Some(c) => {
                out.push(c);
                rest = &rest[7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    out + rest
}

/// The cells of a worksheet, as a form's sheet.
pub(crate) fn sheet(title: &str, path: &str, text: &str, shared: &Shared) -> Result<Sheet, WorkbookError> {
    let mut part = Part::new(path, text);
    cells(title, &mut part, shared)?.into_sheet()
}

/// The cells of a worksheet, whatever it is, each of those that are merged with what the first of them holds.
pub(crate) fn table(title: &str, path: &str, text: &str, shared: &Shared) -> Result<Sheet, WorkbookError> {
    let mut part = Part::new(path, text);
    let cells = cells(title, &mut part, shared)?;
    let mut merged = Vec::new();
    loop {
        match part.next()? {
            Step::Start(start) if name(&start) == "mergeCell" => {
                if merged.len() >= CELLS {
                    return Err(too_many(title, CELLS, "merged cells"));
                }
                let area = attribute(&start, "ref");
                let corners = area.as_deref().and_then(|area| area.split_once(':'));
                let corners = corners.and_then(|(first, last)| Some((place(first)?, place(last)?)));
                merged.extend(corners);
            }
            Step::Start(_) | Step::End(_) | Step::Text(_) => {}
            Step::Done => return cells.into_table(&merged),
        }
    }
}

/// What stands in a worksheet's rows.
fn cells(title: &str, part: &mut Part<'_>, shared: &Shared) -> Result<Cells, WorkbookError> {
    let mut cells = Cells::new(title);
    let (mut row, mut column) = (0_u32, 0_u32);
    let mut first = true;
    loop {
        match part.next()? {
            Step::Start(start) => match name(&start) {
                "row" => {
                    let given = attribute(&start, "r").and_then(|r| r.parse::<u32>().ok());
                    row = match given {
                        Some(given) => given.saturating_sub(1),
                        None if first => 0,
                        None => row.saturating_add(1),
                    };
                    (first, column) = (false, 0);
                }
                "c" => {
                    if let Some((at_row, at_column)) = attribute(&start, "r").and_then(|r| place(&r)) {
                        (row, column) = (at_row, at_column);
                    }
                    let value = value(part, &start, shared)?;
                    cells.set(row, column, value)?;
                    column = column.saturating_add(1);
                }
                _ => {}
            },
            Step::End(name) if name == "sheetData" => return Ok(cells),
            Step::End(_) | Step::Text(_) => {}
            Step::Done => return Err(part.damaged("its rows do not end")),
        }
    }
}

/// `BC12` as row and column from 0.
fn place(reference: &str) -> Option<(u32, u32)> {
    let digits = reference.find(|c: char| c.is_ascii_digit())?;
    let mut column = 0_u32;
    for letter in reference[..digits].bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() || column > COLUMNS {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    let row: u32 = reference[digits..].parse().ok()?;
    (column > 0 && row > 0 && row <= ROWS).then(|| (row - 1, column - 1))
}

/// A cell's value as text; a formula's is the one that was worked out last.
fn value(part: &mut Part<'_>, start: &BytesStart<'_>, shared: &Shared) -> Result<String, WorkbookError> {
    let kind = attribute(start, "t").unwrap_or_default();
    let style = attribute(start, "s").and_then(|style| style.parse::<usize>().ok());
    let mut raw = String::new();
    let mut in_value = false;
    loop {
        match part.next()? {
            Step::Start(start) => match name(&start) {
                "v" => in_value = true,
                "is" => raw = rich(part, "is")?,
                _ => {}
            },
            Step::Text(words) if in_value => raw.push_str(&words),
            Step::Text(_) => {}
            Step::End(name) => match &*name {
                "v" => in_value = false,
                "c" => break,
                _ => {}
            },
            Step::Done => return Err(part.damaged("a cell does not end")),
        }
    }
    Ok(match &*kind {
        "s" => {
            let index = raw.trim().parse::<usize>().ok();
            cell::text(index.and_then(|index| shared.strings.get(index)).map_or("", String::as_str))
        }
        "b" if raw.trim().is_empty() => String::new(),
        "b" => cell::boolean(matches!(raw.trim(), "1" | "true")),
        "str" => cell::text(&unescaped(&raw)),
        "inlineStr" | "e" | "d" => cell::text(&raw),
        _ => number(&raw, style, shared),
    })
}

fn number(raw: &str, style: Option<usize>, shared: &Shared) -> String {
    let Ok(number) = raw.trim().parse::<f64>() else { return cell::text(raw) };
    let is_moment = style.and_then(|style| shared.moments.get(style)).copied().unwrap_or(false);
    let moment = if is_moment { cell::moment(number, shared.since_1904) } else { None };
    moment.unwrap_or_else(|| cell::number(number))
}
