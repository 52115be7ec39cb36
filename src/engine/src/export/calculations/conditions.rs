//! Conditions with three ends, as two expressions: when they surely hold, and when they may.
//!
//! What the assessment makes of a missing answer ([`crate::assess::evaluate`]) is written out: a part of a condition that asks for an answer
//! surely holds only where the answer is there, and may hold where it is not. When an answer is missing is the question's relevance, whether it is
//! required, and its constraint, as expressions. Invariant: where nothing can be missing the condition stands as its author wrote it.

use super::own_functions;
use super::places::{Unsayable, all_of, any_of};
use super::spots::Spot;
use super::{LONGEST, Writer};
use crate::expr::functions;
use crate::expr::parser::parse;
use crate::expr::program::Gives;
use crate::expr::syntax::{Ast, Kind, Operator, Path, Start};

/// When a condition holds.
#[derive(Clone, Default, Debug)]
pub(super) struct Holds {
    pub surely: String,
    /// `None`: it is always decided.
    pub perhaps: Option<String>,
    /// When it is not decided, if that can be said shorter than by the two.
    pub undecided: Option<String>,
}

impl Holds {
    /// Not decided in that case, whatever else.
    pub(super) fn unless(self, open: Option<String>) -> Holds {
        let Some(open) = open else { return self };
        let perhaps = format!("({open}) or ({})", self.perhaps());
        let surely = format!("not({open}) and ({})", self.surely);
        // What was decided is open in that case alone.
        let undecided = self.perhaps.is_none().then_some(open);
        Holds { surely, perhaps: Some(perhaps), undecided }
    }

    pub(super) fn always(text: &str) -> Holds {
        Holds { surely: text.to_owned(), ..Holds::default() }
    }

    pub fn perhaps(&self) -> String {
        self.perhaps.clone().unwrap_or_else(|| self.surely.clone())
    }

    pub fn negated(self) -> Holds {
        let not = |text: &String| format!("not({text})");
        match self.perhaps {
            None => Holds { surely: not(&self.surely), ..Holds::default() },
            Some(perhaps) => {
                Holds { surely: not(&perhaps), perhaps: Some(not(&self.surely)), undecided: self.undecided }
            }
        }
    }

    /// When it is not decided.
    pub fn open(&self) -> Option<String> {
        let perhaps = self.perhaps.as_ref()?;
        if let Some(undecided) = &self.undecided {
            return Some(undecided.clone());
        }
        Some(format!("({perhaps}) and not({})", self.surely))
    }

    /// When it does not hold, whatever is answered.
    pub fn never(&self) -> String {
        format!("not({})", self.perhaps())
    }

    /// A letter: `y` holds, `n` does not, `m` is not decided.
    pub fn letter(&self) -> String {
        match &self.perhaps {
            None => format!("if({}, 'y', 'n')", self.surely),
            Some(perhaps) => format!("if({}, 'y', if({perhaps}, 'm', 'n'))", self.surely),
        }
    }

    pub fn spelled(self) -> Holds {
        let spelled = |text: String| own_functions::spelled(&text).unwrap_or(text);
        Holds {
            surely: spelled(self.surely),
            perhaps: self.perhaps.map(spelled),
            undecided: self.undecided.map(spelled),
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Here<'h> {
    pub text: &'h str,
    /// In a predicate on that path.
    pub inside: Option<&'h str>,
    /// In a predicate on a secondary instance: what is relative is of it.
    pub in_tree: bool,
    /// Answers that break a rule count as they stand.
    pub literally: bool,
    /// How many calculations it lies behind.
    pub depth: usize,
}

impl Here<'_> {
    pub fn of(&self, ast: &Ast) -> String {
        self.text[ast.span.clone()].to_owned()
    }
}

impl Writer<'_> {
    /// When a condition of the measure's holds.
    pub fn condition(&mut self, written: &str) -> Result<Holds, Unsayable> {
        self.looked_at(written, false)
    }

