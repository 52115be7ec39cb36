//! HTTP/1.0 to a loopback port: one request, one answer, and the connection ends with it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use doorstep_delivery::transport::{Method, Request, Response};

/// Sends a request to a path at that port. A test that meets no server fails.
pub fn send(port: u16, path: &str, request: &Request) -> Response {
    let body = request.body.as_deref().unwrap_or_default();
    let mut head = format!("{} {path} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\n", request.method.name());
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if request.body.is_some() {
        head += &format!("content-length: {}\r\n", body.len());
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    read(&answer)
}

/// A request without headers.
pub fn bare(method: Method, body: Option<Vec<u8>>) -> Request {
    Request { method, url: String::new(), headers: Vec::new(), body, timeout_ms: 0 }
}

fn read(answer: &[u8]) -> Response {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let pair = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (name.trim().to_lowercase(), value.trim().to_owned())
    };
    let response = Response { status, headers: lines.map(pair).collect(), body: answer[end + 4..].to_vec() };
    assert_eq!(response.header("transfer-encoding"), None, "HTTP/1.0 has no chunks");
    response
}
