//! The files that go with a form: what there is, what is missing, and more of them.

use doorstep_app::designing::{Confirm, Language, Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::fetch::{ask_signed_in, put_signed_in};
use doorstep_app::platform::picked::Picked;
use doorstep_app::platform::rescue::save_as;
use doorstep_app::platform::{clipboard, designs, picked, timer};
use doorstep_engine::{MediaError, MediaFile};
use leptos::prelude::*;
use serde_json::json;

use super::desk::{Desk, use_desk};
use super::server::{No, read};
use super::words::{tell, words};
use crate::files::{self, Beside, NotAdded};

const FIELD: &str = "design-beside";
const TIMEOUT_MS: u32 = 120_000;

/// The drawer.
#[component]
pub fn FilesDrawer() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let wrong = RwSignal::new(Vec::<String>::new());
    let (new, replaced) = (RwSignal::new(Vec::<String>::new()), RwSignal::new(Vec::<String>::new()));
    let dropping = RwSignal::new(None::<String>);
    let add = move |all: Vec<Picked>| {
        wrong.set(Vec::new());
        replaced.set(Vec::new());
        new.set(Vec::new());
        timer::spawn(async move {
            for picked in all {
                match added(desk, &picked, reader.language_now()).await {
                    Ok(Added::New) => {
                        new.try_update(|new| new.push(picked.name()));
                    }
                    Ok(Added::Replaced) => {
                        replaced.try_update(|replaced| replaced.push(picked.name()));
                    }
                    Err(why) => {
                        wrong.try_update(|wrong| wrong.push(why));
                    }
                }
            }
        });
    };
    let missing = Memo::new(move |_| {
        let running = desk.running.get()?;
        let missing = running.with(|session| files::missing(session.form()));
        (!missing.is_empty()).then_some(missing)
    });
    let named = Memo::new(move |_| {
        let named = |running: doorstep_app::designing::Running| {
            running.with(|session| {
                session.form().media_named().into_iter().map(str::to_owned).collect::<Vec<_>>()
            })
        };
        desk.running.get().map(named).unwrap_or_default()
    });
    let take = move |file: Beside| {
        timer::spawn(async move {
            match bytes_of(desk, &file).await {
                Some(bytes) => save_as(&file.name, file.kind.as_deref().unwrap_or("text/plain"), &bytes),
                None => {
                    let said = (words(reader.language_now()).files.gone)(&file.name);
                    wrong.try_set(vec![said]);
                }
            }
        });
    };
    let row = move |file: Beside| {
        let is_used = file.sha256.is_none() || named.with(|named| named.contains(&file.name));
        Row::new(
            format!("{} {} {is_used}", file.name, file.sha256.as_deref().unwrap_or_default()),
            move || {
                let (kind, size) = (file.kind.clone().unwrap_or_default(), size_text(file.size));
                let short = file.name.rsplit('/').next().unwrap_or_default().to_owned();
                let (named, asked, taken) = (file.name.clone(), file.name.clone(), file.clone());
                view! {
                    <li class="library-row" data-file=file.name.clone()>
                        <span class="grow" title=named>{short} " " <span class="soft small figures">{tell(move |w| (w.files.kind)(&kind))} " · " {size} " · "
                            {tell(move |w| if is_used { w.files.used } else { w.files.unused })}</span></span>
                        <button type="button" class="button small" data-action="take-file" on:click=move |_| take(taken.clone())>{tell(|w| w.files.take)}</button>
                        <button type="button" class="button small plain" data-action="drop-file" on:click=move |_| dropping.set(Some(asked.clone()))>{tell(|w| w.files.drop)}</button>
                    </li>
                }
            },
        )
    };
    let all = move || desk.with(files::all);
    view! {
        <div
            on:dragover=move |event| event.prevent_default()
            on:drop=move |event| { event.prevent_default(); add(clipboard::dropped(&event)); }
        >
            <p class="hint">{tell(|w| w.files.explained)}</p>
            <input type="file" multiple class="unseen" id=FIELD tabindex="-1" aria-hidden="true" accept="image/*,audio/*,video/*,.csv,.xml,.geojson,.svg"
                on:change=move |_| add(picked::take_all(FIELD)) />
            <div class="actions"><button type="button" class="button main" data-action="add-file" on:click=move |_| picked::ask(FIELD)>{tell(|w| w.files.add)}</button></div>
            {live(move || missing.get().map(|names| view! { <p class="notice warn" role="status" data-missing-files="true">{tell(move |w| (w.files.missing)(&names.join(w.files.comma)))}</p> }))}
            {live(move || wrong.get().into_iter().map(|wrong| view! { <p class="notice danger" role="alert" data-wrong="true">{wrong}</p> }).collect_view())}
            {shown_when(move || new.with(|new| !new.is_empty()), move || view! {
                <p class="notice good" role="status" data-added="true">{tell(move |w| (w.files.added)(&new.get().join(w.files.comma)))}</p> }.into_any())}
            {shown_when(move || replaced.with(|replaced| !replaced.is_empty()), move || view! {
                <p class="notice" role="status" data-replaced="true">{tell(move |w| (w.files.replaced)(&replaced.get().join(w.files.comma)))}</p> }.into_any())}
            <ul class="library-rows">{rows(move || all().into_iter().map(row).collect())}</ul>
            {shown_when(move || all().is_empty(), || view! { <p class="soft">{tell(|w| w.files.none)}</p> }.into_any())}
        </div>
        <Confirm
            asking=dropping
            title=move |name: String| (words(reader.language()).files.drop_title)(&name)
            explained=Signal::derive(tell(|w| w.files.drop_explained))
            yes=Signal::derive(tell(|w| w.files.drop))
            act=move |name: String| desk.set_files(desk.now(|document| files::without(document, &name)))
        />
    }
}

