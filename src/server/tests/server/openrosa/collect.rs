//! ODK Collect's part in the tests, written from OpenRosa's specification: which requests it sends, with which headers, and how it
//! writes a multipart body.

use crate::client::{Answer, House};

/// A form that Collect is given: times, a list in a file of its own, and photos in a repeat.
pub const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "3", "title": {"zh": "走访 & 登记", "en": "Visit"}, "default_language": "zh"},
  "survey": [
    {"type": "start", "name": "start"},
    {"type": "end", "name": "end"},
    {"type": "select_one_from_file towns.csv", "name": "town", "label": {"zh": "镇"}},
    {"type": "text", "name": "name", "label": {"zh": "姓名"}},
    {"type": "integer", "name": "age", "label": {"zh": "年龄"}},
    {"type": "repeat", "name": "room", "label": {"zh": "房间"}, "children": [
      {"type": "image", "name": "photo", "label": {"zh": "照片"}}
    ]}
  ]
}
"#;
/// The list in its file.
pub const TOWNS: &str = "name,label\nt1,张村\nt2,初村\n";
/// Both, among the server's forms.
pub const FILES: [(&str, &str); 2] = [("visit/form.json", FORM), ("visit/towns.csv", TOWNS)];

/// Somebody with Collect, and the address that was typed into it.
pub struct Collect<'a> {
    pub house: &'a House,
    /// `/openrosa`, or with a token.
    pub base: String,
    /// What it was told after a challenge.
    pub login: Option<String>,
}

/// A part of a POST that is a file.
pub type File<'a> = (&'a str, &'a [u8]);

impl Collect<'_> {
    pub fn at(house: &House) -> Collect<'_> {
        Collect { house, base: "/openrosa".into(), login: None }
    }

    pub fn ask(&self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut headers = vec![
            ("user-agent", "org.odk.collect.android/v2026.1 Dalvik/2.1.0"),
            ("x-openrosa-version", "1.0"),
            ("date", "Mon, 23 Nov 2026 02:00:00 GMT"),
        ];
        headers.extend_from_slice(more);
        if let Some(login) = &self.login {
            headers.push(("authorization", login));
        }
        self.house.send(method, path, &headers, body)
    }

    /// Fetches what an answer named, by its whole address.
    pub fn fetch(&self, url: &str) -> Answer {
        self.ask("GET", url.strip_prefix("http://x").unwrap_or(url), &[], b"")
    }

    pub fn list(&self) -> Answer {
        self.fetch(&format!("{}/formList", self.base))
    }

    pub fn head(&self) -> Answer {
        self.ask("HEAD", &format!("{}/submission", self.base), &[], b"")
    }

    pub fn post(&self, xml: &str, files: &[File<'_>], incomplete: bool) -> Answer {
        self.post_body(&body(xml, files, incomplete))
    }

    pub fn post_body(&self, body: &[u8]) -> Answer {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.ask("POST", &format!("{}/submission", self.base), &[("content-type", &kind)], body)
    }
}

const BOUNDARY: &str = "2e4f8f7c-6f1c-4a0e-9d0a-6a1f7d8d7d11";

/// A multipart body as OkHttp writes it.
pub fn body(xml: &str, files: &[File<'_>], incomplete: bool) -> Vec<u8> {
    let mut body = Vec::new();
    let mut part = |disposition: &str, kind: Option<&str>, bytes: &[u8]| {
        body.extend_from_slice(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n").as_bytes(),
        );
        if let Some(kind) = kind {
            body.extend_from_slice(format!("Content-Type: {kind}\r\n").as_bytes());
        }
        body.extend_from_slice(format!("Content-Length: {}\r\n\r\n", bytes.len()).as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    };
    part("name=\"xml_submission_file\"; filename=\"visit_2026-11-23.xml\"", Some("text/xml"), xml.as_bytes());
    for (name, bytes) in files {
        part(&format!("name=\"{name}\"; filename=\"{name}\""), Some("image/jpeg"), bytes);
    }
    if incomplete {
        part("name=\"*isIncomplete*\"", None, b"yes");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// An instance, byte for byte as JavaRosa (Collect's engine) wrote one of this form; town and name as its reader wrote them.
pub fn instance(id: &str, name: &str, photos: &[&str]) -> String {
    let rooms: String = photos.iter().map(|photo| format!("<room><photo>{photo}</photo></room>")).collect();
    format!(
        "<?xml version='1.0' encoding='UTF-8' ?><visit id=\"visit\" version=\"3\" \
         xmlns:odk=\"http://www.opendatakit.org/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" \
         xmlns:jr=\"http://openrosa.org/javarosa\"><start>2026-11-23T09:30:00.000+08:00</start>\
         <end>2026-11-23T10:00:00.000+08:00</end><town>t1</town><name>{name}</name><age>71</age>{rooms}\
         <meta><instanceID>{id}</instanceID></meta></visit>"
    )
}

/// The texts of the elements of a name.
pub fn texts(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&*open).skip(1).map(|part| part.split(&*close).next().unwrap().to_owned()).collect()
}
