//! What comes from anywhere is read and run, and nothing panics, hangs or fills the memory.
//!
//! Each target takes bytes and makes its input of them. As a test it runs over the same bytes on every machine;
//! with `DOORSTEP_FUZZ_SECONDS`, as `cargo xtask fuzz` sets it, over bolero's for so long. Under `cargo bolero` they are its targets too.

use std::time::Duration;

use doorstep_engine::expr::document::{Document, Setting};
use doorstep_engine::{Bundle, Form, Source, export};
use doorstep_fuzz::dice::{Dice, mutated};
use doorstep_fuzz::expressions::expression;
use doorstep_fuzz::filling::{fill, world};
use doorstep_fuzz::{assessments, sheets, xforms};

/// `name, times: what is done with the bytes`.
macro_rules! target {
    ($name:ident, $times:literal: $target:expr) => {
        #[test]
        fn $name() {
            let target: fn(&[u8]) = $target;
            match seconds() {
                Some(time)
                    if std::env::var("DOORSTEP_FUZZ_INPUTS").is_ok_and(|inputs| inputs == "counted") =>
                {
                    let begun = std::time::Instant::now();
                    (0..).take_while(|_| begun.elapsed() < time).for_each(|seed| target(&bytes(seed)));
                }
                Some(time) => {
                    bolero::check!().with_test_time(time).with_shrink_time(Duration::ZERO).for_each(target)
                }
                None => (0..$times).for_each(|seed| target(&bytes(seed))),
            }
        }
    };
}

target!(any_text_is_an_expression_or_is_refused, 400: |bytes| {
    evaluate(&String::from_utf8_lossy(bytes), "<a><b x='1'>2</b></a>");
});

target!(an_expression_over_a_document, 1_500: |bytes| {
    let dice = &mut Dice::new(bytes);
    let document = format!("<root xmlns:p='urn:p' xmlns:jr='urn:j'>{}</root>", tree(dice, 4));
    let names = ["a", "//b", "/root/a", "@x", "..", "item"].map(str::to_owned);
    evaluate(&expression(dice, &names, 3), &document);
});

target!(any_text_is_a_form_or_is_refused, 300: |bytes| {
    let text = String::from_utf8_lossy(bytes);
    for name in ["form.xml", "form.json", "form.xlsx#survey"] {
        read(Bundle::single(Source::new(name, &*text)), None);
    }
});

target!(an_xform_is_filled, 150: |bytes| {
    let dice = &mut Dice::new(bytes);
    read(Bundle::single(Source::new("form.xml", xforms::xform(dice))), Some(dice));
});

target!(a_mutated_xform, 250: |bytes| {
    let dice = &mut Dice::new(bytes);
    let text = mutated(&xforms::xform(dice), &xforms::WORDS, dice);
    read(Bundle::single(Source::new("form.xml", text)), Some(dice));
});

target!(a_workbook, 150: |bytes| {
    let dice = &mut Dice::new(bytes);
    read(sheets::workbook(dice), Some(dice));
});

target!(a_mutated_workbook, 200: |bytes| {
    let dice = &mut Dice::new(bytes);
    let mut bundle = sheets::workbook(dice);
    bundle.main = Source::new(bundle.main.name.clone(), mutated(&bundle.main.text, &sheets::WORDS, dice));
    read(bundle, Some(dice));
});

target!(form_json, 150: |bytes| {
    let dice = &mut Dice::new(bytes);
    read(Bundle::single(Source::new("form.json", sheets::form_json(dice))), Some(dice));
});

target!(mutated_form_json, 250: |bytes| {
    let dice = &mut Dice::new(bytes);
    let text = mutated(&sheets::form_json(dice), &sheets::WORDS, dice);
    read(Bundle::single(Source::new("form.json", text)), Some(dice));
});

target!(an_assessment_is_checked_and_filled, 150: |bytes| {
    let dice = &mut Dice::new(bytes);
    read(Bundle::single(Source::new("form.json", assessments::form_json(dice))), Some(dice));
});

target!(a_mutated_assessment, 150: |bytes| {
    let dice = &mut Dice::new(bytes);
    let text = mutated(&assessments::form_json(dice), &assessments::WORDS, dice);
    read(Bundle::single(Source::new("form.json", text)), Some(dice));
});

