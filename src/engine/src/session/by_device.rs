//! What the device finds out for a form by itself, other than what it knows from the start: where it is (`odk:setgeopoint`), what is said meanwhile
//! (`odk:recordaudio`), and the log of how the form was filled in (`orx:audit`).
//!
//! Kept here: the engine asks for nothing. It says what the form wants, whoever runs it brings it or doesn't, and nothing waits for it.

use crate::form::{Effect, Event, Form, SoundQuality};
use crate::session::Session;
use crate::value::{DataType, Value};
use crate::view::{Key, ScopeId};

impl Form {
    /// Does it ever want to know where the device is, without a question of its reader?
    pub fn asks_where(&self) -> bool {
        self.actions.iter().any(|action| matches!(action.effect, Effect::Geopoint))
    }
}

impl Session {
    /// The node that is to hold what is said while the form is filled in, and how well that is recorded: `background-audio`. Nothing if the form wants none, or
    /// the node is gone or not relevant.
    pub fn records_sound(&self) -> Option<(Key, SoundQuality)> {
        let form = &self.form;
        form.actions.iter().find_map(|action| {
            let Effect::Audio(quality) = action.effect else { return None };
            let mut found = None;
            self.instance.each_under(form, ScopeId(0), action.scope, &mut |scope| {
                let is_asked = self.instance.relevant(scope, action.target);
                found = found.or(is_asked.then_some(Key { scope, node: action.target }));
            });
            Some((found?, quality))
        })
    }

    /// The nodes that are to hold where the form was first opened, as far as they hold nothing yet: `start-geopoint`.
    pub fn places_at_first(&self) -> Vec<Key> {
        let form = &self.form;
        let at_first = form.actions.iter().filter(|action| {
            matches!(action.effect, Effect::Geopoint)
                && action.picked.is_none()
                && action.events.contains(&Event::FirstLoad)
        });
        let mut wanted = Vec::new();
        for action in at_first {
            self.instance.each_under(form, ScopeId(0), action.scope, &mut |scope| {
                if self.instance.kept(scope, action.target).is_blank() {
                    wanted.push(Key { scope, node: action.target });
                }
            });
        }
        wanted
    }

    /// The nodes for which it is wanted where the device is now, by what was answered, added or opened again since this was last asked.
    pub fn take_places_wanted(&mut self) -> Vec<Key> {
        let mut wanted = std::mem::take(&mut self.places_wanted);
        wanted.retain(|key| self.instance.alive(key.scope));
        wanted.dedup();
        wanted
    }

    /// What a node holds, shown or not; `None` for groups and repeats, and if its repeat instance is gone.
    pub fn data_type(&self, key: Key) -> Option<DataType> {
        let holds = self.instance.holds(&self.form, key.scope, key.node);
        self.form.nodes.get(key.node.0 as usize).filter(|_| holds)?.data_type()
    }

