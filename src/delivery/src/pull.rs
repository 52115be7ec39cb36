//! What comes down: forms and entities, page by page, from Doorstep's server, in the order in which they changed there.
//!
//! Kept here: the place in the server's feed moves in the transaction that keeps what was read up to there, so that a killed tab
//! neither skips anything nor has half of it; a page that another tab took meanwhile is taken once. What is not there any more
//! may not be begun, and goes only when no draft and nothing unsent needs it. Nothing but the server's own words takes anything away.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep_engine::{Bundle, Diagnostic, Form};

use crate::backend::doorstep::{Doorstep, refusal};
use crate::backend::login::Exchange;
use crate::backend::{SendError, SendErrorKind};
use crate::form_version::FormVersion;
use crate::store::{Store, StoreError, StoreErrorKind};
use crate::transport::{Method, Request, Response, Transport};

mod page;
mod pulled;

pub use pulled::{Came, ENTITY, FORM, KINDS, Pulled, Thing};

use page::{Page, Told};

/// How long an answer may take. A form with its lists is a few megabytes at most.
const TIMEOUT_MS: u32 = 60_000;
/// What nonces are made from where a login needs them; what comes down is nobody's in particular.
const SEED: &str = "changes";

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Has anything on the device changed?
    pub changed: bool,
    /// Did the server itself answer, if only to say no?
    pub reached: bool,
    /// Forms that are offered and have mistakes; what was here of them stays.
    pub broken: Vec<BrokenForm>,
    /// Why it ended before everything was here; the next run goes on from there.
    pub stopped: Option<Stop>,
}

/// A form that does not check.
#[derive(Clone, Debug)]
pub struct BrokenForm {
    /// Its id, as the server has it.
    pub id: String,
    /// Its files, for the positions.
    pub bundle: Arc<Bundle>,
    /// Everything that is wrong, errors and warnings.
    pub diagnostics: Arc<Vec<Diagnostic>>,
}

/// Why a run ended early.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// This device was revoked. `device`: the id that the server knows it by, where it says so.
    Revoked {
        /// Its own id, so that it can tell that it is meant.
        device: Option<String>,
    },
    /// The server, in its own words, wants to know who asks.
    LoginNeeded,
    /// No answer, or one that is no help.
    Answer(SendError),
    /// Another tab took a page meanwhile, and goes on.
    Elsewhere,
    /// The device could not keep it.
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        match error.kind {
            StoreErrorKind::Conflict => Stop::Elsewhere,
            _ => Stop::Store(error),
        }
    }
}

/// Takes down what has changed since the last run, to the end of the feed or to the first thing that hinders it.
pub async fn pull<S: Store, T: Transport>(store: &S, transport: &T, server: &Doorstep) -> Run {
    let exchange = Exchange::new(transport, &server.credential, SEED);
    let mut pulling = Pulling { store, exchange, server, run: Run::default(), tried: BTreeSet::new() };
    let stopped = pulling.go().await.err();
    let Pulling { mut run, .. } = pulling;
    run.reached |= matches!(&stopped, Some(Stop::Revoked { .. } | Stop::LoginNeeded));
    run.stopped = stopped;
    run
}

impl Pulled {
    /// A form is told of: what was told of it before, in this page or an earlier one, holds no more.
    fn told_of(&mut self, came: &mut Vec<Came>, id: &str) -> Thing {
        self.pending.retain(|waiting| waiting.form.id != id);
        came.retain(|came| *came != Came::FormGone(id.to_owned()));
        Thing::form(id)
    }
}

/// A run under way.
struct Pulling<'a, S, T> {
    store: &'a S,
    exchange: Exchange<'a, T>,
    server: &'a Doorstep,
    run: Run,
    /// The hashes that this run asked for: once is enough.
    tried: BTreeSet<String>,
}

