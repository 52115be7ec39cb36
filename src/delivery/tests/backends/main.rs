//! The behaviour that every backend keeps, tried on each against a peer written from its specification, over the memory twin
//! of the network.
//!
//! Kept here: never a false receipt and never a loss, whatever is answered and wherever the answer is lost. Real servers
//! are in `real_servers`.

mod encrypted;
mod parcel;
mod peers;
mod reader;
mod suite;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::moment::Moment;
use doorstep_delivery::target::Configuration;

/// When the tests take place.
const NOW: Moment = Moment { ms: 1_795_400_000_000, utc_offset_minutes: 480 };

/// The backend of a target with these fields.
fn configured(fields: &str, credential: Credential) -> AnyBackend {
    let json = format!(r#"{{"targets": [{{"name": "peer", "forms": ["*"], {fields}}}]}}"#);
    let mut configuration = Configuration::read(json.as_bytes()).unwrap();
    configuration.targets.remove(0).backend.given(credential, NOW)
}
