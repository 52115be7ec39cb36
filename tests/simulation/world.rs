//! What everybody in a simulated world shares: chance, the clock, the faults counted, the model, the servers, the tasks.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use doorstep_delivery::{Moment, Uuid};
use doorstep_engine::Form;
use doorstep_engine::session::World as Surroundings;

use crate::dice::Dice;
use crate::model::Model;
use crate::office;
use crate::planted::Bug;
use crate::server::Server;

/// Stands in every answer, file and name, and may be found nowhere outside the vault.
pub const PERSONAL: &str = "王小明";
/// How many of the last lines a trace has.
const TRACE_LINES: usize = 120;

/// Something that goes on on a device until it is done or the device's process dies.
pub struct Task {
    /// Whose.
    pub device: usize,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

impl Task {
    /// Goes on to the next place where it waits. True once it is done.
    pub fn go_on(&mut self) -> bool {
        self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }
}

/// Waits once: whoever else is in the world may go first.
pub async fn pause() {
    let mut waited = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut waited, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// A world.
pub struct World {
    pub dice: Dice,
    /// The bug that is planted in it.
    pub bug: Option<Bug>,
    /// Do tabs heed locks? A browser without them is one where nobody does.
    pub locks: bool,
    /// Do things still go wrong?
    pub faulty: Cell<bool>,
    pub form: Arc<Form>,
    pub model: RefCell<Model>,
    pub servers: [RefCell<Server>; 2],
    /// Does the office want finished surveys sealed?
    pub seals: bool,
    /// A device that another one replaces.
    pub thrown_away: Cell<Option<usize>>,
    /// Requests so far.
    pub requests: Cell<u64>,
    now_ms: Cell<i64>,
    faults: RefCell<BTreeMap<&'static str, u64>>,
    failure: RefCell<Option<String>>,
    trace: Option<RefCell<VecDeque<String>>>,
    spawned: RefCell<Vec<Task>>,
}

impl World {
    /// The world of a seed. `traced`: with the last steps told in words.
    pub fn new(seed: u64, bug: Option<Bug>, form: Arc<Form>, traced: bool) -> Rc<World> {
        let dice = Dice::new(seed);
        Rc::new(World {
            seals: office::seals(seed),
            locks: !dice.once_in(4),
            dice,
            bug,
            faulty: Cell::new(true),
            form,
            model: RefCell::default(),
            servers: [RefCell::default(), RefCell::default()],
            thrown_away: Cell::new(None),
            requests: Cell::new(0),
            now_ms: Cell::new(1_795_397_400_000),
            faults: RefCell::default(),
            failure: RefCell::default(),
            trace: traced.then(RefCell::default),
            spawned: RefCell::default(),
        })
    }

    /// The moment now, as devices see it.
    pub fn now(&self) -> Moment {
        Moment { ms: self.now_ms.get(), utc_offset_minutes: 480 }
    }

    /// Time goes on, or is put elsewhere.
    pub fn set_now(&self, ms: i64) {
        self.now_ms.set(ms.max(0));
    }

    /// What a session is told.
    pub fn surroundings(&self) -> Surroundings {
        let seed = self.dice.next();
        Surroundings { now_ms: self.now_ms.get(), utc_offset_minutes: 480, seed, ..Surroundings::default() }
    }

    /// Does something go wrong now, once in so many times? Counted if so.
    pub fn fault(&self, name: &'static str, once_in: usize) -> bool {
        let comes = self.faulty.get() && self.dice.once_in(once_in);
        if comes {
            self.count(name);
        }
        comes
    }

    /// Counts a fault.
    pub fn count(&self, name: &'static str) {
        self.tell(|| format!("  fault: {name}"));
        *self.faults.borrow_mut().entry(name).or_insert(0) += 1;
    }

    /// The faults so far.
    pub fn faults(&self) -> BTreeMap<&'static str, u64> {
        self.faults.borrow().clone()
    }

    /// A line of the trace.
    pub fn tell(&self, line: impl FnOnce() -> String) {
        let Some(trace) = &self.trace else { return };
        let mut trace = trace.borrow_mut();
        if trace.len() == TRACE_LINES {
            trace.pop_front();
        }
        trace.push_back(line());
    }

    /// How a trace names an id: by its end, which chance made.
    pub fn short(id: Uuid) -> String {
        format!("{:08x}", id.as_u128() as u32)
    }

    /// The last lines of the trace.
    pub fn trace(&self) -> Vec<String> {
        self.trace.iter().flat_map(|trace| trace.borrow().iter().cloned().collect::<Vec<_>>()).collect()
    }

    /// An invariant does not hold. The first one counts.
    pub fn fail(&self, why: String) {
        self.tell(|| format!("BROKEN {why}"));
        self.failure.borrow_mut().get_or_insert(why);
    }

    /// What does not hold.
    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// What stands outside the vault holds nothing personal (I5).
    pub fn is_impersonal(&self, text: &str, place: &str) {
        if text.contains(PERSONAL) {
            self.fail(format!("I5: personal data in {place}"));
        }
    }

    /// Begins a task of a device.
    pub fn spawn(&self, device: usize, future: impl Future<Output = ()> + 'static) {
        self.spawned.borrow_mut().push(Task { device, future: Box::pin(future) });
    }

    /// The tasks begun since this was last asked.
    pub fn spawned(&self) -> Vec<Task> {
        self.spawned.take()
    }
}

/// Everything that is to go wrong, as it is counted.
pub const FAULTS: [&str; 49] = [
    "429 with Retry-After",
    "500 after the server's commit",
    "503",
    "a tab that had lost its draft was refused",
    "a target that is not configured",
    "aborted",
    "acceptance of another hash",
    "acceptance of another id",
    "answer cut off",
    "clock jumps",
    "closed by a version change",
    "delayed past the time-out",
    "device replaced by another",
    "died after the commit",
    "died before the commit",
    "disk fills up",
    "disk full",
    "draft met by a later rescue file",
    "draft taken over by a second tab",
    "dropped after the server's commit",
    "dropped before the server",
    "everything evicted",
    "feed begun anew",
    "form withdrawn",
    "killed",
    "login asked for or given",
    "opened again",
    "page taken by another tab",
    "portal's 200",
    "portal's 401",
    "proxy's 409",
    "proxy's 413",
    "proxy's 423",
    "quota met in mid-write",
    "refused submission put right",
    "repeated",
    "rescued by a second device",
    "second outbox runner without a lock",
    "sealed for the office",
    "second tab without a lock",
    "server away or back",
    "server restarts",
    "server without the office's key",
    "server's 403",
    "server's 413",
    "server's 423",
    "steps lost, and said so",
    "taken in by the office",
    "taken over in mid-write",
];
