//! The program `doorstep`: one file for each subcommand, dispatched here.

/// Prints a line. Whoever reads may have read enough: that is no mistake.
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}

mod assess;
mod audit;
mod backup;
mod bucket;
mod check;
mod convert;
mod diff;
mod explain;
mod functions;
mod new;
mod office_key;
mod recover;
mod rescue;
mod seed;
mod serve;
mod test;

mod catalogues;
mod colours;
mod declared;
mod form_files;
mod language;
mod render;
mod unreadable;
mod watch;

use std::process::ExitCode;

const USAGE: &str = "\
doorstep COMMAND

  serve                    serve the app and take submissions
      --port N               at port N (8080); 0 lets the system pick one
      --host ADDRESS         at that address (127.0.0.1)
      --tls-certificate FILE over TLS with the certificate (PEM, with those that lead to it) in FILE, and
      --tls-key FILE         its private key, which only the server's user may read; read again at SIGHUP, and a minute
                             after they change (DOORSTEP_TLS_CERTIFICATE, DOORSTEP_TLS_KEY)
      --data DIR             with the database in DIR (doorstep-data)
      --database ADDRESS     with PostgreSQL at postgres://USER:PASSWORD@HOST:PORT/NAME as the database; better said by
                             DATABASE_URL, since others on the machine can read arguments
      --attachments N        with room for N gigabytes of attachments (100)
      --s3 FILE              with attachments in the bucket that FILE describes, rather than in DIR (DOORSTEP_S3)
      --s3-secrets FILE      with its key, which only the server's user may read (DOORSTEP_S3_SECRETS; else
                             AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)
      --log stderr           with the log on stderr (in files in DIR/logs, kept for six months)
      --metrics-open         with /metrics for everyone, not only for programs on this machine
      --app DIR              with the app's files from DIR (those inside the program, if any)
      --forms DIR            with the forms from DIR (those inside the program, else ./forms)
      --approve-forms        have new versions that a designer puts up wait until another designer approves of them
                             (DOORSTEP_APPROVE_FORMS=1)
      --backend FILE         with FILE (backend.json) saying where the app on phones sends besides this server
      --devices-only         take submissions from enrolled devices and users only: so it is at any address but
                             127.0.0.1, and behind a proxy
      --open                 take submissions from anybody: so it is at 127.0.0.1
      --relay FILE           pass submissions on to the targets in FILE, a backend.json (DOORSTEP_RELAY)
      --relay-secrets FILE   with these credentials, which only the server's user may read (DOORSTEP_RELAY_SECRETS)
      --office-key FILE      have phones seal finished surveys for the newest key in FILE, and open what they send with any
                             key in it; only the server's user may read it; read again at SIGHUP, and a minute after it
                             changes (DOORSTEP_OFFICE_KEY)
      --office-key-only-opens  have them seal no more: the keys only open what still comes
      --recovery-key KEY     tell phones the public key that a forgotten PIN is recovered with (`doorstep recover`)
      --tiles FILE           with the map's pictures in FILE (MBTiles of PNG, JPEG or WebP), or a folder of ZOOM/COLUMN/ROW.png
                             (DOORSTEP_TILES); maps in forms are laid on them
      --tiles-attribution TEXT  whose they are, where FILE doesn't say it
      --behind-proxy         believe X-Forwarded-For, -Proto and -Host: there is a proxy with TLS before it, which sets them
      --oidc FILE            let people log in at the office's OpenID provider, which FILE describes (DOORSTEP_OIDC)
      --ciphers NAME         with SHA-256 and AES-256 (nist), or SM3 and SM4 (sm), for good from the first start on

  audit verify             follow the audit log and name the first line that was changed or taken out; say its end
      --data DIR             of the database in DIR (doorstep-data), or of PostgreSQL at DATABASE_URL
      --database ADDRESS     of PostgreSQL at that address
      --noted NUMBER:HASH    with an end that was noted down earlier, which shows whether lines were cut off since

  backup FILE.tar          all data of a server into a new file, while it runs; of PostgreSQL the attachments only
      --data DIR             from the data folder DIR (doorstep-data)
      --database ADDRESS     with the PostgreSQL there as the database (DATABASE_URL)
      --s3, --s3-secrets     with attachments copied from the bucket, as for serve
  restore FILE.tar         a backup into an empty data folder, or what is missing into a server that runs
      --data DIR             into the data folder DIR (doorstep-data)
      --database ADDRESS     with the rows into the PostgreSQL there (DATABASE_URL)
      --s3, --s3-secrets     with attachments into the bucket, as for serve

  check PATH…              say all that is wrong with forms, catalogues of services, lists and ledgers: files, folders, or a zip
                           of a form with its lists, media/ and cases/, as `test`, `assess`, `convert` and `diff` take it too
      --strict               warnings count too
      --json                 as data: one line of JSON for each form, with places by line and by cell
      --lang zh              in Chinese, as where LANG says so; in English with `--lang en`
      --watch                again whenever a form, what it names or a case changes, until Ctrl-C
                             exits with 0 if all is well, 1 if something is wrong
  test PATH…               run the cases that stand beside forms and catalogues
      --coverage             say what the cases of each form reach, and what none of them does: questions asked, choices chosen,
                             bands come to, rules (of tables, shifts and flags) that held
      --json                 as data: a line of JSON for each case and, with --coverage, for each form; then one that counts them
      --lang zh              in Chinese, as where LANG says so; in English with `--lang en`
      --watch                again whenever a form, what it names or a case changes, until Ctrl-C
                             exits with 0 if all pass, 1 if any fails or there are none
  assess FORM CASE         what the answers of a case come to, and why
      --lang LANGUAGE        in that language
  convert A B              write a form in another syntax, by B's ending: .xml (XForm), .xlsx (XLSForm),
                           .json (form JSON), a folder (CSV files); or as something else, by B's whole name: paper.html (to print
                           on A4 and fill in by hand), codebook.html and codebook.csv (what each column of the data is),
                           NAME.fhir.json (FHIR R4 Questionnaire). A name before it is free: phq-9-paper.html. Say what B can't hold.
                           .zip is the form as it is, with its lists, pictures, sounds and cases
      --strict               write nothing if something would be lost
      --force                write over what is there
      --lang zh              a paper in Chinese, as where LANG says so; in English with `--lang en`
                             exits with 0 if it was written, 1 if not
  diff OLD NEW             what differs between two versions of a form, each in any syntax, and what it means for the data
      --json                 as data: each difference with its kind, weight (harmless, look, breaks), words and meaning
      --lang zh              in Chinese, as where LANG says so; in English with `--lang en`
                             exits with 0 if nothing differs, 1 if something does, 2 if one can't be read
  explain [CODE]           what a mistake's code means, and how to mend it; all codes
      --lang zh              in Chinese, as where LANG says so
      --json                 as data
  functions [NAME…]        what expressions can call; some functions in full
      --json                 as data
  new DIR|FILE.xlsx        a form to begin with: one page with one question in Chinese and English, and a case; as a folder with
                           form JSON, or as a workbook. Nothing is written over
      --from NAME            begin with that form instead, its lists and cases with it
      --list                 say which forms there are to begin with
      --forms DIR            those in DIR (those inside the program, else ./forms)
  office-key FILE          say what the keys in FILE are told by, the newest last: what phones seal surveys for
      --new FILE             make a key, into a new file or after the keys that are in it; the newest is handed out, all open
  recover KEY REQUEST      the code for a phone whose PIN is forgotten: KEY is the office's private key,
                           REQUEST what the phone shows. Ask first who it is
      --new-key FILE         make the office's key instead: FILE is to be kept, what is printed goes to the phones
      --public-key FILE      print that once more
  rescue FILE              what a phone exported as a file: say what is in it, and bring it to a server
      --to URL               send its submissions to that server; what is there already counts once
      --drafts DIR           write the answers of its drafts there
      --token-file FILE      a device's token, for a server that takes submissions from devices only (else DOORSTEP_TOKEN)
      --password-file FILE   the file's password (else DOORSTEP_RESCUE_PASSWORD, else asked for)

  seed                     a made-up town in an empty database, to try things out and to measure: households with half a year
                           behind them, their members and referrals; nobody in it is anybody. What it truly comes to is
                           printed, and written to DIR/town.json
      --data DIR             into the data folder DIR (doorstep-data)
      --database ADDRESS     with the rows in the PostgreSQL there (DATABASE_URL)
      --households N         so many households (20000)
      --members N            with so many members in all (three to each)
      --seed N               another town for each number (1)
      --today DAY            as it is on that day (today)
      --forms DIR            with towns, services and providers of DIR (those inside the program, else ./forms)
      --ciphers NAME         as for serve

  help                     this
  version                  which Doorstep this is

