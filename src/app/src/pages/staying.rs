//! Says where a form is begun, and again before it is finished, that its answers will not leave this phone: they may only go out
//! encrypted for its key, and a target takes nothing encrypted, or the key is none. Nothing is lost: what is finished is kept, and can be exported.

use doorstep_delivery::odk_encryption::PublicKey;
use leptos::prelude::*;

use super::outbox_target::target_name;
use crate::components::live::live;
use crate::state::answering::Answering;
use crate::state::device::use_device;
use crate::state::reader::use_reader;

/// The notice; nothing where all is well.
#[component]
pub fn Staying(answering: Answering) -> impl IntoView {
    let (device, reader) = (use_device(), use_reader());
    let (form, key) = answering.with(|session| {
        let form = session.form();
        (form.id().to_owned(), form.public_key().map(str::to_owned))
    });
    // Of a practice nothing leaves the phone in any case.
    let key = key.filter(|_| !answering.is_practice());
    let bad_key = key.as_deref().is_some_and(|key| PublicKey::read(key).is_none());
    let said = move || {
        let words = reader.language().words();
        key.as_ref()?;
        if bad_key {
            return Some(words.staying_bad_key.to_owned());
        }
        let refusing = device.targets.refusing_encrypted(&form);
        let names: Vec<String> = refusing.iter().map(|name| target_name(name, words)).collect();
        (!names.is_empty()).then(|| (words.staying)(&names.join(words.between)))
    };
    live(move || said().map(|said| view! { <p class="notice warn" role="status" data-staying>{said}</p> }))
}
