//! A referral, from when it was made to where it stands.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

use super::catalogue::{Catalogue, Service};
use super::dice::{Dice, workdays};
use super::household::{Household, Said, said};
use super::people::{colleague, letter};
use super::steps::often;
use super::truth::Truth;

/// How far the referrals of households in service are, in a hundred.
const OPEN: [(&str, usize); 11] = [
    ("made", 10),
    ("more_wanted", 4),
    ("reassign", 3),
    ("refused", 6),
    ("accepted", 12),
    ("in_service", 30),
    ("served", 10),
    ("rework", 3),
    ("checked", 6),
    ("failed", 2),
    ("closed", 14),
];
/// And of those that are closed.
const OVER: [(&str, usize); 3] = [("closed", 80), ("refused", 15), ("failed", 5)];

/// What a service costs, of those whose cost is said.
const COSTS: [(&str, u64); 5] = [("0", 0), ("12.5", 1_250), ("20", 2_000), ("35.25", 3_525), ("0.29", 29)];

/// A referral with its versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Referral {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) town: String,
    pub(crate) versions: Vec<Said>,
}

impl Referral {
    /// Makes a referral of a household that stands somewhere, within two days, and counts it in.
    pub(super) fn make(
        id: String,
        household: &Household,
        (service, catalogue): (&Service, &Catalogue),
        (case_state, (from, to)): (&str, (Date, Date)),
        dice: &mut Dice,
        truth: &mut Truth,
    ) -> Referral {
        let shares: &[(&str, usize)] = if case_state == "closed" { &OVER } else { &OPEN };
        let state = dice.by_share(shares);
        let span = from.until((Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()));
        let mut days: Vec<i64> = (0..5).map(|_| dice.within(0, span)).collect();
        days.sort_unstable();
        let day = |step: usize| from.saturating_add(days[step].days());
        let gives: Vec<_> = catalogue
            .providers
            .iter()
            .filter(|provider| provider.gives(&service.code, &household.town))
            .collect();
        let provider = gives.get(dice.below(gives.len())).copied();
        let provider_code = provider.map_or("other", |provider| &*provider.code);
        let head = &household.people[0].name;
        let mut referral = Referral {
            id,
            label: format!("{} {head}", service.name),
            town: household.town.clone(),
            versions: Vec::new(),
        };
        let maker = colleague(dice);
        let (answer_by, serve_by) = (workdays(day(0), 2).to_string(), workdays(day(0), 5).to_string());
        // One in five goes without a plan: an emergency, say.
        let (times, per, planned) = match dice.percent(80) {
            true => {
                let (times, per, planned) = often(dice);
                (times.to_string(), per, planned.to_string())
            }
            false => (String::new(), "", String::new()),
        };
        referral.say(
            day(0),
            &[
                ("times", &times),
                ("per", per),
                ("planned_times", &planned),
                ("case", &household.id),
                ("person", head),
                ("town", &household.town),
                ("village", &household.village),
                ("phone", &household.phone),
                ("service", &service.code),
                ("category", &service.class),
                ("provider", provider_code),
                ("provider_name", provider.map_or("", |provider| &*provider.name)),
                ("urgency", "normal"),
                ("basis", "consent"),
                ("state", "made"),
                ("made_on", &day(0).to_string()),
                ("made_by", &maker),
                ("answer_by", &answer_by),
                ("first_service_by", &serve_by),
            ],
        );
        referral.answer(state, day(1), dice);
        if matches!(state, "in_service" | "served" | "rework" | "checked" | "failed" | "closed") {
            referral.serve((day(2), day(3)), dice, |month, hundredths| {
                let group = [month, &household.town, &service.code];
                truth.service(group, household, hundredths);
            });
        }
        if let Some(satisfaction) = referral.check(state, day(4), dice) {
            truth.rate(provider_code, satisfaction);
        }
        truth.count("referrals", "per", &[per]);
        truth.versions += referral.versions.len() as u64;
        truth.count("referrals", "state", &[state]);
        truth.count("referrals", "service", &[&service.code]);
        truth.count("referrals", "service,state", &[&service.code, state]);
        truth.count("referrals", "category", &[&service.class]);
        truth.count("referrals", "provider", &[provider_code]);
        truth.count("referrals", "town", &[&household.town]);
        referral
    }

