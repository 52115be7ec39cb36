//! Whom a form is for: the setting `for_roles`, `ds:for` of an XForm's model.
//!
//! Kept here: it says to whom the form is offered, and nothing of who may send it; a form that names nobody is everybody's.

use std::sync::Arc;

use crate::check;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::xml::{Namespace, Tag};

/// Who fills in forms: roles, and whoever stands at a kiosk.
pub const ROLES: [&str; 4] = ["worker", "station", "provider", RESIDENT];
/// Residents themselves, at a station's kiosk. A form that names nobody is not for them: it was made for people who are trained to ask.
pub const RESIDENT: &str = "resident";

/// The model's attribute that holds it, Doorstep's own.
pub(crate) const ATTRIBUTE: &str = "for";

/// The roles that are named, each once.
pub(super) fn read(model: Tag<'_>) -> Box<[Arc<str>]> {
    let mut roles: Vec<Arc<str>> = Vec::new();
    let written = model.attribute_in(&Namespace::Doorstep, ATTRIBUTE);
    for role in written.iter().flat_map(|written| written.text.split_whitespace()) {
        if !roles.iter().any(|known| **known == *role) {
            roles.push(role.into());
        }
    }
    roles.into()
}

/// `unknown-role`: whoever is meant would not get the form.
pub(super) fn check(model: Tag<'_>, found: &mut Diagnostics) {
    let written = model.attribute_in(&Namespace::Doorstep, ATTRIBUTE).filter(|_| check::CHECKS);
    let Some(written) = written else { return };
    for role in written.text.split_whitespace().filter(|role| !ROLES.contains(role)) {
        found.push(
            Diagnostic::error(
                "unknown-role",
                written.span,
                format!("there is no role `{role}` of those who fill in forms"),
            )
            .did_you_mean(role, ROLES)
            .hint(
                "they are `worker`, `station`, `provider`, and `resident` at a kiosk; without the setting a form is for all but residents",
            ),
        );
    }
}
