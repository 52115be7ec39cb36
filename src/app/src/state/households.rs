//! The households that this phone holds: found by name, place and phone, narrowed down, those in danger first; and what came when for one of them.
//!
//! Pure: the same lists, the same answer, on the phone and in a test. Kept here: a danger counts as long as nobody has said that it is over or closed the case,
//! as on the worker's day.

use std::collections::BTreeSet;

use doorstep_engine::entities::{EntityList, ListedEntity, end_of};

use super::groups::{dangers, level_now, of};
use super::sounds::surname;

/// Whoever is in any danger.
pub const ANY: &str = "any";

/// What is looked through, and what of it is read aloud.
const LOOKED_THROUGH: [&str; 5] = ["person", "village", "grid", "address", "phone"];
const READ_ALOUD: &str = "person";

/// What is looked for; blanks narrow nothing down.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sought {
    /// Words, each of which stands somewhere.
    pub text: String,
    pub town: String,
    pub level: String,
    pub state: String,
    /// A danger's code, or [`ANY`].
    pub flag: String,
}

/// The texts by which the households of a list are found, in its order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Index(Vec<String>);

impl Index {
    /// Of a list. `sound` is how a character is read, `None` if that is not known.
    pub fn of(cases: &EntityList, sound: &dyn Fn(char) -> Option<&'static str>) -> Index {
        Index(cases.entities.iter().map(|case| looked_through(case, sound)).collect())
    }
}

/// The levels of need, the greatest first.
const LEVELS: [&str; 4] = ["high", "medium", "low", "none"];

/// The households that are looked for, those in danger first, then by their level as it stands; each by its place in the list.
pub fn found(cases: &EntityList, index: &Index, sought: &Sought) -> Vec<usize> {
    let text = folded(&sought.text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_it = |(place, case): (usize, &ListedEntity)| {
        let is = |name: &str, wanted: &str| wanted.is_empty() || of(&case.properties, name) == wanted;
        let has_flag = match &*sought.flag {
            "" => true,
            ANY => is_in_danger(case),
            flag => dangers(&case.properties).iter().any(|code| code == flag),
        };
        let found = has_flag
            && is("town", &sought.town)
            && (sought.level.is_empty() || level_now(&case.properties).1 == sought.level)
            && is("state", &sought.state)
            && index.0.get(place).is_some_and(|text| words.iter().all(|word| text.contains(word)));
        found.then_some(place)
    };
    let mut places: Vec<usize> = cases.entities.iter().enumerate().filter_map(is_it).collect();
    places.sort_by_key(|place| {
        let case = &cases.entities[*place];
        let level = level_now(&case.properties).1;
        (!is_in_danger(case), LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len()))
    });
    places
}

/// Was a danger recorded that nobody has said to be over?
pub fn is_in_danger(case: &ListedEntity) -> bool {
    !dangers(&case.properties).is_empty() && !matches!(of(&case.properties, "state"), "closed" | "not_opened")
}

/// How a household stands that nothing was referred for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WithoutReferral {
    /// There is no danger.
    Quiet,
    /// Of its danger somebody was told, as the survey says.
    Told(String),
    /// Of its danger nobody was told, as far as is known.
    Open,
}

/// See [`WithoutReferral`].
pub fn without_referral(case: &ListedEntity) -> WithoutReferral {
    match (is_in_danger(case), of(&case.properties, "danger_handled").trim()) {
        (_, whom) if !whom.is_empty() => WithoutReferral::Told(whom.to_owned()),
        (true, _) => WithoutReferral::Open,
        (false, _) => WithoutReferral::Quiet,
    }
}

/// Who it is, or what the list calls them.
pub fn who(case: &ListedEntity) -> &str {
    match of(&case.properties, "person").trim() {
        "" => &case.label,
        person => person,
    }
}

/// The codes of a property that some household has, so that no menu offers what is not there; of levels, as they stand.
pub fn codes(cases: &EntityList, property: &str) -> BTreeSet<String> {
    let of_one = |case: &'_ ListedEntity| match property {
        "level" => level_now(&case.properties).1.to_owned(),
        _ => of(&case.properties, property).to_owned(),
    };
    let said = cases.entities.iter().map(of_one);
    let said = said.flat_map(|said| said.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    said.filter(|code| code != "none" || property == "level").collect()
}

