//! What came of placing, as the wire has it: proposals, and for whom there is no place and why, in both languages.

use std::collections::BTreeMap;

use doorstep_engine::services::{Catalogue, Distance, ItemId, NeedOf, Nobody, ProviderId, WithoutPlace};
use serde_json::{Value as Json, json};

use super::Placed;
use super::open::Household;
use crate::store::Told;

/// A service that has no place, before it is told: there are many, and a page shows few.
enum Unplaced<'p> {
    /// The household has not consented to be referred.
    Consent(&'p Household, &'p str),
    NotOffered(&'p Household, &'p str),
    Without(&'p NeedOf, &'p WithoutPlace),
}

const LANGUAGES: [&str; 2] = ["zh", "en"];

fn both(said: impl Fn(&str) -> String) -> Json {
    let [zh, en] = LANGUAGES.map(said);
    json!({"zh": zh, "en": en})
}

pub(super) fn told(
    catalogue: &Catalogue,
    placed: &Placed,
    cases: &[Told],
    (from, most): (usize, usize),
    named: impl Fn(usize) -> String,
) -> Json {
    let Placed { on, households, circumstances, planned, placement } = placed;
    let item = |of: &NeedOf| planned[of.applicant].matched.needs[of.need].item;
    let head = |one: &Household, service: &str, item: Option<ItemId>| {
        let category = item.map(|item| &*catalogue.item(item).category);
        let label = item.map(|item| both(|language| catalogue.item_label(item, language)));
        json!({
            "case": cases[one.case].id, "label": named(one.case), "area": one.area, "danger": one.danger, "urgent": one.urgent,
            "service": service, "service_label": label, "category": category,
        })
    };
    let of_need = |of: &NeedOf| {
        let item = item(of);
        head(&households[of.applicant], &catalogue.item(item).code, Some(item))
    };
    let proposal = |(of, provider): &(NeedOf, ProviderId)| {
        let matched = &planned[of.applicant].matched.needs[of.need];
        let distance = matched.candidates.iter().find(|one| one.provider == *provider);
        let mut told = of_need(of);
        told["provider"] = json!(catalogue.provider(*provider).id);
        told["provider_name"] = both(|language| catalogue.provider(*provider).name.of(language).to_owned());
        told["priority"] = json!(matched.priority);
        told["distance"] = json!(distance.map(|one| match one.distance {
            Distance::SameTown => "town",
            Distance::SameCounty => "county",
            Distance::SameCity => "city",
        }));
        told
    };
    let proposals: Vec<Json> = placement.placed.iter().skip(from).take(most).map(proposal).collect();
    // Nobody has asked them yet: that comes first.
    let unasked = households.iter().filter(|one| !one.may_be_referred);
    let unasked =
        unasked.flat_map(|one| one.services.iter().map(move |service| Unplaced::Consent(one, service)));
    let not_offered = households.iter().zip(planned).flat_map(|(one, planned)| {
        planned.not_offered.iter().map(move |service| Unplaced::NotOffered(one, service))
    });
    let others = placement.without.iter().map(|(of, why)| Unplaced::Without(of, why));
    let without: Vec<Unplaced<'_>> = unasked.chain(not_offered).chain(others).collect();
    let name = |of: &NeedOf, language: &str| {
        format!("{} {}", named(households[of.applicant].case), catalogue.item_label(item(of), language))
    };
    let no_place = |(of, why): (&NeedOf, &WithoutPlace)| {
        let mut told = of_need(of);
        let is_sent_back = matches!(why, WithoutPlace::Full { providers, .. } if providers.is_empty());
        told["reason"] = json!(match why {
            WithoutPlace::Full { .. } if is_sent_back => "sent_back",
            WithoutPlace::Full { .. } | WithoutPlace::Nobody(Nobody::HasPlace(_)) => "full",
            WithoutPlace::Nobody(_) => "nobody",
        });
        if !is_sent_back {
            told["why"] =
                both(|language| catalogue.explain_without(why, language, |other| name(other, language)));
        }
        told
    };
    let unplaced = |one: &Unplaced<'_>| match *one {
        Unplaced::Consent(one, service) => {
            let mut told = head(one, service, catalogue.find(&one.area, service));
            told["reason"] = json!("consent");
            told
        }
        Unplaced::NotOffered(one, service) => {
            let mut told = head(one, service, None);
            told["reason"] = json!("not_offered");
            told
        }
        Unplaced::Without(of, why) => no_place((of, why)),
    };
    let mut proposed: BTreeMap<ProviderId, u32> = BTreeMap::new();
    placement.placed.iter().for_each(|(_, provider)| *proposed.entry(*provider).or_default() += 1);
    let provider = |(id, provider): (ProviderId, &doorstep_engine::services::Provider)| {
        let taken = circumstances.taken.get(&*provider.id).copied().unwrap_or(0);
        let proposed = proposed.get(&id).copied().unwrap_or(0);
        let valid = provider.is_valid(circumstances.on);
        (proposed > 0 || taken > 0).then(|| {
            json!({
                "provider": provider.id, "name": both(|language| provider.name.of(language).to_owned()), "capacity": provider.capacity,
                "period": provider.period, "taken": taken, "proposed": proposed, "valid": valid,
            })
        })
    };
    let providers: Vec<Json> = catalogue.providers().filter_map(provider).collect();
    let notice = catalogue.notice("", "zh").is_some();
    let notice =
        notice.then(|| both(|language| catalogue.notice("", language).unwrap_or_default().to_owned()));
    let of_without = without.len();
    let without: Vec<Json> = without.iter().skip(from).take(most).map(unplaced).collect();
    json!({
        "on": on, "households": households.len(), "of": placement.placed.len(), "of_without": of_without,
        "proposals": proposals, "without": without, "providers": providers, "notice": notice,
    })
}
