//! A question of the open form, found by its words or by what was typed in answer to it.

use doorstep_engine::session::Session;
use doorstep_engine::value::Value;
use doorstep_engine::view::{Key, PageView};

/// So many are shown at most: whoever gets more types on.
pub const MOST: usize = 20;

/// A question that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// Which.
    pub key: Key,
    /// What it asks.
    pub label: String,
    /// The page that it is on, as its heading has it.
    pub page: String,
}

/// The relevant questions that have the text in their words, their hint or their typed answer, capitals or not, in document order; nothing for no text.
pub fn find(session: &Session, pages: &[PageView], text: &str) -> Vec<Found> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Vec::new();
    }
    let has = |words: &str| words.to_lowercase().contains(&text);
    let nodes = session.nodes().into_iter();
    let questions = nodes.filter_map(|key| session.question(key)).filter(|view| view.relevant);
    let found = questions.filter(|view| {
        let is_answer = matches!(&view.value, Value::Text(answer) if has(answer));
        has(&view.label) || view.hint.as_deref().is_some_and(has) || is_answer
    });
    // What no page shows can't be gone to.
    let placed = found.filter_map(|view| {
        let page = session.page_of(view.key)?;
        let page = pages.iter().find(|known| known.key == page)?;
        let label = if view.label.is_empty() { view.name.to_string() } else { view.label };
        Some(Found { key: view.key, label, page: page.label.clone() })
    });
    placed.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use doorstep_engine::session::World;
    use doorstep_engine::{Bundle, Form, Source};

    use super::*;

    const FORM: &str = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [
        {"type": "group", "name": "who", "label": "Who lives there", "children": [
            {"type": "text", "name": "person", "label": "Name of the head"},
            {"type": "integer", "name": "age", "label": "Age", "hint": "On the day of the visit"},
            {"type": "text", "name": "maiden", "label": "Name before", "relevant": "${age} > 90"}]},
        {"type": "repeat", "name": "members", "label": "Members", "children": [{"type": "text", "name": "called", "label": "Name"}]},
        {"type": "calculate", "name": "named", "calculation": "'name'"}]}"#;

    #[test]
    fn a_question_is_found_by_its_words_and_by_what_was_typed_on_pages_that_are_asked() {
        let form = Form::read(&Bundle::single(Source::new("form.json", FORM))).form.expect("it is sound");
        let mut session = Session::new(form, World::default());
        let called = session.at("/f/members[1]/called").expect("the first card is there");
        session.answer(called, Value::Text("Wang Xiulan".into())).expect("it is taken");
        let said = |text: &str| {
            let found = find(&session, &session.pages(), text);
            found.into_iter().map(|found| format!("{} / {}", found.page, found.label)).collect::<Vec<_>>()
        };
        assert_eq!(said("name"), ["Who lives there / Name of the head", "Members / Name"]);
        assert_eq!(said(" DAY of"), ["Who lives there / Age"]);
        assert_eq!(said("xiulan"), ["Members / Name"]);
        assert_eq!((said(" "), said("nowhere")), (vec![], vec![]));
    }
}
