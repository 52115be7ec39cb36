//! How many entities there are of each kind: counted by what they say, in up to three ways at once.
//!
//! A pure function over what a device holds; the server counts the same by SQL (`server/src/store/totals.rs`), and a seeded test holds both together.
//! Kept here: an entity counts once in each group that it belongs to; what is not said is a group of its own, written as a blank.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::is_entity_name;

/// By so many things at most is counted at once.
pub const MOST_WAYS: usize = 3;

const COMPARISONS: &str = "a condition has `=`, `!=`, `~`, `>=` or `<`";

/// What is counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// The groups: by each of these. None: all entities are one group.
    pub by: Vec<By>,
    /// Only entities of which all of these hold.
    pub only: Vec<Only>,
    /// A property whose different values are counted, too: of referrals the households. Blanks are none.
    pub different: Option<String>,
    /// A property that is added up: the members of households. What is no number of 0 or more adds nothing.
    pub sum: Option<String>,
}

/// A property that groups, or a part of it: `level`, `town:6`, `made_on:month`, `difficulties:each`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct By {
    /// Its name.
    pub property: String,
    /// What of it.
    pub part: Part,
}

/// What of a property groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of it.
    Whole,
    /// So many characters from its beginning, from 1: a town's county, a day's month (7) or year (4).
    First(u8),
    /// Each of several choices, which blanks part: who has two is in two groups, who has none in none.
    Each,
}

/// What has to be said of a property: `level=high`, `state!=closed`, `difficulties~money`, `made_on>=2026-11-01`, `made_on<2026-12-01`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Only {
    /// Its name.
    pub property: String,
    /// What of it.
    pub test: Said,
    /// Compared with, as texts are, character by character.
    pub text: String,
}

/// How a property is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// It is that.
    Is,
    /// That is among its choices.
    Has,
    /// It is that or comes after.
    From,
    /// It comes before that, and is said.
    Before,
    /// It is anything else, be it blank: `state!=closed`. `red_flags!=` is whatever says anything.
    IsNot,
}

/// A group, and how many entities are in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Total {
    /// What its entities have in common, in the order of [`Count::by`].
    pub group: Vec<String>,
    /// How many entities.
    pub entities: u64,
    /// How many different values of [`Count::different`]; 0 if that is not asked.
    pub different: u64,
    /// What [`Count::sum`] comes to, in hundredths, so that money is exact; nothing if nobody said a number.
    pub hundredths: Option<u64>,
}

/// Why a text is no [`By`] or [`Only`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotCounted(&'static str);

impl fmt::Display for NotCounted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for NotCounted {}

impl By {
    /// Reads `made_on:month`.
    ///
    /// # Errors
    /// The name is no property's, or the part is none of `year`, `month`, `day`, `each` and a number from 1 to 99.
    pub fn parse(text: &str) -> Result<By, NotCounted> {
        let (property, part) = text.split_once(':').unwrap_or((text, ""));
        let part = match part {
            "" => Part::Whole,
            "year" => Part::First(4),
            "month" => Part::First(7),
            "day" => Part::First(10),
            "each" => Part::Each,
            number => match number.parse() {
                Ok(first @ 1..=99) => Part::First(first),
                _ => {
                    return Err(NotCounted(
                        "a part is `year`, `month`, `day`, `each` or a number of characters",
                    ));
                }
            },
        };
        Ok(By { property: property_name(property)?, part })
    }
}

impl Only {
    /// Reads `made_on>=2026-11-01`.
    ///
    /// # Errors
    /// There is no comparison in it, or the name before it is no property's.
    pub fn parse(text: &str) -> Result<Only, NotCounted> {
        let at = text.find(['=', '!', '~', '>', '<']).ok_or(NotCounted(COMPARISONS))?;
        let (property, rest) = text.split_at(at);
        let (test, text) = match rest.as_bytes() {
            [b'=', ..] => (Said::Is, &rest[1..]),
            [b'!', b'=', ..] => (Said::IsNot, &rest[2..]),
            [b'~', ..] => (Said::Has, &rest[1..]),
            [b'>', b'=', ..] => (Said::From, &rest[2..]),
            [b'<', other, ..] if *other != b'=' => (Said::Before, &rest[1..]),
            _ => return Err(NotCounted(COMPARISONS)),
        };
        Ok(Only { property: property_name(property)?, test, text: text.to_owned() })
    }

