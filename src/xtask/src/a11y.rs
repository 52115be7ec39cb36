//! `cargo xtask a11y`: axe-core's findings on every page that the end-to-end tests take a picture of, in both languages, both themes, at three widths;
//! and how large what is touched is, what is wider than its screen, and what moves by itself (`tests/e2e/axe.rs`).
//!
//! The tests walk where a user walks; here their browsers look at each page besides. A page of which one like it was looked at already, with the
//! same address but for its ids and the same kinds of things on it, is passed over and counted. What was found stands in `target/axe/found.txt`,
//! and fails the command.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, bail};

use crate::command::run as run_command;
use crate::workspace::Workspace;
use crate::{debian, serve, setup, test};

/// Runs the tests with axe, and counts what was found; `words` choose among the tests.
pub fn run(workspace: &Workspace, words: &[String]) -> anyhow::Result<()> {
    debian::browser()?;
    let axe = workspace.tools().join("axe");
    setup::npm(workspace, "tests/axe", &axe, "axe-core", "seconds; 30 MB on the disk")?;
    let built = serve::build_for_tests(workspace)?;
    let folder = workspace.target().join("axe");
    fs::create_dir_all(&folder)?;
    let found = folder.join("found.txt");
    fs::write(&found, "")?;
    fs::write(folder.join("known.txt"), "")?;
    let walk = |only: &[&str]| {
        let mut tests = test::cargo(workspace);
        tests.env("DOORSTEP_BIN", &built.doorstep).env("DOORSTEP_APP_DIST", &built.app);
        tests
            .env("DOORSTEP_AXE", axe.join("node_modules/axe-core/axe.min.js"))
            .env("DOORSTEP_AXE_FOUND", &found);
        tests.args(["nextest", "run", "--locked", "--no-fail-fast", "--no-tests", "pass"]);
        tests.args(["--package", "doorstep-tests", "--test", "e2e"]).args(only).args(words);
        run_command(&mut tests)
    };
    let usual = walk(&[]);
    // The walks over pages that no other test comes by; nobody else runs them.
    let ran = walk(&["--run-ignored", "only", "-E", "test(/^reach::/)"]).and(usual);
    let text = fs::read_to_string(&found).with_context(|| format!("can't read {}", found.display()))?;
    let told = Told::of(&text);
    print!("{told}");
    ran.context("the tests themselves did not pass")?;
    if !told.rules.is_empty() {
        bail!("axe found something; line by line: {}", found.display());
    }
    Ok(())
}

/// What was found, by rule.
#[derive(Debug, PartialEq)]
struct Told {
    /// In how many languages each page was looked at.
    pages: Vec<usize>,
    /// Pages that were like one of those.
    alike: usize,
    /// By rule: how often, and the first place.
    rules: BTreeMap<String, (usize, String)>,
}

impl Told {
    fn of(text: &str) -> Told {
        let mut told = Told { pages: Vec::new(), alike: 0, rules: BTreeMap::new() };
        for line in text.lines() {
            let parts: Vec<&str> = line.split(" | ").collect();
            match parts[..] {
                [_, "looked at", languages] => told.pages.push(languages.parse().unwrap_or(1)),
                [_, "like another"] => told.alike += 1,
                [_, _, _, impact, rule, ..] => {
                    let rule = told.rules.entry(format!("{impact} {rule}")).or_insert((0, line.to_owned()));
                    rule.0 += 1;
                }
                _ => {
                    told.rules.insert(line.to_owned(), (1, String::new()));
                }
            }
        }
        told
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = self.pages.iter().filter(|languages| **languages == 1).count();
        writeln!(
            formatter,
            "looked at {} pages in two themes at three widths, all but {one} of them in two languages; {} more were like one of them",
            self.pages.len(),
            self.alike
        )?;
        for (rule, (count, first)) in &self.rules {
            writeln!(formatter, "{count:>5}  {rule}\n       first: {first}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_by_rule_and_pages_by_name() {
        let text = "home | light | 360 | serious | color-contrast | .a | too pale\nhome | dark | 360 | serious | color-contrast | .b | too pale\nhome | looked at | 2\nstopped | looked at | 1\nday | like another\n";
        let told = Told::of(text);
        assert_eq!((told.pages.len(), told.alike, told.rules["serious color-contrast"].0), (2, 1, 2));
        assert!(told.to_string().contains("first: home | light"));
        assert!(
            told.to_string().starts_with("looked at 2 pages in two themes at three widths, all but 1 of")
        );
        assert!(Told::of("x | failed").rules.contains_key("x | failed"));
    }
}
