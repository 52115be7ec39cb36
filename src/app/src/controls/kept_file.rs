//! A file that an answer names: kept before the answer is, and shown again.

use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::Attachment;
use doorstep_engine::session::Session;
use doorstep_engine::value::Value;
use leptos::prelude::*;

use super::Asked;
use super::media::{Beside, Found, found};
use super::media_waiting::waiting;
use crate::components::live::{live, shown_when};
use crate::platform::picked::Shown;
use crate::platform::{clock, timer};
use crate::state::device::Device;
use crate::state::keeping::Keeping;
use crate::state::media;
use crate::state::reader::say;

/// Keeps bytes under a name, for good; the name that they have now. Nothing if the device did not keep them.
pub async fn keep(keeping: &Rc<Keeping>, name: &str, media_type: &str, bytes: &[u8]) -> Option<String> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
    let ending = name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
    let plain = || format!("file-{}.{ending}", clock::now_ms());
    let file = Attachment::of(name, &media_type, bytes)
        .or_else(|| Attachment::of(&plain(), "application/octet-stream", bytes))?;
    keeping.keep_file(&file, bytes).await.ok()?;
    Some(file.name)
}

/// The file that the answer names: a picture as it is, another one by its size.
#[component]
pub fn Kept(asked: Asked, name: String) -> impl IntoView {
    let shown = StoredValue::new_local(None::<Shown>);
    let url = RwSignal::new(None::<String>);
    let about = RwSignal::new(None::<String>);
    let kind = RwSignal::new(String::new());
    let gone = RwSignal::new(false);
    let label = asked.view.with_untracked(|view| view.label.clone());
    timer::spawn({
        let keeping = asked.answering.keeping();
        async move {
            let file = keeping.files().await.into_iter().find(|file| file.name == name);
            let bytes = keeping.file(&name).await;
            if url.is_disposed() {
                return;
            }
            let (Some(file), Some(bytes)) = (file, bytes) else { return gone.set(true) };
            about.set(Some(size(file.size)));
            kind.set(file.media_type.clone());
            let is_seen = ["image/", "audio/", "video/"].iter().any(|kind| file.media_type.starts_with(kind));
            if is_seen && let Some(address) = Shown::new(&bytes, &file.media_type) {
                url.set(Some(address.url().to_owned()));
                shown.set_value(Some(address));
            }
        }
    });
    view! {
        {live(move || url.get().map(|url| shown_as(&kind.get(), url, label.clone())))}
        <p class="soft small figures" data-file="true">{live(move || about.get())}</p>
        {shown_when(move || gone.get(), || view! { <p class="notice danger">{say(|w| w.file_gone)}</p> }.into_any())}
    }
}

/// A picture is looked at, sound and film are played.
fn shown_as(media_type: &str, url: String, label: String) -> AnyView {
    match media_type.split_once('/').map(|(kind, _)| kind) {
        Some("audio") => {
            view! { <audio class="played" controls src=url aria-label=label></audio> }.into_any()
        }
        Some("video") => {
            view! { <video class="played" controls playsinline src=url aria-label=label></video> }.into_any()
        }
        _ => view! { <img class="photo" src=url alt=label /> }.into_any(),
    }
}

/// The name of the file that an answer names.
pub fn named(value: &Value) -> Option<String> {
    match value {
        Value::Attachment(name) if !is_the_forms(name) => Some(name.to_string()),
        _ => None,
    }
}

/// The address of the form's own picture that an answer is, as its `default` has it, until it is the draft's.
pub fn of_the_form(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Attachment(name) if is_the_forms(name) => Some(name.clone()),
        _ => None,
    }
}

fn is_the_forms(name: &str) -> bool {
    name.starts_with("jr://")
}

/// Makes the form's own picture that the question is answered with a file of the draft's, to be drawn on and sent like any other (ODK XForms, *binary*: the default
/// of an image). What is not on the device yet waits, and keeps nobody from answering otherwise.
pub fn take_default(asked: Asked) -> AnyView {
    let address = Memo::new(move |_| asked.view.with(|view| of_the_form(&view.value)));
    let device = use_context::<Device>();
    let (answering, key) = (asked.answering, asked.key);
    let listed = move || match found(asked, &address.get()?) {
        Some(Found::Listed(file)) => Some(file),
        Some(Found::Drawing(_) | Found::Missing(_)) | None => None,
    };
    Effect::new(move || {
        let Some(file) = listed() else { return };
        if device.is_some_and(|device| device.media.holds(&file) != Some(true)) {
            return;
        }
        let ending = file.name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
        let name = asked.view.with_untracked(|view| format!("{}-{}.{ending}", view.name, clock::now_ms()));
        let keeping = answering.keeping();
        timer::spawn(async move {
            let Some(bytes) = media::bytes(device, &file).await else { return };
            let kept = keep(&keeping, &name, &file.kind, &bytes).await;
            // It may have been answered otherwise meanwhile; the page may have been turned all the same.
            let is_so = |session: &Session| session.value(key).and_then(of_the_form).is_some();
            if let Some(name) = kept
                && !answering.is_gone()
                && answering.with(is_so)
            {
                answering.answer(key, Value::Attachment(name.as_str().into()));
            }
        });
    });
    let waits = Signal::derive(move || address.get().map(Beside::picture).into_iter().collect());
    shown_when(move || address.with(Option::is_some), move || waiting(asked, waits)).into_any()
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes / 1_024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}
