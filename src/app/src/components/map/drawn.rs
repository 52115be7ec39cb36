//! What lies on the ground of a map: places, lines, outlines, and where the device is. Hidden from screen readers, whose words stand beside the map.

use leptos::prelude::*;

use super::ground::{Spot, metres, to_pixels};
use super::sight::{Corner, Sight};
use crate::components::live::live;

/// So many are drawn at most: more can't be told apart.
const MOST: usize = 500;
/// What lies so many pixels outside is not drawn.
const OUTSIDE: f64 = 100.0;

/// How a place looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Look {
    /// An answer, as exactly as it was measured, in metres (0: it was not).
    Answer(f64),
    /// A corner of a line, by its number.
    Corner(usize),
    /// One to choose.
    Choice,
    /// The one that is chosen.
    Chosen,
}

/// A place.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    pub spot: Spot,
    pub look: Look,
    /// What is said beside it.
    pub label: Option<String>,
    /// What it is, for style sheets and tests.
    pub name: String,
}

/// A line, or an outline.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    pub spots: Vec<Spot>,
    pub closed: bool,
    pub chosen: bool,
}

/// All that is drawn.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Drawn {
    pub marks: Vec<Mark>,
    pub lines: Vec<Line>,
}

/// The drawing, from the corner that the layer hangs on.
pub(super) fn view(drawn: Signal<Drawn>, sight: Sight) -> AnyView {
    let corner = Memo::new(move |_| sight.corner());
    // What is far outside comes when the map was moved by half of it.
    let around = Memo::new(move |_| {
        let (width, height) = sight.size.get();
        let (right, down) = sight.shift();
        let step = |pixels: f64, side: f64| ((-pixels / side * 2.0).round() * side / 2.0, side);
        (step(right, width.max(1.0)), step(down, height.max(1.0)))
    });
    let shapes = move || {
        let (corner, ((x, width), (y, height))) = (corner.get(), around.get());
        let near = |(across, down): (f64, f64)| {
            (across - x).abs() <= width + OUTSIDE && (down - y).abs() <= height + OUTSIDE
        };
        drawn.with(|drawn| {
            let lines = drawn.lines.iter().map(|line| line_view(line, corner)).collect_view();
            let marks = drawn.marks.iter().map(|mark| (at(mark.spot, corner), mark));
            let mut marks: Vec<((f64, f64), &Mark)> = marks.filter(|(at, _)| near(*at)).take(MOST).collect();
            // What comes first lies above the others.
            marks.reverse();
            let marks: Vec<AnyView> =
                marks.into_iter().map(|(at, mark)| mark_view(at, mark, corner)).collect();
            view! { {lines} {marks} }
        })
    };
    let own = move || {
        sight.own.get().map(|(spot, accuracy)| {
            let corner = corner.get();
            let (x, y) = at(spot, corner);
            let radius = accuracy / metres(spot.latitude, corner.zoom);
            view! {
                <g class="map-own" transform=format!("translate({x:.1} {y:.1})")>
                    <circle class="about" r=format!("{:.1}", radius.min(2000.0))></circle>
                    <circle class="dot" r="8"></circle>
                </g>
            }
        })
    };
    view! { <svg class="map-drawn" aria-hidden="true" focusable="false">{live(own)}{live(shapes)}</svg> }
        .into_any()
}

fn at(spot: Spot, corner: Corner) -> (f64, f64) {
    let (x, y) = to_pixels(spot, corner.zoom);
    (x - corner.x, y - corner.y)
}

fn line_view(line: &Line, corner: Corner) -> AnyView {
    let points: Vec<String> =
        line.spots.iter().map(|spot| at(*spot, corner)).map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    let class = match (line.closed, line.chosen) {
        (true, true) => "map-line outline chosen",
        (true, false) => "map-line outline",
        (false, true) => "map-line chosen",
        (false, false) => "map-line",
    };
    let path = if points.is_empty() {
        String::new()
    } else {
        format!("M{}{}", points.join("L"), if line.closed { "z" } else { "" })
    };
    view! { <path class=class d=path></path> }.into_any()
}

fn mark_view((x, y): (f64, f64), mark: &Mark, corner: Corner) -> AnyView {
    let place = format!("translate({x:.1} {y:.1})");
    let label = mark.label.clone().map(|label| {
        // Above the pin, and below a number.
        view! { <text class="map-label" y="-40">{label}</text> }
    });
    let name = mark.name.clone();
    match mark.look {
        Look::Answer(accuracy) => {
            let radius = (accuracy / metres(mark.spot.latitude, corner.zoom)).min(2000.0);
            view! {
                <g class="map-mark answer" data-mark=name transform=place>
                    <circle class="about" r=format!("{radius:.1}")></circle>
                    <path d=PIN></path>
                    <circle class="hole" cy="-22" r="5"></circle>
                    {label}
                </g>
            }
            .into_any()
        }
        Look::Corner(number) => view! {
            <g class="map-mark corner" data-mark=name transform=place>
                <circle r="5"></circle>
                <text y="-10">{number}</text>
            </g>
        }
        .into_any(),
        Look::Choice | Look::Chosen => {
            let class = if mark.look == Look::Chosen { "map-mark choice chosen" } else { "map-mark choice" };
            view! {
                <g class=class data-mark=name transform=place>
                    <path d=PIN></path>
                    <circle class="hole" cy="-22" r="5"></circle>
                    {label}
                </g>
            }
            .into_any()
        }
    }
}

/// A pin whose point is the place.
const PIN: &str = "M0 0C-2-8-11-14-11-22A11 11 0 0 1 11-22C11-14 2-8 0 0z";
