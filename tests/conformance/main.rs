//! Holds the engine to what the reference engines of the ODK family answer: `cargo xtask conformance [DIR] [--failures]`.
//!
//! DIR, or `DOORSTEP_CORPUS`, is a folder with the corpora's files. A case that can't be run has failed: passed and failed
//! add up to a file's lines.

mod bounded;
mod case;
mod expected;
mod exports;
mod forms;
mod generated;
mod held;
mod instance;
mod named;
mod scenarios;
mod xlsforms;
mod xpath;
mod zones;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use case::{Case, Corpus};

const USAGE: &str = "\
conformance [DIR] [WORD…]   run the corpora in DIR (else in DOORSTEP_CORPUS)
    WORD                    only the cases whose corpus, tier or id has the word in it: scenarios/odk, sc-371a6d4a6d
    --failures              the cases that fail, each with what was expected and what came
    --export OUT            run nothing: write every form into OUT, as XForm and XLSForm, for others to judge
    --hold                  fail if fewer pass than the best so far; with UPDATE_EXPECT=1 note what passes as the best
";

/// The corpora, in the order in which they are printed.
const CORPORA: &[Corpus] = &[xpath::CORPUS, scenarios::CORPUS, xlsforms::CORPUS, forms::CORPUS];

/// What is asked for on the command line.
#[derive(Default)]
struct Options {
    folder: Option<PathBuf>,
    failures: bool,
    hold: bool,
    words: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, out, folders @ ..] = &arguments[..]
        && flag == "--export"
    {
        return match exports::write(Path::new(out), folders) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("conformance: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let options = options(arguments.into_iter());
    let Some(folder) = &options.folder else {
        eprint!("{USAGE}");
        return ExitCode::FAILURE;
    };
    match run(folder, &options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: impl Iterator<Item = String>) -> Options {
    let mut options = Options::default();
    for argument in arguments {
        match argument.as_str() {
            "--failures" => options.failures = true,
            "--hold" => options.hold = true,
            folder if options.folder.is_none() && Path::new(folder).is_dir() => {
                options.folder = Some(folder.into());
            }
            word => options.words.push(word.to_owned()),
        }
    }
    options.folder = options.folder.or_else(|| std::env::var_os("DOORSTEP_CORPUS").map(PathBuf::from));
    options
}

/// Runs every corpus that the folder has. False if something that is held fell.
fn run(folder: &Path, options: &Options) -> Result<bool, String> {
    let mut counts = Vec::new();
    for corpus in CORPORA {
        let read = match corpus.name {
            "forms" => forms::cases(folder),
            _ => corpus.read(folder)?,
        };
        let Some(mut cases) = read else { continue };
        cases.retain(|case| {
            options.words.is_empty() || options.words.iter().any(|word| case.is_meant_by(word))
        });
        let failures = bounded::judge_all(&cases, corpus.judge);
        for tier in corpus.tiers {
            let name = format!("{}/{tier}", corpus.name);
            let of_tier: Vec<(&Case, &Option<String>)> =
                cases.iter().zip(&failures).filter(|(case, _)| case.tier == *tier).collect();
            if of_tier.is_empty() && !options.words.is_empty() {
                continue;
            }
            let failed = of_tier.iter().filter(|(_, failure)| failure.is_some()).count();
            println!("{name}: {} passed, {failed} failed", of_tier.len() - failed);
            if options.failures {
                for (case, failure) in &of_tier {
                    if let Some(failure) = failure {
                        println!("  {} {} — {}", case.id, case.title, failure.replace('\n', "␊"));
                    }
                }
            }
            counts.push((name, of_tier.len() - failed));
        }
    }
    match options.hold {
        true if !options.words.is_empty() => Err("--hold is about all of the cases".into()),
        true => held::hold(&counts),
        false => Ok(true),
    }
}
