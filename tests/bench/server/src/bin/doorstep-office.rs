//! `cargo xtask bench office`: a made-up town of 20,000 households, and how long the office waits for each of its pages' questions.
//!
//! It measures and fails nothing: the budget is 500 ms. One who looks asks one question after the other over one connection, each so many times,
//! of another household or word each time; the server's own program makes the town (`doorstep seed`) and answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

const USAGE: &str = "doorstep-office --server PROGRAM --forms DIR --out FILE [--households N] [--times N] [--database ADDRESS]";
/// What the issue allows, in milliseconds.
const BUDGET: f64 = 500.0;
const PASSWORD: &str = "correct horse battery";

struct Options {
    server: PathBuf,
    forms: PathBuf,
    out: PathBuf,
    households: u64,
    times: usize,
    database: Option<String>,
}

fn main() -> ExitCode {
    match read(std::env::args().skip(1)).and_then(|options| measure(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        server: PathBuf::new(),
        forms: PathBuf::from("forms"),
        out: PathBuf::new(),
        households: 20_000,
        times: 50,
        database: None,
    };
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        let number = || value.parse::<u32>().map_err(|_| format!("{argument} takes a number\n{USAGE}"));
        match argument.as_str() {
            "--server" => options.server = value.into(),
            "--forms" => options.forms = value.into(),
            "--out" => options.out = value.into(),
            "--households" => options.households = number()?.into(),
            "--times" => options.times = number()?.max(1) as usize,
            "--database" => options.database = Some(value),
            _ => return Err(format!("{argument} isn't understood\n{USAGE}")),
        }
    }
    Ok(options)
}

/// What is asked, and how long each answer took.
struct Figure {
    what: &'static str,
    times: Vec<Duration>,
}

