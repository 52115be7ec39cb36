//! Reads an expression (XPath 1.0 §2 and §3, with ODK's `${name}`).

use std::ops::Range;

use super::lexer::{Token, tokens};
use super::syntax::{Ast, Axis, Kind, Operator, Path, Start, Step, SyntaxError, Test};

/// How deep parentheses and predicates may nest: far beyond any author, far below the stack.
const MAX_DEPTH: usize = 100;
/// How deep the tree may be: long chains of operators make deep trees too.
const MAX_HEIGHT: u16 = 600;

/// `AND` as spreadsheets write it is a name here.
fn operator_of_capitals(word: &str) -> Option<&'static str> {
    ["and", "or", "div", "mod"].into_iter().find(|small| word.eq_ignore_ascii_case(small))
}

pub(crate) fn parse(text: &str) -> Result<Ast, SyntaxError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(SyntaxError::new(0..text.len(), "there is no expression here"));
    }
    let mut parser = Parser { tokens, at: 0, depth: 0, end: text.len() };
    let ast = parser.binary(1)?;
    match parser.tokens.get(parser.at) {
        None => Ok(ast),
        Some((token, span)) => {
            let error = SyntaxError::new(span.clone(), "the expression should have ended here");
            Err(match token {
                Token::Close => error.hinted(Some("there is one `)` too many".into())),
                Token::Name(word) if operator_of_capitals(word).is_some() => {
                    error.hinted(operator_of_capitals(word).map(|small| format!("write it small: `{small}`")))
                }
                Token::Name(word) if elsewhere(word).is_some() => {
                    error.hinted(elsewhere(word).map(str::to_owned))
                }
                Token::Name(_) | Token::Reference(_) if parser.follows_not() => {
                    error.hinted(Some("write what does not hold in brackets: `not(…)`".into()))
                }
                Token::Name(_) | Token::Reference(_) | Token::Number(_) | Token::Text(_) => {
                    error.hinted(Some("is an operator missing, such as `and`, `=` or `+`?".into()))
                }
                Token::Comma => {
                    error.hinted(Some("a number is written without commas: `1000`, `1.5`".into()))
                }
                Token::Operator(Operator::Equal) => error.hinted(Some("one `=` is enough to compare".into())),
                _ => error,
            })
        }
    }
}

/// What an operator of other languages is here.
fn elsewhere(word: &str) -> Option<&'static str> {
    // A phone runs what was checked before.
    if !cfg!(feature = "checks") {
        return None;
    }
    Some(match &*word.to_ascii_lowercase() {
        "is" => "whether there is an answer is asked by `… = ''` or `… != ''`",
        "in" => "write each by itself: `… = 'a' or … = 'b'`",
        "like" | "contains" => "write `contains(…, 'a')`, `starts-with(…, 'a')` or `regex(…, 'a.*')`",
        "selected" | "includes" => "write `selected(…, 'a')`",
        _ => return None,
    })
}

