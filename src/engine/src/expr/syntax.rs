//! An expression as written, every part with its bytes.

use std::ops::Range;

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Ast {
    pub kind: Kind,
    /// Bytes in the expression's text.
    pub span: Range<usize>,
    /// How deep it is: what walks it needs that much stack.
    pub height: u16,
}

impl Ast {
    pub fn new(kind: Kind, span: Range<usize>) -> Ast {
        let highest = |parts: &[Ast]| parts.iter().map(|part| part.height).max().unwrap_or(0);
        let below = match &kind {
            Kind::Number(_) | Kind::Text(_) => 0,
            Kind::Binary(_, a, b) => a.height.max(b.height),
            Kind::Negate(inner) => inner.height,
            Kind::Call { arguments, .. } => highest(arguments),
            Kind::Path(path) => {
                let start = match &path.start {
                    Start::Expression(inner) => inner.height,
                    Start::Context | Start::Root | Start::Reference(_) => 0,
                };
                let steps = path.steps.iter().map(|step| highest(&step.predicates)).max().unwrap_or(0);
                start.max(highest(&path.predicates)).max(steps)
            }
        };
        Ast { kind, span, height: below.saturating_add(1) }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind {
    Number(f64),
    Text(String),
    Binary(Operator, Box<Ast>, Box<Ast>),
    Negate(Box<Ast>),
    Call { name: String, name_span: Range<usize>, arguments: Vec<Ast> },
    Path(Path),
}

/// A location path, a reference, or an expression with predicates or steps after it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Path {
    pub start: Start,
    /// Predicates straight after the start: `${members}[age > 60]`.
    pub predicates: Vec<Ast>,
    pub steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Start {
    /// `a/b`, `.`, `..`
    Context,
    /// `/a/b`
    Root,
    /// `${name}`
    Reference(String),
    /// `instance('x')`, `current()`, or any expression in parentheses.
    Expression(Box<Ast>),
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Step {
    pub axis: Axis,
    pub test: Test,
    pub predicates: Vec<Ast>,
    pub span: Range<usize>,
}

/// XPath 1.0 §2.2, without the namespace axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Axis {
    Child,
    Parent,
    /// `self`
    Itself,
    Descendant,
    DescendantOrSelf,
    Ancestor,
    AncestorOrSelf,
    Following,
    FollowingSibling,
    Preceding,
    PrecedingSibling,
    Attribute,
}

impl Axis {
    /// Its name as it is written before `::`.
    pub fn named(name: &str) -> Option<Axis> {
        Some(match name {
            "child" => Axis::Child,
            "parent" => Axis::Parent,
            "self" => Axis::Itself,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "attribute" => Axis::Attribute,
            _ => return None,
        })
    }

    /// Do places on it count backwards in document order?
    pub fn is_reverse(self) -> bool {
        matches!(
            self,
            Axis::Parent | Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling
        )
    }
}

/// XPath 1.0 §2.3.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Test {
    /// `name` or `prefix:name`
    Name(String),
    /// `prefix:*`
    Space(String),
    /// `*`: any element, on the attribute axis any attribute.
    Any,
    /// `node()`, `.` and `..`
    Node,
    /// `text()`
    Text,
    /// `comment()`
    Comment,
    /// `processing-instruction()`, possibly with its target.
    Instruction(Option<String>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

impl Operator {
    pub fn written(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::More => ">",
            Operator::AtLeast => ">=",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "div",
            Operator::Modulo => "mod",
            Operator::Union => "|",
        }
    }

    /// Binding strength, weakest first (XPath 1.0 §3).
    pub fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal | Operator::NotEqual => 3,
            Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => 4,
            Operator::Add | Operator::Subtract => 5,
            Operator::Multiply | Operator::Divide | Operator::Modulo => 6,
            Operator::Union => 8,
        }
    }
}

/// Why text is no expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SyntaxError {
    pub span: Range<usize>,
    pub message: String,
    pub hint: Option<String>,
}

impl SyntaxError {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> SyntaxError {
        SyntaxError { span, message: message.into(), hint: None }
    }

    pub fn hinted(mut self, hint: Option<String>) -> SyntaxError {
        self.hint = hint;
        self
    }

    pub fn shifted(mut self, by: usize) -> SyntaxError {
        self.span = self.span.start + by..self.span.end + by;
        self
    }
}
