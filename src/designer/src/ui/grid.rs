//! The sheet as a grid: only the rows near the screen are made, the chosen cell is drawn over them, and the keys are a spreadsheet's.

use doorstep_app::designing::{Row, live, rows, use_reader};
use doorstep_app::platform::{clipboard, page as screen, timer};
use leptos::ev::KeyboardEvent;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;

use super::cell::{CellEditor, OFFERED, Room};
use super::desk::{Desk, use_desk};
use super::keys::{Command, Stroke, command};
use super::tools::FIND;
use super::words::tell;
use crate::columns;
use crate::document::{Change, Grid, Place, from_tsv, to_tsv};
use crate::types::Word;

/// The id of what has the focus while the grid is used.
pub const GRID: &str = "design-grid";
const SHEET: &str = "design-sheet";
/// How high a row is, and how wide the numbers are, in pixels.
pub const ROW: usize = 34;
pub const NUMBERS: usize = 52;
/// Rows to write on below the last.
const SPARE: usize = 30;
/// Rows made above and below what is seen.
const AROUND: usize = 8;
/// A sheet at least so wide keeps its names in sight, in pixels.
const WIDE: i32 = 600;

/// How wide a column is, in pixels, by its title.
fn width(title: &str) -> usize {
    let plain = title.split("::").next().unwrap_or_default();
    match plain {
        "type" => 190,
        "name" | "list_name" | "measure" => 150,
        "label" | "hint" | "note" | "constraint_message" | "form_title" => 250,
        "required" | "readonly" | "points" | "weight" | "reverse" => 96,
        _ => 180,
    }
}

/// Where the columns begin, and where the last one ends.
pub fn edges(grid: &Grid) -> Vec<usize> {
    let mut edges = vec![NUMBERS];
    // One more than there are, to write a new title into.
    for column in 0..=grid.width() {
        edges.push(edges[column] + width(&grid.title(column)));
    }
    edges
}

