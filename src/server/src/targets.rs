//! Where the app on phones is to send besides this server: the office's `backend.json`, read at the start and given out to all.
//!
//! Kept here: what is given out was read without a mistake, and the page's policy lets requests through to exactly its origins.
//! What the server itself passes on is another file's affair: these requests are the phones' own.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use doorstep_delivery::Moment;
use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::configuration::ConfigurationError;
use doorstep_delivery::credentials::Credentials;
use doorstep_delivery::odk_encryption::PublicKey;
use doorstep_delivery::target::{self as delivery, Closed, Configuration};
use doorstep_engine::Form;

use crate::StartError;
use crate::files::Asset;

/// Why there are no targets to give out.
#[derive(Debug)]
pub enum TargetsError {
    /// The file can't be read.
    Read(std::io::Error),
    /// It is no configuration.
    Broken(ConfigurationError),
}

impl fmt::Display for TargetsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetsError::Read(error) => write!(f, "{error}"),
            TargetsError::Broken(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for TargetsError {}

/// The app's targets, ready to be given out.
#[derive(Debug)]
pub(crate) struct Targets {
    configuration: Configuration,
    asset: Asset,
}

impl Targets {
    /// Reads the file; without one there are none, and that is given out.
    ///
    /// # Errors
    /// [`StartError::Targets`], with the place of the mistake and never a value.
    pub(crate) fn read(file: Option<&Path>) -> Result<Targets, StartError> {
        let configuration = match file {
            None => Configuration::default(),
            Some(file) => {
                let failed = |error| StartError::Targets(file.to_owned(), error);
                let bytes = std::fs::read(file).map_err(|error| failed(TargetsError::Read(error)))?;
                Configuration::read(&bytes).map_err(|error| failed(TargetsError::Broken(error)))?
            }
        };
        let asset = Asset::new(configuration.to_bytes().into(), None, "application/json", false);
        Ok(Targets { configuration, asset })
    }

    /// The origins that the page has to be let through to.
    pub(crate) fn origins(&self) -> BTreeSet<&str> {
        self.configuration.origins()
    }

    /// Names in the log the targets that will refuse a form's submissions, since these are to be encrypted, or are `sealed` for the office. The app tells of
    /// the former where the form is begun.
    pub(crate) fn tell_of_encryption(&self, form: &Form, sealed: bool) {
        let Some(key) = form.public_key() else {
            return if sealed {
                self.tell_of_sealing(form.id())
            };
        };
        let id = form.id();
        if PublicKey::read(key).is_none() {
            tracing::warn!(target: "doorstep", form = id, "its public key can't be read: its submissions stay on the phones");
        }
        for to in self.all().refusing(id, Closed::ForForm) {
            tracing::warn!(target: "doorstep", form = id, to, "refuses its submissions: they are to be encrypted, which goes to kind openrosa only");
        }
    }

    fn tell_of_sealing(&self, form: &str) {
        let targets = self.all();
        if !targets.opens(form) {
            tracing::warn!(target: "doorstep", form, "goes to no Doorstep server: phones do not seal it for the office");
            return;
        }
        for to in targets.refusing(form, Closed::ForOffice) {
            tracing::warn!(target: "doorstep", form, to, "refuses its submissions: they are sealed for the office, which only a Doorstep server opens; pass them on from here by --relay");
        }
    }

    /// As phones have them.
    fn all(&self) -> delivery::Targets {
        let home = AnyBackend::Doorstep(Doorstep::at(""));
        delivery::Targets::of(&self.configuration, &Credentials::default(), home, Moment::default())
    }

    /// The answer to a GET with those headers.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        self.asset.answer(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_with_its_file_and_its_place_and_keeps_the_server_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backend.json");
        let told = |text: Option<&str>| {
            if let Some(text) = text {
                std::fs::write(&file, text).unwrap();
            }
            Targets::read(Some(&file))
                .map(|targets| targets.origins().len())
                .map_err(|error| error.to_string())
        };
        assert!(told(None).is_err_and(|words| words.contains("backend.json: ")));
        let broken = r#"{"targets": [{"name": "a", "kind": "openrosa", "url": "https://*"}]}"#;
        assert!(told(Some(broken)).is_err_and(|words| words.contains("backend.json: targets[0].url: ")));
        assert_eq!(told(Some(&broken.replace('*', "a.example"))), Ok(1));
        assert!(Targets::read(None).is_ok_and(|targets| targets.origins().is_empty()));
    }
}
