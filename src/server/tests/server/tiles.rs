//! The pictures that maps are laid on: given out to everybody by three numbers, told to phones, and nothing else of the machine.

use serde_json::json;

use crate::client::House;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";
/// At zoom 12, over Weihai.
const TILE: &str = "/tiles/12/3435/1590";

fn house_with_tiles() -> House {
    let mut house = House::new();
    house.stop();
    let file = house.data().with_file_name("map.mbtiles");
    let database = rusqlite::Connection::open(file).unwrap();
    let made = "CREATE TABLE metadata (name text, value text);
        INSERT INTO metadata VALUES ('format', 'png'), ('attribution', 'Whose'), ('bounds', '121.9,37.3,122.3,37.6');
        CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);";
    database.execute_batch(made).unwrap();
    let add = "INSERT INTO tiles VALUES (12, ?1, ?2, ?3)";
    database.execute(add, (3435, 4095 - 1590, PNG)).unwrap();
    database.execute(add, (3436, 4095 - 1590, b"<script>alert(1)</script>".as_slice())).unwrap();
    house.start();
    house
}

#[test]
fn a_tile_is_given_out_with_a_tag_and_to_a_kiosk_for_once() {
    let house = house_with_tiles();
    let answer = house.get(TILE);
    assert_eq!((answer.status, &*answer.body), (200, PNG));
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=604800"));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
    let tag = answer.header("etag").unwrap();
    assert_eq!(house.send("GET", TILE, &[("if-none-match", tag)], b"").status, 304);
    let once = house.get(&format!("{TILE}?v=0123&once"));
    assert_eq!((once.status, once.header("cache-control")), (200, Some("no-store")));
    assert_eq!(house.send("PUT", TILE, &[], b"").status, 405);
}

#[test]
fn what_is_no_tile_is_none_and_no_address_leaves_the_map() {
    let house = house_with_tiles();
    for none in [
        "/tiles/12/3435/1591",
        "/tiles/12/4096/1590",
        "/tiles/23/0/0",
        "/tiles/-1/0/0",
        "/tiles/12/3435/1590.png",
        "/tiles/12/..%2F..%2Fsecret/1",
        "/tiles/12/3435/99999999999",
        // What is no picture is not given out as anything.
        "/tiles/12/3436/1590",
    ] {
        assert_eq!((house.get(none).status, house.get(none).code().as_str()), (404, "no_tile"), "{none}");
    }
    assert_eq!(House::new().get(TILE).code(), "no_tile");
}

#[test]
fn phones_are_told_of_the_tiles() {
    let told = house_with_tiles().get("/api/v1/office-key").json()["tiles"].clone();
    assert_eq!(told["version"].as_str().unwrap().len(), 16);
    let expected = json!({"farthest": 12, "nearest": 12, "bounds": [121.9, 37.3, 122.3, 37.6], "attribution": "Whose",
        "weight": told["weight"], "version": told["version"]});
    assert_eq!(told, expected);
}
