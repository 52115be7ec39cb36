//! What two designers do with a form's versions: one puts them up with a picture, the other looks at what differs, approves, refuses, and goes back.

use crate::browser::{Browser, Screen};
use crate::office::{self, choose, type_into};
use crate::people::{add, administrator, sign_in_first, sign_out};
use crate::processes::{Profile, Server};

use super::FORM;
use super::sheet::{caught, preview_says, write};

/// A picture of one pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x08, 0xd7, 0x63, 0xf8,
    0xcf, 0xc0, 0, 0, 0x03, 0x01, 0x01, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae,
    0x42, 0x60, 0x82,
];

/// Puts the design that is open up under that version; what came of it.
async fn publish(desk: &Browser, version: &str, came: &str) {
    desk.run("document.querySelector('#design-version').select()", vec![]).await;
    type_into(desk, "design-version", version).await;
    desk.tap("[data-action=publish]").await;
    desk.seen(&format!("[data-came={came}]")).await;
}

async fn confirmed(desk: &Browser) {
    desk.tap("dialog[open] [data-action=confirm]").await;
}

#[tokio::test]
async fn a_second_designer_looks_at_what_differs_approves_refuses_and_goes_back() {
    let profile = Profile::new("design-versions");
    let mut server = Server::start(&profile);
    server.stop();
    server.set_options(&["--approve-forms"]);
    server.start_with_form(&profile, "here", Some(("seen", FORM)));
    let desk = Browser::start(&profile, Screen::Desktop).await;

    // Whoever is not signed in is told so, and no more.
    desk.open(&server.url("/design/versions/seen")).await;
    desk.seen("[data-denied=sign-in]").await;
    administrator(&desk, &server).await;
    let first = add(&desk, &server, "biao.ge", "designer", "").await;
    let second = add(&desk, &server, "shen.he", "designer", "").await;
    sign_out(&desk).await;

    // One puts up two versions of the same; the first with a picture.
    desk.open(&server.url("/office")).await;
    sign_in_first(&desk, "biao.ge", &first).await;
    desk.open(&server.url("/design")).await;
    desk.tap("[data-on-server=seen] [data-action=begin-from]").await;
    preview_says(&desk, "几口人").await;
    write(&desk, 3, "label::zh", "一共几口人").await;
    desk.tap("[data-action=files-open]").await;
    desk.pick("#design-beside", &profile.file("letter.doc", b"a letter")).await;
    desk.seen("[data-drawer=files] [data-wrong]").await;
    desk.pick("#design-beside", &profile.file("well.png", PIXEL)).await;
    desk.seen("[data-file='well.png']").await;
    desk.gone("[data-drawer=files] [data-wrong]").await;
    desk.picture("design-files").await;
    desk.tap("[data-action=files-open]").await;
    desk.tap("[data-action=publish-open]").await;
    publish(&desk, "2", "waits").await;
    desk.tap("[data-action=publish-open]").await;
    write(&desk, 3, "label::zh", "住着几口人").await;
    preview_says(&desk, "住着几口人").await;
    desk.tap("[data-action=publish-open]").await;
    publish(&desk, "3", "waits").await;
    desk.tap("[data-came=waits] [data-action=versions]").await;
    // Their own are for somebody else to decide.
    desk.seen("[data-version='3'][data-state=waiting] [data-mine]").await;
    desk.gone("[data-action=approve]").await;
    office::look(&desk, "design-versions-own").await;
    desk.open(&server.url("/office")).await;
    sign_out(&desk).await;

    // The other is told what waits, sees what differs, and approves.
    desk.open(&server.url("/office")).await;
    sign_in_first(&desk, "shen.he", &second).await;
    desk.open(&server.url("/design")).await;
    desk.seen("[data-waiting=seen]").await;
    office::look(&desk, "design-waiting").await;
    desk.tap("[data-waiting=seen] [data-action=versions]").await;
    desk.tap("[data-version='2'] [data-action=differs]").await;
    desk.seen("[data-section=compare] [data-differs]").await;
    let differs = desk.text("[data-section=compare]").await;
    assert!(differs.contains("一共几口人") && differs.contains("well.png"), "{differs}");
    office::look(&desk, "design-versions").await;
    desk.tap("[data-version='2'] [data-action=approve]").await;
    confirmed(&desk).await;
    desk.seen("[data-decided=current]").await;
    desk.seen("[data-version='2'][data-state=current]").await;

    // What was made from the version before can't be put in force any more; it is refused with a reason.
    desk.tap("[data-version='3'] [data-action=approve]").await;
    confirmed(&desk).await;
    desk.seen("[data-decided=no] [data-denied=refused]").await;
    desk.tap("[data-version='3'] [data-action=refuse-open]").await;
    type_into(&desk, "design-reason", "从第二版改起").await;
    desk.tap("[data-action=refuse]").await;
    desk.seen("[data-version='3'][data-state=refused]").await;
    assert!(desk.text("[data-version='3']").await.contains("从第二版改起"), "the reason is told");

    // Any two are compared, and the first is put back.
    desk.seen("[data-version='1'][data-state=past]").await;
    let older = "return [...document.querySelector('#design-older').options].find((it) => it.text.startsWith(arguments[0])).value";
    let hash = |version: &'static str| desk.run(older, vec![version.into()]);
    let (first, third) = (hash("1").await, hash("3").await);
    choose(&desk, "design-older", first.as_str().unwrap_or_default()).await;
    choose(&desk, "design-newer", third.as_str().unwrap_or_default()).await;
    desk.until("they are compared", async || {
        desk.text("[data-section=compare]").await.contains("住着几口人")
    })
    .await;
    desk.tap("[data-version='1'] [data-action=roll-back]").await;
    confirmed(&desk).await;
    desk.seen("[data-version='1'][data-state=current]").await;
    desk.seen("[data-version='2'][data-state=past]").await;

    // Without the server it says so.
    server.stop();
    desk.reload().await;
    desk.seen("[data-denied=unreached]").await;
    desk.quit().await;
}

