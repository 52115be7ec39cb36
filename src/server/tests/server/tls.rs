//! TLS for what comes in, over a real connection, with certificates made for the test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doorstep_server::{Access, Options, TlsFiles};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::client::{Answer, Running, answer_of, folder_of_a_server, options, run};

/// A server with TLS, its folder and the certificate that it has.
struct House {
    running: Running,
    folder: tempfile::TempDir,
    certificate: CertificateDer<'static>,
}

fn write_certificate(folder: &Path) -> (TlsFiles, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.join("tls.pem"), key: folder.join("tls.key") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    (files, made.cert.der().clone())
}

impl House {
    fn open() -> House {
        let folder = folder_of_a_server();
        let (files, certificate) = write_certificate(folder.path());
        let plain = options(folder.path(), None, &Access::default(), None, None);
        let running = run(Options { tls: Some(files), ..plain });
        House { running, folder, certificate }
    }

    fn connect(
        &self,
        trusted: &CertificateDer<'static>,
        version: &'static SupportedProtocolVersion,
    ) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = connect(self.running.address());
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        assert_eq!(connection.protocol_version(), Some(version.version));
        Ok(StreamOwned::new(connection, stream))
    }

    fn send(&self, version: &'static SupportedProtocolVersion, head: &str, body: &str) -> Answer {
        let mut stream = self.connect(&self.certificate, version).unwrap();
        let length = body.len();
        let text = format!(
            "{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
             x-doorstep: 1\r\norigin: https://localhost\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        answer_of(&bytes)
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

#[test]
fn what_comes_over_tls_is_answered_with_secure_cookies_and_a_word_to_stay_with_tls() {
    let house = House::open();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let answer = house.send(version, "GET /api/v1/health?nonce=n", "");
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    }
    let plain = crate::client::House::new().get("/api/v1/health");
    assert_eq!(plain.header("strict-transport-security"), None, "who has no TLS says nothing of it");
    let password = house.running.first_password().unwrap();
    let login = format!(r#"{{"name": "admin", "password": "{password}"}}"#);
    let answer = house.send(&rustls::version::TLS13, "POST /api/v1/login", &login);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-doorstep=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[test]
fn nothing_is_said_without_tls_and_a_silent_connection_holds_up_nobody() {
    let house = House::open();
    let silent = connect(house.running.address());
    let mut plain = connect(house.running.address());
    plain.write_all(b"GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    // An alert of TLS, or nothing.
    let _ = plain.read_to_end(&mut bytes);
    assert!(!String::from_utf8_lossy(&bytes).contains("HTTP/"), "{bytes:?}");
    assert_eq!(house.send(&rustls::version::TLS13, "GET /api/v1/health", "").status, 200);
    drop(silent);
}

#[test]
fn a_new_certificate_is_taken_at_a_signal() {
    let mut house = House::open();
    let (_, second) = write_certificate(house.folder.path());
    assert!(house.connect(&second, &rustls::version::TLS13).is_err(), "it is not served yet");
    let pid = std::process::id().to_string();
    // The server has set its handler before it listened: this ends no process.
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    let start = Instant::now();
    while house.connect(&second, &rustls::version::TLS13).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "it was not read again");
        std::thread::sleep(Duration::from_millis(20));
    }
    house.certificate = second;
    assert_eq!(house.send(&rustls::version::TLS12, "GET /api/v1/health", "").status, 200);
}
