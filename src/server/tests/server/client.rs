//! A house with a server in it, and a client that speaks plain HTTP/1.1 so that it can also hang up.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::submission::content_hash;
use doorstep_postgres::Cluster;
use doorstep_server::seed::{SeedError, Seeding, Wanted, seed};
use doorstep_server::{
    Access, BucketFiles, Files, OfficeKeyOptions, Options, Relaying, Server, TilesOptions,
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// A form of one page.
pub const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "1", "title": {"zh": "走访", "en": "Visit"}, "default_language": "zh"},
  "survey": [
    {"type": "group", "name": "person", "label": {"zh": "人", "en": "Person"}, "children": [
      {"type": "text", "name": "name", "label": {"zh": "姓名", "en": "Name"}},
      {"type": "integer", "name": "age", "label": {"zh": "年龄", "en": "Age"}}
    ]}
  ]
}
"#;

/// Room for attachments, in bytes.
pub const ATTACHMENTS_LIMIT: u64 = 40 << 20;

/// The app's page, with an inline script.
pub const PAGE: &str = "<!doctype html><script>alert(1)</script>";
/// A script with a hash in its name.
pub const SCRIPT: &str = "/app-0123456789abcdef.js";

/// Where a test's servers have their databases.
pub enum Place {
    /// In their data folders.
    Sqlite,
    /// Each in one of its own.
    Postgres(Arc<Cluster>),
}

impl Place {
    /// A server with nothing in it.
    pub fn house(&self) -> House {
        match self {
            Place::Sqlite => House::new(),
            Place::Postgres(cluster) => {
                House::on(Some((cluster.clone(), cluster.new_database())), Access::default(), None, None)
            }
        }
    }

    /// A server with nothing in it whose office has said who may send.
    pub fn with(&self, access: Access) -> House {
        let database = match self {
            Place::Sqlite => None,
            Place::Postgres(cluster) => Some((cluster.clone(), cluster.new_database())),
        };
        House::on(database, access, None, None)
    }

    /// A server with nothing in it that passes submissions on.
    pub fn relaying(&self, relay: &Relaying) -> House {
        let database = match self {
            Place::Sqlite => None,
            Place::Postgres(cluster) => Some((cluster.clone(), cluster.new_database())),
        };
        House::on(database, Access::default(), Some(relay.clone()), None)
    }
}

/// Makes tests of `fn(&Place)`: each on SQLite by itself, and all of them on one PostgreSQL.
macro_rules! on_each_database {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $test() {
                    super::$test(&$crate::client::Place::Sqlite);
                }
            )+
        }

        #[test]
        fn postgres() {
            let Some(cluster) = doorstep_postgres::Cluster::for_tests() else { return };
            let place = $crate::client::Place::Postgres(cluster);
            $(
                eprintln!("{}", stringify!($test));
                $test(&place);
            )+
        }
    };
}
pub(crate) use on_each_database;

/// A server with its folders, until dropped.
pub struct House {
    folder: tempfile::TempDir,
    /// PostgreSQL and the address of a database in it, if the database is not in the folder.
    database: Option<(Arc<Cluster>, String)>,
    address: SocketAddr,
    form_hash: String,
    access: Access,
    pub relay: Option<Relaying>,
    bucket: Option<BucketFiles>,
    /// What the first start's administrator logs in with.
    pub first_password: String,
    running: Option<Running>,
}

/// What a device sends.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: String,
    pub body: String,
}

impl Sent {
    pub fn hash(&self) -> String {
        content_hash(self.body.as_bytes())
    }

    pub fn digest(&self) -> String {
        format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(self.body.as_bytes())))
    }
}

