//! The best counts so far, in `best.json`: what passes once is kept passing.

use std::collections::BTreeMap;
use std::path::Path;

/// Compares with the best so far; false if a number fell below it. With `UPDATE_EXPECT=1` what is better is noted.
pub fn hold(counts: &[(String, usize)]) -> Result<bool, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/best.json");
    let trouble = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(&file).map_err(|error| trouble(&error))?;
    let mut best: BTreeMap<String, usize> = serde_json::from_str(&text).map_err(|error| trouble(&error))?;
    let mut holds = true;
    for (name, least) in &best {
        // A folder that has not all of the corpora says nothing of the others.
        let Some((_, passed)) = counts.iter().find(|(counted, _)| counted == name) else { continue };
        if passed < least {
            eprintln!("{name}: {passed} passed, but {least} did before");
            holds = false;
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        for (name, passed) in counts {
            let known = best.entry(name.clone()).or_default();
            *known = (*known).max(*passed);
        }
        let text = serde_json::to_string_pretty(&best).map_err(|error| trouble(&error))?;
        std::fs::write(&file, text + "\n").map_err(|error| trouble(&error))?;
    }
    Ok(holds)
}
