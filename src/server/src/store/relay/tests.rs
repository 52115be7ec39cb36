//! The queue's rows, on both databases.

use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::{FormRef, Moment, Receipt, Uuid};

use super::*;
use crate::store::testing::{Place, on_each_database};
use crate::store::{Kept, Row, Sender};

on_each_database!(
    an_item_is_kept_with_its_submission_or_not_at_all,
    of_a_submission_that_comes_many_times_at_once_one_item_is_kept,
    of_many_who_claim_at_once_each_has_another_item,
    a_claim_that_ran_out_changes_nothing_but_by_a_receipt,
    fewest_failures_come_first_and_nothing_before_its_time,
    what_a_login_or_a_wrong_clock_held_up_is_due_after_a_start,
);

const NOW: i64 = 1_000_000;

fn item(number: u128, target: &str) -> OutboxItem {
    OutboxItem {
        id: Uuid::from_u128(number),
        target: target.into(),
        hash: "h".into(),
        form: FormRef { id: "f".into(), version: "1".into(), hash: "ab".into() },
        name: String::new(),
        for_office: false,
        finished_at: Moment::default(),
        size: 2,
        attempts: 0,
        arrived: Vec::new(),
        state: State::Queued,
    }
}

/// A store with so many submissions, each with an item for `a`.
async fn store_with(place: &Place, count: u128) -> Store {
    let store = place.open().await;
    store.keep_form("f", "1", "ab", "{}", 1).await.unwrap();
    for number in 1..=count {
        assert_eq!(keep(&store, &[item(number, "a")], "h").await, Kept::New);
    }
    store
}

async fn keep(store: &Store, items: &[OutboxItem], content_hash: &str) -> Kept {
    let id = items[0].id.to_string();
    let row = Row {
        id: &id,
        form_id: "f",
        form_version: "1",
        form_hash: "ab",
        content_hash,
        body: b"{}",
        received_at: 7,
        sender: Sender::default(),
    };
    store.keep(&row, Relayed { items, now: NOW }).await.unwrap()
}

async fn claim(store: &Store, token: &str, now: i64) -> Option<OutboxItem> {
    let claimed = store.claim("a", token, now, now + 100).await.unwrap();
    claimed.map(|(_, record)| OutboxItem::from_bytes(&record).unwrap())
}

async fn an_item_is_kept_with_its_submission_or_not_at_all(place: &Place) {
    let store = store_with(place, 0).await;
    let both = [item(1, "a"), item(1, "b")];
    assert_eq!(keep(&store, &both, "h").await, Kept::New);
    assert_eq!(keep(&store, &[item(1, "c")], "h").await, Kept::Again { received_at: 7 });
    assert_eq!(keep(&store, &[item(1, "c")], "other").await, Kept::Taken);
    let counts = store.relay_counts().await.unwrap();
    let of = |target: &str| (target.to_owned(), "queued".to_owned(), 1, NOW);
    assert_eq!(counts, [of("a"), of("b")]);
    // Of an item without its submission nothing is kept.
    let stranger = Relayed { items: &[item(9, "a")], now: NOW };
    assert!(store.relay(stranger).await.is_err());
    assert_eq!(store.relay_counts().await.unwrap(), counts);
}

async fn of_a_submission_that_comes_many_times_at_once_one_item_is_kept(place: &Place) {
    let store = store_with(place, 0).await;
    let puts = (0..16).map(|n| {
        let store = store.clone();
        let hash = if n % 4 == 0 { "other" } else { "h" };
        tokio::spawn(async move { keep(&store, &[item(1, "a"), item(1, "b")], hash).await })
    });
    let mut new = 0;
    for put in puts.collect::<Vec<_>>() {
        new += usize::from(put.await.unwrap() == Kept::New);
    }
    assert_eq!(new, 1);
    let counts: Vec<i64> = store.relay_counts().await.unwrap().iter().map(|count| count.2).collect();
    assert_eq!(counts, [1, 1]);
}

async fn of_many_who_claim_at_once_each_has_another_item(place: &Place) {
    let store = store_with(place, 5).await;
    let claims = (0..16).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            // One who met another on the same row gets nothing, and looks again.
            for tried in 0..20 {
                mine.extend(claim(&store, &format!("{n}-{tried}"), NOW).await.map(|item| item.id));
            }
            mine
        })
    });
    let mut claimed = Vec::new();
    for claiming in claims.collect::<Vec<_>>() {
        claimed.extend(claiming.await.unwrap());
    }
    claimed.sort();
    assert_eq!(claimed, (1..=5).map(Uuid::from_u128).collect::<Vec<_>>());
    assert_eq!(store.next_due("a").await.unwrap(), Some(NOW + 100), "when the first claim runs out");
    assert_eq!(store.next_due("b").await.unwrap(), None);
}

