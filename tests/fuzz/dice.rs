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

    /// Choices that follow from a number.
    pub fn seeded(seed: u64) -> Dice<'static> {
        Dice { bytes: &[], state: seed }
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
///
/// Mostly whole tags, cells, keys and quoted texts, so that what comes of it is still read.
pub fn mutated(text: &str, words: &[&str], dice: &mut Dice<'_>) -> String {
    let mut parts = parts(text);
    for _ in 0..1 + dice.below(3) {
        let (from, to) = (dice.below(parts.len()), dice.below(parts.len()));
        if parts.is_empty() || from == to {
            continue;
        }
        match dice.below(8) {
            0 => drop(parts.remove(from)),
            1 => parts.insert(to, parts[from].clone()),
            2 => parts.swap(from, to),
            3 => parts[from] = dice.of(words).to_owned(),
            4 => parts[from] = scratched(&parts[from], dice),
            // One place gets what another of its kind has.
            _ => {
                let mark = parts[from].chars().next();
                let alike = |part: &&String| part.chars().next() == mark;
                let other = parts.iter().cycle().skip(to).take(parts.len()).find(alike).cloned();
                parts[from] = other.unwrap_or_default();
            }
        }
    }
    parts.concat()
}

/// The text in parts that begin at a mark.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in text.chars() {
        if matches!(c, '<' | '"' | '\t' | '\n' | ',' | '{' | '}' | '[' | ']')
            && let Some(last) = parts.last()
            && !last.is_empty()
        {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

/// A character of it is another.
fn scratched(text: &str, dice: &mut Dice<'_>) -> String {
    const STRANGE: [char; 10] =
        ['\0', '\u{7f}', '\u{feff}', '\u{1F9D1}', '\u{0301}', '\u{2028}', '，', '<', '&', '"'];
    let mut chars: Vec<char> = text.chars().collect();
    let at = dice.below(chars.len());
    chars[at] = STRANGE[dice.below(STRANGE.len())];
    chars.into_iter().collect()
}
