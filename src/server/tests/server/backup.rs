//! Backups of a running server, and what comes of bringing them back.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::browser::{Browser, PASSWORD};
use crate::client::{FORM, House, Place, on_each_database};
use doorstep_delivery::submission::content_hash;
use doorstep_server::backup::{BackupError, Restored, Taken, restore, take};
use serde_json::json;

on_each_database!(a_backup_adds_what_is_missing_to_a_running_server);

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// A server with submissions 1 to 5, of which the last has two files.
fn filled(place: &Place) -> House {
    let house = place.house();
    for number in 1..=4 {
        assert_eq!(house.put(&house.submission(number, json!({"person": {"name": "张三"}}))).status, 201);
    }
    for file in [&b"one"[..], b"two"] {
        assert_eq!(house.put_file(&content_hash(file), file).status, 201);
    }
    assert_eq!(house.put(&house.submission_with(5, &[("a.jpg", b"one"), ("b.jpg", b"two")])).status, 201);
    house
}

fn backup_of(house: &House, file: &Path) -> Taken {
    block_on(take(&house.data(), house.database(), house.bucket(), file)).unwrap()
}

fn bring(house: &House, file: &Path) -> Restored {
    block_on(restore(&house.data(), house.database(), house.bucket(), file)).unwrap()
}

#[test]
fn a_backup_taken_while_submissions_come_in_restores_to_as_many_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doorstep.tar");
    let house = filled(&Place::Sqlite);
    let mut admin = Browser::settle(&house, "admin", &house.first_password);
    let stop = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let mut sent = 0;
            for number in 6..=255 {
                let photo = [number; 100];
                assert_eq!(house.put_file(&content_hash(&photo), &photo).status, 201);
                assert_eq!(house.put(&house.submission_with(number, &[("p.jpg", &photo)])).status, 201);
                sent += 1;
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            sent
        });
        house.wait_for_rows(15);
        let taken = backup_of(&house, &file);
        stop.store(true, Ordering::Relaxed);
        assert!(sending.join().unwrap() >= 10);
        taken
    });
    assert!(taken.submissions >= 15 && taken.database && taken.missing.is_empty(), "{taken:?}");
    assert!(matches!(block_on(take(&house.data(), None, None, &file)), Err(BackupError::Exists)));

    let mut other = House::new();
    other.stop();
    std::fs::remove_dir_all(other.data()).unwrap();
    let restored = bring(&other, &file);
    assert!(restored.whole);
    assert_eq!(restored.new_submissions, taken.submissions);
    assert_eq!((restored.attachments, restored.new_attachments), (taken.attachments, taken.attachments));
    other.restart_with_form(FORM);
    let code = admin.code();
    let login = admin.login(&other, "admin", PASSWORD, Some(&code));
    assert_eq!(login.status, 200, "users and their second factors come back: {}", login.text());
    let (all, back) = (house.rows(), other.rows());
    assert_eq!(back.len() as u64, taken.submissions);
    assert!(back.iter().all(|row| all.contains(row)), "each is as it was");
    for (id, body) in back {
        let again = other.put(&crate::client::Sent { id, body });
        assert_eq!(again.status, 200, "with all its files: {}", again.text());
    }
    // Each attachment that a submission in the backup names is in it too; what came after is not.
    assert!(other.files().len() as u64 >= taken.submissions - 5 + 2);
    let left: Vec<_> =
        std::fs::read_dir(house.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_str().unwrap().starts_with("scratch-")), "{left:?}");
}

fn a_backup_adds_what_is_missing_to_a_running_server(place: &Place) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doorstep.tar");
    // What is in SQLite today may be in PostgreSQL tomorrow.
    let house = filled(&Place::Sqlite);
    // What was finished on two phones goes along.
    let other_content = house.submission(1, json!({"person": {"name": "王五"}}));
    for aside in [&other_content, &house.submission(2, json!({"person": {"name": "李四"}}))] {
        assert_eq!(house.put(aside).json()["error"]["kept_aside"], json!(true));
    }
    let taken = backup_of(&house, &file);
    assert_eq!((taken.submissions, taken.attachments, taken.attachment_bytes), (5, 2, 6));

    let other = place.house();
    assert_eq!(other.put(&other.submission(1, json!({"person": {"name": "张三"}}))).status, 201);
    assert_eq!(other.put(&other.submission(2, json!({"person": {"name": "李四"}}))).status, 201);
    assert_eq!(other.put(&other.submission(9, json!({}))).status, 201);
    let before = other.rows();
    let restored = bring(&other, &file);
    assert_eq!((restored.submissions, restored.new_submissions, restored.conflicts), (5, 3, 1));
    assert_eq!((restored.attachments, restored.new_attachments, restored.whole), (2, 2, false));
    let after = other.rows();
    assert_eq!(after.len(), 6);
    assert!(before.iter().all(|row| after.contains(row)), "nothing that was there has changed");
    let again = bring(&other, &file);
    assert_eq!((again.new_submissions, again.conflicts, again.new_attachments), (0, 1, 0));
    assert_eq!(other.rows(), after);
    // But for what has the id itself there.
    assert_eq!(other.count("submission_aside"), 1);
    assert_eq!(other.put(&other_content).json()["error"]["kept_aside"], json!(true));
    assert_eq!(other.count("submission_aside"), 1);
    assert_eq!(other.put(&house.submission_with(5, &[("a.jpg", b"one"), ("b.jpg", b"two")])).status, 200);
}

