//! Where the form's nodes are, what they hold, and when they are relevant, as an expression that can stand elsewhere.
//!
//! To an expression a blank node and one that is not relevant look the same in ODK's engines, so that relevance has to be
//! written where it matters: the node's own condition and those of all groups around it, seen from where it is written.

use std::collections::HashMap;

use crate::assess::measure::MeasureId;
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Axis, Kind, Operator, Path, Start, Test};
use crate::form::{Choices, Form, NodeKind, ScopeDefId};
use crate::value::DataType;
use crate::view::NodeId;
use crate::xml::{Element, Namespace};

/// How many choices are looked at one by one.
const MOST_CHOICES: usize = 300;
/// How far calculations are followed to know what they give.
const FURTHEST: usize = 8;

/// The form, looked at from its paths.
pub(super) struct Places<'a> {
    pub form: &'a Form,
    pub binds: HashMap<String, &'a Element>,
    /// By repeat: how many instances it has, as it is written.
    pub counts: HashMap<String, String>,
    pub root: String,
}

/// What values look like.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Sort {
    /// Whole numbers.
    Whole,
    Decimal,
    /// `true` or `false`.
    Truth,
    /// Names, separated by spaces.
    Names,
    Text,
}

/// A node, or the nodes of one path.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Absolute, as it is written.
    pub path: String,
    /// Without predicates.
    pub plain: String,
    pub node: NodeId,
    /// There may be any number of it.
    pub many: bool,
    /// In a predicate on the path if there are many, else anywhere. `None`: always.
    pub relevant: Option<String>,
    /// When its answer keeps to its constraint, seen from the same place. `None`: always.
    pub lawful: Option<String>,
    pub sort: Sort,
    /// All that can be chosen, if that is known.
    pub names: Option<Vec<String>>,
}

/// What can't be said there, in a sentence's words.
pub(super) type Unsayable = String;

