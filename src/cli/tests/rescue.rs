//! `doorstep rescue` as a process against a server as a process: what a phone exported arrives once.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use doorstep_delivery::draft::{Draft, new_id};
use doorstep_delivery::memory_store::{MemoryStore, ready};
use doorstep_delivery::rescue::{Envelope, Rescue};
use doorstep_delivery::store::Store;
use doorstep_delivery::{Moment, OutboxItem, Pen, Submission};
use doorstep_engine::{Bundle, Form, Session, Source, World};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

/// Who writes in these tests.
const PEN: Pen = Pen::new([7; 16]);

const FORM: &str = r#"{"settings": {"form_id": "visit", "version": "1", "title": "走访", "default_language": "zh"},
  "survey": [{"type": "text", "name": "name", "label": "姓名"}]}"#;
const NOW: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };

/// Stops the server, whatever happens.
struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(folder: &Path, options: &[&str]) -> Server {
    std::fs::create_dir_all(folder.join("forms/visit")).unwrap();
    std::fs::write(folder.join("forms/visit/form.json"), FORM).unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .current_dir(folder)
        .args(["serve", "--port", "0"])
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on ").expect(&line).to_owned();
    Server(server, address)
}

/// What a phone has: so many sealed, and a draft.
fn phone(sealed: u8) -> Rescue {
    phone_of(sealed, "张三")
}

/// The same, of somebody of that name.
fn phone_of(sealed: u8, name: &str) -> Rescue {
    let form = Form::read(&Bundle::single(Source::new("form.json", FORM))).form.unwrap();
    let store = MemoryStore::new();
    for number in 0..=sealed {
        let mut session = Session::new(form.clone(), World { now_ms: NOW.ms, ..World::default() });
        session.answer_text(session.at("/visit/name").unwrap(), name).unwrap();
        let draft = Draft::begin(new_id(NOW.ms, &[number; 10]), &session, NOW);
        ready(store.create_draft(&draft, PEN)).unwrap();
        if number > 0 {
            let submission = Submission::seal(&mut session, &draft, &[], NOW, [0; 32]).unwrap();
            ready(store.seal(&submission, PEN, &[OutboxItem::queue(&submission)], None, NOW)).unwrap();
        }
    }
    ready(Rescue::gather(&store)).unwrap()
}

fn exported(folder: &Path, rescue: &Rescue) -> String {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let mut envelope = Envelope {
        made_at: NOW,
        device: key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
        lock: None,
        payload: rescue.to_bytes(),
        signature: Vec::new(),
    };
    let signature: Signature = key.sign(&envelope.signed());
    envelope.signature = signature.to_bytes().to_vec();
    std::fs::write(folder.join("rescue.json"), envelope.to_bytes()).unwrap();
    String::from_utf8(envelope.to_bytes()).unwrap()
}

fn rescue(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .current_dir(folder)
        .arg("rescue")
        .args(arguments)
        .env_remove("DOORSTEP_TOKEN")
        .output()
        .unwrap()
}

/// A device's token that the server knows.
fn enrol(folder: &Path, token: &str) {
    let database = rusqlite::Connection::open(folder.join("doorstep-data/doorstep.sqlite3")).unwrap();
    let hash = doorstep_delivery::submission::content_hash(token.as_bytes());
    database
        .execute(
            "INSERT INTO device (id, hash, name, area, user_id, made_at, seen_at) VALUES ('d1', ?1, '站里的电脑', '37', NULL, 0, 0)",
            [hash],
        )
        .unwrap();
}

#[test]
fn a_server_for_devices_only_takes_it_by_a_devices_token() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &["--devices-only"]);
    exported(folder.path(), &phone(1));
    let stranger = rescue(folder.path(), &["rescue.json", "--to", &server.1]);
    assert_eq!(stranger.status.code(), Some(1));
    assert!(said(&stranger).contains("--token-file"), "{}", said(&stranger));

    let token = "t".repeat(43);
    enrol(folder.path(), &token);
    std::fs::write(folder.path().join("token"), format!("{token}\n")).unwrap();
    let file = ["rescue.json", "--to", &server.1, "--token-file", "token"];
    let sent = rescue(folder.path(), &file);
    assert!(sent.status.success() && said(&sent).contains("is there since"), "{}", said(&sent));
    assert!(!said(&sent).contains(&token));
    let again = Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .current_dir(folder.path())
        .args(["rescue", "rescue.json", "--to", &server.1])
        .env("DOORSTEP_TOKEN", &token)
        .output()
        .unwrap();
    assert!(again.status.success(), "{}", said(&again));
    let plain = ["rescue.json", "--to", "http://survey.example.org", "--token-file", "token"];
    assert!(
        said(&rescue(folder.path(), &plain)).contains("https://"),
        "a token would go over the wire in plain"
    );
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn what_a_phone_exported_arrives_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    exported(folder.path(), &phone(2));
    let looked = rescue(folder.path(), &["rescue.json"]);
    assert!(looked.status.success());
    assert!(said(&looked).contains("2 submissions and 1 draft"), "{}", said(&looked));
    for _ in 0..2 {
        let sent = rescue(folder.path(), &["rescue.json", "--to", &server.1, "--drafts", "drafts"]);
        assert!(sent.status.success(), "{}", said(&sent));
        assert_eq!(said(&sent).matches("is there since").count(), 2);
    }
    let drafts: Vec<_> =
        std::fs::read_dir(folder.path().join("drafts")).unwrap().map(Result::unwrap).collect();
    assert_eq!(drafts.len(), 1);
    #[cfg(unix)]
    for path in [folder.path().join("drafts"), drafts[0].path()] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "nobody else may look into {}", path.display());
    }
    assert!(!said(&looked).contains("张三"));
}

#[test]
fn what_was_finished_on_two_phones_is_kept_aside_and_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    exported(folder.path(), &phone(1));
    assert!(rescue(folder.path(), &["rescue.json", "--to", &server.1]).status.success());
    exported(folder.path(), &phone_of(1, "李四"));
    for _ in 0..2 {
        let sent = rescue(folder.path(), &["rescue.json", "--to", &server.1]);
        assert_eq!(sent.status.code(), Some(1), "{}", said(&sent));
        assert!(said(&sent).contains("is kept there beside") && said(&sent).contains("/office/aside"));
    }
    let database = rusqlite::Connection::open(folder.path().join("doorstep-data/doorstep.sqlite3")).unwrap();
    let rows: i64 =
        database.query_row("SELECT COUNT(*) FROM submission_aside", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn a_changed_file_or_a_silent_server_is_said_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let text = exported(folder.path(), &phone(1));
    let silent = rescue(folder.path(), &["rescue.json", "--to", "http://127.0.0.1:1"]);
    assert_eq!(silent.status.code(), Some(1));
    assert!(said(&silent).contains("is not there"), "{}", said(&silent));
    std::fs::write(folder.path().join("changed.json"), text.replacen("2026-", "2025-", 1)).unwrap();
    let changed = rescue(folder.path(), &["changed.json", "--to", "http://127.0.0.1:1"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(said(&changed).contains("signature"), "{}", said(&changed));
    std::fs::write(folder.path().join("other.json"), "{}").unwrap();
    assert!(said(&rescue(folder.path(), &["other.json"])).contains("no rescue file"));
}