/// What a server answers.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn reason(&self) -> String {
        self.json()["error"]["reason"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

impl House {
    pub fn new() -> House {
        House::on(None, Access::default(), None, None)
    }

    /// A server whose office has said who may send.
    pub fn with(access: Access) -> House {
        House::on(None, access, None, None)
    }

    /// A server whose attachments lie in a bucket.
    pub fn with_bucket(bucket: BucketFiles) -> House {
        House::on(None, Access::default(), None, Some(bucket))
    }

    pub fn bucket(&self) -> Option<&BucketFiles> {
        self.bucket.as_ref()
    }

    fn on(
        database: Option<(Arc<Cluster>, String)>,
        access: Access,
        relay: Option<Relaying>,
        bucket: Option<BucketFiles>,
    ) -> House {
        let folder = folder_of_a_server();
        let running = run(options(
            folder.path(),
            address_of(database.as_ref()),
            &access,
            relay.as_ref(),
            bucket.as_ref(),
        ));
        let mut house = House {
            folder,
            database,
            address: running.address,
            form_hash: String::new(),
            access,
            relay,
            bucket,
            first_password: running.first_password.clone().expect("the first start makes a user"),
            running: Some(running),
        };
        house.form_hash = house.get("/api/v1/forms").json()["forms"][0]["hash"].as_str().unwrap().to_owned();
        house
    }

    pub fn restart_with_form(&mut self, form: &str) {
        self.stop();
        std::fs::write(self.folder.path().join("forms/visit/form.json"), form).unwrap();
        self.start();
    }

    /// Starts it once more, with what it is told to pass on to by now.
    pub fn start(&mut self) {
        let running = self.another();
        (self.address, self.running) = (running.address, Some(running));
    }

    /// Another process with the same folder and database.
    pub fn another(&self) -> Running {
        let running = run(options(
            self.folder.path(),
            address_of(self.database.as_ref()),
            &self.access,
            self.relay.as_ref(),
            self.bucket(),
        ));
        assert_eq!(running.first_password, None, "only the first start makes a user");
        running
    }

    /// The same server with these files among its forms, the first of them the form's.
    pub fn serving(mut self, files: &[(&str, &str)]) -> House {
        for (name, text) in files {
            let path = self.folder.path().join("forms").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.restart_with_form(files[0].1);
        let listed = self.get("/api/v1/forms").json();
        let visit = listed["forms"].as_array().unwrap().iter().find(|form| form["id"] == "visit").unwrap();
        self.form_hash = visit["hash"].as_str().unwrap().to_owned();
        self
    }

    /// The same server with these office's keys from its next start on, which is now; without any if there are none.
    pub fn restart_with_office_keys(&mut self, keys: &str) {
        self.stop();
        self.write_office_keys(keys);
        self.start();
    }

    /// Writes these office's keys where the server has them from; it goes on running.
    pub fn write_office_keys(&self, keys: &str) {
        let file = self.folder.path().join("office.pem");
        match keys.is_empty() {
            true => std::fs::remove_file(&file).unwrap(),
            false => {
                std::fs::write(&file, keys).unwrap();
                #[cfg(unix)]
                {
                    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                    std::fs::set_permissions(&file, mode).unwrap();
                }
            }
        }
    }

    /// The same server with a made-up town in it, and what that truly comes to.
    pub fn seed(&mut self, households: usize, members: usize) -> Json {
        self.stop();
        let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        let seeding = Seeding {
            data: self.data(),
            database: address_of(self.database.as_ref()),
            forms: Files::Folder(forms),
            sm_ciphers: false,
            wanted: Wanted { households, members, seed: 1, today: "2026-11-27".parse().unwrap() },
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let truth = runtime.block_on(seed(&seeding)).unwrap();
        let again = runtime.block_on(seed(&seeding)).unwrap_err();
        assert!(matches!(again, SeedError::NotEmpty), "{again}");
        self.start();
        truth
    }

    /// From the next start on the keys only open.
    pub fn seals_no_more(&self) {
        std::fs::write(self.folder.path().join("only-opens"), "").unwrap();
    }

    /// The bytes of a kept file.
    pub fn file(&self, hash: &str) -> Vec<u8> {
        std::fs::read(self.data().join("attachments").join(&hash[..2]).join(hash)).unwrap()
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> usize {
        let query = format!("SELECT COUNT(*) FROM {table}");
        if let Some((cluster, address)) = &self.database {
            return cluster.ask(address, &query).trim().parse().unwrap();
        }
        let count: i64 = self.sqlite().query_row(&query, [], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    /// What the database is told, of one column or none.
    pub fn tell(&self, statement: &str) {
        match &self.database {
            Some((cluster, address)) => drop(cluster.ask(address, statement)),
            None => self.sqlite().execute_batch(statement).unwrap(),
        }
    }

    /// Where it listens.
    pub const fn listens_at(&self) -> SocketAddr {
        self.address
    }

    /// The database, as somebody with the file has it.
    pub fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data().join("doorstep.sqlite3")).unwrap()
    }

    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Ends it as a crash does: nothing it was doing goes on.
    pub fn kill(&mut self) {
        let kill = self.running.as_mut().unwrap().kill.take().unwrap();
        kill.send(()).unwrap();
        self.running = None;
    }

    /// What the database says to a statement of one column.
    pub fn ask(&self, statement: &str) -> Vec<String> {
        if let Some((cluster, address)) = &self.database {
            return cluster.ask(address, statement).lines().map(str::to_owned).collect();
        }
        let database = self.sqlite();
        let mut statement = database.prepare(statement).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// A sealed submission; the same number gives the same id.
    pub fn submission(&self, number: u8, answers: Json) -> Sent {
        let id = doorstep_delivery::draft::new_id(1_795_397_400_000, &[number; 10]).to_string();
        let form = json!({"id": "visit", "version": "1", "hash": self.form_hash});
        let body = json!({
            "doorstep": 1, "id": id, "form": form, "supersedes": null,
            "created_at": "2026-11-23T09:30:00.000+08:00", "finished_at": "2026-11-23T10:00:00.000+08:00",
            "language": "zh", "instance_name": "", "data": {"visit": answers},
        });
        Sent { id, body: body.to_string() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn put(&self, sent: &Sent) -> Answer {
        let headers = [("content-type", "application/json"), ("content-digest", &sent.digest())];
        self.send("PUT", &format!("/api/v1/submissions/{}", sent.id), &headers, sent.body.as_bytes())
    }

    /// A submission as the second layout has it, with these files' names and bytes.
    pub fn submission_with(&self, number: u8, files: &[(&str, &[u8])]) -> Sent {
        let sent = self.submission(number, json!({}));
        let mut body: Json = serde_json::from_str(&sent.body).unwrap();
        let files: Vec<Json> = files
            .iter()
            .map(|(name, bytes)| {
                json!({"name": name, "sha256": content_hash(bytes), "size": bytes.len(), "type": "image/jpeg"})
            })
            .collect();
        body["doorstep"] = json!(2);
        body["attachments"] = files.into();
        body["xml"] = Json::Null;
        Sent { body: body.to_string(), ..sent }
    }

    pub fn put_file(&self, hash: &str, bytes: &[u8]) -> Answer {
        self.send("PUT", &format!("/api/v1/attachments/{hash}"), &[("content-type", "image/jpeg")], bytes)
    }

    /// Sends less than it says and hangs up; comes back when the server has noticed.
    pub fn put_half_a_file(&self, hash: &str, bytes: &[u8]) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let head = format!(
            "PUT /api/v1/attachments/{hash} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
            bytes.len() + 1
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }

    /// Whatever lies in the folder of the attachments, by name, but for folders.
    pub fn files(&self) -> Vec<String> {
        let mut folders: Vec<PathBuf> = vec![self.data().join("attachments")];
        let mut names = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_dir() { folders.push(path) } else { names.push(name) }
            }
        }
        names.sort();
        names
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of its PostgreSQL.
    pub fn database(&self) -> Option<&str> {
        self.database.as_ref().map(|(_, address)| address.as_str())
    }

    /// Sends a submission and leaves the answer unread.
    pub fn put_without_reading(&self, sent: &Sent) -> TcpStream {
        let headers = [("content-type", "application/json"), ("content-digest", &*sent.digest())];
        let path = format!("/api/v1/submissions/{}", sent.id);
        self.write("PUT", &path, &headers, sent.body.as_bytes())
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut bytes = Vec::new();
        self.write(method, path, headers, body).read_to_end(&mut bytes).unwrap();
        answer_of(&bytes)
    }

    fn write(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n"
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        // A server that refuses early may have closed by now; its answer is what counts.
        let _ = stream.write_all(body);
        stream
    }

    /// Every stored submission: id and body.
    pub fn rows(&self) -> Vec<(String, String)> {
        if let Some((cluster, address)) = &self.database {
            let all = "SELECT id, convert_from(body, 'UTF8') FROM submission ORDER BY id";
            let said = cluster.ask(address, all);
            let row = |line: &str| line.split_once('|').map(|(id, body)| (id.to_owned(), body.to_owned()));
            return said.lines().map(|line| row(line).expect("two columns")).collect();
        }
        let database = self.sqlite();
        let mut statement =
            database.prepare("SELECT id, CAST(body AS TEXT) FROM submission ORDER BY id").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    pub fn wait_for_rows(&self, count: usize) {
        let start = Instant::now();
        while self.rows().len() < count {
            assert!(start.elapsed() < Duration::from_secs(10), "no row came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A folder with a form and an app for a server.
pub fn folder_of_a_server() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("forms/visit/form.json", FORM);
    write("app/index.html", PAGE);
    write("app/sw.js", "//");
    write(&format!("app{SCRIPT}"), "plain");
    write(&format!("app{SCRIPT}.br"), "compressed");
    write("secret.txt", "secret");
    folder
}

/// An answer as its bytes have it, its body until the end.
pub fn answer_of(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has headers");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}

/// A process, until dropped: then it stops in order.
pub struct Running {
    address: SocketAddr,
    first_password: Option<String>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    kill: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn first_password(&self) -> Option<&str> {
        self.first_password.as_deref()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn address_of(database: Option<&(Arc<Cluster>, String)>) -> Option<String> {
    database.map(|(_, address)| address.clone())
}

/// How a test's server is run, with all that lies in a folder.
pub fn options(
    folder: &Path,
    database: Option<String>,
    access: &Access,
    relay: Option<&Relaying>,
    bucket: Option<&BucketFiles>,
) -> Options {
    Options {
        host: "127.0.0.1".into(),
        port: 0,
        tls: None,
        data: folder.join("data"),
        database,
        attachments_limit: ATTACHMENTS_LIMIT,
        bucket: bucket.cloned(),
        metrics_open: false,
        app: Files::Folder(folder.join("app")),
        forms: Files::Folder(folder.join("forms")),
        backend: Some(folder.join("backend.json")).filter(|file| file.exists()),
        access: access.clone(),
        relay: relay.cloned(),
        office_key: OfficeKeyOptions {
            file: Some(folder.join("office.pem")).filter(|file| file.exists()),
            only_open: folder.join("only-opens").exists(),
            recovery: None,
        },
        tiles: TilesOptions {
            from: Some(folder.join("map.mbtiles")).filter(|file| file.exists()),
            attribution: None,
        },
        approve_forms: folder.join("approve-forms").exists(),
    }
}

/// Starts a server.
pub fn run(options: Options) -> Running {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (kill, killed) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::bind(options).await.unwrap();
            let first = server.first_user().map(|first| first.password.clone());
            tell.send((server.address(), first)).unwrap();
            tokio::select! {
                () = server.run(async { drop(stopped.await) }) => {}
                Ok(()) = killed => {}
            }
        });
        runtime.shutdown_background();
    });
    let (address, first_password) = told.recv().unwrap();
    Running { address, first_password, stop: Some(stop), kill: Some(kill), thread: Some(thread) }
}
