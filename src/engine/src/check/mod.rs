//! What can be wrong with a definition beyond its syntax. One subject, one file.

use crate::definition::lower::{Names, root_name};
use crate::definition::rows::Questionnaire;
use crate::diagnostic::Diagnostics;
use crate::source::Bundle;

pub(crate) mod cycle;

pub(crate) mod sheets;

pub(crate) mod sections;

pub(crate) mod names;

pub(crate) mod references;

pub(crate) mod choices;
pub(crate) mod lists;

mod appearances;
mod columns;
mod conditions;
mod defaults;
mod entities;
mod filters;
mod labels;
mod messages;
mod others;
mod parameters;
mod ranges;
pub(crate) mod settings;
mod slips;
mod translations;

pub(crate) mod noted;

pub(crate) mod assessment;

mod domain;
mod places;
mod truth;

mod binds;
mod choice_values;
mod comparisons;
mod items;
mod many_values;
mod never;
mod pulled;
mod several;
mod texts;
mod unreached;

/// Is what is probably not meant looked for? A constant, so that a phone's bundle is without what it does not run.
pub(crate) const CHECKS: bool = cfg!(feature = "checks");

/// Everything that can be said of a form once its expressions are compiled. None of it keeps a form from running.
pub(crate) fn compiled(facts: &noted::Facts<'_>, found: &mut Diagnostics) {
    choice_values::check(facts, found);
    many_values::check(facts, found);
    pulled::check(facts, found);
    let odd = [several::check(facts, found), comparisons::check(facts, found)].concat();
    let never = never::check(facts, &odd, found);
    unreached::check(facts, &never, found);
    if facts.is_xml {
        binds::check(facts, found);
        items::check(facts, found);
        texts::check(facts, found);
    }
}

/// Everything that can be said of a form's rows without running it.
pub(crate) fn questionnaire(form: &Questionnaire, bundle: &Bundle, found: &mut Diagnostics) {
    let root = root_name(form);
    let known = Names::of(&form.items, &root.text);
    names::duplicates(form, &root, found);
    references::check(form, &known, found);
    choices::spaces(form, found);
    parameters::check(form, &known, found);
    labels::check(form, found);
    labels::calculations(form, found);
    labels::files(form, found);
    labels::searches(form, found);
    labels::instances(form, found);
    entities::check(form, &known, found);
    if CHECKS {
        lists::used(form, found);
        filters::check(form, found);
        columns::check(form, found);
        defaults::check(form, found);
        conditions::check(form, found);
        translations::check(form, bundle, found);
        others::check(form, found);
        appearances::check(form, found);
        messages::check(form, found);
        slips::check(form, &known, found);
        assessment::rows(form, found);
    }
}
