//! Days as lists of cases make them.

use doorstep_engine::entities::ListedEntity;

use super::*;

const TODAY: &str = "2026-11-27";

fn case(id: &str, said: &[(&str, &str)]) -> ListedEntity {
    let properties = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ListedEntity {
        id: id.to_owned(),
        label: format!("{id} 北门外"),
        version: 1,
        trunk: Some(1),
        branch: None,
        properties,
    }
}

fn day(cases: &[(&str, &[(&str, &str)])]) -> Day {
    let entities = cases.iter().map(|(id, said)| case(id, said)).collect();
    Day::of(&EntityList { name: "cases".into(), entities }, TODAY)
}

fn told(visits: &[Visit]) -> Vec<String> {
    let due = |visit: &Visit| visit.due.clone().unwrap_or_default();
    visits
        .iter()
        .map(|visit| format!("{} {:?} {} {}", visit.case, visit.why, due(visit), visit.late))
        .collect()
}

#[test]
fn dangers_come_first_then_the_latest_and_whoever_has_no_day_last() {
    let day = day(&[
        ("a", &[("state", "lead"), ("visit_by", TODAY)]),
        ("b", &[("state", "lead")]),
        ("c", &[("state", "lead"), ("visit_by", "2026-11-24")]),
        ("d", &[("state", "in_service"), ("red_flags", "violence"), ("visited_on", "2026-11-20")]),
        ("e", &[("state", "lead"), ("visit_by", "2026-12-01"), ("red_flags", "no_food_or_power")]),
        ("f", &[("state", "lead"), ("visit_by", "2026-12-01"), ("red_flags", "none")]),
        ("g", &[("state", "closed"), ("red_flags", "violence")]),
        ("h", &[("state", "closed"), ("follow_up_on", "2026-11-26")]),
        ("i", &[("state", "in_service"), ("follow_up_on", "2027-01-04"), ("review_on", "2026-11-27")]),
        ("j", &[("state", "not_opened"), ("visit_by", TODAY)]),
    ]);
    assert_eq!(
        told(&day.due),
        [
            "e Lead 2026-12-01 0",
            "d Danger  0",
            "c Lead 2026-11-24 3",
            "h FollowUp 2026-11-26 1",
            "a Lead 2026-11-27 0",
            "i Review 2026-11-27 0",
            "b Lead  0",
        ]
    );
    assert_eq!(told(&day.ahead), ["f Lead 2026-12-01 0"]);
    assert_eq!(day.done, []);
}

#[test]
fn whoever_was_visited_today_is_done_until_the_day_that_was_agreed_there() {
    let day = day(&[
        (
            "met",
            &[("state", "surveyed"), ("visited_on", TODAY), ("visit_by", TODAY), ("red_flags", "violence")],
        ),
        (
            "out",
            &[
                ("state", "lead"),
                ("visited_on", TODAY),
                ("visit_by", "2026-11-26"),
                ("last_outcome", "3"),
                ("attempts", "2"),
                ("appointment", "2026-11-30T10:30:00.000+08:00"),
            ],
        ),
        (
            "kept",
            &[
                ("state", "surveyed"),
                ("visited_on", "2026-11-25"),
                ("appointment", "2026-11-25T09:00:00.000+08:00"),
            ],
        ),
        (
            "thrice",
            &[("state", "lead"), ("visited_on", "2026-11-26"), ("last_outcome", "3"), ("attempts", "3")],
        ),
        ("followed", &[("state", "closed"), ("followed_on", TODAY), ("follow_up_on", TODAY)]),
    ]);
    assert_eq!(day.done.iter().map(|done| &*done.case).collect::<Vec<_>>(), ["met", "followed", "out"]);
    assert_eq!(day.done.iter().map(|done| &*done.outcome).collect::<Vec<_>>(), ["", "", "3"]);
    assert_eq!(day.done[2].again, Some(("2026-11-30".to_owned(), Some("10:30".to_owned()))));
    assert_eq!(told(&day.due), ["thrice Lead  0"]);
    assert_eq!((day.due[0].over, day.due[0].attempts), (Some(Over::Tried), 3));
    assert_eq!(forms_of(&day.due[0])[0], "closure");
    assert_eq!(told(&day.ahead), ["out Appointment 2026-11-30 0"]);
    assert_eq!(day.ahead[0].hour.as_deref(), Some("10:30"));
}

