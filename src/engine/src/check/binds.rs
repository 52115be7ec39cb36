//! Binds and controls of an XForm that do not go together, or stand twice. XLSForm and form JSON can't say such things.

use std::collections::HashMap;

use super::noted::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::{BindOf, KnownChoices, Placed, PlacedKind, SkeletonKind, constant};
use crate::source::Span;
use crate::view::{Control, NodeId};

/// The types of a bind: those of ODK XForms, and what older tools write.
const TYPES: &[&str] = &[
    "string",
    "int",
    "integer",
    "long",
    "boolean",
    "decimal",
    "date",
    "time",
    "dateTime",
    "geopoint",
    "geotrace",
    "geoshape",
    "binary",
    "barcode",
    "intent",
    "rank",
    "select",
    "select1",
    "selectOne",
    "selectMultiple",
    "text",
    "anyURI",
    "double",
    "float",
];

/// Everything that can be said of binds and controls.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    let controls = controls(facts, found);
    let mut hidden = Vec::new();
    for (node, bind) in facts.binds_in_order() {
        twice(node, bind, facts, found);
        of_group(node, bind, facts, found);
        calculated(node, bind, facts, found);
        unknown_type(bind, found);
        if !controls.contains_key(&node) {
            hidden.extend(of_hidden(node, bind, facts));
        }
        if let Some((control, placed)) = controls.get(&node) {
            mismatch(node, bind, *control, placed, facts, found);
        }
    }
    tell_hidden(&hidden, found);
}

/// So many are told one by one; of more, it is said how many there are.
const EACH: usize = 5;

/// `no-effect`: nobody answers what has no control, and so nobody can miss or mend it.
fn of_hidden<'a>(
    node: NodeId,
    bind: &BindOf<'_>,
    facts: &'a Facts<'_>,
) -> Option<(&'static str, Span, &'a str)> {
    if !matches!(facts.form.node(node).kind, SkeletonKind::Leaf(_)) {
        return None;
    }
    let required = bind.get("required").filter(|written| constant(written.text) != Some(false));
    let constraint = bind.get("constraint").filter(|_| bind.get("calculate").is_none());
    let (attribute, written) =
        required.map(|written| ("required", written)).or(constraint.map(|written| ("constraint", written)))?;
    Some((attribute, written.span, &facts.form.node(node).name))
}

