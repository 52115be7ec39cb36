//! Entities found by what they are called, how that sounds, and what they say.
//!
//! Kept here: what an entity is found by is written with each of its versions; the order is the same each time, since the id decides at last.

use std::collections::BTreeMap;

use doorstep_engine::entities::totals::Only;
use sqlx::AssertSqlSafe;

use super::super::said::{Among, Writing, anywhere};
use super::super::{Store, StoreError};
use super::search_text::sound_of;
use super::{Head, about, read_properties, search_text};

/// So many are written anew at once.
const PAGE: i64 = 500;
const STALE: &str = "
    SELECT e.list, e.id, e.version, e.label, e.properties FROM entity e
    LEFT JOIN entity_search s ON s.list = e.list AND s.id = e.id
    WHERE (e.list, e.id) > ($1, $2) AND (s.id IS NULL OR s.version < e.version) ORDER BY e.list, e.id LIMIT $3";

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
    /// By a name as it sounds, as telephone books have them: of this property, or else what it is called.
    Sound { name: Option<String>, descending: bool },
    /// By a property, which may be a number.
    Property { name: String, number: bool, descending: bool },
    /// Whoever is in danger first, then by the day of the visit.
    Danger,
}

impl Order {
    /// What rows are ordered by, each with its way.
    fn keys(&self, writing: &mut Writing) -> Vec<(String, &'static str)> {
        let way = |descending: bool| if descending { " DESC NULLS LAST" } else { " NULLS LAST" };
        let bytes = writing.words.bytes;
        let blank = |value: &str| format!("CASE WHEN {value} = '' THEN 1 ELSE 0 END");
        match self {
            Order::Changed { descending } => vec![("e.changed_at".to_owned(), way(*descending))],
            // Databases know no pinyin (`by_sound`).
            Order::Sound { .. } => Vec::new(),
            Order::Property { name, number, descending } => {
                let value = writing.property(name);
                let by = if *number { writing.number(&value) } else { format!("{value}{bytes}") };
                vec![(blank(&value), ""), (by, way(*descending))]
            }
            Order::Danger => {
                let (flags, day) = (writing.property("red_flags"), writing.property("visit_by"));
                let safe = format!("CASE WHEN {flags} IN ('', 'none') THEN 1 ELSE 0 END");
                vec![(safe, ""), (blank(&day), ""), (format!("{day}{bytes}"), "")]
            }
        }
    }
}

