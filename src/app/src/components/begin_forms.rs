//! From a service that another form decides to that form, begun for the same household where both choose it from the same list.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::device::use_device;
use crate::state::reader::{say, use_reader};
use crate::state::{drafts, forms};

/// From here on down somebody practises: what a practice proposes is nobody's, and leads to no form.
#[derive(Clone, Copy)]
pub struct Practising;

/// A button for each of the forms that can be begun on this device.
#[component]
pub fn BeginForms(
    /// By their ids.
    forms: Vec<String>,
    /// Whom it is about, by ids of lists.
    about: Vec<String>,
) -> impl IntoView {
    let device = use_device();
    let known = untrack(|| {
        device.forms.with(|known| {
            let is_wanted =
                |form: &&doorstep_delivery::FormVersion| form.current && forms.contains(&form.form.id);
            known.iter().filter(is_wanted).cloned().collect::<Vec<_>>()
        })
    });
    let begins_none = untrack(|| device.is_revoked()) || use_context::<Practising>().is_some();
    let known = if begins_none { Vec::new() } else { known };
    let buttons = known.into_iter().map(|version| {
        let (reader, navigate) = (use_reader(), use_navigate());
        let (beginning, failed) = (RwSignal::new(false), RwSignal::new(false));
        let (id, hash, about) = (version.form.id.clone(), version.form.hash.clone(), about.clone());
        let begin = move |_| {
            if beginning.get_untracked() {
                return;
            }
            beginning.set(true);
            failed.set(false);
            forms::note_started(&id);
            let (hash, about, navigate) = (hash.clone(), about.clone(), navigate.clone());
            timer::spawn(async move {
                match drafts::begin_about(device, &hash, reader.language_now().tag(), &about).await {
                    Ok(draft) => navigate(&format!("/draft/{draft}"), NavigateOptions::default()),
                    Err(error) => {
                        leptos::logging::error!("{error:?}");
                        beginning.set(false);
                        failed.set(true);
                    }
                }
            });
        };
        let form = version.form.id.clone();
        view! {
            <button type="button" class="button screen-only" data-action="begin" data-form=form on:click=begin>
                <Icon shape=Shape::Plus small=true />
                {live(move || {
                    let language = reader.language();
                    (language.words().report.begin_form)(&forms::title(&version, language.tag()))
                })}
            </button>
            {shown_when(move || failed.get(), || view! {
                <p class="notice danger" role="alert">{say(|w| w.store_failed_explained)}</p> }.into_any())}
        }
    });
    buttons.collect_view()
}
