//! TLS for what comes in: 1.2 and 1.3 by rustls, with the certificate and the key of two files, which are read again when they change (`watched`).
//!
//! Kept here: a key that others can read, or that is not the certificate's, is not served; files that have gone wrong leave the
//! ones before in use, and the log says so.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::relay::{RelayError, read_private};
use crate::watched::{Reread, Stamps, Watch};

/// The files, as PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate, and those that lead from it to one that browsers know.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why there is no TLS.
#[derive(Debug)]
pub enum TlsError {
    /// The certificate can't be read.
    File(PathBuf, std::io::Error),
    /// The key can't be read, or others can read it too.
    Key(RelayError),
    /// There is no certificate in the file, or a broken one.
    NoCertificate(PathBuf),
    /// There is no private key in the file, or a broken one.
    NoKey(PathBuf),
    /// The key is not the certificate's, or of a kind that is not taken: rustls' own words.
    Unfit(rustls::Error),
}

impl std::fmt::Display for TlsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TlsError::File(path, error) => write!(f, "{}: {error}", path.display()),
            TlsError::Key(error) => write!(f, "{error}"),
            TlsError::NoCertificate(path) => {
                write!(f, "{}: there is no certificate (PEM) in it", path.display())
            }
            TlsError::NoKey(path) => write!(f, "{}: there is no private key (PEM) in it", path.display()),
            TlsError::Unfit(error) => write!(f, "the certificate and the key don't go together: {error}"),
        }
    }
}

impl std::error::Error for TlsError {}

#[derive(Debug)]
struct Loaded {
    key: Arc<CertifiedKey>,
    stamps: Stamps,
}

/// What connections are begun with, and what reads that again.
pub(crate) struct Incoming {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) watch: Watch,
}

impl Incoming {
    /// Reads the files, and watches them from now on.
    pub(crate) fn open(files: &TlsFiles) -> Result<Incoming, TlsError> {
        let certificate = Arc::new(Certificate::open(files)?);
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(TlsError::Unfit)?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(certificate.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Incoming { acceptor, watch: Watch::new(certificate) })
    }
}

/// Whatever was read last.
#[derive(Debug)]
struct Certificate {
    files: TlsFiles,
    loaded: RwLock<Loaded>,
}

impl Certificate {
    fn open(files: &TlsFiles) -> Result<Certificate, TlsError> {
        Ok(Certificate { files: files.clone(), loaded: RwLock::new(read(files)?) })
    }
}

impl Reread for Certificate {
    fn reload(&self) {
        match read(&self.files) {
            Ok(loaded) => {
                *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
                tracing::info!(target: "doorstep", "the certificate was read again");
            }
            Err(error) => {
                tracing::error!(target: "doorstep", what = %error, "the certificate before stays in use");
            }
        }
    }

    fn has_changed(&self) -> bool {
        stamps(&self.files) != self.loaded.read().unwrap_or_else(PoisonError::into_inner).stamps
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.loaded.read().unwrap_or_else(PoisonError::into_inner).key.clone())
    }
}

fn stamps(files: &TlsFiles) -> Stamps {
    Stamps::of(&[&files.certificate, &files.key])
}

fn read(files: &TlsFiles) -> Result<Loaded, TlsError> {
    let stamps = stamps(files);
    let text = std::fs::read(&files.certificate)
        .map_err(|error| TlsError::File(files.certificate.clone(), error))?;
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| TlsError::NoCertificate(files.certificate.clone()))?;
    let text = read_private(&files.key).map_err(TlsError::Key)?;
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|_| TlsError::NoKey(files.key.clone()))?;
    let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(TlsError::Unfit)?;
    Ok(Loaded { key: Arc::new(key), stamps })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::SystemTime;

    use super::*;

    /// A certificate and its key in a folder, the key for its owner only.
    fn write(folder: &Path) -> TlsFiles {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = TlsFiles { certificate: folder.join("a.pem"), key: folder.join("a.key") };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        files
    }

    fn served(tls: &Certificate) -> CertificateDer<'static> {
        tls.loaded.read().unwrap().key.cert[0].clone().into_owned()
    }

    #[test]
    fn changed_files_are_read_again_and_broken_ones_leave_the_last_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let tls = Certificate::open(&write(folder.path())).unwrap();
        let first = served(&tls);
        assert!(!tls.has_changed());
        let files = write(folder.path());
        std::fs::File::options()
            .append(true)
            .open(&files.key)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        assert!(tls.has_changed());
        tls.reload();
        let second = served(&tls);
        assert!(first != second && !tls.has_changed());
        std::fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\n").unwrap();
        tls.reload();
        assert_eq!(served(&tls), second);
        assert!(tls.has_changed(), "it is looked at again until it is right");
    }

    #[test]
    fn what_does_not_go_together_is_not_served() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (files, others) = (write(one.path()), write(other.path()));
        let of = |certificate: &PathBuf, key: &PathBuf| {
            Certificate::open(&TlsFiles { certificate: certificate.clone(), key: key.clone() }).unwrap_err()
        };
        assert!(matches!(of(&files.certificate, &others.key), TlsError::Unfit(_)));
        assert!(matches!(of(&files.key, &files.key), TlsError::NoCertificate(_)));
        assert!(matches!(of(&one.path().join("none"), &files.key), TlsError::File(..)));
        std::fs::write(&others.key, "nothing").unwrap();
        assert!(matches!(of(&files.certificate, &others.key), TlsError::NoKey(_)));
        #[cfg(unix)]
        {
            std::fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(0o644))
                .unwrap();
            assert!(matches!(of(&files.certificate, &files.key), TlsError::Key(RelayError::Exposed(..))));
        }
    }
}
