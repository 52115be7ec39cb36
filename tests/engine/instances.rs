//! Instances as XML: what is submitted, opened again and edited (OpenRosa's metadata, ODK's edits).

use std::sync::Arc;

use doorstep_engine::session::Opening;
use doorstep_engine::{Bundle, Extent, Form, Session, Source, World};

const FORM: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>Visit</h:title><model>
<instance><data id="visit" version="3"><name/><why/><member jr:template=""><age>1</age></member><member><age>1</age></member>
<orx:meta><orx:instanceID/></orx:meta></data></instance>
<bind nodeset="/data/name" type="string"/>
<bind nodeset="/data/why" type="string" relevant="/data/name = 'x'"/>
<bind nodeset="/data/member/age" type="int"/>
<bind nodeset="/data/orx:meta/orx:instanceID" jr:preload="uid"/>
</model></h:head>
<h:body><input ref="/data/name"/><input ref="/data/why"/>
<group ref="/data/member"><repeat nodeset="/data/member"><input ref="/data/member/age"/></repeat></group></h:body></h:html>"#;

fn form() -> Arc<Form> {
    let checked = Form::read(&Bundle::single(Source::new("visit.xml", FORM)));
    checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

fn world(seed: u64) -> World {
    World { now_ms: 1_795_397_400_000, utc_offset_minutes: 480, seed, ..World::default() }
}

fn answer(session: &mut Session, path: &str, text: &str) {
    let key = session.at(path).unwrap_or_else(|| panic!("{path} is not there"));
    session.answer_text(key, text).unwrap_or_else(|error| panic!("{path}: {error:?}"));
}

fn answered() -> Session {
    let mut session = Session::new(form(), world(1));
    answer(&mut session, "/data/name", "x");
    answer(&mut session, "/data/why", "ill & <alone>");
    session.add_repeat(session.at("/data/member").unwrap()).unwrap();
    answer(&mut session, "/data/member[2]/age", "7");
    session
}

#[test]
fn the_same_answers_give_the_same_bytes_and_come_back() {
    let session = answered();
    let sent = session.instance_xml(Extent::Relevant);
    assert_eq!(sent, answered().instance_xml(Extent::Relevant));
    assert!(sent.contains("<why>ill &amp; &lt;alone&gt;</why><member><age>1</age></member>"), "{sent}");
    let again = Session::open_xml(form(), world(2), &sent, Opening::Restore).unwrap();
    assert_eq!(again.instance_xml(Extent::Relevant), sent);
}

#[test]
fn what_is_not_relevant_is_kept_in_a_draft_and_left_out_of_what_is_sent() {
    let mut session = answered();
    answer(&mut session, "/data/name", "y");
    assert!(!session.instance_xml(Extent::Relevant).contains("why"));
    assert!(session.instance_xml(Extent::All).contains("<why>ill"));
}

#[test]
fn an_edit_names_what_it_replaces() {
    let sent = answered().instance_xml(Extent::Relevant);
    let id = |xml: &str, name: &str| {
        let (_, rest) = xml.split_once(&format!("<orx:{name}>"))?;
        Some(rest.split_once('<')?.0.to_owned())
    };
    let old = id(&sent, "instanceID").unwrap();
    let edited = Session::open_xml(form(), world(3), &sent, Opening::Edit).unwrap();
    let resent = edited.instance_xml(Extent::Relevant);
    assert_eq!(id(&resent, "deprecatedID"), Some(old.clone()));
    assert_ne!(id(&resent, "instanceID"), Some(old));
    assert!(resent.contains("<age>7</age>"), "{resent}");
}

#[test]
fn what_is_no_instance_of_the_form_is_refused() {
    let opened = |xml: &str| Session::open_xml(form(), world(1), xml, Opening::Restore).map(drop);
    assert!(opened("<other/>").is_err());
    assert!(opened("<data").is_err());
    // What another version had is passed over.
    assert!(opened("<data><gone>1</gone><name>y</name></data>").is_ok());
}
