//! The functions of the expression language: each a catalogue entry with name, signature, doc and example.
//!
//! The examples run as tests (`tests` below) and are the printed reference: nothing is documented twice.

pub(crate) use digests::decoded as base64_decoded;
pub(crate) use geo::are_places;
pub(crate) use identity::is_credit_code;
pub(crate) use texts::pattern;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::eval::Call;
use super::operand::{Operand, number_of};
use super::program::Gives;

mod choices;
mod dates;
mod digests;
mod geo;
pub mod identity;
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
    pub arity: (u8, u8),
    /// It asks whether something is blank: in a condition of an assessment it reads what is not answered as it stands.
    pub asks_blankness: bool,
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
            asks_blankness: false,
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
            asks_blankness: false,
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

    const fn of_blanks(mut self) -> Function {
        self.asks_blankness = true;
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
    static KNOWN: OnceLock<FxHashMap<&str, &Function>> = OnceLock::new();
    KNOWN.get_or_init(|| all().map(|function| (function.name, function)).collect()).get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::document::{Document, Setting};
    use crate::session::{Session, World};
    use crate::{Bundle, Form, Source};

    /// A form with the values that the examples speak of; `@` stands for the expression.
    const FORM: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
      <h:head><h:title>examples</h:title><model>
        <instance><data id="data" version="1">
          <name>王秀英</name><size>3</size><blank/><born>1950-03-01</born><town>102</town><needs>meal bath</needs><ready/>
          <members jr:template=""><age/></members>
          <result/>
        </data></instance>
        <instance id="town"><root>
          <item><name>001</name><label>环翠楼街道</label><county>371002</county></item>
          <item><name>102</name><label>成山镇</label><county>371082</county></item>
        </root></instance>
        <bind nodeset="/data/name" type="string"/><bind nodeset="/data/size" type="int"/>
        <bind nodeset="/data/blank" type="decimal"/><bind nodeset="/data/born" type="date"/>
        <bind nodeset="/data/ready" type="int"/>
        <bind nodeset="/data/members/age" type="int" calculate="position(..) * 10"/>
        <bind nodeset="/data/result" type="string" calculate="@"/>
      </model></h:head>
      <h:body>
        <input ref="/data/name"><label>n</label></input><input ref="/data/size"><label>n</label></input>
        <input ref="/data/blank"><label>n</label></input><input ref="/data/born"><label>n</label></input>
        <select1 ref="/data/town"><label>n</label>
          <itemset nodeset="instance('town')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>
        <select ref="/data/needs"><label>n</label>
          <item><label>助餐</label><value>meal</value></item><item><label>助浴</label><value>bath</value></item></select>
        <input ref="/data/ready"><label>n</label></input>
        <group ref="/data/members"><label>n</label>
          <repeat nodeset="/data/members" jr:count="if(/data/ready = 1, 3, 0)">
            <input ref="/data/members/age"><label>n</label></input></repeat></group>
      </h:body>
    </h:html>"#;

    fn example(expression: &str) -> String {
        let escaped = expression.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let bundle = Bundle::single(Source::new("form.xml", FORM.replace('@', &escaped)));
        let checked = Form::read(&bundle);
        let errors: Vec<_> = checked.diagnostics.iter().map(|found| &found.message).collect();
        let form = checked.form.unwrap_or_else(|| panic!("{expression}: {errors:?}"));
        let world = World { now_ms: 1_795_397_400_000, utc_offset_minutes: 480, seed: 7, ..World::default() };
        let mut session = Session::new(form, world);
        session.answer_text(session.at("/data/ready").unwrap(), "1").unwrap();
        let result = session.at("/data/result").unwrap();
        session.value(result).unwrap().to_text()
    }

    /// A document with the translations that an example speaks of.
    fn over_an_xform(expression: &str) -> String {
        let text = "<itext><translation lang='zh'><text id='greeting'><value>您好</value></text></translation></itext>";
        let document = Document::read(text).unwrap();
        let world = World::default();
        let setting =
            Setting { context: document.top(), root: None, namespaces: &[], world: &world, language: None };
        document.evaluate(expression, &setting).unwrap().text
    }

    #[test]
    fn every_example_gives_what_it_says() {
        let mut wrong = Vec::new();
        for function in all() {
            let (expression, expected) = function.example;
            let given = match function.name {
                "jr:itext" => over_an_xform(expression),
                _ => example(expression),
            };
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
