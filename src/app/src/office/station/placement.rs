//! Who could give what is planned and not referred yet, within the places that providers have left; and for whom there is no place, and why.
//!
//! Kept here: these are proposals. Nothing is referred by looking at them; each leads to the referral form, where somebody decides.

use leptos::prelude::*;
use leptos_router::components::A;
use serde::Deserialize;
use serde_json::json;

use super::area::ChooseTown;
use super::ask::{CASES, REFERRALS};
use super::known::{Known, use_known};
use super::paged::PagedPage;
use super::ranking::said;
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::office::desk::use_desk;
use crate::office::frame::Remote;
use crate::office::tell;
use crate::state::dictionary::Label;

/// `POST /api/v1/placement`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Placed {
    of: usize,
    of_without: usize,
    proposals: Vec<Need>,
    without: Vec<Need>,
    providers: Vec<Provider>,
    notice: Option<Label>,
}

/// A service that a household is to get: with who could give it, or why nobody can.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Need {
    case: String,
    label: String,
    area: String,
    danger: bool,
    urgent: bool,
    service: String,
    service_label: Option<Label>,
    category: Option<String>,
    provider: String,
    provider_name: Label,
    priority: u64,
    distance: String,
    reason: String,
    why: Option<Label>,
}

#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Provider {
    provider: String,
    name: Label,
    capacity: u64,
    period: String,
    taken: u64,
    proposed: u64,
    valid: bool,
}

impl Need {
    /// The form, begun for that: the household, the class, the service and the provider, each by its code.
    fn referral(&self) -> String {
        let codes = [Some(&self.case), self.category.as_ref(), Some(&self.service), Some(&self.provider)];
        let codes: Vec<&str> = codes.into_iter().flatten().map(String::as_str).collect();
        format!("/begin/referral/{}", codes.join(","))
    }
}

/// The page at `/office/placement`.
#[component]
pub fn PlacementPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let town = RwSignal::new(String::new());
    let placed = Remote::<Placed>::new();
    let asked = Signal::derive(move || {
        town.with(|town| if town.is_empty() { json!({}) } else { json!({"area": town}) })
    });
    // The station refers; whoever only reads has no form to fill in.
    let refers = move || desk.user.with_untracked(|user| user.role == "station");
    let shown = move || placed.value.with(|all| all.as_ref().map(|all| whole(all, known, refers())));
    let filters = move || view! { <ChooseTown id="placement-town" known chosen=town /> };
    let printed = move || live(move || town.with(|town| (!town.is_empty()).then(|| known.area(town))));
    view! {
        <PagedPage
            title=|w| w.ranking.placement screen="placement" explained=|w| w.ranking.placement_explained path="/api/v1/placement" asked answer=placed
            of=|all: &Placed| all.of.max(all.of_without) known filters printed
        >
            <p class="notice">{tell(|w| w.ranking.people_decide)}</p>
            {live(shown)}
        </PagedPage>
    }
}

fn whole(all: &Placed, known: Known, refers: bool) -> AnyView {
    let Placed { of, of_without, .. } = *all;
    let proposals: Vec<_> = all.proposals.iter().cloned().map(|need| card(need, known, refers)).collect();
    let without: Vec<_> = all.without.iter().cloned().map(|need| card(need, known, false)).collect();
    let notice = all.notice.clone().map(|notice| view! { <p class="soft small">{said(notice)}</p> });
    let (no_proposals, no_others) = (proposals.is_empty(), without.is_empty());
    view! {
        <p role="status" data-placed=of data-without=of_without>{tell(move |w| (w.ranking.placed)(of, of_without))}</p>
        {notice}
        <section class="section" data-part="proposals">
            <h2>{tell(|w| w.ranking.proposals)}<span class="count">{of}</span></h2>
            {no_proposals.then(|| view! {
                <p class="empty">{tell(move |w| if of == 0 { w.ranking.proposals_none } else { w.ranking.all_placed })}</p> })}
            <ul class="records">{proposals}</ul>
        </section>
        <section class="section" data-part="without">
            <h2>{tell(|w| w.ranking.without)}<span class="count">{of_without}</span></h2>
            {no_others.then(|| view! {
                <p class="empty">{tell(move |w| if of_without == 0 { w.ranking.without_none } else { w.ranking.all_placed })}</p> })}
            {(!no_others).then(|| view! { <p class="soft small">{tell(|w| w.ranking.without_explained)}</p> })}
            <ul class="records">{without}</ul>
        </section>
        {(!all.providers.is_empty()).then(|| providers(&all.providers))}
    }
    .into_any()
}

