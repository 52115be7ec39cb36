//! `doorstep functions [NAME…]`: the expression language's functions, from their catalogue.

use std::process::ExitCode;

use doorstep_engine::diagnostic::nearest;
use doorstep_engine::expr::functions::{self, Function};

/// Prints one function in full, or all whose name holds the word, or all there are.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut words: Vec<String> = Vec::new();
    let mut as_data = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) => words.push(value.string()?),
            Long("json") => as_data = true,
            other => return Err(other.unexpected()),
        }
    }
    if words.is_empty() {
        words.push(String::new());
    }
    if as_data {
        return Ok(data(&words));
    }
    let mut known = true;
    for word in &words {
        known &= show(word);
    }
    Ok(if known { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `[{name, signature, doc, example, gives, arguments: [least, most]}]`; most is null where there may be any number.
fn data(words: &[String]) -> ExitCode {
    let is_asked = |function: &&Function| {
        words.iter().any(|word| match functions::names().any(|name| name == word) {
            true => function.name == word,
            false => function.name.contains(word.as_str()),
        })
    };
    let told = functions::all().filter(is_asked).map(|function| {
        let (example, gives) = function.example;
        let (least, most) = function.arity;
        let most = (most < u8::MAX).then_some(most);
        serde_json::json!({
            "name": function.name, "signature": function.signature, "doc": function.doc,
            "example": example, "gives": gives, "arguments": [least, most],
        })
    });
    let told: Vec<_> = told.collect();
    let code = if told.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    say!("{}", serde_json::Value::Array(told));
    code
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
