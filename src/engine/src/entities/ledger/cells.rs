//! What stands in a cell of a ledger whose rows are entities or versions: pure, so that a device and the server say the same.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{From, Part, weighted};
use crate::assess::Exact;
use crate::entities::dictionary::{Dictionary, PropertyKind, shown};
use crate::entities::end_of;

type Properties = BTreeMap<String, String>;

/// What is known where a row is.
#[derive(Clone, Copy, Debug)]
pub struct Known<'r> {
    /// The row's number, from 1.
    pub number: usize,
    /// The list that the entity is in.
    pub list: &'r str,
    /// Its id.
    pub id: &'r str,
    /// What it is called.
    pub label: &'r str,
    /// Its properties as they were with that version.
    pub properties: &'r Properties,
    /// Its properties now.
    pub now: &'r Properties,
    /// The id of the submission, or of the office's deed, that the version came from.
    pub submission: &'r str,
    /// What that version gave; for a row that is an entity, nothing.
    pub given: &'r Properties,
    /// What each version gave, the oldest first, up to that one.
    pub versions: &'r [Properties],
    /// The day on which the version came: `2026-11-23`.
    pub at: &'r str,
    /// The user who sent it.
    pub by: &'r str,
    /// Today: what is late today.
    pub today: &'r str,
}

/// What stands in a cell: as people read it, and what it says of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Of what kind it is, for whoever masks it.
    pub kind: PropertyKind,
}

impl Cell {
    fn plain(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), kind: PropertyKind::Plain }
    }
}

/// What stands in a column. What belongs to groups or files is blank here.
pub fn cell(from: &From, row: &Known<'_>, dictionary: &Dictionary, language: &str) -> Cell {
    let said = |name: &str| row.properties.get(name).map_or("", String::as_str);
    let of = |name: &str, value: &str| {
        let property = dictionary.property(row.list, name);
        let text = property.map_or_else(|| value.to_owned(), |property| property.shown(value, language));
        Cell { text, kind: dictionary.kind(row.list, name) }
    };
    match from {
        From::Number => Cell::plain(row.number.to_string()),
        From::Id => Cell::plain(end_of(row.id)),
        From::Submission => Cell::plain(end_of(row.submission)),
        From::Now(name) => of(name, row.now.get(name).map_or("", String::as_str)),
        From::IdIn(name) => Cell::plain(end_of(said(name))),
        From::Called => Cell { text: row.label.to_owned(), kind: dictionary.label_kind(row.list) },
        From::At => Cell::plain(row.at),
        From::By => Cell::plain(row.by),
        From::Property(name) => of(name, said(name)),
        From::Given(name) => of(name, row.given.get(name).map_or("", String::as_str)),
        From::SaidWhen(name, when) => {
            let found = row
                .versions
                .iter()
                .rev()
                .find(|given| given.contains_key(&when.property) && when.holds(given));
            of(name, found.and_then(|given| given.get(name)).map_or("", String::as_str))
        }
        From::Days(start, end) => Cell::plain(days(said(start), said(end)).unwrap_or_default()),
        From::Overdue { pairs, unless } => {
            let given_up = unless.iter().any(|only| only.holds(row.properties));
            Cell::plain(overdue(pairs, given_up, row).map_or("", |late| yes_no(late, language)))
        }
        From::Rank(place, parts) => {
            let ranked = ranked(parts, row.properties);
            let part = place.checked_sub(1).and_then(|place| ranked.get(place));
            let name = |part: &&Part| match dictionary.property(row.list, &part.property) {
                Some(property) => property.label.of(language).to_owned(),
                None => part.property.clone(),
            };
            Cell::plain(part.map(name).unwrap_or_default())
        }
        From::Index(parts) => Cell::plain(index(parts, row.properties).unwrap_or_default()),
        From::Rate(part, whole) => Cell::plain(rate(said(part), said(whole)).unwrap_or_default()),
        From::Blank
        | From::Group(_)
        | From::Entities
        | From::Different
        | From::Sum(_)
        | From::Spread { .. }
        | From::Linked(_)
        | From::NotLinked(_)
        | From::Mean { .. }
        | From::Cell(..) => Cell::plain(""),
    }
}

/// What stands in a column of a file's row, in a language where the file has it in several.
pub fn file_cell(from: &From, row: &[(String, String)], language: &str) -> String {
    let From::Cell(name, choices) = from else { return String::new() };
    let titled = |title: &str| row.iter().find(|(known, _)| known == title).map(|(_, cell)| &**cell);
    let said = titled(&format!("{name}::{language}")).or_else(|| titled(name)).unwrap_or_default();
    shown(choices, said, language)
}

/// The day that a date or a moment begins with.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn days(start: &str, end: &str) -> Option<String> {
    let between = day(end)?.since(day(start)?).ok()?;
    Some(between.get_days().to_string())
}

/// Is anything late? `None` where nothing was ever due.
fn overdue(pairs: &[(String, String)], given_up: bool, row: &Known<'_>) -> Option<bool> {
    let said = |name: &str| row.properties.get(name).and_then(|text| day(text));
    let late = |(due, done): &(String, String)| -> Option<bool> {
        let due = said(due)?;
        match (said(done), given_up) {
            (Some(done), _) => Some(done > due),
            (None, true) => None,
            (None, false) => Some(day(row.today)? > due),
        }
    };
    pairs.iter().filter_map(late).reduce(|one, other| one || other)
}

