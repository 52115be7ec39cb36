//! What ODK's engines evaluate: the calculations that an assessment is exported as come to what its measures come to, whatever is
//! answered; and an assessment that was written in another syntax and read again is the same one.

use std::sync::Arc;

use doorstep_engine::{Bundle, Form, Session, Source, World, export};
use doorstep_tests::answers::{self, Habits};
use doorstep_tests::assessed::{self, Assessed};

use super::root;

/// How many answer sets each form gets; `SETS` has another number.
const SETS: u64 = 50;

#[test]
fn exported_calculations_come_to_what_measures_come_to() {
    let sets = std::env::var("SETS").ok().and_then(|sets| sets.parse().ok()).unwrap_or(SETS);
    in_each_form(|form| {
        assert_eq!(form.lost(), [] as [&str; 0], "{}: every measure has a calculation", form.name);
        let without = form.calculations_alone().unwrap_or_else(|why| panic!("{}: {why}", form.name));
        let habits = Habits::of(&form.form, &world());
        let mut wrong = Vec::new();
        for seed in 0..sets {
            let (acts, came) = form.answer_set(world(), seed, &habits);
            let mut session = Session::new(without.clone(), world());
            acts.iter().for_each(|act| answers::act(&mut session, act));
            for measure in came {
                let key = session.at(&measure.path);
                let value = key.and_then(|key| session.value(key)).map(|value| value.to_text().to_string());
                let found = value.unwrap_or_default();
                if !assessed::same(&measure.value, &found) {
                    wrong.push(format!(
                        "{}, set {seed}: {} is `{}` ({}), its calculation `{found}`",
                        form.name, measure.name, measure.value, measure.state
                    ));
                }
            }
        }
        wrong
    });
}

#[test]
fn an_assessment_that_is_written_and_read_again_is_the_same() {
    in_each_form(|form| {
        let xform = || Bundle {
            main: Source::new("form.xml", form.xform.as_str()),
            files: form.bundle.files.clone(),
        };
        let written = |bundle: &Bundle| {
            let exported = export::to_form_json(bundle).exported.expect("the form can be written");
            Bundle { main: Source::new("form.json", exported.written), files: bundle.files.clone() }
        };
        let sheets =
            export::to_xlsform(&form.bundle, "form.xlsx").exported.expect("it can be written").written;
        let bytes = doorstep_workbook::write_xlsx(&sheets).unwrap();
        let sheets = doorstep_workbook::read("form.xlsx", &bytes).unwrap();
        // An XForm that was read and is written again has its calculations once.
        let again = export::to_xform(&xform()).exported.expect("the XForm can be written").written;
        assert_eq!(again, form.xform, "{}", form.name);
        let others = [
            ("XForm", read(&xform())),
            ("XForm to form JSON", read(&written(&xform()))),
            ("XLSForm", read(&sheets)),
            ("XLSForm to form JSON", read(&written(&sheets))),
        ];
        let habits = Habits::of(&form.form, &world());
        let mut wrong = Vec::new();
        for seed in 0..5 {
            let (acts, came) = form.answer_set(world(), seed, &habits);
            for (how, other) in &others {
                let mut session = Session::new(other.clone(), world());
                acts.iter().for_each(|act| answers::act(&mut session, act));
                if assessed::came(&session) != came {
                    wrong.push(format!("{}, set {seed}: {how} comes to something else", form.name));
                }
            }
        }
        wrong
    });
}

fn read(bundle: &Bundle) -> Arc<Form> {
    let checked = Form::read(bundle);
    checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

/// Runs a check on every form that has an assessment, and on one with every kind of measure; on all processors.
pub(super) fn in_each_form(check: impl Fn(&Assessed) -> Vec<String> + Sync) {
    let mut forms = assessed::all(&root());
    assert!(!forms.is_empty(), "no form has an assessment");
    forms.extend(assessed::all(&root().join("../tests/forms/assessments")));
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let check = &check;
        let running: Vec<_> = forms.iter().map(|form| scope.spawn(move || check(form))).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("a form's check ends")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(20)].join("\n"));
}

/// Whole years of age shall be no age before birth.
pub(super) fn world() -> World {
    World { now_ms: 1_795_700_000_000, ..World::default() }
}
