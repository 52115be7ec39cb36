//! Whom one may call from a form: what somebody is not to be told stands above the number.

use doorstep_engine::{Form, Session, World, case};
use serde_json::json;

use super::{bundle, definitions};

const CASE: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b01";
const WISH: &str = "别让儿媳知道";

#[test]
fn what_is_not_to_be_told_stands_above_the_number_to_call() {
    let mut called = Vec::new();
    for definition in definitions() {
        let form = Form::read(&bundle(&definition)).form.expect("a form");
        let named = |session: &Session, name: &str| {
            let keys = session.nodes();
            let key = keys.iter().copied().find(|key| session.path(*key).rsplit('/').next() == Some(name));
            key.map(|key| (session.path(key), key))
        };
        let empty = Session::new(form.clone(), World::default());
        let (Some((path, _)), Some(_)) = (named(&empty, "case"), named(&empty, "known_call")) else {
            continue;
        };
        let listed = json!({"name": CASE, "label": "王秀英", "version": 1, "state": "assessed", "phone": "13800001234", "withhold": WISH});
        let case = json!({"about": "", "now": "2026-11-23T09:30:00+08:00", "language": "zh", "lists": {"cases": [listed]},
            "steps": [{"answer": {path.as_str(): CASE}}, {"expect": {"complete": false}}]});
        let (session, failures) = case::run_through(&form, &case);
        assert_eq!(failures, [], "{}", form.id());
        let session = session.expect("it runs");
        let shown = |name: &str| {
            let (path, key) = named(&session, name).unwrap_or_else(|| panic!("{}: no {name}", form.id()));
            let question = session.question(key).unwrap_or_else(|| panic!("{path} is asked"));
            assert!(question.relevant, "{path} is shown");
            (session.nodes().iter().position(|other| *other == key), question.label)
        };
        let ((keep, wish), (call, number)) = (shown("keep_note"), shown("known_call"));
        assert!(wish.contains(WISH) && number.contains("tel:13800001234"), "{}: {wish} {number}", form.id());
        assert!(keep < call, "{}: the wish stands above the number", form.id());
        called.push(form.id().to_owned());
    }
    assert_eq!(called.len(), 8, "{called:?}");
}