struct Parser<'t> {
    tokens: Vec<(Token<'t>, Range<usize>)>,
    at: usize,
    depth: usize,
    end: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).map(|(token, _)| *token)
    }

    fn before(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at.checked_sub(1)?).map(|(token, _)| *token)
    }

    /// Stands `not` before, as if it were an operator?
    fn follows_not(&self) -> bool {
        matches!(self.before(), Some(Token::Name(word)) if word.eq_ignore_ascii_case("not"))
    }

    fn after(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at + 1).map(|(token, _)| *token)
    }

    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, span)| span.clone())
    }

    fn end_of_last(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |at| self.tokens[at].1.end)
    }

    fn eat(&mut self, token: &Token<'_>) -> bool {
        let same = self.tokens.get(self.at).is_some_and(|(next, _)| next == token);
        self.at += usize::from(same);
        same
    }

    fn expect(&mut self, token: Token<'_>, open: &Range<usize>, written: &str) -> Result<(), SyntaxError> {
        match self.eat(&token) {
            true => Ok(()),
            false => Err(SyntaxError::new(self.here(), format!("`{written}` is missing here")).hinted(Some(
                match self.peek() {
                    Some(Token::Text(_) | Token::Reference(_) | Token::Number(_) | Token::Name(_)) => {
                        "is a `,` missing here, or an operator such as `and`, `=` or `+`?".to_owned()
                    }
                    _ => format!("it closes what opened at character {}", open.start + 1),
                },
            ))),
        }
    }

    fn binary(&mut self, weakest: u8) -> Result<Ast, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.here()));
        }
        let mut left = self.unary()?;
        while let Some(Token::Operator(operator)) = self.peek() {
            if operator.strength() < weakest {
                break;
            }
            self.at += 1;
            let right = self.binary(operator.strength() + 1)?;
            let span = left.span.start..right.span.end;
            left = Ast::new(Kind::Binary(operator, Box::new(left), Box::new(right)), span);
            if left.height > MAX_HEIGHT {
                return Err(too_deep(left.span.clone()));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Ast, SyntaxError> {
        let start = self.here().start;
        let mut signs = 0;
        while self.eat(&Token::Operator(Operator::Subtract)) {
            signs += 1;
        }
        let operand = if signs > 0 { self.binary(8)? } else { self.path()? };
        let span = start..operand.span.end;
        Ok(match signs {
            0 => operand,
            // Two signs still turn a text into a number.
            odd if odd % 2 == 1 => Ast::new(Kind::Negate(Box::new(operand)), span),
            _ => {
                let inner = Ast::new(Kind::Negate(Box::new(operand)), span.clone());
                Ast::new(Kind::Negate(Box::new(inner)), span)
            }
        })
    }

    fn path(&mut self) -> Result<Ast, SyntaxError> {
        let start_at = self.here().start;
        let start = match self.peek() {
            Some(Token::Slash) => {
                self.at += 1;
                Start::Root
            }
            Some(Token::DoubleSlash) => Start::Root,
            Some(Token::Reference(name)) => {
                self.at += 1;
                Start::Reference(name.to_owned())
            }
            Some(Token::Number(_) | Token::Text(_) | Token::Open) => {
                Start::Expression(Box::new(self.primary()?))
            }
            Some(Token::Name(name)) if self.after() == Some(Token::Open) && !is_node_test(name) => {
                Start::Expression(Box::new(self.primary()?))
            }
            _ => Start::Context,
        };
        let primary = !matches!(start, Start::Root | Start::Context);
        let predicates = if primary { self.predicates()? } else { Vec::new() };
        let mut steps = Vec::new();
        let goes_on = match start {
            Start::Context => true,
            Start::Root => self.starts_step(),
            Start::Reference(_) | Start::Expression(_) => self.eat(&Token::Slash),
        };
        if goes_on || self.descend(&mut steps) {
            self.steps(&mut steps)?;
        }
        let span = start_at..self.end_of_last();
        Ok(match start {
            Start::Expression(inner) if predicates.is_empty() && steps.is_empty() => Ast { span, ..*inner },
            start => Ast::new(Kind::Path(Path { start, predicates, steps }), span),
        })
    }

    fn starts_step(&self) -> bool {
        matches!(self.peek(), Some(Token::Name(_) | Token::Any | Token::Dot | Token::DotDot | Token::At))
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), SyntaxError> {
        loop {
            steps.push(self.step()?);
            if !self.eat(&Token::Slash) && !self.descend(steps) {
                return Ok(());
            }
        }
    }

    /// Takes `//`, which is a step of its own.
    fn descend(&mut self, steps: &mut Vec<Step>) -> bool {
        let span = self.here();
        let found = self.eat(&Token::DoubleSlash);
        if found {
            steps.push(Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new(), span });
        }
        found
    }

    fn step(&mut self) -> Result<Step, SyntaxError> {
        let start = self.here().start;
        let mut axis = Axis::Child;
        let test = match self.peek() {
            Some(Token::Dot) => {
                self.at += 1;
                axis = Axis::Itself;
                Test::Node
            }
            Some(Token::DotDot) => {
                self.at += 1;
                axis = Axis::Parent;
                Test::Node
            }
            Some(Token::At) => {
                self.at += 1;
                axis = Axis::Attribute;
                self.test()?
            }
            Some(Token::Name(name)) if self.after() == Some(Token::DoubleColon) => {
                axis = Axis::named(name).ok_or_else(|| {
                    SyntaxError::new(self.here(), format!("`{name}` is no axis"))
                        .hinted((name == "namespace").then(|| "namespaces are no nodes here".into()))
                })?;
                self.at += 2;
                self.test()?
            }
            _ => self.test()?,
        };
        let predicates = self.predicates()?;
        Ok(Step { axis, test, predicates, span: start..self.end_of_last() })
    }

    fn test(&mut self) -> Result<Test, SyntaxError> {
        let span = self.here();
        match self.peek() {
            Some(Token::Any) => {
                self.at += 1;
                Ok(Test::Any)
            }
            Some(Token::Name(name)) if self.after() == Some(Token::Open) && is_node_test(name) => {
                self.at += 2;
                let target = match (name, self.peek()) {
                    ("processing-instruction", Some(Token::Text(target))) => {
                        self.at += 1;
                        Some(target.to_owned())
                    }
                    _ => None,
                };
                self.expect(Token::Close, &span, ")")?;
                Ok(match name {
                    "node" => Test::Node,
                    "text" => Test::Text,
                    "comment" => Test::Comment,
                    _ => Test::Instruction(target),
                })
            }
            Some(Token::Name(name)) if self.after() != Some(Token::Open) => {
                self.at += 1;
                Ok(match name.strip_suffix(":*") {
                    Some(prefix) => Test::Space(prefix.to_owned()),
                    None => Test::Name(name.to_owned()),
                })
            }
            None => Err(SyntaxError::new(span, "the expression ends too early")
                .hinted(Some("is something missing after the last operator or bracket?".into()))),
            Some(Token::Operator(operator)) => {
                let meant = match (self.before(), operator) {
                    (Some(Token::Operator(Operator::Equal)), Operator::Equal) => {
                        Some("to compare, write one `=`")
                    }
                    (Some(Token::Operator(Operator::Equal)), Operator::More) => Some("write `>=`"),
                    (Some(Token::Operator(Operator::Equal)), Operator::Less) => Some("write `<=`"),
                    (Some(Token::Operator(Operator::Less)), Operator::More) => Some("write `!=`"),
                    (None, Operator::Equal) => Some("an expression begins without `=`"),
                    (None, Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast) => {
                        Some("the answer itself is written `.`: `. > 0`")
                    }
                    _ => None,
                };
                Err(SyntaxError::new(span, format!("`{}` needs something before it", operator.written()))
                    .hinted(meant.map(str::to_owned)))
            }
            Some(_) => {
                // What follows is no step of a path: somebody divides.
                let divides = self.before() == Some(Token::Slash);
                Err(SyntaxError::new(span, "a value or a name should stand here")
                    .hinted(divides.then(|| "division is written `div`: `a div b`".into())))
            }
        }
    }

    fn predicates(&mut self) -> Result<Vec<Ast>, SyntaxError> {
        let mut predicates = Vec::new();
        loop {
            let open = self.here();
            if !self.eat(&Token::OpenBracket) {
                return Ok(predicates);
            }
            predicates.push(self.binary(1)?);
            self.expect(Token::CloseBracket, &open, "]")?;
        }
    }

    fn primary(&mut self) -> Result<Ast, SyntaxError> {
        let (token, span) = self.tokens[self.at].clone();
        self.at += 1;
        let kind = match token {
            Token::Number(number) => Kind::Number(number),
            Token::Text(text) => Kind::Text(text.to_owned()),
            Token::Open => {
                let inner = self.binary(1)?;
                self.expect(Token::Close, &span, ")")?;
                return Ok(Ast { span: span.start..self.end_of_last(), ..inner });
            }
            Token::Name(name) => {
                let open = self.here();
                self.at += 1;
                let mut arguments = Vec::new();
                if !self.eat(&Token::Close) {
                    loop {
                        arguments.push(self.binary(1)?);
                        if !self.eat(&Token::Comma) {
                            break;
                        }
                    }
                    self.expect(Token::Close, &open, ")")?;
                }
                Kind::Call { name: name.to_owned(), name_span: span.clone(), arguments }
            }
            _ => unreachable!("path() looked at the token"),
        };
        Ok(Ast::new(kind, span.start..self.end_of_last()))
    }
}

