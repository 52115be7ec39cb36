//! A form begun from elsewhere, for a household and what was proposed for it: the office's list of places leads here.
//!
//! Kept here: what is begun is a draft as any other, and whoever fills it in may choose otherwise. The address names codes and ids alone, and is not in
//! the tab's history once the draft is there, so that going back begins no second one.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::components::live::live;
use crate::components::top_bar::TopBar;
use crate::platform::timer;
use crate::state::device::use_device;
use crate::state::held::use_held;
use crate::state::reader::{say, title, use_reader};
use crate::state::{drafts, forms};

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// What the phone holds is not read yet, or the draft is being made.
    Waiting,
    /// The form is not on this device.
    NoForm,
    /// The household is not.
    NoHousehold,
    Failed,
}

/// The page at `/begin/FORM/CASE,CODE,…`.
#[component]
pub fn BeginPage() -> impl IntoView {
    let (device, held, reader, navigate) = (use_device(), use_held(), use_reader(), use_navigate());
    title(|words| words.households.household.to_owned());
    let params = use_params_map();
    let part = |name: &str| params.with_untracked(|params| params.get(name)).unwrap_or_default();
    let form = part("form");
    let about: Vec<String> =
        part("about").split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let standing = RwSignal::new(Standing::Waiting);
    let begun = StoredValue::new(false);
    Effect::new(move || {
        let Some(lists) = held.get() else { return };
        let hash = device.forms.with(|known| {
            let found = known.iter().find(|version| version.current && version.form.id == form);
            found.map(|version| version.form.hash.clone())
        });
        let known = || lists.cases.entities.iter().chain(&lists.referrals.entities);
        let is_held = about.first().is_some_and(|id| known().any(|known| known.id == *id));
        let hash = match (hash, is_held) {
            (Some(hash), true) => hash,
            (None, _) => return standing.set(Standing::NoForm),
            (_, false) => return standing.set(Standing::NoHousehold),
        };
        if begun.get_value() {
            return;
        }
        begun.set_value(true);
        standing.set(Standing::Waiting);
        forms::note_started(&form);
        let (about, navigate) = (about.clone(), navigate.clone());
        timer::spawn(async move {
            match drafts::begin_about(device, &hash, reader.language_now().tag(), &about).await {
                Ok(draft) => {
                    let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                    navigate(&format!("/draft/{draft}"), options);
                }
                Err(error) => {
                    leptos::logging::error!("{error:?}");
                    standing.set(Standing::Failed);
                }
            }
        });
    });
    view! {
        <TopBar title=Signal::derive(say(|w| w.households.household.to_owned())) />
        <main id="main" tabindex="-1" data-page="begin">
            {live(move || match standing.get() {
                Standing::Waiting => view! { <p class="soft show-late" role="status">{say(|w| w.loading)}</p> }.into_any(),
                // A desk's browser that was never handed out as a device holds no household.
                Standing::NoForm | Standing::NoHousehold if !device.is_enrolled() => view! {
                    <p class="empty" data-none="device">{say(|w| w.households.no_device)}</p>
                    <p>{say(|w| w.households.no_device_how)}</p>
                    <p class="actions">
                        <a class="button main" href="/office/devices/new" rel="external">{say(|w| w.households.hand_out_here)}</a>
                        <A href="/settings" attr:class="button">{say(|w| w.households.enter_code)}</A>
                    </p>
                }.into_any(),
                Standing::NoForm => view! {
                    <p class="empty" data-none="form">{say(|w| w.no_forms)}</p>
                    <p>{say(|w| w.no_forms_how)}</p>
                }.into_any(),
                Standing::NoHousehold => view! { <p class="empty" data-none="household">{say(|w| w.households.gone)}</p> }.into_any(),
                Standing::Failed => view! { <p class="notice danger" role="alert">{say(|w| w.store_failed_explained)}</p> }.into_any(),
            })}
            <p class="lone"><A href="/households">{say(|w| w.households.back)}</A></p>
        </main>
    }
}
