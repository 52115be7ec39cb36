//! OpenRosa's form submission in three dialects: Central compares the XML and adds files, KoBo answers 202 to what it has
//! and asks for a digest, Ona looks at the id alone.

use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, SendErrorKind};
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, Method, Request, Response};

use super::{answered, header};
use crate::configured;
use crate::encrypted::{Encrypted, Holds};
use crate::parcel::Sent;
use crate::suite::{Held, Peer, keeps_its_word};

const ADDRESS: &str = r#""kind": "openrosa", "url": "https://odk.example/submission""#;
/// Room for the XML and either photo, not for both.
const LIMIT: usize = 8_000;

/// What the three have in common.
#[derive(Default)]
struct Server {
    /// By instance id: the XML and the files.
    instances: BTreeMap<String, Instance>,
    /// Has it said how much it takes at once? A sender that never heard it can't keep to it.
    told: bool,
}

type Files = BTreeMap<String, Vec<u8>>;
type Instance = (Vec<u8>, Files);

impl Server {
    fn as_it_came(&self, id: &str) -> Vec<(String, Files)> {
        let found = self.instances.get(&format!("uuid:{id}")).into_iter();
        found.map(|(xml, files)| (String::from_utf8(xml.clone()).unwrap(), files.clone())).collect()
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let found = self.instances.get(&format!("uuid:{id}")).into_iter();
        found.map(|(xml, files)| Held { mark: content_hash(xml), files: files.clone() }).collect()
    }
}

