//! `doorstep explain [CODE]`: what a diagnostic's code means, and how to mend it.

use std::process::ExitCode;

use doorstep_engine::diagnostic::{explain, nearest};

/// Prints the page of a code, or all codes with their titles.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut code = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) if code.is_none() => code = Some(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let Some(code) = code else {
        let width = explain::all().iter().map(|page| page.code.len()).max().unwrap_or(0);
        for page in explain::all() {
            println!("{:width$}  {}", page.code, page.title());
        }
        return Ok(ExitCode::SUCCESS);
    };
    match explain::explain(&code) {
        Some(page) => {
            print!("{}", page.text);
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("there is no code `{code}`");
            if let Some(near) = nearest(&code, explain::all().iter().map(|page| page.code)) {
                eprintln!("did you mean `{near}`?");
            }
            Ok(ExitCode::FAILURE)
        }
    }
}
