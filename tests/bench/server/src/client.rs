//! One client: a connection that stays open, a new submission, and one of its earlier ones again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::draft::new_id;
use serde_json::json;
use sha2::{Digest, Sha256};

/// How many earlier submissions are remembered to be sent again.
const REMEMBERED: usize = 32;

/// What one request came to. A status of 0 is no answer.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub status: u16,
    pub took: Duration,
}

/// A client with a number of its own.
pub struct Client {
    address: SocketAddr,
    form: String,
    number: u32,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(address: SocketAddr, form: &str, number: u32) -> Client {
        Client { address, form: form.to_owned(), number, connection: None }
    }

    /// A new one, then an earlier one, until the time has come.
    pub fn send_until(mut self, end: Instant) -> Vec<Sent> {
        let mut sent = Vec::new();
        let mut earlier: Vec<(String, String)> = Vec::new();
        let mut count: u32 = 0;
        while Instant::now() < end {
            let (id, body) = self.submission(count);
            sent.push(self.put(&id, &body));
            let place = count as usize % REMEMBERED;
            if place < earlier.len() {
                earlier[place] = (id, body)
            } else {
                earlier.push((id, body))
            }
            // Not always the last: what was sent long ago is not in anybody's memory.
            let again = count as usize * 7 % earlier.len();
            let (id, body) = earlier[again].clone();
            sent.push(self.put(&id, &body));
            count += 1;
        }
        sent
    }

    fn submission(&self, count: u32) -> (String, String) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut seed = [0; 10];
        seed[..4].copy_from_slice(&self.number.to_be_bytes());
        seed[4..8].copy_from_slice(&count.to_be_bytes());
        let id = new_id(i64::try_from(now.as_millis()).unwrap_or_default(), &seed).to_string();
        let person = json!({"name": format!("张三 {}-{count}", self.number), "age": 60 + count % 40});
        let body = json!({
            "doorstep": 1, "id": id, "form": {"id": "visit", "version": "1", "hash": self.form}, "supersedes": null,
            "created_at": "2026-11-23T09:30:00.000+08:00", "finished_at": "2026-11-23T10:00:00.000+08:00",
            "language": "zh", "instance_name": "", "data": {"visit": {"person": person}},
        });
        (id, body.to_string())
    }

    fn put(&mut self, id: &str, body: &str) -> Sent {
        let digest = STANDARD.encode(Sha256::digest(body.as_bytes()));
        let head = format!(
            "PUT /api/v1/submissions/{id} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-digest: sha-256=:{digest}:\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let start = Instant::now();
        let status = self.exchange(&head).unwrap_or_else(|_| {
            self.connection = None;
            0
        });
        Sent { status, took: start.elapsed() }
    }

    fn exchange(&mut self, request: &str) -> std::io::Result<u16> {
        if self.connection.is_none() {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            self.connection = Some(BufReader::new(stream));
        }
        let Some(connection) = &mut self.connection else {
            return Err(std::io::ErrorKind::NotConnected.into());
        };
        connection.get_mut().write_all(request.as_bytes())?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).and_then(|status| status.parse().ok()).unwrap_or(0);
            } else if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap_or(0);
            } else if line.is_empty() {
                break;
            }
        }
        connection.read_exact(&mut vec![0; length])?;
        Ok(status)
    }
}