/// The grid of the sheet that is shown.
#[component]
pub fn Sheet() -> impl IntoView {
    let desk = use_desk();
    let reader = use_reader();
    let frame = NodeRef::<Div>::new();
    // Names stay in sight where there is room for more than them.
    let wide = RwSignal::new(false);
    let kept_column = Memo::new(move |_| {
        let sheet = desk.sheet.get();
        desk.with(|document| document.sheet(sheet).column("name")).filter(|_| wide.get())
    });
    let (top, height) = (RwSignal::new(0usize), RwSignal::new(700usize));
    let edges = Memo::new(move |_| {
        let sheet = desk.sheet.get();
        desk.with(|document| edges(document.sheet(sheet)))
    });
    let count = Memo::new(move |_| {
        let sheet = desk.sheet.get();
        desk.with(|document| document.sheet(sheet).rows.len()) + SPARE
    });
    let scrolled = move || {
        if let Some(frame) = frame.get_untracked() {
            top.set(frame.scroll_top().max(0) as usize);
            height.set(frame.client_height().max(1) as usize);
            wide.set(frame.client_width() >= WIDE);
        }
    };
    Effect::new(move || {
        desk.seen.track();
        scrolled();
    });
    let resized =
        StoredValue::new_local(Some(screen::on_resize(move || desk.seen.update(|seen| *seen += 1))));
    on_cleanup(move || drop(resized.try_update_value(Option::take)));
    // The chosen cell is always seen.
    Effect::new(move || {
        let place = desk.place.get();
        desk.sheet.track();
        let Some(frame) = frame.get() else { return };
        let (from, to) = edges.with_untracked(|edges| {
            let column = place.column.min(edges.len().saturating_sub(2));
            (edges[column], edges[column + 1])
        });
        // What stays in sight covers what goes past below it.
        let covered = kept_column.get_untracked().filter(|kept| *kept < place.column);
        let covered =
            NUMBERS + covered.map_or(0, |kept| edges.with_untracked(|edges| edges[kept + 1] - edges[kept]));
        let (y, seen) = (place.row * ROW, frame.client_height().max(0) as usize);
        let (now, left, wide) =
            (frame.scroll_top() as usize, frame.scroll_left() as usize, frame.client_width() as usize);
        if y < now + ROW {
            frame.set_scroll_top(y.saturating_sub(ROW) as i32);
        } else if y + 2 * ROW > now + seen {
            frame.set_scroll_top((y + 2 * ROW).saturating_sub(seen) as i32);
        }
        if from < left + covered {
            frame.set_scroll_left(from.saturating_sub(covered) as i32);
        } else if to > left + wide {
            frame.set_scroll_left(to.saturating_sub(wide) as i32);
        }
        scrolled();
    });
    let made = move || {
        let first = (top.get() / ROW).saturating_sub(AROUND).max(1);
        first..=((top.get() + height.get()) / ROW + AROUND).min(count.get().saturating_sub(1))
    };
    let shown = move || {
        let sheet = desk.sheet.get();
        let depths = desk.with(|document| document.sheet(sheet).depths());
        let columns = edges.with(Vec::len).saturating_sub(1);
        let kept = kept_column.get();
        made()
            .map(|row| {
                let marked: Vec<Option<bool>> = desk.marks.with(|marks| {
                    (0..columns).map(|column| marks.cell(sheet, Place { row, column })).collect()
                });
                let depth = depths.get(row).copied().unwrap_or(0);
                let cells: Vec<String> = desk.now(|document| {
                    let grid = document.sheet(sheet);
                    (0..columns).map(|column| grid.cell(row, column).to_owned()).collect()
                });
                // A row is made anew when anything of it is another.
                let key = format!("{sheet} {row} {depth} {kept:?} {marked:?} {}", cells.join("\u{1f}"));
                Row::new(key, move || row_view(desk, edges, kept, row, depth, &cells, &marked))
            })
            .collect()
    };
    let typing = NodeRef::<Textarea>::new();
    let composing = RwSignal::new(false);
    // What came by another way than by one key: the cell is opened with it.
    let written = move || {
        let Some(field) = typing.get_untracked() else { return };
        let text = field.value();
        field.set_value("");
        if !text.is_empty() && desk.editing.get_untracked().is_none() && !is_title(desk) {
            begin(desk, text);
        }
    };
    let key = move |event: KeyboardEvent| {
        if desk.editing.get_untracked().is_some() || event.is_composing() {
            return;
        }
        let key = event.key();
        let stroke = Stroke {
            key: &key,
            ctrl: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
        };
        // Esc, and then Tab, leads out of the grid.
        if key == "Escape" {
            screen::focus(super::LEAVE);
            return;
        }
        if let Some(command) = command(stroke) {
            event.prevent_default();
            act(desk, command, (height.get_untracked() / ROW).saturating_sub(2));
        }
    };
    // Where what is offered has room: below the cell, or above it; and how far the cell may reach.
    let room = move || {
        let y = (desk.place.get_untracked().row * ROW).saturating_sub(top.get_untracked());
        let high = frame.get_untracked().map_or(0, |frame| frame.client_height().max(0) as usize);
        let below = high.saturating_sub(y + ROW);
        // The titles cover the first row.
        let above = y.saturating_sub(ROW);
        let (is_above, high) = if below >= above.min(OFFERED) { (false, below) } else { (true, above) };
        let column = desk.place.get_untracked().column;
        let wide = frame.get_untracked().map_or(0, |frame| {
            let x = edges.with_untracked(|edges| edges.get(column).copied().unwrap_or(0));
            ((frame.client_width() + frame.scroll_left()).max(0) as usize).saturating_sub(x)
        });
        Room { is_above, high, wide }
    };
    // Only what is made can be named: what is far off the screen is not.
    let here = move || {
        let (sheet, place) = (desk.sheet.get(), desk.place.get());
        let is_made = place.row == 0 || made().contains(&place.row);
        is_made.then(|| format!("cell-{sheet}-{}-{}", place.row, place.column))
    };
    view! {
        <div
            class="cells" node_ref=frame
            on:scroll=move |_| scrolled()
            on:keydown=key
            on:copy=move |event| if desk.editing.get_untracked().is_none() { clipboard::copied(&event, &chosen(desk)) }
            on:cut=move |event| if desk.editing.get_untracked().is_none() {
                clipboard::copied(&event, &chosen(desk));
                if !is_title(desk) {
                    desk.act(Change::clear);
                }
            }
            on:paste=move |event| if desk.editing.get_untracked().is_none() && let Some(text) = clipboard::pasted(&event) {
                event.prevent_default();
                if !is_title(desk) {
                    paste(desk, &text);
                }
            }
        >
            <div class="cells-all" style:height=live(move || format!("{}px", count.get() * ROW)) style:width=live(move || format!("{}px", edges.with(|edges| edges.last().copied().unwrap_or(0))))>
                <div
                    class="cells-grid" role="grid" id=SHEET aria-label=tell(|w| w.table)
                    aria-rowcount=live(move || count.get().to_string())
                    aria-colcount=live(move || edges.with(Vec::len).to_string())
                >
                <div class="cells-row cells-head" role="row" aria-rowindex="1">
                    <span class="cells-number" role="columnheader"><span class="unseen">{tell(|w| w.row_number)}</span></span>
                    {live(move || titles(desk, edges, kept_column.get(), reader.language().tag()))}
                </div>
                {rows(shown)}
                </div>
                {live(move || chosen_view(desk, edges, kept_column.get()))}
                // It has the focus, so that an input method can write: Chinese is typed straight into the chosen cell.
                <textarea
                    class=live(move || if composing.get() { "cells-typing writes" } else { "cells-typing" })
                    id=GRID rows="1" inputmode="none" spellcheck="false" autocomplete="off" node_ref=typing
                    aria-label=tell(|w| w.table) aria-describedby="design-keys" aria-controls=SHEET
                    aria-activedescendant=live(here)
                    style:inset-inline-start=live(move || pixels(edges, desk.place.get().column))
                    style:inset-block-start=live(move || format!("{}px", desk.place.get().row * ROW))
                    style:min-width=live(move || { let column = desk.place.get().column; span(edges, column, column) })
                    on:compositionstart=move |_| composing.set(true)
                    on:compositionend=move |_| { composing.set(false); written(); }
                    on:input=move |_| if !composing.get_untracked() { written() }
                ></textarea>
                {live(move || desk.editing.get().map(|text| view! { <CellEditor text edges room=room() /> }))}
            </div>
        </div>
    }
}

