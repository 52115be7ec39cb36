//! The rows of a ledger that are groups, counted by SQL, or rows of a file, with what entities say of them.

use std::collections::BTreeMap;

use doorstep_engine::assess::Exact;
use doorstep_engine::entities::dictionary::{Property, PropertyKind, PropertyType};
use doorstep_engine::entities::ledger::{Column, From, file_cell};
use doorstep_engine::entities::totals::{By, Count, Only, Part, Total, both};

use super::Wanted;
use super::table::{Found, among};
use crate::Shared;
use crate::answer::Refusal;
use crate::store::{Among, Beside};
use crate::who::fields::bad;

/// So many groups are counted at most, and so many parts that they are spread over.
const MOST_GROUPS: usize = 20_000;
const MOST_PARTS: usize = 10 * MOST_GROUPS;

/// A group, as a row shows it.
struct Group {
    values: Vec<String>,
    entities: u64,
    different: u64,
    linked: u64,
    hundredths: Option<u64>,
    /// What it is spread over, each with how many.
    parts: Vec<(String, u64)>,
}

/// What groups are spread over.
struct Spread<'a> {
    by: By,
    /// The list that it is a property of, and of which case.
    list: &'a str,
    of_case: Option<&'a str>,
}

impl<'a> Spread<'a> {
    /// As the ledger's first column of that kind has it.
    fn of(shared: &Shared, wanted: &'a Wanted<'_>, list: &'a str) -> Option<Spread<'a>> {
        let (property, of_case) = wanted.ledger.columns.iter().find_map(|column| match &column.from {
            From::Spread { property, of_case } => Some((property, of_case.as_deref())),
            _ => None,
        })?;
        let list = of_case.unwrap_or(list);
        let is = shared.office.dictionary.property(list, property).map(|own| own.is);
        let part = if is == Some(PropertyType::Choices) { Part::Each } else { Part::Whole };
        Some(Spread { by: By { property: property.clone(), part }, list, of_case })
    }

    /// Has each row one part, so that what its parts are counted by adds up to what the group is?
    fn adds_up(&self, different: Option<&str>) -> bool {
        self.by.part != Part::Each && different.is_none()
    }
}

/// Groups of entities, or of versions.
pub(super) async fn of_totals(
    shared: &Shared,
    wanted: &Wanted<'_>,
    list: &str,
    gives: Option<&str>,
    by: &[By],
    different: Option<&str>,
) -> Result<Found, Refusal> {
    let lists = [list];
    let among = among(wanted, &lists, gives);
    let columns = &wanted.ledger.columns;
    let linked = columns.iter().find_map(|column| match &column.from {
        From::Linked(list) | From::NotLinked(list) => Some(list.as_str()),
        _ => None,
    });
    let spread = Spread::of(shared, wanted, list);
    let (with, apart): (Vec<&Spread<'_>>, Vec<&Spread<'_>>) =
        spread.iter().partition(|spread| spread.adds_up(different));
    let (with, apart) = (with.first().copied(), apart.first().copied());
    let count = Count {
        by: by.to_vec(),
        only: wanted.only.clone(),
        different: different.map(str::to_owned),
        sum: columns.iter().find_map(|column| column.from.sum().map(str::to_owned)),
    };
    let asked = |spread: Option<&'_ Spread<'_>>| {
        spread.map(|spread| (spread.by.clone(), spread.of_case.map(str::to_owned)))
    };
    let with_parts = with.is_some();
    let over = asked(with);
    let beside = Beside {
        linked,
        over: over.as_ref().map(|(by, _)| by),
        of_case: over.as_ref().and_then(|(_, list)| list.as_deref()),
    };
    let counted = shared.store.totals_among(&among, &count, beside, MOST_PARTS).await?;
    let mut totals = folded(counted.ok_or_else(too_many)?, with_parts);
    if totals.len() > MOST_GROUPS {
        return Err(too_many());
    }
    if let Some(spread) = apart {
        let count = Count { by: by.to_vec(), only: wanted.only.clone(), ..Count::default() };
        let beside = Beside { linked: None, over: Some(&spread.by), of_case: spread.of_case };
        let parts = shared.store.totals_among(&among, &count, beside, MOST_PARTS).await?;
        let parts = folded(parts.ok_or_else(too_many)?, true);
        let mut parts: BTreeMap<Vec<String>, Vec<(String, u64)>> =
            parts.into_iter().map(|group| (group.values, group.parts)).collect();
        for group in &mut totals {
            group.parts = parts.remove(&group.values).unwrap_or_default();
        }
    }
    let of = totals.len();
    let shown = |list: &str, name: &str, value: &str| {
        let property = shared.office.dictionary.property(list, name);
        let text =
            property.map_or_else(|| value.to_owned(), |own: &Property| own.shown(value, wanted.language));
        wanted.seen(shared.office.dictionary.kind(list, name), &text)
    };
    let spread_over = |group: &Group| {
        let Some(spread) = &spread else { return String::new() };
        let part = |(value, count): &(String, u64)| match value.is_empty() {
            true => format!("{} {count}", if wanted.language == "en" { "not known" } else { "不详" }),
            false => format!("{} {count}", shown(spread.list, &spread.by.property, value)),
        };
        let separator = if wanted.language == "en" { "; " } else { "；" };
        group.parts.iter().map(part).collect::<Vec<_>>().join(separator)
    };
    let cells = |(place, group): (usize, &Group)| -> Vec<String> {
        let one = |column: &Column| match &column.from {
            From::Number => (place + 1).to_string(),
            From::Group(at) => {
                let value = group.values.get(*at).map_or("", String::as_str);
                by.get(*at).map_or_else(String::new, |by| shown(list, &by.property, value))
            }
            From::Entities => group.entities.to_string(),
            From::Different => group.different.to_string(),
            From::Linked(_) => group.linked.to_string(),
            From::NotLinked(_) => group.entities.saturating_sub(group.linked).to_string(),
            From::Sum(_) => group.hundredths.map_or_else(String::new, |sum| quotient(sum, 100, 2)),
            From::Spread { .. } => spread_over(group),
            _ => String::new(),
        };
        columns.iter().map(one).collect()
    };
    let rows = totals.iter().enumerate().skip(wanted.first).take(wanted.most).map(cells).collect();
    Ok((of, rows))
}

fn too_many() -> Refusal {
    bad("from", "that makes more groups than a ledger has: ask for a shorter period")
}

/// The groups in their order; those that differ in their last part alone are one, spread over it.
fn folded(counted: Vec<(Total, u64)>, with_parts: bool) -> Vec<Group> {
    let mut totals: Vec<Group> = Vec::new();
    for (Total { mut group, entities, different, hundredths }, linked) in counted {
        let part = if with_parts { group.pop().unwrap_or_default() } else { String::new() };
        match totals.last_mut() {
            Some(last) if with_parts && last.values == group => {
                last.entities += entities;
                last.linked += linked;
                last.hundredths = both(last.hundredths, hundredths);
                last.parts.push((part, entities));
            }
            _ => {
                let parts = vec![(part, entities)];
                totals.push(Group { values: group, entities, different, linked, hundredths, parts });
            }
        }
    }
    totals
}

/// One whole number by another, with so many decimals at most.
fn quotient(number: u64, by: u64, decimals: u32) -> String {
    let exact = Exact::new(number.into(), by.into());
    exact.map_or_else(|_| String::new(), |exact| exact.shown(decimals))
}

/// The rows of a file.
pub(super) async fn of_file(
    shared: &Shared,
    wanted: &Wanted<'_>,
    rows: &[Vec<(String, String)>],
) -> Result<Found, Refusal> {
    let columns = &wanted.ledger.columns;
    let mut means: Vec<BTreeMap<String, String>> = Vec::with_capacity(columns.len());
    for column in columns {
        means.push(means_of(shared, wanted, &column.from).await?);
    }
    let cells = |(place, row): (usize, &Vec<(String, String)>)| -> Vec<String> {
        let one = |(column, means): (&Column, &BTreeMap<String, String>)| match &column.from {
            From::Number => (place + 1).to_string(),
            From::Mean { cell, .. } => {
                let named = row.iter().find(|(title, _)| title == cell).map_or("", |(_, text)| &**text);
                means.get(named).cloned().unwrap_or_default()
            }
            from => wanted.seen(PropertyKind::Plain, &file_cell(from, row, wanted.language)),
        };
        columns.iter().zip(&means).map(one).collect()
    };
    let shown = rows.iter().enumerate().skip(wanted.first).take(wanted.most).map(cells);
    Ok((rows.len(), shown.collect()))
}

/// The means that a column says, by what names the row; none if it says none.
async fn means_of(
    shared: &Shared,
    wanted: &Wanted<'_>,
    from: &From,
) -> Result<BTreeMap<String, String>, Refusal> {
    let From::Mean { list, property, by, .. } = from else { return Ok(BTreeMap::new()) };
    let lists = [list.as_str()];
    let among = Among { within: wanted.within.as_deref(), ..Among::entities(&lists, wanted.area) };
    let only = |text: &str| Only::parse(text).map_err(|error| Refusal::fault(&error));
    let count = Count {
        by: vec![By { property: by.clone(), part: Part::Whole }],
        only: vec![only(&format!("{property}!="))?],
        sum: Some(property.clone()),
        different: None,
    };
    let counted = shared.store.totals_among(&among, &count, Beside::default(), MOST_GROUPS).await?;
    let mean = |(total, _): (Total, u64)| {
        let named = total.group.into_iter().next()?;
        Some((named, quotient(total.hundredths?, total.entities * 100, 1)))
    };
    Ok(counted.unwrap_or_default().into_iter().filter_map(mean).collect())
}
