//! Where a referral stands on the board, when it is due, and which comes first.

use jiff::civil::Date;

use super::ask::Entity;
use super::dates::{day, late};

/// A column of the board, in the order of a referral's way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// Waits for the provider's answer.
    Made,
    /// Came back: refused, or to be given to another.
    Refused,
    Accepted,
    InService,
    /// Waits for the check.
    Served,
    Checked,
    Closed,
}

impl Column {
    pub const ALL: [Column; 7] = [
        Column::Made,
        Column::Refused,
        Column::Accepted,
        Column::InService,
        Column::Served,
        Column::Checked,
        Column::Closed,
    ];

    /// Its name in the page.
    pub fn name(self) -> &'static str {
        match self {
            Column::Made => "made",
            Column::Refused => "refused",
            Column::Accepted => "accepted",
            Column::InService => "in_service",
            Column::Served => "served",
            Column::Checked => "checked",
            Column::Closed => "closed",
        }
    }

    /// The states of a referral (`forms/lists/referral-states.csv`) that stand in it.
    pub fn states(self) -> &'static [&'static str] {
        match self {
            Column::Made => &["made", "more_wanted"],
            Column::Refused => &["refused", "reassign"],
            Column::Accepted => &["accepted"],
            Column::InService => &["in_service", "rework"],
            Column::Served => &["served"],
            Column::Checked => &["checked", "failed"],
            Column::Closed => &["closed"],
        }
    }
}

/// The property by which a referral of that state is due. What came back is due for an answer still: nobody serves the household yet.
pub fn due_by(state: &str) -> Option<&'static str> {
    match state {
        "made" | "more_wanted" | "refused" | "reassign" => Some("answer_by"),
        "accepted" => Some("first_service_by"),
        "rework" => Some("rework_by"),
        _ => None,
    }
}

/// In what order the server gives a state's: the first due first, else what changed last.
pub fn order(state: &str) -> &'static str {
    due_by(state).unwrap_or("-changed")
}

/// When a referral is due, as it is written; blank if it is not.
pub fn due(referral: &Entity) -> &str {
    due_by(referral.get("state")).map_or("", |property| referral.get(property))
}

/// Days by which it is late.
pub fn days_late(referral: &Entity, today: Date) -> Option<i64> {
    late(due(referral), today)
}

/// The longest late first, then by due day, then what is due on no day; else as they came.
pub fn sort(referrals: &mut [Entity], today: Date) {
    referrals.sort_by_key(|referral| {
        (std::cmp::Reverse(days_late(referral, today)), day(due(referral)).is_none(), day(due(referral)))
    });
}

/// How long it takes until a lateness is somebody else's matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Escalation {
    /// Ask the provider.
    Remind,
    /// From three days on: the head of the station.
    Head,
    /// From seven days on: the town office.
    Town,
}

/// Who is to be told of what is so many days late. The days are this project's assumption, as all due dates are.
pub fn escalation(days: i64) -> Escalation {
    match days {
        ..3 => Escalation::Remind,
        3..7 => Escalation::Head,
        _ => Escalation::Town,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referral(id: &str, state: &str, due: &str) -> Entity {
        let mut properties = vec![("state".to_owned(), state.to_owned())];
        properties.extend(due_by(state).map(|name| (name.to_owned(), due.to_owned())));
        Entity { id: id.into(), properties: properties.into_iter().collect(), ..Entity::default() }
    }

    #[test]
    fn every_state_of_the_list_stands_in_one_column() {
        let list = std::fs::read_to_string("../../forms/lists/referral-states.csv").expect("it is there");
        let states: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        for state in &states {
            let columns = Column::ALL.iter().filter(|column| column.states().contains(state)).count();
            assert_eq!(columns, 1, "{state}");
        }
        assert_eq!(states.len(), Column::ALL.iter().map(|column| column.states().len()).sum::<usize>());
    }

    #[test]
    fn what_is_longest_late_comes_first_and_what_is_not_due_last() {
        let today = day("2026-11-27").expect("a day");
        let mut all = [
            referral("soon", "accepted", "2026-11-28"),
            referral("never", "served", ""),
            referral("blank", "made", ""),
            referral("late", "made", "2026-11-26"),
            referral("later", "rework", "2026-11-20"),
            referral("today", "more_wanted", "2026-11-27"),
        ];
        sort(&mut all, today);
        let order: Vec<&str> = all.iter().map(|referral| &*referral.id).collect();
        assert_eq!(order, ["later", "late", "today", "soon", "never", "blank"]);
        assert_eq!([days_late(&all[0], today), days_late(&all[2], today)], [Some(7), None]);
        assert_eq!([1, 3, 7].map(escalation), [Escalation::Remind, Escalation::Head, Escalation::Town]);
    }
}