fn titles(desk: Desk, edges: Memo<Vec<usize>>, kept: Option<usize>, tag: &str) -> AnyView {
    let sheet = desk.sheet.get();
    let (name, titles) = desk.with(|document| {
        let grid = document.sheet(sheet);
        let titles: Vec<String> = (0..=grid.width()).map(|column| grid.cell(0, column).to_owned()).collect();
        (grid.name.clone(), titles)
    });
    let cell = move |(column, title): (usize, String)| {
        let place = Place { row: 0, column };
        // What stands in brackets is said where there is room for it.
        let short = |word: &'static Word| word.of(tag).split(['（', '(']).next().unwrap_or_default().trim();
        let called = columns::called(&name, &title).map(|word| view! { <b>{short(word)}</b> });
        let (is_kept, is_called, is_new) = (kept == Some(column), called.is_some(), title.is_empty());
        view! {
            <span
                class="cells-cell" class:stays=is_kept class:called=is_called role="columnheader" id=format!("cell-{sheet}-0-{column}") aria-colindex=(column + 2).to_string()
                style:inset-inline-start=live(move || (!is_kept).then(|| pixels(edges, column)))
                style:margin-inline-start=live(move || is_kept.then(|| beside_numbers(edges, column)))
                style:width=live(move || span(edges, column, column))
                on:mousedown=move |event| press(desk, place, event.shift_key())
                on:dblclick=move |_| edit_at(desk, place)
            >
                {called} <span>{title}</span> {is_new.then(|| view! { <span class="unseen">{tell(|w| w.new_column)}</span> })}
            </span>
        }
    };
    titles.into_iter().enumerate().map(cell).collect_view().into_any()
}

fn row_view(
    desk: Desk,
    edges: Memo<Vec<usize>>,
    kept: Option<usize>,
    row: usize,
    depth: usize,
    cells: &[String],
    marked: &[Option<bool>],
) -> AnyView {
    let sheet = desk.sheet.get_untracked();
    let is_survey = desk.now(|document| &*document.sheet(sheet).name == "survey");
    let kind = desk.now(|document| document.sheet(sheet).column("type"));
    let cell = |column: usize| {
        let place = Place { row, column };
        let class = match marked.get(column).copied().flatten() {
            Some(true) => "cells-cell wrong",
            Some(false) => "cells-cell doubtful",
            None => "cells-cell",
        };
        let indent = (is_survey && Some(column) == kind && depth > 0)
            .then(|| format!("{}rem", 0.5 + 0.9 * depth as f64));
        let text = cells[column].replace('\n', "⏎ ");
        let is_kept = kept == Some(column);
        view! {
            <span
                class=class class:stays=is_kept role="gridcell" id=format!("cell-{sheet}-{row}-{column}") aria-colindex=(column + 2).to_string()
                style:inset-inline-start=(!is_kept).then(|| pixels(edges, column)) style:margin-inline-start=is_kept.then(|| beside_numbers(edges, column))
                style:width=span(edges, column, column)
                style:padding-inline-start=indent
                on:mousedown=move |event| press(desk, place, event.shift_key())
                on:mouseover=move |event| if event.buttons() == 1 && desk.editing.get_untracked().is_none() { desk.go(place, true) }
                on:dblclick=move |_| edit_at(desk, place)
            >
                {text}
            </span>
        }
    };
    let cells = (0..cells.len()).map(cell).collect_view();
    view! {
        <div
            class=live(move || if desk.over.get() == Some(row) { "cells-row over" } else { "cells-row" })
            role="row" aria-rowindex=(row + 1).to_string() style:inset-block-start=format!("{}px", row * ROW)
            on:dragover=move |event| if desk.takes_drop() { event.prevent_default(); desk.over.set(Some(row)); }
            on:drop=move |event| if desk.takes_drop() { event.prevent_default(); desk.drop_below(row); }
        >
            <span class="cells-number" role="rowheader" on:mousedown=move |event| press_row(desk, row, event.shift_key()) on:mouseover=move |event| if event.buttons() == 1 && desk.editing.get_untracked().is_none() { press_row(desk, row, true) }>{row + 1}</span>
            {cells}
        </div>
    }
    .into_any()
}

fn pixels(edges: Memo<Vec<usize>>, column: usize) -> String {
    format!("{}px", edges.with(|edges| edges.get(column).copied().unwrap_or(NUMBERS)))
}

/// How far a cell that stays in sight stands from the row's number, before anything is scrolled past it.
fn beside_numbers(edges: Memo<Vec<usize>>, column: usize) -> String {
    format!("{}px", edges.with(|edges| edges.get(column).copied().unwrap_or(NUMBERS)) - NUMBERS)
}

/// Are titles chosen, which are not written over by a slip of the hand? A new one is.
fn is_title(desk: Desk) -> bool {
    let (sheet, area) = (desk.sheet.get_untracked(), untrack(|| desk.area()));
    let is_named = |column: usize| desk.now(|document| !document.sheet(sheet).cell(0, column).is_empty());
    area.from.row == 0 && (area.from.column..=area.to.column).any(is_named)
}

/// How wide some columns are together.
pub fn span(edges: Memo<Vec<usize>>, from: usize, to: usize) -> String {
    let width = edges.with(|edges| {
        let last = edges.len().saturating_sub(1);
        edges[(to + 1).min(last)].saturating_sub(edges[from.min(last)])
    });
    format!("{width}px")
}

/// What is chosen, drawn over the cells.
fn chosen_view(desk: Desk, edges: Memo<Vec<usize>>, kept: Option<usize>) -> AnyView {
    let (area, place) = (desk.area(), desk.place.get());
    let box_of = |class: &'static str, from: Place, to: Place| {
        view! {
            <span
                class=class aria-hidden="true"
                style:inset-inline-start=pixels(edges, from.column) style:width=span(edges, from.column, to.column)
                style:inset-block-start=format!("{}px", from.row * ROW) style:height=format!("{}px", (to.row - from.row + 1) * ROW)
            ></span>
        }
    };
    view! {
        {(area.size() != (1, 1)).then(|| box_of("cells-area", area.from, area.to))}
        {match kept == Some(place.column) {
            true => view! {
                <span class="cells-line" aria-hidden="true" style:inset-block-start=format!("{}px", place.row * ROW)>
                    <span class="cells-here stays" style:margin-inline-start=beside_numbers(edges, place.column) style:width=span(edges, place.column, place.column)></span>
                </span> }.into_any(),
            false => box_of("cells-here", place, place).into_any(),
        }}
    }
    .into_any()
}

