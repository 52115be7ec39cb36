//! A level that a person put in the system's place: what the system said, why it was changed, and who was there. In the open, wherever the level stands.

use doorstep_engine::assess::{Explanation, MeasureKind};
use doorstep_engine::session::{KeptByHand, Session};
use leptos::prelude::*;

use super::marked::marked;
use crate::words::Words;

/// The questions that say who was there, as forms name them; a number of theirs is named with [`NUMBER`] behind.
const PEOPLE: &[&str] = &["visitor_1", "visitor_2", "assessor_1", "assessor_2"];
/// See [`PEOPLE`].
const NUMBER: &str = "_staff_no";

/// Those who visited or assessed, where the form asks for them: each with what the form calls it, as it was answered.
pub fn people(session: &Session) -> Vec<Vec<(String, String)>> {
    let keys = session.nodes();
    let said = |name: &str| {
        let named = |key: &&doorstep_engine::view::Key| session.path(**key).rsplit('/').next() == Some(name);
        let key = *keys.iter().find(named)?;
        let question = session.question(key)?;
        let value = session.value(key).map(|value| value.to_text()).unwrap_or_default();
        (session.relevant(key) == Some(true) && !value.is_empty()).then_some((question.label, value))
    };
    let one = |name: &&str| [said(name), said(&format!("{name}{NUMBER}"))].into_iter().flatten().collect();
    let all = PEOPLE.iter().map(one);
    all.filter(|lines: &Vec<(String, String)>| !lines.is_empty()).collect()
}

/// The lines: none if nobody put anything in the system's place.
pub fn lines(told: &Explanation, people: &[Vec<(String, String)>], words: &Words) -> Vec<String> {
    let by_hand = matches!(told.kind, MeasureKind::Decided | MeasureKind::Agreed);
    if !by_hand || told.outcome.is_blank() {
        return Vec::new();
    }
    // That the system was followed, or that both agree, stands among the reasons.
    let decided = told.reasons.iter().filter(|reason| reason.counts == (told.kind == MeasureKind::Decided));
    let mut lines: Vec<String> = decided.map(|reason| reason.sentence.clone()).collect();
    if !lines.is_empty() {
        let named = people.iter().filter_map(|lines| lines.first());
        lines.extend(named.map(|(label, value)| (words.named)(label, value)));
    }
    lines
}

/// That what was decided in a measure's place is kept, while its question is not asked since the measure can't be said.
pub fn kept(kept: &[KeptByHand], measure: &str, words: &'static Words) -> Option<AnyView> {
    let kept = kept.iter().find(|kept| kept.of == measure)?;
    let said = (words.report.kept_by_hand)(&kept.label, &kept.decided);
    Some(view! { <p class="notice warn" role="status" data-kept-by-hand="true">{said}</p> }.into_any())
}

/// [`lines`], to be shown.
pub fn by_hand(lines: Vec<String>) -> Option<AnyView> {
    let rows = lines.iter().map(|line| view! { <p>{marked(line)}</p> }).collect_view();
    (!lines.is_empty()).then(|| view! { <div class="by-hand" data-by-hand="true">{rows}</div> }.into_any())
}
