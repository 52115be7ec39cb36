//! Where submissions go besides the app's own server, chosen by data: `backend.json`, a QR code, or a page of settings.
//!
//! Kept here: the configuration holds no secret, every form has at least one target, and a target's name never stands
//! for two backends. What is read is what is written, in the one version that this build writes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::backend::Backend;
use crate::backend::any::AnyBackend;
use crate::configuration::{self, ConfigurationError, Fields};
use crate::credentials::Credentials;
use crate::moment::Moment;
use crate::outbox::HOME;
use crate::submission::Submission;

/// The version that this build writes.
const VERSION: u64 = 1;
/// The largest configuration, in bytes.
const LARGEST: usize = 256 * 1024;
/// The most targets: a submission is kept until the last of them has it.
const MOST_TARGETS: usize = 16;
/// In a target's `forms`: every form.
const EVERY_FORM: &str = "*";

/// May a target be called so? It goes into keys of records: `[a-z0-9-]`, 1 to 32 of them.
pub fn is_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// One target, as the configuration has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its name: [`is_name`].
    pub name: String,
    /// The ids of the forms that go there; `*` for all.
    pub forms: Vec<String>,
    /// What takes them, without credentials.
    pub backend: AnyBackend,
}

impl Target {
    /// Do that form's submissions go there?
    pub fn takes(&self, form: &str) -> bool {
        self.forms.iter().any(|id| id == form || id == EVERY_FORM)
    }

    /// The origins that it sends to, besides the app's own.
    pub fn origins(&self) -> Vec<&str> {
        self.backend.addresses().into_iter().filter_map(configuration::origin).collect()
    }
}

/// `backend.json`, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Configuration {
    /// Its targets, in its order, no two of a name.
    pub targets: Vec<Target>,
}

impl Configuration {
    /// Reads `{"version": 1, "targets": [{"name": "central", "kind": "openrosa", "url": …, "forms": ["*"]}]}`.
    ///
    /// # Errors
    /// [`ConfigurationError`], with the place and never the value.
    pub fn read(bytes: &[u8]) -> Result<Configuration, ConfigurationError> {
        let json = configuration::json(bytes, LARGEST)?;
        let mut fields = Fields::of("", &json)?;
        match fields.number_or_none("version")? {
            // An office's own file may leave it out.
            None | Some(VERSION) => {}
            Some(newer) => return Err(ConfigurationError::Newer(newer)),
        }
        let listed = fields.list("targets")?;
        if listed.len() > MOST_TARGETS {
            return Err(fields.wrong("targets", "are more than 16"));
        }
        fields.end()?;
        let mut targets: Vec<Target> = Vec::new();
        for (place, json) in listed {
            let target = read_target(Fields::of(&place, json)?)?;
            if targets.iter().any(|other| other.name == target.name) {
                let place = format!("{place}.name");
                return Err(ConfigurationError::Field { place, reason: "is another target's name already" });
            }
            targets.push(target);
        }
        Ok(Configuration { targets })
    }

    /// The origins that its targets send to, each once, besides the app's own: what a page's policy has to let through.
    pub fn origins(&self) -> BTreeSet<&str> {
        self.targets.iter().flat_map(Target::origins).collect()
    }

    /// These targets and the other's, whose take the place of those of their name.
    pub fn and(&self, other: &Configuration) -> Configuration {
        let named = |target: &&Target| other.targets.iter().all(|own| own.name != target.name);
        let targets = self.targets.iter().filter(named).chain(&other.targets).cloned();
        Configuration { targets: targets.collect() }
    }

    /// The same as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let targets: Vec<Json> = self.targets.iter().map(write_target).collect();
        json!({"version": VERSION, "targets": targets}).to_string().into_bytes()
    }
}

