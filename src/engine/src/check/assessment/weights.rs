//! Weights of indices: percentages that are no hundred, parts that count twice or not at all.

use super::domain::Domains;
use crate::assess::Exact;
use crate::assess::measure::{Kind, Measure, Part};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::xml::Tag;

/// `odd-weights`, `duplicate-part` and `bad-weight`.
pub(super) fn check(measure: &Measure, parts: &[Part], domains: &Domains<'_>, found: &mut Diagnostics) {
    let Some(element) = domains.element(measure.span) else { return };
    let own = |child: &Tag<'_>| &*child.name.local == "part" && child.attribute("of").is_some();
    let lines: Vec<Tag<'_>> = element.elements().filter(own).collect();
    // A ranking that takes the parts of an index says nothing of its own.
    if lines.len() != parts.len() {
        return;
    }
    for (index, (part, line)) in parts.iter().zip(&lines).enumerate() {
        let name = &domains.assessment.measure(part.measure).name;
        if let Some(first) = parts[..index].iter().position(|earlier| earlier.measure == part.measure) {
            let message = format!("`{name}` is a part of `{}` twice", measure.name);
            found.push(
                Diagnostic::warning("duplicate-part", line.span, message)
                    .label(lines[first].span, "first here")
                    .hint("name it once, with the weight of both"),
            );
        }
        if part.weight.is_zero() && matches!(measure.kind, Kind::Index(_)) {
            let message = format!("`{name}` has a weight of 0: it does not count");
            let place = line.attribute("weight").map_or(line.span, |written| written.span);
            found.push(
                Diagnostic::warning("bad-weight", place, message)
                    .hint("give it a weight, or take the part away"),
            );
        }
    }
    if matches!(measure.kind, Kind::Index(_)) && lines.iter().any(|line| line.attribute("weight").is_some()) {
        sum(measure, parts, found);
    }
}

fn sum(measure: &Measure, parts: &[Part], found: &mut Diagnostics) {
    let sum = parts.iter().try_fold(Exact::ZERO, |sum, part| sum.plus(part.weight));
    let Ok(sum) = sum else { return };
    let near = |whole: i64| {
        let whole = Exact::whole(whole);
        let tenth = whole.over(Exact::whole(10)).ok()?;
        let (from, to) = (whole.minus(tenth).ok()?, whole.plus(tenth).ok()?);
        (from <= sum && sum <= to && sum != whole).then_some(())
    };
    let all_ones = parts.iter().all(|part| part.weight.is_whole() && part.weight <= Exact::ONE);
    let whole = match (near(100), near(1)) {
        (Some(()), _) if !all_ones => 100,
        (_, Some(())) => 1,
        _ => return,
    };
    let message = format!("the weights of `{}` come to {}, not to {whole}", measure.name, sum.shown(6));
    found.push(Diagnostic::warning("odd-weights", measure.span, message).hint(match whole {
        1 => "write fractions as they are: `1/18`, not `0.0556`",
        _ => "weights need not be percentages; if these are, one of them is wrong",
    }));
}
