//! A bucket of S3, MinIO or another that speaks its language, as the shelf of several processes: `<prefix>ab/abcd…`.
//!
//! Kept here: a file is uploaded only after all of it is here and has its hash, so that a wrong one leaves nothing there; it counts
//! once the bucket says that it has as many bytes. Credentials are in no argument, log or error; objects get no access of their
//! own, so that they are as private as the bucket.
//! Signatures are rusty-s3's. <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusty_s3::{Credentials, S3Action, UrlStyle};
use serde::Deserialize;
use tempfile::NamedTempFile;
use ureq::http::{Response, StatusCode};
use ureq::{Body, SendBody};

use super::shelf::{Folder, Incoming, Shelf};
use super::{FILE_LIMIT, is_hash};
use crate::outgoing;
use crate::relay::{RelayError, read_private};

/// How long a signature is good for.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);
/// How long an answer without a file may take.
const ANSWER: Duration = Duration::from_secs(20);
/// How long a file may take.
const TRANSFER: Duration = Duration::from_secs(5 * 60);
/// How long to wait before each further try, and as long again by chance.
const PAUSES_MS: [u64; 2] = [50, 250];

/// The files that say where a bucket is, and who may use it.
#[derive(Clone, Debug)]
pub struct BucketFiles {
    /// Endpoint, region, bucket, prefix and style of addresses.
    pub bucket: PathBuf,
    /// The credential; without it, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` of the environment.
    pub secrets: Option<PathBuf>,
}

/// Why a bucket can't be the shelf.
#[derive(Debug)]
pub enum BucketError {
    /// A file can't be read.
    File(PathBuf, io::Error),
    /// The secrets can't be read, or others can read them too.
    Secrets(RelayError),
    /// A file is not as it should be: where.
    Form(PathBuf, usize, usize),
    /// A field is not as it should be: which, and how it should be.
    Field(PathBuf, &'static str, &'static str),
    /// There is no credential.
    NoCredential,
}

impl std::fmt::Display for BucketError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BucketError::File(path, error) => write!(f, "{}: {error}", path.display()),
            BucketError::Secrets(error) => write!(f, "{error}"),
            BucketError::Form(path, line, column) => {
                write!(f, "{}:{line}:{column}: it is not as it should be", path.display())
            }
            BucketError::Field(path, field, reason) => write!(f, "{}: {field}: {reason}", path.display()),
            BucketError::NoCredential => write!(
                f,
                "the bucket's credential is missing: --s3-secrets FILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ),
        }
    }
}

impl std::error::Error for BucketError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    endpoint: String,
    region: String,
    bucket: String,
    #[serde(default)]
    prefix: String,
    /// `https://host/bucket/key` rather than `https://bucket.host/key`.
    #[serde(default)]
    path_style: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    key: String,
    secret: String,
    token: Option<String>,
}

/// Files in a bucket.
#[derive(Clone)]
pub(crate) struct Bucket(Arc<Inner>);

struct Inner {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    prefix: String,
    agent: ureq::Agent,
    /// Where files lie until they are complete.
    spool: Folder,
}

impl Bucket {
    /// The bucket that the files describe. Nothing is asked of it yet: a server starts without it.
    pub(crate) fn open(files: &BucketFiles, spool: Folder) -> Result<Bucket, BucketError> {
        let path = &files.bucket;
        let text = std::fs::read(path).map_err(|error| BucketError::File(path.clone(), error))?;
        let written: Written = read(path, &text)?;
        let wrong = |field, reason| BucketError::Field(path.clone(), field, reason);
        check(&written).map_err(|(field, reason)| wrong(field, reason))?;
        let endpoint = written.endpoint.parse().map_err(|_| wrong("endpoint", "is no address"))?;
        let style = if written.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let bucket = rusty_s3::Bucket::new(endpoint, style, written.bucket, written.region)
            .map_err(|_| wrong("endpoint", "is no address of a store"))?;
        let credentials = credentials(files.secrets.as_deref())?;
        let agent = outgoing::agent();
        Ok(Bucket(Arc::new(Inner { bucket, credentials, prefix: written.prefix, agent, spool })))
    }

    /// Can it be asked? A file that is not there is answer enough.
    pub(crate) fn try_out(&self) -> io::Result<()> {
        self.size(&"0".repeat(64)).map(drop)
    }

    fn key(&self, hash: &str) -> String {
        format!("{}{}/{hash}", self.0.prefix, &hash[..2])
    }

