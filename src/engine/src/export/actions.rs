//! What sets a node when something happens: dynamic defaults and triggers.

use super::Losses;
use super::model::{Action, Model};
use super::table::Row;
use crate::xml::Element;

/// Says what sets a node in the columns of its row.
pub(super) fn columns(form: &Model<'_>, node: usize, row: &mut Row, losses: &mut Losses) {
    let Some(actions) = form.actions.get(&form.nodes[node].path) else { return };
    let mut triggers: Vec<String> = Vec::new();
    for action in actions {
        let events: Vec<&str> = action
            .element
            .attribute("event")
            .or_else(|| action.element.attribute_in(&crate::xml::Namespace::Events, "event"))
            .map_or("", |event| &event.text)
            .split_whitespace()
            .collect();
        match (&*action.element.name.local, action.within) {
            ("recordaudio", _) => {}
            ("setgeopoint", None) => {}
            ("setgeopoint" | "setvalue", Some(within)) if events == ["xforms-value-changed"] => {
                let trigger = format!("${{{}}}", form.nodes[within].name);
                if !triggers.contains(&trigger) {
                    triggers.push(trigger);
                }
                calculation(form, node, action, row, losses);
            }
            ("setvalue", None) if events.iter().all(|event| is_first(event)) && !events.is_empty() => {
                let value = value(form, node, action.element);
                if row.get("default").is_some_and(|known| known != value) {
                    losses.push(action.element.span, "a node has one default; this one is left out");
                } else {
                    row.set("default", value);
                }
            }
            (name, _) => losses.push(
                action.element.span,
                format!("`{name}` on `{}` is left out: a row has no word for it", events.join(" ")),
            ),
        }
    }
    row.set("trigger", triggers.join(", "));
}

fn is_first(event: &str) -> bool {
    matches!(event, "odk-instance-first-load" | "odk-new-repeat" | "odk-instance-load" | "xforms-ready")
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
