//! `doorstep serve`: the server in the foreground, until SIGTERM or Ctrl-C.
//!
//! The first line on stdout says where it listens, for people and for programs that start it on a port of the system's choice.

use std::ffi::OsStr;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_server::{
    Access, BrokenForm, Clock, Files, FormsError, Logs, OfficeKeyOptions, Options, Relaying, Server,
    StartError, TilesOptions, TlsFiles, start_log, stop_signal,
};
use lexopt::prelude::*;

use crate::bucket::{BucketOptions, path_from};
use crate::language::Language;
use crate::render;

/// How much room attachments have unless it is said.
const ATTACHMENTS_GB: u64 = 100;

/// Reads the options and serves.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let (options, logs) = read(arguments)?;
    let forms = match &options.forms {
        Files::Folder(folder) => folder.clone(),
        Files::Embedded(_) | Files::Nothing => PathBuf::new(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let served =
        runtime.map_err(StartError::Runtime).and_then(|runtime| runtime.block_on(serve(options, logs)));
    match served {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(StartError::Forms(FormsError::Broken(broken))) => {
            broken.iter().for_each(|form| explain(form, &forms));
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            eprintln!("{error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// A form with mistakes is not served; its author reads them as `doorstep check` shows them.
fn explain(form: &BrokenForm, forms: &Path) {
    let definition = forms.join(&form.folder).join(&*form.bundle.main.name);
    for found in &form.diagnostics {
        eprintln!("{}\n", render::diagnostic(found, &form.bundle, &definition, Language::of_terminal()));
    }
}

/// The options, and where the log goes.
fn read(arguments: &mut lexopt::Parser) -> Result<(Options, Logs), lexopt::Error> {
    let mut log = true;
    let mut options = Options {
        host: "127.0.0.1".into(),
        port: 8080,
        tls: None,
        data: PathBuf::from("doorstep-data"),
        database: std::env::var("DATABASE_URL").ok().filter(|address| !address.is_empty()),
        attachments_limit: ATTACHMENTS_GB << 30,
        bucket: None,
        metrics_open: false,
        app: Files::embedded_app().unwrap_or(Files::Nothing),
        forms: Files::embedded_forms().unwrap_or_else(|| Files::Folder(PathBuf::from("forms"))),
        backend: None,
        access: Access::default(),
        relay: None,
        office_key: OfficeKeyOptions {
            file: path_from("DOORSTEP_OFFICE_KEY"),
            ..OfficeKeyOptions::default()
        },
        tiles: TilesOptions { from: path_from("DOORSTEP_TILES"), attribution: None },
        approve_forms: is_set("DOORSTEP_APPROVE_FORMS"),
    };
    let mut bucket = BucketOptions::from_environment();
    let mut devices_only = None;
    let (mut certificate, mut key) = (path_from("DOORSTEP_TLS_CERTIFICATE"), path_from("DOORSTEP_TLS_KEY"));
    let mut backends = path_from("DOORSTEP_RELAY");
    let mut secrets = path_from("DOORSTEP_RELAY_SECRETS");
    options.access.oidc = path_from("DOORSTEP_OIDC");
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("port") => options.port = arguments.value()?.parse()?,
            Long("host") => options.host = arguments.value()?.string()?,
            Long("tls-certificate") => certificate = Some(arguments.value()?.into()),
            Long("tls-key") => key = Some(arguments.value()?.into()),
            Long("data") => options.data = PathBuf::from(arguments.value()?),
            Long("database") => options.database = Some(arguments.value()?.string()?),
            Long("attachments") => options.attachments_limit = gigabytes(&arguments.value()?)?,
            Long("s3") => bucket.bucket = Some(arguments.value()?.into()),
            Long("s3-secrets") => bucket.secrets = Some(arguments.value()?.into()),
            Long("metrics-open") => options.metrics_open = true,
            Long("log") => {
                let place = arguments.value()?;
                log = match place.to_str() {
                    Some("files") => true,
                    Some("stderr") => false,
                    _ => return Err("the log goes to `files` or to `stderr`".into()),
                };
            }
            Long("app") => options.app = Files::Folder(PathBuf::from(arguments.value()?)),
            Long("forms") => options.forms = Files::Folder(PathBuf::from(arguments.value()?)),
            Long("relay") => backends = Some(PathBuf::from(arguments.value()?)),
            Long("relay-secrets") => secrets = Some(PathBuf::from(arguments.value()?)),
            Long("backend") => options.backend = Some(arguments.value()?.into()),
            Long("office-key") => options.office_key.file = Some(arguments.value()?.into()),
            Long("office-key-only-opens") => options.office_key.only_open = true,
            Long("recovery-key") => options.office_key.recovery = Some(arguments.value()?.string()?),
            Long("tiles") => options.tiles.from = Some(arguments.value()?.into()),
            Long("tiles-attribution") => options.tiles.attribution = Some(arguments.value()?.string()?),
            Long("approve-forms") => options.approve_forms = true,
            Long("devices-only") => devices_only = Some(true),
            Long("open") => devices_only = Some(false),
            Long("behind-proxy") => options.access.behind_proxy = true,
            Long("oidc") => options.access.oidc = Some(arguments.value()?.into()),
            Long("ciphers") => options.access.sm_ciphers = arguments.value()?.parse_with(is_sm)?,
            other => return Err(other.unexpected()),
        }
    }
    // Whoever can reach the machine itself may try things out; whoever else can, through a proxy too, is a stranger.
    options.access.devices_only =
        devices_only.unwrap_or(options.access.behind_proxy || !is_loopback(&options.host));
    options.bucket = bucket.files()?;
    options.tls = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) => None,
        _ => return Err("TLS needs both --tls-certificate and --tls-key".into()),
    };
    if options.office_key.only_open && options.office_key.file.is_none() {
        return Err("--office-key-only-opens is about the keys of --office-key, which is missing".into());
    }
    if options.tiles.attribution.is_some() && options.tiles.from.is_none() {
        return Err("--tiles-attribution is about the pictures of --tiles, which is missing".into());
    }
    options.relay = match (backends, secrets) {
        (Some(backends), secrets) => Some(Relaying { backends, secrets, clock: Clock::system() }),
        (None, Some(_)) => {
            return Err("--relay-secrets are for the targets of --relay, which is missing".into());
        }
        (None, None) => None,
    };
    let logs = if log { Logs::Files(options.data.clone()) } else { Logs::Stderr };
    Ok((options, logs))
}

fn gigabytes(said: &OsStr) -> Result<u64, lexopt::Error> {
    let number = said.to_str().and_then(|said| said.parse::<u64>().ok()).filter(|number| *number < 1 << 33);
    Ok(number.ok_or("the room for attachments is a whole number of gigabytes")? << 30)
}

/// Is it switched on in the environment? Empty and `0` are off.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_sm(name: &str) -> Result<bool, &'static str> {
    match name {
        "sm" => Ok(true),
        "nist" => Ok(false),
        _ => Err("ciphers are `nist` or `sm`"),
    }
}

