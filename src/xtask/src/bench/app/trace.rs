//! What Chromium's trace says of the page's main thread: how long scripting and layout took for each answer, and the longest task.
//!
//! Scripting and layout are what the performance panel of DevTools adds up under these names: scripts, events, timers, microtasks, collecting garbage,
//! style, layout. Painting and waiting are not among them, and time is the processor's for this thread, which other programs don't lengthen; a slowed
//! down processor does. The same for all that are measured, and nothing of an app has to help.

use super::figures::Figures;
use serde_json::Value;

/// The categories that the trace is made of.
pub const CATEGORIES: &str = "devtools.timeline,disabled-by-default-devtools.timeline,blink.user_timing,v8";

/// Kinds of scripting and of layout.
const WORK: [&str; 22] = [
    "EvaluateScript",
    "v8.compile",
    "v8.compileModule",
    "v8.evaluateModule",
    "v8.callFunction",
    "FunctionCall",
    "EventDispatch",
    "TimerFire",
    "FireAnimationFrame",
    "FireIdleCallback",
    "RunMicrotasks",
    "XHRReadyStateChange",
    "XHRLoad",
    "MinorGC",
    "MajorGC",
    "V8.GCScavenger",
    "UpdateLayoutTree",
    "RecalculateStyles",
    "Layout",
    "HitTest",
    "PrePaint",
    "IntersectionObserverController::computeIntersections",
];

/// From one moment to another, in microseconds of the processor's time for this thread.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    from: f64,
    to: f64,
}

/// Of the main thread of one page.
#[derive(Default)]
pub struct Trace {
    /// Scripting and layout, in order, none over another.
    work: Vec<Span>,
    tasks: Vec<Span>,
    marks: Vec<(String, f64)>,
}

impl Trace {
    /// Of the thread on which the page's marks stand.
    pub fn read(events: &[Value]) -> Trace {
        let is_mark =
            |event: &&Value| event["cat"].as_str().is_some_and(|cat| cat.contains("blink.user_timing"));
        let thread = |event: &Value| (event["pid"].as_i64(), event["tid"].as_i64());
        let marked: Vec<&Value> = events
            .iter()
            .filter(is_mark)
            .filter(|event| event["name"].as_str().is_some_and(|name| name.contains("-begins")))
            .collect();
        let Some(page) = marked.last().map(|event| thread(event)) else { return Trace::default() };
        let mut trace = Trace::default();
        for event in events.iter().filter(|event| thread(event) == page) {
            let (Some(name), Some(from)) = (event["name"].as_str(), event["tts"].as_f64()) else { continue };
            if is_mark(&event) {
                trace.marks.push((name.to_owned(), from));
                continue;
            }
            let Some(length) = event["tdur"].as_f64() else { continue };
            let span = Span { from, to: from + length };
            if name == "RunTask" {
                trace.tasks.push(span);
            } else if WORK.contains(&name) {
                trace.work.push(span);
            }
        }
        trace.work = merged(trace.work);
        trace.marks.sort_by(|a, b| a.1.total_cmp(&b.1));
        trace
    }

    /// From each mark of that name to the next of the other.
    fn windows(&self, begins: &str, ends: &str) -> Vec<Span> {
        let mut windows = Vec::new();
        let mut open = None;
        for (name, at) in &self.marks {
            if name == begins {
                open = Some(*at);
            } else if name == ends
                && let Some(from) = open.take()
            {
                windows.push(Span { from, to: *at });
            }
        }
        windows
    }

    /// Scripting and layout within each window, in milliseconds.
    pub fn work(&self, begins: &str, ends: &str) -> Figures {
        let within = |window: &Span| {
            let parts = self.work.iter().map(|span| span.to.min(window.to) - span.from.max(window.from));
            parts.filter(|length| *length > 0.0).sum::<f64>() / 1000.0
        };
        self.windows(begins, ends).iter().map(within).collect()
    }

    /// The longest task within each window, in milliseconds.
    pub fn longest(&self, begins: &str, ends: &str) -> Figures {
        let within = |window: &Span| {
            let tasks = self.tasks.iter().filter(|task| task.from < window.to && task.to > window.from);
            tasks.map(|task| (task.to - task.from) / 1000.0).fold(0.0, f64::max)
        };
        self.windows(begins, ends).iter().map(within).collect()
    }
}

/// The same moments, each once.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_lies_within_another_counts_once_and_other_threads_not_at_all() {
        let event = |name: &str, tid: u32, ts: u32, dur: u32| json!({"cat": "devtools.timeline", "name": name, "pid": 1, "tid": tid, "tts": ts, "tdur": dur});
        let mark = |name: &str, ts: u32| json!({"cat": "blink.user_timing", "name": name, "pid": 1, "tid": 7, "tts": ts});
        let events = [
            mark("answer-begins", 1_000),
            event("RunTask", 7, 1_000, 9_000),
            event("EventDispatch", 7, 2_000, 4_000),
            event("FunctionCall", 7, 3_000, 1_000),
            event("Layout", 7, 7_000, 2_000),
            event("Paint", 7, 9_000, 1_000),
            event("FunctionCall", 8, 1_000, 9_000),
            mark("answer-ends", 20_000),
            event("FunctionCall", 7, 21_000, 5_000),
        ];
        let trace = Trace::read(&events);
        assert_eq!(trace.work("answer-begins", "answer-ends").most(), Some(6.0));
        assert_eq!(trace.longest("answer-begins", "answer-ends").most(), Some(9.0));
    }
}
