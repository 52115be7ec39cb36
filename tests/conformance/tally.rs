//! What passed and what failed.

/// The cases of one corpus and tier.
#[derive(Default)]
pub struct Tally {
    show: bool,
    passed: usize,
    failed: usize,
    failures: Vec<String>,
}

impl Tally {
    /// Counts; with `show` each failing case is printed.
    pub fn new(show: bool) -> Tally {
        Tally { show, ..Tally::default() }
    }

    /// Takes a case: the error says what was expected and what came.
    pub fn take(&mut self, id: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(reason) => {
                self.failed += 1;
                self.failures.push(format!("  {id}: {}", reason.replace('\n', "\\n")));
            }
        }
    }

    /// Prints the line of a corpus and tier, and begins anew.
    pub fn print(&mut self, name: &str) {
        println!("{name}: {} passed, {} failed", self.passed, self.failed);
        if self.show {
            self.failures.iter().for_each(|failure| println!("{failure}"));
        }
        *self = Tally::new(self.show);
    }
}
