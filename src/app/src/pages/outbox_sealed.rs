//! What the outbox says of a survey that is sealed for the office: which one it is, that nobody can read it here, and what can be done with it all the same.

use doorstep_delivery::{FormVersion, OutboxItem};
use leptos::prelude::*;

use super::draft_card::called;
use crate::components::live::live;
use crate::state::device::Device;
use crate::state::forms;
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::Language;
use crate::words::when::when;

/// What a survey in the outbox is called. One that is sealed has no name that could be read here: it is called by its form, and by when it was finished.
pub fn named(device: Device, item: &OutboxItem, language: Language) -> String {
    let words = language.words();
    if !item.for_office {
        return called(&item.name, words);
    }
    let title = device.forms.with(|known| {
        let of_form = |version: &&FormVersion| version.form.id == item.form.id;
        let version = known.iter().find(|version| version.form.hash == item.form.hash);
        let version = version.or_else(|| known.iter().find(of_form));
        version.map_or_else(|| item.form.id.clone(), |version| forms::title(version, language.tag()))
    });
    (words.sealed_name)(&title, &when(item.finished_at.ms, now(), words))
}

/// That it can't be read here; of one that was refused, that it can't be put right here. Nothing for any other.
#[component]
pub fn SealedNote(item: OutboxItem, refused: bool) -> impl IntoView {
    let reader = use_reader();
    item.for_office.then(|| {
        let said = move || {
            let words = reader.language().words();
            if refused { words.sealed_refused } else { words.sealed_explained }
        };
        view! { <p class="small" data-sealed>{live(move || said().to_owned())}</p> }
    })
}
