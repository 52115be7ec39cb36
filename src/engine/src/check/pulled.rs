//! Columns of the files that `pulldata()` and `instance()` look into: each that is named is there.

use super::noted::{Facts, Noted, walk};
use crate::definition::references::is_name;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::{Ast, Kind};
use crate::tree::{Place, Tree};

/// How many rows are looked through: rows of a file have the same columns.
const ROWS: usize = 50;
/// So many columns are named where none is near.
const FEW: usize = 12;

/// `unknown-column` of `pulldata(file, column, key_column, key)`.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    for noted in facts.noted {
        walk(&noted.ast, false, &mut |ast, _| {
            let Kind::Call { name, arguments, .. } = &ast.kind else { return };
            let ("pulldata", [file, column, key_column, _]) = (name.as_str(), arguments.as_slice()) else {
                return;
            };
            let Kind::Text(file_name) = &file.kind else { return };
            let Some(columns) = columns(file_name, facts) else { return };
            named(column, file_name, &columns, noted, found);
            named(key_column, file_name, &columns, noted, found);
        });
    }
}

fn named(column: &Ast, file: &str, columns: &[&str], noted: &Noted, found: &mut Diagnostics) {
    let Kind::Text(name) = &column.kind else { return };
    // What is no name is a path, and may lead anywhere.
    if columns.contains(&name.trim()) || !is_name(name.trim()) {
        return;
    }
    let message = format!("the file `{file}` has no column `{name}`: this is always blank");
    let diagnostic = Diagnostic::warning("unknown-column", noted.span(column), message)
        .did_you_mean(name, columns.iter().copied());
    let more = if columns.len() > FEW { " …" } else { "" };
    let shown = columns.get(..FEW).unwrap_or(columns).join("`, `");
    found.push(diagnostic.hint(format!("its columns are `{shown}`{more}")));
}

/// The columns of a file that was read. `None` if it is not there, or holds no rows.
fn columns<'a>(file: &str, facts: &Facts<'a>) -> Option<Vec<&'a str>> {
    let form = facts.form;
    let name = file.trim();
    let id = form.tree_names.get(name).or_else(|| form.tree_names.get(name.strip_suffix(".csv")?))?;
    let tree: &Tree = form.tree(*id);
    let root = tree.children(Place::DOCUMENT).next()?;
    let mut columns = Vec::new();
    for row in tree.children(root).take(ROWS) {
        for cell in tree.children(row) {
            let name = facts.names.local(tree.name(cell));
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    (!columns.is_empty()).then_some(columns)
}
