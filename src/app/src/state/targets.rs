//! Where finished surveys go: the app's own server, the office's targets (`backend.json`, which the server gives out), and the
//! reader's own.
//!
//! The office's come from the server the app came from, since that one has to name their origins in the page's policy anyway; the
//! last that were read are kept for when there is no network. Own ones stand beside them, and in their stead where they have a name.
//! Kept here: what a survey is sealed for is what is in force at that moment; secrets lie sealed on the phone, apart from the
//! configuration, and come back to no page.

use std::collections::BTreeSet;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::configuration::ConfigurationError;
use doorstep_delivery::credentials::{Credentials, Login};
use doorstep_delivery::outbox::HOME;
use doorstep_delivery::store::StoreError;
use doorstep_delivery::target::{Closed, Configuration, Target, Targets};
use doorstep_delivery::transport::{Method, Request, Transport};
use doorstep_delivery::{OutboxItem, Submission, Wake};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::device::Device;
use super::keeping::now;
use super::sending;
use crate::platform::phone::Phone;
use crate::platform::{clock, preferences, timer};

/// The phone's records.
const OFFICE: &str = "office-targets";
const OWN: &str = "own-targets";
const CREDENTIALS: &str = "credentials";
/// The preference that changes whenever these do, so that other tabs read them anew.
const CHANGED: &str = "targets-changed";
const TIMEOUT_MS: u32 = 20_000;

/// Where surveys go, as far as this phone knows.
#[derive(Clone, Copy, Default)]
pub struct Known {
    /// The office's targets.
    pub office: RwSignal<Configuration>,
    /// The reader's own.
    pub own: RwSignal<Configuration>,
    /// What is wrong with what the server gave out last.
    pub office_wrong: RwSignal<Option<ConfigurationError>>,
    /// Targets that this page's policy lets nothing through to.
    pub blocked: RwSignal<BTreeSet<String>>,
    /// Targets that have a login on this phone.
    pub with_login: RwSignal<BTreeSet<String>>,
    credentials: StoredValue<Map<String, Json>>,
    /// Of the office's, as the server marked it.
    tag: StoredValue<Option<String>>,
}

/// A configuration as it is kept, version 1.
#[derive(Serialize, Deserialize)]
struct TargetsV1 {
    version: u32,
    tag: Option<String>,
    configuration: Json,
}

/// The logins as they are kept, version 1: what [`Credentials::read`] takes.
#[derive(Serialize, Deserialize)]
struct CredentialsV1 {
    version: u32,
    targets: Map<String, Json>,
}

impl Known {
    /// What is in force: the office's targets and one's own.
    pub fn in_force(self) -> Configuration {
        self.office.with(|office| self.own.with(|own| office.and(own)))
    }

    /// The target of a name, if there is one. The app's own server is one only where the configuration says more of it.
    pub fn target(self, name: &str) -> Option<Target> {
        self.in_force().targets.into_iter().find(|target| target.name == name)
    }

    /// Is it the reader's own?
    pub fn is_own(self, name: &str) -> bool {
        self.own.with(|own| own.targets.iter().any(|target| target.name == name))
    }

    /// Everything that sending needs.
    pub fn for_sending(self) -> Targets {
        let credentials = self.credentials.with_value(read_credentials);
        let home = AnyBackend::Doorstep(Doorstep::at(""));
        Targets::of(&untrack(|| self.in_force()), &credentials, home, now())
    }

    /// Of the targets of a form whose answers are to be encrypted, the names of those that will refuse them. Changes as the targets do.
    pub fn refusing_encrypted(self, form: &str) -> Vec<String> {
        let home = AnyBackend::Doorstep(Doorstep::at(""));
        let targets = Targets::of(&self.in_force(), &Credentials::default(), home, now());
        targets.refusing(form, Closed::ForForm).into_iter().map(str::to_owned).collect()
    }

    /// A submission's items: one for each target that its form goes to.
    pub fn items(self, submission: &Submission) -> Vec<OutboxItem> {
        let targets = self.for_sending();
        let names = targets.for_form(&submission.form().id, Closed::of(submission));
        names.into_iter().map(|name| OutboxItem::queue_for(submission, name)).collect()
    }
}

/// Logins that can't be read are none, each by itself.
fn read_credentials(kept: &Map<String, Json>) -> Credentials {
    let mut credentials = Credentials::default();
    for (name, one) in kept {
        let alone = Json::Object(Map::from_iter([(name.clone(), one.clone())]));
        if let Ok(read) = Credentials::read(alone.to_string().as_bytes()) {
            credentials.set(name, read.of(name));
        }
    }
    credentials
}

