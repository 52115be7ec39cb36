//! Writes what `cargo xtask conformance assessment` gives to another engine: for each form with an assessment its XForm, and answer
//! sets with what every measure comes to here.
//!
//! `assessment OUT SETS SEED NOW_MS [WORD…]`; SETS are the same for the same SEED and moment.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::World;
use doorstep_tests::answers::{self, Habits};
use doorstep_tests::assessed::{self, Assessed, Came};
use serde_json::{Value as Json, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assessment: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [out, sets, seed, now_ms, words @ ..] = arguments else {
        return Err("assessment OUT SETS SEED NOW_MS [WORD…]".into());
    };
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    let (sets, seed) = (number(sets)?, number(seed)?);
    let now_ms = i64::try_from(number(now_ms)?).map_err(|error| error.to_string())?;
    let world = World { now_ms, ..World::default() };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(out);
    std::fs::create_dir_all(&out).map_err(|error| error.to_string())?;
    let mut forms = assessed::all(&here.join("../forms"));
    forms.extend(assessed::all(&here.join("forms/assessments")));
    let mut names = Vec::new();
    for form in forms {
        if !words.is_empty() && !words.iter().any(|word| form.name.contains(word.as_str())) {
            continue;
        }
        let write = |ending: &str, text: &str| {
            std::fs::write(out.join(format!("{}.{ending}", form.name)), text)
                .map_err(|error| error.to_string())
        };
        write("xml", &form.xform)?;
        write("json", &of_form(&form, &world, sets, seed).to_string())?;
        names.push(form.name.clone());
    }
    let list = serde_json::to_string(&names).map_err(|error| error.to_string())?;
    std::fs::write(out.join("forms.json"), list).map_err(|error| error.to_string())
}

fn of_form(form: &Assessed, world: &World, sets: u64, seed: u64) -> Json {
    let habits = Habits::of(&form.form, world);
    let mut measures: Vec<Json> = Vec::new();
    let mut all = Vec::new();
    for set in 0..sets {
        let own = seed.wrapping_mul(1_000_003).wrapping_add(set);
        let (acts, came) = form.answer_set(world.clone(), own, &habits);
        if measures.is_empty() {
            measures = came.iter().map(|came| json!([came.name, came.path])).collect();
        }
        let values: Vec<Json> = came.iter().map(|Came { state, value, .. }| json!([state, value])).collect();
        all.push(json!({"acts": answers::to_json(&acts), "came": values}));
    }
    json!({"measures": measures, "sets": all, "losses": form.losses})
}
