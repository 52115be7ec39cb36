//! A PostgreSQL for as long as a test or a benchmark wants one: Debian's programs, a folder and a port of its own.
//!
//! Kept here: it is stopped and its folder removed when dropped, also on a panic; it is a child in the test's own process
//! group, so that whoever ends that ends it too. Where there is no PostgreSQL a test fails, unless `DOORSTEP_WITHOUT_POSTGRES=1` is set.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Set to 1, tests that need PostgreSQL pass without it, and say so.
pub const WITHOUT: &str = "DOORSTEP_WITHOUT_POSTGRES";
/// How long it may take to start.
const START: Duration = Duration::from_secs(60);
/// Another program may take the port between its being picked and its being used.
const PORTS: usize = 5;

/// Is what is committed to survive a power cut?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disk {
    /// Yes, as in an office.
    Synced,
    /// No: a test looks at nothing of the sort, and is done sooner.
    Unsynced,
}

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    password: String,
    postmaster: Child,
    databases: AtomicUsize,
}

impl Cluster {
    /// One for tests. `None` where they are to do without.
    ///
    /// # Panics
    /// If there is no PostgreSQL, or it doesn't start, and nobody said that the tests are to do without.
    pub fn for_tests() -> Option<Arc<Cluster>> {
        if std::env::var(WITHOUT).is_ok_and(|value| value == "1") {
            eprintln!("skipped: {WITHOUT}=1 says that there is no PostgreSQL here");
            return None;
        }
        match Cluster::start(Disk::Unsynced) {
            Ok(cluster) => Some(Arc::new(cluster)),
            Err(why) => {
                panic!("{why}\n`apt-get install postgresql`, or {WITHOUT}=1 to do without these tests")
            }
        }
    }

