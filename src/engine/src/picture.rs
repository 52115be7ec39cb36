//! A drawing whose parts are chosen by touching them (`image-map`): the outlines of its named parts, out of its SVG.
//!
//! Only outlines are read, no styles, links or scripts: whoever shows them draws them anew over the picture.

use crate::diagnostic::Diagnostics;
use crate::source::Source;
use crate::xml::{self, Element};

/// The parts of a drawing that have a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// What is seen of the plane: `x y width height`.
    pub view_box: String,
    /// In the order in which they are drawn.
    pub parts: Vec<Part>,
}

/// A part with a name: one outline, or several of a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The `id` of its element, which is the name of a choice.
    pub name: String,
    /// Each of its outlines.
    pub outlines: Vec<Outline>,
}

/// A closed line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outline {
    /// As SVG's `path` has it in `d`.
    pub path: String,
    /// How it is moved and turned, the outermost first; empty if it is not.
    pub transform: String,
}

/// What is deeper than this is no drawing of parts.
const DEEPEST: usize = 32;

impl Picture {
    /// Reads an SVG. `None` if it is none, or says no size.
    pub fn read(svg: &str) -> Option<Picture> {
        let root = xml::read(&Source::new("picture.svg", svg), 0, &mut Diagnostics::default())?;
        if &*root.name.local != "svg" {
            return None;
        }
        let view_box = match said(&root, "viewBox") {
            Some(view_box) => numbers(&view_box).map(|_| view_box)?,
            None => format!("0 0 {} {}", length(&root, "width")?, length(&root, "height")?),
        };
        let mut parts = Vec::new();
        find(&root, "", 0, &mut parts);
        Some(Picture { view_box, parts })
    }
}

/// The named parts below an element; what is within a part is the part's.
fn find(within: &Element, moved: &str, depth: usize, parts: &mut Vec<Part>) {
    for element in within.elements().filter(|element| depth < DEEPEST && is_drawn(element)) {
        let moved = further(moved, element);
        match said(element, "id") {
            Some(name) if within_part(element) => {
                let mut outlines = Vec::new();
                trace(element, &moved, depth, &mut outlines);
                parts.push(Part { name, outlines });
            }
            _ => find(element, &moved, depth + 1, parts),
        }
    }
}

/// Definitions, patterns and the like draw nothing where they stand.
fn is_drawn(element: &Element) -> bool {
    is_shape(element) || matches!(&*element.name.local, "g" | "a" | "svg")
}

fn is_shape(element: &Element) -> bool {
    matches!(&*element.name.local, "path" | "rect" | "circle" | "ellipse" | "polygon" | "polyline")
}

/// A group that holds other named things is a layer, not a part.
fn within_part(element: &Element) -> bool {
    is_shape(element) || !element.elements().any(|inner| is_drawn(inner) && said(inner, "id").is_some())
}

fn trace(element: &Element, moved: &str, depth: usize, outlines: &mut Vec<Outline>) {
    if let Some(path) = path(element) {
        outlines.push(Outline { path, transform: moved.to_owned() });
    }
    for inner in element.elements().filter(|inner| depth < DEEPEST && is_drawn(inner)) {
        trace(inner, &further(moved, inner), depth + 1, outlines);
    }
}

fn further(moved: &str, element: &Element) -> String {
    match said(element, "transform") {
        Some(own) => format!("{moved} {own}").trim().to_owned(),
        None => moved.to_owned(),
    }
}

/// An element's outline as a path (SVG 2, *Basic Shapes*); rounded corners are cut straight.
fn path(element: &Element) -> Option<String> {
    let number = |name: &str| length(element, name);
    let at = |name: &str| number(name).unwrap_or(0.0);
    Some(match &*element.name.local {
        "path" => said(element, "d")?,
        "rect" => {
            let (width, height) = (number("width")?, number("height")?);
            format!("M{} {}h{width}v{height}h{}z", at("x"), at("y"), -width)
        }
        "circle" => round(at("cx"), at("cy"), number("r")?, number("r")?),
        "ellipse" => round(at("cx"), at("cy"), number("rx")?, number("ry")?),
        "polygon" | "polyline" => {
            let points = said(element, "points")?;
            numbers(&points)?;
            format!("M{points}z")
        }
        _ => return None,
    })
}

fn round(x: f64, y: f64, across: f64, down: f64) -> String {
    let half = |to: f64| format!("a{across} {down} 0 1 0 {to} 0");
    format!("M{} {y}{}{}z", x - across, half(2.0 * across), half(-2.0 * across))
}

fn said(element: &Element, name: &str) -> Option<String> {
    let text = element.attribute(name)?.text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// A length in the drawing's own unit, whatever it is called.
fn length(element: &Element, name: &str) -> Option<f64> {
    let text = said(element, name)?;
    let text = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    text.parse().ok().filter(|length: &f64| length.is_finite())
}

fn numbers(text: &str) -> Option<Vec<f64>> {
    let words = text.split([' ', ',', '\n', '\t', '\r']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_parts_are_found_in_layers_with_their_moves() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'>
            <defs><path id='pattern' d='M0 0'/></defs>
            <script>alert(1)</script>
            <g id='layer' transform='translate(1 1)'>
                <rect id='kitchen' x='1' y='2' width='3px' height='4'/>
                <g id='hall' transform='scale(2)'><circle cx='5' cy='5' r='2'/><polygon points='0,0 1,0 1,1'/></g>
            </g>
            <path d='M9 9'/>
        </svg>";
        let picture = Picture::read(svg).expect("it is one");
        assert_eq!(picture.view_box, "0 0 10 10");
        let parts: Vec<(&str, Vec<(&str, &str)>)> = picture
            .parts
            .iter()
            .map(|part| {
                let outlines = part.outlines.iter();
                (&*part.name, outlines.map(|outline| (&*outline.path, &*outline.transform)).collect())
            })
            .collect();
        let hall = vec![
            ("M3 5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z", "translate(1 1) scale(2)"),
            ("M0,0 1,0 1,1z", "translate(1 1) scale(2)"),
        ];
        assert_eq!(parts, [("kitchen", vec![("M1 2h3v4h-3z", "translate(1 1)")]), ("hall", hall)]);
    }

    #[test]
    fn what_is_no_drawing_is_none() {
        assert_eq!(Picture::read("<p/>"), None);
        assert_eq!(Picture::read("<svg/>"), None, "it says no size");
        assert_eq!(Picture::read("no"), None);
        let plain = Picture::read("<svg width='20mm' height='10mm'/>").expect("it is one");
        assert_eq!((&*plain.view_box, plain.parts.len()), ("0 0 20 10", 0));
    }
}
