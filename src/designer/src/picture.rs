//! What hangs on what, as a picture: questions and measures as boxes, an arrow from each to what reads it, laid out from left to right. Pure.
//!
//! Kept here: it is drawn of what the sheets say, right or wrong, so that a way round is seen while it is one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rust_sugiyama::configure::Config;
use rust_sugiyama::from_vertices_and_edges;

use crate::document::{Document, Grid};
use crate::inspect::{name_of, references};

/// The most boxes of one picture.
const MOST: usize = 120;
/// A box, and the room between boxes, in units of the picture.
pub const WIDTH: f64 = 150.0;
/// How high a box is.
pub const HEIGHT: f64 = 34.0;
const ROOM: f64 = 26.0;

/// Who reads whom in a form, by name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reading {
    /// By name: the sheet and row that it is.
    rows: BTreeMap<String, (usize, usize)>,
    /// From what is read to what reads it: in which columns.
    edges: BTreeMap<(String, String), BTreeSet<String>>,
}

/// A box of the picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// The question's or measure's name.
    pub name: String,
    /// Its sheet and row.
    pub row: (usize, usize),
    /// The box's left upper corner.
    pub at: (f64, f64),
    /// Is it the one that was asked for?
    pub is_middle: bool,
}

/// An arrow.
#[derive(Clone, PartialEq, Debug)]
pub struct Arrow {
    /// Where it begins: at the right of what is read.
    pub from: (f64, f64),
    /// Where it ends: at the left of what reads it.
    pub to: (f64, f64),
    /// The names of both.
    pub names: (String, String),
    /// The columns in which it is read.
    pub columns: String,
    /// Does it lead back, as part of a way round?
    pub goes_back: bool,
}

/// The picture.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Picture {
    /// Across and down.
    pub size: (f64, f64),
    /// The boxes.
    pub shapes: Vec<Shape>,
    /// The arrows between them.
    pub arrows: Vec<Arrow>,
    /// So many names are not on it: there are too many.
    pub left_out: usize,
}

/// The measure's name of a row of a sheet that belongs to one.
fn owner(grid: &Grid, row: usize) -> Option<&str> {
    let is_below = matches!(&*grid.name, "items" | "parts" | "bands" | "rules");
    Some(grid.of(row, "measure").trim()).filter(|name| is_below && !name.is_empty())
}

impl Reading {
    /// Of a document as it stands.
    pub fn of(document: &Document) -> Reading {
        let mut reading = Reading::default();
        for (sheet, grid) in document.sheets().iter().enumerate() {
            for row in 1..grid.rows.len() {
                if let Some(name) = name_of(document, sheet, row) {
                    reading.rows.entry(name.to_owned()).or_insert((sheet, row));
                }
            }
        }
        for (sheet, grid) in document.sheets().iter().enumerate() {
            for (row, cells) in grid.rows.iter().enumerate().skip(1) {
                let Some(reader) = name_of(document, sheet, row).or_else(|| owner(grid, row)) else {
                    continue;
                };
                for (column, cell) in cells.iter().enumerate() {
                    let title = grid.title(column);
                    let title = title.split("::").next().unwrap_or_default().trim();
                    // What a measure or a part is made of is written as a bare name, too.
                    let plain = matches!(title, "of" | "second" | "value") && &*grid.name != "survey";
                    let plain = [cell.trim()].into_iter().filter(|_| plain && !cell.contains("${"));
                    for name in references(cell).into_iter().chain(plain) {
                        reading.reads(name, reader, title);
                    }
                }
            }
        }
        reading
    }

    fn reads(&mut self, name: &str, reader: &str, column: &str) {
        if self.rows.contains_key(name) && self.rows.contains_key(reader) {
            let edge = self.edges.entry((name.to_owned(), reader.to_owned())).or_default();
            edge.insert(column.to_owned());
        }
    }

