//! What sets a node when something happens: dynamic defaults and triggers.

use super::Losses;
use super::model::{Action, Model};
use super::table::Row;
use crate::xml::Element;

/// Says what sets a node in the columns of its row.
pub(super) fn columns(form: &Model<'_>, node: usize, row: &mut Row, losses: &mut Losses) {
    let Some(actions) = form.actions.get(&form.nodes[node].path) else { return };
    let mut triggers: Vec<String> = Vec::new();
    // For each event of a default: is it a new repeat?
    let mut firsts: Vec<bool> = Vec::new();
    for action in actions {
        let events: Vec<&str> = action
            .element
            .attribute("event")
            .or_else(|| action.element.attribute_in(&crate::xml::Namespace::Events, "event"))
            .map_or("", |event| &event.text)
            .split_whitespace()
            .collect();
        let local = &*action.element.name.local;
        // Recordings and places at the start are types of their own.
        if local == "recordaudio" || (local == "setgeopoint" && action.within.is_none()) {
            continue;
        }
        let (first, later): (Vec<&str>, Vec<&str>) = events.iter().partition(|event| is_first(event));
        if !first.is_empty() {
            firsts.extend(first.iter().map(|event| *event == "odk-new-repeat"));
            default(form, node, action.element, row, losses);
        }
        for event in later {
            match (event, action.within) {
                ("xforms-value-changed", Some(within)) => {
                    let trigger = format!("${{{}}}", form.nodes[within].name);
                    if !triggers.contains(&trigger) {
                        triggers.push(trigger);
                    }
                    calculation(form, node, action, row, losses);
                }
                _ => losses.push(
                    action.element.span,
                    format!("`{local}` on `{event}` is left out: a row has no word for it"),
                ),
            }
        }
    }
    row.set("trigger", triggers.join(", "));
    let in_repeat = !form.nodes[node].repeats.is_empty();
    if let (true, Some(action)) =
        (in_repeat && !firsts.is_empty() && firsts.windows(2).all(|two| two[0] == two[1]), actions.first())
    {
        let what = match firsts[0] {
            true => "only a new repeat sets this; in XLSForm the first one does too",
            false => "only the first repeat sets this; in XLSForm a new one does too",
        };
        losses.push(action.element.span, what);
    }
}

/// The text of an expression that is nothing but a text in quotes.
fn literal(expression: &str) -> Option<String> {
    let expression = expression.trim();
    let quote = expression.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inside = expression[1..].strip_suffix(quote)?;
    (!inside.is_empty() && !inside.contains(quote)).then(|| inside.to_owned())
}

fn is_first(event: &str) -> bool {
    matches!(event, "odk-instance-first-load" | "odk-new-repeat" | "odk-instance-load" | "xforms-ready")
}

/// What a node starts with.
fn default(form: &Model<'_>, node: usize, action: &Element, row: &mut Row, losses: &mut Losses) {
    let value = match action.attribute("value") {
        Some(value) => literal(&value.text).unwrap_or_else(|| form.named(&value.text, node)),
        // A text that is set is what the node starts with.
        None => action.text(),
    };
    if !value.is_empty() && row.get("default").is_some_and(|known| known != value) {
        losses.push(action.span, "a node has one default; this one takes the place of the other");
    }
    // One that sets nothing makes it blank.
    row.cells.retain(|(column, _)| column != "default");
    row.set("default", value);
}

/// The value of a trigger is the row's calculation.
fn calculation(form: &Model<'_>, node: usize, action: &Action<'_>, row: &mut Row, losses: &mut Losses) {
    let value = value(form, node, action.element);
    match row.get("calculation") {
        Some(known) if known != value => {
            losses.push(action.element.span, "a row has one calculation; this one is left out");
        }
        _ => row.set("calculation", value),
    }
}

/// The expression, or the text as one.
fn value(form: &Model<'_>, node: usize, action: &Element) -> String {
    match action.attribute("value") {
        Some(value) => form.named(&value.text, node),
        None if action.content.is_empty() => String::new(),
        None => {
            let text = action.text();
            let quote = if text.contains('\'') { '"' } else { '\'' };
            format!("{quote}{text}{quote}")
        }
    }
}
