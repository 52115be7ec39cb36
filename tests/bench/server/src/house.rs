//! A server process with its database, which already holds what an office has after years.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use doorstep_postgres::{Cluster, Disk};
use rusqlite::Connection;
use tempfile::TempDir;

const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "1", "title": "走访", "default_language": "zh"},
  "survey": [{"type": "group", "name": "person", "label": "人", "children": [
    {"type": "text", "name": "name", "label": "姓名"}, {"type": "integer", "name": "age", "label": "年龄"}]}]
}"#;

/// The columns that are filled: nobody in particular sent these rows.
const COLUMNS: &str = "(id, form_id, form_version, form_hash, content_hash, body, received_at)";

/// About as long as what the clients send.
const BODY: usize = 420;

/// Which database.
pub enum Database {
    Sqlite,
    Postgres { cluster: Box<Cluster>, address: String },
}

impl Database {
    pub fn sqlite() -> Database {
        Database::Sqlite
    }

    pub fn postgres() -> Result<Database, String> {
        let cluster = Cluster::start(Disk::Synced)?;
        let address = cluster.new_database();
        Ok(Database::Postgres { cluster: Box::new(cluster), address })
    }

    pub fn name(&self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres { .. } => "PostgreSQL",
        }
    }
}

/// The server, until dropped.
pub struct House {
    process: Child,
    address: SocketAddr,
    form: String,
    database: Database,
    folder: TempDir,
}

impl House {
    /// Starts a server once to have its tables made, stores rows, and starts it anew.
    pub fn with(program: &Path, database: Database, rows: u64) -> Result<House, String> {
        // Beside the program: the folder for temporary files may be memory.
        let beside = program.parent().ok_or("the server's program has no folder")?;
        let folder =
            tempfile::Builder::new().prefix("load-").tempdir_in(beside).map_err(|error| error.to_string())?;
        let form = folder.path().join("forms/visit");
        std::fs::create_dir_all(&form).map_err(|error| error.to_string())?;
        std::fs::write(form.join("form.json"), FORM).map_err(|error| error.to_string())?;
        let (process, address) = start(program, &folder, &database)?;
        let mut house = House { process, address, form: String::new(), database, folder };
        house.form = house.ask_form()?;
        house.stop();
        house.store(rows)?;
        (house.process, house.address) = start(program, &house.folder, &house.database)?;
        Ok(house)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The form's hash.
    pub fn form(&self) -> &str {
        &self.form
    }

    pub fn database_name(&self) -> &'static str {
        self.database.name()
    }

    /// How many submissions are in the database.
    pub fn count(&self) -> u64 {
        let count = "SELECT count(*) FROM submission";
        match &self.database {
            Database::Sqlite => self
                .sqlite()
                .and_then(|database| database.query_row(count, [], |row| row.get::<_, i64>(0)))
                .unwrap_or(-1)
                .try_into()
                .unwrap_or(u64::MAX),
            Database::Postgres { cluster, address } => {
                cluster.ask(address, count).parse().unwrap_or(u64::MAX)
            }
        }
    }

    /// What the process has in memory, in MB.
    pub fn memory(&self) -> f64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    fn sqlite(&self) -> rusqlite::Result<Connection> {
        Connection::open(self.folder.path().join("data/doorstep.sqlite3"))
    }

    fn store(&self, rows: u64) -> Result<(), String> {
        let form = &self.form;
        match &self.database {
            Database::Sqlite => self.sqlite().and_then(|mut database| {
                let transaction = database.transaction()?;
                let insert = format!(
                    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})
                     INSERT INTO submission {COLUMNS} SELECT printf('01900000-0000-7000-8000-%012x', n), 'visit', '1', '{form}',
                        printf('%064x', n), CAST(printf('%0{BODY}d', n) AS BLOB), n FROM n WHERE n <= {rows}"
                );
                transaction.execute(&insert, [])?;
                transaction.commit()
            }).map_err(|error| error.to_string()),
            Database::Postgres { cluster, address } => {
                let insert = format!(
                    "INSERT INTO submission {COLUMNS} SELECT '01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'visit', '1', '{form}',
                        lpad(to_hex(n), 64, '0'), convert_to(lpad(n::text, {BODY}, '0'), 'UTF8'), n
                     FROM generate_series(1::bigint, {rows}) AS n"
                );
                cluster.ask(address, &insert);
                cluster.ask(address, "VACUUM ANALYZE submission");
                Ok(())
            }
        }
    }

    fn ask_form(&self) -> Result<String, String> {
        let mut stream = TcpStream::connect(self.address).map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream
            .write_all(b"GET /api/v1/forms HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .and_then(|()| stream.read_to_string(&mut answer))
            .map_err(|error| error.to_string())?;
        let hash = answer.split("\"hash\":\"").nth(1).and_then(|rest| rest.get(..64));
        hash.map(str::to_owned).ok_or_else(|| format!("the server lists no form: {answer}"))
    }

    fn stop(&mut self) {
        // What was waited for has given its number back: it may be another program's by now.
        if !matches!(self.process.try_wait(), Ok(None)) {
            return;
        }
        let pid = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        if !told.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

fn start(program: &Path, folder: &TempDir, database: &Database) -> Result<(Child, SocketAddr), String> {
    let mut command = Command::new(program);
    command.current_dir(folder.path()).args(["serve", "--port", "0", "--data", "data", "--forms", "forms"]);
    command.env_remove("DATABASE_URL");
    if let Database::Postgres { address, .. } = database {
        command.env("DATABASE_URL", address);
    }
    let mut process =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let mut line = String::new();
    if let Some(stdout) = process.stdout.take() {
        let _ = BufReader::new(stdout).read_line(&mut line);
    }
    let address =
        line.trim_end().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
    match address {
        Some(address) => Ok((process, address)),
        None => {
            let _ = process.kill();
            let _ = process.wait();
            Err(format!("the server did not start: {line}"))
        }
    }
}
