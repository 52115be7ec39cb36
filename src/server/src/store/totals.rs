//! Totals of entities by SQL: the same as [`doorstep_engine::entities::totals`] counts, over all that the server has.
//!
//! Kept here: an entity, or a version, counts once in each group, as `said.rs` has them. A text of several codes is counted as it stands, as often as
//! it is there, and taken apart here: there are few such texts and many rows. Of many groups no more leave the database than are shown.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_engine::entities::totals::{By, Count, MOST_WAYS, Part, Total, both};

use super::database::Database;
use super::said::{Among, Writing};
use super::{Store, StoreError};

/// Groups by so many ways at most: one more than a count has is for what its groups are spread over.
const WAYS: usize = MOST_WAYS + 1;

/// A group's texts, how many rows, how many different values, how many of the entities are linked, the sum, and how many groups there are in all.
type Row = (String, String, String, String, i64, i64, i64, Option<i64>, i64);

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

/// So many texts are taken apart at most.
const MOST_TEXTS: usize = 200_000;

/// Which groups are wanted of the SQL.
#[derive(Clone, Copy)]
enum Which {
    /// All, so many at most.
    All(usize),
    /// Those of a page, told apart without what they are spread over: the first, and how many. Each row says how many there are in all.
    Page(usize, usize),
    /// How many there are.
    HowMany,
}

/// Are texts of several codes taken apart here? Where different values are counted it takes the rows themselves.
fn is_taken_apart(among: &Among<'_>, count: &Count, beside: Beside<'_>) -> bool {
    let each = count.by.iter().chain(beside.over).any(|by| by.part == Part::Each);
    each && count.different.is_none() && !(among.gives.is_some() && beside.linked.is_some())
}

/// The SQL that counts, and what is bound to it.
fn sql(
    database: &Database,
    among: &Among<'_>,
    count: &Count,
    beside: Beside<'_>,
    which: Which,
) -> (String, Vec<String>) {
    let mut writing = Writing::new(database, among);
    let apart = is_taken_apart(among, count, beside);
    let mut group = |by: &By| match by.part {
        Part::Each if apart => writing.property(&by.property),
        _ => writing.by(by),
    };
    let mut groups: Vec<String> = count.by.iter().take(MOST_WAYS).map(&mut group).collect();
    groups.extend(beside.over.map(&mut group));
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
    let each = !apart && parts.into_iter().any(|by| by.part == Part::Each);
    if each {
        columns.push(format!("{} AS row_key", writing.key()));
    }
    if columns.is_empty() {
        columns.push("1".to_owned());
    }
    let select = if each { "SELECT DISTINCT" } else { "SELECT" };
    let bytes = writing.words.bytes;
    let (from, bound) = writing.done();
    let mut all: Vec<&str> = ["g0", "g1", "g2", "g3"][..ways].to_vec();
    all.resize(WAYS, "''");
    let nothing = "CAST(0 AS BIGINT)";
    let sum = sum.as_deref().unwrap_or("CAST(NULL AS BIGINT)");
    let counted = [different.unwrap_or(nothing), linked.unwrap_or(nothing), sum];
    // What is read of a row's texts is read once, and what is grouped is narrow.
    let counted_rows = format!("counted AS MATERIALIZED ({select} {} {from})", columns.join(", "));
    let (named, keys) = (all.join(", "), all[..ways].join(", "));
    let own = all[..count.by.len().min(MOST_WAYS)].iter().map(|key| format!("{key}{bytes}"));
    let own = own.collect::<Vec<_>>().join(", ");
    let having = match beside.least {
        0 | 1 => String::new(),
        least => format!(" HAVING count(*) >= {least}"),
    };
    let sql = match which {
        Which::HowMany => format!(
            "WITH {counted_rows} SELECT '', '', '', '', count(*), {nothing}, {nothing}, CAST(NULL AS BIGINT), {nothing}
             FROM (SELECT 1 FROM counted GROUP BY {own}) q"
        ),
        Which::Page(first, most) => format!(
            "WITH {counted_rows},
             parts AS (SELECT {} count(*) AS n, {} AS d, {} AS l, {} AS s FROM counted GROUP BY {keys}),
             placed AS MATERIALIZED (SELECT parts.*, dense_rank() OVER (ORDER BY {own}) AS place FROM parts)
             SELECT {named}, n, d, l, s, (SELECT max(place) FROM placed) FROM placed
             WHERE place > {first} AND place <= {first} + {most} LIMIT {MOST_TEXTS}",
            all[..ways].iter().map(|key| format!("{key}, ")).collect::<String>(),
            counted[0],
            counted[1],
            counted[2],
        ),
        Which::All(most) => {
            let grouped = match ways {
                0 => String::new(),
                _ => format!(" GROUP BY {keys}{having} LIMIT {}", most + 1),
            };
            let counted = counted.join(", ");
            format!(
                "WITH {counted_rows} SELECT {named}, count(*), {counted}, CAST(0 AS BIGINT) FROM counted{grouped}"
            )
        }
    };
    (sql, bound)
}

