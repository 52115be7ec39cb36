//! A sealed submission with two photos, held in memory, which counts what has arrived.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::backend::{Parcel, SendError, SendErrorKind};
use doorstep_delivery::{Attachment, EncryptedFor, Submission};
use serde_json::{Value as Json, json};

pub const ID: &str = "01a20606-35c0-7707-8707-070707070707";

/// A form's public key; `PRIVATE` is its half that the office has.
pub const PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq+6rXFAkFyRzBAKikq7KBbid+Xn5x3lNKIMRTsn+h0yhoBFaYzCPGYIdw3Zv7gmab6XpjVDu2sMtouK60j1+pULT5FaFVacQGrL0cdkeB/HliIIB71Q+3d/hPmtSUMQ+Mq83IYk9ylY2+Lkx9wWdrAwx0bgAcysV4RkRGhopFuVJ8HSWrPUq0QcgQVsZq07WS7/ErQ6F2+a3nMlb1zVBh96uvY+3SFDROzvbPN15VAV8VFQuZPO+YXtELan901XE5Cmhplyo1ED5nz+wxhY6k+o2gFXvduyAzf5QhC9X+yxjUNAFoqfZDPPdOTRpqngjMG+T38Hw20+a9mJzKThIsQIDAQAB";

/// The submission of the tests: every kind of value, a group, a repeat, and the name of a person.
pub fn submission(name: &str, files: &[Attachment], key: Option<&str>) -> Submission {
    let said: Vec<Json> = files
        .iter()
        .map(|file| json!({"name": file.name, "sha256": file.hash, "size": file.size, "type": file.media_type}))
        .collect();
    let photo = |n: usize| files.get(n).map_or(Json::Null, |file| json!(file.name));
    let named = |n: usize| files.get(n).map_or("", |file| &*file.name);
    let members = [(70, 0), (8, 1)]
        .map(|(age, n)| format!("<members><age>{age}</age><photo>{}</photo></members>", named(n)));
    let body = json!({
        "doorstep": 2,
        "id": ID,
        "form": {"id": "visit", "version": "2026.11.1", "hash": "ab".repeat(32)},
        "supersedes": null,
        "created_at": "2026-11-23T09:30:00.000+08:00",
        "finished_at": "2026-11-23T10:00:00.000+08:00",
        "language": "zh",
        "instance_name": name,
        "attachments": said,
        "data": {"visit": {
            "household": {"name": name, "alone": true, "income": 1250.5, "size": 3, "needs": ["food", "care"]},
            "members": [{"age": 70, "photo": photo(0)}, {"age": 8, "photo": photo(1)}],
            "day": "2026-11-23",
            "place": "37.5 122.1 0 5",
        }},
        "xml": format!(
            "<visit xmlns:orx=\"http://openrosa.org/xforms\" id=\"visit\" version=\"2026.11.1\"><orx:meta><orx:instanceID>uuid:{ID}</orx:instanceID></orx:meta><household><name>{name}</name></household>{}</visit>",
            members.concat()
        ),
    });
    let whom = key.map(|key| EncryptedFor::new(key, [42; 32]));
    Submission::read(body.to_string(), whom).unwrap()
}

/// Two photos, of which the second is large enough to go alone.
pub fn photos() -> Vec<(Attachment, Vec<u8>)> {
    let photo = |name: &str, bytes: Vec<u8>| (Attachment::of(name, "image/jpeg", &bytes).unwrap(), bytes);
    vec![
        photo("户口本-1.jpg", [b"\xff\xd8\xff\r\n--x", &[1; 1_500][..]].concat()),
        photo("door (2).jpg", vec![7; 5_000]),
    ]
}

/// A parcel of the device's.
pub struct Sent {
    pub submission: Submission,
    pub files: BTreeMap<String, Vec<u8>>,
    pub arrived: RefCell<BTreeSet<String>>,
    pub read: Cell<usize>,
}

impl Sent {
    /// With files or without.
    pub fn new(with_files: bool) -> Sent {
        Sent::named("张三", with_files)
    }

    /// The same id, with other content.
    pub fn named(name: &str, with_files: bool) -> Sent {
        Sent::of(name, with_files, None)
    }

    /// The same of a form with a public key.
    pub fn encrypted(name: &str, with_files: bool) -> Sent {
        Sent::of(name, with_files, Some(PUBLIC))
    }

    /// As a server has it that was sent one encrypted.
    pub fn manifest() -> Sent {
        let mut sent = Sent::new(false);
        let manifest = format!(
            r#"<data xmlns=\"http://opendatakit.org/submissions\" encrypted=\"yes\" id=\"visit\"><meta><instanceID>uuid:{ID}</instanceID></meta></data>"#
        );
        let body = sent.submission.body();
        let start = body.find("\"xml\":\"").unwrap() + 7;
        let body = format!("{}{manifest}\"}}", &body[..start]);
        sent.submission = Submission::read(body, None).unwrap();
        sent
    }

    /// With that content, of a form with that key.
    pub fn of(name: &str, with_files: bool, key: Option<&str>) -> Sent {
        let photos = if with_files { photos() } else { Vec::new() };
        let attachments: Vec<Attachment> = photos.iter().map(|(file, _)| file.clone()).collect();
        Sent {
            submission: submission(name, &attachments, key),
            files: photos.into_iter().map(|(file, bytes)| (file.name, bytes)).collect(),
            arrived: RefCell::default(),
            read: Cell::new(0),
        }
    }
}

impl Parcel for Sent {
    fn submission(&self) -> &Submission {
        &self.submission
    }

    async fn file(&self, attachment: &Attachment) -> Result<Vec<u8>, SendError> {
        self.read.set(self.read.get() + 1);
        self.files.get(&attachment.name).cloned().ok_or_else(|| SendErrorKind::FileLost.alone())
    }

    fn has_arrived(&self, part: &str) -> bool {
        self.arrived.borrow().contains(part)
    }

    async fn arrived(&self, part: &str) -> Result<(), SendError> {
        self.arrived.borrow_mut().insert(part.to_owned());
        Ok(())
    }

    async fn nothing_arrived(&self) -> Result<(), SendError> {
        self.arrived.borrow_mut().clear();
        Ok(())
    }
}
