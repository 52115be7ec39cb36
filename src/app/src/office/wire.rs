//! What the server says, as these pages read it. A field that an older server lacks is nothing; one that is new is passed over.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `GET /api/v1/me`, and what a login answers.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Me {
    pub user: Option<User>,
    /// What is to be done before anything else: `password`, `second_factor`.
    pub pending: Option<String>,
}

/// Somebody who can sign in.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: String,
    pub name: String,
    pub role: String,
    /// The area's code; empty: everywhere.
    pub area: String,
    pub provider: Option<String>,
    pub disabled: bool,
    /// Is a second factor set up?
    pub second_factor: bool,
    /// Is the password still the one that somebody else gave?
    pub must_change: bool,
    /// Not so for who logs in at the office's own service.
    pub has_password: Option<bool>,
    /// Milliseconds since 1970.
    pub made_at: i64,
}

impl User {
    /// Do they log in elsewhere, and have no password here?
    pub fn lacks_password(&self) -> bool {
        self.has_password == Some(false)
    }
}

/// A phone or another program that has a token.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    pub id: String,
    pub name: String,
    pub area: String,
    /// The holder's id.
    pub user: Option<String>,
    /// The holder's name, in lists.
    pub user_name: Option<String>,
    pub seen_at: i64,
    pub revoked_at: Option<i64>,
}

/// `POST /api/v1/enrolments`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Enrolment {
    pub code: String,
    /// The QR code's text: a link.
    pub text: String,
    pub expires_at: i64,
}

/// What is passed on to one target of one submission.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Item {
    pub submission: String,
    pub target: String,
    pub configured: bool,
    pub form: Option<Form>,
    pub state: String,
    pub attempts: Option<u32>,
    pub queued_at: i64,
    pub due_at: Option<i64>,
    pub reason: Option<Reason>,
    pub receipt: Option<Receipt>,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Form {
    pub id: String,
    pub version: String,
}

/// Why a target did not take it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Reason {
    pub kind: String,
    pub status: Option<u16>,
    /// The target's own words.
    pub words: String,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Receipt {
    pub hash: String,
    pub server_time: Option<String>,
    pub at: i64,
}

/// How many items of a target are in a state.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Count {
    pub target: String,
    pub state: String,
    pub count: usize,
}

/// `GET /api/v1/relay`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Queue {
    pub targets: Vec<String>,
    /// For those who see all of it.
    pub counts: Option<Vec<Count>>,
    pub items: Vec<Item>,
}

/// `GET /api/v1/entities/conflicts`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Conflicts {
    pub entities: Vec<Conflicted>,
    pub more: bool,
}

/// An entity of which two surveys say different things.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Conflicted {
    pub list: String,
    pub id: String,
    pub label: String,
    pub area: String,
    /// The newest version.
    pub version: u64,
    /// `against`: of the same property; `beside`: of different ones.
    pub conflict: Option<String>,
    pub versions: Vec<EntityVersion>,
}

/// What one survey, or the office, said of it.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EntityVersion {
    pub number: u64,
    /// The version that it was said over.
    pub base: Option<u64>,
    pub label: Option<String>,
    pub given: BTreeMap<String, String>,
    pub conflict: Option<String>,
    /// Milliseconds since 1970.
    pub at: Option<i64>,
    /// What the user is called.
    pub user: Option<String>,
    /// What the device is called.
    pub device: Option<String>,
}

/// `GET /api/v1/aside`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Asides {
    pub aside: Vec<Aside>,
    pub more: bool,
}

/// What came under an id that another submission has.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Aside {
    /// The id that it has if it is taken in.
    pub id: String,
    pub form: TitledForm,
    pub area: Option<String>,
    /// Did it come sealed for the office?
    pub sealed: bool,
    pub decision: Option<String>,
    pub aside: AsideSide,
    /// The one that has the id; nothing if it is not this role's or area's to read.
    pub kept: Option<AsideSide>,
    /// Nothing if one of the two can't be read against its form.
    pub differs: Option<Vec<Difference>>,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct TitledForm {
    pub id: String,
    pub version: String,
    pub title: String,
}

/// One of the two.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct AsideSide {
    /// Milliseconds since 1970.
    pub received_at: i64,
    /// By its phone's clock.
    pub finished_at: i64,
    /// What the user is called.
    pub user: Option<String>,
    /// What the device is called.
    pub device: Option<String>,
    /// What the form calls it.
    pub name: String,
}

/// A question that the two answer differently.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Difference {
    pub path: String,
    pub label: String,
    pub aside: Option<String>,
    pub kept: Option<String>,
}

/// A line of the audit log: its text is JSON again.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Line {
    pub number: i64,
    pub line: String,
}

/// What stands in it.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub at: i64,
    pub event: String,
    pub user: Option<String>,
    pub device: Option<String>,
    pub to: Option<String>,
}

/// `GET /api/v1/session/ways`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ways {
    pub oidc: Option<Oidc>,
}

/// Signing in by the office's own identity provider.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Oidc {
    /// What it is called.
    pub name: String,
    /// Where that begins.
    pub start: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_read_with_what_is_new_and_without_what_is_missing() {
        let user: User =
            serde_json::from_str(r#"{"id":"u","name":"li.si","role":"worker","later":1}"#).expect("it reads");
        assert_eq!((user.name.as_str(), user.must_change), ("li.si", false));
        let queue: Queue = serde_json::from_str(
            r#"{"targets":["a"],"items":[{"submission":"s","target":"a","configured":true,
            "form":null,"state":"waiting","attempts":2,"queued_at":1,"due_at":null,
            "reason":{"kind":"busy","status":503,"words":"x"},"receipt":null}]}"#,
        )
        .expect("it reads");
        assert_eq!((queue.counts, queue.items[0].attempts), (None, Some(2)));
        assert_eq!(
            serde_json::from_str::<Ways>(r#"{"password":true,"oidc":null}"#).expect("it reads"),
            Ways::default()
        );
    }
}
