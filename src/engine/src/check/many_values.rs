//! References across repeats that mean more than their author thinks: all instances, where one value is wanted.

use std::collections::HashSet;

use super::noted::{Facts, Noted, Role, predicates};
use super::places::{Reached, reached};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::functions;
use crate::expr::syntax::{Ast, Kind, Operator, Start};
use crate::form::{ScopeDefId, Skeleton, SkeletonKind};
use crate::value::DataType;
use crate::view::NodeId;

/// What becomes of several nodes where one value is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    /// Nothing is lost: they are counted, summed or looked at each.
    Nodes,
    /// The first one's value, and no other's.
    First,
    /// The comparison holds if it does for any.
    Any,
    /// They are written one after another.
    Joined,
}

/// `many-values`: a path leads to all instances of a repeat, and one value is wanted.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    if facts.form.scopes.len() < 2 {
        return;
    }
    // Words in several languages have the same outputs.
    let mut said = HashSet::new();
    for noted in facts.noted {
        let wanted = match noted.role {
            // The words of a repeat are about its instances, whatever they are seen from.
            Role::Output if matches!(facts.form.node(noted.anchor.node).kind, SkeletonKind::Repeat(_)) => {
                continue;
            }
            Role::Item => continue,
            // Nodes are true if there are any.
            Role::Relevant | Role::Constraint | Role::Condition | Role::Nodes => Wanted::Nodes,
            Role::Calculate | Role::Count | Role::Output | Role::Set => Wanted::First,
        };
        let mut check = Check { facts, noted, found, said: &mut said };
        check.look(&noted.ast, wanted, false);
    }
}

struct Check<'a, 'b, 'f> {
    facts: &'a Facts<'a>,
    noted: &'a Noted,
    found: &'f mut Diagnostics,
    said: &'b mut HashSet<(NodeId, String)>,
}

impl Check<'_, '_, '_> {
    fn look(&mut self, ast: &Ast, wanted: Wanted, inside: bool) {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => {}
            Kind::Negate(inner) => self.look(inner, Wanted::First, inside),
            Kind::Binary(operator, a, b) => {
                let wanted = match operator {
                    Operator::Or | Operator::And => Wanted::Nodes,
                    Operator::Union => wanted,
                    Operator::Equal
                    | Operator::NotEqual
                    | Operator::Less
                    | Operator::AtMost
                    | Operator::More
                    | Operator::AtLeast => Wanted::Any,
                    _ => Wanted::First,
                };
                self.look(a, wanted, inside);
                self.look(b, wanted, inside);
            }
            Kind::Call { name, arguments, .. } => {
                for (index, argument) in arguments.iter().enumerate() {
                    self.look(argument, wanted_of(name, index, arguments.len(), wanted), inside);
                }
            }
            Kind::Path(path) => {
                match &path.start {
                    Start::Expression(inner) if path.steps.is_empty() && path.predicates.is_empty() => {
                        self.look(inner, wanted, inside);
                    }
                    Start::Expression(inner) => self.look(inner, Wanted::Nodes, inside),
                    _ => {}
                }
                if wanted != Wanted::Nodes {
                    self.path(ast, wanted, inside);
                }
                predicates(path).for_each(|predicate| self.look(predicate, Wanted::Nodes, true));
            }
        }
    }

    fn path(&mut self, ast: &Ast, wanted: Wanted, inside: bool) {
        let form = self.facts.form;
        let Some(reached) = reached(ast, self.noted, inside, form) else { return };
        let Some(repeat) = reached.all_of.filter(|_| !reached.picked) else { return };
        // A group has no value of its own.
        if matches!(form.node(reached.node).kind, SkeletonKind::Group | SkeletonKind::Repeat(_)) {
            return;
        }
        let written = self.noted.text(ast);
        if !self.said.insert((self.noted.anchor.node, written.to_owned())) {
            return;
        }
        let name = &form.node(repeat).name;
        let meant = match wanted {
            Wanted::Any => "and any of them will do here",
            Wanted::Joined => "and here they are written one after another",
            Wanted::First | Wanted::Nodes => "and only the first one counts here",
        };
        let message = format!("`{written}` means the answers in all instances of `{name}`, {meant}");
        let mut diagnostic = Diagnostic::warning("many-values", self.noted.span(ast), message);
        for hint in hints(written, ast, reached, self.noted, wanted, form) {
            diagnostic = diagnostic.hint(hint);
        }
        self.found.push(diagnostic);
    }
}

