//! The relay's targets as the office has written them down: `backend.json`, and the secrets beside it.
//!
//! Kept here: an error names the place and never a value; what only its owner should read is not read where others can.

use std::io;
use std::path::{Path, PathBuf};

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::configuration::ConfigurationError;
use doorstep_delivery::credentials::{Credential, Credentials, Login};
use doorstep_delivery::outbox::HOME;
use doorstep_delivery::target::{Configuration, Target};

/// In an address: where a token goes.
const TOKEN: &str = "{token}";

/// Why the relay's targets can't be had.
#[derive(Debug)]
pub enum RelayError {
    /// A file can't be read.
    File(PathBuf, io::Error),
    /// Others than its owner may read the secrets: who may, as `chmod` has it.
    Exposed(PathBuf, u32),
    /// A file is not as it should be.
    Configuration(PathBuf, ConfigurationError),
    /// Something that only an app can do, or that needs a secret which is not there: the place, and what is wrong.
    Target(PathBuf, usize, &'static str),
    /// So many secrets are for no target. Their names are not repeated: one may be a secret in the wrong place.
    NoTarget(PathBuf, usize),
}

impl std::fmt::Display for RelayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RelayError::File(path, error) => write!(f, "{}: {error}", path.display()),
            RelayError::Exposed(path, mode) => write!(
                f,
                "{path}: others than its owner can read these secrets (mode {mode:03o}). Do `chmod 600 {path}`, and \
                 `chown` it to the user that the server runs as",
                path = path.display()
            ),
            RelayError::Configuration(path, error) => write!(f, "{}: {error}", path.display()),
            RelayError::Target(path, place, reason) => {
                write!(f, "{}: targets[{place}]: {reason}", path.display())
            }
            RelayError::NoTarget(path, count) => {
                write!(f, "{}: {count} of its entries are for no target of the relay", path.display())
            }
        }
    }
}

impl std::error::Error for RelayError {}

/// A target, and who sends there.
pub(super) type Given = (Target, Credential);

/// Reads both files. What is called `doorstep` is this server itself, and left out.
pub(super) fn read(backends: &Path, secrets: Option<&Path>) -> Result<Vec<Given>, RelayError> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        |error| RelayError::Configuration(path, error)
    };
    let configuration = std::fs::read(backends).map_err(about(backends))?;
    let mut configuration = Configuration::read(&configuration).map_err(wrong(backends))?;
    let credentials = match secrets {
        Some(secrets) => Credentials::read(&read_private(secrets)?).map_err(wrong(secrets))?,
        None => Credentials::default(),
    };
    for (place, target) in configuration.targets.iter().enumerate().filter(|(_, target)| target.name != HOME)
    {
        check(target, &credentials.of(&target.name))
            .map_err(|reason| RelayError::Target(backends.to_owned(), place, reason))?;
    }
    configuration.targets.retain(|target| target.name != HOME);
    let known = |name: &&str| configuration.targets.iter().any(|target| target.name == **name);
    let strangers = credentials.targets().filter(|name| !known(name)).count();
    match secrets {
        Some(secrets) if strangers > 0 => Err(RelayError::NoTarget(secrets.to_owned(), strangers)),
        _ => {
            let given = |target: Target| (target.clone(), credentials.of(&target.name));
            Ok(configuration.targets.into_iter().map(given).collect())
        }
    }
}

fn about(path: &Path) -> impl FnOnce(io::Error) -> RelayError {
    let path = path.to_owned();
    |error| RelayError::File(path, error)
}

/// Is it a credential that systemd handed to this service?
#[cfg(unix)]
fn is_systemds(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY")
        .is_some_and(|folder| !folder.is_empty() && path.starts_with(folder))
}

/// Reads what only its owner may.
pub(crate) fn read_private(path: &Path) -> Result<Vec<u8>, RelayError> {
    use std::io::Read;
    let mut file = std::fs::File::open(path).map_err(about(path))?;
    #[cfg(unix)]
    {
        // Of the file that was opened, whatever has its name by now.
        let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().map_err(about(path))?) & 0o777;
        // What systemd hands a service is read by a list of access, which shows as the group's; nobody else gets into its folder.
        let allowed = if is_systemds(path) { 0o740 } else { 0o700 };
        if mode & !allowed != 0 {
            return Err(RelayError::Exposed(path.to_owned(), mode));
        }
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(about(path))?;
    Ok(bytes)
}

/// A server has no page whose address others could be relative to, nobody to carry files, and nobody to ask for a login.
fn check(target: &Target, credential: &Credential) -> Result<(), &'static str> {
    if let AnyBackend::FileDrop(_) = target.backend {
        return Err("a file-drop is carried by hand, which a server can't");
    }
    let addresses = target.backend.addresses();
    if addresses.iter().any(|address| address.is_empty() || address.starts_with('/')) {
        return Err("has an address on the app's own server; here each is a whole one: https://…");
    }
    let asks = addresses.iter().any(|address| address.contains(TOKEN));
    if asks && !matches!(credential.login, Login::Address(_)) {
        return Err("has a place for a token, and there is none among the secrets (login `address`)");
    }
    Ok(())
}
