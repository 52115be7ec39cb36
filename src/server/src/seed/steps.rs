//! What the forms of single steps say of a household: its categories, its assessment, its plan, and how often a service is planned.

use jiff::ToSpan;
use jiff::civil::Date;

use super::catalogue::Catalogue;
use super::dice::Dice;
use super::household::{LEVELS, Said, said};
use super::people::colleague;

const CATEGORIES: [(&str, usize); 7] =
    [("DB", 30), ("DBBY", 18), ("TK", 8), ("GXZC", 12), ("FPJC", 8), ("LSJZ", 4), ("none", 20)];
const ABILITIES: [(&str, usize); 6] = [("0", 30), ("1", 20), ("2", 15), ("3", 10), ("4", 5), ("none", 20)];
/// How often, and how many times that is within three months.
const PERIODS: [(&str, i64); 3] = [("week", 13), ("month", 3), ("once", 1)];

/// The categories of a household with these difficulties.
pub(super) fn categories(dice: &mut Dice, difficulties: &[&str]) -> Vec<&'static str> {
    let mut categories = vec![dice.by_share(&CATEGORIES)];
    for (difficulty, category) in [("disability", "CJ"), ("old_age", "TKLN")] {
        if difficulties.contains(&difficulty) {
            categories.push(category);
        }
    }
    if categories.len() > 1 {
        categories.retain(|category| *category != "none");
    }
    categories
}

/// The assessment of a day that came to a level, one in ten by hand; and the older person's ability.
pub(super) fn assessed(dice: &mut Dice, day: Date, level: &str) -> (Said, &'static str) {
    let (one, other, reviewer) = (colleague(dice), colleague(dice), colleague(dice));
    let again = day.saturating_add(183.days()).to_string();
    let ability = dice.by_share(&ABILITIES);
    let by_hand = dice.percent(10);
    let mut others = LEVELS.iter().map(|(other, _)| *other).filter(|other| by_hand && *other != level);
    let system = others.next_back().unwrap_or(level);
    let properties = [
        ("level_system", system),
        ("level", level),
        ("level_reason", if by_hand { "家里刚有变故" } else { "" }),
        ("ability", ability),
        ("assessed_on", &day.to_string()),
        ("assessor_1", &one),
        ("assessor_2", &other),
        ("reviewer", &reviewer),
        ("review_on", &again),
        ("state", "assessed"),
    ];
    (said(day, &properties), ability)
}

/// A plan of up to three services.
pub(super) fn planned(dice: &mut Dice, catalogue: &Catalogue, day: Date) -> Said {
    let mut services: Vec<&str> = Vec::new();
    for _ in 0..3 {
        let service = &*dice.one(&catalogue.services).code;
        if !services.contains(&service) {
            services.push(service);
        }
    }
    let times = services.iter().map(|service| {
        let (times, per, in_all) = often(dice);
        format!("{service}={times}/{per}/{in_all}")
    });
    let times: Vec<String> = times.collect();
    let properties = [
        ("services", &*services.join(" ")),
        ("plan_times", &times.join(" ")),
        ("plan_on", &day.to_string()),
        ("state", "planned"),
    ];
    said(day, &properties)
}

/// How often, in how long, and how often in all.
pub(super) fn often(dice: &mut Dice) -> (i64, &'static str, i64) {
    let times = dice.within(1, 3);
    let (per, periods) = *dice.one(&PERIODS);
    (times, per, times * periods)
}
