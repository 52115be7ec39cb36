//! The column `parameters`: which a question type knows, and what their values may be.

use crate::definition::lower::Names;
use crate::definition::parameters::{Parameter, Parameters};
use crate::definition::question_types::{Action, Control};
use crate::definition::references::{is_name, only_reference};
use crate::definition::rows::{ChoicesFrom, Choosing, Group, Item, ItemKind, Questionnaire};
use crate::definition::sheets::yes_no;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// `bad-parameters`: of every item.
pub(crate) fn check(form: &Questionnaire, names: &Names<'_>, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let parameters = Parameters::read(item.row.plain("parameters"), found);
        let Some(known) = keys(item) else { return };
        for parameter in &parameters.said {
            match known.contains(&&*parameter.key) {
                true => value(parameter, item, form, names, found),
                false => unknown(parameter, known, found),
            }
        }
        if let ItemKind::Select(_) = &item.kind
            && let (Some(seed), None) = (parameters.get("seed"), parameters.get("randomize"))
        {
            found.push(
                bad(seed, "a seed does nothing without `randomize=true`".to_owned())
                    .hint("write `randomize=true seed=…`"),
            );
        }
        match &item.kind {
            ItemKind::Question(question) if question.control == Control::Range => {
                super::ranges::check(item, &parameters, form, found);
            }
            ItemKind::Question(question) if question.control == Control::Audit => audit(&parameters, found),
            _ => {}
        }
    });
}

/// The keys that an item knows, in order; none if nothing reads its parameters.
fn keys(item: &Item) -> Option<&'static [&'static str]> {
    Some(match &item.kind {
        ItemKind::Select(select) if select.how == Choosing::External => return None,
        ItemKind::Select(select) => match select.from {
            ChoicesFrom::File(_) => &["label", "randomize", "seed", "value"],
            ChoicesFrom::List(_) | ChoicesFrom::Repeat(_) => &["randomize", "seed"],
        },
        ItemKind::Question(question) => match (question.control, question.data_type) {
            (Control::Input, Some("geopoint")) => {
                &["allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy"]
            }
            (Control::Input, Some("geotrace" | "geoshape")) => {
                &["allow-mock-accuracy", "incremental", "reference-geometry"]
            }
            (Control::Input, Some("string")) if question.name() == "text" => &["rows"],
            (Control::Upload("audio/*"), _) | (Control::Action(Action::BackgroundAudio), _) => &["quality"],
            (Control::Upload("image/*"), _) => &["app", "max-pixels"],
            (Control::Range, _) => &["end", "placeholder", "start", "step", "tick_interval", "tick_labelset"],
            (Control::Audit, _) => &[
                "identify-user",
                "location-max-age",
                "location-min-interval",
                "location-priority",
                "track-changes",
                "track-changes-reasons",
            ],
            _ => return None,
        },
        ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => return None,
    })
}

fn unknown(parameter: &Parameter, known: &[&str], found: &mut Diagnostics) {
    let message = format!("`{}` is no parameter of this question type", parameter.key);
    let diagnostic = bad(&parameter.cell, message).did_you_mean(&parameter.key, known.iter().copied());
    found.push(match diagnostic.hints.is_empty() {
        true => diagnostic.hint(format!("it knows {}", known.join(", "))),
        false => diagnostic,
    });
}

/// A mistake in a parameter.
pub(super) fn bad(at: &Written, message: String) -> Diagnostic {
    Diagnostic::error("bad-parameters", at.span, message)
}

