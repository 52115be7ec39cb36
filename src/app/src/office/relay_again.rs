//! Having all of a tab tried again, beyond what is shown of it.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::desk::Desk;
use super::field::{Outcome, Told};
use super::frame::Remote;
use super::refusal::Refusal;
use super::relay::{Read, read};
use super::tell;
use crate::components::live::live;
use crate::platform::timer;

/// Has all of a tab tried again, one after another, beyond what is shown; what is refused ends it, and is told.
#[component]
pub fn AgainAll(
    desk: Desk,
    queue: Remote<Read>,
    target: RwSignal<String>,
    /// How many there are.
    #[prop(into)]
    all: Signal<usize>,
    #[prop(into)] done: Callback<()>,
) -> impl IntoView {
    let outcome = Outcome::new();
    let gone = RwSignal::new(0);
    let queued = RwSignal::new(None::<usize>);
    let go = move |_| {
        if !outcome.begin() {
            return;
        }
        queued.set(None);
        gone.set(0);
        let (first, target) = (queue.value.get_untracked().unwrap_or_default(), target.get_untracked());
        timer::spawn(async move {
            match again_all(desk, first, target, gone).await {
                Err(refusal) => outcome.refused(refusal, |_| None),
                Ok(count) => {
                    outcome.done();
                    queued.try_set(Some(count));
                    // What came of it is worth waiting a moment for.
                    timer::sleep(1_500).await;
                    done.try_run(());
                }
            }
        });
    };
    view! {
        <Told outcome />
        {live(move || queued.get().map(|n| view! {
            <p class="notice" role="status" data-queued="true">{tell(move |w| (w.again_done)(n))}</p> }))}
        <div class="actions">
            <button type="button" class="button" data-action="again-all" disabled=live(move || outcome.busy.get() || all.get() == 0) on:click=go>
                {tell(move |w| match outcome.busy.get() {
                    true => (w.again_going)(gone.get(), all.get()),
                    false => (w.again_all)(all.get()),
                })}
            </button>
        </div>
    }
}

/// Goes through a tab page by page. The server takes some twenty a second: whoever is told to wait waits.
async fn again_all(desk: Desk, first: Read, target: String, gone: RwSignal<usize>) -> Result<usize, Refusal> {
    let (mut page, mut count) = (first, 0);
    loop {
        let items = page.items.iter().filter(|item| item.configured && item.state != "sending");
        for item in items {
            let path = format!("/api/v1/relay/{}/{}", item.submission, item.target);
            loop {
                match desk.ask::<Json>("POST", &path, Some(&json!({}))).await {
                    Ok(_) => count += 1,
                    // Meanwhile it arrived, or is gone: nothing to try.
                    Err(refusal) if matches!(refusal.code.as_str(), "delivered" | "unknown") => {}
                    Err(refusal) if refusal.code == "too_often" => {
                        timer::sleep(u32::try_from(refusal.wait.clamp(1, 60) * 1_000).unwrap_or(60_000))
                            .await;
                        continue;
                    }
                    Err(refusal) => return Err(refusal),
                }
                break;
            }
            // The page may be gone: what was asked for is asked for, and the rest is not.
            if gone.try_update(|gone| *gone += 1).is_none() {
                return Ok(count);
            }
        }
        if page.rest.is_empty() {
            return Ok(count);
        }
        page = read(desk, page.rest, target.clone()).await?;
    }
}
