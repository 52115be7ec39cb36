//! What a cell may go on with while it is typed: types, lists, appearances, names in scope, functions with their words.

use std::collections::BTreeSet;

use doorstep_engine::expr::functions;

use crate::document::{Document, Grid, Place};
use crate::types::{APPEARANCES, MEASURES, SELECTS, TYPES, Word};

/// At most so many are offered at once.
const MOST: usize = 12;
/// Columns whose cells are expressions.
const EXPRESSIONS: &[&str] = &[
    "relevant",
    "constraint",
    "calculation",
    "calculate",
    "choice_filter",
    "required",
    "readonly",
    "read_only",
    "default",
    "repeat_count",
    "instance_name",
    "create_if",
    "update_if",
    "entity_id",
    "when",
    "value",
    "points",
    "reason",
    "trigger",
    "test",
];

/// One way to go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What is put in the place of what was typed of it.
    pub text: String,
    /// What it is, in Chinese and English.
    pub about: (String, String),
}

/// Ways to go on, and where in the cell they go, in bytes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Offer {
    /// What is replaced begins here, and ends at the caret.
    pub from: usize,
    /// The nearest first.
    pub choices: Vec<Choice>,
}

/// What goes on from `text` as it stands before the caret.
pub fn offer(document: &Document, sheet: usize, place: Place, text: &str) -> Offer {
    let grid = document.sheet(sheet);
    let title = grid.title(place.column);
    let title = title.split("::").next().unwrap_or_default().trim().to_owned();
    if place.row == 0 {
        return Offer::default();
    }
    if let Some(start) = text.rfind("${").filter(|start| !text[*start..].contains('}')) {
        return names(document, start, text[start + 2..].trim());
    }
    match (&*grid.name, title.as_str()) {
        ("survey", "type") => whole(text, types(document)),
        ("assessment", "type") => whole(text, MEASURES.iter().map(choice).collect()),
        ("survey", "appearance") => last_word(text, APPEARANCES.iter().map(choice).collect()),
        ("survey", "trigger") => whole(text, references(document)),
        ("choices", "list_name") => whole(text, lists(document).into_iter().map(plain).collect()),
        ("items", "value") => {
            whole(text, questions(document).map(|(name, label)| named(name, label)).collect())
        }
        ("items" | "parts" | "bands" | "rules", "measure") | ("parts", "of") => {
            whole(text, measures(document))
        }
        ("survey", "required" | "readonly" | "read_only")
            if !text.contains("${") && words_of(text).is_none() =>
        {
            let yes = whole(text, [choice(&YES)].into());
            if yes.choices.is_empty() { function(text) } else { yes }
        }
        (_, title) if EXPRESSIONS.contains(&title) => match words_of(text) {
            Some((from, typed)) => names(document, from, typed),
            None => function(text),
        },
        _ => Offer::default(),
    }
}

const YES: Word = crate::types::word("yes", "是", "Yes");

/// Words at the end of an expression that can be no part of it, outside of quotes: what a question asks, typed to find it.
fn words_of(text: &str) -> Option<(usize, &str)> {
    let is_quoted = text.matches('\'').count() % 2 == 1 || text.matches('"').count() % 2 == 1;
    let from = text.rfind(|c: char| c.is_ascii()).map_or(0, |at| at + 1);
    let typed = &text[from..];
    (!is_quoted && typed.starts_with(char::is_alphabetic)).then_some((from, typed))
}

fn choice(word: &Word) -> Choice {
    Choice { text: word.word.to_owned(), about: (word.chinese.to_owned(), word.english.to_owned()) }
}

fn plain(text: String) -> Choice {
    Choice { text, about: Default::default() }
}

fn named(name: &str, labels: (&str, &str)) -> Choice {
    Choice { text: name.to_owned(), about: (labels.0.to_owned(), labels.1.to_owned()) }
}

/// The questions with their names, and their labels in Chinese and English, or in the first language there is.
fn questions(document: &Document) -> impl Iterator<Item = (&str, (&str, &str))> {
    let survey = document.find("survey").map(|index| document.sheet(index));
    let columns = ["zh", "en"].map(|tag| survey.and_then(|grid| grid.label_column(tag)));
    let rows = survey.into_iter().flat_map(|grid| (1..grid.rows.len()).map(move |row| (grid, row)));
    rows.map(move |(grid, row)| {
        let [zh, en] = columns.map(|column| column.map_or("", |column| grid.cell(row, column)));
        (grid.of(row, "name").trim(), (zh, en))
    })
    .filter(|(name, _)| !name.is_empty())
}

fn measures(document: &Document) -> Vec<Choice> {
    let grid = document.find("assessment").map(|index| document.sheet(index));
    let rows = grid
        .into_iter()
        .flat_map(|grid: &Grid| (1..grid.rows.len()).map(move |row| grid.of(row, "name").trim()));
    rows.filter(|name| !name.is_empty()).map(|name| plain(name.to_owned())).collect()
}

fn references(document: &Document) -> Vec<Choice> {
    questions(document).map(|(name, label)| named(&format!("${{{name}}}"), label)).collect()
}