const fn yes_no(yes: bool, language: &str) -> &'static str {
    match (yes, matches!(language.as_bytes(), b"en")) {
        (true, false) => "是",
        (false, false) => "否",
        (true, true) => "yes",
        (false, true) => "no",
    }
}

/// A part's points, if it applies.
fn points(part: &Part, properties: &Properties) -> Option<Exact> {
    properties.get(&part.property)?.trim().parse().ok()
}

fn ranked<'p>(parts: &'p [Part], properties: &Properties) -> Vec<&'p Part> {
    let mut said: Vec<(Exact, &Part)> =
        parts.iter().filter_map(|part| Some((part.percent(points(part, properties)?)?, part))).collect();
    // Stable: what ties in both stays in the order of declaration.
    said.sort_by(|(a, one), (b, other)| b.cmp(a).then(other.weight.cmp(&one.weight)));
    said.into_iter().map(|(_, part)| part).collect()
}

fn index(parts: &[Part], properties: &Properties) -> Option<String> {
    let said = parts.iter().filter_map(|part| Some((part, points(part, properties)?)));
    weighted(said).map(|index| index.shown(1))
}

fn rate(part: &str, whole: &str) -> Option<String> {
    let whole: Exact = whole.trim().parse().ok().filter(|whole: &Exact| !whole.is_zero())?;
    let part: Exact = part.trim().parse().ok()?;
    let rate = part.times(Exact::whole(100)).ok()?.over(whole).ok()?;
    Some(format!("{}%", rate.shown(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::totals::Only;

    fn texts(pairs: &[(&str, &str)]) -> Properties {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn said(from: &From, properties: &[(&str, &str)]) -> String {
        let (properties, none) = (texts(properties), Properties::new());
        let row = Known {
            number: 7,
            list: "cases",
            id: "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c",
            label: "王秀兰",
            properties: &properties,
            now: &none,
            submission: "",
            given: &none,
            versions: &[],
            at: "2026-11-23",
            by: "li.si",
            today: "2026-11-30",
        };
        cell(from, &row, &Dictionary::default(), "zh").text
    }

    fn parts() -> Vec<Part> {
        [("fs", 20, 15), ("ie", 20, 20), ("hd", 40, 25)]
            .map(|(property, max, weight)| Part { property: property.to_owned(), max, weight })
            .into()
    }

    #[test]
    fn days_are_counted_from_what_is_there() {
        let days = From::Days("a".into(), "b".into());
        assert_eq!(said(&days, &[("a", "2026-11-23"), ("b", "2026-12-01T08:00:00.000+08:00")]), "8");
        assert_eq!(said(&days, &[("a", "2026-11-23"), ("b", "2026-11-20")]), "-3");
        assert_eq!(said(&days, &[("a", "2026-11-23")]), "");
        assert_eq!(said(&days, &[("a", "2026-11-23"), ("b", "soon")]), "");
    }

    #[test]
    fn late_is_what_was_done_late_or_is_not_done_by_today() {
        let pair = |due: &str, done: &str| (due.to_owned(), done.to_owned());
        let from = From::Overdue {
            pairs: vec![pair("answer_by", "answered_on"), pair("serve_by", "served_on")],
            unless: vec![Only::parse("state=refused").unwrap()],
        };
        assert_eq!(said(&from, &[]), "");
        assert_eq!(said(&from, &[("answer_by", "2026-11-30")]), "否", "today is not too late");
        assert_eq!(said(&from, &[("answer_by", "2026-11-29")]), "是");
        assert_eq!(said(&from, &[("answer_by", "2026-11-20"), ("answered_on", "2026-11-20")]), "否");
        assert_eq!(said(&from, &[("answer_by", "2026-11-20"), ("answered_on", "2026-11-21")]), "是");
        let answered =
            [("answer_by", "2026-11-20"), ("answered_on", "2026-11-20"), ("serve_by", "2026-11-25")];
        assert_eq!(said(&from, &answered), "是");
        let refused = [answered[0], answered[1], answered[2], ("state", "refused")];
        assert_eq!(said(&from, &refused), "否", "whoever refused owes no service");
    }

    #[test]
    fn dimensions_are_ranked_by_percentage_then_weight() {
        let points = [("fs", "10"), ("ie", "10"), ("hd", "25")];
        assert_eq!(said(&From::Rank(1, parts()), &points), "hd");
        assert_eq!(said(&From::Rank(2, parts()), &points), "ie");
        assert_eq!(
            said(&From::Rank(2, parts()), &[("fs", "3"), ("hd", "")]),
            "",
            "what does not apply has no place"
        );
        // (62.5×25 + 50×20 + 50×15) / 60
        assert_eq!(said(&From::Index(parts()), &points), "55.2");
        assert_eq!(said(&From::Index(parts()), &[("fs", "5")]), "25");
        assert_eq!(said(&From::Index(parts()), &[]), "");
        assert_eq!(said(&From::Rate("fs".into(), "ie".into()), &[("fs", "1"), ("ie", "3")]), "33.3%");
        assert_eq!(said(&From::Rate("fs".into(), "ie".into()), &[("fs", "1"), ("ie", "0")]), "");
    }

    #[test]
    fn an_id_is_told_by_its_end() {
        assert_eq!((&*said(&From::Id, &[]), &*said(&From::Number, &[])), ("0a3d9f6a1b2c", "7"));
        assert_eq!(said(&From::IdIn("case".into()), &[("case", "abc")]), "abc");
    }
}
