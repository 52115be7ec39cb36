//! What is known of a household, in groups: nothing that is known is left out, be its name a new one.

use std::collections::BTreeMap;

/// What is said of an entity, by property.
type Said = BTreeMap<String, String>;

/// A part of what is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    Who,
    Danger,
    Case,
    Points,
    Level,
    Help,
    Consent,
    Other,
}

/// The six dimensions, as the survey names their points, and the most points that each can have
/// (`forms/household-needs/form.json`; a test holds that both say the same).
pub const DIMENSIONS: [(&str, f64); 6] =
    [("fs", 20.0), ("ie", 20.0), ("he", 20.0), ("hd", 40.0), ("ce", 20.0), ("em", 20.0)];

const GROUPS: [(Group, &[&str]); 7] = [
    (Group::Who, &["person", "phone", "town", "village", "grid", "address", "members", "categories"]),
    (
        Group::Danger,
        &["red_flags", "danger_handled", "recheck", "urgency", "difficulties", "minors", "minors_on"],
    ),
    (
        Group::Case,
        &[
            "state",
            "source",
            "found_on",
            "found_by",
            "assigned_to",
            "visit_by",
            "visited_on",
            "last_outcome",
            "attempts",
            "appointment",
            "remark",
            "closed_on",
            "closed_reason",
        ],
    ),
    (Group::Points, &["fs", "ie", "he", "hd", "ce", "em"]),
    (
        Group::Level,
        &[
            "level",
            "level_found",
            "level_system",
            "level_reason",
            "ability",
            "assessed_on",
            "assessor_1",
            "assessor_2",
            "reviewer",
            "review_on",
            "objection_on",
            "reassessor",
            "reassess_by",
        ],
    ),
    (Group::Help, &["services", "plan_times", "plan_on", "followed_on", "follow_up_on"]),
    (Group::Consent, &["consent", "consent_on", "consent_by", "withhold"]),
];

/// What is known, in groups that are not empty: names and values. The points are shown by themselves, and are not among them.
pub fn grouped(said: &Said) -> Vec<(Group, Vec<(String, String)>)> {
    let pair = |name: &str| {
        let value = of(said, name);
        (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    let mut all: Vec<(Group, Vec<(String, String)>)> = GROUPS
        .iter()
        .filter(|(group, _)| *group != Group::Points)
        .map(|(group, names)| (*group, names.iter().filter_map(|name| pair(name)).collect()))
        .collect();
    let named = |name: &String| GROUPS.iter().any(|(_, names)| names.contains(&name.as_str()));
    let other = said.keys().filter(|name| !named(name)).filter_map(|name| pair(name)).collect();
    all.push((Group::Other, other));
    all.retain(|(_, pairs)| !pairs.is_empty());
    all
}

/// Where a property stands among all that are known; after them, if it is a new one.
pub fn place(name: &str) -> usize {
    let mut known = GROUPS.iter().flat_map(|(_, names)| names.iter());
    known.position(|known| *known == name).unwrap_or(usize::MAX)
}

/// The level as it stands: the one that was decided, unless a survey came to one since. The property and its value.
pub fn level_now(said: &Said) -> (&'static str, &str) {
    let is_newer = of(said, "visited_on").get(..10) > of(said, "assessed_on").get(..10);
    match (of(said, "level"), of(said, "level_found")) {
        (_, found) if !found.is_empty() && is_newer => ("level_found", found),
        ("", found) => ("level_found", found),
        (level, _) => ("level", level),
    }
}

/// What is to be done next about a household, and until when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    Visit,
    Reassess,
    FollowUp,
    Review,
}

/// What is due of a household as it stands; `None` if nothing has a day.
pub fn next(case: &Said) -> Option<(Next, &str)> {
    let due = |next, name| Some((next, of(case, name))).filter(|(_, day): &(_, &str)| !day.is_empty());
    match of(case, "state") {
        "lead" => due(Next::Visit, "visit_by"),
        "reassess" => due(Next::Reassess, "reassess_by"),
        "not_opened" | "surveyed" => None,
        "closed" => due(Next::FollowUp, "follow_up_on"),
        _ => due(Next::FollowUp, "follow_up_on").or_else(|| due(Next::Review, "review_on")),
    }
}

/// The dangers of a household, as codes; none if there were none, or nobody looked.
pub fn dangers(said: &Said) -> Vec<String> {
    of(said, "red_flags").split_whitespace().filter(|flag| *flag != "none").map(str::to_owned).collect()
}

/// What is said of a property; a blank if nothing is.
pub fn of<'s>(said: &'s Said, name: &str) -> &'s str {
    said.get(name).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(properties: &[(&str, &str)]) -> Said {
        properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn nothing_is_left_out_and_nothing_is_there_twice() {
        let all =
            case(&[("person", "甲"), ("fs", "3"), ("phone", ""), ("later", "x"), ("consent", "survey")]);
        let shown = grouped(&all);
        assert_eq!(
            shown.iter().map(|(group, _)| *group).collect::<Vec<_>>(),
            [Group::Who, Group::Consent, Group::Other]
        );
        assert_eq!(shown[2].1, [("later".to_owned(), "x".to_owned())]);
        let mut names: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_level_that_a_survey_came_to_stands_until_it_is_reviewed_and_since_it_is_newer() {
        let told = |properties: &[(&str, &str)]| {
            let said = case(properties);
            let (name, level) = level_now(&said);
            format!("{name} {level}")
        };
        let (found, level) = (("level_found", "high"), ("level", "low"));
        assert_eq!(told(&[]), "level_found ");
        assert_eq!(told(&[level]), "level low");
        assert_eq!(told(&[found, ("visited_on", "2026-11-23")]), "level_found high");
        let reviewed =
            [found, level, ("visited_on", "2026-11-23T09:00:00+08:00"), ("assessed_on", "2026-11-23")];
        assert_eq!(told(&reviewed), "level low");
        let again = [found, level, ("visited_on", "2026-11-24"), ("assessed_on", "2026-11-23")];
        assert_eq!(told(&again), "level_found high");
    }

    #[test]
    fn the_most_points_are_the_surveys_own() {
        let form = std::fs::read_to_string("../../forms/household-needs/form.json").expect("it is there");
        for (name, most) in DIMENSIONS {
            let scale = format!("{{\"type\": \"scale\", \"name\": \"{}\"", name.to_uppercase());
            let line = form.lines().find(|line| line.contains(&scale)).expect("the scale is there");
            assert!(line.contains(&format!("\"max\": {most},")), "{name}: {line}");
        }
    }

    #[test]
    fn what_is_next_hangs_on_where_the_case_stands() {
        let days = [("visit_by", "1"), ("follow_up_on", "2"), ("review_on", "3"), ("reassess_by", "4")];
        let of = |state| {
            let mut all = days.to_vec();
            all.push(("state", state));
            next(&case(&all)).map(|(next, day)| (next, day.to_owned()))
        };
        assert_eq!(of("lead"), Some((Next::Visit, "1".into())));
        assert_eq!(of("reassess"), Some((Next::Reassess, "4".into())));
        assert_eq!([of("in_service"), of("closed")], [(); 2].map(|()| Some((Next::FollowUp, "2".into()))));
        assert_eq!(of("surveyed"), None);
        assert_eq!(next(&case(&[("state", "assessed"), ("review_on", "3")])), Some((Next::Review, "3")));
        assert_eq!(dangers(&case(&[("red_flags", "coma missing")])).len(), 2);
        assert!(dangers(&case(&[("red_flags", "none")])).is_empty());
    }
}
