//! What is answered, as `household.json` has it: page by page, in the order of the form.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The visit.
#[derive(Deserialize)]
pub struct Script {
    /// The form's id.
    pub form: String,
    pages: Vec<Page>,
    killed_after: Place,
}

#[derive(Deserialize)]
struct Page {
    page: String,
    #[serde(default)]
    answers: Map<String, Value>,
    /// Of a repeat: one object an instance.
    #[serde(default)]
    cards: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Place {
    page: String,
    /// From 1.
    card: usize,
}

/// What is filled in before the next thing happens: a page, or one card of a repeat.
pub struct Part {
    /// The page.
    pub page: String,
    /// The card on it, from 1.
    pub card: Option<usize>,
    /// Does the page end with it?
    pub leaves_page: bool,
    /// Answers by the names of questions.
    pub answers: Map<String, Value>,
}

impl Script {
    /// The visit in `household.json`.
    pub fn read() -> Script {
        serde_json::from_str(include_str!("household.json")).expect("household.json is a script")
    }

    /// All parts, split where the browser is killed.
    pub fn killed_in_between(&self) -> (Vec<Part>, Vec<Part>) {
        let mut parts = self.parts();
        let Place { page, card } = &self.killed_after;
        let last = parts.iter().position(|part| part.page == *page && part.card == Some(*card));
        let after = parts.split_off(last.expect("killed_after names a card of the script") + 1);
        (parts, after)
    }

    /// All parts, in order.
    pub fn parts(&self) -> Vec<Part> {
        self.pages.iter().flat_map(Page::parts).collect()
    }
}

impl Page {
    fn parts(&self) -> Vec<Part> {
        if self.cards.is_empty() {
            let answers = self.answers.clone();
            return vec![Part { page: self.page.clone(), card: None, leaves_page: true, answers }];
        }
        let part = |(at, answers): (usize, &Map<String, Value>)| Part {
            page: self.page.clone(),
            card: Some(at + 1),
            leaves_page: at + 1 == self.cards.len(),
            answers: answers.clone(),
        };
        self.cards.iter().enumerate().map(part).collect()
    }
}
