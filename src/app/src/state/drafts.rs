//! Beginning a draft, and taking one up again at the place where it was left.
//!
//! One writer a draft: another tab is refused, and this one goes on with the writer that it has, should that still try to keep what
//! was typed before its screen was left.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use doorstep_delivery::draft::{Draft, OpenError, new_id};
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_delivery::{Pen, Uuid};
use doorstep_engine::session::{Session, World};
use doorstep_engine::value::Value;
use doorstep_engine::view::{Control, QuestionView};
use leptos::prelude::*;

use super::answering::Answering;
use super::auditing::Auditing;
use super::device::Device;
use super::entities::world_for;
use super::forms::{self, FormError};
use super::keeping::{Keeping, Living, living, now};
use super::{paging, practice};
use crate::platform::{clock, locks, timer};

/// A tab that was just left, this one included, may still write for a moment.
const LOCK_TRIES: u32 = 12;
const LOCK_WAIT_MS: u32 = 120;

/// A session to look at only, as long as the screen is there.
pub type Looked = StoredValue<RefCell<Session>, LocalStorage>;

/// What became of opening a draft.
#[derive(Clone)]
pub enum Opening {
    /// Not known yet.
    Loading,
    /// It is on the screen; so many of its last steps could not be taken again.
    Open(Answering, usize),
    /// It is finished: what it came to can be looked at.
    Sealed(Looked),
    /// There is none of that id.
    Gone,
    /// Another tab has it.
    Elsewhere,
    /// It was given to a colleague.
    HandedOn,
    /// Its form can't be had now.
    FormGone,
    /// Its answers can't be read: where.
    Broken(String),
    /// The store said no.
    Failed,
}

/// Why a draft could not be begun.
#[derive(Debug)]
pub enum BeginError {
    /// Its form can't be had.
    Form,
    /// The device did not keep it.
    Store,
    /// The office has revoked this phone: nothing more is begun on it.
    Revoked,
}

/// Begins a draft of a form; it is kept before this returns.
pub async fn begin(device: Device, form_hash: &str, language: &str) -> Result<Uuid, BeginError> {
    begin_about(device, form_hash, language, &[]).await
}

/// The same, about those whom these ids name: each is chosen where the form has a list that it is in.
pub async fn begin_about(
    device: Device,
    form_hash: &str,
    language: &str,
    about: &[String],
) -> Result<Uuid, BeginError> {
    if untrack(|| device.is_revoked()) {
        return Err(BeginError::Revoked);
    }
    let form = forms::open(device, form_hash).await.map_err(|_| BeginError::Form)?;
    let world = world_for(device, &form).await;
    let mut session = Session::new(form, world);
    session.set_language(language);
    choose(&mut session, about);
    let id = new_id(clock::now_ms(), &clock::random_bytes());
    let draft = Draft::begin(id, &session, now());
    if let Err(error) = device.store().create_draft(&draft, pen()).await {
        leptos::logging::error!("{error}");
        return Err(BeginError::Store);
    }
    if !has_form(device, form_hash).await {
        // Withdrawn and dropped in between, perhaps by another tab: without its form it would open nowhere.
        device.delete_draft(id);
        device.read_forms().await;
        return Err(BeginError::Form);
    }
    device.ask_to_persist();
    Ok(id)
}

/// Chooses each of the ids in the first question whose list has it. What one answer brings up can have the next: a class, then its services.
pub(super) fn choose(session: &mut Session, ids: &[String]) {
    for id in ids {
        let questions: Vec<_> = session.nodes().into_iter().filter_map(|key| session.question(key)).collect();
        let has = |question: &&QuestionView| {
            question.control == Control::SelectOne
                && question.relevant
                && question.choices.iter().any(|choice| *choice.name == **id)
        };
        if let Some(question) = questions.iter().find(has) {
            // Whoever fills it in may choose otherwise; one that is not taken is chosen by hand.
            let _ = session.answer(question.key, Value::Choice(id.as_str().into()));
        }
    }
}