    /// Whatever hangs together with a name, as far as so many steps; everything that hangs on anything without a name.
    pub fn around(&self, name: Option<&str>, steps: usize) -> Picture {
        let mut names: Vec<&str> = match name {
            Some(name) => self.near(name, steps),
            None => {
                let both = self.edges.keys().flat_map(|(from, to)| [from.as_str(), to.as_str()]);
                both.collect::<BTreeSet<_>>().into_iter().collect()
            }
        };
        let left_out = names.len().saturating_sub(MOST);
        names.truncate(MOST);
        self.drawn(&names, name, left_out)
    }

    /// The nearest first: what it reads, and what that reads; what reads it, and what reads that.
    fn near<'a>(&'a self, name: &'a str, steps: usize) -> Vec<&'a str> {
        let mut found = vec![name];
        if !self.rows.contains_key(name) {
            return Vec::new();
        }
        for forwards in [true, false] {
            let mut next = VecDeque::from([(name, 0)]);
            let mut seen = BTreeSet::from([name]);
            while let Some((here, far)) = next.pop_front() {
                if far == steps {
                    continue;
                }
                for (from, to) in self.edges.keys() {
                    let (mine, other) = if forwards { (from, to) } else { (to, from) };
                    if mine == here && seen.insert(other) {
                        next.push_back((other, far + 1));
                        if !found.contains(&other.as_str()) {
                            found.push(other);
                        }
                    }
                }
            }
        }
        found
    }