impl Figure {
    /// Milliseconds of which that part is not slower.
    fn at(&self, part: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let place = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let beside = options.server.parent().ok_or(USAGE)?;
    let folder = tempfile::Builder::new().prefix("office-").tempdir_in(beside).map_err(text)?;
    let data = folder.path().join("data");
    let begun = Instant::now();
    let mut seed = command(options, "seed");
    let seeded = seed.arg("--data").arg(&data).args(["--households", &options.households.to_string()]);
    if !seeded.stdout(Stdio::null()).status().map_err(text)?.success() {
        return Err("the town could not be made".into());
    }
    let seeding = begun.elapsed();
    eprintln!("{} households made in {:.1} s", options.households, seeding.as_secs_f64());
    let truth: Value =
        serde_json::from_slice(&std::fs::read(data.join("town.json")).map_err(text)?).map_err(text)?;
    let mut house = House::start(command(options, "serve").arg("--data").arg(&data))?;
    house.let_in()?;
    let figures = ask_all(&mut house, options)?;
    let counted = house.post("/api/v1/totals/cases", &json!({"by": ["state"]}))?;
    let counted: serde_json::Map<String, Value> = counted["totals"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|total| Some((total["group"][0].as_str()?.to_owned(), total["entities"].clone())))
        .collect();
    let exact = Value::from(counted) == truth["totals"]["cases"]["state"];
    let list = std::fs::read(data.join("monitoring.csv")).map_err(text)?;
    let begun = Instant::now();
    let report = house.send("POST", "/api/v1/monitoring/import", "text/csv", &list)?;
    let importing = begun.elapsed();
    let large = large_list(100_000);
    let begun = Instant::now();
    let whole = house.send("POST", "/api/v1/monitoring/import", "text/csv", large.as_bytes())?;
    let (large_importing, memory) = (begun.elapsed(), house.most_memory());
    println!("{:<44} {:>10} {:>9} {:>9}", "page", "median ms", "p95 ms", "limit ms");
    for figure in &figures {
        let (median, late) = (figure.at(0.5), figure.at(0.95));
        let over = if late > BUDGET { "  over" } else { "" };
        println!("{:<44} {median:>10.1} {late:>9.1} {BUDGET:>9.0}{over}", figure.what);
    }
    println!("totals exact: {}", if exact { "yes" } else { "NO" });
    println!(
        "a monitoring list of {} rows taken in in {:.1} s: {} joined, {} waiting, {} leads",
        report["rows"],
        importing.as_secs_f64(),
        report["joined"],
        report["waiting"],
        report["leads"]
    );
    println!(
        "one of {} rows in {:.1} s, {} of them refused: the server had {memory:.0} MB at most",
        whole["rows"],
        large_importing.as_secs_f64(),
        whole["refused_count"]
    );
    let rows = figures.iter().map(|figure| {
        json!({
            "what": figure.what, "p50_ms": figure.at(0.5), "p95_ms": figure.at(0.95), "p99_ms": figure.at(0.99),
            "limit_ms": BUDGET, "times": figure.times.len(),
        })
    });
    let told = json!({
        "households": options.households, "seed_seconds": seeding.as_secs_f64(), "exact": exact,
        "import_seconds": importing.as_secs_f64(), "import": report,
        "large_import_seconds": large_importing.as_secs_f64(), "most_memory_mb": memory, "figures": rows.collect::<Vec<_>>(),
    });
    if let Some(folder) = options.out.parent() {
        std::fs::create_dir_all(folder).map_err(text)?;
    }
    std::fs::write(&options.out, format!("{told:#}\n")).map_err(text)
}

/// A list of so many persons, of whom each tenth has a number that is none.
fn large_list(rows: usize) -> String {
    const LETTERS: [&str; 10] = ["英", "兰", "伟", "强", "芳", "军", "敏", "杰", "霞", "明"];
    let letter = |place: usize| LETTERS[place % 10];
    let mut list = String::from("姓名,身份证号,出生日期,村居,家庭住址,困难类型\n");
    for row in 0..rows {
        let name = format!("{}{}{}", ["王", "李", "张", "刘"][row % 4], letter(row / 4), letter(row / 40));
        let number = if row % 10 == 9 { "371002199001019990" } else { "" };
        let (year, month, day) = (1930 + row % 80, 1 + row / 80 % 12, 1 + row / 960 % 28);
        let village = format!("{}{}村", letter(row / 400), letter(row / 7));
        list += &format!("{name},{number},{year}-{month:02}-{day:02},{village},{village}{row}号,生病\n");
    }
    list
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn command(options: &Options, name: &str) -> Command {
    let mut command = Command::new(&options.server);
    command.arg(name).arg("--forms").arg(&options.forms).env_remove("DATABASE_URL");
    if let Some(address) = &options.database {
        command.env("DATABASE_URL", address);
    }
    command
}

fn ask_all(house: &mut House, options: &Options) -> Result<Vec<Figure>, String> {
    let times = options.times;
    const SEARCH: &str = "/api/v1/entities/cases/search";
    const WORDS: [&str; 6] = ["wang", "zxy", "李", "15400000", "shi", "chen xiu"];
    let mut figures = Vec::new();
    let mut ask = |what: &'static str, question: &mut dyn FnMut(usize) -> (String, Value)| {
        let mut figure = Figure { what, times: Vec::with_capacity(times) };
        for time in 0..times {
            let (path, asked) = question(time);
            let begun = Instant::now();
            house.post(&path, &asked)?;
            figure.times.push(begun.elapsed());
        }
        figures.push(figure);
        Ok::<(), String>(())
    };
    ask("search: by name, pinyin, phone", &mut |time| {
        (SEARCH.to_owned(), json!({"text": WORDS[time % WORDS.len()], "most": 50}))
    })?;
    ask("search: in danger first", &mut |time| {
        (SEARCH.to_owned(), json!({"order": "danger", "from": time * 50}))
    })?;
    ask("search: high, in service", &mut |time| {
        (SEARCH.to_owned(), json!({"only": ["level=high", "state=in_service"], "from": time * 50}))
    })?;
    ask("search: by name as it sounds", &mut |time| {
        (SEARCH.to_owned(), json!({"order": "person", "from": time * 50}))
    })?;
    ask("totals: referred twice to one household", &mut |_| {
        let only =
            ["case!=", "service!=", "state!=refused", "state!=checked", "state!=failed", "state!=closed"];
        ("/api/v1/totals/referrals".to_owned(), json!({"by": ["case", "service"], "only": only, "least": 2}))
    })?;
    for (what, by) in [
        ("totals: by town and level", ["town", "level"]),
        ("totals: by difficulty and county", ["difficulties:each", "town:6"]),
        ("totals: by month and source", ["found_on:month", "source"]),
    ] {
        ask(what, &mut |_| ("/api/v1/totals/cases".to_owned(), json!({"by": by})))?;
    }
    ask("totals: referrals by service and state", &mut |_| {
        ("/api/v1/totals/referrals".to_owned(), json!({"by": ["service", "state"], "different": "case"}))
    })?;
    ask("timeline of a household", &mut |time| {
        let household = (time as u64 * 397) % options.households.max(1);
        let id = format!("0193a0c6-0001-7d00-8000-{household:012x}");
        (format!("/api/v1/entities/cases/{id}/timeline"), json!({}))
    })?;
    // By each dimension in turn, and page after page.
    const DIMENSIONS: [&str; 4] = ["index", "fs", "hd", "em"];
    ask("ranking: who needs it most", &mut |time| {
        let by = DIMENSIONS[time % DIMENSIONS.len()];
        ("/api/v1/rankings/cases".to_owned(), json!({"by": by, "from": time * 50 % 1_000}))
    })?;
    ask("placement: planned services, whole city", &mut |time| {
        ("/api/v1/placement".to_owned(), json!({"from": time * 100 % 1_000}))
    })?;
    ask("placement: of one county", &mut |time| {
        let area = ["371002", "371003", "371082", "371083"][time % 4];
        ("/api/v1/placement".to_owned(), json!({"area": area}))
    })?;
    for (what, ledger) in [
        ("ledger l1", "l1"),
        ("ledger l2", "l2"),
        ("ledger l3", "l3"),
        ("ledger l4", "l4"),
        ("ledger l5", "l5"),
        ("ledger l6", "l6"),
        ("ledger l7", "l7"),
        ("ledger l8", "l8"),
        ("ledger l9", "l9"),
        ("ledger l10", "l10"),
    ] {
        ask(what, &mut |time| (format!("/api/v1/ledgers/{ledger}"), json!({"page": time % 3})))?;
    }
    Ok(figures)
}

/// A server with somebody of a station at it, until dropped.
struct House {
    process: Child,
    address: String,
    first: String,
    cookie: String,
    connection: Option<BufReader<TcpStream>>,
}

impl House {
    fn start(command: &mut Command) -> Result<House, String> {
        let mut process =
            command.args(["--port", "0", "--open"]).stdout(Stdio::piped()).spawn().map_err(text)?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("the server says nothing")?).lines();
        let mut next = || lines.next().and_then(Result::ok).unwrap_or_default();
        let (listening, first) = (next(), next());
        // Whoever would read on keeps the server from stopping at a closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = listening.strip_prefix("listening on http://").ok_or("the server did not start")?;
        let first = first.split('`').nth(3).ok_or("the server made no administrator")?;
        let (address, first) = (address.to_owned(), first.to_owned());
        Ok(House { process, address, first, cookie: String::new(), connection: None })
    }

