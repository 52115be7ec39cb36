//! The cases that are kept with a form: they follow when a question is called otherwise, as all does that refers to it.

use serde_json::{Map, Value as Json};

/// A case in which one question, group or repeat is called otherwise; nothing if the case does not name it.
pub fn renamed(case: &Json, from: &str, to: &str) -> Option<Json> {
    let mut new = case.clone();
    for step in new.get_mut("steps")?.as_array_mut()?.iter_mut().filter_map(Json::as_object_mut) {
        for (verb, what) in step {
            match (&**verb, what) {
                ("answer" | "refused", Json::Object(by_path)) => rename_keys(by_path, from, to),
                ("add_repeat" | "remove_repeat", Json::String(path)) => *path = path_renamed(path, from, to),
                ("expect", Json::Object(expected)) => rename_expected(expected, from, to),
                _ => {}
            }
        }
    }
    (new != *case).then_some(new)
}

fn rename_expected(expected: &mut Map<String, Json>, from: &str, to: &str) {
    for (what, wanted) in expected {
        match (&**what, wanted) {
            // The names of measures, and the codes of services: neither is a question's.
            ("outcomes" | "sentences" | "turns" | "undecided" | "awaits", _) => {}
            ("pages", Json::Array(paths)) => {
                for path in paths {
                    if let Json::String(path) = path {
                        *path = path_renamed(path, from, to);
                    }
                }
            }
            (_, Json::Object(by_path)) => rename_keys(by_path, from, to),
            _ => {}
        }
    }
}

fn rename_keys(by_path: &mut Map<String, Json>, from: &str, to: &str) {
    let old = std::mem::take(by_path);
    let is_there = |path: &str| old.contains_key(path);
    // What is said of both names stays said of both.
    let new = |path: &str| Some(path_renamed(path, from, to)).filter(|new| !is_there(new));
    by_path
        .extend(old.iter().map(|(path, value)| (new(path).unwrap_or_else(|| path.clone()), value.clone())));
}

/// `/f/members[2]/name`, whose root is called as the form is.
fn path_renamed(path: &str, from: &str, to: &str) -> String {
    let part = |(place, part): (usize, &str)| match part.strip_prefix(from) {
        Some(rest) if place > 1 && (rest.is_empty() || rest.starts_with('[')) => format!("{to}{rest}"),
        _ => part.to_owned(),
    };
    path.split('/').enumerate().map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_names_a_question_follows_it_and_nothing_else_does() {
        let case = |members: &str, age: &str| {
            json!({"about": "f", "steps": [
                {"add_repeat": format!("/f/{members}")},
                {"answer": {format!("/f/{members}[2]/{age}"): "age", "/f/ages": 1, "/f/who/age_group": 2}},
                {"expect": {"values": {format!("/f/{members}[1]/{age}"): 3}, "outcomes": {"age": "1"}, "complete": true, "pages": [format!("/f/{members}")]}}
            ]})
        };
        let first = renamed(&case("members", "age"), "age", "years").expect("it is named there");
        assert_eq!(first, case("members", "years"));
        assert_eq!(renamed(&first, "members", "people"), Some(case("people", "years")));
        assert_eq!([renamed(&first, "age", "years"), renamed(&first, "f", "g")], [None, None]);
        assert_eq!(renamed(&json!({"about": "empty"}), "age", "years"), None);
        let both = json!({"steps": [{"answer": {"/f/age": 1, "/f/years": 2}}]});
        assert_eq!(renamed(&both, "age", "years"), None, "no answer is lost");
    }
}
