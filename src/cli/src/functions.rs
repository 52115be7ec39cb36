//! `doorstep functions [NAME…]`: the expression language's functions, from their catalogue.

use std::process::ExitCode;

use doorstep_engine::diagnostic::nearest;
use doorstep_engine::expr::functions::{self, Function};

/// Prints one function in full, or all whose name holds the word, or all there are.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut words: Vec<String> = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) => words.push(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    if words.is_empty() {
        words.push(String::new());
    }
    let mut known = true;
    for word in &words {
        known &= show(word);
    }
    Ok(if known { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// True: there is such a function.
fn show(word: &str) -> bool {
    // A name may have several entries, one for each way to call it.
    let named: Vec<&Function> = functions::all().filter(|function| function.name == word).collect();
    if !named.is_empty() {
        named.into_iter().for_each(full);
        return true;
    }
    let found: Vec<&Function> = functions::all().filter(|function| function.name.contains(word)).collect();
    for function in &found {
        let (example, gives) = function.example;
        say!("{}\n  {}\n  {example} = {gives}\n", function.signature, function.doc);
    }
    if found.is_empty() {
        eprintln!("there is no function like `{word}`");
        if let Some(near) = nearest(word, functions::names()) {
            eprintln!("did you mean `{near}`?");
        }
        return false;
    }
    true
}

fn full(function: &Function) {
    let (example, gives) = function.example;
    say!(
        "{}\n\n{}\n\n{}\n\nExample:\n\n    {example}\n\ngives\n\n    {gives}\n",
        function.name,
        function.signature,
        function.doc
    );
    if function.asks_blankness {
        say!("In a condition of an assessment it reads what is not answered yet as it stands: as blank.\n");
    }
}
