//! Items of scales: choices without points, points that no choice gets, answers that make no difference, and what a scale comes to.

use super::decision::FEW;
use super::domain::{Domain, Domains, in_words};
use super::tables::place_of;
use crate::assess::measure::{Aggregate, Amount, Item, Measure, Points, Scale, WhenMissing};
use crate::assess::{Alternative, Exact, Given, Test};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::SkeletonKind;
use crate::source::Span;
use crate::value::DataType;
use crate::view::NodeId;

/// All that is said of a scale and its items.
pub(super) fn check(measure: &Measure, scale: &Scale, domains: &Domains<'_>, found: &mut Diagnostics) {
    // What counts nothing on purpose only says whether all is answered.
    let nothing = Domain::of_numbers([Exact::ZERO]);
    let counts = scale.items.iter().any(|item| domains.points_of(item) != nothing);
    for item in &scale.items {
        let names = domains.choices_of(&item.value);
        match &names {
            Some(names) if domains.afford((names.len() * cells(item)) as u64) => {
                unscored(item, names, domains, found);
                unmatched(item, names, domains, found);
            }
            Some(_) => {}
            None => without_points(item, domains, found),
        }
        if counts {
            no_difference(item, names.as_deref(), domains, found);
        }
        capped(item, domains, found);
        weighed(measure, item, domains, found);
        turned(item, domains, found);
    }
    most(measure, scale, domains, found);
    prorated(measure, scale, domains, found);
}

fn cells(item: &Item) -> usize {
    match &item.points {
        Points::Tests(tests) => tests.iter().map(|(test, _)| 1 + test.alternatives().len()).sum(),
        Points::Itself | Points::ByChoice(_) => 1,
    }
}

/// What an item is called in a message.
fn called(item: &Item, domains: &Domains<'_>) -> String {
    match domains.questions(&item.value).as_deref() {
        Some([node]) => domains.facts.form.node(*node).name.to_string(),
        _ => {
            domains.written(item.span, "value").map_or_else(String::new, |value| value.text.trim().to_owned())
        }
    }
}

/// Where its points are written, else the item.
fn points_place(item: &Item, domains: &Domains<'_>) -> Span {
    domains.written(item.span, "points").map_or(item.span, |written| written.span)
}

/// Does a choice have points?
fn is_scored(item: &Item, name: &str) -> bool {
    match &item.points {
        Points::Itself => item.many || name.trim().parse::<Exact>().is_ok(),
        Points::ByChoice(by_name) => by_name.contains_key(name),
        Points::Tests(tests) => tests.iter().any(|(test, _)| test.holds(&Given::of_text(name))),
    }
}

/// `unscored-choice`
fn unscored(item: &Item, names: &[&str], domains: &Domains<'_>, found: &mut Diagnostics) {
    let without: Vec<&str> = names.iter().copied().filter(|name| !is_scored(item, name)).collect();
    if without.is_empty() {
        return;
    }
    let called = called(item, domains);
    if without.len() == names.len() {
        let message = format!("no choice of `{called}` has points");
        found.push(
            Diagnostic::warning("no-points", points_place(item, domains), message).hint(
                "write them in the item, `points`: `a: 8; b: 4`, or in a column `score` of the choices",
            ),
        );
        return;
    }
    let more = without.len().saturating_sub(FEW);
    let list = without.iter().take(FEW).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let list = if more > 0 { format!("{list} (+{more})") } else { list };
    let message = match without.len() {
        1 => format!("the choice {list} of `{called}` has no points: who chooses it has no score"),
        _ => format!("the choices {list} of `{called}` have no points: who chooses one has no score"),
    };
    found.push(
        Diagnostic::warning("unscored-choice", points_place(item, domains), message)
            .hint("give it points, `0` too; or leave it so if there is to be no score then"),
    );
}

