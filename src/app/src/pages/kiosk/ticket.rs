//! What is given to whoever handed something in: a number, and the query code that later proves who they are, large and on paper.

use leptos::prelude::*;

use super::paper::{Paper, today};
use super::{Kiosk, word};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::page as screen;
use crate::state::kiosk;
use crate::state::reader::use_reader;

/// What stands on it.
#[derive(Clone, PartialEq, Debug)]
pub struct Ticket {
    /// The end of the case's id; empty: no case was made.
    pub number: String,
    pub code: Option<String>,
    /// Was a number asked for, so that there could be a code?
    pub asks_number: bool,
}

#[component]
pub fn TicketStep(at: Kiosk, ticket: Ticket) -> impl IntoView {
    let reader = use_reader();
    let device = at.device;
    let offline = Memo::new(move |_| !device.online.get() || device.reached.get() == Some(false));
    let Ticket { number, code, asks_number } = ticket;
    let has_number = !number.is_empty();
    let phone = kiosk::phone();
    let lines = {
        let (number, code, phone) = (number.clone(), code.clone(), phone.clone());
        move || {
            let words = &reader.language().words().kiosk;
            let mut lines = vec![((words.printed_on)(&today()), String::new())];
            if has_number {
                lines.push((words.ticket.to_owned(), number.clone()));
            }
            if let Some(code) = &code {
                lines.push((words.code.to_owned(), code.clone()));
            }
            if !phone.is_empty() {
                lines.push((words.call.to_owned(), phone.clone()));
            }
            lines
        }
    };
    let has_code = code.is_some();
    view! {
        <main id="main" tabindex="-1" data-step="ticket">
            <h1>{live(move || {
                let words = &reader.language().words().kiosk;
                if offline.get() { words.taken_offline } else { words.taken }
            })}</h1>
            {has_number.then(|| view! { <p class="kiosk-code">{word(|w| w.ticket)} <strong class="figures" data-number translate="no">{number}</strong></p> })}
            {code.map(|code| view! {
                <p class="kiosk-code">{word(|w| w.code)} <strong class="figures" data-code translate="no">{code}</strong></p>
                <p>{word(|w| w.code_explained)}</p>
            })}
            {(asks_number && !has_code).then(|| view! { <p>{word(|w| w.code_none)}</p> })}
            {shown_when(move || offline.get(), || view! { <p class="notice warn" role="status" data-offline>{word(|w| w.offline)}</p> }.into_any())}
            <div class="kiosk-foot">
                {(has_code || has_number).then(|| view! {
                    <button type="button" class="button" data-action="print" on:click=move |_| screen::print()>
                        <Icon shape=Shape::Print />
                        {word(|w| w.print)}
                    </button>
                })}
                <button type="button" class="button main" data-action="end" on:click=move |_| at.end()>{word(|w| w.end)}</button>
            </div>
        </main>
        <Paper heading=|w| w.title explained=|w| w.code_explained lines=lines signed=false />
    }
}
