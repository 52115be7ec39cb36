//! What hangs on what, drawn: around the chosen row, or the whole form. A box leads to its row.

use doorstep_app::designing::{live, shown_when, use_reader};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::words::{tell, words};
use crate::document::Place;
use crate::inspect::name_of;
use crate::picture::{Arrow, HEIGHT, Picture, Reading, Shape, WIDTH};

/// So many arrows away from the chosen one.
const STEPS: usize = 2;
/// So many letters fit into a box, half as many Chinese ones; all of it is its title.
const FITS: usize = 17;

/// The drawer.
#[component]
pub fn Drawing() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let whole = RwSignal::new(false);
    let reading = Memo::new(move |_| desk.with(Reading::of));
    let chosen = Memo::new(move |_| {
        let (sheet, row) = (desk.sheet.get(), desk.place.get().row);
        desk.with(|document| name_of(document, sheet, row).map(str::to_owned))
    });
    let picture = Memo::new(move |_| {
        let chosen = chosen.get();
        reading.with(|reading| match (whole.get(), &chosen) {
            (true, _) => reading.around(None, 0),
            (false, Some(name)) => reading.around(Some(name), STEPS),
            (false, None) => Picture::default(),
        })
    });
    let said = move || {
        let words = words(reader.language());
        let (is_empty, left_out) = picture.with(|picture| (picture.arrows.is_empty(), picture.left_out));
        match (whole.get(), chosen.get()) {
            (false, None) => words.picture_choose.to_owned(),
            (false, Some(name)) if is_empty => (words.picture_alone)(&name),
            (true, _) if is_empty => words.picture_none.to_owned(),
            (true, _) if left_out > 0 => (words.picture_left_out)(left_out),
            (true, _) => words.picture_whole.to_owned(),
            (false, Some(name)) => (words.picture_around)(&name),
        }
    };
    let way = move |is_whole: bool| {
        let pressed = live(move || (whole.get() == is_whole).to_string());
        let word = tell(move |w| if is_whole { w.whole_form } else { w.around_row });
        view! {
            <button type="button" class="button small" data-picture=if is_whole { "whole" } else { "around" } aria-pressed=pressed on:click=move |_| whole.set(is_whole)>{word}</button>
        }
    };
    view! {
        <div class="tools">{way(false)}{way(true)}</div>
        <p class="soft small" role="status">{live(said)}</p>
        {shown_when(move || picture.with(|picture| !picture.shapes.is_empty()), move || view! {
            <div class="picture" tabindex="0" role="group" aria-label=tell(|w| w.picture)>{live(move || drawn(desk, &picture.get()))}</div> }.into_any())}
    }
}

/// As much of a text as fits into a box.
fn fitting(text: &str) -> String {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    let mut room = FITS;
    let fits: String = text
        .chars()
        .take_while(|c| {
            let fits = room >= width(*c);
            room = room.saturating_sub(width(*c));
            fits
        })
        .collect();
    if fits.len() == text.len() { fits } else { format!("{}…", fits.trim_end()) }
}

fn drawn(desk: Desk, picture: &Picture) -> AnyView {
    let (across, down) = picture.size;
    let arrows = picture.arrows.iter().map(arrow_view).collect_view();
    let shapes = picture.shapes.iter().map(|shape| shape_view(desk, shape)).collect_view();
    view! {
        <svg width=across height=down viewBox=format!("0 0 {across} {down}") data-boxes=picture.shapes.len().to_string() data-arrows=picture.arrows.len().to_string()>
            {arrows}{shapes}
        </svg>
    }
    .into_any()
}

fn arrow_view(arrow: &Arrow) -> AnyView {
    let ((x, y), (to_x, to_y)) = (arrow.from, arrow.to);
    // Out of one box and into the next straight, in a bow between them; back below both.
    let bow = if arrow.goes_back { 60.0 } else { ((to_x - x) / 2.0).max(12.0) };
    let line = format!("M {x} {y} C {} {y} {} {to_y} {to_x} {to_y}", x + bow, to_x - bow);
    let head = format!("M {} {} L {to_x} {to_y} L {} {}", to_x - 7.0, to_y - 4.0, to_x - 7.0, to_y + 4.0);
    let title = format!("{} → {}: {}", arrow.names.0, arrow.names.1, arrow.columns);
    view! {
        <g class="picture-arrow" class:back=arrow.goes_back>
            <title>{title}</title>
            <path d=line></path>
            <path d=head></path>
        </g>
    }
    .into_any()
}

fn shape_view(desk: Desk, shape: &Shape) -> AnyView {
    let ((sheet, row), (x, y)) = (shape.row, shape.at);
    let go = move || {
        let column = desk.now(|document| document.sheet(sheet).column("name")).unwrap_or(0);
        desk.lead_to(sheet, Place { row, column });
    };
    let key = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            go();
        }
    };
    let tag = use_reader().language_now().tag();
    let called = desk.now(|document| document.called(&shape.name, tag));
    let title = called.as_ref().map_or(shape.name.clone(), |called| format!("{called} · {}", shape.name));
    let named = title.clone();
    let short = fitting(called.as_deref().unwrap_or(&shape.name));
    view! {
        <g class="picture-box" class:middle=shape.is_middle role="button" tabindex="0" data-box=shape.name.clone() aria-label=named on:click=move |_| go() on:keydown=key>
            <title>{title}</title>
            <rect x=x y=y width=WIDTH height=HEIGHT rx="6"></rect>
            <text x={x + WIDTH / 2.0} y={y + HEIGHT / 2.0 + 5.0} text-anchor="middle" aria-hidden="true">{short}</text>
        </g>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_says_as_much_as_fits() {
        assert_eq!(fitting("household_size"), "household_size");
        assert_eq!(fitting("a_very_long_name_of_it"), "a_very_long_name_…");
        assert_eq!(fitting("家里有几口人住在一起"), "家里有几口人住在…");
    }
}
