//! Where the device is, for nodes that the form wants filled in without a question: as it is first opened (`start-geopoint`), or as something is answered.
//!
//! Kept here: nothing waits for it, and what the reader's browser refuses stays blank. One measuring fills in all that wait for one.

use doorstep_delivery::Change;
use doorstep_engine::value::Value;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::answering::Answering;
use crate::platform::location::{self, NoPlace};
use crate::platform::timer;

/// How long a place may take: nobody waits for it.
const MEASURE_MS: u32 = 60_000;

/// What the reader is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whereabouts {
    /// It is being measured.
    Looking,
    /// It is filled in.
    Found,
    /// The reader, or the device's settings, said no.
    Denied,
    /// The device can't tell.
    Unknown,
}

impl Answering {
    /// The draft was opened; for the first time?
    pub fn ask_where(self, first: bool) {
        if !self.with(|session| session.form().asks_where()) {
            return;
        }
        let mut wanted = if first { self.with(|session| session.places_at_first()) } else { Vec::new() };
        wanted.extend(self.places_wanted());
        find(self, wanted);
    }

    /// Something was answered.
    pub(super) fn ask_where_again(self) {
        if self.with(|session| session.form().asks_where()) {
            find(self, self.places_wanted());
        }
    }
}

fn find(answering: Answering, wanted: Vec<Key>) {
    // Nobody has to know where somebody practises.
    if wanted.is_empty() || answering.is_practice() {
        return;
    }
    answering.whereabouts.set(Some(Whereabouts::Looking));
    timer::spawn(async move {
        let measured = location::measure(MEASURE_MS).await;
        if answering.is_gone() {
            return;
        }
        let whereabouts = match measured {
            Ok(place) => {
                let text = place.to_text();
                wanted.into_iter().for_each(|key| fill_in(answering, key, &text));
                Whereabouts::Found
            }
            Err(NoPlace::Denied) => Whereabouts::Denied,
            Err(NoPlace::Unavailable | NoPlace::TimedOut) => Whereabouts::Unknown,
        };
        answering.whereabouts.set(Some(whereabouts));
    });
}

fn fill_in(answering: Answering, key: Key, text: &str) {
    let Some(data_type) = answering.with(|session| session.data_type(key)) else { return };
    let value = Value::read(data_type, text);
    let change = Change::answer(answering.with(|session| session.path(key)), &value);
    answering.take(change, |session| session.answer(key, value));
}