fn looked_through(case: &ListedEntity, sound: &dyn Fn(char) -> Option<&'static str>) -> String {
    // A line each, so that nothing is found across two of them.
    let mut lines = vec![folded(&case.label), end_of(&case.id).to_owned()];
    lines.extend(LOOKED_THROUGH.iter().map(|name| folded(of(&case.properties, name))));
    let name = of(&case.properties, READ_ALOUD);
    for word in name.split_whitespace() {
        let sounds: Vec<&str> = word.chars().filter_map(sound).collect();
        if sounds.is_empty() || sounds.len() != word.chars().count() {
            continue;
        }
        lines.extend(read_aloud(&sounds));
        if let Some(surname) = word.chars().next().and_then(surname) {
            lines.extend(read_aloud(&[&[surname], &sounds[1..]].concat()));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// In full and by initials.
fn read_aloud(sounds: &[&str]) -> [String; 2] {
    [sounds.concat(), sounds.iter().filter_map(|sound| sound.get(..1)).collect()]
}

/// Small letters, and those of a Chinese keyboard's full width as others: as the server folds them.
fn folded(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

/// Something that came about for a household, on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happened {
    /// `2026-11-27`.
    pub day: String,
    /// The list and the property that say so.
    pub list: &'static str,
    pub property: &'static str,
    /// What is said with it: a property of the same list and its value.
    pub with: Option<(&'static str, String)>,
    /// Of a referral, the code of its service.
    pub service: String,
}

/// Days of a case on which something came about, each with what is said with it. Days until which something is due are none.
const OF_CASE: [(&str, Option<&str>); 9] = [
    ("found_on", Some("source")),
    ("visited_on", Some("last_outcome")),
    ("consent_on", Some("consent")),
    ("minors_on", Some("minors")),
    ("assessed_on", Some("level")),
    ("plan_on", Some("services")),
    ("followed_on", None),
    ("objection_on", None),
    ("closed_on", Some("closed_reason")),
];
const OF_REFERRAL: [(&str, Option<&str>); 6] = [
    ("made_on", Some("provider")),
    ("answered_on", None),
    ("first_service_on", None),
    ("last_service_on", Some("served_times")),
    ("checked_on", Some("check_result")),
    ("closed_on", None),
];

/// The last of everything that came about for a household, as the lists have it, the latest first.
pub fn timeline(case: &ListedEntity, referrals: &[&ListedEntity]) -> Vec<Happened> {
    let mut all = happened("cases", case, &OF_CASE);
    for referral in referrals {
        all.extend(happened("referrals", referral, &OF_REFERRAL));
    }
    // What stands later in a table mostly comes later: of one day, too.
    all.reverse();
    all.sort_by(|one, other| other.day.cmp(&one.day));
    all
}

fn happened(
    list: &'static str,
    entity: &ListedEntity,
    days: &[(&'static str, Option<&'static str>)],
) -> Vec<Happened> {
    let said = &entity.properties;
    let one = |(property, with): &(&'static str, Option<&'static str>)| {
        let day = of(said, property).get(..10).filter(|day| day.parse::<jiff::civil::Date>().is_ok())?;
        let with = with.map(|name| (name, of(said, name).to_owned())).filter(|(_, value)| !value.is_empty());
        Some(Happened { day: day.to_owned(), list, property, with, service: of(said, "service").to_owned() })
    };
    days.iter().filter_map(one).collect()
}

/// What was referred for a household, the latest first.
pub fn referrals_of<'l>(referrals: &'l EntityList, case: &str) -> Vec<&'l ListedEntity> {
    let is_its = |referral: &&ListedEntity| of(&referral.properties, "case") == case;
    let mut all: Vec<&ListedEntity> = referrals.entities.iter().filter(is_its).collect();
    all.sort_by(|one, other| of(&other.properties, "made_on").cmp(of(&one.properties, "made_on")));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(id: &str, said: &[(&str, &str)]) -> ListedEntity {
        let properties = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ListedEntity {
            id: id.into(), label: format!("{id} 北门外"), properties, ..ListedEntity::default()
        }
    }

    fn cases() -> EntityList {
        let all = [
            entity(
                "0190a0c6-aaaa-7bb2-9c3e-0a3d9f6a0001",
                &[("person", "张三"), ("town", "371002001"), ("level", "none"), ("state", "lead")],
            ),
            entity(
                "0190a0c6-aaaa-7bb2-9c3e-0a3d9f6a0002",
                &[
                    ("person", "李四 Ann"),
                    ("town", "371002002"),
                    ("phone", "13800001234"),
                    ("red_flags", "none"),
                    ("state", "assessed"),
                    ("level", "high"),
                ],
            ),
            entity(
                "0190a0c6-aaaa-7bb2-9c3e-0a3d9f6a0003",
                &[
                    ("person", "王五"),
                    ("town", "371002002"),
                    ("red_flags", "violence no_food"),
                    ("state", "assessed"),
                    ("village", "南村"),
                ],
            ),
            entity("0190a0c6-aaaa-7bb2-9c3e-0a3d9f6a0004", &[("red_flags", "violence"), ("state", "closed")]),
        ];
        EntityList { name: "cases".into(), entities: all.into() }
    }

    fn sound(letter: char) -> Option<&'static str> {
        Some(match letter {
            '张' => "zhang",
            '三' => "san",
            '王' => "wang",
            '五' => "wu",
            '李' => "li",
            '四' => "si",
            _ => return None,
        })
    }

    fn places(sought: Sought) -> Vec<usize> {
        let cases = cases();
        found(&cases, &Index::of(&cases, &sound), &sought)
    }

    fn text(text: &str) -> Vec<usize> {
        places(Sought { text: text.into(), ..Sought::default() })
    }

    #[test]
    fn those_in_danger_come_first_and_a_closed_case_is_in_none() {
        assert_eq!(places(Sought::default()), [2, 1, 0, 3], "the danger, high, none apparent, nobody knows");
        let flag = |flag: &str| places(Sought { flag: flag.into(), ..Sought::default() });
        assert_eq!(flag(ANY), [2]);
        assert_eq!(flag("violence"), [2, 3], "what was recorded is found all the same");
        assert_eq!(flag("coma"), [0; 0]);
    }

    #[test]
    fn each_word_stands_somewhere_in_characters_letters_or_digits() {
        assert_eq!(text("张"), [0]);
        assert_eq!(text(" 王五　南村 "), [2]);
        assert_eq!(text("zs"), [0]);
        assert_eq!(text("zhangsan"), [0]);
        assert_eq!(text("ＷＡＮＧ"), [2]);
        assert_eq!(text("ls"), [1]);
        assert_eq!(text("ann"), [1]);
        assert_eq!(text("0001234"), [1]);
        assert_eq!(text("0a3d9f6a0004"), [3], "the end of the id, as on ledgers");
        assert_eq!(text("9f6a0004"), [3], "or less of it");
        assert_eq!(text("zhang wu"), [0; 0]);
        assert_eq!(text("sanli"), [0; 0], "not across two of them");
        assert_eq!(text("北门外").len(), 4);
    }

    #[test]
    fn what_is_chosen_has_to_be_so() {
        let chosen = |town: &str, level: &str, state: &str| {
            places(Sought {
                town: town.into(),
                level: level.into(),
                state: state.into(),
                ..Sought::default()
            })
        };
        assert_eq!(chosen("371002002", "", ""), [2, 1]);
        assert_eq!(chosen("371002002", "high", ""), [1]);
        assert_eq!(chosen("", "none", ""), [0]);
        assert_eq!(chosen("", "", "assessed"), [2, 1]);
        assert_eq!(Vec::from_iter(codes(&cases(), "level")), ["high", "none"]);
        assert_eq!(Vec::from_iter(codes(&cases(), "red_flags")), ["no_food", "violence"]);
    }

    #[test]
    fn what_came_about_is_told_the_latest_first_and_nothing_that_is_due() {
        let case = entity(
            "a",
            &[
                ("found_on", "2026-11-01"),
                ("visited_on", "2026-11-05"),
                ("last_outcome", "1"),
                ("assessed_on", "2026-11-05"),
                ("review_on", "2027-05-05"),
                ("visit_by", "soon"),
                ("plan_on", "some day"),
            ],
        );
        let referral = entity(
            "r",
            &[("case", "a"), ("made_on", "2026-11-09"), ("service", "meals"), ("answer_by", "2026-11-11")],
        );
        let other = entity("s", &[("case", "b"), ("made_on", "2026-11-10")]);
        let referrals = EntityList { name: "referrals".into(), entities: vec![referral, other] };
        let its = referrals_of(&referrals, "a");
        assert_eq!(its.len(), 1);
        let told: Vec<String> = timeline(&case, &its)
            .iter()
            .map(|one| {
                format!(
                    "{} {} {:?} {}",
                    one.day,
                    one.property,
                    one.with.as_ref().map(|with| &with.1),
                    one.service
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "2026-11-09 made_on None meals",
                "2026-11-05 assessed_on None ",
                "2026-11-05 visited_on Some(\"1\") ",
                "2026-11-01 found_on None ",
            ]
        );
        assert_eq!((who(&case), who(&cases().entities[2])), ("a 北门外", "王五"));
    }

    #[test]
    fn a_danger_that_somebody_was_told_of_was_not_left_alone() {
        let of = |said: &[(&str, &str)]| without_referral(&entity("a", said));
        assert_eq!(of(&[("red_flags", "none")]), WithoutReferral::Quiet);
        assert_eq!(of(&[("red_flags", "violence"), ("state", "surveyed")]), WithoutReferral::Open);
        let told = of(&[("red_flags", "violence"), ("danger_handled", "派出所 王警官")]);
        assert_eq!(told, WithoutReferral::Told("派出所 王警官".into()));
    }
}
