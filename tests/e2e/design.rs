//! The designer: a form of the server's is taken up, changed in its sheets, tried beside them, and is there again, without a network too.

mod figures;
mod household;
mod sheet;
mod versions;

use serde_json::{Value, json};

use crate::arrived::bodies;
use crate::browser::{Browser, Screen};
use crate::people::{add, administrator, sign_in_first, sign_out};
use crate::processes::{Profile, Server};
use crate::{filling, office};
use sheet::{CTRL, SHIFT, caught, cell, key, mistakes, open_cell, preview_says, write};

pub const FORM: &str = r#"{"settings": {"form_id": "seen", "version": "1", "title": {"zh": "看一看", "en": "A look"}, "default_language": "zh"},
  "choices": {"yes_no": [{"name": "yes", "label": {"zh": "有", "en": "Yes"}}, {"name": "no", "label": {"zh": "没有", "en": "No"}}]},
  "survey": [
    {"type": "group", "name": "home", "label": {"zh": "家里", "en": "At home"}, "children": [
      {"type": "integer", "name": "people", "label": {"zh": "几口人", "en": "How many"}},
      {"type": "select_one yes_no", "name": "carer", "label": {"zh": "有没有人照顾", "en": "Is there a carer?"}, "relevant": "${people} > 1"}]}]}"#;

/// What the first question of the form that runs is answered with.
const ANSWER: &str = "return document.querySelector('.phone input').value";

