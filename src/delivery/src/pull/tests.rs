//! Pulling against a feed written from the server's contract, with everything that can go wrong at every place where it can.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use doorstep_engine::Source;
use serde_json::json;

use super::*;
use crate::draft::Draft;
use crate::memory_store::{Fault, MemoryStore, ready};
use crate::moment::Moment;
use crate::outbox::{HOME, OutboxItem};
use crate::receipt::Receipt;
use crate::store::LogEvent;
use crate::transport::{MemoryTransport, NetworkError, NetworkErrorKind};

const PEN: crate::Pen = crate::Pen::new([7; 16]);

/// A server's feed, two changes a page.
#[derive(Clone)]
struct Feed {
    epoch: &'static str,
    last: i64,
    rows: BTreeMap<i64, (String, Option<Bundle>)>,
    /// Every bundle that it ever had.
    bundles: BTreeMap<String, String>,
}

impl Feed {
    fn of(forms: &[(&str, &str)]) -> Feed {
        let mut feed = Feed { epoch: "e1", last: 0, rows: BTreeMap::new(), bundles: BTreeMap::new() };
        forms.iter().for_each(|(id, version)| feed.publish(id, version));
        feed
    }

    fn publish(&mut self, id: &str, version: &str) {
        let text = format!(
            r#"{{"settings": {{"form_id": "{id}", "version": "{version}", "title": "表"}}, "survey": [{{"type": "text", "name": "who", "label": "谁"}}]}}"#
        );
        self.say(id, Some(Bundle::single(Source::new("form.json", text))));
    }

    /// Nothing: it is withdrawn.
    fn say(&mut self, id: &str, bundle: Option<Bundle>) {
        self.rows.retain(|_, (other, _)| other != id);
        self.last += 1;
        if let Some(bundle) = &bundle {
            self.bundles.insert(bundle.hash(), bundle.to_json());
        }
        self.rows.insert(self.last, (id.to_owned(), bundle));
    }

    fn answer(&self, url: &str) -> Response {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        if let Some(hash) = path.strip_prefix("/api/v1/forms/") {
            return match self.bundles.get(hash) {
                Some(text) => response(200, text),
                None => response(404, r#"{"error":{"code":"form_unknown","reason":"x"}}"#),
            };
        }
        assert_eq!(path, "/api/v1/changes");
        let cursor = query.strip_prefix("since=").expect("it says since when");
        let since = cursor.strip_prefix(self.epoch).and_then(|at| at.strip_prefix('-')?.parse().ok());
        let (anew, since) = (since.is_none(), since.unwrap_or(0));
        let after: Vec<_> = self.rows.range(since + 1..).collect();
        let changes: Vec<_> = after
            .iter()
            .take(2)
            .filter_map(|(_, (id, bundle))| match bundle {
                Some(bundle) => {
                    let version = Form::read(bundle).form.map(|form| form.version().to_owned());
                    let version = version.unwrap_or_default();
                    Some(json!({"kind": "form", "id": id, "revision": 1, "version": version, "hash": bundle.hash(), "title": {"zh": "表"}}))
                }
                None if anew => None,
                None => Some(json!({"kind": "form", "id": id, "gone": true})),
            })
            .collect();
        let more = after.len() > 2;
        let next = if more { *after[1].0 } else { self.last };
        let next = format!("{}-{next}", self.epoch);
        response(200, &json!({"changes": changes, "next": next, "more": more, "anew": anew}).to_string())
    }

    /// What may be begun: ids and versions.
    fn offered(&self) -> BTreeMap<String, String> {
        let rows = self.rows.values().filter_map(|(id, bundle)| Some((id.clone(), bundle.as_ref()?)));
        rows.map(|(id, bundle)| (id, Form::read(bundle).form.expect("it checks").version().to_owned()))
            .collect()
    }
}

fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.into() }
}

fn run(store: &MemoryStore, feed: &Feed) -> Run {
    let transport = MemoryTransport::new(|request: Request| Ok(feed.answer(&request.url)));
    ready(pull(store, &transport, &Doorstep::at("")))
}

