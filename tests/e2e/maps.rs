//! Places on a map: put there by touch and by keys, without any picture of the ground and over the office's tiles, which stay on the phone; chosen on a map, and from the list below it.

use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};

const FORM: &str = r#"{"settings": {"form_id": "look", "version": "1", "title": "看地方", "default_language": "zh"},
  "choices": {"station": [
    {"name": "near", "label": "环翠驿站", "geometry": "37.5134 122.1204 0 0"},
    {"name": "far", "label": "张村驿站", "geometry": "37.5050 122.0600 0 0"},
    {"name": "van", "label": "流动服务车"}]},
  "survey": [
    {"type": "group", "name": "ground", "label": "地图", "read_only": "${frozen} = 'OK'", "children": [
      {"type": "geopoint", "name": "door", "label": "门口在哪里", "appearance": "placement-map"},
      {"type": "geotrace", "name": "path", "label": "怎么走", "appearance": "placement-map"},
      {"type": "select_one station", "name": "station", "label": "去哪个驿站", "appearance": "map"}]},
    {"type": "acknowledge", "name": "frozen", "label": "不再改"}]}"#;

/// Where the phone is.
const HERE: (f64, f64) = (37.5134, 122.1204);
/// A picture of one green point.
const PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 144,
    119, 83, 222, 0, 0, 0, 12, 73, 68, 65, 84, 120, 156, 99, 184, 246, 228, 2, 0, 5, 30, 2, 139, 152, 130,
    215, 192, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

async fn is(browser: &Browser, what: &str, script: &str, wanted: Value) {
    let script = format!("return {script}");
    browser.until_eq(what, &wanted, async |browser: &Browser| browser.run(&script, vec![]).await).await;
}

async fn press(browser: &Browser, key: &str, code: u32) {
    for kind in ["keyDown", "keyUp"] {
        let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
        browser.command("Input.dispatchKeyEvent", event).await;
    }
}

/// A phone that may say where it is, at the form.
async fn phone(profile: &Profile, server: &Server) -> Browser {
    let browser = Browser::start(profile, Screen::Phone).await;
    browser.command("Browser.grantPermissions", json!({"permissions": ["geolocation"]})).await;
    let here = json!({"latitude": HERE.0, "longitude": HERE.1, "accuracy": 20});
    browser.command("Emulation.setGeolocationOverride", here).await;
    browser.open(&server.url("/")).await;
    browser.kept_for_offline().await;
    browser.tap("[data-form=look]").await;
    browser.seen("[data-name=door] .map-ground").await;
    browser
}

/// Where the middle of a question's map is on the screen, once it is in view.
async fn middle(browser: &Browser, question: &str) -> (f64, f64) {
    let script = "const map = document.querySelector(`[data-name=${arguments[0]}] .map-ground`);
        map.scrollIntoView({block: 'center'}); const box = map.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];";
    let at = browser.run(script, vec![question.into()]).await;
    (at[0].as_f64().unwrap_or_default(), at[1].as_f64().unwrap_or_default())
}

