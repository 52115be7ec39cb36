//! The forms that are measured, each a shape of a given size: as an XForm, and as SurveyJS says the same.
//!
//! One generator for the native bench and for the one in the browser, so that all of them measure the same form. The paths
//! are written as pyxform writes them: absolute outside of repeats, relative within one.

use std::fmt::Write;

/// What depends on what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `x1` reads `x0`, `x2` reads `x1`, and so on.
    Chain,
    /// Calculations that all read `x0`.
    Fan,
    /// Questions whose relevance reads `x0`.
    Relevance,
    /// A repeat `m` of ten questions, and ten sums over it.
    Sums,
    /// A repeat `m` whose instances each read the one before.
    Before,
    /// A repeat `m` whose instances each know their place.
    Place,
    /// A choice of counties, and one of towns that the county lets through; `n` towns in all.
    Cascade,
    /// A repeat `m` of amounts, and one sum and one count over it.
    Total,
    /// A repeat `m` whose calculation reads its own instance alone.
    Alone,
}

/// Counties of a cascade. There are at most as many towns in each as it takes.
const COUNTIES: usize = 500;

impl Shape {
    /// All of them by name.
    pub const ALL: [(&str, Shape); 9] = [
        ("chain", Shape::Chain),
        ("fan", Shape::Fan),
        ("relevance", Shape::Relevance),
        ("sums", Shape::Sums),
        ("before", Shape::Before),
        ("place", Shape::Place),
        ("cascade", Shape::Cascade),
        ("total", Shape::Total),
        ("alone", Shape::Alone),
    ];

    /// The form as an ODK XForm. Repeats start with one instance, whatever `n` is.
    pub fn xform(self, n: usize) -> String {
        let mut form = XForm::default();
        match self {
            Shape::Chain | Shape::Fan => {
                form.question("/data", "x0", "");
                for i in 1..=n {
                    let read = if self == Shape::Chain { i - 1 } else { 0 };
                    form.calculation(
                        "/data",
                        &format!("x{i}"),
                        &format!(" /data/x{read}  + {}", self.step(i)),
                    );
                }
            }
            Shape::Relevance => {
                form.question("/data", "x0", "");
                for i in 1..=n {
                    form.question_if("/data", &format!("x{i}"), "a", " /data/x0  = 1");
                }
            }
            Shape::Sums => {
                form.repeat(|form| (0..10).for_each(|i| form.question("/data/m", &format!("q{i}"), "1")));
                for i in 0..10 {
                    form.calculation("/data", &format!("s{i}"), &format!("sum( /data/m/q{i} )"));
                }
            }
            Shape::Before => form.repeat(|form| {
                form.question("/data/m", "amount", "1");
                let before = "indexed-repeat( /data/m/amount ,  /data/m , position(..) - 1)";
                let sum = format!("if(position(..) &gt; 1, {before}, 0) +  ../amount ");
                form.calculation("/data/m", "with_last", &sum);
            }),
            Shape::Place => form.repeat(|form| {
                form.question("/data/m", "amount", "1");
                form.calculation("/data/m", "place", "position(..)");
            }),
            Shape::Cascade => form.cascade(n),
            Shape::Total => {
                form.repeat(|form| form.question("/data/m", "amount", "1"));
                form.calculation("/data", "total", "sum( /data/m/amount )");
                form.calculation("/data", "people", "count( /data/m )");
            }
            Shape::Alone => form.repeat(|form| {
                form.question("/data/m", "amount", "1");
                form.calculation("/data/m", "more", " ../amount  + 1");
            }),
        }
        form.text()
    }

    /// What the `i`th calculation adds to what it reads.
    fn step(self, i: usize) -> usize {
        if self == Shape::Chain { 1 } else { i }
    }

