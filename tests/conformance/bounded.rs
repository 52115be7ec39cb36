//! Runs cases so that none can take the others down: a panic fails its case, and so does one that takes too long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use crate::case::Case;

/// How long one case may take.
/// Far more than any needs, for a machine that is busy with other things.
const LIMIT: Duration = Duration::from_secs(120);
/// As much as a program's first thread has.
const STACK_BYTES: usize = 8 << 20;

/// What is wrong with each of the cases, in their order; `None` if it passed.
pub fn judge_all(cases: &[Case], judge: fn(&Case) -> Result<(), String>) -> Vec<Option<String>> {
    // What a panic says is the case's failure, not noise between the lines.
    std::panic::set_hook(Box::new(|_| {}));
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![None; cases.len()]);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    let result = judge_one(case, judge).err();
                    results.lock().unwrap_or_else(|poisoned| poisoned.into_inner())[index] = result;
                }
            });
        }
    });
    let _ = std::panic::take_hook();
    results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn judge_one(case: &Case, judge: fn(&Case) -> Result<(), String>) -> Result<(), String> {
    let (sender, receiver) = mpsc::channel();
    let owned = case.clone();
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let judged = std::panic::catch_unwind(|| judge(&owned));
        // Nobody listens any more where the limit has passed.
        let _ = sender.send(judged.unwrap_or_else(|panic| Err(format!("panicked: {}", words(&*panic)))));
    });
    thread.map_err(|error| format!("no thread to run it in: {error}"))?;
    match receiver.recv_timeout(LIMIT) {
        Ok(judged) => judged,
        Err(_) => Err(format!("was not done within {} s", LIMIT.as_secs())),
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
