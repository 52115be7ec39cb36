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
fn what_is_wrong_with_tls_or_the_login_service_is_said_and_nothing_is_served() {
    let folder = folder_with(FORM);
    let half = doorstep(folder.path()).args(["--tls-certificate", "tls.pem"]).output().unwrap();
    assert_eq!(half.status.code(), Some(2));
    assert!(String::from_utf8(half.stderr).unwrap().contains("--tls-key"));
    let with = |arguments: &[&str]| {
        let output = doorstep(folder.path()).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = with(&["--tls-certificate", "tls.pem", "--tls-key", "tls.key"]);
    assert!(code == Some(1) && said.contains("tls.pem"), "{said}");
    std::fs::write(folder.path().join("oidc.json"), "{\n \"name\": }").unwrap();
    let (code, said) = with(&["--oidc", "oidc.json"]);
    assert!(code == Some(1) && said.contains("oidc.json:2:"), "{said}");
    assert!(!folder.path().join("doorstep-data").exists());
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

#[test]
fn whether_new_versions_wait_for_a_second_designer_is_said_by_option_or_environment() {
    let folder = folder_with(FORM);
    for (arguments, environment, waits) in [
        (&["--approve-forms"][..], None, true),
        (&[], Some("1"), true),
        (&[], Some("0"), false),
        (&[], Some(""), false),
        (&[], None, false),
    ] {
        let mut command = doorstep(folder.path());
        command.args(arguments).env_remove("DOORSTEP_APPROVE_FORMS");
        if let Some(value) = environment {
            command.env("DOORSTEP_APPROVE_FORMS", value);
        }
        let mut server = command.spawn().unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut lines = String::new();
        while !lines.contains("data in ") {
            assert_ne!(said.read_line(&mut lines).unwrap(), 0, "{lines}");
        }
        assert_eq!(lines.contains("wait until a second designer"), waits, "{arguments:?} {environment:?}");
        let pid = server.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(server.wait().unwrap().success());
    }
}

const SECRETS: &str = r#"{"office": {"login": "bearer", "token": "hunter2-hunter2"}}"#;

fn relay_in(folder: &Path, backends: &str, secrets: &str, mode: u32) {
    let secret = folder.join("secrets.json");
    std::fs::write(folder.join("backend.json"), backends).unwrap();
    std::fs::write(&secret, secrets).unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

fn one_target(fields: &str) -> String {
    format!(r#"{{"targets": [{{"name": "office", "forms": ["*"], {fields}}}]}}"#)
}

#[test]
fn a_relay_that_is_not_as_it_should_be_is_told_with_its_place_and_without_its_secrets() {
    let folder = folder_with(FORM);
    let hook = one_target(r#""kind": "webhook", "url": "https://office.example.org/in""#);
    let cases = [
        (&*hook, SECRETS, 0o644, "chmod 600 secrets.json"),
        (&hook, SECRETS, 0o640, "others than its owner can read these secrets (mode 640)"),
        (
            &hook,
            r#"{"office": {"login": "bearer", "token": hunter2-hunter2}}"#,
            0o600,
            "secrets.json: not JSON: line 1",
        ),
        (&hook, r#"{"office": {"login": "hunter2-hunter2"}}"#, 0o600, "secrets.json: office.login"),
        (&hook, r#"{"hunter2-hunter2": {}}"#, 0o600, "1 of its entries are for no target"),
        ("{", SECRETS, 0o600, "backend.json: not JSON"),
        (
            &one_target(r#""kind": "fax", "url": "https://hunter2-hunter2.example""#),
            SECRETS,
            0o600,
            "targets[0].kind",
        ),
        (
            &one_target(r#""kind": "webhook", "url": "https://me:hunter2-hunter2@a.example""#),
            SECRETS,
            0o600,
            "targets[0].url",
        ),
        (
            &one_target(r#""kind": "webhook", "url": "/hunter2-hunter2""#),
            SECRETS,
            0o600,
            "targets[0]: has an address on the app's own server",
        ),
        (
            &one_target(r#""kind": "doorstep""#),
            SECRETS,
            0o600,
            "targets[0]: has an address on the app's own server",
        ),
        (&one_target(r#""kind": "file-drop""#), SECRETS, 0o600, "targets[0]: a file-drop is carried by hand"),
        (
            &one_target(r#""kind": "openrosa", "url": "https://a.example/key/{token}/submission""#),
            SECRETS,
            0o600,
            "targets[0]: has a place for a token",
        ),
    ];
    for (backends, secrets, mode, told) in cases {
        relay_in(folder.path(), backends, secrets, mode);
        let mut server = doorstep(folder.path());
        let output =
            server.args(["--relay", "backend.json", "--relay-secrets", "secrets.json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{backends}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(told), "{told}: {said}");
        assert!(!said.contains("hunter2-hunter2"), "{said}");
    }
    let output = doorstep(folder.path()).args(["--relay", "nowhere.json"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("nowhere.json"));
    assert!(!folder.path().join("doorstep-data").exists(), "a server that can't start leaves nothing behind");
    let output = doorstep(folder.path()).args(["--relay-secrets", "secrets.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_relay_is_told_of_by_the_environment_too_and_says_whom_it_sends_to() {
    let folder = folder_with(FORM);
    let hook = one_target(r#""kind": "webhook", "url": "https://office.example.org/in""#);
    // As systemd hands it over.
    relay_in(folder.path(), &hook, SECRETS, 0o440);
    let secrets = folder.path().join("secrets.json");
    let mut server = doorstep(folder.path())
        .env("CREDENTIALS_DIRECTORY", folder.path())
        .envs([("DOORSTEP_RELAY", Path::new("backend.json")), ("DOORSTEP_RELAY_SECRETS", &secrets)])
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap());
    let mut lines = String::new();
    while !lines.contains("data in") {
        assert_ne!(said.read_line(&mut lines).unwrap(), 0, "{lines}");
    }
    assert!(lines.contains("submissions are passed on to: office\n"), "{lines}");
    assert!(!lines.contains("hunter2"), "{lines}");
    let pid = server.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(server.wait().unwrap().success());
}
