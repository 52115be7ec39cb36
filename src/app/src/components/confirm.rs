//! Asks before something goes for good. The safe way out has the focus.

use super::live::live;
use leptos::prelude::*;

use crate::state::reader::say;

/// A dialog that is open while `asking` holds what is asked about.
#[component]
pub fn Confirm<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is asked about; nothing: closed.
    asking: RwSignal<Option<T>>,
    /// The question, of what is asked about.
    #[prop(into)]
    title: Callback<T, String>,
    /// What it would mean.
    #[prop(into)]
    explained: Signal<&'static str>,
    /// What the button that does it says.
    #[prop(into)]
    yes: Signal<&'static str>,
    /// Does it.
    #[prop(into)]
    act: Callback<T>,
) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match asking.with(Option::is_some) {
            true if !dialog.open() => {
                // Fails only if it is open already.
                let _ = dialog.show_modal();
            }
            false if dialog.open() => dialog.close(),
            true | false => {}
        }
    });
    let go = move |_| {
        if let Some(what) = asking.get_untracked() {
            asking.set(None);
            act.run(what);
        }
    };
    view! {
        <dialog node_ref=dialog aria-label=move || asking.get().map(|what| title.run(what)) on:close=move |_| asking.set(None)>
            <h2>{live(move || asking.get().map(|what| title.run(what)))}</h2>
            <p>{live(move || explained.get())}</p>
            <div class="actions">
                <button type="button" class="button" data-action="cancel" autofocus on:click=move |_| asking.set(None)>
                    {say(|w| w.cancel)}
                </button>
                <button type="button" class="button danger" data-action="confirm" on:click=go>
                    {live(move || yes.get())}
                </button>
            </div>
        </dialog>
    }
}
