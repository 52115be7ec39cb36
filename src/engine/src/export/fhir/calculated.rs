//! What is worked out, as SDC's `calculatedExpression` in FHIRPath, where it comes to the same.
//!
//! Only what stands outside of repeats, over questions outside of repeats: in a repeat FHIRPath would see every instance.

use serde_json::{Value as Json, json};

use super::{CALCULATED, Known, Writer, decimal};
use crate::assess::{Alternative, Test};
use crate::definition::assessment::Lines;
use crate::export::Measure;
use crate::export::outline::Item;
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Operator};

/// What a scale may say so that it is a plain sum.
const PLAIN: &[&str] = &["type", "name", "max", "min", "decimals", "missing", "combine", "internal"];

impl<'a> Writer<'a> {
    /// Its calculation or measure, or a loss.
    pub(super) fn calculated(&mut self, item: &'a Item, extensions: &mut Vec<Json>) {
        let outside = self.known.get(item.name()).is_some_and(|known| known.within.is_none());
        let measure = self.outline.measures.iter().find(|known| known.row.get("name") == Some(item.name()));
        let said = match (measure, item.row.get("calculation")) {
            (Some(measure), _) if outside => self.measure(measure),
            (None, Some(said)) if outside && item.row.get("trigger").is_none() => {
                parse(said).ok().and_then(|ast| self.path(&ast))
            }
            _ => None,
        };
        match said {
            Some(said) => extensions.push(json!({
                "url": CALCULATED,
                "valueExpression": {"language": "text/fhirpath", "expression": said},
            })),
            None => self.lost(item, &format!("how `{}` is worked out", item.name())),
        }
    }

    /// A scale that is a sum of plain items, or the level that a number lies in.
    fn measure(&self, measure: &Measure) -> Option<String> {
        let row = &measure.row;
        match row.get("type")? {
            "scale" => {
                let plain = |column: &str| {
                    PLAIN.contains(&column) || column.starts_with("label") || column.starts_with("note")
                };
                let is_sum = row.cells.iter().all(|(column, _)| plain(column))
                    && row.get("combine").is_none_or(|how| how == "sum")
                    && row.get("missing").is_none();
                let items = measure.lines.iter().filter(|(kind, _)| *kind == Lines::Items);
                let terms: Option<Vec<String>> = items.map(|(_, line)| self.term(&line.row)).collect();
                // What is not relevant leaves the sum; in FHIRPath there would be none. So all are, or none is.
                let conditions: Vec<_> = measure
                    .lines
                    .iter()
                    .filter_map(|(_, line)| {
                        let known = self.known_of(&parse(line.row.get("value")?).ok()?)?;
                        Some(&known.conditions)
                    })
                    .collect();
                let alike = conditions.windows(2).all(|pair| pair[0] == pair[1]);
                terms.filter(|terms| is_sum && alike && !terms.is_empty()).map(|terms| terms.join(" + "))
            }
            "band" => {
                let of = answer(self.known.get(row.get("of")?).filter(|known| known.kind == "decimal")?)?;
                let mut out = String::from("{}");
                for (kind, line) in measure.lines.iter().rev() {
                    if *kind != Lines::Bands || line.row.get("when").is_some() {
                        return None;
                    }
                    let test = within(&of, line.row.get("range")?)?;
                    out = format!("iif({test}, {}, {out})", quoted(line.row.get("code")?));
                }
                Some(out)
            }
            _ => None,
        }
    }

    /// What one item counts.
    fn term(&self, row: &crate::export::Row) -> Option<String> {
        if row
            .cells
            .iter()
            .any(|(column, _)| column != "value" && !column.starts_with("label") && column != "score")
        {
            return None;
        }
        let known = self.known_of(&parse(row.get("value")?).ok()?)?;
        let answer = answer(known)?;
        match known.kind {
            "choice" if !known.many => {
                let column = row.get("score").unwrap_or("score");
                let list = self.outline.list(known.item.list()?)?;
                let all = list.choices.iter().all(|choice| choice.get(column).and_then(decimal).is_some());
                // SDC 3's name for it is `ordinal`, SDC 4's is `weight`.
                all.then(|| format!("{answer}.weight()"))
            }
            "integer" | "decimal" => Some(answer),
            _ => None,
        }
    }

