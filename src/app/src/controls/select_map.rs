//! One of several places (`map`): touched on a map, or chosen in the list below it, which has all of them and is what keyboards and screen readers use.
//!
//! A choice lies where its `geometry` says, as ODK has it; one without stands in the list alone.

use std::sync::Arc;

use doorstep_engine::value::Value;
use doorstep_engine::view::{ChoiceView, Control as Kind, QuestionView};
use leptos::prelude::*;

use super::shape::points::Point;
use super::{Asked, Control, Frame, choice_sheet, looks, select_one};
use crate::components::live::live;
use crate::components::map::ground::{Spot, moved, touched};
use crate::components::map::{Drawn, Line, Look, Map, Mark, Sight};
use crate::parts::parts;
use crate::state::reader::use_reader;

/// The appearance of what is chosen on a map.
const MAP: &str = "map";
/// So far from a pin, in pixels, a finger still means it; and so far above its place its middle is.
const REACH: f64 = 30.0;
const PIN: f64 = 16.0;

/// Of few choices: they stand below the map, all in sight.
pub const CONTROL: Control = Control {
    name: "select-map",
    takes: |question| is_on_map(question) && !(choice_sheet::CONTROL.takes)(question),
    frame: Frame::Group,
    show: |asked| show(asked, &select_one::CONTROL),
};

/// Of many: they are found in a sheet.
pub const MANY: Control = Control {
    name: "select-map-many",
    takes: |question| is_on_map(question) && (choice_sheet::CONTROL.takes)(question),
    frame: Frame::Field,
    show: |asked| show(asked, &choice_sheet::CONTROL),
};

fn is_on_map(question: &QuestionView) -> bool {
    question.control == Kind::SelectOne && looks(question, MAP)
}

/// Where a choice lies: one spot, a line, or an outline.
#[derive(Clone, PartialEq, Debug)]
struct Placed {
    name: Arc<str>,
    spots: Vec<Spot>,
}

impl Placed {
    /// What the list says of its place; nothing of what is none.
    fn read(name: Arc<str>, geometry: &str) -> Option<Placed> {
        let point = |part: &str| Point::read(part.trim());
        let points: Option<Vec<Point>> =
            geometry.split(';').filter(|part| !part.trim().is_empty()).map(point).collect();
        let spots: Vec<Spot> = points?
            .iter()
            .map(|point| Spot { latitude: point.latitude, longitude: point.longitude })
            .collect();
        (!spots.is_empty()).then_some(Placed { name, spots })
    }

    /// The spot that is touched: of a line the one in its middle.
    fn spot(&self) -> Spot {
        self.spots[self.spots.len() / 2]
    }

    fn is_closed(&self) -> bool {
        self.spots.len() > 3 && self.spots.first() == self.spots.last()
    }
}

/// All of them, the chosen one first: it is drawn however many there are.
fn drawn(placed: &[Placed], choices: &[ChoiceView], chosen: Option<&str>) -> Drawn {
    let mut drawn = Drawn::default();
    let is = |one: &&Placed| Some(&*one.name) == chosen;
    for one in placed.iter().filter(is).chain(placed.iter().filter(|one| !is(one))) {
        let is = Some(&*one.name) == chosen;
        let label = choices.iter().find(|choice| choice.name == one.name).filter(|_| is);
        if one.spots.len() > 1 {
            drawn.lines.push(Line { spots: one.spots.clone(), closed: one.is_closed(), chosen: is });
        }
        drawn.marks.push(Mark {
            spot: one.spot(),
            look: if is { Look::Chosen } else { Look::Choice },
            label: label.map(|choice| choice.label.clone()),
            name: one.name.to_string(),
        });
    }
    drawn
}

fn show(asked: Asked, list: &'static Control) -> AnyView {
    let reader = use_reader();
    let (value, choices) = (asked.value(), asked.choices());
    let placed = Memo::new(move |_| {
        choices.track();
        let places = asked.answering.with(|session| session.choice_places(asked.key));
        places
            .into_iter()
            .filter_map(|(name, geometry)| Placed::read(name, &geometry))
            .collect::<Vec<Placed>>()
    });
    let chosen = Memo::new(move |_| match value.get() {
        Value::Choice(name) => Some(name),
        _ => None,
    });
    let all = move || -> Vec<Spot> {
        placed.with_untracked(|placed| placed.iter().flat_map(|one| one.spots.iter().copied()).collect())
    };
    let sight = Sight::at(&all(), None);
    // A filter may have let others through.
    Effect::watch(move || placed.get(), move |_, _, _| sight.look_at(&all()), false);
    let touch = Callback::new(move |spot: Spot| {
        let zoom = sight.zoom.get_untracked();
        let meant = moved(spot, zoom, (0.0, PIN));
        let name = placed.with_untracked(|placed| {
            let place = touched(placed.iter().map(Placed::spot), meant, zoom, REACH)?;
            Some(placed[place].name.clone())
        });
        if let Some(name) = name {
            asked.give(Value::Choice(name));
        }
    });
    let map = (parts().map)(Map {
        id: asked.part("map"),
        sight,
        drawn: Memo::new(move |_| {
            let chosen = chosen.get();
            choices.with(|choices| placed.with(|placed| drawn(placed, choices, chosen.as_deref())))
        })
        .into(),
        called: Signal::derive(move || {
            format!("{} · {}", asked.view.with(|view| view.label.clone()), reader.language().words().map.map)
        }),
        cross: false,
        touch: Some(touch),
        enter: None,
    });
    let said = move || {
        let words = &reader.language().words().map;
        let without = choices.with(|choices| choices.len()).saturating_sub(placed.with(Vec::len));
        let label = chosen.get().and_then(|name| {
            choices.with(|choices| {
                choices.iter().find(|choice| choice.name == name).map(|choice| choice.label.clone())
            })
        });
        match (label, without) {
            (Some(label), _) => (words.chosen)(&label),
            (None, 0) => String::new(),
            (None, _) if placed.with(Vec::is_empty) => words.none_on_map.to_owned(),
            (None, without) => (words.not_on_map)(without),
        }
    };
    view! {
        {map}
        <p class="hint" role="status" data-chosen-on-map="true">{live(said)}</p>
        {(list.show)(asked)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(name: &str) -> ChoiceView {
        ChoiceView { name: name.into(), label: name.to_uppercase(), media: None }
    }

    #[test]
    fn a_choice_is_a_place_a_line_or_an_outline_and_else_nowhere() {
        let read = |geometry: &str| Placed::read("a".into(), geometry);
        assert_eq!(read("37.5 122.1 0 0").map(|one| one.spots.len()), Some(1));
        let line = read("37.5 122.1; 37.6 122.1; 37.7 122.1").unwrap();
        assert_eq!((line.spot().latitude, line.is_closed()), (37.6, false));
        assert!(read("1 1;1 2;2 2;1 1;").unwrap().is_closed());
        for none in ["", "here", "97 200", "1 1;x"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn the_chosen_one_is_marked_with_its_label() {
        let placed = ["a", "b", "c"].map(|name| Placed::read(name.into(), "1 1").unwrap());
        let choices = ["a", "b", "c"].map(choice);
        let drawn = drawn(&placed, &choices, Some("b"));
        let marks: Vec<(&str, Option<&str>)> =
            drawn.marks.iter().map(|mark| (&*mark.name, mark.label.as_deref())).collect();
        assert_eq!(marks, [("b", Some("B")), ("a", None), ("c", None)]);
    }
}
