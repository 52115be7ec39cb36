//! The open cell: what it says is typed here, and what it may go on with is offered below.

use doorstep_app::designing::{Language, Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::{page as screen, timer};
use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;

use super::desk::use_desk;
use super::grid::{GRID, ROW, span};
use super::words::tell;
use crate::complete::{Choice, Offer, offer};
use crate::document::Place;

const EDITOR: &str = "design-cell";
const LIST: &str = "design-offered";
/// What is offered is never higher, in pixels.
pub const OFFERED: usize = 304;

/// Where what is offered is seen, how high that may be, and how far the cell may reach, in pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    pub is_above: bool,
    pub high: usize,
    pub wide: usize,
}

/// A cell is never narrower while it is written in, in pixels.
const NARROWEST: usize = 150;

/// The editor over the chosen cell; `text` is what it begins with.
#[component]
pub fn CellEditor(text: String, edges: Memo<Vec<usize>>, room: Room) -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let Room { is_above, high, wide } = room;
    let (high, wide) = (high.clamp(4 * ROW, OFFERED), wide.max(NARROWEST));
    // What is offered is wider than many a column: where that has no room, it reaches to the other side.
    let is_back = wide < 2 * NARROWEST;
    let place = desk.place.get_untracked();
    let sheet = desk.sheet.get_untracked();
    let field = NodeRef::<Textarea>::new();
    let offered = RwSignal::new(Offer::default());
    // Which of them is meant; none before an arrow was pressed.
    let meant = RwSignal::new(None::<usize>);
    let now = StoredValue::new(text.clone());
    let caret = move || {
        let text = now.get_value();
        let units = field.get_untracked().and_then(|field| field.selection_start().ok().flatten());
        let units = units.map_or(usize::MAX, |units| units as usize);
        // The browser counts UTF-16.
        let mut seen = 0;
        text.char_indices()
            .find(|(_, c)| {
                let here = seen >= units;
                seen += c.len_utf16();
                here
            })
            .map_or(text.len(), |(at, _)| at)
    };
    let look = move || {
        let text = now.get_value();
        let before = &text[..caret()];
        meant.set(None);
        offered.set(desk.now(|document| offer(document, sheet, place, before)));
    };
    let typed = move |text: String| {
        desk.typed(&text);
        now.set_value(text);
        look();
    };
    let take = move |choice: &Choice| {
        let text = now.get_value();
        let at = caret();
        let from = offered.with_untracked(|offered| offered.from).min(at);
        let new = format!("{}{}{}", &text[..from], choice.text, &text[at..]);
        if let Some(field) = field.get_untracked() {
            field.set_value(&new);
            let units = new[..from + choice.text.len()].encode_utf16().count() as u32;
            let _ = field.set_selection_range(units, units);
            let _ = field.focus();
        }
        desk.typed(&new);
        now.set_value(new);
        look();
    };
    let end = move |next: Option<(isize, isize)>| {
        let text = now.get_value();
        desk.commit(sheet, place, &text);
        if let Some((down, across)) = next {
            let to = Place {
                row: place.row.saturating_add_signed(down),
                column: place.column.saturating_add_signed(across),
            };
            desk.go(to, false);
        }
        screen::focus_in_place(GRID);
    };
    let key = move |event: KeyboardEvent| {
        event.stop_propagation();
        // What an input method composes with is its own.
        if event.is_composing() {
            return;
        }
        let count = offered.with_untracked(|offered| offered.choices.len());
        let chosen = || {
            meant
                .get_untracked()
                .and_then(|place| offered.with_untracked(|offered| offered.choices.get(place).cloned()))
        };
        match event.key().as_str() {
            "Escape" if count > 0 => offered.set(Offer::default()),
            "Escape" => {
                desk.editing.set(None);
                screen::focus_in_place(GRID);
            }
            "ArrowDown" if count > 0 => {
                meant.set(Some(meant.get_untracked().map_or(0, |at| (at + 1) % count)))
            }
            "ArrowUp" if count > 0 => {
                meant.set(Some(meant.get_untracked().map_or(count - 1, |at| (at + count - 1) % count)))
            }
            "Enter" if event.alt_key() => return,
            "Enter" | "Tab" => match chosen() {
                Some(choice) => take(&choice),
                None if event.key() == "Tab" => end(Some((0, if event.shift_key() { -1 } else { 1 }))),
                None => end(Some((if event.shift_key() { -1 } else { 1 }, 0))),
            },
            _ => return,
        }
        event.prevent_default();
    };
    timer::spawn(async move {
        timer::sleep(0).await;
        if let Some(field) = field.get_untracked() {
            let _ = screen::keep_still(&field);
            let end = field.value().encode_utf16().count() as u32;
            let _ = field.set_selection_range(end, end);
            look();
        }
    });
    let options = move || {
        let row = move |(at, choice): (usize, Choice)| {
            let (text, shown, about) = (choice.text.clone(), choice.text.clone(), choice.about.clone());
            Row::new(format!("{at} {text}"), move || {
                let about = live(move || match reader.language() {
                    Language::Chinese => about.0.clone(),
                    _ => about.1.clone(),
                });
                view! {
                    <li
                        role="option" id=format!("{LIST}-{at}") data-offered=shown
                        aria-selected=live(move || (meant.get() == Some(at)).to_string())
                        on:mousedown=move |event| { event.prevent_default(); take(&choice) }
                    >
                        <span class="offered-word">{text}</span>
                        <span class="soft small">{about}</span>
                    </li>
                }
            })
        };
        offered.get().choices.into_iter().enumerate().map(row).collect()
    };
    view! {
        <div
            class="cells-open" class:above=is_above class:back=is_back style:max-width=format!("{wide}px")
            style:inset-inline-start=live(move || edges.with(|edges| format!("{}px", edges.get(place.column).copied().unwrap_or(0))))
            style:min-width=live(move || span(edges, place.column, place.column))
            style:inset-block-start=format!("{}px", place.row * ROW)
        >
            <textarea
                id=EDITOR class="cells-text" rows="1" spellcheck="false" autocomplete="off" node_ref=field
                aria-label=tell(|w| w.edit_cell) aria-autocomplete="list" aria-controls=LIST
                aria-activedescendant=live(move || meant.get().map(|at| format!("{LIST}-{at}")))
                prop:value=text
                on:input:target=move |event| typed(event.target().value())
                on:keydown=key
                on:blur=move |_| desk.commit(sheet, place, &now.get_value())
            ></textarea>
            {shown_when(move || offered.with(|offered| !offered.choices.is_empty()), move || view! {
                <ul class="offered" role="listbox" id=LIST aria-label=tell(|w| w.offered) style:max-height=format!("{high}px")>{rows(options)}</ul> }.into_any())}
        </div>
    }
}