    #[allow(dead_code, reason = "the browser measures it, the native bench does not")]
    /// The form as SurveyJS says the same; `None` where it has no words for it.
    pub fn survey_js(self, n: usize) -> Option<String> {
        let question = |name: &str| format!(r#"{{"type":"text","name":"{name}","inputType":"number"}}"#);
        let one = |name: &str| {
            format!(r#"{{"type":"text","name":"{name}","inputType":"number","defaultValue":1}}"#)
        };
        let expression = |name: &str, text: &str| {
            format!(r#"{{"type":"expression","name":"{name}","expression":"{text}"}}"#)
        };
        let panel = |inside: &[String]| {
            let inside = inside.join(",");
            format!(r#"{{"type":"paneldynamic","name":"m","panelCount":1,"templateElements":[{inside}]}}"#)
        };
        let elements: Vec<String> = match self {
            Shape::Chain | Shape::Fan => {
                let read = |i: usize| if self == Shape::Chain { i - 1 } else { 0 };
                let sum = |i: usize| format!("{{x{}}} + {}", read(i), self.step(i));
                let calculations = (1..=n).map(|i| expression(&format!("x{i}"), &sum(i)));
                std::iter::once(question("x0")).chain(calculations).collect()
            }
            Shape::Relevance => {
                let shown = |i: usize| {
                    format!(r#"{{"type":"text","name":"x{i}","defaultValue":"a","visibleIf":"{{x0}} = 1"}}"#)
                };
                std::iter::once(question("x0")).chain((1..=n).map(shown)).collect()
            }
            Shape::Sums => {
                let inside: Vec<String> = (0..10).map(|i| one(&format!("q{i}"))).collect();
                let sum = |i: usize| expression(&format!("s{i}"), &format!("sumInArray({{m}}, 'q{i}')"));
                std::iter::once(panel(&inside)).chain((0..10).map(sum)).collect()
            }
            Shape::Cascade => {
                let choices = |prefix: &str, names: &mut dyn Iterator<Item = String>| {
                    let choice = |name| format!(r#"{{"value":"{name}","text":"{prefix} {name}"}}"#);
                    names.map(choice).collect::<Vec<_>>().join(",")
                };
                let counties = choices("county", &mut (0..COUNTIES).map(|i| format!("c{i}")));
                // What is known of a choice besides its name is out of an expression's reach: the name says its county.
                let towns = choices("town", &mut (0..n).map(|i| format!("t{i}-c{}", i % COUNTIES)));
                let filter = "endsWithName({item}, {county})";
                vec![
                    format!(r#"{{"type":"dropdown","name":"county","choices":[{counties}]}}"#),
                    format!(
                        r#"{{"type":"dropdown","name":"town","choicesVisibleIf":"{filter}","choices":[{towns}]}}"#
                    ),
                ]
            }
            Shape::Before | Shape::Place | Shape::Total | Shape::Alone => return None,
        };
        Some(format!(r#"{{"elements":[{}]}}"#, elements.join(",")))
    }
}

/// The parts of an XForm while it is being written.
#[derive(Default)]
struct XForm {
    instance: String,
    lists: String,
    binds: String,
    body: String,
}

impl XForm {
    fn question(&mut self, parent: &str, name: &str, default: &str) {
        self.leaf(name, default);
        self.bind(parent, name, "int", "");
        self.input(parent, name);
    }

    fn question_if(&mut self, parent: &str, name: &str, default: &str, relevant: &str) {
        self.leaf(name, default);
        self.bind(parent, name, "string", &format!(r#" relevant="{relevant}""#));
        self.input(parent, name);
    }

    fn calculation(&mut self, parent: &str, name: &str, calculate: &str) {
        self.leaf(name, "");
        self.bind(parent, name, "string", &format!(r#" calculate="{calculate}""#));
    }

    fn leaf(&mut self, name: &str, default: &str) {
        let _ = write!(self.instance, "<{name}>{default}</{name}>");
    }

    fn bind(&mut self, parent: &str, name: &str, data_type: &str, more: &str) {
        let _ = write!(self.binds, r#"<bind nodeset="{parent}/{name}" type="{data_type}"{more}/>"#);
    }

    fn input(&mut self, parent: &str, name: &str) {
        let _ = write!(self.body, r#"<input ref="{parent}/{name}"><label>{name}</label></input>"#);
    }

    /// The repeat `m`, with a template and one instance.
    fn repeat(&mut self, inside: impl Fn(&mut XForm)) {
        let mut part = XForm::default();
        inside(&mut part);
        let children = part.instance;
        let _ = write!(self.instance, r#"<m jr:template="">{children}</m><m>{children}</m>"#);
        self.binds += &part.binds;
        let controls = part.body;
        let _ = write!(
            self.body,
            r#"<group ref="/data/m"><label>m</label><repeat nodeset="/data/m">{controls}</repeat></group>"#
        );
    }

    fn cascade(&mut self, towns: usize) {
        let mut list = |id: &str, items: &mut dyn Iterator<Item = String>| {
            let _ = write!(self.lists, r#"<instance id="{id}"><root>"#);
            items.for_each(|item| self.lists += &format!("<item>{item}</item>"));
            self.lists += "</root></instance>";
        };
        let county = |i| format!("<name>c{i}</name><label>county c{i}</label>");
        list("county", &mut (0..COUNTIES).map(county));
        let town = |i| format!("<name>t{i}</name><label>town t{i}</label><county>c{}</county>", i % COUNTIES);
        list("town", &mut (0..towns).map(town));
        for (name, filter) in [("county", ""), ("town", "[county = /data/county ]")] {
            self.leaf(name, "");
            self.bind("/data", name, "string", "");
            let _ = write!(
                self.body,
                r#"<select1 ref="/data/{name}"><label>{name}</label><itemset nodeset="instance('{name}')/root/item{filter}"><value ref="name"/><label ref="label"/></itemset></select1>"#
            );
        }
    }

    fn text(&self) -> String {
        let Self { instance, lists, binds, body } = self;
        format!(
            r#"<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>bench</h:title><model><instance><data id="bench" version="1">{instance}<meta><instanceID/></meta></data></instance>
{lists}{binds}<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
<h:body>{body}</h:body></h:html>"#
        )
    }
}
