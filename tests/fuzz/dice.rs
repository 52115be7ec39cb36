//! Choices out of bytes: the fuzzer's as long as there are any, then made up from them.

/// A sequence of choices.
#[derive(Clone, Debug)]
pub struct Dice<'a> {
    bytes: &'a [u8],
    state: u64,
}

impl<'a> Dice<'a> {
    /// Choices that follow from the bytes alone.
    pub fn new(bytes: &'a [u8]) -> Dice<'a> {
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Dice { bytes, state: bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix) }
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let number = match self.bytes {
            [first, rest @ ..] if end <= 256 => {
                self.bytes = rest;
                usize::from(*first)
            }
            [first, second, rest @ ..] => {
                self.bytes = rest;
                usize::from(*first) << 8 | usize::from(*second)
            }
            _ => self.next() as usize >> 1,
        };
        number.checked_rem(end).unwrap_or(0)
    }

    /// Does it come up, once in `sides`?
    pub fn once_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    /// One of several.
    pub fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }

    /// The rest of the bytes.
    pub fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// splitmix64
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// A text with some of it cut out, said twice, put elsewhere, or replaced by one of `words`.
pub fn mutated(text: &str, words: &[&str], dice: &mut Dice<'_>) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + dice.below(4) {
        let from = dice.below(chars.len() + 1);
        let to = (from + dice.below(40)).min(chars.len());
        let at = dice.below(chars.len() + 1);
        match dice.below(6) {
            0 => {
                chars.drain(from..to);
            }
            1 => {
                let part: Vec<char> = chars[from..to].to_vec();
                chars.splice(at..at, part);
            }
            2 => {
                let part: Vec<char> = dice.of(words).chars().collect();
                chars.splice(from..to, part);
            }
            3 => {
                let part: Vec<char> = dice.of(words).chars().collect();
                chars.splice(from..from, part);
            }
            // A whole tag, cell or key: what stands between two marks.
            4 => {
                let mark = |c: &char| matches!(c, '<' | '>' | '"' | '\t' | '\n' | ',' | '{' | '}');
                let from = chars[..from].iter().rposition(mark).unwrap_or(0);
                let to = chars[to..].iter().position(mark).map_or(chars.len(), |found| to + found);
                let part: Vec<char> = chars[from..to].to_vec();
                match dice.once_in(2) {
                    true => drop(chars.drain(from..to)),
                    false => drop(chars.splice(to..to, part)),
                }
            }
            _ => {
                let strange =
                    ['\0', '\u{7f}', '\u{feff}', '\u{1F9D1}', '\u{0301}', '\u{2028}', '，', '<', '&', '"'];
                chars.splice(from..to.min(from + 1), [strange[dice.below(strange.len())]]);
            }
        }
    }
    chars.into_iter().collect()
}