    /// How many bytes the object has; `None` if there is none.
    fn size(&self, hash: &str) -> io::Result<Option<u64>> {
        let Inner { bucket, credentials, .. } = &*self.0;
        let url = bucket.head_object(Some(credentials), &self.key(hash)).sign(SIGNED_FOR);
        let answer = self.send("HEAD", url.as_str(), &[], SendBody::none(), ANSWER)?;
        match answer.status() {
            StatusCode::OK => {
                let length = answer.headers().get("content-length");
                let length = length.and_then(|text| text.to_str().ok()).and_then(|text| text.parse().ok());
                length.map(Some).ok_or_else(|| away("an answer without a length"))
            }
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(away(status.as_str())),
        }
    }

    fn put(&self, hash: &str, file: std::fs::File, size: u64) -> io::Result<()> {
        let Inner { bucket, credentials, .. } = &*self.0;
        let key = self.key(hash);
        let mut action = bucket.put_object(Some(credentials), &key);
        // A store that knows it checks the bytes as they come in.
        let checksum = STANDARD.encode(bytes_of(hash)?);
        action.headers_mut().insert("x-amz-checksum-sha256", checksum.clone());
        let url = action.sign(SIGNED_FOR);
        let length = size.to_string();
        let headers = [
            ("x-amz-checksum-sha256", &*checksum),
            ("content-length", &*length),
            ("content-type", "application/octet-stream"),
        ];
        let body = SendBody::from_owned_reader(file);
        let answer = self.send("PUT", url.as_str(), &headers, body, TRANSFER)?;
        if !answer.status().is_success() {
            return Err(away(answer.status().as_str()));
        }
        match self.size(hash)? {
            Some(kept) if kept == size => Ok(()),
            Some(_) | None => Err(away("it was put there, and is not there")),
        }
    }

    fn opened(&self, hash: &str) -> io::Result<Box<dyn Read + Send>> {
        let Inner { bucket, credentials, .. } = &*self.0;
        let url = bucket.get_object(Some(credentials), &self.key(hash)).sign(SIGNED_FOR);
        let answer = self.send("GET", url.as_str(), &[], SendBody::none(), TRANSFER)?;
        match answer.status() {
            // One byte more than any file has, so that a longer one shows.
            StatusCode::OK => {
                Ok(Box::new(answer.into_body().into_with_config().limit(FILE_LIMIT + 1).reader()))
            }
            StatusCode::NOT_FOUND => Err(io::ErrorKind::NotFound.into()),
            status => Err(away(status.as_str())),
        }
    }

    fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: SendBody<'static>,
        timeout: Duration,
    ) -> io::Result<Response<Body>> {
        let mut asked = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        // No error of ureq's own: it could quote the address with its signature.
        let asked = asked.body(body).map_err(|_| away("a request that can't be made"))?;
        let agent = &self.0.agent;
        let asked = agent.configure_request(asked).timeout_global(Some(timeout)).build();
        agent.run(asked).map_err(|error| match error {
            ureq::Error::Timeout(_) => {
                io::Error::new(io::ErrorKind::TimedOut, "the attachments' bucket: no answer in time")
            }
            ureq::Error::Io(error) => away(&error.kind().to_string()),
            _ => away("the connection failed"),
        })
    }
}

impl Shelf for Bucket {
    fn has(&self, hash: &str, size: u64) -> io::Result<bool> {
        Ok(again(|| self.size(hash))? == Some(size))
    }

    fn receive(&self) -> io::Result<Box<dyn Incoming>> {
        Ok(Box::new(Spooled { file: self.0.spool.spool()?, bucket: self.clone() }))
    }

    fn read(&self, hash: &str) -> io::Result<Box<dyn Read + Send>> {
        again(|| self.opened(hash))
    }
}

/// A file on its way, on this machine until all of it is here.
struct Spooled {
    file: NamedTempFile,
    bucket: Bucket,
}

impl Incoming for Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn keep(self: Box<Self>, hash: &str) -> io::Result<()> {
        let size = self.file.as_file().metadata()?.len();
        again(|| self.bucket.put(hash, self.file.reopen()?, size))
    }
}

/// Tries what comes to the same when it is done twice: stores drop connections and say that they are busy in good health. A
/// silence was long enough the first time.
fn again<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for pause_ms in PAUSES_MS {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                std::thread::sleep(Duration::from_millis(pause_ms + fastrand::u64(0..pause_ms)));
            }
            done => return done,
        }
    }
    attempt()
}

/// The bucket is not as it should be just now; another try may do. Tells neither its address nor a signature.
fn away(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, format!("the attachments' bucket: {what}"))
}

