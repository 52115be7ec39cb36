//! The other end of the wire: accepts submissions, hands out forms, serves the app. SQLite embedded, PostgreSQL beyond.
//!
//! Kept here: each submission id is accepted once, with one hash, and what was answered with a receipt is on the disk
//! (invariant 4); nothing is stored on any refusal; no log line and no error text holds an answer.

mod answer;
mod api;
mod aside;
mod attachments;
pub mod backup;
mod body;
mod changes;
mod declared;
mod design;
mod entities;
mod files;
mod forms;
mod headers;
mod intake;
mod ledgers;
mod listen;
mod logs;
mod metrics;
mod monitoring;
mod off_thread;
mod office_key;
mod openrosa;
mod outgoing;
mod placing;
mod ranges;
mod ranking;
#[macro_use]
mod store;
mod relay;
mod resident;
pub mod seed;
mod targets;
mod tiles;
mod tls;
mod totals;
mod watched;
mod who;

#[cfg(feature = "embed")]
mod embedded {
    //! What `build.rs` listed.
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

pub use attachments::{BucketError, BucketFiles};
pub use files::Files;
pub use forms::{BrokenForm, FormsError};
pub use logs::{LogError, Logs, start as start_log};
pub use office_key::OfficeKeyOptions;
pub use outgoing::Outgoing;
pub use relay::{Clock, RelayError, Relaying};
pub use store::StoreError;
pub use targets::TargetsError;
pub use tiles::{TilesError, TilesOptions};
pub use tls::{TlsError, TlsFiles};
pub use who::audit::{Broken, Head};
pub use who::{Access, CheckError, FirstUser, KeyError, OidcError, check_audit};

use attachments::{Attachments, Bucket, Folder, Shelf};
use files::App;
use forms::{FormError, Forms};
use metrics::Metrics;
use office_key::{Beside, OfficeKey};
use relay::Relay;
use store::Store;
use targets::Targets;
use tiles::Tiles;
use tls::Incoming;
use watched::Watch;
use who::Who;

/// How to run a server.
pub struct Options {
    /// The address to listen on: `127.0.0.1`.
    pub host: String,
    /// The port; 0 lets the system pick one.
    pub port: u16,
    /// The certificate and the key for TLS, if the server speaks it itself.
    pub tls: Option<TlsFiles>,
    /// The folder for the database, made if it is not there.
    pub data: PathBuf,
    /// The address of a PostgreSQL that is the database instead.
    pub database: Option<String>,
    /// How many bytes all attachments together may have; what comes beyond is refused.
    pub attachments_limit: u64,
    /// The bucket that attachments lie in, rather than in the data folder.
    pub bucket: Option<BucketFiles>,
    /// May everyone see `/metrics`, or only programs on this machine?
    pub metrics_open: bool,
    /// The app's files.
    pub app: Files,
    /// The folder with the forms: `<form>/form.json` and the lists they name.
    pub forms: Files,
    /// The file that tells the app where else it is to send: `backend.json`.
    pub backend: Option<PathBuf>,
    /// Who may send, and what is before the server.
    pub access: Access,
    /// Where submissions are passed on to, if anywhere.
    pub relay: Option<Relaying>,
    /// What phones seal for, and what opens it.
    pub office_key: OfficeKeyOptions,
    /// What maps are laid on.
    pub tiles: TilesOptions,
    /// Does a new version of a form wait until a second designer approves of it?
    pub approve_forms: bool,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its address may hold a password.
        let database = if self.database.is_some() { "PostgreSQL" } else { "SQLite" };
        let Options { host, port, data, app, forms, .. } = self;
        write!(f, "{host}:{port}, data {}, {database}, app {app:?}, forms {forms:?}", data.display())
    }
}