#[tokio::test]
async fn a_form_of_the_servers_is_changed_tried_and_kept_without_a_network_too() {
    let profile = Profile::new("design");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "here", Some(("seen", FORM)));
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/design")).await;
    browser.seen("[data-on-server=seen]").await;
    browser.picture("design-start").await;
    browser.tap("[data-on-server=seen] [data-action=begin-from]").await;
    browser.seen("[data-screen=design]").await;
    preview_says(&browser, "几口人").await;
    assert_eq!(mistakes(&browser).await, 0);
    browser.picture("design").await;

    // An answer is given, and the label changed: the answer stays.
    browser.tap(".phone [data-name=people] input").await;
    browser.type_text("3").await;
    preview_says(&browser, "有没有人照顾").await;
    write(&browser, 3, "label::zh", "一共几口人").await;
    preview_says(&browser, "一共几口人").await;
    preview_says(&browser, "有没有人照顾").await;
    let answer = "return document.querySelector('.phone [data-name=people] input').value";
    browser
        .until_eq("the answer stays", &"3".into(), async |browser| browser.run(answer, vec![]).await)
        .await;

    // A question is renamed, and what refers to it goes with it.
    write(&browser, 3, "name", "household_size").await;
    let refers = "return [...document.querySelectorAll(\"[aria-rowindex='4'] .cells-cell\")].map((it) => it.innerText)";
    browser
        .until("the condition names it", async || {
            browser.run(refers, vec![]).await.to_string().contains("${household_size} > 1")
        })
        .await;
    assert_eq!(mistakes(&browser).await, 0);

    // A slip is marked in its cell, listed, and mended with one button.
    write(&browser, 4, "relevant", "${houshold_size} > 1").await;
    browser.seen("[data-problem][data-severity=error]").await;
    browser.there(".cells-cell.wrong").await;
    browser.seen("[data-stale]").await;
    browser.picture("design-wrong").await;
    browser.tap("[data-action=mend]").await;
    browser.gone("[data-problem][data-severity=error]").await;
    browser.gone("[data-stale]").await;

    // What is wrong is said with the key, while the cell is open; what is not said after all is not wrong.
    cell(&browser, 4, "relevant").await;
    open_cell(&browser).await;
    browser.type_text(" and (").await;
    browser.seen("[data-problem][data-severity=error]").await;
    browser.there("#design-cell").await;
    // The first closes what is offered, where anything is.
    for _ in 0..2 {
        if browser.run("return !!document.querySelector('#design-cell')", vec![]).await == true {
            key(&browser, "Escape", 0).await;
        }
    }
    browser.gone("#design-cell").await;
    browser.gone("[data-problem][data-severity=error]").await;

    // An input method writes straight into the chosen cell: what comes opens it.
    cell(&browser, 3, "label::en").await;
    browser.type_text("人口").await;
    browser.seen("#design-cell").await;
    let opened = "return document.querySelector('#design-cell').value";
    browser
        .until_eq("it says what came", &"人口".into(), async |browser| browser.run(opened, vec![]).await)
        .await;
    key(&browser, "Escape", 0).await;
    browser.gone("#design-cell").await;

    // What hangs on what is drawn, and leads to its row.
    browser.tap("[data-action=picture-open]").await;
    browser.seen("[data-boxes='2'][data-arrows='1']").await;
    browser.picture("design-drawn").await;
    browser.tap("[data-box=household_size]").await;
    let here = "return document.querySelector('#design-grid').getAttribute('aria-activedescendant')";
    browser.until("its row is chosen", async || browser.run(here, vec![]).await == "cell-0-2-1").await;
    browser.gone("[data-drawer]").await;

    // A cell that is seen is the one that is opened, wherever the sheet is scrolled to; and nothing moves under the hand.
    let twice = "const cells = document.querySelector('.cells'); cells.style.height = '150px'; cells.scrollTop = 400;
        const done = arguments[arguments.length - 1];
        requestAnimationFrame(() => setTimeout(() => {
            const frame = cells.getBoundingClientRect();
            const row = [...document.querySelectorAll('.cells [aria-rowindex]')].filter((it) => {
                const box = it.getBoundingClientRect(); return box.top > frame.top + 40 && box.bottom < frame.bottom; })[0];
            const cell = row.querySelector('[aria-colindex=\"4\"]'); const box = cell.getBoundingClientRect();
            done({ row: row.getAttribute('aria-rowindex'), x: box.x + 20, y: box.y + box.height / 2 });
        }, 300));";
    let seen = browser.run_until_done(twice).await;
    for count in [1, 2] {
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({"type": kind, "x": seen["x"], "y": seen["y"], "button": "left", "clickCount": count});
            browser.command("Input.dispatchMouseEvent", event).await;
        }
    }
    browser.seen("#design-cell").await;
    let chosen = "return document.querySelector('#design-grid').getAttribute('aria-activedescendant').split('-')[2] * 1 + 1";
    assert_eq!(browser.run(chosen, vec![]).await.to_string(), seen["row"].as_str().unwrap_or_default());
    let still = "const box = document.querySelector('#design-cell').getBoundingClientRect(); return Math.abs(box.y + box.height / 2 - arguments[0]) < 8";
    assert_eq!(browser.run(still, vec![seen["y"].clone()]).await, true, "it is where it was");
    key(&browser, "Escape", 0).await;
    browser.gone("#design-cell").await;
    browser.run("document.querySelector('.cells').style.height = ''", vec![]).await;

    // A row is inserted and its type picked out of what is offered.
    cell(&browser, 4, "type").await;
    key(&browser, "Enter", CTRL).await;
    open_cell(&browser).await;
    browser.type_text("单选").await;
    browser.seen("[data-offered='select_one yes_no']").await;
    browser.picture("design-offered").await;
    key(&browser, "ArrowDown", 0).await;
    key(&browser, "ArrowDown", 0).await;
    key(&browser, "Enter", 0).await;
    key(&browser, "Enter", 0).await;
    browser.gone("#design-cell").await;
    write(&browser, 5, "name", "alone").await;
    write(&browser, 5, "label::zh", "一个人住吗").await;
    preview_says(&browser, "一个人住吗").await;

    // The same rows as an outline, where a property is changed.
    browser.tap("[data-action=outline]").await;
    browser.tap("[data-outline=alone]").await;
    browser.seen("[data-properties] [data-property='label::zh']").await;
    browser.picture("design-outline").await;
    let rename =
        "const field = document.querySelector(\"[data-property='label::zh']\"); field.value = arguments[0];
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(rename, vec!["是不是一个人住".into()]).await;
    preview_says(&browser, "是不是一个人住").await;
    browser.run(rename, vec!["一个人住吗".into()]).await;
    preview_says(&browser, "一个人住吗").await;
    browser.tap("[data-action=outline]").await;
    browser.seen("#design-grid").await;

    // What is missing in English is translated beside the Chinese.
    browser.tap("[data-action=translate-open]").await;
    browser.seen("[data-missing='1']").await;
    let translate = "const field = document.querySelector('[data-translation]'); field.value = 'Alone?';
        field.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(translate, vec![]).await;
    browser.seen("[data-missing='0']").await;
    browser.tap("[data-action=translate-open]").await;
    // Both are taken back, so that what follows begins at the label.
    cell(&browser, 5, "name").await;
    key(&browser, "z", CTRL).await;
    key(&browser, "z", CTRL).await;
    key(&browser, "z", CTRL).await;
    preview_says(&browser, "一个人住吗").await;

    // A question of another form is put in, and taken out again.
    browser.tap("[data-action=library-open]").await;
    browser.there("#design-library option[value^='server:']").await;
    let choose = "const menu = document.querySelector('#design-library');
        menu.value = menu.querySelector(\"option[value^='server:']\").value; menu.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(choose, vec![]).await;
    browser.tap("[data-put-in=carer]").await;
    let put_in =
        "return [...document.querySelectorAll('.cells-cell')].some((it) => it.innerText === 'carer_2')";
    browser.until("it is in the sheet", async || browser.run(put_in, vec![]).await == true).await;
    browser.tap("[data-action=undo]").await;
    browser.until("it is taken out", async || browser.run(put_in, vec![]).await == false).await;
    let drag = "const data = new DataTransfer();
        const send = (to, kind) => to.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
        send(document.querySelector('[data-put-in=carer]').closest('li'), 'dragstart');
        const row = document.querySelector(\"[aria-rowindex='5']\");
        return [send(row, 'dragover'), send(row, 'drop')]";
    // Both are taken: the browser would otherwise do what it does with a drop.
    assert_eq!(browser.run(drag, vec![]).await, json!([false, false]));
    browser.until("it is in the sheet", async || browser.run(put_in, vec![]).await == true).await;
    browser.tap("[data-action=undo]").await;
    browser.tap("[data-action=library-open]").await;
    cell(&browser, 5, "name").await;

    // Undone and done again; moved up and down.
    key(&browser, "z", CTRL).await;
    browser.until("its label is taken back", async || mistakes(&browser).await == 1).await;
    key(&browser, "Z", CTRL | SHIFT).await;
    browser.until("and there again", async || mistakes(&browser).await == 0).await;
    browser
        .until_eq("the answer is still there", &"3".into(), async |browser| browser.run(ANSWER, vec![]).await)
        .await;
    preview_says(&browser, "一个人住吗").await;
    browser.seen("[data-kept=kept]").await;

    // A title is not written over by a slip of the hand; with F2 it is.
    cell(&browser, 1, "relevant").await;
    browser.type_text("x").await;
    key(&browser, "Delete", 0).await;
    let opened = "return document.querySelector('#design-cell') !== null";
    assert_eq!(browser.run(opened, vec![]).await, false, "nothing was opened by it");
    let titles = "return [...document.querySelectorAll('.cells-head .cells-cell')].map((it) => it.innerText).join(' ')";
    assert!(browser.run(titles, vec![]).await.to_string().contains("relevant"));
    open_cell(&browser).await;
    key(&browser, "Escape", 0).await;
    browser.gone("#design-cell").await;
    cell(&browser, 5, "name").await;

    // What is filled in is recorded as a case, which fails once a question that it answers is another.
    browser.tap("[data-action=trials-open]").await;
    browser.tap("[data-action=record]").await;
    browser.seen("[data-case=passed]").await;
    browser.tap("[data-action=random]").await;
    browser.seen("[data-ran=true] [data-told='0']").await;
    browser.picture("design-trials").await;
    browser.tap("[data-action=close-drawer]").await;
    // One that is only called otherwise takes its cases along, and back.
    for (title, text, failing) in [("name", "size", false), ("type", "select_one yes_no", true)] {
        write(&browser, 3, title, text).await;
        browser.tap("[data-action=trials-open]").await;
        browser.seen(if failing { "[data-case=failed]" } else { "[data-case=passed]" }).await;
        // Whoever is led to a mistake sees its cell: what stands before the sheet goes.
        browser.tap("[data-problem] .problem-place").await;
        browser.gone("[data-drawer]").await;
        cell(&browser, 3, title).await;
        key(&browser, "z", CTRL).await;
        browser.tap("[data-action=trials-open]").await;
        browser.seen("[data-case=passed]").await;
        browser.tap("[data-action=trials-open]").await;
    }
    browser.seen("[data-kept=kept]").await;

    // The page is loaded anew, and then without a server.
    browser.reload().await;
    preview_says(&browser, "一个人住吗").await;
    let whole = "return (async () => Boolean(await caches.match('/design.html')))()";
    browser.until("the designer is kept", async || browser.run(whole, vec![]).await == true).await;
    server.stop();
    browser.reload().await;
    preview_says(&browser, "一个人住吗").await;
    browser.open(&server.url("/design")).await;
    browser.seen("[data-design] [data-action=go-on]").await;
    browser.picture("design-offline").await;
    browser.tap("[data-design] [data-action=go-on]").await;
    preview_says(&browser, "一共几口人").await;

    // As a kiosk asks it: one question at a time, to its end.
    browser.tap("[data-frame=kiosk]").await;
    browser.seen(".station .key-pad").await;
    browser.picture("design-kiosk").await;
    browser.tap(".station [data-action=next]").await;
    browser.seen(".station [data-name=alone]").await;
    browser.tap(".station [data-action=next]").await;
    browser.seen("[data-over]").await;
    browser.tap("[data-action=again]").await;
    browser.tap(".station [data-action=back]").await;
    browser.seen("[data-over]").await;
    browser.tap("[data-frame=phone]").await;
    browser.seen(".phone [data-to]").await;
    browser.quit().await;
}

#[tokio::test]
async fn what_is_no_form_is_told_in_one_sentence_and_a_workbook_opens() {
    let profile = Profile::new("design-open");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/design")).await;
    browser.seen("[data-action=open]").await;
    let with_password = include_bytes!("../../src/workbook/tests/password.xlsx");
    let huge = vec![0; 50 << 20];
    for (name, bytes) in [
        ("password.xlsx", &with_password[..]),
        ("huge.xlsx", &huge[..]),
        ("picture.xlsx", &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, b'J', b'F', b'I', b'F'][..]),
        ("locked.xlsx", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0][..]),
        ("broken.json", b"{\"survey\": ["),
    ] {
        let file = profile.file(name, bytes);
        browser.pick("#design-file", &file).await;
        browser.seen("[data-wrong]").await;
        let said = browser.text("[data-wrong]").await;
        assert!(said.chars().count() > 8 && !said.contains("panic"), "{name}: {said}");
    }
    // A thousand mistakes are all listed.
    let rows: String = (0..1000).map(|row| format!("text,{row} no name,问题\n")).collect();
    let csv = format!("type,name,label\n{rows}");
    browser.pick("#design-file", &profile.file("mistakes.csv", csv.as_bytes())).await;
    browser.seen("[data-screen=design]").await;
    let listed = "return document.querySelectorAll('[data-problem][data-severity=error]').length >= 1000";
    browser.until("all are listed", async || browser.run(listed, vec![]).await == true).await;
    browser.picture("design-thousand").await;
    browser.open(&server.url("/design")).await;
    let csv = "type,name,label\ntext,who,谁\ninteger,age,多大\n";
    browser.pick("#design-file", &profile.file("survey.csv", csv.as_bytes())).await;
    browser.seen("[data-screen=design]").await;
    // It has no settings yet: what is missing is listed.
    browser.seen("[data-counted]").await;
    browser.tap("[data-action=take-away-open]").await;
    browser.seen("[data-action=take-away][data-ending=xlsx]").await;
    browser.picture("design-take-away").await;
    browser.quit().await;
}