    /// Makes a user of a station, and logs in as that.
    fn let_in(&mut self) -> Result<(), String> {
        let first = self.first.clone();
        self.settle("admin", &first)?;
        let made =
            self.post("/api/v1/users", &json!({"name": "station", "role": "station", "area": "3710"}))?;
        let password = made["password"].as_str().ok_or("no user was made")?.to_owned();
        self.cookie.clear();
        self.settle("station", &password)
    }

    /// Logs in for the first time: another password, and a second factor.
    fn settle(&mut self, name: &str, password: &str) -> Result<(), String> {
        self.post("/api/v1/login", &json!({"name": name, "password": password}))?;
        self.post("/api/v1/me/password", &json!({"old": password, "new": PASSWORD}))?;
        let begun = self.post("/api/v1/me/second-factor", &json!({"password": PASSWORD}))?;
        let secret = Secret::Encoded(begun["secret"].as_str().unwrap_or_default().to_owned());
        let totp = TOTP::new_unchecked(Algorithm::SHA1, 6, 1, 30, secret.to_bytes().map_err(text)?);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.post("/api/v1/me/second-factor/confirm", &json!({"code": totp.generate(now)})).map(drop)
    }

    /// The most that the server ever had in memory, in MB.
    fn most_memory(&self) -> f64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    fn post(&mut self, path: &str, asked: &Value) -> Result<Value, String> {
        self.send("POST", path, "application/json", asked.to_string().as_bytes())
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Value, String> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(TcpStream::connect(&self.address).map_err(text)?),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nx-doorstep: 1\r\norigin: http://x\r\nsec-fetch-site: same-origin\r\ncontent-type: {kind}\r\ncookie: {}\r\ncontent-length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        connection.get_mut().write_all(&[head.as_bytes(), body].concat()).map_err(text)?;
        let mut line = String::new();
        connection.read_line(&mut line).map_err(text)?;
        let status: u16 = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let mut length = 0;
        loop {
            line.clear();
            connection.read_line(&mut line).map_err(text)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or(0),
                "set-cookie" => self.cookie = value.split(';').next().unwrap_or_default().to_owned(),
                _ => {}
            }
        }
        let mut answer = vec![0; length];
        connection.read_exact(&mut answer).map_err(text)?;
        self.connection = Some(connection);
        match status {
            200 | 201 => serde_json::from_slice(&answer).map_err(text),
            _ => Err(format!("{path}: {status} {}", String::from_utf8_lossy(&answer))),
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
