//! The road between the browser and a server: it counts what comes down, and can be closed, which is what being offline is to a phone.
//!
//! Everybody's server stands behind one, so that bytes are counted alike: with their heads, whatever asked for them, page or service worker.

use anyhow::Context;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A port that leads to a server on this machine.
pub struct Road {
    port: u16,
    traffic: Arc<Traffic>,
}

#[derive(Default)]
struct Traffic {
    closed: AtomicBool,
    down: AtomicU64,
    /// What is open now, or was: to be hung up.
    streams: Mutex<Vec<TcpStream>>,
}

impl Road {
    /// Leads to that port, from a thread of its own.
    pub fn to(server: u16) -> anyhow::Result<Road> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let port = listener.local_addr()?.port();
        let traffic = Arc::new(Traffic::default());
        let shared = traffic.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Closed, it hangs up before anything was said.
                if !shared.closed.load(Ordering::SeqCst) {
                    let traffic = shared.clone();
                    std::thread::spawn(move || traffic.carry(stream, server));
                }
            }
        });
        Ok(Road { port, traffic })
    }

    /// An address behind it.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// So many bytes came down until now.
    pub fn bytes(&self) -> u64 {
        self.traffic.down.load(Ordering::SeqCst)
    }

    /// Nobody gets through from now on.
    pub fn close(&self) {
        self.traffic.closed.store(true, Ordering::SeqCst);
        for stream in self.traffic.streams().drain(..) {
            // Hung up already, perhaps.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// One gets through again.
    pub fn open(&self) {
        self.traffic.closed.store(false, Ordering::SeqCst);
    }
}

impl Traffic {
    fn streams(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries one connection until either side hangs up.
    fn carry(self: Arc<Self>, browser: TcpStream, server: u16) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
        let clones = (browser.try_clone(), server.try_clone(), browser.try_clone(), server.try_clone());
        let (Ok(up_from), Ok(up_to), Ok(known), Ok(known_too)) = clones else { return };
        self.streams().extend([known, known_too]);
        std::thread::spawn(move || copy(up_from, up_to, |_| {}));
        copy(server, browser, |bytes| {
            self.down.fetch_add(bytes, Ordering::SeqCst);
        });
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, count: impl Fn(u64)) {
    let mut buffer = [0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        count(read as u64);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Read);
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_down_is_counted_and_a_closed_road_gives_nothing() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for mut stream in server.incoming().flatten() {
                let mut asked = [0; 3];
                if stream.read_exact(&mut asked).is_ok() {
                    stream.write_all(b"12345").unwrap();
                }
            }
        });
        let road = Road::to(port).unwrap();
        let ask = || {
            let mut stream = TcpStream::connect(("127.0.0.1", road.port)).unwrap();
            let mut answer = String::new();
            let _ = stream.write_all(b"ask");
            let _ = stream.read_to_string(&mut answer);
            answer
        };
        assert_eq!((ask().as_str(), road.bytes()), ("12345", 5));
        road.close();
        assert_eq!((ask().as_str(), road.bytes()), ("", 5));
        road.open();
        assert_eq!((ask().as_str(), road.bytes()), ("12345", 10));
    }
}
