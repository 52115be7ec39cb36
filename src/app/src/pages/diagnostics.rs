//! Forms that do not check: every mistake with its file, line and column, and a way out.

use crate::components::live::live;
use doorstep_delivery::pull::BrokenForm;
use doorstep_engine::{Diagnostic, Severity};
use leptos::prelude::*;

use crate::components::top_bar::TopBar;
use crate::state::device::use_device;
use crate::state::reader::{say, title};

/// The page at `/diagnostics`.
#[component]
pub fn DiagnosticsPage() -> impl IntoView {
    let device = use_device();
    title(|words| words.diagnostics_title.to_owned());
    view! {
        <TopBar title=Signal::derive(say(|w| w.diagnostics_title.to_owned())) />
        <main id="main" tabindex="-1">
            <h1>{say(|w| w.diagnostics_title)}</h1>
            {live(move || {
                let broken = device.broken.get();
                if broken.is_empty() {
                    view! { <p class="empty">{say(|w| w.diagnostics_none)}</p> }.into_any()
                } else {
                    view! {
                        <p>{say(|w| w.diagnostics_explained)}</p>
                        {broken.iter().map(form).collect_view()}
                    }
                    .into_any()
                }
            })}
        </main>
    }
}

fn form(broken: &BrokenForm) -> impl IntoView + use<> {
    let mistakes: Vec<_> = broken.diagnostics.iter().map(|diagnostic| mistake(broken, diagnostic)).collect();
    view! {
        <section class="section" data-form=broken.id.clone()>
            <h2>{broken.id.clone()}</h2>
            <ul class="stack">{mistakes}</ul>
        </section>
    }
}

fn mistake(broken: &BrokenForm, diagnostic: &Diagnostic) -> impl IntoView + use<> {
    let place = broken.bundle.position(diagnostic.span);
    let error = diagnostic.severity == Severity::Error;
    let labels: Vec<_> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let place = broken.bundle.position(label.span);
            let at = say(move |w| (w.diagnostic_where)(&place.file, place.line, place.column));
            view! { <li class="small">{at}" · "{label.message.clone()}</li> }
        })
        .collect();
    let hints: Vec<_> = diagnostic.hints.iter().map(|hint| view! { <li>{hint.clone()}</li> }).collect();
    let code = diagnostic.code;
    view! {
        <li class=if error { "notice danger" } else { "notice warn" } data-code=code>
            <p class="small">
                <strong>{say(move |w| if error { w.diagnostic_error } else { w.diagnostic_warning })}</strong>
                " "
                <span class="mono">{code}</span>
                " · "
                {say(move |w| (w.diagnostic_where)(&place.file, place.line, place.column))}
            </p>
            <p>{diagnostic.message.clone()}</p>
            <ul>{labels}</ul>
            <ul class="hints">{hints}</ul>
        </li>
    }
}
