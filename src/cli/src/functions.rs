//! `doorstep functions [NAME]`: the expression language's functions, from their catalogue.

use std::process::ExitCode;

use doorstep_engine::diagnostic::nearest;
use doorstep_engine::expr::functions::{self, Function};

/// Prints one function in full, or all whose name holds the word, or all there are.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut word = String::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) => word = value.string()?,
            other => return Err(other.unexpected()),
        }
    }
    // A name may have several entries, one for each way to call it.
    let named: Vec<&Function> = functions::all().filter(|function| function.name == word).collect();
    if !named.is_empty() {
        named.into_iter().for_each(full);
        return Ok(ExitCode::SUCCESS);
    }
    let found: Vec<&Function> = functions::all().filter(|function| function.name.contains(&word)).collect();
    for function in &found {
        let (example, gives) = function.example;
        println!("{}\n  {}\n  {example} = {gives}\n", function.signature, function.doc);
    }
    if found.is_empty() {
        eprintln!("there is no function like `{word}`");
        if let Some(near) = nearest(&word, functions::names()) {
            eprintln!("did you mean `{near}`?");
        }
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn full(function: &Function) {
    let (example, gives) = function.example;
    println!(
        "{}\n\n{}\n\n{}\n\nExample:\n\n    {example}\n\ngives\n\n    {gives}\n",
        function.name, function.signature, function.doc
    );
}
