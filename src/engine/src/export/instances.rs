//! Secondary instances: lists of items become choices, files become rows or are named by the selects that use them.

use super::Losses;
use super::model::Model;
use super::table::Row;
use super::texts::{Itext, Kind, Texts};
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

/// Titles that mean something else in the sheet `choices`.
pub(super) const TAKEN: &[&str] = &["value", "caption", "image", "big-image", "audio", "video", "list_name"];

/// The rows of an inline list. What it holds beside items is a loss.
pub(super) fn rows(
    instance: &Instance<'_>,
    columns: &Columns,
    form: &Model<'_>,
    itext: &Itext<'_>,
    losses: &mut Losses,
) -> Vec<Row> {
    let root = instance.element.elements().next();
    let texts = Texts { form, itext };
    let mut rows = Vec::new();
    for item in root.map(Element::elements).into_iter().flatten() {
        let local = &item.name.local;
        if item.elements().next().is_none() {
            losses.push(item.span, format!("`{local}` in `{}` is no item and is left out", instance.id));
            continue;
        }
        if &**local != "item" {
            losses.push(
                item.span,
                format!("the items of `{}` are called `{local}`; in XLSForm they are `item`", instance.id),
            );
        }
        for attribute in &item.attributes {
            let name = attribute.name.written();
            losses.push(
                attribute.value.span,
                format!("the attribute `{name}` of an item in `{}` is left out", instance.id),
            );
        }
        rows.push(row(item, instance.id, columns, &texts, losses));
    }
    rows
}

fn row(item: &Element, list: &str, columns: &Columns, texts: &Texts<'_, '_>, losses: &mut Losses) -> Row {
    let mut row = Row::new(item.span).with("list_name", list);
    let has_name = columns.value.is_some() || item.elements().any(|cell| &*cell.name.local == "name");
    for cell in item.elements() {
        let local = &*cell.name.local;
        let text = cell.text();
        let named = columns.value.as_deref().unwrap_or("name");
        match local {
            _ if local == named => {
                row.set("name", text.as_str());
                // One element may be both, as the id of its words.
                if columns.label.as_deref() == Some(local)
                    && let Some(id) = texts.known(&text)
                {
                    texts.id(id, Kind::Label, 0, cell.span, &mut row, losses);
                }
            }
            _ if columns.label.as_deref() == Some(local) && local != "label" => match texts.known(&text) {
                Some(id) => texts.id(id, Kind::Label, 0, cell.span, &mut row, losses),
                None => row.set("label", text),
            },
            "itextId" => texts.id(text.trim(), Kind::Label, 0, cell.span, &mut row, losses),
            "label" => {
                let words = texts.words(cell, 0, losses);
                row.set("label", words);
            }
            "value" if !has_name => {
                losses.push(cell.span, format!("`value` of `{list}` is called `name` in XLSForm"));
                row.set("name", text);
            }
            "name" => losses.push(
                cell.span,
                format!("`name` of `{list}` is left out: its choices are named by `{named}`"),
            ),
            taken if TAKEN.contains(&taken) => {
                losses.push(
                    cell.span,
                    format!("`{taken}` of `{list}` is left out: in XLSForm the column means something else"),
                );
            }
            column => row.set(column, text),
        }
    }
    if row.get("name").is_none() {
        losses.push(item.span, format!("an item of `{list}` has no name; in XLSForm it has to have one"));
        let first = item.elements().next().map(Element::text).unwrap_or_default();
        row.set("name", first.trim());
    }
    // An item may hold its words both in the translations and plainly, as one of them.
    let plainly =
        item.elements().any(|cell| &*cell.name.local == "label" && texts.known(&cell.text()).is_none());
    let again = row.get("label").map(str::to_owned);
    let is_translation =
        |(column, text): &(String, String)| column.starts_with("label::") && Some(text) == again.as_ref();
    if plainly && row.cells.iter().any(is_translation) {
        row.cells.retain(|(column, _)| column != "label");
    }
    row
}

/// The rows of the survey that declare files which no other row names.
pub(super) fn declared(instances: &[Instance<'_>], expressions: &str, losses: &mut Losses) -> Vec<Row> {
    let mut rows = Vec::new();
    for instance in instances.iter().filter(|instance| !instance.used) {
        let Source::File(file) = instance.source else { continue };
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        if stem == instance.id && ending == "csv" && is_pulled(instance.id, expressions) {
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

/// Does a `pulldata` name it?
pub(super) fn is_pulled(id: &str, expressions: &str) -> bool {
    ['\'', '"'].iter().any(|quote| expressions.contains(&format!("pulldata({quote}{id}{quote}")))
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
