//! All kinds of backends as one: what a target of the configuration is. A new kind is a line in the list here, and its own file.

use serde_json::Value as Json;

use super::couchdb::CouchDb;
use super::doorstep::Doorstep;
use super::fhir::Fhir;
use super::file_drop::FileDrop;
use super::openrosa::OpenRosa;
use super::postgrest::PostgRest;
use super::s3::S3;
use super::webhook::Webhook;
use super::{Backend, Capabilities, Configured, Parcel, SendError, may_have};
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::transport::Transport;

macro_rules! backends {
    ($first_name:literal $first:ident $(, $name:literal $backend:ident)* $(,)?) => {
        /// A backend of any kind.
        #[allow(missing_docs, reason = "each is documented at its own type")]
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum AnyBackend {
            $first($first),
            $($backend($backend),)*
        }

        impl AnyBackend {
            /// The kinds, as the configuration names them.
            pub const KINDS: &[&str] = &[$first_name $(, $name)*];
            /// The same for an error's words.
            pub(crate) const KINDS_ALLOWED: &str =
                concat!("has to be one of ", $first_name $(, ", ", $name)*);

            /// What the configuration calls it.
            pub fn kind(&self) -> &'static str {
                match self {
                    AnyBackend::$first(_) => $first_name,
                    $(AnyBackend::$backend(_) => $name,)*
                }
            }

            /// The backend of a kind from its fields; `None` if there is no such kind.
            pub(crate) fn read(kind: &str, fields: &mut Fields) -> Result<Option<AnyBackend>, ConfigurationError> {
                match kind {
                    $first_name => $first::read(fields).map(AnyBackend::$first).map(Some),
                    $($name => $backend::read(fields).map(AnyBackend::$backend).map(Some),)*
                    _ => Ok(None),
                }
            }

            /// Its fields in the configuration.
            pub(crate) fn write(&self) -> Json {
                match self {
                    AnyBackend::$first(backend) => backend.write(),
                    $(AnyBackend::$backend(backend) => backend.write(),)*
                }
            }

            /// Where its requests go, as far as the configuration says.
            pub fn addresses(&self) -> Vec<&str> {
                match self {
                    AnyBackend::$first(backend) => backend.addresses(),
                    $(AnyBackend::$backend(backend) => backend.addresses(),)*
                }
            }

            /// The same with its credential, at the time that its signatures name.
            pub fn given(self, credential: Credential, now: Moment) -> AnyBackend {
                match self {
                    AnyBackend::$first(backend) => AnyBackend::$first(backend.given(credential, now)),
                    $(AnyBackend::$backend(backend) => AnyBackend::$backend(backend.given(credential, now)),)*
                }
            }
        }

        impl Backend for AnyBackend {
            fn capabilities(&self) -> Capabilities {
                match self {
                    AnyBackend::$first(backend) => backend.capabilities(),
                    $(AnyBackend::$backend(backend) => backend.capabilities(),)*
                }
            }

            async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
                may_have(self, parcel.submission())?;
                match self {
                    AnyBackend::$first(backend) => backend.send(parcel, transport).await,
                    $(AnyBackend::$backend(backend) => backend.send(parcel, transport).await,)*
                }
            }
        }
    };
}

backends! {
    "doorstep" Doorstep,
    "openrosa" OpenRosa,
    "webhook" Webhook,
    "fhir" Fhir,
    "couchdb" CouchDb,
    "postgrest" PostgRest,
    "s3" S3,
    "file-drop" FileDrop,
}
