//! Who asks, and at which address: found out before anything else of a request is looked at.
//!
//! Kept here: whoever may not send a submission gets nothing here; a credential that is shown must be good, also where none is
//! needed; a browser's cookie is none.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

use super::answer::Refused;
use crate::Shared;
use crate::answer::Refusal;
use crate::api::sender;
use crate::changes::viewer;
use crate::listen::now_ms;
use crate::store::{Sender, Viewer};
use crate::who::basic::Basic;
use crate::who::caller::{Caller, Origin, by_token, count_request, login_needed};
use crate::who::secret::Token;
use crate::who::session::bearer;

/// Somebody who may send.
pub(super) struct Asker {
    pub(super) sender: Sender,
    /// What they see of the feed.
    pub(super) viewer: Viewer,
    /// The address that the program was given: `https://survey.example.cn/openrosa`.
    pub(super) base: String,
}

impl FromRequestParts<Arc<Shared>> for Asker {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Asker, Refused> {
        let who = &shared.who;
        let origin = Origin::of_request(&parts.headers, &parts.extensions, who.access.behind_proxy);
        let key = key(parts.uri.path());
        let found = match key {
            Some(key) => by_key(shared, key).await.map(Some)?,
            None => by_header(shared, parts, &origin).await.map_err(Refused::challenging)?,
        };
        if let Some(caller) = &found {
            count_request(who, caller)?;
        }
        let viewer = viewer(found.as_ref());
        let sender = sender(who, found).await.map_err(Refused::challenging)?;
        let server = origin
            .server()
            .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "no_host", "the request names no host"))?;
        let base = match key {
            Some(key) => format!("{server}/openrosa/key/{key}"),
            None => format!("{server}/openrosa"),
        };
        Ok(Asker { sender, viewer, base })
    }
}

/// The token in an address.
fn key(path: &str) -> Option<&str> {
    path.strip_prefix("/openrosa/key/")?.split('/').next()
}

async fn by_key(shared: &Shared, key: &str) -> Result<Caller, Refusal> {
    let token = Token::parse(key).ok_or_else(login_needed)?;
    by_token(&shared.who, &token, now_ms()).await
}

async fn by_header(shared: &Shared, parts: &Parts, origin: &Origin) -> Result<Option<Caller>, Refusal> {
    let Some(shown) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let words = shown.to_str().ok().and_then(|text| text.split_once(' '));
    if let Some((_, credentials)) = words.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")) {
        let shown = Basic::parse(credentials).ok_or_else(login_needed)?;
        return shared.who.by_password(origin, shown).await.map(Some);
    }
    let token = bearer(&parts.headers).flatten().ok_or_else(login_needed)?;
    by_token(&shared.who, &token, now_ms()).await.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_part_of_the_address() {
        assert_eq!(key("/openrosa/key/abc/formList"), Some("abc"));
        assert_eq!(key("/openrosa/formList"), None);
        assert_eq!(key("/openrosa/key/"), Some(""));
        assert_eq!(key("/app/openrosa/key/abc"), None);
    }
}