impl<'a> Places<'a> {
    pub fn of(form: &'a Form, model: &'a Element, document: &Element) -> Places<'a> {
        let root = format!("/{}", form.node(NodeId(0)).name);
        let binds = model.elements().filter(|element| element.name.is("bind")).filter_map(|bind| {
            let written = bind.attribute("nodeset").or_else(|| bind.attribute("ref"))?;
            Some((super::super::names::resolve(&written.text, &root), bind))
        });
        let mut counts = HashMap::new();
        counted(document, &root, &mut counts);
        Places { form, binds: binds.collect(), counts, root }
    }

    /// The path of a node.
    pub fn path(&self, node: NodeId) -> String {
        let this = self.form.node(node);
        match node.0 {
            0 => self.root.clone(),
            _ => format!("{}/{}", self.path(this.parent), this.name),
        }
    }

    pub fn at(&self, path: &str) -> Option<NodeId> {
        let mut steps = path.strip_prefix('/')?.split('/');
        steps.next().filter(|root| *root == &*self.form.node(NodeId(0)).name)?;
        steps.try_fold(NodeId(0), |node, step| self.form.child_names.get(node, step))
    }

    /// The measure that a node is.
    pub fn measure(&self, node: NodeId) -> Option<MeasureId> {
        self.form.assessment.by_node.get(&node).copied()
    }

    /// The leaf that a path as it was written leads to; `None` if it leads elsewhere.
    pub fn leaf(&self, ast: &Ast, text: &str) -> Result<Option<Leaf>, Unsayable> {
        let Kind::Path(path) = &ast.kind else { return Ok(None) };
        let Some(plain) = plain_path(path) else { return Ok(None) };
        let Some(node) = self.at(&plain) else { return Ok(None) };
        let this = self.form.node(node);
        let NodeKind::Leaf(data_type) = this.kind else { return Ok(None) };
        let filtered = path.steps.iter().any(|step| !step.predicates.is_empty());
        let many = this.scope != ScopeDefId::ROOT || filtered;
        let names = self.names(node);
        Ok(Some(Leaf {
            relevant: self.relevant(node, many.then_some(&*plain))?,
            lawful: self.lawful(node, many.then_some(&*plain))?,
            path: text[ast.span.clone()].to_owned(),
            plain,
            node,
            many,
            sort: self.sort_of(node, data_type, 0),
            names,
        }))
    }

    /// All that can be chosen, if they are few and known.
    fn names(&self, node: NodeId) -> Option<Vec<String>> {
        let names: Vec<String> = match self.form.node(node).body.choices.as_ref()? {
            Choices::Listed(listed) => listed.items.iter().map(|(name, _)| name.to_string()).collect(),
            Choices::Itemset(itemset) => {
                let list = itemset.list.as_ref()?;
                let tree = self.form.trees.get(usize::from(list.tree.0))?;
                list.values(tree).map(str::to_owned).take(MOST_CHOICES + 1).collect()
            }
        };
        (!names.is_empty() && names.len() <= MOST_CHOICES).then_some(names)
    }

    fn sort_of(&self, node: NodeId, data_type: DataType, depth: usize) -> Sort {
        match data_type {
            DataType::Integer => Sort::Whole,
            DataType::Decimal => Sort::Decimal,
            DataType::Boolean => Sort::Truth,
            DataType::Choices => Sort::Names,
            DataType::Choice => match self.names(node) {
                Some(names) if names.iter().all(|name| name.parse::<i32>().is_ok()) => Sort::Whole,
                _ => Sort::Text,
            },
            _ => {
                let calculate = self.binds.get(&self.path(node)).and_then(|bind| bind.attribute("calculate"));
                let known = calculate.filter(|_| depth < FURTHEST).and_then(|written| {
                    let ast = parse(&written.text).ok()?;
                    Some(self.sort(&ast, &self.path(node), depth + 1))
                });
                known.unwrap_or(Sort::Text)
            }
        }
    }

    /// What an expression gives, as seen from a node.
    pub fn sort(&self, ast: &Ast, context: &str, depth: usize) -> Sort {
        match &ast.kind {
            Kind::Number(number) if number.fract() == 0.0 => Sort::Whole,
            Kind::Number(_) => Sort::Decimal,
            Kind::Text(_) => Sort::Text,
            Kind::Negate(inner) => number_sort(self.sort(inner, context, depth)),
            Kind::Binary(operator, a, b) => match operator {
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Modulo => {
                    let both = (self.sort(a, context, depth), self.sort(b, context, depth));
                    match both {
                        (Sort::Whole | Sort::Truth, Sort::Whole | Sort::Truth) => Sort::Whole,
                        _ => Sort::Decimal,
                    }
                }
                Operator::Divide => Sort::Decimal,
                Operator::Union => Sort::Text,
                _ => Sort::Truth,
            },
            Kind::Call { name, arguments, .. } => match name.as_str() {
                "count" | "count-selected" | "string-length" | "floor" | "ceiling" | "int"
                | "count-non-empty" => Sort::Whole,
                "round" if arguments.len() == 1 => Sort::Whole,
                "position" => Sort::Whole,
                "sum" | "max" | "min" | "number" | "abs" if arguments.len() == 1 => {
                    number_sort(self.sort(&arguments[0], context, depth))
                }
                "not" | "true" | "false" | "boolean" | "selected" | "starts-with" | "contains" | "regex" => {
                    Sort::Truth
                }
                "if" if arguments.len() == 3 => {
                    match (self.sort(&arguments[1], context, depth), self.sort(&arguments[2], context, depth))
                    {
                        (a, b) if a == b => a,
                        (a, Sort::Text) if is_blank(&arguments[2]) => a,
                        (Sort::Text, b) if is_blank(&arguments[1]) => b,
                        (Sort::Whole, Sort::Decimal) | (Sort::Decimal, Sort::Whole) => Sort::Decimal,
                        _ => Sort::Text,
                    }
                }
                "coalesce" if arguments.len() == 2 => {
                    match (self.sort(&arguments[0], context, depth), self.sort(&arguments[1], context, depth))
                    {
                        (a, b) if a == b => a,
                        (Sort::Whole, Sort::Decimal) | (Sort::Decimal, Sort::Whole) => Sort::Decimal,
                        _ => Sort::Text,
                    }
                }
                _ => Sort::Text,
            },
            Kind::Path(path) => self.path_sort(path, context, depth),
        }
    }

    fn path_sort(&self, path: &Path, context: &str, depth: usize) -> Sort {
        if let (Start::Expression(inner), true) = (&path.start, path.steps.is_empty()) {
            return self.sort(inner, context, depth);
        }
        let absolute = match path.start {
            Start::Root => plain_path(path),
            Start::Context => from_context(path, context).and_then(|(base, rest)| {
                let names: Option<Vec<&str>> = path.steps[rest..].iter().map(child_name).collect();
                Some(names?.iter().fold(base, |base, name| format!("{base}/{name}")))
            }),
            _ => None,
        };
        let Some(node) = absolute.and_then(|path| self.at(&path)) else { return Sort::Text };
        match self.form.node(node).kind {
            _ if self.measure(node).is_some() => Sort::Decimal,
            NodeKind::Leaf(data_type) => self.sort_of(node, data_type, depth),
            _ => Sort::Text,
        }
    }

    /// When a node is relevant: its condition and those of all that holds it. `inside`: seen from a predicate on that path.
    pub fn relevant(&self, node: NodeId, inside: Option<&str>) -> Result<Option<String>, Unsayable> {
        let mut conditions = Vec::new();
        let mut at = node;
        while at.0 != 0 {
            let path = self.path(at);
            if let Some(written) = self.binds.get(&path).and_then(|bind| bind.attribute("relevant"))
                && crate::form::constant(&written.text) != Some(true)
            {
                conditions.push(self.seen(&written.text, &path, inside)?);
            }
            at = self.form.node(at).parent;
        }
        conditions.reverse();
        Ok(all_of(&conditions))
    }

    /// When a node's answer keeps to its constraint, seen from the same place as [`Places::relevant`].
    pub fn lawful(&self, node: NodeId, inside: Option<&str>) -> Result<Option<String>, Unsayable> {
        let path = self.path(node);
        let written = self.binds.get(&path).and_then(|bind| bind.attribute("constraint"));
        let Some(written) = written.filter(|written| crate::form::constant(&written.text) != Some(true))
        else {
            return Ok(None);
        };
        let spelled = super::super::own_functions::spelled(&written.text);
        Ok(Some(self.seen(spelled.as_deref().unwrap_or(&written.text), &path, inside)?))
    }

    /// An expression that stands at `context`, as it is written somewhere else outside of all repeats, or in a predicate on the path `inside`.
    pub fn seen(&self, text: &str, context: &str, inside: Option<&str>) -> Result<String, Unsayable> {
        let ast = parse(text).map_err(|_| format!("`{text}` is no expression"))?;
        let mut moving = Moving { places: self, context, inside, text, changes: Vec::new() };
        moving.walk(&ast, false)?;
        let mut changes = moving.changes;
        changes.sort_by_key(|(range, _)| range.start);
        let mut written = String::new();
        let mut at = 0;
        for (range, with) in changes {
            written.push_str(&text[at..range.start]);
            written.push_str(&with);
            at = range.end;
        }
        written.push_str(&text[at..]);
        Ok(written.trim().to_owned())
    }

    /// A path as it is written in a predicate on another, or anywhere.
    pub fn path_from(&self, path: &str, inside: Option<&str>) -> String {
        let Some(from) = inside else { return path.to_owned() };
        let shares = self.repeats_around(from).any(|repeat| {
            path == repeat || path.strip_prefix(&*repeat).is_some_and(|rest| rest.starts_with('/'))
        });
        if !shares {
            return path.to_owned();
        }
        let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), path.split('/').collect());
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let mut steps: Vec<&str> = vec![".."; from.len() - shared];
        steps.extend(&to[shared..]);
        match steps.is_empty() {
            true => ".".to_owned(),
            false => steps.join("/"),
        }
    }

    pub fn repeats_around(&self, path: &str) -> impl Iterator<Item = String> + '_ {
        let mut at = self.at(path).unwrap_or(NodeId(0));
        std::iter::from_fn(move || {
            while at.0 != 0 {
                let this = at;
                at = self.form.node(at).parent;
                if matches!(self.form.node(this).kind, NodeKind::Repeat { .. }) {
                    return Some(self.path(this));
                }
            }
            None
        })
    }
}