    /// When a flag is up: an answer that breaks a rule counts where it names a danger.
    pub fn raised(&mut self, written: &str) -> Result<Holds, Unsayable> {
        let holds = self.looked_at(written, false)?;
        match holds.perhaps {
            None => Ok(holds),
            Some(perhaps) => {
                let literally = self.looked_at(written, true)?;
                Ok(Holds { surely: literally.surely, perhaps: Some(perhaps), undecided: None })
            }
        }
    }

    fn looked_at(&mut self, written: &str, literally: bool) -> Result<Holds, Unsayable> {
        let node = self.current.last().map(|id| self.form().assessment.measure(*id).node);
        let context = node.map_or_else(|| self.places.root.clone(), |node| self.places.path(node));
        self.at(written, &context, literally)
    }

    /// When a condition that stands at that path holds.
    pub fn at(&mut self, written: &str, context: &str, literally: bool) -> Result<Holds, Unsayable> {
        let text = self.places.seen(written, context, None)?;
        let ast = parse(&text).map_err(|_| format!("`{text}` is no expression"))?;
        let here = Here { text: &text, inside: None, in_tree: false, literally, depth: 0 };
        let before = std::mem::replace(&mut self.literally, literally);
        let truth = self.truth(&ast, here);
        self.literally = before;
        Ok(truth?.spelled())
    }

    pub(super) fn truth(&mut self, ast: &Ast, here: Here<'_>) -> Result<Holds, Unsayable> {
        match &ast.kind {
            Kind::Binary(operator @ (Operator::Or | Operator::And), a, b) => {
                let sides = [self.truth(a, here)?, self.truth(b, here)?];
                if sides.iter().all(|side| side.perhaps.is_none()) {
                    return Ok(Holds::always(&here.of(ast)));
                }
                self.short(joined(*operator == Operator::And, sides))
            }
            Kind::Binary(
                operator @ (Operator::Equal
                | Operator::NotEqual
                | Operator::Less
                | Operator::AtMost
                | Operator::More
                | Operator::AtLeast),
                a,
                b,
            ) => self.compared(ast, *operator, [a, b], here),
            Kind::Call { name, arguments, .. } => match (name.as_str(), &arguments[..]) {
                ("not", [inner]) => Ok(self.truth(inner, here)?.negated()),
                ("boolean", [inner]) => self.truth(inner, here),
                ("if", [condition, then, otherwise]) => self.chosen([condition, then, otherwise], here),
                _ => self.strictly(ast, here),
            },
            Kind::Path(path) => match in_parentheses(path) {
                Some(inner) => self.truth(inner, here),
                None => {
                    let nodes = self.nodes(ast, path, here)?;
                    let holds = match nodes.perhaps {
                        None => Holds::always(&format!("boolean({})", here.of(ast))),
                        Some(perhaps) => Holds {
                            surely: format!("count({}) > 0", nodes.surely),
                            perhaps: Some(format!("count({perhaps}) > 0")),
                            undecided: None,
                        },
                    };
                    Ok(holds.unless(self.path_doubt(ast, path, here)?))
                }
            },
            Kind::Number(_) | Kind::Text(_) | Kind::Negate(_) | Kind::Binary(..) => self.strictly(ast, here),
        }
    }

    pub(super) fn short(&self, holds: Holds) -> Result<Holds, Unsayable> {
        match holds.surely.len() + holds.perhaps.as_ref().map_or(0, String::len) < LONGEST {
            true => Ok(holds),
            false => Err("when an answer is missing takes too long to say".into()),
        }
    }

    /// `if(…)` as a truth: both ways may say the same.
    fn chosen(&mut self, parts: [&Ast; 3], here: Here<'_>) -> Result<Holds, Unsayable> {
        let [condition, then, otherwise] =
            [self.truth(parts[0], here)?, self.truth(parts[1], here)?, self.truth(parts[2], here)?];
        if [&condition, &then, &otherwise].iter().all(|part| part.perhaps.is_none()) {
            let text = format!("if({}, {}, {})", condition.surely, then.surely, otherwise.surely);
            return Ok(Holds::always(&format!("boolean({text})")));
        }
        let not = condition.clone().negated();
        let both = |a: String, b: String| all_of(&[a, b]).unwrap_or_default();
        let surely = any_of(&[
            both(condition.surely.clone(), then.surely.clone()),
            both(not.surely.clone(), otherwise.surely.clone()),
            both(then.surely.clone(), otherwise.surely.clone()),
        ]);
        // It may hold on a way that may be gone; not if both ways say no.
        let perhaps =
            any_of(&[both(condition.perhaps(), then.perhaps()), both(not.perhaps(), otherwise.perhaps())]);
        self.short(Holds { surely: surely.unwrap_or_default(), perhaps, undecided: None })
    }

