//! Which copy of the report is printed. What names answers, points or a danger is the office's: the family, one of whom the danger may come from, signs
//! another without. Which there are says [`super::papers`].

use doorstep_delivery::Moment;
use leptos::prelude::*;

use super::papers::Papers;
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::platform::{page as screen, timer};
use crate::state::keeping::now;
use crate::state::reader::say;

/// The copy that is printed next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Copy {
    /// The only one: nothing on it is to be kept from anybody who lives there.
    Only,
    /// With dangers, answers and evidence.
    Office,
    /// Without.
    Family,
}

impl Copy {
    /// As styles know it.
    pub fn tag(self) -> &'static str {
        match self {
            Copy::Only => "only",
            Copy::Office => "office",
            Copy::Family => "family",
        }
    }
}

/// Which copy the report on this page is, for whoever shows and whoever prints it.
#[derive(Clone, Copy)]
pub struct Copies {
    family: RwSignal<bool>,
    papers: Signal<Papers>,
    withhold: Signal<Option<String>>,
}

impl Copies {
    /// Of a report that makes these papers, and of what is to be kept from whom.
    pub fn of(papers: Signal<Papers>, withhold: Signal<Option<String>>) -> Self {
        Copies { family: RwSignal::new(false), papers, withhold }
    }

    /// The copy that would be printed now. Whoever prints by the browser's own menu gets the office's.
    pub fn now(self) -> Copy {
        match (self.papers.get(), self.family.get()) {
            (Papers::One, _) => Copy::Only,
            (Papers::Office, _) | (Papers::Both, false) => Copy::Office,
            (Papers::Both, true) => Copy::Family,
        }
    }
}

/// The moment that a paper names as that of its printing: now, and anew whenever the browser is about to print.
pub fn printed_at() -> ReadSignal<Moment> {
    let (at, set_at) = signal(now());
    let listening = window_event_listener(leptos::ev::beforeprint, move |_| set_at.set(now()));
    on_cleanup(move || listening.remove());
    at
}

/// Prints, and asks first which copy where there are two.
#[component]
pub fn PrintButton(copies: Copies) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let asked = move |_| match (copies.papers.get_untracked(), dialog.get_untracked()) {
        (Papers::Both, Some(dialog)) if !dialog.open() => {
            // Fails only if it is open already.
            let _ = dialog.show_modal();
        }
        _ => screen::print(),
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let print = move |family: bool| {
        close();
        copies.family.set(family);
        timer::spawn(async {
            timer::sleep(50).await;
            screen::print();
        });
    };
    view! {
        <button type="button" class="button" data-action="print" on:click=asked>
            <Icon shape=Shape::Print />
            {say(|w| w.print)}
        </button>
        <dialog node_ref=dialog class="screen-only" aria-label=live(say(|w| w.report.which_copy))>
            <h2>{say(|w| w.report.which_copy)}</h2>
            <p>{say(|w| w.report.which_copy_explained)}</p>
            {live(move || copies.withhold.get().map(|wish| view! {
                <p class="notice warn">{say(move |w| (w.report.withhold)(&wish))}</p> }))}
            <div class="stack">
                <button type="button" class="button main" data-action="print-family" autofocus=true on:click=move |_| print(true)>
                    {say(|w| w.report.print_family)}
                </button>
                <button type="button" class="button" data-action="print-office" on:click=move |_| print(false)>
                    {say(|w| w.report.print_office)}
                </button>
                <button type="button" class="button plain" data-action="cancel" on:click=move |_| close()>
                    {say(|w| w.cancel)}
                </button>
            </div>
        </dialog>
    }
}
