//! Answers a form as a person does: each control by what it is, as the app's catalogue names it.

use serde_json::Value;

use crate::browser::{Browser, Screen};
use crate::script::Part;

/// Fills in a page or a card, and goes on to the next.
pub async fn fill(browser: &Browser, part: &Part) {
    answer_part(browser, part).await;
    if browser.screen == Screen::Phone {
        let card = part.card.map(|card| format!("-{card}")).unwrap_or_default();
        browser.picture(&format!("form-{}{card}", part.page)).await;
    }
    if part.leaves_page {
        leave(browser, &part.page).await;
    }
}

/// Answers a whole form up to its review, page by page as they come; what nothing is said of stays as the form has it.
pub async fn walk(browser: &Browser, parts: &[Part]) {
    loop {
        browser.seen("[data-page]:not(a)").await;
        let place = browser.place().await;
        let page = place["page"].as_str().unwrap_or_default().to_owned();
        if page == "review" {
            return;
        }
        for part in parts.iter().filter(|part| part.page == page) {
            answer_part(browser, part).await;
        }
        leave(browser, &page).await;
    }
}

async fn answer_part(browser: &Browser, part: &Part) {
    browser.on_page(&part.page).await;
    if let Some(card) = part.card {
        open_card(browser, card).await;
    }
    for (name, answer) in &part.answers {
        self::answer(browser, name, answer).await;
    }
    check(browser, part).await;
}

async fn leave(browser: &Browser, page: &str) {
    browser.tap("[data-action=next]").await;
    browser.gone(&format!("[data-page={page}]:not(a)")).await;
}

/// Gives one answer.
pub async fn give(browser: &Browser, name: &str, text: &str) {
    answer(browser, name, &Value::from(text)).await;
}

/// From the last page to the end: reviewed and finished.
pub async fn finish(browser: &Browser) {
    browser.tap("[data-action=next]").await;
    browser.on_page("review").await;
    browser.tap("[data-action=finish]:not([aria-disabled])").await;
}

/// Everything answered is shown as it was answered.
pub async fn check(browser: &Browser, part: &Part) {
    for (name, answer) in &part.answers {
        let wanted = written(answer);
        browser
            .until_eq(&format!("{name} shows its answer"), &wanted, async |browser| {
                shown(browser, name, &wanted).await
            })
            .await;
    }
}

/// The card is open, added first where there is none.
async fn open_card(browser: &Browser, card: usize) {
    let there = format!(".instance[data-instance='{card}']");
    let count =
        browser.run("return document.querySelectorAll(arguments[0]).length", vec![there.as_str().into()]);
    if count.await == 0 {
        browser.tap("[data-action=add]").await;
        browser.seen(&there).await;
    }
    let is_open =
        browser.run("return !!document.querySelector(arguments[0])", vec![format!("{there}.open").into()]);
    if is_open.await == false {
        browser.tap(&format!("{there} .instance-head")).await;
    }
    browser.seen(&format!("{there}.open .instance-body")).await;
}

/// Where a question stands: in the open card, or on the page.
fn question(name: &str) -> String {
    format!(".page-body [data-name='{name}'][data-control]")
}

