//! Passes submissions on to servers that answer no browser of another origin, from a queue that survives the process.
//!
//! Kept here: what is to be passed on is kept in the submission's own transaction; nothing leaves the queue without the target's
//! receipt; each target has a courier of its own, so that a silent one holds up no other; credentials never leave this folder.

mod clock;
mod courier;
mod routes;
mod targets;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::{FormRef, Moment, OutboxItem, State, Uuid};
use tokio::sync::{Notify, mpsc, watch};

use crate::attachments::Shelf;
use crate::metrics::{head, line};
use crate::store::{Relayed, Store, StoreError};
use courier::Courier;

pub use clock::Clock;
pub(crate) use routes::routes;
pub use targets::RelayError;
pub(crate) use targets::read_private;

/// How long a send that has begun may take once the server is told to stop.
const LAST_SENDS: Duration = Duration::from_secs(10);
/// How long the counts are believed: whoever reads them again and again makes the database count once.
const COUNTS_AGE: Duration = Duration::from_secs(15);

/// Where submissions are passed on to.
#[derive(Clone, Debug)]
pub struct Relaying {
    /// The targets: a `backend.json`.
    pub backends: PathBuf,
    /// Their credentials, in a file that only its owner may read.
    pub secrets: Option<PathBuf>,
    /// What time it is.
    pub clock: Clock,
}

/// The relay, as routes see it.
pub(crate) struct Relay {
    posts: Vec<Arc<Post>>,
    pub(crate) clock: Clock,
    /// The database's counts, and when they were asked for.
    counts: Mutex<Option<(Instant, Vec<Count>)>>,
}

/// Target, state, how many, and since when the oldest (milliseconds since 1970).
type Count = (String, String, i64, i64);

/// A target, and what is told to its courier.
struct Post {
    given: targets::Given,
    /// There is something new.
    new: Notify,
    /// Somebody asked for it: the target is tried even if it was left alone for a while.
    asked: Notify,
    /// Outcomes of this process's tries.
    outcomes: Mutex<BTreeMap<&'static str, AtomicU64>>,
}

impl Post {
    fn name(&self) -> &str {
        &self.given.0.name
    }

    fn count(&self, outcome: &'static str) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        crate::metrics::count(outcomes.entry(outcome).or_default());
    }
}

impl Relay {
    /// With the targets that the office has written down, or none.
    pub(crate) fn open(relaying: Option<&Relaying>) -> Result<Relay, RelayError> {
        let given = match relaying {
            Some(relaying) => targets::read(&relaying.backends, relaying.secrets.as_deref())?,
            None => Vec::new(),
        };
        let post = |given| {
            let (new, asked) = (Notify::new(), Notify::new());
            Arc::new(Post { given, new, asked, outcomes: Mutex::default() })
        };
        let clock = relaying.map_or_else(Clock::system, |relaying| relaying.clock.clone());
        Ok(Relay { posts: given.into_iter().map(post).collect(), clock, counts: Mutex::default() })
    }

