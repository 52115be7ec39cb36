//! What a phone seals, the office opens, and nobody else, and nothing that was changed.

use super::super::{FILE_TYPE, seal, seal_file};
use super::*;
use crate::memory_store::ready;
use crate::moment::Moment;
use crate::record::{Record, golden};
use crate::sealed::{NotSealed, Sealed};
use crate::submission::{Submission, tests::with_photo};

/// An office with so many keys.
fn office(keys: u8) -> OfficeKeys {
    let file: String = (1..=keys).map(|key| new_key([key; 32]).unwrap()).collect();
    OfficeKeys::read(&file).unwrap()
}

/// A submission with a photo, sealed for an office, and its sealed photo; by a secret of its own.
fn sealed_for(office: &OfficeKeys, secret: u8) -> (Submission, Vec<u8>) {
    let (submission, photo) = with_photo();
    let agreed = Agreement::with(office.newest(), [secret; 32]).unwrap();
    let (file, bytes) = ready(seal_file(&agreed, submission.id(), 0, &photo)).unwrap();
    assert!(file.has(&bytes));
    (ready(seal(&agreed, &submission, vec![file])).unwrap(), bytes)
}

fn envelope(submission: &Submission) -> Envelope {
    Envelope::read(submission.body().as_bytes()).unwrap()
}

#[test]
fn the_office_opens_the_very_bytes_and_files() {
    let office = office(1);
    let (plain, photo) = with_photo();
    let (sealed, file) = sealed_for(&office, 77);
    let opened = office.open(&envelope(&sealed)).unwrap();
    assert_eq!(opened.body, plain.body().as_bytes());
    assert_eq!(opened.file(0, &file).unwrap(), photo);
    assert_eq!(
        (sealed.id(), sealed.form(), sealed.finished_at()),
        (plain.id(), plain.form(), plain.finished_at())
    );
    assert!(sealed.is_for_office() && !plain.is_for_office());
}

#[test]
fn nothing_of_what_was_answered_stands_in_plain() {
    let (plain, photo) = with_photo();
    let (sealed, file) = sealed_for(&office(1), 77);
    let record = sealed.to_bytes();
    for secret in ["张三", &plain.attachments()[0].name, plain.hash(), &plain.attachments()[0].hash] {
        assert!(!String::from_utf8_lossy(&record).contains(secret), "{secret}");
    }
    assert!(!file.windows(8).any(|part| photo.windows(8).any(|other| other == part)));
    assert_eq!((sealed.name(), sealed.xml()), ("", None));
}

#[test]
fn it_is_frozen_and_no_two_sealings_are_alike() {
    let office = office(1);
    let (sealed, file) = sealed_for(&office, 77);
    assert_eq!(sealed_for(&office, 77), (sealed.clone(), file));
    let (other, _) = sealed_for(&office, 78);
    assert_ne!(sealed.hash(), other.hash());
    golden::check("submission.v3.json", &sealed);
    let again = Submission::read(sealed.body().to_string(), None).unwrap();
    assert_eq!(again, sealed);
    assert_eq!(envelope(&sealed).write(), **sealed.body());
}

#[test]
fn another_office_opens_nothing_and_an_older_key_still_does() {
    let (first, both) = (office(1), office(2));
    let (sealed, _) = sealed_for(&first, 77);
    assert_ne!(both.newest(), first.newest());
    assert!(both.open(&envelope(&sealed)).is_ok());
    let (newer, _) = sealed_for(&both, 77);
    assert_eq!(first.open(&envelope(&newer)).unwrap_err(), NotOpened::UnknownKey);
    // Said to be for a key that it was not sealed for.
    let name = first.fingerprints().next().unwrap().to_owned();
    let forged = Envelope { key: name, ..envelope(&newer) };
    assert_eq!(first.open(&forged).unwrap_err(), NotOpened::Changed);
}

