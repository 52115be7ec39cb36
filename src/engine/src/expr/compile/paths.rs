//! Paths that are walked node by node: axes, tests and predicates as the program has them. Shared by forms and by expressions alone.

use crate::expr::functions::{self, Function};
use crate::expr::program::{Gives, NodeTest};
use crate::expr::syntax::{Ast, Axis, Kind, Operator, Path, Start, Step, Test};
use crate::tree::{NameId, Names, SpaceId};

/// What prefixes mean, and names without one.
pub(crate) trait Spaces {
    /// The namespace of a prefix; [`SpaceId::UNKNOWN`] if nothing is in it.
    fn of_prefix(&self, prefix: &str) -> SpaceId;
    /// The namespace in which elements without a prefix are, beside none at all.
    fn default(&self) -> SpaceId;
}

/// A test as the program has it.
pub(crate) fn node_test(axis: Axis, test: &Test, names: &Names, spaces: &dyn Spaces) -> NodeTest {
    match test {
        Test::Name(name) => match name.split_once(':') {
            Some((prefix, local)) => {
                let name = names.find(spaces.of_prefix(prefix), local);
                NodeTest::Name(name, name)
            }
            None => {
                let plain = names.find(SpaceId::NONE, name);
                let other = match axis {
                    Axis::Attribute => plain,
                    _ => names.find(spaces.default(), name),
                };
                NodeTest::Name(plain, other)
            }
        },
        Test::Space(prefix) => NodeTest::Space(spaces.of_prefix(prefix)),
        Test::Any => NodeTest::Any,
        Test::Node => NodeTest::Node,
        Test::Text => NodeTest::Text,
        Test::Comment => NodeTest::Comment,
        Test::Instruction(target) => NodeTest::Instruction(
            target.as_ref().map_or(NameId::NONE, |target| names.find(SpaceId::NONE, target)),
        ),
    }
}

/// `//a` as one step, where nothing counts places: `descendant::a`. How many steps were taken up, and the axis.
pub(crate) fn merged(steps: &[Step]) -> Option<Axis> {
    match steps {
        [Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates, .. }, next, ..]
            if predicates.is_empty()
                && next.axis == Axis::Child
                && !next.predicates.iter().any(counts_places) =>
        {
            Some(Axis::Descendant)
        }
        _ => None,
    }
}

/// May a predicate depend on the place of what it tries?
pub(crate) fn counts_places(predicate: &Ast) -> bool {
    matches!(gives(predicate), Gives::Number | Gives::Any) || asks_place(predicate)
}

/// Does `position()` or `last()` stand in it, outside of predicates of its own?
fn asks_place(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => false,
        Kind::Negate(inner) => asks_place(inner),
        Kind::Binary(_, a, b) => asks_place(a) || asks_place(b),
        Kind::Call { name, arguments, .. } => {
            (matches!(name.as_str(), "position" | "last") && arguments.is_empty())
                || arguments.iter().any(asks_place)
        }
        Kind::Path(path) => match &path.start {
            Start::Expression(inner) => asks_place(inner),
            Start::Context | Start::Root | Start::Reference(_) => false,
        },
    }
}

/// What is known of an expression's type.
pub(crate) fn gives(ast: &Ast) -> Gives {
    match &ast.kind {
        Kind::Number(_) | Kind::Negate(_) => Gives::Number,
        Kind::Text(_) => Gives::Text,
        Kind::Path(_) => Gives::Nodes,
        Kind::Binary(operator, ..) => match operator {
            Operator::Union => Gives::Nodes,
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                Gives::Number
            }
            _ => Gives::Boolean,
        },
        Kind::Call { name, .. } => functions::find(name).map_or(Gives::Any, Function::gives),
    }
}

/// `child = key` with a key that does not depend on what is being tried: the child's name, and the key.
pub(crate) fn equal(predicate: &Ast) -> Option<(&Test, &Ast)> {
    let Kind::Binary(Operator::Equal, a, b) = &predicate.kind else { return None };
    [(a, b), (b, a)].into_iter().find_map(|(side, key)| {
        let test = bare_child(side)?;
        (!mentions_context(key)).then_some((test, &**key))
    })
}

/// The conditions of a predicate that are joined with `and`, if none counts places: each can be a predicate of its own.
pub(crate) fn conditions(predicate: &Ast) -> Vec<&Ast> {
    let mut found = Vec::new();
    gather(predicate, &mut found);
    // What is no condition by itself is a place when it stands alone.
    match found.len() > 1 && found.iter().any(|condition| counts_places(condition)) {
        true => vec![predicate],
        false => found,
    }
}

fn gather<'a>(ast: &'a Ast, into: &mut Vec<&'a Ast>) {
    match &ast.kind {
        Kind::Binary(Operator::And, a, b) => {
            gather(a, into);
            gather(b, into);
        }
        _ => into.push(ast),
    }
}

fn bare_child(ast: &Ast) -> Option<&Test> {
    let Kind::Path(Path { start: Start::Context, predicates, steps }) = &ast.kind else { return None };
    match (predicates.as_slice(), steps.as_slice()) {
        ([], [Step { axis: Axis::Child, test: test @ Test::Name(_), predicates, .. }])
            if predicates.is_empty() =>
        {
            Some(test)
        }
        _ => None,
    }
}

/// Does an expression depend on the context node, or give another value each time?
pub(crate) fn mentions_context(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => false,
        Kind::Negate(inner) => mentions_context(inner),
        Kind::Binary(_, a, b) => mentions_context(a) || mentions_context(b),
        Kind::Call { name, arguments, .. } => {
            let of_context = matches!(
                name.as_str(),
                "string"
                    | "number"
                    | "string-length"
                    | "normalize-space"
                    | "name"
                    | "local-name"
                    | "namespace-uri"
            ) && arguments.is_empty();
            of_context
                || matches!(name.as_str(), "position" | "last" | "random" | "randomize" | "uuid" | "once")
                || arguments.iter().any(mentions_context)
        }
        Kind::Path(path) => match &path.start {
            Start::Context => true,
            Start::Root | Start::Reference(_) => false,
            Start::Expression(inner) => mentions_context(inner),
        },
    }
}
