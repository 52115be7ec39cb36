//! The records of a workbook's stream: its sheets, strings and formats, then each sheet's cells ([MS-XLS] 2.4).

use std::collections::HashMap;

use super::strings::Run;
use super::{damaged, f64_at, u16_at, u32_at};
use crate::WorkbookError;
use crate::cell;
use crate::limits::{CELLS, SHEETS, Sum, too_many};
use crate::names::wanted;
use crate::sheet::{Cells, Sheet};

/// The records that are looked at.
mod record {
    pub const FORMULA: u16 = 0x0006;
    pub const END: u16 = 0x000A;
    pub const DATE_MODE: u16 = 0x0022;
    pub const FILE_PASS: u16 = 0x002F;
    pub const CONTINUE: u16 = 0x003C;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MUL_RK: u16 = 0x00BD;
    pub const RICH_STRING: u16 = 0x00D6;
    pub const XF: u16 = 0x00E0;
    pub const STRINGS: u16 = 0x00FC;
    pub const LABEL_SST: u16 = 0x00FD;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_ERR: u16 = 0x0205;
    pub const STRING: u16 = 0x0207;
    pub const RK: u16 = 0x027E;
    pub const FORMAT: u16 = 0x041E;
    pub const BEGIN: u16 = 0x0809;
}

/// Records one after the other, with those that continue each.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn header(&self) -> Option<(u16, &'a [u8])> {
        let kind = u16_at(self.stream, self.at)?;
        let length = usize::from(u16_at(self.stream, self.at + 2)?);
        Some((kind, self.stream.get(self.at + 4..self.at + 4 + length)?))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, Vec<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, data) = self.header()?;
        self.at += 4 + data.len();
        let mut chunks = vec![data];
        while let Some((record::CONTINUE, more)) = self.header() {
            self.at += 4 + more.len();
            chunks.push(more);
        }
        Some((kind, chunks))
    }
}

/// What cells refer to, and where each sheet begins.
#[derive(Default)]
struct Globals {
    sheets: Vec<(String, usize)>,
    strings: Vec<String>,
    /// Does each number format show dates?
    formats: HashMap<u16, bool>,
    /// The number format of each cell format.
    cell_formats: Vec<u16>,
    since_1904: bool,
}

