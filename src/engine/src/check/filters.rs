//! Choice filters: the columns that they read are there.

use std::collections::HashMap;
use std::sync::Arc;

use crate::definition::rows::{ChoicesFrom, Choosing, Item, ItemKind, List, Questionnaire, Select};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Axis, Kind, Path, Start, Test};
use crate::source::Written;

/// `unknown-column`: a bare name in a filter is a column of the list. Where there is none, it is blank, as in ODK's tools.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    // A list's columns are gathered once, however many selects read it.
    let mut columns: HashMap<(bool, &str), Vec<Arc<str>>> = HashMap::new();
    Item::walk(&form.items, &mut |item, _| {
        let ItemKind::Select(Select { from: ChoicesFrom::List(name), how, .. }) = &item.kind else { return };
        let by_query = *how == Choosing::External;
        let lists = if by_query { &form.external_lists } else { &form.lists };
        let list = lists.iter().find(|list| list.name.text == name.text);
        let (Some(list), Some(filter)) = (list, item.row.plain("choice_filter")) else { return };
        // What can't be read is the compiler's to say.
        let Ok(ast) = parse(&filter.text) else { return };
        let mut names = Vec::new();
        bare_names(&ast, &mut names);
        for (column, span) in names {
            let further =
                columns.entry((by_query, &list.name.text)).or_insert_with(|| list.further_columns());
            unknown(&column, filter, span, list, further, found);
        }
    });
}

fn unknown(
    column: &str,
    filter: &Written,
    span: std::ops::Range<usize>,
    list: &List,
    further: &[Arc<str>],
    found: &mut Diagnostics,
) {
    let known = || further.iter().map(|name| &**name).chain(["name", "label", "itextId"]);
    if known().any(|name| name == column) {
        return;
    }
    let message = format!("the list `{}` has no column `{column}`", list.name.text);
    found.push(
        Diagnostic::warning("unknown-column", filter.part(span), message).did_you_mean(column, known()),
    );
}

/// Names that are looked for in the choice itself.
fn bare_names(ast: &Ast, into: &mut Vec<(String, std::ops::Range<usize>)>) {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => {}
        Kind::Binary(_, left, right) => {
            bare_names(left, into);
            bare_names(right, into);
        }
        Kind::Negate(inner) => bare_names(inner, into),
        Kind::Call { arguments, .. } => arguments.iter().for_each(|argument| bare_names(argument, into)),
        Kind::Path(path) => of_path(path, into),
    }
}

fn of_path(path: &Path, into: &mut Vec<(String, std::ops::Range<usize>)>) {
    match &path.start {
        Start::Context => {
            if let Some(step) = path.steps.first()
                && let (Axis::Child, Test::Name(name)) = (step.axis, &step.test)
            {
                into.push((name.clone(), step.span.clone()));
            }
        }
        // What an expression selects is looked at by itself; what is inside its parentheses is not.
        Start::Expression(inner) if path.steps.is_empty() => bare_names(inner, into),
        Start::Expression(_) | Start::Root | Start::Reference(_) => {}
    }
}
