//! A form's whole way through the designer: opened, changed in three places, given out as our own Excel and as XLSForm, and read back the same.
//!
//! What is the same the engine says (`compare`). Where XLSForm can't hold something, the export has to have said so.

use doorstep_designer::document::{Change, Document, History, OpenError, Place};
use doorstep_engine::compare::{Difference, compare};
use doorstep_engine::export::{to_xform, to_xlsform};
use doorstep_engine::{Bundle, Form, Severity, Source};

/// What comes behind a label and a name that are changed.
const CHANGED: &str = "changed";
/// The name of the row that is put in.
const INSERTED: &str = "put_in_here";
/// How pyxform begins the names of the headings of tables, which nobody named.
const NUMBERED: &str = "/reserved_name_for_field_list_labels_";
const FILE: &str = "form.xlsx";
/// So many differences are told where there should be none.
const TOLD: usize = 5;

/// What came of a form.
#[derive(Debug)]
pub struct Round {
    /// What was done to it, a word each.
    pub changes: Vec<&'static str>,
    /// Our own Excel.
    pub own: Vec<u8>,
    /// XLSForm, for others.
    pub xlsform: Vec<u8>,
    /// What the XLSForm can't hold, as it was said.
    pub losses: Vec<String>,
    /// How the XLSForm differs after all of that: in what a loss tells of, and in nothing else.
    pub differs: Vec<String>,
}

/// Why there is none.
#[derive(Debug)]
pub enum Wrong {
    /// It is no form as it came: that is not ours.
    AsItCame(String),
    /// It did not come back the same.
    Ours(String),
}

/// Opens a file as the designer does, and goes all the way.
pub fn round(name: &str, bytes: &[u8], beside: &dyn Fn(&str) -> Option<String>) -> Result<Round, Wrong> {
    let document = Document::open(name, bytes, beside).map_err(|error| Wrong::AsItCame(why(&error)))?;
    let before = document.bundle();
    is_form(&before).map_err(Wrong::AsItCame)?;
    let mut history = History::new(document);
    let changes = change(&mut history);
    let after = history.document().bundle();
    is_form(&after).map_err(|why| Wrong::Ours(format!("changed, it is no form any more: {why}")))?;
    only_what_was_done(&before, &after, &changes).map_err(Wrong::Ours)?;

    let own = write(&after)?;
    let again = Document::open(FILE, &own, |name| attached(&after, name));
    let again =
        again.map_err(|error| Wrong::Ours(format!("our own Excel can't be opened: {}", why(&error))))?;
    same_cells(history.document(), &again).map_err(Wrong::Ours)?;
    let differs = differences(&after, &again.bundle()).map_err(Wrong::Ours)?;
    nothing("our own Excel", &differs).map_err(Wrong::Ours)?;

    let exported = to_xlsform(&after, FILE).exported;
    let exported = exported.ok_or_else(|| Wrong::Ours("it can't be given out as XLSForm".to_owned()))?;
    let xlsform = write(&exported.written)?;
    let again = Document::open(FILE, &xlsform, |name| attached(&after, name));
    let again =
        again.map_err(|error| Wrong::Ours(format!("the XLSForm can't be opened: {}", why(&error))))?;
    let losses: Vec<String> = exported.losses.iter().map(|loss| loss.what.clone()).collect();
    let (said, unsaid) = said_and_unsaid(&after, &again.bundle(), &losses).map_err(Wrong::Ours)?;
    nothing("the XLSForm, with no word of a loss,", &unsaid).map_err(Wrong::Ours)?;
    while history.undo().is_some() {}
    if history.document().bundle() != before {
        return Err(Wrong::Ours("taken back, it is not as it was".to_owned()));
    }
    Ok(Round { changes, own, xlsform, losses, differs: said })
}

fn why(error: &OpenError) -> String {
    match error {
        OpenError::Workbook(error) => error.to_string(),
        OpenError::Broken(found, bundle) => {
            let first = found.iter().find(|found| found.severity == Severity::Error);
            first.map_or_else(
                || format!("{error:?}"),
                |found| format!("{}: {}", bundle.position(found.span), found.message),
            )
        }
        other => format!("{other:?}"),
    }
}

fn is_form(bundle: &Bundle) -> Result<(), String> {
    let read = Form::read(bundle);
    match read.form {
        Some(_) => Ok(()),
        None => {
            let first = read.diagnostics.iter().find(|found| found.severity == Severity::Error);
            let first = first.map(|found| format!("{}: {}", bundle.position(found.span), found.message));
            Err(first.unwrap_or_else(|| "no form, and no word why".to_owned()))
        }
    }
}

