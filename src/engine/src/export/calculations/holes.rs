//! When a value is not known yet: an answer that is missing, a calculation of one, a measure that can't be said.

use super::conditions::{Here, in_parentheses, predicates};
use super::places::{Leaf, Sort, Unsayable, all_of, any_of};
use super::spots::Spot;
use super::{LONGEST, Opened, Writer, own_functions};
use crate::assess::measure::Source;
use crate::expr::functions;
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator, Path, Start};

/// How many calculations are looked through, one behind the other.
const FURTHEST: usize = 12;
/// What takes longer is not said twice, in bytes.
const LONG: usize = 200;

impl Writer<'_> {
    /// When a value is not known yet.
    pub(super) fn open(&mut self, ast: &Ast, here: Here<'_>) -> Result<Option<String>, Unsayable> {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => Ok(None),
            Kind::Negate(inner) => self.open(inner, here),
            Kind::Binary(
                Operator::Add
                | Operator::Subtract
                | Operator::Multiply
                | Operator::Divide
                | Operator::Modulo
                | Operator::Union,
                a,
                b,
            ) => self.any_open([&**a, &**b], here),
            Kind::Binary(..) => Ok(self.truth(ast, here)?.open()),
            Kind::Call { name, arguments, .. } => match (name.as_str(), &arguments[..]) {
                (name, _) if asks_blankness(name) => Ok(None),
                ("not" | "boolean", [_]) => Ok(self.truth(ast, here)?.open()),
                ("if", [condition, then, otherwise]) => self.open_way([condition, then, otherwise], here),
                ("position" | "last", _) => Ok(None),
                ("count", [nodes]) => match &nodes.kind {
                    Kind::Path(path) => {
                        let doubt = self.path_doubt(nodes, path, here)?;
                        let nodes = self.nodes(nodes, path, here)?;
                        let differ = |perhaps| format!("count({perhaps}) != count({})", nodes.surely);
                        let ways: Vec<String> = doubt.into_iter().chain(nodes.perhaps.map(differ)).collect();
                        Ok(any_of(&ways))
                    }
                    _ => self.any_open([nodes], here),
                },
                ("depend", [first, ..]) => self.open(first, here),
                ("indexed-repeat", _) => {
                    Err("it asks `indexed-repeat` where an answer may be missing".into())
                }
                (_, arguments) => self.any_open(arguments, here),
            },
            Kind::Path(path) => match in_parentheses(path) {
                Some(inner) => self.open(inner, here),
                None => self.open_nodes(ast, path, here),
            },
        }
    }

    pub(super) fn any_open<'x>(
        &mut self,
        parts: impl IntoIterator<Item = &'x Ast>,
        here: Here<'_>,
    ) -> Result<Option<String>, Unsayable> {
        let mut open = Vec::new();
        for part in parts {
            open.extend(self.open(part, here)?);
        }
        Ok(any_of(&open))
    }

    /// `if(…)` as a value: a way that may be gone and is open, or two that differ.
    fn open_way(&mut self, parts: [&Ast; 3], here: Here<'_>) -> Result<Option<String>, Unsayable> {
        let condition = self.truth(parts[0], here)?;
        let ways = [self.open(parts[1], here)?, self.open(parts[2], here)?];
        let mut open = Vec::new();
        let [first, second] = ways;
        if let Some(first) = first {
            open.extend(all_of(&[condition.perhaps(), first]));
        }
        if let Some(second) = second {
            open.extend(all_of(&[condition.clone().negated().perhaps(), second]));
        }
        if let Some(undecided) = condition.open() {
            let [a, b] = [here.of(parts[1]), here.of(parts[2])];
            // Engines write numbers in ways of their own: `31` and `31.0`.
            let context = here.inside.unwrap_or(&self.places.root);
            let number = |ast: &Ast| {
                let sort = self.places.sort(ast, context, 0);
                matches!(sort, Sort::Whole | Sort::Decimal)
                    || matches!(&ast.kind, Kind::Text(text) if text.is_empty())
            };
            // A blank and what is no number are the same.
            let differ = match number(parts[1]) && number(parts[2]) {
                true => format!(
                    "(number({a}) = number({a}) or number({b}) = number({b})) and not(number({a}) = number({b}))"
                ),
                false => format!("string({a}) != string({b})"),
            };
            open.extend(all_of(&[undecided, differ]));
        }
        match any_of(&open) {
            Some(open) if open.len() > LONGEST => {
                Err("when an answer is missing takes too long to say".into())
            }
            open => Ok(open),
        }
    }

    /// When a value that nodes give is not known yet.
    fn open_nodes(&mut self, ast: &Ast, path: &Path, here: Here<'_>) -> Result<Option<String>, Unsayable> {
        if here.in_tree && matches!(path.start, Start::Context) {
            return Ok(None);
        }
        if let Start::Expression(_) = path.start {
            let mut open = Vec::new();
            if let Start::Expression(inner) = &path.start {
                open.extend(self.open(inner, here)?);
            }
            for (_, predicate) in predicates(path) {
                open.extend(self.open(predicate, Here { in_tree: true, inside: None, ..here })?);
            }
            return Ok(any_of(&open));
        }
        let text = here.of(ast);
        let Some(spot) = self.places.spot(path, &text, here.inside)? else {
            return Err(format!("what `{text}` holds may be missing"));
        };
        let nodes = self.nodes(ast, path, here)?;
        let hole = self.hole(&spot, here)?;
        let mut open: Vec<String> = self.path_doubt(ast, path, here)?.into_iter().collect();
        if let Some(perhaps) = &nodes.perhaps {
            open.push(format!("count({perhaps}) != count({})", nodes.surely));
        }
        if let Some(hole) = hole {
            open.push(match spot.many {
                true => format!("count({}[{hole}]) > 0", nodes.perhaps()),
                false => hole,
            });
        }
        Ok(any_of(&open))
    }

    /// When a leaf gives something, and what it is calculated from is missing: in a predicate on it if there are many. `None`: never.
    pub(super) fn leaf_open(&mut self, leaf: &Leaf) -> Result<Option<String>, Unsayable> {
        let form = self.form();
        let Some(made) = form.assessment.behind.get(&leaf.node) else { return Ok(None) };
        let inside = leaf.many.then_some(&*leaf.plain);
        let mut missing = Vec::new();
        for made in made {
            match made.of {
                Source::Measure(id) => {
                    let state = self.known(id)?.state;
                    missing.extend(state.map(|state| format!("{state} = 'missing'")));
                }
                Source::Question(question) => {
                    let inside = inside.filter(|_| made.own);
                    missing.extend(self.question_missing(question, inside)?);
                    missing.extend(self.question_rejected(question, inside)?);
                }
            }
        }
        let value = if leaf.many { "." } else { &leaf.path };
        Ok(any_of(&missing).and_then(|missing| all_of(&[format!("{value} != ''"), missing])))
    }

    /// When a value that is more than nodes gives something, and what it is made of is missing.
    pub(super) fn value_open(&mut self, ast: &Ast, text: &str) -> Result<Option<String>, Unsayable> {
        let open = self.open(ast, Here { text, inside: None, in_tree: false, literally: false, depth: 0 })?;
        Ok(open.map(|open| own_functions::spelled(&open).unwrap_or(open)))
    }

    /// When the answer of a node is missing: in a predicate on it if it is one of many, else from where it is read.
    fn hole(&mut self, spot: &Spot, here: Here<'_>) -> Result<Option<String>, Unsayable> {
        if let Some(id) = self.places.measure(spot.node) {
            let state = self.known(id)?.state;
            return Ok(state.map(|state| format!("{state} = 'missing'")));
        }
        let key = (spot.node, here.literally);
        let seen = (key, spot.path.clone(), here.inside.map(str::to_owned));
        if let Some(known) = self.holes.get(&seen) {
            return Ok(known.clone());
        }
        let hole = match self.is_calculated(spot) {
            true => self.calculated(spot, here),
            false => self.question(spot, here, key),
        }?;
        self.holes.insert(seen, hole.clone());
        Ok(hole)
    }

    /// The same of a question.
    fn question(&mut self, spot: &Spot, here: Here<'_>, key: Opened) -> Result<Option<String>, Unsayable> {
        if let Some(known) = self.opened.get(&key).filter(|_| !spot.in_repeat) {
            return Ok(known.clone());
        }
        let hole = self.unanswered(spot, here)?;
        match hole {
            // What takes long to say stands in a node of its own, outside of repeats.
            Some(hole) if !spot.in_repeat && hole.len() > LONG => {
                let hole = own_functions::spelled(&hole).unwrap_or(hole);
                let at = self.keep("unknown", &format!("if({hole}, 1, 0)"));
                let open = Some(format!("{at} = 1"));
                self.opened.insert(key, open.clone());
                Ok(open)
            }
            hole => Ok(hole),
        }
    }

    /// When a question's answer is missing, or it may still be asked.
    fn unanswered(&mut self, spot: &Spot, here: Here<'_>) -> Result<Option<String>, Unsayable> {
        let value = if spot.many { "." } else { &spot.path };
        let mut ways = Vec::new();
        if let Some(required) = &spot.required {
            let blank = format!("{value} = ''");
            ways.extend(match required.as_str() {
                "true()" => Some(blank),
                required => all_of(&[blank, self.required(spot, required)?]),
            });
        }
        if let Some(lawful) = spot.lawful.as_ref().filter(|_| !here.literally) {
            ways.extend(all_of(&[format!("{value} != ''"), format!("not({lawful})")]));
        }
        let missing = any_of(&ways);
        let missing = missing
            .and_then(|missing| all_of(&spot.relevant.iter().cloned().chain([missing]).collect::<Vec<_>>()));
        let doubt = self.doubt(spot.node, spot.from.as_deref())?;
        Ok(any_of(&doubt.into_iter().chain(missing).collect::<Vec<_>>()))
    }

    /// When a question has to be answered, perhaps.
    fn required(&mut self, spot: &Spot, required: &str) -> Result<String, Unsayable> {
        if !self.form().assessment.doubts.required.contains_key(&spot.node) {
            return Ok(required.to_owned());
        }
        let ast = parse(required).map_err(|_| format!("`{required}` is no expression"))?;
        let holds = self.relevance(&ast, required, spot.from.as_deref())?;
        Ok(holds.perhaps())
    }

    /// What is calculated is missing where its calculation is. Outside of repeats a node says so.
    fn calculated(&mut self, spot: &Spot, here: Here<'_>) -> Result<Option<String>, Unsayable> {
        let key = (spot.node, here.literally);
        let alone = !spot.in_repeat;
        if let Some(known) = self.opened.get(&key).filter(|_| alone) {
            return Ok(known.clone());
        }
        if here.depth >= FURTHEST {
            return Err("its calculations stand too far one behind the other".into());
        }
        let path = self.places.path(spot.node);
        // Many are asked in a predicate on themselves, one where it is read.
        let inside = match (alone, spot.many) {
            (true, _) => None,
            (false, true) => Some(path.as_str()),
            (false, false) => here.inside,
        };
        let Some(text) = self.places.calculation(spot.node, inside)? else { return Ok(None) };
        let ast = parse(&text).map_err(|_| format!("`{text}` is no expression"))?;
        let within = Here { text: &text, inside, in_tree: false, depth: here.depth + 1, ..here };
        let open = self.open(&ast, within)?;
        let open = open.map(|open| own_functions::spelled(&open).unwrap_or(open));
        let open =
            open.and_then(|open| all_of(&spot.relevant.iter().cloned().chain([open]).collect::<Vec<_>>()));
        let doubt = self.doubt(spot.node, inside)?;
        let whole = any_of(&doubt.into_iter().chain(open).collect::<Vec<_>>());
        if !alone {
            return Ok(whole);
        }
        let Some(whole) = whole else {
            self.opened.insert(key, None);
            return Ok(None);
        };
        let at = self.keep("open", &format!("if({whole}, 1, 0)"));
        let open = Some(format!("{at} = 1"));
        self.opened.insert(key, open.clone());
        Ok(open)
    }
}

/// Does a function read what is not answered as it stands?
fn asks_blankness(name: &str) -> bool {
    functions::find(name).is_some_and(|function| function.asks_blankness)
}
