//! Files that are read again while the server runs: at SIGHUP, and within a minute after they were changed.
//!
//! Kept here: whoever watches is told before anything is listened on, so that a signal right after the start ends no program;
//! a file that has gone wrong leaves what was read before in use, and is looked at again until it is right.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(60);

/// When each of some files was changed, and how long it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Stamps(Vec<Option<(SystemTime, u64)>>);

impl Stamps {
    /// As they are now. To be taken before the files are read: what changes meanwhile is read once more.
    pub(crate) fn of(files: &[&Path]) -> Stamps {
        let stamp = |path: &&Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Stamps(files.iter().map(stamp).collect())
    }
}

/// What is read from files and can be read again. Both block.
pub(crate) trait Reread: Send + Sync + 'static {
    /// Are the files other ones than those that were read?
    fn has_changed(&self) -> bool;

    /// Reads them. If something is wrong with them, what was read before stays in use, and the log says so.
    fn reload(&self);
}

/// Watches from the moment it is made.
pub(crate) struct Watch {
    what: Arc<dyn Reread>,
    hang_up: HangUp,
}

impl Watch {
    /// From now on, SIGHUP ends the program no more.
    pub(crate) fn new(what: Arc<dyn Reread>) -> Watch {
        Watch { what, hang_up: HangUp::new() }
    }

    /// Never done.
    pub(crate) async fn run(mut self) {
        loop {
            let told = tokio::select! {
                () = self.hang_up.wait() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let what = self.what.clone();
            let look = move || {
                if told || what.has_changed() {
                    what.reload();
                }
            };
            // It reads files; where it panicked is in the log.
            let _ = tokio::task::spawn_blocking(look).await;
        }
    }
}

/// SIGHUP, where there is such a thing.
struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    fn new() -> HangUp {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            HangUp { signal: signal(SignalKind::hangup()).ok() }
        }
        #[cfg(not(unix))]
        HangUp {}
    }

    async fn wait(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
