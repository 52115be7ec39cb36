//! The server's forms, as whoever is signed in sees them.

use doorstep_app::platform::designs;
use doorstep_app::platform::fetch::ask_signed_in;
use doorstep_engine::Bundle;
use leptos_router::location::Url;
use serde_json::{Value as Json, json};

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

/// What is offered, and does the server say so now? Else it is what it last said, of which each form is kept here.
#[derive(Clone, PartialEq, Debug)]
pub struct Offer {
    pub forms: Vec<Offered>,
    pub is_live: bool,
}

/// All of them; nothing if the server can't be asked, and none is kept.
pub async fn forms() -> Option<Offer> {
    if let Some(forms) = live_forms().await {
        return Some(Offer { forms, is_live: true });
    }
    let kept = designs::templates().await.ok()?.into_iter();
    let mut forms: Vec<Offered> = kept.filter_map(|(hash, text)| kept_form(&hash, &text)).collect();
    forms.sort_by(|one, other| one.id.cmp(&other.id));
    (!forms.is_empty()).then_some(Offer { forms, is_live: false })
}

async fn live_forms() -> Option<Vec<Offered>> {
    let answer = ask_signed_in("GET", "/api/v1/forms", None, TIMEOUT_MS).await.ok()?;
    let json: Json = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200)?;
    Some(json["forms"].as_array()?.iter().map(offered).collect())
}

fn offered(form: &Json) -> Offered {
    let text = |name: &str| form[name].as_str().unwrap_or_default().to_owned();
    Offered { id: text("id"), version: text("version"), hash: text("hash"), titles: form["title"].clone() }
}

fn kept_form(hash: &str, text: &str) -> Option<Offered> {
    let json: Json = serde_json::from_str(text).ok()?;
    Some(Offered { hash: hash.to_owned(), ..offered(&json) })
}

/// Keeps what the server offers now, for when it can't be asked; what it offers no more goes. What fails is tried again next time.
pub async fn keep(forms: Vec<Offered>) {
    let Ok(kept) = designs::templates().await else { return };
    for (hash, _) in kept.iter().filter(|(hash, _)| forms.iter().all(|form| form.hash != *hash)) {
        let _ = designs::remove_template(hash).await;
    }
    for form in forms.iter().filter(|form| kept.iter().all(|(hash, _)| *hash != form.hash)) {
        let Some(bundle) = live_bundle(&form.hash).await else { return };
        let text = json!({"id": form.id, "version": form.version, "title": form.titles, "bundle": bundle});
        if designs::put_template(&form.hash, &text.to_string()).await.is_err() {
            return;
        }
    }
}

/// A version of a form; nothing if none of that hash is kept, nor to be had of the server.
pub async fn bundle(hash: &str) -> Option<Bundle> {
    let kept = designs::template(hash).await.ok().flatten();
    let kept = kept.and_then(|text| {
        let json: Json = serde_json::from_str(&text).ok()?;
        Bundle::from_json(json["bundle"].as_str()?).ok()
    });
    match kept {
        Some(bundle) => Some(bundle),
        None => Bundle::from_json(&live_bundle(hash).await?).ok(),
    }
}

/// Its wire JSON.
async fn live_bundle(hash: &str) -> Option<String> {
    let answer = ask_signed_in("GET", &format!("/api/v1/forms/{hash}"), None, TIMEOUT_MS).await.ok()?;
    String::from_utf8(answer.body).ok().filter(|_| answer.status == 200)
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
    /// Its own word for it, and what it says.
    Refused {
        code: String,
        reason: Option<String>,
    },
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
    read(answer.status, &answer.body)
}

/// What an answer says; else why not.
pub fn read(status: u16, body: &[u8]) -> Result<Json, No> {
    let json: Json = serde_json::from_slice(body).unwrap_or_default();
    let error = &json["error"];
    let (code, reason) = (error["code"].as_str().unwrap_or_default(), error["reason"].as_str());
    let reason = reason.map(str::to_owned);
    match (status, code) {
        (200 | 201, _) => Ok(json),
        (401, _) | (403, "choose_password" | "set_up_second_factor") => Err(No::SignIn),
        (403, _) => Err(No::NotAllowed),
        (500.., _) if reason.is_none() => Err(No::Unreached),
        (status, "") => Err(No::Refused { code: status.to_string(), reason }),
        (_, code) => Err(No::Refused { code: code.to_owned(), reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_understood() {
        let read = |status: u16, code: &str| {
            read(status, json!({"error": {"code": code, "reason": "why"}}).to_string().as_bytes())
        };
        assert_eq!(read(201, ""), Ok(json!({"error": {"code": "", "reason": "why"}})));
        for (status, code) in [(401, "login"), (403, "choose_password"), (403, "set_up_second_factor")] {
            assert_eq!(read(status, code), Err(No::SignIn), "{status} {code}");
        }
        assert_eq!(read(403, "forbidden"), Err(No::NotAllowed));
        assert_eq!(super::read(502, b"<html>"), Err(No::Unreached));
        let refused = |code: &str| Err(No::Refused { code: code.into(), reason: Some("why".into()) });
        assert_eq!((read(409, "not_current"), read(422, "")), (refused("not_current"), refused("422")));
    }
}
