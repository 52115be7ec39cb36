//! The assessment as calculations that ODK's engines evaluate to the same: plain XPath over whole numbers.
//!
//! Every measure's node gets a `calculate`; what it takes on the way stands in nodes of a group that nobody sees, at the end of
//! the instance, whose path the `ds:assessment` names in its attribute `steps`. That element stays: our own engine goes by it and
//! takes no notice of the measures' calculations. Invariant: no cut-off is compared with a quotient; fractions are compared
//! crosswise, and what floats may not hold exactly is a loss.

mod asked;
mod conditions;
mod holes;
mod inputs;
mod items;
mod places;
mod rules;
mod scales;
mod several;
mod shifts;
mod spots;
mod whole;

use std::collections::{HashMap, HashSet};

use inputs::{Flaw, Worth};
use places::{Places, Unsayable, is_own};
use whole::{EXACT, Fraction, Whole, choose};

use super::{Losses, own_functions};
use crate::assess::measure::{Kind, MeasureId};
use crate::expr::parser::parse;
use crate::form::Form;
use crate::graph::Task;
use crate::source::Bundle;
use crate::view::NodeId;
use crate::xml::{Content, Element, Name, Namespace};

/// The attribute that names the group of what it takes on the way.
const STEPS: &str = "steps";
/// What that group is called, if nothing else is.
pub(super) const GROUP: &str = "assessment_steps";
/// How many items, parts, rules or tests one measure may have: their expressions grow with their square.
const MOST: usize = 500;
/// What a node's value is made of at most, in bytes: beyond this no engine has a chance.
const LONGEST: usize = 200_000;

/// A form with the calculations of its assessment. `root` has paths for names.
pub(super) fn with(root: Element, bundle: &Bundle, losses: &mut Losses) -> Element {
    let Some(model) = model(&root) else { return root };
    let Some(assessment) = model.elements().find(|element| is_own(element, "assessment")) else {
        return root;
    };
    let Some(form) = Form::read(bundle).form else {
        losses.push(assessment.span, "the assessment is not written as calculations: the form has errors");
        return root;
    };
    let elements: Vec<&Element> =
        assessment.elements().filter(|element| is_own(element, "measure")).collect();
    let places = Places::of(&form, model, &root);
    let mut group = GROUP.to_owned();
    // What the form has of its own, without the steps of an XForm that it may have been read from.
    while holds(&root, &group) {
        group.push('_');
    }
    let mut writer = Writer {
        steps: format!("{}/{group}", places.root),
        places,
        elements,
        nodes: Vec::new(),
        taken: HashSet::new(),
        known: form.assessment.ids().map(|_| None).collect(),
        opened: HashMap::new(),
        holes: HashMap::new(),
        asked: HashMap::new(),
        questions: HashMap::new(),
        literally: false,
        current: Vec::new(),
        calculations: Vec::new(),
        rounds: false,
        too_large: false,
        losses,
    };
    // In the graph's order: what a measure is made of is written before it.
    for computation in &form.graph.computations {
        if let Task::Assess(id) = computation.task {
            // What can't be said is said to be lost where it is found.
            let _ = writer.known(id);
        }
    }
    let (steps, nodes, calculations) = (writer.steps.clone(), writer.nodes, writer.calculations);
    put(root, &steps, &nodes, &calculations)
}

/// The same form without them: what its author wrote.
pub(super) fn without(root: Element) -> Element {
    let assessment =
        model(&root).and_then(|model| model.elements().find(|element| is_own(element, "assessment")));
    let Some(assessment) = assessment else { return root };
    let Some(steps) = assessment.attribute(STEPS).map(|steps| steps.text.to_string()) else { return root };
    let measures: HashSet<String> = assessment
        .elements()
        .filter_map(|measure| measure.attribute("ref").map(|path| path.text.to_string()))
        .collect();
    let inside = format!("{steps}/");
    let group = steps.rsplit('/').next().unwrap_or_default().to_owned();
    changed_model(root, |model| {
        for content in &mut model.content {
            let Content::Element(element) = content else { continue };
            if is_own(element, "assessment") {
                element.attributes.retain(|attribute| *attribute.name.local != *STEPS);
            }
            let on = element.attribute("nodeset").map(|nodeset| nodeset.text.to_string());
            if element.name.is("bind") && on.is_some_and(|on| measures.contains(&on)) {
                element.attributes.retain(|attribute| *attribute.name.local != *"calculate");
                set(element, "type", "string");
            }
        }
        model.content.retain(|content| {
            let Content::Element(element) = content else { return true };
            let on = element.attribute("nodeset").map(|nodeset| nodeset.text.to_string());
            !(element.name.is("bind") && on.is_some_and(|on| on.starts_with(&inside)))
        });
        if let Some(data) = primary(model) {
            data.content.retain(
                |content| !matches!(content, Content::Element(element) if *element.name.local == *group),
            );
        }
    })
}

