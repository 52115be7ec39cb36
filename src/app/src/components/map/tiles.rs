//! Which tiles a map needs, where they lie on it, and at which address each is. Pure.

use serde::{Deserialize, Serialize};

use super::ground::{Spot, TILE, metres, to_pixels};

/// A tile is drawn larger than it is by so many zooms at most.
const ENLARGED: u8 = 4;
/// So much coarser are the tiles that lie below, for where finer ones are not here.
const BELOW: u8 = 2;
/// As near as tiles are kept for places without a network. Nearer ones are four times as many, each.
pub const KEPT_NEAREST: u8 = 16;
/// No server has nearer ones.
const NEAREST_OF_ALL: u8 = 22;
/// So many are kept at most, and so many bytes of them.
pub const MOST: usize = 5_000;
pub const MOST_BYTES: u64 = 60_000_000;

/// What the server says of its tiles.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tiles {
    /// The zooms that there are.
    pub farthest: u8,
    pub nearest: u8,
    /// West, south, east, north, where that is said.
    pub bounds: Option<[f64; 4]>,
    /// Whose pictures they are.
    pub attribution: Option<String>,
    /// What one weighs, in bytes.
    pub weight: u64,
    /// Another one whenever they may be others.
    pub version: String,
}

/// A tile of a zoom: which column from the west, and which row from the north.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tile {
    pub zoom: u8,
    pub column: u32,
    pub row: u32,
}

impl Tile {
    /// Its side on a map of that zoom, in pixels.
    pub fn side(self, zoom: u8) -> f64 {
        TILE * 2_f64.powi(i32::from(zoom) - i32::from(self.zoom))
    }
}

impl Tiles {
    /// Are they such as a map can be laid on?
    pub fn is_sound(&self) -> bool {
        let named = self.version.len() <= 64 && self.version.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let within = |[west, south, east, north]: [f64; 4]| {
            west < east && south < north && south >= -90.0 && north <= 90.0
        };
        named
            && self.farthest <= self.nearest
            && self.nearest <= NEAREST_OF_ALL
            && self.bounds.is_none_or(within)
    }

    /// Its address; at a kiosk (`once`) nobody keeps what comes from there.
    pub fn address(&self, tile: Tile, once: bool) -> String {
        let Tile { zoom, column, row } = tile;
        let once = if once { "&once" } else { "" };
        format!("/tiles/{zoom}/{column}/{row}?v={}{once}", self.version)
    }

    /// The middle of the area that they are of.
    pub fn middle(&self) -> Option<Spot> {
        let [west, south, east, north] = self.bounds?;
        Some(Spot { latitude: (south + north) / 2.0, longitude: (west + east) / 2.0 })
    }

    fn has(&self, tile: Tile) -> bool {
        let Some([west, south, east, north]) = self.bounds else { return true };
        let at = |latitude, longitude| to_pixels(Spot { latitude, longitude }, tile.zoom);
        let ((left, top), (right, bottom)) = (at(north, west), at(south, east));
        let (x, y) = (f64::from(tile.column) * TILE, f64::from(tile.row) * TILE);
        x < right && x + TILE > left && y < bottom && y + TILE > top
    }

    /// The tiles of a map of that size: the coarse ones that lie below first.
    pub fn shown(&self, middle: Spot, zoom: u8, size: (f64, f64)) -> Vec<Tile> {
        let finest = zoom.min(self.nearest);
        if zoom - finest > ENLARGED || finest < self.farthest {
            return Vec::new();
        }
        let below = finest.saturating_sub(BELOW).max(self.farthest);
        let zooms = if below < finest { vec![below, finest] } else { vec![finest] };
        zooms.into_iter().flat_map(|of| self.within(middle, zoom, size, of)).collect()
    }

    /// Those of one zoom within a map of another.
    fn within(&self, middle: Spot, zoom: u8, (width, height): (f64, f64), of: u8) -> Vec<Tile> {
        let times = 2_f64.powi(i32::from(of) - i32::from(zoom));
        let (x, y) = to_pixels(middle, of);
        let (half_width, half_height) = (width / 2.0 * times, height / 2.0 * times);
        let count = 1_i64 << of;
        let span = |from: f64, to: f64| ((from / TILE).floor() as i64, (to / TILE).floor() as i64);
        let (left, right) = span(x - half_width, x + half_width);
        let (top, bottom) = span(y - half_height, y + half_height);
        let mut found = Vec::new();
        for row in top.max(0)..=bottom.min(count - 1) {
            for column in left.max(0)..=right.min(count - 1) {
                let tile = Tile { zoom: of, column: column as u32, row: row as u32 };
                if self.has(tile) {
                    found.push(tile);
                }
            }
        }
        found
    }

