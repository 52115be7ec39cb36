//! A film, recorded here (`video`): what the camera sees first, then the film to look at, and only then it is kept. A file may be chosen instead.
//!
//! Kept here: it ends by itself before it is longer than a server takes, and how much is left is said all along.

use doorstep_engine::value::Value;
use doorstep_engine::view::{Control as Kind, QuestionView};
use leptos::prelude::*;

use super::upload::{self, LARGEST, Media, Place};
use super::{Asked, Control, Frame, is_of, looks};
use crate::components::live::{live, shown_when};
use crate::platform::picked::{Picked, Shown};
use crate::platform::recorder::{self, Rate, Recording};
use crate::platform::stream::{self, Side, Stream, Wanted};
use crate::platform::timer;
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control = Control { name: "film", takes: is_film, frame: Frame::Group, show };

/// The longest film, in seconds.
const LONGEST_S: u32 = 120;
/// How often it is said how long it is.
const TELL_MS: u32 = 1_000;
/// Two minutes of this are some fifteen megabytes.
const RATE: Rate = Rate { sound: Some(48_000), pictures: Some(1_000_000) };
/// Of what a server takes, what a last slice may still need.
const SPARE: u64 = 2 << 20;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    /// The reader is asked whether camera and microphone may be used.
    Asking,
    /// What the camera sees is shown.
    Aiming,
    Recording,
    /// It is looked at before it is kept; did it end by itself?
    Ended(bool),
    Keeping,
    /// The camera was refused, or there is none.
    None,
    Failed(upload::State),
}

fn is_film(question: &QuestionView) -> bool {
    question.control == Kind::Upload && is_of(question, "video/")
}

/// What the control holds beside its state. Dropped with the question: whoever leaves the page has let go of the camera.
#[derive(Default)]
struct Held {
    stream: Option<Stream>,
    recording: Option<Recording>,
    film: Option<(Picked, Option<Shown>)>,
}

#[derive(Clone, Copy)]
struct Film {
    asked: Asked,
    state: RwSignal<State>,
    seconds: RwSignal<u32>,
    bytes: RwSignal<u64>,
    held: StoredValue<Held, LocalStorage>,
}

impl Film {
    fn finder(self) -> String {
        self.asked.part("finder")
    }

    fn open(self) {
        self.state.set(State::Asking);
        let side = if self.asked.view.with_untracked(|view| looks(view, "new-front")) {
            Side::Reader
        } else {
            Side::Away
        };
        timer::spawn(async move {
            let stream = stream::open(Wanted::Film(side)).await;
            if self.state.is_disposed() {
                return;
            }
            let Some(stream) = stream else { return self.state.set(State::None) };
            self.state.set(State::Aiming);
            leptos::task::tick().await;
            stream.show_in(&self.finder());
            self.held.try_update_value(|held| held.stream = Some(stream));
        });
    }

    fn begin(self) {
        let stream = self.held.try_update_value(|held| held.stream.take()).flatten();
        let Some(recording) = stream.and_then(|stream| Recording::of(stream, RATE)) else {
            return self.state.set(State::None);
        };
        self.held.update_value(|held| held.recording = Some(recording));
        self.seconds.set(0);
        self.bytes.set(0);
        self.state.set(State::Recording);
        timer::spawn(async move {
            while self.state.try_get_untracked() == Some(State::Recording) {
                timer::sleep(TELL_MS).await;
                let so_far = self.held.try_with_value(|held| held.recording.as_ref().map(Recording::bytes));
                let (Some(Some(bytes)), Some(seconds)) = (so_far, self.seconds.try_get_untracked()) else {
                    return;
                };
                self.seconds.set(seconds + 1);
                self.bytes.set(bytes);
                if seconds + 1 >= LONGEST_S || bytes >= LARGEST - SPARE {
                    return self.end(true);
                }
            }
        });
    }

    fn end(self, by_itself: bool) {
        let Some(recording) = self.held.try_update_value(|held| held.recording.take()).flatten() else {
            return;
        };
        timer::spawn(async move {
            let film = recording.end().await;
            if self.state.is_disposed() {
                return;
            }
            let Some(film) = film else { return self.state.set(State::Failed(upload::State::Failed)) };
            let shown = Shown::of(&film);
            self.held.update_value(|held| held.film = Some((film, shown)));
            self.state.set(State::Ended(by_itself));
        });
    }

