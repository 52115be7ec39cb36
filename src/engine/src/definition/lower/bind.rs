//! Binds: what holds of a node, from its type, its columns and its parameters.

use super::super::question_types::{Control, QuestionType};
use super::super::references::references;
use super::super::rows::{Choosing, Group, Item, ItemKind, Texts};
use super::super::sheets::yes_no;
use super::Lowering;
use crate::source::Written;
use crate::xml::{Element, Name, Namespace};

/// Columns in which `yes` and `TRUE` are conditions.
const CONDITIONS: &[&str] = &["readonly", "required", "relevant", "constraint", "calculate"];
/// Messages, with the names that their texts have.
const MESSAGES: &[&str] = &["jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString"];

impl Lowering<'_> {
    /// Adds an item's bind, if there is anything to say.
    pub(super) fn bind(&mut self, item: &Item, path: &str) {
        let row = &item.row;
        let mut bind = Element::new(Name::xforms("bind"), super::place(item))
            .with(Name::plain("nodeset"), Written::plain(path, item.name.span));
        let nothing = bind.attributes.len();
        let type_span = row.place_of(Group::Plain, "type");
        let of_type = of_type(&item.kind);
        if row.bind("type").is_none()
            && let Some(data_type) = self.data_type(item)
        {
            bind = bind.with(Name::plain("type"), Written::plain(data_type, type_span));
        }
        for (name, value) in of_type {
            if row.bind(name).is_none() {
                bind = bind.with(self.qualified(name), Written::plain(value, type_span));
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        let triggered = row.plain("trigger").is_some();
        for cell in row.cells.iter().filter(|cell| cell.column.group == Group::Bind) {
            let name = &*cell.column.name;
            if name.is_empty() || seen.contains(&name) {
                continue;
            }
            seen.push(name);
            if MESSAGES.contains(&name) {
                let words = self.message(&row.texts(Group::Bind, name), path, name);
                bind = bind.with(self.qualified(name), words);
            } else if name == "calculate" && triggered && !is_background(&item.kind) {
                // It runs when the trigger does, as an action.
            } else if name == "entities:saveto" {
                bind = bind
                    .with(Name::new(Namespace::Entities, "saveto"), super::entities::property(&cell.words));
            } else {
                bind = bind.with(self.qualified(name), condition(name, &cell.words));
            }
        }
        bind = self.bind_parameters(item, bind);
        if bind.attributes.len() > nothing {
            self.model.push(bind);
        }
    }

    /// What a question's node holds.
    fn data_type(&self, item: &Item) -> Option<&'static str> {
        match &item.kind {
            ItemKind::Select(select) if select.how == Choosing::Rank => Some("odk:rank"),
            ItemKind::Select(_) => Some("string"),
            ItemKind::Question(question) if question.control == Control::Range => {
                let parameters = super::parameters(&item.row);
                let fraction = |parameter: &super::super::parameters::Parameter| {
                    &*parameter.key != "tick_labelset"
                        && parameter.value.text.parse::<f64>().is_ok()
                        && parameter.value.text.contains('.')
                };
                Some(if parameters.said.iter().any(fraction) { "decimal" } else { "int" })
            }
            ItemKind::Question(question) => question.data_type,
            ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => None,
        }
    }

    fn bind_parameters(&self, item: &Item, mut bind: Element) -> Element {
        let ItemKind::Question(question) = &item.kind else { return bind };
        for parameter in super::parameters(&item.row).said {
            let name = match (question.control, &*parameter.key) {
                (Control::Upload("image/*"), "max-pixels") => Name::new(Namespace::OpenRosa, "max-pixels"),
                (Control::Upload("audio/*"), "quality")
                | (Control::Audit, _)
                | (Control::Input, "allow-mock-accuracy") => Name::new(Namespace::Odk, parameter.key.clone()),
                _ => continue,
            };
            bind = bind.with(name, parameter.value.clone());
        }
        bind
    }

    /// A message stands in the bind, or in the itext if it has languages or shows answers.
    fn message(&mut self, texts: &Texts, path: &str, name: &str) -> Written {
        let Some(first) = texts.first() else { return Written::plain("", crate::source::Span::top(0)) };
        let shows = texts.by_language.iter().any(|(_, words)| references(&words.text).next().is_some());
        let answers = shows && name != "jr:noAppErrorString";
        if !self.in_itext(texts) && !answers {
            return first.clone();
        }
        let id = format!("{path}:{name}");
        self.itext.add(&id, None, texts, &self.default_language);
        Written::plain(&format!("jr:itext('{id}')"), first.span)
    }
}

/// Attributes that a type's bind has of itself.
fn of_type(kind: &ItemKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        ItemKind::Question(QuestionType { bind, .. }) => bind,
        ItemKind::Select(_) | ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => &[],
    }
}

fn is_background(kind: &ItemKind) -> bool {
    matches!(kind, ItemKind::Question(question) if matches!(question.control, Control::Action(_)))
}

/// `yes` → `true()` where a condition is expected.
pub(super) fn condition(name: &str, words: &Written) -> Written {
    let plain = words.text.trim();
    match yes_no(plain) {
        Some(said) if CONDITIONS.contains(&name) && !plain.ends_with(')') => {
            Written::plain(if said { "true()" } else { "false()" }, words.span)
        }
        _ => words.clone(),
    }
}
