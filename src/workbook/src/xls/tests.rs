//! A workbook made by hand, record by record, whole and damaged.

use crate::{WorkbookError, read};

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((data.len() as u16).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn cell(kind: u16, row: u16, column: u16, format: u16, value: &[u8]) -> Vec<u8> {
    let head = [row, column, format].into_iter().flat_map(u16::to_le_bytes);
    record(kind, &head.chain(value.iter().copied()).collect::<Vec<u8>>())
}

fn narrow(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_le_bytes().to_vec();
    bytes.push(0);
    bytes.extend(text.bytes());
    bytes
}

/// Globals and one sheet; the strings run on over two records, the second half in wide characters.
fn stream(version: u16, pass: bool) -> Vec<u8> {
    let begin = [version.to_le_bytes(), 5_u16.to_le_bytes()].concat();
    let mut strings = [2_u32.to_le_bytes(), 2_u32.to_le_bytes()].concat();
    strings.extend(narrow("type"));
    strings.extend([4, 0, 0, b'n', b'a']);
    let mut sheet = record(0x809, &begin);
    sheet.extend(cell(0xFD, 0, 0, 0, &0_u32.to_le_bytes()));
    sheet.extend(cell(0xFD, 0, 1, 0, &1_u32.to_le_bytes()));
    sheet.extend(cell(0x204, 0, 2, 0, &narrow("c")));
    sheet.extend(cell(0x204, 0, 3, 0, &narrow("d")));
    sheet.extend(cell(0x203, 2, 0, 0, &0.5_f64.to_le_bytes()));
    sheet.extend(cell(0x203, 2, 1, 1, &45_943.0_f64.to_le_bytes()));
    sheet.extend(cell(0x27E, 2, 2, 0, &(150_u32 << 2 | 3).to_le_bytes()));
    sheet.extend(cell(0x205, 2, 3, 0, &[1, 0]));
    sheet.extend(cell(0x06, 3, 0, 0, &[0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0]));
    sheet.extend(record(0x207, &narrow("worked out")));
    let pair = [0_u16.to_le_bytes().to_vec(), (7_u32 << 2 | 2).to_le_bytes().to_vec()].concat();
    let pairs = [&[3, 0, 1, 0][..], &pair, &pair, &[2, 0]].concat();
    sheet.extend(record(0xBD, &pairs));
    sheet.extend(record(0x0A, &[]));
    let mut globals = record(0x809, &begin);
    if pass {
        globals.extend(record(0x2F, &[1, 0]));
    }
    globals.extend(record(0xE0, &[0, 0, 0, 0]));
    globals.extend(record(0xE0, &[0, 0, 14, 0]));
    globals.extend(record(0xFC, &strings));
    globals.extend(record(0x3C, &[1, b'm', 0, b'e', 0]));
    let start = globals.len() + 4 + 8 + 6 + 4;
    let mut bound = (start as u32).to_le_bytes().to_vec();
    bound.extend([0, 0, 6, 0]);
    bound.extend(b"Survey");
    globals.extend(record(0x85, &bound));
    globals.extend(record(0x0A, &[]));
    globals.extend(sheet);
    globals
}

/// A compound file with one stream: the header, the table, the directory, the stream's sectors.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let sectors = stream.len().div_ceil(512);
    let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    bytes.resize(512, 0xFF);
    bytes[30..34].copy_from_slice(&[9, 0, 6, 0]);
    bytes[48..52].copy_from_slice(&1_u32.to_le_bytes());
    bytes[56..60].copy_from_slice(&0_u32.to_le_bytes());
    bytes[76..80].copy_from_slice(&0_u32.to_le_bytes());
    let mut table = vec![0xFFFF_FFFD, 0xFFFF_FFFE];
    table.extend((0..sectors as u32).map(|index| index + 3));
    if let Some(last) = table.last_mut() {
        *last = 0xFFFF_FFFE;
    }
    table.resize(128, 0xFFFF_FFFF);
    bytes.extend(table.into_iter().flat_map(u32::to_le_bytes));
    for (name, kind, start, size) in [("Root Entry", 5, 0xFFFF_FFFE_u32, 0), (name, 2, 2, stream.len())] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = entry.len() as u16 + 2;
        entry.resize(128, 0);
        entry[64..66].copy_from_slice(&length.to_le_bytes());
        entry[66] = kind;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&(size as u32).to_le_bytes());
        bytes.extend(entry);
    }
    bytes.resize(3 * 512, 0);
    bytes.extend(stream);
    bytes.resize((3 + sectors) * 512, 0);
    bytes
}

#[test]
fn every_kind_of_cell() {
    let bundle = read("f.xls", &compound("Workbook", &stream(0x600, false))).unwrap();
    let expected = "type\tname\tc\td\n\n0.5\t2025-10-13\t1.5\tTRUE\nworked out\t7\t7\n";
    assert_eq!(&*bundle.main.text, expected);
}

#[test]
fn what_can_not_be_read_says_why() {
    let error = |name: &str, stream: &[u8]| read("f.xls", &compound(name, stream)).unwrap_err();
    assert_eq!(error("Workbook", &stream(0x600, true)), WorkbookError::Encrypted);
    assert_eq!(error("EncryptedPackage", b"x"), WorkbookError::Encrypted);
    assert_eq!(error("Book", &stream(0x500, false)), WorkbookError::TooOld);
    assert_eq!(error("Workbook", &stream(0x500, false)), WorkbookError::TooOld);
    assert_eq!(error("WordDocument", b"x"), WorkbookError::Unknown);
    assert!(matches!(error("Workbook", b"x"), WorkbookError::Damaged { .. }));
}

#[test]
fn damage_anywhere_is_an_error_or_a_form() {
    let whole = compound("Workbook", &stream(0x600, false));
    for end in 0..whole.len() {
        let _ = read("f.xls", &whole[..end]);
    }
    for at in 0..whole.len() {
        for change in [0x01, 0x10, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            let _ = read("f.xls", &bytes);
        }
    }
}

#[test]
fn a_chain_that_comes_back_ends() {
    let mut bytes = compound("Workbook", &stream(0x600, false));
    // The stream's first sector follows itself, and the stream claims to be endless.
    bytes[512 + 8..512 + 12].copy_from_slice(&2_u32.to_le_bytes());
    bytes[1024 + 128 + 120..1024 + 128 + 124].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(read("f.xls", &bytes), Err(WorkbookError::Damaged { .. })));
}
