//! A sheet of the designer as a test uses it: with keys, as its user does.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::browser::Browser;

pub async fn key(browser: &Browser, key: &str, modifiers: u8) {
    for kind in ["keyDown", "keyUp"] {
        let mut event = json!({"type": kind, "key": key, "code": key, "modifiers": modifiers});
        if kind == "keyDown" && key.chars().count() == 1 && modifiers == 0 {
            event["text"] = key.into();
        }
        if key == "Enter" && kind == "keyDown" {
            event["text"] = "\r".into();
        }
        browser.command("Input.dispatchKeyEvent", event).await;
    }
}

pub const CTRL: u8 = 2;
pub const SHIFT: u8 = 8;

/// Goes to a cell of the sheet that is shown, by its row (as the sheet counts) and its column's title.
pub async fn cell(browser: &Browser, row: usize, title: &str) {
    let script = "const titles = [...document.querySelectorAll('.cells-head [role=columnheader].cells-cell')];
        const column = titles.findIndex((it) => it.lastElementChild?.innerText.trim() === arguments[1]);
        return [...document.querySelectorAll(`[aria-rowindex='${arguments[0]}'] .cells-cell`)][column]?.id ?? null";
    let id = browser.run(script, vec![row.into(), title.into()]).await;
    let id = id.as_str().unwrap_or_else(|| panic!("there is no column {title} in row {row}")).to_owned();
    let press =
        "document.getElementById(arguments[0]).dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))";
    browser.run(press, vec![id.as_str().into()]).await;
    let chosen = "return document.querySelector('#design-grid').getAttribute('aria-activedescendant') === arguments[0] && document.activeElement.id === 'design-grid'";
    browser
        .until("the cell is chosen", async || browser.run(chosen, vec![id.as_str().into()]).await == true)
        .await;
}

/// Opens the chosen cell, to type into it.
pub async fn open_cell(browser: &Browser) {
    key(browser, "F2", 0).await;
    browser.seen("#design-cell").await;
    browser
        .until("the cell has the focus", async || {
            browser.run("return document.activeElement.id", vec![]).await == "design-cell"
        })
        .await;
}

/// Writes a text into a cell, as it is typed.
pub async fn write(browser: &Browser, row: usize, title: &str, text: &str) {
    cell(browser, row, title).await;
    open_cell(browser).await;
    browser.run("document.activeElement.select()", vec![]).await;
    browser.type_text(text).await;
    key(browser, "Enter", 0).await;
    browser.gone("#design-cell").await;
}

pub async fn preview_says(browser: &Browser, text: &str) {
    let script = "return document.querySelector('.phone')?.innerText.includes(arguments[0])";
    browser
        .until(&format!("the preview says {text}"), async || {
            browser.run(script, vec![text.into()]).await == true
        })
        .await;
}

pub async fn mistakes(browser: &Browser) -> Value {
    browser
        .run("return document.querySelectorAll('[data-problem][data-severity=error]').length", vec![])
        .await
}

/// Taps what gives a file to the browser, and has the file.
pub async fn caught(browser: &Browser, selector: &str) -> Vec<u8> {
    // The page's policy lets nothing read it back from its address.
    let catch = "window.caught = null; const made = URL.createObjectURL.bind(URL); HTMLAnchorElement.prototype.click = () => {};
        URL.createObjectURL = (blob) => { const reader = new FileReader();
            reader.onload = () => { window.caught = reader.result.split(',')[1]; }; reader.readAsDataURL(blob); return made(blob); }";
    browser.run(catch, vec![]).await;
    browser.tap(selector).await;
    browser
        .until("the file is there", async || browser.run("return !!window.caught", vec![]).await == true)
        .await;
    let file = browser.run("return window.caught", vec![]).await;
    BASE64_STANDARD.decode(file.as_str().unwrap_or_default()).expect("it comes as base64")
}
