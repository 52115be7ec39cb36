//! A radar of percentages: drawn as SVG, so that it is as sharp on paper as on a screen.
//!
//! For the eye alone: the list beside it says the same in words, and screen readers read that.

use std::f64::consts::TAU;

use leptos::prelude::*;

/// One axis, from the middle (0) to the edge (100).
#[derive(Clone, PartialEq)]
pub struct Axis {
    /// What it is.
    pub label: String,
    /// From 0 to 100; what is beyond is drawn at the edge.
    pub percent: f64,
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 280.0;
const RADIUS: f64 = 96.0;
/// Labels stand so far outside.
const LABEL: f64 = 16.0;
/// The size of a letter, as the style sheet has it.
const LETTER: f64 = 13.0;
const RINGS: [f64; 4] = [25.0, 50.0, 75.0, 100.0];

/// The drawing.
#[component]
pub fn Radar(axes: Vec<Axis>) -> impl IntoView {
    let count = axes.len();
    let rings = RINGS.map(|percent| {
        let points = polygon((0..count).map(|index| point(index, count, percent)));
        view! { <polygon class="radar-ring" points=points></polygon> }
    });
    let spokes = (0..count).map(|index| {
        let (x, y) = point(index, count, 100.0);
        view! { <line class="radar-ring" x1=WIDTH / 2.0 y1=HEIGHT / 2.0 x2=x y2=y></line> }
    });
    let shape = polygon(axes.iter().enumerate().map(|(index, axis)| point(index, count, axis.percent)));
    let dots = axes.iter().enumerate().map(|(index, axis)| {
        let (x, y) = point(index, count, axis.percent);
        view! { <circle class="radar-dot" cx=x cy=y r="3.5"></circle> }
    });
    let labels = axes.iter().enumerate().map(|(index, axis)| {
        let (x, y) = outside(index, count);
        let anchor = anchor(x);
        let lines = lines(&axis.label);
        // Two lines stand around the point as one would.
        let top = y + 4.0 - (lines.len() as f64 - 1.0) * 7.0;
        let spans = lines.into_iter().enumerate().map(|(row, line)| {
            view! { <tspan x=x y=top + row as f64 * 15.0>{line}</tspan> }
        });
        view! { <text class="radar-label" text-anchor=anchor>{spans.collect_view()}</text> }
    });
    let view_box = view_box(&axes);
    view! {
        <svg class="radar" viewBox=view_box aria-hidden="true" focusable="false">
            {rings}
            {spokes.collect_view()}
            <polygon class="radar-shape" points=shape></polygon>
            {dots.collect_view()}
            {labels.collect_view()}
        </svg>
    }
}

/// How a label stands at its point: it goes away from the drawing.
fn anchor(x: f64) -> &'static str {
    match x - WIDTH / 2.0 {
        off if off.abs() < 8.0 => "middle",
        off if off < 0.0 => "end",
        _ => "start",
    }
}

/// The drawing's box, as wide as its longest labels want it: none is cut off, whatever a form calls its dimensions.
fn view_box(axes: &[Axis]) -> String {
    let (mut left, mut right) = (0.0_f64, WIDTH);
    for (index, axis) in axes.iter().enumerate() {
        let (x, _) = outside(index, axes.len());
        let width = lines(&axis.label).iter().map(|line| width(line)).fold(0.0, f64::max);
        let (from, to) = match anchor(x) {
            "middle" => (x - width / 2.0, x + width / 2.0),
            "end" => (x - width, x),
            _ => (x, x + width),
        };
        left = left.min(from);
        right = right.max(to);
    }
    // The drawing stays in the middle.
    let beyond = (-left).max(right - WIDTH).max(0.0).ceil();
    format!("{} 0 {} {HEIGHT}", 0.0 - beyond, WIDTH + 2.0 * beyond)
}

/// How wide a line is at most: a Chinese character is a square, a Latin letter well below one.
fn width(line: &str) -> f64 {
    line.chars().map(|letter| if letter.is_ascii() { LETTER * 0.62 } else { LETTER }).sum()
}

/// Where a percentage lies on an axis; the first points up, the others follow clockwise.
fn point(index: usize, count: usize, percent: f64) -> (f64, f64) {
    at(index, count, RADIUS * percent.clamp(0.0, 100.0) / 100.0)
}

fn outside(index: usize, count: usize) -> (f64, f64) {
    at(index, count, RADIUS + LABEL)
}

fn at(index: usize, count: usize, radius: f64) -> (f64, f64) {
    let angle = TAU * index as f64 / count as f64 - TAU / 4.0;
    let tenth = |number: f64| (number * 10.0).round() / 10.0;
    (tenth(WIDTH / 2.0 + radius * angle.cos()), tenth(HEIGHT / 2.0 + radius * angle.sin()))
}

fn polygon(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// A label in at most two lines: Chinese is cut after six characters, other words between words.
fn lines(label: &str) -> Vec<String> {
    let wide = label.chars().filter(|c| !c.is_ascii()).count() * 2 > label.chars().count();
    let most = if wide { 6 } else { 14 };
    if label.chars().count() <= most {
        return vec![label.to_owned()];
    }
    let half = label.chars().count().div_ceil(2);
    let cut = match wide {
        true => label.char_indices().nth(half).map_or(label.len(), |(at, _)| at),
        false => {
            let spaces = label.match_indices(' ').map(|(at, _)| at);
            spaces.min_by_key(|at| at.abs_diff(label.len() / 2)).unwrap_or(label.len())
        }
    };
    let (first, second) = label.split_at(cut);
    [first, second].iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(labels: &[&str]) -> Vec<Axis> {
        labels.iter().map(|label| Axis { label: (*label).to_owned(), percent: 50.0 }).collect()
    }

    #[test]
    fn the_box_grows_with_the_longest_label_and_only_then() {
        assert_eq!(view_box(&axes(&["健康", "收支", "居住", "就业"])), "0 0 360 280");
        let long = view_box(&axes(&["Family", "Unbreakablewordthatisverylongindeed", "Home", "Work"]));
        let numbers: Vec<f64> = long.split(' ').map(|part| part.parse().expect("a number")).collect();
        let (x, _) = outside(1, 4);
        assert!(numbers[0] + numbers[2] >= x + width("Unbreakablewordthatisverylongindeed"), "{long}");
        assert!((numbers[0] + numbers[2] / 2.0 - WIDTH / 2.0).abs() < 0.01, "in the middle: {long}");
    }
}
