//! `POST /api/v1/totals/LIST`: how many entities there are of each kind, in the asker's area and what lies in it.
//!
//! `{"by": ["town:6", "level"], "only": ["state=lead"], "different": "case"}` gives `{"totals": [{"group": ["371002", "high"], "entities": 3,
//! "different": 2}]}` in the order of the groups; with `"least": 2` only groups that have so many: what stands there twice. What is asked stands in the body, since it may name a person, and addresses are logged.
//!
//! Kept here: who does not see names in full counts by what the dictionary calls plain alone, since groups could be names; each asking is in the audit log.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_engine::entities::is_entity_name;
use doorstep_engine::entities::totals::{By, Count, MOST_WAYS, Only, Total};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::declared::Office;
use crate::entities::{hidden, keeps_from, kept_from};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::bad;
use crate::who::mask::{Kind, shows};
use crate::who::rights::Role;
use crate::who::routes::{Json as Body, unknown};

/// So many groups at most: more is no overview.
const MOST_GROUPS: usize = 5_000;
/// So many conditions at most.
const MOST_CONDITIONS: usize = 8;

/// What is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default)]
    by: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    different: Option<String>,
    #[serde(default)]
    least: u32,
}

impl Asked {
    fn count(&self) -> Result<Count, Refusal> {
        if self.by.len() > MOST_WAYS {
            return Err(bad("by", "three properties at most"));
        }
        if self.only.len() > MOST_CONDITIONS {
            return Err(bad("only", "eight conditions at most"));
        }
        let by = self.by.iter().map(|text| By::parse(text)).collect::<Result<_, _>>();
        let only = self.only.iter().map(|text| Only::parse(text)).collect::<Result<_, _>>();
        let different = self.different.as_deref().filter(|name| !is_entity_name(name));
        if different.is_some() {
            return Err(bad("different", "a property's name"));
        }
        Ok(Count {
            by: by.map_err(|why| bad("by", &why.to_string()))?,
            only: only.map_err(|why| bad("only", &why.to_string()))?,
            different: self.different.clone(),
            sum: None,
        })
    }
}

pub(crate) async fn count(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    list: Result<Path<String>, PathRejection>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    let area = caller.area_of_cases(&shared.who, "totals are for those who see the cases").await?;
    let role = caller.standing.role;
    let Path(list) = list.map_err(|_| unknown())?;
    if !is_entity_name(&list) {
        return Err(unknown());
    }
    if keeps_from(role, &list) {
        return Err(kept_from(&shared, &caller).await?);
    }
    let (count, least) = (asked.count()?, asked.least);
    if !is_seen(role, &shared.office, &list, &count) {
        return Err(hidden());
    }
    shared.who.note(&caller.entry(Event::EntitiesRead).to(&list)).await?;
    let Some(totals) = shared.store.totals(&list, area.code(), &count, least, MOST_GROUPS).await? else {
        return Err(bad("by", "that makes more than 5,000 groups"));
    };
    let totals: Vec<Json> = totals.into_iter().map(told).collect();
    Ok(answer(StatusCode::OK, &json!({ "totals": totals })))
}

/// Whoever sees names in full may count by anything; all others by what says nothing of a person. How many households there are names none.
fn is_seen(role: Role, office: &Office, list: &str, count: &Count) -> bool {
    let by = count.by.iter().map(|by| &by.property);
    let only = count.only.iter().map(|only| &only.property);
    let different = count.different.iter().filter(|name| *name != "case");
    shows(role, Kind::Name)
        || by.chain(only).chain(different).all(|name| office.kind(list, name) == Kind::Plain)
}

fn told(Total { group, entities, different, .. }: Total) -> Json {
    json!({"group": group, "entities": entities, "different": different})
}
