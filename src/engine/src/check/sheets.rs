//! Sheets and their headers: what must be there, what was meant by a name that is nearly one.

use crate::definition::columns::{self, ENTITIES_PLAIN, Sheet};
use crate::definition::rows::{
    Cell, ChoicesFrom, Choosing, Column, Group, Item, ItemKind, Questionnaire, Select,
};
use crate::definition::sheets::{SHEETS, Workbook};
use crate::definition::table::Table;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Written};

/// `missing-sheet`, `missing-column` and `duplicate-column` of the survey. False: nothing can come of it.
pub(crate) fn survey(workbook: &Workbook<'_>, table: &Table, found: &mut Diagnostics) -> bool {
    if workbook.find("survey").is_none() {
        let message = "this workbook has no sheet `survey`";
        found.push(similar_sheets(
            "survey",
            workbook,
            Diagnostic::error("missing-sheet", Span::top(0), message),
        ));
        return false;
    }
    let Some(header) = table.header else {
        let top = Span::top(workbook.find("survey").unwrap_or(0));
        found.push(
            Diagnostic::error("missing-column", top, "the sheet `survey` is empty")
                .hint("its first row names the columns: `type`, `name`, `label`"),
        );
        return false;
    };
    same_columns(table, found);
    if !table.has(Group::Plain, "type") {
        let titles = table.columns.iter().flatten().map(|column| &*column.title);
        let near = nearest(titles, "type");
        let mut diagnostic =
            Diagnostic::error("missing-column", header, "the sheet `survey` has no column `type`");
        diagnostic = match near {
            Some(title) => diagnostic.hint(format!("did you mean `type` where it says `{title}`?")),
            None => diagnostic.hint("its first row names the columns: `type`, `name`, `label`"),
        };
        found.push(diagnostic);
        return false;
    }
    unknown_columns(table, Sheet::Survey, found);
    true
}

/// `duplicate-column`: two spellings of one column.
fn same_columns(table: &Table, found: &mut Diagnostics) {
    let mut seen: Vec<(&Column, usize)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        let same = |other: &Column| {
            (other.group, &other.name, &other.language) == (column.group, &column.name, &column.language)
        };
        match seen.iter().find(|(other, _)| same(other)) {
            Some((other, first)) => {
                let message = match other.title == column.title {
                    true => format!("the column `{}` is there twice", column.title),
                    false => {
                        format!("`{}` and `{}` are two names for the same column", other.title, column.title)
                    }
                };
                found.push(
                    Diagnostic::error("duplicate-column", table.header_place(index), message)
                        .label(table.header_place(*first), "first here")
                        .hint("take one of them away"),
                );
            }
            None => seen.push((column, index)),
        }
    }
}

/// `unknown-column`: a column that nothing reads. pyxform takes it without a word, so it keeps no form from running.
fn unknown_columns(table: &Table, sheet: Sheet, found: &mut Diagnostics) {
    for (index, column) in table.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        if columns::is_read(column, sheet) || is_own(&column.title) {
            continue;
        }
        let message = format!("nothing reads the column `{}`", column.title);
        let diagnostic = Diagnostic::warning("unknown-column", table.header_place(index), message);
        if let Some(mended) = columns::with_plain_colons(&column.title, sheet) {
            found.push(wrong_colons(diagnostic, &mended));
            continue;
        }
        let language = column.language.as_ref().map_or(String::new(), |language| format!("::{language}"));
        found.push(
            match crate::diagnostic::nearest(&columns::snake_case(&column.name), columns::titles(sheet)) {
                Some(near) => diagnostic.hint(format!("did you mean `{near}{language}`?")),
                None => diagnostic.hint("a column that is only for you begins with `_`, or is called `note`"),
            },
        );
    }
}

/// A column that is only for its author.
fn is_own(title: &str) -> bool {
    title.starts_with('_') || matches!(&*title.to_lowercase(), "note" | "notes")
}

fn wrong_colons(diagnostic: Diagnostic, mended: &str) -> Diagnostic {
    diagnostic.hint(format!("write `{mended}`, with two plain colons"))
}

/// `unknown-column` of the settings.
pub(crate) fn settings(table: &Table, found: &mut Diagnostics) {
    unknown_columns(table, Sheet::Settings, found);
}

/// `missing-column` of the choices, and `bad-column`: a column that no expression can name.
pub(crate) fn choices(table: &Table, found: &mut Diagnostics) {
    let Some(header) = table.header else { return };
    same_columns(table, found);
    for (group, name) in [(Group::Plain, "list_name"), (Group::Plain, "name")] {
        if !table.has(group, name) && !table.rows.is_empty() {
            found.push(
                Diagnostic::error(
                    "missing-column",
                    header,
                    format!("the sheet `choices` has no column `{name}`"),
                )
                .hint("its first row names the columns: `list_name`, `name`, `label`"),
            );
        }
    }
    for (index, column) in table.columns.iter().enumerate() {
        // Any other column may be the list's own, for its filters to read.
        if let Some(column) = column
            && !columns::is_read(column, Sheet::Choices)
            && let Some(mended) = columns::with_plain_colons(&column.title, Sheet::Choices)
        {
            let message = format!("`{}` is no translation", column.title);
            let diagnostic = Diagnostic::warning("unknown-column", table.header_place(index), message);
            found.push(wrong_colons(diagnostic, &mended));
            continue;
        }
        if let Some(column) = column
            && column.group == Group::Plain
            && column.name.contains(char::is_whitespace)
            && &*column.name != "list_name"
        {
            found.push(
                Diagnostic::warning(
                    "bad-column",
                    table.header_place(index),
                    format!(
                        "the column `{}` has a space in its name: no choice filter can read it",
                        column.title
                    ),
                )
                .hint("write `_` in its place"),
            );
        }
    }
}

