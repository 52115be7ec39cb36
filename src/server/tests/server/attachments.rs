//! Attachments over real sockets: known by their hash, there in full or not at all, and before the submission that names them.

use crate::client::{ATTACHMENTS_LIMIT, Place, on_each_database};
use doorstep_delivery::submission::content_hash;
use serde_json::json;

on_each_database!(
    a_file_is_taken_once_and_answered_alike_each_time,
    what_is_not_the_file_is_refused_and_nothing_is_kept,
    a_file_that_is_too_large_is_refused_and_so_is_one_too_many,
    a_submission_waits_for_its_files,
    many_at_once_make_one_file,
    a_file_that_is_damaged_or_gone_can_be_sent_again,
);

const PHOTO: &[u8] = b"\xff\xd8 a photo";

fn a_file_is_taken_once_and_answered_alike_each_time(place: &Place) {
    let house = place.house();
    let hash = content_hash(PHOTO);
    let path = format!("/api/v1/attachments/{hash}");
    assert_eq!(house.send("HEAD", &path, &[], b"").status, 404);
    let first = house.put_file(&hash, PHOTO);
    assert_eq!(
        (first.status, first.json()),
        (201, json!({"attachment": {"hash": hash, "size": PHOTO.len()}}))
    );
    let again = house.put_file(&hash, PHOTO);
    assert_eq!((again.status, again.json()), (200, first.json()));
    let head = house.send("HEAD", &path, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(house.files(), std::slice::from_ref(&hash));
    let kept = house.data().join("attachments").join(&hash[..2]).join(&hash);
    assert_eq!(std::fs::read(kept).unwrap(), PHOTO);

    let large = vec![7; 5 << 20];
    assert_eq!(house.put_file(&content_hash(&large), &large).status, 201);
    assert_eq!(house.put_file(&content_hash(b""), b"").status, 201);
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(house.send(method, &path, &[], b"").status, 405, "{method}");
    }
}

fn what_is_not_the_file_is_refused_and_nothing_is_kept(place: &Place) {
    let house = place.house();
    let hash = content_hash(PHOTO);
    let answer = house.put_file(&hash, b"other");
    assert_eq!((answer.status, answer.code()), (400, "bad_digest".into()));
    assert_eq!(house.send("HEAD", &format!("/api/v1/attachments/{hash}"), &[], b"").status, 404);
    for bad in [
        "",
        "1",
        &hash.to_uppercase(),
        &hash[1..],
        "%ff",
        "..%2f..%2fetc%2fpasswd",
        &format!("{}/", &hash[..63]),
    ] {
        let answer = house.put_file(bad, PHOTO);
        assert!(matches!(answer.status, 400 | 404), "{bad}: {}", answer.status);
        assert_ne!(house.send("HEAD", &format!("/api/v1/attachments/{bad}"), &[], b"").status, 200, "{bad}");
    }
    house.put_half_a_file(&hash, PHOTO);
    assert!(house.files().is_empty(), "{:?}", house.files());
    assert_eq!(house.put_file(&hash, PHOTO).status, 201);
    assert_eq!(house.put_file(&hash, b"other").code(), "bad_digest", "also where the file is here");
}

fn a_file_that_is_too_large_is_refused_and_so_is_one_too_many(place: &Place) {
    let house = place.house();
    let mut large = vec![0; (32 << 20) + 1];
    let answer = house.put_file(&content_hash(&large), &large);
    assert_eq!((answer.status, answer.code()), (413, "too_large".into()));
    large.pop();
    assert_eq!(house.put_file(&content_hash(&large), &large).status, 201);
    let rest = usize::try_from(ATTACHMENTS_LIMIT).unwrap() - large.len();
    let more = vec![1; rest + 1];
    let answer = house.put_file(&content_hash(&more), &more);
    assert_eq!((answer.status, answer.code()), (507, "no_room".into()));
    assert_eq!(house.put_file(&content_hash(&large), &large).status, 200, "what is here takes no room");
    assert_eq!(house.put_file(&content_hash(&more[1..]), &more[1..]).status, 201);
    assert_eq!(house.put_file(&content_hash(PHOTO), PHOTO).status, 507);
    assert_eq!(house.files().len(), 2);
}

fn a_submission_waits_for_its_files(place: &Place) {
    let house = place.house();
    let files: [(&str, &[u8]); 3] = [("张三-1.jpg", PHOTO), ("张三-2.jpg", b"two"), ("张三-3.jpg", PHOTO)];
    let sent = house.submission_with(1, &files);
    let answer = house.put(&sent);
    assert_eq!((answer.status, answer.code()), (409, "attachment_missing".into()), "{}", answer.text());
    assert_eq!(answer.json()["error"]["missing"], json!([content_hash(PHOTO), content_hash(b"two")]));
    assert!(!answer.text().contains("张三"), "{}", answer.text());
    assert_eq!(house.put_file(&content_hash(PHOTO), PHOTO).status, 201);
    assert_eq!(house.put(&sent).json()["error"]["missing"], json!([content_hash(b"two")]));
    assert!(house.rows().is_empty());
    assert_eq!(house.put_file(&content_hash(b"two"), b"two").status, 201);
    assert_eq!(house.put(&sent).status, 201);
    assert_eq!(house.put(&sent).status, 200);
    assert_eq!(house.rows().len(), 1);
}

fn many_at_once_make_one_file(place: &Place) {
    let house = place.house();
    let file = vec![9; 1 << 20];
    let hash = content_hash(&file);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let puts: Vec<_> = (0..12).map(|_| scope.spawn(|| house.put_file(&hash, &file).status)).collect();
        puts.into_iter().map(|put| put.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201)), "{statuses:?}");
    assert_eq!(house.files(), [hash]);
}

fn a_file_that_is_damaged_or_gone_can_be_sent_again(place: &Place) {
    let house = place.house();
    let hash = content_hash(PHOTO);
    assert_eq!(house.put_file(&hash, PHOTO).status, 201);
    let kept = house.data().join("attachments").join(&hash[..2]).join(&hash);
    let sent = house.submission_with(1, &[("a.jpg", PHOTO)]);
    let damages: [fn(&std::path::Path) -> std::io::Result<()>; 2] = [
        |path: &std::path::Path| std::fs::write(path, "x"),
        |path: &std::path::Path| std::fs::remove_file(path),
    ];
    for damage in damages {
        damage(&kept).unwrap();
        assert_eq!(house.put(&sent).code(), "attachment_missing");
        assert_eq!(house.put_file(&hash, PHOTO).status, 200);
        assert_eq!(std::fs::read(&kept).unwrap(), PHOTO);
    }
    assert_eq!(house.put(&sent).status, 201);
}