/// `($6, $7, $8, $9, $10)` after five.
fn row_of_places(before: usize) -> String {
    let [a, b, c, d, e] = [1, 2, 3, 4, 5].map(|place| before + place);
    format!("(${a}, ${b}, ${c}, ${d}, ${e})")
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
        if let Order::Sound { name, descending } = &searched.order {
            return self
                .by_sound(write(), name.as_deref(), *descending, (searched.from, searched.most))
                .await;
        }
        let keys = |writing: &mut Writing| searched.order.keys(writing);
        let (of, heads) = self.page(&write, keys, searched.from, searched.most).await?;
        Ok((of, heads.into_iter().map(|head| head.id).collect()))
    }

    /// All that were found, sorted here by how a name sounds, and the ids of some of them; blanks last.
    async fn by_sound(
        &self,
        mut writing: Writing,
        name: Option<&str>,
        descending: bool,
        (from, most): (usize, usize),
    ) -> Result<(i64, Vec<String>), StoreError> {
        let value = name.map_or_else(|| "e.label".to_owned(), |name| writing.property(name));
        let (rows, bound) = writing.done();
        let found: Vec<(String, String)> = self.ask(&format!("SELECT e.id, {value} {rows}"), &bound).await?;
        let of = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let keyed = found.into_iter().map(|(id, name)| (name.is_empty(), sound_of(&name), id));
        let mut keyed: Vec<(bool, String, String)> = keyed.collect();
        keyed.sort_unstable_by(|(blank, one, id), (other_blank, other, other_id)| {
            let sounds = if descending { other.cmp(one) } else { one.cmp(other) };
            blank.cmp(other_blank).then(sounds).then_with(|| id.cmp(other_id))
        });
        Ok((of, keyed.into_iter().skip(from).take(most).map(|(.., id)| id).collect()))
    }

    /// Writes what entities are found by where it is not there, or is of another version: an older program writes none.
    pub(crate) async fn fill_search(&self) -> Result<(), StoreError> {
        let (mut list, mut id) = (String::new(), String::new());
        loop {
            let stale: Vec<(String, String, i64, String, String)> = reading!(self.database, |pool| {
                sqlx::query_as(STALE).bind(&list).bind(&id).bind(PAGE).fetch_all(pool)
            })?;
            let Some((last_list, last_id, ..)) = stale.last() else { return Ok(()) };
            (list, id) = (last_list.clone(), last_id.clone());
            let mut rows = Vec::with_capacity(stale.len());
            for (list, id, version, label, properties) in stale {
                let properties: BTreeMap<String, String> = read_properties(&properties)?;
                rows.push((
                    list,
                    id,
                    version,
                    search_text(&label, &properties),
                    about(&properties).to_owned(),
                ));
            }
            // One statement for all: a database far away is asked once.
            let places: Vec<String> = (0..rows.len()).map(|row| row_of_places(row * 5)).collect();
            let sql = format!(
                "INSERT INTO entity_search (list, id, version, text, about) VALUES {}
                 ON CONFLICT (list, id) DO UPDATE SET version = excluded.version, text = excluded.text,
                    about = excluded.about WHERE excluded.version > entity_search.version",
                places.join(", ")
            );
            writing!(self.database, |pool| async {
                // Made of numbers.
                let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
                for (list, id, version, text, about) in &rows {
                    query = query.bind(list).bind(id).bind(version).bind(text).bind(about);
                }
                query.execute(pool).await.map(drop)
            })?;
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
        let keys = |writing: &mut Writing| match by {
            Some(name) => {
                let value = writing.property(name);
                vec![(format!("{value}{}", writing.words.bytes), "")]
            }
            None => vec![(writing.came().to_owned(), "")],
        };
        self.page(&write, keys, from, most).await
    }

    /// How many rows there are, and some of them in order; at last by list, id and version.
    async fn page(
        &self,
        write: &(impl Fn() -> Writing + Sync),
        keys: impl Fn(&mut Writing) -> Vec<(String, &'static str)>,
        from: usize,
        most: usize,
    ) -> Result<(i64, Vec<Head>), StoreError> {
        let mut writing = write();
        let keys = keys(&mut writing);
        let (mut columns, mut order) = (String::new(), String::new());
        for (number, (key, way)) in keys.iter().enumerate() {
            columns += &format!(", {key} AS k{number}");
            order += &format!("k{number}{way}, ");
        }
        let (seen, fence) = (writing.seen(), writing.words.fence);
        let (rows, bound) = writing.done();
        // What is ordered and counted is narrow: the rows' own texts are read before, and go no further.
        let sql = format!(
            "SELECT list, id, seen, count(*) OVER () FROM (SELECT e.list, e.id, {seen} AS seen{columns} {rows}{fence}) q
             ORDER BY {order}list, id, seen LIMIT {most} OFFSET {from}"
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
        a_visit_that_was_sent_anew_is_one_visit,
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

    const BY_LABEL: Order = Order::Sound { name: None, descending: false };

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
            // 李 王强 王秀兰 曾: by pinyin and not by code points, which have 曾 first.
            (&[], &[], BY_LABEL, &[3, 1, 0, 2]),
            (&[], &[], Order::Sound { name: None, descending: true }, &[2, 0, 1, 3]),
            (&[], &[], Order::Sound { name: Some("phone".into()), descending: false }, &[2, 0, 1, 3]),
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

    async fn a_visit_that_was_sent_anew_is_one_visit(place: &Place) {
        let store = place.open().await;
        let mut base = None;
        for (by, day) in [("a", "2026-11-01"), ("b", "2026-11-02"), ("c", "2026-11-09"), ("d", "")] {
            let visit = EntityChange {
                list: "cases".into(),
                id: id(1),
                act: EntityAct::CreateOrUpdate,
                label: Some("王秀兰".into()),
                base,
                branch: None,
                properties: vec![("visited_on".into(), day.into())],
            };
            base = Some(base.unwrap_or(0) + 1);
            let by = Undone { id: by.into(), body: Vec::new(), area: "371002".into(), received_at: 7 };
            assert!(store.apply_entities(&by, &[Ok(visit)]).await.unwrap());
        }
        let days = async || {
            let lists = ["cases"];
            let visits = Among { gives: Some("visited_on"), ..Among::entities(&lists, "") };
            let (of, heads) = store.rows_among(&visits, &[], Some("visited_on"), 0, 10).await.unwrap();
            assert_eq!(of as usize, heads.len());
            heads.into_iter().map(|head| head.version).collect::<Vec<i64>>()
        };
        assert_eq!(days().await, [1, 2, 3]);
        store.keep_form("visit", "1", "f", "{}", 1).await.unwrap();
        // `b` puts `a` right; what is still waiting for its files puts nothing right yet.
        for (instance, submission, replaced) in [("i", "b", "a"), ("k", "waiting", "c")] {
            let edit = format!(
                "INSERT INTO openrosa_instance (instance_id, submission_id, form_hash, xml_hash, supersedes, received_at)
                 VALUES ('{instance}', '{submission}', 'f', 'x', '{replaced}', 8)"
            );
            writing!(store.database, |pool| async {
                sqlx::query(AssertSqlSafe(edit.clone())).execute(pool).await.map(drop)
            })
            .unwrap();
        }
        assert_eq!(days().await, [2, 3]);
    }
}