fn too_deep(span: Range<usize>) -> SyntaxError {
    SyntaxError::new(span, "this expression is nested too deeply")
        .hinted(Some("move a part of it into a calculation of its own".into()))
}

fn is_node_test(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with all its parentheses.
    fn shape(ast: &Ast) -> String {
        match &ast.kind {
            Kind::Number(number) => number.to_string(),
            Kind::Text(text) => format!("'{text}'"),
            Kind::Negate(inner) => format!("(-{})", shape(inner)),
            Kind::Binary(operator, a, b) => format!("({} {} {})", shape(a), operator.written(), shape(b)),
            Kind::Call { name, arguments, .. } => {
                format!("{name}({})", arguments.iter().map(shape).collect::<Vec<_>>().join(", "))
            }
            Kind::Path(path) => {
                let mut out = match &path.start {
                    Start::Context => String::new(),
                    Start::Root => "/".into(),
                    Start::Reference(name) => format!("${{{name}}}"),
                    Start::Expression(inner) => shape(inner),
                };
                let predicate = |p: &Ast| format!("[{}]", shape(p));
                out.extend(path.predicates.iter().map(predicate));
                for (index, step) in path.steps.iter().enumerate() {
                    if index > 0 || matches!(path.start, Start::Reference(_) | Start::Expression(_)) {
                        out.push('/');
                    }
                    out.push_str(match (&step.axis, &step.test) {
                        (Axis::Itself, _) => ".",
                        (Axis::Parent, _) => "..",
                        (Axis::DescendantOrSelf, _) => "**",
                        (Axis::Ancestor, _) => "^",
                        (_, Test::Name(name) | Test::Space(name)) => name,
                        (_, Test::Text) => "text()",
                        _ => "*",
                    });
                    out.extend(step.predicates.iter().map(predicate));
                }
                out
            }
        }
    }

    fn parsed(text: &str) -> String {
        shape(&parse(text).unwrap())
    }

    #[test]
    fn operators_bind_as_xpath_says() {
        assert_eq!(parsed("1 + 2 * 3 - 4"), "((1 + (2 * 3)) - 4)");
        assert_eq!(parsed("a or b and c = d < e"), "(a or (b and (c = (d < e))))");
        assert_eq!(parsed("-a * 2"), "((-a) * 2)");
        assert_eq!(parsed("10 div 2 mod 3"), "((10 div 2) mod 3)");
        assert_eq!(parsed("(1 + 2) * 3"), "((1 + 2) * 3)");
    }

    #[test]
    fn paths_references_and_predicates() {
        assert_eq!(parsed("../a/b[. = 1]/c"), "../a/b[(. = 1)]/c");
        assert_eq!(parsed("/data/x"), "/data/x");
        assert_eq!(parsed("${m}[age > 60]/name"), "${m}[(age > 60)]/name");
        assert_eq!(
            parsed("instance('t')/root/item[n = current()/../k]/l"),
            "instance('t')/root/item[(n = current()/../k)]/l"
        );
        assert_eq!(parsed("sum(${x})"), "sum(${x})");
        assert_eq!(parsed("/"), "/");
        assert_eq!(parsed("(a | b)[1]/c"), "(a | b)[1]/c");
        assert_eq!(parsed("//a/text()"), "/**/a/text()");
        assert_eq!(parsed("concat('x')//@jr:y"), "concat('x')/**/jr:y");
        assert_eq!(parsed("ancestor::*[1]"), "^[1]");
        assert_eq!(parsed("a * p:*"), "(a * p)");
    }

    #[test]
    fn mistakes_say_where() {
        let wrong = |text: &str| {
            let error = parse(text).unwrap_err();
            (error.span, error.message)
        };
        assert_eq!(wrong("if(1, 2"), (7..7, "`)` is missing here".into()));
        assert_eq!(wrong("1 2").0, 2..3);
        assert_eq!(wrong("a = = b").0, 4..5);
        assert_eq!(wrong("a and").0, 5..5);
        assert_eq!(wrong("").0, 0..0);
        assert!(parse(&"(".repeat(5_000)).is_err());
        assert!(parse(&"1+".repeat(9_000)).is_err());
        assert!(parse(&"-".repeat(9_000)).is_err());
        assert!(parse(&format!("1{}", "//a".repeat(6_600))).is_ok());
        assert!(parse(&format!("{}1", "-".repeat(9_000))).is_ok());
    }
}
