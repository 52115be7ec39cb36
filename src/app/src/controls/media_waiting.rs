//! What of a question's media is not on the device yet, in one line with a button, and what its form names and has not.

use doorstep_engine::MediaFile;
use leptos::prelude::*;

use super::Asked;
use super::media::{Beside, Found, Kind, found};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::media::{self, Had};
use crate::state::reader::{say, use_reader};
use crate::words::Words;

#[derive(Clone, Copy, PartialEq)]
enum Trying {
    No,
    Now,
    Ended(Had),
}

/// The lines; nothing where all is here.
pub fn waiting(asked: Asked, all: Signal<Vec<Beside>>) -> AnyView {
    let reader = use_reader();
    let device = use_context::<Device>();
    let each = move || {
        let addresses = move |it: Beside| {
            let kind = it.kind;
            [Some(it.address), it.large].into_iter().flatten().map(move |address| (kind, address))
        };
        let all = all.get().into_iter().flat_map(addresses);
        all.filter_map(move |(kind, address)| Some((kind, found(asked, &address)?))).collect::<Vec<_>>()
    };
    let missing = Memo::new(move |_| {
        let mut names: Vec<String> = each()
            .into_iter()
            .filter_map(|(_, found)| if let Found::Missing(name) = found { Some(name) } else { None })
            .collect();
        names.dedup();
        names
    });
    let waits = Memo::new(move |_| {
        let Some(device) = device else { return Vec::new() };
        let mut waits: Vec<(Kind, MediaFile)> = Vec::new();
        for (kind, found) in each() {
            if let Found::Listed(file) = found
                && device.media.holds(&file) == Some(false)
                && waits.iter().all(|(_, other)| other.sha256 != file.sha256)
            {
                waits.push((kind, file));
            }
        }
        waits
    });
    let lacks = move || missing.with(|names| !names.is_empty());
    view! {
        {shown_when(lacks, move || view! {
            <p class="soft small media-missing" data-media="missing">
                {live(move || (reader.language().words().media.missing)(&missing.get().join(", ")))}
            </p> }.into_any())}
        {shown_when(move || waits.with(|waits| !waits.is_empty()), move || fetchable(device, waits))}
    }
    .into_any()
}

fn fetchable(device: Option<Device>, waits: Memo<Vec<(Kind, MediaFile)>>) -> AnyView {
    let reader = use_reader();
    let trying = RwSignal::new(Trying::No);
    let fetch = move |_| {
        let Some(device) = device else { return };
        trying.set(Trying::Now);
        let files = waits.with_untracked(|waits| waits.iter().map(|(_, file)| file.clone()).collect());
        timer::spawn(async move {
            let had = media::now(device, files).await;
            trying.try_set(Trying::Ended(had));
        });
    };
    view! {
        <div class="media-waits" data-media="waits">
            <p>{live(move || waits.with(|waits| said(waits, reader.language().words())))}</p>
            <button type="button" class="button" data-action="fetch-media" disabled=live(move || trying.get() == Trying::Now) on:click=fetch>
                {say(|w| w.try_again)}
            </button>
            <p class="hint" role="status">
                {live(move || {
                    let words = &reader.language().words().media;
                    match trying.get() {
                        Trying::No | Trying::Ended(Had::All) => "",
                        Trying::Now => words.fetching,
                        Trying::Ended(Had::Later) => words.later,
                        Trying::Ended(Had::Refused) => words.refused,
                    }
                })}
            </p>
        </div>
    }
    .into_any()
}

/// What is said of one.
pub fn one_waits(kind: Kind, words: &Words) -> &'static str {
    match kind {
        Kind::Picture => words.media.picture_waits,
        Kind::Sound => words.media.sound_waits,
        Kind::Film => words.media.film_waits,
    }
}

/// What is said of them.
fn said(waits: &[(Kind, MediaFile)], words: &Words) -> String {
    match waits {
        [(kind, _)] => one_waits(*kind, words).to_owned(),
        waits => (words.media.several_wait)(waits.len()),
    }
}