    fn strictly(&mut self, ast: &Ast, here: Here<'_>) -> Result<Holds, Unsayable> {
        Ok(unless(self.open(ast, here)?, &here.of(ast)))
    }

    fn compared(
        &mut self,
        ast: &Ast,
        operator: Operator,
        [a, b]: [&Ast; 2],
        here: Here<'_>,
    ) -> Result<Holds, Unsayable> {
        let is_blank = |ast: &Ast| matches!(&ast.kind, Kind::Text(text) if text.is_empty());
        if is_blank(a) || is_blank(b) {
            return Ok(Holds::always(&here.of(ast)));
        }
        if let Some(holds) = self.compared_count(ast, operator, [a, b], here)? {
            return Ok(holds);
        }
        let holds = unless(self.any_open([a, b], here)?, &here.of(ast));
        let constant = |ast: &Ast| matches!(ast.kind, Kind::Number(_) | Kind::Text(_));
        let side = match (constant(a), constant(b)) {
            (false, true) => a,
            (true, false) => b,
            _ => return Ok(holds),
        };
        // Among several nodes one is enough, and a blank one is below, above and equal to nothing.
        if operator == Operator::NotEqual || holds.perhaps.is_none() || !self.is_several(side, here) {
            return Ok(holds);
        }
        let text = here.of(ast);
        let surely = match self.unsteady(side, here)? {
            Some(unsteady) => format!("not({unsteady}) and ({text}) or {}", holds.surely),
            None => text,
        };
        Ok(Holds { surely, perhaps: holds.perhaps, undecided: None })
    }

    /// Several nodes of the form, and no predicate says which.
    fn is_several(&self, ast: &Ast, here: Here<'_>) -> bool {
        let Kind::Path(path) = &ast.kind else { return false };
        let plain = path.predicates.is_empty() && path.steps.iter().all(|step| step.predicates.is_empty());
        let spot = self.places.spot(path, &here.of(ast), here.inside);
        plain && !here.in_tree && matches!(spot, Ok(Some(Spot { many: true, .. })))
    }

    /// When nodes may not stay as they are: an answer breaks its rule, or one or the other may not be asked.
    fn unsteady(&mut self, ast: &Ast, here: Here<'_>) -> Result<Option<String>, Unsayable> {
        let Kind::Path(path) = &ast.kind else { return Ok(None) };
        let Some(spot) = self.places.spot(path, &here.of(ast), here.inside)? else { return Ok(None) };
        let mut ways: Vec<String> = self.path_doubt(ast, path, here)?.into_iter().collect();
        if self.places.measure(spot.node).is_some() {
            return Ok(any_of(&ways));
        }
        let doubt = self.doubt(spot.node, spot.from.as_deref())?;
        ways.extend(doubt.map(|doubt| format!("count({}[{doubt}]) > 0", spot.path)));
        if let Some(lawful) = spot.lawful.as_ref().filter(|_| !here.literally && !self.is_calculated(&spot)) {
            let all: Vec<String> =
                spot.relevant.iter().cloned().chain([". != ''".into(), format!("not({lawful})")]).collect();
            ways.extend(all_of(&all).map(|all| format!("count({}[{all}]) > 0", spot.path)));
        }
        Ok(any_of(&ways))
    }

