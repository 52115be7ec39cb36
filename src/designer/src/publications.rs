//! The versions of a form that the server has, as it tells them to a designer (`GET /api/v1/design/forms`).

use serde_json::Value as Json;

/// A version that somebody put up, or that comes with the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// What it is called.
    pub version: String,
    /// Of its content.
    pub hash: String,
    /// `waiting`, `current`, `past` or `refused`.
    pub state: String,
    /// What its designer said of it.
    pub note: String,
    /// Who put it up; nobody: it came with the server.
    pub by: Option<String>,
    /// Did whoever asks?
    pub mine: bool,
    /// When, in milliseconds since 1970; nothing for one that only lies in the server's folder.
    pub at: Option<i64>,
    /// The hash of the version that it was made from.
    pub replaces: Option<String>,
    /// Who approved or refused it, and when.
    pub decided: Option<(String, i64)>,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// A form's versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormVersions {
    /// The form's id.
    pub id: String,
    /// Its title, by language; none while none of it is in use.
    titles: Json,
    /// The newest first.
    pub versions: Vec<Version>,
}

impl Version {
    fn of(json: &Json) -> Option<Version> {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        // A user who is gone has no name any more.
        let name = |user: &Json| user["name"].as_str().or(user["id"].as_str()).map(str::to_owned);
        Some(Version {
            version: text("version")?,
            hash: text("hash")?,
            state: text("state")?,
            note: text("note").unwrap_or_default(),
            by: name(&json["by"]),
            mine: json["mine"].as_bool().unwrap_or_default(),
            at: json["at"].as_i64(),
            replaces: text("replaces"),
            decided: name(&json["decided_by"]).zip(json["decided_at"].as_i64()),
            reason: text("reason").filter(|reason| !reason.is_empty()),
        })
    }

    /// Does it wait for somebody?
    pub fn waits(&self) -> bool {
        self.state == "waiting"
    }

    /// Was it in force, and is not any more?
    pub fn is_past(&self) -> bool {
        self.state == "past"
    }
}

impl FormVersions {
    /// All forms of an answer; nothing if it is none.
    pub fn all(json: &Json) -> Option<Vec<FormVersions>> {
        json["forms"].as_array()?.iter().map(FormVersions::of).collect()
    }

    fn of(json: &Json) -> Option<FormVersions> {
        let mut versions: Vec<Version> =
            json["publications"].as_array()?.iter().map(Version::of).collect::<Option<_>>()?;
        let current = &json["current"];
        let (hash, version) = (current["hash"].as_str(), current["version"].as_str());
        if let Some((hash, version)) = hash.zip(version) {
            // One that was never put up lies in the server's folder.
            if !versions.iter().any(|own| own.hash == hash && own.state == "current") {
                let place = versions.iter().take_while(|own| own.waits()).count();
                versions.insert(place, Version::in_folder(version, hash));
            }
        }
        Some(FormVersions { id: json["id"].as_str()?.to_owned(), titles: current["title"].clone(), versions })
    }

    /// Its title in a language, or in another; its id if it has none.
    pub fn title(&self, tag: &str) -> String {
        title_of(&self.titles, tag).unwrap_or(&self.id).to_owned()
    }

    /// How many of it wait for somebody.
    pub fn waiting(&self) -> usize {
        self.versions.iter().filter(|version| version.waits()).count()
    }

    /// The hash of the version that is in use.
    pub fn current(&self) -> Option<&str> {
        self.versions.iter().find(|version| version.state == "current").map(|version| &*version.hash)
    }
}

impl Version {
    fn in_folder(version: &str, hash: &str) -> Version {
        Version {
            version: version.to_owned(),
            hash: hash.to_owned(),
            state: "current".to_owned(),
            note: String::new(),
            by: None,
            mine: false,
            at: None,
            replaces: None,
            decided: None,
            reason: None,
        }
    }
}

/// A title in a language, or in another.
pub fn title_of<'t>(titles: &'t Json, tag: &str) -> Option<&'t str> {
    titles.get(tag).or_else(|| titles.as_object()?.values().next()).and_then(Json::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn publication(hash: &str, state: &str) -> Json {
        json!({"id": "0", "form": "f", "version": "2", "hash": hash, "note": "一句", "state": state, "replaces": "a", "by": {"id": "u1", "name": "表哥"},
            "mine": true, "at": 5, "decided_by": {"id": "u2"}, "decided_at": 7, "reason": ""})
    }

    #[test]
    fn what_waits_stands_first_and_what_lies_in_the_folder_after_it() {
        let answer = json!({"approval": true, "forms": [{"id": "f", "current": {"version": "1", "hash": "a", "title": {"zh": "表"}, "from": "folder"},
            "publications": [publication("b", "waiting"), publication("c", "refused")]}]});
        let forms = FormVersions::all(&answer).expect("it is an answer");
        let form = &forms[0];
        let hashes: Vec<&str> = form.versions.iter().map(|version| &*version.hash).collect();
        assert_eq!(hashes, ["b", "a", "c"]);
        assert_eq!((form.waiting(), form.current(), form.title("en").as_str()), (1, Some("a"), "表"));
        let waiting = &form.versions[0];
        assert_eq!(waiting.by.as_deref(), Some("表哥"));
        assert_eq!(waiting.decided, Some(("u2".to_owned(), 7)));
        assert_eq!((&waiting.reason, waiting.replaces.as_deref()), (&None, Some("a")));
    }

    #[test]
    fn what_is_in_use_is_there_once() {
        let answer = json!({"forms": [{"id": "f", "current": {"version": "2", "hash": "b"}, "publications": [publication("b", "current"), publication("a", "past")]}]});
        let forms = FormVersions::all(&answer).expect("it is an answer");
        assert_eq!(forms[0].versions.len(), 2);
        assert_eq!(forms[0].title("zh"), "f");
        assert!(forms[0].versions[1].is_past());
    }

    #[test]
    fn what_is_no_answer_is_none() {
        assert_eq!(FormVersions::all(&json!({"error": {}})), None);
        assert_eq!(FormVersions::all(&json!({"forms": [{"id": "f"}]})), None);
    }
}