/// The sheets of a workbook's stream.
pub(super) fn sheets(stream: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    let globals = globals(stream)?;
    let count = globals.sheets.len();
    let mut sum = Sum::default();
    let mut sheets = Vec::new();
    for (name, start) in &globals.sheets {
        let sheet = match wanted(name, count) {
            true => globals.sheet(name, stream, *start)?,
            false => Sheet { name: name.clone(), rows: Vec::new() },
        };
        sum.add(&sheet)?;
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn globals(stream: &[u8]) -> Result<Globals, WorkbookError> {
    let mut globals = Globals::default();
    let mut records = Records { stream, at: 0 };
    match records.next() {
        Some((record::BEGIN, chunks)) if u16_at(chunks[0], 0) == Some(0x0600) => {}
        Some((record::BEGIN, _)) => return Err(WorkbookError::TooOld),
        _ => return Err(damaged("it does not begin as a workbook")),
    }
    for (kind, chunks) in records {
        let data = chunks[0];
        match kind {
            record::END => return Ok(globals),
            record::FILE_PASS => return Err(WorkbookError::Encrypted),
            record::DATE_MODE => globals.since_1904 = u16_at(data, 0) == Some(1),
            record::FORMAT => {
                if let (Some(id), Some(code)) = (u16_at(data, 0), long_string(&chunks, 2)) {
                    globals.formats.insert(id, cell::shows_moment(u32::from(id), Some(&code)));
                }
            }
            record::XF => globals.cell_formats.push(u16_at(data, 2).unwrap_or(0)),
            // Only worksheets; charts and macros hold no rows.
            record::BOUND_SHEET if data.get(5) == Some(&0) => {
                if globals.sheets.len() >= SHEETS {
                    return Err(too_many("the workbook", SHEETS, "sheets"));
                }
                let mut run = Run::new(vec![data.get(6..).unwrap_or(&[])]);
                let name = run.byte().and_then(|length| run.string(usize::from(length)));
                if let (Some(start), Some(name)) = (u32_at(data, 0), name) {
                    globals.sheets.push((name, start as usize));
                }
            }
            record::STRINGS => globals.strings = shared_strings(chunks)?,
            _ => {}
        }
    }
    Err(damaged("it breaks off"))
}

fn shared_strings(chunks: Vec<&[u8]>) -> Result<Vec<String>, WorkbookError> {
    let mut run = Run::new(chunks);
    let mut strings = Vec::new();
    let (_, count) = (run.u32(), run.u32().unwrap_or(0));
    for _ in 0..count {
        let Some(string) = run.u16().and_then(|length| run.string(usize::from(length))) else { break };
        if strings.len() >= CELLS {
            return Err(too_many("the workbook", CELLS, "strings"));
        }
        strings.push(string);
    }
    Ok(strings)
}

/// A string with its length in two bytes, from `at` on.
fn long_string(chunks: &[&[u8]], at: usize) -> Option<String> {
    let mut run = Run::new(chunks.to_vec());
    run.skip(at);
    let length = run.u16()?;
    run.string(usize::from(length))
}

impl Globals {
    fn sheet(&self, name: &str, stream: &[u8], start: usize) -> Result<Sheet, WorkbookError> {
        let mut cells = Cells::new(name);
        // Charts within a sheet are streams within its stream.
        let mut depth = 0_u32;
        let mut awaited = None;
        for (kind, chunks) in (Records { stream, at: start }) {
            match kind {
                record::BEGIN => depth += 1,
                record::END if depth <= 1 => return cells.into_sheet(),
                record::END => depth -= 1,
                record::STRING if depth == 1 => {
                    if let (Some((row, column)), Some(text)) = (awaited.take(), long_string(&chunks, 0)) {
                        cells.set(row, column, cell::text(&text))?;
                    }
                }
                _ if depth == 1 => {
                    if let Some(at) = self.cell(kind, &chunks, &mut cells)? {
                        awaited = Some(at);
                    }
                }
                _ => {}
            }
        }
        Err(damaged(&format!("the sheet `{name}` breaks off")))
    }

    /// Notes the cells of a record. A formula whose text comes in the next record gives its place.
    fn cell(
        &self,
        kind: u16,
        chunks: &[&[u8]],
        cells: &mut Cells,
    ) -> Result<Option<(u32, u32)>, WorkbookError> {
        let data = chunks[0];
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else { return Ok(None) };
        let (row, column) = (u32::from(row), u32::from(column));
        let format = u16_at(data, 4).unwrap_or(0);
        let text = match kind {
            record::LABEL_SST => {
                let string = u32_at(data, 6).and_then(|index| self.strings.get(index as usize));
                string.map(|string| cell::text(string))
            }
            record::LABEL | record::RICH_STRING => long_string(chunks, 6).map(|text| cell::text(&text)),
            record::NUMBER => f64_at(data, 6).map(|number| self.number(number, format)),
            record::RK => u32_at(data, 6).map(|packed| self.number(unpacked(packed), format)),
            record::BOOL_ERR => data.get(6).map(|value| match data.get(7) {
                Some(0) => cell::boolean(*value != 0),
                _ => error(*value).to_owned(),
            }),
            record::MUL_RK => {
                let pairs = data.get(4..data.len().saturating_sub(2)).unwrap_or(&[]);
                for (index, pair) in pairs.as_chunks::<6>().0.iter().enumerate() {
                    let format = u16::from_le_bytes([pair[0], pair[1]]);
                    let packed = u32::from_le_bytes([pair[2], pair[3], pair[4], pair[5]]);
                    cells.set(row, column + index as u32, self.number(unpacked(packed), format))?;
                }
                None
            }
            record::FORMULA => match data.get(6..14) {
                Some([0, _, _, _, _, _, 0xFF, 0xFF]) => return Ok(Some((row, column))),
                Some([1, _, value, _, _, _, 0xFF, 0xFF]) => Some(cell::boolean(*value != 0)),
                Some([2, _, value, _, _, _, 0xFF, 0xFF]) => Some(error(*value).to_owned()),
                Some([_, _, _, _, _, _, 0xFF, 0xFF]) => None,
                _ => f64_at(data, 6).map(|number| self.number(number, format)),
            },
            _ => None,
        };
        cells.set(row, column, text.unwrap_or_default())?;
        Ok(None)
    }

    fn number(&self, number: f64, format: u16) -> String {
        let id = self.cell_formats.get(usize::from(format)).copied().unwrap_or(0);
        let known = self.formats.get(&id).copied();
        let moment = match known.unwrap_or_else(|| cell::shows_moment(u32::from(id), None)) {
            true => cell::moment(number, self.since_1904),
            false => None,
        };
        moment.unwrap_or_else(|| cell::number(number))
    }
}

/// A number in 30 bits: the upper ones of a float, or an integer, either perhaps in hundredths ([MS-XLS] 2.5.217).
fn unpacked(packed: u32) -> f64 {
    let number = match packed & 2 {
        0 => f64::from_bits(u64::from(packed & !3) << 32),
        _ => f64::from(packed as i32 >> 2),
    };
    if packed & 1 == 0 { number } else { number / 100.0 }
}

fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}
