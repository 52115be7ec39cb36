//! A map of the ground: the office's tiles where there are any, else squares as long as the scale; north up, WGS 84.
//!
//! It is moved by finger, mouse and arrow keys, and taken nearer and farther by buttons, keys and two fingers, always about its middle, which is what a cross marks.
//! Whatever can be done by touching it can be done beside it as well: what is drawn on it is hidden from screen readers.

mod drawn;
mod gestures;
pub mod ground;
mod sight;
pub mod tiles;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;

pub use self::drawn::{Drawn, Line, Look, Mark};
use self::gestures::{Did, Fingers};
use self::ground::{Spot, moved};
pub use self::sight::Sight;
use self::tiles::Tile;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::platform::{page, pointer, timer};
use crate::state::device::Device;
use crate::state::kiosk;
use crate::state::reader::{say, use_reader};

/// How far an arrow moves it, in pixels.
const ARROW: f64 = 48.0;

/// What a map shows, and what is done with it.
#[derive(Clone)]
pub struct Map {
    /// Of the element that has the focus.
    pub id: String,
    /// What of the ground is seen.
    pub sight: Sight,
    /// What is drawn on it.
    pub drawn: Signal<Drawn>,
    /// What the map is called.
    pub called: Signal<String>,
    /// Is something placed by it: has it a cross in its middle?
    pub cross: bool,
    /// A spot was touched. Without it a touch brings the spot to the middle, where there is a cross.
    pub touch: Option<Callback<Spot>>,
    /// Enter was pressed on it.
    pub enter: Option<Callback<()>>,
}

/// The map.
pub fn map_view(map: Map) -> AnyView {
    let reader = use_reader();
    let Map { id, sight, drawn, called, cross, .. } = map.clone();
    let how = format!("{id}-how");
    let measured = id.clone();
    let measure = move || {
        if let Some(found) = page::size(&measured) {
            sight.resize(found);
        }
    };
    let first = measure.clone();
    // Once it has its place on the page.
    Effect::new(move || {
        let first = first.clone();
        timer::spawn(async move {
            timer::sleep(0).await;
            if !sight.size.is_disposed() {
                first();
            }
        });
    });
    let fingers = StoredValue::new(Fingers::default());
    let at = |event: &PointerEvent| (f64::from(event.client_x()), f64::from(event.client_y()));
    let (keyed, lifted) = (map.clone(), map);
    let layer = move || {
        let (right, down) = sight.shift();
        format!("translate({right:.1}px, {down:.1}px)")
    };
    let square = move || format!("{0:.2}px {0:.2}px", sight.square());
    let squares = move || {
        let (right, down) = sight.shift();
        format!("calc(50% + {right:.1}px) calc(50% + {down:.1}px)")
    };
    view! {
        <div class="map" class:bare=live(move || sight.tiles().is_none())>
            <div class="map-frame">
                <div
                    class="map-ground"
                    id=id
                    tabindex="0"
                    role="application"
                    aria-label=live(move || called.get())
                    aria-describedby=how.clone()
                    style:background-size=live(square)
                    style:background-position=live(squares)
                    on:focus=move |_| measure()
                    on:pointerdown=move |event: PointerEvent| {
                        pointer::hold(&event);
                        fingers.update_value(|fingers| fingers.press(event.pointer_id(), at(&event)));
                    }
                    on:pointermove=move |event: PointerEvent| {
                        let did = fingers.try_update_value(|fingers| fingers.go(event.pointer_id(), at(&event)));
                        match did.unwrap_or(Did::Nothing) {
                            Did::Moved(right, down) => sight.go(-right, -down),
                            Did::Nearer => sight.nearer(1),
                            Did::Farther => sight.nearer(-1),
                            Did::Nothing | Did::Touched => {}
                        }
                    }
                    on:pointerup=move |event: PointerEvent| {
                        let did = fingers.try_update_value(|fingers| fingers.lift(event.pointer_id()));
                        if did == Some(Did::Touched) && let Some(off) = pointer::from_middle(&event) {
                            touched(&lifted, off);
                        }
                    }
                    on:pointercancel=move |event: PointerEvent| fingers.update_value(|fingers| fingers.drop(event.pointer_id()))
                    on:keydown=move |event: KeyboardEvent| key(&keyed, &event)
                    // Else browsers take a quick finger's end for a fling, and the next touch, of a button, for its stop.
                    on:touchmove=move |event| event.prevent_default()
                >
                    <div class="map-layer" style:transform=live(layer)>
                        {rows(move || tile_rows(sight))}
                        {drawn::view(drawn, sight)}
                    </div>
                    {cross.then(|| view! {
                        <svg class="map-cross" viewBox="-24 -24 48 48" aria-hidden="true" focusable="false">
                            <path class="under" d="M-22 0H-6M6 0H22M0-22V-6M0 6V22"></path>
                            <path d="M-22 0H-6M6 0H22M0-22V-6M0 6V22"></path>
                            <circle r="1.8"></circle>
                        </svg>
                    })}
                    <p class="map-north" aria-hidden="true">"▲ " {say(|w| w.map.north)}</p>
                </div>
                <div class="map-buttons">
                    {button("nearer", Shape::Plus, |w| w.nearer, move || sight.nearer(1))}
                    {button("farther", Shape::Minus, |w| w.farther, move || sight.nearer(-1))}
                    {button("where-i-am", Shape::Aim, |w| w.where_i_am, move || sight.to_device())}
                </div>
            </div>
            <div class="map-foot">
                <p class="map-scale">
                    <span class="map-scale-bar" style:width=live(move || format!("{:.0}px", sight.scale().1))></span>
                    <span class="figures">{live(move || (reader.language().words().map.length)(sight.scale().0))}</span>
                </p>
                {live(move || sight.tiles().and_then(|tiles| tiles.attribution).map(|said| view! { <p class="map-attribution">{said}</p> }))}
            </div>
            <p class="unseen" id=how>{say(move |w| if cross { w.map.keys_placing } else { w.map.keys })}</p>
            {shown_when(move || sight.tiles().is_none(), || view! {
                <p class="hint map-bare">{say(|w| w.map.no_tiles)}</p> }.into_any())}
            {live(move || sight.trouble().map(|words| view! { <p class="hint" role="status">{words}</p> }))}
        </div>
    }
    .into_any()
}

