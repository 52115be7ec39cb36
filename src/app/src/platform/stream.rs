//! What the device's camera sees and its microphone hears (`getUserMedia`): asked for, shown, and let go of.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::canvas;
use super::events::{document, window};
use super::picked::Picked;

/// The longer side of a film, in pixels: a face and a room are seen, and two minutes are some ten megabytes.
const FILM_PIXELS: u32 = 640;
/// The longer side of a photo, in pixels; a camera that has fewer gives what it has.
const PHOTO_PIXELS: u32 = 1_920;

/// Which camera, of a device with two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Towards what the reader looks at.
    Away,
    /// Towards the reader.
    Reader,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The microphone.
    Sound,
    /// The camera, for a photo.
    Photo(Side),
    /// Camera and microphone.
    Film(Side),
}

/// Does this browser have cameras and microphones to ask for? It does on secure origins only.
pub fn has_devices() -> bool {
    devices().is_some()
}

/// What comes from the device. Dropping it lets go of it, and the light beside the camera goes out.
#[derive(Debug)]
pub struct Stream {
    stream: JsValue,
}

/// Asks for it. Nothing if the reader said no, or there is no such device.
pub async fn open(wanted: Wanted) -> Option<Stream> {
    let devices = devices()?;
    let ask: Function = Reflect::get(&devices, &"getUserMedia".into()).ok()?.dyn_into().ok()?;
    let (sound, camera) = match wanted {
        Wanted::Sound => (true, JsValue::FALSE),
        Wanted::Photo(side) => (false, camera(side, PHOTO_PIXELS)),
        Wanted::Film(side) => (true, camera(side, FILM_PIXELS)),
    };
    let asked: Promise =
        ask.call1(&devices, &object(&[("audio", sound.into()), ("video", camera)])).ok()?.dyn_into().ok()?;
    Some(Stream { stream: JsFuture::from(asked).await.ok()? })
}

impl Stream {
    /// Shows it in the film element of that id, at once.
    pub fn show_in(&self, id: &str) {
        let Some(film) = document().get_element_by_id(id) else { return };
        let _ = Reflect::set(&film, &"srcObject".into(), &self.stream);
        let film: Film = film.unchecked_into();
        // Refused only where nothing may move by itself, and then its own buttons start it.
        drop(film.play());
    }

    pub(super) fn js(&self) -> &JsValue {
        &self.stream
    }
}

/// What the film element of that id shows now, as a photo. Nothing while it shows nothing yet.
pub fn still(id: &str) -> Option<Picked> {
    let film: Film = document().get_element_by_id(id)?.unchecked_into();
    let (width, height) = (film.video_width(), film.video_height());
    if width == 0 || height == 0 {
        return None;
    }
    Picked::of(&canvas::still(&film, width, height)?, "image/jpeg", "photo.jpg")
}

impl Drop for Stream {
    fn drop(&mut self) {
        let tracks =
            Reflect::get(&self.stream, &"getTracks".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
        let tracks = tracks.and_then(|tracks| tracks.call0(&self.stream).ok());
        for track in tracks.map(|tracks| Array::from(&tracks)).unwrap_or_default().iter() {
            if let Some(stop) =
                Reflect::get(&track, &"stop".into()).ok().and_then(|f| f.dyn_into::<Function>().ok())
            {
                let _ = stop.call0(&track);
            }
        }
    }
}

/// Wishes, not demands: a device with one camera gives that.
fn camera(side: Side, pixels: u32) -> JsValue {
    let facing = match side {
        Side::Away => "environment",
        Side::Reader => "user",
    };
    object(&[("facingMode", facing.into()), ("width", object(&[("ideal", pixels.into())]))])
}

fn object(parts: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in parts {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn devices() -> Option<JsValue> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then_some(devices)
}

#[wasm_bindgen]
extern "C" {
    type Film;

    #[wasm_bindgen(method, getter, js_name = videoWidth)]
    fn video_width(this: &Film) -> u32;
    #[wasm_bindgen(method, getter, js_name = videoHeight)]
    fn video_height(this: &Film) -> u32;
    #[wasm_bindgen(method)]
    fn play(this: &Film) -> Promise;
}