/// The counts of all repeats below an element.
fn counted(element: &Element, root: &str, counts: &mut HashMap<String, String>) {
    for child in element.elements() {
        let count = child.attributes.iter().find(|attribute| {
            attribute.name.namespace == Namespace::JavaRosa && &*attribute.name.local == "count"
        });
        if let (Some(count), Some(nodeset)) = (count, child.attribute("nodeset")) {
            let path = super::super::names::resolve(&nodeset.text, root);
            counts.insert(path, count.value.text.to_string());
        }
        counted(child, root, counts);
    }
}

/// An expression on its way to another place.
struct Moving<'a, 'p> {
    places: &'p Places<'a>,
    context: &'p str,
    inside: Option<&'p str>,
    text: &'p str,
    changes: Vec<(std::ops::Range<usize>, String)>,
}

impl Moving<'_, '_> {
    /// `inner`: in a predicate, where a relative path starts at what the predicate is about.
    fn walk(&mut self, ast: &Ast, inner: bool) -> Result<(), Unsayable> {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => Ok(()),
            Kind::Binary(_, a, b) => {
                self.walk(a, inner)?;
                self.walk(b, inner)
            }
            Kind::Negate(a) => self.walk(a, inner),
            Kind::Call { name, arguments, .. } => {
                let own = matches!(
                    name.as_str(),
                    "position" | "last" | "once" | "string" | "number" | "normalize-space"
                );
                if own && arguments.is_empty() && !inner {
                    return Err(format!("`{name}()` is about the node that it stands on"));
                }
                arguments.iter().try_for_each(|argument| self.walk(argument, inner))
            }
            Kind::Path(path) => self.path(ast, path, inner),
        }
    }

    fn path(&mut self, ast: &Ast, path: &Path, inner: bool) -> Result<(), Unsayable> {
        let current = matches!(&path.start, Start::Expression(start)
            if matches!(&start.kind, Kind::Call { name, .. } if name == "current"));
        match &path.start {
            Start::Context if !inner => self.rebase(ast, path)?,
            Start::Expression(_) if current => {
                if inner && self.inside.is_some() {
                    return Err("`current()` stands in a predicate".into());
                }
                self.rebase(ast, path)?;
            }
            Start::Expression(start) => self.walk(start, inner)?,
            Start::Reference(name) => return Err(format!("there is no path for `{name}`")),
            Start::Context | Start::Root => {}
        }
        let predicates = path.predicates.iter().chain(path.steps.iter().flat_map(|step| &step.predicates));
        predicates.into_iter().try_for_each(|predicate| self.walk(predicate, true))
    }

    fn rebase(&mut self, ast: &Ast, path: &Path) -> Result<(), Unsayable> {
        let said = || format!("`{}` leads out of the form", &self.text[ast.span.clone()]);
        let (base, rest) = from_context(path, self.context).ok_or_else(said)?;
        let base = self.places.path_from(&base, self.inside);
        let change = match path.steps.get(rest) {
            Some(step) => {
                let base = if base == "." { String::new() } else { format!("{base}/") };
                (ast.span.start..step.span.start, base)
            }
            None => (ast.span.clone(), base),
        };
        self.changes.push(change);
        Ok(())
    }
}

