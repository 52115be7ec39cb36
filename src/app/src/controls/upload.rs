//! A photo, a sound, a film or another file: kept on the device before the answer names it.
//!
//! Photos are made smaller first; they may be taken without leaving the page (`viewfinder.rs`). A file that was kept while the tab died before its answer was written is found again
//! and offered to its question.

use std::rc::Rc;

use doorstep_delivery::Attachment;
use doorstep_engine::value::Value;
use doorstep_engine::view::{Control as Kind, QuestionView};
use leptos::prelude::*;

use super::kept_file::{self, Kept, named, take_default};
use super::viewfinder::Viewfinder;
use super::{Asked, Control, Frame};
use crate::components::live::{live, shown_when};
use crate::platform::picked::{self, Picked};
use crate::platform::{clock, persist, timer};
use crate::state::keeping::Keeping;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

/// The longer side of a photo, in pixels, where the form says nothing.
const PIXELS: u32 = 1_600;
/// The largest file: a server takes no larger one.
pub const LARGEST: u64 = 30 << 20;
/// With less room than this on the device, nothing more is taken.
const LEAST_ROOM: u64 = 50_000_000;

/// See the module.
pub const CONTROL: Control =
    Control { name: "upload", takes: |question| question.control == Kind::Upload, frame: Frame::Group, show };

/// How far the keeping of a file is.
#[derive(Clone, Copy, PartialEq)]
pub enum State {
    Idle,
    Working,
    TooLarge,
    NoRoom,
    Failed,
}

/// The whole control.
pub fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let state = RwSignal::new(State::Idle);
    let field = asked.part("file");
    let (kind, accept) = asked.view.with_untracked(media);
    let capture = asked.view.with_untracked(capture);
    let name = Memo::new(move |_| asked.view.with(|view| named(&view.value)));
    let found = RwSignal::new(None::<Attachment>);
    look_for_lost(asked, name, found);
    let keep = move |picked| timer::spawn(keep(asked, picked, kind, state, found));
    let take = {
        let field = field.clone();
        move |_| {
            if let Some(picked) = picked::take(&field) {
                keep(picked);
            }
        }
    };
    let ask = {
        let field = field.clone();
        move |_| picked::ask(&field)
    };
    let button = move || {
        let words = reader.language().words();
        match (state.get(), kind, name.with(Option::is_some)) {
            (State::Working, ..) => words.file_working,
            (_, Media::Image, false) => words.take_photo,
            (_, Media::Image, true) => words.take_photo_again,
            (_, _, false) => words.choose_file,
            (_, _, true) => words.choose_file_again,
        }
    };
    let said = move || state.get().words(reader.language().words());
    view! {
        <div class="choices">
            {take_default(asked)}
            {live(move || name.get().map(|name| view! { <Kept asked name /> }))}
            {live(move || found.get().map(|file| view! { <Found asked file found /> }))}
            <input type="file" class="unseen" id=field tabindex="-1" aria-hidden="true" accept=accept capture=capture on:change=take />
            <button
                type="button"
                class="button"
                data-action="pick"
                aria-disabled=live(move || (state.get() == State::Working).then_some("true"))
                on:click=ask
            >
                {button}
            </button>
            {(kind == Media::Image).then(|| view! { <Viewfinder asked keep=keep /> })}
            <p class="hint" role="status">{said}</p>
            {shown_when(move || name.with(Option::is_some), move || view! {
                <button type="button" class="button plain" data-action="clear" on:click=move |_| asked.give(Value::Blank)>
                    {say(|w| w.clear)}
                </button> }.into_any())}
        </div>
    }
    .into_any()
}

impl State {
    /// What is said of it, where anything is.
    pub fn words(self, words: &Words) -> Option<&'static str> {
        match self {
            State::Idle | State::Working => None,
            State::TooLarge => Some(words.file_too_large),
            State::NoRoom => Some(words.file_no_room),
            State::Failed => Some(words.file_failed),
        }
    }
}

/// One that was kept and then lost its answer.
#[component]
fn Found(asked: Asked, file: Attachment, found: RwSignal<Option<Attachment>>) -> impl IntoView {
    let name = file.name.clone();
    view! {
        <div class="notice" data-found="true">
            <p>{say(|w| w.file_found)}</p>
            <Kept asked name=file.name />
            <div class="actions">
                <button type="button" class="button" data-action="use" on:click=move |_| {
                    asked.give(Value::Attachment(name.as_str().into()));
                    found.set(None);
                }>{say(|w| w.file_use)}</button>
                <button type="button" class="button plain" on:click=move |_| found.set(None)>
                    {say(|w| w.file_leave)}
                </button>
            </div>
        </div>
    }
}