#[test]
fn what_was_agreed_for_today_comes_by_its_hour_before_what_is_late() {
    let (late, early) = ("2026-11-27T15:00:00.000+08:00", "2026-11-27T09:30:00.000+08:00");
    let lead = |said: &[(&'static str, &'static str)]| [&[("state", "lead")], said].concat();
    let overdue = lead(&[("visit_by", "2026-11-24")]);
    let mut afternoon = lead(&[("visited_on", "2026-11-25"), ("last_outcome", "3"), ("attempts", "1")]);
    afternoon.push(("appointment", late));
    let mut morning = lead(&[]);
    morning.push(("appointment", early));
    // Nobody was at home this morning, and it was agreed on the telephone to come once more.
    let mut again = lead(&[("visited_on", TODAY), ("last_outcome", "3"), ("attempts", "1")]);
    again.push(("appointment", late));
    // That visit was the one that was agreed.
    let mut kept =
        vec![("state", "surveyed"), ("visited_on", TODAY), ("last_outcome", "1"), ("appointment", early)];
    let refused = lead(&[("visited_on", TODAY), ("last_outcome", "4"), ("visit_by", "2026-11-20")]);
    let moved = lead(&[("visited_on", "2026-11-20"), ("last_outcome", "5"), ("visit_by", "2026-11-20")]);
    let partly = [("state", "surveyed"), ("visited_on", "2026-11-26"), ("last_outcome", "2")];
    let day = day(&[
        ("a", &overdue),
        ("b", &afternoon),
        ("c", &morning),
        ("d", &again),
        ("e", &kept),
        ("f", &refused),
        ("g", &moved),
        ("h", &partly),
    ]);
    let told: Vec<String> = day
        .due
        .iter()
        .map(|visit| format!("{} {:?} {}", visit.case, visit.why, visit.hour.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(
        told,
        [
            "c Appointment 09:30",
            "b Appointment 15:00",
            "d Appointment 15:00",
            "a Lead -",
            "h Unfinished -",
            "g Lead -",
        ],
        "whoever refused today is not asked again today"
    );
    assert_eq!(day.due[5].over, Some(Over::Gone));
    assert_eq!(day.done.iter().map(|done| &*done.case).collect::<Vec<_>>(), ["d", "e", "f"]);
    assert_eq!(forms_of(&day.due[0]), ["household-needs", ATTEMPT]);
    // The next day the appointment that was kept, or missed at a follow-up, is no more.
    kept.push(("follow_up_on", "2027-01-01"));
    let day = Day::of(&EntityList { name: "cases".into(), entities: vec![case("e", &kept)] }, "2026-11-28");
    assert_eq!((day.due, day.ahead, day.done), (vec![], vec![], vec![]));
}

#[test]
fn nonsense_in_a_list_is_no_day() {
    let day = day(&[("a", &[("state", "lead"), ("visit_by", "soon"), ("attempts", "many")]), ("b", &[])]);
    assert_eq!(told(&day.due), ["a Lead  0"]);
    assert_eq!(day.due[0].person, "a 北门外", "without a name, what the list calls it");
}

#[test]
fn where_something_is_not_to_be_told_nobody_is_called_from_a_list() {
    let day = day(&[
        ("a", &[("state", "lead"), ("phone", "13900000000")]),
        ("b", &[("state", "lead"), ("phone", "13900000000"), ("withhold", "别告诉儿媳")]),
        ("c", &[("state", "lead"), ("withhold", "别告诉儿媳")]),
    ]);
    let calls: Vec<Call> = day.due.iter().map(Visit::call).collect();
    assert_eq!(calls, [Call::At("13900000000".into()), Call::FromItsPage, Call::No]);
}

#[test]
fn a_danger_is_the_reason_to_go_and_not_a_review_in_half_a_year() {
    let review = ("review_on", "2027-05-30");
    let day = day(&[
        ("a", &[("state", "assessed"), ("red_flags", "self_harm"), review, ("visited_on", "2026-11-20")]),
        ("b", &[("state", "assessed"), ("red_flags", "self_harm"), review, ("visited_on", TODAY)]),
        ("c", &[("state", "assessed"), ("red_flags", "self_harm"), ("review_on", "2026-11-20")]),
        (
            "d",
            &[
                ("state", "assessed"),
                ("red_flags", "self_harm"),
                ("appointment", "2026-11-29T10:30:00.000+08:00"),
            ],
        ),
    ]);
    assert_eq!(told(&day.due), ["c Review 2026-11-20 7", "d Appointment 2026-11-29 0", "a Danger  0"]);
    assert_eq!(told(&day.ahead), [""; 0], "whoever was there today goes again in half a year");
}