    /// Does it hold of what is said?
    pub fn holds(&self, properties: &BTreeMap<String, String>) -> bool {
        let value = said(properties, &self.property);
        match self.test {
            Said::Is => value == self.text,
            Said::IsNot => value != self.text,
            Said::Has => value.split(' ').any(|each| !each.is_empty() && each == self.text),
            Said::From => value >= &*self.text,
            Said::Before => !value.is_empty() && value < &*self.text,
        }
    }
}

fn property_name(name: &str) -> Result<String, NotCounted> {
    if is_entity_name(name) { Ok(name.to_owned()) } else { Err(NotCounted("no property is called so")) }
}

fn said<'p>(properties: &'p BTreeMap<String, String>, name: &str) -> &'p str {
    properties.get(name).map_or("", String::as_str)
}

/// A group while it is counted.
#[derive(Default)]
struct Counted<'e> {
    entities: u64,
    different: BTreeSet<&'e str>,
    hundredths: Option<u64>,
}

/// Counts entities by their properties; groups in the order of their texts.
pub fn totals<'e>(
    count: &Count,
    entities: impl IntoIterator<Item = &'e BTreeMap<String, String>>,
) -> Vec<Total> {
    let mut groups: BTreeMap<Vec<String>, Counted<'e>> = BTreeMap::new();
    for properties in entities {
        if !count.only.iter().all(|only| only.holds(properties)) {
            continue;
        }
        let different = count.different.as_deref().map_or("", |name| said(properties, name));
        let adds = count.sum.as_deref().and_then(|name| hundredths(said(properties, name)));
        for group in groups_of(count, properties) {
            let counted = groups.entry(group).or_default();
            counted.entities += 1;
            counted.hundredths = both(counted.hundredths, adds);
            if !different.is_empty() {
                counted.different.insert(different);
            }
        }
    }
    let total = |(group, counted): (Vec<String>, Counted<'_>)| {
        let Counted { entities, different, hundredths } = counted;
        Total { group, entities, different: different.len() as u64, hundredths }
    };
    groups.into_iter().map(total).collect()
}

/// Two sums, of which either may be nothing.
pub fn both(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).reduce(u64::saturating_add)
}

/// The longest text that is added up.
pub const LONGEST_NUMBER: usize = 12;

/// A number of 0 or more as hundredths: `35.5` is 3550. The third decimal rounds.
fn hundredths(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > LONGEST_NUMBER || !digits(whole) || !rest.is_none_or(digits) {
        return None;
    }
    let place =
        |at: usize| u64::from(rest.and_then(|rest| rest.as_bytes().get(at)).map_or(0, |digit| digit - b'0'));
    Some(whole.parse::<u64>().ok()? * 100 + place(0) * 10 + place(1) + place(2) / 5)
}

