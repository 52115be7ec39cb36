//! The form as it runs, in the frame of a phone or of a kiosk.

use doorstep_app::designing::{KioskPreview, Preview, live, shown_when};
use leptos::prelude::*;

use super::desk::use_desk;
use super::words::tell;

/// The frame.
#[component]
pub fn Trying() -> impl IntoView {
    let desk = use_desk();
    let has_errors = Memo::new(move |_| desk.marks.with(|marks| marks.all.iter().any(|mark| mark.is_error)));
    let as_kiosk = RwSignal::new(false);
    let (place, over) = (RwSignal::new(None), RwSignal::new(None::<bool>));
    let again = move |_| {
        place.set(None);
        over.set(None);
    };
    let frame = move |kiosk: bool, name: &'static str| {
        let word = tell(move |w| if kiosk { w.as_kiosk } else { w.as_phone });
        let is_pressed = live(move || (as_kiosk.get() == kiosk).to_string());
        view! {
            <button type="button" class="button small" data-frame=name aria-pressed=is_pressed on:click=move |_| as_kiosk.set(kiosk)>{word}</button>
        }
    };
    view! {
        <div class="frames">{frame(false, "phone")}{frame(true, "kiosk")}</div>
        <div class=live(move || if as_kiosk.get() { "phone station" } else { "phone" })>
            {shown_when(move || has_errors.get() && desk.running.with(Option::is_some), || view! {
                <p class="notice warn small" role="status" data-stale="true">{tell(|w| w.stale)}</p> }.into_any())}
            {live(move || match (desk.running.get(), as_kiosk.get()) {
                (None, _) => view! { <p class="empty" data-no-form="true">{tell(|w| w.no_form)}</p> }.into_any(),
                (Some(running), false) => view! { <Preview running page=desk.page /> }.into_any(),
                (Some(_), true) if over.get().is_some() => view! {
                    <p class="notice good" role="status" data-over="true">{tell(move |w| if over.get() == Some(true) { w.kiosk_over } else { w.kiosk_left })}</p>
                    <div class="actions"><button type="button" class="button" data-action="again" on:click=again>{tell(|w| w.kiosk_again)}</button></div>
                }.into_any(),
                (Some(running), true) => view! { <KioskPreview running place over /> }.into_any(),
            })}
        </div>
        // For whoever measures it.
        <span hidden data-took=live(move || { let (check, run) = desk.took.get(); format!("{check} {run}") })></span>
    }
}
