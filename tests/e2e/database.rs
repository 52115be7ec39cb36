//! A server's database, looked into from outside while the server runs.

use std::path::PathBuf;
use std::rc::Rc;

use doorstep_postgres::{Cluster, Disk};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// Where a server keeps what it was sent.
pub enum Database {
    /// In a file.
    Sqlite(PathBuf),
    /// In a database of a PostgreSQL: its address.
    Postgres(Rc<Cluster>, String),
}

impl Database {
    /// An empty one for each of these data folders, all of one kind.
    pub fn new<const N: usize>(in_postgres: bool, folders: [PathBuf; N]) -> [Database; N] {
        let cluster =
            in_postgres.then(|| Rc::new(Cluster::start(Disk::Synced).expect("Debian's PostgreSQL starts")));
        folders.map(|folder| match &cluster {
            Some(cluster) => Database::Postgres(cluster.clone(), cluster.new_database()),
            None => Database::Sqlite(folder.join("doorstep.sqlite3")),
        })
    }

    /// Its kind, as its makers call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Database::Sqlite(_) => "SQLite",
            Database::Postgres(..) => "PostgreSQL",
        }
    }

    /// The bodies of all submissions, by their ids.
    pub fn bodies(&self) -> Vec<Value> {
        let text = match self {
            Database::Sqlite(_) => "CAST(body AS TEXT)",
            Database::Postgres(..) => "convert_from(body, 'UTF8')",
        };
        let lines = self.ask(&format!("SELECT {text} FROM submission ORDER BY id"));
        lines.iter().map(|line| serde_json::from_str(line).expect("the body is JSON")).collect()
    }

    /// How many submissions are still to be passed on.
    pub fn to_pass_on(&self) -> u64 {
        let lines = self.ask("SELECT CAST(COUNT(*) AS TEXT) FROM relay WHERE state <> 'delivered'");
        lines.first().and_then(|line| line.parse().ok()).expect("it is a number")
    }

    /// The files that it says are there: hash and size of each.
    pub fn files(&self) -> Vec<(String, u64)> {
        let lines = self.ask("SELECT hash || ' ' || size FROM attachment ORDER BY hash");
        let read = |line: &String| {
            let (hash, size) = line.split_once(' ').expect("two columns");
            (hash.to_owned(), size.parse().expect("a size is a number"))
        };
        lines.iter().map(read).collect()
    }

    fn ask(&self, statement: &str) -> Vec<String> {
        match self {
            Database::Sqlite(file) => {
                let opened = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
                let opened = opened.expect("the server made it");
                let mut rows = opened.prepare(statement).expect("the server has the table");
                let lines = rows.query_map([], |row| row.get(0)).expect("it can be read");
                lines.collect::<Result<_, _>>().expect("it can be read")
            }
            Database::Postgres(cluster, address) => {
                cluster.ask(address, statement).lines().map(str::to_owned).collect()
            }
        }
    }
}
