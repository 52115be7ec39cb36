//! A line or an outline on the ground (`geotrace`, `geoshape`): place by place, each measured where one stands or typed, listed, and taken out again.
//!
//! The picture needs no map and no network: it shows how the places lie to one another, north up. With `placement-map` they are put on a map,
//! with `maps` they are seen on one.

pub mod points;

use std::sync::Arc;

use doorstep_engine::value::DataType;
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use self::points::{Point, area, length, placed, points, text};
use super::{Asked, Control, Frame, coordinates, on_map};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::platform::location::{NoPlace, measure};
use crate::platform::timer;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

const TIMEOUT_MS: u32 = 20_000;

/// See the module.
pub const CONTROL: Control = Control { name: "shape", takes: is_shape, frame: Frame::Group, show };

fn is_shape(question: &QuestionView) -> bool {
    matches!(question.data_type, DataType::Geotrace | DataType::Geoshape)
}

/// An answer for people, in no language: how many places, how long, and how large.
pub fn readable(question: &QuestionView) -> String {
    let places = points(&question.value, question.data_type);
    let length = length(&places, question.data_type);
    match question.data_type {
        DataType::Geoshape => format!("{} · {length:.0} m · {:.0} m²", places.len(), area(&places)),
        _ => format!("{} · {length:.0} m", places.len()),
    }
}

