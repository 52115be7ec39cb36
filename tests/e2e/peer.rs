//! A receiver of JSON on another origin, as an office may have one: it lets browsers in, and takes or refuses what comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What it answers to a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    /// 200.
    Takes,
    /// 400 with a reason.
    Refuses,
}

#[derive(Debug)]
struct Seen {
    mood: Mood,
    bodies: Vec<String>,
    logins: Vec<String>,
    over: bool,
}

/// The receiver; it ends with its test.
#[derive(Debug)]
pub struct Peer {
    address: std::net::SocketAddr,
    seen: Arc<Mutex<Seen>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Peer {
    /// Starts it on a port of the system's choice.
    pub fn start(mood: Mood) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the system has a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let seen = Arc::new(Mutex::new(Seen { mood, bodies: Vec::new(), logins: Vec::new(), over: false }));
        let shared = seen.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().expect("nobody panics with it").over {
                    return;
                }
                if let Ok(stream) = stream {
                    // A browser that goes away in the middle is no fault of the receiver's.
                    let _ = answer(stream, &shared);
                }
            }
        });
        Peer { address, seen, thread: Some(thread) }
    }

    /// Its origin.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what it answers from now on.
    pub fn change(&self, mood: Mood) {
        self.seen.lock().expect("nobody panics with it").mood = mood;
    }

    /// What it has taken.
    pub fn bodies(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panics with it").bodies.clone()
    }

    /// Who the senders said they were, taken or not.
    pub fn logins(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panics with it").logins.clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.over = true;
        }
        // Wakes it, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(std::time::Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut length, mut wanted, mut login) = (0, String::new(), String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let Some((name, value)) = line.trim().split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "access-control-request-headers" => value.trim().clone_into(&mut wanted),
            "authorization" => value.trim().clone_into(&mut login),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, said) = match (first.starts_with("OPTIONS"), first.starts_with("POST")) {
        (true, _) => ("204 No Content", ""),
        (_, true) => {
            let mut seen = seen.lock().expect("nobody panics with it");
            seen.logins.push(login);
            match seen.mood {
                Mood::Takes => {
                    seen.bodies.push(String::from_utf8_lossy(&body).into_owned());
                    ("200 OK", "{\"ok\":true}")
                }
                Mood::Refuses => ("400 Bad Request", "{\"error\":\"no such district\"}"),
            }
        }
        _ => ("404 Not Found", ""),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\naccess-control-allow-origin: *\r\n\
         access-control-allow-methods: POST\r\naccess-control-allow-headers: {wanted}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{said}",
        said.len()
    )
}