async fn a_claim_that_ran_out_changes_nothing_but_by_a_receipt(place: &Place) {
    let store = store_with(place, 1).await;
    let stale = claim(&store, "stale", NOW).await.unwrap();
    assert!(store.renew_claim(&stale.id.to_string(), "a", "stale", NOW + 200).await.unwrap());
    assert_eq!(claim(&store, "fresh", NOW + 199).await, None);
    let fresh = claim(&store, "fresh", NOW + 200).await.unwrap();
    assert!(!store.renew_claim(&stale.id.to_string(), "a", "stale", NOW + 900).await.unwrap());
    let sending = fresh.clone().sending(NOW + 201);
    assert!(store.keep_item(&sending, "fresh", NOW + 201, NOW + 301).await.unwrap());
    let failed = stale.clone().failed(SendErrorKind::Refused.alone(), NOW + 202, 1);
    assert!(!store.keep_item(&failed, "stale", NOW + 202, NOW + 302).await.unwrap());
    assert_eq!(store.relay_counts().await.unwrap()[0].1, "sending");

    // What the target has, it has, whoever heard of it.
    let at = Moment { ms: NOW + 203, utc_offset_minutes: 0 };
    let delivered = |item: &OutboxItem, time: &str| {
        let receipt = Receipt { id: item.id, hash: "h".into(), server_time: time.into(), taken_in_as: None };
        item.clone().delivered(receipt, at).unwrap()
    };
    let elsewhere = OutboxItem { target: "b".into(), ..stale.clone() };
    assert!(!store.keep_delivered(&delivered(&elsewhere, "1"), at.ms).await.unwrap());
    assert!(store.keep_delivered(&delivered(&stale, "1"), at.ms).await.unwrap());
    assert!(store.keep_delivered(&delivered(&fresh, "2"), at.ms).await.unwrap());
    let late = fresh.failed(SendErrorKind::Refused.alone(), NOW + 204, 1);
    assert!(!store.keep_item(&late, "fresh", NOW + 204, NOW + 304).await.unwrap());
    let wanted = Wanted { after: ("", ""), target: "", state: "delivered", area: "", most: 9 };
    let [listed] = &store.relay_page(&wanted).await.unwrap()[..] else { panic!("one item") };
    let State::Delivered { receipt, .. } = &listed.item.as_ref().unwrap().state else { panic!("{listed:?}") };
    assert_eq!((receipt.server_time.as_str(), listed.due_at), ("1", None), "the first receipt stays");
    assert_eq!(store.relay_again(&stale.id.to_string(), "a", NOW).await.unwrap(), Again::Delivered);
    assert_eq!(claim(&store, "late", NOW + 10_000_000).await, None);
}

async fn fewest_failures_come_first_and_nothing_before_its_time(place: &Place) {
    let store = store_with(place, 3).await;
    assert_eq!(claim(&store, "x", NOW - 1).await, None);
    for expected in [1, 2] {
        let item = claim(&store, "x", NOW).await.unwrap();
        assert_eq!(item.id, Uuid::from_u128(expected));
        let failed = item.failed(SendErrorKind::ServerFault.alone(), NOW - 60_000, 1);
        assert!(store.keep_item(&failed, "x", NOW, NOW + 100).await.unwrap());
    }
    let next = claim(&store, "x", NOW).await.unwrap();
    assert_eq!(next.id, Uuid::from_u128(3), "it has never failed");
    let refused = next.failed(SendErrorKind::Refused.alone(), NOW, 1);
    assert!(store.keep_item(&refused, "x", NOW, NOW + 100).await.unwrap());
    assert_eq!(claim(&store, "x", NOW).await.unwrap().attempts, 1);
    assert_eq!(store.relay_again(&refused.id.to_string(), "a", NOW).await.unwrap(), Again::Queued);
    assert_eq!(claim(&store, "y", NOW).await.map(|item| (item.id, item.attempts)), Some((refused.id, 0)));
    assert_eq!(store.relay_again(&refused.id.to_string(), "a", NOW).await.unwrap(), Again::Sending);
    assert_eq!(store.relay_again("'--", "a", NOW).await.unwrap(), Again::Unknown);
}

async fn what_a_login_or_a_wrong_clock_held_up_is_due_after_a_start(place: &Place) {
    let store = store_with(place, 2).await;
    let ahead = NOW + 20 * LONGEST_WAIT_MS;
    for (reason, at) in [(SendErrorKind::LoginNeeded, NOW), (SendErrorKind::ServerFault, ahead)] {
        let failed = claim(&store, "x", NOW).await.unwrap().failed(reason.alone(), at, 1);
        assert!(store.keep_item(&failed, "x", NOW, NOW + 100).await.unwrap());
    }
    assert_eq!(claim(&store, "x", NOW).await, None);
    store.take_up("b", NOW, 100).await.unwrap();
    assert_eq!(claim(&store, "x", NOW).await, None);
    store.take_up("a", NOW, 100).await.unwrap();
    for token in ["x", "y"] {
        assert!(claim(&store, token, NOW).await.is_some());
    }
    // Claimed by somebody whose clock was years ahead.
    assert!(store.renew_claim(&Uuid::from_u128(1).to_string(), "a", "x", ahead).await.unwrap());
    assert_eq!(claim(&store, "z", NOW + 100).await.map(|item| item.id), Some(Uuid::from_u128(2)));
    assert_eq!(claim(&store, "z", NOW + 100).await, None);
    store.take_up("a", NOW, 100).await.unwrap();
    assert_eq!(claim(&store, "z", NOW + 100).await.map(|item| item.id), Some(Uuid::from_u128(1)));
}
