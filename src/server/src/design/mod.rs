//! What form designers put up: versions of forms on their way to phones, approved of, refused, rolled back.
//!
//! Kept here: a form with mistakes is refused with all of them; a version replaces no other than the one that it was made from; nobody approves of what they put up;
//! each of these deeds is in the audit log by the version's hash, never by a word that somebody typed. What is in force is read from the database by whoever
//! asks next (`forms/current.rs`), and offered to phones before the answer goes out.
//!
//! # The wire
//!
//! All below `/api/v1/design/`, by the session of a designer; administrators may only look. Times are milliseconds since 1970, refusals `{"error": {"code", "reason", …}}`.
//!
//! `PUBLICATION` = `{"id", "form", "version", "hash", "note", "state", "replaces", "by", "mine", "at", "decided_by", "decided_at", "reason"}`: `state` is `waiting`, `current`,
//! `past` or `refused`; `replaces` the hash of the version that it was made from, or null; `by` and `decided_by` are `{"id", "name"}` (no name: the user is not here) or
//! null; nobody (`by` null) put up what came from the folder; `mine` says whether the caller did; `decided_at` is null until somebody decided; `reason` is why it was refused, or null.
//!
//! | route | answer |
//! |---|---|
//! | `GET forms` | `{"approval", "forms": [{"id", "current": {"version", "hash", "title": {"zh", …}, "from"} or null, "publications": [PUBLICATION …]}]}`, by id; `approval`: new versions wait for a second designer; `from`: `folder` or `published`; publications the newest first, 100 at most and all that wait; no `current`: the form is new, and waits or was refused, or it is no longer in the folder |
//! | `POST forms` `{"bundle", "note"?, "replaces"?}` | 201 `{"publication", "warnings": [DIAGNOSTIC …], "media_missing": [name …]}`; 200 the same where this very version is current or waits already. `bundle` is a bundle's wire JSON (`{"main": {"name", "text"}, "files": […]}`) as an object or as text; `note` has up to 500 characters; `replaces` is the hash that it was made from, left out for a form that is new |
//! | `POST forms/{hash}/approve` `{}`, `…/refuse` `{"reason"?}` | `{"publication"}`; a reason has up to 500 characters |
//! | `POST forms/{id}/roll-back` `{"hash", "note"?, "replaces"?}` | 201 `{"publication"}`: an older version, current at once, also where new ones wait: it was in force before |
//!
//! | `POST media` `{"hashes": [SHA-256 …]}` | `{"missing": [SHA-256 …]}`: those of a form's media files that are still to be sent |
//! | `PUT media/{sha256}`, the file's bytes | 201, or 200 if it is here already, `{"media": {"sha256", "size", "type"}}` |
//!
//! The bundle of any version, also of one that waits, is `GET /api/v1/forms/{hash}`, as for phones; its media files, which it lists in `media/list.json`
//! ([`doorstep_engine::source::MediaFile`]), are `GET /api/v1/media/{sha256}`. They are sent before the version that lists them. `media_missing` names what the form's words
//! name and the version does not come with. Refusals of their own:
//!
//! | status, code | beside it | what |
//! |---|---|---|
//! | 413 `too_large` | | a body over 32 MiB |
//! | 400 `bad_body` | | not JSON, or a field that is missing or not known |
//! | 422 `bad_field` | | a note, id (`form_id`), version or title that is too long or holds control characters |
//! | 422 `bundle_unread` | | no bundle |
//! | 409 `media_missing` | `files`: `[{"name", "sha256"} …]` | media files are to be sent first |
//! | 422 `media_name`, `media_kind`, `media_too_large`, `media_twice` | `files`: `[{"name"}]` | a listed file can't be one of a form's: [`doorstep_engine::MediaError`] |
//! | 422 `media_too_many`, `media_too_much`, `media_unread` | | the list is over 500 files or 64 MB, or not as it should be |
//! | 422 `media_kind`, 413 `media_too_large`, 400 `bad_digest`, `bad_hash` | | the file that is sent is no picture, sound or film; over 16 MB; not what the address says |
//! | 422 `form_broken` | `diagnostics`: `Diagnostic::to_json` of each, warnings too | the form has mistakes |
//! | 409 `not_current` | `current`: `{"hash", "version"}` or null | another version is current than the one it was made from |
//! | 409 `version_taken` | | another content has this id and version: a version has to be new |
//! | 409 `was_in_force` | | this very version was in force before: roll back to it |
//! | 409 `too_many_waiting` | | twenty of this form wait |
//! | 409 `reserved` | | the id of the gallery's form |
//! | 409 `not_waiting` | | somebody decided on it already |
//! | 409 `own_version` | | approved or refused by who put it up |
//! | 409 `already_current` | | rolled back to what is current |
//! | 404 `form_unknown` | | no such version, or none of this form that was ever in force |

mod deciding;
pub(crate) mod media;
mod putting_up;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde_json::{Map, Value as Json, json};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::api::wrong_method;
use crate::forms::titles;
use crate::store::{Outcome, Publication};
use crate::who::audit::Event;
use crate::who::caller::{Caller, login_needed};
use crate::who::fields;
use crate::who::rights::Deed;
use crate::who::routes::unknown;

/// A note's characters at most.
const NOTE_LIMIT: usize = 500;

