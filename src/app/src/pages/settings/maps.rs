//! Maps on this device: what was looked at, what is kept for places without a network, and the way to be rid of both.

use leptos::prelude::*;

use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::components::map::ground::Spot;
use crate::components::map::tiles::{Tile, Tiles};
use crate::platform::location::measure;
use crate::platform::tiles::{self as kept, Count};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::reader::{say, use_reader};

const TIMEOUT_MS: u32 = 20_000;

/// Where it stands.
#[derive(Clone, PartialEq)]
enum Now {
    Idle,
    Measuring,
    /// So far around, these; measured, or around the middle of the map.
    Offer {
        around: f64,
        tiles: Vec<Tile>,
        measured: bool,
    },
    Keeping {
        done: usize,
        all: usize,
    },
    Kept {
        missing: usize,
    },
    Removed,
}

/// How much so many are, in millions of bytes.
fn megabytes(tiles: &Tiles, count: usize) -> f64 {
    // Less than one is told as one.
    ((tiles.weight * count as u64) as f64 / 1e6).max(1.0)
}

/// The part of the page. Nothing where the office has no tiles.
#[component]
pub fn MapsSection(device: Device) -> impl IntoView {
    let now = RwSignal::new(Now::Idle);
    let count = RwSignal::new(Count::default());
    let read = move || {
        timer::spawn(async move {
            let found = kept::count().await.unwrap_or_default();
            let _ = count.try_set(found);
        });
    };
    read();
    let known = device.office.tiles;
    let look = move |_| {
        now.set(Now::Measuring);
        timer::spawn(async move {
            let place = measure(TIMEOUT_MS).await.ok();
            let Some(Some(tiles)) = known.try_get_untracked() else { return };
            let here = place.map(|place| Spot { latitude: place.latitude, longitude: place.longitude });
            let offer = here.or_else(|| tiles.middle()).map(|spot| {
                let (around, tiles) = tiles.around(spot);
                Now::Offer { around, tiles, measured: here.is_some() }
            });
            let _ = now.try_set(offer.unwrap_or(Now::Idle));
        });
    };
    let keep = move |_| {
        let (Now::Offer { tiles: wanted, .. }, Some(tiles)) = (now.get_untracked(), known.get_untracked())
        else {
            return;
        };
        let all = wanted.len();
        now.set(Now::Keeping { done: 0, all });
        let addresses: Vec<String> = wanted.into_iter().map(|tile| tiles.address(tile, false)).collect();
        timer::spawn(async move {
            let told = move |done| {
                let _ = now.try_set(Now::Keeping { done, all });
            };
            let missing = kept::keep(addresses, told).await;
            let _ = now.try_set(Now::Kept { missing });
            read();
        });
    };
    let remove = move |_| {
        timer::spawn(async move {
            kept::forget().await;
            let _ = now.try_set(Now::Removed);
            read();
        });
    };
    let any = move || count.with(|count| count.kept + count.looked_at > 0);
    shown_when(
        move || known.with(Option::is_some),
        move || {
            view! {
                <section class="section" data-section="maps" aria-labelledby="maps-heading">
                    <h2 id="maps-heading">{say(|w| w.map.section)}</h2>
                    {said(device, count)}
                    <div class="actions">
                        <button type="button" class="button" data-action="map-of-here" on:click=look
                            aria-disabled=live(move || matches!(now.get(), Now::Measuring | Now::Keeping { .. }).then_some("true"))>
                            <Icon shape=Shape::Aim small=true />
                            {say(|w| w.map.keep)}
                        </button>
                        {shown_when(any, move || view! {
                            <button type="button" class="button" data-action="remove-maps" on:click=remove>
                                <Icon shape=Shape::Bin small=true />
                                {say(|w| w.map.remove)}
                            </button> }.into_any())}
                    </div>
                    {told(device, now)}
                    {shown_when(move || matches!(now.get(), Now::Offer { .. }), move || view! {
                        <button type="button" class="button main" data-action="keep-map" on:click=keep>{say(|w| w.map.keep_yes)}</button> }.into_any())}
                </section>
            }
            .into_any()
        },
    )
}

/// What is here.
fn said(device: Device, count: RwSignal<Count>) -> AnyView {
    let reader = use_reader();
    let words = move || {
        let words = &reader.language().words().map;
        let (tiles, count) = (device.office.tiles.get()?, count.get());
        let kept = (count.kept > 0).then(|| (words.kept)(count.kept, megabytes(&tiles, count.kept)));
        let looked_at = (count.looked_at > 0)
            .then(|| (words.looked_at)(count.looked_at, megabytes(&tiles, count.looked_at)));
        let all: Vec<String> = kept.into_iter().chain(looked_at).collect();
        Some(view! {
            <p class="soft">{words.keep_explained} " " {words.plain}</p>
            {all.into_iter().map(|said| view! { <p data-maps-here="true">{said}</p> }).collect_view()}
        })
    };
    live(words).into_any()
}

/// How far it is.
fn told(device: Device, now: RwSignal<Now>) -> AnyView {
    let reader = use_reader();
    let words = move || {
        let language = reader.language().words();
        let words = &language.map;
        match now.get() {
            Now::Idle => String::new(),
            Now::Measuring => language.taking_place.to_owned(),
            Now::Offer { around, tiles, measured } => {
                let weight = device
                    .office
                    .tiles
                    .with(|known| known.as_ref().map_or(0.0, |known| megabytes(known, tiles.len())));
                let offer = (words.keep_offer)(&(words.length)(around), tiles.len(), weight);
                if measured { offer } else { format!("{} {offer}", words.no_place) }
            }
            Now::Keeping { done, all } => (words.keeping)(done, all),
            Now::Kept { missing: 0 } => String::new(),
            Now::Kept { missing } => (words.not_all)(missing),
            Now::Removed => words.removed.to_owned(),
        }
    };
    view! { <p role="status" data-maps-now="true">{live(words)}</p> }.into_any()
}