/// Where the `.` and `..` that a path starts with lead, and how many they are.
pub(super) fn from_context(path: &Path, context: &str) -> Option<(String, usize)> {
    let mut base = context.to_owned();
    let mut taken = 0;
    for step in &path.steps {
        match (step.axis, &step.test) {
            _ if !step.predicates.is_empty() => break,
            (Axis::Itself, Test::Node) => {}
            (Axis::Parent, Test::Node) => base.truncate(base.rfind('/')?),
            _ => break,
        }
        taken += 1;
    }
    (!base.is_empty()).then_some((base, taken))
}

pub(super) fn child_name(step: &crate::expr::syntax::Step) -> Option<&str> {
    match (step.axis, &step.test) {
        (Axis::Child, Test::Name(name)) => Some(name),
        _ => None,
    }
}

/// `/data/a/b`, its predicates left out.
fn plain_path(path: &Path) -> Option<String> {
    if !matches!(path.start, Start::Root) || path.steps.is_empty() || !path.predicates.is_empty() {
        return None;
    }
    let names: Option<Vec<&str>> = path.steps.iter().map(child_name).collect();
    Some(format!("/{}", names?.join("/")))
}

fn is_blank(ast: &Ast) -> bool {
    matches!(&ast.kind, Kind::Text(text) if text.is_empty())
}

fn number_sort(sort: Sort) -> Sort {
    match sort {
        Sort::Whole | Sort::Truth => Sort::Whole,
        _ => Sort::Decimal,
    }
}

/// `(a) and (b)`; `None` of nothing.
pub(super) fn all_of(conditions: &[String]) -> Option<String> {
    joined(conditions, " and ")
}

/// `(a) or (b)`; `None` of nothing.
pub(super) fn any_of(conditions: &[String]) -> Option<String> {
    joined(conditions, " or ")
}

/// What is said twice is said once.
fn joined(conditions: &[String], operator: &str) -> Option<String> {
    let mut said: Vec<&String> = Vec::with_capacity(conditions.len());
    for condition in conditions {
        if !said.contains(&condition) {
            said.push(condition);
        }
    }
    match said[..] {
        [] => None,
        [one] => Some(one.clone()),
        ref many => Some(many.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(operator)),
    }
}

/// The namespace of what only Doorstep reads.
pub(super) fn is_own(element: &Element, local: &str) -> bool {
    element.name.namespace == Namespace::Doorstep && &*element.name.local == local
}
