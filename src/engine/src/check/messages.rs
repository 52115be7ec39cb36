//! Messages that nobody will read, since what they speak of is not asked for.

use crate::definition::rows::{Group, Item, Questionnaire};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `idle-message`: a message of a constraint, or of `required`, that is not there.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        for (message, of, column) in
            [("jr:constraintMsg", "constraint", "constraint"), ("jr:requiredMsg", "required", "required")]
        {
            let Some(cell) = item.row.cell(Group::Bind, message) else { continue };
            if item.is_section() || item.row.bind(of).is_some() {
                continue;
            }
            let said = format!("this message is never shown: `{}` has no `{column}`", item.name.text);
            let hint = match of {
                "constraint" => "write in the column `constraint` what holds of a good answer: `. > 0`",
                _ => "write `yes` in the column `required`",
            };
            found.push(Diagnostic::warning("idle-message", cell.words.span, said).hint(hint));
        }
    });
}
