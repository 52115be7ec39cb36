//! Attachments in a bucket: what holds of the folder holds there too, tried with S3rver, which knows its own key only, and Moto,
//! which keeps S3's rules of writing and stands behind botocore, which proves each signature. `DOORSTEP_SKIP_REAL_SERVERS=1` goes without.

use std::path::Path;

use doorstep_delivery::submission::content_hash;
use doorstep_server::BucketFiles;
use doorstep_server::backup::{restore, take};

use crate::client::House;
use crate::real_server::{Server, folder, node, python, skipped};

const PHOTO: &[u8] = b"a photo, or what stands for it";

fn described(folder: &Path, port: u16, key: &str, secret: &str) -> BucketFiles {
    let files = BucketFiles { bucket: folder.join("s3.json"), secrets: Some(folder.join("s3-secrets.json")) };
    let bucket = format!(
        r#"{{"endpoint": "http://127.0.0.1:{port}", "region": "us-east-1", "bucket": "bucket", "prefix": "doorstep/", "path_style": true}}"#
    );
    std::fs::write(&files.bucket, bucket).unwrap();
    let secrets = folder.join("s3-secrets.json");
    std::fs::write(&secrets, format!(r#"{{"key": "{key}", "secret": "{secret}"}}"#)).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&secrets, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    files
}

/// What all buckets do. Ends with the bucket gone.
fn keeps_its_word(server: Server, described: &BucketFiles) {
    let house = House::with_bucket(described.clone());
    wrong_bytes_leave_nothing(&house);
    let sent = house.submission_with(1, &[("a.jpg", PHOTO)]);
    assert_eq!(house.put(&sent).code(), "attachment_missing");
    assert_eq!(house.put_file(&content_hash(PHOTO), PHOTO).status, 201);
    assert_eq!(house.put_file(&content_hash(PHOTO), PHOTO).status, 200);
    let another = house.another();
    assert_eq!(house.put(&sent).status, 201);
    drop(another);
    assert!(house.files().is_empty(), "nothing stays on this machine: {:?}", house.files());
    many_at_once(&house);
    goes_through_a_backup(&house);

    drop(server);
    let other = b"never kept";
    let answer = house.put_file(&content_hash(other), other);
    assert_eq!((answer.status, answer.code()), (503, "shelf_away".into()), "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    let sent = house.submission_with(2, &[("a.jpg", PHOTO)]);
    assert_eq!(house.put(&sent).status, 503, "accepted without its file");
    assert_eq!(house.rows().len(), 1);
    let plain = house.submission_with(3, &[]);
    assert_eq!(house.put(&plain).status, 201, "what needs no file goes on");
}

fn wrong_bytes_leave_nothing(house: &House) {
    let hash = content_hash(PHOTO);
    assert_eq!(house.put_file(&hash, b"other").code(), "bad_digest");
    house.put_half_a_file(&hash, PHOTO);
    let path = format!("/api/v1/attachments/{hash}");
    assert_eq!(house.send("HEAD", &path, &[], b"").status, 404);
    assert!(house.files().is_empty(), "{:?}", house.files());
    let large = vec![0; (32 << 20) + 1];
    assert_eq!(house.put_file(&content_hash(&large), &large).status, 413);
    assert_eq!(
        house.send("HEAD", &format!("/api/v1/attachments/{}", content_hash(&large)), &[], b"").status,
        404
    );
}

fn many_at_once(house: &House) {
    let file = vec![9; 1 << 20];
    let hash = content_hash(&file);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let puts: Vec<_> = (0..8).map(|_| scope.spawn(|| house.put_file(&hash, &file).status)).collect();
        puts.into_iter().map(|put| put.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
}

/// From the bucket into a file, and from there into a folder: the bytes are the same.
fn goes_through_a_backup(house: &House) {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("b.tar"), folder.path().join("data"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let taken = runtime.block_on(take(&house.data(), None, house.bucket(), &file)).unwrap();
    assert_eq!((taken.submissions, taken.attachments, taken.missing.len()), (1, 2, 0));
    let restored = runtime.block_on(restore(&data, None, None, &file)).unwrap();
    assert_eq!((restored.attachments, restored.new_attachments), (2, 2));
    let hash = content_hash(PHOTO);
    assert_eq!(std::fs::read(data.join("attachments").join(&hash[..2]).join(&hash)).unwrap(), PHOTO);
    let again = folder.path().join("again");
    let restored = runtime.block_on(restore(&again, None, house.bucket(), &file)).unwrap();
    assert_eq!(restored.new_attachments, 0, "the bucket has them");
    let alone = folder.path().join("alone.tar");
    let taken = runtime.block_on(take(&house.data(), None, None, &alone)).unwrap();
    assert_eq!(taken.missing.len(), 2, "without the bucket, what is missing is named");
}

#[test]
fn s3rver_keeps_attachments_and_refuses_another_key() {
    if skipped() {
        return;
    }
    let folder = folder("shelf-s3rver");
    let server = node("s3rver.cjs", &folder);
    {
        let wrong = House::with_bucket(described(&folder, server.port, "another", "S3RVER"));
        let answer = wrong.put_file(&content_hash(PHOTO), PHOTO);
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(!answer.text().contains("Signature") && !answer.text().contains("127.0.0.1"));
    }
    let files = described(&folder, server.port, "S3RVER", "S3RVER");
    keeps_its_word(server, &files);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn moto_keeps_attachments_and_botocore_refuses_what_is_signed_with_another_secret() {
    if skipped() {
        return;
    }
    let folder = folder("shelf-moto");
    let server = python("moto_server.py", &folder);
    {
        let wrong = House::with_bucket(described(&folder, server.port, "S3RVER", "another"));
        assert_eq!(wrong.put_file(&content_hash(PHOTO), PHOTO).status, 503);
    }
    let files = described(&folder, server.port, "S3RVER", "S3RVER");
    keeps_its_word(server, &files);
    std::fs::remove_dir_all(folder).unwrap();
}