    /// When it is not decided which instances a path through repeats of the form leads to.
    pub(super) fn path_doubt(
        &mut self,
        ast: &Ast,
        path: &Path,
        here: Here<'_>,
    ) -> Result<Option<String>, Unsayable> {
        let doubts = &self.form().assessment.doubts;
        if here.in_tree || (doubts.counts.is_empty() && doubts.below.is_empty()) {
            return Ok(None);
        }
        let Some(plain) = self.places.plain(path, here.inside) else { return Ok(None) };
        let plain = plain.up_to(path.steps.len());
        let Some(node) = self.places.at(&plain) else { return Ok(None) };
        // From within a repeat its own nodes are one each.
        let relative = matches!(path.start, Start::Context);
        if let Some(inside) = here.inside.filter(|_| relative) {
            let around = |path: &str| self.places.repeats_around(path).collect::<Vec<String>>();
            let own = around(inside);
            let shared = around(&plain).iter().filter(|repeat| own.contains(repeat)).count();
            if shared == around(&plain).len() {
                return Ok(None);
            }
            if shared > 0 && self.instances_doubt(node, here.depth)?.is_some() {
                return Err(format!("how many `{}` there are may hang on a missing answer", here.of(ast)));
            }
        }
        self.instances_doubt(node, here.depth)
            .map_err(|why| format!("{why}, and `{}` reads it", here.of(ast)))
    }

    pub(super) fn is_calculated(&self, spot: &Spot) -> bool {
        self.form().node(spot.node).bind.calculate.is_some()
    }

    /// `count(…)` against a number: between the nodes that are surely there and those that may be.
    fn compared_count(
        &mut self,
        ast: &Ast,
        operator: Operator,
        [a, b]: [&Ast; 2],
        here: Here<'_>,
    ) -> Result<Option<Holds>, Unsayable> {
        let (nodes, number, turned) = match (counts(a), counts(b)) {
            (Some(nodes), None) => (nodes, b, false),
            (None, Some(nodes)) => (nodes, a, true),
            _ => return Ok(None),
        };
        let Kind::Path(path) = &nodes.kind else { return Ok(None) };
        let open = self.open(number, here)?;
        let doubt = self.path_doubt(nodes, path, here)?;
        let nodes = self.nodes(nodes, path, here)?;
        if open.is_some() {
            return Ok(Some(unless(open, &here.of(ast))));
        }
        Ok(Some(between(ast, operator, (nodes, number, turned), here).unless(doubt)))
    }

    /// The nodes of a path: those surely meant, and those that may be, as paths.
    pub(super) fn nodes(&mut self, ast: &Ast, path: &Path, here: Here<'_>) -> Result<Holds, Unsayable> {
        let text = here.of(ast);
        let start = match &path.start {
            Start::Expression(inner) => self.open(inner, here)?,
            _ => None,
        };
        if start.is_some() {
            return Err(format!("which nodes `{text}` means hangs on an answer that may be missing"));
        }
        let in_tree = here.in_tree || matches!(path.start, Start::Expression(_));
        let base = ast.span.start;
        let mut changes: Vec<(std::ops::Range<usize>, Holds)> = Vec::new();
        let around = self.places.plain(path, here.inside);
        for (at, predicate) in predicates(path) {
            let inside = match (in_tree, &around) {
                (true, _) => None,
                (false, Some(around)) => Some(around.up_to(at)),
                (false, None) => None,
            };
            let within = Here { inside: inside.as_deref(), in_tree: in_tree || inside.is_none(), ..here };
            if !is_boolean(predicate) || in_tree {
                if self.open(predicate, within)?.is_some() {
                    return Err(format!("which nodes `{text}` means hangs on an answer that may be missing"));
                }
                continue;
            }
            let holds = self.truth(predicate, within)?;
            if holds.perhaps.is_some() {
                changes.push((predicate.span.start - base..predicate.span.end - base, holds));
            }
        }
        if changes.is_empty() {
            return Ok(Holds::always(&text));
        }
        let changed = |of: &dyn Fn(&Holds) -> String| {
            let mut written = String::new();
            let mut at = 0;
            for (range, holds) in &changes {
                written.push_str(&text[at..range.start]);
                written.push_str(&of(holds));
                at = range.end;
            }
            written.push_str(&text[at..]);
            written
        };
        Ok(Holds {
            surely: changed(&|holds| holds.surely.clone()),
            perhaps: Some(changed(&|holds| holds.perhaps())),
            undecided: None,
        })
    }
}

