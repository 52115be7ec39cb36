//! The rows of a ledger, as its file declares them: asked by SQL a page at a time, their cells by the engine.

use std::collections::BTreeMap;

use doorstep_engine::entities::declared::Words;
use doorstep_engine::entities::dictionary::{Property, PropertyKind, PropertyType};
use doorstep_engine::entities::ledger::{Cell, Column, From, Known, Period, Rows, cell, file_cell};
use doorstep_engine::entities::totals::{By, Count, MOST_WAYS, Part, Total};

use super::{Wanted, days};
use crate::Shared;
use crate::answer::Refusal;
use crate::store::{Among, Head, KnownEntity, ToldVersion};
use crate::who::fields::bad;

/// So many rows have their entities and versions in memory at once.
const AT_ONCE: usize = 400;
/// So many groups are counted at most.
const MOST_GROUPS: usize = 20_000;

/// A ledger that was read.
pub(super) struct Table {
    pub(super) title: Words,
    pub(super) columns: Vec<Titled>,
    pub(super) rows: Vec<Vec<String>>,
    /// How many rows there are in all.
    pub(super) of: usize,
    /// By the column's name; under none what is said of the whole.
    pub(super) notes: Vec<(String, Words)>,
}

/// A column as it is titled.
pub(super) struct Titled {
    pub(super) name: String,
    pub(super) label: Words,
    pub(super) is: PropertyType,
}

/// Reads what is wanted.
pub(super) async fn read(shared: &Shared, wanted: &Wanted<'_>) -> Result<Table, Refusal> {
    let ledger = wanted.ledger;
    let (of, rows) = match &ledger.rows {
        Rows::Entities(lists) => of_entities(shared, wanted, lists, None).await?,
        Rows::Events { lists, gives } => of_entities(shared, wanted, lists, Some(gives)).await?,
        Rows::Totals { list, gives, by, different } => {
            of_totals(shared, wanted, list, gives.as_deref(), by, different.as_deref()).await?
        }
        Rows::File(rows) => of_file(wanted, rows),
    };
    let dictionary = &shared.office.dictionary;
    let titled = |column: &Column| Titled {
        name: column.name.clone(),
        label: column.label.clone(),
        is: ledger.column_type(column, dictionary),
    };
    let own = ledger.note.iter().map(|note| (String::new(), note.clone()));
    let of_columns =
        ledger.columns.iter().filter_map(|column| Some((column.name.clone(), column.note.clone()?)));
    Ok(Table {
        title: ledger.title.clone(),
        columns: ledger.columns.iter().map(titled).collect(),
        rows,
        of,
        notes: own.chain(of_columns).collect(),
    })
}

fn among<'a>(wanted: &'a Wanted<'_>, lists: &'a [&'a str], gives: Option<&'a str>) -> Among<'a> {
    let Wanted { area, within, came, .. } = wanted;
    Among { lists, area, within: within.as_deref(), gives, came: *came }
}

type Found = (usize, Vec<Vec<String>>);

async fn of_entities(
    shared: &Shared,
    wanted: &Wanted<'_>,
    lists: &[String],
    gives: Option<&String>,
) -> Result<Found, Refusal> {
    let lists: Vec<&str> = lists.iter().map(String::as_str).collect();
    let among = among(wanted, &lists, gives.map(String::as_str));
    let by = match &wanted.ledger.period {
        Some(Period::Property(name)) => Some(name.as_str()),
        Some(Period::At) | None => None,
    };
    let Wanted { first, most, .. } = *wanted;
    let (of, heads) = shared.store.rows_among(&among, &wanted.only, by, first, most).await?;
    let reads_versions = |column: &Column| matches!(column.from, From::SaidWhen(..));
    let with_versions = gives.is_some() || wanted.ledger.columns.iter().any(reads_versions);
    let mut rows = Vec::with_capacity(heads.len());
    for (page, heads) in heads.chunks(AT_ONCE).enumerate() {
        let mut known: BTreeMap<&str, BTreeMap<String, KnownEntity>> = BTreeMap::new();
        let mut told: BTreeMap<&str, BTreeMap<String, Vec<ToldVersion>>> = BTreeMap::new();
        for list in &lists {
            let mut ids: Vec<&str> =
                heads.iter().filter(|head| head.list == **list).map(|head| &*head.id).collect();
            ids.dedup();
            known.insert(list, shared.store.known_entities(list, &ids).await?);
            if with_versions {
                told.insert(list, shared.store.told_versions(list, &ids).await?);
            }
        }
        for (place, head) in heads.iter().enumerate() {
            let entity = known.get(&*head.list).and_then(|list| list.get(&head.id));
            // Taken out of its list in between.
            let Some(entity) = entity else { continue };
            let versions = told.get(&*head.list).and_then(|list| list.get(&head.id));
            let versions = versions.map_or(&[][..], Vec::as_slice);
            let number = first + page * AT_ONCE + place + 1;
            rows.push(row(shared, wanted, (number, head), entity, versions, gives.is_some()));
        }
    }
    Ok((usize::try_from(of).unwrap_or(0), rows))
}

