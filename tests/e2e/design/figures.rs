//! How long the designer takes with a large form: from its file to the form that runs, from its address to the same, and from a key in a cell to what is wrong and the
//! form that runs again. `cargo xtask bench designer` runs it: it measures, and fails nothing but that it is all there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server, given, pictures};

use super::sheet::open_cell;

/// What issue 8 allows from a key to what is wrong, in milliseconds.
const BUDGET: f64 = 50.0;
/// A key is checked well within that, on a processor four times slower too.
const WAIT: Duration = Duration::from_millis(1_200);
/// The processor as it is, and as slow as a cheap phone's.
const THROTTLES: [u32; 2] = [1, 4];

/// Milliseconds from the page's beginning until the form runs in its frame.
const RUNS: &str = "const done = arguments[arguments.length - 1];
    const look = () => document.querySelector('.phone [data-to]') ? done(performance.now()) : requestAnimationFrame(look); look();";

/// The form that is opened: `DOORSTEP_DESIGN_FORM`, else the WHO's where the corpora lie beside the clone, else the household survey.
fn form() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = std::env::var_os("DOORSTEP_DESIGN_FORM").map(PathBuf::from);
    let who = root.join("../shared/forms/who-verbal-autopsy-2016.xml");
    let file = named
        .unwrap_or_else(|| if who.exists() { who } else { root.join("forms/household-needs/form.json") });
    file.canonicalize().expect("the form is there")
}

fn at(times: &[f64], part: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let place = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
    times.get(place).copied().unwrap_or_default()
}

/// Types into the first label, a letter at a time; what each took to check, and to run.
async fn keys(desk: &Browser, count: usize) -> Vec<(f64, f64)> {
    let took = "return document.querySelector('[data-took]').dataset.took";
    let mut all = Vec::new();
    for _ in 0..count {
        desk.type_text("x").await;
        // The same figures twice change nothing in the page: there is nothing to wait for but the time.
        tokio::time::sleep(WAIT).await;
        let both = desk.run(took, vec![]).await;
        let both: Vec<f64> =
            both.as_str().unwrap_or_default().split(' ').filter_map(|ms| ms.parse().ok()).collect();
        all.push((both[0], both[1]));
    }
    all
}

#[tokio::test]
#[ignore = "minutes; `cargo xtask bench designer` runs it"]
async fn how_long_the_designer_takes_with_a_large_form() {
    let times: usize =
        std::env::var("DOORSTEP_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(20);
    let profile = Profile::new("design-figures");
    let server = Server::start(&profile);
    let desk = Browser::start(&profile, Screen::Desktop).await;
    let file = form();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut rows: Vec<(String, Vec<f64>, Option<f64>)> = Vec::new();
    for throttle in THROTTLES {
        desk.command("Emulation.setCPUThrottlingRate", json!({"rate": throttle})).await;
        desk.open(&server.url("/design")).await;
        desk.seen("[data-action=open]").await;
        let begun = desk.run("return performance.now()", vec![]).await.as_f64().unwrap_or_default();
        desk.pick("#design-file", &file).await;
        let opened = desk.run_until_done(RUNS).await.as_f64().unwrap_or_default();
        rows.push((format!("from its file to the form that runs, {throttle} x"), vec![opened - begun], None));
        let mut again = Vec::new();
        for _ in 0..5 {
            desk.reload().await;
            again.push(desk.run_until_done(RUNS).await.as_f64().unwrap_or_default());
        }
        rows.push((format!("from its address to the form that runs, {throttle} x"), again, None));
        // The first label there is.
        let label = "const titles = [...document.querySelectorAll('.cells-head [role=columnheader].cells-cell')];
            const column = titles.findIndex((it) => it.lastElementChild?.innerText.trim().startsWith('label'));
            const row = [...document.querySelectorAll('[aria-rowindex]')].find((row) => row.querySelectorAll('.cells-cell')[column]?.innerText.trim() && row.getAttribute('aria-rowindex') > 1);
            row.querySelectorAll('.cells-cell')[column].dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))";
        desk.run(label, vec![]).await;
        desk.until("the grid has the focus", async || {
            desk.run("return document.activeElement.id", vec![]).await == "design-grid"
        })
        .await;
        open_cell(&desk).await;
        let took = keys(&desk, times).await;
        let check = took.iter().map(|(check, _)| *check).collect();
        rows.push((format!("from a key to what is wrong, {throttle} x"), check, Some(BUDGET)));
        let run = took.iter().map(|(_, run)| *run).collect();
        rows.push((format!("and on to the form that runs, {throttle} x"), run, None));
    }
    let title = format!("{name}, milliseconds");
    println!("{title:<52} {:>8} {:>8} {:>8}", "median", "p95", "budget");
    let mut written = Vec::new();
    for (what, all, budget) in &rows {
        let (median, late) = (at(all, 0.5), at(all, 0.95));
        let said = budget.map_or(String::new(), |budget| format!("{budget:>8.0}"));
        let over = if budget.is_some_and(|budget| median > budget) { "  over" } else { "" };
        println!("{what:<52} {median:>8.0} {late:>8.0} {said}{over}");
        written.push(json!({"what": what, "median": median, "p95": late, "times": all}));
    }
    let out = pictures().join("../bench");
    std::fs::create_dir_all(&out).expect("the target folder can be written");
    let written =
        json!({"form": name, "app": given("DOORSTEP_APP_DIST").display().to_string(), "figures": written});
    std::fs::write(out.join("designer.json"), format!("{written:#}\n"))
        .expect("the target folder can be written");
    desk.quit().await;
}