/// Why a server can't start.
#[derive(Debug)]
pub enum StartError {
    /// The app's files can't be read.
    App(std::io::Error),
    /// The forms can't be read, or are broken.
    Forms(FormsError),
    /// Where submissions are passed on to can't be read, or is not as it should be.
    Relay(RelayError),
    /// The file of the app's targets can't be read, or is broken.
    Targets(PathBuf, TargetsError),
    /// The database can't be opened.
    Store(StoreError),
    /// The key that secrets are sealed with can't be had.
    Key(KeyError),
    /// The office's OpenID provider is not described as it should be.
    Oidc(OidcError),
    /// The tiles of the map can't be given out: where they are and why.
    Tiles(PathBuf, TilesError),
    /// The office's key can't be read, or is none: where and why.
    OfficeKey(String),
    /// There is no TLS.
    Tls(TlsError),
    /// The folder for the attachments can't be made.
    Attachments(std::io::Error),
    /// The bucket for the attachments is not described as it should be.
    Bucket(BucketError),
    /// A picture, sound or film of a form can't be kept: why.
    Media(String),
    /// There is no log.
    Log(LogError),
    /// The system gives no threads or signals.
    Runtime(std::io::Error),
    /// The address can't be listened on.
    Listen(String, std::io::Error),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::App(error) => write!(f, "the app's files can't be read: {error}"),
            StartError::Forms(error) => write!(f, "{error}"),
            StartError::Relay(error) => write!(f, "{error}"),
            StartError::Targets(file, error) => write!(f, "{}: {error}", file.display()),
            StartError::Store(error) => write!(f, "the database can't be opened: {error}"),
            StartError::Key(error) => write!(f, "{error}"),
            StartError::Oidc(error) => write!(f, "{error}"),
            StartError::Tiles(from, error) => write!(f, "--tiles {}: {error}", from.display()),
            StartError::OfficeKey(words) => f.write_str(words),
            StartError::Tls(error) => write!(f, "{error}"),
            StartError::Attachments(error) => write!(f, "the attachments' folder can't be made: {error}"),
            StartError::Bucket(error) => write!(f, "{error}"),
            StartError::Media(words) => f.write_str(words),
            StartError::Log(error) => write!(f, "{error}"),
            StartError::Runtime(error) => write!(f, "the system refuses: {error}"),
            StartError::Listen(address, error) => write!(f, "can't listen on {address}: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A server that listens but does not answer yet.
pub struct Server {
    listener: tokio::net::TcpListener,
    tls: Option<Incoming>,
    address: SocketAddr,
    shared: Arc<Shared>,
    shelf: Arc<dyn Shelf>,
    office_key: Option<Watch>,
    first_user: Option<FirstUser>,
}

/// What every route sees.
pub(crate) struct Shared {
    store: Store,
    attachments: Attachments,
    forms: Forms,
    office: declared::Office,
    xforms: openrosa::XForms,
    app: App,
    targets: Targets,
    office_key: Arc<OfficeKey>,
    tiles: Option<Tiles>,
    who: Who,
    relay: Relay,
    metrics: Metrics,
    metrics_open: bool,
    /// Does a new version of a form wait for a second designer?
    approve_forms: bool,
    /// Who waits at a kiosk for somebody of the staff.
    calls: resident::Calls,
    /// Held by whoever tells phones of entities.
    telling: tokio::sync::Mutex<()>,
    /// Is there no way here but by TLS?
    tls: bool,
}

impl Server {
    /// Reads app and forms, opens the database and starts to listen.
    ///
    /// # Errors
    /// [`StartError`]; a broken form is one, with all its diagnostics.
    pub async fn bind(options: Options) -> Result<Server, StartError> {
        let targets = Targets::read(options.backend.as_deref())?;
        let app = App::read(&options.app, &targets.origins()).map_err(StartError::App)?;
        let current = forms::read_all(&options.forms).map_err(StartError::Forms)?;
        let office = declared::Office::read(&options.forms).map_err(StartError::Forms)?;
        let oidc = who::open_oidc(options.access.oidc.as_deref()).map_err(StartError::Oidc)?;
        let opened = Tiles::open(&options.tiles).await;
        let tiles = opened
            .map_err(|error| StartError::Tiles(options.tiles.from.clone().unwrap_or_default(), error))?;
        let beside =
            Beside { devices_only: options.access.devices_only, tiles: tiles.as_ref().map(Tiles::told) };
        let office_key = Arc::new(OfficeKey::open(&options.office_key, beside)?);
        let tls = options.tls.as_ref().map(Incoming::open).transpose().map_err(StartError::Tls)?;
        let relay = Relay::open(options.relay.as_ref()).map_err(StartError::Relay)?;
        let opened = Store::open(&options.data, options.database.as_deref()).await;
        let store = opened.map_err(StartError::Store)?;
        let shelf = open_shelf(&options).await?;
        let attachments = Attachments::new(store.clone(), shelf.clone(), options.attachments_limit);
        let forms =
            Forms::serve(store.clone(), &attachments, current).await.map_err(|error| match error {
                FormError::Store(error) => StartError::Store(error),
                error => StartError::Media(error.to_string()),
            })?;
        let in_force = forms.now().await.map_err(StartError::Store)?;
        in_force.forms.iter().for_each(|one| targets.tell_of_encryption(&one.form, office_key.seals()));
        let who =
            Who::open(store.clone(), &options.data, &options.access, oidc).await.map_err(StartError::Key)?;
        let first_user = who.make_first_user().await.map_err(StartError::Store)?;

        let address = format!("{}:{}", options.host, options.port);
        let listen_error = |error| StartError::Listen(address.clone(), error);
        let listener = tokio::net::TcpListener::bind(&address).await.map_err(listen_error)?;
        let bound = listener.local_addr().map_err(listen_error)?;
        let shared = Shared {
            store: store.clone(),
            attachments,
            forms,
            office,
            xforms: openrosa::XForms::default(),
            app,
            targets,
            office_key: office_key.clone(),
            tiles,
            who,
            relay,
            metrics: Metrics::default(),
            metrics_open: options.metrics_open,
            approve_forms: options.approve_forms,
            calls: resident::Calls::default(),
            telling: tokio::sync::Mutex::default(),
            tls: tls.is_some(),
        };
        let office_key = options.office_key.file.is_some().then(|| Watch::new(office_key));
        Ok(Server { listener, tls, address: bound, shared: Arc::new(shared), shelf, office_key, first_user })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for browsers: `https://127.0.0.1:8443`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The administrator that this start has made, if the database had no user: to be shown this once.
    pub fn first_user(&self) -> Option<&FirstUser> {
        self.first_user.as_ref()
    }

    /// The names of the targets that submissions are passed on to.
    pub fn relay_targets(&self) -> Vec<String> {
        self.shared.relay.targets().map(str::to_owned).collect()
    }

    /// Answers and passes on until `stop` is done, then lets open requests and a send that has begun finish (for ten seconds each at most).
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Shared { store, relay, .. } = &*self.shared;
        if let Err(error) = relay.tell_of_strangers(store).await {
            tracing::error!(target: "doorstep", what = %error, "the relay's queue");
        }
        entities::go_through_all(&self.shared).await;
        let couriers = relay.start(store, &self.shelf);
        let told = &couriers;
        let stop = async move {
            stop.await;
            told.tell_to_stop();
        };
        let routes = api::routes(self.shared.clone());
        let (acceptor, certificate) = self.tls.map(|tls| (tls.acceptor, tls.watch)).unzip();
        tokio::select! {
            () = listen::run(self.listener, acceptor, routes, stop) => {}
            () = watch(certificate) => {}
            () = watch(self.office_key) => {}
        }
        couriers.stopped().await;
        store.close().await;
    }
}

/// Reads again what is to be; never done.
async fn watch(what: Option<Watch>) {
    match what {
        Some(watch) => watch.run().await,
        None => std::future::pending().await,
    }
}

/// The folder, or the bucket. One that can't be reached now is told in the log: it may come, and what needs no file goes on.
async fn open_shelf(options: &Options) -> Result<Arc<dyn Shelf>, StartError> {
    let folder = Folder::open(&options.data).map_err(StartError::Attachments)?;
    let Some(files) = &options.bucket else { return Ok(Arc::new(folder)) };
    let bucket = Bucket::open(files, folder).map_err(StartError::Bucket)?;
    let tried = bucket.clone();
    if let Ok(Err(error)) = tokio::task::spawn_blocking(move || tried.try_out()).await {
        tracing::error!(target: "doorstep", what = %error, "attachments");
    }
    Ok(Arc::new(bucket))
}

/// Starts to watch for SIGTERM and SIGINT; what it gives is done at the first of them.
///
/// # Errors
/// If the system lets no handler be set.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a handler the system ends the program itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