/// The groups of one entity, each once.
fn groups_of(count: &Count, properties: &BTreeMap<String, String>) -> BTreeSet<Vec<String>> {
    let mut groups = BTreeSet::from([Vec::new()]);
    for by in count.by.iter().take(MOST_WAYS) {
        let value = said(properties, &by.property);
        let parts: Vec<String> = match by.part {
            Part::Whole => vec![value.to_owned()],
            Part::First(letters) => vec![value.chars().take(letters.into()).collect()],
            Part::Each => value.split(' ').filter(|each| !each.is_empty()).map(str::to_owned).collect(),
        };
        let with = |group: &Vec<String>| {
            let group = group.clone();
            parts.iter().map(move |part| group.iter().chain([part]).cloned().collect())
        };
        groups = groups.iter().flat_map(with).collect();
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(properties: &[(&str, &str)]) -> BTreeMap<String, String> {
        properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn counted(by: &[&str], only: &[&str], different: Option<&str>) -> Vec<(String, u64, u64)> {
        let known = [
            entity(&[
                ("town", "371002001"),
                ("level", "high"),
                ("needs", "money care"),
                ("on", "2026-11-03"),
                ("case", "a"),
            ]),
            entity(&[
                ("town", "371002002"),
                ("level", "high"),
                ("needs", "care care"),
                ("on", "2026-11-30"),
                ("case", "a"),
            ]),
            entity(&[
                ("town", "371082001"),
                ("level", "low"),
                ("needs", ""),
                ("on", "2026-12-01"),
                ("case", "b"),
            ]),
            entity(&[("town", "371082001"), ("needs", "money")]),
        ];
        let count = Count {
            by: by.iter().map(|text| By::parse(text).unwrap()).collect(),
            only: only.iter().map(|text| Only::parse(text).unwrap()).collect(),
            different: different.map(str::to_owned),
            ..Count::default()
        };
        let found = totals(&count, &known);
        found.into_iter().map(|total| (total.group.join("|"), total.entities, total.different)).collect()
    }

    #[test]
    fn each_entity_counts_once_in_each_of_its_groups() {
        let row = |group: &str, entities, different| (group.to_owned(), entities, different);
        assert_eq!(counted(&[], &[], Some("case")), [row("", 4, 2)]);
        assert_eq!(counted(&["level"], &[], None), [row("", 1, 0), row("high", 2, 0), row("low", 1, 0)]);
        assert_eq!(counted(&["town:6"], &[], None), [row("371002", 2, 0), row("371082", 2, 0)]);
        assert_eq!(
            counted(&["on:month"], &[], None),
            [row("", 1, 0), row("2026-11", 2, 0), row("2026-12", 1, 0)]
        );
        // Who has the same twice has it once, who has nothing is in no group.
        assert_eq!(counted(&["needs:each"], &[], Some("case")), [row("care", 2, 1), row("money", 2, 1)]);
        assert_eq!(
            counted(&["needs:each", "level"], &[], None),
            [row("care|high", 2, 0), row("money|", 1, 0), row("money|high", 1, 0)]
        );
    }

    #[test]
    fn what_is_added_up_is_exact_and_counts_once_in_each_group() {
        for (text, expected) in [
            ("3", Some(300)),
            ("0.29", Some(29)),
            ("35.5", Some(3550)),
            ("1.005", Some(101)),
            ("007", Some(700)),
            ("", None),
            (".5", None),
            ("5.", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("2026-11-03", None),
            ("1234567890123", None),
        ] {
            assert_eq!(hundredths(text), expected, "{text}");
        }
        let known = [
            entity(&[("needs", "care care money"), ("members", "3")]),
            entity(&[("needs", "care"), ("members", "2.5")]),
            entity(&[("needs", "care"), ("members", "many")]),
            entity(&[("needs", "work")]),
        ];
        let count = Count {
            by: vec![By::parse("needs:each").unwrap()],
            sum: Some("members".into()),
            ..Count::default()
        };
        let found: Vec<(u64, Option<u64>)> =
            totals(&count, &known).iter().map(|total| (total.entities, total.hundredths)).collect();
        assert_eq!(found, [(3, Some(550)), (1, Some(300)), (1, None)]);
    }

    #[test]
    fn only_what_holds_is_counted() {
        let all = |only: &[&str]| counted(&[], only, None).first().map_or(0, |row| row.1);
        assert_eq!(all(&["level=high"]), 2);
        assert_eq!(all(&["level="]), 1);
        assert_eq!(all(&["level!="]), 3);
        assert_eq!(all(&["level!=high"]), 2);
        assert_eq!(all(&["needs~care"]), 2);
        assert_eq!(all(&["needs~car"]), 0);
        assert_eq!(all(&["needs~"]), 0);
        assert_eq!(all(&["on>=2026-11-30", "on<2026-12-01"]), 1);
        // What is not said comes before nothing.
        assert_eq!(all(&["on<2027"]), 3);
        assert_eq!(all(&["on<2027", "level=low"]), 1);
    }

    #[test]
    fn nonsense_is_told() {
        for text in ["", ":", "a:0", "a:100", "a:weeks", "a b", "__x", "a:each:each"] {
            assert!(By::parse(text).is_err(), "{text}");
        }
        for text in ["", "a", "=a", "a<=3", "a>3", "a!3", "__a=1", "a b=1"] {
            assert!(Only::parse(text).is_err(), "{text}");
        }
    }
}
