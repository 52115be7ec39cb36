//! What a soak counts when it is over: in the databases and folders of both servers, against what the screen had said.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::{Counts, DRAFTS, Known, Soak, texts};
use crate::browser::Browser;
use crate::papers::{Arrived, whole};
use crate::road::Road;

impl Soak {
    /// Nothing is lost, nothing is there twice, at either server.
    pub(super) async fn count(&self, browser: &Browser) -> Counted {
        let rows = self.kept.bodies();
        assert!(rows == self.kept_on.bodies(), "the server that is passed on to has other submissions");
        let folders = ["soak", "city"].map(|name| self.profile.folder(name));
        let mut counted = Counted { rows: rows.len(), ..Counted::default() };
        let mut arrived: BTreeMap<String, Vec<Arrived>> = BTreeMap::new();
        for row in &rows {
            let [here, there] = folders.each_ref().map(|data| self.papers.arrived(data, row));
            assert!(here == there, "the server that is passed on to has other files");
            counted.papers += usize::from(here.paper.is_some());
            counted.photos += usize::from(here.photo);
            let mark = row["data"]["soak"]["mark"].as_str().unwrap_or_default();
            arrived.entry(mark.to_owned()).or_default().push(here);
        }
        counted.whole = [&self.kept, &self.kept_on].map(|kept| {
            let data = &folders[usize::from(std::ptr::eq(kept, &self.kept_on))];
            whole(data, kept)
        });
        counted.sealed = came_sealed(&folders[0]);
        browser.open(&self.road.url("/")).await;
        browser.seen("[data-form=soak]").await;
        let open = texts(&browser.run(DRAFTS, vec![]).await);
        for (mark, known) in &self.surveys {
            check_arrived(mark, known, arrived.get(mark).map_or(&[], Vec::as_slice), open.contains(mark));
        }
        counted.finished = self.surveys.values().filter(|known| known.finished).count();
        counted
    }

    pub(super) fn tell(&self, counted: &Counted, seed: u64, took: Duration) {
        let Counts { kills, server, answering, passing_on, city, checked, full: (full, told), picked } =
            &self.counts;
        let [(requests, answers), (requests_on, answers_on)] = [&self.road, &self.on].map(Road::cut);
        let Counted { rows, finished, papers, photos, sealed, whole: [here, there] } = counted;
        println!(
            "{}: {kills} kills of the browser, {server} of the server ({answering} as it answered a phone, {passing_on} as it passed on) and {city} of the one passed on to, \
             {requests} requests and {answers} answers of a phone cut in the middle and {requests_on} and {answers_on} of the server as it passed on, \
             {full} surveys without space (told {told} times), {} files and {} photos picked, seed {seed}: {} surveys, {checked} looks at what had been shown as kept, \
             {finished} shown as finished, {rows} rows at each server ({sealed} came sealed, {papers} with a file, {photos} with a photo), \
             {} files with {} bytes at the first and {} with {} at the other, each whole, none lost, none twice, in {:.1} minutes",
            self.kept.kind(),
            picked.0,
            picked.1,
            self.surveys.len(),
            here.0,
            here.1,
            there.0,
            there.1,
            took.as_secs_f64() / 60.0
        );
    }
}

/// What is there in the end.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// At each server.
    rows: usize,
    finished: usize,
    papers: usize,
    photos: usize,
    sealed: usize,
    /// Files and their bytes, at the first server and at the other.
    whole: [(usize, u64); 2],
}

/// A survey against what is known of it; `open`: it is a draft.
fn check_arrived(mark: &str, known: &Known, arrived: &[Arrived], open: bool) {
    assert!(arrived.len() <= 1, "{mark} is there {} times", arrived.len());
    assert!(!known.finished || arrived.len() == 1, "{mark} was finished and is not there");
    // What was kept and not seen finished is a draft, or went through unseen.
    assert!(
        known.kept.is_none() || open || arrived.len() == 1,
        "{mark} was shown as kept and is neither a draft nor there"
    );
    if let [arrived] = arrived {
        assert!(
            arrived.paper >= known.paper,
            "{mark} came with {arrived:?}, and {known:?} was shown as kept"
        );
        assert!(arrived.photo >= known.photo, "{mark} came without the photo that was shown as kept");
    }
}

/// How many submissions came sealed for the office, as the server noted.
fn came_sealed(data: &Path) -> usize {
    let logs = std::fs::read_dir(data.join("logs")).into_iter().flatten().flatten();
    let text: String = logs.filter_map(|log| std::fs::read_to_string(log.path()).ok()).collect();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"] == "accepted" && line["sealed"] == true).count()
}
