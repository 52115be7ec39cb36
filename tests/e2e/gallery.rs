//! Every kind of question, tried out at `/gallery`: answered by keyboard, read-only, in the other language, by day and by night; nothing of it is kept.

use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};

/// A key: its name, its letter if it types one, and its number.
async fn press(browser: &Browser, key: &str) {
    let (code, text) = match key {
        "Enter" => (13, "\r"),
        " " => (32, " "),
        "ArrowRight" => (39, ""),
        "ArrowDown" => (40, ""),
        "Home" => (36, ""),
        other => panic!("{other} is no key of this test"),
    };
    for kind in ["keyDown", "keyUp"] {
        let event =
            json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
        browser.command("Input.dispatchKeyEvent", event).await;
    }
}

/// Puts the focus on something, and presses a key there.
async fn on(browser: &Browser, selector: &str, keys: &[&str]) {
    browser.seen(selector).await;
    browser.run("document.querySelector(arguments[0]).focus()", vec![selector.into()]).await;
    for key in keys {
        press(browser, key).await;
    }
}

async fn typed(browser: &Browser, selector: &str, text: &str) {
    on(browser, selector, &[]).await;
    browser.type_text(text).await;
}

async fn to(browser: &Browser, page: &str) {
    on(browser, &format!("[data-to={page}]"), &["Enter"]).await;
    browser.seen(&format!("[data-page={page}]")).await;
}

/// Presses the button without a finger: the question that it leads to comes into view, and moves it.
/// The focus goes there a little later: whoever goes on sooner would lose it.
async fn take_back(browser: &Browser, about: &str) {
    browser.seen("[data-action=undo-change]:enabled").await;
    browser.run("document.querySelector('[data-action=undo-change]').click()", vec![]).await;
    browser.seen(&format!("[data-name={about}]:focus-within")).await;
}

/// Waits until an expression over the page comes to a value.
async fn is(browser: &Browser, what: &str, script: &str, wanted: Value) {
    let script = format!("return {script}");
    browser.until_eq(what, &wanted, async |browser: &Browser| browser.run(&script, vec![]).await).await;
}

async fn words_and_numbers(browser: &Browser) {
    to(browser, "texts").await;
    typed(browser, "[data-name=text_masked] input", "secret").await;
    typed(browser, "[data-name=text_address] input", "https://docs.getodk.org").await;
    browser.seen("[data-name=text_address] a[target=_blank]").await;
    typed(browser, "[data-name=text_ruled] input", "a").await;
    on(browser, "[data-action=next]", &["Enter"]).await;
    browser.seen("[data-name=text_ruled] .wrong-words").await;
    to(browser, "numbers").await;
    on(browser, "[data-name=counted] [data-action=more]", &["Enter", "Enter"]).await;
    is(browser, "what was counted", "document.querySelector('[data-name=counted] input').value", json!("2"))
        .await;
    typed(browser, "[data-name=thousands] input", "1234567").await;
    on(browser, "[data-name=whole] input", &[]).await;
    let thousands = "document.querySelector('[data-name=thousands] input').value";
    is(browser, "groups of three", thousands, json!("1,234,567")).await;
    // What was typed goes as one change, each tap as its own.
    take_back(browser, "thousands").await;
    is(browser, "what was typed, taken back", thousands, json!("")).await;
    take_back(browser, "counted").await;
    is(browser, "a tap, taken back", "document.querySelector('[data-name=counted] input').value", json!("1"))
        .await;
    to(browser, "ranges").await;
    on(browser, "[data-name=range_plain] input", &["Home", "ArrowRight", "ArrowRight"]).await;
    let slider = "document.querySelector('[data-name=range_plain] .range-value').textContent";
    is(browser, "the range's number", slider, json!("2")).await;
    on(browser, "[data-name=range_rating] .star:nth-child(4) input", &[" "]).await;
    is(browser, "the stars", "document.querySelectorAll('[data-name=range_rating] .full').length", json!(4))
        .await;
    browser.picture("gallery-ranges").await;
}

async fn choices(browser: &Browser) {
    to(browser, "tables").await;
    on(browser, "[data-name=table_sleep] .cell:nth-child(2) input", &[" "]).await;
    browser.seen("[data-name=table_sleep] [data-action=clear]").await;
    browser.picture("gallery-tables").await;
    to(browser, "ranks").await;
    on(browser, "[data-name=order] li:nth-child(4) [data-action=up]", &["Enter"]).await;
    let order =
        "[...document.querySelectorAll('[data-name=order] li')].map(row => row.dataset.choice).join(' ')";
    is(browser, "the order", order, json!("meals cleaning errands company")).await;
    to(browser, "one").await;
    on(browser, "[data-name=one_quick] input", &[" ", "Enter"]).await;
    // The last question of its page: what is required there is said first.
    browser.seen("[data-name=one_rows] .wrong-words").await;
    to(browser, "pictured").await;
    browser.tap("[data-name=one_map] [data-part=kitchen]").await;
    let leaks = "document.querySelector('[data-name=one_map] input:checked')?.value";
    is(browser, "the room that was touched", leaks, json!("kitchen")).await;
    is(
        browser,
        "drawings",
        "[...document.querySelectorAll('img.drawing')].filter(i => i.naturalWidth > 0).length",
        json!(8),
    )
    .await;
    browser.picture("gallery-pictured").await;
}

