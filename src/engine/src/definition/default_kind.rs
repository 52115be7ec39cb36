//! Is a default a value or an expression?
//!
//! XLSForm has one column for both. A reference, a call, an operator between operands or a path with a predicate is an
//! expression; dates, addresses and words with hyphens are values.

/// Is it an expression? `row_type` is the row's type: in a date or a place a hyphen is no operator.
pub(crate) fn is_dynamic(default: &str, row_type: &str) -> bool {
    let hyphens = matches!(row_type, "date" | "dateTime" | "time" | "geopoint" | "geotrace" | "geoshape");
    let mut rest = default.trim();
    let mut operand_before = false;
    while let Some(c) = rest.chars().next() {
        let (length, operand) = match c {
            c if c.is_whitespace() => (c.len_utf8(), operand_before),
            '$' if rest.starts_with("${") => return true,
            '\'' | '"' => (rest[1..].find(c).map_or(1, |end| end + 2), true),
            '[' => return true,
            '*' | '+' | '|' => return true,
            '-' if rest[1..].starts_with(|d: char| d.is_ascii_digit()) => (1 + number(&rest[1..]), true),
            '-' if !hyphens => return true,
            '-' => (1, false),
            '0'..='9' => (moment_or_number(rest), true),
            c if c == '_' || c.is_alphabetic() => match word(rest, operand_before) {
                Word::Call | Word::Operator => return true,
                Word::Other(length) => (length, true),
            },
            other => (other.len_utf8(), matches!(other, '.' | ')' | ']')),
        };
        operand_before = operand;
        rest = &rest[length..];
    }
    false
}

enum Word {
    /// A name with a parenthesis after it.
    Call,
    /// `div` or `mod` between operands.
    Operator,
    /// Any other, with its length.
    Other(usize),
}

fn word(rest: &str, operand_before: bool) -> Word {
    let mut length =
        rest.find(|c: char| !(c == '_' || c == '-' || c == '.' || c.is_alphanumeric())).unwrap_or(rest.len());
    if rest[length..].starts_with("://") {
        // An address, up to the next space.
        return Word::Other(rest.find(char::is_whitespace).unwrap_or(rest.len()));
    }
    if let Some(after) = rest[length..].strip_prefix(':')
        && after.starts_with(char::is_alphabetic)
    {
        length += 1 + after
            .find(|c: char| !(c == '_' || c == '-' || c == '.' || c.is_alphanumeric()))
            .unwrap_or(after.len());
    }
    let spaced = |text: &str| text.starts_with(char::is_whitespace);
    match &rest[..length] {
        "div" | "mod" if operand_before && spaced(&rest[length..]) => Word::Operator,
        _ if rest[length..].starts_with('(') => Word::Call,
        _ => Word::Other(length),
    }
}

fn number(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len())
}

/// `2026-11-26`, `10:30:00+08:00`, `2026-11-26T10:30:00Z`, else a number.
fn moment_or_number(rest: &str) -> usize {
    let shape = |text: &str, pattern: &str| {
        text.len() >= pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let time = |text: &str| {
        if !shape(text, "00:00:00") {
            return 0;
        }
        let mut length = 8;
        if text[length..].starts_with('.') {
            length += 1 + number(&text[length + 1..]);
        }
        match text.get(length..) {
            Some(zone) if zone.starts_with('Z') => length + 1,
            Some(zone) if zone.starts_with(['+', '-']) && shape(&zone[1..], "00:00") => length + 6,
            _ => length,
        }
    };
    if shape(rest, "0000-00-00") {
        return match rest[10..].strip_prefix('T') {
            Some(after) if time(after) > 0 => 11 + time(after),
            _ => 10,
        };
    }
    match time(rest) {
        0 => number(rest).max(1),
        length => length,
    }
}

#[cfg(test)]
mod tests {
    use super::is_dynamic;

    #[test]
    fn values_and_expressions() {
        for value in
            ["foo", "123", "-1", "https://a.b/c-d", "f-g", "2022-03-14", "a (b)", "01:02:55-07:00", "1 2"]
        {
            assert!(!is_dynamic(value, "string"), "{value}");
        }
        for expression in ["today()", "${a}", "7 - 4", "3 mod 2", "concat('a', 'b')", "1 + 2", "../a[1]"] {
            assert!(is_dynamic(expression, "string"), "{expression}");
        }
        assert!(!is_dynamic("-2022-03-14", "date"));
        assert!(is_dynamic("now() - 7", "date"));
    }
}