    fn say(&mut self, day: Date, properties: &[(&str, &str)]) {
        self.versions.push(said(day, properties));
    }

    fn answer(&mut self, state: &str, day: Date, dice: &mut Dice) {
        let on = day.to_string();
        match state {
            "made" => {}
            "more_wanted" => self.say(day, &[("state", state), ("answered_on", &on), ("wanted", "身体情况")]),
            "reassign" => {
                self.say(day, &[("state", state), ("answered_on", &on), ("reassign_to", "邻近的提供方")])
            }
            "refused" => {
                let reason = dice.one(&["full", "not_ours", "area", "not_found", "declined"]);
                self.say(day, &[("state", state), ("answered_on", &on), ("refusal_reason", reason)]);
            }
            _ => {
                let who = colleague(dice);
                let phone = format!("1549{}", (0..7).map(|_| letter(dice, "0123456789")).collect::<String>());
                let appointed = workdays(day, 2).to_string();
                self.say(
                    day,
                    &[
                        ("state", "accepted"),
                        ("answered_on", &on),
                        ("accepted_on", &on),
                        ("responsible", &who),
                        ("responsible_phone", &phone),
                        ("appointed_on", &appointed),
                    ],
                );
            }
        }
    }

    /// Services between two days; each is told by its month.
    fn serve(&mut self, (from, to): (Date, Date), dice: &mut Dice, mut tell: impl FnMut(&str, Option<u64>)) {
        let times = dice.within(1, 4);
        let span = from.until((Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()));
        let mut days: Vec<i64> = (0..times).map(|_| dice.within(0, span)).collect();
        days.sort_unstable();
        let first = from.saturating_add(days[0].days()).to_string();
        for (time, day) in (1..).zip(&days) {
            let day = from.saturating_add(day.days());
            let (on, time) = (day.to_string(), i32::to_string(&time));
            let cost = dice.percent(60).then(|| *dice.one(&COSTS));
            let mut properties = vec![
                ("last_service_on", &*on),
                ("served_times", &*time),
                ("cost", cost.map_or("", |(text, _)| text)),
                ("state", "in_service"),
            ];
            if time == "1" {
                properties.push(("first_service_on", &first));
            }
            self.say(day, &properties);
            tell(&on[..7], cost.map(|(_, hundredths)| hundredths));
        }
    }

    /// Gives how content they are, as it is written.
    fn check(&mut self, state: &str, day: Date, dice: &mut Dice) -> Option<&'static str> {
        let on = day.to_string();
        let satisfaction = *dice.one(&["3", "4", "4.5", "5", "5"]);
        match state {
            "served" => self.say(day, &[("state", state)]),
            "rework" => {
                let until = workdays(day, 5).to_string();
                self.say(
                    day,
                    &[
                        ("state", state),
                        ("checked_on", &on),
                        ("check_result", "rework"),
                        ("satisfaction", "2"),
                        ("rework_by", &until),
                    ],
                );
            }
            "failed" => self.say(
                day,
                &[("state", state), ("checked_on", &on), ("check_result", "fail"), ("satisfaction", "1")],
            ),
            "checked" => self.say(
                day,
                &[
                    ("state", state),
                    ("checked_on", &on),
                    ("check_result", "pass"),
                    ("satisfaction", satisfaction),
                ],
            ),
            "closed" => self.say(
                day,
                &[
                    ("state", state),
                    ("checked_on", &on),
                    ("check_result", "pass"),
                    ("satisfaction", satisfaction),
                    ("closed_on", &on),
                ],
            ),
            _ => {}
        }
        match state {
            "rework" => Some("2"),
            "failed" => Some("1"),
            "checked" | "closed" => Some(satisfaction),
            _ => None,
        }
    }
}