/// `unknown-sheet`: a sheet whose name is nearly that of one that a form can do without.
pub(crate) fn similar_to_optional(workbook: &Workbook<'_>, found: &mut Diagnostics) {
    for name in ["settings", "entities"] {
        if workbook.find(name).is_some() {
            continue;
        }
        for (sheet, source) in similar(name, workbook) {
            found.push(
                Diagnostic::warning(
                    "unknown-sheet",
                    Span::top(source),
                    format!("nothing reads the sheet `{sheet}`"),
                )
                .hint(format!("did you mean `{name}`? If not, a name that begins with `_` says so")),
            );
        }
    }
}

/// `unknown-column` of the entities: an error, since what is asked for there would be left out without a word.
pub(crate) fn entities(table: &Table, found: &mut Diagnostics) {
    same_columns(table, found);
    for (index, column) in table.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        if &*column.name == "list_name" || ENTITIES_PLAIN.contains(&&*column.name) {
            continue;
        }
        let filled = |cell: &Cell| cell.column.title == column.title;
        if !table.rows.iter().flat_map(|row| &row.cells).any(filled) {
            continue;
        }
        let known = ENTITIES_PLAIN.iter().copied().chain(["list_name"]);
        found.push(
            Diagnostic::error(
                "unknown-column",
                table.header_place(index),
                format!("the sheet `entities` has no column `{}`", column.title),
            )
            .did_you_mean(&column.name, known),
        );
    }
}

/// `missing-sheet` and `unknown-list`: where selects take their choices from.
pub(crate) fn lists_named(workbook: &Workbook<'_>, form: &Questionnaire, found: &mut Diagnostics) {
    let mut asked: Vec<(&Written, bool)> = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        if let ItemKind::Select(Select { from: ChoicesFrom::List(list), how, .. }) = &item.kind {
            asked.push((list, *how == Choosing::External));
        }
    });
    let sheets = [
        ("choices", false, "`list_name`, `name` and `label`"),
        ("external_choices", true, "`list_name` and `name`"),
    ];
    for (sheet, external, columns) in sheets {
        let lists = if external { &form.external_lists } else { &form.lists };
        for (list, _) in asked.iter().filter(|(_, by_query)| *by_query == external) {
            if lists.iter().any(|known| known.name.text == list.text) {
                continue;
            }
            if lists.is_empty() && workbook.find(sheet).is_none() {
                let message =
                    format!("this workbook has no sheet `{sheet}`, where `{}` should be", list.text);
                let diagnostic = Diagnostic::error("missing-sheet", list.span, message)
                    .hint(format!("add a sheet `{sheet}` with the columns {columns}"));
                found.push(similar_sheets(sheet, workbook, diagnostic));
                break;
            }
            found.push(super::lists::unknown(list, lists));
        }
    }
}

fn similar_sheets(name: &str, workbook: &Workbook<'_>, mut diagnostic: Diagnostic) -> Diagnostic {
    for (sheet, source) in similar(name, workbook) {
        diagnostic = diagnostic
            .label(Span::top(source), format!("this sheet is called `{sheet}`"))
            .hint(format!("did you mean `{name}` where it says `{sheet}`?"));
    }
    diagnostic
}

/// Sheets whose names are nearly this one, and that are no others.
fn similar<'a>(name: &str, workbook: &'a Workbook<'_>) -> Vec<(&'a str, u16)> {
    workbook
        .sheets()
        .filter(|(sheet, _)| {
            let lower = sheet.to_lowercase();
            !lower.starts_with('_')
                && !SHEETS.contains(&&*lower)
                && crate::diagnostic::nearest(&lower, [name]).is_some()
        })
        .collect()
}

/// What Chinese authors call the columns that there must be.
const CHINESE: &[(&str, &[&str])] = &[
    ("type", &["类型", "题型", "问题类型"]),
    ("name", &["名称", "变量名", "字段名", "选项值"]),
    ("label", &["标签", "题目", "标题"]),
    ("list_name", &["列表", "列表名", "列表名称", "选项列表"]),
];

fn nearest<'a>(titles: impl Iterator<Item = &'a str>, wanted: &str) -> Option<&'a str> {
    let titles: Vec<&str> = titles.collect();
    let chinese = CHINESE.iter().find(|(name, _)| *name == wanted).map_or(&[][..], |(_, titles)| titles);
    if let Some(title) = titles.iter().find(|title| chinese.contains(title)) {
        return Some(title);
    }
    crate::diagnostic::nearest(wanted, titles)
}
