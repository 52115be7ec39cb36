//! Both contents of an id beside each other, for whoever decides: what differs, in the form's own words, as their role may see it.

use std::sync::Arc;

use doorstep_delivery::sealed::Sealed;
use doorstep_engine::session::{Session, World};
use doorstep_engine::view::{Control, QuestionView};
use doorstep_engine::{Form, Value};
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::answer::Refusal;
use crate::entities::living;
use crate::forms::Living;
use crate::off_thread::off_thread;
use crate::store::{AsideDecision as Decision, ListedAside, Side};
use crate::who::mask::{Kind, kind_of, mask, shows};
use crate::who::rights::{Area, Deed, Place, Role, Standing};
use crate::who::routes::is_plain;

/// So many differences are told.
const MOST: usize = 200;

/// An answer as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Shown {
    /// The question's: `/visit/person[2]/age`.
    path: String,
    /// Its words.
    label: String,
    /// What was answered.
    text: String,
    /// What tells two answers apart: of a file its content too.
    mark: String,
}

/// One that is kept aside and the submission that has its id. The latter's answers are shown only to whoever may read them.
pub(super) async fn shown(shared: &Shared, standing: &Standing, one: ListedAside) -> Result<Json, Refusal> {
    let ListedAside { own_id, id, sealed, area, kept_area, decision, aside, kept } = one;
    let kept_area = kept_area.as_deref().and_then(Area::parse);
    let may_read = standing.may(Deed::Read, Place { area: kept_area.as_ref(), referred_to: &[] });
    let read = |side: &Side| Sealed::read(&side.body).map_err(|error| Refusal::fault(&error));
    let (came, there) = (read(&aside)?, read(&kept)?);
    let forms = [form_of(shared, &came).await?, form_of(shared, &there).await?];
    let (form, title) = (
        came.form.clone(),
        forms[0].as_ref().map(|(form, _)| form.title(&came.language)).unwrap_or_default(),
    );
    let role = standing.role;
    let side = |side: &Side, sealed: &Sealed| {
        json!({
            "received_at": side.received_at, "finished_at": sealed.finished_at.ms, "user": side.user, "device": side.device,
            "name": mask(role, Kind::Free, &sealed.instance_name),
        })
    };
    let (one_side, other_side) = (side(&aside, &came), may_read.then(|| side(&kept, &there)));
    let differs = off_thread(move || {
        let [came_form, there_form] = forms;
        let came = answers(role, came_form, &came);
        let there = if may_read { answers(role, there_form, &there) } else { Some(Vec::new()) };
        Ok(came.zip(there).map(|(came, there)| differences(&came, &there)))
    });
    Ok(json!({
        "id": own_id, "of": id, "form": {"id": form.id, "version": form.version, "title": title}, "area": area, "sealed": sealed,
        "decision": decision.map(Decision::name), "aside": one_side, "kept": other_side, "differs": differs.await?,
    }))
}

/// A form, with the files of lists that grow: what an answer names may be in none of them any more.
type Opened = Option<(Arc<Form>, Living)>;

async fn form_of(shared: &Shared, sealed: &Sealed) -> Result<Opened, Refusal> {
    let served = shared.forms.get(&sealed.form.hash).await.map_err(|error| Refusal::fault(&error))?;
    let Some(form) = served.map(|served| served.form.clone()) else { return Ok(None) };
    let living = living(shared, &form).await?;
    Ok(Some((form, living)))
}

/// What was answered, in document order; nothing if it can't be read against its form.
fn answers(role: Role, opened: Opened, sealed: &Sealed) -> Option<Vec<Shown>> {
    let (form, living) = opened?;
    let world = World {
        now_ms: sealed.finished_at.ms,
        utc_offset_minutes: sealed.finished_at.utc_offset_minutes,
        living,
        ..World::default()
    };
    let mut session = Session::restore(form, world, &sealed.data).ok()?;
    session.set_language(&sealed.language);
    let questions = session.nodes().into_iter().filter_map(|key| Some((key, session.question(key)?)));
    let shown = questions.filter(|(_, question)| question.relevant && question.control != Control::Note);
    let shown = shown.filter_map(|(key, question)| {
        let text = text_of(&question)?;
        let kind =
            if is_plain(&question.value, &question.name) { Kind::Plain } else { kind_of(&question.name) };
        // A question's words may quote answers.
        let named = shows(role, Kind::Free) && !question.label.is_empty();
        let label = if named { question.label.clone() } else { question.name.to_string() };
        let mark = match &question.value {
            Value::Attachment(name) => {
                let file = sealed.attachments.iter().find(|file| *file.name == **name);
                format!("{text} {}", file.map_or("", |file| &file.hash))
            }
            _ => text.clone(),
        };
        Some(Shown { path: session.path(key), label, text: mask(role, kind, &text), mark })
    });
    Some(shown.collect())
}

/// As people read it: choices by their labels. Nothing if it was not answered.
fn text_of(question: &QuestionView) -> Option<String> {
    let label_of = |name: &str| {
        let choice = question.choices.iter().find(|choice| &*choice.name == name);
        choice.map_or_else(|| name.to_owned(), |choice| choice.label.clone())
    };
    match &question.value {
        Value::Blank => None,
        Value::Choice(name) => Some(label_of(name)),
        Value::Choices(names) => Some(names.iter().map(|name| label_of(name)).collect::<Vec<_>>().join(", ")),
        value => Some(value.to_text().to_string()),
    }
}

/// Where they are not the same: what was kept aside, and what the submission has.
fn differences(aside: &[Shown], kept: &[Shown]) -> Vec<Json> {
    let at = |side: &[Shown], path: &str| side.iter().find(|shown| shown.path == path).cloned();
    let of_aside = aside.iter().map(|shown| (Some(shown.clone()), at(kept, &shown.path)));
    let only_kept = kept.iter().filter(|shown| at(aside, &shown.path).is_none());
    let both = of_aside.chain(only_kept.map(|shown| (None, Some(shown.clone()))));
    let mark = |shown: &Option<Shown>| shown.as_ref().map(|shown| shown.mark.clone());
    let differ = both.filter(|(aside, kept)| mark(aside) != mark(kept)).take(MOST);
    let told = differ.map(|(aside, kept)| {
        let any = aside.as_ref().or(kept.as_ref());
        let (path, label) = any.map(|any| (any.path.clone(), any.label.clone())).unwrap_or_default();
        let text = |shown: Option<Shown>| shown.map(|shown| shown.text);
        json!({"path": path, "label": label, "aside": text(aside), "kept": text(kept)})
    });
    told.collect()
}
