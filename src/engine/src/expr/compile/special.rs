//! Calls that the compiler knows: their arguments are names, patterns and paths, settled once instead of at each answer.

use std::ops::Range;

use super::{Compiler, Over};
use crate::diagnostic::Diagnostic;
use crate::expr::functions::{self, Function};
use crate::expr::parser::parse;
use crate::expr::program::{Base, Expr, ExprId, PathStart, Read, What};
use crate::expr::syntax::{Ast, Axis, Kind, Operator, Path, Start, Step, Test};
use crate::form::SkeletonKind;
use crate::view::NodeId;

impl Compiler<'_> {
    pub(super) fn special(
        &mut self,
        function: &'static Function,
        arguments: &[Ast],
        span: &Range<usize>,
    ) -> (ExprId, Over) {
        self.leans |= function.name != "regex";
        let expr = match (function.name, arguments) {
            ("regex", [value, pattern]) => self.regex(function, value, pattern),
            ("position", []) => self.program.add(Expr::ContextPosition),
            ("last", []) => self.program.add(Expr::ContextSize),
            ("position", [node]) => self.position(node),
            ("once", [inner]) => {
                let inner = self.expr(inner);
                self.program.add(Expr::Once(inner))
            }
            ("current", []) => {
                let route = self.route_here(Base::Current, self.anchor.node);
                return (self.finish(route), Over::Nodes(self.anchor.node));
            }
            ("instance", [list]) => match self.tree_named(list) {
                Some(tree) => {
                    let path = crate::expr::program::Path {
                        start: PathStart::Tree(tree),
                        predicates: Box::default(),
                        steps: Box::default(),
                    };
                    let path = self.program.add_path(path);
                    return (self.program.add(Expr::Path(path)), Over::Tree);
                }
                None => return (self.nothing(), Over::Tree),
            },
            ("jr:choice-name", [value, question]) => self.choice_name(value, question),
            ("jr:itext", [id]) => {
                let id = self.expr(id);
                self.program.asks_itext = true;
                self.reads.push(Read { what: What::Language, from: self.anchor.scope });
                self.program.add(Expr::Itext(id))
            }
            ("pulldata", [list, column, key_column, key]) => {
                return self.pulldata([list, column, key_column, key], span);
            }
            ("indexed-repeat", _) if arguments.len() >= 3 && arguments.len() % 2 == 1 => {
                return self.indexed_repeat(&arguments[0], &arguments[1..]);
            }
            _ => {
                let message = format!("`{}` is not written like this", function.name);
                let span = self.written.part(span.clone());
                let hint = format!("it is written `{}`", function.signature);
                self.fail(Diagnostic::error("wrong-arity", span, message).hint(hint))
            }
        };
        (expr, Over::Value)
    }

    /// A pattern that is written out is compiled here; one that is calculated, while running.
    fn regex(&mut self, function: &'static Function, value: &Ast, pattern: &Ast) -> ExprId {
        let Kind::Text(text) = &pattern.kind else {
            let arguments = [value, pattern].map(|argument| self.expr(argument));
            return self.program.add(Expr::Call(function, arguments.into()));
        };
        match functions::pattern(text) {
            Ok(regex) => {
                let value = self.expr(value);
                let pattern = self.program.add_pattern(regex);
                self.program.add(Expr::Matches(value, pattern))
            }
            Err(error) => self.error("bad-pattern", &pattern.span, error),
        }
    }

    fn position(&mut self, node: &Ast) -> ExprId {
        let route = match &node.kind {
            Kind::Path(path) => self.route(path, &node.span),
            Kind::Call { name, arguments, .. } if name == "current" && arguments.is_empty() => {
                Some(self.route_here(Base::Current, self.anchor.node))
            }
            _ => {
                return self.error_hinted(
                    "wrong-type",
                    &node.span,
                    "`position` needs a repeat",
                    "write `position(..)`",
                );
            }
        };
        let Some(route) = route else {
            if !self.failed {
                return self.error("wrong-type", &node.span, "`position` needs a repeat of this form");
            }
            return self.program.add(Expr::Number(f64::NAN));
        };
        let not_one = "`position` needs one repeat instance, such as `..`";
        if route.many {
            return self.error_hinted(
                "wrong-type",
                &node.span,
                not_one,
                "write it in a question of the repeat",
            );
        }
        let Some(repeat) = self.repeat_around(route.at) else {
            let span = self.written.part(node.span.clone());
            let message = "this is not inside a repeat: its position is always 1";
            let hint = "write `position(..)` in a question of a repeat";
            self.found.push(Diagnostic::warning("wrong-type", span, message).hint(hint));
            return self.program.add(Expr::Number(1.0));
        };
        // A path to what is no repeat leads to the first of its name; `${name}` means the repeat around.
        let named = matches!(&node.kind, Kind::Path(Path { start: Start::Reference(_), .. }));
        if repeat != route.at && !named {
            return self.program.add(Expr::Number(1.0));
        }
        let SkeletonKind::Repeat(own) = self.form.node(repeat).kind else { unreachable!("repeat_around") };
        let Some(extra) = self.form.scope(route.top).depth.checked_sub(self.form.scope(own).depth) else {
            return self.error("wrong-type", &node.span, not_one);
        };
        self.reads.push(Read { what: What::Position(repeat), from: own });
        self.program.add(Expr::Position { base: route.base, up: route.up + extra })
    }

    fn repeat_around(&self, mut node: NodeId) -> Option<NodeId> {
        loop {
            if let SkeletonKind::Repeat(_) = self.form.node(node).kind {
                return Some(node);
            }
            if node == NodeId(0) {
                return None;
            }
            node = self.form.node(node).parent;
        }
    }

    /// The question may be written as a path or as one in quotes.
    fn choice_name(&mut self, value: &Ast, question: &Ast) -> ExprId {
        let quoted = match &question.kind {
            Kind::Text(text) => match parse(text.trim()) {
                Ok(ast @ Ast { kind: Kind::Path(_), .. }) => Some(ast),
                _ => None,
            },
            Kind::Path(_) => Some(question.clone()),
            _ => None,
        };
        let Some(Ast { kind: Kind::Path(path), .. }) = &quoted else {
            let message = "the question must be named";
            return self.error_hinted("wrong-type", &question.span, message, "write it in quotes: '${town}'");
        };
        let (node, over) = self.path(path, &question.span);
        let has_choices = matches!(over, Over::Nodes(node) if self.form.node(node).choices.is_some())
            || matches!(over, Over::Nodes(node) if self.form.node(node).select);
        if !has_choices {
            if self.failed {
                return node;
            }
            let hint = "name a select: `jr:choice-name(${town}, '${town}')`";
            return self.error_hinted("wrong-type", &question.span, "this question has no choices", hint);
        }
        let value = self.expr(value);
        self.reads.push(Read { what: What::Language, from: self.anchor.scope });
        self.program.add(Expr::ChoiceName { value, question: node })
    }

    /// `pulldata('list', 'column', 'key column', key)` is `instance('list')/root/item[key column = string(key)]/column`.
    fn pulldata(
        &mut self,
        [list, column, key_column, key]: [&Ast; 4],
        span: &Range<usize>,
    ) -> (ExprId, Over) {
        let name = |ast: &Ast| match &ast.kind {
            Kind::Text(text) => Some(text.trim().to_owned()),
            _ => None,
        };
        let (Some(column_name), Some(key_name)) = (name(column), name(key_column)) else {
            let message = "the columns of `pulldata` must be named in quotes";
            let hint = "for example `pulldata('towns', 'label', 'name', ${town})`";
            return (self.error_hinted("wrong-type", &column.span, message, hint), Over::Value);
        };
        if self.tree_named(list).is_none() {
            return (self.nothing(), Over::Tree);
        }
        let at = |kind: Kind| Ast::new(kind, span.clone());
        let call = |name: &str, argument: &Ast| {
            at(Kind::Call { name: name.into(), name_span: span.clone(), arguments: vec![argument.clone()] })
        };
        // A column is an element of the item, or `@column` an attribute.
        let step = |name: &str, predicates: Vec<Ast>| Step {
            axis: if name.starts_with('@') { Axis::Attribute } else { Axis::Child },
            test: Test::Name(name.trim_start_matches('@').into()),
            predicates,
            span: span.clone(),
        };
        let key_path =
            Path { start: Start::Context, predicates: Vec::new(), steps: vec![step(&key_name, Vec::new())] };
        // The key is looked for from where the call stands, not from the item.
        let mut key = key.clone();
        from_current(&mut key);
        let equal =
            Kind::Binary(Operator::Equal, Box::new(at(Kind::Path(key_path))), Box::new(call("string", &key)));
        let path = Path {
            start: Start::Expression(Box::new(call("instance", list))),
            predicates: Vec::new(),
            steps: vec![
                step("root", Vec::new()),
                step("item", vec![at(equal)]),
                step(&column_name, Vec::new()),
            ],
        };
        let (nodes, _) = self.path(&path, span);
        // A text, not nodes: of several rows the first counts.
        match functions::find("string") {
            Some(string) => (self.program.add(Expr::Call(string, [nodes].into())), Over::Value),
            None => (nodes, Over::Value),
        }
    }
}

/// Makes paths that start at the context start at `current()`.
fn from_current(ast: &mut Ast) {
    match &mut ast.kind {
        Kind::Number(_) | Kind::Text(_) => {}
        Kind::Negate(inner) => from_current(inner),
        Kind::Binary(_, a, b) => {
            from_current(a);
            from_current(b);
        }
        Kind::Call { arguments, .. } => arguments.iter_mut().for_each(from_current),
        Kind::Path(path) => match &mut path.start {
            Start::Context => {
                let span = ast.span.clone();
                let call =
                    Kind::Call { name: "current".into(), name_span: span.clone(), arguments: Vec::new() };
                path.start = Start::Expression(Box::new(Ast::new(call, span)));
            }
            Start::Expression(inner) => from_current(inner),
            Start::Root | Start::Reference(_) => {}
        },
    }
}
