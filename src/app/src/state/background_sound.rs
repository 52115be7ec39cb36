//! What is said while a form is filled in, recorded because the form wants it (`background-audio`): one recording for each draft, kept again and again while it goes
//! on, so that a phone that dies loses its last seconds and no more.
//!
//! Kept here: it begins by a tap and not by itself, since whoever is heard has to be asked first; while it goes on every page says so; it can be thrown away; a
//! kiosk and practice record nothing. It never holds a survey up.

use std::rc::Rc;

use doorstep_delivery::{Attachment, Change};
use doorstep_engine::SoundQuality;
use doorstep_engine::value::Value;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::answering::Answering;
use super::keeping::Keeping;
use crate::platform::picked::Picked;
use crate::platform::recorder::{self, Rate, Recording};
use crate::platform::stream::{self, Wanted};
use crate::platform::{clock, timer};

/// It is looked at this often.
const LOOK_MS: u32 = 1_000;
/// How often it is looked whether it may be ended.
const WAIT_MS: u32 = 50;
/// It is kept anew this often, in seconds; less often once that is much to write.
const KEEP_S: u32 = 5;
const KEEP_LONG_S: u32 = 60;
const LONG_BYTES: u64 = 2 << 20;
/// The server takes no larger file: it ends by itself before.
const MOST_BYTES: u64 = 28 << 20;

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nobody was asked yet.
    Offered,
    /// The browser asks whether the microphone may be used.
    Asking,
    /// It goes on.
    Recording,
    /// It is over, and kept.
    Kept,
    /// They would rather not.
    Declined,
    /// The microphone was refused, or there is none.
    None,
    /// The device did not keep it.
    Failed,
}

/// The recording of an open draft.
#[derive(Clone, Copy, Debug)]
pub struct Sound {
    /// Nothing where the form wants none.
    pub state: RwSignal<Option<State>>,
    /// How long it is.
    pub seconds: RwSignal<u32>,
    recording: StoredValue<Option<Rc<Recording>>, LocalStorage>,
    /// What the file is called once it was kept.
    name: StoredValue<Option<String>>,
}

impl Sound {
    /// Of a draft that is opened.
    pub fn new() -> Sound {
        Sound {
            state: RwSignal::new(None),
            seconds: RwSignal::new(0),
            recording: StoredValue::new_local(None),
            name: StoredValue::new(None),
        }
    }
}

impl Answering {
    /// The draft was opened: is there to be a recording, or is there one already?
    pub fn offer_sound(self) {
        let Some((key, _)) = self.with(|session| session.records_sound()) else { return };
        if self.is_practice() {
            return;
        }
        let has_one = self.with(|session| session.value(key).is_some_and(|value| !value.is_blank()));
        self.sound.state.set(Some(match (has_one, recorder::can_record()) {
            (true, _) => State::Kept,
            (false, true) => State::Offered,
            (false, false) => State::None,
        }));
        let sound = self.sound;
        let keeping = StoredValue::new_local(self.keeping());
        // Whoever leaves the form has ended it; what was not kept yet is kept in the place of what was.
        on_cleanup(move || {
            let recording = sound.recording.try_update_value(Option::take).flatten();
            let (name, keeping) = (sound.name.try_get_value().flatten(), keeping.try_get_value());
            if let (Some(recording), Some(name), Some(keeping)) = (recording, name, keeping) {
                timer::spawn(async move {
                    let Some(file) = ended(recording).await else { return };
                    if let Some(bytes) = file.bytes().await {
                        kept(&keeping, &name, &file.media_type(), &bytes).await;
                    }
                });
            }
        });
    }

    /// They said yes.
    pub fn record_sound(self) {
        let Some((key, quality)) = self.with(|session| session.records_sound()) else { return };
        let sound = self.sound;
        sound.state.set(Some(State::Asking));
        timer::spawn(async move {
            let stream = stream::open(Wanted::Sound).await;
            if self.is_gone() || sound.state.is_disposed() {
                return;
            }
            let rate = Rate { sound: Some(bits(quality)), pictures: None };
            let Some(recording) = stream.and_then(|stream| Recording::of(stream, rate)) else {
                return sound.state.set(Some(State::None));
            };
            sound.recording.set_value(Some(Rc::new(recording)));
            sound.seconds.set(0);
            sound.state.set(Some(State::Recording));
            self.go_on_recording(key).await;
        });
    }