fn read_target(mut fields: Fields) -> Result<Target, ConfigurationError> {
    let name = fields.text("name")?;
    if !is_name(name) {
        return Err(fields.wrong("name", "has to be 1 to 32 of a-z, 0-9 and -"));
    }
    let kind = fields.text("kind")?;
    let forms = fields.texts("forms")?;
    let backend = AnyBackend::read(kind, &mut fields)?
        .ok_or_else(|| fields.wrong("kind", AnyBackend::KINDS_ALLOWED))?;
    // Records of before there were targets are the home target's: no other kind may take them over.
    if name == HOME && !matches!(backend, AnyBackend::Doorstep(_)) {
        return Err(fields.wrong("kind", "has to be doorstep for the target of that name"));
    }
    fields.end()?;
    Ok(Target { name: name.to_owned(), forms, backend })
}

fn write_target(target: &Target) -> Json {
    let mut json = json!({"name": target.name, "kind": target.backend.kind()});
    if let (Some(fields), Json::Object(own)) = (json.as_object_mut(), target.backend.write()) {
        fields.extend(own);
        fields.insert("forms".into(), json!(target.forms));
    }
    json
}

/// The targets with all that sending needs: for one run of the outbox.
#[derive(Clone, Debug)]
pub struct Targets {
    targets: BTreeMap<String, Target>,
}

impl Targets {
    /// The configuration's targets with their credentials, at the time that signatures are to name; `home` is the app's own server,
    /// which takes every form unless the configuration has a target of its name ([`HOME`]).
    pub fn of(
        configuration: &Configuration,
        credentials: &Credentials,
        home: AnyBackend,
        now: Moment,
    ) -> Targets {
        let home = Target { name: HOME.to_owned(), forms: vec![EVERY_FORM.to_owned()], backend: home };
        let all = std::iter::once(&home).chain(&configuration.targets);
        let given = |target: &Target| {
            let backend = target.backend.clone().given(credentials.of(&target.name), now);
            (target.name.clone(), Target { backend, ..target.clone() })
        };
        // A target of the home's name stands after it, and takes its place.
        Targets { targets: all.map(given).collect() }
    }

    /// The names of the targets that a form's submissions go to, by name; never none: what no target takes goes home.
    ///
    /// Where not everybody can take its submissions, every form is every one that a target can take, so that those are left out which
    /// name no form and can't. Where none is left, all of them stay, and refuse it in words.
    pub fn for_form(&self, form: &str, closed: Closed) -> Vec<&str> {
        let takers: Vec<&Target> = self.targets.values().filter(|target| target.takes(form)).collect();
        let fits = |target: &&&Target| can_take(target, closed) || target.forms.iter().any(|id| id == form);
        let fitting: Vec<&str> = takers.iter().filter(fits).map(|target| target.name.as_str()).collect();
        match (fitting.is_empty(), takers.is_empty()) {
            (false, _) => fitting,
            (true, false) => takers.into_iter().map(|target| target.name.as_str()).collect(),
            (true, true) => vec![HOME],
        }
    }

    /// Of the targets of a form whose submissions are not for everybody, the names of those that will refuse them.
    pub fn refusing(&self, form: &str, closed: Closed) -> Vec<&str> {
        let refuses = |name: &&str| self.targets.get(*name).is_none_or(|target| !can_take(target, closed));
        self.for_form(form, closed).into_iter().filter(refuses).collect()
    }

    /// Is there somebody among a form's targets who can open what is sealed for the office? Else it would never arrive anywhere.
    pub fn opens(&self, form: &str) -> bool {
        let opens =
            |name: &str| self.targets.get(name).is_some_and(|target| can_take(target, Closed::ForOffice));
        self.for_form(form, Closed::ForOffice).into_iter().any(opens)
    }

    /// The backend of a target, for [`crate::deliver::deliver`].
    pub fn backend(&self, name: &str) -> Option<&AnyBackend> {
        self.targets.get(name).map(|target| &target.backend)
    }
}

/// Whether everybody can take a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// Everybody can.
    No,
    /// Its form wants it encrypted: who encrypts.
    ForForm,
    /// It is sealed for the office: who opens.
    ForOffice,
}

