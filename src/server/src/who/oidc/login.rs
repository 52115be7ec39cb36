//! A login from its beginning to a user: what goes to the provider, what comes back, and whom it is here.
//!
//! Kept here: whatever goes wrong is told to whoever tried in fixed words, and to the log without anything of a person's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::Who;
use super::super::audit::{Entry, Event};
use super::super::caller::Origin;
use super::super::fields;
use super::super::rights::Standing;
use super::super::secret::Token;
use super::super::users::User;
use super::Oidc;
use super::claims::Claims;
use super::id_token::Expected;
use super::provider::{Failure, Given};
use crate::listen::now_ms;
use crate::store::StoreError;

/// The longest code that is taken back.
const CODE: usize = 4 << 10;

/// Why somebody does not get in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// The login is over, used, or of another browser.
    State,
    /// The provider says no, or somebody turned back there.
    Denied,
    /// The provider's word is not good.
    NotGood,
    /// The provider can't be asked.
    Away,
    /// Too many are waiting.
    Busy,
    /// They have no role here.
    NoRole,
    /// An administrator has shut them out.
    Disabled,
    /// A fault of ours.
    Fault,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        tracing::error!(target: "doorstep", what = %error, "fault");
        Stop::Fault
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        let (what, stop) = match failure {
            Failure::Away(what) => (what, Stop::Away),
            Failure::Code => ("it does not take the code", Stop::NotGood),
            Failure::Token(bad) => (bad.words(), Stop::NotGood),
        };
        tracing::warn!(target: "doorstep", what, "the OpenID provider");
        stop
    }
}

/// What a login is finished with. Sealed, in the database, for ten minutes at most.
#[derive(Serialize, Deserialize)]
struct Begun {
    nonce: String,
    verifier: String,
    redirect: String,
    goes_to: String,
}

/// Where a browser is sent, and what it has to bring back beside the state.
pub(super) struct Sent {
    pub(super) address: String,
    pub(super) browser: Token,
}

/// Who came back.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) user: User,
    /// Was a second factor shown there, as far as the office counts it?
    pub(super) factor: bool,
    pub(super) goes_to: String,
}

/// What a provider sends somebody back with.
#[derive(Clone, Default)]
pub(super) struct Brought {
    pub(super) state: Option<String>,
    pub(super) code: Option<String>,
    pub(super) error: Option<String>,
    pub(super) iss: Option<String>,
}

impl Oidc {
    /// Begins a login (Core §3.1.2.1).
    pub(super) async fn begin(&self, who: &Who, origin: &Origin, goes_to: String) -> Result<Sent, Stop> {
        let configuration = self.configuration.clone();
        let provider = self.provider.clone();
        let endpoints = self.off_thread(move || provider.endpoints(&configuration)).await?;
        let redirect = self.redirect(origin).ok_or(Stop::Fault)?;
        let (state, browser) = (Token::new(), Token::new());
        let random = || Token::new().reveal().to_owned();
        let begun = Begun { nonce: random(), verifier: random(), redirect, goes_to };
        let plain = serde_json::to_vec(&begun).expect("it is texts");
        if !who.keep_login(&state, &browser, &plain, now_ms()).await? {
            return Err(Stop::Busy);
        }
        Ok(Sent { address: self.address(&endpoints.authorization, &begun, &state), browser })
    }

