//! Installs, starts and ends a server. It says `port N` when it is there, and ends when its standard input closes: with the test, however that ends.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ends by itself; that nothing stays behind is worth a signal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Are real servers to be left out? Said plainly, since a test that does nothing looks like one that passed.
pub fn skipped() -> bool {
    let skipped = std::env::var_os("DOORSTEP_SKIP_REAL_SERVERS").is_some();
    if skipped {
        println!("SKIPPED: DOORSTEP_SKIP_REAL_SERVERS is set, so no real server was tried");
    }
    skipped
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../delivery/tests/real_servers")
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/real-servers")
}

/// A script for node, with the packages of `node/package-lock.json`.
pub fn node(script: &str, folder: &Path) -> Server {
    let packages = installed("node", "package-lock.json", |packages| {
        fs::copy(here().join("node/package.json"), packages.join("package.json")).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        npm.current_dir(packages);
        npm
    });
    let mut command = Command::new("node");
    start(command.arg(here().join("node").join(script)).arg(packages).arg(folder), folder)
}

/// A script for Python, with the packages of `python/requirements.txt`.
pub fn python(script: &str, folder: &Path) -> Server {
    let packages = installed("python", "requirements.txt", |packages| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]);
        pip.arg(packages.join("packages")).arg("-r").arg(packages.join("requirements.txt"));
        pip
    });
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", packages.join("packages"));
    start(command.arg(here().join("python").join(script)), folder)
}

/// An empty folder for a server's own files.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The folder with all that the file of versions names; installed if it is not there, by one test at a time.
fn installed(kind: &str, versions: &str, install: impl FnOnce(&Path) -> Command) -> PathBuf {
    let folder = tools().join(kind);
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read(here().join(kind).join(versions)).unwrap();
    // Written last, when all is there.
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|found| found == wanted) {
        return folder.canonicalize().unwrap();
    }
    fs::write(folder.join(versions), &wanted).unwrap();
    let done = install(&folder.canonicalize().unwrap()).status();
    assert!(
        done.is_ok_and(|status| status.success()),
        "the servers' packages for {kind} could not be installed; it takes the network, Node.js with npm and Python with pip. \
         DOORSTEP_SKIP_REAL_SERVERS=1 goes without"
    );
    fs::write(stamp, wanted).unwrap();
    folder.canonicalize().unwrap()
}

fn start(command: &mut Command, folder: &Path) -> Server {
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child =
        command.spawn().expect("node or python3 is missing; DOORSTEP_SKIP_REAL_SERVERS=1 goes without");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("port ")?.parse().ok());
    Server { port: port.expect("the server says its port"), child }
}
