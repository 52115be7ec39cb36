//! A sealed submission with two photos, held in memory, which counts what has arrived.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::backend::{Parcel, SendError, SendErrorKind};
use doorstep_delivery::{Attachment, Submission};
use serde_json::{Value as Json, json};

pub const ID: &str = "01a20606-35c0-7707-8707-070707070707";

/// The submission of the tests: every kind of value, a group, a repeat, and the name of a person.
pub fn submission(name: &str, files: &[Attachment]) -> Submission {
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
    Submission::read(body.to_string()).unwrap()
}

/// Two photos, of which the second is large enough to go alone.
pub fn photos() -> Vec<(Attachment, Vec<u8>)> {
    let photo = |name: &str, bytes: Vec<u8>| (Attachment::of(name, "image/jpeg", &bytes).unwrap(), bytes);
    vec![photo("户口本-1.jpg", b"\xff\xd8\xff\r\n--x".to_vec()), photo("door (2).jpg", vec![7; 5_000])]
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
        let photos = if with_files { photos() } else { Vec::new() };
        let attachments: Vec<Attachment> = photos.iter().map(|(file, _)| file.clone()).collect();
        Sent {
            submission: submission(name, &attachments),
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
