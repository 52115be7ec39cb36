//! Which items there are under which path, for what refers to them by name.

use std::collections::HashMap;

use super::super::question_types::Control;
use super::super::references::references;
use super::super::rows::{Item, ItemKind};

/// Every item with its path.
pub(crate) struct Names<'a> {
    known: Vec<Known<'a>>,
    by_name: HashMap<&'a str, Vec<usize>>,
    /// What an answer to each name sets.
    by_trigger: HashMap<&'a str, Vec<usize>>,
}

/// One item.
pub(crate) struct Known<'a> {
    pub name: &'a str,
    pub path: String,
    pub item: &'a Item,
    /// The section that holds it; none at the top.
    pub above: Option<usize>,
}

impl<'a> Names<'a> {
    /// The names of a form whose node is called `root`.
    pub fn of(items: &'a [Item], root: &str) -> Names<'a> {
        let mut names = Names { known: Vec::new(), by_name: HashMap::new(), by_trigger: HashMap::new() };
        names.add(items, &format!("/{root}"), None);
        for (index, known) in names.known.iter().enumerate() {
            names.by_name.entry(known.name).or_default().push(index);
            let trigger = known.item.row.plain("trigger").filter(|_| !known.item.is_section());
            for reference in trigger.into_iter().flat_map(|words| references(&words.text)) {
                let set = names.by_trigger.entry(reference.name).or_default();
                if !set.contains(&index) {
                    set.push(index);
                }
            }
        }
        names
    }

    fn add(&mut self, items: &'a [Item], path: &str, above: Option<usize>) {
        for item in items {
            if matches!(&item.kind, ItemKind::Question(question)
                if matches!(question.control, Control::ExternalInstance(_)))
            {
                continue;
            }
            let inner = match &item.kind {
                ItemKind::Question(question) if question.control == Control::Audit => {
                    format!("/{}/meta/audit", path.split('/').nth(1).unwrap_or(""))
                }
                _ => format!("{path}/{}", item.name.text),
            };
            self.known.push(Known { name: &item.name.text, path: inner.clone(), item, above });
            let index = self.known.len() - 1;
            self.add(&item.children, &inner, Some(index));
        }
    }

    /// All items of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Known<'a>> {
        self.by_name.get(name).into_iter().flatten().map(|index| &self.known[*index])
    }

    /// What an answer to an item of that name sets, in document order.
    pub fn triggered_by(&self, name: &str) -> impl Iterator<Item = &Known<'a>> {
        self.by_trigger.get(name).into_iter().flatten().map(|index| &self.known[*index])
    }

    /// Every item in document order.
    pub fn iter(&self) -> impl Iterator<Item = &Known<'a>> {
        self.known.iter()
    }

    /// The path of the first item of that name.
    pub fn path_of(&self, name: &str) -> Option<String> {
        self.all(name).next().map(|known| known.path.clone())
    }

    /// Is there one item of that name and no other?
    pub fn is_unique(&self, name: &str) -> bool {
        self.all(name).take(2).count() == 1
    }

    /// Is there any item of that name?
    pub fn is_known(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// All names, each once, sorted.
    pub fn sorted(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.by_name.keys().copied().collect();
        crate::order::sort(&mut names);
        names
    }

    /// The section that the first item of that name stands in.
    pub fn section_of(&self, name: &str) -> Option<&Known<'a>> {
        self.all(name).next()?.above.map(|index| &self.known[index])
    }

    /// The innermost repeat around the first item of that name.
    pub fn repeat_around(&self, name: &str) -> Option<&Known<'a>> {
        let mut at = self.all(name).next()?.above;
        while let Some(index) = at {
            let known = &self.known[index];
            if matches!(known.item.kind, ItemKind::Repeat) {
                return Some(known);
            }
            at = known.above;
        }
        None
    }

    /// The sections around an item, innermost first.
    pub fn around(&self, known: &Known<'a>) -> Vec<&Known<'a>> {
        let mut sections = Vec::new();
        let mut at = known.above;
        while let Some(index) = at {
            sections.push(&self.known[index]);
            at = self.known[index].above;
        }
        sections
    }
}