async fn cards(browser: &Browser) {
    to(browser, "people").await;
    browser.tap("[data-action=add]").await;
    browser.seen("[id^=card-]:focus").await;
    typed(browser, "[data-name=called] input", "Ann").await;
    typed(browser, "[data-name=age] input", "41").await;
    browser.tap("[data-action=add-alike]").await;
    let names =
        "[...document.querySelectorAll('.instance-head .grow')].map(name => name.textContent).join(' ')";
    is(browser, "two alike", names, json!("第 1 项 Ann Ann")).await;
    is(
        browser,
        "the last one's age",
        "document.querySelector('[data-instance=\"3\"] [data-name=age] input').value",
        json!("41"),
    )
    .await;
    browser.picture("gallery-cards").await;
    take_back(browser, "people").await;
    is(browser, "the added one is gone", names, json!("第 1 项 Ann")).await;
}

async fn days_and_places(browser: &Browser) {
    to(browser, "times").await;
    typed(browser, "[data-name=day_typed] .date-part:nth-child(1) input", "2026").await;
    browser.run("const s = document.querySelector('[data-name=day_typed] select'); s.value = '11'; s.dispatchEvent(new Event('change', {bubbles: true}))", vec![]).await;
    typed(browser, "[data-name=day_typed] .date-part:nth-child(3) input", "28").await;
    browser.seen("[data-name=day_typed] [data-calendar=chinese]").await;
    to(browser, "places").await;
    for place in ["37.5 122.1", "37.6 122.1", "37.6 122.2"] {
        typed(browser, "[data-name=shape] .with-button input", place).await;
        press(browser, "Enter").await;
    }
    is(browser, "the places", "document.querySelectorAll('[data-name=shape] .place').length", json!(3)).await;
    browser.seen("[data-name=shape] .shape-picture").await;
    browser.picture("gallery-places").await;
}

/// A finger draws a line.
async fn sign(browser: &Browser) {
    to(browser, "pictures").await;
    let pad = "[data-name=signed] .pad svg";
    browser.seen(pad).await;
    let script = "const pad = document.querySelector(arguments[0]); pad.scrollIntoView({block: 'center'});
        const box = pad.getBoundingClientRect(); return [box.x + 20, box.y + 20];";
    let at = browser.run(script, vec![pad.into()]).await;
    let (x, y) = (at[0].as_f64().unwrap_or_default(), at[1].as_f64().unwrap_or_default());
    let touch = async |kind: &str, points: Value| {
        browser.command("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points})).await;
    };
    touch("touchStart", json!([{"x": x, "y": y}])).await;
    for step in 1..6 {
        let step = f64::from(step);
        touch("touchMove", json!([{"x": x + 30.0 * step, "y": y + 10.0 * step}])).await;
    }
    touch("touchEnd", json!([])).await;
    browser.seen("[data-name=signed] [data-action=undo]").await;
    // Kept as a picture: on the page again, it is shown as one.
    is(browser, "the line", "document.querySelectorAll('[data-name=signed] .pad path').length", json!(1))
        .await;
    browser.picture("gallery-pictures").await;
    to(browser, "ranks").await;
    to(browser, "pictures").await;
    let kept = "document.querySelector('[data-name=signed] img.photo')?.naturalWidth";
    is(browser, "the signature", kept, json!(1200)).await;
}

#[tokio::test]
async fn every_kind_of_question_is_tried_out_and_nothing_of_it_is_kept() {
    let profile = Profile::new("gallery");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/gallery")).await;
    browser.seen("[data-page=about]").await;
    words_and_numbers(&browser).await;
    choices(&browser).await;
    cards(&browser).await;
    days_and_places(&browser).await;
    sign(&browser).await;

    browser.tap("[data-action=language]").await;
    is(&browser, "the page in English", "document.querySelector('main h1').textContent", json!("Pictures"))
        .await;
    let night = json!({"media": "", "features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    browser.command("Emulation.setEmulatedMedia", night).await;
    for page in ["ranges", "one", "tables", "places", "maps"] {
        to(&browser, page).await;
        browser.run("document.querySelector('.page-body').scrollIntoView()", vec![]).await;
        browser.picture(&format!("gallery-{page}-night")).await;
    }
    to(&browser, "about").await;
    on(&browser, "[data-name=frozen] input", &[" "]).await;
    for page in ["texts", "ranges", "ranks", "places", "maps", "pictures"] {
        to(&browser, page).await;
        let open =
            "document.querySelectorAll('.page-body .question :is(input, select, textarea, button)').length";
        is(&browser, "what can still be changed", open, json!(0)).await;
    }

    browser.reload().await;
    browser.seen("[data-page=about]").await;
    to(&browser, "ranks").await;
    browser.seen("[data-name=order] .rank.blank").await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-page=home], main").await;
    let drafts = "document.querySelectorAll('[data-draft]').length";
    is(&browser, "drafts", drafts, json!(0)).await;
}
