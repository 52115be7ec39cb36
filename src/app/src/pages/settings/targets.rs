//! Where finished surveys go: the app's own server, the office's targets and one's own, each with what stands in its way.

use doorstep_delivery::target::Target;
use leptos::prelude::*;

use super::login::LoginForm;
use crate::components::live::{Row, live, rows};
use crate::pages::safety::fact;
use crate::platform::page as screen;
use crate::state::device::Device;
use crate::state::reader::{say, use_reader};
use crate::state::targets::is_home;

/// The targets' part of the page.
#[component]
pub fn TargetsSection(device: Device) -> impl IntoView {
    let reader = use_reader();
    let known = device.targets;
    let office_wrong = move || {
        let words = &reader.language().words().settings;
        known.office_wrong.with(|wrong| {
            let wrong = wrong.as_ref()?;
            let said = format!("{}: {}", words.office_wrong, (words.wrong)(wrong));
            Some(view! { <p class="notice warn" role="status">{said}</p> })
        })
    };
    let row = move |target: Target| {
        let name = target.name.clone();
        let key = format!("{} {} {}", name, known.is_own(&name), target.origins().join(" "));
        Row::new(key, move || view! { <TargetCard device target /> })
    };
    let home = move || known.in_force().targets.iter().all(|target| !is_home(&target.name, Some(target)));
    view! {
        <section class="section" data-section="targets">
            <h2>{say(|w| w.settings.targets)}</h2>
            <p class="soft small">{say(|w| w.settings.targets_explained)}</p>
            {live(office_wrong)}
            {live(move || home().then(|| view! {
                <article class="card" data-target="doorstep">
                    <h3 class="card-title">{say(|w| w.settings.this_server)}</h3>
                    <p class="soft small mono">{screen::origin()}</p>
                </article>
            }))}
            {rows(move || known.in_force().targets.into_iter().map(row).collect())}
        </section>
    }
}

#[component]
fn TargetCard(device: Device, target: Target) -> impl IntoView {
    let known = device.targets;
    let Target { name, forms, backend } = target.clone();
    let kind = backend.kind();
    let origins = target.origins().join(" ");
    let is_home = is_home(&name, Some(&target));
    let takes_login = !is_home && kind != "file-drop";
    let shown = name.clone();
    let heading = say(move |w| if is_home { w.settings.this_server.to_owned() } else { shown.clone() });
    let own = known.is_own(&name);
    let whose = say(move |w| if own { w.settings.by_self } else { w.settings.by_office });
    let all_forms = forms.iter().any(|form| form == "*");
    let forms = say(move |w| match (all_forms, forms.is_empty()) {
        (true, _) => w.settings.all_forms.to_owned(),
        (false, true) => w.settings.no_forms.to_owned(),
        (false, false) => forms.join(", "),
    });
    let blocked = {
        let (name, origins) = (name.clone(), origins.clone());
        live(move || {
            let (is_blocked, origins) = (known.blocked.with(|names| names.contains(&name)), origins.clone());
            is_blocked.then(|| view! {
                <p class="notice warn" data-blocked="true">{say(move |w| (w.settings.blocked)(&origins))}</p>
            })
        })
    };
    let address = match origins.is_empty() {
        true => screen::origin(),
        false => origins,
    };
    let login = takes_login.then(|| view! { <LoginForm device target=name.clone() /> });
    view! {
        <article class="card" data-target=name>
            <div class="card-row">
                <h3 class="card-title grow">{heading}</h3>
                <span class="soft small">{whose}</span>
            </div>
            <p class="soft small">{say(move |w| (w.settings.kind)(kind))}</p>
            <dl class="facts small">
                {(kind != "file-drop").then(|| fact("address", say(|w| w.settings.goes_to), view! { <span class="mono">{address}</span> }.into_any()))}
                {fact("forms", say(|w| w.settings.forms), forms.into_any())}
            </dl>
            {blocked}
            {login}
        </article>
    }
}