    /// Keeps it, and only then answers.
    fn keep(self) {
        let Some((film, _)) = self.held.try_update_value(|held| held.film.take()).flatten() else { return };
        self.state.set(State::Keeping);
        let (place, answering, key) = (Place::of(self.asked), self.asked.answering, self.asked.key);
        timer::spawn(async move {
            let kept = place.keep(&film, Media::Other).await;
            // The page may have been turned by now: the answer is given all the same.
            if let (Ok(name), false) = (&kept, answering.is_gone()) {
                answering.answer(key, Value::Attachment(name.as_str().into()));
            }
            self.state.try_set(kept.map_or_else(State::Failed, |_| State::Idle));
        });
    }

    /// Nothing of it is left.
    fn close(self) {
        self.held.set_value(Held::default());
        self.state.set(State::Idle);
    }
}

fn show(asked: Asked) -> AnyView {
    if !recorder::can_record() {
        return upload::show(asked);
    }
    let film = Film {
        asked,
        state: RwSignal::new(State::Idle),
        seconds: RwSignal::new(0),
        bytes: RwSignal::new(0),
        held: StoredValue::new_local(Held::default()),
    };
    let state = film.state;
    let reader = use_reader();
    let said = move || {
        let words = reader.language().words();
        match state.get() {
            State::Asking => words.controls.film_asking,
            State::Recording => words.controls.film_recording,
            State::Ended(false) => words.controls.film_look,
            State::Ended(true) => words.controls.film_full,
            State::Keeping => words.file_working,
            State::None => words.controls.film_none,
            State::Failed(why) => why.words(words).unwrap_or(words.file_failed),
            State::Idle | State::Aiming => "",
        }
    };
    let is_resting = move || matches!(state.get(), State::Idle | State::None | State::Failed(_));
    let is_open = move || matches!(state.get(), State::Aiming | State::Recording);
    view! {
        <div class="choices">
            {shown_when(is_resting, move || button(film, "film", |w| w.controls.film, Film::open))}
            {shown_when(is_open, move || view! {
                <video class="played" id=film.finder() muted playsinline autoplay aria-label=say(|w| w.controls.viewfinder)></video> }.into_any())}
            {shown_when(move || state.get() == State::Aiming, move || view! {
                <div class="actions">
                    {button(film, "begin", |w| w.controls.film_begin, Film::begin)}
                    {button(film, "close", |w| w.cancel, Film::close)}
                </div> }.into_any())}
            {shown_when(move || state.get() == State::Recording, move || running(film))}
            {shown_when(move || matches!(state.get(), State::Ended(_)), move || ended(film))}
            <p class="hint" role="status">{live(said)}</p>
        </div>
        {shown_when(is_resting, move || upload::show(asked))}
    }
    .into_any()
}

fn button(
    film: Film,
    action: &'static str,
    word: fn(&'static crate::words::Words) -> &'static str,
    press: fn(Film),
) -> AnyView {
    let class = if matches!(action, "begin" | "keep") { "button main" } else { "button" };
    view! { <button type="button" class=class data-action=action on:click=move |_| press(film)>{say(word)}</button> }
        .into_any()
}

/// How long it is, of how much; and the way to end it.
fn running(film: Film) -> AnyView {
    let so_far =
        say(move |w| (w.controls.film_so_far)(film.seconds.get(), LONGEST_S, film.bytes.get(), LARGEST));
    view! {
        <progress class="meter" max=LONGEST_S.to_string() prop:value=live(move || film.seconds.get().to_string()) aria-label=say(|w| w.controls.film_length)></progress>
        <p class="small figures" data-so-far="true">{so_far}</p>
        <button type="button" class="button danger" data-action="stop" on:click=move |_| film.end(false)>
            {say(|w| w.controls.film_end)}
        </button>
    }
    .into_any()
}

/// The film as it is, before it is kept.
fn ended(film: Film) -> AnyView {
    let url = film.held.with_value(|held| {
        held.film.as_ref().and_then(|(_, shown)| shown.as_ref()).map(|shown| shown.url().to_owned())
    });
    view! {
        <video class="played" controls playsinline src=url aria-label=say(|w| w.controls.film_made)></video>
        <div class="actions">
            {button(film, "keep", |w| w.controls.film_keep, Film::keep)}
            {button(film, "again", |w| w.controls.film_again, Film::open)}
            {button(film, "discard", |w| w.controls.film_discard, Film::close)}
        </div>
    }
    .into_any()
}