/// Keeps a picked file, then answers with its name.
async fn keep(
    asked: Asked,
    picked: Picked,
    kind: Media,
    state: RwSignal<State>,
    found: RwSignal<Option<Attachment>>,
) {
    state.set(State::Working);
    let outcome = kept(asked, &picked, kind).await;
    // The page may be gone by now; the file is kept, and found again.
    if state.is_disposed() {
        return;
    }
    match outcome {
        Ok(name) => {
            asked.give(Value::Attachment(name.as_str().into()));
            found.set(None);
            state.set(State::Idle);
        }
        Err(failed) => state.set(failed),
    }
}

/// Keeps what was picked, photos made smaller; the file's name.
pub async fn kept(asked: Asked, picked: &Picked, kind: Media) -> Result<String, State> {
    Place::of(asked).keep(picked, kind).await
}

/// Where a question's files go. Taken before anything is waited for: the page may be left meanwhile, and with it goes the question's signal.
pub struct Place {
    question: String,
    pixels: u32,
    keeping: Rc<Keeping>,
}

impl Place {
    /// While the question is on its page.
    pub fn of(asked: Asked) -> Place {
        let (question, pixels) = asked.view.with_untracked(|view| {
            let said = view.parameters.iter().find(|(name, _)| &**name == "max-pixels");
            (view.name.to_string(), said.and_then(|(_, pixels)| pixels.parse().ok()).unwrap_or(PIXELS))
        });
        Place { question, pixels, keeping: asked.answering.keeping() }
    }

    /// Keeps a file there, photos made smaller; the file's name.
    pub async fn keep(&self, picked: &Picked, kind: Media) -> Result<String, State> {
        if persist::free().await.is_some_and(|free| free < LEAST_ROOM) {
            return Err(State::NoRoom);
        }
        let small = if kind == Media::Image { picked.downscaled(self.pixels).await } else { None };
        let (bytes, media_type, ending) = match small {
            Some(bytes) => (bytes, String::from("image/jpeg"), String::from("jpg")),
            None if picked.size() > LARGEST => return Err(State::TooLarge),
            None => {
                let bytes = picked.bytes().await.ok_or(State::Failed)?;
                let said = picked.media_type();
                let media_type = if said.is_empty() { "application/octet-stream".into() } else { said };
                (bytes, media_type, picked.ending().unwrap_or_else(|| "bin".into()))
            }
        };
        let name = format!("{}-{}.{ending}", self.question, clock::now_ms());
        kept_file::keep(&self.keeping, &name, &media_type, &bytes).await.ok_or(State::Failed)
    }
}

/// Looks whether a file of this question was kept that no answer names.
fn look_for_lost(asked: Asked, name: Memo<Option<String>>, found: RwSignal<Option<Attachment>>) {
    if name.with_untracked(Option::is_some) {
        return;
    }
    let answering = asked.answering;
    let question = asked.view.with_untracked(|view| view.name.clone());
    timer::spawn(async move {
        let files = answering.keeping().files().await;
        if found.is_disposed() || name.with_untracked(Option::is_some) {
            return;
        }
        let own = |file: &Attachment| {
            let rest = file.name.strip_prefix(&*question).and_then(|rest| rest.strip_prefix('-'));
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let mut lost: Vec<Attachment> = files.into_iter().filter(own).collect();
        answering.with(|session| {
            for key in session.nodes() {
                if let Some(Value::Attachment(used)) = session.value(key) {
                    lost.retain(|file| *file.name != **used);
                }
            }
        });
        // The last one taken.
        found.set(lost.pop());
    });
}

/// What a question takes.
#[derive(Clone, Copy, PartialEq)]
pub enum Media {
    Image,
    Other,
}

/// What may be picked.
fn media(question: &QuestionView) -> (Media, String) {
    let said = question.parameters.iter().find(|(name, _)| &**name == "mediatype");
    let accept = said.map_or("", |(_, accept)| accept);
    let kind = if accept.starts_with("image/") { Media::Image } else { Media::Other };
    (kind, if accept.starts_with("application/") { String::new() } else { accept.to_owned() })
}

/// Straight to the camera, where the form says so.
fn capture(question: &QuestionView) -> Option<&'static str> {
    if super::looks(question, "new-front") {
        Some("user")
    } else if super::looks(question, "new") {
        Some("environment")
    } else {
        None
    }
}
