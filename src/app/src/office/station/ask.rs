//! Asking for entities and totals, and what is answered. What is asked stands in the body: it may name a person.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::office::desk::Desk;
use crate::office::refusal::Refusal;

/// The list of households.
pub const CASES: &str = "cases";
/// The list of referrals.
pub const REFERRALS: &str = "referrals";

/// What is looked for in a list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Query {
    pub text: String,
    /// What has to hold of it: `state=lead`, `red_flags~coma`, `answer_by<2026-12-01`.
    pub only: Vec<String>,
    /// A property's name; with `-` before it, the greatest first.
    pub order: &'static str,
    pub from: usize,
    pub most: usize,
}

/// `POST /api/v1/entities/LIST/search`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Found {
    /// How many there are in all.
    pub of: usize,
    pub entities: Vec<Entity>,
}

/// What is known of a household, a referral.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entity {
    pub id: String,
    pub label: String,
    pub area: String,
    pub version: u64,
    /// Do surveys say different things of it? Nothing, nought: no.
    pub conflict: Json,
    pub properties: BTreeMap<String, String>,
}

impl Entity {
    /// What is said of a property; a blank if nothing is.
    pub fn get(&self, name: &str) -> &str {
        self.properties.get(name).map_or("", String::as_str)
    }

    /// Do surveys say different things of it?
    pub fn contradicts(&self) -> bool {
        !matches!(self.conflict, Json::Null | Json::Bool(false)) && self.conflict != 0
    }

    /// Who it is about.
    pub fn who(&self) -> &str {
        let who = self.get("person");
        if who.is_empty() { &self.label } else { who }
    }
}

/// Looks for entities.
///
/// # Errors
/// [`Refusal`].
pub async fn search(desk: Desk, list: &str, query: &Query) -> Result<Found, Refusal> {
    let Query { text, only, order, from, most } = query;
    let mut body = json!({"text": text, "only": only, "from": from, "most": most});
    if !order.is_empty() {
        body["order"] = (*order).into();
    }
    desk.ask("POST", &format!("/api/v1/entities/{list}/search"), Some(&body)).await
}

/// A group of entities, and how many are in it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Total {
    pub group: Vec<String>,
    pub entities: usize,
    #[serde(default)]
    pub different: usize,
}

/// Counts entities: `POST /api/v1/totals/LIST`.
///
/// # Errors
/// [`Refusal`].
pub async fn totals(
    desk: Desk,
    list: &str,
    by: &[&str],
    only: &[String],
    different: Option<&str>,
) -> Result<Vec<Total>, Refusal> {
    counted(desk, list, json!({"by": by, "only": only, "different": different})).await
}

/// The same of groups that have at least so many.
///
/// # Errors
/// [`Refusal`].
pub async fn several(
    desk: Desk,
    list: &str,
    by: &[&str],
    only: &[String],
    least: u32,
) -> Result<Vec<Total>, Refusal> {
    counted(desk, list, json!({"by": by, "only": only, "least": least})).await
}

async fn counted(desk: Desk, list: &str, body: Json) -> Result<Vec<Total>, Refusal> {
    let mut answer: Json = desk.ask("POST", &format!("/api/v1/totals/{list}"), Some(&body)).await?;
    serde_json::from_value(answer["totals"].take()).map_err(|_| Refusal::not_the_server())
}

/// The most rows that one question brings.
const AT_ONCE: usize = 200;

/// All that are found, page by page, `most` at most; [`Found::of`] says whether there are more.
///
/// # Errors
/// [`Refusal`].
pub async fn all(desk: Desk, list: &str, query: Query, most: usize) -> Result<Found, Refusal> {
    let mut found = Found::default();
    loop {
        let page = Query {
            from: found.entities.len(),
            most: AT_ONCE.min(most - found.entities.len()),
            ..query.clone()
        };
        let Found { of, entities } = search(desk, list, &page).await?;
        let is_last = entities.is_empty();
        found.of = of;
        found.entities.extend(entities);
        if is_last || found.entities.len() >= of.min(most) {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_it_contradicts_itself_is_read_however_it_is_written() {
        let of = |conflict: Json| Entity { conflict, ..Entity::default() }.contradicts();
        assert_eq!([json!(null), json!(0), json!(false)].map(of), [false; 3]);
        assert_eq!([json!(1), json!("against"), json!(true)].map(of), [true; 3]);
        let found: Found = serde_json::from_value(
            json!({"of": 1, "entities": [{"id": "a", "conflict": 0, "label": "甲", "changed_at": 1}]}),
        )
        .expect("it reads");
        assert_eq!((found.entities[0].who(), found.entities[0].get("phone")), ("甲", ""));
    }
}
