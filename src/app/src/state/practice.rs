//! Practising with a form: answered as any other, with a household that is made up, and kept nowhere.
//!
//! Kept here: nothing of it is written to the device, and nothing of the device's households is shown in it. It is there as long as its screen is: whoever comes
//! back to its address finds nothing.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::Uuid;
use doorstep_delivery::draft::{Draft, new_id};
use doorstep_engine::entities::{EntityList, ListedEntity};
use doorstep_engine::{Form, Session, World};

use super::device::Device;
use super::drafts::{BeginError, choose, world};
use super::forms;
use super::keeping::{Keeping, now};
use crate::platform::clock;
use crate::words::Language;

thread_local! {
    /// The one that is under way.
    static PRACTICE: RefCell<Option<Rc<Keeping>>> = const { RefCell::new(None) };
}

/// Begins one; the id is that of its pages. The one before it is gone.
pub async fn begin(device: Device, form_hash: &str, language: Language) -> Result<Uuid, BeginError> {
    let form = forms::open(device, form_hash).await.map_err(|_| BeginError::Form)?;
    let session = session(form, world(), language);
    let id = new_id(clock::now_ms(), &clock::random_bytes());
    let draft = Draft::begin(id, &session, now());
    let keeping = Keeping::nowhere(Rc::new(RefCell::new(session)), draft);
    PRACTICE.set(Some(keeping));
    Ok(id)
}

/// The one of this id, while it is under way.
pub fn of(id: Uuid) -> Option<Rc<Keeping>> {
    PRACTICE.with_borrow(|practice| practice.clone()).filter(|keeping| keeping.id() == id)
}

/// It is over: its answers and files are gone.
pub fn end(id: Uuid) {
    if of(id).is_some() {
        PRACTICE.set(None);
    }
}

/// A session of the form about the made-up household, chosen already where the form asks for one.
fn session(form: Arc<Form>, world: World, language: Language) -> Session {
    let lists: Vec<Arc<EntityList>> =
        form.lists_read().into_iter().filter_map(|name| made_up(name, language)).map(Arc::new).collect();
    let about: Vec<String> =
        lists.iter().filter_map(|list| Some(list.entities.first()?.id.clone())).collect();
    let living = form.lists_read().into_iter().map(|list| format!("{list}.csv").into()).collect();
    let mut session = Session::new(form, World { lists: lists.into(), living, ..world });
    session.set_language(language.tag());
    choose(&mut session, &about);
    session
}

const CASE: &str = "00000000-0000-4000-8000-000000000001";
const REFERRAL: &str = "00000000-0000-4000-8000-000000000002";
const MEMBERS: [&str; 2] = ["00000000-0000-4000-8000-000000000003", "00000000-0000-4000-8000-000000000004"];

/// What a list holds while somebody practises; nothing for one that no made-up household is in, which is then the form's own.
fn made_up(list: &str, language: Language) -> Option<EntityList> {
    let words = &language.words().practice;
    let (head, other) = (words.head, words.other);
    let entities = match list {
        "cases" => vec![entity(
            CASE,
            head,
            &[
                ("person", head),
                ("town", TOWN),
                ("village", words.village),
                ("members", "2"),
                ("state", "in_service"),
                ("consent", "survey health photo_place referral"),
                ("services", SERVICE),
            ],
        )],
        "members" => {
            let member = |id, person, relation, sex, age| {
                let said = [("case", CASE), ("person", person), ("relation", relation), ("member_sex", sex)];
                entity(id, person, &[&said[..], &[("age", age), ("member_age", age)]].concat())
            };
            vec![member(MEMBERS[0], head, "0", "2", "76"), member(MEMBERS[1], other, "1", "1", "78")]
        }
        "referrals" => {
            let said = [("case", CASE), ("person", head), ("town", TOWN), ("village", words.village)];
            let what = [("service", SERVICE), ("state", "accepted"), ("provider_name", words.provider)];
            vec![entity(REFERRAL, words.referral, &[&said[..], &what].concat())]
        }
        // Nobody has anything on any other list.
        "complaints" | "projects" | "volunteers" => Vec::new(),
        _ => return None,
    };
    Some(EntityList { name: list.into(), entities })
}

/// Of the lists that the forms come with.
const TOWN: &str = "371002001";
const SERVICE: &str = "C4";

fn entity(id: &str, label: &str, said: &[(&str, &str)]) -> ListedEntity {
    ListedEntity {
        id: id.to_owned(),
        label: label.to_owned(),
        version: 1,
        trunk: Some(1),
        properties: said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..ListedEntity::default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use doorstep_engine::value::Value;
    use doorstep_engine::{Bundle, Source};

    use super::*;

    fn practised(form: &str) -> Session {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms").join(form);
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let main = Source::new("form.json", read("form.json").expect("it is there"));
        let form = Form::read(&Bundle::gather(main, read)).form.expect("it is sound");
        session(form, World::default(), Language::Chinese)
    }

    fn said(session: &Session, name: &str) -> Option<Value> {
        let named = session.nodes().into_iter().find(|key| session.path(*key).ends_with(name))?;
        session.value(named).cloned()
    }

    #[test]
    fn a_form_about_a_household_begins_with_the_one_that_is_made_up() {
        for form in ["phq-9", "visit-attempt", "service-plan", "follow-up", "referral", "household-needs"] {
            let session = practised(form);
            assert_eq!(said(&session, "/case"), Some(Value::Choice(CASE.into())), "{form}");
        }
        for form in ["service-record", "acceptance"] {
            assert_eq!(said(&practised(form), "/referral"), Some(Value::Choice(REFERRAL.into())), "{form}");
        }
        let person = said(&practised("phq-9"), "/person_name").expect("it is asked");
        assert_eq!(person, Value::Text(Language::Chinese.words().practice.head.into()));
    }

    #[test]
    fn whatever_form_is_practised_opens_without_violations_of_a_choice() {
        let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        let folders = std::fs::read_dir(forms).expect("they are there").filter_map(Result::ok);
        let mut count = 0;
        for folder in folders.filter(|folder| folder.path().join("form.json").exists()) {
            let session = practised(&folder.file_name().to_string_lossy());
            assert!(!session.pages().is_empty(), "{:?}", folder.file_name());
            count += 1;
        }
        assert!(count > 20);
    }
}