/// What a measure came to, as expressions.
struct Came {
    flaws: Vec<(String, Flaw)>,
    worth: Worth,
}

/// What others read of a measure.
#[derive(Clone)]
struct Known {
    /// The node that says `ok`, `na` or `missing`; `None`: it is always there.
    state: Option<String>,
    worth: Worth,
}

/// A node on the way.
struct Step {
    name: String,
    calculate: String,
}

/// A measure's calculation, and what it gives.
struct Calculation {
    path: String,
    calculate: String,
    data_type: &'static str,
}

/// A node, and whether answers that break a rule count.
type Opened = (NodeId, bool);

struct Writer<'a> {
    places: Places<'a>,
    elements: Vec<&'a Element>,
    steps: String,
    nodes: Vec<Step>,
    taken: HashSet<String>,
    known: Vec<Option<Result<Known, Unsayable>>>,
    /// When nodes outside of repeats are not known yet.
    opened: HashMap<Opened, Option<String>>,
    /// When leaves are missing: by path and the predicate that it stands in, too.
    holes: HashMap<(Opened, String, Option<String>), Option<String>>,
    /// The node that says whether a node's relevance holds, may hold or does not.
    asked: HashMap<Opened, String>,
    /// The node that says whether a question is unanswered, or its answer breaks its rule, in any instance of its repeats.
    questions: HashMap<(NodeId, &'static str), String>,
    /// Answers that break a rule count as they stand: a danger is looked for.
    literally: bool,
    /// The measures that are being written, the innermost last.
    current: Vec<MeasureId>,
    calculations: Vec<Calculation>,
    /// Decimals were counted with some places only.
    rounds: bool,
    /// There may be numbers that floats do not hold.
    too_large: bool,
    losses: &'a mut Losses,
}

