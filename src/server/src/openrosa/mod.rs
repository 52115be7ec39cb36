//! The server as ODK Collect knows one: form list, forms, manifests, media, and submissions in parts
//! (OpenRosa 1.0: *Form Discovery*, *Form Submission*, *HTTP Request*).
//!
//! `pieces ← parts`, `answer ← asker`; from these `forms`, `instance ← submission`, and `waiting`, for the office. An address is `…/openrosa`, where Collect logs in by name and password, or
//! `…/openrosa/key/TOKEN` with a device's token. Kept here: an instance becomes one submission, by the same way as any other
//! (`intake`); what was answered with 201 is on the disk; what was refused left nothing; a token is in no log, since only
//! patterns of addresses are written there.

mod answer;
mod asker;
mod forms;
mod instance;
mod lists;
mod parts;
mod pieces;
mod submission;
mod waiting;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, head};

use crate::Shared;
use answer::{no_such_address, wrong_method};

pub(crate) use forms::XForms;

/// Where it is: openly or by name and password, and by a device's token.
const BASES: [&str; 2] = ["/openrosa", "/openrosa/key/{token}"];

/// All addresses.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let mut router = Router::new();
    for base in BASES {
        let at = |path: &str| format!("{base}{path}");
        let route = |methods: axum::routing::MethodRouter<Arc<Shared>>| methods.fallback(wrong_method);
        router = router
            .route(&at("/formList"), route(get(forms::list)))
            .route(&at("/forms/{hash}/form.xml"), route(get(forms::form)))
            .route(&at("/forms/{hash}/manifest"), route(get(forms::manifest)))
            .route(&at("/forms/{hash}/media/{name}"), route(get(forms::media)))
            .route(&at("/submission"), route(head(submission::head).post(submission::post)));
    }
    router = router.merge(waiting::routes());
    // Else the app's page would answer in its place.
    for rest in ["/openrosa", "/openrosa/", "/openrosa/{*rest}"] {
        router = router.route(rest, any(no_such_address));
    }
    router
}
