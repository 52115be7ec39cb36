//! A part of the app that is not on the phone says so, and comes with the network; one that is opens without.

use serde_json::json;

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};

#[tokio::test]
async fn a_page_that_is_not_on_the_phone_says_so_and_comes_with_the_network() {
    let profile = Profile::new("parts");
    let mut server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;

    // Nobody has opened it yet, and it opens without a network.
    server.stop();
    browser.reload().await;
    browser.tap("a[href='/settings']").await;
    browser.seen("[data-screen=settings]").await;

    // As on a phone that lost its network before it had everything.
    let lost = "caches.keys().then(async (names) => {
        for (const name of names) {
            const cache = await caches.open(name);
            for (const { url } of await cache.keys()) if (url.includes('-part-rest-')) await cache.delete(url);
        }
        arguments[0](true);
    })";
    browser.run_until_done(lost).await;
    browser.command("Network.clearBrowserCache", json!({})).await;
    browser.reload().await;
    browser.seen("[data-action=fetch-part]").await;
    browser.picture("part-missing").await;
    browser.tap("[data-action=fetch-part]").await;
    browser.seen("[data-action=fetch-part]").await;

    server.start_again();
    browser.tap("[data-action=fetch-part]").await;
    browser.seen("[data-screen=settings]").await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}
