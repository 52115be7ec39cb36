//! The road to a server, on which answers to a PUT can be held back: one end is killed while the other has done what it was asked,
//! and nobody knows of it yet. It can be cut as well: a request or its answer then ends after some of its bytes, at both ends.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::random::Random;

/// So long is an answer held back, unless it is let go before.
const HOLD: Duration = Duration::from_millis(1_500);
/// How often it is looked whether it is.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// One request in so many is cut, or its answer, while the road is bad.
const ONE_IN: u64 = 2;
/// The most of a request that gets through, as a power of two: some end in their headers, some far into a file.
const REQUEST_BITS: u64 = 19;
/// The most of an answer that gets through: the server's are hardly longer.
const ANSWER_BYTES: u64 = 700;
/// Lets everything through.
const ALL: usize = usize::MAX;

#[derive(Debug, Default)]
struct State {
    holds: AtomicBool,
    held: AtomicUsize,
    over: AtomicBool,
    /// What is cut is drawn from here, while the road is bad.
    bad: Mutex<Option<Random>>,
    requests_cut: AtomicUsize,
    answers_cut: AtomicUsize,
}

impl State {
    /// How many bytes of the next request get through, and how many of its answer.
    fn draw(&self) -> (usize, usize) {
        let mut bad = self.bad.lock().expect("no thread panics here");
        let Some(random) = bad.as_mut() else { return (ALL, ALL) };
        if random.below(ONE_IN) != 0 {
            return (ALL, ALL);
        }
        if random.below(2) == 0 {
            let bits = random.below(REQUEST_BITS);
            (random.below(2 << bits) as usize, ALL)
        } else {
            (ALL, random.below(ANSWER_BYTES) as usize)
        }
    }
}

/// The road; it ends with its test.
#[derive(Debug)]
pub struct Road {
    address: SocketAddr,
    state: Arc<State>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Road {
    /// To that port of this machine, be somebody there or not.
    pub fn to(port: u16) -> Road {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the system has a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let state = Arc::new(State::default());
        let shared = state.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.over.load(Ordering::SeqCst) {
                    return;
                }
                // Nobody there: the connection ends with nothing said.
                let Ok(near) = stream else { continue };
                if let Ok(far) = TcpStream::connect(("127.0.0.1", port)) {
                    carry(near, far, &shared);
                }
            }
        });
        Road { address, state, thread: Some(thread) }
    }

    /// An address at its far end.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Holds back the answers to every PUT from now on, or lets them go.
    pub fn hold(&self, holds: bool) {
        self.state.holds.store(holds, Ordering::SeqCst);
    }

    /// From now on requests to the API and their answers are cut now and then, as the seed has it.
    pub fn make_bad(&self, seed: u64) {
        *self.state.bad.lock().expect("no thread panics here") = Some(Random(seed));
    }

    /// Everything gets through again.
    pub fn mend(&self) {
        *self.state.bad.lock().expect("no thread panics here") = None;
    }

    /// How many requests and how many answers were cut so far.
    pub fn cut(&self) -> (usize, usize) {
        let State { requests_cut, answers_cut, .. } = &*self.state;
        (requests_cut.load(Ordering::SeqCst), answers_cut.load(Ordering::SeqCst))
    }

    /// Is an answer held back at this moment?
    pub fn is_held(&self) -> bool {
        self.state.held.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Road {
    fn drop(&mut self) {
        self.hold(false);
        self.state.over.store(true, Ordering::SeqCst);
        // Wakes it, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Carries both ways until either end is done.
fn carry(near: TcpStream, far: TcpStream, state: &Arc<State>) {
    let (Ok(back), Ok(forth)) = (near.try_clone(), far.try_clone()) else { return };
    let (is_put, answer_left) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(ALL)));
    let (asking, was_put, of_answer) = (state.clone(), is_put.clone(), answer_left.clone());
    std::thread::spawn(move || {
        let mut left = ALL;
        // A request begins where the one before was answered.
        one_way(near, forth, |bytes| {
            if let Some(method) = method(bytes) {
                is_put.store(method == "PUT", Ordering::SeqCst);
                let (of_request, of_answer) = asking.draw();
                left = of_request;
                answer_left.store(of_answer, Ordering::SeqCst);
            }
            through(bytes, &mut left, &asking.requests_cut)
        });
    });
    let answering = state.clone();
    std::thread::spawn(move || {
        one_way(far, back, |bytes| {
            if was_put.swap(false, Ordering::SeqCst) {
                hold_back(&answering);
            }
            let mut left = of_answer.load(Ordering::SeqCst);
            let count = through(bytes, &mut left, &answering.answers_cut);
            of_answer.store(left, Ordering::SeqCst);
            count
        });
    });
}

/// The method, if these bytes begin a request to the API. The app itself is not cut: it lies on the phone.
fn method(bytes: &[u8]) -> Option<&str> {
    let line = bytes.get(..bytes.len().min(64))?;
    let method = line.split(|byte| *byte == b' ').next()?;
    let rest = line.get(method.len()..)?;
    rest.starts_with(b" /api/").then(|| std::str::from_utf8(method).ok())?
}

/// How many of these bytes get through; fewer than there are is the end.
fn through(bytes: &[u8], left: &mut usize, cut: &AtomicUsize) -> usize {
    if *left == ALL {
        return bytes.len();
    }
    if *left < bytes.len() {
        cut.fetch_add(1, Ordering::SeqCst);
        return *left;
    }
    *left -= bytes.len();
    bytes.len()
}

fn hold_back(state: &State) {
    let begun = Instant::now();
    state.held.fetch_add(1, Ordering::SeqCst);
    while state.holds.load(Ordering::SeqCst) && begun.elapsed() < HOLD {
        std::thread::sleep(LOOK_EVERY);
    }
    state.held.fetch_sub(1, Ordering::SeqCst);
}

/// `through` says how many of the bytes that came go on.
fn one_way(mut from: TcpStream, mut to: TcpStream, mut through: impl FnMut(&[u8]) -> usize) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let goes_on = through(&bytes[..count]);
        if to.write_all(&bytes[..goes_on]).is_err() || goes_on < count {
            break;
        }
    }
    // An end that was killed says so on the other side too.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
