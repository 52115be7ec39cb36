//! The programs that the tests start: each leads a process group of its own, and none outlives its test.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::database::Database;

/// How long a program may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a test leaves on the disk while it runs: the browser's profile and the server's data.
pub struct Profile {
    folder: PathBuf,
}

impl Profile {
    /// An empty one.
    pub fn new(name: &str) -> Profile {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("e2e-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the target folder can be written");
        Profile { folder }
    }

    /// The browser's.
    pub fn browser(&self) -> PathBuf {
        self.folder.join("browser")
    }

    /// A folder of it.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file of the test's own, with these bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("the target folder can be written");
        path
    }

    /// The server's.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // What can't be removed is in the target folder all the same.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where the pictures go.
pub fn pictures() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder");
    let folder = target.join("screenshots");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the system has a free port");
    listener.local_addr().expect("a bound port has an address").port()
}

/// A program with all that it starts. Dropped, it is killed.
pub struct Program {
    child: Child,
}

impl Program {
    /// Starts it as the leader of its own process group.
    pub fn start(command: &mut Command) -> Program {
        Program::start_saying(command, Stdio::null())
    }

    /// The same, where what it says goes somewhere.
    pub fn start_saying(command: &mut Command, said: Stdio) -> Program {
        let command = command.stdin(Stdio::null()).stdout(said).process_group(0);
        let name = command.get_program().to_owned();
        Program {
            child: command
                .spawn()
                .unwrap_or_else(|error| panic!("{} does not start: {error}", name.display())),
        }
    }

    /// Has it ended by itself?
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal to the whole group, and waits until its leader is gone.
    pub fn end(&mut self, signal: &str) {
        let group = format!("-{}", self.child.id());
        // Fails if nothing of it is left, which is what is wanted.
        let _ = Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
        wait_until("the program ends", || self.has_ended());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// Doorstep's own server, on one port for the whole test: the port is part of the app's origin.
pub struct Server {
    port: u16,
    data: PathBuf,
    app: PathBuf,
    forms: PathBuf,
    database: Option<String>,
    /// How many builds of the test's own there were.
    builds: usize,
    options: Vec<String>,
    running: Option<Program>,
}

impl Server {
    /// Starts it with empty data.
    pub fn start(profile: &Profile) -> Server {
        let mut server = Server::to_be(profile);
        server.start_again();
        server
    }

    /// One that is not started yet.
    pub fn to_be(profile: &Profile) -> Server {
        Server {
            port: free_port(),
            data: profile.data(),
            app: given("DOORSTEP_APP_DIST"),
            forms: Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms"),
            database: None,
            builds: 0,
            options: Vec::new(),
            running: None,
        }
    }

    /// Starts with these options besides, from the next start on.
    pub fn set_options(&mut self, options: &[&str]) {
        self.options = options.iter().map(|option| (*option).to_owned()).collect();
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Is it running, as far as its test has to do with that?
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// An address of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Ends it as an administrator would.
    pub fn stop(&mut self) {
        self.running.take().expect("it runs").end("-TERM");
        assert!(TcpStream::connect(("127.0.0.1", self.port)).is_err(), "something still answers on its port");
    }

    /// Kills it, as a power cut does.
    pub fn kill(&mut self) {
        self.running.take().expect("it runs").end("-KILL");
    }

    /// Starts it with another build of the app: the same but for its id, and a mark on its page.
    pub fn start_with_new_build(&mut self, profile: &Profile, mark: &str) {
        let app = profile.folder.join(format!("app-{}", self.builds));
        self.builds += 1;
        let id = format!("\"id\":\"{}", self.builds);
        let copied = Command::new("cp").arg("-r").arg(given("DOORSTEP_APP_DIST")).arg(&app).status();
        assert!(copied.is_ok_and(|status| status.success()), "the app can be copied");
        for (name, from, to) in [("index.html", "<head>", mark), ("sw.js", "\"id\":\"", &id)] {
            let file = app.join(name);
            let text = std::fs::read_to_string(&file).expect("the app has it");
            assert!(text.contains(from), "{name} has {from}");
            std::fs::write(&file, text.replacen(from, to, 1)).expect("a copy can be changed");
            // The compressed twin is the old build's; there may be none.
            let _ = std::fs::remove_file(app.join(format!("{name}.br")));
        }
        self.app = app;
        self.start_again();
    }

    /// Starts it with one form of the test's own, or with none, on the same port; `data` is a folder of the profile.
    pub fn start_with_form(&mut self, profile: &Profile, data: &str, form: Option<(&str, &str)>) {
        let forms = profile.folder.join(format!("forms-{data}"));
        std::fs::create_dir_all(&forms).expect("the target folder can be written");
        if let Some((name, definition)) = form {
            let folder = forms.join(name);
            std::fs::create_dir_all(&folder).expect("the target folder can be written");
            std::fs::write(folder.join("form.json"), definition).expect("a form can be written");
        }
        self.forms = forms;
        self.data = profile.folder.join(data);
        self.start_again();
    }

    /// Has it keep what it is sent there, from its next start on.
    pub fn keep_in(&mut self, database: &Database) {
        self.database = match database {
            Database::Sqlite(_) => None,
            Database::Postgres(_, address) => Some(address.clone()),
        };
    }

    /// Starts it on the same port, with the same data.
    pub fn start_again(&mut self) {
        let mut command = Command::new(given("DOORSTEP_BIN"));
        command.arg("serve").arg("--port").arg(self.port.to_string());
        command.arg("--data").arg(&self.data).arg("--forms").arg(&self.forms).arg("--app").arg(&self.app);
        if let Some(address) = &self.database {
            command.env("DATABASE_URL", address);
        }
        command.args(&self.options);
        let said = std::fs::OpenOptions::new().create(true).append(true).open(self.said_into());
        let said = said.expect("the target folder can be written");
        let mut program = Program::start_saying(&mut command, said.into());
        wait_until("the server answers", || {
            assert!(!program.has_ended(), "the server ended by itself: {command:?}");
            self.is_healthy()
        });
        self.running = Some(program);
    }

    fn said_into(&self) -> PathBuf {
        self.data.with_extension("said")
    }

    /// The password of the administrator that its first start made, as it said on the terminal.
    pub fn first_password(&self) -> String {
        let said = std::fs::read_to_string(self.said_into()).unwrap_or_default();
        let (_, rest) = said.split_once("log in as `admin` with `").expect("the first start says it");
        rest.split('`').next().unwrap_or_default().to_owned()
    }

    fn is_healthy(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let asked = b"GET /api/v1/health?nonce=e2e HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
        let mut answer = String::new();
        stream.write_all(asked).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.contains("\"e2e\"")
    }
}

/// What `cargo xtask test e2e` says of the built app.
pub fn given(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) => path.into(),
        None => panic!(
            "{variable} is not set: run `cargo xtask test e2e`, which builds the app and says where it is"
        ),
    }
}

/// Waits for something outside of the test.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
