//! Places on a map (`placement-map`, `maps`): put where the cross is, or only looked at.
//!
//! A place that is put on the map has no altitude and no accuracy, as ODK has it.

use std::sync::Arc;

use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::shape::points::points;
use super::{Asked, looks};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::components::map::ground::Spot;
use crate::components::map::{Drawn, Line, Look, Map, Mark, Sight};
use crate::parts::parts;
use crate::state::reader::{say, use_reader};

/// Is the answer put on a map?
pub fn is_placed(question: &QuestionView) -> bool {
    looks(question, "placement-map")
}

/// Is it to be seen on one, however it was given?
fn is_seen(question: &QuestionView) -> bool {
    is_placed(question) || looks(question, "maps")
}

/// The spots of an answer: one of a place, several of a line or an outline.
fn spots(value: &Value, data_type: DataType) -> Vec<Spot> {
    let spot = |latitude, longitude| Spot { latitude, longitude };
    points(value, data_type).iter().map(|point| spot(point.latitude, point.longitude)).collect()
}

/// Where a question's map begins: at its answer, else at a place that the form knows already.
fn begin(asked: Asked) -> Sight {
    let here = asked.view.with_untracked(|view| spots(&view.value, view.data_type));
    let known = || {
        asked.answering.with(|session| {
            session.nodes().into_iter().find_map(|key| match session.value(key) {
                Some(Value::Geo(text)) => Spot::read(text.split(';').next()?),
                _ => None,
            })
        })
    };
    let known = if here.is_empty() { known() } else { None };
    Sight::at(&here, known)
}

/// What is drawn of an answer.
fn drawn(value: &Value, data_type: DataType) -> Drawn {
    let spots = spots(value, data_type);
    if data_type == DataType::Geopoint {
        let accuracy = points(value, data_type).first().and_then(|point| point.accuracy());
        let mark = |spot| Mark {
            spot,
            look: Look::Answer(accuracy.unwrap_or(0.0)),
            label: None,
            name: "answer".into(),
        };
        return Drawn { marks: spots.into_iter().map(mark).collect(), lines: Vec::new() };
    }
    let corner = |(place, spot): (usize, &Spot)| {
        let number = place + 1;
        Mark { spot: *spot, look: Look::Corner(number), label: None, name: number.to_string() }
    };
    let marks = spots.iter().enumerate().map(corner).collect();
    let closed = data_type == DataType::Geoshape && spots.len() > 2;
    Drawn { marks, lines: vec![Line { spots, closed, chosen: false }] }
}

/// A map of a question, at its answer.
fn map(asked: Asked, sight: Sight, enter: Option<Callback<()>>) -> AnyView {
    let data_type = asked.view.with_untracked(|view| view.data_type);
    let value = asked.value();
    let reader = use_reader();
    let called = move || {
        format!("{} · {}", asked.view.with(|view| view.label.clone()), reader.language().words().map.map)
    };
    (parts().map)(Map {
        id: asked.part("map"),
        sight,
        drawn: Memo::new(move |_| value.with(|value| drawn(value, data_type))).into(),
        called: Signal::derive(called),
        cross: enter.is_some(),
        touch: None,
        enter,
    })
}

/// The answer on a map that is only looked at. Nothing if it isn't wanted there.
pub fn seen(asked: Asked) -> Option<AnyView> {
    if !asked.view.with_untracked(is_seen) {
        return None;
    }
    let value = asked.value();
    let there = move || asked.view.with(|view| value.with(|value| !spots(value, view.data_type).is_empty()));
    let shown = move || {
        let sight = begin(asked);
        let data_type = asked.view.with_untracked(|view| view.data_type);
        // Measured again it may be elsewhere.
        Effect::watch(move || value.get(), move |value, _, _| sight.look_at(&spots(value, data_type)), false);
        map(asked, sight, None)
    };
    Some(shown_when(there, shown).into_any())
}

