//! Which services of a plan are open still, and which places of a provider are taken: by what referrals say of themselves.
//!
//! Kept here: a service that is on its way is not open, as the referral form has it; one that was served counts for the plan that it was made under, and not for a
//! later one. Whoever sent it back is not asked again for the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::Told;

/// States in which a referral is not settled (`forms/referral/form.json` warns of the same).
const ON_ITS_WAY: [&str; 7] =
    ["made", "more_wanted", "reassign", "accepted", "in_service", "served", "rework"];
/// In which it takes one of the provider's places.
const TAKES_A_PLACE: [&str; 5] = ["made", "more_wanted", "accepted", "in_service", "rework"];
/// In which the service was given.
const GIVEN: [&str; 2] = ["checked", "closed"];
/// In which it came back.
const CAME_BACK: [&str; 2] = ["refused", "failed"];

/// A household with what it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Household {
    /// Which of those that were told.
    pub(super) case: usize,
    /// The town that it says, or else the area that it belongs to.
    pub(super) area: String,
    /// The services that are open, each once.
    pub(super) services: Vec<String>,
    /// It is in danger.
    pub(super) danger: bool,
    /// It is in danger, or urgent.
    pub(super) urgent: bool,
    /// It consents to referral, or is in danger: life and health come first.
    pub(super) may_be_referred: bool,
    /// Services with the providers that sent them back.
    pub(super) sent_back: Vec<(String, String)>,
}

/// What referrals say.
#[derive(Debug, Default)]
pub(super) struct Referred<'r> {
    /// By provider, how many places are taken.
    pub(super) taken: BTreeMap<String, u32>,
    /// By case and service: provider, state, and when it was made.
    of: BTreeMap<(&'r str, &'r str), Vec<Referral<'r>>>,
}

#[derive(Debug)]
struct Referral<'r> {
    provider: &'r str,
    state: &'r str,
    made_on: &'r str,
}

impl<'r> Referred<'r> {
    pub(super) fn of(referrals: &'r [Told]) -> Referred<'r> {
        let mut referred = Referred::default();
        for one in referrals {
            let [case, service, provider, state, made_on] = &*one.said else { continue };
            if TAKES_A_PLACE.contains(&&**state) && !provider.is_empty() {
                *referred.taken.entry(provider.clone()).or_default() += 1;
            }
            let known = referred.of.entry((case, service)).or_default();
            known.push(Referral { provider, state, made_on });
        }
        referred
    }

    fn settles(&self, case: &str, service: &str, plan_on: &str) -> bool {
        let of = self.of.get(&(case, service)).map_or(&[][..], Vec::as_slice);
        of.iter().any(|one| {
            ON_ITS_WAY.contains(&one.state) || (GIVEN.contains(&one.state) && one.made_on >= plan_on)
        })
    }
}

/// The households that have something open; in the order of their ids.
pub(super) fn households(cases: &[Told], referred: &Referred<'_>) -> Vec<Household> {
    let mut all = Vec::new();
    for (place, one) in cases.iter().enumerate() {
        let [town, services, plan_on, flags, urgency, consent] = &*one.said else { continue };
        let services: BTreeSet<&str> = services.split(' ').filter(|code| !code.is_empty()).collect();
        let open: Vec<String> = services
            .into_iter()
            .filter(|service| !referred.settles(&one.id, service, plan_on))
            .map(str::to_owned)
            .collect();
        if open.is_empty() {
            continue;
        }
        let danger = !matches!(&**flags, "" | "none");
        let came_back = |service: &String| {
            let of = referred.of.get(&(&*one.id, &**service)).map_or(&[][..], Vec::as_slice);
            let back = of.iter().filter(|referral| CAME_BACK.contains(&referral.state));
            back.map(|referral| (service.clone(), referral.provider.to_owned())).collect::<Vec<_>>()
        };
        all.push(Household {
            case: place,
            area: if town.is_empty() { one.area.clone() } else { town.clone() },
            sent_back: open.iter().flat_map(came_back).collect(),
            services: open,
            danger,
            urgent: danger || urgency == "urgent",
            may_be_referred: danger || consent.split(' ').any(|part| part == "referral"),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: &str, said: &[&str]) -> Told {
        let said = said.iter().map(|text| (*text).to_owned()).collect();
        Told { id: id.into(), label: String::new(), area: "371082".into(), said }
    }

    #[test]
    fn what_is_on_its_way_or_was_given_under_this_plan_is_not_open() {
        let referrals = [
            told("1", &["a", "A1", "P01", "in_service", "2026-01-01"]),
            told("2", &["a", "A2", "P07", "closed", "2026-11-02"]),
            told("3", &["a", "A3", "P12", "closed", "2026-10-31"]),
            told("4", &["a", "A4", "P03", "refused", "2026-11-03"]),
            told("5", &["a", "B1", "P06", "served", "2026-11-03"]),
            told("6", &["b", "B2", "P01", "made", "2026-11-03"]),
            told("7", &["b", "B3", "", "made", "2026-11-03"]),
        ];
        let referred = Referred::of(&referrals);
        assert_eq!(referred.taken, BTreeMap::from([("P01".to_owned(), 2)]));
        let plan = "A4 A1 A2 A3 A4 B1";
        let cases = [
            told("a", &["371082007", plan, "2026-11-01", "none", "soon", "survey referral"]),
            told("b", &["", "B2", "2026-11-01", "violence", "", ""]),
            told("c", &["", "B2", "2026-11-01", "violence", "", ""]),
            told("d", &["", "B2", "2026-11-01", "", "urgent", "survey"]),
        ];
        let all = households(&cases, &referred);
        let said: Vec<_> =
            all.iter().map(|one| (one.case, &*one.area, one.services.join(" "), one.urgent)).collect();
        assert_eq!(
            said,
            [
                (0, "371082007", "A3 A4".to_owned(), false),
                (2, "371082", "B2".to_owned(), true),
                (3, "371082", "B2".to_owned(), true),
            ]
        );
        assert_eq!(all[0].sent_back, [("A4".to_owned(), "P03".to_owned())]);
        assert_eq!(all.iter().map(|one| one.may_be_referred).collect::<Vec<_>>(), [true, true, false]);
    }

    /// A state that is new has to be thought of here.
    #[test]
    fn every_state_is_one_of_these() {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/lists/referral-states.csv");
        let list = std::fs::read_to_string(path).unwrap();
        let mut states: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        let mut known: Vec<&str> = ON_ITS_WAY.into_iter().chain(GIVEN).chain(CAME_BACK).collect();
        states.sort_unstable();
        known.sort_unstable();
        assert_eq!(states, known);
        assert!(TAKES_A_PLACE.iter().all(|state| ON_ITS_WAY.contains(state)));
    }
}
