//! What can be wrong with a definition beyond its syntax. One subject, one file.

pub(crate) mod choices;
pub(crate) mod cycle;
pub(crate) mod entities;
pub(crate) mod labels;
pub(crate) mod names;
pub(crate) mod parameters;
mod ranges;
pub(crate) mod references;
pub(crate) mod sections;
pub(crate) mod sheets;

use crate::definition::lower::{Names, root_name};
use crate::definition::rows::Questionnaire;
use crate::diagnostic::Diagnostics;

/// Everything that can be said of a form's rows without running it.
pub(crate) fn questionnaire(form: &Questionnaire, found: &mut Diagnostics) {
    let root = root_name(form);
    let known = Names::of(&form.items, &root.text);
    names::duplicates(form, &root, found);
    references::check(form, &known, found);
    choices::spaces(form, found);
    parameters::check(form, &known, found);
    labels::check(form, found);
    labels::calculations(form, found);
    labels::files(form, found);
    labels::instances(form, found);
    entities::check(form, &known, found);
}
