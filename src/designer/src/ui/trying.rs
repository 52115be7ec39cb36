//! The form as it runs, in a phone's frame.

use doorstep_app::designing::{Preview, live, shown_when};
use leptos::prelude::*;

use super::desk::use_desk;
use super::words::tell;

/// The frame.
#[component]
pub fn Trying() -> impl IntoView {
    let desk = use_desk();
    let has_errors = Memo::new(move |_| desk.marks.with(|marks| marks.all.iter().any(|mark| mark.is_error)));
    view! {
        <div class="phone">
            {shown_when(move || has_errors.get() && desk.running.with(Option::is_some), || view! {
                <p class="notice warn small" role="status" data-stale="true">{tell(|w| w.stale)}</p> }.into_any())}
            {live(move || match desk.running.get() {
                Some(running) => view! { <Preview running page=desk.page /> }.into_any(),
                None => view! { <p class="empty" data-no-form="true">{tell(|w| w.no_form)}</p> }.into_any(),
            })}
        </div>
        <p class="soft small figures" data-took=live(move || { let (check, run) = desk.took.get(); format!("{check} {run}") })>
            {live(move || { let (check, run) = desk.took.get(); tell_took(check, run)() })}
        </p>
    }
}

fn tell_took(check: u32, run: u32) -> doorstep_app::designing::Live<String> {
    tell(move |w| (w.took)(check, run))
}
