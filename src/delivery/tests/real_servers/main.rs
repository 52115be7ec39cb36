//! The same behaviour as in `backends`, tried against real servers: PouchDB's server for CouchDB's protocol (npm), S3rver for S3's
//! addresses that run out (npm), Moto for S3's conditions of writing, behind botocore, which proves each signature (PyPI).
//!
//! Each is started on a loopback port that the system picks and ends with the test. What they take is installed once into `.tools/`,
//! which takes the network, Node.js with npm, and Python with pip; `DOORSTEP_SKIP_REAL_SERVERS=1` goes without.

mod couchdb;
mod http;
#[path = "../backends/parcel.rs"]
mod parcel;
mod s3;
mod server;
#[path = "../backends/suite.rs"]
mod suite;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::moment::Moment;
use doorstep_delivery::target::Configuration;

/// The backend of a target with these fields.
fn configured(fields: &str, credential: Credential) -> AnyBackend {
    let json = format!(r#"{{"targets": [{{"name": "peer", "forms": ["*"], {fields}}}]}}"#);
    let mut configuration = Configuration::read(json.as_bytes()).unwrap();
    configuration.targets.remove(0).backend.given(credential, Moment::default())
}