    /// What is kept of the ground around a spot: as far round as has room, in metres, and the tiles, the coarse ones first.
    pub fn around(&self, spot: Spot) -> (f64, Vec<Tile>) {
        let zooms = self.farthest..=self.nearest.min(KEPT_NEAREST).max(self.farthest);
        let of = |radius: f64| -> Vec<Tile> {
            let zooms = zooms.clone();
            zooms
                .flat_map(|zoom| {
                    self.within(spot, zoom, both(2.0 * radius / metres(spot.latitude, zoom)), zoom)
                })
                .collect()
        };
        let fits = |tiles: &Vec<Tile>| tiles.len() <= MOST && tiles.len() as u64 * self.weight <= MOST_BYTES;
        let radii = [10_000.0, 5_000.0, 2_000.0, 1_000.0];
        let all = radii.into_iter().map(|radius| (radius, of(radius)));
        let mut last = (0.0, Vec::new());
        for (radius, tiles) in all {
            if fits(&tiles) {
                return (radius, tiles);
            }
            last = (radius, tiles);
        }
        let room = (MOST_BYTES / self.weight.max(1)) as usize;
        last.1.truncate(room.min(MOST));
        last
    }
}

fn both(side: f64) -> (f64, f64) {
    (side, side)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIHAI: Spot = Spot { latitude: 37.5134, longitude: 122.1204 };

    fn tiles() -> Tiles {
        Tiles {
            farthest: 5,
            nearest: 16,
            bounds: None,
            attribution: None,
            weight: 15_000,
            version: "0a".into(),
        }
    }

    #[test]
    fn a_map_is_covered_by_its_tiles_and_coarser_ones_below() {
        let shown = tiles().shown(WEIHAI, 12, (360.0, 300.0));
        let (below, fine): (Vec<&Tile>, Vec<&Tile>) = shown.iter().partition(|tile| tile.zoom == 10);
        assert!(fine.iter().all(|tile| tile.zoom == 12) && below.len() < fine.len() && shown[0].zoom == 10);
        // Every pixel of the map is on one of them.
        let (x, y) = to_pixels(WEIHAI, 12);
        for (right, down) in [(-179.0, -149.0), (179.0, -149.0), (0.0, 0.0), (179.0, 149.0)] {
            let (column, row) = (((x + right) / TILE) as u32, ((y + down) / TILE) as u32);
            assert!(fine.iter().any(|tile| (tile.column, tile.row) == (column, row)), "{right} {down}");
        }
    }

    #[test]
    fn nearer_than_there_are_any_they_are_drawn_larger_for_a_while() {
        let shown = tiles().shown(WEIHAI, 18, (360.0, 300.0));
        assert!(shown.iter().all(|tile| tile.zoom <= 16) && shown.iter().any(|tile| tile.zoom == 16));
        assert_eq!(shown.last().map(|tile| tile.side(18)), Some(1024.0));
        assert!(Tiles { nearest: 12, ..tiles() }.shown(WEIHAI, 18, (360.0, 300.0)).is_empty());
        assert!(tiles().shown(WEIHAI, 4, (360.0, 300.0)).is_empty());
    }

    #[test]
    fn none_is_asked_for_beyond_the_bounds_or_the_earth() {
        let bounded = Tiles { bounds: Some([122.1, 37.5, 122.13, 37.53]), ..tiles() };
        let far = Spot { latitude: 30.0, longitude: 100.0 };
        assert!(bounded.shown(far, 14, (360.0, 300.0)).is_empty());
        assert!(!bounded.shown(WEIHAI, 14, (360.0, 300.0)).is_empty());
        let middle = bounded.middle().unwrap();
        assert!((middle.latitude - 37.515).abs() < 1e-9 && (middle.longitude - 122.115).abs() < 1e-9);
        let corner = Spot { latitude: 85.0, longitude: -180.0 };
        assert!(
            tiles().shown(corner, 6, (360.0, 300.0)).iter().all(|tile| tile.column < 64 && tile.row < 64)
        );
    }

    #[test]
    fn what_is_kept_has_room_and_is_never_too_much() {
        let (radius, kept) = tiles().around(WEIHAI);
        assert_eq!(radius, 10_000.0);
        assert!((1_500..3_000).contains(&kept.len()), "{}", kept.len());
        assert!(kept.iter().all(|tile| tile.zoom <= KEPT_NEAREST) && kept[0].zoom == 5);
        let (radius, kept) = Tiles { weight: 100_000, ..tiles() }.around(WEIHAI);
        assert!(radius < 10_000.0 && kept.len() as u64 * 100_000 <= MOST_BYTES);
        let (_, kept) = Tiles { weight: 1_000_000, ..tiles() }.around(WEIHAI);
        assert!(!kept.is_empty() && kept.len() <= 60);
    }

    #[test]
    fn what_no_map_can_be_laid_on_is_none() {
        assert!(tiles().is_sound());
        assert!(!Tiles { nearest: 40, ..tiles() }.is_sound());
        assert!(!Tiles { farthest: 17, ..tiles() }.is_sound());
        assert!(!Tiles { version: "a&once".into(), ..tiles() }.is_sound());
        assert!(!Tiles { bounds: Some([1.0, 0.0, 0.0, 1.0]), ..tiles() }.is_sound());
    }

    #[test]
    fn an_address_has_the_version_and_says_where_nothing_is_to_stay() {
        let tile = Tile { zoom: 12, column: 3437, row: 1586 };
        assert_eq!(tiles().address(tile, false), "/tiles/12/3437/1586?v=0a");
        assert_eq!(tiles().address(tile, true), "/tiles/12/3437/1586?v=0a&once");
    }
}
