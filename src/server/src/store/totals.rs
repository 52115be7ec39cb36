//! Totals of entities by SQL: the same as [`doorstep_engine::entities::totals`] counts, over all that the server has.
//!
//! Kept here: an entity, or a version, counts once in each group, as `said.rs` has them.

use doorstep_engine::entities::totals::{By, Count, MOST_WAYS, Part, Total};

use super::database::Database;
use super::said::{Among, Writing};
use super::{Store, StoreError};

/// Groups by so many ways at most: one more than a count has is for what its groups are spread over.
const WAYS: usize = MOST_WAYS + 1;

/// A group's texts, how many rows, how many different values, how many of the entities are linked, and the sum.
type Row = (String, String, String, String, i64, i64, i64, Option<i64>);

/// What a ledger asks beside a count.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Beside<'a> {
    /// How many rows are cases that some entity of this list is about.
    pub(crate) linked: Option<&'a str>,
    /// What each group is spread over: its last part then.
    pub(crate) over: Option<&'a By>,
    /// Only groups of at least so many rows.
    pub(crate) least: u32,
}

/// The SQL that counts, and what is bound to it.
fn sql(
    database: &Database,
    among: &Among<'_>,
    count: &Count,
    beside: Beside<'_>,
    most: usize,
) -> (String, Vec<String>) {
    let mut writing = Writing::new(database, among);
    let mut groups: Vec<String> = count.by.iter().take(MOST_WAYS).map(|by| writing.by(by)).collect();
    groups.extend(beside.over.map(|over| writing.by(over)));
    count.only.iter().for_each(|only| writing.condition(only));
    let ways = groups.len();
    let mut columns: Vec<String> =
        groups.iter().enumerate().map(|(place, group)| format!("{group} AS g{place}")).collect();
    let linked = beside.linked.map(|list| {
        columns.push(format!("CASE WHEN e.id IN ({}) THEN e.id END AS linked", writing.cases_of(list)));
        // A version is no household: of these each counts once.
        if among.gives.is_some() { "count(DISTINCT linked)" } else { "count(linked)" }
    });
    let different = count.different.as_ref().map(|name| {
        columns.push(format!("{} AS different", writing.property(name)));
        "count(DISTINCT nullif(different, ''))"
    });
    let sum = count.sum.as_ref().map(|name| {
        columns.push(format!("{} AS adds", writing.own(name)));
        format!("CAST(sum({}) AS BIGINT)", (writing.words.hundredths)("adds"))
    });
    // A row is one entity or version, unless it stands in several groups: in each of them it is one then.
    let parts = count.by.iter().chain(beside.over);
    let each = parts.into_iter().any(|by| by.part == Part::Each);
    if each {
        columns.push(format!("{} AS row_key", writing.key()));
    }
    if columns.is_empty() {
        columns.push("1".to_owned());
    }
    let select = if each { "SELECT DISTINCT" } else { "SELECT" };
    let (from, bound) = writing.done();
    let mut all: Vec<&str> = ["g0", "g1", "g2", "g3"][..ways].to_vec();
    all.resize(WAYS, "''");
    let nothing = "CAST(0 AS BIGINT)";
    let sum = sum.as_deref().unwrap_or("CAST(NULL AS BIGINT)");
    let counted = [different.unwrap_or(nothing), linked.unwrap_or(nothing), sum];
    // What is read of a row's texts is read once, and what is grouped is narrow.
    let mut sql = format!(
        "WITH counted AS MATERIALIZED ({select} {} {from}) SELECT {}, count(*), {} FROM counted",
        columns.join(", "),
        all.join(", "),
        counted.join(", ")
    );
    if ways > 0 {
        let having = match beside.least {
            0 | 1 => String::new(),
            least => format!(" HAVING count(*) >= {least}"),
        };
        sql += &format!(" GROUP BY {}{having} LIMIT {}", all[..ways].join(", "), most + 1);
    }
    (sql, bound)
}

impl Store {
    /// Counts the entities of a list that lie in an area, in groups of at least so many; `None` if that makes more than `most` groups.
    pub(crate) async fn totals(
        &self,
        list: &str,
        area: &str,
        count: &Count,
        least: u32,
        most: usize,
    ) -> Result<Option<Vec<Total>>, StoreError> {
        let lists = [list];
        let (among, beside) = (Among::entities(&lists, area), Beside { least, ..Beside::default() });
        let counted = self.totals_among(&among, count, beside, most).await?;
        Ok(counted.map(|counted| counted.into_iter().map(|(total, _)| total).collect()))
    }