fn button(
    action: &'static str,
    shape: Shape,
    called: fn(&'static crate::words::map::MapWords) -> &'static str,
    press: impl Fn() + 'static,
) -> AnyView {
    let label = say(move |w| called(&w.map));
    view! {
        <button type="button" class="button icon-only" data-action=action aria-label=label on:click=move |_| press()>
            <Icon shape />
        </button>
    }
    .into_any()
}

/// A touch, so far from the middle.
fn touched(map: &Map, (right, down): (f64, f64)) {
    let (middle, zoom) = (map.sight.middle.get_untracked(), map.sight.zoom.get_untracked());
    match map.touch {
        Some(touch) => touch.run(moved(middle, zoom, (right, down))),
        None if map.cross => map.sight.go(right, down),
        None => {}
    }
}

fn key(map: &Map, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let sight = map.sight;
    match (&*event.key(), map.enter) {
        ("ArrowLeft", _) => sight.go(-ARROW, 0.0),
        ("ArrowRight", _) => sight.go(ARROW, 0.0),
        ("ArrowUp", _) => sight.go(0.0, -ARROW),
        ("ArrowDown", _) => sight.go(0.0, ARROW),
        ("+" | "=", _) => sight.nearer(1),
        ("-" | "_", _) => sight.nearer(-1),
        ("Enter", Some(enter)) => enter.run(()),
        _ => return,
    }
    event.prevent_default();
}

/// The pictures, each where it lies from the corner that the layer hangs on.
fn tile_rows(sight: Sight) -> Vec<Row> {
    let Some(tiles) = sight.tiles() else { return Vec::new() };
    let corner = sight.corner();
    let (zoom, once) = (corner.zoom, kiosk::is_on());
    let shown = tiles.shown(sight.middle.get(), zoom, sight.size.get());
    let row = |tile: Tile| {
        let address = tiles.address(tile, once);
        let side = tile.side(zoom);
        let (left, top) = (f64::from(tile.column) * side - corner.x, f64::from(tile.row) * side - corner.y);
        let below = if tile.zoom < zoom.min(tiles.nearest) { "map-tile below" } else { "map-tile" };
        Row::new(format!("{address} {zoom} {} {}", corner.x, corner.y), move || {
            let pixels = |number: f64| format!("{number:.1}px");
            view! {
                <img
                    class=below src=address alt="" draggable="false"
                    style:left=pixels(left) style:top=pixels(top) style:width=pixels(side) style:height=pixels(side)
                />
            }
        })
    };
    shown.into_iter().map(row).collect()
}

/// What the server says of its tiles, where the app runs as one.
fn tiles_of_device() -> Option<tiles::Tiles> {
    use_context::<Device>().and_then(|device| device.office.tiles.get())
}
