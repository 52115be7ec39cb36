//! A server as its administrator runs it: its log, and backups beside it.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const FORM: &str = r#"{"settings": {"form_id": "visit", "version": "1", "title": "走访", "default_language": "zh"},
  "survey": [{"type": "text", "name": "name", "label": "姓名"}]}"#;

struct Running {
    process: Child,
    address: String,
}

impl Running {
    fn start(folder: &Path, options: &[&str]) -> Running {
        let mut process = Command::new(env!("CARGO_BIN_EXE_doorstep"))
            .current_dir(folder)
            .env_remove("DATABASE_URL")
            .args(["serve", "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").expect(&line).to_owned();
        Running { process, address }
    }

    fn ask(&self, request: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends it and gives what it said on stderr.
    fn stop(mut self) -> String {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn doorstep(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    let output = command.current_dir(folder).env_remove("DATABASE_URL").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("forms/visit")).unwrap();
    std::fs::write(folder.path().join("forms/visit/form.json"), FORM).unwrap();
    folder
}

#[test]
fn the_log_is_a_file_a_day_of_json_without_anything_of_a_person() {
    let folder = folder();
    let server = Running::start(folder.path(), &[]);
    let id = "0197c3a0-0000-7000-8000-000000000001";
    let refused = server.ask(&format!("PUT /api/v1/submissions/{id}?name=wangxiu"), "王秀英");
    assert!(refused.starts_with("HTTP/1.1 415"), "{refused}");
    server.ask("GET /persons/wangxiu?born=1950", "");
    assert_eq!(server.stop().lines().filter(|line| line.starts_with('{')).count(), 0, "all is in the files");

    let logs = folder.path().join("doorstep-data/logs");
    let files: Vec<_> = std::fs::read_dir(&logs).unwrap().map(|entry| entry.unwrap().path()).collect();
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refusal = lines.iter().find(|line| line["code"] == "not_json").expect(&text);
    assert_eq!(refusal["message"], "answered");
    assert_eq!(refusal["route"], "/api/v1/submissions/{id}");
    assert_eq!((&refusal["method"], &refusal["status"]), (&"PUT".into(), &415.into()));
    assert!(refusal["timestamp"].is_string() && refusal["ms"].is_number(), "{refusal}");
    for secret in ["wangxiu", "王秀英", "1950", id] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let mode = |path: &Path| std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(path).unwrap()) & 0o777;
    assert_eq!((mode(&logs), mode(&files[0])), (0o700, 0o600));

    let server = Running::start(folder.path(), &["--log", "stderr"]);
    server.ask("GET /api/v1/health?nonce=n", "");
    assert!(server.stop().contains("/api/v1/health"));
}

#[test]
fn a_backup_is_taken_beside_the_server_and_brought_back_elsewhere() {
    let folder = folder();
    let server = Running::start(folder.path(), &["--log", "stderr"]);
    let hash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    assert!(server.ask(&format!("PUT /api/v1/attachments/{hash}"), "foo").starts_with("HTTP/1.1 201"));
    let (code, said) = doorstep(folder.path(), &["backup", "b.tar"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("0 submissions, 1 attachments (3 bytes)"), "{said}");
    let (code, said) = doorstep(folder.path(), &["restore", "b.tar", "--data", "other"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("The folder was empty"), "{said}");
    assert!(folder.path().join("other/attachments/2c").join(hash).exists());
    let (code, said) = doorstep(folder.path(), &["restore", "b.tar"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("was here already"), "{said}");
    assert_eq!(doorstep(folder.path(), &["backup", "b.tar"]).0, Some(1), "it is not overwritten");
    assert_eq!(doorstep(folder.path(), &["restore", "none.tar"]).0, Some(1));
    assert_eq!(doorstep(folder.path(), &["backup"]).0, Some(2));
    assert!(server.ask(&format!("HEAD /api/v1/attachments/{hash}"), "").starts_with("HTTP/1.1 200"));
    let other = Running::start(folder.path(), &["--data", "other"]);
    assert!(other.ask(&format!("HEAD /api/v1/attachments/{hash}"), "").starts_with("HTTP/1.1 200"));
}