fn value(
    parameter: &Parameter,
    item: &Item,
    form: &Questionnaire,
    names: &Names<'_>,
    found: &mut Diagnostics,
) {
    let said = &parameter.value;
    let text = &*said.text;
    let key = &*parameter.key;
    let one_of = |allowed: &[&str]| {
        (!allowed.contains(&text)).then(|| format!("`{key}` is one of {}, not `{text}`", allowed.join(", ")))
    };
    let is_number =
        || text.parse::<f64>().is_err().then(|| format!("`{key}` should be a number, not `{text}`"));
    let is_true_or_false = || one_of(&["true", "false"]);
    let problem = match key {
        "allow-mock-accuracy" | "identify-user" | "track-changes" | "randomize" => is_true_or_false(),
        "capture-accuracy" | "warning-accuracy" => is_number(),
        "max-pixels" | "rows" | "location-min-interval" | "location-max-age" => {
            text.parse::<u64>().is_err().then(|| format!("`{key}` should be a whole number, not `{text}`"))
        }
        "incremental" => (yes_no(text) != Some(true))
            .then(|| format!("`incremental` is true, or left out; `{text}` means nothing")),
        "quality" => match &item.kind {
            ItemKind::Question(question) if matches!(question.control, Control::Action(_)) => {
                one_of(&["normal", "low", "voice-only"])
            }
            _ => one_of(&["normal", "low", "voice-only", "external"]),
        },
        "app" => android_package(item, text),
        "location-priority" => one_of(&["no-power", "low-power", "balanced", "high-accuracy"]),
        "track-changes-reasons" => one_of(&["on-form-edit"]),
        "seed" => (text.parse::<f64>().is_err() && only_reference(text).is_none())
            .then(|| format!("a seed is a number or `${{name}}`, not `{text}`")),
        "value" | "label" => (!is_name(text)).then(|| {
            format!("`{text}` can't be a column: a name starts with a letter or `_`, and has letters, digits, `_`, `-` and `.`")
        }),
        "reference-geometry" => reference_geometry(text, form, names),
        _ => None,
    };
    if let Some(message) = problem {
        found.push(bad(said, message));
    }
}

/// Apps are named as Android names them; where the client takes the picture itself, the name is never read.
fn android_package(item: &Item, text: &str) -> Option<String> {
    let read = item.row.body("appearance").is_none_or(|appearance| &*appearance.text == "annotate");
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let good = text.contains('.') && text.split('.').all(part);
    (read && !good).then(|| format!("`{text}` is no name of an Android app, such as `com.example.camera`"))
}

/// Places come from a list, an entity list, a file that the form names, or a repeat.
fn reference_geometry(text: &str, form: &Questionnaire, names: &Names<'_>) -> Option<String> {
    if let Some(name) = only_reference(text) {
        let is_repeat = |item: &Item| matches!(item.kind, ItemKind::Repeat);
        return (!names.all(name).any(|known| is_repeat(known.item)))
            .then(|| format!("`{name}` is no repeat, and places to choose from come from one"));
    }
    let mut known: Vec<String> = form.lists.iter().map(|list| list.name.text.to_string()).collect();
    known.extend(
        form.entities.iter().filter_map(|row| row.plain("list_name")).map(|list| list.text.to_string()),
    );
    Item::walk(&form.items, &mut |item, _| match &item.kind {
        ItemKind::Question(question) if matches!(question.control, Control::ExternalInstance(_)) => {
            known.push(item.name.text.to_string());
        }
        ItemKind::Select(select) => {
            if let ChoicesFrom::File(file) = &select.from {
                known.push(file.text.rsplit_once('.').map_or(&*file.text, |(stem, _)| stem).to_owned());
            }
        }
        _ => {}
    });
    (!known.iter().any(|name| name == text))
        .then(|| format!("there is no list, entity list, file or repeat `{text}` with places to choose from"))
}

/// `bad-parameters`: places are logged with a priority, a shortest interval and an age, or not at all.
fn audit(parameters: &Parameters, found: &mut Diagnostics) {
    let of = |key: &str| parameters.get(key);
    let all = ["location-priority", "location-min-interval", "location-max-age"];
    let said: Vec<&Written> = all.iter().filter_map(|key| of(key)).collect();
    if let (Some(first), true) = (said.first(), said.len() < all.len()) {
        found.push(
            bad(first, "places are logged with three parameters together, or none".to_owned())
                .hint("write `location-priority=…` `location-min-interval=…` `location-max-age=…`"),
        );
    }
    let number = |key: &str| of(key).and_then(|said| said.text.parse::<u64>().ok());
    if let (Some(least), Some(most), Some(said)) =
        (number("location-min-interval"), number("location-max-age"), of("location-max-age"))
        && most < least
    {
        found.push(bad(said, "`location-max-age` is at least `location-min-interval`".to_owned()));
    }
}

/// The appearance of an item, in one line.
pub(super) fn appearance(item: &Item) -> String {
    let words = item.row.cell(Group::Body, "appearance").map_or("", |cell| &cell.words.text);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
