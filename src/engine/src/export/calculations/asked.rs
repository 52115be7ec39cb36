//! Is a node asked? When that is not decided, as an expression: its relevance and that of all that holds it, with three ends.
//!
//! As the assessment has it ([`crate::assess::evaluate`]): a comparison in it is open as soon as a required answer is missing behind anything that it
//! reads. What is in doubt outside of repeats is written once, in a node of its own that says `y`, `n` or `m`.

use super::Writer;
use super::conditions::{Here, Holds, in_parentheses, joined, predicates};
use super::own_functions;
use super::places::{Leaf, Unsayable, all_of, any_of};
use crate::assess::measure::Source;
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator, Start};
use crate::form::ScopeDefId;
use crate::view::NodeId;

impl Writer<'_> {
    /// When it is not decided whether a node is asked: in a predicate on the path `inside`, or anywhere; `None`: it always is.
    pub(super) fn doubt(&mut self, node: NodeId, inside: Option<&str>) -> Result<Option<String>, Unsayable> {
        Ok(self.asked(node, inside)?.and_then(|holds| holds.open()))
    }

    /// When a node is asked; `None`: that is always decided.
    pub(super) fn asked(&mut self, node: NodeId, inside: Option<&str>) -> Result<Option<Holds>, Unsayable> {
        if !self.form().assessment.doubts.below.contains(&node) {
            return Ok(None);
        }
        let mut all = Vec::new();
        let mut at = node;
        while at != NodeId(0) {
            all.extend(self.asked_itself(at, inside)?);
            at = self.form().node(at).parent;
        }
        all.reverse();
        let holds = joined(true, all);
        if holds.perhaps.is_none() {
            return Ok(None);
        }
        self.short(holds).map(Some)
    }

    /// A node's own condition; `None`: it has none.
    fn asked_itself(&mut self, node: NodeId, inside: Option<&str>) -> Result<Option<Holds>, Unsayable> {
        let Some(written) = self.places.own_condition(node) else { return Ok(None) };
        if crate::form::constant(&written) == Some(true) {
            return Ok(None);
        }
        let path = self.places.path(node);
        let alone = self.form().node(node).scope == ScopeDefId::ROOT;
        let inside = if alone { None } else { inside };
        let text = self.places.seen(&written, &path, inside)?;
        if !self.form().assessment.doubts.relevant.contains_key(&node) {
            return Ok(Some(Holds { surely: text, ..Holds::default() }.spelled()));
        }
        if let Some(at) = self.asked.get(&(node, self.literally)).filter(|_| alone) {
            return Ok(Some(letters(at)));
        }
        let ast = parse(&text).map_err(|_| format!("`{text}` is no expression"))?;
        let holds = self.relevance(&ast, &text, inside)?.spelled();
        if !alone || holds.perhaps.is_none() {
            return Ok(Some(holds));
        }
        let at = self.keep("asked", &holds.letter());
        let letters = letters(&at);
        self.asked.insert((node, self.literally), at);
        Ok(Some(letters))
    }

    /// When a condition of the form's holds, not one of the assessment's.
    pub(super) fn relevance(
        &mut self,
        ast: &Ast,
        text: &str,
        inside: Option<&str>,
    ) -> Result<Holds, Unsayable> {
        match &ast.kind {
            Kind::Binary(operator @ (Operator::Or | Operator::And), a, b) => {
                let sides = [self.relevance(a, text, inside)?, self.relevance(b, text, inside)?];
                self.short(joined(*operator == Operator::And, sides))
            }
            Kind::Call { name, arguments, .. } => match (name.as_str(), &arguments[..]) {
                ("not", [inner]) => Ok(self.relevance(inner, text, inside)?.negated()),
                ("boolean", [inner]) => self.relevance(inner, text, inside),
                _ => self.behind(ast, text, inside),
            },
            Kind::Path(path) => match in_parentheses(path) {
                Some(inner) => self.relevance(inner, text, inside),
                None => self.behind(ast, text, inside),
            },
            _ => self.behind(ast, text, inside),
        }
    }

    fn behind(&mut self, ast: &Ast, text: &str, inside: Option<&str>) -> Result<Holds, Unsayable> {
        let mut missing = Vec::new();
        self.missing_in(ast, text, inside, true, &mut missing)?;
        let written = &text[ast.span.clone()];
        Ok(Holds::always(&format!("boolean({written})")).unless(any_of(&missing)))
    }

    /// When answers are missing behind the nodes that an expression reads. `own`: it stands in no predicate.
    fn missing_in(
        &mut self,
        ast: &Ast,
        text: &str,
        inside: Option<&str>,
        own: bool,
        missing: &mut Vec<String>,
    ) -> Result<(), Unsayable> {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => Ok(()),
            Kind::Negate(inner) => self.missing_in(inner, text, inside, own, missing),
            Kind::Binary(_, a, b) => {
                self.missing_in(a, text, inside, own, missing)?;
                self.missing_in(b, text, inside, own, missing)
            }
            Kind::Call { arguments, .. } => {
                arguments.iter().try_for_each(|inner| self.missing_in(inner, text, inside, own, missing))
            }
            Kind::Path(path) => {
                if let Some(inner) = in_parentheses(path) {
                    return self.missing_in(inner, text, inside, own, missing);
                }
                if let Start::Expression(inner) = &path.start {
                    self.missing_in(inner, text, inside, own, missing)?;
                }
                let form_path = self.places.plain(path, inside);
                for (at, predicate) in predicates(path) {
                    let within = form_path.as_ref().map(|plain| plain.up_to(at));
                    match &within {
                        Some(within) => self.missing_in(predicate, text, Some(within), false, missing)?,
                        None => self.missing_in_tree(predicate, text, missing)?,
                    }
                }
                let Some(plain) = form_path else {
                    return match path.start {
                        Start::Expression(_) => Ok(()),
                        _ => Err(format!("what `{}` reads may be missing", &text[ast.span.clone()])),
                    };
                };
                let plain = plain.up_to(path.steps.len());
                let node = self.places.at(&plain);
                let node = node.ok_or_else(|| format!("what `{plain}` holds may be missing"))?;
                // From within a repeat its own nodes are one each.
                let shares =
                    inside.filter(|_| own && matches!(path.start, Start::Context)).filter(|inside| {
                        let around: Vec<String> = self.places.repeats_around(inside).collect();
                        self.places.repeats_around(&plain).all(|repeat| around.contains(&repeat))
                    });
                self.missing_behind(node, shares, missing)
            }
        }
    }

    /// In a predicate on a secondary instance: what is relative is of it.
    fn missing_in_tree(&mut self, ast: &Ast, text: &str, missing: &mut Vec<String>) -> Result<(), Unsayable> {
        match &ast.kind {
            Kind::Path(path) if matches!(path.start, Start::Context) => Ok(()),
            Kind::Binary(_, a, b) => {
                self.missing_in_tree(a, text, missing)?;
                self.missing_in_tree(b, text, missing)
            }
            Kind::Call { arguments, .. } => {
                arguments.iter().try_for_each(|inner| self.missing_in_tree(inner, text, missing))
            }
            _ => self.missing_in(ast, text, None, false, missing),
        }
    }

    /// When answers are missing behind a node: in the instance that `inside` stands in, else in any.
    fn missing_behind(
        &mut self,
        node: NodeId,
        inside: Option<&str>,
        missing: &mut Vec<String>,
    ) -> Result<(), Unsayable> {
        let form = self.form();
        for made in form.assessment.doubts.behind.get(&node).into_iter().flatten() {
            match made.of {
                Source::Measure(id) => {
                    let state = self.known(id)?.state;
                    missing.extend(state.map(|state| format!("{state} = 'missing'")));
                }
                Source::Question(question) => {
                    let inside = inside.filter(|_| made.own);
                    missing.extend(self.question_missing(question, inside)?);
                    if !self.literally {
                        missing.extend(self.question_rejected(question, inside)?);
                    }
                }
            }
        }
        Ok(())
    }

    /// When a question is asked and required, and not answered: in the instance that `inside` stands in, else in any.
    pub(super) fn question_missing(
        &mut self,
        question: NodeId,
        inside: Option<&str>,
    ) -> Result<Option<String>, Unsayable> {
        let from = self.seen_from(question, inside);
        let Some(required) = self.places.required(question, from.path())? else { return Ok(None) };
        let required = Some(required).filter(|required| required != "true()");
        let blank = format!("{} = ''", from.value(self, question));
        self.question_is(question, from, "unanswered", required.into_iter().chain([blank]).collect())
    }

    /// When a question is asked and its answer breaks its rule, likewise.
    pub(super) fn question_rejected(
        &mut self,
        question: NodeId,
        inside: Option<&str>,
    ) -> Result<Option<String>, Unsayable> {
        let from = self.seen_from(question, inside);
        let Some(lawful) = self.places.lawful(question, from.path())? else { return Ok(None) };
        let value = from.value(self, question);
        let wrong = vec![format!("{value} != ''"), format!("not({lawful})")];
        self.question_is(question, from, "rejected", wrong)
    }

    /// When all of that holds of a question that is asked; of any instance it is said once, in a node of its own.
    fn question_is(
        &mut self,
        question: NodeId,
        from: From,
        name: &'static str,
        conditions: Vec<String>,
    ) -> Result<Option<String>, Unsayable> {
        let alone = !matches!(from, From::Own(_));
        if let Some(at) = self.questions.get(&(question, name)).filter(|_| alone) {
            return Ok(Some(format!("{at} = 1")));
        }
        let relevant = self.places.relevant(question, from.path())?;
        let all: Vec<String> = relevant.into_iter().chain(conditions).collect();
        let all = all_of(&all).unwrap_or_default();
        let all = own_functions::spelled(&all).unwrap_or(all);
        let any = match from {
            From::Own(_) => return Ok(Some(all)),
            From::Any(path) => format!("count({path}[{all}]) > 0"),
            From::Root => all,
        };
        let at = self.keep(name, &format!("if({any}, 1, 0)"));
        self.questions.insert((question, name), at.clone());
        Ok(Some(format!("{at} = 1")))
    }

    /// Seen from its own instance, from a predicate on itself, or from anywhere.
    fn seen_from(&self, question: NodeId, inside: Option<&str>) -> From {
        let path = self.places.path(question);
        let repeats: Vec<String> = self.places.repeats_around(&path).collect();
        let own = inside.filter(|inside| {
            let around: Vec<String> = self.places.repeats_around(inside).collect();
            !repeats.is_empty() && repeats.iter().all(|repeat| around.contains(repeat))
        });
        match own {
            Some(own) => From::Own(own.to_owned()),
            None if repeats.is_empty() => From::Root,
            None => From::Any(path),
        }
    }

    /// When it is not decided which instances the repeats around a node have; `None`: it always is.
    pub(super) fn instances_doubt(
        &mut self,
        node: NodeId,
        depth: usize,
    ) -> Result<Option<String>, Unsayable> {
        let form = self.form();
        let doubts = &form.assessment.doubts;
        let mut open = Vec::new();
        let path = self.places.path(node);
        let repeats: Vec<String> = self.places.repeats_around(&path).collect();
        for path in repeats {
            let Some(repeat) = self.places.at(&path) else { continue };
            if !doubts.counts.contains_key(&repeat) && !doubts.below.contains(&repeat) {
                continue;
            }
            let each = doubts.relevant.get(&repeat).is_some_and(|(def, _)| *def != form.node(repeat).scope);
            if each {
                return Err(format!("which instances `{path}` has may hang on a missing answer"));
            }
            // One in another is asked in each instance of that.
            let around = self.places.repeats_around(&path).nth(1);
            let mut ways: Vec<String> = self.doubt(repeat, around.as_deref())?.into_iter().collect();
            if doubts.counts.contains_key(&repeat) {
                let written = self.places.counts.get(&path).cloned();
                let written =
                    written.ok_or_else(|| format!("how many instances `{path}` has is not known"))?;
                let text = self.places.seen(&written, &path, around.as_deref())?;
                let ast = parse(&text).map_err(|_| format!("`{text}` is no expression"))?;
                let here = Here {
                    text: &text,
                    inside: around.as_deref(),
                    in_tree: false,
                    literally: false,
                    depth: depth + 1,
                };
                let count = self.open(&ast, here)?;
                ways.extend(count.map(|open| own_functions::spelled(&open).unwrap_or(open)));
            }
            open.extend(any_of(&ways).map(|ways| match &around {
                Some(around) => format!("count({around}[{ways}]) > 0"),
                None => ways,
            }));
        }
        Ok(any_of(&open))
    }

    /// When it is not decided whether some leaves are asked, how many there are, and what those give that are calculated.
    pub(super) fn leaves_doubt(&mut self, leaves: &[Leaf]) -> Result<Option<String>, Unsayable> {
        let mut open = Vec::new();
        for leaf in leaves {
            let inside = leaf.many.then_some(&*leaf.plain);
            if let Some(doubt) = self.doubt(leaf.node, inside)? {
                open.push(match leaf.many {
                    true => format!("count({}[{doubt}]) > 0", leaf.path),
                    false => doubt,
                });
            }
            open.extend(self.leaf_open(leaf)?.map(|made| match leaf.many {
                true => format!("count({}[{made}]) > 0", leaf.path),
                false => made,
            }));
            if leaf.many {
                open.extend(self.instances_doubt(leaf.node, 0)?);
            }
        }
        Ok(any_of(&open))
    }
}

/// From where a question is seen.
enum From {
    /// From a path in the same instance.
    Own(String),
    /// From a predicate on itself, which is that path.
    Any(String),
    Root,
}

impl From {
    fn path(&self) -> Option<&str> {
        match self {
            From::Own(path) | From::Any(path) => Some(path),
            From::Root => None,
        }
    }

    fn value(&self, writer: &Writer<'_>, question: NodeId) -> String {
        match self {
            From::Any(_) => ".".to_owned(),
            from => writer.places.path_from(&writer.places.path(question), from.path()),
        }
    }
}

/// What a node says that holds a letter.
fn letters(at: &str) -> Holds {
    Holds {
        surely: format!("{at} = 'y'"),
        perhaps: Some(format!("{at} != 'n'")),
        undecided: Some(format!("{at} = 'm'")),
    }
}
