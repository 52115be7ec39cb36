//! A photo without leaving the page: what the camera sees, and a button that takes it. Where the device's own camera opens instead, a phone with little memory
//! may end the browser meanwhile.
//!
//! Beside the file field, never in its place: where there is no camera, or it is refused, nothing is lost.

use leptos::prelude::*;

use super::{Asked, looks};
use crate::components::live::{live, shown_when};
use crate::platform::picked::Picked;
use crate::platform::stream::{self, Side, Stream, Wanted};
use crate::platform::timer;
use crate::state::reader::{say, use_reader};

#[derive(Clone, Copy, PartialEq)]
enum State {
    Closed,
    Asking,
    Open,
    /// The camera was refused, or there is none.
    None,
}

/// The button that opens it, and the picture with its own buttons once it is open. `keep` is given the photo.
#[component]
pub fn Viewfinder(asked: Asked, #[prop(into)] keep: Callback<(Picked,)>) -> impl IntoView {
    if !stream::has_devices() {
        return ().into_any();
    }
    let reader = use_reader();
    let state = RwSignal::new(State::Closed);
    // Dropped with the question: whoever leaves the page has let go of the camera.
    let held = StoredValue::new_local(None::<Stream>);
    let finder = asked.part("finder");
    let first =
        if asked.view.with_untracked(|view| looks(view, "new-front")) { Side::Reader } else { Side::Away };
    let side = RwSignal::new(first);
    let open = {
        let finder = finder.clone();
        move || {
            // A device lends a camera once.
            held.set_value(None);
            state.set(State::Asking);
            let finder = finder.clone();
            timer::spawn(async move {
                let stream = stream::open(Wanted::Photo(side.get_untracked())).await;
                if state.is_disposed() {
                    return;
                }
                let Some(stream) = stream else { return state.set(State::None) };
                state.set(State::Open);
                leptos::task::tick().await;
                stream.show_in(&finder);
                held.try_update_value(|held| *held = Some(stream));
            });
        }
    };
    let close = move || {
        held.set_value(None);
        state.set(State::Closed);
    };
    let shown = {
        let (finder, open) = (finder.clone(), open.clone());
        move || {
            let (taken, open) = (finder.clone(), open.clone());
            let take = move |_| {
                if let Some(photo) = stream::still(&taken) {
                    close();
                    keep.run((photo,));
                }
            };
            let turn = move |_| {
                side.update(|side| *side = if *side == Side::Away { Side::Reader } else { Side::Away });
                open();
            };
            view! {
                <video class="played" id=finder.clone() muted playsinline autoplay aria-label=say(|w| w.controls.viewfinder)></video>
                <div class="actions">
                    <button type="button" class="button main" data-action="shoot" on:click=take>{say(|w| w.controls.shoot)}</button>
                    <button type="button" class="button" data-action="turn" on:click=turn>{say(|w| w.controls.other_camera)}</button>
                    <button type="button" class="button" data-action="close" on:click=move |_| close()>{say(|w| w.cancel)}</button>
                </div>
            }
            .into_any()
        }
    };
    let said = move || {
        let words = &reader.language().words().controls;
        match state.get() {
            State::Asking => words.film_asking,
            State::None => words.camera_none,
            State::Closed | State::Open => "",
        }
    };
    let button = move || {
        let open = open.clone();
        view! {
            <button type="button" class="button plain" data-action="finder" on:click=move |_| open()>
                {say(|w| w.controls.photo_here)}
            </button>
        }
        .into_any()
    };
    view! {
        {shown_when(move || matches!(state.get(), State::Closed | State::None), button)}
        {shown_when(move || state.get() == State::Open, shown)}
        <p class="hint" role="status">{live(said)}</p>
    }
    .into_any()
}