Exit codes: 0 it is as it should be, 1 something was found or failed, 2 the arguments are wrong (of `diff`, too: a form can't be
read). With NO_COLOR in the environment nothing is coloured.
";

fn main() -> ExitCode {
    let mut arguments = lexopt::Parser::from_env();
    match run(&mut arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("doorstep: {error}\n`doorstep help` says what there is.");
            ExitCode::from(2)
        }
    }
}

/// Finds the subcommand and gives it the rest of the arguments. An error is a mistake in the arguments.
fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    match arguments.next()? {
        Some(Value(command)) if asks_for_help() => help_of(&command.string()?),
        Some(Value(command)) => match command.string()?.as_str() {
            "serve" => serve::run(arguments),
            "audit" => audit::run(arguments),
            "backup" => backup::back_up(arguments),
            "restore" => backup::bring_back(arguments),
            "check" => check::run(arguments),
            "test" => test::run(arguments),
            "assess" => assess::run(arguments),
            "convert" => convert::run(arguments),
            "diff" => diff::run(arguments),
            "explain" => explain::run(arguments),
            "functions" => functions::run(arguments),
            "new" => new::run(arguments),
            "office-key" => office_key::run(arguments),
            "recover" => recover::run(arguments),
            "rescue" => rescue::run(arguments),
            "seed" => seed::run(arguments),
            "help" => Ok(help()),
            "version" => Ok(version()),
            other => Err(format!("there is no command `{other}`").into()),
        },
        Some(Long("help") | Short('h')) | None => Ok(help()),
        Some(Long("version") | Short('V')) => Ok(version()),
        Some(other) => Err(other.unexpected()),
    }
}

/// Does any argument after the command ask for help?
fn asks_for_help() -> bool {
    let arguments = std::env::args_os().skip(2);
    arguments.take_while(|argument| argument != "--").any(|argument| argument == "--help" || argument == "-h")
}

/// Prints a command's part of the usage.
fn help_of(command: &str) -> Result<ExitCode, lexopt::Error> {
    let is_its =
        |line: &&str| line.strip_prefix("  ").is_some_and(|line| line.split(' ').next() == Some(command));
    let mut lines = USAGE.lines().skip_while(|line| !is_its(line));
    let Some(first) = lines.next() else { return Err(format!("there is no command `{command}`").into()) };
    say!("doorstep {}", first.trim_start());
    for line in lines.take_while(|line| line.starts_with("    ")) {
        // As far to the right as the first line has moved.
        say!("       {line}");
    }
    Ok(ExitCode::SUCCESS)
}

fn help() -> ExitCode {
    say!("{}", USAGE.trim_end());
    ExitCode::SUCCESS
}

fn version() -> ExitCode {
    say!("doorstep {}", env!("CARGO_PKG_VERSION"));
    ExitCode::SUCCESS
}