/// A finger moves what lies under it.
async fn drag(browser: &Browser, from: (f64, f64), by: (f64, f64)) {
    let touch = async |kind: &str, points: Value| {
        browser.command("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points})).await;
    };
    touch("touchStart", json!([{"x": from.0, "y": from.1}])).await;
    for step in 1..=5 {
        let part = f64::from(step) / 5.0;
        touch("touchMove", json!([{"x": from.0 + by.0 * part, "y": from.1 + by.1 * part}])).await;
    }
    touch("touchEnd", json!([])).await;
}

/// The place that stands below the map: latitude and longitude.
async fn place(browser: &Browser) -> (f64, f64) {
    let text = browser.text("[data-name=door] p.shown-value").await;
    let (latitude, longitude) = text.split_once(", ").expect("two numbers");
    (latitude.trim().parse().expect("a number"), longitude.trim().parse().expect("a number"))
}

fn is_about((latitude, longitude): (f64, f64), (to_latitude, to_longitude): (f64, f64)) {
    let far = (latitude - to_latitude).abs().max((longitude - to_longitude).abs());
    assert!(far < 0.00002, "{latitude} {longitude} is not {to_latitude} {to_longitude}");
}

/// Degrees to a pixel at zoom 17, east and north.
fn pixel() -> (f64, f64) {
    let east = 360.0 / (256.0 * f64::from(1 << 17));
    (east, east * HERE.0.to_radians().cos())
}

#[tokio::test]
async fn a_place_is_put_on_a_map_without_tiles_by_finger_and_by_keys() {
    let profile = Profile::new("maps-bare");
    let mut server = Server::start(&profile);
    server.stop();
    server.start_with_form(&profile, "here", Some(("look", FORM)));
    let browser = phone(&profile, &server).await;
    browser.seen("[data-name=door] .map-bare").await;
    is(&browser, "tiles", "document.querySelectorAll('.map-tile').length", json!(0)).await;

    // It begins where the phone is; the ground goes with the finger.
    is(
        &browser,
        "the cross",
        "document.querySelector('[data-name=door] [data-cross]').textContent.includes('37.51340, 122.12040')",
        json!(true),
    )
    .await;
    browser.seen("[data-name=door] .map-own").await;
    let (east, north) = pixel();
    let at = middle(&browser, "door").await;
    drag(&browser, at, (-80.0, 60.0)).await;
    browser.tap("[data-name=door] [data-action=set-here]").await;
    let by_finger = (HERE.0 + 60.0 * north, HERE.1 + 80.0 * east);
    is_about(place(&browser).await, by_finger);
    browser.seen("[data-name=door] [data-mark=answer]").await;
    // Of what was put there nobody knows how exact it is.
    is(
        &browser,
        "accuracy",
        "document.querySelectorAll('[data-name=door] .shown-value .optional').length",
        json!(0),
    )
    .await;
    browser.picture("map-bare").await;

    // By keys: an arrow is 48 pixels.
    browser.run("document.querySelector('[data-name=door] .map-ground').focus()", vec![]).await;
    press(&browser, "ArrowLeft", 37).await;
    press(&browser, "ArrowDown", 40).await;
    press(&browser, "Enter", 13).await;
    let by_keys = (by_finger.0 - 48.0 * north, by_finger.1 - 48.0 * east);
    let latitude = format!(
        "Math.abs(parseFloat(document.querySelector('[data-name=door] p.shown-value').textContent) - {}) < 0.00002",
        by_keys.0
    );
    is(&browser, "the place by keys", &latitude, json!(true)).await;
    is_about(place(&browser).await, by_keys);

    // A path: a corner at the cross, and the last one back.
    for _ in 0..3 {
        browser.tap("[data-name=path] [data-action=add-corner]").await;
        browser.run("document.querySelector('[data-name=path] .map-ground').focus()", vec![]).await;
        press(&browser, "ArrowRight", 39).await;
    }
    is(&browser, "corners", "document.querySelectorAll('[data-name=path] .place').length", json!(3)).await;
    browser.tap("[data-name=path] [data-action=take-back]").await;
    is(
        &browser,
        "corners",
        "document.querySelectorAll('[data-name=path] .map-mark.corner').length",
        json!(2),
    )
    .await;
    browser.tap("[data-name=path] [data-action=done]").await;
    browser.gone("[data-name=path] .map-cross").await;
    browser.seen("[data-name=path] .map-line").await;
    browser.picture("map-path").await;

    // All of it is there again.
    browser.tap("[data-action=next]").await;
    browser.seen("[data-name=frozen]").await;
    browser.reload().await;
    browser.seen("[data-name=frozen]").await;
    browser.tap("[data-action=back]").await;
    browser.seen("[data-name=door] .map-ground").await;
    is_about(place(&browser).await, by_keys);
    is(
        &browser,
        "corners",
        "document.querySelectorAll('[data-name=path] .map-mark.corner').length",
        json!(2),
    )
    .await;

    stations(&browser).await;
    frozen(&browser).await;
    browser.assert_thumbs_fit();
    browser.quit().await;
}

/// A station by a touch on the map, another from the list.
async fn stations(browser: &Browser) {
    middle(browser, "station").await;
    let pin =
        "const pin = document.querySelector('[data-name=station] [data-mark=far]').getBoundingClientRect();
        return [pin.x + pin.width / 2, pin.y + pin.height / 2]";
    let at = browser.run(pin, vec![]).await;
    let point = json!([{"x": at[0], "y": at[1]}]);
    browser.command("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": point})).await;
    browser.command("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []})).await;
    let chosen = "document.querySelector('[data-name=station] input:checked')?.value ?? ''";
    is(browser, "what was touched", chosen, json!("far")).await;
    let label =
        "document.querySelector('[data-name=station] .map-mark.chosen .map-label')?.textContent ?? ''";
    is(browser, "its label", label, json!("张村驿站")).await;
    browser.picture("map-choice").await;
    browser.run("document.querySelector('[data-name=station] input[value=near]').focus()", vec![]).await;
    press(browser, " ", 32).await;
    is(browser, "what was chosen below", chosen, json!("near")).await;
    is(browser, "it is marked", label, json!("环翠驿站")).await;
    // What lies nowhere is in the list.
    is(browser, "choices", "document.querySelectorAll('[data-name=station] label.choice').length", json!(3))
        .await;
}