/// What a function makes of several nodes as its argument.
fn wanted_of(name: &str, index: usize, count: usize, outer: Wanted) -> Wanted {
    match (name, index) {
        ("if", 0) => return Wanted::Nodes,
        ("if", _) | ("once" | "coalesce", _) => return outer,
        ("concat", _) if count > 1 => return Wanted::Joined,
        ("string" | "number" | "date" | "date-time" | "decimal-date-time", _) => return Wanted::First,
        ("indexed-repeat", 0 | 1) => return Wanted::Nodes,
        ("indexed-repeat", index) if index % 2 == 1 => return Wanted::Nodes,
        _ => {}
    }
    let Some(function) = functions::find(name) else { return Wanted::Nodes };
    let signature = function.signature;
    let arguments = signature.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let argument = arguments.and_then(|(arguments, _)| arguments.split(", ").nth(index)).unwrap_or("");
    match argument.trim_end_matches('?') {
        "number" | "text" | "part" | "date" | "time" | "datetime" | "point" | "select" | "from" | "to"
        | "mark" | "start" | "end" | "length" | "places" | "birthday" | "day" | "format" | "index"
        | "key" | "name" => Wanted::First,
        _ => Wanted::Nodes,
    }
}

/// The ways out: this instance, if the expression is in one; else one of them, or what is known of all.
fn hints(
    written: &str,
    ast: &Ast,
    reached: Reached,
    noted: &Noted,
    wanted: Wanted,
    form: &Skeleton,
) -> Vec<String> {
    let target = form.node(reached.node).scope;
    let common = form.common(noted.anchor.scope, target);
    let is_path = !matches!(&ast.kind, Kind::Path(path) if matches!(path.start, Start::Reference(_)));
    let mut hints = Vec::new();
    if is_path && common != ScopeDefId::ROOT {
        let relative = relative(noted.anchor.node, reached.node, form);
        if common == target {
            return vec![format!("for the one of the same instance, write `{relative}`")];
        }
        hints.push(format!("for those of the same instance, begin with `{relative}`"));
    }
    let name = |repeat: NodeId| match is_path {
        true => path_of(repeat, form),
        false => format!("${{{}}}", form.node(repeat).name),
    };
    let repeats = form.repeats_between(common, target);
    let leaf = form.node(reached.node);
    let numeric = matches!(leaf.kind, SkeletonKind::Leaf(DataType::Integer | DataType::Decimal));
    hints.push(match (wanted, noted.role, repeats.last()) {
        (Wanted::Joined, ..) => format!("with a mark between: `join(', ', {written})`"),
        (Wanted::Any, _, Some(repeat)) => {
            let inside = relative(*repeat, reached.node, form);
            format!("to say which of them, write `count({}[{inside} …]) > 0`", name(*repeat))
        }
        (_, Role::Output, _) => format!("for all of them, show a calculation, `join(', ', {written})`"),
        _ if numeric => format!("for all of them, write `sum({written})` or `max({written})`"),
        _ => format!("for all of them, write `join(', ', {written})`"),
    });
    let indexes: String = repeats.iter().map(|repeat| format!(", {}, 1", name(*repeat))).collect();
    hints.push(format!("for one of them, write `indexed-repeat({written}{indexes})`"));
    hints
}

/// `../age`, from one node to another.
fn relative(from: NodeId, to: NodeId, form: &Skeleton) -> String {
    let mut up = String::new();
    let mut at = from;
    while !(at <= to && to < form.node(at).end) {
        at = form.node(at).parent;
        up.push_str("../");
    }
    let below = path_of(to, form);
    let above = path_of(at, form);
    match below.strip_prefix(&above).map(|rest| rest.trim_start_matches('/')) {
        Some(rest) if !rest.is_empty() => format!("{up}{rest}"),
        _ => up.trim_end_matches('/').to_owned(),
    }
}

/// `/data/members/age`
fn path_of(node: NodeId, form: &Skeleton) -> String {
    let mut names = Vec::new();
    let mut at = node;
    loop {
        names.push(&*form.node(at).name);
        if at == NodeId(0) {
            break;
        }
        at = form.node(at).parent;
    }
    names.reverse();
    format!("/{}", names.join("/"))
}