    /// The targets' names.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &str> {
        self.posts.iter().map(|post| post.name())
    }

    fn post(&self, target: &str) -> Option<&Arc<Post>> {
        self.posts.iter().find(|post| post.name() == target)
    }

    /// What is to be passed on of a submission that is about to be kept.
    pub(crate) fn items(
        &self,
        sealed: &Sealed,
        hash: &str,
        size: usize,
        received_at: i64,
    ) -> Vec<OutboxItem> {
        let takers = self.posts.iter().filter(|post| post.given.0.takes(&sealed.form.id));
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        takers
            .map(|post| item(sealed.id, post.name(), hash, sealed.form.clone(), size, received_at))
            .collect()
    }

    /// Tells the couriers that there is something new.
    pub(crate) fn tell(&self, items: &[OutboxItem]) {
        for post in items.iter().filter_map(|item| self.post(&item.target)) {
            post.new.notify_one();
        }
    }

    /// Sends the couriers out. They need a store, and the shelf with the attachments.
    pub(crate) fn start(&self, store: &Store, shelf: &Arc<dyn Shelf>) -> Couriers {
        let (stop, stopped) = watch::channel(false);
        let (gone, all_gone) = mpsc::channel(1);
        for post in &self.posts {
            let courier = Courier::new(post.clone(), store.clone(), shelf.clone(), self.clock.clone());
            let (stopped, gone) = (stopped.clone(), gone.clone());
            tokio::spawn(async move {
                courier.run(stopped).await;
                drop(gone);
            });
        }
        Couriers { stop, all_gone }
    }

    /// Names in the log what waits for targets that are no longer configured: it stays, and nobody sends it.
    pub(crate) async fn tell_of_strangers(&self, store: &Store) -> Result<(), StoreError> {
        for (target, state, count, _) in store.relay_counts().await? {
            if state != "delivered" && self.post(&target).is_none() {
                tracing::warn!(target: "doorstep", to = target, state, count, "kept for a target that is not configured");
            }
        }
        Ok(())
    }

    /// The counts for Prometheus; nothing of the database's while it can't be asked.
    pub(crate) async fn text(&self, store: &Store) -> String {
        let mut text = String::new();
        if let Ok(counts) = self.counts(store).await {
            let name = "doorstep_relay_items";
            head(&mut text, name, "gauge", "Submissions for other servers, by target and state.");
            for (target, state, count, _) in &counts {
                line(&mut text, name, &[("target", target), ("state", state)], count);
            }
            self.ages_into(&mut text, &counts);
        }
        let name = "doorstep_relay_sends_total";
        head(&mut text, name, "counter", "Tries of this process, by what came of them.");
        for post in &self.posts {
            for (outcome, count) in &*post.outcomes.lock().unwrap_or_else(PoisonError::into_inner) {
                let labels = [("target", post.name()), ("outcome", outcome)];
                line(&mut text, name, &labels, count.load(Ordering::Relaxed));
            }
        }
        text
    }

    fn ages_into(&self, text: &mut String, counts: &[Count]) {
        let now = self.clock.now();
        let mut oldest: BTreeMap<&str, i64> = self.targets().map(|target| (target, now)).collect();
        for (target, _, _, since) in counts.iter().filter(|(_, state, ..)| state != "delivered") {
            let known = oldest.entry(target).or_insert(now);
            *known = (*known).min(*since);
        }
        let name = "doorstep_relay_oldest_seconds";
        head(text, name, "gauge", "Age of the oldest that has no receipt, refused ones included.");
        for (target, since) in oldest {
            line(text, name, &[("target", target)], now.saturating_sub(since) / 1_000);
        }
    }

    async fn counts(&self, store: &Store) -> Result<Vec<Count>, StoreError> {
        let known = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((asked, counts)) if asked.elapsed() < COUNTS_AGE => Ok(counts),
            Some(_) | None => {
                let counts = store.relay_counts().await?;
                let now = Some((Instant::now(), counts.clone()));
                *self.counts.lock().unwrap_or_else(PoisonError::into_inner) = now;
                Ok(counts)
            }
        }
    }

    /// Queues what is here already for a target that was configured later: submissions received since a time, after one.
    /// Gives how many are new in the queue, and the last submission that was looked at, unless it was the last of all.
    pub(crate) async fn catch_up(
        &self,
        store: &Store,
        target: &str,
        since: i64,
        after: &str,
    ) -> Result<(u64, Option<String>), StoreError> {
        const PAGE: i64 = 500;
        let Some(post) = self.post(target) else { return Ok((0, None)) };
        let page = store.submissions_since(after, since, PAGE).await?;
        let last = page.last().map(|(id, ..)| id.clone());
        let is_full = page.len() as i64 == PAGE;
        let items: Vec<OutboxItem> = page
            .into_iter()
            .filter(|(_, form, ..)| post.given.0.takes(form))
            .filter_map(|(id, form, version, form_hash, hash, size, received_at)| {
                let form = FormRef { id: form, version, hash: form_hash };
                Some(item(Uuid::try_parse(&id).ok()?, target, &hash, form, size.unsigned_abs(), received_at))
            })
            .collect();
        let new = store.relay(Relayed { items: &items, now: self.clock.now() }).await?;
        post.new.notify_one();
        Ok((new, last.filter(|_| is_full)))
    }
}

/// An item for the queue. Without the submission's name, which is mostly a person's: whoever may read it reads the submission.
fn item(id: Uuid, target: &str, hash: &str, form: FormRef, size: u64, received_at: i64) -> OutboxItem {
    OutboxItem {
        id,
        target: target.to_owned(),
        hash: hash.to_owned(),
        form,
        name: String::new(),
        for_office: false,
        finished_at: Moment { ms: received_at, utc_offset_minutes: 0 },
        size,
        attempts: 0,
        arrived: Vec::new(),
        state: State::Queued,
    }
}

/// The couriers on their way.
pub(crate) struct Couriers {
    stop: watch::Sender<bool>,
    /// Closed when the last of them is gone.
    all_gone: mpsc::Receiver<()>,
}

impl Couriers {
    /// Tells them to begin nothing any more.
    pub(crate) fn tell_to_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until what was being sent is done, but not for long: what is left is claimed for a while, and then anybody's to send again.
    pub(crate) async fn stopped(mut self) {
        self.tell_to_stop();
        if tokio::time::timeout(LAST_SENDS, self.all_gone.recv()).await.is_err() {
            tracing::warn!(target: "doorstep", "stopped in the middle of passing on a submission: it is sent again");
        }
    }
}
