//! The rows of a ledger that are groups, counted by SQL, or rows of a file, with what entities say of them.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_engine::assess::Exact;
use doorstep_engine::entities::dictionary::{Property, PropertyKind};
use doorstep_engine::entities::ledger::{Column, From, file_cell};
use doorstep_engine::entities::totals::{By, Count, Only, Part, Total, both};

use super::Wanted;
use super::table::{Found, among};
use crate::Shared;
use crate::answer::Refusal;
use crate::store::{Among, Beside};
use crate::who::fields::bad;

/// So many groups are counted at most.
const MOST_GROUPS: usize = 20_000;

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
    /// The list that it is a property of.
    list: &'a str,
    property: &'a str,
    /// How the rows are counted apart: by it, or by the case whose property it is.
    over: By,
    of_case: bool,
}

impl<'a> Spread<'a> {
    /// As the ledger's first column of that kind has it.
    fn of(wanted: &'a Wanted<'_>, list: &'a str) -> Option<Spread<'a>> {
        wanted.ledger.columns.iter().find_map(|column| match &column.from {
            From::Spread { property, of_case: Some(list) } => {
                let over = By { property: "case".to_owned(), part: Part::Whole };
                Some(Spread { list, property, over, of_case: true })
            }
            From::Spread { property, of_case: None } => {
                let over = By { property: property.clone(), part: Part::Whole };
                Some(Spread { list, property, over, of_case: false })
            }
            _ => None,
        })
    }

    /// Of cases there is only who they are: what they say now, each of several choices by itself.
    async fn said(&self, shared: &Shared, groups: &mut [Group]) -> Result<(), Refusal> {
        let ids: BTreeSet<&str> =
            groups.iter().flat_map(|group| group.parts.iter().map(|(id, _)| &**id)).collect();
        let ids: Vec<&str> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        let cases = shared.store.known_entities(self.list, &ids).await?;
        for group in groups {
            let mut parts: BTreeMap<String, u64> = BTreeMap::new();
            for (id, count) in &group.parts {
                let said = cases.get(id).and_then(|case| case.properties.get(self.property));
                for each in said.map_or("", String::as_str).split(' ').filter(|each| !each.is_empty()) {
                    *parts.entry(each.to_owned()).or_default() += count;
                }
            }
            group.parts = parts.into_iter().collect();
        }
        Ok(())
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
    let spread = Spread::of(wanted, list);
    let of_cases = spread.as_ref().is_some_and(|spread| spread.of_case);
    let count = Count {
        by: by.to_vec(),
        only: wanted.only.clone(),
        // Where rows are counted apart by their cases, these are the different ones.
        different: different.filter(|_| !of_cases).map(str::to_owned),
        sum: columns.iter().find_map(|column| column.from.sum().map(str::to_owned)),
    };
    let beside = Beside { linked, over: spread.as_ref().map(|spread| &spread.over), ..Beside::default() };
    let counted = shared.store.totals_page(&among, &count, beside, (wanted.first, wanted.most)).await?;
    let (of, counted) = counted.ok_or_else(too_many)?;
    if of > MOST_GROUPS {
        return Err(too_many());
    }
    let mut page = folded(counted, spread.is_some());
    if of_cases {
        for group in &mut page {
            group.different = group.parts.iter().filter(|(case, _)| !case.is_empty()).count() as u64;
        }
    }
    if let Some(spread) = spread.as_ref().filter(|_| of_cases) {
        spread.said(shared, &mut page).await?;
    }
    let shown = |list: &str, name: &str, value: &str| {
        let property = shared.office.dictionary.property(list, name);
        let text =
            property.map_or_else(|| value.to_owned(), |own: &Property| own.shown(value, wanted.language));
        wanted.seen("", shared.office.dictionary.kind(list, name), &text)
    };
    let spread_over = |group: &Group| {
        let Some(spread) = &spread else { return String::new() };
        let part = |(value, count): &(String, u64)| match value.is_empty() {
            true => format!("{} {count}", if wanted.language == "en" { "not known" } else { "不详" }),
            false => format!("{} {count}", shown(spread.list, spread.property, value)),
        };
        let separator = if wanted.language == "en" { "; " } else { "；" };
        group.parts.iter().map(part).collect::<Vec<_>>().join(separator)
    };
    let cells = |(place, group): (usize, &Group)| -> Vec<String> {
        let one = |column: &Column| match &column.from {
            From::Number => (wanted.first + place + 1).to_string(),
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
    Ok((of, page.iter().enumerate().map(cells).collect()))
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
            from => wanted.seen("", PropertyKind::Plain, &file_cell(from, row, wanted.language)),
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
