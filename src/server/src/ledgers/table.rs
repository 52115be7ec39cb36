//! The rows of a ledger, as its file declares them: asked by SQL a page at a time, their cells by the engine.

use std::collections::BTreeMap;

use doorstep_engine::entities::declared::Words;
use doorstep_engine::entities::dictionary::PropertyType;
use doorstep_engine::entities::ledger::{Cell, Column, From, Known, Period, Rows, cell};

use super::{Wanted, days, groups};
use crate::Shared;
use crate::answer::Refusal;
use crate::store::{Among, Head, KnownEntity, ToldVersion};

/// So many rows have their entities and versions in memory at once.
const AT_ONCE: usize = 400;

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
            groups::of_totals(shared, wanted, list, gives.as_deref(), by, different.as_deref()).await?
        }
        Rows::File(rows) => groups::of_file(shared, wanted, rows).await?,
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

pub(super) fn among<'a>(wanted: &'a Wanted<'_>, lists: &'a [&'a str], gives: Option<&'a str>) -> Among<'a> {
    let Wanted { area, within, came, .. } = wanted;
    Among { lists, area, within: within.as_deref(), gives, came: *came }
}

/// How many rows there are in all, and the cells of some.
pub(super) type Found = (usize, Vec<Vec<String>>);

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
        wanted.seen(&column.name, kind, &text)
    };
    wanted.ledger.columns.iter().map(seen).collect()
}
