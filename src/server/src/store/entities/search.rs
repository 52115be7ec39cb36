//! Entities found by what they are called, how that sounds, and what they say.
//!
//! Kept here: what an entity is found by is written with each of its versions; the order is the same each time, since the id decides at last.

use std::collections::BTreeMap;

use doorstep_engine::entities::totals::Only;

use super::super::said::{Among, Writing, anywhere};
use super::super::{Store, StoreError};
use super::{FOUND_BY, Head, read_properties, search_text};

/// So many are written anew in one transaction.
const PAGE: i64 = 500;
const STALE: &str = "
    SELECT e.list, e.id, e.version, e.label, e.properties FROM entity e
    LEFT JOIN entity_search s ON s.list = e.list AND s.id = e.id
    WHERE s.id IS NULL OR s.version <> e.version LIMIT $1";

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Searched {
    /// All of these are found somewhere; folded.
    pub(crate) words: Vec<String>,
    /// And all of these hold.
    pub(crate) only: Vec<Only>,
    pub(crate) order: Order,
    pub(crate) from: usize,
    pub(crate) most: usize,
}

/// In which order; blanks last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// By when it changed.
    Changed { descending: bool },
    /// By what it is called.
    Label { descending: bool },
    /// By a property, which may be a number.
    Property { name: String, number: bool, descending: bool },
    /// Whoever is in danger first, then by the day of the visit.
    Danger,
}

impl Order {
    fn sql(&self, writing: &mut Writing) -> String {
        let way = |descending: bool| if descending { " DESC" } else { "" };
        let bytes = writing.words.bytes;
        match self {
            Order::Changed { descending } => format!("e.changed_at{}, e.id", way(*descending)),
            Order::Label { descending } => format!("e.label{bytes}{}, e.id", way(*descending)),
            Order::Property { name, number, descending } => {
                let value = writing.property(name);
                let by = if *number { writing.number(&value) } else { format!("{value}{bytes}") };
                format!("CASE WHEN {value} = '' THEN 1 ELSE 0 END, {by}{} NULLS LAST, e.id", way(*descending))
            }
            Order::Danger => {
                let (flags, day) = (writing.property("red_flags"), writing.property("visit_by"));
                let safe = format!("CASE WHEN {flags} IN ('', 'none') THEN 1 ELSE 0 END");
                format!("{safe}, CASE WHEN {day} = '' THEN 1 ELSE 0 END, {day}{bytes}, e.id")
            }
        }
    }
}

impl Store {
    /// How many entities of a list in an area are what is looked for, and the ids of some of them in order.
    pub(crate) async fn search(
        &self,
        list: &str,
        area: &str,
        searched: &Searched,
    ) -> Result<(i64, Vec<String>), StoreError> {
        let lists = [list];
        let write = || {
            let mut writing = Writing::new(&self.database, &Among::entities(&lists, area));
            if !searched.words.is_empty() {
                writing.beside(" JOIN entity_search f ON f.list = w.list AND f.id = w.id", "");
            }
            for word in &searched.words {
                let word = writing.bind(&anywhere(word));
                writing.beside("", &format!(" AND f.text LIKE ${word} ESCAPE '\\'"));
            }
            searched.only.iter().for_each(|only| writing.condition(only));
            writing
        };
        let mut writing = write();
        let order = searched.order.sql(&mut writing);
        let (from, bound) = writing.done();
        let Searched { from: first, most, .. } = searched;
        let sql =
            format!("SELECT e.id, count(*) OVER () {from} ORDER BY {order} LIMIT {most} OFFSET {first}");
        let rows: Vec<(String, i64)> = self.ask(&sql, &bound).await?;
        let of = match rows.first() {
            Some((_, of)) => *of,
            None if *first == 0 => 0,
            None => {
                let (from, bound) = write().done();
                let counted: Vec<(i64,)> = self.ask(&format!("SELECT count(*) {from}"), &bound).await?;
                counted.first().map_or(0, |(of,)| *of)
            }
        };
        Ok((of, rows.into_iter().map(|(id, _)| id).collect()))
    }