/// Read-only a map is looked at.
async fn frozen(browser: &Browser) {
    browser.tap("[data-action=next]").await;
    browser.tap("[data-name=frozen] label.choice").await;
    browser.tap("[data-action=back]").await;
    browser.seen("[data-name=door] [data-mark=answer]").await;
    browser.gone("[data-action=set-here], [data-action=add-corner], .map-cross").await;
    is(
        browser,
        "the path",
        "document.querySelectorAll('[data-name=path] .map-mark.corner').length",
        json!(2),
    )
    .await;
}

/// The office's map of the town, zooms 8 to 16.
fn tiles(profile: &Profile) -> PathBuf {
    let file = profile.file("town.mbtiles", b"");
    let map = Connection::open(&file).expect("a file can be made");
    let made = "CREATE TABLE metadata (name text, value text);
        INSERT INTO metadata VALUES ('format', 'png'), ('attribution', '<b>测试底图</b>'), ('bounds', '122.105,37.500,122.135,37.525');
        CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);";
    map.execute_batch(made).expect("tables");
    for zoom in 8..=16_u32 {
        let count = f64::from(1 << zoom);
        let column = ((HERE.1 + 180.0) / 360.0 * count) as i64;
        let north = (1.0 - HERE.0.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * count;
        let row = (1_i64 << zoom) - 1 - north as i64;
        for across in -3..=3 {
            for down in -3..=3 {
                map.execute(
                    "INSERT INTO tiles VALUES (?1, ?2, ?3, ?4)",
                    (zoom, column + across, row + down, PNG),
                )
                .expect("a row");
            }
        }
    }
    file
}

#[tokio::test]
async fn a_map_lies_on_the_offices_tiles_which_stay_on_the_phone_until_they_are_removed() {
    let profile = Profile::new("maps-tiles");
    let file = tiles(&profile);
    let mut server = Server::start(&profile);
    server.stop();
    server.set_options(&["--tiles", file.to_str().expect("a path of letters")]);
    server.start_with_form(&profile, "here", Some(("look", FORM)));
    let browser = phone(&profile, &server).await;
    let drawn = "[...document.querySelectorAll('[data-name=door] .map-tile')].filter(tile => tile.naturalWidth > 0).length > 2";
    is(&browser, "tiles", drawn, json!(true)).await;
    let words = "document.querySelector('[data-name=door] .map-attribution').textContent";
    is(&browser, "whose they are", words, json!("测试底图")).await;
    is(&browser, "squares instead", "document.querySelectorAll('.map-bare').length", json!(0)).await;
    browser.tap("[data-name=door] [data-action=set-here]").await;
    is_about(place(&browser).await, HERE);
    browser.picture("map-tiles").await;
    browser.tap("[data-name=door] [data-action=farther]").await;
    browser.tap("[data-name=door] [data-action=nearer]").await;
    let address = browser.run("return location.href", vec![]).await;

    // What was looked at is there without the server.
    server.stop();
    browser.open(address.as_str().expect("an address")).await;
    browser.seen("[data-name=door] .map-ground").await;
    is(&browser, "tiles without a network", drawn, json!(true)).await;
    server.start_again();

    // What is around is kept, after it is said how much that is.
    browser.open(&server.url("/settings")).await;
    browser.tap("[data-action=map-of-here]").await;
    browser.seen("[data-action=keep-map]").await;
    browser.picture("map-offer").await;
    browser.tap("[data-action=keep-map]").await;
    let kept =
        "caches.open('doorstep.map').then(cache => cache.keys()).then(keys => arguments[0](keys.length))";
    browser.gone("[data-action=keep-map]").await;
    let all = browser.until_eq("all that there are are kept", &json!(true), async |browser: &Browser| {
        json!(browser.run_until_done(kept).await.as_u64() >= Some(40))
    });
    all.await;
    is(&browser, "it is said", "[...document.querySelectorAll('[data-maps-here]')].length", json!(2)).await;
    browser.tap("[data-action=remove-maps]").await;
    browser.gone("[data-action=remove-maps]").await;
    let left =
        "caches.keys().then(names => arguments[0](names.filter(name => /map|tiles/.test(name)).length))";
    assert_eq!(browser.run_until_done(left).await, json!(0));
    browser.quit().await;
}
