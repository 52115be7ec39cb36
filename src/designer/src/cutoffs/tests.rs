//! Borders found and moved, in made-up bands and in the household survey as it stands.

use doorstep_engine::assess::Exact;
use doorstep_engine::{Bundle, Form, Source};

use super::*;
use crate::document::History;

/// A form with one measure whose bands are these rows: `code,range,when`.
fn bands(rows: &str) -> Document {
    let rows: Vec<String> = rows.lines().map(|row| format!(",total_band,{}", row.trim())).collect();
    let csv = format!(
        "survey\n,type,name,label\n,integer,total,Total\nassessment\n,type,name,of\n,band,total_band,total\nbands\n,measure,code,range,when\n{}\n",
        rows.join("\n")
    );
    Document::open("form.csv", csv.as_bytes(), |_| None).expect("these are sheets")
}

/// `below|value|above` of each, with how often it is written.
fn told(document: &Document) -> Vec<String> {
    let code = |band: &Option<Band>| band.as_ref().map_or("–".to_owned(), |band| band.code.clone());
    let told = |cut_off: &CutOff| {
        let (below, above) = &cut_off.between;
        format!("{}|{}|{} ×{}", code(below), number(cut_off.value), code(above), cut_off.written.len())
    };
    all(document).iter().map(told).collect()
}

/// The line as words: `<15 none`, `[15..35) low`, `(4..7) gap`.
fn drawn(document: &Document) -> Vec<String> {
    let stretch = |Stretch { from, to, is }: &Stretch| {
        let codes =
            |bands: &[Band]| bands.iter().map(|band| band.code.as_str()).collect::<Vec<_>>().join("+");
        let is = match is {
            Is::Band(band) => band.code.clone(),
            Is::Gap => "gap".to_owned(),
            Is::Overlap(bands) => format!("both {}", codes(bands)),
        };
        let range = doorstep_engine::assess::Interval { from: *from, to: *to };
        format!("{range} {is}")
    };
    lines(document).iter().flat_map(|line| line.stretches.iter().map(stretch)).collect()
}

fn exact(text: &str) -> Exact {
    text.parse().expect("it is a number")
}

/// The `range` cells once the border at `from` was moved to `to`.
fn after(document: &Document, from: &str, to: &str) -> Result<Vec<String>, NotMoved> {
    let cut_off =
        all(document).into_iter().find(|cut_off| cut_off.value == exact(from)).expect("it is there");
    let mut history = History::new(document.clone());
    history.act(moved(document, &cut_off, exact(to))?);
    let document = history.document();
    let grid = document.sheet(document.find("bands").expect("it is there"));
    Ok((1..grid.rows.len()).map(|row| grid.of(row, "range").to_owned()).collect())
}

const FOUR: &str = "high,>=60\nmedium,[35..60)\nlow,[15..35)\nnone,<15";

#[test]
fn a_border_is_one_though_two_bands_write_it() {
    let document = bands(FOUR);
    assert_eq!(told(&document), ["none|15|low ×2", "low|35|medium ×2", "medium|60|high ×2"]);
    assert_eq!(drawn(&document), ["<15 none", "[15..35) low", "[35..60) medium", ">=60 high"]);
    let cut_off = &all(&document)[1];
    let cells: Vec<&str> = cut_off
        .written
        .iter()
        .map(|written| {
            &document.sheet(written.sheet).cell(written.place.row, written.place.column)
                [written.within.clone()]
        })
        .collect();
    assert_eq!((cut_off.of.as_str(), cells), ("total_band", vec!["35", "35"]));
    let here = of_cell(&document, cut_off.written[0].sheet, cut_off.written[0].place);
    assert_eq!(here.iter().map(|cut_off| number(cut_off.value)).collect::<Vec<_>>(), ["35", "60"]);
}

