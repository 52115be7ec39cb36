//! A designer puts up a new version: read and checked as the folder's are, away from the threads that answer phones.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use doorstep_engine::{Bundle, Form};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{checked_note, done, media, told, user_of};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::api::check_content_type;
use crate::body;
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::store::NewPublication;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields;
use crate::who::rights::Deed;

/// The largest body: a bundle holds lists of tens of thousands of choices.
const BODY_LIMIT: usize = 32 << 20;
/// The most bytes of a form's id, and of its version: a phone takes 256, and would take nothing from a page with a longer one.
const NAME_LIMIT: usize = 200;
/// The most bytes of its titles in all languages together: they stand in lists.
const TITLES_LIMIT: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    bundle: Json,
    #[serde(default)]
    note: String,
    replaces: Option<String>,
}

/// A version without mistakes.
struct Sound {
    form: Arc<Form>,
    read: Bundle,
    bundle: String,
    warnings: Vec<Json>,
    note: String,
    replaces: Option<String>,
}

/// `POST …/forms`.
pub(super) async fn put_up(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    asked: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::Design).await?;
    let user = user_of(&caller)?;
    check_content_type(&asked)?;
    let body = body::read(body, BODY_LIMIT, "a form").await?;
    let sound = off_thread(move || read(&body)).await?;
    let form = &sound.form;
    media::listed(&shared.store, &sound.read).await?;
    if shared.forms.gallery.as_ref().is_some_and(|gallery| gallery.form.id() == form.id()) {
        let reason = "the gallery has this id: give the form another one";
        return Err(Refusal::new(StatusCode::CONFLICT, "reserved", reason));
    }
    let new = NewPublication {
        form: form.id(),
        version: form.version(),
        hash: form.hash(),
        bundle: &sound.bundle,
        note: &sound.note,
        user,
        replaces: sound.replaces.as_deref(),
        waits: shared.approve_forms,
        now: now_ms(),
    };
    let (id, is_new) = done(shared.store.put_up(&new).await?)?;
    if is_new {
        who.note(&caller.entry(Event::FormPutUp).to(form.hash())).await?;
        if !shared.approve_forms {
            shared.targets.tell_of_encryption(form, shared.office_key.seals());
        }
    }
    // Also where it was put up before: what kept phones from being told then is made up for.
    shared.forms.now().await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let publication = told(&shared, &id, &caller).await?;
    let missing = form.media_missing();
    Ok(answer(
        status,
        &json!({"publication": publication, "warnings": sound.warnings, "media_missing": missing}),
    ))
}

fn read(body: &[u8]) -> Result<Sound, Refusal> {
    // serde's own words could quote a value.
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| {
        let reason = format!("the body is not as it should be, at {}:{}", error.line(), error.column());
        Refusal::new(StatusCode::BAD_REQUEST, "bad_body", reason)
    })?;
    let note = checked_note(&wanted.note)?.to_owned();
    let text = match wanted.bundle {
        Json::String(text) => text,
        bundle => bundle.to_string(),
    };
    let unprocessable = |code, reason: String| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, code, reason);
    let bundle =
        Bundle::from_json(&text).map_err(|error| unprocessable("bundle_unread", error.to_string()))?;
    drop(text);
    let checked = Form::read(&bundle);
    let said = checked.diagnostics.iter().map(|diagnostic| diagnostic.to_json(&bundle)).collect();
    let Some(form) = checked.form else {
        let reason = "the form has mistakes".to_owned();
        return Err(unprocessable("form_broken", reason).with_diagnostics(said));
    };
    let fits = |name: &str| name.len() <= NAME_LIMIT && !name.chars().any(char::is_control);
    if form.id().is_empty() || !fits(form.id()) {
        return Err(fields::bad("form_id", "1 to 200 bytes, none of them a control character"));
    }
    if !fits(form.version()) {
        return Err(fields::bad("version", "up to 200 bytes, none of them a control character"));
    }
    if form.languages().iter().map(|language| form.title(language).len()).sum::<usize>() > TITLES_LIMIT {
        return Err(fields::bad("form_title", "up to 10,000 bytes in all languages together"));
    }
    let text = bundle.to_json();
    Ok(Sound { form, read: bundle, bundle: text, warnings: said, note, replaces: wanted.replaces })
}
