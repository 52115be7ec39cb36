//! What lies in the office's lists beside households and referrals: complaints, and projects.

use jiff::civil::Date;

use super::catalogue::Catalogue;
use super::dice::{Dice, ago, workdays};
use super::household::{Household, Said, id, said};
use super::people::colleague;
use super::truth::Truth;

const ABOUT: [(&str, usize); 5] =
    [("service", 50), ("staff", 20), ("privacy", 5), ("refused", 15), ("other", 10)];
const DECISIONS: [(&str, usize); 4] = [("corrected", 40), ("explained", 35), ("passed_on", 15), ("open", 10)];
const FUNDS: [(&str, usize); 4] = [("budget", 50), ("lottery", 30), ("charity", 15), ("other", 5)];

/// An entity of a list with its versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Record {
    pub(crate) list: &'static str,
    pub(crate) id: String,
    pub(crate) area: String,
    pub(crate) label: String,
    pub(crate) versions: Vec<Said>,
}

/// Who is to assess again, and until when: what an objection leads to.
pub(super) struct Again<'a> {
    pub(super) level: &'a str,
    pub(super) reassessor: &'a str,
    pub(super) until: &'a str,
}

/// A complaint of a day, about the level if it is to be assessed again, and counts it in.
pub(super) fn complaint(
    household: &Household,
    number: usize,
    (filed, today): (Date, Date),
    again: Option<Again<'_>>,
    (dice, truth): (&mut Dice, &mut Truth),
) -> Record {
    let about = if again.is_some() { "level" } else { dice.by_share(&ABOUT) };
    let decision = if again.is_some() { "reassess" } else { dice.by_share(&DECISIONS) };
    let (on, due) = (filed.to_string(), workdays(filed, 5).to_string());
    let person = household.people[0].name.clone();
    let (how, handler) = (*dice.one(&["station", "phone", "home"]), colleague(dice));
    let mut properties = vec![
        ("case", &*household.id),
        ("person", &person),
        ("town", &household.town),
        ("how", how),
        ("by", "self"),
        ("filed_on", &on),
        ("about", about),
        ("answer_by", &due),
    ];
    // One in four waits yet.
    let handled = again.is_some() || dice.percent(75);
    let handled_on = workdays(filed, 2).min(today).to_string();
    if handled {
        properties.extend([
            ("handler", &*handler),
            ("handled_on", &handled_on),
            ("decision", decision),
            ("told", if decision == "open" { "no" } else { "yes" }),
        ]);
    }
    if let Some(Again { level, reassessor, until }) = &again {
        properties.extend([("level", *level), ("reassessor", reassessor), ("reassess_by", until)]);
    }
    truth.complaints += 1;
    truth.versions += 1;
    truth.count("complaints", "about", &[about]);
    truth.count("complaints", "decision", &[if handled { decision } else { "" }]);
    Record {
        list: "complaints",
        id: id(3, number),
        area: household.town.clone(),
        label: format!("{person} {on}"),
        versions: vec![said(filed, &properties)],
    }
}

/// So many projects, from where they were approved to where they stand; counted in.
pub(super) fn projects(
    count: usize,
    catalogue: &Catalogue,
    today: Date,
    tools: (&mut Dice, &mut Truth),
) -> Vec<Record> {
    let (dice, truth) = tools;
    let one = |number: usize| {
        let (town, service) = (dice.one(&catalogue.towns), dice.one(&catalogue.services));
        let funds = dice.by_share(&FUNDS);
        let budget = dice.within(5, 60) * 10_000;
        let days = dice.days_ago(3, 170, 0);
        let stages = 1 + dice.below(3);
        let contractor = dice.one(&catalogue.providers).name.clone();
        let mut versions = Vec::new();
        for (stage, days) in ["start", "middle", "end"].iter().zip(&days).take(stages) {
            let day = ago(today, *days);
            let result = if dice.percent(85) { "pass" } else { "rework" };
            let (budget_text, on) = (budget.to_string(), day.to_string());
            let state = if *stage == "end" && result == "pass" { "done" } else { "running" };
            // Half of it in the middle, and all but a few yuan at the end.
            let paid = if *stage == "middle" { budget / 2 } else { budget - dice.within(1, 900) };
            let paid = format!("{paid}.5");
            let mut properties = vec![
                ("contractor", &*contractor),
                ("budget", &budget_text),
                ("last_stage", stage),
                ("last_result", result),
                ("state", state),
            ];
            match *stage {
                "start" => properties.extend([("funds", funds), ("approved_on", &*on)]),
                _ => properties.push(("paid", &paid)),
            }
            versions.push(said(day, &properties));
        }
        truth.projects += 1;
        truth.versions += versions.len() as u64;
        truth.count("projects", "funds", &[funds]);
        let label = format!("{}项目{}", service.name, number + 1);
        Record { list: "projects", id: id(4, number), area: town.county.clone(), label, versions }
    };
    (0..count).map(one).collect()
}