target!(attached_files, 300: |bytes| {
    let dice = &mut Dice::new(bytes);
    let mut files = [
        "name,label,x\na,A,1\nb,\"B\",2\n".to_owned(),
        "<root><item><name>a</name><label>A</label></item></root>".to_owned(),
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"a","properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#
            .to_owned(),
    ];
    let which = dice.below(3);
    let words = ["\"", ",", ";", "\n", "\r\n", "|", "\0", "[", "}", "null", "1e999", "\"Polygon\"", "<item/>", "&b;", "]]>"];
    files[which] = mutated(&files[which], &words, dice);
    let form = "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model>\
        <instance><d id='d'><q/></d></instance><instance id='a' src='jr://file-csv/a.csv'/>\
        <instance id='b' src='jr://file/b.xml'/><instance id='c' src='jr://file/c.geojson'/><bind nodeset='/d/q'/></model></h:head>\
        <h:body><select1 ref='/d/q'><itemset nodeset=\"instance('ID')/root/item\"><value ref='name'/><label ref='label'/></itemset>\
        </select1></h:body></h:html>";
    let main = Source::new("form.xml", form.replace("ID", ["a", "b", "c"][which]));
    let [csv, xml, geo] = files;
    let files = vec![Source::new("a.csv", csv), Source::new("b.xml", xml), Source::new("c.geojson", geo)];
    read(Bundle { main, files }, Some(dice));
});

target!(any_bytes_are_a_workbook_or_are_refused, 400: |bytes| {
    let starts: [&[u8]; 6] =
        [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\x09\x08", b"\xFF\xFE", b"\xEF\xBB\xBFtype,name\n"];
    for start in starts {
        let whole = [start, bytes].concat();
        let _ = doorstep_workbook::read("f", &whole);
    }
});

target!(a_damaged_workbook, 60: |bytes| {
    let dice = &mut Dice::new(bytes);
    let Ok(mut file) = doorstep_workbook::write_xlsx(&sheets::workbook(dice)) else { return };
    for _ in 0..1 + dice.below(6) {
        if file.is_empty() {
            break;
        }
        let at = dice.below(file.len().min(1 << 16));
        match dice.below(3) {
            0 => file[at] = dice.below(256) as u8,
            1 => file.truncate(at),
            _ => drop(file.drain(at..(at + dice.below(9)).min(file.len()))),
        }
    }
    if let Ok(bundle) = doorstep_workbook::read("f.xlsx", &file) {
        read(bundle, None);
    }
});

/// Reads a form, writes it in every syntax, and fills it if there is chance for that.
fn read(bundle: Bundle, dice: Option<&mut Dice<'_>>) {
    let _shown = Shown(bundle.to_json());
    let checked = Form::read(&bundle);
    for found in &checked.diagnostics {
        bundle.position(found.span);
        for label in &found.labels {
            bundle.position(label.span);
        }
    }
    assert!(checked.form.is_some() || !checked.diagnostics.is_empty(), "no form, and nothing says why");
    export::to_form_json(&bundle);
    export::to_xlsform(&bundle, "f.xlsx");
    let written = export::to_xform(&bundle).exported.map(|exported| exported.written);
    if let (Some(form), Some(dice)) = (checked.form, dice) {
        assert!(written.is_some(), "a form that can't be written");
        let steps = 4 + dice.below(24);
        // What is left to chance or to the moment of opening; and the text of a section, which is not followed.
        let chance =
            ["random", "uuid", "once", "setvalue", "trigger", "default", "begin", "<group", "children"];
        let certain = !chance.iter().any(|word| bundle.main.text.contains(word));
        fill(&form, steps, certain, dice);
    }
}

fn evaluate(expression: &str, document: &str) {
    let _shown = Shown(format!("{expression}\n{document}"));
    let Ok(document) = Document::read(document) else { return };
    let world = world();
    let mut context = document.top();
    loop {
        let setting = Setting { context, root: None, namespaces: &[], world: &world, language: None };
        let _ = document.evaluate(expression, &setting);
        match document.children(context).first() {
            Some(inner) => context = *inner,
            None => return,
        }
    }
}

fn tree(dice: &mut Dice<'_>, depth: usize) -> String {
    let name = dice.of(&["a", "b", "item", "p:c", "root", "instance"]);
    let attribute = dice.of(&["", " x='1'", " x='2' p:y='3'", " id='list'"]);
    let mut inside = String::new();
    for _ in 0..dice.below(4) {
        match dice.below(5) {
            0 => inside.push_str(dice.of(&["1", "2", "2026-02-03", " t ", "-4.5", "10 20 0 0"])),
            1 => inside.push_str(dice.of(&["<!-- c -->", "<?i d?>"])),
            _ if depth > 0 => inside.push_str(&tree(dice, depth - 1)),
            _ => {}
        }
    }
    format!("<{name}{attribute}>{inside}</{name}>")
}

/// How long each target runs, where it is not the tests' own number of times.
fn seconds() -> Option<Duration> {
    let said = std::env::var("DOORSTEP_FUZZ_SECONDS").ok()?;
    said.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// The bytes of a test's turn.
fn bytes(seed: u64) -> Vec<u8> {
    let mut dice = Dice::seeded(seed);
    (0..dice.below(1_000)).map(|_| dice.below(256) as u8).collect()
}

/// What is being tried, for whoever looks into a failure.
struct Shown(String);

impl Drop for Shown {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("with the input\n{}", self.0);
        }
    }
}