impl<'a> Writer<'a> {
    fn form(&self) -> &'a Form {
        self.places.form
    }

    /// What a measure comes to, written when it is first asked for.
    fn known(&mut self, id: MeasureId) -> Result<Known, Unsayable> {
        let at = usize::from(id.0);
        if let Some(known) = &self.known[at] {
            return known.clone();
        }
        let name = self.form().assessment.measure(id).name.clone();
        if self.current.contains(&id) {
            return Err(format!("`{name}` is made of itself"));
        }
        self.current.push(id);
        let (rounds, too_large) = (std::mem::take(&mut self.rounds), std::mem::take(&mut self.too_large));
        let written = self.nodes.len();
        let literally = std::mem::take(&mut self.literally);
        let known = self.write(id);
        self.literally = literally;
        let span = self.elements[at].span;
        if let Err(why) = &known {
            // Steps to nowhere are no use.
            self.nodes.truncate(written);
            self.opened.clear();
            self.holes.clear();
            self.asked.clear();
            self.questions.clear();
            self.losses
                .push(span, format!("`{name}` has no calculation in the XForm and stays blank there: {why}"));
        } else {
            if self.rounds {
                self.losses
                    .push(span, format!("for `{name}` other engines count decimal answers with four places"));
            }
            if self.too_large {
                self.losses.push(
                    span,
                    format!("for `{name}` other engines may meet numbers of more than fifteen digits, which they round"),
                );
            }
        }
        (self.rounds, self.too_large) = (rounds, too_large);
        self.current.pop();
        let known = known.map_err(|_| format!("it is made of `{name}`"));
        self.known[at] = Some(known.clone());
        known
    }

    fn write(&mut self, id: MeasureId) -> Result<Known, Unsayable> {
        let form = self.form();
        let measure = form.assessment.measure(id);
        let element = self.elements[usize::from(id.0)];
        let first = self.nodes.len();
        let mut data_type = "decimal";
        let Came { flaws: own, worth } = match &measure.kind {
            Kind::Scale(scale) => self.scale(scale, element)?,
            Kind::Index(parts) => self.index(parts)?,
            Kind::Ranking(parts) => self.ranking(parts)?,
            Kind::Band(input) => self.band(measure, input, element)?,
            Kind::Table(table) => self.table(table, element)?,
            Kind::Flag(_) => {
                let raised = self.raised(&rules::text(element, "value"))?;
                let up = Whole::atom(format!("if({}, 1, 0)", raised.surely), 1.0);
                data_type = "int";
                let flaws = raised.open().into_iter().map(|open| (open, Flaw::Wrong)).collect();
                Came { flaws, worth: Worth::Exact(Fraction::whole(up)) }
            }
            Kind::Fact { of, test } => {
                if test.is_some() {
                    data_type = "int";
                }
                self.fact(of, test.as_ref(), element)?
            }
            Kind::Shift(shift) => self.shift(shift, element)?,
            Kind::Agreed { first, second, decided } => {
                self.agreed(first, second, decided.as_ref(), element)?
            }
            Kind::Decided { of, instead, reason } => self.decided([of, instead, reason], element)?,
        };
        let mut flaws = Vec::new();
        let path = self.places.path(measure.node);
        // What holds it decides, and its own condition; either may be open.
        let holder = form.node(measure.node).parent;
        let around = self.asked(holder, None)?;
        let mut open = Vec::new();
        if let Some(holds) = around {
            flaws.push((holds.never(), "'na'".to_owned()));
            open.extend(holds.open());
        } else if let Some(relevant) = self.places.relevant(holder, None)? {
            flaws.push((format!("not({relevant})"), "'na'".to_owned()));
        }
        let own_condition = self.places.own_condition(measure.node);
        if let Some(written) = own_condition.filter(|written| crate::form::constant(written) != Some(true)) {
            let holds = self.at(&written, &path, false)?;
            flaws.push((holds.never(), "'na'".to_owned()));
            open.extend(holds.open());
        }
        flaws.extend(open.into_iter().map(|open| (open, "'missing'".to_owned())));
        flaws.extend(own.into_iter().map(|(condition, flaw)| {
            let word = if flaw == Flaw::NotApplicable { "'na'" } else { "'missing'" };
            (condition, word.to_owned())
        }));
        let state = match flaws.is_empty() {
            true => None,
            false => Some(self.keep("state", &choose(&flaws, "'ok'", false))),
        };
        let there = |text: &str| match &state {
            Some(state) => format!("if({state} = 'ok', {text}, '')"),
            None => text.to_owned(),
        };
        let (calculate, worth) = match worth {
            Worth::Exact(Fraction { over, under }) if under.constant == Some(1) => {
                self.check(over.most);
                let known = Fraction::whole(Whole::atom(&*path, over.most));
                (there(&over.text), Worth::Exact(known))
            }
            Worth::Exact(Fraction { over, under }) => {
                self.check(over.most);
                self.check(under.most);
                let over = Whole::atom(self.keep("num", &there(&over.text)), over.most);
                let under = match under.constant {
                    Some(_) => under,
                    None => Whole::atom(self.keep("den", &there(&under.text)), under.most),
                };
                let text = format!("{} div {}", over.operand(), under.operand());
                (there(&text), Worth::Exact(Fraction { over, under }))
            }
            Worth::Float(text) => (there(&text), Worth::Float(path.clone())),
            Worth::Text(text, codes) => {
                data_type = "string";
                (there(&text), Worth::Text(path.clone(), codes))
            }
            Worth::Names(text, names) => {
                data_type = "string";
                (there(&text), Worth::Names(path.clone(), names))
            }
        };
        let written = self.nodes[first..].iter().map(|step| &step.calculate).chain([&calculate]);
        for text in written {
            if text.len() > LONGEST || parse(text).is_err() {
                return Err("its expression would be too long or too deep".into());
            }
        }
        self.calculations.push(Calculation { path, calculate, data_type });
        Ok(Known { state, worth })
    }

    /// Are there too many of something?
    fn few(&self, count: usize, what: &str) -> Result<(), Unsayable> {
        match count <= MOST {
            true => Ok(()),
            false => Err(format!("it has more than {MOST} {what}")),
        }
    }

    /// An expression of the measure's, as it stands elsewhere.
    fn moved(&self, written: &str) -> Result<String, Unsayable> {
        let node = self.current.last().map(|id| self.form().assessment.measure(*id).node);
        let context = node.map_or_else(|| self.places.root.clone(), |node| self.places.path(node));
        let spelled = own_functions::spelled(written);
        self.places.seen(spelled.as_deref().unwrap_or(written), &context, None)
    }

    /// Keeps a value in a node of its own; gives its path.
    fn keep(&mut self, what: &str, calculate: &str) -> String {
        let measure = self.current.last().map(|id| &*self.form().assessment.measure(*id).name);
        let measure = measure.unwrap_or_default();
        let numbered = matches!(
            what,
            "item" | "rank" | "value" | "input" | "over" | "under" | "by" | "times" | "level" | "when"
        );
        let mut name = match numbered {
            true => format!("{measure}_{what}1"),
            false => format!("{measure}_{what}"),
        };
        let mut next = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{measure}_{what}{next}");
            next += 1;
        }
        self.nodes.push(Step { name: name.clone(), calculate: calculate.to_owned() });
        format!("{}/{name}", self.steps)
    }

    /// Keeps a number, if it is not a constant or a node already.
    fn keep_whole(&mut self, what: &str, whole: Whole) -> Whole {
        self.check(whole.most);
        let is_path = whole.text.starts_with('/')
            && whole.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '-' | '.' | ':'));
        match whole.constant.is_some() || is_path {
            true => whole,
            false => Whole::atom(self.keep(what, &whole.text), whole.most),
        }
    }

    /// Notes that numbers get so large.
    fn check(&mut self, most: f64) {
        self.too_large |= most > EXACT;
    }

    /// The path of what a rule asks by its name.
    fn place_named(&self, name: &str) -> Result<String, Unsayable> {
        let name = name.trim();
        let name = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
        let named = self.form().nodes.iter().position(|node| *node.name == *name);
        let node = named.ok_or_else(|| format!("there is no path for `{name}`"))?;
        Ok(self.places.path(NodeId(node as u32)))
    }
}

