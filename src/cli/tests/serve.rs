//! `doorstep serve` as a process: where it listens, how it stops, and what it says of broken forms.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

const FORM: &str = r#"{"settings": {"form_id": "visit", "version": "1", "title": "走访", "default_language": "zh"},
  "survey": [{"type": "text", "name": "name", "label": "姓名"}]}"#;

fn doorstep(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command.current_dir(folder).args(["serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn folder_with(form: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("forms/visit")).unwrap();
    std::fs::write(folder.path().join("forms/visit/form.json"), form).unwrap();
    folder
}

#[test]
fn it_says_where_it_listens_and_stops_in_order() {
    let folder = folder_with(FORM);
    for signal in ["TERM", "INT"] {
        let mut server = doorstep(folder.path()).spawn().unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").expect(&line);
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(b"GET /api/v1/health?nonce=n HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with(r#"{"doorstep":"0.1.0","nonce":"n"}"#), "{answer}");

        let pid = server.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
        assert!(server.wait().unwrap().success(), "{signal}");
    }
    assert!(folder.path().join("doorstep-data/doorstep.sqlite3").exists());
}

#[test]
fn a_broken_form_is_not_served() {
    let folder = folder_with("{\n  \"settings\": }");
    let output = doorstep(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("form.json:2:"), "{said}");
    assert!(!folder.path().join("doorstep-data").exists());
}

#[test]
fn a_mistake_in_the_arguments_is_named() {
    let folder = folder_with(FORM);
    let output = doorstep(folder.path()).arg("--prot").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--prot"));
}

#[test]
fn the_first_start_shows_a_password_and_the_audit_log_can_be_followed() {
    let folder = folder_with(FORM);
    for first in [true, false] {
        let mut server = doorstep(folder.path()).spawn().unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut lines = String::new();
        while !lines.contains("data in") {
            assert_ne!(said.read_line(&mut lines).unwrap(), 0, "{lines}");
        }
        assert_eq!(lines.contains("log in as `admin` with `"), first, "{lines}");
        assert!(lines.contains("from anybody"), "{lines}");
        let pid = server.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(server.wait().unwrap().success());
    }
    let audit = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
        command.current_dir(folder.path()).env_remove("DATABASE_URL").args(["audit", "verify"]).args(more);
        command.output().unwrap()
    };
    let output = audit(&[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("ends with\n1:"), "{said}");
    let end = said.lines().last().unwrap();
    assert!(audit(&["--noted", end]).status.success());
    let longer = end.replacen("1:", "2:", 1);
    let cut = audit(&["--noted", &longer]);
    assert_eq!(cut.status.code(), Some(1));
    assert!(String::from_utf8(cut.stderr).unwrap().contains("cut off"));
    assert_eq!(audit(&["--noted", "1"]).status.code(), Some(2));
}

#[test]
fn at_any_other_address_only_those_who_are_known_send() {
    let folder = folder_with(FORM);
    for (arguments, known) in [
        (&["--host", "0.0.0.0"][..], true),
        (&["--host", "0.0.0.0", "--open"], false),
        (&["--devices-only"], true),
        (&["--behind-proxy"], true),
    ] {
        let mut server = doorstep(folder.path()).args(arguments).spawn().unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut lines = String::new();
        while !lines.contains("submissions: ") {
            assert_ne!(said.read_line(&mut lines).unwrap(), 0, "{lines}");
        }
        assert_eq!(lines.contains("from enrolled devices and users only"), known, "{arguments:?}");
        let pid = server.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(server.wait().unwrap().success());
    }
}
