//! Words of a form with telephone numbers that can be called: `[12356](tel:12356)`, the one link of Markdown that a form may write.
//!
//! Whatever else is written stays as it is, escaped; an answer that is filled into the words can become nothing but a number to call.

use leptos::prelude::*;

/// The longest number that is called.
const LONGEST: usize = 24;

/// What no line begins with.
const STOPS: &[char] =
    &['，', '。', '、', '；', '：', '！', '？', '）', '”', '’', '》', ',', '.', ';', ':', '!', '?', ')'];

/// A part of a form's words.
#[derive(PartialEq, Eq, Debug)]
enum Part<'t> {
    Words(&'t str),
    /// What is read, what is called, and the stops right behind it: no line begins with them.
    Call(&'t str, String, &'t str),
}

/// The words, to be shown.
pub fn marked(text: &str) -> Vec<AnyView> {
    let part = |part: Part<'_>| {
        match part {
        Part::Words(words) => words.to_owned().into_any(),
        Part::Call(words, number, stops) => view! {
            <span class="unbroken">
                <a class="call" href=format!("tel:{number}") rel="external" data-call=number.clone()>{words.to_owned()}</a>{stops.to_owned()}
            </span>
        }
        .into_any(),
    }
    };
    parts(text).into_iter().map(part).collect()
}

/// The same to be read aloud: the words of a link, without what is called.
pub fn plain(text: &str) -> String {
    let part = |part: Part<'_>| match part {
        Part::Words(words) => words.to_owned(),
        Part::Call(words, _, stops) => format!("{words}{stops}"),
    };
    parts(text).into_iter().map(part).collect()
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, words, address, after)) = next_link(rest) {
        parts.extend((!before.is_empty()).then_some(Part::Words(before)));
        match number(address) {
            Some(number) if !words.trim().is_empty() => {
                let (stops, after) = after.split_at(after.len() - after.trim_start_matches(STOPS).len());
                parts.push(Part::Call(words, number, stops));
                rest = after;
                continue;
            }
            // No number to call: its words stand alone.
            _ => parts.extend((!words.is_empty()).then_some(Part::Words(words))),
        }
        rest = after;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Words(rest)));
    parts
}

/// What stands before the next link, its words, its address after `tel:`, and what comes after it.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    const MIDDLE: &str = "](tel:";
    let middle = text.find(MIDDLE)?;
    let open = text[..middle].rfind('[')?;
    let address = middle + MIDDLE.len();
    // A number may have brackets of its own: `(0631) 5200000`.
    let mut depth = 1;
    let close = text[address..].char_indices().find_map(|(at, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(address + at)
    })?;
    Some((&text[..open], &text[open + 1..middle], &text[address..close], &text[close + 1..]))
}

/// A number as it is called, without what only parts it (RFC 3966 §3). `None`: it is no number.
fn number(address: &str) -> Option<String> {
    let allowed = |letter: char| letter.is_ascii_digit() || "+*# -().".contains(letter);
    if address.len() > LONGEST || !address.chars().all(allowed) {
        return None;
    }
    let number: String = address.chars().filter(|letter| !" -().".contains(*letter)).collect();
    number.contains(|letter: char| letter.is_ascii_digit()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_can_be_called_and_words_stay_words() {
        let call = |words, number: &str, stops| Part::Call(words, number.to_owned(), stops);
        let found = parts("马上打 [12356](tel:12356)，或 [(0631) 520-0000](tel:(0631) 520-0000)。");
        let wanted = [
            Part::Words("马上打 "),
            call("12356", "12356", "，"),
            Part::Words("或 "),
            call("(0631) 520-0000", "06315200000", "。"),
        ];
        assert_eq!(found, wanted);
        assert_eq!(parts("没有电话 [x] (y)"), [Part::Words("没有电话 [x] (y)")]);
        assert_eq!(plain("马上打 [12356](tel:12356)，或者等着。"), "马上打 12356，或者等着。");
    }

    #[test]
    fn nothing_but_a_number_becomes_a_link() {
        assert_eq!(parts("打 [站长](tel:找站长)"), [Part::Words("打 "), Part::Words("站长")]);
        assert_eq!(parts("[x](javascript:alert(1))"), [Part::Words("[x](javascript:alert(1))")]);
        assert_eq!(parts("[x](tel:1;phone-context=evil)"), [Part::Words("x")]);
        assert_eq!(parts("打 [](tel:)。"), [Part::Words("打 "), Part::Words("。")]);
        assert_eq!(parts("[1](tel:1"), [Part::Words("[1](tel:1")]);
    }
}