/// Where the map's cross is, in words.
fn middle(sight: Sight) -> AnyView {
    let reader = use_reader();
    let said = move || (reader.language().words().map.middle)(&sight.middle.get().shown());
    view! { <p class="hint figures" data-cross="true">{live(said)}</p> }.into_any()
}

/// A place that is put on the map.
pub fn place(asked: Asked) -> AnyView {
    let sight = begin(asked);
    let value = asked.value();
    let set = Callback::new(move |()| asked.give_text(&sight.middle.get_untracked().to_text()));
    let has_one = Memo::new(move |_| value.with(|value| matches!(value, Value::Geo(_))));
    view! {
        {map(asked, sight, Some(set))}
        {middle(sight)}
        <button type="button" class="button main" data-action="set-here" aria-describedby=asked.described_by() on:click=move |_| set.run(())>
            <Icon shape=Shape::Place />
            {say(move |w| if has_one.get() { w.map.set_anew } else { w.map.set_here })}
        </button>
    }
    .into_any()
}

/// A line or an outline that is drawn on a map, or seen on one; nothing if neither is wanted. `add` takes a corner, `remove` the one of that place away.
pub fn drawn_or_seen(
    asked: Asked,
    count: Memo<usize>,
    add: Callback<Arc<str>>,
    remove: Callback<usize>,
) -> Option<AnyView> {
    match asked.view.with_untracked(is_placed) {
        true => Some(draw(asked, count, add, remove)),
        false => seen(asked),
    }
}

/// Corner by corner.
fn draw(asked: Asked, count: Memo<usize>, add: Callback<Arc<str>>, remove: Callback<usize>) -> AnyView {
    let sight = begin(asked);
    let set = Callback::new(move |()| add.run(sight.middle.get_untracked().to_text().into()));
    let open = RwSignal::new(count.get_untracked() == 0);
    let drawing = move || {
        view! {
            {map(asked, sight, Some(set))}
            {middle(sight)}
            <div class="actions">
                <button type="button" class="button main" data-action="add-corner" on:click=move |_| set.run(())>
                    <Icon shape=Shape::Plus />
                    {say(|w| w.map.add_corner)}
                </button>
                {shown_when(move || count.get() > 0, move || view! {
                    <button type="button" class="button" data-action="take-back" on:click=move |_| remove.run(count.get_untracked().saturating_sub(1))>
                        <Icon shape=Shape::Undo />
                        {say(|w| w.map.take_back)}
                    </button>
                    <button type="button" class="button" data-action="done" on:click=move |_| open.set(false)>
                        <Icon shape=Shape::Check />
                        {say(|w| w.map.done)}
                    </button> }.into_any())}
            </div>
        }
        .into_any()
    };
    let closed = move || {
        view! {
            {map(asked, sight, None)}
            <button type="button" class="button" data-action="draw-on-map" on:click=move |_| open.set(true)>
                <Icon shape=Shape::Place />
                {say(|w| w.map.go_on)}
            </button>
        }
        .into_any()
    };
    live(move || if open.get() { drawing() } else { closed() }).into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_a_place_a_line_or_an_outline() {
        let place = drawn(&Value::Geo("37.5 122.1 0 4.5".into()), DataType::Geopoint);
        assert!(matches!(&place.marks[..], [Mark { look: Look::Answer(accuracy), .. }] if *accuracy == 4.5));
        assert!(place.lines.is_empty());
        let three = Value::Geo("37.5 122.1 0 0;37.6 122.1 0 0;37.6 122.2 0 0;37.5 122.1 0 0".into());
        let outline = drawn(&three, DataType::Geoshape);
        assert_eq!(
            (outline.marks.len(), outline.lines[0].spots.len(), outline.lines[0].closed),
            (3, 3, true)
        );
        let line = drawn(&three, DataType::Geotrace);
        assert_eq!((line.marks.len(), line.lines[0].closed), (4, false));
        assert_eq!(drawn(&Value::Blank, DataType::Geopoint), Drawn::default());
    }
}
