//! Diagnostics, and what is lost in another syntax, in Chinese for their first readers. English is what the engine says; this is a translation of it.
//!
//! A catalogue has each English sentence with `§` where something stands that the form's author wrote, and the Chinese one.
//! What it does not have stays English, so that nothing is ever left out. The tests hold the two together: each English sentence is
//! one that the engine says, and what the explained examples give is there in Chinese.

use std::sync::OnceLock;

use super::explain::Page;
use super::{Diagnostic, Label};
use crate::export::Loss;

static MESSAGES: &str = include_str!("chinese/messages.txt");
static LOSSES: &str = include_str!("chinese/losses.txt");
static PAGES: &str = include_str!("chinese/pages.txt");

/// How deep sentences stand within others: `§, and so it is with § more`.
const DEPTH: usize = 3;

/// One sentence.
struct Entry {
    /// What stands around the slots: one piece more than there are slots.
    english: Vec<&'static str>,
    chinese: &'static str,
}

impl Entry {
    fn literal(&self) -> usize {
        self.english.iter().map(|piece| piece.len()).sum()
    }

    /// What stands in the slots, if a text is this sentence.
    fn slots<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let (first, rest) = self.english.split_first()?;
        let Some((last, between)) = rest.split_last() else {
            return (text == *first).then(Vec::new);
        };
        let mut left = text.strip_prefix(first)?.strip_suffix(last)?;
        let mut slots = Vec::new();
        for piece in between {
            let at = left.find(piece)?;
            slots.push(&left[..at]);
            left = &left[at + piece.len()..];
        }
        slots.push(left);
        let quoted = self.english.iter().map(|piece| piece.ends_with('`'));
        // What is quoted holds no other quotes, but for those between the parts of a list.
        let whole = slots
            .iter()
            .zip(quoted)
            .all(|(slot, quoted)| !quoted || !slot.replace("`, `", "").replace("` → `", "").contains('`'));
        whole.then_some(slots)
    }
}

/// Sentences, those with the most words of their own first.
type Catalogue = [Entry];

fn read(texts: &[&'static str]) -> Vec<Entry> {
    let lines = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once(" ⇒ "));
    let entry = |(english, chinese): (&'static str, &'static str)| Entry {
        english: english.split('§').collect(),
        chinese,
    };
    let mut entries: Vec<Entry> = lines.map(entry).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.literal()));
    entries
}

/// What diagnostics say.
fn messages() -> &'static Catalogue {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| read(&[MESSAGES]))
}

/// What losses say, which may have words of diagnostics in them.
fn losses() -> &'static Catalogue {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| read(&[LOSSES, MESSAGES]))
}

/// A sentence in Chinese, if the catalogue has it.
fn translated(catalogue: &Catalogue, text: &str, depth: usize) -> Option<String> {
    let (entry, slots) = catalogue.iter().find_map(|entry| Some((entry, entry.slots(text)?)))?;
    let slot = |index: usize| -> Option<String> {
        let (said, before) = (slots.get(index)?, entry.english.get(index)?);
        // What the author wrote stands in quotes; between other words may be words of ours.
        let own = !before.ends_with(['`', '\'']) && depth < DEPTH;
        let own = if own { translated(catalogue, said, depth + 1) } else { None };
        Some(own.unwrap_or_else(|| (*said).to_owned()))
    };
    let mut out = String::new();
    for (index, piece) in entry.chinese.split('§').enumerate() {
        if index == 0 {
            out.push_str(piece);
            continue;
        }
        // `§2` is the second slot wherever it stands.
        let numbered = piece.chars().next().and_then(|digit| digit.to_digit(10)).filter(|at| *at > 0);
        let (at, piece) = match numbered {
            Some(at) => (at as usize - 1, &piece[1..]),
            None => (index - 1, piece),
        };
        out.push_str(&slot(at)?);
        out.push_str(piece);
    }
    Some(out)
}

fn spoken(text: &str) -> String {
    translated(messages(), text, 0).unwrap_or_else(|| text.to_owned())
}

impl Diagnostic {
    /// The same in Chinese, at the same places. A sentence that the catalogue has not stays English.
    pub fn in_chinese(&self) -> Diagnostic {
        let label = |label: &Label| Label { span: label.span, message: spoken(&label.message) };
        Diagnostic {
            message: spoken(&self.message),
            labels: self.labels.iter().map(label).collect(),
            hints: self.hints.iter().map(|hint| spoken(hint)).collect(),
            ..self.clone()
        }
    }

    /// What of it the catalogue has not in Chinese: its message, labels and hints.
    pub fn without_chinese(&self) -> Vec<&str> {
        let labels = self.labels.iter().map(|label| &*label.message);
        let all = std::iter::once(&*self.message).chain(labels).chain(self.hints.iter().map(|hint| &**hint));
        all.filter(|text| translated(messages(), text, 0).is_none()).collect()
    }
}

impl Loss {
    /// Its sentence in Chinese. One that the catalogue has not stays English.
    pub fn in_chinese(&self) -> String {
        translated(losses(), &self.what, 0).unwrap_or_else(|| self.what.clone())
    }

    /// Has the catalogue its sentence in Chinese?
    pub fn has_chinese(&self) -> bool {
        translated(losses(), &self.what, 0).is_some()
    }
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// As in [`Page::title`].
    pub title: &'static str,
    /// What is wrong with it.
    pub meaning: &'static str,
    /// How it is mended.
    pub way_out: &'static str,
}

/// What a code means; its example is the English page's.
pub fn explain(code: &str) -> Option<Explanation> {
    let line = PAGES.lines().find(|line| line.split('\t').next() == Some(code))?;
    let [_, title, meaning, way_out] = *line.split('\t').collect::<Vec<_>>() else { return None };
    Some(Explanation { title, meaning, way_out })
}

impl Page {
    /// The page in Chinese, in Markdown, with the same example.
    pub fn in_chinese(&self) -> Option<String> {
        let Explanation { title, meaning, way_out } = explain(self.code)?;
        let blocks = self.text.split("```").skip(1).step_by(2);
        let example: String = blocks.map(|block| format!("```{block}```\n\n")).collect();
        Some(format!("# {title}\n\n{meaning}\n\n{example}改法：{way_out}\n"))
    }
}

#[cfg(test)]
mod tests;
