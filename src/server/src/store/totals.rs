//! Totals of entities by SQL: the same as [`doorstep_engine::entities::totals`] counts, over all that the server has.
//!
//! Kept here: an entity, or a version, counts once in each group, as `said.rs` has them.

use doorstep_engine::entities::totals::{Count, MOST_WAYS, Total};

use super::database::Database;
use super::said::{Among, Writing};
use super::{Store, StoreError};

/// A group's texts, how many entities, how many different values.
type Row = (String, String, String, i64, i64);

/// The SQL that counts, and what is bound to it.
fn sql(
    database: &Database,
    among: &Among<'_>,
    count: &Count,
    linked: Option<(&str, &str)>,
    most: usize,
) -> (String, Vec<String>) {
    let mut writing = Writing::new(database, among);
    let mut groups: Vec<String> = count.by.iter().take(MOST_WAYS).map(|by| writing.by(by)).collect();
    let grouped: Vec<String> = (1..=groups.len()).map(|place| place.to_string()).collect();
    groups.resize(MOST_WAYS, "''".to_owned());
    count.only.iter().for_each(|only| writing.condition(only));
    if let Some((list, name)) = linked {
        let named = writing.named_in(list, name);
        writing.only(&format!(" AND e.id IN ({named})"));
    }
    let different = match &count.different {
        Some(name) => format!("count(DISTINCT nullif({}, ''))", writing.property(name)),
        None => "CAST(0 AS BIGINT)".to_owned(),
    };
    let key = writing.key();
    let groups = groups.join(", ");
    let (from, bound) = writing.done();
    let mut sql = format!("SELECT {groups}, count(DISTINCT {key}), {different} {from}");
    match grouped.is_empty() {
        true => {}
        false => sql += &format!(" GROUP BY {} LIMIT {}", grouped.join(", "), most + 1),
    }
    (sql, bound)
}

impl Store {
    /// Counts the entities of a list that lie in an area; `None` if that makes more than `most` groups.
    pub(crate) async fn totals(
        &self,
        list: &str,
        area: &str,
        count: &Count,
        most: usize,
    ) -> Result<Option<Vec<Total>>, StoreError> {
        self.totals_among(&Among::entities(&[list], area), count, None, most).await
    }

    /// Counts rows; `linked` counts only entities whose id some entity of that list has in that property.
    pub(crate) async fn totals_among(
        &self,
        among: &Among<'_>,
        count: &Count,
        linked: Option<(&str, &str)>,
        most: usize,
    ) -> Result<Option<Vec<Total>>, StoreError> {
        let (sql, bound) = sql(&self.database, among, count, linked, most);
        let rows: Vec<Row> = self.ask(&sql, &bound).await?;
        if rows.len() > most {
            return Ok(None);
        }
        let ways = count.by.len().min(MOST_WAYS);
        let total = |(a, b, c, entities, different): Row| {
            let mut group = vec![a, b, c];
            group.truncate(ways);
            Total { group, entities: entities.cast_unsigned(), different: different.cast_unsigned() }
        };
        let mut totals: Vec<Total> = rows.into_iter().map(total).filter(|total| total.entities > 0).collect();
        totals.sort_unstable_by(|a, b| a.group.cmp(&b.group));
        Ok(Some(totals))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use doorstep_engine::entities::totals::{By, Only, Part, Said, totals};
    use doorstep_engine::entities::{EntityAct, EntityChange};

    use super::super::Undone;
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(the_database_counts_as_the_engine_does, so_many_groups_are_too_many);

    const PROPERTIES: [&str; 4] = ["level", "found-on.x", "难处", "case"];
    const VALUES: [&str; 12] = [
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
            let names: [String; 6] = std::array::from_fn(|_| name());
            let [a, b, c, d, e, f] = names;
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
            let count = Count { by, only, different: seed.bool().then_some(f) };
            let here = store.totals("cases", "3710", &count, 10_000).await.unwrap();
            assert_eq!(here, Some(totals(&count, &known)), "{count:?}");
        }
        let elsewhere = store.totals("cases", "371003", &Count::default(), 10).await.unwrap();
        assert_eq!(elsewhere, Some(Vec::new()));
    }

    async fn so_many_groups_are_too_many(place: &Place) {
        let store = place.open().await;
        keep(&store, &mut fastrand::Rng::with_seed(7), 40).await;
        let count = Count { by: vec![By::parse("level").unwrap()], ..Count::default() };
        let all = store.totals("cases", "", &count, 100).await.unwrap().unwrap().len();
        assert_eq!(store.totals("cases", "", &count, all).await.unwrap().map(|all| all.len()), Some(all));
        assert_eq!(store.totals("cases", "", &count, all - 1).await.unwrap(), None);
    }
}