#[test]
fn it_is_moved_in_both_and_never_past_those_beside_it() {
    let document = bands(FOUR);
    assert_eq!(after(&document, "35", "40").expect("there is room"), [">=60", "[40..60)", "[15..40)", "<15"]);
    assert_eq!(
        after(&document, "35", "37.5").expect("there is room"),
        [">=60", "[37.5..60)", "[15..37.5)", "<15"]
    );
    assert_eq!(after(&document, "35", "1/3"), Err(NotMoved::Past(exact("15"))));
    for to in ["60", "61", "1000"] {
        assert_eq!(after(&document, "35", to), Err(NotMoved::Past(exact("60"))), "{to}");
    }
    assert_eq!(after(&document, "35", "15"), Err(NotMoved::Past(exact("15"))));
    assert_eq!(after(&document, "35", "35"), Err(NotMoved::Same));
    assert_eq!(after(&document, "15", "-5").expect("below there is no border")[3], "<-5");
    // What was found before somebody wrote something else is not written over.
    let cut_off = all(&document).remove(0);
    assert_eq!(moved(&bands("high,>=60\nlow,<60"), &cut_off, exact("20")), Err(NotMoved::Changed));
}

#[test]
fn wherever_it_is_moved_no_gap_and_no_overlap_comes() {
    for rows in [FOUR, "high,>60\nmedium,(35..60]\nlow,<=35", "a,0..4\nb,5..9\nc,10..14\nd,>=15"] {
        let document = bands(rows);
        let before = drawn(&document).len();
        for cut_off in all(&document) {
            for by in ["-3", "-1", "1", "3", "200", "-200"] {
                let to = cut_off.value.plus(exact(by)).expect("it is small");
                let Ok(change) = moved(&document, &cut_off, to) else { continue };
                let mut history = History::new(document.clone());
                history.act(change);
                let line = drawn(history.document());
                assert_eq!(line.len(), before, "{rows}: {line:?}");
                assert!(!line.iter().any(|part| part.contains("gap") || part.contains("both")), "{line:?}");
                history.undo();
                assert_eq!(history.document(), &document, "it can be taken back");
            }
        }
    }
}

#[test]
fn bands_of_whole_numbers_end_one_before_the_next_begins() {
    let document = bands("minimal,0..4\nmild,5..9\nsevere,>=10");
    assert_eq!(told(&document), ["–|0|minimal ×1", "minimal|5|mild ×2", "mild|10|severe ×2"]);
    assert_eq!(drawn(&document), ["[0..4] minimal", "[5..9] mild", ">=10 severe"]);
    assert_eq!(after(&document, "5", "8").expect("there is room"), ["0..7", "8..9", ">=10"]);
    assert_eq!(after(&document, "5", "9").expect("one number is left"), ["0..8", "9..9", ">=10"]);
    assert_eq!(after(&document, "5", "10"), Err(NotMoved::Past(exact("10"))));
    assert_eq!(after(&document, "5", "6.5"), Err(NotMoved::NotWhole));
    assert!(all(&document).iter().all(|cut_off| cut_off.whole));
}

#[test]
fn gaps_and_overlaps_are_told_and_can_be_closed() {
    let gap = bands("low,<35\nhigh,>=60");
    assert_eq!(drawn(&gap), ["<35 low", "[35..60) gap", ">=60 high"]);
    assert_eq!(told(&gap), ["low|35|– ×1", "–|60|high ×1"]);
    assert_eq!(after(&gap, "35", "60").expect("it closes the gap"), ["<60", ">=60"]);
    assert_eq!(after(&gap, "35", "61"), Err(NotMoved::Past(exact("60"))));
    let both = bands("low,<65\nhigh,>=60");
    assert_eq!(drawn(&both), ["<60 low", "[60..65) both low+high", ">=65 high"]);
    assert_eq!(after(&both, "65", "60").expect("it ends the overlap"), ["<60", ">=60"]);
    // Both ends belong to their bands: at one number they would be in both.
    let closed = bands("low,<=35\nhigh,>=60");
    assert_eq!(after(&closed, "35", "60"), Err(NotMoved::Past(exact("60"))));
    let whole = bands("low,0..4\nmiddle,5..6\nhigh,8..9");
    assert_eq!(drawn(&whole), ["[0..4] low", "[5..6] middle", "(6..8) gap", "[8..9] high"]);
    assert_eq!(after(&whole, "6", "7").expect("it closes the gap"), ["0..4", "5..7", "8..9"]);
}

#[test]
fn what_is_left_over_by_the_first_bands_is_no_overlap() {
    let document = bands("high,>=60\nmedium,>=35\nnone,-");
    assert_eq!(drawn(&document), ["<35 none", "[35..60) medium", ">=60 high"]);
    assert_eq!(told(&document), ["none|35|medium ×1", "medium|60|high ×1"]);
    assert_eq!(after(&document, "60", "50").expect("there is room"), [">=50", ">=35", "-"]);
}