    /// An expression as FHIRPath.
    fn path(&self, ast: &Ast) -> Option<String> {
        if let Some(known) = self.known_of(ast) {
            let plain = answer(known)?;
            return match known.kind {
                "choice" if known.many => None,
                "choice" => Some(format!("{plain}.code")),
                "attachment" => None,
                _ => Some(plain),
            };
        }
        match &ast.kind {
            Kind::Number(number) => number.is_finite().then(|| number.to_string()),
            Kind::Text(text) => Some(quoted(text)),
            Kind::Negate(inner) => self.number(inner).map(|inner| format!("-({inner})")),
            Kind::Binary(operator, a, b) => self.joined(*operator, a, b),
            Kind::Call { name, arguments, .. } => self.call(name, arguments),
            Kind::Path(_) => None,
        }
    }

    /// One that is a number, so that FHIRPath computes as XPath does.
    fn number(&self, ast: &Ast) -> Option<String> {
        let is_number = match &ast.kind {
            Kind::Number(_) | Kind::Negate(_) => true,
            Kind::Binary(operator, ..) => matches!(
                operator,
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo
            ),
            Kind::Call { name, .. } => name == "round",
            _ => self.known_of(ast).is_some_and(|known| matches!(known.kind, "integer" | "decimal")),
        };
        if is_number { self.path(ast) } else { None }
    }

    fn joined(&self, operator: Operator, a: &Ast, b: &Ast) -> Option<String> {
        let blank = |ast: &Ast| matches!(&ast.kind, Kind::Text(text) if text.is_empty());
        let sign = match operator {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Modulo => "mod",
            Operator::And | Operator::Or => {
                let (a, b) = (self.path(a)?, self.path(b)?);
                return Some(format!("({a} {} {b})", operator.written()));
            }
            Operator::Equal | Operator::NotEqual if blank(a) || blank(b) => {
                let known = self.known_of(if blank(a) { b } else { a })?;
                let test = if operator == Operator::Equal { "empty()" } else { "exists()" };
                return Some(format!("{}.{test}", answer(known)?));
            }
            Operator::Equal => {
                // Text and number are never the same in FHIRPath.
                let both = self.number(a).is_some() == self.number(b).is_some();
                return both.then(|| Some(format!("({} = {})", self.path(a)?, self.path(b)?)))?;
            }
            Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => operator.written(),
            Operator::NotEqual | Operator::Union => return None,
        };
        Some(format!("({} {sign} {})", self.number(a)?, self.number(b)?))
    }

    fn call(&self, name: &str, arguments: &[Ast]) -> Option<String> {
        match (name, arguments) {
            ("today", []) => Some("today()".to_owned()),
            ("true" | "false", []) => Some(name.to_owned()),
            ("if", [test, yes, no]) => {
                let blank = |ast: &Ast| matches!(&ast.kind, Kind::Text(text) if text.is_empty());
                let part = |ast: &Ast| if blank(ast) { Some("{}".to_owned()) } else { self.path(ast) };
                Some(format!("iif({}, {}, {})", self.path(test)?, part(yes)?, part(no)?))
            }
            ("round", [value]) => Some(format!("({}).round()", self.number(value)?)),
            ("round", [value, places]) => match places.kind {
                Kind::Number(places) if places >= 0.0 && places.fract() == 0.0 => {
                    Some(format!("({}).round({places})", self.number(value)?))
                }
                _ => None,
            },
            ("not", [inner]) => Some(format!("({}).not()", self.path(inner)?)),
            ("coalesce", [first, second]) => {
                let known = self.known_of(first)?;
                Some(format!(
                    "iif({}.exists(), {}, {})",
                    answer(known)?,
                    self.path(first)?,
                    self.path(second)?
                ))
            }
            ("selected", [list, choice]) => {
                let known = self.known_of(list).filter(|known| known.kind == "choice")?;
                let Kind::Text(code) = &choice.kind else { return None };
                Some(format!("({} in {}.code)", quoted(code), answer(known)?))
            }
            _ => None,
        }
    }
}

/// The answer to a question that stands in no repeat.
fn answer(known: &Known<'_>) -> Option<String> {
    let outside = known.within.is_none();
    outside
        .then(|| format!("%resource.descendants().where(linkId = {}).answer.value", quoted(&known.link_id)))
}

/// A text as FHIRPath writes one.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Does a number lie in a band?
fn within(number: &str, range: &str) -> Option<String> {
    let Test::OneOf(alternatives) = Test::read(range).ok()? else { return None };
    let [Alternative::Between(interval)] = &*alternatives else { return None };
    let mut tests = Vec::new();
    for (end, open, closed) in [(interval.from, ">", ">="), (interval.to, "<", "<=")] {
        let Some(end) = end else { continue };
        // A fraction has no decimal that is exactly it.
        let at = end.at.to_string();
        decimal(&at)?;
        tests.push(format!("{number} {} {at}", if end.closed { closed } else { open }));
    }
    (!tests.is_empty()).then(|| tests.join(" and "))
}