#[test]
fn whatever_is_changed_does_not_open() {
    let office = office(1);
    let (sealed, file) = sealed_for(&office, 77);
    let whole = envelope(&sealed);
    let changed = |change: fn(&mut Envelope)| {
        let mut envelope = whole.clone();
        change(&mut envelope);
        office.open(&envelope).unwrap_err()
    };
    let changes: [fn(&mut Envelope); 9] = [
        |one| one.sealed[0] ^= 1,
        |one| *one.sealed.last_mut().unwrap() ^= 1,
        |one| one.sealed.truncate(10),
        |one| one.sealed.clear(),
        |one| one.id = Uuid::nil(),
        |one| one.form.version.push('0'),
        |one| one.finished_at = Moment { ms: 1, ..one.finished_at },
        |one| one.files.clear(),
        |one| one.files[0].hash = "00".repeat(32),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        assert_eq!(changed(change), NotOpened::Changed, "{place}");
    }
    assert_eq!(changed(|one| one.ephemeral = [4; POINT_BYTES]), NotOpened::Changed);
    let other = envelope(&sealed_for(&office, 78).0).ephemeral;
    assert_eq!(office.open(&Envelope { ephemeral: other, ..whole.clone() }).unwrap_err(), NotOpened::Changed);

    // A file in another's place, another's file, or a byte of it changed.
    let opened = office.open(&whole).unwrap();
    assert_eq!(opened.file(1, &file), Err(NotOpened::Changed));
    assert_eq!(opened.file(0, &sealed_for(&office, 78).1), Err(NotOpened::Changed));
    let mut bent = file;
    bent[3] ^= 1;
    assert_eq!(opened.file(0, &bent), Err(NotOpened::Changed));
}

#[test]
fn what_is_no_envelope_is_told_by_its_place() {
    let (sealed, _) = sealed_for(&office(1), 77);
    let body = sealed.body().to_string();
    let read = |from: &str, to: &str| Envelope::read(body.replacen(from, to, 1).as_bytes()).unwrap_err();
    assert!(body.contains(FILE_TYPE));
    for (from, to, wrong) in [
        ("\"doorstep_envelope\":1", "\"doorstep_envelope\":7", NotSealed::Layout(7)),
        ("1.sealed", "../1.sealed", NotSealed::Field("files")),
        ("1.sealed", "2.sealed", NotSealed::Field("files")),
        (FILE_TYPE, "image/jpeg", NotSealed::Field("files")),
        ("\"key\":\"", "\"key\":\"/", NotSealed::Field("key")),
        ("\"ephemeral\":\"", "\"ephemeral\":\"A", NotSealed::Field("ephemeral")),
        ("\"sealed\":\"", "\"sealed\":\"*", NotSealed::Field("sealed")),
        ("\"finished_at\":\"2", "\"finished_at\":\"x", NotSealed::Field("finished_at")),
    ] {
        assert_eq!(read(from, to), wrong, "{to}");
    }
    assert!(matches!(read("\"sealed\":", "\"hash\":\"a\",\"sealed\":"), NotSealed::Fields { .. }));
    assert!(matches!(Envelope::read(&body.as_bytes()[..body.len() - 1]), Err(NotSealed::NotJson { .. })));
    assert!(!Envelope::is(format!(" {body}").as_bytes()));
    // What is in an envelope is none that can be read here, and the other way round.
    assert!(Sealed::read(body.as_bytes()).is_err());
    assert!(Envelope::read(with_photo().0.body().as_bytes()).is_err());
}

#[test]
fn a_file_of_keys_is_read_whole_or_not_at_all() {
    let (one, two) = (new_key([1; 32]).unwrap(), new_key([2; 32]).unwrap());
    let keys = OfficeKeys::read(&format!("# made 2026-11\n{one}\n# made 2027-01\n{two}")).unwrap();
    assert_eq!(keys.fingerprints().count(), 2);
    assert_eq!(keys.newest(), office(2).newest());
    for (text, wrong) in [
        (String::new(), NotKeys::None),
        ("no key".to_owned(), NotKeys::None),
        (format!("{one}{one}"), NotKeys::Twice(2)),
        (format!("{one}{}", &two[..100]), NotKeys::Broken(2)),
        (one.replacen("MI", "II", 1), NotKeys::Broken(1)),
    ] {
        assert_eq!(OfficeKeys::read(&text).unwrap_err(), wrong);
    }
    assert!(!format!("{keys:?}").contains(&one[30..60]));
    assert_eq!(new_key([0; 32]), None);
    assert!(Agreement::with(&[4; POINT_BYTES], [1; 32]).is_none());
}
