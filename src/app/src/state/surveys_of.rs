//! The surveys on this device that are about one household: begun, waiting to be sent, arrived and still here; and who lives there, as the last of them says.
//!
//! Who lives in a household the list of members says; where nobody of it is there, its last survey here does. Kept here: what is sealed for the office is named, and not read.

use doorstep_delivery::entities;
use doorstep_delivery::store::Store;
use doorstep_delivery::{Change, Draft, FormRef, Moment, Step, Uuid};
use doorstep_engine::entities::{EntityList, ListedEntity};
use doorstep_engine::session::Session;
use leptos::prelude::*;

use super::device::{Device, list};
use super::drafts;
use super::groups::of;
use super::held::Lists;
use super::households::who;

/// The list of who lives in households, as far as somebody by themselves was told of; and since when somebody does no more.
const MEMBERS: &str = "members";
const LEFT_ON: &str = "left_on";

/// Where a survey stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Somebody goes on with it here.
    Begun,
    /// It is finished, and has not arrived everywhere.
    Waiting,
    /// It has arrived, and can be looked at for some days.
    Arrived,
}

/// A survey about a household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survey {
    pub id: Uuid,
    pub form: FormRef,
    /// When it was changed last, or finished.
    pub at: Moment,
    pub stage: Stage,
    /// Can what it says be read here?
    pub readable: bool,
}

/// Those about a household, what is to be done first, then the latest.
pub async fn surveys_of(device: Device, case: &str, lists: &Lists) -> Vec<Survey> {
    let store = device.store();
    let mut all = Vec::new();
    for summary in device.drafts.get_untracked() {
        let Ok(Some(stored)) = store.load_draft(summary.id).await else { continue };
        if is_about(&stored.draft, &stored.steps, case) {
            let (form, at) = (summary.form, summary.updated_at);
            all.push(Survey { id: summary.id, form, at, stage: Stage::Begun, readable: true });
        }
    }
    let said = lists.about(case);
    for item in list(store.outbox().await) {
        if all.iter().any(|survey: &Survey| survey.id == item.id) {
            continue;
        }
        let names = async {
            !item.for_office
                && store
                    .load_submission(item.id)
                    .await
                    .ok()
                    .flatten()
                    .is_some_and(|one| one.body().contains(case))
        };
        if said.iter().any(|said| said.submission == item.id) || names.await {
            let (form, at) = (item.form, item.finished_at);
            all.push(Survey { id: item.id, form, at, stage: Stage::Waiting, readable: !item.for_office });
        }
    }
    for (id, _) in store.arrived().await.unwrap_or_default() {
        let Some(one) = store.load_arrived(id).await.ok().flatten() else { continue };
        if one.body().contains(case) && all.iter().all(|survey| survey.id != id) {
            let (form, at) = (one.form().clone(), one.finished_at());
            all.push(Survey { id, form, at, stage: Stage::Arrived, readable: true });
        }
    }
    all.sort_by_key(|survey| (survey.stage, std::cmp::Reverse(survey.at.ms)));
    all
}

/// Was that one chosen in it? As it was kept last: a step since then counts.
fn is_about(draft: &Draft, steps: &[Step], case: &str) -> bool {
    let chosen = |step: &Step| matches!(&step.change, Change::Answer { value, .. } if *value == *case);
    draft.answers.to_string().contains(case) || steps.iter().any(chosen)
}

/// Who lives there, as the last survey that tells of anybody has it: when that was, and what its form calls each.
pub async fn people(device: Device, surveys: &[Survey]) -> Option<(Moment, Vec<String>)> {
    let mut told: Vec<&Survey> =
        surveys.iter().filter(|survey| survey.readable && survey.stage != Stage::Begun).collect();
    told.sort_by_key(|survey| std::cmp::Reverse(survey.at.ms));
    for survey in told {
        let people =
            drafts::finished(device, survey.id).await.map(|session| named(&session)).unwrap_or_default();
        if !people.is_empty() {
            return Some((survey.at, people));
        }
    }
    None
}

/// Who lives there as the list of members has it: what came down, and what forms said of them here. Read for this one household, since it takes a while.
pub async fn known_members(device: Device, case: &str, lists: &Lists) -> Option<Vec<String>> {
    let told = list(device.store().entities(MEMBERS).await);
    let names = members_of(&entities::list(MEMBERS, told, &lists.said), case);
    (!names.is_empty()).then_some(names)
}