#[tokio::test]
async fn a_form_with_all_its_files_is_one_zip_and_one_window_at_a_time_has_it() {
    let profile = Profile::new("design-folder");
    let server = Server::start(&profile);
    let desk = Browser::start(&profile, Screen::Desktop).await;
    desk.open(&server.url("/design")).await;
    desk.tap("[data-action=new]").await;
    desk.seen("[data-screen=design]").await;
    preview_says(&desk, "第一题").await;
    desk.tap("[data-action=files-open]").await;
    desk.pick("#design-beside", &profile.file("well.png", PIXEL)).await;
    desk.pick("#design-beside", &profile.file("towns.csv", "name,label\n1,一镇\n".as_bytes())).await;
    desk.seen("[data-file='towns.csv']").await;
    desk.tap("[data-action=trials-open]").await;
    desk.tap("[data-action=record]").await;
    desk.seen("[data-case=passed]").await;
    desk.tap("[data-action=take-away-open]").await;
    let zip = caught(&desk, "[data-ending=zip]").await;

    // Elsewhere it is opened with all that is in it.
    desk.seen("[data-kept=kept]").await;
    let address = desk.run("return location.href", vec![]).await;
    let address = address.as_str().unwrap_or_default().to_owned();
    desk.open(&server.url("/design")).await;
    desk.pick("#design-file", &profile.file("visit.zip", &zip)).await;
    desk.seen("[data-screen=design]").await;
    preview_says(&desk, "第一题").await;
    desk.tap("[data-action=files-open]").await;
    desk.seen("[data-file='well.png']").await;
    desk.seen("[data-file='towns.csv']").await;
    desk.tap("[data-file='well.png'] [data-action=drop-file]").await;
    confirmed(&desk).await;
    desk.gone("[data-file='well.png']").await;
    desk.tap("[data-action=trials-open]").await;
    desk.seen("[data-case=passed]").await;

    // A second window does not open what the first has, unless it is told to; the first then keeps nothing more.
    desk.open(&address).await;
    preview_says(&desk, "第一题").await;
    let first = desk.tab().await;
    desk.new_tab().await;
    desk.open(&address).await;
    desk.seen("[data-elsewhere]").await;
    desk.picture("design-elsewhere").await;
    desk.tap("[data-action=take-over]").await;
    preview_says(&desk, "第一题").await;
    desk.look_at(&first).await;
    desk.seen("[data-taken-over]").await;
    desk.quit().await;
}