/// Is that version of a form on the device? Where that can't be read, nothing says that it is not.
async fn has_form(device: Device, hash: &str) -> bool {
    let listed = device.store().forms().await;
    listed.map_or(true, |listed| {
        !listed.unreadable.is_empty() || listed.items.iter().any(|version| version.form.hash == hash)
    })
}

/// Opens a draft for this tab alone. `take_over`: from whichever tab has it, since the reader said so.
/// What lives with the screen is made under `owner`.
pub async fn open(device: Device, id: Uuid, take_over: bool, owner: Owner) -> Opening {
    if let Some(keeping) = practice::of(id) {
        return Opening::Open(owner.with(|| answering(keeping.session(), keeping)), 0);
    }
    let writer: Rc<RefCell<Weak<Keeping>>> = Rc::default();
    let lock = match hold(device, id, take_over, &writer).await {
        Hold::Free(lock) => lock,
        Hold::Ours(keeping) => {
            let answering = owner.with(|| answering(keeping.session(), keeping));
            answering.begin_log_again();
            return Opening::Open(answering, 0);
        }
        Hold::Anothers => return Opening::Elsewhere,
    };

    let pen = pen();
    let store = device.store();
    let mut opened = store.open_draft(id, pen).await;
    let mut holds_it = true;
    if let Err(StoreError { kind: StoreErrorKind::Full | StoreErrorKind::Aborted, .. }) = opened {
        // Nothing can be written now, not even that this tab has it: it can be looked at, and is taken up with the first write.
        (opened, holds_it) = (store.load_draft(id).await, false);
    }
    let stored = match opened {
        Ok(Some(stored)) => stored,
        Ok(None) => return sealed(device, id, owner).await.map_or(Opening::Gone, Opening::Sealed),
        Err(error) => {
            leptos::logging::error!("{error}");
            return Opening::Failed;
        }
    };
    if stored.draft.handed_on.is_some() {
        return Opening::HandedOn;
    }
    let form = match forms::open(device, &stored.draft.form.hash).await {
        Ok(form) => form,
        Err(FormError::NotHere | FormError::Broken) => return Opening::FormGone,
    };
    let world = world_for(device, &form).await;
    let opened = match stored.draft.open(&stored.steps, form, world) {
        Ok(opened) => opened,
        Err(OpenError::OtherForm { .. }) => return Opening::FormGone,
        Err(OpenError::Restore(error)) => return Opening::Broken(error.path),
    };

    let lost = opened.problems.len();
    let mut draft = stored.draft;
    let is_first = draft.seq == 0 && stored.steps.is_empty();
    let audit = opened.session.form().audit().copied();
    let audit =
        audit.map(|wants| Auditing::new(wants, opened.log, opened.last_at.ms, draft.supersedes.is_some()));
    draft.cursor = opened.cursor;
    // Steps that were not taken keep their numbers: none of them may be used again.
    let seq = stored.steps.last().map_or(opened.seq, |step| step.seq.max(opened.seq));
    let session = Rc::new(RefCell::new(opened.session));
    let keeping = Keeping::new(device.store(), session.clone(), draft, seq, (pen, holds_it), lock, audit);
    writer.replace(Rc::downgrade(&keeping));
    if !stored.steps.is_empty() || lost > 0 {
        keeping.cover();
    }
    let answering = owner.with(|| answering(session, keeping));
    answering.begin_log();
    answering.ask_where(is_first);
    owner.with(|| answering.offer_sound());
    Opening::Open(answering, lost)
}

/// A draft on the screen, laid out as its form and its reader want it.
fn answering(session: Rc<RefCell<Session>>, keeping: Rc<Keeping>) -> Answering {
    let whole = paging::is_whole(session.borrow().form());
    Answering::new(session, keeping).in_one(whole)
}

/// A survey that was finished, to be looked at: as long as it waits in the outbox, and for some days once it has arrived. `None` after that.
async fn sealed(device: Device, id: Uuid, owner: Owner) -> Option<Looked> {
    let session = finished(device, id).await?;
    session.measures().next()?;
    Some(owner.with(|| StoredValue::new_local(RefCell::new(session))))
}