/// What may be begun on the device, each with its bundle.
fn current(store: &MemoryStore) -> BTreeMap<String, String> {
    let forms = ready(store.forms()).unwrap().items;
    let current = forms.into_iter().filter(|version| version.current);
    let with_bundle = |version: FormVersion| {
        let bundle = ready(store.load_form(&version.form.hash)).unwrap().expect("its bundle is there");
        assert_eq!(Bundle::from_json(&bundle).unwrap().hash(), version.form.hash);
        (version.form.id, version.form.version)
    };
    current.map(with_bundle).collect()
}

fn here(store: &MemoryStore) -> usize {
    ready(store.forms()).unwrap().items.len()
}

#[test]
fn what_came_changed_and_went_is_so_on_the_device_and_asked_for_once() {
    let mut feed = Feed::of(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1")]);
    let store = MemoryStore::new();
    let first = run(&store, &feed);
    assert!(first.changed && first.reached && first.stopped.is_none() && first.broken.is_empty());
    assert_eq!(current(&store), feed.offered());

    let asked = RefCell::new(Vec::new());
    let listening = |feed: &Feed| {
        let transport = MemoryTransport::new(|request: Request| {
            asked.borrow_mut().push(request.url.clone());
            Ok(feed.answer(&request.url))
        });
        (ready(pull(&store, &transport, &Doorstep::at(""))), asked.take())
    };
    let turn = ready(store.pulled()).unwrap().turn;
    let (again, requests) = listening(&feed);
    assert!(!again.changed && again.reached);
    assert_eq!(requests, ["/api/v1/changes?since=e1-5"]);
    assert_eq!(ready(store.pulled()).unwrap().turn, turn, "nothing new writes nothing");

    feed.publish("b", "2");
    feed.say("c", None);
    let (changed, requests) = listening(&feed);
    assert!(changed.changed);
    assert_eq!(requests.len(), 2, "one page and one form");
    assert_eq!(current(&store), feed.offered());
    assert_eq!(current(&store)["b"], "2");

    // Back again, as it was before: it is on the device still, and not fetched.
    feed.publish("c", "1");
    let (_, requests) = listening(&feed);
    assert_eq!(requests.len(), 1);
    assert_eq!(current(&store), feed.offered());
}

#[test]
fn a_form_that_a_draft_uses_outlives_its_withdrawal() {
    let mut feed = Feed::of(&[("a", "1"), ("b", "1")]);
    let store = MemoryStore::new();
    run(&store, &feed);
    let form = ready(store.forms()).unwrap().items[0].form.clone();
    let draft = Draft { form: form.clone(), ..crate::draft::tests::sample() };
    ready(store.create_draft(&draft, PEN)).unwrap();
    feed.say("a", None);
    feed.say("b", None);
    assert!(run(&store, &feed).changed);
    assert!(current(&store).is_empty());
    assert_eq!(ready(store.drop_unused_forms()).unwrap().len(), 1);
    assert!(ready(store.load_form(&form.hash)).unwrap().is_some(), "the draft goes on");
    ready(store.delete_draft(draft.id, Moment::default())).unwrap();
    assert_eq!(ready(store.drop_unused_forms()).unwrap(), [form.hash]);
}

/// What may go wrong with an answer.
const FAULTS: [&str; 12] = [
    "dropped",
    "timeout",
    "portal",
    "cut off",
    "another page",
    "401",
    "revoked",
    "403",
    "404",
    "429",
    "500",
    "form of another",
];

fn spoilt(fault: &str, answer: Response) -> Result<Response, NetworkError> {
    let said = |code: &str| format!(r#"{{"error":{{"code":"{code}","reason":"x","device":"d1"}}}}"#);
    let silent = |kind| Err(NetworkError { kind, words: "no route".into() });
    match fault {
        "dropped" => silent(NetworkErrorKind::Offline),
        "timeout" => silent(NetworkErrorKind::Timeout),
        "portal" => Ok(response(200, "<!doctype html><title>Free Wi-Fi</title>")),
        "cut off" => Ok(Response { body: answer.body[..answer.body.len() / 2].to_vec(), ..answer }),
        "another page" => Ok(response(200, "{}")),
        "401" => Ok(response(401, &said("login"))),
        "revoked" => Ok(response(401, &said("revoked"))),
        "403" => Ok(response(403, &said("forbidden"))),
        "404" => Ok(response(404, "<html>")),
        "429" => Ok(response(429, &said("too_often"))),
        "500" => Ok(response(500, &said("fault"))),
        "form of another" => Ok(response(200, &Bundle::single(Source::new("form.json", "{}")).to_json())),
        _ => unreachable!("{fault}"),
    }
}

/// A device that has the feed's first forms, the feed as it is now, and how many requests and writes the way there takes.
fn on_the_way() -> (MemoryStore, Feed) {
    let mut feed = Feed::of(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let store = MemoryStore::new();
    run(&store, &feed);
    for id in ["b", "d", "e", "f"] {
        feed.publish(id, "2");
    }
    feed.say("a", None);
    (store, feed)
}

#[test]
fn whatever_goes_wrong_at_any_request_the_next_run_has_it_all() {
    for anew in [false, true] {
        for fault in FAULTS {
            let mut hit = 0;
            for at in 0.. {
                let (store, mut feed) = on_the_way();
                if anew {
                    feed.epoch = "e2";
                }
                let number = Cell::new(0);
                let transport = MemoryTransport::new(|request: Request| {
                    let answer = feed.answer(&request.url);
                    match number.replace(number.get() + 1) == at {
                        true => spoilt(fault, answer),
                        false => Ok(answer),
                    }
                });
                let before = current(&store);
                let spoilt = ready(pull(&store, &transport, &Doorstep::at("")));
                if number.get() <= at {
                    assert_eq!(current(&store), feed.offered());
                    break;
                }
                hit += 1;
                assert!(spoilt.stopped.is_some(), "{fault} at {at} went unnoticed");
                match fault {
                    "revoked" => {
                        assert_eq!(spoilt.stopped, Some(Stop::Revoked { device: Some("d1".into()) }))
                    }
                    "401" => assert_eq!(spoilt.stopped, Some(Stop::LoginNeeded)),
                    _ => assert!(matches!(spoilt.stopped, Some(Stop::Answer(_)))),
                }
                // Until it is told otherwise, what was there is there, in this version or the next.
                for id in before.keys().filter(|id| feed.offered().contains_key(*id)) {
                    assert!(current(&store).contains_key(id), "{fault} at {at} took {id}");
                }
                assert!(run(&store, &feed).stopped.is_none());
                assert_eq!(current(&store), feed.offered(), "{fault} at {at}");
            }
            assert_eq!(hit, 7, "each of three pages and of four forms");
        }
    }
}

#[test]
fn a_tab_killed_at_any_write_neither_skips_nor_half_applies() {
    for anew in [false, true] {
        for fault in [Fault::Abort, Fault::Full, Fault::DieBefore, Fault::DieAfter] {
            let mut hit = 0;
            for at in 0.. {
                let (store, mut feed) = on_the_way();
                if anew {
                    feed.epoch = "e2";
                }
                store.fail_after(at, fault);
                let stopped = run(&store, &feed).stopped;
                store.crash(|_, _| true);
                if stopped.is_none() {
                    break;
                }
                hit += 1;
                assert!(matches!(stopped, Some(Stop::Store(_))), "{stopped:?}");
                // A form is whole or not there: `current` looks for its bundle.
                let _ = current(&store);
                assert!(run(&store, &feed).stopped.is_none());
                assert_eq!(current(&store), feed.offered(), "{fault:?} at {at}");
            }
            assert!(hit >= 6, "{hit}");
        }
    }
}

#[test]
fn a_feed_that_begins_anew_sweeps_what_it_does_not_name_and_only_at_its_end() {
    let (store, feed) = (MemoryStore::new(), Feed::of(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]));
    run(&store, &feed);
    // A restored server of another day: without `a`, and `z` is new.
    let mut other = Feed {
        epoch: "e9",
        ..Feed::of(&[("b", "1"), ("c", "1"), ("d", "1"), ("x", "1"), ("y", "1"), ("z", "1")])
    };
    let number = Cell::new(0);
    let transport = MemoryTransport::new(|request: Request| {
        number.set(number.get() + 1);
        match number.get() {
            1 => Ok(other.answer(&request.url)),
            _ => spoilt("dropped", Response::default()),
        }
    });
    assert!(ready(pull(&store, &transport, &Doorstep::at(""))).stopped.is_some());
    assert!(current(&store).contains_key("a"), "it may be named on the next page");

    // Meanwhile one that was named goes, and comes under another cursor yet again.
    other.say("b", None);
    run(&store, &other);
    assert_eq!(current(&store), other.offered());
    other.epoch = "e10";
    other.say("c", None);
    run(&store, &other);
    assert_eq!(current(&store), other.offered());
}

#[test]
fn a_page_that_another_tab_took_meanwhile_is_taken_once() {
    let feed = Feed::of(&[("a", "1"), ("b", "1")]);
    let store = MemoryStore::new();
    let other = Cell::new(true);
    let transport = MemoryTransport::new(|request: Request| {
        let answer = feed.answer(&request.url);
        if other.replace(false) {
            assert!(run(&store, &feed).stopped.is_none());
        }
        Ok(answer)
    });
    let late = ready(pull(&store, &transport, &Doorstep::at("")));
    assert_eq!(late.stopped, Some(Stop::Elsewhere));
    assert_eq!(current(&store), feed.offered());
}

#[test]
fn a_form_with_mistakes_is_told_of_and_holds_up_no_other() {
    let mut feed = Feed::of(&[("a", "1"), ("b", "1")]);
    let broken =
        r#"{"settings": {"form_id": "b", "version": "2"}, "survey": [{"type": "nonsense", "name": "x"}]}"#;
    feed.say("b", Some(Bundle::single(Source::new("form.json", broken))));
    feed.publish("c", "1");
    let store = MemoryStore::new();
    let told = run(&store, &feed);
    assert_eq!((told.broken.len(), told.broken[0].id.as_str()), (1, "b"));
    assert!(told.stopped.is_none());
    assert_eq!(current(&store).into_keys().collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(run(&store, &feed).broken.len(), 1, "it is told again as long as it is so");
    feed.publish("b", "3");
    assert!(run(&store, &feed).broken.is_empty());
    assert_eq!(current(&store)["b"], "3");
}

#[test]
fn a_page_that_leads_nowhere_ends_the_run() {
    let number = Cell::new(0);
    let transport = MemoryTransport::new(|_: Request| {
        number.set(number.get() + 1);
        Ok(response(200, r#"{"changes":[],"next":"e1-1","more":true,"anew":false}"#))
    });
    let endless = ready(pull(&MemoryStore::new(), &transport, &Doorstep::at("")));
    assert!(matches!(
        endless.stopped,
        Some(Stop::Answer(SendError { kind: SendErrorKind::NotTheServer, .. }))
    ));
    assert_eq!(number.get(), 2);
}

#[test]
fn forgetting_takes_what_is_receipted_and_what_came_down_and_nothing_else() {
    let feed = Feed::of(&[("a", "1"), ("b", "1")]);
    let store = MemoryStore::new();
    run(&store, &feed);
    let form = ready(store.forms()).unwrap().items[0].form.clone();
    let begin = |number: u8| {
        let id = crate::draft::new_id(i64::from(number), &[number; 10]);
        let draft = Draft { id, form: form.clone(), ..crate::draft::tests::sample() };
        ready(store.create_draft(&draft, PEN)).unwrap();
        draft
    };
    let finish = |number: u8, targets: &[&str]| {
        let draft = begin(number);
        let sealed = crate::submission::tests::sealed(&draft, json!({"a": {}}), Moment::default());
        let submission = crate::Submission::freeze(sealed);
        let items: Vec<_> = targets.iter().map(|target| OutboxItem::queue_for(&submission, target)).collect();
        ready(store.seal(&submission, PEN, &items, None, Moment::default())).unwrap();
        submission
    };
    let accept = |submission: &crate::Submission, target: &str| {
        let receipt = Receipt {
            id: submission.id(),
            hash: submission.hash().into(),
            server_time: "t".into(),
            taken_in_as: None,
        };
        ready(store.accept(&receipt, target, Moment::default())).unwrap();
    };
    let (draft, done, half, waiting) =
        (begin(1), finish(2, &[HOME]), finish(3, &[HOME, "office"]), finish(4, &[HOME]));
    accept(&done, HOME);
    accept(&half, HOME);
    let before = ready(store.outbox()).unwrap();
    let late = ready(store.pulled()).unwrap();

    let at = Moment { ms: 5, utc_offset_minutes: 480 };
    ready(store.forget_receipted(at)).unwrap();
    assert!(ready(store.load_draft(draft.id)).unwrap().is_some());
    assert_eq!(ready(store.outbox()).unwrap(), before);
    for kept in [&half, &waiting] {
        assert!(ready(store.load_submission(kept.id())).unwrap().is_some());
    }
    let receipts: Vec<_> = ready(store.delivered()).unwrap().items.into_iter().map(|item| item.id).collect();
    assert_eq!(receipts, [half.id()], "of one that still waits, what it has stays");
    assert!(current(&store).is_empty());
    assert_eq!(here(&store), 1, "the draft's form");
    let log = ready(store.log()).unwrap().items;
    assert_eq!(
        log.iter().map(|line| (line.event, line.at)).collect::<Vec<_>>(),
        [(LogEvent::ReceiptedForgotten, at)]
    );

    // What was under way keeps nothing; said again, there is nothing to forget.
    let next = Pulled { turn: late.turn + 1, ..late };
    assert_eq!(ready(store.take_pull(&next, &[])).unwrap_err().kind, StoreErrorKind::Conflict);
    ready(store.forget_receipted(at)).unwrap();
    assert_eq!(ready(store.log()).unwrap().items.len(), 1);

    // Enrolled anew, all comes down again.
    run(&store, &feed);
    assert_eq!(current(&store), feed.offered());
}

const ID: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
const OTHER: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2d";

/// Pages, one after the other, whatever is asked.
fn told(store: &MemoryStore, pages: &[serde_json::Value]) -> Run {
    let pages = RefCell::new(pages.iter());
    let transport = MemoryTransport::new(|_| {
        Ok(response(200, &pages.borrow_mut().next().expect("another page").to_string()))
    });
    ready(pull(store, &transport, &Doorstep::at("")))
}

fn entity(id: &str, label: &str) -> serde_json::Value {
    json!({"kind": "entity", "id": format!("households/{id}"), "revision": 1, "area": "371002", "label": label,
        "version": 1, "properties": {}, "conflict": false, "by": ["s"]})
}

fn labels(store: &MemoryStore) -> Vec<String> {
    let mut known = ready(store.entities("households")).unwrap().items;
    known.sort_by(|a, b| a.id.cmp(&b.id));
    known.into_iter().map(|known| known.label).collect()
}

#[test]
fn entities_come_change_go_and_begin_anew_with_the_feed() {
    let store = MemoryStore::new();
    let gone = |id: &str| json!({"kind": "entity", "id": format!("households/{id}"), "gone": true});
    let page = |changes: &[serde_json::Value], next: &str, more: bool, anew: bool| json!({"changes": changes, "next": next, "more": more, "anew": anew});
    let first = told(
        &store,
        &[
            page(&[entity(ID, "北门 3"), entity(OTHER, "南门 8")], "e-2", true, true),
            page(&[entity(ID, "北门 3a")], "e-3", false, false),
        ],
    );
    assert!(first.changed && first.stopped.is_none());
    assert_eq!(labels(&store), ["北门 3a", "南门 8"]);
    assert_eq!(ready(store.entities("members")).unwrap().items, []);
    // Gone, and in the same page there again.
    told(&store, &[page(&[gone(OTHER), gone(ID), entity(ID, "北门 3b")], "e-6", false, false)]);
    assert_eq!(labels(&store), ["北门 3b"]);
    // Another area, role or feed: what is not told again is no longer this device's to know, at once.
    told(&store, &[page(&[entity(OTHER, "南门 8")], "f-1", false, true)]);
    assert_eq!(labels(&store), ["南门 8"]);
    let again = told(&store, &[page(&[], "f-1", false, false)]);
    assert!(!again.changed);
    ready(store.forget_receipted(Moment::default())).unwrap();
    assert_eq!(labels(&store), [""; 0]);
}

#[test]
fn a_page_of_entities_that_is_not_kept_comes_again_whole() {
    for fault in [Fault::Abort, Fault::DieBefore, Fault::DieAfter] {
        let store = MemoryStore::new();
        let page = json!({"changes": [entity(ID, "北门 3"), entity(OTHER, "南门 8")], "next": "e-2", "more": false, "anew": true});
        store.fail_after(0, fault);
        assert!(told(&store, std::slice::from_ref(&page)).stopped.is_some());
        store.crash(|_, _| true);
        let kept = ready(store.pulled()).unwrap().cursor == "e-2";
        assert_eq!(
            labels(&store).len(),
            if kept { 2 } else { 0 },
            "{fault:?}: the place and what came are one"
        );
        told(&store, &[page]);
        assert_eq!(labels(&store), ["北门 3", "南门 8"]);
    }
}
