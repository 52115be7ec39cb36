//! An XForm tree as the text of an XForm, which ODK's tools accept.

use crate::xml::{Element, write};

/// Writes a form whose names are spelled out: no `${name}` is left in it.
pub(crate) fn xform(root: &Element) -> String {
    write(root)
}
