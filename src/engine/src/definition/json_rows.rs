//! placeholder
use super::rows::Questionnaire;
use crate::diagnostic::Diagnostics;
use crate::source::Bundle;
pub(crate) fn read(_bundle: &Bundle, _found: &mut Diagnostics) -> Option<Questionnaire> {
    None
}