/// All of them.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/design/forms", get(list).post(putting_up::put_up).fallback(wrong_method))
        .route("/api/v1/design/media", post(media::missing).fallback(wrong_method))
        .route("/api/v1/design/media/{hash}", put(media::take).fallback(wrong_method))
        .route("/api/v1/media/{hash}", get(media::give).fallback(wrong_method))
        .route("/api/v1/design/forms/{of}/approve", post(deciding::approve).fallback(wrong_method))
        .route("/api/v1/design/forms/{of}/refuse", post(deciding::refuse).fallback(wrong_method))
        .route("/api/v1/design/forms/{of}/roll-back", post(deciding::roll_back).fallback(wrong_method))
}

/// `GET …/forms`.
async fn list(State(shared): State<Arc<Shared>>, caller: Caller) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::SeeDesigns).await?;
    let current = shared.forms.now().await?;
    who.note(&caller.entry(Event::FormsListed)).await?;
    let mut by_form: BTreeMap<String, Vec<Json>> =
        current.forms.iter().map(|listed| (listed.form.id().to_owned(), Vec::new())).collect();
    for publication in shared.store.publications().await? {
        let said = publication_json(&publication, &caller);
        by_form.entry(publication.form).or_default().push(said);
    }
    let form = |(id, publications): (String, Vec<Json>)| {
        let current = current.of_id(&id).map(|listed| {
            let (form, from) = (&listed.form, if listed.from_folder { "folder" } else { "published" });
            let titles: Map<String, Json> = titles(form);
            json!({"version": form.version(), "hash": form.hash(), "title": titles, "from": from})
        });
        json!({"id": id, "current": current, "publications": publications})
    };
    let forms: Vec<Json> = by_form.into_iter().map(form).collect();
    Ok(answer(StatusCode::OK, &json!({"approval": shared.approve_forms, "forms": forms})))
}

fn publication_json(publication: &Publication, caller: &Caller) -> Json {
    let somebody = |user: &Option<(String, Option<String>)>| {
        user.as_ref().map(|(id, name)| match name {
            Some(name) => json!({"id": id, "name": name}),
            None => json!({ "id": id }),
        })
    };
    let Publication {
        id,
        form,
        hash,
        version,
        note,
        state,
        replaces,
        by,
        made_at,
        decided_by,
        decided_at,
        reason,
    } = publication;
    let mine = by.as_ref().is_some_and(|(user, _)| Some(user) == caller.user.as_ref());
    json!({
        "id": id, "form": form, "version": version, "hash": hash, "note": note, "state": state, "replaces": replaces,
        "by": somebody(by), "mine": mine, "at": made_at, "decided_by": somebody(decided_by), "decided_at": decided_at,
        "reason": reason,
    })
}

/// The publication of that id, as it is told.
async fn told(shared: &Shared, id: &str, caller: &Caller) -> Result<Json, Refusal> {
    let publication = shared.store.publication(id).await?.ok_or_else(unknown)?;
    Ok(publication_json(&publication, caller))
}

/// The user behind a session: whoever may design has one.
fn user_of(caller: &Caller) -> Result<&str, Refusal> {
    caller.user.as_deref().ok_or_else(login_needed)
}

fn checked_note(text: &str) -> Result<&str, Refusal> {
    checked_words("note", text)
}

fn checked_words<'a>(field: &'static str, text: &'a str) -> Result<&'a str, Refusal> {
    let note = text.trim();
    let fits = note.chars().count() <= NOTE_LIMIT
        && note.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
    if fits {
        Ok(note)
    } else {
        Err(fields::bad(field, "up to 500 characters, none of them a control character"))
    }
}

fn form_unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "form_unknown", "there is no such version of this form")
}

/// The publication's id, and whether it is new; else why it was not done.
fn done(outcome: Outcome) -> Result<(String, bool), Refusal> {
    let refusal = |code, reason: &str| Refusal::new(StatusCode::CONFLICT, code, reason);
    Err(match outcome {
        Outcome::Done(id) => return Ok((id, true)),
        Outcome::Again(id) => return Ok((id, false)),
        Outcome::NotCurrent(current) => {
            let current = current.map(|(hash, version)| json!({"hash": hash, "version": version}));
            let reason = "another version is current by now than the one this was made from";
            refusal("not_current", reason).with_current(current.into())
        }
        Outcome::VersionTaken => {
            refusal("version_taken", "the form has another content under this version: give it a new one")
        }
        Outcome::WasInForce => refusal("was_in_force", "this was in force before: roll back to it"),
        Outcome::TooManyWaiting => refusal("too_many_waiting", "twenty versions of this form wait already"),
        Outcome::IsCurrent => refusal("already_current", "this version is current"),
        Outcome::NotWaiting => refusal("not_waiting", "this version does not wait any more"),
        Outcome::Own => refusal("own_version", "another designer has to decide on this"),
        Outcome::Unknown => form_unknown(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_has_a_length_and_no_control_characters() {
        assert_eq!(checked_note("  新版：\n收入改为必填 ").unwrap(), "新版：\n收入改为必填");
        assert!(checked_note(&"字".repeat(500)).is_ok());
        for bad in [&*"字".repeat(501), "a\0b", "a\u{1b}[2J"] {
            assert_eq!(checked_note(bad).unwrap_err().code, "bad_field");
        }
    }
}