fn told(places: &[Point], data_type: DataType, words: &Words) -> String {
    let words = &words.controls;
    let count = (words.places)(places.len());
    let metres = length(places, data_type);
    match (data_type, places.len()) {
        (_, 0 | 1) | (DataType::Geoshape, 2) => count,
        (DataType::Geoshape, _) => {
            format!("{count} · {} · {}", (words.metres)(metres), (words.square_metres)(area(places)))
        }
        _ => format!("{count} · {}", (words.metres)(metres)),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Measuring,
    Failed(NoPlace),
    /// What was typed is no place.
    NoPoint,
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let data_type = asked.view.with_untracked(|view| view.data_type);
    let value = asked.value();
    let places = Memo::new(move |_| value.with(|value| points(value, data_type)));
    let state = RwSignal::new(State::Idle);
    let typed = RwSignal::new(String::new());
    let give = move |places: &[Point]| asked.give_text(&text(places, data_type));
    let add = move |point: Point| {
        let mut all = places.get_untracked();
        all.push(point);
        give(&all);
        state.set(State::Idle);
    };
    let remove = Callback::new(move |place: usize| {
        let mut all = places.get_untracked();
        if place < all.len() {
            all.remove(place);
        }
        give(&all);
    });
    let take = move |_| {
        if state.get_untracked() == State::Measuring {
            return;
        }
        state.set(State::Measuring);
        timer::spawn(async move {
            let outcome = measure(TIMEOUT_MS).await;
            // The page may be gone by now.
            if state.is_disposed() {
                return;
            }
            match outcome.map(|place| Point::read(&place.to_text())) {
                Ok(Some(point)) => add(point),
                Ok(None) => state.set(State::Failed(NoPlace::Unavailable)),
                Err(why) => state.set(State::Failed(why)),
            }
        });
    };
    let add_typed = move || match typed.with_untracked(|typed| as_typed(typed)) {
        Some(point) => {
            typed.set(String::new());
            add(point);
        }
        None => state.set(State::NoPoint),
    };
    let said = move || {
        let words = reader.language().words();
        match state.get() {
            State::Idle => (words.controls.places_wanted)(missing(places.with(Vec::len), data_type)),
            State::Measuring => words.taking_place.to_owned(),
            State::Failed(NoPlace::Denied) => words.place_refused.to_owned(),
            State::Failed(NoPlace::Unavailable) => words.place_unavailable.to_owned(),
            State::Failed(NoPlace::TimedOut) => words.place_timeout.to_owned(),
            State::NoPoint => words.controls.place_unread.to_owned(),
        }
    };
    let has_any = move || places.with(|places| !places.is_empty());
    let corner = Callback::new(move |text: Arc<str>| Point::read(&text).into_iter().for_each(add));
    let count = Memo::new(move |_| places.with(Vec::len));
    let on_ground = on_map::drawn_or_seen(asked, count, corner, remove);
    let pictured = on_ground.is_none();
    view! {
        <div class="choices">
            {on_ground}
            {shown_when(move || pictured && has_any(), move || picture(places, data_type))}
            {shown_when(has_any, move || view! {
                <p class="figures" role="status" data-told="true">{live(move || places.with(|places| told(places, data_type, reader.language().words())))}</p> }.into_any())}
            <ol class="places">{rows(move || list(places, remove))}</ol>
            <button type="button" class="button" data-action="take" aria-disabled=live(move || (state.get() == State::Measuring).then_some("true")) on:click=take>
                <Icon shape=Shape::Place />
                {say(|w| w.controls.add_here)}
            </button>
            <div class="with-button">
                <input
                    type="text"
                    class="field"
                    id=asked.part("typed")
                    inputmode="text"
                    autocomplete="off"
                    dir="ltr"
                    aria-label=say(|w| w.controls.place_typed)
                    placeholder=say(|w| w.controls.place_typed)
                    aria-describedby=asked.described_by()
                    aria-invalid=asked.is_wrong()
                    prop:value=live(move || typed.get())
                    on:input:target=move |event| typed.set(event.target().value())
                    on:keydown=move |event| if event.key() == "Enter" { event.prevent_default(); add_typed() }
                    on:blur=move |_| asked.leave()
                />
                <button type="button" class="button" data-action="add" on:click=move |_| add_typed()>{say(|w| w.controls.place_add)}</button>
            </div>
            <p class="hint" role="status">{live(said)}</p>
            {shown_when(has_any, move || super::clear_button(asked))}
        </div>
    }
    .into_any()
}

/// A place as people write it, or as an instance carries it, with altitude and accuracy.
fn as_typed(text: &str) -> Option<Point> {
    coordinates::read(text)
        .map(coordinates::to_text)
        .map_or_else(|| Point::read(text), |text| Point::read(&text))
}

/// How many places it takes yet until it is a line or an outline.
fn missing(there: usize, data_type: DataType) -> usize {
    let least: usize = if data_type == DataType::Geoshape { 3 } else { 2 };
    if there == 0 { 0 } else { least.saturating_sub(there) }
}

fn list(places: Memo<Vec<Point>>, remove: Callback<usize>) -> Vec<Row> {
    let reader = use_reader();
    let row = |(place, point): (usize, Point)| {
        Row::new(format!("{place} {}", point.text), move || {
            let accuracy = point.accuracy();
            view! {
                <li class="place">
                    <span class="grow figures">
                        {format!("{}. {}", place + 1, point.shown())}
                        {accuracy.map(|metres| view! { <span class="optional">{say(move |w| (w.place_accuracy)(metres))}</span> })}
                    </span>
                    <button
                        type="button"
                        class="button plain icon-only"
                        data-action="remove"
                        aria-label=live(move || (reader.language().words().controls.place_remove)(place + 1))
                        on:click=move |_| remove.run(place)
                    ><Icon shape=Shape::Bin /></button>
                </li>
            }
        })
    };
    places.get().into_iter().enumerate().map(row).collect()
}

/// How the places lie to one another.
fn picture(places: Memo<Vec<Point>>, data_type: DataType) -> AnyView {
    let reader = use_reader();
    let called = move || places.with(|places| told(places, data_type, reader.language().words()));
    let drawn = move || {
        let placed = places.with(|places| placed(places));
        let line: Vec<String> = placed.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let closing = if data_type == DataType::Geoshape && line.len() > 2 { "z" } else { "" };
        let points = placed.into_iter().enumerate().map(|(place, (x, y))| {
            let (x, y) = (format!("{x:.1}"), format!("{y:.1}"));
            view! {
                <circle cx=x.clone() cy=y.clone() r="3.5"></circle>
                <text x=x y=y dy="-5">{place + 1}</text>
            }
        });
        view! {
            <path d=format!("M{}{closing}", line.join("L"))></path>
            {points.collect_view()}
        }
    };
    view! { <svg class="shape-picture" viewBox="0 0 100 100" role="img" aria-label=live(called)>{live(drawn)}</svg> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use doorstep_engine::value::Value;

    #[test]
    fn it_is_told_how_long_and_how_large_it_is() {
        let places = points(&Value::Geo("0 0;0.01 0;0.01 0.01".into()), DataType::Geotrace);
        let words = Language::Chinese.words();
        assert_eq!(told(&places, DataType::Geotrace, words), "3 个点 · 2224 米");
        assert_eq!(told(&places, DataType::Geoshape, words), "3 个点 · 3796 米 · 618217 平方米");
        assert_eq!(told(&places[..2], DataType::Geoshape, words), "2 个点");
        assert_eq!(missing(2, DataType::Geoshape), 1);
        assert_eq!(missing(5, DataType::Geotrace), 0);
    }

    #[test]
    fn a_place_is_typed_as_people_write_it_or_as_an_instance_has_it() {
        let text = |typed: &str| as_typed(typed).map(|point| point.text);
        assert_eq!(text("３７．５，１２２．１").as_deref(), Some("37.5 122.1 0.0 0.0"));
        assert_eq!(text("37°30′N 122°6′E").as_deref(), Some("37.5 122.1 0.0 0.0"));
        assert_eq!(text("37.5 122.1 3 4.5").as_deref(), Some("37.5 122.1 3 4.5"));
        assert_eq!(text("137.5 122.1"), None);
    }
}
