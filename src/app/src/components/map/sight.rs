//! Where a map is looked at from: its middle, how near, and where the device is.

use leptos::prelude::*;

use super::ground::{self, FARTHEST, NEAREST, Spot, all_of, moved, to_pixels};
use super::tiles::Tiles;
use super::tiles_of_device;
use crate::platform::location::{NoPlace, is_granted, measure};
use crate::platform::timer;
use crate::state::reader::use_reader;

/// How near a place is looked at.
pub const NEAR: u8 = 17;
/// How near an area is.
const AREA: u8 = 13;
/// Where nothing is known: all of China.
const ALL: (Spot, u8) = (Spot { latitude: 35.0, longitude: 105.0 }, 4);
/// Until it has its place on the page.
const SIZE: (f64, f64) = (640.0, 360.0);
/// The layer hangs on a corner that changes when the middle is so many pixels away: a page counts no pixels to the ends of the earth.
const APART: f64 = 4096.0;
const TIMEOUT_MS: u32 = 20_000;

/// A look at the ground.
#[derive(Clone, Copy)]
pub struct Sight {
    pub middle: RwSignal<Spot>,
    pub zoom: RwSignal<u8>,
    /// How large the map is on the screen, in pixels.
    pub(super) size: RwSignal<(f64, f64)>,
    /// Where the device is, and how exactly that is known, in metres.
    pub own: RwSignal<Option<(Spot, f64)>>,
    measuring: RwSignal<Option<Result<(), NoPlace>>>,
    /// Did the reader move it?
    moved: StoredValue<bool>,
    /// What is to be seen until they do.
    seen: StoredValue<Vec<Spot>>,
    tiles: Memo<Option<Tiles>>,
}

/// What the layer hangs on: pixels of a zoom.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Corner {
    pub zoom: u8,
    pub x: f64,
    pub y: f64,
}

impl Sight {
    /// At what is to be seen (`spots`); else at `known`, else in the middle of the office's tiles, and from there to the device as soon as that may be measured unasked.
    pub fn at(spots: &[Spot], known: Option<Spot>) -> Sight {
        let tiles = Memo::new(|_| tiles_of_device());
        let seen = all_of(spots, (SIZE.0 / 2.0, SIZE.1 / 2.0), NEAR);
        let area = || {
            tiles.with_untracked(|tiles| {
                tiles.as_ref().and_then(|tiles| Some((tiles.middle()?, AREA.max(tiles.farthest))))
            })
        };
        let (middle, zoom) = seen.or_else(|| Some((known?, NEAR))).or_else(area).unwrap_or(ALL);
        let sight = Sight {
            middle: RwSignal::new(middle),
            zoom: RwSignal::new(zoom),
            size: RwSignal::new(SIZE),
            own: RwSignal::new(None),
            measuring: RwSignal::new(None),
            moved: StoredValue::new(false),
            seen: StoredValue::new(spots.to_vec()),
            tiles,
        };
        if seen.is_none() {
            sight.to_device_if_granted();
        }
        sight
    }

    /// Looks at all of these.
    pub fn look_at(self, spots: &[Spot]) {
        let (width, height) = self.size.get_untracked();
        // Pins reach above their place, and buttons lie at the lower edge.
        let room = ((width - 64.0).max(width / 2.0), (height - 150.0).max(height / 2.0));
        if let Some((middle, zoom)) = all_of(spots, room, NEAR) {
            self.middle.set(middle);
            self.zoom.set(zoom);
        }
        self.seen.set_value(spots.to_vec());
    }

    /// The map is so large on the screen.
    pub(super) fn resize(self, size: (f64, f64)) {
        if self.size.get_untracked() == size {
            return;
        }
        self.size.set(size);
        if !self.moved.get_value() {
            self.look_at(&self.seen.get_value());
        }
    }

    /// Moves by so many pixels, right and down.
    pub fn go(self, right: f64, down: f64) {
        self.moved.set_value(true);
        let zoom = self.zoom.get_untracked();
        self.middle.update(|middle| *middle = moved(*middle, zoom, (right, down)));
    }

    /// So many steps nearer, or farther.
    pub fn nearer(self, steps: i8) {
        let zoom = self.zoom.get_untracked();
        let wanted = zoom.saturating_add_signed(steps).clamp(FARTHEST, NEAREST);
        self.seen.set_value(Vec::new());
        if wanted != zoom {
            self.zoom.set(wanted);
        }
    }

    /// To where the device is, once that is measured.
    pub fn to_device(self) {
        if self.measuring.get_untracked() == Some(Ok(())) {
            return;
        }
        self.measuring.set(Some(Ok(())));
        self.moved.set_value(false);
        self.seen.set_value(Vec::new());
        self.find();
    }

    fn to_device_if_granted(self) {
        timer::spawn(async move {
            if is_granted().await && !self.measuring.is_disposed() {
                self.find();
            }
        });
    }

    fn find(self) {
        timer::spawn(async move {
            let found = measure(TIMEOUT_MS).await;
            // The page may be gone by now.
            if self.measuring.is_disposed() {
                return;
            }
            match found {
                Ok(place) => {
                    let spot = Spot { latitude: place.latitude, longitude: place.longitude };
                    self.own.set(Some((spot, place.accuracy)));
                    self.measuring.set(None);
                    // Whoever moved the map meanwhile wanted it elsewhere.
                    if !self.moved.get_value() {
                        self.middle.set(spot);
                        self.zoom.update(|zoom| *zoom = (*zoom).max(NEAR));
                    }
                }
                Err(why) if self.measuring.get_untracked().is_some() => self.measuring.set(Some(Err(why))),
                Err(_) => {}
            }
        });
    }

    /// What is to be said of measuring.
    pub(super) fn trouble(self) -> Option<&'static str> {
        let words = use_reader().language().words();
        Some(match self.measuring.get()? {
            Ok(()) => words.taking_place,
            Err(NoPlace::Denied) => words.place_refused,
            Err(NoPlace::Unavailable) => words.place_unavailable,
            Err(NoPlace::TimedOut) => words.place_timeout,
        })
    }

    pub(super) fn tiles(self) -> Option<Tiles> {
        self.tiles.get()
    }

    pub(super) fn corner(self) -> Corner {
        let zoom = self.zoom.get();
        let (x, y) = to_pixels(self.middle.get(), zoom);
        let apart = |pixels: f64| (pixels / APART).floor() * APART;
        Corner { zoom, x: apart(x), y: apart(y) }
    }

    /// How far from the map's middle that corner is.
    pub(super) fn shift(self) -> (f64, f64) {
        let corner = self.corner();
        let (x, y) = to_pixels(self.middle.get(), corner.zoom);
        (corner.x - x, corner.y - y)
    }

    /// The scale: metres, and pixels.
    pub(super) fn scale(self) -> (f64, f64) {
        ground::scale(self.middle.get().latitude, self.zoom.get())
    }

    /// The side of a square, in pixels: the scale at the corner, so that squares don't grow under a moving finger.
    pub(super) fn square(self) -> f64 {
        let corner = self.corner();
        ground::scale(ground::to_spot((corner.x, corner.y), corner.zoom).latitude, corner.zoom).1
    }
}
