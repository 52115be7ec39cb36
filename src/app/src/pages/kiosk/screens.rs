//! What a kiosk shows at once: one question, with the notes before it. Pure.
//!
//! Kept here: a table stays a table and a repeat stays together; whatever a form shows is on one of its screens. Which there are is the definition's and is worked out
//! once; with an answer only those beside the current one are looked at, as far as one that is asked.

use doorstep_engine::session::Session;
use doorstep_engine::view::{Control, Item, Key};

use crate::controls::is_in_table;

/// What is shown at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Screen {
    /// The groups of its page in which it stands, outermost first.
    pub within: Vec<Key>,
    /// What stands on it.
    pub items: Vec<Item>,
}

impl Screen {
    fn is_asked(&self, session: &Session) -> bool {
        let relevant = |item: &Item| session.relevant(key_of(item)) == Some(true);
        // What a group hides, it hides of all its screens.
        self.items.iter().any(relevant)
    }

    /// The page that it is of now: loose questions are called one by the first of them that is asked.
    pub fn page(&self, session: &Session) -> Option<Key> {
        self.items.iter().find_map(|item| session.page_of(key_of(item)))
    }

    /// Of what stands first on it: by this it is found again.
    pub fn path(&self, session: &Session) -> String {
        self.items.first().map(|item| session.path(key_of(item))).unwrap_or_default()
    }

    /// Does it show a node, or what that stands in?
    pub fn shows(&self, session: &Session, key: Key) -> bool {
        let path = session.path(key);
        self.items.iter().any(|item| {
            let own = session.path(key_of(item));
            // Of a repeat: whichever of its instances.
            path.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
        })
    }
}

fn key_of(item: &Item) -> Key {
    match item {
        Item::Question(key) | Item::Group(key) | Item::Repeat(key) => *key,
    }
}

/// What stands on a screen so far, while a page is gone through.
#[derive(Default)]
struct Gathering {
    screens: Vec<Screen>,
    /// Notes, and a table's rows, whose screen is not full yet.
    waiting: Vec<Item>,
    table: bool,
}

impl Gathering {
    fn end(&mut self, within: &[Key]) {
        if !self.waiting.is_empty() {
            let items = std::mem::take(&mut self.waiting);
            self.screens.push(Screen { within: within.to_vec(), items });
        }
        self.table = false;
    }

    fn take(&mut self, session: &Session, within: &[Key], items: &[Item]) {
        // Notes at an end belong to what was asked before them there, and not to what stands before the group.
        let before = self.screens.len();
        for item in items {
            let question = match item {
                Item::Question(key) => session.question(*key),
                Item::Group(key) => {
                    let group = session.group(*key);
                    if group.is_some_and(|group| group.appearance.iter().any(|word| **word == *"table-list"))
                    {
                        self.end_table(within);
                        self.waiting.push(*item);
                        self.end(within);
                        continue;
                    }
                    // A group's own notes stay in it, those before it do not go into it.
                    self.end(within);
                    let inner: Vec<Key> = within.iter().copied().chain([*key]).collect();
                    self.take(session, &inner, &session.children(*key));
                    continue;
                }
                Item::Repeat(_) => None,
            };
            let in_table = question.as_ref().is_some_and(is_in_table);
            if self.table && !in_table {
                self.end(within);
            }
            self.waiting.push(*item);
            match question {
                Some(question) if question.control == Control::Note => {}
                _ if in_table => self.table = true,
                _ => self.end(within),
            }
        }
        let notes = !self.waiting.is_empty() && !self.table;
        let last = self.screens[before..].last_mut();
        if let Some(last) = last.filter(|last| notes && last.within == within) {
            last.items.append(&mut self.waiting);
        }
        self.end(within);
    }

    fn end_table(&mut self, within: &[Key]) {
        if self.table {
            self.end(within);
        }
    }
}

/// All screens of a form in order, asked or not.
pub fn all(session: &Session) -> Vec<Screen> {
    let mut screens = Vec::new();
    let mut loose = Vec::new();
    let mut part = |items: &[Item]| {
        let mut gathering = Gathering::default();
        gathering.take(session, &[], items);
        screens.append(&mut gathering.screens);
    };
    // What would be a page stands by itself, as do loose questions between two of them.
    for item in session.whole() {
        match item {
            Item::Question(_) => loose.push(item),
            Item::Group(key) => {
                part(&std::mem::take(&mut loose));
                part(&session.children(key));
            }
            Item::Repeat(_) => {
                part(&std::mem::take(&mut loose));
                part(&[item]);
            }
        }
    }
    part(&loose);
    screens
}

/// The place of the first that is asked.
pub fn first(session: &Session, all: &[Screen]) -> Option<usize> {
    all.iter().position(|screen| screen.is_asked(session))
}

/// The place of the one that shows a node, if it is asked.
pub fn that_shows(session: &Session, all: &[Screen], key: Key) -> Option<usize> {
    all.iter().position(|screen| screen.is_asked(session) && screen.shows(session, key))
}

