//! The server's forms, as whoever is signed in sees them.

use doorstep_app::platform::fetch::ask_signed_in;
use doorstep_engine::Bundle;
use leptos_router::location::Url;
use serde_json::Value as Json;

use crate::document::Document;
use crate::publications::{FormVersions, title_of};

const TIMEOUT_MS: u32 = 30_000;

/// A form that is in use.
#[derive(Clone, PartialEq, Debug)]
pub struct Offered {
    pub id: String,
    pub version: String,
    pub hash: String,
    titles: Json,
}

impl Offered {
    /// Its title in a language, or in another.
    pub fn title(&self, tag: &str) -> String {
        title_of(&self.titles, tag).unwrap_or(&self.id).to_owned()
    }
}

/// All of them; nothing if the server can't be asked.
pub async fn forms() -> Option<Vec<Offered>> {
    let answer = ask_signed_in("GET", "/api/v1/forms", None, TIMEOUT_MS).await.ok()?;
    let json: Json = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200)?;
    let text = |form: &Json, name: &str| form[name].as_str().unwrap_or_default().to_owned();
    let form = |form: &Json| Offered {
        id: text(form, "id"),
        version: text(form, "version"),
        hash: text(form, "hash"),
        titles: form["title"].clone(),
    };
    Some(json["forms"].as_array()?.iter().map(form).collect())
}

/// A version of a form; nothing if the server has none of that hash, or can't be asked.
pub async fn bundle(hash: &str) -> Option<Bundle> {
    let answer = ask_signed_in("GET", &format!("/api/v1/forms/{hash}"), None, TIMEOUT_MS).await.ok()?;
    let text = String::from_utf8(answer.body).ok().filter(|_| answer.status == 200)?;
    Bundle::from_json(&text).ok()
}

/// The same as sheets.
pub async fn document(hash: &str) -> Option<Document> {
    Document::of_any(&bundle(hash).await?).ok()
}

/// Why the server does not tell, or do, what it is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum No {
    SignIn,
    NotAllowed,
    Unreached,
    /// Its own word for it.
    Code(String),
}

/// All forms with their versions, as a designer may see them.
pub async fn versions() -> Result<Vec<FormVersions>, No> {
    let json = asked("GET", "/api/v1/design/forms", None).await?;
    FormVersions::all(&json).ok_or(No::Unreached)
}

/// The page of a form's versions.
pub fn versions_page(form: &str) -> String {
    format!("/design/versions/{}", Url::escape(form))
}

/// `…/{hash}/approve`, `…/{hash}/refuse` or `…/{id}/roll-back`: the version as it is then.
pub async fn decide(of: &str, deed: &str, body: &Json) -> Result<(), No> {
    let path = format!("/api/v1/design/forms/{}/{deed}", Url::escape(of));
    asked("POST", &path, Some(body)).await.map(drop)
}

async fn asked(method: &str, path: &str, body: Option<&Json>) -> Result<Json, No> {
    let body = body.map(Json::to_string);
    let body = body.as_deref().map(str::as_bytes);
    let answer = ask_signed_in(method, path, body, TIMEOUT_MS).await.map_err(|_| No::Unreached)?;
    let json: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = json["error"]["code"].as_str().unwrap_or_default();
    match (answer.status, code) {
        (200 | 201, _) => Ok(json),
        (401, _) | (403, "choose_password" | "set_up_second_factor") => Err(No::SignIn),
        (403, _) => Err(No::NotAllowed),
        (500.., _) => Err(No::Unreached),
        (status, "") => Err(No::Code(status.to_string())),
        (_, code) => Err(No::Code(code.to_owned())),
    }
}
