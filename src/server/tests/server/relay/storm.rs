//! Two processes that are killed again and again, and a target that does everything wrong: nothing is lost, and nothing counts twice.

use std::collections::BTreeMap;
use std::time::Duration;

use super::peer::{Peer, Says, TAKEN};
use super::{Held, MINUTE, START, all_delivered, items, put, states, take, told, until, webhook};
use crate::client::Place;
use doorstep_delivery::State;
use doorstep_delivery::submission::content_hash;
use doorstep_server::Clock;
use serde_json::json;

/// Requests that may go wrong; after them all is well.
const BAD_REQUESTS: usize = 80;
const SUBMISSIONS: usize = 24;
const KILLS: usize = 8;

/// SplitMix64: the same storm each time.
fn dice(seed: usize) -> u64 {
    let mut z = (seed as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 27)
}

pub fn through_a_storm_each_arrives_once(place: &Place) {
    let held = Held::default();
    let taking = held.clone();
    let peer = Peer::new(move |before, asked| {
        if before >= BAD_REQUESTS {
            take(&taking, asked);
            return TAKEN;
        }
        std::thread::sleep(Duration::from_millis(dice(before) % 30));
        match dice(before) % 11 {
            0 => Says::Nothing,
            // Taken, and the answer lost or another's.
            1 => {
                take(&taking, asked);
                Says::Nothing
            }
            2 => {
                take(&taking, asked);
                Says::Answer(502, "content-type: text/html\r\n", "<html>")
            }
            3 => Says::Answer(500, "", ""),
            4 => Says::Answer(429, "retry-after: 90\r\n", ""),
            5 => Says::Answer(200, "content-type: text/html\r\n", "<!doctype html>"),
            6 => Says::Answer(423, "", "later"),
            7 => Says::Answer(404, "content-type: text/html\r\n", "<html>"),
            _ => {
                take(&taking, asked);
                TAKEN
            }
        }
    });
    let clock = Clock::by_hand(START);
    let told = told(&json!([webhook("office", &peer)]), &json!({}), &clock);
    let mut house = place.relaying(&told.relay);
    let mut sent = BTreeMap::new();
    for kill in 0..KILLS {
        let other = house.another();
        for number in 0..SUBMISSIONS / KILLS {
            let number = kill * (SUBMISSIONS / KILLS) + number + 1;
            let submission = put(&house, u8::try_from(number).unwrap());
            sent.insert(submission.id.clone(), submission.hash());
        }
        for _ in 0..6 {
            clock.advance(MINUTE / 3);
            std::thread::sleep(Duration::from_millis(10));
        }
        house.kill();
        drop(other);
        house.start();
    }
    until(&clock, MINUTE, "everything arrives", || all_delivered(&house, SUBMISSIONS));
    assert_eq!(held.lock().unwrap().len(), SUBMISSIONS, "each once: {:?}", states(&house));
    for item in items(&house) {
        let State::Delivered { receipt, .. } = &item.state else { panic!("{item:?}") };
        assert_eq!(sent.get(&receipt.id.to_string()), Some(&receipt.hash));
    }
    let bodies: Vec<Vec<u8>> = held.lock().unwrap().values().cloned().collect();
    let hashes: std::collections::BTreeSet<String> = bodies.iter().map(|body| content_hash(body)).collect();
    assert_eq!(hashes.len(), SUBMISSIONS);
    eprintln!("{} requests, {} kills", peer.asked().len(), KILLS);
}
