//! Says who sends, with each request, as the target's credential has it.
//!
//! Kept here: no secret gets into an error's words, and a request that needs no login carries none.

mod digest;

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use self::digest::Challenge;
use super::answer::no_answer;
use super::{SendError, SendErrorKind};
use crate::credentials::{Credential, Login};
use crate::transport::{Request, Response, Transport};

/// What in an address stands for the token.
const TOKEN: &str = "{token}";

/// One submission's talk with one target.
pub(crate) struct Exchange<'a, T> {
    transport: &'a T,
    credential: &'a Credential,
    /// What nonces of our own are made from: the submission's hash where there is one, so that a replay is the same.
    seed: &'a str,
    challenge: RefCell<Option<Challenge>>,
}

impl<'a, T: Transport> Exchange<'a, T> {
    pub(crate) fn new(transport: &'a T, credential: &'a Credential, seed: &'a str) -> Exchange<'a, T> {
        Exchange { transport, credential, seed, challenge: RefCell::default() }
    }

    /// Sends a request with the login that it takes.
    ///
    /// # Errors
    /// [`SendError`] if no answer came, or if the address asks for a token that there is not.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, SendError> {
        let request = self.with_login(request)?;
        let (Login::Digest { .. }, again) = (&self.credential.login, request.clone()) else {
            return self.alone(request).await;
        };
        let response = self.alone(self.answered(request)).await?;
        // Asked for the first time, or with a nonce that is no longer good: once more, then it is the login that is wrong.
        let known = self.challenge.borrow().is_some();
        match (response.status, Challenge::best(&response)) {
            (401, Some(challenge)) if !known || challenge.stale => {
                self.challenge.replace(Some(challenge));
                self.alone(self.answered(again)).await
            }
            _ => Ok(response),
        }
    }

    /// Sends a request without a login: to somebody else than the target.
    ///
    /// # Errors
    /// [`SendError`] if no answer came.
    pub(super) async fn alone(&self, request: Request) -> Result<Response, SendError> {
        self.transport.send(request).await.map_err(|error| {
            let error = no_answer(error);
            SendError { words: self.credential.redact(error.words), ..error }
        })
    }

    fn with_login(&self, mut request: Request) -> Result<Request, SendError> {
        match &self.credential.login {
            Login::None | Login::Digest { .. } => {}
            Login::Basic { user, password } => {
                let pair = STANDARD.encode(format!("{user}:{}", password.reveal()));
                request.headers.push(("authorization".into(), format!("Basic {pair}")));
            }
            Login::Bearer(token) => {
                request.headers.push(("authorization".into(), format!("Bearer {}", token.reveal())));
            }
            Login::Token(token) => {
                request.headers.push(("authorization".into(), format!("Token {}", token.reveal())));
            }
            Login::Address(token) => request.url = request.url.replace(TOKEN, token.reveal()),
        }
        match request.url.contains(TOKEN) {
            true => Err(SendError {
                words: "no token for this target".into(),
                ..SendErrorKind::LoginNeeded.alone()
            }),
            false => Ok(request),
        }
    }

    /// The request with the proof that the last challenge asked for.
    fn answered(&self, mut request: Request) -> Request {
        if let (Login::Digest { user, password }, Some(challenge)) =
            (&self.credential.login, &mut *self.challenge.borrow_mut())
        {
            let header = challenge.answer(user, password.reveal(), &request, self.seed);
            request.headers.push(("authorization".into(), header));
        }
        request
    }
}
