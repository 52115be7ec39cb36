//! What ODK's engines evaluate: the calculations that an assessment is exported as come to what its measures come to, whatever is answered.

use doorstep_engine::{Session, World};
use doorstep_tests::answers::{self, Habits};
use doorstep_tests::assessed;

use super::root;

/// How many answer sets each form gets.
const SETS: u64 = 50;

#[test]
fn exported_calculations_come_to_what_measures_come_to() {
    let sets = std::env::var("SETS").ok().and_then(|sets| sets.parse().ok()).unwrap_or(SETS);
    let mut forms = assessed::all(&root());
    assert!(!forms.is_empty(), "no form has an assessment");
    forms.extend(assessed::all(&root().join("../tests/forms/assessments")));
    let mut wrong = Vec::new();
    for form in forms {
        let without = form.calculations_alone().unwrap_or_else(|why| panic!("{}: {why}", form.name));
        let habits = Habits::of(&form.form, &world());
        let mut spread: std::collections::BTreeMap<String, [usize; 3]> = Default::default();
        for seed in 0..sets {
            let (acts, came) = form.answer_set(world(), seed, &habits);
            let mut session = Session::new(without.clone(), world());
            acts.iter().for_each(|act| answers::act(&mut session, act));
            for measure in came {
                let state = ["ok", "na", "missing"].iter().position(|state| *state == measure.state);
                spread.entry(measure.name.clone()).or_default()[state.unwrap_or(0)] += 1;
                let text = |path: &str| {
                    session.at(path).and_then(|key| session.value(key)).map(|value| value.to_text().to_string())
                };
                let found = text(&measure.path).unwrap_or_default();
                if !assessed::same(&measure.value, &found) {
                    wrong.push(format!(
                        "{}, set {seed}: {} is `{}` ({}), its calculation `{found}`",
                        form.name, measure.name, measure.value, measure.state
                    ));
                }
            }
        }
        println!("{}: {spread:?} losses {:?}", form.name, form.losses);
    }
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whole years of age shall be no age before birth.
fn world() -> World {
    World { now_ms: 1_795_700_000_000, ..World::default() }
}
