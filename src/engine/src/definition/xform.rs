//! One road in: whatever a form was written in, an XForm comes out of it.

use super::{lower, sheets};
use crate::check;
use crate::diagnostic::Diagnostics;
use crate::source::Bundle;
use crate::xml::{self, Element};

/// Reads a bundle's definition as an XForm: an `h:html`, every part with its place.
///
/// Text that starts with `<` is an XForm, a sheet (`form.xlsx#survey`) is part of a workbook, anything else is form JSON.
/// None where there is nothing to go on with; what is wrong is in `found` either way.
pub(crate) fn read_xform(bundle: &Bundle, found: &mut Diagnostics) -> Option<Element> {
    if sheets::is_workbook(bundle) {
        let form = sheets::read(bundle, found)?;
        check::questionnaire(&form, found);
        return Some(lower::lower(&form));
    }
    if is_xml(&bundle.main.text) {
        return xml::read(&bundle.main, 0, found);
    }
    let form = super::json_rows::read(bundle, found)?;
    check::questionnaire(&form, found);
    Some(lower::lower(&form))
}

pub(super) fn is_xml(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}