    /// Names the file that holds the log of how the form was filled in; `false` if the form wants none.
    pub fn name_audit(&mut self, file: &str) -> bool {
        let Some(audit) = self.form.audit else { return false };
        self.begin();
        self.put(ScopeId(0), audit.node, Value::Attachment(file.into()));
        self.run();
        self.take_changes();
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::form::{AuditPlaces, AuditPriority};
    use crate::session::{Extent, World};
    use crate::source::{Bundle, Source};

    fn form(rows: &str) -> Arc<Form> {
        let json = format!(r#"{{"settings": {{"form_id": "f", "version": "1"}}, "survey": [{rows}]}}"#);
        let checked = Form::read(&Bundle::single(Source::new("form.json", &*json)));
        checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
    }

    fn session(rows: &str) -> Session {
        Session::new(form(rows), World::default())
    }

    #[test]
    fn a_form_that_wants_what_is_said_recorded_says_where_and_how_well() {
        let wants = |rows: &str| {
            let session = session(rows);
            session.records_sound().map(|(key, quality)| (session.path(key), quality))
        };
        let row = |rest: &str| format!(r#"{{"type": "background-audio", "name": "sound"{rest}}}"#);
        assert_eq!(wants(&row("")), Some(("/f/sound".to_owned(), SoundQuality::VoiceOnly)));
        let said = wants(&row(r#", "parameters": "quality=normal""#));
        assert_eq!(said.map(|(_, quality)| quality), Some(SoundQuality::Normal));
        let low = wants(&row(r#", "parameters": "quality=low""#));
        assert_eq!(low.map(|(_, quality)| quality), Some(SoundQuality::Low));
        assert_eq!(wants(r#"{"type": "audio", "name": "sound", "label": "S"}"#), None);
    }

    const PLACES: &str = r#"{"type": "start-geopoint", "name": "begun_at"}, {"type": "text", "name": "who", "label": "Who"},
        {"type": "background-geopoint", "name": "told_at", "trigger": "${who}"}"#;

    #[test]
    fn where_a_form_is_begun_is_wanted_until_it_is_known() {
        let mut session = session(PLACES);
        assert!(session.form().asks_where());
        let [wanted] = session.places_at_first()[..] else { panic!("one") };
        assert_eq!(session.path(wanted), "/f/begun_at");
        assert_eq!(session.data_type(wanted), Some(DataType::Geopoint));
        assert_eq!(session.take_places_wanted(), [wanted], "it was opened just now");
        session.answer(wanted, Value::Geo("37.5 122.1 0 5".into())).expect("the device fills it in");
        assert!(session.places_at_first().is_empty());
        assert_eq!(session.data(Extent::Relevant)["f"]["begun_at"], "37.5 122.1 0 5");
    }

    #[test]
    fn where_an_answer_is_given_is_wanted_each_time_and_not_again_after_a_restart() {
        let mut session = session(PLACES);
        session.take_places_wanted();
        let who = session.at("/f/who").expect("it is there");
        session.answer(who, Value::Text("张三".into())).expect("it is taken");
        let wanted = session.take_places_wanted();
        assert_eq!(wanted.iter().map(|key| session.path(*key)).collect::<Vec<_>>(), ["/f/told_at"]);
        assert!(session.take_places_wanted().is_empty());
        let data = session.data(Extent::All);
        let mut again = Session::restore(session.form().clone(), World::default(), &data).expect("it fits");
        assert!(again.take_places_wanted().is_empty());
        assert!(!form(r#"{"type": "text", "name": "who", "label": "Who"}"#).asks_where());
    }

    #[test]
    fn a_form_says_what_it_wants_logged_and_the_submission_names_the_file() {
        let plain =
            form(r#"{"type": "audit", "name": "audit"}, {"type": "text", "name": "a", "label": "A"}"#);
        let audit = plain.audit().expect("it wants a log");
        assert_eq!((audit.places, audit.changes, audit.reasons, audit.user), (None, false, false, false));
        let all = form(
            r#"{"type": "audit", "name": "audit", "parameters": "location-priority=balanced location-min-interval=60 location-max-age=120 track-changes=true track-changes-reasons=on-form-edit identify-user=true"}, {"type": "text", "name": "a", "label": "A"}"#,
        );
        let audit = all.audit().expect("it wants a log");
        let places = AuditPlaces { priority: AuditPriority::Balanced, min_interval_s: 60, max_age_s: 120 };
        assert_eq!(
            (audit.places, audit.changes, audit.reasons, audit.user),
            (Some(places), true, true, true)
        );
        let mut session = Session::new(plain, World::default());
        assert!(!session.instance_xml(Extent::Relevant).contains("audit.csv"));
        assert!(session.name_audit("audit.csv"));
        let xml = session.instance_xml(Extent::Relevant);
        assert!(xml.contains("audit>audit.csv</"), "{xml}");
        let named = |session: &Session| {
            let mut all = session.nodes().into_iter().filter(|key| session.relevant(*key) == Some(true));
            all.any(|key| session.value(key) == Some(&Value::Attachment("audit.csv".into())))
        };
        assert!(named(&session), "so that the file goes with it");
        let mut other = self::session(r#"{"type": "text", "name": "a", "label": "A"}"#);
        assert!(!other.name_audit("audit.csv") && other.form().audit().is_none());
    }

    #[test]
    fn what_holds_elements_is_no_log() {
        let xml = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
            <instance><f id="f"><a/><meta><instanceID/><audit><b/></audit></meta></f></instance><bind nodeset="/f/a" type="string"/></model></h:head>
            <h:body><input ref="/f/a"><label>A</label></input></h:body></h:html>"#;
        let checked = Form::read(&Bundle::single(Source::new("form.xml", xml)));
        let form = checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        assert!(form.audit().is_none());
        assert!(!Session::new(form, World::default()).name_audit("audit.csv"));
    }

    #[test]
    fn an_xform_without_a_type_for_its_log_has_one_all_the_same() {
        let xml = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms"><h:head><model>
            <instance><f id="f"><a/><orx:meta><orx:instanceID/><orx:audit/></orx:meta></f></instance><bind nodeset="/f/a" type="string"/>
            <bind nodeset="/f/orx:meta/orx:audit" odk:track-changes="true"/></model></h:head><h:body><input ref="/f/a"><label>A</label></input></h:body></h:html>"#;
        let checked = Form::read(&Bundle::single(Source::new("form.xml", xml)));
        let form = checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        assert!(form.audit().is_some_and(|audit| audit.changes));
        let mut session = Session::new(form, World::default());
        assert!(session.name_audit("audit.csv"));
        assert!(session.instance_xml(Extent::Relevant).contains("audit>audit.csv</"));
    }
}
