//! Chance, from the session's seed: the same session gives the same sequence.

use std::cell::Cell;

use sha2::{Digest, Sha256};

use super::{Call, Function, Operand};
use crate::value::number_text;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "random",
        "random() → number",
        (0, 0),
        "A number from 0 up to 1, from the session's seed: the same session gives the same sequence.",
        ("random()", "0.…"),
        |call| Operand::Number(fraction(call.eval.random)),
    )
    .number(),
    Function::new(
        "uuid",
        "uuid(length?) → text",
        (0, 1),
        "A random identifier (UUID version 4), from the session's seed; with a length, that many characters of as many identifiers as it takes.",
        ("string-length(uuid())", "36"),
        |call| {
            if call.len() == 0 {
                return Operand::text(identifier(call.eval.random));
            }
            let length = call.number(0);
            if !(0.0..=MAX_LENGTH).contains(&length) {
                return call.fail(format!("a length is a number up to {MAX_LENGTH}, not {}", number_text(length)));
            }
            let mut text = String::new();
            while text.len() < length as usize {
                text.push_str(&identifier(call.eval.random));
            }
            text.truncate(length as usize);
            Operand::text(text)
        },
    ),
    Function::new(
        "randomize",
        "randomize(nodes, seed?) → nodes",
        (1, 2),
        "The nodes in another order. The same seed gives the same order, in every ODK tool: a number's integer part, or a text by the first 64 bits of its SHA-256; a blank is 0. Without a seed the session's is taken.",
        ("join(' ', randomize(${age}, 3))", "30 10 20"),
        |call| {
            let mut nodes = call.nodes(0);
            let seed = match call.len() {
                1 => next(call.eval.random) as i64,
                _ => seed_of(call, 1),
            };
            shuffle(&mut nodes, seed);
            Operand::Nodes(nodes)
        },
    )
    .over(&[0]),
];

const MAX_LENGTH: f64 = 10_000.0;

fn fraction(state: &Cell<u64>) -> f64 {
    (next(state) >> 11) as f64 / (1u64 << 53) as f64
}

/// The next number of a splitmix64 sequence.
fn next(state: &Cell<u64>) -> u64 {
    state.set(state.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
    let mut z = state.get();
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A random identifier: UUID version 4.
pub(crate) fn identifier(state: &Cell<u64>) -> String {
    let (high, low) = (next(state), next(state));
    let high = (high & !0xF000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// A number as Java's `longValue` reads it; any other text by its hash.
fn seed_of(call: &Call<'_, '_>, index: usize) -> i64 {
    let number = call.number(index);
    if !number.is_nan() {
        // Saturates, as Java's does.
        return number as i64;
    }
    let text = call.text(index);
    if text.is_empty() || &*text == "NaN" {
        return 0;
    }
    let hash = Sha256::digest(text.as_bytes());
    hash[..8].iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte)) as i64
}

/// Fisher–Yates from the inside out, driven by Park and Miller's minimal standard generator.
fn shuffle<T: Copy>(values: &mut [T], seed: i64) {
    const MODULUS: i64 = 2_147_483_647;
    let mut state = seed % MODULUS;
    if state <= 0 {
        state += MODULUS - 1;
    }
    for place in 0..values.len() {
        state = state * 16_807 % MODULUS;
        let chance = (state - 1) as f64 / (MODULUS - 1) as f64;
        let other = (chance * (place as f64 + 1.0)).floor() as usize;
        values.swap(place, other.min(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_order_that_odk_gives() {
        let order = |seed: i64| {
            let mut letters = ['A', 'B', 'C', 'D', 'E', 'F'];
            shuffle(&mut letters, seed);
            letters.iter().collect::<String>()
        };
        assert_eq!(order(42), "AFCBDE");
        assert_eq!(order(-42), "EDAFBC");
        assert_eq!(order(1), "BFEACD");
        assert_eq!(order(11_111_111), "ACDBFE");
    }
}