fn lists(document: &Document) -> BTreeSet<String> {
    let choices = document.find("choices").map(|index| document.sheet(index));
    let rows =
        choices.into_iter().flat_map(|grid| (1..grid.rows.len()).map(move |row| grid.of(row, "list_name")));
    let of_choices = rows.map(|list| list.trim().to_owned());
    let survey = document.find("survey").map(|index| document.sheet(index));
    let rows = survey.into_iter().flat_map(|grid| (1..grid.rows.len()).map(move |row| grid.of(row, "type")));
    let named = rows.filter_map(|kind| {
        let (kind, list) = kind.trim().split_once(' ')?;
        let is_select = SELECTS.iter().any(|select| select.word == kind);
        is_select.then(|| list.split_whitespace().next().unwrap_or_default().to_owned())
    });
    of_choices.chain(named).filter(|list| !list.is_empty()).collect()
}

fn types(document: &Document) -> Vec<Choice> {
    let lists = lists(document);
    let selects = SELECTS.iter().flat_map(|select| {
        let with_list =
            lists.iter().map(|list| Choice { text: format!("{} {list}", select.word), ..choice(select) });
        std::iter::once(Choice { text: format!("{} ", select.word), ..choice(select) })
            .chain(with_list)
            .collect::<Vec<_>>()
    });
    TYPES[..1].iter().map(choice).chain(selects).chain(TYPES[1..].iter().map(choice)).collect()
}

fn matching(choices: Vec<Choice>, typed: &str) -> Vec<Choice> {
    let typed = typed.to_lowercase();
    let rank = |choice: &Choice| {
        let text = choice.text.to_lowercase();
        match (text.starts_with(&typed), text.contains(&typed)) {
            _ if text == typed => None,
            (true, _) => Some(0),
            (false, true) => Some(1),
            // By what it means, too: 单选.
            _ if choice.about.0.contains(&typed) || choice.about.1.to_lowercase().contains(&typed) => Some(2),
            _ => None,
        }
    };
    let mut ranked: Vec<(u8, Choice)> =
        choices.into_iter().filter_map(|choice| rank(&choice).map(|rank| (rank, choice))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(MOST).map(|(_, choice)| choice).collect()
}

fn whole(text: &str, choices: Vec<Choice>) -> Offer {
    Offer { from: 0, choices: matching(choices, text.trim_start()) }
}

fn last_word(text: &str, choices: Vec<Choice>) -> Offer {
    let from = text.rfind(' ').map_or(0, |space| space + 1);
    Offer { from, choices: matching(choices, &text[from..]) }
}

fn names(document: &Document, from: usize, typed: &str) -> Offer {
    let all = questions(document).map(|(name, label)| named(name, label)).chain(measures(document));
    let mut choices = matching(all.collect(), typed);
    for choice in &mut choices {
        choice.text = format!("${{{}}}", choice.text);
    }
    Offer { from, choices }
}

fn function(text: &str) -> Offer {
    let from = text
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let typed = &text[from..];
    if typed.is_empty() || typed.starts_with(|c: char| c.is_ascii_digit()) {
        return Offer::default();
    }
    let mut seen = BTreeSet::new();
    let starting =
        functions::all().filter(|function| function.name.starts_with(typed) && seen.insert(function.name));
    let choices = starting.take(MOST).map(|function| {
        let about = format!("{}  {}", function.signature, function.doc);
        Choice { text: format!("{}(", function.name), about: (about.clone(), about) }
    });
    Offer { from, choices: choices.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let survey =
            "type,name,label,relevant,appearance\nselect_one town,town,哪个镇,,\ninteger,age,多大,,\n";
        Document::open("survey.csv", survey.as_bytes(), |_| None).expect("it is a sheet")
    }

    fn offered(column: usize, text: &str) -> (usize, Vec<String>) {
        let offer = offer(&document(), 0, Place { row: 2, column }, text);
        (offer.from, offer.choices.into_iter().map(|choice| choice.text).collect())
    }

    #[test]
    fn types_are_offered_with_the_lists_that_there_are() {
        let (from, choices) = offered(0, "sel");
        assert_eq!(from, 0);
        assert_eq!(choices[..2], ["select_one ", "select_one town"]);
        assert_eq!(offered(0, "单选").1[0], "select_one ", "by what it means");
        assert!(offered(0, "integer").1.is_empty(), "it is said in full");
    }

    #[test]
    fn names_are_offered_in_braces_and_functions_by_their_beginning() {
        assert_eq!(offered(3, "1 < ${a"), (4, vec!["${age}".to_owned()]));
        assert_eq!(offered(2, "您 ${to").1, ["${town}"]);
        let (from, choices) = offered(3, "${age} > 1 and coun");
        assert_eq!(from, 15);
        assert!(
            choices.contains(&"count(".to_owned()) && choices.contains(&"count-selected(".to_owned()),
            "{choices:?}"
        );
        assert!(offered(3, "12").1.is_empty() && offered(3, "").1.is_empty());
        assert!(offered(2, "count").1.is_empty(), "a label is no expression");
        // By what the question asks, too; not within quotes.
        assert_eq!(offered(3, "1 < 多大"), (4, vec!["${age}".to_owned()]));
        assert!(offered(3, "${town} = '多大").1.is_empty());
    }

    #[test]
    fn appearances_are_words_one_after_the_other() {
        assert_eq!(offered(4, "quick multi"), (6, vec!["multiline".to_owned()]));
    }
}
