//! A compound file: sectors in chains, and a directory of streams ([MS-CFB]).

use super::{u16_at, u32_at};

/// Ends a chain; all that is above names no sector either.
const LAST: u32 = 0xFFFF_FFFA;
/// Streams shorter than the cut-off lie in sectors of 64 bytes, themselves in the root's stream.
const MINI: usize = 64;

/// An open compound file.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// The sector after each.
    next: Vec<u32>,
    mini_next: Vec<u32>,
    mini_stream: Vec<u8>,
    cut_off: usize,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    kind: u8,
    start: u32,
    size: usize,
}

impl<'a> File<'a> {
    pub fn open(bytes: &'a [u8]) -> Option<File<'a>> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = File {
            bytes,
            sector,
            next: Vec::new(),
            mini_next: Vec::new(),
            mini_stream: Vec::new(),
            cut_off: u32_at(bytes, 56)? as usize,
            entries: Vec::new(),
        };
        file.next = file.table()?;
        let directory = file.chain(u32_at(bytes, 48)?, usize::MAX)?;
        file.entries = directory.as_chunks::<128>().0.iter().filter_map(Entry::read).collect();
        if let Some(root) = file.entries.iter().find(|entry| entry.kind == 5) {
            file.mini_stream = file.chain(root.start, root.size).unwrap_or_default();
        }
        let start = u32_at(bytes, 60)?;
        if start < LAST {
            file.mini_next = numbers(&file.chain(start, usize::MAX)?);
        }
        Some(file)
    }

    fn sector(&self, index: u32) -> Option<&'a [u8]> {
        let start = (index as usize).checked_add(1)?.checked_mul(self.sector)?;
        // A last sector may be cut short.
        self.bytes.get(start..).map(|rest| &rest[..rest.len().min(self.sector)])
    }

    /// The table of sectors: its first 109 parts are named in the header, the others in a chain of their own.
    fn table(&self) -> Option<Vec<u32>> {
        let most = self.bytes.len() / self.sector + 1;
        let mut parts: Vec<u32> = (0..109).map_while(|index| u32_at(self.bytes, 76 + index * 4)).collect();
        let mut more = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while more < LAST {
            steps += 1;
            if steps > most {
                return None;
            }
            let mut named = numbers(self.sector(more)?);
            more = named.pop()?;
            parts.extend(named);
        }
        parts.retain(|part| *part < LAST);
        if parts.len() > most {
            return None;
        }
        let mut table = Vec::new();
        for part in parts {
            table.extend(numbers(self.sector(part)?));
        }
        Some(table)
    }

    /// The bytes of a chain of sectors, `size` of them at most.
    fn chain(&self, start: u32, size: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut at = start;
        while at < LAST && bytes.len() < size {
            bytes.extend_from_slice(self.sector(at)?);
            // A chain that comes back to itself is longer than the file.
            if bytes.len() > self.bytes.len() {
                return None;
            }
            at = *self.next.get(at as usize)?;
        }
        bytes.truncate(size);
        Some(bytes)
    }

    fn mini_chain(&self, start: u32, size: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut at = start;
        while at < LAST && bytes.len() < size {
            let from = (at as usize).checked_mul(MINI)?;
            let rest = self.mini_stream.get(from..)?;
            bytes.extend_from_slice(&rest[..rest.len().min(MINI)]);
            if bytes.len() > self.mini_stream.len() {
                return None;
            }
            at = *self.mini_next.get(at as usize)?;
        }
        bytes.truncate(size);
        Some(bytes)
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.kind == 2 && entry.name.eq_ignore_ascii_case(name))
    }

    /// Is there a stream of that name?
    pub fn holds(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// The bytes of a stream; none: there is none, or it can't be followed.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        match entry.size < self.cut_off {
            true => self.mini_chain(entry.start, entry.size),
            false => self.chain(entry.start, entry.size),
        }
    }
}

impl Entry {
    fn read(bytes: &[u8; 128]) -> Option<Entry> {
        let length = usize::from(u16_at(bytes, 64)?).min(64) / 2;
        let units = (0..length.saturating_sub(1)).map_while(|index| u16_at(bytes, index * 2));
        Some(Entry {
            name: char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            kind: bytes[66],
            start: u32_at(bytes, 116)?,
            size: u32_at(bytes, 120)? as usize,
        })
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect()
}