impl<S: Store, T: Transport> Pulling<'_, S, T> {
    async fn go(&mut self) -> Result<(), Stop> {
        let mut at = self.store.pulled().await?.for_this_build();
        let mut hindrance = None;
        loop {
            let page = self.ask(&at).await?;
            self.run.reached = true;
            let more = page.more;
            if more && page.next == at.cursor {
                return Err(not_the_server("a page that leads nowhere"));
            }
            at = self.take(&at, page).await?;
            // With what an earlier run was told of and did not get, unless the page says otherwise.
            hindrance = self.fetch(&mut at).await?.or(hindrance);
            if !more {
                return hindrance.map_or(Ok(()), |error| Err(Stop::Answer(error)));
            }
        }
    }

    async fn ask(&self, at: &Pulled) -> Result<Page, Stop> {
        let answer = self.get(&format!("/api/v1/changes?since={}", at.cursor)).await?;
        match answer.status {
            200 => Page::read(&answer.body).ok_or_else(|| not_the_server("no page of changes")),
            _ => Err(stop(&answer)),
        }
    }

    /// Keeps a page with the place after it.
    async fn take(&mut self, at: &Pulled, page: Page) -> Result<Pulled, Stop> {
        let here = self.store.forms().await?.items;
        let current = |id: &str| here.iter().find(|version| version.current && version.form.id == id);
        let (mut next, mut came) = (at.clone(), Vec::new());
        next.cursor = page.next;
        if page.anew {
            next.seen = Some(BTreeSet::new());
            came.push(Came::EntitiesAnew);
        }
        for told in page.told {
            match told {
                Told::Form(version) => {
                    let thing = next.told_of(&mut came, &version.form.id);
                    if current(&thing.id).is_none_or(|here| {
                        here.form.hash != version.form.hash || here.residents != version.residents
                    }) {
                        next.pending.push(version);
                    }
                    next.seen.iter_mut().for_each(|seen| seen.extend([thing.clone()]));
                }
                Told::FormGone(id) => {
                    let thing = next.told_of(&mut came, &id);
                    next.seen.iter_mut().for_each(|seen| seen.retain(|other| *other != thing));
                    came.push(Came::FormGone(thing.id));
                }
                // In their order: what is told last of one holds.
                Told::Entity(entity) => came.push(Came::Entity(entity)),
                Told::EntityGone(list, id) => came.push(Came::EntityGone(list, id)),
            }
        }
        if let (false, Some(seen)) = (page.more, &next.seen) {
            // Begun anew and come to the end: what was not named is not there any more.
            let is_seen = |id: &str| seen.contains(&Thing::form(id));
            next.pending.retain(|waiting| is_seen(&waiting.form.id));
            let unseen = here.iter().filter(|version| version.current && !is_seen(&version.form.id));
            came.extend(unseen.map(|version| Came::FormGone(version.form.id.clone())));
            next.seen = None;
        }
        came.retain(|came| !matches!(came, Came::FormGone(id) if current(id).is_none()));
        self.keep(at, next, &came).await
    }

    /// Keeps what came with the place; a run that finds nothing new writes nothing.
    async fn keep(&mut self, at: &Pulled, next: Pulled, came: &[Came]) -> Result<Pulled, Stop> {
        if came.is_empty() && next == *at {
            return Ok(next);
        }
        let next = Pulled { turn: at.turn + 1, ..next };
        self.store.take_pull(&next, came).await?;
        self.run.changed |= came.iter().any(|came| *came != Came::EntitiesAnew);
        Ok(next)
    }

    /// Fetches the forms that were told of, each kept as it comes: one that does not come holds up no other. Gives why one did not.
    ///
    /// # Errors
    /// [`Stop`] where asking for the next one is of no use.
    async fn fetch(&mut self, at: &mut Pulled) -> Result<Option<SendError>, Stop> {
        let mut hindrance = None;
        for version in at.pending.clone() {
            if !self.tried.insert(version.form.hash.clone()) {
                continue;
            }
            match self.bundle(&version).await? {
                Ok(Some(bundle)) => {
                    let mut next = at.clone();
                    next.pending.retain(|waiting| waiting.form.hash != version.form.hash);
                    *at = self.keep(at, next, &[Came::Form(version, bundle)]).await?;
                }
                Ok(None) => {}
                Err(error) => hindrance = Some(error),
            }
        }
        Ok(hindrance)
    }

    /// A form's bundle, from the device where it is there still. Nothing: the form has mistakes, which are in the run.
    async fn bundle(&mut self, version: &FormVersion) -> Result<Result<Option<String>, SendError>, Stop> {
        let hash = &version.form.hash;
        match self.store.load_form(hash).await {
            Ok(Some(kept)) => return Ok(Ok(Some(kept))),
            // A damaged one is fetched anew.
            Ok(None) | Err(StoreError { kind: StoreErrorKind::Unreadable, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let answer = self.get(&format!("/api/v1/forms/{hash}")).await?;
        if answer.status != 200 {
            let error = refusal(&answer);
            return match (stop(&answer), error.kind) {
                (stop @ Stop::Revoked { .. }, _) => Err(stop),
                (stop, SendErrorKind::LoginNeeded | SendErrorKind::Busy) => Err(stop),
                _ => Ok(Err(error)),
            };
        }
        let text = String::from_utf8(answer.body).ok();
        let bundle = text.as_deref().and_then(|text| Bundle::from_json(text).ok());
        let (Some(text), Some(bundle)) = (text, bundle.filter(|bundle| bundle.hash() == *hash)) else {
            return Ok(Err(SendErrorKind::NotTheServer.alone()));
        };
        let checked = Form::read(&bundle);
        match checked.form {
            Some(form) if form.id() == version.form.id => Ok(Ok(Some(text))),
            Some(_) => Ok(Err(SendErrorKind::NotTheServer.alone())),
            None => {
                self.run.broken.push(BrokenForm {
                    id: version.form.id.clone(),
                    bundle: Arc::new(bundle),
                    diagnostics: Arc::new(checked.diagnostics),
                });
                Ok(Ok(None))
            }
        }
    }

    async fn get(&self, path: &str) -> Result<Response, Stop> {
        let request = Request {
            method: Method::Get,
            url: format!("{}{path}", self.server.base_url),
            headers: vec![("accept".into(), "application/json".into())],
            body: None,
            timeout_ms: TIMEOUT_MS,
        };
        self.exchange.send(request).await.map_err(Stop::Answer)
    }
}

/// What an answer that is no help means.
fn stop(answer: &Response) -> Stop {
    let error = refusal(answer);
    match error.kind {
        SendErrorKind::DeviceRevoked => Stop::Revoked { device: page::device_of(&answer.body) },
        // A portal says nothing in our server's language.
        SendErrorKind::LoginNeeded if !error.words.is_empty() => Stop::LoginNeeded,
        _ => Stop::Answer(error),
    }
}

fn not_the_server(words: &str) -> Stop {
    Stop::Answer(SendError { status: Some(200), words: words.into(), ..SendErrorKind::NotTheServer.alone() })
}

#[cfg(test)]
mod tests;
