//! Cuts an expression into tokens (XPath 1.0 §3.7, with ODK's `${name}`).

use std::ops::Range;

use super::syntax::{Operator, SyntaxError};

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Token<'t> {
    Number(f64),
    Text(&'t str),
    /// `${name}`
    Reference(&'t str),
    /// A name, possibly with one colon: an element, a function or an axis; or `prefix:*`.
    Name(&'t str),
    /// `*` as a name test.
    Any,
    Operator(Operator),
    Slash,
    DoubleSlash,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    DotDot,
    At,
    DoubleColon,
}

/// How many tokens an expression may have.
const MAX_TOKENS: usize = 20_000;

/// Tokens with the bytes they stand at.
pub(crate) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, SyntaxError> {
    // A name and the slash before it are two, and mostly long.
    let mut found: Vec<(Token<'_>, Range<usize>)> = Vec::with_capacity((text.len() / 6).min(500) + 4);
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        // Mostly it is clear from the byte.
        let blank = match byte {
            0..=0x7F => char::from(*byte).is_whitespace().then_some(1),
            _ => text[at..].chars().next().filter(|c| c.is_whitespace()).map(char::len_utf8),
        };
        if let Some(length) = blank {
            at += length;
            continue;
        }
        // After an operand, `*` and the words and/or/div/mod are operators (§3.7).
        let operand_before = found.last().is_some_and(|(token, _)| token.ends_operand());
        if found.len() >= MAX_TOKENS {
            return Err(SyntaxError::new(at..text.len(), "this expression is too long")
                .hinted(Some("move a part of it into a calculation of its own".into())));
        }
        let (token, length) = one(&text[at..], operand_before).map_err(|error| error.shifted(at))?;
        found.push((token, at..at + length));
        at += length;
    }
    Ok(found)
}

fn one(rest: &str, operand_before: bool) -> Result<(Token<'_>, usize), SyntaxError> {
    let bytes = rest.as_bytes();
    if bytes[0].is_ascii_alphabetic() {
        return Ok(word(rest, operand_before));
    }
    let fixed = match bytes.get(..2).unwrap_or_default() {
        b"//" => Some(Token::DoubleSlash),
        b"!=" => Some(Token::Operator(Operator::NotEqual)),
        b"<=" => Some(Token::Operator(Operator::AtMost)),
        b">=" => Some(Token::Operator(Operator::AtLeast)),
        b".." => Some(Token::DotDot),
        b"::" => Some(Token::DoubleColon),
        _ => None,
    };
    if let Some(token) = fixed {
        return Ok((token, 2));
    }
    let c = rest.chars().next().expect("called on text");
    let token = match c {
        '(' => Token::Open,
        ')' => Token::Close,
        '[' => Token::OpenBracket,
        ']' => Token::CloseBracket,
        ',' => Token::Comma,
        '@' => Token::At,
        '/' => Token::Slash,
        '|' => Token::Operator(Operator::Union),
        '+' => Token::Operator(Operator::Add),
        '-' => Token::Operator(Operator::Subtract),
        '=' => Token::Operator(Operator::Equal),
        '<' => Token::Operator(Operator::Less),
        '>' => Token::Operator(Operator::More),
        '*' if operand_before => Token::Operator(Operator::Multiply),
        '*' => Token::Any,
        '\'' | '"' => return quoted(rest, c),
        '$' => return reference(rest),
        '.' if !rest[1..].starts_with(|d: char| d.is_ascii_digit()) => Token::Dot,
        '.' | '0'..='9' => return number(rest),
        c if starts_name(c) => return Ok(word(rest, operand_before)),
        '{' => return Err(SyntaxError::new(0..1, unexpected(c)).hinted(Some(braced(rest)))),
        '&' => {
            return Err(
                SyntaxError::new(0..1, unexpected(c)).hinted(Some("write `and` to join conditions".into()))
            );
        }
        '#' if rest.starts_with("#{") => {
            let name = meant(rest).unwrap_or("name");
            return Err(SyntaxError::new(0..1, unexpected(c))
                .hinted(Some(format!("a question is written `${{{name}}}`"))));
        }
        c => return Err(SyntaxError::new(0..c.len_utf8(), unexpected(c)).hinted(typographic(c))),
    };
    Ok((token, c.len_utf8()))
}

fn unexpected(c: char) -> String {
    format!("`{c}` has no meaning in an expression")
}

/// What `{age}` should have been.
fn braced(rest: &str) -> String {
    let name = rest[1..].split_once('}').map(|(name, _)| name.trim());
    let name = name.filter(|name| name.starts_with(starts_name) && name.chars().all(continues_name));
    format!("a question is written `${{{}}}`, with `$` before it", name.unwrap_or("name"))
}

/// Characters that Chinese keyboards and word processors put in place of the right ones.
fn typographic(c: char) -> Option<String> {
    let plain = match c {
        '!' => return Some("write `not(…)`".into()),
        ';' => return Some("arguments are separated by `,`".into()),
        '%' => return Some("the rest of a division is written `mod`: `a mod b`".into()),
        '≥' => return Some("write `>=`".into()),
        '≤' => return Some("write `<=`".into()),
        '≠' => return Some("write `!=`".into()),
        '“' | '”' | '＂' => '"',
        '‘' | '’' | '＇' => '\'',
        '（' => '(',
        '）' => ')',
        '，' => ',',
        '＝' => '=',
        '＜' => '<',
        '＞' => '>',
        '＋' => '+',
        '－' | '–' | '—' | '−' => '-',
        '×' | '＊' => '*',
        '【' | '［' => '[',
        '】' | '］' => ']',
        '＄' => '$',
        _ => return None,
    };
    Some(format!("write `{plain}` in its plain form"))
}

fn quoted(rest: &str, quote: char) -> Result<(Token<'_>, usize), SyntaxError> {
    match rest[1..].find(quote) {
        Some(end) => Ok((Token::Text(&rest[1..1 + end]), end + 2)),
        None => Err(SyntaxError::new(0..rest.len(), "this text never ends")
            .hinted(Some(format!("close it with `{quote}`")))),
    }
}

fn reference(rest: &str) -> Result<(Token<'_>, usize), SyntaxError> {
    let inside = rest.strip_prefix("${").ok_or_else(|| {
        SyntaxError::new(0..1, "`$` must be followed by a name in braces")
            .hinted(Some(format!("write `${{{}}}`", meant(rest).unwrap_or("name"))))
    })?;
    let end = inside.find('}').ok_or_else(|| {
        SyntaxError::new(0..rest.len(), "this reference never ends").hinted(Some("close it with `}`".into()))
    })?;
    let name = inside[..end].trim();
    match name.is_empty() || name.contains(['{', '$', '(']) {
        true => {
            let name = meant(rest).unwrap_or("name");
            Err(SyntaxError::new(0..end + 3, "this is no reference")
                .hinted(Some(format!("write `${{{name}}}`"))))
        }
        false => Ok((Token::Reference(name), end + 3)),
    }
}

/// The name in `$(age)`, `$age`, `#{age}`, `[age]`.
pub(crate) fn meant(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(['$', '#', '{', '(', '[', ' ']);
    let end = rest.find(|c: char| !continues_name(c)).unwrap_or(rest.len());
    rest.starts_with(starts_name).then(|| &rest[..end])
}

fn number(rest: &str) -> Result<(Token<'_>, usize), SyntaxError> {
    let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = whole;
    if rest[whole..].starts_with('.') {
        length = whole + 1 + rest[whole + 1..].bytes().take_while(u8::is_ascii_digit).count();
    }
    length += exponent(&rest[length..]);
    let parsed = rest[..length].parse().map_err(|_| SyntaxError::new(0..length, "this is no number"))?;
    Ok((Token::Number(parsed), length))
}

/// How long an exponent is. XPath 1.0 has none, but numbers are written so by other programs, and nothing else can stand here.
fn exponent(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix(['e', 'E']) else { return 0 };
    let sign = usize::from(after.starts_with(['-', '+']));
    match after[sign..].bytes().take_while(u8::is_ascii_digit).count() {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

fn word(rest: &str, operand_before: bool) -> (Token<'_>, usize) {
    let mut length = name_length(rest);
    // After an operand only an operator can stand (§3.7): `1 div2` needs no second space.
    if operand_before {
        for (word, operator) in WORDS {
            if rest[..length].strip_prefix(word).is_some_and(|after| {
                after.is_empty() || after.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
            }) {
                return (Token::Operator(operator), word.len());
            }
        }
    }
    // A name never ends in a dot or a hyphen by accident: `a -1` is written with a space, `a-1` is a name, as in XML.
    let after = &rest[length..];
    if after.starts_with(':') && !after.starts_with("::") {
        let local = name_length(&after[1..]);
        if local > 0 && after[1..].starts_with(starts_name) {
            length += 1 + local;
        } else if after.starts_with(":*") {
            length += 2;
        }
    }
    (Token::Name(&rest[..length]), length)
}

/// How long what continues a name is.
fn name_length(rest: &str) -> usize {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let ascii = rest.bytes().take_while(plain).count();
    match rest.as_bytes().get(ascii) {
        Some(0x80..) => rest.find(|c: char| !continues_name(c)).unwrap_or(rest.len()),
        _ => ascii,
    }
}

const WORDS: [(&str, Operator); 4] =
    [("and", Operator::And), ("or", Operator::Or), ("div", Operator::Divide), ("mod", Operator::Modulo)];

pub(crate) fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

pub(crate) fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_numeric() || c == '-' || c == '.'
}

impl Token<'_> {
    fn ends_operand(self) -> bool {
        matches!(
            self,
            Token::Number(_)
                | Token::Text(_)
                | Token::Reference(_)
                | Token::Name(_)
                | Token::Any
                | Token::Close
                | Token::CloseBracket
                | Token::Dot
                | Token::DotDot
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Token<'_>> {
        tokens(text).unwrap().into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn a_word_is_an_operator_only_after_an_operand() {
        assert_eq!(
            kinds("div div mod"),
            [Token::Name("div"), Token::Operator(Operator::Divide), Token::Name("mod")]
        );
        assert_eq!(kinds("* * *"), [Token::Any, Token::Operator(Operator::Multiply), Token::Any]);
    }

    #[test]
    fn names_references_and_numbers() {
        assert_eq!(
            kinds("${a_b}-1.5"),
            [Token::Reference("a_b"), Token::Operator(Operator::Subtract), Token::Number(1.5)]
        );
        assert_eq!(kinds("jr:choice-name("), [Token::Name("jr:choice-name"), Token::Open]);
        assert_eq!(kinds("self::a"), [Token::Name("self"), Token::DoubleColon, Token::Name("a")]);
    }

    #[test]
    fn an_operator_needs_no_space_before_a_digit_and_a_number_may_have_an_exponent() {
        let one = Token::Number(1.0);
        assert_eq!(kinds("1 div1"), [one, Token::Operator(Operator::Divide), one]);
        assert_eq!(kinds("1or1"), [one, Token::Operator(Operator::Or), one]);
        assert_eq!(kinds("1.5e-3"), [Token::Number(0.0015)]);
        assert_eq!(kinds("jr:*"), [Token::Name("jr:*")]);
        assert_eq!(kinds("div1"), [Token::Name("div1")]);
    }

    #[test]
    fn a_chinese_quote_says_what_to_write() {
        let error = tokens("${a} = “是”").unwrap_err();
        assert_eq!(error.span, 7..10);
        assert!(error.hint.unwrap().contains('"'));
    }
}
