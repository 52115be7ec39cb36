//! A small world in which everything goes wrong, by seed: the real delivery code over the memory twins.
//!
//! The store aborts, fills up, dies before and after a commit and forgets what was not strict; the network drops before and
//! after the server's commit, repeats, and answers in the server's place; the clock jumps. After every event this holds:
//! what was shown as kept is there (I1); what is sealed is on the device or receipted (I2); the server has each id once,
//! with one hash (I3); nothing left the outbox that the server does not have (I4).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::backend::doorstep::Doorstep;
use crate::deliver::deliver;
use crate::draft::{Cursor, Draft, DraftProgress, FormRef, new_id};
use crate::memory_store::{Fault, MemoryStore, ready};
use crate::moment::Moment;
use crate::outbox::{OutboxItem, State, Wake};
use crate::step::{self, Change, Step};
use crate::store::{Store, StoreErrorKind};
use crate::submission::{Submission, content_hash};
use crate::transport::{MemoryTransport, NetworkError, NetworkErrorKind, Request, Response};

const SEEDS: u64 = 300;
const EVENTS: u32 = 80;

#[test]
fn nothing_is_lost_and_nothing_is_there_twice() {
    let mut faults = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..EVENTS {
            world.event();
            world.check();
        }
        world.heal();
        for (fault, times) in world.faults.into_inner() {
            *faults.entry(fault).or_insert(0) += times;
        }
    }
    println!("{SEEDS} seeds, {faults:?}");
    assert!(faults.values().all(|times| *times > 20), "some fault hardly ever happened: {faults:?}");
    assert_eq!(faults.len(), 16, "some fault never happened: {faults:?}");
}

struct World {
    seed: u64,
    random: Random,
    now_ms: Cell<i64>,
    store: MemoryStore,
    server: RefCell<Server>,
    faults: RefCell<BTreeMap<&'static str, u32>>,
    /// Drafts as their user sees them.
    open: BTreeMap<Uuid, OpenDraft>,
    /// Drafts whose last strict call died, so that their user waits for the next start to see what became of it.
    unknown: BTreeSet<Uuid>,
    sealed: BTreeMap<Uuid, String>,
    deleted: BTreeSet<Uuid>,
}

struct OpenDraft {
    draft: Draft,
    /// The answer that each step gave: step n is at n − 1.
    answers: Vec<u64>,
    /// The last step that was shown as kept.
    kept: u64,
}

#[derive(Default)]
struct Server {
    rows: BTreeMap<Uuid, String>,
    healthy: bool,
}

struct Random(Cell<u64>);

impl Random {
    fn next(&self) -> u64 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&self, n: u64) -> u64 {
        self.next() % n
    }
}

