//! `doorstep functions [NAME]`: the expression language's functions, from their catalogue.

use std::process::ExitCode;

use doorstep_engine::expr::functions;

/// Prints all functions, or those whose name holds the word.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut word = String::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) => word = value.string()?,
            other => return Err(other.unexpected()),
        }
    }
    let found: Vec<_> = functions::all().filter(|function| function.name.contains(&word)).collect();
    for function in &found {
        let (example, gives) = function.example;
        println!("{}\n  {}\n  {example} = {gives}\n", function.signature, function.doc);
    }
    if found.is_empty() {
        eprintln!("there is no function like `{word}`");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
