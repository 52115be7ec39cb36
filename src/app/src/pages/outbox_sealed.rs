//! What the outbox says of a survey that is sealed for the office: that nobody can read it here, and what can be done with it all the same.

use doorstep_delivery::OutboxItem;
use leptos::prelude::*;

use super::draft_card::called;
use crate::components::live::live;
use crate::state::device::Device;
use crate::state::forms;
use crate::state::reader::use_reader;
use crate::words::Words;

/// What a survey in the outbox is called.
pub fn named(item: &OutboxItem, words: &Words) -> String {
    if item.for_office { words.sealed_title.to_owned() } else { called(&item.name, words) }
}

/// Which form it answers, and that it can't be read here; of one that was refused, that it can't be put right here. Nothing for any other.
#[component]
pub fn SealedNote(device: Device, item: OutboxItem, refused: bool) -> impl IntoView {
    let reader = use_reader();
    item.for_office.then(|| {
        let form = item.form;
        let title = move || {
            let language = reader.language().tag();
            device.forms.with(|forms| {
                let version = forms.iter().find(|version| version.form.hash == form.hash);
                version.map_or_else(|| form.id.clone(), |version| forms::title(version, language))
            })
        };
        let said = move || {
            let words = reader.language().words();
            if refused { words.sealed_refused } else { words.sealed_explained }
        };
        view! {
            <p class="small">{live(title)}</p>
            <p class="small" data-sealed>{live(move || said().to_owned())}</p>
        }
    })
}