    /// Counts rows, and how many of them are cases that some entity of the list `linked` is about.
    pub(crate) async fn totals_among(
        &self,
        among: &Among<'_>,
        count: &Count,
        beside: Beside<'_>,
        most: usize,
    ) -> Result<Option<Vec<(Total, u64)>>, StoreError> {
        let (sql, bound) = sql(&self.database, among, count, beside, most);
        let rows: Vec<Row> = self.ask(&sql, &bound).await?;
        if rows.len() > most {
            return Ok(None);
        }
        let ways = count.by.len().min(MOST_WAYS) + usize::from(beside.over.is_some());
        let total = |(a, b, c, d, entities, different, linked, hundredths): Row| {
            let mut group = vec![a, b, c, d];
            group.truncate(ways);
            let (entities, different) = (entities.cast_unsigned(), different.cast_unsigned());
            let hundredths = hundredths.map(i64::cast_unsigned);
            (Total { group, entities, different, hundredths }, linked.cast_unsigned())
        };
        let mut totals: Vec<(Total, u64)> =
            rows.into_iter().map(total).filter(|(total, _)| total.entities > 0).collect();
        totals.sort_unstable_by(|(a, _), (b, _)| a.group.cmp(&b.group));
        Ok(Some(totals))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use doorstep_engine::entities::totals::{By, Only, Said, totals};
    use doorstep_engine::entities::{EntityAct, EntityChange};

    use super::super::Undone;
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(the_database_counts_as_the_engine_does, so_many_groups_are_too_many);

    const PROPERTIES: [&str; 4] = ["level", "found-on.x", "难处", "case"];
    const VALUES: [&str; 18] = [
        "",
        "a",
        "a b",
        "b  a",
        "%",
        "_",
        "\"",
        "a\\ b",
        "高度 a",
        "2026-11-03",
        "2026-12-01",
        "3",
        "0.29",
        "12.5",
        "-4",
        "1.2.3",
        "1234567890123",
        "'; DROP TABLE entity; --",
    ];

    async fn keep(store: &Store, seed: &mut fastrand::Rng, count: u32) -> Vec<BTreeMap<String, String>> {
        let mut known = Vec::new();
        let mut changes = Vec::new();
        for number in 0..count {
            let mut properties = Vec::new();
            for name in PROPERTIES {
                if seed.u8(0..8) > 0 {
                    properties.push((name.to_owned(), VALUES[seed.usize(0..VALUES.len())].to_owned()));
                }
            }
            known.push(properties.iter().cloned().collect());
            changes.push(Ok(EntityChange {
                list: "cases".into(),
                id: format!("0190a0c6-3f7e-7bb2-9c3e-{number:012x}"),
                act: EntityAct::Create,
                label: Some("北门 3".into()),
                base: None,
                branch: None,
                properties,
            }));
        }
        let submission = Undone { id: "a".into(), body: Vec::new(), area: "371002".into(), received_at: 7 };
        assert!(store.apply_entities(&submission, &changes).await.unwrap());
        known
    }

    async fn the_database_counts_as_the_engine_does(place: &Place) {
        let store = place.open().await;
        let mut seed = fastrand::Rng::with_seed(6);
        let known = keep(&store, &mut seed, 120).await;
        let parts = [Part::Whole, Part::Each, Part::First(1), Part::First(7)];
        let tests = [Said::Is, Said::IsNot, Said::Has, Said::From, Said::Before];
        for _ in 0..150 {
            let mut name = || PROPERTIES[seed.usize(0..PROPERTIES.len())].to_owned();
            let names: [String; 7] = std::array::from_fn(|_| name());
            let [a, b, c, d, e, f, g] = names;
            let ways = seed.usize(0..=MOST_WAYS);
            let mut by = Vec::new();
            for property in [a, b, c].into_iter().take(ways) {
                by.push(By { property, part: parts[seed.usize(0..parts.len())] });
            }
            let conditions = seed.usize(0..3);
            let mut only = Vec::new();
            for property in [d, e].into_iter().take(conditions) {
                let (test, text) = (tests[seed.usize(0..tests.len())], VALUES[seed.usize(0..VALUES.len())]);
                only.push(Only { property, test, text: text.to_owned() });
            }
            let (different, sum) = (seed.bool().then_some(f), seed.bool().then_some(g));
            let count = Count { by, only, different, sum };
            let here = store.totals("cases", "3710", &count, 0, 10_000).await.unwrap();
            assert_eq!(here, Some(totals(&count, &known)), "{count:?}");
        }
        let elsewhere = store.totals("cases", "371003", &Count::default(), 0, 10).await.unwrap();
        assert_eq!(elsewhere, Some(Vec::new()));
    }

    async fn so_many_groups_are_too_many(place: &Place) {
        let store = place.open().await;
        keep(&store, &mut fastrand::Rng::with_seed(7), 40).await;
        let count = Count { by: vec![By::parse("level").unwrap()], ..Count::default() };
        let all = store.totals("cases", "", &count, 0, 100).await.unwrap().unwrap().len();
        assert_eq!(store.totals("cases", "", &count, 0, all).await.unwrap().map(|all| all.len()), Some(all));
        assert_eq!(store.totals("cases", "", &count, 0, all - 1).await.unwrap(), None);
        // Of many groups those that have several are few.
        let least = async |least, most| store.totals("cases", "", &count, least, most).await.unwrap();
        let whole = least(0, all).await.unwrap();
        let several: Vec<_> = whole.iter().filter(|total| total.entities >= 4).cloned().collect();
        assert!(!several.is_empty() && several.len() < all);
        assert_eq!(least(4, several.len()).await, Some(several));
        assert_eq!(least(1, all).await, Some(whole));
    }
}
