//! Compiles an expression that has no form: every path is walked, and what is not known fails when it is called.

use regex_lite::Regex;

use super::{Document, Refused, Setting};
use crate::expr::compile::paths::{self, Spaces};
use crate::expr::functions;
use crate::expr::parser::parse;
use crate::expr::program::{Expr, ExprId, Path, PathStart, Predicate, Program, Step};
use crate::expr::syntax::{self, Ast, Axis, Kind, Operator, Start};
use crate::tree::{Place, SpaceId};

pub(super) fn compile(
    expression: &str,
    program: &mut Program,
    document: &Document,
    setting: &Setting<'_>,
) -> Result<ExprId, Refused> {
    let ast = parse(expression).map_err(|error| Refused { message: error.message })?;
    let spaces = Declared { document, namespaces: setting.namespaces };
    Compiler { program, document, spaces }.expr(&ast)
}

/// The prefixes of a document and of the setting.
struct Declared<'a> {
    document: &'a Document,
    namespaces: &'a [(&'a str, &'a str)],
}

/// Prefixes that forms use without declaring them.
const FIELD: [(&str, &str); 8] = [
    ("jr", "http://openrosa.org/javarosa"),
    ("orx", "http://openrosa.org/xforms"),
    ("odk", "http://www.opendatakit.org/xforms"),
    ("entities", "http://www.opendatakit.org/xforms/entities"),
    ("xf", "http://www.w3.org/2002/xforms"),
    ("h", "http://www.w3.org/1999/xhtml"),
    ("xhtml", "http://www.w3.org/1999/xhtml"),
    ("xml", "http://www.w3.org/XML/1998/namespace"),
];

impl Spaces for Declared<'_> {
    fn of_prefix(&self, prefix: &str) -> SpaceId {
        let given = self.namespaces.iter().find(|(known, _)| *known == prefix);
        if let Some((_, uri)) = given {
            return self.document.names.find_space(uri);
        }
        let tree = self.document.tree();
        let written = tree.descendants(Place::DOCUMENT).find(|place| tree.prefix(*place) == prefix);
        if let Some(place) = written {
            return self.document.names.space_of(tree.name(place));
        }
        let field = FIELD.iter().find(|(known, _)| *known == prefix);
        field.map_or(SpaceId::UNKNOWN, |(_, uri)| self.document.names.find_space(uri))
    }

    fn default(&self) -> SpaceId {
        if let Some((_, uri)) = self.namespaces.iter().find(|(prefix, _)| prefix.is_empty()) {
            return self.document.names.find_space(uri);
        }
        // Names without a prefix are XForms's in a form; in any other document they are in no namespace (XPath 1.0 §2.3).
        self.document.names.find_space("http://www.w3.org/2002/xforms")
    }
}

struct Compiler<'a> {
    program: &'a mut Program,
    document: &'a Document,
    spaces: Declared<'a>,
}

impl Compiler<'_> {
    fn expr(&mut self, ast: &Ast) -> Result<ExprId, Refused> {
        let expr = match &ast.kind {
            Kind::Number(number) => Expr::Number(*number),
            Kind::Text(text) => Expr::Text(text.as_str().into()),
            Kind::Negate(inner) => Expr::Negate(self.expr(inner)?),
            Kind::Binary(operator, a, b) => self.binary(*operator, a, b)?,
            Kind::Call { name, arguments, .. } => self.call(name, arguments)?,
            Kind::Path(path) => self.path(path)?,
        };
        Ok(self.program.add(expr))
    }

    fn binary(&mut self, operator: Operator, a: &Ast, b: &Ast) -> Result<Expr, Refused> {
        let (left, right) = (self.expr(a)?, self.expr(b)?);
        Ok(Expr::binary(operator, left, right))
    }

    fn call(&mut self, name: &str, arguments: &[Ast]) -> Result<Expr, Refused> {
        let Some(function) = functions::find(name) else {
            return Ok(Expr::Fails(format!("there is no function `{name}`").into()));
        };
        if !function.takes(arguments.len()) {
            let message =
                format!("`{name}` is written `{}`, not with {}", function.signature, arguments.len());
            return Ok(Expr::Fails(message.into()));
        }
        let single = |index: &usize| arguments.get(*index).is_some_and(|argument| !may_be_nodes(argument));
        if function.node_sets.iter().any(single) {
            return Ok(Expr::Fails(format!("`{name}` counts over nodes, and this is a single value").into()));
        }
        let compiled: Result<Box<[ExprId]>, Refused> =
            arguments.iter().map(|argument| self.expr(argument)).collect();
        Ok(match (name, arguments) {
            ("position", []) => Expr::ContextPosition,
            ("last", []) => Expr::ContextSize,
            ("regex", [_, Ast { kind: Kind::Text(pattern), .. }]) => match functions::pattern(pattern) {
                Ok(regex) => self.matches(compiled?[0], regex),
                Err(message) => Expr::Fails(message.into()),
            },
            _ => Expr::Call(function, compiled?),
        })
    }

    fn matches(&mut self, value: ExprId, regex: Regex) -> Expr {
        let pattern = self.program.add_pattern(regex);
        Expr::Matches(value, pattern)
    }

    fn path(&mut self, path: &syntax::Path) -> Result<Expr, Refused> {
        let start = match &path.start {
            Start::Context => PathStart::Context,
            Start::Root => PathStart::Root,
            Start::Reference(name) => {
                return Err(Refused {
                    message: format!("`${{{name}}}` names a question, and there is no form"),
                });
            }
            Start::Expression(inner) => match &inner.kind {
                Kind::Call { name, arguments, .. } if name == "current" && arguments.is_empty() => {
                    PathStart::Current
                }
                _ => PathStart::Expr(self.expr(inner)?),
            },
        };
        let predicates = self.predicates(&path.predicates)?;
        let mut steps = Vec::with_capacity(path.steps.len());
        let mut rest = path.steps.as_slice();
        while let Some(step) = rest.first() {
            let (axis, step, taken) = match paths::merged(rest) {
                Some(axis) => (axis, &rest[1], 2),
                None => (step.axis, step, 1),
            };
            steps.push(self.step(axis, step)?);
            rest = &rest[taken..];
        }
        let path = Path { start, predicates, steps: steps.into() };
        Ok(Expr::Path(self.program.add_path(path)))
    }

    fn step(&mut self, axis: Axis, step: &syntax::Step) -> Result<Step, Refused> {
        let test = paths::node_test(axis, &step.test, &self.document.names, &self.spaces);
        Ok(Step { axis, test, predicates: self.predicates(&step.predicates)? })
    }

    fn predicates(&mut self, written: &[Ast]) -> Result<Box<[Predicate]>, Refused> {
        let mut predicates = Vec::with_capacity(written.len());
        for condition in written.iter().flat_map(paths::conditions) {
            let expr = self.expr(condition)?;
            let equal = match paths::equal(condition) {
                Some((test, key)) => {
                    let test = paths::node_test(Axis::Child, test, &self.document.names, &self.spaces);
                    Some((test, self.expr(key)?))
                }
                None => None,
            };
            predicates.push(Predicate { expr, gives: paths::gives(condition), equal });
        }
        Ok(predicates.into())
    }
}

/// Can an expression give nodes at all?
fn may_be_nodes(ast: &Ast) -> bool {
    use crate::expr::program::Gives;
    matches!(paths::gives(ast), Gives::Nodes | Gives::Any)
}
