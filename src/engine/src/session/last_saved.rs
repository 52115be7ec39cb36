//! What the next submission of a form may ask of this one: `${last-saved#…}` (ODK XLSForm, *Using last-saved*).
//!
//! Kept here: no more is handed on than what the form asks for by name. A form that goes into the instance by a path of its own gets all that was submitted, as
//! ODK's tools keep it, and that is said, since not everybody may keep all of it.

use std::collections::BTreeSet;

use super::{Extent, Session};
use crate::form::Form;
use crate::view::NodeId;

/// What is kept of a submission for the next one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastSaved {
    /// What [`World::last_saved`](super::World::last_saved) takes.
    pub xml: String,
    /// Is it all that was submitted, rather than what is asked for by name?
    pub whole: bool,
}

impl Form {
    /// Does it ask for anything of the submission before?
    pub fn reads_last_saved(&self) -> bool {
        !self.program.last_saved.is_empty() || self.walks_last_saved()
    }

    fn walks_last_saved(&self) -> bool {
        self.last_saved.is_some_and(|tree| self.program.walked.contains(&tree))
    }
}

impl Session {
    /// What the next submission of this form may ask of this one, as it is now; nothing if the form asks for nothing.
    pub fn last_saved(&self) -> Option<LastSaved> {
        if self.form.walks_last_saved() {
            return Some(LastSaved { xml: self.instance_xml(Extent::Relevant), whole: true });
        }
        let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
        for named in &self.form.program.last_saved {
            let mut node = *named;
            while nodes.insert(node) && node != NodeId(0) {
                node = self.form.node(node).parent;
            }
        }
        (!nodes.is_empty()).then(|| LastSaved { xml: self.xml_of(&nodes), whole: false })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::World;
    use super::*;
    use crate::source::{Bundle, Source};

    fn form(visitor: &str) -> Arc<Form> {
        let text = format!(
            r#"{{"settings": {{"form_id": "visit", "version": "1"}}, "survey": [
                {{"type": "group", "name": "by", "children": [
                    {{"type": "text", "name": "visitor", "label": "Who visits"{visitor}}},
                    {{"type": "text", "name": "number", "label": "Number", "default": "${{last-saved#number}}"}}]}},
                {{"type": "text", "name": "person", "label": "Whom"}}]}}"#
        );
        Form::read(&Bundle::single(Source::new("visit.json", text))).form.expect("it checks")
    }

    fn said(session: &Session, path: &str) -> String {
        session.value(session.at(path).unwrap()).unwrap().to_text()
    }

    #[test]
    fn the_next_one_begins_with_what_the_form_asks_for_and_no_more_is_kept() {
        let form = form(r#", "default": "${last-saved#visitor}""#);
        assert!(form.reads_last_saved());
        let mut first = Session::new(form.clone(), World::default());
        for (path, text) in
            [("/visit/by/visitor", "于敏 <1>"), ("/visit/by/number", "W-07"), ("/visit/person", "王秀兰")]
        {
            first.answer_text(first.at(path).unwrap(), text).unwrap();
        }
        let kept = first.last_saved().unwrap();
        assert!(!kept.whole && !kept.xml.contains("王秀兰"), "{}", kept.xml);
        let world = World { last_saved: kept.xml.into(), ..World::default() };
        let second = Session::new(form, world);
        assert_eq!(said(&second, "/visit/by/visitor"), "于敏 <1>");
        assert_eq!(said(&second, "/visit/by/number"), "W-07");
        assert_eq!(said(&second, "/visit/person"), "");
    }

    #[test]
    fn a_path_of_its_own_gets_all_of_it() {
        let form = form(r#", "calculation": "instance('__last-saved')/visit/person""#);
        let mut first = Session::new(form.clone(), World::default());
        first.answer_text(first.at("/visit/person").unwrap(), "王秀兰").unwrap();
        let kept = first.last_saved().unwrap();
        assert!(kept.whole && kept.xml.contains("王秀兰"), "{}", kept.xml);
        let second = Session::new(form, World { last_saved: kept.xml.into(), ..World::default() });
        assert_eq!(said(&second, "/visit/by/visitor"), "王秀兰");
    }

    #[test]
    fn a_form_that_asks_for_nothing_has_nothing_kept() {
        let text = r#"{"settings": {"form_id": "a", "version": "1"}, "survey": [{"type": "text", "name": "x", "label": "X"}]}"#;
        let form = Form::read(&Bundle::single(Source::new("a.json", text))).form.unwrap();
        assert!(!form.reads_last_saved());
        assert_eq!(Session::new(form, World::default()).last_saved(), None);
    }
}