impl Closed {
    /// Is that submission for everybody?
    pub fn of(submission: &Submission) -> Closed {
        match (submission.is_for_office(), submission.encrypted_for()) {
            (true, _) => Closed::ForOffice,
            (false, Some(_)) => Closed::ForForm,
            (false, None) => Closed::No,
        }
    }
}

fn can_take(target: &Target, closed: Closed) -> bool {
    match closed {
        Closed::No => true,
        Closed::ForForm => target.backend.capabilities().encrypts,
        Closed::ForOffice => target.backend.capabilities().opens,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::doorstep::Doorstep;

    fn read(json: &str) -> Result<Configuration, ConfigurationError> {
        Configuration::read(json.as_bytes())
    }

    fn targets(json: &str) -> Targets {
        let home = AnyBackend::Doorstep(Doorstep::at(""));
        Targets::of(&read(json).unwrap(), &Credentials::default(), home, Moment::default())
    }

    #[test]
    fn the_first_version_is_as_it_was() {
        let golden = include_str!("../testdata/backend.v1.json");
        let configuration = read(golden).unwrap();
        assert_eq!(String::from_utf8(configuration.to_bytes()).unwrap() + "\n", golden);
        let kinds: Vec<&str> = configuration.targets.iter().map(|target| target.backend.kind()).collect();
        assert_eq!(kinds, AnyBackend::KINDS, "the golden file has one target of each kind");
    }

    #[test]
    fn a_form_goes_home_and_wherever_it_is_configured() {
        let some = targets(
            r#"{"targets": [{"name": "central", "kind": "openrosa", "url": "https://a.example/submission", "forms": ["*"]},
                {"name": "b", "kind": "openrosa", "url": "https://b.example/submission", "forms": ["visit"]},
                {"name": "c", "kind": "openrosa", "url": "https://c.example/submission"},
                {"name": "hook", "kind": "webhook", "url": "https://d.example", "forms": ["sealed"]}]}"#,
        );
        assert_eq!(some.for_form("visit", Closed::No), ["b", "central", HOME]);
        assert_eq!(some.for_form("other", Closed::No), ["central", HOME]);
        // What is to be encrypted goes to who encrypts, and to who asked for that very form and will say no.
        assert_eq!(some.for_form("visit", Closed::ForForm), ["b", "central"]);
        assert!(some.refusing("visit", Closed::ForForm).is_empty());
        assert_eq!(some.for_form("sealed", Closed::ForForm), ["central", "hook"]);
        assert_eq!(some.refusing("sealed", Closed::ForForm), ["hook"]);
        // What is sealed for the office goes home, and to who asked for that very form and will say no.
        assert_eq!(some.for_form("other", Closed::ForOffice), [HOME]);
        assert_eq!(some.for_form("visit", Closed::ForOffice), ["b", HOME]);
        assert_eq!(some.refusing("visit", Closed::ForOffice), ["b"]);
        assert!(some.opens("visit") && some.opens("other"));
        assert!(some.backend("c").is_some() && some.backend("d").is_none());
        assert_eq!(targets("{}").for_form("visit", Closed::No), [HOME]);
        assert_eq!(targets("{}").refusing("visit", Closed::ForForm), [HOME]);
    }

    #[test]
    fn the_configuration_may_say_otherwise_of_home_but_no_form_goes_nowhere() {
        let elsewhere = targets(
            r#"{"version": 1, "targets": [{"name": "doorstep", "kind": "doorstep", "url": "https://home.example", "forms": ["a"]},
                {"name": "b", "kind": "openrosa", "url": "https://b.example/submission", "forms": ["b"]}]}"#,
        );
        assert_eq!(elsewhere.for_form("a", Closed::No), [HOME]);
        assert_eq!(elsewhere.for_form("b", Closed::No), ["b"]);
        assert_eq!(elsewhere.for_form("c", Closed::No), [HOME]);
        assert!(elsewhere.opens("a") && !elsewhere.opens("b") && elsewhere.opens("c"));
        let home = AnyBackend::Doorstep(Doorstep::at("https://home.example"));
        assert_eq!(elsewhere.backend(HOME), Some(&home));
    }

    #[test]
    fn every_origin_that_is_sent_to_is_named_once_and_no_identifier_is() {
        let configuration = Configuration::read(include_bytes!("../testdata/backend.v1.json")).unwrap();
        let origins: Vec<&str> = configuration.origins().into_iter().collect();
        let named = ["central", "couch", "db", "fhir", "files", "office", "survey"];
        assert_eq!(origins, named.map(|host| format!("https://{host}.example.org")));
        let own = read(
            r#"{"targets": [{"name": "a", "kind": "openrosa", "url": "/relay/a"},
                {"name": "b", "kind": "s3", "sign_url": "/api/v1/sign", "store_url": "https://minio.example:9000"}]}"#,
        );
        assert_eq!(own.unwrap().origins().into_iter().collect::<Vec<_>>(), ["https://minio.example:9000"]);
    }

    #[test]
    fn ones_own_targets_stand_beside_the_offices_and_in_their_stead() {
        let office = r#"{"targets": [{"name": "a", "kind": "openrosa", "url": "https://a.example"},
            {"name": "b", "kind": "openrosa", "url": "https://b.example"}]}"#;
        let own = r#"{"targets": [{"name": "b", "kind": "openrosa", "url": "https://own.example"}]}"#;
        let both = read(office).unwrap().and(&read(own).unwrap());
        assert_eq!(
            both.origins().into_iter().collect::<Vec<_>>(),
            ["https://a.example", "https://own.example"]
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let one = |fields: &str| format!(r#"{{"targets": [{{{fields}}}]}}"#);
        let open = r#""name": "a", "kind": "openrosa", "url": "https://a.example""#;
        let cases = [
            ("{\n  \"targets\": [}".to_owned(), "not JSON: line 2, column 15"),
            (r#"{"version": 7}"#.to_owned(), "version 7 is newer than this build"),
            ("[]".to_owned(), ": has to be an object"),
            (r#"{"targets": {}}"#.to_owned(), "targets: has to be a list"),
            (r#"{"target": []}"#.to_owned(), "target: is not known here"),
            (one(""), "targets[0].name: is missing"),
            (one(r#""name": "Central""#), "targets[0].name: has to be 1 to 32 of a-z, 0-9 and -"),
            (one(r#""name": "a""#), "targets[0].kind: is missing"),
            (one(r#""name": "a", "kind": "openrosa""#), "targets[0].url: is missing"),
            (one(r#""name": "a", "kind": "openrosa", "url": 3"#), "targets[0].url: has to be a text"),
            (one(&format!(r#"{open}, "forms": "*""#)), "targets[0].forms: has to be a list"),
            (one(&format!(r#"{open}, "forms": [1]"#)), "targets[0].forms[0]: has to be a text"),
            (one(&format!(r#"{open}, "password": "x""#)), "targets[0].password: is not known here"),
            (
                one(r#""name": "doorstep", "kind": "openrosa", "url": "https://a.example""#),
                "targets[0].kind: has to be doorstep for the target of that name",
            ),
            (
                format!(r#"{{"targets": [{{{open}}}, {{{open}}}]}}"#),
                "targets[1].name: is another target's name already",
            ),
        ];
        for (json, told) in cases {
            assert_eq!(read(&json).unwrap_err().to_string(), told, "{json}");
        }
        let kind = read(&one(r#""name": "a", "kind": "fax""#)).unwrap_err().to_string();
        assert!(kind.starts_with("targets[0].kind: has to be one of doorstep, openrosa"), "{kind}");
        let login = one(r#""name": "a", "kind": "openrosa", "url": "https://me:hunter2@a.example""#);
        assert!(!read(&login).unwrap_err().to_string().contains("hunter2"));
    }
}