/// The places of the one before and the one after that are asked.
pub fn neighbours(session: &Session, all: &[Screen], here: usize) -> (Option<usize>, Option<usize>) {
    let asked = |at: &usize| all.get(*at).is_some_and(|screen| screen.is_asked(session));
    ((0..here).rev().find(asked), (here + 1..all.len()).find(asked))
}

#[cfg(test)]
mod tests {
    use doorstep_engine::session::World;
    use doorstep_engine::value::Value;
    use doorstep_engine::{Bundle, Form, Source};
    use serde_json::{Value as Json, json};

    use super::*;

    fn session(survey: Json) -> Session {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yes_no": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
            "survey": survey});
        let read = Form::read(&Bundle::single(Source::new("form.json", form.to_string())));
        Session::new(read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics)), World::default())
    }

    fn named(session: &Session, screen: &Screen) -> String {
        let name = |item: &Item| session.path(key_of(item)).rsplit('/').next().unwrap_or_default().to_owned();
        screen.items.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    /// From the first on to the last, and back again.
    fn walked(session: &Session) -> Vec<String> {
        let screens = all(session);
        let mut walked = Vec::new();
        let mut here = first(session, &screens);
        while let Some(at) = here {
            walked.push(at);
            here = neighbours(session, &screens, at).1;
        }
        for pair in walked.windows(2) {
            assert_eq!(neighbours(session, &screens, pair[1]).0, Some(pair[0]));
        }
        walked.iter().map(|at| named(session, &screens[*at])).collect()
    }

    #[test]
    fn one_question_at_a_time_with_the_notes_before_it_and_the_last_ones_after() {
        let session = session(json!([
            {"type": "group", "name": "a", "label": "A", "children": [
                {"type": "note", "name": "n1", "label": "Read"},
                {"type": "note", "name": "n2", "label": "This"},
                {"type": "text", "name": "q1", "label": "Q1"},
                {"type": "text", "name": "q2", "label": "Q2"},
                {"type": "note", "name": "n3", "label": "Done"}]},
            {"type": "text", "name": "loose1", "label": "L1"},
            {"type": "text", "name": "loose2", "label": "L2"},
            {"type": "group", "name": "only", "label": "O", "children": [
                {"type": "note", "name": "n4", "label": "To read"}]}]));
        assert_eq!(walked(&session), ["n1 n2 q1", "q2 n3", "loose1", "loose2", "n4"]);
    }

    #[test]
    fn what_is_not_asked_is_passed_over_both_ways() {
        let mut session = session(json!([
            {"type": "select_one yes_no", "name": "q", "label": "Q"},
            {"type": "text", "name": "more", "label": "More", "relevant": "${q} = 'yes'"},
            {"type": "group", "name": "g", "label": "G", "relevant": "${q} = 'yes'", "children": [
                {"type": "text", "name": "in_g", "label": "In"}]},
            {"type": "text", "name": "last", "label": "Last"}]));
        assert_eq!(walked(&session), ["q", "last"]);
        let q = session.at("/f/q").or_else(|| session.at("/data/q")).expect("it is there");
        session.answer(q, Value::Choice("yes".into())).expect("it is taken");
        assert_eq!(walked(&session), ["q", "more", "in_g", "last"]);
    }

    #[test]
    fn tables_and_repeats_stay_together_and_groups_are_gone_into() {
        let session = session(json!([
            {"type": "group", "name": "page", "label": "P", "children": [
                {"type": "note", "name": "before", "label": "N"},
                {"type": "group", "name": "inner", "label": "I", "children": [
                    {"type": "select_one yes_no", "name": "head", "label": "", "appearance": "label"},
                    {"type": "select_one yes_no", "name": "row1", "label": "1", "appearance": "list-nolabel"},
                    {"type": "select_one yes_no", "name": "row2", "label": "2", "appearance": "list-nolabel"},
                    {"type": "text", "name": "after", "label": "A"}]},
                {"type": "repeat", "name": "members", "label": "M", "children": [
                    {"type": "text", "name": "who", "label": "W"}]}]}]));
        assert_eq!(walked(&session), ["before", "head row1 row2", "after", "members"]);
        let screens = all(&session);
        let inner = first(&session, &screens).and_then(|first| neighbours(&session, &screens, first).1);
        assert_eq!(screens[inner.expect("the table")].within.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_found_on_its_screen() {
        let session = session(json!([
            {"type": "group", "name": "a", "label": "A", "children": [
                {"type": "text", "name": "q1", "label": "Q1"},
                {"type": "text", "name": "q", "label": "Q"},
                {"type": "text", "name": "q2", "label": "Q2", "required": true}]}]));
        let (wrong, _) = session.violations().pop().expect("it is missing");
        let screens = all(&session);
        let found = that_shows(&session, &screens, wrong).expect("a screen has it");
        assert_eq!(named(&session, &screens[found]), "q2");
        assert!(screens[found].shows(&session, wrong));
        let before = neighbours(&session, &screens, found).0.expect("there is one before");
        assert!(!screens[before].shows(&session, wrong), "a name that begins as another does is another's");
    }
}