/// `never-matched`: points for what nobody can choose.
fn unmatched(item: &Item, names: &[&str], domains: &Domains<'_>, found: &mut Diagnostics) {
    let Points::Tests(tests) = &item.points else { return };
    for (test, _) in tests {
        let Test::OneOf(alternatives) = test else { continue };
        let any = names.iter().any(|name| test.holds(&Given::of_text(name)));
        for alternative in alternatives {
            let holds = names.iter().any(|name| alternative.holds(&Given::of_text(name)));
            let text = matches!(alternative, Alternative::Text(_));
            // A range may be wider than what there is.
            if holds || *alternative == Alternative::Blank || (any && !text) {
                continue;
            }
            let called = called(item, domains);
            let message = format!("no choice of `{called}` is `{alternative}`");
            let written = domains.written(item.span, "points");
            let span = written.map_or(item.span, |written| place_of(written, alternative));
            let words = alternative.to_string();
            let diagnostic = Diagnostic::warning("never-matched", span, message)
                .did_you_mean(&words, names.iter().copied());
            found.push(match diagnostic.hints.is_empty() && names.len() <= FEW {
                true => diagnostic.hint(format!("its choices are `{}`", names.join("`, `"))),
                false => diagnostic,
            });
        }
    }
}

/// `no-points`: an answer that is no number, as its own points.
fn without_points(item: &Item, domains: &Domains<'_>, found: &mut Diagnostics) {
    if !matches!(item.points, Points::Itself) {
        return;
    }
    let form = domains.facts.form;
    let no_number = |node: &NodeId| {
        let question = form.node(*node);
        let measured = domains.assessment.by_node.contains_key(node);
        let word = match question.kind {
            SkeletonKind::Leaf(data_type) => !matches!(
                data_type,
                DataType::Integer
                    | DataType::Decimal
                    | DataType::Boolean
                    | DataType::Choice
                    | DataType::Choices
            ),
            _ => true,
        };
        word && !question.calculated && !measured
    };
    let nodes = domains.questions(&item.value).unwrap_or_default();
    // What is calculated or put in from outside has no control; its type says little.
    let asked = |node: &NodeId| domains.facts.shown.contains(&Some(*node));
    let Some(node) = nodes.iter().find(|node| asked(node) && no_number(node)) else { return };
    let message =
        format!("the answer to `{}` is no number, and the item gives it no points", form.node(*node).name);
    let place = domains.written(item.span, "value").map_or(item.span, |written| written.span);
    found.push(
        Diagnostic::warning("no-points", place, message)
            .hint("write `points` beside it: `blank: 0; -: 1`; or let an item be a number or a choice"),
    );
}

/// `equal-points`
fn no_difference(item: &Item, names: Option<&[&str]>, domains: &Domains<'_>, found: &mut Diagnostics) {
    let scored = match (&item.points, names) {
        (Points::Itself, _) => return,
        (_, Some(names)) => names.iter().filter(|name| is_scored(item, name)).count(),
        (Points::ByChoice(by_name), None) => by_name.len(),
        (Points::Tests(tests), None) => tests.len(),
    };
    if scored < 2 || item.cap.is_some() {
        return;
    }
    let Domain::Values(values) = domains.points_of(item) else { return };
    let [only] = values.as_slice() else { return };
    if item.many || domains.is_several(item) && item.over != Aggregate::Max && item.over != Aggregate::Min {
        return;
    }
    let called = called(item, domains);
    let message = format!("whatever is answered to `{called}`, it is {} points", only.words());
    found.push(
        Diagnostic::warning("equal-points", points_place(item, domains), message)
            .hint("give its answers different points, or take the item away"),
    );
}

/// `capped-points`: a cap below the points of one answer. Below the sum of several it is what a cap is for.
fn capped(item: &Item, domains: &Domains<'_>, found: &mut Diagnostics) {
    let Some(cap) = item.cap else { return };
    if item.many || (domains.is_several(item) && matches!(item.over, Aggregate::Sum | Aggregate::Count)) {
        return;
    }
    let highest = match &item.points {
        Points::Itself => return,
        Points::ByChoice(by_name) => by_name.values().max(),
        Points::Tests(tests) => tests.iter().map(|(_, points)| points).max(),
    };
    let Some(highest) = highest.filter(|highest| cap < **highest && item.reverse.is_none()) else { return };
    let place = domains.written(item.span, "cap").map_or(item.span, |written| written.span);
    let message =
        format!("`{}` has an answer of {highest} points, and at most {cap} count", called(item, domains));
    found.push(
        Diagnostic::warning("capped-points", place, message)
            .hint("a cap is for the sum of several answers; here lower the points, or raise the cap"),
    );
}

