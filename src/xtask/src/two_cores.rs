//! The same done with many files, on two cores: what packs the app keeps one busy for minutes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Does the same with all of them, on two cores; the results in their order.
pub fn at_once<T: Send>(
    files: &[PathBuf],
    act: impl Fn(&Path) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        while let Some((at, path)) =
            Some(next.fetch_add(1, Relaxed)).and_then(|at| Some((at, files.get(at)?)))
        {
            done.push((at, act(path)));
        }
        done
    };
    let mut done = std::thread::scope(|scope| {
        let other = scope.spawn(some);
        let mut done = some();
        done.extend(other.join().expect("the thread that packs does not panic"));
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_files_order_and_a_failure_is_told() {
        let files: Vec<PathBuf> = (0..50).map(|number| PathBuf::from(number.to_string())).collect();
        let names = at_once(&files, |path| Ok(path.to_string_lossy().into_owned())).unwrap();
        assert_eq!(names, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
        let failed = at_once(&files, |path| match path.ends_with("7") {
            true => anyhow::bail!("seven"),
            false => Ok(()),
        });
        assert_eq!(failed.unwrap_err().to_string(), "seven");
    }
}
