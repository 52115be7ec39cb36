//! Forms out: from the engine's XForm trees to the syntaxes that authors and other tools read.
//!
//! What a syntax can't say is never dropped in silence: it is a [`Loss`] with the place that it stands at.

mod actions;
mod assessment;
mod calculations;
mod codebook;
mod entities;
mod fhir;
mod form_json;
mod html;
mod instance_id;
mod instances;
mod lists;
mod model;
mod names;
pub(crate) mod outline;
mod own_functions;
mod paper;
mod question;
mod settings;
mod sums;
mod survey;
mod table;
mod texts;
mod xform;
mod xlsform;

pub(crate) use assessment::Measure;
pub use codebook::{to_codebook_csv, to_codebook_html};
pub use fhir::to_fhir_questionnaire;
pub use paper::to_paper;
pub(crate) use table::Row;

use crate::definition;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Span, Written};
use crate::xml::{Content, Element, Name, Namespace};

/// What the target can't hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// One sentence: what it is, and what becomes of it.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

/// A form in another syntax, and what was lost on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exported<T> {
    /// What was written.
    pub written: T,
    /// In the order of their places.
    pub losses: Vec<Loss>,
}

/// What came of a definition that was to be written in another syntax.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Converted<T> {
    /// None: the definition can't be read; the diagnostics say why.
    pub exported: Option<Exported<T>>,
    /// All that was found while reading, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Is it what an XForm calls the group of its measures' calculations? The form itself has no such group.
pub(crate) fn is_steps(local: &str) -> bool {
    local.trim_end_matches('_') == calculations::GROUP
}

/// A definition as XLSForm: the sheets `FILE#survey`, `FILE#choices` and so on, for `doorstep-workbook` to write.
pub fn to_xlsform(bundle: &Bundle, file: &str) -> Converted<Bundle> {
    convert(bundle, |root| xlsform::xlsform(&for_others(root, bundle), file))
}

/// A definition as sheets for whoever changes it with Doorstep: as its author wrote it, with the words that XLSForm has not.
pub fn to_sheets(bundle: &Bundle, file: &str) -> Converted<Bundle> {
    convert(bundle, |root| xlsform::own_sheets(&root, file))
}

/// A definition as form JSON.
pub fn to_form_json(bundle: &Bundle) -> Converted<String> {
    convert(bundle, |root| form_json::form_json(&root))
}

/// A definition as the text of an XForm.
pub fn to_xform(bundle: &Bundle) -> Converted<String> {
    convert(bundle, |root| xform::xform(&for_others(root, bundle), bundle))
}

fn convert<T>(bundle: &Bundle, export: impl FnOnce(Element) -> Exported<T>) -> Converted<T> {
    let mut found = Diagnostics::default();
    let root = definition::read(bundle, &mut found);
    let root = root.filter(|_| !found.has_errors()).map(calculations::without);
    Converted { exported: root.map(export), diagnostics: found.into_sorted() }
}

/// With what form JSON leaves out and other tools can't do without, and without what only Doorstep reads.
fn for_others(mut root: Element, bundle: &Bundle) -> Element {
    own_functions::spell_out(&mut root);
    let text = bundle.main.text.trim_start_matches('\u{feff}').trim_start();
    match text.starts_with('{') && bundle.main.sheet().is_none() {
        true => {
            sums::spell_out(&mut root);
            instance_id::with(root)
        }
        false => root,
    }
}

/// Writes attributes anew where `spelled` has other words for them. The assessment is left alone: only Doorstep reads it.
fn rewrite(element: &mut Element, spelled: &dyn Fn(&str) -> Option<String>) {
    if element.name == Name::new(Namespace::Doorstep, "assessment") {
        return;
    }
    for attribute in &mut element.attributes {
        if let Some(text) = spelled(&attribute.value.text) {
            attribute.value = Written::plain(&text, attribute.value.span);
        }
    }
    for content in &mut element.content {
        if let Content::Element(child) = content {
            rewrite(child, spelled);
        }
    }
}

/// Losses as they are found.
#[derive(Debug, Default)]
struct Losses {
    found: Vec<Loss>,
}

impl Losses {
    fn push(&mut self, span: Span, what: impl Into<String>) {
        self.found.push(Loss { what: what.into(), span });
    }

    fn into_sorted(mut self) -> Vec<Loss> {
        self.found.sort_by(|a, b| (a.span, &a.what).cmp(&(b.span, &b.what)));
        self.found.dedup();
        self.found
    }
}

#[cfg(test)]
mod tests;
