//! What can be wrong with a definition beyond its syntax. One subject, one file.

use crate::definition::lower::{Names, root_name};
use crate::definition::rows::Questionnaire;
use crate::diagnostic::Diagnostics;

pub(crate) mod cycle;

pub(crate) mod sheets;

pub(crate) mod sections;

pub(crate) mod names;

pub(crate) mod references;

pub(crate) mod choices;
pub(crate) mod lists;

mod columns;
mod entities;
mod filters;
mod labels;
mod parameters;
mod ranges;
pub(crate) mod settings;
mod translations;

/// Everything that can be said of a form's rows without running it.
pub(crate) fn questionnaire(form: &Questionnaire, found: &mut Diagnostics) {
    let root = root_name(form);
    let known = Names::of(&form.items, &root.text);
    names::duplicates(form, &root, found);
    references::check(form, &known, found);
    choices::spaces(form, found);
    lists::used(form, found);
    filters::check(form, found);
    columns::check(form, found);
    parameters::check(form, &known, found);
    labels::check(form, found);
    labels::calculations(form, found);
    labels::files(form, found);
    labels::instances(form, found);
    entities::check(form, &known, found);
    translations::check(form, found);
}