fn attached(bundle: &Bundle, name: &str) -> Option<String> {
    let plain = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let file = bundle.files.iter().find(|file| file.sheet().is_none() && plain(&file.name) == plain(name))?;
    Some(file.text.to_string())
}

fn write(bundle: &Bundle) -> Result<Vec<u8>, Wrong> {
    doorstep_workbook::write_xlsx(bundle).map_err(|error| Wrong::Ours(error.to_string()))
}

/// A label, a name with its references, and a row more: through the designer's own changes.
fn change(history: &mut History) -> Vec<&'static str> {
    let mut changes = Vec::new();
    let act = |history: &mut History, change: Option<Change>| {
        if let Some(change) = change {
            history.act(change);
        }
    };
    let labels = label_columns(history.document());
    let labelled = rows(history.document()).find(|row| {
        labels.first().is_some_and(|column| !cell(history.document(), *row, *column).trim().is_empty())
    });
    if let (Some(row), Some(column)) = (labelled, labels.first().copied()) {
        let text = format!("{} {CHANGED}", cell(history.document(), row, column).trim());
        act(history, Change::cell(history.document(), 0, Place { row, column }, &text));
        changes.push("label");
    }
    if let Some((row, column, name)) = referred_to(history.document(), labelled) {
        act(
            history,
            Change::cell(history.document(), 0, Place { row, column }, &format!("{name}_{CHANGED}")),
        );
        changes.push("name");
    }
    if let Some(at) = labelled {
        act(history, Change::insert_rows(history.document(), 0, at, 1));
        let free = free_name(history.document());
        for (title, text) in [("type", "text"), ("name", free.as_str())] {
            let column = history.document().sheet(0).column(title).unwrap_or_default();
            act(history, Change::cell(history.document(), 0, Place { row: at, column }, text));
        }
        for column in labels {
            act(history, Change::cell(history.document(), 0, Place { row: at, column }, "Put in"));
        }
        changes.push("row");
    }
    changes
}

