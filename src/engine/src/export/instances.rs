//! Secondary instances: lists of items become choices, files become rows or are named by the selects that use them.

use super::Losses;
use super::model::Model;
use super::table::Row;
use super::texts::{Itext, Kind, Texts, itext_id};
use crate::source::Span;
use crate::xml::Element;

/// A secondary instance.
pub(super) struct Instance<'a> {
    pub id: &'a str,
    pub element: &'a Element,
    pub source: Source<'a>,
    /// Does a row name it, so that it needs none of its own?
    pub used: bool,
}

/// Where its items come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source<'a> {
    Inline,
    /// The file's name.
    File(&'a str),
    LastSaved,
}

pub(super) fn all<'a>(form: &Model<'a>) -> Vec<Instance<'a>> {
    let known = form.instances.iter().filter_map(|element| {
        let id = &*element.attribute("id")?.text;
        let source = match element.attribute("src").map(|src| &*src.text) {
            None => Source::Inline,
            Some(src) if src.ends_with("/last-saved") => Source::LastSaved,
            Some(src) => Source::File(src.rsplit('/').next().unwrap_or(src)),
        };
        Some(Instance { id, element, source, used: source == Source::LastSaved })
    });
    known.collect()
}

/// The column of an item that names it, and the one that is shown, where they are not `name` and `label`.
#[derive(Clone, Default)]
pub(super) struct Columns {
    pub value: Option<String>,
    pub label: Option<String>,
}

/// The rows of an inline list; none after saying why it is none.
pub(super) fn rows(
    instance: &Instance<'_>,
    columns: &Columns,
    form: &Model<'_>,
    itext: &Itext<'_>,
    losses: &mut Losses,
) -> Vec<Row> {
    let root = instance.element.elements().next();
    let items = root.map(Element::elements).into_iter().flatten();
    let texts = Texts { form, itext };
    let mut rows = Vec::new();
    for item in items {
        if &*item.name.local != "item" {
            losses.push(
                item.span,
                format!("`{}` in `{}` is no item and is left out", item.name.local, instance.id),
            );
            continue;
        }
        let mut row = Row::new(item.span).with("list_name", instance.id);
        for cell in item.elements() {
            let local = &*cell.name.local;
            let text = cell.text();
            match local {
                _ if columns.label.as_deref() == Some(local) && local != "label" => match itext_id(&text) {
                    Some(id) => texts.id(id, Kind::Label, 0, cell.span, &mut row, losses),
                    None => row.set("label", text),
                },
                _ if columns.value.as_deref() == Some(local) && local != "name" => row.set("name", text),
                "itextId" => texts.id(text.trim(), Kind::Label, 0, cell.span, &mut row, losses),
                "label" => {
                    let words = texts.words(cell, 0, losses);
                    row.set("label", words);
                }
                column => row.set(column, text),
            }
        }
        rows.push(row);
    }
    rows
}

/// The rows of the survey that declare files which no other row names.
pub(super) fn declared(instances: &[Instance<'_>], expressions: &str, losses: &mut Losses) -> Vec<Row> {
    let mut rows = Vec::new();
    for instance in instances.iter().filter(|instance| !instance.used) {
        let Source::File(file) = instance.source else { continue };
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        let pulled = |quote: char| expressions.contains(&format!("pulldata({quote}{}{quote}", instance.id));
        if stem == instance.id && ending == "csv" && (pulled('\'') || pulled('"')) {
            continue;
        }
        let kind = match ending {
            "csv" => "csv-external",
            "xml" => "xml-external",
            _ => {
                losses.push(
                    instance.element.span,
                    format!("the file `{file}` is left out: no select takes its choices from it"),
                );
                continue;
            }
        };
        renamed(instance, file, losses);
        rows.push(Row::new(instance.element.span).with("type", kind).with("name", instance.id));
    }
    rows
}

/// XLSForm calls a file's instance as the file is called.
pub(super) fn renamed(instance: &Instance<'_>, file: &str, losses: &mut Losses) {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem != instance.id {
        losses.push(
            instance.element.span,
            format!("the file `{file}` has to be called as its instance, `{}`", instance.id),
        );
    }
}