/// Reads anew whenever another tab changes something.
pub fn start(device: Device) {
    preferences::on_change(move |name| {
        if name == CHANGED {
            timer::spawn(read(device));
        }
    })
    .forget();
}

/// Reads what this phone knows.
pub async fn read(device: Device) {
    if let Err(error) = try_read(device.targets).await {
        leptos::logging::error!("{error}");
    }
}

async fn try_read(known: Known) -> Result<(), StoreError> {
    let phone = Phone::open().await?;
    let (office, own) = (phone.read(OFFICE).await?, phone.read(OWN).await?);
    if let Some((configuration, tag)) = office.as_deref().and_then(read_targets) {
        known.office.set(configuration);
        known.tag.set_value(tag);
    }
    known.own.set(own.as_deref().and_then(read_targets).unwrap_or_default().0);
    let kept = phone.read(CREDENTIALS).await?;
    let kept = kept.and_then(|kept| serde_json::from_slice::<CredentialsV1>(&kept).ok());
    take_credentials(
        known,
        kept.filter(|kept| kept.version == 1).map(|kept| kept.targets).unwrap_or_default(),
    );
    Ok(())
}

fn take_credentials(known: Known, kept: Map<String, Json>) {
    known.with_login.set(kept.keys().cloned().collect());
    known.credentials.set_value(kept);
}

fn read_targets(kept: &[u8]) -> Option<(Configuration, Option<String>)> {
    let kept: TargetsV1 = serde_json::from_slice(kept).ok().filter(|kept: &TargetsV1| kept.version == 1)?;
    Some((Configuration::read(kept.configuration.to_string().as_bytes()).ok()?, kept.tag))
}

fn write_targets(configuration: &Configuration, tag: Option<&str>) -> Vec<u8> {
    let configuration = serde_json::from_slice(&configuration.to_bytes()).unwrap_or_default();
    let kept = TargetsV1 { version: 1, tag: tag.map(str::to_owned), configuration };
    serde_json::to_vec(&kept).unwrap_or_default()
}

/// Asks the server for the office's targets. Without an answer, or with one that can't be read, what is known stays.
pub async fn refresh(device: Device) {
    let known = device.targets;
    let mut headers = vec![("accept".into(), "application/json".into())];
    headers.extend(known.tag.get_value().map(|tag| ("if-none-match".into(), tag)));
    let request = Request {
        method: Method::Get,
        url: "/api/v1/backend".into(),
        headers,
        body: None,
        timeout_ms: TIMEOUT_MS,
    };
    let Ok(answer) = device.transport().send(request).await else { return };
    let is_json = answer.header("content-type").is_some_and(|named| named.starts_with("application/json"));
    if answer.status == 200 && is_json {
        match Configuration::read(&answer.body) {
            Ok(office) => {
                known.office_wrong.set(None);
                take_office(device, office, answer.header("etag")).await;
            }
            Err(error) => known.office_wrong.set(Some(error)),
        }
    }
    look_at_policy(device).await;
}

async fn take_office(device: Device, office: Configuration, tag: Option<&str>) {
    let known = device.targets;
    let kept = async { Phone::open().await?.write(OFFICE, &write_targets(&office, tag)).await };
    match kept.await {
        Ok(()) => known.tag.set_value(tag.map(str::to_owned)),
        // In force all the same, until the app is started anew without a network.
        Err(error) => leptos::logging::error!("{error}"),
    }
    if known.office.with_untracked(|before| *before != office) {
        known.office.set(office);
        // What waited because its target was not known may have one now.
        sending::wake(device, Wake::Hand);
    }
}

/// Looks which targets this page's policy lets nothing through to. The page's own answer says it, also from the service worker.
pub async fn look_at_policy(device: Device) {
    let known = device.targets;
    let request = Request {
        method: Method::Get,
        url: "/index.html".into(),
        headers: Vec::new(),
        body: None,
        timeout_ms: TIMEOUT_MS,
    };
    let Ok(page) = device.transport().send(request).await else { return };
    let policy = page.header("content-security-policy").map(str::to_owned);
    let in_force = untrack(|| known.in_force());
    let blocked = in_force
        .targets
        .iter()
        .filter(|target| target.origins().into_iter().any(|origin| !lets_through(policy.as_deref(), origin)));
    let blocked: BTreeSet<String> = blocked.map(|target| target.name.clone()).collect();
    if known.blocked.with_untracked(|before| *before != blocked) {
        known.blocked.set(blocked);
    }
}

/// Does a policy let requests through to that origin? Where there is none, to any. Our server names origins as they are.
fn lets_through(policy: Option<&str>, origin: &str) -> bool {
    let Some(policy) = policy else { return true };
    let named = policy.split(';').find_map(|part| part.trim().strip_prefix("connect-src"));
    named.is_some_and(|named| named.split_ascii_whitespace().any(|source| source == origin))
}

