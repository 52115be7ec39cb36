//! A condition in words that fit on paper: “只问：第 3 题选了“是”的”.

use std::collections::HashMap;

use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator, Start};

/// What a question is called on paper: its number and what its codes mean.
pub(super) struct Asked {
    pub number: String,
    pub choices: HashMap<String, String>,
}

/// By name.
pub(super) type Questions = HashMap<String, Asked>;

/// A condition in words; as it is written where there are none for it.
pub(super) fn condition(written: &str, questions: &Questions, zh: bool) -> String {
    let told = parse(written).ok().and_then(|ast| Teller { questions, zh }.tell(&ast));
    told.unwrap_or_else(|| plain(written, questions, zh))
}

/// The names as numbers.
fn plain(written: &str, questions: &Questions, zh: bool) -> String {
    let mut out = String::new();
    let mut rest = written;
    while let Some((before, reference)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, after)) = reference.split_once('}') else {
            rest = reference;
            break;
        };
        match questions.get(name) {
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
            Kind::Binary(operator, a, b) => {
                let (asked, value, operator) = match (self.asked(a), self.asked(b)) {
                    (Some(asked), None) => (asked, b, *operator),
                    (None, Some(asked)) => (asked, a, turned(*operator)),
                    _ => return None,
                };
                self.compared(asked, operator, value)
            }
            Kind::Call { name, arguments, .. } => match (name.as_str(), &arguments[..]) {
                ("selected", [list, choice]) => self.compared(self.asked(list)?, Operator::Equal, choice),
                ("not", [inner]) => match &inner.kind {
                    Kind::Call { name, arguments, .. } if name == "selected" && arguments.len() == 2 => {
                        self.compared(self.asked(&arguments[0])?, Operator::NotEqual, &arguments[1])
                    }
                    _ => None,
                },
                ("true", []) => None,
                _ => None,
            },
            _ => None,
        }
    }

    /// In brackets where it would be read otherwise.
    fn part(&self, ast: &Ast, within: Operator) -> Option<String> {
        let told = self.tell(ast)?;
        let other =
            matches!(&ast.kind, Kind::Binary(own @ (Operator::And | Operator::Or), ..) if *own != within);
        Some(match (other, self.zh) {
            (true, true) => format!("（{told}）"),
            (true, false) => format!("({told})"),
            (false, _) => told,
        })
    }

    fn asked(&self, ast: &Ast) -> Option<&Asked> {
        let Kind::Path(path) = &ast.kind else { return None };
        let Start::Reference(name) = &path.start else { return None };
        (path.predicates.is_empty() && path.steps.is_empty()).then(|| self.questions.get(name)).flatten()
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
        let mut questions = Questions::new();
        let choices = [("y".to_owned(), "是".to_owned())].into();
        questions.insert("a".into(), Asked { number: "3".into(), choices });
        questions.insert("n".into(), Asked { number: "4".into(), choices: HashMap::new() });
        let told = |written: &str| condition(written, &questions, true);
        assert_eq!(told("${a} = 'y' and ${n} >= 18"), "第 3 题选“是”的，并且第 4 题不小于 18 的");
        assert_eq!(told("not(selected(${a}, 'y')) or 5 < ${n}"), "第 3 题没选“是”的，或者第 4 题大于 5 的");
        assert_eq!(told("${n} = ''"), "第 4 题没答的");
        assert_eq!(told("${n} + 1 > ${other}"), "第 4 题 + 1 > other");
        assert_eq!(condition("${a} != 'y'", &questions, false), "“是” was not chosen in no. 3");
    }
}
