//! The jump list of a phone: a sheet that rises from the bottom bar.

use super::live::shown_when;
use doorstep_delivery::audit_log::Event;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::jump_list::JumpList;
use crate::state::answering::Answering;
use crate::state::reader::say;

/// The sheet and the button that opens it.
#[component]
pub fn JumpDrawer(
    answering: Answering,
    #[prop(into)] current: Signal<Option<Key>>,
    #[prop(into)] go: Callback<Option<Key>>,
    #[prop(into)] assess: Callback<()>,
) -> impl IntoView {
    let sheet = NodeRef::<leptos::html::Dialog>::new();
    let open = RwSignal::new(false);
    let close = move || {
        if let Some(sheet) = sheet.get_untracked() {
            sheet.close();
        }
    };
    let go_and_close = move |page: Option<Key>| {
        close();
        go.run(page);
    };
    let assess_and_close = move |()| {
        close();
        assess.run(());
    };
    let seek_and_close = move |key: Key| {
        close();
        answering.sought.set(Some(key));
    };
    let show = move |_| {
        open.set(true);
        answering.note(Event::Jump, None);
        if let Some(sheet) = sheet.get_untracked() {
            // Fails only if it is open already.
            let _ = sheet.show_modal();
        }
    };
    view! {
        <button type="button" class="button only-phone" data-action="pages" aria-haspopup="dialog" on:click=show>
            <Icon shape=Shape::List />
            {say(|w| w.pages)}
        </button>
        <dialog class="sheet" node_ref=sheet aria-labelledby="jump-title" on:close=move |_| open.set(false)>
            <div class="sheet-head">
                <div class="sheet-title">
                    <h2 id="jump-title">{say(|w| w.pages_title)}</h2>
                    <button type="button" class="button plain icon-only" aria-label=say(|w| w.close) on:click=move |_| close()>
                        <Icon shape=Shape::Close />
                    </button>
                </div>
            </div>
            <div class="sheet-body">
                {shown_when(move || open.get(), move || view! {
                    <JumpList
                        answering
                        current
                        go=go_and_close
                        assess=assess_and_close
                        seek=seek_and_close
                    /> }.into_any())}
            </div>
        </dialog>
    }
}