/// What is counted, against a number: between the least and the most.
fn between(
    ast: &Ast,
    operator: Operator,
    (nodes, number, turned): (Holds, &Ast, bool),
    here: Here<'_>,
) -> Holds {
    let number = here.of(number);
    let against = |nodes: &str, operator: &str| match turned {
        false => format!("count({nodes}) {operator} ({number})"),
        true => format!("({number}) {operator} count({nodes})"),
    };
    let Some(perhaps) = nodes.perhaps else { return Holds::always(&here.of(ast)) };
    let (least, most) = (&nodes.surely, &perhaps);
    let written = operator.written();
    let grows = matches!(operator, Operator::More | Operator::AtLeast) != turned;
    let equal = format!("{} and {}", against(least, "="), against(most, "="));
    let between = match turned {
        false => format!("count({least}) <= ({number}) and ({number}) <= count({most})"),
        true => format!("({number}) >= count({least}) and count({most}) >= ({number})"),
    };
    match operator {
        Operator::Equal => Holds { surely: equal, perhaps: Some(between), undecided: None },
        Operator::NotEqual => Holds {
            surely: format!("not({between})"),
            perhaps: Some(format!("not({equal})")),
            undecided: None,
        },
        _ if grows => {
            Holds { surely: against(least, written), perhaps: Some(against(most, written)), undecided: None }
        }
        _ => {
            Holds { surely: against(most, written), perhaps: Some(against(least, written)), undecided: None }
        }
    }
}

/// `and` or `or` of conditions.
pub(super) fn joined(all: bool, sides: impl IntoIterator<Item = Holds>) -> Holds {
    let sides: Vec<Holds> = sides.into_iter().collect();
    let join = |sides: &[String]| if all { all_of(sides) } else { any_of(sides) }.unwrap_or_default();
    let surely: Vec<String> = sides.iter().map(|side| side.surely.clone()).collect();
    if sides.iter().all(|side| side.perhaps.is_none()) {
        return Holds::always(&join(&surely));
    }
    let perhaps: Vec<String> = sides.iter().map(Holds::perhaps).collect();
    // Where one alone may be open it is all of it, unless another decides.
    let mut open = sides.iter().filter_map(Holds::open);
    let undecided = match (open.next(), open.next()) {
        (Some(open), None) => {
            let decided = sides.iter().filter(|side| side.perhaps.is_none());
            let others = decided.map(|side| if all { side.surely.clone() } else { side.never() });
            all_of(&others.chain([open]).collect::<Vec<_>>())
        }
        _ => None,
    };
    Holds { surely: join(&surely), perhaps: Some(join(&perhaps)), undecided }
}

/// A condition that is open in that case, and else holds as it is written.
fn unless(open: Option<String>, text: &str) -> Holds {
    Holds::always(text).unless(open)
}

/// What stands in parentheses, if that is all.
pub(super) fn in_parentheses(path: &Path) -> Option<&Ast> {
    match &path.start {
        Start::Expression(inner) if path.steps.is_empty() && path.predicates.is_empty() => Some(inner),
        _ => None,
    }
}

/// What `count(…)` counts.
fn counts(ast: &Ast) -> Option<&Ast> {
    match &ast.kind {
        Kind::Call { name, arguments, .. } if name == "count" && arguments.len() == 1 => Some(&arguments[0]),
        Kind::Path(path) => counts(in_parentheses(path)?),
        _ => None,
    }
}

/// All predicates of a path, in order, each with how many steps stand before it.
pub(super) fn predicates(path: &Path) -> impl Iterator<Item = (usize, &Ast)> {
    let own = path.predicates.iter().map(|predicate| (0, predicate));
    let steps = path.steps.iter().enumerate();
    own.chain(steps.flat_map(|(at, step)| step.predicates.iter().map(move |predicate| (at + 1, predicate))))
}

/// Is a predicate true or false, and no place?
fn is_boolean(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Binary(operator, ..) => operator.strength() <= Operator::Less.strength(),
        Kind::Call { name, .. } => {
            functions::find(name).is_some_and(|function| function.gives() == Gives::Boolean)
        }
        Kind::Path(path) => in_parentheses(path).is_some_and(is_boolean),
        Kind::Number(_) | Kind::Text(_) | Kind::Negate(_) => false,
    }
}
