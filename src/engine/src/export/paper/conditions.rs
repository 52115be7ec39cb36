//! A condition in words that fit on paper: “只问：第 3 题选了“是”的”.

use std::collections::HashMap;

use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator, Start};

/// What a question is called on paper: its number and what its codes mean.
pub(super) struct Asked {
    pub number: String,
    pub choices: HashMap<String, String>,
}

/// What conditions may be about.
#[derive(Default)]
pub(super) struct Questions {
    /// By name.
    pub asked: HashMap<String, Asked>,
    /// How what is worked out is worked out, by name: `if(…, 'yes', 'no')` says when it is `yes`.
    pub worked_out: HashMap<String, String>,
}

/// How many steps of working out a condition is followed back.
const STEPS: usize = 4;

/// A condition in words; none where there are none for it.
pub(super) fn condition(written: &str, questions: &Questions, zh: bool) -> Option<String> {
    parse(written).ok().and_then(|ast| Teller { questions, zh, steps: STEPS }.tell(&ast))
}

/// A condition as it is written, with numbers for names.
pub(super) fn as_written(written: &str, questions: &Questions, zh: bool) -> String {
    let mut out = String::new();
    let mut rest = written;
    while let Some((before, reference)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, after)) = reference.split_once('}') else {
            rest = reference;
            break;
        };
        match questions.asked.get(name) {
            Some(asked) => out.push_str(&called(&asked.number, zh)),
            None => out.push_str(name),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn called(number: &str, zh: bool) -> String {
    if zh { format!("第 {number} 题") } else { format!("no. {number}") }
}

struct Teller<'a> {
    questions: &'a Questions,
    zh: bool,
    steps: usize,
}

