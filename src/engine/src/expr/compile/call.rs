//! Calls: the function is there, takes that many arguments, and of that kind.

use std::ops::Range;

use super::{Compiler, Over};
use crate::diagnostic::Diagnostic;
use crate::expr::functions::{self, Body};
use crate::expr::program::{Expr, ExprId};
use crate::expr::syntax::{Ast, Kind};

impl Compiler<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        arguments: &[Ast],
        span: &Range<usize>,
    ) -> (ExprId, Over) {
        let Some(function) = functions::find(name) else {
            let span = self.written.part(name_span.clone());
            let diagnostic =
                Diagnostic::error("unknown-function", span, format!("there is no function `{name}`"));
            let diagnostic = match elsewhere(name) {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic.did_you_mean(name, functions::names()),
            };
            return (self.fail(diagnostic), Over::Value);
        };
        if !function.takes(arguments.len()) {
            return (self.wrong_arity(function, arguments.len(), span), Over::Value);
        }
        if let Body::Compiled(_) = function.body {
            return self.special(function, arguments, span);
        }
        for index in function.node_sets {
            if let Some(argument) = arguments.get(*index)
                && matches!(argument.kind, Kind::Number(_) | Kind::Text(_) | Kind::Negate(_))
            {
                let message = format!("`{name}` counts over questions, and this is a single value");
                let hint = "write the question in the repeat: `sum(${age})`";
                self.error_hinted("wrong-type", &argument.span, &message, hint);
            }
        }
        if matches!(function.name, "area" | "distance" | "geofence" | "intersects") {
            self.check_places(name, arguments);
        }
        let mut over = Over::Value;
        let mut compiled = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            let (id, nodes) = self.expr_over(argument);
            let asks_only_whether = matches!(name, "boolean" | "not") || (name == "if" && index == 0);
            if !function.node_sets.contains(&index) && !asks_only_whether {
                self.read_inside(nodes);
            }
            // The nodes of its first argument in another order.
            if index == 0 && name == "randomize" {
                over = nodes;
            }
            compiled.push(id);
        }
        (self.program.add(Expr::Call(function, compiled.into())), over)
    }

    /// What is written out and is no place never will be one.
    fn check_places(&mut self, name: &str, arguments: &[Ast]) {
        for argument in arguments {
            if let Kind::Text(text) = &argument.kind
                && !functions::are_places(text)
            {
                let message = format!("`{name}` needs places, and '{text}' is none");
                let span = self.written.part(argument.span.clone());
                let diagnostic = Diagnostic::error("wrong-type", span, message);
                self.fail(
                    diagnostic.hint("a place is written `latitude longitude`, a line `lat lon; lat lon`"),
                );
            }
        }
    }

    fn wrong_arity(&mut self, function: &functions::Function, count: usize, span: &Range<usize>) -> ExprId {
        let (least, most) = function.arity;
        let wanted = match (least, most) {
            (least, most) if least == most => format!("{least}"),
            (least, u8::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let plural = if wanted == "1" { "" } else { "s" };
        let span = self.written.part(span.clone());
        let message = format!("`{}` takes {wanted} argument{plural}, not {count}", function.name);
        self.fail(
            Diagnostic::error("wrong-arity", span, message)
                .hint(format!("it is written `{}`", function.signature)),
        )
    }
}

/// What a function of spreadsheets and databases is here.
fn elsewhere(name: &str) -> Option<&'static str> {
    // A phone runs what was checked before.
    if !cfg!(feature = "checks") {
        return None;
    }
    Some(match &*name.to_ascii_lowercase() {
        "average" | "avg" | "mean" => "write `sum(…) div count(…)`",
        "length" | "lenght" | "len" => "write `string-length(…)`",
        "date-diff" | "datediff" | "datedif" => {
            "days between two dates are `decimal-date-time(a) - decimal-date-time(b)`"
        }
        "concatenate" => "write `concat(…)`",
        "isblank" | "is-blank" | "isempty" | "empty" => "write `… = ''`",
        "sqrt" | "abs" | "min" | "max" | "round" | "if" | "not" | "sum" | "count" => {
            "write it in small letters"
        }
        _ => return None,
    })
}
