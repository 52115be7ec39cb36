//! What a server offers for taking down: forms that come, change and go, in the order in which they did, as the server's contract has it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::transport::{Request, Response};
use doorstep_engine::{Bundle, Source};
use serde_json::json;

use crate::server::{answer, refusal};

/// So many changes are on a page.
const PAGE: usize = 2;

/// A server's feed.
#[derive(Default, Debug)]
pub struct Feed {
    /// Another one has other cursors.
    epoch: u64,
    last: u64,
    /// By number: a form's id and its bundle's hash; none: it went.
    rows: BTreeMap<u64, (String, Option<String>)>,
    /// Every bundle that there ever was.
    bundles: BTreeMap<String, String>,
    /// The ids that ever went.
    pub went: BTreeSet<String>,
}

impl Feed {
    /// There is another version of a form.
    pub fn publish(&mut self, id: &str) {
        let version = self.last + 1;
        let text = format!(
            r#"{{"settings": {{"form_id": "{id}", "version": "{version}", "title": "表"}}, "survey": [{{"type": "text", "name": "who", "label": "谁"}}]}}"#
        );
        let bundle = Bundle::single(Source::new("form.json", text));
        let hash = bundle.hash();
        self.bundles.insert(hash.clone(), bundle.to_json());
        self.say(id, Some(hash));
    }

    /// A form goes.
    pub fn withdraw(&mut self, id: &str) {
        self.went.insert(id.to_owned());
        self.say(id, None);
    }

    fn say(&mut self, id: &str, hash: Option<String>) {
        self.rows.retain(|_, (other, _)| other != id);
        self.last += 1;
        self.rows.insert(self.last, (id.to_owned(), hash));
    }

    /// No cursor is good any more.
    pub fn begin_anew(&mut self) {
        self.epoch += 1;
        self.rows.retain(|_, (_, hash)| hash.is_some());
    }

    /// What may be begun: each form's hash.
    pub fn offered(&self) -> BTreeMap<String, String> {
        self.rows.values().filter_map(|(id, hash)| Some((id.clone(), hash.clone()?))).collect()
    }

    /// Was this ever a form's hash?
    pub fn had(&self, hash: &str) -> bool {
        self.bundles.contains_key(hash)
    }

    /// The answer, if this is asked of the feed.
    pub fn serve(&self, request: &Request) -> Option<Response> {
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        if let Some((_, hash)) = path.split_once("/api/v1/forms/") {
            let found = self.bundles.get(hash);
            return Some(found.map_or(refusal(404, "form_unknown"), |text| Response {
                status: 200,
                headers: Vec::new(),
                body: text.clone().into_bytes(),
            }));
        }
        if !path.ends_with("/api/v1/changes") {
            return None;
        }
        let cursor = query.strip_prefix("since=").and_then(|cursor| cursor.split_once('-'));
        let since = cursor.filter(|(epoch, _)| *epoch == self.epoch.to_string());
        let since: Option<u64> = since.and_then(|(_, at)| at.parse().ok());
        let (anew, since) = (since.is_none(), since.unwrap_or(0));
        let after: Vec<_> = self.rows.range(since + 1..).collect();
        let changes: Vec<_> = after
            .iter()
            .take(PAGE)
            .filter_map(|(seq, (id, hash))| match hash {
                Some(hash) => Some(json!({"kind": "form", "id": id, "revision": seq, "version": "1", "hash": hash, "title": {"zh": "表"}})),
                None if anew => None,
                None => Some(json!({"kind": "form", "id": id, "gone": true})),
            })
            .collect();
        let more = after.len() > PAGE;
        let at = if more { *after[PAGE - 1].0 } else { self.last };
        let next = format!("{}-{at}", self.epoch);
        Some(answer(200, &json!({"changes": changes, "next": next, "more": more, "anew": anew})))
    }
}