#[test]
fn bands_under_a_condition_are_a_line_of_their_own() {
    let document = bands("strict,>=10,${total} > 3\nhigh,>=60\nlow,<60");
    assert_eq!(told(&document), ["low|10|strict ×1", "low|60|high ×2"]);
    let of_condition: Vec<Line> = lines(&document).into_iter().filter(|line| !line.when.is_empty()).collect();
    assert_eq!((of_condition.len(), of_condition[0].when.as_str()), (1, "${total} > 3"));
    assert_eq!(drawn(&document)[..2], ["<10 low", ">=10 strict"]);
}

#[test]
fn what_can_not_be_read_is_left_out() {
    let document = bands("a,>= many\nb,not(<3)\nc,x\n,[5..9)\nd,");
    assert_eq!(told(&document), ["b|5|b ×1", "b|9|b ×1"]);
    assert_eq!(all(&bands("a,1\nb,2")), []);
    assert_eq!(lines(&Document::empty("t", "f", "1")), []);
}

#[test]
fn numbers_are_written_as_short_as_they_are_exact() {
    for (given, written) in [
        ("62.50", "62.5"),
        ("-0.125", "-0.125"),
        ("3", "3"),
        ("1/3", "1/3"),
        ("1/40", "0.025"),
        ("2/6", "1/3"),
    ] {
        assert_eq!(number(exact(given)), written, "{given}");
    }
}

/// A form of `forms/` as sheets.
fn of_forms(name: &str) -> Document {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms").join(name);
    let text = std::fs::read_to_string(folder.join("form.json")).expect("it is there");
    let beside = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    Document::of_any(&Bundle::gather(Source::new("form.json", text), beside)).expect("it is a form")
}

#[test]
fn every_border_of_the_household_survey_is_found() {
    let document = of_forms("household-needs");
    let of_bands: Vec<CutOff> =
        all(&document).into_iter().filter(|cut_off| cut_off.of == "need_band").collect();
    assert_eq!(of_bands.iter().map(|cut_off| number(cut_off.value)).collect::<Vec<_>>(), ["15", "35", "60"]);
    let tests: Vec<String> = told(&document).into_iter().filter(|words| words.starts_with('–')).collect();
    assert!(tests.contains(&"–|1|self_harm ×1".to_owned()), "{tests:?}");
    // Every number of every cell that holds a range is the end of some border, once.
    let mut written = 0;
    for (sheet, column) in [("bands", "range"), ("assessment", "test")] {
        let grid = document.sheet(document.find(sheet).expect("it is there"));
        for row in 1..grid.rows.len() {
            let cell = grid.of(row, column);
            let is_range = cell.contains(['<', '>', '≤', '≥']) || cell.contains("..");
            let digits = cell.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
            written += if is_range { digits } else { 0 };
        }
    }
    assert_eq!(all(&document).iter().map(|cut_off| cut_off.written.len()).sum::<usize>(), written);
    assert!(written >= 10, "only {written}");
}

#[test]
fn a_moved_border_is_what_the_form_scores_by() {
    let document = of_forms("phq-9");
    let cut_off = all(&document)
        .into_iter()
        .find(|cut_off| cut_off.of == "phq9_severity" && number(cut_off.value) == "10");
    let mut history = History::new(document.clone());
    history.act(moved(&document, &cut_off.expect("it is there"), exact("12")).expect("there is room"));
    let checked = Form::read(&history.document().bundle());
    assert!(checked.form.is_some(), "{:?}", checked.diagnostics);
    let found = |code: &str| checked.diagnostics.iter().filter(|found| found.code == code).count();
    assert_eq!((found("band-gap"), found("band-overlap"), found("unreachable-band")), (0, 0, 0));
    // The other measure of the same total has a border at 10 of its own.
    assert!(
        all(history.document())
            .iter()
            .any(|cut_off| cut_off.of == "phq9_screen" && number(cut_off.value) == "10")
    );
}

#[test]
fn many_bands_are_looked_at_in_no_time() {
    let rows: Vec<String> = (0..90).map(|n| format!("b{n},>={}", 90 - n)).collect();
    let document = bands(&rows.join("\n"));
    let begun = std::time::Instant::now();
    assert_eq!(all(&document).len(), 90);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
