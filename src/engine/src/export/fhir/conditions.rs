//! `enableWhen`: a condition that compares answers with values, joined by `and` or by `or` but not by both.
//!
//! FHIR's `!=` needs an answer, XPath's does not (<https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen.operator>):
//! one that stands alone or among `or`s gets `exists = false` beside it, any other can't be said.

use serde_json::{Map, Value as Json, json};

use super::{Known, Writer, decimal};
use crate::export::outline::Item;
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator, Path, Start, Test};

impl<'a> Writer<'a> {
    /// Its condition, or a loss.
    pub(super) fn condition(&mut self, item: &'a Item, written: &mut Map<String, Json>) {
        let Some(said) = item.relevant() else { return };
        let when = parse(said).ok().and_then(|ast| self.when(&ast));
        let Some((tests, any)) = when else {
            let what = format!("the condition of `{}`, {said}", item.name());
            return self.lost(item, &what);
        };
        if tests.len() > 1 {
            written.insert("enableBehavior".into(), if any { "any" } else { "all" }.into());
        }
        written.insert("enableWhen".into(), Json::Array(tests));
    }

    /// The tests, and whether any of them is enough.
    fn when(&self, ast: &Ast) -> Option<(Vec<Json>, bool)> {
        let joined = match &ast.kind {
            Kind::Binary(operator @ (Operator::And | Operator::Or), ..) => Some(*operator),
            _ => None,
        };
        let mut parts = Vec::new();
        flat(ast, joined, &mut parts);
        let mut tests = Vec::new();
        let (mut needs_any, any) = (false, joined == Some(Operator::Or));
        for part in &parts {
            let (told, either) = self.test(part)?;
            needs_any |= either;
            tests.extend(told);
        }
        // Two tests for one part are enough each.
        if needs_any && !any && parts.len() > 1 {
            return None;
        }
        Some((tests, any || needs_any))
    }

    /// One comparison; true: any of its tests is enough.
    fn test(&self, ast: &Ast) -> Option<(Vec<Json>, bool)> {
        match &ast.kind {
            Kind::Binary(operator, a, b) => match (self.known_of(a), self.known_of(b)) {
                (Some(known), None) => compared(known, *operator, b),
                (None, Some(known)) => compared(known, turned(*operator), a),
                _ => None,
            },
            Kind::Call { name, arguments, .. } if name == "selected" => {
                let [list, choice] = &arguments[..] else { return None };
                compared_plain(self.known_of(list)?, "=", choice).map(|test| (vec![test], false))
            }
            _ => None,
        }
    }

    /// The question that an expression is, if it is one.
    pub(super) fn known_of(&self, ast: &Ast) -> Option<&Known<'a>> {
        let Kind::Path(path) = &ast.kind else { return None };
        let Start::Reference(name) = &path.start else { return None };
        let plain = path.predicates.is_empty() && path.steps.is_empty();
        self.known.get(name.as_str()).filter(|known| plain && !matches!(known.kind, "group" | "display"))
    }
}

fn flat<'b>(ast: &'b Ast, joined: Option<Operator>, into: &mut Vec<&'b Ast>) {
    match &ast.kind {
        Kind::Binary(operator, a, b) if Some(*operator) == joined => {
            flat(a, joined, into);
            flat(b, joined, into);
        }
        _ => into.push(ast),
    }
}

fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::AtMost => Operator::AtLeast,
        Operator::More => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        other => other,
    }
}

fn exists(known: &Known<'_>, answer: bool) -> Json {
    json!({"question": known.link_id, "operator": "exists", "answerBoolean": answer})
}

fn compared(known: &Known<'_>, operator: Operator, value: &Ast) -> Option<(Vec<Json>, bool)> {
    if matches!(&value.kind, Kind::Text(text) if text.is_empty()) {
        return match operator {
            Operator::Equal => Some((vec![exists(known, false)], false)),
            Operator::NotEqual => Some((vec![exists(known, true)], false)),
            _ => None,
        };
    }
    let sign = match operator {
        Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::AtMost => "<=",
        Operator::More => ">",
        Operator::AtLeast => ">=",
        _ => return None,
    };
    // Of several answers each is compared by itself, which is not what the form does.
    if known.many {
        return None;
    }
    let test = compared_plain(known, sign, value)?;
    match operator {
        Operator::NotEqual => Some((vec![test, exists(known, false)], true)),
        _ => Some((vec![test], false)),
    }
}

fn compared_plain(known: &Known<'_>, sign: &str, value: &Ast) -> Option<Json> {
    let ordered = !matches!(sign, "=" | "!=");
    let (key, answer) = match (known.kind, &value.kind) {
        ("choice", Kind::Text(text)) if !ordered => ("answerCoding", json!({"code": text})),
        ("choice", Kind::Number(number)) if !ordered => ("answerCoding", json!({"code": number.to_string()})),
        ("integer", Kind::Number(number)) if number.fract() == 0.0 => {
            ("answerInteger", decimal(&number.to_string())?)
        }
        ("decimal", Kind::Number(number)) => ("answerDecimal", decimal(&number.to_string())?),
        ("string" | "text", Kind::Text(text)) if !ordered => ("answerString", text.as_str().into()),
        _ => return None,
    };
    let mut test = Map::new();
    test.insert("question".into(), known.link_id.as_str().into());
    test.insert("operator".into(), sign.into());
    test.insert(key.into(), answer);
    Some(Json::Object(test))
}

/// The least and the most that a rule lets through; none if it says anything else.
pub(super) fn bounds(rule: &str, whole: bool) -> Option<(Option<String>, Option<String>)> {
    let ast = parse(rule).ok()?;
    let mut parts = Vec::new();
    flat(&ast, Some(Operator::And), &mut parts);
    let (mut least, mut most) = (None, None);
    for part in parts {
        let Kind::Binary(operator, a, b) = &part.kind else { return None };
        let (operator, value) = match (is_itself(a), is_itself(b)) {
            (true, false) => (*operator, b),
            (false, true) => (turned(*operator), a),
            _ => return None,
        };
        let number = number(value)?;
        let whole = whole && number.fract() == 0.0;
        let (into, number) = match operator {
            Operator::AtLeast => (&mut least, number),
            Operator::AtMost => (&mut most, number),
            // Below 120 is at most 119 of whole numbers alone.
            Operator::More if whole => (&mut least, number + 1.0),
            Operator::Less if whole => (&mut most, number - 1.0),
            _ => return None,
        };
        if into.replace(number.to_string()).is_some() {
            return None;
        }
    }
    Some((least, most))
}

fn number(ast: &Ast) -> Option<f64> {
    match &ast.kind {
        Kind::Number(number) => Some(*number),
        Kind::Negate(inner) => number(inner).map(|number| -number),
        _ => None,
    }
}

/// `.`
fn is_itself(ast: &Ast) -> bool {
    let Kind::Path(Path { start: Start::Context, predicates, steps }) = &ast.kind else { return false };
    let here = |step: &crate::expr::syntax::Step| {
        step.axis == crate::expr::syntax::Axis::Itself
            && step.test == Test::Node
            && step.predicates.is_empty()
    };
    predicates.is_empty() && steps.len() == 1 && steps.iter().all(here)
}