/// A row's number chooses all of the row; with Shift those from the last one on, too.
fn press_row(desk: Desk, row: usize, grow: bool) {
    timer::spawn(async move {
        timer::sleep(0).await;
        let sheet = desk.sheet.get_untracked();
        let last = desk.now(|document| document.sheet(sheet).width().saturating_sub(1));
        if !grow {
            desk.go(Place { row, column: last }, false);
        }
        desk.go(Place { row, column: 0 }, true);
        screen::focus_in_place(GRID);
    });
}

fn press(desk: Desk, place: Place, grow: bool) {
    // The open cell gives what it says first: it loses the focus after this.
    timer::spawn(async move {
        timer::sleep(0).await;
        desk.go(place, grow);
        screen::focus_in_place(GRID);
    });
}

/// Opens the cell that was clicked at, whatever was chosen.
fn edit_at(desk: Desk, place: Place) {
    desk.go(place, false);
    edit(desk);
}

/// Opens the cell as it is.
fn edit(desk: Desk) {
    let (sheet, place) = (desk.sheet.get_untracked(), desk.place.get_untracked());
    let text = desk.now(|document| document.sheet(sheet).cell(place.row, place.column).to_owned());
    begin(desk, text);
}

/// Opens the chosen cell with a text in it, and brings it into sight, wherever the sheet is scrolled to.
fn begin(desk: Desk, text: String) {
    desk.place.notify();
    desk.editing.set(Some(text));
}

