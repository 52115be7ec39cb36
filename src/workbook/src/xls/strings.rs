//! Strings that run on over records: each further record begins anew with how wide its characters are ([MS-XLS] 2.5.293).

/// A record with those that continue it, read from front to back.
pub(super) struct Run<'a> {
    chunks: Vec<&'a [u8]>,
    chunk: usize,
    at: usize,
}

impl<'a> Run<'a> {
    pub fn new(chunks: Vec<&'a [u8]>) -> Run<'a> {
        Run { chunks, chunk: 0, at: 0 }
    }

    fn left(&self) -> &'a [u8] {
        self.chunks.get(self.chunk).and_then(|chunk| chunk.get(self.at..)).unwrap_or(&[])
    }

    /// Goes on to the next record, if this one is used up; false: there is none.
    fn fill(&mut self) -> bool {
        while self.left().is_empty() {
            if self.chunk + 1 >= self.chunks.len() {
                return false;
            }
            self.chunk += 1;
            self.at = 0;
        }
        true
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.fill();
        let byte = *self.left().first()?;
        self.at += 1;
        Some(byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    pub fn skip(&mut self, mut count: usize) {
        while count > 0 && self.fill() {
            let step = count.min(self.left().len());
            self.at += step;
            count -= step;
        }
    }

    /// The characters of a string whose length is known: flags, then the text, then what formats it.
    pub fn string(&mut self, length: usize) -> Option<String> {
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let further = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let text = self.characters(length, flags & 1 != 0)?;
        self.skip(runs * 4);
        self.skip(further);
        Some(text)
    }

    fn characters(&mut self, length: usize, mut wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::new();
        while units.len() < length {
            if self.left().is_empty() {
                if !self.fill() {
                    return None;
                }
                wide = self.byte()? & 1 != 0;
            }
            let left = self.left();
            let wanted = length - units.len();
            if wide {
                let pairs = left.as_chunks::<2>().0;
                let taken = wanted.min(pairs.len());
                units.extend(pairs[..taken].iter().map(|pair| u16::from_le_bytes(*pair)));
                // Half a character is left over only in a damaged file.
                self.at += if taken == 0 { left.len() } else { taken * 2 };
            } else {
                let taken = wanted.min(left.len());
                units.extend(left[..taken].iter().map(|byte| u16::from(*byte)));
                self.at += taken;
            }
        }
        Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }
}