    /// Writes what entities are found by where it is not there, or is of another version: an older program writes none.
    pub(crate) async fn fill_search(&self) -> Result<(), StoreError> {
        use super::super::database::BeginWriting;
        loop {
            let written: usize = writing!(self.database, |pool| async {
                let mut transaction = pool.begin_writing().await?;
                let stale: Vec<(String, String, i64, String, String)> =
                    sqlx::query_as(STALE).bind(PAGE).fetch_all(&mut *transaction).await?;
                for (list, id, version, label, properties) in &stale {
                    let properties: BTreeMap<String, String> = read_properties(properties)?;
                    sqlx::query(FOUND_BY)
                        .bind(list)
                        .bind(id)
                        .bind(version)
                        .bind(search_text(label, &properties))
                        .execute(&mut *transaction)
                        .await?;
                }
                transaction.commit().await?;
                Ok(stale.len())
            })?;
            if written == 0 {
                return Ok(());
            }
        }
    }

    /// Rows of a ledger: how many there are, and some of them in the order of a property's text or of when they came.
    pub(crate) async fn rows_among(
        &self,
        among: &Among<'_>,
        only: &[Only],
        by: Option<&str>,
        from: usize,
        most: usize,
    ) -> Result<(i64, Vec<Head>), StoreError> {
        let write = || {
            let mut writing = Writing::new(&self.database, among);
            only.iter().for_each(|only| writing.condition(only));
            writing
        };
        let mut writing = write();
        let events = among.gives.is_some();
        let (seen, came) = if events { ("e.seen", "e.at") } else { ("e.version", "e.changed_at") };
        let order = match by {
            Some(name) => {
                let value = writing.property(name);
                format!("{value}{}", writing.words.bytes)
            }
            None => came.to_owned(),
        };
        let (rows, bound) = writing.done();
        let sql = format!(
            "SELECT e.list, e.id, {seen}, count(*) OVER () {rows} ORDER BY {order}, e.list, e.id, {seen} LIMIT {most} OFFSET {from}"
        );
        let rows: Vec<(String, String, i64, i64)> = self.ask(&sql, &bound).await?;
        let of = match rows.first() {
            Some((.., of)) => *of,
            None if from == 0 => 0,
            None => {
                let (rows, bound) = write().done();
                let counted: Vec<(i64,)> = self.ask(&format!("SELECT count(*) {rows}"), &bound).await?;
                counted.first().map_or(0, |(of,)| *of)
            }
        };
        Ok((of, rows.into_iter().map(|(list, id, version, _)| Head { list, id, version }).collect()))
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::{EntityAct, EntityChange};

    use super::super::super::testing::{Place, on_each_database};
    use super::super::Undone;
    use super::*;

    on_each_database!(
        what_is_looked_for_is_found_in_order,
        what_entities_are_found_by_is_written_where_it_is_missing,
    );

    fn id(number: usize) -> String {
        format!("0190a0c6-3f7e-7bb2-9c3e-{number:012x}")
    }

    async fn keep(store: &Store) {
        let households = [
            ("王秀兰", "13800001234", "2026-11-20", "none", "2"),
            ("王强", "13900001234", "", "violence", "10"),
            ("曾五_", "0631-5200001", "2026-11-25", "", "1.5"),
            ("李四%", "", "2026-11-21", "missing coma", ""),
        ];
        let change =
            |(number, (person, phone, visit_by, flags, hours)): (usize, (&str, &str, &str, &str, &str))| {
                let said = [
                    ("person", person),
                    ("phone", phone),
                    ("visit_by", visit_by),
                    ("red_flags", flags),
                    ("hours", hours),
                ];
                Ok(EntityChange {
                    list: "cases".into(),
                    id: id(number),
                    act: EntityAct::Create,
                    label: Some(person.into()),
                    base: None,
                    branch: None,
                    properties: said.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                })
            };
        let changes: Vec<_> = households.into_iter().enumerate().map(change).collect();
        let by = Undone { id: "a".into(), body: Vec::new(), area: "371002".into(), received_at: 7 };
        store.apply_entities(&by, &changes).await.unwrap();
    }

    async fn found(store: &Store, words: &[&str], only: &[&str], order: Order) -> Vec<usize> {
        let searched = Searched {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            only: only.iter().map(|text| Only::parse(text).unwrap()).collect(),
            order,
            from: 0,
            most: 10,
        };
        let (of, ids) = store.search("cases", "3710", &searched).await.unwrap();
        assert_eq!(of as usize, ids.len());
        ids.iter().map(|found| (0..4).find(|number| id(*number) == *found).unwrap()).collect()
    }

    const BY_LABEL: Order = Order::Label { descending: false };

    async fn what_is_looked_for_is_found_in_order(place: &Place) {
        let store = place.open().await;
        keep(&store).await;
        let by = |name: &str, number, descending| Order::Property { name: name.into(), number, descending };
        for (words, only, order, expected) in [
            (&["wxl"][..], &[][..], BY_LABEL, &[0][..]),
            (&["wang", "139"], &[], BY_LABEL, &[1]),
            (&["ceng"], &[], BY_LABEL, &[2]),
            (&["_"], &[], BY_LABEL, &[2]),
            (&["%"], &[], BY_LABEL, &[3]),
            (&["'; --"], &[], BY_LABEL, &[]),
            (&[], &["red_flags!=none", "red_flags!="], by("visit_by", false, false), &[3, 1]),
            (&[], &[], by("visit_by", false, false), &[0, 3, 2, 1]),
            (&[], &[], by("visit_by", false, true), &[2, 3, 0, 1]),
            (&[], &[], by("hours", true, false), &[2, 0, 1, 3]),
            (&[], &[], by("hours", true, true), &[1, 0, 2, 3]),
            (&[], &[], Order::Danger, &[3, 1, 0, 2]),
            (&[], &[], Order::Changed { descending: true }, &[0, 1, 2, 3]),
        ] {
            assert_eq!(
                found(&store, words, only, order.clone()).await,
                expected,
                "{words:?} {only:?} {order:?}"
            );
        }
        let page =
            |from| Searched { words: vec!["wang".into()], only: Vec::new(), order: BY_LABEL, from, most: 1 };
        let pages = [
            store.search("cases", "", &page(0)).await.unwrap(),
            store.search("cases", "", &page(5)).await.unwrap(),
        ];
        assert_eq!((pages[0].0, pages[0].1.len(), pages[1].0, pages[1].1.len()), (2, 1, 2, 0));
        assert_eq!(store.search("cases", "371003", &page(0)).await.unwrap(), (0, Vec::new()));
    }

    async fn what_entities_are_found_by_is_written_where_it_is_missing(place: &Place) {
        let store = place.open().await;
        keep(&store).await;
        let tell = async |statement: &'static str| {
            writing!(store.database, |pool| async { sqlx::query(statement).execute(pool).await.map(drop) })
                .unwrap();
        };
        tell("DELETE FROM entity_search WHERE text LIKE '%13800001234%'").await;
        tell("UPDATE entity_search SET text = 'old', version = 0 WHERE text LIKE '%13900001234%'").await;
        assert_eq!(found(&store, &["wang"], &[], BY_LABEL).await, [0_usize; 0]);
        store.fill_search().await.unwrap();
        assert_eq!(found(&store, &["wang"], &[], BY_LABEL).await, [1, 0]);
        assert!(store.remove_entity("cases", &id(0)).await.unwrap());
        assert_eq!(found(&store, &["wang"], &[], BY_LABEL).await, [1]);
    }
}