/// `bad-weight`: items that count nothing, or against what they stand for.
fn weighed(measure: &Measure, item: &Item, domains: &Domains<'_>, found: &mut Diagnostics) {
    if item.weight > Exact::ZERO {
        return;
    }
    let name = called(item, domains);
    let place = domains.written(item.span, "weight").map_or(item.span, |written| written.span);
    found.push(match item.weight.is_zero() {
        true => {
            let message = format!("`{name}` has a weight of 0 in `{}`: it is never counted", measure.name);
            Diagnostic::warning("bad-weight", place, message).hint("give it a weight, or take the item away")
        }
        false => {
            let message = format!("`{name}` has a weight below zero in `{}`", measure.name);
            Diagnostic::warning("bad-weight", place, message)
                .hint("turn an item for which less is worse round with `reverse`; what is taken off has `points` below zero")
        }
    });
}

/// `odd-reverse`: ends in the wrong order, and points that are turned round to what there is not.
fn turned(item: &Item, domains: &Domains<'_>, found: &mut Diagnostics) {
    let Some((low, high)) = item.reverse else { return };
    let name = called(item, domains);
    let place = domains.written(item.span, "reverse").map_or(item.span, |written| written.span);
    if high < low {
        let message = format!("`{name}` is turned round between {low} and {high}: the least comes first");
        found.push(Diagnostic::warning("odd-reverse", place, message).hint(format!("write `{high}..{low}`")));
        return;
    }
    let Some(points) = domains.plain_points(item).numbers() else { return };
    let outside: Vec<Exact> = points.into_iter().filter(|points| *points < low || high < *points).collect();
    let Some(first) = outside.first() else { return };
    let Ok(turned) = low.plus(high).and_then(|ends| ends.minus(*first)) else { return };
    let list = outside.iter().take(8).map(|points| in_words(*points)).collect::<Vec<_>>().join(", ");
    let message =
        format!("`{name}` has {list} points, outside of what it is turned round between: {low}..{high}");
    found.push(
        Diagnostic::warning("odd-reverse", place, message)
            .hint(format!("{} points become {}", in_words(*first), in_words(turned)))
            .hint("write the least and the most points that it has; `yes` takes those of its choices"),
    );
}

/// `wrong-max`
fn most(measure: &Measure, scale: &Scale, domains: &Domains<'_>, found: &mut Diagnostics) {
    let Some(written) = domains.written(measure.span, "max") else { return };
    let Some(id) = domains.assessment.by_node.get(&measure.node) else { return };
    let reached = domains.of_measure(*id);
    let (Some(declared), Domain::Values(values)) = (scale.max, &*reached) else { return };
    let Some(reached) = values.iter().filter_map(|value| value.as_number()).max() else { return };
    if reached == declared {
        return;
    }
    let name = &measure.name;
    let message = match reached > declared {
        true => format!("`{name}` can come to {reached}, more than its `max` of {declared}"),
        false => format!("`{name}` never comes to its `max` of {declared}, only to {reached}"),
    };
    found.push(
        Diagnostic::warning("wrong-max", written.span, message)
            .hint("percentages are of the `max`; leave it away, and it is what the items come to"),
    );
}

/// `never-prorated`
fn prorated(measure: &Measure, scale: &Scale, domains: &Domains<'_>, found: &mut Diagnostics) {
    let WhenMissing::Prorate { at_least } = scale.when_missing else { return };
    let several = scale.items.iter().any(|item| !matches!(item.value, Amount::Expr(_)));
    let count = scale.items.len();
    if several || usize::try_from(at_least).is_ok_and(|at_least| at_least < count.max(1)) || count == 0 {
        return;
    }
    let place = domains.written(measure.span, "at_least").map_or(measure.span, |written| written.span);
    let message = match at_least as usize > count {
        true => format!("`{}` asks for {at_least} answers at least, and has {count} items", measure.name),
        false => format!("`{}` asks for all of its {count} items: nothing is ever prorated", measure.name),
    };
    found.push(
        Diagnostic::warning("never-prorated", place, message)
            .hint("write how many items must be answered: fewer than there are"),
    );
}