/// Puts calculations and steps into a form.
fn put(root: Element, steps: &str, nodes: &[Step], calculations: &[Calculation]) -> Element {
    let group = steps.rsplit('/').next().unwrap_or_default();
    changed_model(root, |model| {
        let span = model.span;
        for calculation in calculations {
            let says = |bind: &mut Element| {
                set(bind, "type", calculation.data_type);
                set(bind, "calculate", &calculation.calculate);
            };
            let known = model.content.iter_mut().find_map(|content| match content {
                Content::Element(element) if is_bind_of(element, &calculation.path) => Some(element),
                _ => None,
            });
            match known {
                Some(bind) => says(bind),
                None => {
                    let mut bind = Element::new(Name::xforms("bind"), span)
                        .with_text(Name::plain("nodeset"), &calculation.path);
                    says(&mut bind);
                    insert_bind(model, bind);
                }
            }
        }
        if let Some(data) = primary(model).filter(|_| !nodes.is_empty()) {
            let mut holder = Element::new(Name::xforms(group), span);
            for step in nodes {
                holder.push(Element::new(Name::xforms(&*step.name), span));
            }
            let at = data.content.iter().position(
                |content| matches!(content, Content::Element(element) if *element.name.local == *"meta"),
            );
            data.content.insert(at.unwrap_or(data.content.len()), Content::Element(holder));
        }
        for step in nodes {
            let bind = Element::new(Name::xforms("bind"), span)
                .with_text(Name::plain("nodeset"), &format!("{steps}/{}", step.name))
                .with_text(Name::plain("type"), "string")
                .with_text(Name::plain("calculate"), &step.calculate);
            insert_bind(model, bind);
        }
        for content in &mut model.content {
            if let Content::Element(element) = content
                && is_own(element, "assessment")
            {
                set(element, STEPS, steps);
            }
        }
    })
}

fn is_bind_of(element: &Element, path: &str) -> bool {
    element.name.is("bind") && element.attribute("nodeset").is_some_and(|on| *on.text == *path)
}

/// Puts a bind behind the last one.
fn insert_bind(model: &mut Element, bind: Element) {
    let last = model
        .content
        .iter()
        .rposition(|content| matches!(content, Content::Element(element) if element.name.is("bind")))
        .map_or(model.content.len(), |at| at + 1);
    model.content.insert(last, Content::Element(bind));
}