fn tell_hidden(hidden: &[(&'static str, Span, &str)], found: &mut Diagnostics) {
    let more = hidden.len().saturating_sub(1);
    for (attribute, place, name) in hidden.iter().take(if more >= EACH { 1 } else { EACH }) {
        let mut message = format!("`{attribute}` does nothing here: `{name}` has no control");
        if more >= EACH {
            message = format!("{message}, and so it is with {more} more");
        }
        found.push(
            Diagnostic::warning("no-effect", *place, message)
                .hint("write it in the bind of a question that somebody answers"),
        );
    }
}

/// `duplicate-control`: a node is asked for once. Gives the first control of each node.
fn controls<'a>(facts: &'a Facts<'a>, found: &mut Diagnostics) -> HashMap<NodeId, (Control, &'a Placed<'a>)> {
    let mut controls: HashMap<NodeId, (Control, &Placed<'_>)> = HashMap::new();
    for (placed, node) in facts.placed.iter().zip(facts.shown) {
        let (PlacedKind::Question(control), Some(node)) = (placed.kind, *node) else { continue };
        match controls.get(&node) {
            Some((_, first)) => {
                let name = &facts.form.node(node).name;
                let message = format!("`{name}` is asked for twice, and shown where it stands first");
                found.push(
                    Diagnostic::warning("duplicate-control", placed.span, message)
                        .label(first.span, "first here")
                        .hint("give each control a node of its own"),
                );
            }
            None => {
                controls.insert(node, (control, placed));
            }
        }
    }
    controls
}

/// `duplicate-bind`: what is said of a node is said in one place.
fn twice(node: NodeId, bind: &BindOf<'_>, facts: &Facts<'_>, found: &mut Diagnostics) {
    let places: Vec<Span> = bind.places().collect();
    if let [first, .., last] = places.as_slice() {
        let message = format!(
            "there are two binds of `{}`: where both say the same thing, the later wins",
            facts.form.node(node).name
        );
        found.push(
            Diagnostic::warning("duplicate-bind", *last, message)
                .label(*first, "first here")
                .hint("write all of it in one bind"),
        );
    }
}

/// `no-effect`: a group has no answer.
fn of_group(node: NodeId, bind: &BindOf<'_>, facts: &Facts<'_>, found: &mut Diagnostics) {
    let what = match facts.form.node(node).kind {
        SkeletonKind::Group => "a group",
        SkeletonKind::Repeat(_) => "a repeat",
        _ => return,
    };
    for attribute in ["calculate", "constraint", "required"] {
        let Some(written) = bind.get(attribute) else { continue };
        if attribute == "required" && constant(written.text) == Some(false) {
            continue;
        }
        let message = format!("`{attribute}` does nothing here: `{}` is {what}", facts.form.node(node).name);
        found.push(
            Diagnostic::warning("no-effect", written.span, message)
                .hint("write it in the bind of a question"),
        );
    }
}

/// `constraint-on-calculation`: nobody can mend what is calculated.
fn calculated(node: NodeId, bind: &BindOf<'_>, facts: &Facts<'_>, found: &mut Diagnostics) {
    let group = matches!(facts.form.node(node).kind, SkeletonKind::Group | SkeletonKind::Repeat(_));
    if let (Some(constraint), Some(_), false) = (bind.get("constraint"), bind.get("calculate"), group) {
        let message = format!("`{}` is calculated: nobody can mend its value", facts.form.node(node).name);
        found.push(
            Diagnostic::warning("constraint-on-calculation", constraint.span, message)
                .hint("put the constraint on the question that the value comes from"),
        );
    }
}

/// `unknown-type`: a type that is none is taken for text.
fn unknown_type(bind: &BindOf<'_>, found: &mut Diagnostics) {
    let Some(written) = bind.get("type") else { return };
    let name = written.text.trim().rsplit(':').next().unwrap_or_default();
    if name.is_empty() || TYPES.contains(&name) {
        return;
    }
    let message = format!("there is no type `{name}`: it is taken for `string`");
    found.push(
        Diagnostic::warning("unknown-type", written.span, message).did_you_mean(name, TYPES.iter().copied()),
    );
}

/// `wrong-type`: the control gives answers of another type than the bind says.
fn mismatch(
    node: NodeId,
    bind: &BindOf<'_>,
    control: Control,
    placed: &Placed<'_>,
    facts: &Facts<'_>,
    found: &mut Diagnostics,
) {
    let Some(written) = bind.get("type") else { return };
    let bound = written.text.trim().rsplit(':').next().unwrap_or_default();
    let numeric = matches!(bound, "int" | "integer" | "long" | "decimal");
    let other = matches!(
        bound,
        "date" | "time" | "dateTime" | "geopoint" | "geotrace" | "geoshape" | "binary" | "boolean"
    );
    let (fits, gives) = match control {
        Control::SelectOne => (!(other || numeric && has_words(node, facts)), "string"),
        Control::SelectMultiple => (!other && !numeric, "string"),
        Control::Rank => (!other && !numeric, "odk:rank"),
        Control::Upload => (bound == "binary" || bound == "anyURI" || !(other || numeric), "binary"),
        Control::Range => (numeric || !other, "int"),
        Control::Input => (bound != "binary", "string"),
        Control::Note | Control::Geopoint | Control::Acknowledge => return,
    };
    if fits {
        return;
    }
    let element = &placed.element.name.local;
    let message =
        format!("`{}` is answered by `{element}`, and its bind says `{bound}`", facts.form.node(node).name);
    found.push(
        Diagnostic::warning("wrong-type", written.span, message)
            .label(placed.span, "answered here")
            .hint(format!("write `type=\"{gives}\"`")),
    );
}

/// Is one of its choices no number?
fn has_words(node: NodeId, facts: &Facts<'_>) -> bool {
    let is_word = |name: &str| name.trim().parse::<f64>().is_err();
    match &facts.form.node(node).choices {
        None => false,
        Some(KnownChoices::Listed(names)) => names.iter().any(|name| is_word(name)),
        Some(KnownChoices::Tree(list)) => list.values(facts.form.tree(list.tree)).any(is_word),
    }
}
