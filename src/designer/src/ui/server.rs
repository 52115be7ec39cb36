//! The server's forms, as whoever is signed in sees them.

use doorstep_app::platform::fetch::ask_signed_in;
use doorstep_engine::Bundle;
use serde_json::Value as Json;

use crate::document::Document;

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
        let other = || self.titles.as_object()?.values().next();
        let said = self.titles.get(tag).or_else(other).and_then(Json::as_str);
        said.unwrap_or(&self.id).to_owned()
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