/// The session of a survey that was finished and can still be read here, as it was then.
pub async fn finished(device: Device, id: Uuid) -> Option<Session> {
    let store = device.store();
    let submission = match store.load_submission(id).await.ok().flatten() {
        Some(waiting) => waiting,
        None => store.load_arrived(id).await.ok().flatten()?,
    };
    let sealed = Sealed::read(submission.body().as_bytes()).ok()?;
    let form = forms::open(device, &sealed.form.hash).await.ok()?;
    let at = sealed.finished_at;
    let now = world_for(device, &form).await;
    // The one before it is not known any more: since then it is itself the last.
    let last_saved = Arc::default();
    let world = World { now_ms: at.ms, utc_offset_minutes: at.utc_offset_minutes, last_saved, ..now };
    let mut session = Session::restore(form, world, &sealed.data).ok()?;
    session.set_language(&sealed.language);
    Some(session)
}

/// Whose a draft is that is to be opened.
enum Hold {
    /// Nobody's until now.
    Free(locks::Held),
    /// This tab's already.
    Ours(Rc<Keeping>),
    /// Another tab's.
    Anothers,
}

async fn hold(device: Device, id: Uuid, take_over: bool, writer: &Rc<RefCell<Weak<Keeping>>>) -> Hold {
    let name = id.to_string();
    let lost = || {
        let writer = writer.clone();
        move || {
            if let Some(keeping) = writer.borrow().upgrade() {
                keeping.end();
            }
        }
    };
    let mut tries = 0;
    while tries < LOCK_TRIES {
        match living(id, &device.store()) {
            Some(Living::Writing(keeping)) => return Hold::Ours(keeping),
            // However long that takes: it is no other tab's.
            Some(Living::Sealing) => {}
            None if take_over => {
                return locks::steal_draft(&name, lost()).await.map_or(Hold::Anothers, Hold::Free);
            }
            None => {
                if let Some(held) = locks::try_draft(&name, lost()).await {
                    return Hold::Free(held);
                }
                tries += 1;
            }
        }
        timer::sleep(LOCK_WAIT_MS).await;
    }
    Hold::Anothers
}

/// A pen for one opening of a draft.
fn pen() -> Pen {
    Pen::new(clock::random_bytes())
}

/// What a session knows of this device and this moment.
pub fn world() -> World {
    let now = now();
    World {
        now_ms: now.ms,
        utc_offset_minutes: now.utc_offset_minutes,
        offsets: clock::offset_changes(),
        seed: clock::random_seed(),
        ..World::default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use doorstep_engine::entities::{EntityList, ListedEntity};
    use doorstep_engine::{Bundle, Form, Source};

    use super::*;

    /// The office's list of places leads to the referral with all that is proposed, though each answer brings up the next question.
    #[test]
    fn a_referral_is_begun_for_the_household_the_service_and_the_provider() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/referral");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let main = Source::new("form.json", read("form.json").expect("it is there"));
        let form = Form::read(&Bundle::gather(main, read)).form.expect("it is sound");
        let case = "0190a0c6-3f7e-7bb2-9c3e-000000000001";
        let properties = [("town", "371002001"), ("state", "planned"), ("consent", "survey referral")];
        let listed = ListedEntity {
            id: case.into(),
            label: "甲".into(),
            properties: properties.map(|(name, value)| (name.into(), value.into())).into(),
            ..ListedEntity::default()
        };
        let cases = EntityList { name: "cases".into(), entities: vec![listed] };
        let world = World { lists: vec![Arc::new(cases)].into(), ..World::default() };
        let mut session = Session::new(form, world);
        choose(&mut session, &[case, "C", "C4", "P04"].map(str::to_owned));
        let chosen = |name: &str| {
            let questions = session.nodes().into_iter().filter_map(|key| session.question(key));
            let found = questions.into_iter().find(|question| &*question.name == name);
            found.map(|question| question.value)
        };
        for (name, code) in [("case", case), ("category", "C"), ("service", "C4"), ("provider", "P04")] {
            assert_eq!(chosen(name), Some(Value::Choice(code.into())), "{name}");
        }
    }
}