async fn serve(options: Options, logs: Logs) -> Result<(), StartError> {
    let (data, access) = (options.data.clone(), options.access.clone());
    let approve_forms = options.approve_forms;
    // Before anything is listened on, so that a stop right after the start is not missed.
    let stop = stop_signal().map_err(StartError::Runtime)?;
    if options.app == Files::Nothing {
        eprintln!("there is no app in this program: submissions only, unless --app says where it is");
    }
    let server = Server::bind(options).await?;
    // Only now: a server that can't start leaves no folder behind.
    let logged = start_log(&logs).map_err(StartError::Log);
    if logged.is_ok() {
        say!("listening on {}", server.url());
    }
    // It is said once: also where the log keeps the server from going on.
    if let Some(first) = server.first_user() {
        say!(
            "first start: log in as `{}` with `{}` (shown this once) at {}/office, and choose another password",
            first.name,
            first.password,
            server.url()
        );
    }
    logged?;
    if access.devices_only {
        say!("submissions: from enrolled devices and users only");
    } else {
        say!("submissions: from anybody who reaches this address (--devices-only changes that)");
    }
    if approve_forms {
        say!("new versions of forms wait until a second designer approves of them");
    }
    let targets = server.relay_targets();
    if !targets.is_empty() {
        say!("submissions are passed on to: {}", targets.join(", "));
    }
    say!("data in {}", std::path::absolute(&data).unwrap_or(data).display());
    server.run(stop).await;
    say!("stopped");
    Ok(())
}
