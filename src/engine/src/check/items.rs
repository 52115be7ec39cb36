//! Choices and labels of an XForm: each list is used, each choice once in it, each with words. Rows are checked as rows.

use std::collections::{HashMap, HashSet};

use super::noted::{Facts, walk};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::Kind;
use crate::form::PlacedKind;
use crate::source::Span;
use crate::view::Control;
use crate::xml::Tag;

/// Everything that can be said of choices and labels.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    let lists: HashMap<&str, Tag<'_>> =
        facts.parts.secondary.iter().map(|(id, element)| (&**id, *element)).collect();
    let mut looked_at = HashSet::new();
    let mut without = Vec::new();
    for (placed, node) in facts.placed.iter().zip(facts.shown) {
        let (PlacedKind::Question(control), Some(node)) = (placed.kind, *node) else { continue };
        if !facts.form.node(node).calculated && !has_label(placed.element) {
            without.push((&*facts.form.node(node).name, placed.span));
        }
        if !matches!(control, Control::SelectOne | Control::SelectMultiple | Control::Rank) {
            continue;
        }
        match placed.element.named("itemset") {
            Some(itemset) => of_itemset(itemset, &lists, &mut looked_at, found),
            None => of_control(placed.element, &facts.form.node(node).name, found),
        }
    }
    missing_labels(&without, found);
    unused(facts, found);
}

/// So many are told one by one; of more, it is said how many there are.
const EACH: usize = 5;

fn has_label(element: Tag<'_>) -> bool {
    element.elements().any(|part| {
        matches!(&*part.name.local, "label" | "hint") && (part.attribute("ref").is_some() || !part.is_empty())
    })
}

/// `missing-label`: what is asked has words.
fn missing_labels(without: &[(&str, Span)], found: &mut Diagnostics) {
    let hint = "write what is asked in a `label`";
    if let (true, Some((first, place))) = (without.len() > EACH, without.first()) {
        let message = format!("{} questions have no label: `{first}` is the first", without.len());
        found.push(Diagnostic::warning("missing-label", *place, message).hint(hint));
        return;
    }
    for (name, place) in without {
        let message = format!("`{name}` has no label");
        found.push(Diagnostic::warning("missing-label", *place, message).hint(hint));
    }
}

/// `empty-list`, `duplicate-choice`, `missing-label` of the items in a control.
fn of_control(control: Tag<'_>, name: &str, found: &mut Diagnostics) {
    let items: Vec<Tag<'_>> = control.elements().filter(|child| &*child.name.local == "item").collect();
    if items.is_empty() {
        found.push(
            Diagnostic::warning("empty-list", control.span, format!("`{name}` has no choices"))
                .hint("give it an `item` for each choice, or an `itemset`"),
        );
    }
    let mut seen = HashMap::new();
    for item in items {
        let Some(value) = item.named("value") else { continue };
        let text = value.text();
        let text = text.trim();
        let has_words =
            item.named("label").is_some_and(|label| label.attribute("ref").is_some() || !label.is_empty());
        if !has_words {
            found.push(without_label(text, value.span));
        }
        once(text, value.span, &mut seen, found);
    }
}

fn without_label(name: &str, place: Span) -> Diagnostic {
    Diagnostic::warning("missing-label", place, format!("the choice `{name}` has no label"))
        .hint("write its words in a `label`")
}

fn once(name: &str, place: Span, seen: &mut HashMap<String, Span>, found: &mut Diagnostics) {
    if let Some(first) = seen.insert(name.to_owned(), place) {
        found.push(
            Diagnostic::warning("duplicate-choice", place, format!("the choice `{name}` is there twice"))
                .label(first, "first here")
                .hint("give one of them another value"),
        );
    }
}

/// The same of a list in the model, once for all selects that offer the whole of it.
fn of_itemset<'a>(
    itemset: Tag<'a>,
    lists: &HashMap<&str, Tag<'a>>,
    looked_at: &mut HashSet<(String, String)>,
    found: &mut Diagnostics,
) {
    let Some((id, item, whole)) = itemset.attribute("nodeset").and_then(|nodeset| named(nodeset.text)) else {
        return;
    };
    let Some(list) = lists.get(id).filter(|list| list.attribute("src").is_none()) else { return };
    let reference = |name: &str| Some(itemset.named(name)?.attribute("ref")?.text);
    let Some(value) = reference("value") else { return };
    let label = reference("label").map(|label| {
        label.trim().strip_prefix("jr:itext(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(label)
    });
    if !looked_at.insert((id.to_owned(), format!("{value} {whole}"))) {
        return;
    }
    let rows: Vec<Tag<'_>> = list
        .elements()
        .next()
        .into_iter()
        .flat_map(Tag::elements)
        .filter(|row| *row.name.local == *item)
        .collect();
    if rows.is_empty() {
        found.push(
            Diagnostic::warning("empty-list", list.span, format!("the list `{id}` has no choices"))
                .hint("write an `item` for each choice"),
        );
    }
    let mut seen = HashMap::new();
    for row in rows {
        let Some(cell) = row.named(value) else { continue };
        let text = cell.text();
        let words = label.filter(|label| !label.contains(['/', '(', '.', '@']));
        if words.is_some_and(|words| row.named(words).is_none_or(|cell| cell.is_empty())) {
            found.push(without_label(&text, cell.span));
        }
        // What a filter tells apart may share a value.
        if whole {
            once(&text, cell.span, &mut seen, found);
        }
    }
}

/// The list and the items in `instance('list')/root/item[…]`, and whether all are offered.
fn named(nodeset: &str) -> Option<(&str, &str, bool)> {
    let inner = nodeset.split_once("instance(")?.1.trim_start();
    let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (id, rest) = inner[1..].split_once(quote)?;
    let (_, steps) = rest.split_once('/')?;
    let (_, item) = steps.split_once('/')?;
    Some((id, item.split(['[', ',', ')', '/', ' ']).next()?, !nodeset.contains('[')))
}

/// `unused-list`: a list in the model that no expression names.
fn unused(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut used: HashSet<&str> = HashSet::new();
    for noted in facts.noted {
        walk(&noted.ast, false, &mut |ast, _| {
            if let Kind::Call { name, arguments, .. } = &ast.kind
                && matches!(name.as_str(), "instance" | "pulldata")
                && let Some(Kind::Text(id)) = arguments.first().map(|argument| &argument.kind)
            {
                used.insert(id);
            }
        });
    }
    for (id, element) in &facts.parts.secondary {
        if element.attribute("src").is_some() || used.contains(&**id) {
            continue;
        }
        found.push(
            Diagnostic::warning(
                "unused-list",
                super::noted::place(*element, "id"),
                format!("no question uses the list `{id}`"),
            )
            .hint(format!("name it in an itemset, `instance('{id}')/root/item`, or take it away")),
        );
    }
}
