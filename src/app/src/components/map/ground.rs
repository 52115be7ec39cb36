//! The ground on a flat map: Web Mercator, as every server of tiles has it. Pure.
//!
//! A map at zoom `z` is a square of `256 · 2^z` pixels over the whole earth, counted from its north-west corner, up to 85.05° north and south.

use std::f64::consts::PI;

/// The side of a tile, in pixels.
pub const TILE: f64 = 256.0;
/// The nearest and the farthest that a map is looked at.
pub const NEAREST: u8 = 20;
pub const FARTHEST: u8 = 2;
/// Farther to the poles the map doesn't go.
const EDGE: f64 = 85.051_128_779_806_59;
/// Round the equator, in metres: WGS 84's, as Web Mercator has it.
const ROUND: f64 = 40_075_016.686;
/// The scale is no longer than this many pixels, and no shorter than two fifths of it.
const LONGEST: f64 = 110.0;

/// A spot on the ground, in degrees of WGS 84, north and east positive.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    pub latitude: f64,
    pub longitude: f64,
}

impl Spot {
    /// The first two numbers of a place as ODK writes it.
    pub fn read(text: &str) -> Option<Spot> {
        let mut numbers = text.split_whitespace().map(str::parse);
        let (latitude, longitude): (f64, f64) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(Spot { latitude, longitude })
    }

    /// As ODK writes a place that was put on the map: of neither altitude nor exactness anything is known.
    pub fn to_text(self) -> String {
        // To a centimetre.
        let short = |degrees: f64| (degrees * 1e7).round() / 1e7;
        format!("{} {} 0.0 0.0", short(self.latitude), short(self.longitude))
    }

    /// For people: `37.51340, 122.12040`, a metre apart.
    pub fn shown(self) -> String {
        format!("{:.5}, {:.5}", self.latitude, self.longitude)
    }
}

/// A spot in pixels of a zoom: across and down from the north-west corner.
pub fn to_pixels(spot: Spot, zoom: u8) -> (f64, f64) {
    let side = side(zoom);
    let latitude = spot.latitude.clamp(-EDGE, EDGE).to_radians();
    let across = (spot.longitude + 180.0) / 360.0 * side;
    let down = (1.0 - latitude.tan().asinh() / PI) / 2.0 * side;
    (across, down)
}

/// The other way round. Round the earth it goes on; beyond the poles' edges it does not.
pub fn to_spot((across, down): (f64, f64), zoom: u8) -> Spot {
    let side = side(zoom);
    let longitude = (across / side).rem_euclid(1.0) * 360.0 - 180.0;
    let latitude = (PI * (1.0 - 2.0 * down.clamp(0.0, side) / side)).sinh().atan().to_degrees();
    Spot { latitude, longitude }
}

/// Moved by so many pixels, right and down.
pub fn moved(spot: Spot, zoom: u8, (right, down): (f64, f64)) -> Spot {
    let (x, y) = to_pixels(spot, zoom);
    to_spot((x + right, y + down), zoom)
}

fn side(zoom: u8) -> f64 {
    TILE * f64::from(1_u32 << zoom.min(30))
}

/// Metres to a pixel, there.
pub fn metres(latitude: f64, zoom: u8) -> f64 {
    ROUND * latitude.clamp(-EDGE, EDGE).to_radians().cos() / side(zoom)
}

/// The scale's length, in whole metres (1, 2 or 5 with noughts) and in pixels.
pub fn scale(latitude: f64, zoom: u8) -> (f64, f64) {
    let to_pixel = metres(latitude, zoom);
    let longest = LONGEST * to_pixel;
    let tenth = 10_f64.powf(longest.log10().floor());
    let times = [5.0, 2.0, 1.0].into_iter().find(|times| times * tenth <= longest).unwrap_or(1.0);
    (times * tenth, times * tenth / to_pixel)
}

/// The nearest look that has all the spots within so many pixels, and its middle. Of one spot, or none apart, as near as `nearest`.
pub fn all_of(spots: &[Spot], (width, height): (f64, f64), nearest: u8) -> Option<(Spot, u8)> {
    let placed: Vec<(f64, f64)> = spots.iter().map(|spot| to_pixels(*spot, 0)).collect();
    let ends = |of: fn(&(f64, f64)) -> f64| {
        placed
            .iter()
            .map(of)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
    };
    let ((west, east), (north, south)) = (ends(|at| at.0), ends(|at| at.1));
    if spots.is_empty() {
        return None;
    }
    let fits = |zoom: u8| {
        let times = f64::from(1_u32 << zoom);
        (east - west) * times <= width && (south - north) * times <= height
    };
    let zoom = (FARTHEST..=nearest).rev().find(|zoom| fits(*zoom)).unwrap_or(FARTHEST);
    Some((to_spot(((west + east) / 2.0, (north + south) / 2.0), 0), zoom))
}

