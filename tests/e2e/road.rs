//! The road to a server, on which answers to a PUT can be held back: one end is killed while the other has done what it was asked,
//! and nobody knows of it yet.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// So long is an answer held back, unless it is let go before.
const HOLD: Duration = Duration::from_millis(1_500);
/// How often it is looked whether it is.
const LOOK_EVERY: Duration = Duration::from_millis(10);

#[derive(Debug, Default)]
struct State {
    holds: AtomicBool,
    held: AtomicUsize,
    over: AtomicBool,
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
    let (is_put, asked) = (Arc::new(AtomicBool::new(false)), state.clone());
    let was_put = is_put.clone();
    std::thread::spawn(move || {
        // A request begins where the one before was answered.
        one_way(near, forth, |bytes| {
            if bytes.starts_with(b"PUT ") {
                is_put.store(true, Ordering::SeqCst);
            }
        });
    });
    std::thread::spawn(move || {
        one_way(far, back, |_| {
            if was_put.swap(false, Ordering::SeqCst) {
                hold_back(&asked);
            }
        });
    });
}

fn hold_back(state: &State) {
    let begun = Instant::now();
    state.held.fetch_add(1, Ordering::SeqCst);
    while state.holds.load(Ordering::SeqCst) && begun.elapsed() < HOLD {
        std::thread::sleep(LOOK_EVERY);
    }
    state.held.fetch_sub(1, Ordering::SeqCst);
}

fn one_way(mut from: TcpStream, mut to: TcpStream, look: impl Fn(&[u8])) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        look(&bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // An end that was killed says so on the other side too.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
