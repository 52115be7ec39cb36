//! A file that an answer names: kept before the answer is, and shown again.

use std::rc::Rc;

use doorstep_delivery::Attachment;
use doorstep_engine::value::Value;
use leptos::prelude::*;

use super::Asked;
use crate::components::live::{live, shown_when};
use crate::platform::picked::Shown;
use crate::platform::{clock, timer};
use crate::state::keeping::Keeping;
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
        Value::Attachment(name) => Some(name.to_string()),
        _ => None,
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes / 1_024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}
