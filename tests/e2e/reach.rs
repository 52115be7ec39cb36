//! Reach: what has the focus is never hidden behind a bar, and no page of the phone's or the office's is wider than a narrow screen.
//!
//! The pages that no other test comes by are walked over here, so that `cargo xtask a11y` sees them too.

use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::device::{phone_of_a_town, seed};
use crate::people;
use crate::processes::{Profile, Server};

/// So many stops a page has at most, each way.
const STOPS: usize = 300;
/// As many as make lists of some length.
const HOUSEHOLDS: u64 = 40;

/// Where the focus is, and which part of it a reader can't see: its middle, or what stands nearest to it on the screen where it is larger than that.
const HIDDEN: &str = "
    const at = document.activeElement;
    if (!at || at === document.body) return {end: true};
    const own = at.matches('[type=radio], [type=checkbox]') ? at.closest('label') ?? at : at;
    const box = own.getBoundingClientRect();
    const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
    const [x, y] = [middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight)];
    const name = own.outerHTML.slice(0, 160);
    if (box.bottom <= 0 || box.top >= innerHeight) return {name, hidden: 'it is off the screen'};
    // All of it, where it fits between the bars.
    const points = box.height < 120 ? [[x, box.top + 2], [x, y], [x, box.bottom - 2]] : [[x, y]];
    for (const [x, y] of points) {
        const top = document.elementFromPoint(x, y);
        if (!top || !(own.contains(top) || top.contains(own))) return {name, hidden: `behind ${top?.outerHTML.slice(0, 120)} at ${x}, ${y}`};
    }
    return {name};";

async fn tab(browser: &Browser, backwards: bool) {
    for kind in ["keyDown", "keyUp"] {
        let event = json!({"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "modifiers": if backwards { 8 } else { 0 }});
        browser.command("Input.dispatchKeyEvent", event).await;
    }
}

/// Tabs once through the page; gives how many stops it had. Each of them is seen.
async fn walk_by_tab(browser: &Browser, backwards: bool) -> usize {
    let mut hidden = Vec::new();
    let mut first = Value::Null;
    let mut stops = 0;
    while stops < STOPS {
        tab(browser, backwards).await;
        browser.run_until_done("const done = arguments[0]; requestAnimationFrame(() => done(true))").await;
        let at = browser.run(HIDDEN, vec![]).await;
        // Past the last one, or round to where it began.
        if at["end"] == true || (stops > 5 && at["name"] == first) {
            break;
        }
        if stops == 0 {
            first = at["name"].clone();
        }
        stops += 1;
        if at["hidden"].is_string() {
            hidden.push(at);
        }
    }
    assert_eq!(hidden, [Value::Null; 0], "of {stops} stops");
    stops
}

#[tokio::test]
async fn what_has_the_focus_is_seen_between_the_bars_of_a_phone() {
    let profile = Profile::new("reach-focus");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.tap("[data-form=household-needs]").await;
    browser.seen("[data-page]:not(a)").await;
    browser.run("scrollTo(0, 0); document.activeElement?.blur()", vec![]).await;
    let there = walk_by_tab(&browser, false).await;
    let back = walk_by_tab(&browser, true).await;
    assert!(there > 15 && back > 15, "a long page has more stops than {there} and {back}");
}

/// There is more on the page than its heading, and nothing of it is still being fetched.
const FILLED: &str = "const main = document.querySelector('main');
    const said = main?.innerText.length ?? 0;
    return said > (main?.querySelector('h1')?.innerText.length ?? said) + 8 && !document.querySelector('.opening, .coming, .show-late')";

/// Opens a page, and waits until all that it says is there.
async fn visit(browser: &Browser, server: &Server, path: &str, name: &str) {
    browser.open(&server.url(path)).await;
    browser.seen("main h1").await;
    browser.until(&format!("{path} is filled"), async || browser.run(FILLED, vec![]).await == true).await;
    browser.picture(&format!("reach-{name}")).await;
    let narrow = json!({"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", narrow).await;
    let wide = browser.run("return document.documentElement.scrollWidth", vec![]).await;
    assert_eq!(wide, 320, "{path} is wider than a narrow screen");
    let usual = match browser.screen {
        Screen::Phone => json!({"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true}),
        Screen::Desktop => json!({"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": false}),
    };
    browser.command("Emulation.setDeviceMetricsOverride", usual).await;
}

#[tokio::test]
#[ignore = "`cargo xtask a11y` runs it"]
async fn no_page_of_a_phone_with_households_is_wider_than_a_narrow_screen() {
    let profile = Profile::new("reach-phone");
    let (server, browser) = phone_of_a_town(&profile, HOUSEHOLDS).await;
    for page in [
        "",
        "day",
        "households",
        "counts",
        "referred",
        "outbox",
        "rescue",
        "safety",
        "safety/pin",
        "settings",
    ] {
        visit(&browser, &server, &format!("/{page}"), &format!("phone-{}", page.replace('/', "-"))).await;
    }
    for page in ["kiosk", "go-on", "diagnostics", "gallery", "no-such-page"] {
        visit(&browser, &server, &format!("/{page}"), &format!("phone-{page}")).await;
    }
    browser.open(&server.url("/households")).await;
    browser.seen("[data-household]").await;
    let id = browser.run("return document.querySelector('[data-household]').dataset.household", vec![]).await;
    visit(&browser, &server, &format!("/households/{}", id.as_str().unwrap_or_default()), "phone-household")
        .await;
}

#[tokio::test]
#[ignore = "`cargo xtask a11y` runs it"]
async fn no_page_of_the_office_is_wider_than_a_narrow_screen() {
    let profile = Profile::new("reach-office");
    let mut server = Server::to_be(&profile);
    seed(&profile, HOUSEHOLDS);
    server.start_again();
    let desk = Browser::start(&profile, Screen::Desktop).await;
    people::administrator(&desk, &server).await;
    let station = people::add(&desk, &server, "zhan.zhang", "station", "3710").await;
    menu(&desk, &server, "administrator").await;
    people::sign_out(&desk).await;
    people::sign_in_first(&desk, "zhan.zhang", &station).await;
    menu(&desk, &server, "station").await;
    desk.open(&server.url("/office/households")).await;
    desk.seen("[data-case]").await;
    let way = desk.run("return document.querySelector('[data-case]').getAttribute('href')", vec![]).await;
    if let Some(way) = way.as_str() {
        visit(&desk, &server, way, "station-household").await;
    }
}

/// Every page of the menu.
async fn menu(desk: &Browser, server: &Server, who: &str) {
    desk.seen("[data-menu]").await;
    let ways =
        desk.run("return [...document.querySelectorAll('[data-menu]')].map((e) => e.dataset.menu)", vec![]);
    let ways: Vec<String> = serde_json::from_value(ways.await).expect("addresses are texts");
    assert!(ways.len() > 3, "{who} has a menu: {ways:?}");
    for way in ways {
        let name = way.trim_matches('/').replace('/', "-");
        visit(desk, server, &way, &format!("{who}-{name}")).await;
    }
}