    /// Makes one in a temporary folder and waits until it answers.
    ///
    /// # Errors
    /// What went wrong, in words, with PostgreSQL's own.
    pub fn start(disk: Disk) -> Result<Cluster, String> {
        let programs =
            programs().ok_or("PostgreSQL's initdb is neither on the PATH nor in /usr/lib/postgresql")?;
        let user = other_user()?;
        let folder = tempfile::Builder::new()
            .prefix("doorstep-postgres-")
            .tempdir()
            .map_err(|error| format!("no folder for PostgreSQL: {error}"))?;
        let password = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
        let secret = folder.path().join("password");
        fs::write(&secret, &password).map_err(|error| error.to_string())?;
        if let Some((uid, gid)) = user {
            for path in [folder.path(), &secret] {
                chown(path, Some(uid), Some(gid)).map_err(|error| error.to_string())?;
            }
        }
        let mut initdb = as_user(&programs.join("initdb"), user);
        initdb.args([
            "--no-sync",
            "--no-instructions",
            "--encoding=UTF8",
            "--locale=C",
            "--username=doorstep",
        ]);
        initdb.args(["--auth=scram-sha-256", "--pwfile"]).arg(&secret);
        finish(initdb.arg("--pgdata").arg(folder.path().join("data")))?;
        let mut why = String::new();
        for _ in 0..PORTS {
            let port = free_port()?;
            let mut postmaster = postgres(&programs, user, folder.path(), port, disk)?;
            match wait_until_ready(folder.path(), &mut postmaster) {
                Ok(()) => {
                    let databases = AtomicUsize::new(0);
                    return Ok(Cluster { folder, programs, user, port, password, postmaster, databases });
                }
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// The address of one of its databases.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://doorstep:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// Makes an empty database, and gives its address.
    ///
    /// # Panics
    /// If PostgreSQL refuses.
    pub fn new_database(&self) -> String {
        let name = format!("d{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.ask("postgres", &format!("CREATE DATABASE {name}"));
        self.address(&name)
    }

    /// What psql prints for a statement: a line for each row, `|` between columns. `address` is a database's, or its name.
    ///
    /// # Panics
    /// If PostgreSQL refuses.
    pub fn ask(&self, address: &str, statement: &str) -> String {
        let address = if address.contains("://") { address.to_owned() } else { self.address(address) };
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement])
            .arg(address);
        finish(&mut psql).unwrap_or_else(|why| panic!("{why}"))
    }

    /// The process id of the program itself, whose children do the work.
    pub fn process(&self) -> u32 {
        self.postmaster.id()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = as_user(&self.programs.join("pg_ctl"), self.user);
        stop.args(["stop", "--mode=immediate", "--silent", "--pgdata"]).arg(self.folder.path().join("data"));
        if finish(&mut stop).is_err() {
            // Without its parent the rest of it ends by itself.
            let _ = self.postmaster.kill();
        }
        let _ = self.postmaster.wait();
    }
}

/// The folder of initdb and its like: what is on the PATH, else the newest of Debian's.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).map(|folder| folder.join("initdb")).find(|initdb| initdb.is_file());
    // Through a link, to where the others are too.
    let linked = on_path
        .and_then(|initdb| fs::canonicalize(initdb).ok())
        .and_then(|initdb| Some(initdb.parent()?.to_owned()));
    let newest = || {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
        let numbered = versions
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
        numbered.max().map(|(_, path)| path.join("bin"))
    };
    linked.or_else(newest).filter(|folder| folder.join("initdb").is_file() && folder.join("psql").exists())
}

/// PostgreSQL does not run as root: then it is the user that Debian's package made.
fn other_user() -> Result<Option<(u32, u32)>, String> {
    let mine = fs::metadata("/proc/self").map_err(|error| format!("who am I: {error}"))?;
    if std::os::unix::fs::MetadataExt::uid(&mine) != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let line = users.lines().find(|line| line.starts_with("postgres:")).ok_or("there is no user postgres")?;
    let numbers: Vec<u32> =
        line.split(':').skip(2).take(2).filter_map(|number| number.parse().ok()).collect();
    let [uid, gid] = numbers[..] else { return Err("the user postgres has no number".into()) };
    Ok(Some((uid, gid)))
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    // Not where the tests are: the user may not even look there.
    command.current_dir("/");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

fn postgres(
    programs: &Path,
    user: Option<(u32, u32)>,
    folder: &Path,
    port: u16,
    disk: Disk,
) -> Result<Child, String> {
    let log = fs::File::create(folder.join("log")).map_err(|error| error.to_string())?;
    let mut command = as_user(&programs.join("postgres"), user);
    command.arg("-D").arg(folder.join("data")).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k", ""]);
    if disk == Disk::Unsynced {
        command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.spawn().map_err(|error| format!("PostgreSQL can't be started: {error}"))
}

/// It writes its state into the eighth line of a file.
fn wait_until_ready(folder: &Path, postmaster: &mut Child) -> Result<(), String> {
    let start = Instant::now();
    while start.elapsed() < START {
        let state = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        if !matches!(postmaster.try_wait(), Ok(None)) {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(format!("PostgreSQL ended right away:\n{log}"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = postmaster.kill();
    let _ = postmaster.wait();
    Err("PostgreSQL did not start within a minute".into())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    Ok(listener.local_addr().map_err(|error| error.to_string())?.port())
}

/// What it prints, or what went wrong.
fn finish(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    } else {
        Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;
    use std::sync::Mutex;

    #[test]
    fn nothing_of_it_is_left_even_if_the_test_panics() {
        if std::env::var(WITHOUT).is_ok_and(|value| value == "1") {
            return;
        }
        let seen = Mutex::new(None);
        let panicked = std::panic::catch_unwind(|| {
            let cluster = Cluster::start(Disk::Unsynced).unwrap();
            let address = cluster.new_database();
            assert_eq!(cluster.ask(&address, "SELECT 'a', 1"), "a|1");
            *seen.lock().unwrap() = Some((cluster.folder.path().to_owned(), cluster.port, cluster.process()));
            panic!("as a test does");
        });
        assert!(panicked.is_err());
        let (folder, port, process) = seen.into_inner().unwrap().expect("it had started");
        assert!(!folder.exists());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!Path::new(&format!("/proc/{process}")).exists());
    }
}
