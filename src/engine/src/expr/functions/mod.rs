//! The functions of the expression language: each a catalogue entry with name, signature, doc and example.
//!
//! The examples run as tests (`tests` below) and are the printed reference: nothing is documented twice.

pub(crate) use texts::pattern;

use super::eval::Call;
use super::operand::Operand;
use super::program::Gives;

mod choices;
mod dates;
mod digests;
mod geo;
mod identity;
mod logic;
mod node_sets;
mod numbers;
mod place;
mod random;
mod texts;
mod trigonometry;

/// One function.
#[derive(Debug)]
pub struct Function {
    /// As it is written in expressions.
    pub name: &'static str,
    /// Its arguments and what it gives: `round(number, places?) → number`.
    pub signature: &'static str,
    /// What it does, in a sentence or two; where it deviates from the ODK specification, and why.
    pub doc: &'static str,
    /// An expression, and the text it gives.
    pub example: (&'static str, &'static str),
    /// Least and most arguments; 255 is any number.
    pub(crate) arity: (u8, u8),
    /// Arguments that must be node-sets.
    pub(crate) node_sets: &'static [usize],
    pub(crate) gives_number: bool,
    pub(crate) body: Body,
}

#[derive(Clone, Copy)]
pub(crate) enum Body {
    /// Evaluated over its arguments.
    Plain(fn(&Call<'_, '_>) -> Operand),
    /// Known to a form's compiler, which turns it into something quicker; as a call where there is no form.
    Compiled(fn(&Call<'_, '_>) -> Operand),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Body::Plain(_) => "plain",
            Body::Compiled(_) => "compiled",
        })
    }
}

impl Function {
    pub(crate) fn call(&self, call: &Call<'_, '_>) -> Operand {
        match self.body {
            Body::Plain(body) | Body::Compiled(body) => body(call),
        }
    }

    const fn new(
        name: &'static str,
        signature: &'static str,
        arity: (u8, u8),
        doc: &'static str,
        example: (&'static str, &'static str),
        body: fn(&Call<'_, '_>) -> Operand,
    ) -> Function {
        Function {
            name,
            signature,
            doc,
            example,
            arity,
            node_sets: &[],
            gives_number: false,
            body: Body::Plain(body),
        }
    }

    const fn compiled(
        name: &'static str,
        signature: &'static str,
        arity: (u8, u8),
        doc: &'static str,
        example: (&'static str, &'static str),
        body: fn(&Call<'_, '_>) -> Operand,
    ) -> Function {
        Function {
            name,
            signature,
            doc,
            example,
            arity,
            node_sets: &[],
            gives_number: false,
            body: Body::Compiled(body),
        }
    }

    /// May it be called with that many arguments?
    pub(crate) fn takes(&self, count: usize) -> bool {
        let (least, most) = self.arity;
        count >= usize::from(least) && (most == u8::MAX || count <= usize::from(most))
    }

    /// The type of what it gives, as the signature has it.
    pub(crate) fn gives(&self) -> Gives {
        match self.signature.rsplit(' ').next() {
            Some("number") => Gives::Number,
            Some("boolean") => Gives::Boolean,
            Some("text") => Gives::Text,
            Some("nodes") => Gives::Nodes,
            _ => Gives::Any,
        }
    }

    const fn number(mut self) -> Function {
        self.gives_number = true;
        self
    }

    const fn over(mut self, node_sets: &'static [usize]) -> Function {
        self.node_sets = node_sets;
        self
    }
}

pub(crate) use random::identifier;

static CATALOGUE: &[&[Function]] = &[
    logic::FUNCTIONS,
    numbers::FUNCTIONS,
    trigonometry::FUNCTIONS,
    texts::FUNCTIONS,
    digests::FUNCTIONS,
    node_sets::FUNCTIONS,
    place::FUNCTIONS,
    choices::FUNCTIONS,
    dates::FUNCTIONS,
    geo::FUNCTIONS,
    random::FUNCTIONS,
    identity::FUNCTIONS,
];

/// All functions, by subject.
pub fn all() -> impl Iterator<Item = &'static Function> {
    CATALOGUE.iter().flat_map(|family| family.iter())
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name)
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Session, World};
    use crate::{Bundle, Form, Source};

    /// A form with the values that the examples speak of.
    fn example(expression: &str) -> String {
        let definition = serde_json::json!({
            "settings": {"form_id": "data", "version": "1", "default_language": "zh"},
            "choices": {
                "town": [
                    {"name": "001", "label": {"zh": "环翠楼街道"}, "county": "371002"},
                    {"name": "102", "label": {"zh": "成山镇"}, "county": "371082"},
                ],
                "need": [{"name": "meal", "label": "助餐"}, {"name": "bath", "label": "助浴"}],
            },
            "survey": [
                {"type": "text", "name": "name", "default": "王秀英"},
                {"type": "integer", "name": "size", "default": "3"},
                {"type": "decimal", "name": "blank"},
                {"type": "date", "name": "born", "default": "1950-03-01"},
                {"type": "select_one town", "name": "town", "default": "102"},
                {"type": "select_multiple need", "name": "needs", "default": "meal bath"},
                {"type": "integer", "name": "ready"},
                {"type": "repeat", "name": "members", "repeat_count": "if(${ready} = 1, 3, 0)", "children": [
                    {"type": "integer", "name": "age", "calculation": "position(..) * 10"},
                ]},
                {"type": "calculate", "name": "result", "calculation": expression},
            ],
        });
        let bundle = Bundle::single(Source::new("form.json", definition.to_string()));
        let checked = Form::read(&bundle);
        let errors: Vec<_> = checked.diagnostics.iter().map(|found| &found.message).collect();
        let form = checked.form.unwrap_or_else(|| panic!("{expression}: {errors:?}"));
        let world = World { now_ms: 1_795_397_400_000, utc_offset_minutes: 480, seed: 7, ..World::default() };
        let mut session = Session::new(form, world);
        session.answer_text(session.at("/data/ready").unwrap(), "1").unwrap();
        let result = session.at("/data/result").unwrap();
        session.value(result).unwrap().to_text()
    }

    #[test]
    fn every_example_gives_what_it_says() {
        let mut wrong = Vec::new();
        for function in all() {
            let (expression, expected) = function.example;
            let given = example(expression);
            let matches = match expected.split_once('…') {
                Some((start, end)) => given.starts_with(start) && given.ends_with(end) && !given.is_empty(),
                None => given == expected,
            };
            if !matches {
                wrong.push(format!("{expression} gives {given}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_are_unique_and_signatures_start_with_them() {
        let mut seen = std::collections::HashSet::new();
        for function in all() {
            assert!(seen.insert((function.name, function.arity)), "{} twice", function.name);
            assert!(function.signature.starts_with(&format!("{}(", function.name)), "{}", function.signature);
        }
    }
}