/// A form that went this way before has such a row already.
fn free_name(document: &Document) -> String {
    let survey = document.sheet(0);
    let is_taken = |name: &String| (1..survey.rows.len()).any(|row| survey.of(row, "name") == name);
    let mut names = (1..).map(|number| format!("{INSERTED}_{number}"));
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

fn cell(document: &Document, row: usize, column: usize) -> &str {
    document.sheet(0).cell(row, column)
}

fn label_columns(document: &Document) -> Vec<usize> {
    let survey = document.sheet(0);
    let titles = 0..survey.width();
    let is_label = |column: &usize| survey.title(*column).split(':').next() == Some("label");
    // A column without a word is no language yet.
    let says =
        |column: &usize| (1..survey.rows.len()).any(|row| !survey.cell(row, *column).trim().is_empty());
    let mut columns: Vec<usize> = titles.filter(|column| is_label(column) && says(column)).collect();
    // Beside columns of languages a plain one says the same once more, in the form's own.
    if columns.iter().any(|column| survey.title(*column) != "label") {
        columns.retain(|column| survey.title(*column) != "label");
    }
    columns
}

/// The rows of questions with a name that no other row has.
fn rows(document: &Document) -> impl Iterator<Item = usize> {
    let survey = document.sheet(0);
    let is_question = move |row: &usize| {
        let (kind, name) = (survey.of(*row, "type").trim().to_lowercase(), survey.of(*row, "name").trim());
        let unique =
            (1..survey.rows.len()).filter(|other| survey.of(*other, "name").trim() == name).count() == 1;
        !kind.is_empty()
            && !kind.starts_with("begin")
            && !kind.starts_with("end")
            && !name.is_empty()
            && unique
    };
    (1..survey.rows.len()).filter(is_question)
}

/// A question that others refer to, or else any. Not the one whose label was changed: a row with another name and another label is another row.
fn referred_to(document: &Document, labelled: Option<usize>) -> Option<(usize, usize, String)> {
    let survey = document.sheet(0);
    let column = survey.column("name")?;
    let name = |row: usize| survey.cell(row, column).trim().to_owned();
    let is_read = |row: &usize| {
        let reference = format!("${{{}}}", name(*row));
        let mut cells = document.sheets().iter().flat_map(|grid| &grid.rows).flat_map(|row| row.iter());
        cells.any(|cell| cell.contains(&reference))
    };
    let mut others = rows(document).filter(|row| Some(*row) != labelled).collect::<Vec<_>>().into_iter();
    let row = others.clone().find(is_read).or_else(|| others.next())?;
    Some((row, column, name(row)))
}

/// The form differs in what was done to it, and in nothing else.
fn only_what_was_done(before: &Bundle, after: &Bundle, changes: &[&str]) -> Result<(), String> {
    let found = compare(before, after).map_err(|error| format!("it can't be compared: {error:?}"))?;
    let (mut seen, mut more) = (Vec::new(), Vec::new());
    for one in &found.differences {
        let word = match one {
            Difference::Words { part, new: Some(new), .. } if part == "label" && new.ends_with(CHANGED) => {
                "label"
            }
            // `or_other` names a question after its own.
            Difference::Renamed { path, .. } if path.contains(CHANGED) => "name",
            Difference::Added { path, .. } if path.contains(INSERTED) => "row",
            // pyxform numbers these by their rows, and a row was put in.
            Difference::Added { path, .. } | Difference::Removed { path, .. } if path.contains(NUMBERED) => {
                continue;
            }
            other => {
                more.push(other.words("en"));
                continue;
            }
        };
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    nothing("beside what was done to it, the form", &more)?;
    match changes.iter().find(|change| !seen.contains(change)) {
        Some(missing) => Err(format!("the {missing} was changed and is not")),
        None => Ok(()),
    }
}

/// Are the sheets that say something the same, cell for cell?
fn same_cells(one: &Document, other: &Document) -> Result<(), String> {
    for grid in one.sheets().iter().filter(|grid| !grid.is_blank()) {
        let there = other.find(&grid.name).map(|at| other.sheet(at));
        let there = there.ok_or_else(|| format!("our own Excel has no sheet `{}`", grid.name))?;
        for row in 0..grid.rows.len().max(there.rows.len()) {
            for column in 0..grid.width().max(there.width()) {
                let (was, is) = (grid.cell(row, column), there.cell(row, column));
                if was != is {
                    let place = format!("row {} column {} of `{}`", row + 1, column + 1, grid.name);
                    return Err(format!("our own Excel says {is:?} in {place}, and it was {was:?}"));
                }
            }
        }
    }
    Ok(())
}

/// The differences of which a loss tells, and the others.
fn said_and_unsaid(
    after: &Bundle,
    again: &Bundle,
    losses: &[String],
) -> Result<(Vec<String>, Vec<String>), String> {
    let written = to_xform(after).exported.ok_or("it can't be given out as XForm")?.written;
    let spelled = Bundle::gather(Source::new("form.xml", written), |name| attached(after, name));
    let from_spelled = all_differences(&spelled, again)?;
    // What only Doorstep's expressions have is spelled out for others, in an XForm as in XLSForm.
    let is_spelled = |one: &Difference| {
        let expression = place(one);
        expression.is_some() && from_spelled.iter().all(|other| place(other) != expression)
    };
    let is_said = |one: &Difference| {
        let word = match one {
            Difference::Setting { name, .. } if name.starts_with("form_title::") => "the title",
            Difference::Setting { name, .. } if name == "name" => "the form's root",
            Difference::Words { part, .. } if part == "item_label" => "`item_label`",
            // Told once for the whole form, with the first cell that has one.
            Difference::Property { .. } => "not break",
            _ => return false,
        };
        losses.iter().any(|loss| loss.contains(word))
    };
    let (mut said, mut unsaid) = (Vec::new(), Vec::new());
    for one in all_differences(after, again)?.iter().filter(|one| !is_spelled(one)) {
        if is_said(one) { &mut said } else { &mut unsaid }.push(one.words("en"));
    }
    Ok((said, unsaid))
}

/// Which expression a difference is about.
fn place(one: &Difference) -> Option<(&str, &str)> {
    match one {
        Difference::Property { path, property, .. } => Some((path, property)),
        _ => None,
    }
}

fn all_differences(one: &Bundle, other: &Bundle) -> Result<Vec<Difference>, String> {
    let found = compare(one, other).map_err(|error| format!("what came back is no form: {error:?}"))?;
    Ok(found.differences)
}

fn differences(one: &Bundle, other: &Bundle) -> Result<Vec<String>, String> {
    Ok(all_differences(one, other)?.iter().map(|one| one.words("en")).collect())
}

fn nothing(what: &str, differs: &[String]) -> Result<(), String> {
    if differs.is_empty() {
        return Ok(());
    }
    let told: Vec<&str> = differs.iter().take(TOLD).map(String::as_str).collect();
    Err(format!("{what} differs in {} places: {}", differs.len(), told.join("; ")))
}
