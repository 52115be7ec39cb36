//! Where in an expression a reference stands, which decides how its path is written.

/// A place in an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Within a text in quotes: no reference at all.
    Quoted,
    /// Within a predicate, where `.` is another node.
    Predicate,
    /// A node of `indexed-repeat`, or a repeat that it counts in: always by its whole path.
    Indexed,
    /// Anywhere else.
    Open,
}

/// What is open at a byte of an expression.
enum Open<'a> {
    Bracket,
    /// The function, and which argument.
    Call(&'a str, usize),
}

/// The place of the byte at `end`.
pub(super) fn place_of(text: &str, end: usize) -> Place {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut quote = None;
    for (at, c) in text[..end].char_indices() {
        match (quote, c) {
            (Some(closing), c) if c == closing => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => open.push(Open::Bracket),
            (None, '(') => open.push(Open::Call(word_before(&text[..at]), 0)),
            (None, ']' | ')') => {
                open.pop();
            }
            (None, ',') => {
                if let Some(Open::Call(_, argument)) = open.last_mut() {
                    *argument += 1;
                }
            }
            (None, _) => {}
        }
    }
    if quote.is_some() {
        return Place::Quoted;
    }
    match open.last() {
        Some(Open::Call("indexed-repeat", 0 | 1 | 3 | 5)) => Place::Indexed,
        _ if open.iter().any(|open| matches!(open, Open::Bracket)) => Place::Predicate,
        _ => Place::Open,
    }
}

fn word_before(text: &str) -> &str {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}
