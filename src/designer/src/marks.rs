//! What the engine found wrong, by sheet and cell.

use std::collections::BTreeMap;

use doorstep_engine::{Bundle, Diagnostic, Severity};

use crate::document::{Document, Place, cell_at, is_list};

/// Something that is wrong, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// The sheet's place in the document; nothing where it is no cell's mistake.
    pub at: Option<(usize, Place)>,
    /// Which characters of the cell, where not all of them.
    pub within: Option<(usize, usize)>,
    /// Is there no form because of it?
    pub is_error: bool,
    /// Its code, for `doorstep explain`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Ways out.
    pub hints: Vec<String>,
    /// What to put in the place of what is underlined, where that is certain.
    pub fix: Option<String>,
}

/// All of them: mistakes, then doubts, each in the order of the sheets.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Marks {
    /// One after the other.
    pub all: Vec<Mark>,
    by_cell: BTreeMap<(usize, Place), bool>,
}

impl Marks {
    /// Of what the engine said of a document's bundle, each in the words that `tell` gives it.
    pub fn of(
        document: &Document,
        bundle: &Bundle,
        found: &[Diagnostic],
        tell: impl Fn(&Diagnostic) -> Diagnostic,
    ) -> Marks {
        let mut marks = Marks::default();
        for diagnostic in found {
            let mark = mark(document, bundle, diagnostic, &tell(diagnostic));
            if let Some(at) = mark.at {
                *marks.by_cell.entry(at).or_default() |= mark.is_error;
            }
            marks.all.push(mark);
        }
        // What keeps the form from running first.
        marks.all.sort_by_key(|mark| !mark.is_error);
        marks
    }

    /// Is a cell marked, and as a mistake rather than a doubt?
    pub fn cell(&self, sheet: usize, place: Place) -> Option<bool> {
        self.by_cell.get(&(sheet, place)).copied()
    }

    /// What is wrong with a cell.
    pub fn of_cell(&self, sheet: usize, place: Place) -> impl Iterator<Item = &Mark> {
        self.all.iter().filter(move |mark| mark.at == Some((sheet, place)))
    }

    /// How many mistakes, and how many doubts, a sheet has.
    pub fn count(&self, sheet: usize) -> (usize, usize) {
        let own = || self.all.iter().filter(|mark| mark.at.is_some_and(|(of, _)| of == sheet));
        (own().filter(|mark| mark.is_error).count(), own().filter(|mark| !mark.is_error).count())
    }
}

fn mark(document: &Document, bundle: &Bundle, found: &Diagnostic, told: &Diagnostic) -> Mark {
    let position = bundle.position(found.span);
    let at = position.cell.as_ref().and_then(|cell| {
        let sheet = document.find(&cell.sheet)?;
        Some((sheet, Place { row: position.line - 1, column: column_of(&cell.column)? }))
    });
    let file = bundle.source(found.span.source);
    let text = &file.text;
    let in_list = is_list(&file.name) && file.sheet().is_none();
    let at = match document.find(&file.name).filter(|_| in_list) {
        Some(sheet) => Some((sheet, cell_at(text, found.span.start as usize))),
        None => at,
    };
    let underlined = text.get(found.span.start as usize..found.span.end as usize).unwrap_or_default();
    let within = at.filter(|_| !in_list).and_then(|(sheet, place)| {
        let cell = document.sheet(sheet).cell(place.row, place.column);
        let start = start_in_cell(text, found.span.start as usize);
        let end = start + underlined.len();
        (end <= cell.len() && (start, end) != (0, cell.len()) && !underlined.is_empty())
            .then_some((start, end))
    });
    Mark {
        at,
        within,
        is_error: found.severity == Severity::Error,
        code: found.code,
        message: told.message.clone(),
        hints: told.hints.clone(),
        fix: at.filter(|_| !in_list).and_then(|_| certain(found, underlined)),
    }
}

/// The engine asks “did you mean `x`?” where one name is near enough: then that is what is meant. So it is where it says how a character is written.
fn certain(found: &Diagnostic, underlined: &str) -> Option<String> {
    let [hint] = &found.hints[..] else { return None };
    if found.code == "bad-expression" && underlined.chars().count() == 1 {
        let written = hint.strip_prefix("write `")?;
        let written = written.strip_suffix("` in its plain form").or(written.strip_suffix('`'));
        // `not(…)` is only a pattern.
        return written.filter(|written| !written.contains('…')).map(str::to_owned);
    }
    let meant = hint.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    let is_reference = underlined.starts_with("${") && !meant.starts_with("${");
    let quote =
        underlined.chars().next().filter(|first| matches!(first, '\'' | '"') && !meant.starts_with(*first));
    (!underlined.is_empty() && !underlined.contains(['\t', '\n'])).then(|| match (is_reference, quote) {
        (true, _) => format!("${{{meant}}}"),
        (false, Some(quote)) => format!("{quote}{meant}{quote}"),
        (false, None) => meant.to_owned(),
    })
}

/// `A` is 0, `AA` is 26.
fn column_of(letters: &str) -> Option<usize> {
    let value = letters.bytes().try_fold(0usize, |value, letter| {
        letter.is_ascii_uppercase().then(|| value * 26 + usize::from(letter - b'A') + 1)
    })?;
    value.checked_sub(1)
}

fn start_in_cell(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    at - before.rfind(['\t', '\n']).map_or(0, |separator| separator + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_engine::Form;

    fn marked(lines: &[&str]) -> (Document, Marks) {
        let csv = lines.join("\n");
        let document = Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet");
        let bundle = document.bundle();
        let found = Form::read(&bundle).diagnostics;
        let marks = Marks::of(&document, &bundle, &found, Clone::clone);
        (document, marks)
    }

    #[test]
    fn a_mistake_is_found_in_its_cell_with_the_way_out_that_is_certain() {
        let (_, marks) = marked(&[
            "type,name,label,relevant",
            "integer,household_size,How many?,",
            "text,who,Who?,${houshold_size} > 1",
        ]);
        let place = Place { row: 2, column: 3 };
        assert_eq!(marks.cell(0, place), Some(true), "{marks:?}");
        let mark = marks.of_cell(0, place).next().expect("it is marked");
        assert_eq!(mark.fix.as_deref(), Some("${household_size}"), "{mark:?}");
        assert_eq!(mark.within, Some((0, 16)), "{mark:?}");
        assert_eq!(marks.count(0).0, 1);
    }

    #[test]
    fn characters_that_an_expression_does_not_know_are_mended() {
        let (_, marks) = marked(&[
            "type,name,label,relevant",
            "integer,a,A,",
            "text,b,B,${a} ≥ 3",
            "text,c,C,（${a} = 3)",
            "text,d,D,!${a}",
        ]);
        let fixes: Vec<_> = marks.all.iter().map(|mark| (mark.within, mark.fix.as_deref())).collect();
        assert_eq!(fixes, [(Some((5, 8)), Some(">=")), (Some((0, 3)), Some("(")), (Some((0, 1)), None)]);
    }

    #[test]
    fn letters_of_columns_are_read() {
        assert_eq!(
            [column_of("A"), column_of("Z"), column_of("AA"), column_of("a")],
            [Some(0), Some(25), Some(26), None]
        );
    }
}