fn set(element: &mut Element, name: &str, value: &str) {
    let span = element.span;
    let written = crate::source::Written::plain(value, span);
    let known = element
        .attributes
        .iter_mut()
        .find(|attribute| attribute.name.namespace == Namespace::None && *attribute.name.local == *name);
    match known {
        Some(attribute) => attribute.value = written,
        None => element.attributes.push(crate::xml::Attribute { name: Name::plain(name), value: written }),
    }
}

/// The model of an `h:html`.
fn model(root: &Element) -> Option<&Element> {
    let head = root.elements().find(|element| &*element.name.local == "head")?;
    head.elements().find(|element| &*element.name.local == "model")
}

/// Is there an element of that name?
fn holds(element: &Element, local: &str) -> bool {
    *element.name.local == *local || element.elements().any(|child| holds(child, local))
}

fn changed_model(mut root: Element, change: impl FnOnce(&mut Element)) -> Element {
    let named = |content: &mut Content, name: &str| match content {
        Content::Element(element) => *element.name.local == *name,
        Content::Text(_) => false,
    };
    let head = root.content.iter_mut().find_map(|content| match named(content, "head") {
        true => Some(content),
        false => None,
    });
    if let Some(Content::Element(head)) = head {
        let model = head.content.iter_mut().find_map(|content| match named(content, "model") {
            true => Some(content),
            false => None,
        });
        if let Some(Content::Element(model)) = model {
            change(model);
        }
    }
    root
}

/// The root of the primary instance.
fn primary(model: &mut Element) -> Option<&mut Element> {
    let instance = model.content.iter_mut().find_map(|content| match content {
        Content::Element(element) if element.name.is("instance") => Some(element),
        _ => None,
    })?;
    instance.content.iter_mut().find_map(|content| match content {
        Content::Element(element) => Some(element),
        Content::Text(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::export::to_xform;
    use crate::{Bundle, Source};

    fn exported(assessment: &str) -> (String, Vec<String>) {
        let text = format!(
            r#"{{"settings": {{"form_id": "f", "version": "1"}}, "survey": [
                {{"type": "integer", "name": "q", "label": "Q", "relevant": "${{r}} = 1"}},
                {{"type": "integer", "name": "r", "label": "R"}}], "assessment": [{assessment}]}}"#
        );
        let exported = to_xform(&Bundle::single(Source::new("form.json", text))).exported.unwrap();
        (exported.written, exported.losses.into_iter().map(|loss| loss.what).collect())
    }

    #[test]
    fn relevance_stands_in_the_expression_and_cut_offs_are_compared_crosswise() {
        let (written, losses) = exported(
            r#"{"type": "scale", "name": "s", "max": 3, "items": [{"value": "${q}", "points": "<5: 1/3; >=5: 2"}]},
               {"type": "band", "name": "b", "of": "s", "bands": [{"code": "low", "range": "<1/2"}, {"code": "high", "range": ">=1/2"}]}"#,
        );
        assert_eq!(losses, [] as [&str; 0]);
        for part in [
            "calculate=\"if(not(/f/r = 1), 'na', if(/f/q = '', 'missing', if(/f/q &lt; 5, 1, if(/f/q &gt;= 5, 6, 'wrong'))))\"",
            "(/f/assessment_steps/s_num * 2) &lt; 3",
            "if(/f/assessment_steps/s_state = 'ok', /f/assessment_steps/s_num div 3, '')",
        ] {
            assert!(written.contains(part), "no {part} in\n{written}");
        }
    }

    #[test]
    fn what_would_be_too_much_is_lost_and_not_begun() {
        let items = vec![r#"{"value": "${q}", "points": "1: 1; -: 0"}"#; 3000].join(", ");
        let (_, losses) = exported(&format!(r#"{{"type": "scale", "name": "s", "items": [{items}]}}"#));
        assert_eq!(
            losses,
            ["`s` has no calculation in the XForm and stays blank there: it has more than 500 items"]
        );
        // However long measures are made of measures, no stack grows with them.
        let mut chain =
            vec![r#"{"type": "scale", "name": "m0", "max": 9, "items": [{"value": "${q}"}]}"#.to_owned()];
        chain.extend((1..1500).map(|at| {
            let before = at - 1;
            format!(r#"{{"type": "shift", "name": "m{at}", "of": "m{before}", "max": 9, "rules": [{{"when": "true()", "by": 1}}]}}"#)
        }));
        let (written, losses) = exported(&chain.join(", "));
        assert!(written.contains("<m1499_state/>"), "{losses:?}");
    }
}
