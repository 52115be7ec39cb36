//! A drawing whose parts are chosen by touching them (`image-map`), above the rows of the same choices, which keyboards and screen readers use.

use std::sync::Arc;

use doorstep_engine::picture::{Part, Picture};
use leptos::prelude::*;

use super::Asked;
use super::drawing::{Drawing, beside};
use crate::components::live::live;

/// The appearance of what has a map.
pub const MAP: &str = "image-map";

/// The map, if the question has one that the form carries.
pub fn map(
    asked: Asked,
    chosen: Callback<Arc<str>, bool>,
    pick: Callback<(Arc<str>, bool)>,
) -> Option<AnyView> {
    if !asked.looks(MAP) {
        return None;
    }
    let address = Memo::new(move |_| beside(asked));
    Some(live(move || address.get().map(|address| shown(asked, address, chosen, pick))).into_any())
}

fn shown(
    asked: Asked,
    address: Arc<str>,
    chosen: Callback<Arc<str>, bool>,
    pick: Callback<(Arc<str>, bool)>,
) -> Option<AnyView> {
    let picture = asked.answering.with(|session| Picture::read(session.form().picture(&address)?))?;
    let offered = asked.choices();
    let part = |part: Part| {
        let name: Arc<str> = part.name.into();
        let (is, on, picked) = (name.clone(), name.clone(), name.clone());
        let outlines = part
            .outlines
            .into_iter()
            .map(|outline| view! { <path d=outline.path transform=outline.transform></path> });
        view! {
            <g
                class="map-part"
                class:chosen=live(move || chosen.run(is.clone()))
                data-part=name.to_string()
                on:click=move |_| {
                    // Parts that are no choices now are only drawn.
                    if offered.with_untracked(|offered| offered.iter().any(|choice| choice.name == on)) {
                        let now = untrack(|| chosen.run(picked.clone()));
                        pick.run((picked.clone(), !now));
                    }
                }
            >
                {outlines.collect_view()}
            </g>
        }
    };
    let parts = picture.parts.into_iter().map(part).collect_view();
    let view = view! {
        <div class="image-map">
            <Drawing asked address />
            <svg viewBox=picture.view_box aria-hidden="true" focusable="false">{parts}</svg>
        </div>
    };
    Some(view.into_any())
}
