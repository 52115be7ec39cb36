//! The assessment of one household, on a screen and on A4 (form F08): red flags first, levels, dimensions, reasons.

mod awaited;
mod contest;
mod copies;
mod dimensions;
mod flags;
mod left_out;
mod levels;
mod papers;
mod radar;
mod rechecks;
mod report;
mod scores;
mod services;
mod signatures;
mod visit;
mod wishes;
mod without;

pub use awaited::{AwaitedFrom, Seek};
pub use copies::{Copies, PrintButton};
pub use papers::{Papers, papers};
pub use rechecks::Rechecks;
pub use report::Report;
pub use report::{Told, told};
pub use without::Without;
