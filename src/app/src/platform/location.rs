//! Where the device is, for a `geopoint`.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::events::window;

/// A place as the device measured it (WGS 84).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// Metres above the ellipsoid, where the device knows.
    pub altitude: Option<f64>,
    /// The radius, in metres, in which the device is with 95 % confidence.
    pub accuracy: f64,
}

impl Place {
    /// As an ODK instance carries it: `latitude longitude altitude accuracy`.
    pub fn to_text(&self) -> String {
        let altitude = self.altitude.unwrap_or(0.0);
        format!("{:.7} {:.7} {altitude:.1} {:.1}", self.latitude, self.longitude, self.accuracy)
    }
}

/// Why there is no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoPlace {
    /// The reader, or the device's settings, said no.
    Denied,
    /// The device cannot tell where it is.
    Unavailable,
    /// It took longer than allowed.
    TimedOut,
}

/// Measures once, as exactly as the device can, within so many milliseconds.
pub async fn measure(timeout_ms: u32) -> Result<Place, NoPlace> {
    measure_as(timeout_ms, true).await
}

/// The same; not `exactly`: as well as it goes without much power.
pub async fn measure_as(timeout_ms: u32, exactly: bool) -> Result<Place, NoPlace> {
    let geolocation = Reflect::get(&window().navigator(), &"geolocation".into());
    let geolocation = geolocation.map_err(|_| NoPlace::Unavailable)?;
    if geolocation.is_undefined() {
        return Err(NoPlace::Unavailable);
    }
    let geolocation: Geolocation = geolocation.unchecked_into();
    let options = Object::new();
    for (name, value) in [
        ("enableHighAccuracy", JsValue::from(exactly)),
        ("maximumAge", JsValue::from(0)),
        ("timeout", JsValue::from(timeout_ms)),
    ] {
        let _ = Reflect::set(&options, &name.into(), &value);
    }
    let measured =
        Promise::new(&mut |found, failed| geolocation.get_current_position(&found, &failed, &options));
    match JsFuture::from(measured).await {
        Ok(position) => Ok(read(position.unchecked_into::<Position>().coords())),
        Err(error) => Err(why(&error)),
    }
}

/// May the app measure without asking anybody? Where the browser doesn't say, it may not.
pub async fn is_granted() -> bool {
    let granted = async {
        let permissions = Reflect::get(&window().navigator(), &"permissions".into()).ok()?;
        let query: Function = Reflect::get(&permissions, &"query".into()).ok()?.dyn_into().ok()?;
        let wanted = Object::new();
        Reflect::set(&wanted, &"name".into(), &"geolocation".into()).ok()?;
        let asked: Promise = query.call1(&permissions, &wanted).ok()?.dyn_into().ok()?;
        let said = JsFuture::from(asked).await.ok()?;
        Reflect::get(&said, &"state".into()).ok()?.as_string()
    };
    granted.await.as_deref() == Some("granted")
}

fn read(coords: Coordinates) -> Place {
    Place {
        latitude: coords.latitude(),
        longitude: coords.longitude(),
        altitude: coords.altitude(),
        accuracy: coords.accuracy(),
    }
}

/// The codes of the Geolocation API, §7.
fn why(error: &JsValue) -> NoPlace {
    match Reflect::get(error, &"code".into()).ok().and_then(|code| code.as_f64()) {
        Some(1.0) => NoPlace::Denied,
        Some(3.0) => NoPlace::TimedOut,
        _ => NoPlace::Unavailable,
    }
}

// `web_sys` has two sets of these types, by an unstable cfg.
#[wasm_bindgen]
extern "C" {
    type Geolocation;
    type Position;
    type Coordinates;

    #[wasm_bindgen(method, js_name = getCurrentPosition)]
    fn get_current_position(this: &Geolocation, found: &Function, failed: &Function, options: &Object);

    #[wasm_bindgen(method, getter)]
    fn coords(this: &Position) -> Coordinates;

    #[wasm_bindgen(method, getter)]
    fn latitude(this: &Coordinates) -> f64;
    #[wasm_bindgen(method, getter)]
    fn longitude(this: &Coordinates) -> f64;
    #[wasm_bindgen(method, getter)]
    fn altitude(this: &Coordinates) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn accuracy(this: &Coordinates) -> f64;
}
