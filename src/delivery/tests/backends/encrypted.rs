//! Any OpenRosa server, sent what is encrypted for a form's key: all of the suite holds, told by what the holder of the key reads
//! there, and nothing that passes on the way can be read.

use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{Request, Response};

use crate::parcel::{PUBLIC, Sent};
use crate::reader::open;
use crate::suite::{Held, Peer};

/// What a server of the kind holds under an id, as it came.
pub trait Holds: Peer {
    /// The texts, each with its files. One entry, if all is well.
    fn as_it_came(&self, id: &str) -> Vec<(String, BTreeMap<String, Vec<u8>>)>;
}

/// A server that is sent encrypted submissions.
pub struct Encrypted<P>(P);

impl<P: Holds> Peer for Encrypted<P> {
    fn empty() -> Encrypted<P> {
        Encrypted(P::empty())
    }

    fn backend() -> AnyBackend {
        P::backend()
    }

    fn answer(&mut self, request: &Request) -> Response {
        let sent = Encrypted::<P>::sent("张三", true);
        let hash = sent.submission.hash();
        let said =
            format!("{request:?} {}", String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()));
        for secret in ["张三", "李四", "<household>", &hash[..16], "\u{7}\u{7}\u{7}\u{7}"] {
            assert!(!said.contains(secret), "{secret} can be read on the way");
        }
        self.0.answer(request)
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let read =
            |(manifest, files): (String, BTreeMap<String, Vec<u8>>)| match open(PUBLIC, &manifest, &files) {
                Some((xml, files)) => Held { mark: content_hash(xml.as_bytes()), files },
                None => Held { mark: "not all of it".into(), files },
            };
        self.0.as_it_came(id).into_iter().map(read).collect()
    }

    fn sent(name: &str, with_files: bool) -> Sent {
        Sent::encrypted(name, with_files)
    }

    fn mark(sent: &Sent) -> String {
        P::mark(sent)
    }

    fn lasting(request: Request) -> Request {
        P::lasting(request)
    }

    fn looks_at_content() -> bool {
        P::looks_at_content()
    }

    fn files_go_alone() -> bool {
        P::files_go_alone()
    }

    /// All are read once for the manifest.
    fn reads_again(sent: &Sent) -> usize {
        let arrived = sent.arrived.borrow();
        let missing = sent.files.keys().filter(|name| !arrived.contains(&format!("{name}.enc"))).count();
        sent.files.len() + missing
    }
}
