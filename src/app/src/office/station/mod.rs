//! The station's pages: where one case comes together from its lead to its closure.
//!
//! Kept here: what is shown is what the server lets its user see, masked as it came; no address, no log and no storage of the browser gets any
//! of it. What is counted and sorted here is counted by pure functions, each with its tests.

mod analysis;
mod area;
mod ask;
mod board;
mod bring;
mod change;
mod chart;
mod compare;
mod counts;
mod dates;
mod filter;
mod household;
mod households;
mod known;
mod ledgers;
mod months;
mod onward;
mod paged;
mod people;
mod placement;
mod query_codes;
mod ranking;
mod referrals;
mod review;
mod sample;
mod statistics;
mod timeline;
mod twice;

pub use analysis::AnalysisPage;
pub use ask::CASES;
pub use household::HouseholdPage;
pub use households::{HouseholdsPage, Sought};
pub use known::{Known, use_known};
pub use ledgers::LedgersPage;
pub use placement::PlacementPage;
pub use ranking::RankingPage;
pub use referrals::ReferralsPage;
pub use review::ReviewPage;
pub use statistics::StatisticsPage;