fn card(need: Need, known: Known, refers: bool) -> AnyView {
    let referral = refers.then(|| need.referral());
    let Need {
        case,
        label,
        area,
        danger,
        urgent,
        service,
        service_label,
        provider,
        provider_name,
        priority,
        distance,
        reason,
        why,
        ..
    } = need;
    let (code, because) = (service.clone(), (provider.is_empty()).then(|| reason.clone()));
    let name = match service_label {
        Some(label) => said(label),
        None => live(move || known.say(REFERRALS, "service", &service)).into_any(),
    };
    let is_placed = !provider.is_empty();
    let class = if danger { "record need danger" } else { "record need" };
    view! {
        <li class=class data-case=case.clone() data-service=code data-provider=is_placed.then(|| provider.clone()) data-reason=because>
            <span>
                <strong>{name}</strong>
                <span class="lines small"><A href=format!("/office/households/{case}") attr:translate="no">{label}</A> " · " <span class="soft">{live(move || known.say(CASES, "town", &area))}</span></span>
            </span>
            <span class="parts small">
                {danger.then(|| view! { <span class="state bad"><Icon shape=Shape::Alert small=true />{tell(|w| w.ranking.danger)}</span> })}
                {(urgent && !danger).then(|| view! { <span class="state bad">{tell(|w| w.ranking.urgent)}</span> })}
                {(is_placed && !urgent).then(|| view! { <span class="soft">{tell(move |w| (w.ranking.priority)(priority))}</span> })}
            </span>
            {match is_placed {
                true => view! {
                    <span class="offer">
                        <strong>{said(provider_name)}</strong>
                        <span class="lines soft small">{tell(move |w| (w.ranking.distance)(&distance))}</span>
                    </span>
                }.into_any(),
                false => view! {
                    <span class="words small">{match why {
                        Some(why) => said(why),
                        None => tell(move |w| (w.ranking.why)(&reason)).into_any(),
                    }}</span>
                }.into_any(),
            }}
            {referral.map(|address| view! {
                <a class="button no-print" href=address rel="external noopener" target="_blank" data-action="refer">{tell(|w| w.ranking.refer)}</a> })}
        </li>
    }
    .into_any()
}

fn providers(all: &[Provider]) -> AnyView {
    let rows: Vec<_> = all
        .iter()
        .cloned()
        .map(|one| {
            let Provider { provider, name, capacity, period, taken, proposed, valid } = one;
            view! {
                <tr data-provider=provider>
                    <th scope="row">
                        {said(name)}
                        {(!valid).then(|| view! { " " <span class="state wait">{tell(|w| w.ranking.not_valid)}</span> })}
                    </th>
                    <td class="number">{capacity} " " <span class="soft small">{tell(move |w| (w.ranking.period)(&period))}</span></td>
                    <td class="number">{taken}</td>
                    <td class="number">{proposed}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section" data-part="providers">
            <h2>{tell(|w| w.ranking.providers)}</h2>
            <div class="scrolls" tabindex="0"><table class="table">
                <thead><tr>
                    <th scope="col">{tell(|w| w.ranking.provider)}</th><th scope="col" class="number">{tell(|w| w.ranking.capacity)}</th>
                    <th scope="col" class="number">{tell(|w| w.ranking.taken)}</th><th scope="col" class="number">{tell(|w| w.ranking.proposed)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_leads_to_the_form_with_all_that_is_proposed_and_no_name() {
        let need: Need = serde_json::from_value(json!({
            "case": "0190a0c6-3f7e-7bb2-9c3e-000000000001", "label": "王秀兰", "area": "371002001", "danger": false, "urgent": false, "service": "C4",
            "service_label": {"zh": "C4 康复与辅具", "en": "C4 Rehabilitation and aids"}, "category": "C", "provider": "P04",
            "provider_name": {"zh": "示例", "en": "Example"}, "priority": 2, "distance": "city",
        }))
        .expect("it reads");
        assert_eq!(need.referral(), "/begin/referral/0190a0c6-3f7e-7bb2-9c3e-000000000001,C,C4,P04");
    }
}