    fn drawn(&self, names: &[&str], middle: Option<&str>, left_out: usize) -> Picture {
        let number: BTreeMap<&str, u32> =
            names.iter().zip(0..).map(|(name, number)| (*name, number)).collect();
        let shown = |(from, to): &(String, String)| {
            Some((*number.get(from.as_str())?, *number.get(to.as_str())?)).filter(|(from, to)| from != to)
        };
        let edges: Vec<(u32, u32)> = self.edges.keys().filter_map(shown).collect();
        // It lays out from top to bottom: across is down here.
        // It gives back a box's place among these as its number.
        let sizes: Vec<(u32, (f64, f64))> =
            (0..names.len() as u32).map(|number| (number, (HEIGHT, WIDTH))).collect();
        let config = Config { vertex_spacing: ROOM, ..Config::default() };
        let mut at: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        let mut size = (0.0_f64, 0.0_f64);
        for (places, ..) in from_vertices_and_edges(&sizes, &edges, &config) {
            let least = |of: fn(&(f64, f64)) -> f64| {
                places.iter().map(|(_, place)| of(place)).fold(f64::INFINITY, f64::min)
            };
            let (left, top, below) = (least(|place| place.1), least(|place| place.0), size.1);
            for (vertex, (down, across)) in places {
                let place = (across - left + ROOM, down - top + below + ROOM);
                size = (size.0.max(place.0 + WIDTH + ROOM), size.1.max(place.1 + HEIGHT));
                at.insert(vertex, place);
            }
        }
        let place = |name: &str| number.get(name).and_then(|number| at.get(&(*number as usize))).copied();
        let shape = |name: &&str| {
            let row = *self.rows.get(*name)?;
            Some(Shape { name: (*name).to_owned(), row, at: place(name)?, is_middle: middle == Some(*name) })
        };
        let arrow = |((from, to), columns): (&(String, String), &BTreeSet<String>)| {
            let (one, other) = (place(from)?, place(to)?);
            Some(Arrow {
                from: (one.0 + WIDTH, one.1 + HEIGHT / 2.0),
                to: (other.0, other.1 + HEIGHT / 2.0),
                names: (from.clone(), to.clone()),
                columns: columns.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
                goes_back: other.0 <= one.0,
            })
        };
        Picture {
            size: (size.0, size.1 + ROOM),
            shapes: names.iter().filter_map(shape).collect(),
            arrows: self.edges.iter().filter_map(arrow).collect(),
            left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(csv: &str) -> Reading {
        Reading::of(&Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet"))
    }

    fn names(picture: &Picture) -> Vec<&str> {
        picture.shapes.iter().map(|shape| shape.name.as_str()).collect()
    }

    const CHAIN: &str = "type,name,label,relevant,calculation\ninteger,a,A,,\ncalculate,b,,,${a} + 1\ninteger,c,C,${b} > 1 and ${a} > 0,\n\
        calculate,d,,,${c} * 2\ntext,alone,X,,\n";

    #[test]
    fn what_is_read_stands_left_of_what_reads_it() {
        let picture = reading(CHAIN).around(None, 0);
        assert_eq!(names(&picture), ["a", "b", "c", "d"], "what hangs on nothing is not drawn");
        let across: Vec<f64> = picture.shapes.iter().map(|shape| shape.at.0).collect();
        assert!(across.is_sorted_by(|one, next| next - one >= WIDTH), "{across:?}");
        assert!(picture.arrows.iter().all(|arrow| !arrow.goes_back && arrow.from.0 < arrow.to.0));
        let told = picture.arrows.iter().find(|arrow| arrow.names == ("b".into(), "c".into()));
        assert_eq!(told.map(|arrow| arrow.columns.as_str()), Some("relevant"));
        let within =
            |shape: &Shape| shape.at.0 + WIDTH <= picture.size.0 && shape.at.1 + HEIGHT <= picture.size.1;
        assert!(picture.shapes.iter().all(within));
    }

    #[test]
    fn what_is_read_stands_left_whatever_it_is_called() {
        let csv = "type,name,label,relevant\ninteger,size,S,\ntext,carer,C,${size} > 1\ntext,alone,A,${size} = 1 and ${carer} = ''\n";
        let read = reading(csv);
        for middle in ["size", "carer", "alone"] {
            let picture = read.around(Some(middle), 2);
            assert_eq!(picture.shapes.len(), 3);
            assert!(picture.arrows.iter().all(|arrow| !arrow.goes_back), "{middle}: {:?}", picture.arrows);
        }
    }

    #[test]
    fn boxes_do_not_lie_on_each_other() {
        let mut csv = String::from("type,name,label,relevant\ninteger,a,A,\n");
        (0..40).for_each(|n| csv += &format!("integer,q{n},Q,${{a}} = {n} or ${{q{}}} = 1\n", n / 2));
        let picture = reading(&csv).around(None, 0);
        assert_eq!(picture.shapes.len(), 41);
        for (at, one) in picture.shapes.iter().enumerate() {
            for other in &picture.shapes[at + 1..] {
                let apart = (one.at.0 - other.at.0).abs() >= WIDTH || (one.at.1 - other.at.1).abs() >= HEIGHT;
                assert!(apart, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn around_one_there_are_its_own_both_ways_and_a_way_round_is_drawn() {
        let reading = reading(CHAIN);
        assert_eq!(names(&reading.around(Some("b"), 1)), ["b", "c", "a"]);
        assert_eq!(names(&reading.around(Some("b"), 2)), ["b", "c", "d", "a"]);
        assert!(reading.around(Some("b"), 1).shapes[0].is_middle);
        assert!(reading.around(Some("alone"), 3).arrows.is_empty());
        assert!(reading.around(Some("nobody"), 3).shapes.is_empty());
        let round = self::reading("type,name,label,relevant\ninteger,a,A,${b} = 1\ninteger,b,B,${a} = 1\n");
        assert_eq!(round.around(None, 0).arrows.iter().filter(|arrow| arrow.goes_back).count(), 1);
    }

    #[test]
    fn measures_hang_on_what_they_are_made_of() {
        let json = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [{"type": "integer", "name": "a", "label": "A"}],
            "assessment": [{"type": "scale", "name": "s", "label": "S", "items": [{"value": "${a}"}]},
                {"type": "band", "name": "level", "label": "L", "of": "s", "bands": [{"code": "high", "range": ">=1"}, {"code": "low", "range": "-"}]}]}"#;
        let document = Document::open("form.json", json.as_bytes(), |_| None).expect("it is a form");
        let picture = Reading::of(&document).around(Some("level"), 5);
        assert_eq!(names(&picture), ["level", "s", "a"]);
    }
}