struct Posted {
    instance: String,
    xml: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

/// The parts of a multipart/form-data body, as RFC 7578 and RFC 2046 have them.
fn read(request: &Request, told: bool) -> Posted {
    assert_eq!(header(request, "x-openrosa-version"), Some("1.0"));
    let media_type = header(request, "content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = request.body.as_deref().unwrap();
    assert!(body.len() <= LIMIT || !told, "{} bytes", body.len());
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(format!("--{boundary}").as_bytes()).unwrap();
    let mut posted = Posted { instance: String::new(), xml: Vec::new(), files: BTreeMap::new() };
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head = find(part, b"\r\n\r\n").unwrap();
        let end = find(&part[head + 4..], delimiter.as_bytes()).unwrap() + head + 4;
        let (head, content) = (std::str::from_utf8(&part[..head]).unwrap(), &part[head + 4..end]);
        rest = &part[end + delimiter.len()..];
        let field = |name: &str| {
            let start = head.find(&format!("; {name}=\""))? + name.len() + 4;
            Some(head[start..].split('"').next().unwrap().to_owned())
        };
        match field("name").unwrap().as_str() {
            "xml_submission_file" => {
                assert!(head.contains("\r\nContent-Type: text/xml"));
                posted.xml = content.to_vec();
            }
            "*isIncomplete*" => assert_eq!(content, b"yes"),
            _ => {
                posted.files.insert(field("filename").unwrap(), content.to_vec());
            }
        }
    }
    assert_eq!(rest, b"--\r\n");
    let xml = std::str::from_utf8(&posted.xml).unwrap();
    let start = xml.find("<orx:instanceID>").unwrap() + "<orx:instanceID>".len();
    posted.instance = xml[start..].split('<').next().unwrap().to_owned();
    posted
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn spoken(status: u16, instance: &str, message: &str) -> Response {
    let metadata = format!(
        "<submissionMetadata xmlns=\"http://www.opendatakit.org/xforms\" id=\"visit\" instanceID=\"{instance}\"/>"
    );
    let metadata = if status < 300 { metadata } else { String::new() };
    answered(
        status,
        "text/xml; charset=utf-8",
        format!(
            "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\"><message>{message}</message>{metadata}</OpenRosaResponse>"
        ),
    )
}

fn head() -> Response {
    let mut response = answered(204, "text/xml", "");
    response.headers.push(("x-openrosa-version".into(), "1.0".into()));
    response.headers.push(("x-openrosa-accept-content-length".into(), LIMIT.to_string()));
    response
}

fn mark(sent: &Sent) -> String {
    content_hash(sent.submission.xml().unwrap().as_bytes())
}

/// The same bytes again are taken with their files, others are a conflict.
struct Central(Server);

impl Peer for Central {
    fn empty() -> Central {
        Central(Server::default())
    }

    fn backend() -> AnyBackend {
        let fields =
            r#""kind": "openrosa", "url": "https://odk.example/v1/key/{token}/projects/1/submission""#;
        let login = Login::Address(Secret::new("app-user"));
        configured(fields, Credential { login, signing: None })
    }

    fn answer(&mut self, request: &Request) -> Response {
        assert_eq!(request.url, "https://odk.example/v1/key/app-user/projects/1/submission");
        if request.method == Method::Head {
            self.0.told = true;
            return head();
        }
        let posted = read(request, self.0.told);
        let (xml, files) =
            self.0.instances.entry(posted.instance.clone()).or_insert((posted.xml.clone(), BTreeMap::new()));
        if *xml != posted.xml {
            return spoken(
                409,
                &posted.instance,
                "A submission already exists with this ID, but with different XML.",
            );
        }
        files.extend(posted.files);
        spoken(201, &posted.instance, "full submission upload was successful!")
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.0.held(id)
    }

    fn mark(sent: &Sent) -> String {
        mark(sent)
    }
}

/// 202 to what it has, with new files kept; 409 to other content. Every answer is behind a digest whose nonce is good for three requests.
struct KoBo {
    server: Server,
    nonce: u32,
    used: u32,
}

impl Peer for KoBo {
    fn empty() -> KoBo {
        KoBo { server: Server::default(), nonce: 1, used: 0 }
    }

    fn backend() -> AnyBackend {
        let login = Login::Digest { user: "office".into(), password: Secret::new("pass word") };
        configured(ADDRESS, Credential { login, signing: None })
    }

    fn answer(&mut self, request: &Request) -> Response {
        if let Some(refusal) = self.refuse(request) {
            return refusal;
        }
        if request.method == Method::Head {
            self.server.told = true;
            return head();
        }
        let posted = read(request, self.server.told);
        let known = self.server.instances.get_mut(&posted.instance);
        match known {
            None => {
                self.server.instances.insert(posted.instance.clone(), (posted.xml, posted.files));
                spoken(201, &posted.instance, "Successful submission.")
            }
            Some((xml, _)) if *xml != posted.xml => spoken(409, &posted.instance, "Duplicate submission"),
            Some((_, files)) => {
                files.extend(posted.files);
                spoken(202, &posted.instance, "Duplicate submission")
            }
        }
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.server.held(id)
    }

    fn mark(sent: &Sent) -> String {
        mark(sent)
    }
}

impl KoBo {
    fn renew(&mut self) {
        self.nonce += 1;
        self.used = 0;
    }

    /// RFC 7616 from the server's side, with MD5 as Django's digest has it.
    fn refuse(&mut self, request: &Request) -> Option<Response> {
        let nonce = format!("nonce-{}", self.nonce);
        let ask = |stale: bool, nonce: &str| {
            let mut response = answered(401, "text/plain", "");
            let challenge = format!(
                "Digest realm=\"kobo\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5, stale={stale}"
            );
            response.headers.push(("www-authenticate".into(), challenge));
            Some(response)
        };
        let Some(header) = header(request, "authorization") else {
            self.renew();
            return ask(false, &format!("nonce-{}", self.nonce));
        };
        let field = |name: &str| {
            let start = header.find(&format!(" {name}="))? + name.len() + 2;
            Some(header[start..].split(',').next()?.trim_matches('"').to_owned())
        };
        let count = field("nc").unwrap();
        // An answer that was seen before is a replay, whoever sends it.
        let counted = u32::from_str_radix(&count, 16) == Ok(self.used + 1);
        if field("nonce").as_ref() != Some(&nonce) || !counted || self.used == 3 {
            self.renew();
            return ask(true, &format!("nonce-{}", self.nonce));
        }
        self.used += 1;
        let hash = |text: String| md5_hex(text.as_bytes());
        let a1 = hash("office:kobo:pass word".into());
        let a2 = hash(format!("{}:/submission", request.method.name()));
        let own = field("cnonce").unwrap();
        let proof = hash(format!("{a1}:{nonce}:{count}:{own}:auth:{a2}"));
        assert_eq!(field("response"), Some(proof));
        None
    }
}

fn md5_hex(bytes: &[u8]) -> String {
    use md5::Digest;
    format!("{:x}", md5::Md5::digest(bytes))
}

/// 202 to whatever comes under an id that it has, content unseen.
struct Ona(Server);

impl Peer for Ona {
    fn empty() -> Ona {
        Ona(Server::default())
    }

    fn backend() -> AnyBackend {
        let login = Login::Token(Secret::new("abc"));
        configured(ADDRESS, Credential { login, signing: None })
    }

    fn answer(&mut self, request: &Request) -> Response {
        assert_eq!(header(request, "authorization"), Some("Token abc"));
        if request.method == Method::Head {
            // Its HEAD says nothing of OpenRosa.
            return answered(405, "text/plain", "");
        }
        let posted = read(request, false);
        match self.0.instances.get_mut(&posted.instance) {
            None => {
                self.0.instances.insert(posted.instance.clone(), (posted.xml, posted.files));
                spoken(201, &posted.instance, "Successful submission.")
            }
            Some((_, files)) => {
                // What has a name already stays.
                for (name, bytes) in posted.files {
                    files.entry(name).or_insert(bytes);
                }
                spoken(202, &posted.instance, "Duplicate submission")
            }
        }
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.0.held(id)
    }

    fn mark(sent: &Sent) -> String {
        mark(sent)
    }

    fn looks_at_content() -> bool {
        false
    }

    // Without an announced limit both photos go in one request.
    fn files_go_alone() -> bool {
        false
    }
}

impl Holds for Central {
    fn as_it_came(&self, id: &str) -> Vec<(String, Files)> {
        self.0.as_it_came(id)
    }
}

impl Holds for KoBo {
    fn as_it_came(&self, id: &str) -> Vec<(String, Files)> {
        self.server.as_it_came(id)
    }
}

impl Holds for Ona {
    fn as_it_came(&self, id: &str) -> Vec<(String, Files)> {
        self.0.as_it_came(id)
    }
}

#[test]
fn central_keeps_its_word() {
    keeps_its_word::<Central>();
    keeps_its_word::<Encrypted<Central>>();
}

#[test]
fn kobo_keeps_its_word() {
    keeps_its_word::<KoBo>();
    keeps_its_word::<Encrypted<KoBo>>();
}

#[test]
fn ona_keeps_its_word() {
    keeps_its_word::<Ona>();
    keeps_its_word::<Encrypted<Ona>>();
}

#[test]
fn a_key_that_is_none_lets_nothing_out() {
    let posted = std::cell::Cell::new(0);
    let transport = MemoryTransport::new(|request: Request| {
        posted.set(posted.get() + usize::from(request.method == Method::Post));
        Ok(head())
    });
    let sent = Sent::of("张三", true, Some("MIIBIjANBgkq"));
    let error = ready(Central::backend().send(&sent, &transport)).unwrap_err();
    assert_eq!(
        (error.kind, &*error.words),
        (SendErrorKind::NotEncrypted, "the form's public key can't be read")
    );
    assert_eq!((posted.get(), sent.read.get()), (0, 0));
}
