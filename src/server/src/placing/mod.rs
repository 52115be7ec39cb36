//! `POST /api/v1/placement`: who could give the services that are planned and not referred yet, within what places are left: proposals for people to decide on.
//!
//! Kept here: nothing is written, and nobody is referred by it. The needs are those of the asker's area; the places are counted over all areas, since a
//! provider has no more of them because somebody sees less. The same households on the same day come to the same; each asking is in the audit log.

mod open;
mod told;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_engine::entities::totals::Only;
use doorstep_engine::services::{Applicant, Catalogue, Circumstances};
use serde::Deserialize;

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::entities::hidden;
use crate::ledgers::today;
use crate::off_thread::off_thread;
use crate::store::{Among, REFERRALS, Told};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::{area, bad};
use crate::who::mask::shows;
use crate::who::routes::Json as Body;

/// The list of households.
const CASES: &str = "cases";
/// What is read of a household: see [`open::Household`].
const OF_CASES: [&str; 6] = ["town", "services", "plan_on", "red_flags", "urgency", "consent"];
/// And of a referral: see [`open::Referral`].
const OF_REFERRALS: [&str; 5] = ["case", "service", "provider", "state", "made_on"];
/// Whose services are to be placed: of those who have a plan, whoever is in hand.
const IN_HAND: [&str; 3] = ["services!=", "state!=closed", "state!=not_opened"];
/// So many are given at once at most, and so many where nobody says how many.
const MOST: usize = 500;
const USUAL: usize = 100;
/// So many needs are placed at once at most.
const MOST_NEEDS: usize = 50_000;

/// What is asked.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Asked {
    area: Option<String>,
    from: usize,
    most: Option<usize>,
}

pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    let own = caller.area_of_cases(&shared.who, "placing is for those who see the cases").await?;
    let role = caller.standing.role;
    let catalogue = shared.office.catalogue.clone();
    let catalogue = catalogue.ok_or_else(|| {
        Refusal::new(StatusCode::NOT_FOUND, "no_catalogue", "this server has no catalogue of services")
    })?;
    let kinds = OF_CASES.map(|name| (CASES, name)).into_iter();
    let kinds = kinds.chain(OF_REFERRALS.map(|name| (REFERRALS, name)));
    if kinds.into_iter().any(|(list, name)| !shows(role, shared.office.kind(list, name))) {
        return Err(hidden());
    }
    let within = asked.area.as_deref().map(area).transpose()?;
    // Wider than one's own is one's own.
    let within = within.filter(|within| !within.contains(&own));
    shared.who.note(&caller.entry(Event::EntitiesRead).to("placement")).await?;
    let of_cases = Among {
        within: within.as_ref().map(|within| within.code()),
        ..Among::entities(&[CASES], own.code())
    };
    let only: Vec<Only> = IN_HAND.iter().filter_map(|text| Only::parse(text).ok()).collect();
    let everywhere = Among::entities(&[REFERRALS], "");
    let (cases, referrals) = tokio::try_join!(
        shared.store.told(&of_cases, &only, &OF_CASES),
        shared.store.told(&everywhere, &[], &OF_REFERRALS)
    )?;
    let (page, all) = ((asked.from, asked.most.unwrap_or(USUAL).min(MOST)), shared.clone());
    off_thread(move || {
        let today = today();
        let placed = placed(&catalogue, &cases, &referrals, &today)?;
        let named = |case: usize| all.office.label_seen(role, CASES, &cases[case].label);
        Ok(answer(StatusCode::OK, &told::told(&catalogue, &placed, &cases, page, named)))
    })
    .await
}

/// Needs that were placed, with all that says how it came to that.
struct Placed {
    on: String,
    households: Vec<open::Household>,
    circumstances: Circumstances,
    planned: Vec<doorstep_engine::services::Planned>,
    placement: doorstep_engine::services::Placement,
}