impl Teller<'_> {
    fn tell(&self, ast: &Ast) -> Option<String> {
        let zh = self.zh;
        match &ast.kind {
            Kind::Binary(operator @ (Operator::And | Operator::Or), a, b) => {
                let (a, b) = (self.part(a, *operator)?, self.part(b, *operator)?);
                Some(match (operator, zh) {
                    (Operator::And, true) => format!("{a}，并且{b}"),
                    (Operator::And, false) => format!("{a} and {b}"),
                    (_, true) => format!("{a}，或者{b}"),
                    (_, false) => format!("{a} or {b}"),
                })
            }
            Kind::Binary(Operator::Equal, a, b) if self.worked_out(a).is_some() => self.followed(a, b),
            Kind::Binary(operator, a, b) => {
                let (asked, value, operator) = match (self.asked(a), self.asked(b)) {
                    (Some(asked), None) => (asked, b, *operator),
                    (None, Some(asked)) => (asked, a, turned(*operator)),
                    _ => return None,
                };
                self.compared(asked, operator, value)
            }
            Kind::Call { name, arguments, .. } => match (name.as_str(), &arguments[..]) {
                ("selected", [list, choice]) if matches!(list.kind, Kind::Text(_)) => {
                    self.one_of(list, choice)
                }
                ("selected", [list, choice]) => self.compared(self.asked(list)?, Operator::Equal, choice),
                ("not", [inner]) => match &inner.kind {
                    Kind::Call { name, arguments, .. } if name == "selected" && arguments.len() == 2 => {
                        self.compared(self.asked(&arguments[0])?, Operator::NotEqual, &arguments[1])
                    }
                    Kind::Binary(operator, a, b) => {
                        let inverse = Kind::Binary(inverse(*operator)?, a.clone(), b.clone());
                        self.tell(&Ast { kind: inverse, span: inner.span.clone(), height: inner.height })
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// How a reference is worked out, if it is.
    fn worked_out(&self, ast: &Ast) -> Option<&str> {
        let Kind::Path(path) = &ast.kind else { return None };
        let Start::Reference(name) = &path.start else { return None };
        let plain = path.predicates.is_empty() && path.steps.is_empty();
        self.questions.worked_out.get(name).filter(|_| plain).map(String::as_str)
    }

    /// What is `yes` under a condition is told as that condition.
    fn followed(&self, reference: &Ast, value: &Ast) -> Option<String> {
        let ast = parse(self.worked_out(reference)?).ok()?;
        let Kind::Call { name, arguments, .. } = &ast.kind else { return None };
        let [test, yes, no] = &arguments[..] else { return None };
        let text = |ast: &Ast| match &ast.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => None,
        };
        let means = name == "if" && self.steps > 0 && text(yes) == text(value) && text(no)? != text(value)?;
        means.then(|| Teller { steps: self.steps - 1, ..*self }.tell(test)).flatten()
    }

    /// `selected('a b', ${q})`: one of several was chosen.
    fn one_of(&self, codes: &Ast, question: &Ast) -> Option<String> {
        let (Kind::Text(codes), asked) = (&codes.kind, self.asked(question)?) else { return None };
        let labels: Option<Vec<&str>> =
            codes.split_whitespace().map(|code| asked.choices.get(code).map(String::as_str)).collect();
        let (labels, question) =
            (labels.filter(|labels| !labels.is_empty())?, called(&asked.number, self.zh));
        Some(match self.zh {
            true => format!("{question}选“{}”的", labels.join("”或“")),
            false => format!("“{}” was chosen in {question}", labels.join("” or “")),
        })
    }

    /// In brackets where it would be read otherwise.
    fn part(&self, ast: &Ast, within: Operator) -> Option<String> {
        let told = self.tell(ast)?;
        let other = self.joins(ast, STEPS).is_some_and(|own| own != within);
        Some(match (other, self.zh) {
            (true, true) => format!("（{told}）"),
            (true, false) => format!("({told})"),
            (false, _) => told,
        })
    }

    /// What the words of an expression are joined by, if they are.
    fn joins(&self, ast: &Ast, steps: usize) -> Option<Operator> {
        match &ast.kind {
            Kind::Binary(own @ (Operator::And | Operator::Or), ..) => Some(*own),
            Kind::Binary(Operator::Equal, a, _) if steps > 0 => {
                let Kind::Call { arguments, .. } = parse(self.worked_out(a)?).ok()?.kind else { return None };
                self.joins(arguments.first()?, steps - 1)
            }
            _ => None,
        }
    }

    fn asked(&self, ast: &Ast) -> Option<&Asked> {
        let Kind::Path(path) = &ast.kind else { return None };
        let Start::Reference(name) = &path.start else { return None };
        (path.predicates.is_empty() && path.steps.is_empty())
            .then(|| self.questions.asked.get(name))
            .flatten()
    }

    fn compared(&self, asked: &Asked, operator: Operator, value: &Ast) -> Option<String> {
        let zh = self.zh;
        let question = called(&asked.number, zh);
        let (text, is_number) = match &value.kind {
            Kind::Text(text) => (text.clone(), false),
            Kind::Number(number) => (number.to_string(), true),
            _ => return None,
        };
        if text.is_empty() && !is_number {
            return Some(match (operator, zh) {
                (Operator::Equal, true) => format!("{question}没答的"),
                (Operator::Equal, false) => format!("{question} was not answered"),
                (Operator::NotEqual, true) => format!("{question}答了的"),
                (Operator::NotEqual, false) => format!("{question} was answered"),
                _ => return None,
            });
        }
        if let Some(label) = asked.choices.get(&text) {
            return Some(match (operator, zh) {
                (Operator::Equal, true) => format!("{question}选“{label}”的"),
                (Operator::Equal, false) => format!("“{label}” was chosen in {question}"),
                (Operator::NotEqual, true) => format!("{question}没选“{label}”的"),
                (Operator::NotEqual, false) => format!("“{label}” was not chosen in {question}"),
                _ => return None,
            });
        }
        let word = match (operator, zh) {
            (Operator::Equal, true) => "是",
            (Operator::NotEqual, true) => "不是",
            (Operator::Less, true) => "小于",
            (Operator::AtMost, true) => "不超过",
            (Operator::More, true) => "大于",
            (Operator::AtLeast, true) => "不小于",
            (Operator::Equal, false) => "is",
            (Operator::NotEqual, false) => "is not",
            (Operator::Less, false) => "is less than",
            (Operator::AtMost, false) => "is at most",
            (Operator::More, false) => "is more than",
            (Operator::AtLeast, false) => "is at least",
            _ => return None,
        };
        Some(if zh { format!("{question}{word} {text} 的") } else { format!("{question} {word} {text}") })
    }
}

/// `not(a < b)` is `a >= b`, but for what is blank: that a reader sees.
fn inverse(operator: Operator) -> Option<Operator> {
    Some(match operator {
        Operator::Equal => Operator::NotEqual,
        Operator::NotEqual => Operator::Equal,
        Operator::Less => Operator::AtLeast,
        Operator::AtLeast => Operator::Less,
        Operator::More => Operator::AtMost,
        Operator::AtMost => Operator::More,
        _ => return None,
    })
}

/// `3 < ${a}` is `${a} > 3`.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::AtMost => Operator::AtLeast,
        Operator::More => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_told_where_there_are_words() {
        let mut questions = Questions::default();
        let choices = [("y".to_owned(), "是".to_owned())].into();
        questions.asked.insert("a".into(), Asked { number: "3".into(), choices });
        questions.asked.insert("n".into(), Asked { number: "4".into(), choices: HashMap::new() });
        questions.worked_out.insert("open".into(), "if(${a} = 'y' or ${n} < 9, 'yes', 'no')".into());
        questions.worked_out.insert("itself".into(), "if(${itself} = 'yes', 'yes', 'no')".into());
        let told = |written: &str| condition(written, &questions, true).unwrap_or_default();
        assert_eq!(told("${a} = 'y' and ${n} >= 18"), "第 3 题选“是”的，并且第 4 题不小于 18 的");
        assert_eq!(told("not(selected(${a}, 'y')) or 5 < ${n}"), "第 3 题没选“是”的，或者第 4 题大于 5 的");
        assert_eq!(told("${n} = ''"), "第 4 题没答的");
        assert_eq!(told("selected('y', ${a})"), "第 3 题选“是”的");
        assert_eq!(
            told("${open} = 'yes' and not(${n} = 3)"),
            "（第 3 题选“是”的，或者第 4 题小于 9 的），并且第 4 题不是 3 的"
        );
        assert_eq!((told("${open} = 'no'"), told("${itself} = 'yes'")), (String::new(), String::new()));
        assert_eq!(told("${n} + 1 > ${other}"), "");
        assert_eq!(as_written("${n} + 1 > ${other}", &questions, true), "第 4 题 + 1 > other");
        assert_eq!(condition("${a} != 'y'", &questions, false).unwrap(), "“是” was not chosen in no. 3");
    }
}
