//! What the server counts, as Prometheus reads it (text format 0.0.4). Counts and codes only: nothing of whoever sent what.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, Method};

use crate::store::{FAILURES, RETRIES};

/// The upper ends of the histogram's buckets, in milliseconds.
const BUCKETS: [u32; 12] = [1, 3, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];
/// What a proxy adds to what it passes on.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The counts since the start of this process.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) accepted: AtomicU64,
    pub(crate) again: AtomicU64,
    pub(crate) attachments: AtomicU64,
    pub(crate) attachments_again: AtomicU64,
    pub(crate) attachment_bytes: AtomicU64,
    /// Parts of instances that came by OpenRosa and wait for more.
    pub(crate) openrosa_parts: AtomicU64,
    /// Files that came by OpenRosa and no answer names.
    pub(crate) openrosa_unnamed: AtomicU64,
    /// Instances that wait for files, as the database said last.
    pub(crate) openrosa_waiting: AtomicU64,
    /// What is kept aside and not decided on, as the database said last.
    pub(crate) aside_waiting: AtomicU64,
    /// By route and code.
    refusals: Mutex<BTreeMap<(String, &'static str), u64>>,
    /// By method and route.
    times: Mutex<BTreeMap<(&'static str, String), Histogram>>,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// May whoever asks see the counts? A program on this machine, that is, and nobody behind a proxy on it.
pub(crate) fn may_see(peer: Option<SocketAddr>, asked: &HeaderMap) -> bool {
    peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && !FORWARDED.iter().any(|name| asked.contains_key(*name))
}

impl Metrics {
    /// Counts an answer. `route` is the pattern of its address, never the address.
    pub(crate) fn answered(&self, method: &Method, route: &str, took: Duration, code: Option<&'static str>) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.entry((known(method), route.to_owned())).or_default().add(took);
        drop(times);
        if let Some(code) = code {
            let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
            *refusals.entry((route.to_owned(), code)).or_default() += 1;
        }
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        head(&mut text, "doorstep_build_info", "gauge", "Which Doorstep this is.");
        line(&mut text, "doorstep_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        let submissions = [("accepted", &self.accepted), ("again", &self.again)];
        outcomes(&mut text, "doorstep_submissions_total", "Submissions with a receipt.", &submissions);
        let attachments = [("accepted", &self.attachments), ("again", &self.attachments_again)];
        outcomes(&mut text, "doorstep_attachments_total", "Attachments taken.", &attachments);
        let plain = [
            ("doorstep_attachment_bytes_total", "Bytes of new attachments.", &self.attachment_bytes),
            (
                "doorstep_openrosa_parts_total",
                "Parts kept of instances that wait for more.",
                &self.openrosa_parts,
            ),
            (
                "doorstep_openrosa_unnamed_files_total",
                "Files passed over, since no answer names them.",
                &self.openrosa_unnamed,
            ),
            ("doorstep_database_errors_total", "Statements that failed for good.", &FAILURES),
            ("doorstep_database_retries_total", "Statements that ran once more.", &RETRIES),
        ];
        for (name, help, counter) in plain {
            head(&mut text, name, "counter", help);
            line(&mut text, name, &[], counter.load(Ordering::Relaxed));
        }
        head(
            &mut text,
            "doorstep_openrosa_waiting",
            "gauge",
            "Instances that wait for files their answers name.",
        );
        line(&mut text, "doorstep_openrosa_waiting", &[], self.openrosa_waiting.load(Ordering::Relaxed));
        head(
            &mut text,
            "doorstep_aside_waiting",
            "gauge",
            "Other contents of a taken id that a station has not decided on.",
        );
        line(&mut text, "doorstep_aside_waiting", &[], self.aside_waiting.load(Ordering::Relaxed));
        self.refusals_into(&mut text);
        self.times_into(&mut text);
        text
    }

    fn refusals_into(&self, text: &mut String) {
        let name = "doorstep_refusals_total";
        head(text, name, "counter", "Requests refused, by the code of the answer.");
        for ((route, code), count) in &*self.refusals.lock().unwrap_or_else(PoisonError::into_inner) {
            line(text, name, &[("route", route), ("code", code)], *count);
        }
    }

    fn times_into(&self, text: &mut String) {
        head(text, "doorstep_request_seconds", "histogram", "From a request's headers to its answer's.");
        for ((method, route), times) in &*self.times.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = [("method", *method), ("route", route.as_str())];
            let mut sum = 0;
            for (most, count) in BUCKETS.iter().zip(times.buckets) {
                sum += count;
                let most = (f64::from(*most) / 1000.0).to_string();
                line(text, "doorstep_request_seconds_bucket", &[&labels[..], &[("le", &most)]].concat(), sum);
            }
            line(
                text,
                "doorstep_request_seconds_bucket",
                &[&labels[..], &[("le", "+Inf")]].concat(),
                times.count,
            );
            line(text, "doorstep_request_seconds_sum", &labels, times.sum.as_secs_f64());
            line(text, "doorstep_request_seconds_count", &labels, times.count);
        }
    }
}

impl Histogram {
    fn add(&mut self, took: Duration) {
        self.count += 1;
        self.sum += took;
        let bucket = BUCKETS.iter().position(|most| took <= Duration::from_millis(u64::from(*most)));
        if let Some(bucket) = bucket {
            self.buckets[bucket] += 1;
        }
    }
}

/// A method's name, so that nobody fills the table with made-up ones.
pub(crate) fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "PUT" => "PUT",
        "POST" => "POST",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

pub(crate) fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn outcomes(text: &mut String, name: &str, help: &str, counters: &[(&str, &AtomicU64)]) {
    head(text, name, "counter", help);
    for (outcome, counter) in counters {
        line(text, name, &[("outcome", outcome)], counter.load(Ordering::Relaxed));
    }
}

/// Routes and codes are this program's own words: nothing in them needs escaping.
pub(crate) fn line(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(text, "{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_counted_in_every_bucket_that_holds_it() {
        let metrics = Metrics::default();
        for ms in [1, 4, 40, 60_000] {
            metrics.answered(&Method::PUT, "/a/{id}", Duration::from_millis(ms), None);
        }
        metrics.answered(&Method::from_bytes(b"BREW").unwrap(), "app", Duration::ZERO, Some("wrong_method"));
        let text = metrics.text();
        for expected in [
            "doorstep_request_seconds_bucket{method=\"PUT\",route=\"/a/{id}\",le=\"0.001\"} 1\n",
            "doorstep_request_seconds_bucket{method=\"PUT\",route=\"/a/{id}\",le=\"0.005\"} 2\n",
            "doorstep_request_seconds_bucket{method=\"PUT\",route=\"/a/{id}\",le=\"10\"} 3\n",
            "doorstep_request_seconds_bucket{method=\"PUT\",route=\"/a/{id}\",le=\"+Inf\"} 4\n",
            "doorstep_request_seconds_sum{method=\"PUT\",route=\"/a/{id}\"} 60.045\n",
            "doorstep_refusals_total{route=\"app\",code=\"wrong_method\"} 1\n",
            "doorstep_request_seconds_count{method=\"other\",route=\"app\"} 1\n",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn only_this_machine_sees_the_counts_and_nobody_through_its_proxy() {
        let none = HeaderMap::new();
        for (peer, seen) in
            [("127.0.0.1:9", true), ("[::1]:9", true), ("[::ffff:127.0.0.1]:9", true), ("10.0.0.1:9", false)]
        {
            assert_eq!(may_see(Some(peer.parse().unwrap()), &none), seen, "{peer}");
        }
        assert!(!may_see(None, &none));
        let proxied =
            [("x-forwarded-for".parse().unwrap(), "9.9.9.9".parse().unwrap())].into_iter().collect();
        assert!(!may_see(Some("127.0.0.1:9".parse().unwrap()), &proxied));
    }
}
