//! What a provider has to do: the referrals to its organisation that wait for an answer or a service, and those that wait for the office.
//!
//! Pure: made of the list of referrals, the day, and nothing else. What the properties mean stands in `forms/README.md`. A danger comes first, then what is
//! urgent, then what is due.

use doorstep_engine::entities::{EntityList, ListedEntity};

use super::groups::{dangers, of};

/// What is to be done about a referral.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Task {
    /// To say whether it is taken.
    Answer,
    /// To serve, for the first time or again.
    Serve,
    /// To put right what failed the check.
    PutRight,
    /// It is the office's turn.
    Wait,
}

impl Task {
    /// The form that it is done with.
    pub const fn form(self) -> Option<&'static str> {
        match self {
            Task::Answer => Some("acceptance"),
            Task::Serve | Task::PutRight => Some("service-record"),
            Task::Wait => None,
        }
    }
}

/// A referral that is not over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Referred {
    /// Its id.
    pub id: String,
    pub task: Task,
    /// The code of where it stands.
    pub state: String,
    /// The code of the service.
    pub service: String,
    /// Who it is for, as they are shown to whoever holds the phone.
    pub person: String,
    pub village: String,
    pub address: String,
    /// To call; nothing where only part of it is shown.
    pub phone: String,
    /// What to mind when calling or coming, because something is to be kept from somebody.
    pub mind: String,
    /// Is a danger recorded?
    pub danger: bool,
    /// Is it to be done today, whatever is due?
    pub urgent: bool,
    /// The day until which, `2026-11-27`, if one is said.
    pub due: Option<String>,
    /// Days that it is late by.
    pub late: i64,
    /// Times served, and planned in all; 0 where nobody said.
    pub served: u32,
    pub planned: u32,
}

/// Those that are not over: what is to be done, then what waits.
pub fn referred(referrals: &EntityList, today: &str) -> Vec<Referred> {
    let mut all: Vec<Referred> = referrals.entities.iter().filter_map(|one| of_one(one, today)).collect();
    all.sort_by_cached_key(|one| {
        let due = (one.due.is_none(), one.due.clone());
        (one.task == Task::Wait, !one.danger, !one.urgent, due, one.task, one.id.clone())
    });
    all
}

fn of_one(one: &ListedEntity, today: &str) -> Option<Referred> {
    let said = |name: &str| of(&one.properties, name).trim();
    let day = |name: &str| {
        said(name).get(..10).filter(|day| day.parse::<jiff::civil::Date>().is_ok()).map(str::to_owned)
    };
    let (task, due) = match said("state") {
        "made" => (Task::Answer, day("answer_by")),
        "accepted" => (Task::Serve, day("appointed_on").or_else(|| day("first_service_by"))),
        "in_service" => (Task::Serve, None),
        "rework" => (Task::PutRight, day("rework_by")),
        "more_wanted" | "reassign" | "served" => (Task::Wait, None),
        _ => return None,
    };
    let number = |name: &str| said(name).parse().unwrap_or(0);
    let person = said("person");
    let is_whole = |phone: &&str| !phone.contains('*');
    Some(Referred {
        id: one.id.clone(),
        task,
        state: said("state").to_owned(),
        service: said("service").to_owned(),
        person: if person.is_empty() { one.label.clone() } else { person.to_owned() },
        village: said("village").to_owned(),
        address: said("address").to_owned(),
        phone: Some(said("phone")).filter(is_whole).unwrap_or_default().to_owned(),
        mind: said("mind").to_owned(),
        danger: !dangers(&one.properties).is_empty(),
        urgent: said("urgency") == "urgent",
        late: due.as_deref().and_then(|due| days_between(due, today)).unwrap_or(0).max(0),
        due,
        served: number("served_times"),
        planned: number("planned_times"),
    })
}

fn days_between(from: &str, to: &str) -> Option<i64> {
    let (from, to): (jiff::civil::Date, jiff::civil::Date) = (from.parse().ok()?, to.parse().ok()?);
    Some(i64::from((to - from).get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(all: &[(&str, &[(&str, &str)])]) -> EntityList {
        let one = |(id, said): &(&str, &[(&str, &str)])| ListedEntity {
            id: (*id).into(),
            label: format!("{id} 送餐"),
            properties: said.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..ListedEntity::default()
        };
        EntityList { name: "referrals".into(), entities: all.iter().map(one).collect() }
    }

    #[test]
    fn dangers_come_first_then_what_is_urgent_then_what_is_due_and_the_offices_turn_last() {
        let all = list(&[
            ("a", &[("state", "served"), ("red_flags", "violence")]),
            ("b", &[("state", "made"), ("answer_by", "2026-11-28")]),
            (
                "c",
                &[("state", "accepted"), ("first_service_by", "2026-11-25"), ("appointed_on", "2026-11-30")],
            ),
            ("d", &[("state", "in_service"), ("served_times", "3"), ("planned_times", "104")]),
            ("e", &[("state", "made"), ("urgency", "urgent"), ("answer_by", "2026-12-01")]),
            ("f", &[("state", "rework"), ("rework_by", "2026-11-24")]),
            ("g", &[("state", "in_service"), ("red_flags", "no_food_or_power")]),
            ("h", &[("state", "closed")]),
            ("i", &[("state", "refused")]),
            ("j", &[]),
        ]);
        let told: Vec<String> = referred(&all, "2026-11-27")
            .iter()
            .map(|one| {
                format!("{} {:?} {} {}", one.id, one.task, one.due.as_deref().unwrap_or("-"), one.late)
            })
            .collect();
        assert_eq!(
            told,
            [
                "g Serve - 0",
                "e Answer 2026-12-01 0",
                "f PutRight 2026-11-24 3",
                "b Answer 2026-11-28 0",
                "c Serve 2026-11-30 0",
                "d Serve - 0",
                "a Wait - 0",
            ]
        );
        let forms = referred(&all, "2026-11-27").iter().map(|one| one.task.form()).collect::<Vec<_>>();
        assert_eq!((forms[0], forms[1], forms[6]), (Some("service-record"), Some("acceptance"), None));
    }

    #[test]
    fn nobody_is_called_at_a_number_that_is_shown_in_part() {
        let all = list(&[
            ("a", &[("state", "made"), ("phone", "138****0000"), ("mind", "只打本人手机")]),
            ("b", &[("state", "made"), ("phone", "13800000000"), ("person", "张三"), ("planned_times", "x")]),
        ]);
        let told = referred(&all, "2026-11-27");
        assert_eq!((&*told[0].phone, &*told[0].person, &*told[0].mind), ("", "a 送餐", "只打本人手机"));
        assert_eq!((&*told[1].phone, &*told[1].person, told[1].planned), ("13800000000", "张三", 0));
    }
}