/// The cells of one row.
fn row(
    shared: &Shared,
    wanted: &Wanted<'_>,
    (number, head): (usize, &Head),
    entity: &KnownEntity,
    versions: &[ToldVersion],
    is_event: bool,
) -> Vec<String> {
    let until: Vec<&ToldVersion> =
        versions.iter().filter(|version| !is_event || version.number <= head.version).collect();
    let given: Vec<BTreeMap<String, String>> = until.iter().map(|version| version.given.clone()).collect();
    let own = until.last().filter(|_| is_event);
    let then: BTreeMap<String, String> = match is_event {
        true => given.iter().flat_map(|given| given.clone()).collect(),
        false => BTreeMap::new(),
    };
    let none = BTreeMap::new();
    let at = own.and_then(|version| version.at).map(days::day_of).unwrap_or_default();
    let row = Known {
        number,
        list: &head.list,
        id: &head.id,
        label: &entity.label,
        properties: if is_event { &then } else { &entity.properties },
        now: &entity.properties,
        submission: own.map_or("", |version| &version.from),
        given: own.map_or(&none, |version| &version.given),
        versions: &given,
        at: &at,
        by: own.and_then(|version| version.by.as_deref()).unwrap_or_default(),
        today: &wanted.today,
    };
    let seen = |column: &Column| {
        let Cell { text, kind } = cell(&column.from, &row, &shared.office.dictionary, wanted.language);
        wanted.seen(kind, &text)
    };
    wanted.ledger.columns.iter().map(seen).collect()
}

async fn of_totals(
    shared: &Shared,
    wanted: &Wanted<'_>,
    list: &str,
    gives: Option<&str>,
    by: &[By],
    different: Option<&str>,
) -> Result<Found, Refusal> {
    let lists = [list];
    let among = among(wanted, &lists, gives);
    let count = Count { by: by.to_vec(), only: wanted.only.clone(), different: different.map(str::to_owned) };
    let counted = async |count: &Count, linked: Option<(&str, &str)>| -> Result<Vec<Total>, Refusal> {
        let totals = shared.store.totals_among(&among, count, linked, MOST_GROUPS).await?;
        totals
            .ok_or_else(|| bad("from", "that makes more groups than a ledger has: ask for a shorter period"))
    };
    let totals = counted(&count, None).await?;
    // What a column counts beside: of each group its links, or its parts.
    let mut linked: Vec<BTreeMap<Vec<String>, u64>> = Vec::new();
    let mut spread: Vec<BTreeMap<Vec<String>, Vec<(String, u64)>>> = Vec::new();
    for column in &wanted.ledger.columns {
        let (mut links, mut parts) = (BTreeMap::new(), BTreeMap::new());
        match &column.from {
            From::Linked(list, name) | From::NotLinked(list, name) => {
                let found = counted(&count, Some((list, name))).await?;
                links = found.into_iter().map(|total| (total.group, total.entities)).collect();
            }
            From::Spread(name) if by.len() < MOST_WAYS => {
                let over = By { property: name.clone(), part: Part::Whole };
                let by = by.iter().cloned().chain([over]).collect();
                for total in counted(&Count { by, ..count.clone() }, None).await? {
                    let mut group = total.group;
                    let part = group.pop().unwrap_or_default();
                    parts.entry(group).or_insert_with(Vec::new).push((part, total.entities));
                }
            }
            _ => {}
        }
        linked.push(links);
        spread.push(parts);
    }
    let of = totals.len();
    let property = |name: &str| shared.office.dictionary.property(list, name);
    let shown = |name: &str, value: &str| {
        let text = property(name)
            .map_or_else(|| value.to_owned(), |own: &Property| own.shown(value, wanted.language));
        wanted.seen(shared.office.dictionary.kind(list, name), &text)
    };
    let cells = |(place, total): (usize, &Total)| -> Vec<String> {
        let one = |(column, links, parts): (
            &Column,
            &BTreeMap<Vec<String>, u64>,
            &BTreeMap<Vec<String>, Vec<(String, u64)>>,
        )| {
            let link = links.get(&total.group).copied().unwrap_or(0);
            match &column.from {
                From::Number => (place + 1).to_string(),
                From::Group(at) => {
                    let value = total.group.get(*at).map_or("", String::as_str);
                    by.get(*at).map_or_else(String::new, |by| shown(&by.property, value))
                }
                From::Entities => total.entities.to_string(),
                From::Different => total.different.to_string(),
                From::Linked(..) => link.to_string(),
                From::NotLinked(..) => total.entities.saturating_sub(link).to_string(),
                From::Spread(name) => {
                    let parts = parts.get(&total.group).map_or(&[][..], Vec::as_slice);
                    let part = |(value, count): &(String, u64)| match value.is_empty() {
                        true => {
                            format!("{} {count}", if wanted.language == "en" { "not known" } else { "不详" })
                        }
                        false => format!("{} {count}", shown(name, value)),
                    };
                    let separator = if wanted.language == "en" { "; " } else { "；" };
                    parts.iter().map(part).collect::<Vec<_>>().join(separator)
                }
                _ => String::new(),
            }
        };
        let columns = wanted.ledger.columns.iter().zip(&linked).zip(&spread);
        columns.map(|((column, links), parts)| one((column, links, parts))).collect()
    };
    let rows = totals.iter().enumerate().skip(wanted.first).take(wanted.most).map(cells).collect();
    Ok((of, rows))
}

fn of_file(wanted: &Wanted<'_>, rows: &[Vec<(String, String)>]) -> Found {
    let cells = |(place, row): (usize, &Vec<(String, String)>)| -> Vec<String> {
        let one = |column: &Column| match &column.from {
            From::Number => (place + 1).to_string(),
            from => wanted.seen(PropertyKind::Plain, &file_cell(from, row, wanted.language)),
        };
        wanted.ledger.columns.iter().map(one).collect()
    };
    let shown = rows.iter().enumerate().skip(wanted.first).take(wanted.most).map(cells);
    (rows.len(), shown.collect())
}