    fn address(&self, authorization: &str, begun: &Begun, state: &Token) -> String {
        let configuration = &self.configuration;
        // RFC 7636 §4.2 has SHA-256, whatever the office's own ciphers are.
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.as_bytes()));
        let scopes = std::iter::once("openid").chain(configuration.scopes.iter().map(String::as_str));
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &configuration.client_id)
            .append_pair("redirect_uri", &begun.redirect)
            .append_pair("scope", &scopes.collect::<Vec<_>>().join(" "))
            .append_pair("state", state.reveal())
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !configuration.factor.acr.is_empty() {
            query.append_pair("acr_values", &configuration.factor.acr.join(" "));
        }
        let join = if authorization.contains('?') { '&' } else { '?' };
        format!("{authorization}{join}{}", query.finish())
    }

    /// Where the provider sends people back to.
    fn redirect(&self, origin: &Origin) -> Option<String> {
        let server = self.configuration.server.clone().or_else(|| origin.server())?;
        Some(format!("{server}{}", super::routes::CALLBACK))
    }

    /// Finishes a login that came back.
    pub(super) async fn finish(
        &self,
        who: &Who,
        brought: Brought,
        browser: Option<Token>,
    ) -> Result<Came, Stop> {
        let begun = self.take(who, &brought, browser).await?;
        self.check_issuer(&brought).await?;
        if brought.error.is_some() {
            return Err(Stop::Denied);
        }
        let code = brought.code.filter(|code| !code.is_empty() && code.len() <= CODE).ok_or(Stop::NotGood)?;
        let (configuration, provider) = (self.configuration.clone(), self.provider.clone());
        let Begun { nonce, verifier, redirect, goes_to } = begun;
        let ask = move || {
            let given = Given { code: &code, redirect: &redirect, verifier: &verifier };
            let (issuer, client_id) = (&*configuration.issuer, &*configuration.client_id);
            let expected = Expected { issuer, client_id, nonce: &nonce, now: now_ms() / 1_000 };
            provider.claims(&configuration, &given, expected)
        };
        let claims = self.off_thread(ask).await?;
        let user = self.user(who, &claims).await?;
        let factor = claims.has_factor(&self.configuration.factor);
        Ok(Came { user, factor, goes_to })
    }

    /// What the login began with: once, and for the browser that began it.
    async fn take(&self, who: &Who, brought: &Brought, browser: Option<Token>) -> Result<Begun, Stop> {
        let state = brought.state.as_deref().and_then(Token::parse).ok_or(Stop::State)?;
        let browser = browser.ok_or(Stop::State)?;
        let plain = who.take_login(&state, &browser, now_ms()).await?.ok_or(Stop::State)?;
        serde_json::from_slice(&plain).map_err(|_| Stop::State)
    }

    /// Is it this provider that sent somebody back (RFC 9207 §2.4)?
    async fn check_issuer(&self, brought: &Brought) -> Result<(), Stop> {
        let (configuration, provider) = (self.configuration.clone(), self.provider.clone());
        let endpoints = self.off_thread(move || provider.endpoints(&configuration)).await?;
        let fits = match &brought.iss {
            Some(issuer) => *issuer == self.configuration.issuer,
            None => !endpoints.says_issuer,
        };
        if fits {
            return Ok(());
        }
        tracing::warn!(target: "doorstep", what = "another issuer sent somebody back", "the OpenID provider");
        Err(Stop::NotGood)
    }

    /// Whom the claims are about here: somebody who is linked, is linked now, or is made now.
    async fn user(&self, who: &Who, claims: &Claims) -> Result<User, Stop> {
        let subject = claims.text("sub").ok_or(Stop::NotGood)?;
        let key = who.subject_key(&self.configuration.issuer, subject);
        let linked = who.linked(&self.configuration.issuer, &key).await?;
        let standing = match claims.standing(&self.configuration.rules) {
            Ok(standing) => standing,
            Err(unfit) => {
                tracing::warn!(target: "doorstep", what = %unfit, "the OpenID provider");
                // Whoever had a role and has none any more is out at once, wherever else they are logged in.
                if let Some(user) = &linked {
                    who.end_sessions(&user.id, None).await?;
                }
                return Err(not_here(who, linked.as_ref(), Stop::NoRole).await);
            }
        };
        let mut user = match linked {
            Some(user) => user,
            None => self.new_user(who, claims, &key, &standing).await?,
        };
        if user.disabled {
            return Err(not_here(who, Some(&user), Stop::Disabled).await);
        }
        if user.standing == standing {
            return Ok(user);
        }
        who.set_standing(&user.id, &standing).await?;
        who.note(&Entry::of(Event::RoleChanged).to(&user.id)).await?;
        user.standing = standing;
        Ok(user)
    }

    async fn new_user(
        &self,
        who: &Who,
        claims: &Claims,
        key: &str,
        standing: &Standing,
    ) -> Result<User, Stop> {
        let (issuer, now) = (&self.configuration.issuer, now_ms());
        let name = claims.text(&self.configuration.user_name).and_then(|name| fields::user_name(name).ok());
        if self.configuration.link_users
            && let Some(name) = &name
            && let Some(user) = who.user_named(name).await?
        {
            // Only whose role comes this way: else a name chosen there would be a way to become an administrator here.
            let may = self.configuration.may.contains(&user.standing.role) && !user.disabled;
            if !may || !who.link(issuer, key, &user.id, now).await? {
                return Err(not_here(who, Some(&user), Stop::NoRole).await);
            }
            who.note(&Entry::of(Event::UserLinked).to(&user.id)).await?;
            return who.user(&user.id).await?.ok_or(Stop::Fault);
        }
        if !self.configuration.make_users {
            return Err(not_here(who, None, Stop::NoRole).await);
        }
        // A name that is taken, or none of ours, is replaced by one that says nothing.
        let plain = format!("u-{}", &key[..12]);
        for name in name.into_iter().chain([plain]) {
            if let Some(id) = who.make_linked_user(issuer, key, &name, standing, now).await? {
                who.note(&Entry::of(Event::UserMade).to(&id)).await?;
                return who.user(&id).await?.ok_or(Stop::Fault);
            }
            // Two first logins at once: the other one was faster.
            if let Some(user) = who.linked(issuer, key).await? {
                return Ok(user);
            }
        }
        Err(Stop::Fault)
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Stop> {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Err(Stop::Busy) };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        Ok(done.await.map_err(|_| Stop::Fault)??)
    }
}

/// Why somebody whom the provider knows does not get in here, noted.
async fn not_here(who: &Who, user: Option<&User>, stop: Stop) -> Stop {
    match note_refused(who, user.map(|user| &*user.id)).await {
        Ok(()) => stop,
        Err(error) => error.into(),
    }
}

/// Notes that somebody did not get in.
pub(super) async fn note_refused(who: &Who, user: Option<&str>) -> Result<(), StoreError> {
    who.note(&Entry { user: user.map(str::to_owned), ..Entry::of(Event::LoginByProviderRefused) }).await
}
