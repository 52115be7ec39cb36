//! The ends of ranges in one cell, each with the bytes that say it. What a cell means the engine says ([`Test`]); here is only where its numbers stand.

use std::ops::Range;

use doorstep_engine::assess::{Alternative, End, Test};

/// An end of a range in a cell.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// Where it is, and whether it belongs to the range.
    pub end: End,
    /// Does the range begin with it?
    pub begins: bool,
    /// Its bytes in the cell.
    pub within: Range<usize>,
}

const SIGNS: [&str; 6] = [">=", "<=", "≥", "≤", ">", "<"];

/// The ends that a cell writes. None of what is no test, says what shall not be (`not(…)`), or is one number alone (`3`).
pub fn ends(cell: &str) -> Vec<Found> {
    let Ok(Test::OneOf(alternatives)) = Test::read(cell) else { return Vec::new() };
    let mut found = Vec::new();
    for (alternative, piece) in alternatives.iter().zip(pieces(cell)) {
        let Alternative::Between(interval) = alternative else { continue };
        if interval.from.is_some() && interval.from == interval.to {
            continue;
        }
        let (from, to) = numbers(cell, piece);
        let mut add = |end: Option<End>, within: Range<usize>, begins| {
            if let Some(end) = end
                && cell[within.clone()].parse() == Ok(end.at)
            {
                found.push(Found { end, begins, within });
            }
        };
        add(interval.from, from, true);
        add(interval.to, to, false);
    }
    found
}

/// What stands between commas outside of quotes.
fn pieces(cell: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut begin, mut quoted) = (0, false);
    for (at, c) in cell.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' | '，' | '、' if !quoted => {
                pieces.push(begin..at);
                begin = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(begin..cell.len());
    pieces
}

/// Where the number stands that a range begins with, and the one that it ends with; after a sign it is the same place for both.
fn numbers(cell: &str, piece: Range<usize>) -> (Range<usize>, Range<usize>) {
    let piece = trimmed(cell, piece);
    let text = &cell[piece.clone()];
    if let Some(sign) = SIGNS.iter().find(|sign| text.starts_with(**sign)) {
        let number = trimmed(cell, piece.start + sign.len()..piece.end);
        return (number.clone(), number);
    }
    match text.find("..") {
        Some(dots) => {
            let from = without(cell, piece.start..piece.start + dots, &['[', '(', ']'], true);
            let to = without(cell, piece.start + dots + 2..piece.end, &[']', ')', '['], false);
            (from, to)
        }
        None => (piece.clone(), piece),
    }
}

/// Without a bracket at its outer end.
fn without(cell: &str, part: Range<usize>, brackets: &[char], first: bool) -> Range<usize> {
    let part = trimmed(cell, part);
    let text = &cell[part.clone()];
    match first {
        true if text.starts_with(brackets) => trimmed(cell, part.start + 1..part.end),
        false if text.ends_with(brackets) => trimmed(cell, part.start..part.end - 1),
        _ => part,
    }
}

fn trimmed(cell: &str, part: Range<usize>) -> Range<usize> {
    let text = &cell[part.clone()];
    let start = part.start + (text.len() - text.trim_start().len());
    start..start + text.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cell: &str) -> Vec<String> {
        let told = |found: Found| {
            let (from, to) = if found.begins { ("from ", "") } else { ("", " to") };
            let closed = if found.end.closed { "" } else { " open" };
            format!("{from}{}{to}{closed}", &cell[found.within])
        };
        ends(cell).into_iter().map(told).collect()
    }

    #[test]
    fn numbers_are_found_where_they_stand() {
        assert_eq!(said(">=60"), ["from 60"]);
        assert_eq!(said(" < 1/3 "), ["1/3 to open"]);
        assert_eq!(said("[35..60)"), ["from 35", "60 to open"]);
        assert_eq!(said("]35 .. 60["), ["from 35 open", "60 to open"]);
        assert_eq!(said("0..4"), ["from 0", "4 to"]);
        assert_eq!(said("[..-10.5]"), ["-10.5 to"]);
        assert_eq!(said("≤1.5，≥ 7"), ["1.5 to", "from 7"]);
        assert_eq!(said("a, \"x, <3\", 5, >8"), ["from 8 open"]);
    }

    #[test]
    fn what_is_no_range_has_no_ends() {
        for cell in ["", "-", "3", "a, b", "not(<3)", "[60..35)", ">= many", "5..5", "blank"] {
            assert_eq!(said(cell), [] as [String; 0], "{cell}");
        }
    }
}