/// What was counted of a group, without its texts.
#[derive(Clone, Copy, Default)]
struct Counted {
    entities: u64,
    different: u64,
    linked: u64,
    hundredths: Option<u64>,
}

/// Takes texts of several codes apart: what was counted of one counts in each of its codes, once.
fn taken_apart(counted: Vec<(Total, u64)>, parts: &[Part]) -> Vec<(Total, u64)> {
    let mut groups: BTreeMap<Vec<String>, Counted> = BTreeMap::new();
    for (total, linked) in counted {
        let mut ways: BTreeSet<Vec<&str>> = BTreeSet::from([Vec::new()]);
        for (text, part) in total.group.iter().zip(parts) {
            let values: Vec<&str> = match part {
                Part::Each => text.split(' ').filter(|code| !code.is_empty()).collect(),
                Part::Whole | Part::First(_) => vec![text],
            };
            let mut longer = BTreeSet::new();
            for way in &ways {
                longer.extend(values.iter().map(|value| [&way[..], &[*value]].concat()));
            }
            ways = longer;
        }
        for way in ways {
            let counted = groups.entry(way.into_iter().map(str::to_owned).collect()).or_default();
            counted.entities += total.entities;
            counted.linked += linked;
            counted.hundredths = both(counted.hundredths, total.hundredths);
        }
    }
    let whole = |(group, counted): (Vec<String>, Counted)| {
        let Counted { entities, different, linked, hundredths } = counted;
        (Total { group, entities, different, hundredths }, linked)
    };
    groups.into_iter().map(whole).collect()
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
        let apart = is_taken_apart(among, count, beside);
        // How many are in a group is known only once all are taken apart.
        let asked = if apart { Beside { least: 0, ..beside } } else { beside };
        let limit = if apart { MOST_TEXTS } else { most };
        let (_, mut totals) = self.counted(among, count, asked, Which::All(limit)).await?;
        if totals.len() > limit {
            return Ok(None);
        }
        if apart {
            let parts: Vec<Part> =
                count.by.iter().take(MOST_WAYS).chain(beside.over).map(|by| by.part).collect();
            totals = taken_apart(totals, &parts);
            totals.retain(|(total, _)| total.entities >= u64::from(beside.least));
            if totals.len() > most {
                return Ok(None);
            }
        }
        totals.sort_unstable_by(|(a, _), (b, _)| a.group.cmp(&b.group));
        Ok(Some(totals))
    }

    /// How many groups there are, and those of a page in their order, each with all that it is spread over. `None`: there are too many to take apart.
    pub(crate) async fn totals_page(
        &self,
        among: &Among<'_>,
        count: &Count,
        beside: Beside<'_>,
        (first, most): (usize, usize),
    ) -> Result<Option<(usize, Vec<(Total, u64)>)>, StoreError> {
        let ways = count.by.len().min(MOST_WAYS);
        if ways == 0 || is_taken_apart(among, count, beside) {
            let Some(mut totals) = self.totals_among(among, count, beside, MOST_TEXTS).await? else {
                return Ok(None);
            };
            let (mut of, mut last) = (0, None::<Vec<String>>);
            totals.retain(|(total, _)| {
                let own = &total.group[..ways];
                if last.as_deref() != Some(own) {
                    last = Some(own.to_vec());
                    of += 1;
                }
                of > first && of <= first + most
            });
            return Ok(Some((of, totals)));
        }
        let (of, mut totals) = self.counted(among, count, beside, Which::Page(first, most)).await?;
        if totals.len() >= MOST_TEXTS {
            return Ok(None);
        }
        if totals.is_empty() && first > 0 {
            let (_, all) = self.counted(among, count, beside, Which::HowMany).await?;
            let of = all.first().map_or(0, |(all, _)| all.entities);
            return Ok(Some((usize::try_from(of).unwrap_or(usize::MAX), totals)));
        }
        totals.sort_unstable_by(|(a, _), (b, _)| a.group.cmp(&b.group));
        Ok(Some((of, totals)))
    }

    /// Asks; how many groups the rows say that there are in all, and the rows that count something.
    async fn counted(
        &self,
        among: &Among<'_>,
        count: &Count,
        beside: Beside<'_>,
        which: Which,
    ) -> Result<(usize, Vec<(Total, u64)>), StoreError> {
        let (sql, bound) = sql(&self.database, among, count, beside, which);
        let rows: Vec<Row> = self.ask(&sql, &bound).await?;
        let of = rows.first().map_or(0, |row| usize::try_from(row.8).unwrap_or(0));
        let ways = count.by.len().min(MOST_WAYS) + usize::from(beside.over.is_some());
        let total = |(a, b, c, d, entities, different, linked, hundredths, _): Row| {
            let mut group = vec![a, b, c, d];
            group.truncate(ways);
            let (entities, different) = (entities.cast_unsigned(), different.cast_unsigned());
            let hundredths = hundredths.map(i64::cast_unsigned);
            (Total { group, entities, different, hundredths }, linked.cast_unsigned())
        };
        Ok((of, rows.into_iter().map(total).filter(|(total, _)| total.entities > 0).collect()))
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

    on_each_database!(
        the_database_counts_as_the_engine_does,
        a_page_of_groups_is_that_part_of_the_whole,
        so_many_groups_are_too_many
    );

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

    /// What a page shows is what the whole has there, whatever it is spread over and however many pages there are.
    async fn a_page_of_groups_is_that_part_of_the_whole(place: &Place) {
        let store = place.open().await;
        let mut seed = fastrand::Rng::with_seed(9);
        keep(&store, &mut seed, 150).await;
        let lists = ["cases"];
        let among = Among::entities(&lists, "");
        let parts = [Part::Whole, Part::Each, Part::First(1)];
        for _ in 0..60 {
            let mut by =
                || By { property: PROPERTIES[seed.usize(0..3)].to_owned(), part: parts[seed.usize(0..3)] };
            let (one, other, over) = (by(), by(), by());
            let ways = seed.usize(1..=2);
            let over = seed.bool().then_some(over);
            let linked = seed.bool().then_some("referrals");
            let sum = seed.bool().then(|| "case".to_owned());
            let count = Count { by: [one, other][..ways].to_vec(), only: Vec::new(), different: None, sum };
            let beside = Beside { linked, over: over.as_ref(), least: 0 };
            let whole = store.totals_among(&among, &count, beside, 10_000).await.unwrap().unwrap();
            let mut groups: Vec<Vec<String>> =
                whole.iter().map(|(total, _)| total.group[..ways].to_vec()).collect();
            groups.dedup();
            let most = seed.usize(1..6);
            for first in [0, 1, most, groups.len().saturating_sub(1), groups.len(), groups.len() + 3] {
                let page = store.totals_page(&among, &count, beside, (first, most)).await.unwrap().unwrap();
                let shown: Vec<&Vec<String>> = groups.iter().skip(first).take(most).collect();
                let wanted =
                    whole.iter().filter(|(total, _)| shown.contains(&&total.group[..ways].to_vec())).cloned();
                assert_eq!(page, (groups.len(), wanted.collect()), "{count:?} {over:?} {first} {most}");
            }
        }
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
