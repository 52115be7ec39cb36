//! What time it is for the relay: the system's, or what a test says, so that no test waits for a back-off to end.

use std::time::Duration;

use tokio::sync::watch;

use crate::listen::now_ms;

/// A clock, in milliseconds since 1970. Its clones go alike.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Hand(watch::Sender<i64>),
}

impl Clock {
    /// The system's.
    pub fn system() -> Clock {
        Clock(Kind::System)
    }

    /// One that stands still until [`Clock::advance`].
    pub fn by_hand(now: i64) -> Clock {
        Clock(Kind::Hand(watch::Sender::new(now)))
    }

    /// Puts one that stands still forward, and wakes whoever waited for that time; the system's goes by itself.
    pub fn advance(&self, ms: i64) {
        match &self.0 {
            Kind::System => {}
            Kind::Hand(now) => now.send_modify(|now| *now = now.saturating_add(ms)),
        }
    }

    /// What it says.
    pub fn now(&self) -> i64 {
        match &self.0 {
            Kind::System => now_ms(),
            Kind::Hand(now) => *now.borrow(),
        }
    }

    pub(crate) async fn sleep_until(&self, ms: i64) {
        match &self.0 {
            Kind::System => {
                let left = ms.saturating_sub(now_ms()).max(0).unsigned_abs();
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
            Kind::Hand(now) => {
                // It is this clock's own sender, so that it is never closed.
                let _ = now.subscribe().wait_for(|now| *now >= ms).await;
            }
        }
    }
}