fn chosen(desk: Desk) -> String {
    let (sheet, area) = (desk.sheet.get_untracked(), untrack(|| desk.area()));
    desk.now(|document| to_tsv(document.sheet(sheet), area))
}

fn paste(desk: Desk, text: &str) {
    let block = from_tsv(text);
    let from = untrack(|| desk.area()).from;
    let (down, across) = (block.len(), block.iter().map(Vec::len).max().unwrap_or(1));
    desk.act(|document, sheet, area| Change::paste(document, sheet, area, &block));
    if (down, across) != (1, 1) {
        desk.go(Place { row: from.row + down - 1, column: from.column + across - 1 }, false);
        desk.go(from, true);
    }
}

/// Does what a key means; `screen` is how many rows are seen.
pub fn act(desk: Desk, command: Command, screen: usize) {
    let place = desk.place.get_untracked();
    let sheet = desk.sheet.get_untracked();
    let (last_row, last_column) = desk.now(|document| {
        let grid = document.sheet(sheet);
        (grid.rows.len() + SPARE - 1, grid.width())
    });
    let moved = |down: isize, across: isize| Place {
        row: place.row.saturating_add_signed(down).min(last_row),
        column: place.column.saturating_add_signed(across).min(last_column),
    };
    match command {
        Command::Go(down, across, grow) => desk.go(moved(down, across), grow),
        Command::Screen { down, grow } => {
            desk.go(moved(if down { screen as isize } else { -(screen as isize) }, 0), grow)
        }
        Command::Edge { end, rows, grow } => {
            let filled = last_row.saturating_sub(SPARE);
            let to = match (end, rows) {
                (false, false) => Place { column: 0, ..place },
                (true, false) => Place { column: last_column.saturating_sub(1), ..place },
                (false, true) => Place { row: 1, ..place },
                (true, true) => Place { row: filled.max(1), ..place },
            };
            desk.go(to, grow);
        }
        Command::Edit => edit(desk),
        Command::Type(_) | Command::Clear if is_title(desk) => {}
        Command::Type(text) => begin(desk, text),
        Command::Clear => desk.act(Change::clear),
        Command::Undo => desk.undo(),
        Command::Redo => desk.redo(),
        Command::FillDown => desk.act(Change::fill_down),
        Command::InsertBelow => {
            desk.act(|document, sheet, area| Change::insert_rows(document, sheet, area.to.row + 1, 1))
        }
        Command::RemoveRows => desk.act(Change::remove_rows),
        Command::MoveRows { down } => {
            desk.act(|document, sheet, area| Change::move_rows(document, sheet, area, down))
        }
        Command::Find => drop(screen::focus(FIND)),
        Command::All => {
            desk.go(Place { row: 1, column: 0 }, false);
            desk.go(
                Place { row: last_row.saturating_sub(SPARE).max(1), column: last_column.saturating_sub(1) },
                true,
            );
        }
    }
}