/// A list in a control itself: its items as rows of that list.
pub(super) fn inline(
    control: &Element,
    list: &str,
    from: usize,
    texts: &Texts<'_, '_>,
    losses: &mut Losses,
) -> Vec<Row> {
    let items = control.elements().filter(|child| child.name.is("item"));
    let row = |item: &Element, losses: &mut Losses| {
        let mut row = Row::new(item.span).with("list_name", list);
        row.set("name", item.child("value").map(Element::text).unwrap_or_default());
        if let Some(label) = item.child("label") {
            texts.element(label, Kind::Label, from, &mut row, losses);
        }
        row
    };
    items.map(|item| row(item, losses)).collect()
}

/// An itemset's nodeset, taken apart.
pub(super) struct ItemsetParts {
    /// `instance('list')/root/item`, or a path of the form itself.
    pub path: String,
    pub filter: Option<String>,
    /// Shuffled, perhaps with a seed.
    pub randomize: Option<Option<String>>,
}

impl ItemsetParts {
    pub fn of(nodeset: &str) -> ItemsetParts {
        let nodeset = nodeset.trim();
        let inside = nodeset.strip_prefix("randomize(").and_then(|rest| rest.strip_suffix(')'));
        let (nodeset, randomize) = match inside {
            Some(inside) => match outer(inside, ',') {
                Some(at) => (inside[..at].trim(), Some(Some(inside[at + 1..].trim().to_owned()))),
                None => (inside.trim(), Some(None)),
            },
            None => (nodeset, None),
        };
        let filter = nodeset.strip_suffix(']').and_then(|rest| Some((outer_open(rest)?, rest)));
        match filter {
            Some((at, rest)) => ItemsetParts {
                path: rest[..at].trim().to_owned(),
                filter: Some(rest[at + 1..].trim().to_owned()),
                randomize,
            },
            None => ItemsetParts { path: nodeset.to_owned(), filter: None, randomize },
        }
    }

    /// The id of the instance, where the items are that instance's.
    pub fn instance(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("instance(")?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (id, rest) = rest[1..].split_once(quote)?;
        let path = rest.trim_start().strip_prefix(')')?;
        // The root of an instance may have any name.
        let mut steps = path.strip_prefix('/')?.split('/');
        let whole = steps.next().is_some() && steps.next().is_some() && steps.next().is_none();
        (whole && !path.contains('[')).then_some(id)
    }
}

/// The first such character that stands in no quotes and no brackets.
fn outer(text: &str, wanted: char) -> Option<usize> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, c) if c == wanted && depth == 0 => return Some(at),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// The bracket that opens the last predicate, where it is the only one.
fn outer_open(text: &str) -> Option<usize> {
    let at = outer(text, '[')?;
    // A second predicate beside the first can't be told apart from one: then all of it is the path's.
    let closes = outer(&text[at + 1..], ']');
    closes.is_none().then_some(at)
}

/// What is said of an itemset that no row can say.
pub(super) fn not_a_list(span: Span, path: &str, losses: &mut Losses) {
    losses.push(
        span,
        format!("the choices come from `{path}`, which is no list of the form; they are left out"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_itemset_is_taken_apart() {
        let parts = ItemsetParts::of("randomize(instance('a,b')/root/item[x = ']' and f(y, z)], /data/seed)");
        assert_eq!(parts.instance(), Some("a,b"));
        assert_eq!(parts.filter.as_deref(), Some("x = ']' and f(y, z)"));
        assert_eq!(parts.randomize, Some(Some("/data/seed".into())));
        let parts = ItemsetParts::of("instance('a')/root/item");
        assert_eq!(parts.instance(), Some("a"));
        assert_eq!((parts.filter, parts.randomize), (None, None));
        let two = ItemsetParts::of("instance('a')/root/item[x][y]");
        assert_eq!((two.instance(), two.filter.is_some()), (None, false));
        assert_eq!(ItemsetParts::of("../r[./name != '']").path, "../r");
    }
}
