//! How often somebody may ask: a bucket of tokens for each address and each account, and waits that grow with wrong passwords.
//!
//! Kept here: the memory that strangers can fill is bounded, and whoever is refused is told when to come again.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tokens that a full bucket holds.
    pub burst: u32,
    /// Milliseconds until one more is in it.
    pub refill_ms: i64,
}

/// Tries to log in or to enrol, from one address.
pub const TRIES_BY_ADDRESS: Rate = Rate { burst: 30, refill_ms: 2_000 };
/// Tries to log in, by name.
pub const TRIES_BY_NAME: Rate = Rate { burst: 10, refill_ms: 6_000 };
/// Requests of one account or device.
pub const BY_CALLER: Rate = Rate { burst: 600, refill_ms: 50 };

/// The most buckets that are kept.
const BUCKETS: usize = 20_000;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a token.
    level: i64,
    at: i64,
}

/// Buckets of one rate, by whom they are for.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// All of them full.
    pub fn new(rate: Rate) -> Buckets<K> {
        Buckets { rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// The seconds to wait until there is one.
    pub fn take(&self, key: K, now: i64) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = i64::from(self.rate.burst) * 1_000;
        if buckets.len() >= BUCKETS && !buckets.contains_key(&key) {
            self.forget(&mut buckets, now);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { level: full, at: now });
        bucket.level = self.level(bucket, now);
        bucket.at = now;
        if bucket.level >= 1_000 {
            bucket.level -= 1_000;
            return Ok(());
        }
        let missing_ms = (1_000 - bucket.level) * self.rate.refill_ms / 1_000;
        Err(u64::try_from(missing_ms).unwrap_or(0).div_ceil(1_000).max(1))
    }

    fn level(&self, bucket: &Bucket, now: i64) -> i64 {
        let gained = (now - bucket.at).max(0).saturating_mul(1_000) / self.rate.refill_ms;
        bucket.level.saturating_add(gained).min(i64::from(self.rate.burst) * 1_000)
    }

    /// Full buckets say nothing. If all are in use, the emptier half stays: those are the ones that matter.
    fn forget(&self, buckets: &mut HashMap<K, Bucket>, now: i64) {
        let full = i64::from(self.rate.burst) * 1_000;
        buckets.retain(|_, bucket| self.level(bucket, now) < full);
        if buckets.len() >= BUCKETS {
            let mut levels: Vec<i64> = buckets.values().map(|bucket| self.level(bucket, now)).collect();
            let middle = levels.len() / 2;
            let (_, median, _) = levels.select_nth_unstable(middle);
            let median = *median;
            let mut ties = 0;
            buckets.retain(|_, bucket| {
                let level = self.level(bucket, now);
                ties += usize::from(level == median);
                level < median || (level == median && ties <= BUCKETS / 4)
            });
        }
    }
}

/// All limits of a server. They are a process's own; waits after wrong passwords are the database's, and shared.
#[derive(Debug)]
pub struct Limits {
    /// Tries by address.
    pub tries_by_address: Buckets<IpAddr>,
    /// Tries by the name that was tried, whether anybody has it or not.
    pub tries_by_name: Buckets<String>,
    /// Requests by user or device.
    pub by_caller: Buckets<String>,
}

impl Limits {
    /// None used.
    pub fn new() -> Limits {
        Limits {
            tries_by_address: Buckets::new(TRIES_BY_ADDRESS),
            tries_by_name: Buckets::new(TRIES_BY_NAME),
            by_caller: Buckets::new(BY_CALLER),
        }
    }
}

/// An address as limits know it: IPv6 by its network of 64 bits, which one customer has whole.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

/// Wrong passwords or codes that are free.
const FREE_FAILURES: i64 = 4;
/// The longest wait.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;

/// How long an account waits after so many wrong passwords in a row: nothing, then 2, 4, 8 seconds, to a quarter of an hour.
pub fn wait_after(failures: i64) -> i64 {
    match failures.saturating_sub(FREE_FAILURES) {
        ..=0 => 0,
        beyond @ 1..=9 => (1_000 << beyond).min(LONGEST_WAIT_MS),
        10.. => LONGEST_WAIT_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Rate = Rate { burst: 3, refill_ms: 1_000 };

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let buckets = Buckets::new(SMALL);
        for _ in 0..3 {
            assert_eq!(buckets.take("a", 0), Ok(()));
        }
        assert_eq!(buckets.take("a", 0), Err(1));
        assert_eq!(buckets.take("b", 0), Ok(()), "another's bucket is another");
        assert_eq!(buckets.take("a", 999), Err(1));
        assert_eq!(buckets.take("a", 1_000), Ok(()));
        assert_eq!(buckets.take("a", 1_000), Err(1));
        assert_eq!(buckets.take("a", 0), Err(1), "a clock set back gives nothing");
        for _ in 0..3 {
            assert_eq!(buckets.take("a", 1_000_000), Ok(()));
        }
        assert_eq!(buckets.take("a", 1_000_000), Err(1), "it never holds more than its burst");
    }

    #[test]
    fn strangers_fill_no_memory_and_do_not_empty_the_bucket_of_whoever_was_refused() {
        let buckets = Buckets::new(SMALL);
        for _ in 0..4 {
            let _ = buckets.take(u64::MAX, 0);
        }
        for stranger in 0..3 * BUCKETS as u64 {
            assert_eq!(buckets.take(stranger, 1), Ok(()));
        }
        assert!(buckets.buckets.lock().unwrap().len() <= BUCKETS);
        assert_eq!(buckets.take(u64::MAX, 2), Err(1));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }

    #[test]
    fn waits_grow_and_end() {
        let seconds: Vec<i64> = (0..10).map(|failures| wait_after(failures) / 1_000).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 2, 4, 8, 16, 32]);
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT_MS);
        assert_eq!(wait_after(-1), 0);
    }
}