impl World {
    fn new(seed: u64) -> World {
        World {
            seed,
            random: Random(Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)),
            now_ms: Cell::new(1_795_397_400_000),
            store: MemoryStore::new(),
            server: RefCell::default(),
            faults: RefCell::default(),
            open: BTreeMap::new(),
            unknown: BTreeSet::new(),
            sealed: BTreeMap::new(),
            deleted: BTreeSet::new(),
        }
    }

    fn now(&self) -> Moment {
        Moment { ms: self.now_ms.get(), utc_offset_minutes: 480 }
    }

    fn count(&self, fault: &'static str) {
        *self.faults.borrow_mut().entry(fault).or_insert(0) += 1;
    }

    fn event(&mut self) {
        self.now_ms.set(self.now_ms.get() + self.random.below(20_000) as i64);
        match self.random.below(20) {
            0..=1 => self.begin(),
            2..=8 => self.answer(),
            9..=10 => self.save(),
            11..=12 => self.seal(),
            13 => self.delete(),
            14..=16 => self.run_outbox(),
            17 => self.break_store(),
            18 => self.jump_clock(),
            _ => self.crash(),
        }
        if self.store.is_dead() {
            self.crash();
        }
    }

    fn begin(&mut self) {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.random.next().to_be_bytes());
        let draft = Draft {
            id: new_id(self.now().ms, &random),
            form: FormRef { id: "f".into(), version: "1".into(), hash: "ab".repeat(32) },
            name: String::new(),
            created_at: self.now(),
            updated_at: self.now(),
            language: "zh".into(),
            cursor: Cursor::default(),
            progress: DraftProgress::default(),
            answers: data(&[]),
            seq: 0,
            supersedes: None,
        };
        let created = ready(self.store.create_draft(&draft));
        let id = draft.id;
        if created.is_ok() || created.is_err_and(|error| error.kind == StoreErrorKind::Closed) {
            self.unknown.extend(self.store.is_dead().then_some(id));
            self.open.insert(id, OpenDraft { draft, answers: Vec::new(), kept: 0 });
        }
    }

    fn pick(&self) -> Option<Uuid> {
        let n = self.open.len() as u64;
        (n > 0).then(|| *self.open.keys().nth(self.random.below(n) as usize).unwrap())
    }

    fn answer(&mut self) {
        let Some(id) = self.pick() else { return };
        for _ in 0..=self.random.below(3) {
            let (answer, at) = (self.random.below(1_000), self.now());
            let open = self.open.get_mut(&id).unwrap();
            open.answers.push(answer);
            let seq = open.answers.len() as u64;
            let change = Change::Answer { path: path(seq), value: json!(answer) };
            // An append that fails is made good by the next snapshot; nothing was shown as kept.
            if ready(self.store.append_steps(id, &[Step { seq, at, change }])).is_err() {
                return;
            }
        }
    }

    fn save(&mut self) {
        let Some(id) = self.pick() else { return };
        let now = self.now();
        let open = self.open.get_mut(&id).unwrap();
        // The snapshot may have been taken some answers ago.
        let taken = (open.answers.len() as u64).saturating_sub(self.random.below(3)).max(open.draft.seq);
        open.draft.answers = data(&open.answers[..taken as usize]);
        open.draft.seq = taken;
        open.draft.updated_at = now;
        match ready(self.store.save_draft(&open.draft)) {
            Ok(()) => open.kept = open.draft.seq,
            Err(error) => assert_ne!(error.kind, StoreErrorKind::Conflict, "seed {}", self.seed),
        }
    }

    fn seal(&mut self) {
        let Some(id) = self.pick() else { return };
        let open = &self.open[&id];
        let sealed = crate::submission::tests::sealed(&open.draft, data(&open.answers), self.now());
        let submission = Submission::freeze(sealed);
        let items = [OutboxItem::queue(&submission)];
        match ready(self.store.seal(&submission, &items, None, self.now())) {
            Ok(()) => {
                self.open.remove(&id);
                self.sealed.insert(id, submission.hash().to_owned());
            }
            Err(error) => {
                if error.kind == StoreErrorKind::Closed {
                    self.unknown.insert(id);
                }
            }
        }
    }

    fn delete(&mut self) {
        let Some(id) = self.pick() else { return };
        match ready(self.store.delete_draft(id, self.now())) {
            Ok(()) => {
                self.open.remove(&id);
                self.deleted.insert(id);
            }
            Err(error) => {
                if error.kind == StoreErrorKind::Closed {
                    self.unknown.insert(id);
                }
            }
        }
    }

    fn run_outbox(&self) {
        let wakes = [Wake::Start, Wake::Network, Wake::Visible, Wake::Timer, Wake::Hand, Wake::Login];
        let wake = wakes[self.random.below(6) as usize];
        let transport = MemoryTransport::new(|request| self.network(request));
        let backend = Doorstep { base_url: String::new() };
        let run = ready(deliver(
            &self.store,
            &transport,
            |_| Some(&backend),
            wake,
            || self.now(),
            self.random.next(),
        ));
        if let Ok(run) = run {
            assert!(run.next_due_ms.is_none_or(|due| due >= self.now().ms), "seed {}", self.seed);
        }
    }

    fn break_store(&self) {
        let (name, fault) = match self.random.below(4) {
            0 => ("abort", Fault::Abort),
            1 => ("full", Fault::Full),
            2 => ("die before commit", Fault::DieBefore),
            _ => ("die after commit", Fault::DieAfter),
        };
        self.count(name);
        self.store.fail_after(self.random.below(4) as u32, fault);
    }

    fn jump_clock(&self) {
        self.count("clock jump");
        let hours = self.random.below(100) as i64 - 50;
        self.now_ms.set(self.now_ms.get() + hours * 3_600_000);
    }

    /// Killed and started again: every draft is loaded, and its user goes on from what is there.
    fn crash(&mut self) {
        self.count("crash");
        self.store.crash(|_, _| self.random.below(2) == 0);
        for id in std::mem::take(&mut self.unknown) {
            let is_sealed = ready(self.store.outbox()).unwrap().items.into_iter().find(|item| item.id == id);
            let is_deleted = ready(self.store.log()).unwrap().items.iter().any(|line| line.id == id);
            let is_draft = ready(self.store.load_draft(id)).unwrap().is_some();
            let is_new = self.open[&id].kept == 0;
            let places = u32::from(is_sealed.is_some()) + u32::from(is_deleted) + u32::from(is_draft);
            assert!(places == 1 || places == 0 && is_new, "seed {}: {id} is in {places} places", self.seed);
            if !is_draft {
                self.open.remove(&id);
            }
            self.deleted.extend(is_deleted.then_some(id));
            self.sealed.extend(is_sealed.map(|item| (id, item.hash)));
        }
        for (id, open) in &mut self.open {
            let stored = ready(self.store.load_draft(*id)).unwrap().expect("an open draft is there");
            let (whole, after_gap) = step::since(stored.draft.seq, &stored.steps);
            let seq = stored.draft.seq as usize + whole.len();
            assert!(seq as u64 >= open.kept, "seed {}: {id} lost what was kept", self.seed);
            open.answers.truncate(seq);
            let mut found = stored.draft.answers.clone();
            for step in whole {
                let Change::Answer { path, value } = &step.change else { unreachable!() };
                found["f"][path.trim_start_matches("/f/")] = value.clone();
            }
            assert_eq!(found, data(&open.answers), "seed {}: {id} has other answers", self.seed);
            open.draft = stored.draft;
            if !after_gap.is_empty() {
                *self.faults.get_mut().entry("gap").or_insert(0) += 1;
                // Its user is told; the snapshot that follows leaves the lost steps behind.
                let last = after_gap.last().unwrap().seq as usize;
                open.answers.resize(last, 0);
                open.draft.answers = data(&open.answers);
                open.draft.seq = last as u64;
                ready(self.store.save_draft(&open.draft)).unwrap();
            }
            open.kept = open.draft.seq.max(open.kept);
        }
    }

    /// The network and the server behind it.
    fn network(&self, request: Request) -> Result<Response, NetworkError> {
        let offline = || NetworkError { kind: NetworkErrorKind::Offline, words: "dropped".into() };
        let html =
            |status| Response { status, body: b"<html>Free Wi-Fi</html>".to_vec(), ..Response::default() };
        if self.server.borrow().healthy {
            return Ok(self.serve(&request));
        }
        match self.random.below(16) {
            0 => {
                self.count("drop before");
                Err(offline())
            }
            1..=2 => {
                self.serve(&request);
                self.count("drop after commit");
                Err(offline())
            }
            3 => {
                self.serve(&request);
                self.count("repeat");
                Ok(self.serve(&request))
            }
            4 => {
                self.count("portal");
                Ok(html(200))
            }
            5 => {
                self.count("proxy 413");
                Ok(html(413))
            }
            6 => {
                self.count("429");
                let headers = vec![("retry-after".into(), "30".into())];
                Ok(Response { status: 429, headers, body: Vec::new() })
            }
            7 => {
                self.serve(&request);
                self.count("500 after commit");
                Ok(html(500))
            }
            8 => {
                self.count("another's receipt");
                Ok(receipt(200, Uuid::nil(), &"00".repeat(32)))
            }
            _ => Ok(self.serve(&request)),
        }
    }

    fn serve(&self, request: &Request) -> Response {
        let id: Uuid = request.url.rsplit('/').next().unwrap().parse().unwrap();
        let hash = content_hash(request.body.as_ref().unwrap());
        let mut server = self.server.borrow_mut();
        let first = server.rows.get(&id);
        assert!(first.is_none_or(|first| *first == hash), "seed {}: {id} came with two hashes", self.seed);
        let status = if first.is_some() { 200 } else { 201 };
        // One in eight is refused for good, always the same ones.
        if is_poison(id) {
            self.count("422");
            let body =
                json!({"error": {"code": "not_a_submission", "reason": "/f/q1"}}).to_string().into_bytes();
            return Response { status: 422, headers: Vec::new(), body };
        }
        server.rows.insert(id, hash.clone());
        receipt(status, id, &hash)
    }

    fn check(&self) {
        let outbox = ready(self.store.outbox()).unwrap();
        let delivered = ready(self.store.delivered()).unwrap();
        assert!(outbox.unreadable.is_empty() && delivered.unreadable.is_empty());
        let rows = &self.server.borrow().rows;
        for (id, hash) in &self.sealed {
            let here = outbox.items.iter().filter(|item| item.id == *id).count();
            let receipted = delivered.items.iter().filter(|item| item.id == *id).count();
            assert_eq!(
                here + receipted,
                1,
                "seed {}: {id} is neither here nor receipted, or both",
                self.seed
            );
            if here == 1 {
                let bytes = ready(self.store.load_submission(*id)).unwrap().expect("its bytes are here");
                assert_eq!(&content_hash(bytes.body().as_bytes()), hash, "seed {}", self.seed);
            } else {
                assert_eq!(rows.get(id), Some(hash), "seed {}: {id} left without acceptance", self.seed);
            }
        }
        assert!(
            rows.keys().all(|id| self.sealed.contains_key(id)),
            "seed {}: more than was sealed",
            self.seed
        );
        let drafts = ready(self.store.drafts()).unwrap();
        for summary in drafts.items {
            assert!(!self.deleted.contains(&summary.id), "seed {}: a deleted draft is back", self.seed);
            assert!(!self.sealed.contains_key(&summary.id), "seed {}: a sealed draft is back", self.seed);
        }
    }

    /// The network is whole again and nothing breaks any more: everything arrives that the server does not refuse.
    fn heal(&mut self) {
        self.crash();
        self.server.borrow_mut().healthy = true;
        for wake in [Wake::Hand, Wake::Timer] {
            self.now_ms.set(self.now_ms.get() + 7_200_000);
            let transport = MemoryTransport::new(|request| self.network(request));
            let backend = Doorstep { base_url: String::new() };
            let run =
                ready(deliver(&self.store, &transport, |_| Some(&backend), wake, || self.now(), 1)).unwrap();
            assert!(run.store_errors.is_empty());
            assert_eq!(run.next_due_ms, None);
        }
        self.check();
        let outbox = ready(self.store.outbox()).unwrap().items;
        for item in outbox {
            assert!(matches!(item.state, State::Refused { .. }), "seed {}: {item:?}", self.seed);
            assert!(is_poison(item.id), "seed {}", self.seed);
        }
        let accepted = self.sealed.iter().filter(|(id, _)| !is_poison(**id));
        assert!(self.server.borrow().rows.iter().eq(accepted), "seed {}", self.seed);
    }
}

/// Which submissions the server refuses for good.
fn is_poison(id: Uuid) -> bool {
    id.as_u128().is_multiple_of(8)
}

fn receipt(status: u16, id: Uuid, hash: &str) -> Response {
    let body = json!({"receipt": {"id": id, "hash": hash, "server_time": "2026-11-23T02:00:01.000Z"}});
    Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

fn path(seq: u64) -> String {
    format!("/f/q{}", seq % 5)
}

/// The answers as a session would give them: the last one to each of five questions.
fn data(answers: &[u64]) -> Json {
    let mut values = serde_json::Map::new();
    for (seq, answer) in (1..).zip(answers) {
        values.insert(format!("q{}", seq % 5), json!(answer));
    }
    json!({ "f": values })
}