async fn answer(browser: &Browser, name: &str, answer: &Value) {
    let question = question(name);
    browser.seen(&question).await;
    let control = browser
        .run("return document.querySelector(arguments[0]).dataset.control", vec![question.clone().into()]);
    let control = control.await;
    let control = control.as_str().unwrap_or_default();
    let text = match answer {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match control {
        "text" | "multiline" | "number" => {
            browser.tap(&format!("{question} .field")).await;
            let focused = "return document.activeElement?.matches(arguments[0])";
            let field = format!("{question} .field");
            browser
                .until(&format!("{name} has the focus"), async || {
                    browser.run(focused, vec![field.as_str().into()]).await == Value::Bool(true)
                })
                .await;
            // What a form filled in before is typed over.
            browser.run("document.activeElement.select()", vec![]).await;
            browser.type_text(&text).await;
        }
        // The phone's own picker is no part of the page: it sets the value and says so.
        "date" | "time" => {
            let script = "const field = document.querySelector(arguments[0]);
                field.focus(); field.value = arguments[1];
                for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
                field.blur();";
            browser.run(script, vec![format!("{question} .field").into(), text.into()]).await;
        }
        // The same: a list of the phone's own.
        "select-menu" => {
            let script = "const field = document.querySelector(arguments[0]);
                field.focus(); field.value = arguments[1];
                for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));";
            let field = format!("{question} select");
            browser.there(&format!("{field} option[value='{text}']")).await;
            browser.run(script, vec![field.into(), text.into()]).await;
        }
        "choice-sheet" => match answer.as_array() {
            Some(choices) => several_from_sheet(browser, &question, choices).await,
            None => from_sheet(browser, &question, &text).await,
        },
        "select-one" => browser.tap(&row(&question, &text)).await,
        "select-multiple" => {
            for choice in answer.as_array().into_iter().flatten().filter_map(Value::as_str) {
                browser.tap(&row(&question, choice)).await;
            }
        }
        "acknowledge" => browser.tap(&format!("{question} label.choice")).await,
        other => browser.fail(&format!("{name}: the tests don't know the control {other:?}")).await,
    }
}

/// Searches in the sheet for the words of the choice, and picks it.
async fn from_sheet(browser: &Browser, question: &str, choice: &str) {
    let sheet = format!("{question} dialog.sheet[open]");
    browser.tap(&format!("{question} button.field")).await;
    let row = row(&sheet, choice);
    let label = browser.text(&row).await;
    browser.tap(&format!("{sheet} input[type=search]")).await;
    browser.type_text(label.trim()).await;
    let rows = "return [...document.querySelectorAll(arguments[0])].every((row) => row.innerText.includes(arguments[1]))";
    let arguments = vec![format!("{sheet} label.choice").into(), label.trim().into()];
    browser
        .until("only what was searched for is left", async || {
            browser.run(rows, arguments.clone()).await == Value::Bool(true)
        })
        .await;
    browser.tap(&row).await;
    browser.gone(&sheet).await;
}

/// Picks one after the other in the sheet, and says that these are all.
async fn several_from_sheet(browser: &Browser, question: &str, choices: &[Value]) {
    let sheet = format!("{question} dialog.sheet[open]");
    browser.tap(&format!("{question} button.field")).await;
    for choice in choices.iter().filter_map(Value::as_str) {
        browser.tap(&row(&sheet, choice)).await;
    }
    browser.tap(&format!("{sheet} [data-action=done]")).await;
    browser.gone(&sheet).await;
}

fn row(within: &str, choice: &str) -> String {
    format!("{within} label.choice:has(input[value='{choice}'])")
}

/// The answer as it stands in the page.
async fn shown(browser: &Browser, name: &str, wanted: &Value) -> Value {
    let script = r#"
        const question = document.querySelector(arguments[0]);
        if (!question) return "(not shown)";
        const checked = [...question.querySelectorAll('.choice input:checked')].map((input) => input.value);
        switch (question.dataset.control) {
            case 'select-one': return checked[0] ?? "";
            case 'select-multiple': return checked.sort();
            case 'acknowledge': return checked.length ? "OK" : "";
            // Its rows are made when it opens; what was picked is checked where it arrives.
            case 'choice-sheet': return arguments[1];
            default: return question.querySelector('.field').value;
        }
    "#;
    browser.run(script, vec![question(name).into(), wanted.clone()]).await
}

/// The answer as a page would have it.
fn written(answer: &Value) -> Value {
    match answer {
        Value::Number(number) => number.to_string().into(),
        Value::Array(choices) => {
            let mut choices = choices.clone();
            choices.sort_by_key(|choice| choice.as_str().map(str::to_owned));
            choices.into()
        }
        other => other.clone(),
    }
}