fn placed(catalogue: &Catalogue, cases: &[Told], referrals: &[Told], today: &str) -> Result<Placed, Refusal> {
    let on = today.parse().map_err(|_| Refusal::fault(&"today is no day"))?;
    let referred = open::Referred::of(referrals);
    let circumstances = Circumstances { on, taken: referred.taken.clone() };
    let households = open::households(cases, &referred);
    let needs: usize = households.iter().map(|one| one.services.len()).sum();
    if needs > MOST_NEEDS {
        return Err(bad("area", "more than 50,000 services are planned there: ask for a smaller area"));
    }
    let plan = |one: &open::Household| {
        let codes: Vec<&str> = match one.may_be_referred {
            true => one.services.iter().map(String::as_str).collect(),
            false => Vec::new(),
        };
        let sent_back = |code: &str, provider| {
            let provider = &*catalogue.provider(provider).id;
            one.sent_back.iter().any(|(service, by)| service == code && by == provider)
        };
        catalogue.planned(&one.area, &codes, one.urgent, sent_back, &circumstances)
    };
    let planned: Vec<_> = households.iter().map(plan).collect();
    let applicants: Vec<Applicant<'_>> = households
        .iter()
        .zip(&planned)
        .map(|(one, planned)| Applicant { id: &cases[one.case].id, matched: &planned.matched })
        .collect();
    let placement = catalogue.place(&applicants, &circumstances).map_err(|error| Refusal::fault(&error))?;
    Ok(Placed { on: today.to_owned(), households, circumstances, planned, placement })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value as Json;

    use super::*;
    use crate::declared::Office;
    use crate::files::Files;

    const P04: usize = 20;

    fn told(id: &str, said: &[&str]) -> Told {
        let said = said.iter().map(|text| (*text).to_owned()).collect();
        Told { id: id.into(), label: format!("户{id}"), area: "371002".into(), said }
    }

    fn cases() -> Vec<Told> {
        let plan = |id, town, services, flags, consent| {
            told(id, &[town, services, "2026-11-01", flags, "soon", consent])
        };
        vec![
            plan("a", "371002001", "C4 Z9", "none", "survey referral"),
            plan("b", "371003001", "C4", "violence", ""),
            plan("c", "371002002", "C4 B1", "", "referral"),
            plan("d", "371002002", "C4", "", "survey"),
            plan("e", "371083001", "E2 E2", "", "referral"),
        ]
    }

    /// So many places of the only provider of C4 are taken; and one household was sent back by the fund.
    fn referrals(taken: usize) -> Vec<Told> {
        let mut all: Vec<Told> = (0..taken)
            .map(|number| told(&format!("r{number}"), &["x", "C4", "P04", "accepted", "2026-11-02"]))
            .collect();
        all.push(told("back", &["e", "E2", "P16", "refused", "2026-11-02"]));
        all
    }

    fn ask(cases: &[Told], taken: usize) -> Json {
        let forms = Files::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms"));
        let office = Office::read(&forms).unwrap_or_else(|error| panic!("{error}"));
        let catalogue = office.catalogue.unwrap();
        let placed = placed(&catalogue, cases, &referrals(taken), "2026-11-28").unwrap();
        told::told(&catalogue, &placed, cases, (0, 100), |case| cases[case].label.clone())
    }

    fn lines(told: &Json, rows: &str, last: &str) -> Vec<String> {
        let text = |row: &Json, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let line = |row: &Json| format!("{} {} {}", text(row, "case"), text(row, "service"), text(row, last));
        told[rows].as_array().unwrap().iter().map(line).collect()
    }

    #[test]
    fn danger_has_the_last_place_and_whoever_has_none_is_told_why() {
        let told = ask(&cases(), P04 - 1);
        assert_eq!(lines(&told, "proposals", "provider"), ["b C4 P04"]);
        assert_eq!(
            lines(&told, "without", "reason"),
            ["d C4 consent", "a Z9 not_offered", "a C4 full", "c B1 nobody", "c C4 full", "e E2 sent_back"]
        );
        let why = told["without"][2]["why"]["zh"].as_str().unwrap();
        assert!(why.contains("示例助残康复中心") && why.contains("户b C4"), "{why}");
        let p04 = &told["providers"][0];
        assert_eq!(
            (&p04["provider"], &p04["taken"], &p04["proposed"]),
            (&"P04".into(), &19.into(), &1.into())
        );
        // With room for two the earlier of equals has it.
        let told = ask(&cases(), P04 - 2);
        assert_eq!(lines(&told, "proposals", "provider"), ["b C4 P04", "a C4 P04"]);
        assert_eq!(told["proposals"][1]["distance"], "city");
    }

    #[test]
    fn the_order_in_which_households_come_changes_nothing() {
        let mut reversed = cases();
        reversed.reverse();
        let (one, other) = (ask(&cases(), P04 - 2), ask(&reversed, P04 - 2));
        assert_eq!(one["proposals"], other["proposals"]);
        assert_eq!(one["providers"], other["providers"]);
    }
}
