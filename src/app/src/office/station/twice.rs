//! What is given twice: the same service of the same household in more than one referral that has not come to its end, whoever the providers are.
//!
//! Kept here: it is the server that counts, over all that its user may see; the board's other menus hide none of them.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_router::components::A;

use super::ask::{Entity, Query, REFERRALS, Total, search, several};
use super::known::Known;
use crate::components::live::{live, shown_when};
use crate::office::desk::{Desk, use_desk};
use crate::office::frame::{Awaited, Remote};
use crate::office::refusal::Refusal;
use crate::office::tell;

/// The states in which nothing more comes of a referral (`forms/lists/referral-states.csv`); in all others it runs.
const OVER: [&str; 4] = ["refused", "checked", "failed", "closed"];
/// So many are listed at once; each is a question of its own.
const SHOWN: usize = 10;
/// So many referrals of one service and household are named.
const MOST: usize = 20;

/// A household and a service.
pub type Pair = (String, String);

/// May something still come of it, so that another one for the same is one too many?
pub fn runs(referral: &Entity) -> bool {
    !OVER.contains(&referral.get("state"))
}

fn running() -> impl Iterator<Item = String> {
    OVER.iter().map(|state| format!("state!={state}"))
}

/// Households and services with more than one referral that runs, as far as the conditions go.
///
/// # Errors
/// [`Refusal`].
pub async fn twice(desk: Desk, only: Vec<String>) -> Result<Vec<Total>, Refusal> {
    let named = ["case!=".to_owned(), "service!=".to_owned()];
    let only: Vec<String> = only.into_iter().chain(named).chain(running()).collect();
    several(desk, REFERRALS, &["case", "service"], &only, 2).await
}

/// The pairs that the server counted.
pub fn pairs(totals: &[Total]) -> BTreeSet<Pair> {
    let pair = |total: &Total| match &total.group[..] {
        [case, service] => Some((case.clone(), service.clone())),
        _ => None,
    };
    totals.iter().filter_map(pair).collect()
}

/// All referrals of each pair that run, pair by pair.
async fn referrals(desk: Desk, pairs: Vec<Pair>) -> Result<Vec<Vec<Entity>>, Refusal> {
    let mut all = Vec::with_capacity(pairs.len());
    for (case, service) in pairs {
        let only =
            [format!("case={case}"), format!("service={service}")].into_iter().chain(running()).collect();
        let query = Query { only, order: "made_on", most: MOST, ..Query::default() };
        all.push(search(desk, REFERRALS, &query).await?.entities);
    }
    Ok(all)
}

/// That there are such, and which: named once it is opened.
#[component]
pub fn GivenTwice(found: Remote<Vec<Total>>, known: Known) -> impl IntoView {
    let desk = use_desk();
    let named = Remote::<Vec<Vec<Entity>>>::new();
    let all = Memo::new(move |_| {
        found.value.with(|found| found.as_ref().map(|all| pairs(all)).unwrap_or_default())
    });
    let count = move || all.with(BTreeSet::len);
    let load = move || {
        named.load(referrals(desk, all.with_untracked(|all| all.iter().take(SHOWN).cloned().collect())))
    };
    // Another town is chosen: what is open is asked for anew.
    let opened = RwSignal::new(false);
    Effect::new(move || {
        if opened.get() && all.with(|all| !all.is_empty()) {
            load();
        }
    });
    let rows = move || {
        let named = named.value.with(|named| named.clone().unwrap_or_default());
        named.into_iter().filter_map(|referrals| row(&referrals, known)).collect::<Vec<_>>()
    };
    let left = move || count().saturating_sub(SHOWN);
    view! {
        {shown_when(move || count() > 0, move || view! {
            <details class="notice warn twice" data-twice=live(move || count().to_string())
                on:toggle=move |_| opened.set(true)>
                <summary>{tell(move |w| (w.station.twice)(count()))}</summary>
                <Awaited remote=named again=move |()| load() />
                <ul class="section">{live(rows)}</ul>
                {shown_when(move || { left() > 0 }, move || view! {
                    <p class="soft small">{tell(move |w| (w.station.left)(left()))}</p> }.into_any())}
            </details> }.into_any())}
    }
}

/// The service, the household, and who gives it.
fn row(referrals: &[Entity], known: Known) -> Option<AnyView> {
    let first = referrals.first()?;
    let (case, who, service) =
        (first.get("case").to_owned(), first.who().to_owned(), first.get("service").to_owned());
    let givers: Vec<_> = referrals
        .iter()
        .map(|referral| {
            let [provider, state, made_on] = ["provider_name", "state", "made_on"].map(|name| referral.get(name).to_owned());
            view! {
                <li>
                    <span translate="no">{provider}</span> " · " {live(move || known.say(REFERRALS, "state", &state))}
                    {(!made_on.is_empty()).then(|| view! { " · " {tell(move |w| (w.station.made_on)(&made_on))} })}
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <li>
                <strong>{live(move || known.say(REFERRALS, "service", &service))}</strong> " · "
                <A href=format!("/office/households/{case}") attr:translate="no">{who}</A>
                <ul class="small">{givers}</ul>
            </li>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_come_to_its_end_is_given_no_more() {
        let list = std::fs::read_to_string("../../forms/lists/referral-states.csv").expect("it is there");
        let states: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert!(OVER.iter().all(|state| states.contains(state)));
        // The referral's form looks at the same ones.
        let form = std::fs::read_to_string("../../forms/referral/form.json").expect("it is there");
        let open: Vec<&str> = states.iter().copied().filter(|state| !OVER.contains(state)).collect();
        assert_eq!(form.matches(&format!("selected('{}', state)", open.join(" "))).count(), 4, "{open:?}");
        let of =
            |state: &str| Entity { properties: [("state".into(), state.into())].into(), ..Entity::default() };
        assert!(runs(&of("made")) && runs(&of("rework")) && !runs(&of("closed")));
    }

    #[test]
    fn pairs_are_a_household_and_a_service() {
        let total = |group: &[&str]| Total {
            group: group.iter().map(|part| (*part).to_owned()).collect(),
            entities: 2,
            different: 0,
        };
        let found = pairs(&[total(&["a", "B4"]), total(&["a"])]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("a".to_owned(), "B4".to_owned())]);
    }
}
