//! What is answered on the way of a case: `tests/forms/chain/lead-to-closure.json`, which holds the forms to one another without a browser, and here its
//! answers by page and card, with days that lie around today.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::script::Part;

const CHAIN: &str = include_str!("../../forms/chain/lead-to-closure.json");

/// The days of the case: found and visited on the day before today, whatever the hour is; all else today.
pub struct Days {
    /// Today in Weihai, as the test began.
    pub today: Date,
}

impl Days {
    /// Of now.
    pub fn of_now() -> Days {
        Days { today: jiff::tz::offset(8).to_datetime(jiff::Timestamp::now()).date() }
    }

    /// So many days from today.
    pub fn day(&self, days: i32) -> String {
        (self.today + days.days()).to_string()
    }

    /// The month of such a day.
    pub fn month(&self, days: i32) -> String {
        self.day(days)[..7].to_owned()
    }
}

/// The answers to a form, the `nth` of the chain that it is filled in (from 0), with others in their place or besides. What is chosen of a growing list is
/// left out: that depends on what the device knows.
pub fn answers(form: &str, nth: usize, others: &[(&str, Value)]) -> Vec<Part> {
    let chain: Value = serde_json::from_str(CHAIN).expect("the chain is JSON");
    let steps = chain["steps"].as_array().expect("the chain has steps");
    let step = steps.iter().filter(|step| step["form"] == form).nth(nth).expect("the chain has that step");
    let mut all: Map<String, Value> = step["answer"].as_object().expect("a step has answers").clone();
    all.retain(|_, answer| !answer.as_str().is_some_and(|text| text.starts_with('@')));
    all.extend(others.iter().map(|(path, answer)| ((*path).to_owned(), answer.clone())));
    let mut parts: Vec<Part> = Vec::new();
    for (path, answer) in all {
        let (page, rest) = path.split_once('/').expect("a question stands on a page");
        let name = rest.rsplit('/').next().unwrap_or_default().to_owned();
        let (page, card) = match page.trim_end_matches(']').split_once('[') {
            Some((page, card)) => (page, Some(card.parse().expect("cards are numbered"))),
            None => (page, None),
        };
        let known = parts.iter_mut().find(|part| part.page == page && part.card == card);
        match known {
            Some(part) => drop(part.answers.insert(name, answer)),
            None => parts.push(Part {
                page: page.to_owned(),
                card,
                leaves_page: false,
                answers: Map::from_iter([(name, answer)]),
            }),
        }
    }
    parts
}

/// The Chinese word of a code of a list in `forms/lists`.
pub fn word(list: &str, code: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms/lists").join(list);
    let text = std::fs::read_to_string(file).expect("the list is there");
    let row = text.lines().find_map(|row| row.strip_prefix(code)?.strip_prefix(','));
    row.and_then(|row| row.split(',').next()).expect("the list has the code").to_owned()
}
