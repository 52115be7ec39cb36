//! `POST /api/v1/entities/{list}/search`: entities by what they are called, how that sounds, and what they say.
//!
//! What is asked stands in the body, since it may name a person, and addresses are logged. Kept here: each asking is in the audit log before it is answered.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_engine::entities::dictionary::PropertyType;
use doorstep_engine::entities::totals::Only;
use doorstep_engine::is_entity_name;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::sight::{Sight, hidden, sees};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::declared::{Office, kind_of};
use crate::store::{Order, Searched, folded};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::bad;
use crate::who::mask::{Kind, mask, shows};
use crate::who::rights::Role;
use crate::who::routes::{Json as Body, unknown};

/// So many are given at once at most, and so many where nobody says how many.
const MOST: usize = 500;
const USUAL: usize = 50;
/// So far into the list one may look.
const FARTHEST: usize = 1_000_000;
/// So many conditions, and so many words, at most.
const MOST_CONDITIONS: usize = 8;
/// What is looked for is no longer than that.
const LONGEST: usize = 100;

/// What is asked.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asked {
    text: String,
    only: Vec<String>,
    order: Option<String>,
    from: usize,
    most: Option<usize>,
}

impl Asked {
    fn searched(&self, role: Role, office: &Office, list: &str) -> Result<Searched, Refusal> {
        if self.only.len() > MOST_CONDITIONS {
            return Err(bad("only", "eight conditions at most"));
        }
        let only: Result<Vec<Only>, _> = self.only.iter().map(|text| Only::parse(text)).collect();
        let only = only.map_err(|why| bad("only", &why.to_string()))?;
        if only.iter().any(|only| !sees(role, office, list, &only.property)) {
            return Err(hidden());
        }
        if self.from > FARTHEST {
            return Err(bad("from", "a million at most"));
        }
        Ok(Searched {
            words: self.words(role, office, list)?,
            only,
            order: self.order(role, office, list)?,
            from: self.from,
            most: self.most.unwrap_or(USUAL).min(MOST),
        })
    }

    /// What is looked for is name, phone and place at once: whoever sees one of them masked can't look for any.
    fn words(&self, role: Role, office: &Office, list: &str) -> Result<Vec<String>, Refusal> {
        let text = self.text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        if text.chars().count() > LONGEST {
            return Err(bad("text", "100 characters at most"));
        }
        let label = kind_of(office.dictionary.label_kind(list));
        let seen = [Kind::Name, Kind::Phone, Kind::Free, label].into_iter().all(|kind| shows(role, kind));
        // Nor by the number of somebody's papers, where that is masked within a text.
        if !seen || mask(role, Kind::Free, text) != text {
            return Err(hidden());
        }
        let words: Vec<String> = folded(text).split_whitespace().map(str::to_owned).collect();
        if words.len() > MOST_CONDITIONS {
            return Err(bad("text", "eight words at most"));
        }
        Ok(words)
    }

    fn order(&self, role: Role, office: &Office, list: &str) -> Result<Order, Refusal> {
        let Some(text) = self.order.as_deref() else { return Ok(Order::Changed { descending: true }) };
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let label = kind_of(office.dictionary.label_kind(list));
        match name {
            "changed" => Ok(Order::Changed { descending }),
            "danger" if !descending => Ok(Order::Danger),
            "label" if shows(role, label) => Ok(Order::Sound { name: None, descending }),
            "label" => Err(hidden()),
            name if !is_entity_name(name) => Err(bad(
                "order",
                "`changed`, `label`, `danger` or a property, `-` before it for the other way",
            )),
            name if !sees(role, office, list, name) => Err(hidden()),
            name if office.kind(list, name) == Kind::Name => {
                Ok(Order::Sound { name: Some(name.to_owned()), descending })
            }
            name => {
                let property = office.dictionary.property(list, name);
                let number = property.is_some_and(|property| property.is == PropertyType::Number);
                Ok(Order::Property { name: name.to_owned(), number, descending })
            }
        }
    }
}

pub(super) async fn search(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    list: Result<Path<String>, PathRejection>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    let Path(list) = list.map_err(|_| unknown())?;
    let sight = Sight::of(&shared, &caller, &list).await?;
    let mut searched = asked.searched(sight.role, &shared.office, &list)?;
    searched.only.extend(sight.only());
    shared.who.note(&caller.entry(Event::EntitiesRead).to(&list)).await?;
    let (of, ids) = shared.store.search(&list, sight.area, &searched).await?;
    let wanted: Vec<&str> = ids.iter().map(String::as_str).collect();
    let known = shared.store.known_entities(&list, &wanted).await?;
    // What changed in between is asked anew whether it is seen.
    let found = ids.iter().filter_map(|id| known.get(id)).filter(|entity| sight.sees(entity));
    let entities: Vec<Json> = found.map(|entity| sight.entity(&shared.office, entity)).collect();
    Ok(answer(StatusCode::OK, &json!({"of": of, "entities": entities})))
}
