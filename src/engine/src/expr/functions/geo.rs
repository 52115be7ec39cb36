//! Places on the earth: areas, distances, fences. A sphere with ODK's radius, results in metres to two decimals, as ODK has them.

use super::{Call, Function, Operand};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "area",
        "area(shape) → number",
        (1, 1),
        "The area within a geoshape, a geotrace or several points, in square metres to two decimals; it is closed if it is not. 0 for fewer than three points or what is no shape.",
        ("round(area('0 0;0 0.001;0.001 0.001;0.001 0'))", "12392"),
        |call| Operand::Number(points(call, 0..1).map_or(0.0, |points| cents(area(&points).abs()))),
    )
    .number(),
    Function::new(
        "enclosed-area",
        "enclosed-area(shape) → number",
        (1, 1),
        "Another name of `area`.",
        ("round(enclosed-area('0 0;0 0.001;0.001 0.001;0.001 0'))", "12392"),
        |call| Operand::Number(points(call, 0..1).map_or(0.0, |points| cents(area(&points).abs()))),
    )
    .number(),
    Function::new(
        "distance",
        "distance(shape, …) → number",
        (1, 255),
        "The length of a geotrace, of a geoshape's edge, or of the way over all points named, in metres to two decimals; NaN if there are not two points.",
        ("distance('0 0;0 1')", "111318.85"),
        |call| {
            let points = points(call, 0..call.len()).filter(|points| points.len() > 1);
            Operand::Number(points.map_or(f64::NAN, |points| {
                cents(points.windows(2).map(|pair| distance(pair[0], pair[1])).sum())
            }))
        },
    )
    .number(),
    Function::new(
        "geofence",
        "geofence(point, shape) → boolean",
        (2, 2),
        "Does the point lie within the geoshape? What is no point or no closed shape of at least three corners gives false.",
        ("geofence('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')", "true"),
        |call| {
            let point = points(call, 0..1).filter(|points| points.len() == 1);
            let shape = points(call, 1..2).filter(|shape| shape.len() > 3 && shape.first() == shape.last());
            Operand::Boolean(point.zip(shape).is_some_and(|(point, shape)| within(point[0], &shape)))
        },
    ),
    Function::new(
        "intersects",
        "intersects(shape) → boolean",
        (1, 1),
        "Does a geotrace or the edge of a geoshape cross or touch itself? Lines that follow each other share their corner without crossing.",
        ("intersects('0 0;1 1;0 1;1 0')", "true"),
        |call| Operand::Boolean(points(call, 0..1).is_some_and(|points| crosses_itself(&points))),
    ),
];

/// Latitude and longitude, in degrees.
type Point = (f64, f64);

/// Mean equatorial radius, in metres, as ODK's tools have it.
const RADIUS: f64 = 6_378_100.0;

fn cents(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

/// The points of arguments, each `latitude longitude altitude? accuracy?`, with `;` between them. `None` if one is no point.
fn points(call: &Call<'_, '_>, arguments: std::ops::Range<usize>) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    for index in arguments {
        for value in call.values(index) {
            read(&call.eval.text_of_operand(&value), &mut points)?;
        }
    }
    Some(points)
}

/// Is a text a place, or several?
pub(crate) fn are_places(text: &str) -> bool {
    read(text, &mut Vec::new()).is_some()
}

fn read(text: &str, points: &mut Vec<Point>) -> Option<()> {
    for part in text.trim().trim_end_matches(';').split(';') {
        points.push(point(part)?);
    }
    Some(())
}

fn point(text: &str) -> Option<Point> {
    let mut parts = text.split_whitespace();
    let mut degrees = |most: f64| parts.next()?.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    let point = (degrees(90.0)?, degrees(180.0)?);
    (parts.count() <= 2).then_some(point)
}

/// The area on a sphere by the trapezoids between each edge and the pole; its sign is the direction.
fn area(points: &[Point]) -> f64 {
    if points.len() < 3 {
        return 0.0;
    }
    let next = points.iter().skip(1).chain(points.first());
    let edges = points.iter().zip(next).map(|((from_lat, from_lon), (to_lat, to_lon))| {
        (to_lon - from_lon).to_radians() * (2.0 + to_lat.to_radians().sin() + from_lat.to_radians().sin())
    });
    edges.sum::<f64>() * RADIUS * RADIUS / 2.0
}

/// Along a great circle.
fn distance(from: Point, to: Point) -> f64 {
    if from == to {
        return 0.0;
    }
    let (from_lat, to_lat) = (from.0.to_radians(), to.0.to_radians());
    let turn = (from.1 - to.1).to_radians();
    let cosine = from_lat.sin() * to_lat.sin() + from_lat.cos() * to_lat.cos() * turn.cos();
    // A little over one, from rounding, is no angle.
    cosine.clamp(-1.0, 1.0).acos() * RADIUS
}

/// A ray from the point crosses the edge an odd number of times.
fn within((lat, lon): Point, shape: &[Point]) -> bool {
    let crossed = shape.windows(2).filter(|edge| {
        let ((a_lat, a_lon), (b_lat, b_lon)) = (edge[0], edge[1]);
        (a_lon > lon) != (b_lon > lon) && lat < (b_lat - a_lat) * (lon - a_lon) / (b_lon - a_lon) + a_lat
    });
    crossed.count() % 2 == 1
}

fn crosses_itself(points: &[Point]) -> bool {
    let lines: Vec<(Point, Point)> =
        points.windows(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| a != b).collect();
    let closed = points.len() > 2 && points.first() == points.last();
    for (at, line) in lines.iter().enumerate() {
        for (other_at, other) in lines.iter().enumerate().skip(at + 1) {
            let first_and_last = closed && at == 0 && other_at == lines.len() - 1;
            let touches = match (other_at == at + 1, first_and_last) {
                (true, _) => folds_back(line.0, line.1, other.1),
                (_, true) => folds_back(other.0, other.1, line.1),
                _ => meet(*line, *other),
            };
            if touches {
                return true;
            }
        }
    }
    false
}

/// Which side of a line a point lies on.
fn side(a: Point, b: Point, c: Point) -> f64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Does the way a, b, c run back over itself?
fn folds_back(a: Point, b: Point, c: Point) -> bool {
    side(a, b, c) == 0.0 && (a.0 - b.0) * (c.0 - b.0) + (a.1 - b.1) * (c.1 - b.1) > 0.0
}

fn meet((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let on = |a: Point, b: Point, p: Point| {
        side(a, b, p) == 0.0
            && p.0 >= a.0.min(b.0)
            && p.0 <= a.0.max(b.0)
            && p.1 >= a.1.min(b.1)
            && p.1 <= a.1.max(b.1)
    };
    let apart = |x: f64, y: f64| (x > 0.0 && y < 0.0) || (x < 0.0 && y > 0.0);
    let crosses = apart(side(a, b, c), side(a, b, d)) && apart(side(c, d, a), side(c, d, b));
    crosses || on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_or_do_not() {
        let crosses = |points: &[Point]| crosses_itself(points);
        assert!(!crosses(&[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]));
        assert!(crosses(&[(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0)]));
        assert!(crosses(&[(0.0, 0.0), (0.0, 2.0), (0.0, 1.0)]));
        assert!(!crosses(&[(0.0, 0.0), (0.0, 1.0)]));
    }
}