#[test]
fn of_postgresql_the_attachments_are_taken_and_it_says_so() {
    let Some(cluster) = doorstep_postgres::Cluster::for_tests() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doorstep.tar");
    let place = Place::Postgres(cluster);
    let taken = backup_of(&filled(&place), &file);
    assert_eq!((taken.submissions, taken.attachments, taken.database), (5, 2, false));
    let other = place.house();
    let restored = bring(&other, &file);
    assert_eq!((restored.database, restored.new_attachments, restored.new_submissions), (false, 2, 0));
    assert_eq!(other.put_file(&content_hash(b"one"), b"one").status, 200);
    assert!(other.rows().is_empty());
}

#[test]
fn a_file_that_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let house = filled(&Place::Sqlite);
    let hash = content_hash(b"one");
    std::fs::remove_file(house.data().join("attachments").join(&hash[..2]).join(&hash)).unwrap();
    let taken = backup_of(&house, &folder.path().join("doorstep.tar"));
    assert_eq!((taken.attachments, taken.missing), (1, vec![hash]));
    let nothing = folder.path().join("nothing");
    let refused = block_on(take(&nothing, None, None, &folder.path().join("other.tar")));
    assert!(matches!(refused, Err(BackupError::NoData | BackupError::File(..))), "{refused:?}");
    assert!(!folder.path().join("other.tar").exists());
    assert!(!nothing.exists());
}

/// An entry of a tar: name and bytes.
type Part<'a> = (&'a str, &'a [u8]);

/// A tar of these entries.
fn tar_of(entries: &[Part<'_>], file: &Path) {
    let mut builder = tar::Builder::new(std::fs::File::create(file).unwrap());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        // Past the builder, which would not take a name that leads out.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.finish().unwrap();
}

#[test]
fn what_is_no_backup_or_is_damaged_is_refused_and_leaves_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.tar");
    backup_of(&filled(&Place::Sqlite), &good);
    let bytes = std::fs::read(&good).unwrap();
    let mut archive = tar::Archive::new(&*bytes);
    let entries: Vec<(String, Vec<u8>)> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
        })
        .collect();
    let parts: Vec<Part<'_>> = entries.iter().map(|(name, bytes)| (name.as_str(), &**bytes)).collect();
    let (manifest, attachment, database) = (parts[0], parts[1], parts[parts.len() - 1]);
    let hash = attachment.0.rsplit('/').next().unwrap();
    let mut flipped = database.1.to_vec();
    flipped[5_000] ^= 1;
    let newer = String::from_utf8(manifest.1.to_vec()).unwrap().replace("\"layout\":1", "\"layout\":2");
    let outside = format!("../attachments/{}/{hash}", &hash[..2]);
    let elsewhere = format!("attachments/00/{hash}");
    let cases: [(&str, Vec<Part<'_>>); 9] = [
        ("empty", vec![]),
        ("another tar", vec![("readme.txt", b"hello")]),
        ("no database", vec![manifest, attachment]),
        ("another database", vec![manifest, attachment, (database.0, &flipped)]),
        ("two databases", vec![manifest, database, database]),
        ("another file under the hash", vec![manifest, (attachment.0, b"other"), database]),
        ("a name that leads out", vec![manifest, (&outside, attachment.1), database]),
        ("a name that is not the hash's", vec![manifest, (&elsewhere, attachment.1), database]),
        ("a newer layout", vec![(manifest.0, newer.as_bytes()), attachment, database]),
    ];
    for (what, entries) in cases {
        let (file, data) = (folder.path().join("bad.tar"), folder.path().join("data"));
        tar_of(&entries, &file);
        let refused = block_on(restore(&data, None, None, &file)).unwrap_err();
        assert!(matches!(refused, BackupError::Damaged(_) | BackupError::Newer), "{what}: {refused:?}");
        assert!(!data.join("doorstep.sqlite3").exists(), "{what}");
        std::fs::remove_dir_all(data).unwrap();
    }
    for length in [100, bytes.len() / 2, bytes.len() - 3_000] {
        let (file, data) = (folder.path().join("short.tar"), folder.path().join("data"));
        std::fs::write(&file, &bytes[..length]).unwrap();
        assert!(block_on(restore(&data, None, None, &file)).is_err(), "{length}");
        assert!(!data.join("doorstep.sqlite3").exists(), "{length}");
        std::fs::remove_dir_all(data).unwrap();
    }
}