#[tokio::test]
async fn a_form_is_taken_away_in_every_way_that_is_offered() {
    let profile = Profile::new("design-away");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/design")).await;
    browser.tap("[data-action=new]").await;
    preview_says(&browser, "第一题").await;
    browser.tap("[data-action=take-away-open]").await;
    browser.seen("[data-ending=zip]").await;
    let endings = "return [...document.querySelectorAll('[data-action=take-away]')].map((it) => it.dataset.ending).join(' ')";
    let endings = browser.run(endings, vec![]).await;
    let endings: Vec<&str> = endings.as_str().unwrap_or_default().split(' ').collect();
    assert!(endings.len() > 8, "{endings:?}");
    for ending in endings {
        let file = caught(&browser, &format!("[data-ending='{ending}']")).await;
        let begins: &[u8] = match ending {
            "xlsx" | "xlsform.xlsx" | "zip" => b"PK",
            "xml" | "paper.html" | "codebook.html" => b"<",
            "json" | "fhir.json" => b"{",
            _ => b"",
        };
        assert!(file.len() > 100 && file.starts_with(begins), "{ending}: {} bytes", file.len());
    }
    browser.tap("[data-action=translate-open]").await;
    let table = caught(&browser, "[data-action=give-table]").await;
    assert!(table.starts_with(b"PK"), "{} bytes", table.len());
    browser.quit().await;
}