fn bytes_of(hash: &str) -> io::Result<Vec<u8>> {
    let byte = |place: usize| u8::from_str_radix(&hash[place..place + 2], 16);
    let bytes: Option<Vec<u8>> =
        is_hash(hash).then(|| (0..64).step_by(2).filter_map(|place| byte(place).ok()).collect());
    bytes.ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

fn read<'a, T: Deserialize<'a>>(path: &Path, text: &'a [u8]) -> Result<T, BucketError> {
    // serde's own words could quote a value.
    serde_json::from_slice(text)
        .map_err(|error| BucketError::Form(path.to_owned(), error.line(), error.column()))
}

fn check(written: &Written) -> Result<(), (&'static str, &'static str)> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !written.prefix.chars().all(plain) || written.prefix.contains("..") || written.prefix.starts_with('/')
    {
        return Err(("prefix", "has to be a plain path without a slash in front"));
    }
    if written.bucket.is_empty()
        || !written.bucket.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
    {
        return Err(("bucket", "has to be a bucket's name"));
    }
    if !outgoing::is_safe(&written.endpoint) {
        return Err(("endpoint", "has to be https://…; http:// does on this machine only (127.0.0.1)"));
    }
    Ok(())
}

fn credentials(secrets: Option<&Path>) -> Result<Credentials, BucketError> {
    let Some(path) = secrets else { return Credentials::from_env().ok_or(BucketError::NoCredential) };
    let text = read_private(path).map_err(BucketError::Secrets)?;
    let secrets: Secrets = read(path, &text)?;
    Ok(match secrets.token {
        Some(token) => Credentials::new_with_token(secrets.key, secrets.secret, token),
        None => Credentials::new(secrets.key, secrets.secret),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"endpoint": "https://s3.example.org", "region": "r", "bucket": "b"}"#;
    const SECRETS: &str = r#"{"key": "KEY", "secret": "hidden-secret"}"#;

    fn opened(bucket: &str, secrets: &str) -> Result<Bucket, BucketError> {
        let folder = tempfile::tempdir().unwrap();
        let files = BucketFiles {
            bucket: folder.path().join("s3.json"),
            secrets: Some(folder.path().join("secrets.json")),
        };
        std::fs::write(&files.bucket, bucket).unwrap();
        std::fs::write(folder.path().join("secrets.json"), secrets).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(
            folder.path().join("secrets.json"),
            std::os::unix::fs::PermissionsExt::from_mode(0o600),
        )
        .unwrap();
        Bucket::open(&files, Folder::open(folder.path()).unwrap())
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_without_its_value() {
        assert!(opened(GOOD, SECRETS).is_ok());
        for (from, to, told) in [
            ("https://s3.example.org", "http://s3.example.org", "endpoint"),
            ("https://s3.example.org", "ftp://127.0.0.1", "endpoint"),
            ("https://s3.example.org", "http://127.0.0.1@s3.example.org", "endpoint"),
            (r#""b""#, r#""b/c""#, "bucket"),
            (r#""b""#, r#""""#, "bucket"),
            (r#""b""#, r#""b", "prefix": "../x""#, "prefix"),
            (r#""b""#, r#""b", "prefix": "/x""#, "prefix"),
            (r#""b""#, r#""b", "secret": "hidden-secret""#, "s3.json:1:"),
        ] {
            let error = opened(&GOOD.replace(from, to), SECRETS).err().unwrap().to_string();
            assert!(error.contains(told) && !error.contains("hidden"), "{to}: {error}");
        }
        let error = opened(GOOD, r#"{"key": "hidden", "secret": 1}"#).err().unwrap().to_string();
        assert!(error.contains("secrets.json:1:") && !error.contains("hidden"), "{error}");
    }

    #[test]
    fn a_bucket_that_is_not_reached_is_away_and_its_error_holds_no_signature() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let there = GOOD.replace("https://s3.example.org", &format!("http://{nobody}"));
        let folder = tempfile::tempdir().unwrap();
        let files = BucketFiles {
            bucket: folder.path().join("s3.json"),
            secrets: Some(folder.path().join("s.json")),
        };
        std::fs::write(&files.bucket, there.replace(r#""b""#, r#""b", "path_style": true"#)).unwrap();
        std::fs::write(folder.path().join("s.json"), SECRETS).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(
            folder.path().join("s.json"),
            std::os::unix::fs::PermissionsExt::from_mode(0o600),
        )
        .unwrap();
        let bucket = Bucket::open(&files, Folder::open(folder.path()).unwrap()).unwrap();
        let error = bucket.has(&"ab".repeat(32), 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotConnected);
        let told = error.to_string();
        assert!(
            !told.contains("Signature") && !told.contains("KEY") && !told.contains("127.0.0.1"),
            "{told}"
        );
    }
}