/// What became of a file that was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Added {
    New,
    /// There was another one of that name.
    Replaced,
}

/// Puts a file with the form; else why not.
async fn added(desk: Desk, picked: &Picked, language: Language) -> Result<Added, String> {
    let words = &words(language).files;
    let name = picked.name();
    // What is far too large is not read at all.
    let is_readable = picked.size() <= 2 * doorstep_engine::source::MAX_MEDIA_BYTES as u64;
    let bytes = if is_readable { picked.bytes().await } else { Some(Vec::new()) };
    let too_large = MediaError::TooLarge { file: name.clone() };
    let said = |error: MediaError| match language {
        Language::Chinese => format!("{}。", error.in_chinese()),
        _ => format!("{error}."),
    };
    let bytes = match (is_readable, bytes) {
        (true, Some(bytes)) => bytes,
        (true, None) => return Err((words.gone)(&name)),
        (false, _) => return Err(said(too_large)),
    };
    let with = || {
        let with = desk.try_now(|document| files::with(document, &name, &bytes));
        // Whoever left meanwhile is told nothing.
        with.ok_or_else(String::new)?.map_err(|why| match why {
            NotAdded::NotText(name) => (words.not_text)(&name),
            NotAdded::Media(error) => said(error),
        })
    };
    if let (_, Some(media)) = with()? {
        designs::put_media(&media.sha256, &bytes).await.map_err(|_| words.not_kept.to_owned())?;
        desk.hold(&media.sha256, &bytes);
    }
    // Once more: another file may have come meanwhile.
    let (files, _) = with()?;
    let was = desk.now(|document| files::all(document).into_iter().find(|file| file.name == name));
    desk.set_files(files);
    let is = desk.now(|document| files::all(document).into_iter().find(|file| file.name == name));
    // Of a list only its size is known here: given again, it counts as another one.
    let is_same = was == is && is.is_some_and(|file| file.sha256.is_some());
    Ok(if was.is_some() && !is_same { Added::Replaced } else { Added::New })
}

async fn bytes_of(desk: Desk, file: &Beside) -> Option<Vec<u8>> {
    match &file.sha256 {
        Some(sha256) => media(sha256).await,
        None => desk.try_now(|document| {
            let own = document.files().into_iter().find(|source| *source.name == *file.name);
            own.map(|source| source.text.as_bytes().to_vec())
        })?,
    }
}

/// A media file's bytes: of this device, or of the server.
pub async fn media(sha256: &str) -> Option<Vec<u8>> {
    if let Ok(Some(bytes)) = designs::media(sha256).await {
        return Some(bytes);
    }
    let answer = ask_signed_in("GET", &address(sha256), None, TIMEOUT_MS).await.ok()?;
    (answer.status == 200).then_some(answer.body)
}

fn address(sha256: &str) -> String {
    format!("/api/v1/media/{sha256}")
}

/// These media files with their bytes; else which of them can't be had.
pub async fn all_media(listed: Vec<MediaFile>) -> Result<Vec<(MediaFile, Vec<u8>)>, String> {
    let mut all = Vec::new();
    for file in listed {
        let bytes = media(&file.sha256).await.ok_or_else(|| file.name.to_string())?;
        all.push((file, bytes));
    }
    Ok(all)
}

/// What keeps the media files from the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsent {
    /// The server says no.
    No(No),
    /// It is neither here nor there.
    Gone(String),
    /// This one was not taken.
    File(String),
}

/// Sends the server those media files that it does not have yet; `told` hears how many of how many are sent.
///
/// # Errors
/// [`Unsent`]: what was sent stays there, and is not sent again.
pub async fn send_media(desk: Desk, told: impl Fn(usize, usize)) -> Result<(), Unsent> {
    let listed = desk.now(files::listed);
    if listed.is_empty() {
        return Ok(());
    }
    let hashes: Vec<&str> = listed.iter().map(|file| &*file.sha256).collect();
    let body = json!({ "hashes": hashes }).to_string();
    let asked = ask_signed_in("POST", "/api/v1/design/media", Some(body.as_bytes()), TIMEOUT_MS).await;
    let answer = asked.map_err(|_| Unsent::No(No::Unreached))?;
    let json = read(answer.status, &answer.body).map_err(Unsent::No)?;
    let is_missing = |file: &MediaFile| {
        json["missing"].as_array().is_some_and(|all| all.iter().any(|hash| *hash == *file.sha256))
    };
    let missing: Vec<MediaFile> = listed.into_iter().filter(is_missing).collect();
    for (sent, file) in missing.iter().enumerate() {
        told(sent, missing.len());
        let bytes = media(&file.sha256).await.ok_or_else(|| Unsent::Gone(file.name.to_string()))?;
        let path = format!("/api/v1/design/media/{}", file.sha256);
        let answer = put_signed_in(&path, &bytes, TIMEOUT_MS).await.map_err(|_| Unsent::No(No::Unreached))?;
        read(answer.status, &answer.body).map_err(|no| match no {
            No::Refused { .. } => Unsent::File(file.name.to_string()),
            no => Unsent::No(no),
        })?;
    }
    Ok(())
}

/// `12 kB`, `3.4 MB`
fn size_text(bytes: u64) -> String {
    if bytes < 1 << 20 {
        format!("{} kB", bytes.div_ceil(1 << 10))
    } else {
        format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_a_unit_that_fits() {
        assert_eq!([0, 1, 2048, 3 << 20].map(size_text), ["0 kB", "1 kB", "2 kB", "3.0 MB"]);
    }
}