/// Why one's own targets were not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotTaken {
    /// Something is wrong with them.
    Wrong(ConfigurationError),
    /// This phone could not keep them.
    NotKept,
}

/// Takes one's own targets instead of the ones of before; an empty text takes them away.
///
/// # Errors
/// [`NotTaken`]: then all is as it was.
pub async fn set_own(device: Device, text: &str) -> Result<(), NotTaken> {
    let own = match text.trim() {
        "" => Configuration::default(),
        text => Configuration::read(text.as_bytes()).map_err(NotTaken::Wrong)?,
    };
    let kept = async { Phone::open().await?.write(OWN, &write_targets(&own, None)).await };
    kept.await.map_err(not_kept)?;
    device.targets.own.set(own);
    changed(device).await;
    Ok(())
}

/// Takes a target's login, or forgets it: nothing.
///
/// # Errors
/// [`NotTaken`]: then all is as it was.
pub async fn set_login(device: Device, target: &str, login: Option<Json>) -> Result<(), NotTaken> {
    let mut all = device.targets.credentials.get_value();
    match login {
        None => drop(all.remove(target)),
        Some(login) => {
            let alone = Json::Object(Map::from_iter([(target.to_owned(), login.clone())]));
            let read = Credentials::read(alone.to_string().as_bytes()).map_err(NotTaken::Wrong)?.of(target);
            // One that says nothing is none.
            match read.login == Login::None && read.signing.is_none() {
                true => drop(all.remove(target)),
                false => drop(all.insert(target.to_owned(), login)),
            }
        }
    }
    let bytes = serde_json::to_vec(&CredentialsV1 { version: 1, targets: all.clone() }).unwrap_or_default();
    let kept = async { Phone::open().await?.write(CREDENTIALS, &bytes).await };
    kept.await.map_err(not_kept)?;
    take_credentials(device.targets, all);
    changed(device).await;
    Ok(())
}

fn not_kept(error: StoreError) -> NotTaken {
    leptos::logging::error!("{error}");
    NotTaken::NotKept
}

async fn changed(device: Device) {
    preferences::set(CHANGED, &clock::now_ms().to_string());
    look_at_policy(device).await;
    sending::wake(device, Wake::Hand);
}

/// Is it the app's own server, under its usual name and at its own address?
pub fn is_home(name: &str, target: Option<&Target>) -> bool {
    name == HOME && target.is_none_or(|target| target.origins().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_lets_through_what_it_names_and_nothing_that_looks_like_it() {
        let policy = "default-src 'self'; connect-src 'self' https://a.example http://127.0.0.1:5984; img-src https://b.example";
        for (origin, through) in [
            ("https://a.example", true),
            ("http://127.0.0.1:5984", true),
            ("https://b.example", false),
            ("https://a.example.org", false),
            ("https://a.example:8443", false),
        ] {
            assert_eq!(lets_through(Some(policy), origin), through, "{origin}");
        }
        assert!(lets_through(None, "https://b.example"));
        assert!(!lets_through(Some("default-src 'self'"), "https://a.example"));
    }

    #[test]
    fn the_records_of_version_1_read_and_are_written_as_they_were() {
        let golden = r#"{"version":1,"tag":"\"x\"","configuration":{"targets":[{"forms":["*"],"kind":"openrosa","name":"a","url":"https://a.example"}],"version":1}}"#;
        let (configuration, tag) = read_targets(golden.as_bytes()).expect("it reads");
        assert_eq!((configuration.targets[0].name.as_str(), tag.as_deref()), ("a", Some("\"x\"")));
        let written: Json = serde_json::from_slice(&write_targets(&configuration, tag.as_deref())).unwrap();
        assert_eq!(written, serde_json::from_str::<Json>(golden).unwrap());
        assert!(read_targets(golden.replacen("n\":1", "n\":2", 1).as_bytes()).is_none());

        let golden = r#"{"version":1,"targets":{"a":{"login":"bearer","token":"t"}}}"#;
        let kept: CredentialsV1 = serde_json::from_str(golden).unwrap();
        assert_eq!(serde_json::to_string(&kept).unwrap(), golden);
        assert!(matches!(read_credentials(&kept.targets).of("a").login, Login::Bearer(_)));
    }

    #[test]
    fn one_login_that_cant_be_read_takes_no_other_with_it() {
        let kept = serde_json::json!({"a": {"login": "fax"}, "b": {"login": "token", "token": "t"}});
        let credentials = read_credentials(kept.as_object().unwrap());
        assert_eq!(credentials.of("a").login, Login::None);
        assert!(matches!(credentials.of("b").login, Login::Token(_)));
    }
}