/// Which of some spots is meant by a touch: the nearest of those that are no farther off than so many pixels.
pub fn touched(spots: impl Iterator<Item = Spot>, touch: Spot, zoom: u8, within: f64) -> Option<usize> {
    let (x, y) = to_pixels(touch, zoom);
    let far = spots.map(|spot| {
        let (to_x, to_y) = to_pixels(spot, zoom);
        (to_x - x).hypot(to_y - y)
    });
    let near = far.enumerate().filter(|(_, far)| *far <= within);
    near.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIHAI: Spot = Spot { latitude: 37.5134, longitude: 122.1204 };

    #[test]
    fn a_spot_is_where_servers_of_tiles_have_it() {
        // OpenStreetMap's wiki, "Slippy map tilenames": floor((lon + 180) / 360 · 2^z), and so on.
        let (x, y) = to_pixels(WEIHAI, 12);
        assert_eq!(((x / TILE) as u32, (y / TILE) as u32), (3437, 1586));
        assert_eq!(to_pixels(Spot { latitude: 0.0, longitude: 0.0 }, 0), (128.0, 128.0));
        assert_eq!(to_pixels(Spot { latitude: 90.0, longitude: -180.0 }, 0).1.round(), 0.0);
    }

    #[test]
    fn there_and_back_it_is_the_same_spot() {
        for spot in
            [WEIHAI, Spot { latitude: -33.9, longitude: -151.2 }, Spot { latitude: 0.0, longitude: 179.9 }]
        {
            for zoom in [2, 12, 20] {
                let back = to_spot(to_pixels(spot, zoom), zoom);
                assert!((back.latitude - spot.latitude).abs() < 1e-9, "{spot:?} {back:?}");
                assert!((back.longitude - spot.longitude).abs() < 1e-9, "{spot:?} {back:?}");
            }
        }
        // Over the date line it goes on, over the pole it doesn't.
        assert!((to_spot((-10.0, 128.0), 0).longitude - 165.937_5).abs() < 1e-9);
        assert!((to_spot((0.0, -500.0), 0).latitude - EDGE).abs() < 1e-9);
    }

    #[test]
    fn a_move_is_so_many_metres_on_the_ground() {
        let to_pixel = metres(WEIHAI.latitude, 17);
        assert!((to_pixel - 0.947).abs() < 0.001, "{to_pixel}");
        let east = moved(WEIHAI, 17, (100.0, 0.0));
        let degree = 111_320.0 * WEIHAI.latitude.to_radians().cos();
        assert!(((east.longitude - WEIHAI.longitude) * degree - 100.0 * to_pixel).abs() < 0.1);
        assert!((east.latitude - WEIHAI.latitude).abs() < 1e-9);
        assert!(moved(WEIHAI, 17, (0.0, 100.0)).latitude < WEIHAI.latitude, "down is south");
    }

    #[test]
    fn the_scale_is_a_round_number_of_metres_and_fits() {
        for zoom in FARTHEST..=NEAREST {
            for latitude in [0.0, 37.5, 70.0] {
                let (length, pixels) = scale(latitude, zoom);
                assert!((0.39 * LONGEST..=LONGEST).contains(&pixels), "{zoom} {latitude}: {pixels}");
                let first: f64 = length / 10_f64.powf(length.log10().floor());
                assert!([1.0, 2.0, 5.0].iter().any(|times| (first - times).abs() < 1e-6), "{length}");
            }
        }
        assert_eq!(scale(37.5, 17).0, 100.0);
        // So long it is on the ground.
        let (length, pixels) = scale(WEIHAI.latitude, 17);
        let east = moved(WEIHAI, 17, (pixels, 0.0));
        let degree = 111_320.0 * WEIHAI.latitude.to_radians().cos();
        assert!(((east.longitude - WEIHAI.longitude) * degree - length).abs() < 0.5);
    }

    #[test]
    fn a_look_has_all_spots_within_it() {
        let far = Spot { latitude: 37.4, longitude: 122.3 };
        let (middle, zoom) = all_of(&[WEIHAI, far], (300.0, 240.0), 17).unwrap();
        let within = |spot: Spot| {
            let ((x, y), (to_x, to_y)) = (to_pixels(middle, zoom), to_pixels(spot, zoom));
            (to_x - x).abs() <= 150.5 && (to_y - y).abs() <= 120.5
        };
        assert!(within(WEIHAI) && within(far), "{middle:?} {zoom}");
        assert_eq!(all_of(&[WEIHAI], (300.0, 240.0), 17).unwrap().1, 17);
        assert_eq!(all_of(&[], (300.0, 240.0), 17), None);
    }

    #[test]
    fn a_touch_means_the_nearest_spot_within_reach() {
        let near = moved(WEIHAI, 17, (10.0, 0.0));
        let spots = [moved(WEIHAI, 17, (30.0, 0.0)), near];
        assert_eq!(touched(spots.into_iter(), WEIHAI, 17, 28.0), Some(1));
        assert_eq!(touched(spots.into_iter(), moved(WEIHAI, 17, (-90.0, 0.0)), 17, 28.0), None);
    }

    #[test]
    fn a_place_is_read_and_written_as_odk_does() {
        assert_eq!(Spot::read("37.5134 122.1204 3 4.5"), Some(WEIHAI));
        assert_eq!(WEIHAI.to_text(), "37.5134 122.1204 0.0 0.0");
        assert_eq!(Spot::read("137.5 1"), None);
        assert_eq!(Spot::read("37.5"), None);
    }
}
