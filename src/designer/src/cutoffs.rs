//! The cut-offs of an assessment: where one band of a measure ends and the next begins, found in the sheets' cells, and moved.
//!
//! A border that two bands write is one cut-off: it is moved in both at once, so that no gap and no overlap comes of it, and never past the borders beside
//! it, so that no band becomes empty. Of several bands that hold the first counts, as in the engine; whether a measure ever comes to a value the engine alone
//! knows (`band-gap`, `band-overlap`). Found are the ends in the column `range` of the sheet `bands` and in the column `test` of the sheet `assessment`;
//! conditions (`when`) are expressions, and a decision table's cells are no line of numbers: neither is looked into.

mod cells;
mod line;

use std::ops::Range;

use doorstep_engine::assess::{Exact, Test};

use crate::document::{Change, Document, Place};
use line::Group;

pub use line::{Is, Line, Stretch, lines};

/// A band, as the row that says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    /// The row in its sheet.
    pub row: usize,
    /// Its code; of a measure's own `test`, the measure's name.
    pub code: String,
}

/// A number that is written as the end of a range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// Which sheet of the document.
    pub sheet: usize,
    /// Which cell.
    pub place: Place,
    /// Which bytes of the cell are the number.
    pub within: Range<usize>,
    /// The number. Of whole numbers the lower band may end one before the upper one begins: `0..4`, `5..9`.
    pub value: Exact,
}

/// How far a cut-off may be moved to one side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The border beside it.
    pub at: Exact,
    /// May it come to lie there? So it may where a gap or an overlap is closed by that.
    pub included: bool,
}

/// A border on the line of a measure's numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CutOff {
    /// The measure whose bands these are.
    pub of: String,
    /// The condition under which these bands are looked at; empty: always.
    pub when: String,
    /// Where it is: the least value of the band above, if that begins with it.
    pub value: Exact,
    /// The bands that count just below and just above; none: there is no band.
    pub between: (Option<Band>, Option<Band>),
    /// Where it is written: in one band, or in both.
    pub written: Vec<Written>,
    /// Is it a border of whole numbers?
    pub whole: bool,
    /// How far down it may go; none: without end.
    pub least: Option<Limit>,
    /// How far up.
    pub most: Option<Limit>,
}

impl CutOff {
    /// Is it one of this line's?
    pub fn is_of(&self, line: &Line) -> bool {
        self.of == line.of && self.when == line.when
    }
}

/// Why a cut-off can't be moved there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotMoved {
    /// The border beside it lies there, or before there.
    Past(Exact),
    /// These bands are of whole numbers.
    NotWhole,
    /// The cells say something else by now.
    Changed,
    /// It is there already.
    Same,
    /// The number is too large or too fine to be reckoned with.
    TooLarge,
}

impl NotMoved {
    /// In one sentence: `zh`, else English.
    pub fn words(&self, language: &str) -> String {
        let zh = language == "zh";
        match self {
            NotMoved::Past(at) if zh => format!("不能越过旁边的分界 {}，否则那一档就空了。", number(*at)),
            NotMoved::Past(at) => format!("the next border is at {}: a band would be empty", number(*at)),
            NotMoved::NotWhole if zh => "这几档按整数分，请用整数。".to_owned(),
            NotMoved::NotWhole => "these bands are of whole numbers".to_owned(),
            NotMoved::Changed if zh => "单元格刚刚改过，请再来一次。".to_owned(),
            NotMoved::Changed => "the cells have changed meanwhile; try once more".to_owned(),
            NotMoved::Same if zh => "已经在这里了。".to_owned(),
            NotMoved::Same => "it is there already".to_owned(),
            NotMoved::TooLarge if zh => "这个数太大，或者小数太长。".to_owned(),
            NotMoved::TooLarge => "this number is too large or too fine".to_owned(),
        }
    }
}

/// All cut-offs of a document, measure by measure in the order of their first bands, each measure's from the least to the greatest.
pub fn all(document: &Document) -> Vec<CutOff> {
    Group::all(document).iter().flat_map(Group::cut_offs).collect()
}

/// Those that are written in a cell.
pub fn of_cell(document: &Document, sheet: usize, place: Place) -> Vec<CutOff> {
    let here = |written: &Written| (written.sheet, written.place) == (sheet, place);
    all(document).into_iter().filter(|cut_off| cut_off.written.iter().any(here)).collect()
}

/// What moves a cut-off to another number, in every band that writes it.
///
/// # Errors
/// [`NotMoved`]: the document stays as it is.
pub fn moved(document: &Document, cut_off: &CutOff, to: Exact) -> Result<Change, NotMoved> {
    if to == cut_off.value {
        return Err(NotMoved::Same);
    }
    if cut_off.whole && !to.is_whole() {
        return Err(NotMoved::NotWhole);
    }
    if let Some(limit) = cut_off.least
        && (to < limit.at || (to == limit.at && !limit.included))
    {
        return Err(NotMoved::Past(limit.at));
    }
    if let Some(limit) = cut_off.most
        && (to > limit.at || (to == limit.at && !limit.included))
    {
        return Err(NotMoved::Past(limit.at));
    }
    let mut cells: Vec<(usize, Place, String)> = Vec::new();
    // The last in a cell first: what stands before it stays where it is.
    let mut written: Vec<&Written> = cut_off.written.iter().collect();
    written.sort_by_key(|written| (written.sheet, written.place, std::cmp::Reverse(written.within.start)));
    for written in written {
        let grid = document.sheets().get(written.sheet).ok_or(NotMoved::Changed)?;
        let said = grid.cell(written.place.row, written.place.column);
        let known = said.get(written.within.clone()).and_then(|text| text.parse().ok());
        if known != Some(written.value) {
            return Err(NotMoved::Changed);
        }
        let apart = written.value.minus(cut_off.value).map_err(|_| NotMoved::TooLarge)?;
        let new = to.plus(apart).map_err(|_| NotMoved::TooLarge)?;
        let at =
            cells.iter().position(|(sheet, place, _)| (*sheet, *place) == (written.sheet, written.place));
        let index = at.unwrap_or_else(|| {
            cells.push((written.sheet, written.place, said.to_owned()));
            cells.len() - 1
        });
        cells[index].2.replace_range(written.within.clone(), &number(new));
    }
    if cells.iter().any(|(_, _, text)| Test::read(text).is_err()) {
        return Err(NotMoved::TooLarge);
    }
    let changes =
        cells.iter().filter_map(|(sheet, place, text)| Change::cell(document, *sheet, *place, text));
    Change::all(changes).ok_or(NotMoved::Same)
}

/// A number as it is written into a cell: `62.5`; a fraction where no decimals end, `1/3`.
pub fn number(value: Exact) -> String {
    let mut rest = value.denominator();
    let mut decimals: u32 = 0;
    // A tenth more for each pair of factors 2 and 5: so many decimals are exact.
    while rest > 1 && decimals < 18 {
        decimals += 1;
        if rest % 2 == 0 {
            rest /= 2;
        }
        if rest % 5 == 0 {
            rest /= 5;
        }
        if rest % 2 != 0 && rest % 5 != 0 {
            break;
        }
    }
    match rest {
        1 => value.shown(decimals),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests;