/// What the members of a household are called, in the order in which they became known, without who left.
fn members_of(members: &EntityList, case: &str) -> Vec<String> {
    let mut all: Vec<&ListedEntity> =
        members.entities.iter().filter(|one| of(&one.properties, "case") == case).collect();
    all.retain(|one| of(&one.properties, LEFT_ON).is_empty());
    all.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    all.into_iter().map(|one| who(one).to_owned()).collect()
}

/// What the cards of a form's first repeat are called, if it says so: its people.
fn named(session: &Session) -> Vec<String> {
    let repeats = session.nodes().into_iter().filter_map(|key| session.repeat(key));
    let shown = repeats.filter(|repeat| repeat.relevant).map(|repeat| {
        let labels = repeat.instances.into_iter().map(|instance| instance.label.trim().to_owned());
        labels.filter(|label| !label.is_empty()).collect::<Vec<_>>()
    });
    shown.into_iter().find(|labels| !labels.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use doorstep_engine::World;
    use doorstep_engine::{Bundle, Form, Source};

    use super::*;

    fn session(answers: &[(&str, &str)]) -> Session {
        let text = r#"{"settings": {"form_id": "t", "version": "1", "title": {"zh": "表"}, "default_language": "zh"}, "survey": [
            {"type": "text", "name": "case", "label": {"zh": "户"}},
            {"type": "repeat", "name": "members", "label": {"zh": "人"}, "item_label": "${name}", "children": [
                {"type": "text", "name": "name", "label": {"zh": "姓名"}}]}]}"#;
        let form = Form::read(&Bundle { main: Source::new("form.json", text), files: Vec::new() });
        let form = form.form.unwrap_or_else(|| panic!("{:?}", form.diagnostics));
        let mut session = Session::new(form, World::default());
        for (path, value) in answers {
            let key = session.at(path).unwrap_or_else(|| panic!("{path}"));
            session.answer_text(key, value).expect("it is taken");
        }
        session
    }

    #[test]
    fn a_draft_is_about_whom_it_names_in_its_snapshot_or_in_a_step_since() {
        let at = Moment { ms: 0, utc_offset_minutes: 0 };
        let id = Uuid::from_u128(1);
        let kept = Draft::begin(id, &session(&[("/t/case", "0190a0c6")]), at);
        assert!(is_about(&kept, &[], "0190a0c6") && !is_about(&kept, &[], "0190a0c7"));
        let change = Change::Answer { path: "/t/case".into(), value: "0190a0c7".into() };
        assert!(is_about(&kept, &[Step { seq: 1, at, change }], "0190a0c7"));
    }

    #[test]
    fn people_are_called_as_their_cards_are() {
        let mut two = session(&[]);
        let repeat = two.at("/t/members").expect("it is there");
        while two.repeat(repeat).is_some_and(|repeat| repeat.instances.len() < 3) {
            two.add_repeat(repeat).expect("it takes more");
        }
        for (path, name) in [("/t/members[1]/name", "张三"), ("/t/members[3]/name", " 李四 ")] {
            let key = two.at(path).expect("it is there");
            two.answer_text(key, name).expect("it is taken");
        }
        assert_eq!(named(&two), ["张三", "李四"]);
        assert_eq!(named(&session(&[])), [""; 0]);
    }

    #[test]
    fn members_are_those_of_the_household_each_once_in_their_order() {
        let member = |id: &str, case: &str, person: &str| ListedEntity {
            id: id.into(),
            label: format!("名单上的{person}"),
            properties: [("case", case), ("person", person)]
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            ..ListedEntity::default()
        };
        let all = vec![
            member("3", "a", "王小军"),
            member("2", "b", "李四"),
            member("1", "a", "王秀兰"),
            member("4", "a", ""),
        ];
        let mut gone = member("5", "a", "王大");
        gone.properties.insert(LEFT_ON.into(), "2026-11-02".into());
        let all = all.into_iter().chain([gone]).collect();
        let list = EntityList { name: MEMBERS.into(), entities: all };
        assert_eq!(members_of(&list, "a"), ["王秀兰", "王小军", "名单上的"]);
        assert_eq!(members_of(&list, "c"), Vec::<String>::new());
    }
}
