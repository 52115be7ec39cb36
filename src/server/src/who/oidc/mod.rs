//! Logging in at the office's own OpenID provider: authorization code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636).
//!
//! `configuration, keys, claims ← id_token ← provider ← login ← routes`, with `rows` (the database's) and `pages` beside them.
//!
//! Kept here: a login ends in the browser that began it, once, within ten minutes; the provider's word is taken only as a signed
//! token for this server and this login; who gets which role is in the office's file alone, and is asked anew at every login, so
//! that whoever was removed there is out at the end of the session.

mod claims;
mod configuration;
mod id_token;
mod keys;
mod login;
mod pages;
mod provider;
mod routes;
mod rows;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Semaphore;

use configuration::Configuration;
pub use configuration::OidcError;
use provider::Provider;
pub(crate) use routes::{CODE, START, routes};

/// How many logins may wait for the provider at once; more are told to come again.
const AT_ONCE: usize = 16;

/// The office's provider, and how far it is believed.
#[derive(Clone, Debug)]
pub(crate) struct Oidc {
    configuration: Arc<Configuration>,
    provider: Arc<Provider>,
    places: Arc<Semaphore>,
}

impl Oidc {
    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        &self.configuration.name
    }
}

/// The provider that a file describes, if there is one. Nothing is asked of it yet: a server starts without it.
///
/// # Errors
/// [`OidcError`].
pub(crate) fn open(file: Option<&Path>) -> Result<Option<Oidc>, OidcError> {
    let Some(file) = file else { return Ok(None) };
    let configuration = Arc::new(Configuration::read(file)?);
    let provider = Arc::new(Provider::new());
    Ok(Some(Oidc { configuration, provider, places: Arc::new(Semaphore::new(AT_ONCE)) }))
}
