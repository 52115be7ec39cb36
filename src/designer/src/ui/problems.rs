//! All that is wrong, each with its place and its ways out; what is certain is mended with one button.

use doorstep_app::designing::{Icon, Row, Shape, live, rows, shown_when, use_reader};
use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::said::said;
use super::words::{sheet_word, tell, words};
use crate::marks::Mark;

/// What is longer is not seen as a whole in its cell.
const LONG: usize = 16;

/// The list.
#[component]
pub fn Problems() -> impl IntoView {
    let desk = use_desk();
    let marks = move || {
        let all = desk.marks.with(|marks| marks.all.clone());
        let row = |(at, mark): (usize, Mark)| Row::new(format!("{at} {mark:?}"), move || problem(desk, mark));
        all.into_iter().enumerate().map(row).collect()
    };
    view! {
        <ul class="problems">{rows(marks)}</ul>
        {shown_when(move || desk.marks.with(|marks| marks.all.is_empty()), || view! {
            <p class="soft">{tell(|w| w.no_problems)}</p> }.into_any())}
    }
}

fn problem(desk: Desk, mark: Mark) -> AnyView {
    let reader = use_reader();
    let place = mark.at.map(|(sheet, place)| {
        let (name, title) = desk.now(|document| {
            let grid = document.sheet(sheet);
            (grid.name.to_string(), grid.cell(0, place.column).to_owned())
        });
        (sheet, place, name, title)
    });
    let told = {
        let place = place.clone();
        live(move || {
            let words = words(reader.language());
            match &place {
                Some((_, place, name, title)) => {
                    format!("{} · {}", sheet_word(words, name), (words.cell)(title, place.row + 1))
                }
                None => words.of_form.to_owned(),
            }
        })
    };
    let go = move |_| {
        if let Some((sheet, place, ..)) = &place {
            desk.lead_to(*sheet, *place);
        }
    };
    let (class, name) = if mark.is_error { ("problem wrong", "error") } else { ("problem", "warning") };
    let hints = mark.hints.iter().map(|hint| view! { <p class="soft small">{said(hint)}</p> }).collect_view();
    let fix = mark.fix.clone().map(|fix| {
        let mark = mark.clone();
        view! {
            <button type="button" class="button small" data-action="mend" on:click=move |_| desk.mend(&mark)>
                <Icon shape=Shape::Check small=true />
                {tell(move |w| (w.mend)(&fix))}
            </button>
        }
    });
    view! {
        <li class=class data-problem=mark.code data-severity=name>
            <button type="button" class="problem-place" on:click=go>{told}</button>
            <p>{said(&mark.message)}</p>
            {hints}
            {fix}
        </li>
    }
    .into_any()
}

/// What is wrong with the chosen cell, said below the sheet.
#[component]
pub fn Here() -> impl IntoView {
    let desk = use_desk();
    // What is wrong with it; else all that it says, where its column is too narrow for that.
    let told = move || {
        let (sheet, place) = (desk.sheet.get(), desk.place.get());
        let mark = desk.marks.with(|marks| marks.of_cell(sheet, place).next().cloned());
        match mark {
            Some(mark) => {
                let class = if mark.is_error { "here-wrong" } else { "here-doubtful" };
                view! { <span class=class>{said(&mark.message)}</span> }.into_any()
            }
            None => {
                let text =
                    desk.with(|document| document.sheet(sheet).cell(place.row, place.column).to_owned());
                (text.chars().count() > LONG).then(|| view! { <span class="soft">{text}</span> }).into_any()
            }
        }
    };
    view! { <p class="design-here small" role="status" data-here="true">{live(told)}</p> }
}