/// Changed at the desk, published, and at the door: the phone was away meanwhile, its draft stays on the version that it was begun with, and what is begun next
/// has the new question.
#[tokio::test]
async fn a_published_version_reaches_a_phone_that_was_away_and_comes_back_filled_in() {
    let profile = Profile::new("design-publish");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "here", Some(("seen", FORM)));

    // The phone has the form, begins a draft, and is gone.
    let on_the_road = Profile::new("design-phone");
    let phone = Browser::start(&on_the_road, Screen::Phone).await;
    phone.open(&server.url("/")).await;
    phone.seen("[data-form=seen]").await;
    phone.kept_for_offline().await;
    phone.tap("[data-form=seen]").await;
    filling::give(&phone, "people", "3").await;
    phone.seen("[data-state=kept].kept").await;
    phone.kill();

    // At the desk: a designer, who changes the form and publishes it.
    let desk = Browser::start(&profile, Screen::Desktop).await;
    administrator(&desk, &server).await;
    let first = add(&desk, &server, "biao.ge", "designer", "").await;
    sign_out(&desk).await;
    desk.open(&server.url("/office")).await;
    sign_in_first(&desk, "biao.ge", &first).await;
    desk.open(&server.url("/office")).await;
    desk.picture("design-desk").await;
    desk.tap("[data-tile='/design']").await;
    desk.tap("[data-on-server=seen] [data-action=begin-from]").await;
    preview_says(&desk, "几口人").await;
    cell(&desk, 4, "type").await;
    key(&desk, "Enter", CTRL).await;
    for (title, text) in [
        ("type", "integer"),
        ("name", "carers"),
        ("label::zh", "几个人照顾"),
        ("label::en", "How many carers"),
    ] {
        write(&desk, 5, title, text).await;
    }
    preview_says(&desk, "几个人照顾").await;
    desk.tap("[data-action=publish-open]").await;
    desk.seen("[data-differs='1']").await;
    assert!(desk.text("[data-differs='1']").await.contains("carers"), "what is new is said");
    // A new one is proposed; the version of before is not taken again.
    let proposed = desk.run("return document.querySelector('#design-version').value", vec![]).await;
    assert_ne!(proposed, "1");
    office::type_into(&desk, "design-version", "1").await;
    desk.tap("[data-action=publish]").await;
    desk.seen("[data-came=version-taken]").await;
    // Whoever published is led to what came of it; only then do they go on.
    let led = "return document.activeElement.id";
    desk.until_eq("they are led to it", &"design-came".into(), async |desk| desk.run(led, vec![]).await)
        .await;
    desk.run("document.querySelector('#design-version').select()", vec![]).await;
    office::type_into(&desk, "design-version", "2").await;
    desk.tap("#design-note").await;
    desk.type_text("多问一题").await;
    desk.tap("[data-action=publish]").await;
    desk.seen("[data-came=published]").await;
    desk.picture("design-published").await;

    // The phone is back: its draft is as it was, and the next one asks more.
    let phone = Browser::start(&on_the_road, Screen::Phone).await;
    phone.open(&server.url("/")).await;
    phone.tap("[data-action=continue]").await;
    phone.seen("[data-name=people]").await;
    assert_eq!(phone.run("return document.querySelector('[data-name=carers]')", vec![]).await, Value::Null);
    filling::finish(&phone).await;
    phone.seen("[data-finished]").await;
    phone.open(&server.url("/")).await;
    phone.tap("[data-form=seen]").await;
    filling::give(&phone, "people", "2").await;
    filling::give(&phone, "carers", "1").await;
    filling::finish(&phone).await;
    phone.seen("[data-finished]").await;
    let arrived = || bodies(&profile.folder("here"));
    phone.until("both have arrived", async || arrived().len() == 2).await;
    let arrived = arrived();
    let version = |row: &Value| row["form"]["version"].as_str().unwrap_or_default().to_owned();
    assert_eq!(arrived.iter().map(version).collect::<Vec<_>>(), ["1", "2"], "{arrived:?}");
    assert!(arrived[1]["data"].to_string().contains("\"carers\""), "{}", arrived[1]);
    phone.quit().await;
    desk.quit().await;
}