    /// They would rather not; it can be begun later.
    pub fn decline_sound(self) {
        self.sound.state.set(Some(State::Declined));
    }

    /// It is over; returns once it is kept. Nothing happens where none goes on.
    pub async fn end_sound(self) {
        let sound = self.sound;
        let Some(recording) = sound.recording.try_update_value(Option::take).flatten() else { return };
        let Some((key, _)) = self.with(|session| session.records_sound()) else { return };
        let is_kept = match ended(recording).await {
            Some(file) => self.keep_sound(key, &file).await,
            None => false,
        };
        sound.state.try_set(Some(if is_kept { State::Kept } else { State::Failed }));
    }

    /// Throws it away, for good: the file that no answer names goes with the draft's end and is never sent.
    pub fn drop_sound(self) {
        let Some((key, _)) = self.with(|session| session.records_sound()) else { return };
        self.sound.recording.set_value(None);
        self.sound.name.set_value(None);
        self.set_sound(key, Value::Blank);
        self.sound.state.set(Some(State::Declined));
    }

    async fn go_on_recording(self, key: Key) {
        let sound = self.sound;
        let mut kept_at = 0;
        while sound.state.try_get_untracked().flatten() == Some(State::Recording) {
            timer::sleep(LOOK_MS).await;
            let Some(Some(recording)) = sound.recording.try_with_value(Clone::clone) else { return };
            let seconds = sound.seconds.try_update(|seconds| {
                *seconds += 1;
                *seconds
            });
            let Some(seconds) = seconds else { return };
            let bytes = recording.bytes();
            if bytes >= MOST_BYTES {
                drop(recording);
                return self.end_sound().await;
            }
            let every = if bytes < LONG_BYTES { KEEP_S } else { KEEP_LONG_S };
            if seconds - kept_at >= every {
                kept_at = seconds;
                if let Some(file) = recording.so_far() {
                    self.keep_sound(key, &file).await;
                }
            }
        }
    }

    /// Keeps it as it is now, in the place of what was kept of it before, and names it.
    async fn keep_sound(self, key: Key, file: &Picked) -> bool {
        if self.is_gone() {
            return false;
        }
        let keeping = self.keeping();
        let Some(bytes) = file.bytes().await else { return false };
        let known = self.sound.name.try_get_value().flatten();
        let name = known.unwrap_or_else(|| {
            let ending = file.ending().unwrap_or_else(|| "webm".into());
            format!("background-{}.{ending}", clock::now_ms())
        });
        if !kept(&keeping, &name, &file.media_type(), &bytes).await || self.is_gone() {
            return false;
        }
        self.sound.name.set_value(Some(name.clone()));
        self.set_sound(key, Value::Attachment(name.as_str().into()));
        true
    }

    fn set_sound(self, key: Key, value: Value) {
        if self.with(|session| session.value(key) == Some(&value)) {
            return;
        }
        let change = Change::answer(self.with(|session| session.path(key)), &value);
        self.take(change, |session| session.answer(key, value));
    }
}

/// The whole of it. What is being kept at this moment is waited for, so that nothing older comes after it.
async fn ended(mut recording: Rc<Recording>) -> Option<Picked> {
    loop {
        match Rc::try_unwrap(recording) {
            Ok(recording) => return recording.end().await,
            Err(shared) => recording = shared,
        }
        timer::sleep(WAIT_MS).await;
    }
}

async fn kept(keeping: &Rc<Keeping>, name: &str, media_type: &str, bytes: &[u8]) -> bool {
    match Attachment::of(name, media_type, bytes) {
        Some(file) => keeping.keep_file(&file, bytes).await.is_ok(),
        None => false,
    }
}

/// Opus needs less than what ODK Collect's codecs take for the same (XForms, *odk:quality*).
fn bits(quality: SoundQuality) -> u32 {
    match quality {
        SoundQuality::Normal => 64_000,
        SoundQuality::Low => 24_000,
        SoundQuality::VoiceOnly => 16_000,
    }
}
