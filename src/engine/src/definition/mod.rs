//! A form as its author wrote it, in whatever syntax, every part with its place; and the one XForm that comes of it.
//!
//! May be wrong; reading never fails, it collects diagnostics. `sheets` and `json_form` read into the same rows, `lower`
//! makes an XForm of them, `spell_out` makes one of that which others can read.

use crate::check;
use crate::diagnostic::Diagnostics;
use crate::source::{Bundle, Source};
use crate::xml::{self, Document, Element};

pub(crate) mod rows;

pub(crate) mod columns;
pub(crate) mod table;

pub(crate) mod question_types;
pub(crate) mod row_types;

pub(crate) mod assessment;
pub(crate) mod sheets;

pub use files::{files_of_row, files_of_services};

pub(crate) mod csv_list;
mod files;
pub(crate) mod json;
mod json_form;

mod loops;
pub(crate) mod nest;
pub(crate) mod starts;
mod table_list;

pub(crate) mod default_kind;
pub(crate) mod parameters;
pub(crate) mod references;

pub(crate) mod kept_aside;
pub(crate) mod lower;
pub(crate) mod spell_out;

/// Reads a bundle's definition as an XForm: an `h:html`, every part with its place.
///
/// Text that starts with `<` is an XForm, a sheet (`form.xlsx#survey`) is part of a workbook, anything else is form JSON.
/// None where there is nothing to go on with; what is wrong is in `found` either way.
pub(crate) fn read(bundle: &Bundle, found: &mut Diagnostics) -> Option<Element> {
    if is_xml(&bundle.main) {
        let mut form = xml::read(&bundle.main, 0, found)?;
        kept_aside::back(&mut form);
        return Some(form);
    }
    let form = match sheets::is_workbook(bundle) {
        true => sheets::read(bundle, found)?,
        false => json_form::read(bundle, found)?,
    };
    check::questionnaire(&form, bundle, found);
    Some(lower::lower(&form))
}

/// The same as the document that a form is compiled from.
pub(crate) fn read_document(bundle: &Bundle, found: &mut Diagnostics) -> Option<Document> {
    let text = &bundle.main.text;
    if !is_xml(&bundle.main) {
        return read(bundle, found).map(|root| Document::of(&root, text));
    }
    let document = xml::read_document(&bundle.main, 0, found)?;
    match document.root().filter(|root| kept_aside::is_in(*root)) {
        Some(root) => {
            let mut form = root.to_element();
            kept_aside::back(&mut form);
            Some(Document::of(&form, text))
        }
        None => Some(document),
    }
}

/// Is it an XForm as it stands?
pub(crate) fn is_xml(main: &Source) -> bool {
    main.sheet().is_none() && main.text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}
