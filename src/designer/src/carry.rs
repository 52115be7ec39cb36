//! The answers that were given to a form, given to the form that it became: whoever changes a form goes on where they were.

use doorstep_engine::Session;
use doorstep_engine::view::{Key, NodeId, ScopeId};

/// So many instances of a repeat are made for answers that want them.
const MOST_INSTANCES: usize = 200;
const ROOT: Key = Key { scope: ScopeId(0), node: NodeId(0) };

/// Gives what fits; what does not fit any more is left out. The new one reads in the old one's language, if it speaks that. `renamed`: what is called otherwise by
/// now, from and to.
pub fn carry(old: &Session, new: &mut Session, renamed: &[(String, String)]) {
    if new.form().language(old.language()).is_some() {
        new.set_language(old.language());
    }
    let root = new.path(ROOT);
    for key in old.nodes() {
        let Some(question) = old.question(key) else { continue };
        if question.value.is_blank() || question.readonly {
            continue;
        }
        let path = old.path(key);
        // The root is called as the form is, which may have another name by now.
        let Some((_, below)) = path.trim_start_matches('/').split_once('/') else { continue };
        let below = by_now(below, renamed);
        let Some(there) = made(new, &root, &below) else { continue };
        let fits = new.question(there).is_some_and(|new| {
            !new.readonly && new.control == question.control && new.data_type == question.data_type
        });
        if fits {
            // One that is out of the question now is left out.
            let _ = new.answer(there, question.value);
        }
    }
}

/// A path with the names that its parts have by now.
fn by_now(below: &str, renamed: &[(String, String)]) -> String {
    let part = |part: &str| {
        let (name, place) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        let name = renamed
            .iter()
            .fold(name.to_owned(), |name, (from, to)| if name == *from { to.clone() } else { name });
        format!("{name}{place}")
    };
    below.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The node at a path, with the instances of repeats that lead to it.
fn made(session: &mut Session, root: &str, below: &str) -> Option<Key> {
    let mut path = root.to_owned();
    for part in below.split('/') {
        let repeat = part.split_once('[').map(|(name, place)| (name, place.trim_end_matches(']')));
        if let Some((name, place)) = repeat {
            let place: usize = place.parse().ok().filter(|place| *place <= MOST_INSTANCES)?;
            let whole = session.at(&format!("{path}/{name}"));
            let there = format!("{path}/{name}[{place}]");
            for _ in 0..place {
                if session.at(&there).is_some() {
                    break;
                }
                session.add_repeat(whole?).ok()?;
            }
        }
        path = format!("{path}/{part}");
    }
    session.at(&path)
}

#[cfg(test)]
mod tests {
    use doorstep_engine::session::World;
    use doorstep_engine::{Bundle, Form, Source, Value};

    use super::*;

    fn session(survey: &str) -> Session {
        let json = format!(r#"{{"settings": {{"form_id": "f", "version": "1"}}, "survey": [{survey}]}}"#);
        let read = Form::read(&Bundle::single(Source::new("form.json", &*json)));
        Session::new(read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics)), World::default())
    }

    fn give(session: &mut Session, path: &str, text: &str) {
        let key = session.at(path).unwrap_or_else(|| panic!("no {path}"));
        session.answer_text(key, text).expect("it takes it");
    }

    fn said(session: &Session, path: &str) -> Option<String> {
        session.at(path).and_then(|key| session.value(key)).map(Value::to_text)
    }

    const MEMBERS: &str = r#"{"type": "repeat", "name": "members", "label": "M", "children": [{"type": "text", "name": "who", "label": "W"}]}"#;

    #[test]
    fn what_was_answered_is_answered_in_the_form_that_became_of_it() {
        let mut old = session(&format!(
            r#"{{"type": "text", "name": "a", "label": "A"}}, {{"type": "integer", "name": "b", "label": "B"}},
            {{"type": "text", "name": "gone", "label": "G"}}, {MEMBERS}"#
        ));
        give(&mut old, "/f/a", "甲");
        give(&mut old, "/f/b", "7");
        give(&mut old, "/f/gone", "x");
        let repeat = old.at("/f/members").expect("it is there");
        while old.at("/f/members[2]/who").is_none() {
            old.add_repeat(repeat).expect("there is room");
        }
        give(&mut old, "/f/members[2]/who", "乙");
        let mut new = session(&format!(
            r#"{MEMBERS}, {{"type": "text", "name": "a", "label": "A2", "required": true}}, {{"type": "text", "name": "b", "label": "B"}}"#
        ));
        carry(&old, &mut new, &[]);
        assert_eq!(said(&new, "/f/a").as_deref(), Some("甲"));
        assert_eq!(said(&new, "/f/members[2]/who").as_deref(), Some("乙"));
        assert_eq!(said(&new, "/f/b").as_deref(), Some(""), "a number is no answer to another question");
    }

    #[test]
    fn what_is_called_otherwise_keeps_its_answer() {
        let mut old = session(MEMBERS);
        let repeat = old.at("/f/members").expect("it is there");
        while old.at("/f/members[2]/who").is_none() {
            old.add_repeat(repeat).expect("there is room");
        }
        give(&mut old, "/f/members[2]/who", "乙");
        let mut new = session(&MEMBERS.replace("\"who\"", "\"name\"").replace("members", "people"));
        let renamed = [("who", "x"), ("x", "name"), ("members", "people")];
        carry(&old, &mut new, &renamed.map(|(from, to)| (from.to_owned(), to.to_owned())));
        assert_eq!(said(&new, "/f/people[2]/name").as_deref(), Some("乙"));
    }
}
