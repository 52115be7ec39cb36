//! Records what a microphone or a camera gives (`MediaRecorder`), slice by slice.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Event};

use super::events::{Subscription, listen, window};
use super::picked::Picked;
use super::stream::{self, Stream};

/// A slice is handed over this often, in milliseconds.
const SLICE_MS: u32 = 1_000;

/// Can this browser record?
pub fn can_record() -> bool {
    Reflect::has(&window(), &"MediaRecorder".into()).unwrap_or(false) && stream::has_devices()
}

/// How much is kept of a second, in bits; nothing: as the browser thinks fit.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rate {
    /// Of the sound.
    pub sound: Option<u32>,
    /// Of the pictures.
    pub pictures: Option<u32>,
}

/// A recording that goes on. Dropping it ends it and lets go of the device.
pub struct Recording {
    recorder: MediaRecorder,
    slices: Rc<RefCell<Vec<Blob>>>,
    bytes: Rc<Cell<u64>>,
    /// Held until it ends.
    _stream: Stream,
    _listening: Subscription,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recording")
    }
}

impl Recording {
    /// Begins to record. Nothing if the browser can't record that.
    pub fn of(stream: Stream, rate: Rate) -> Option<Recording> {
        let recorder = MediaRecorder::new(stream.js(), &options(rate)).ok()?;
        let slices: Rc<RefCell<Vec<Blob>>> = Rc::default();
        let bytes: Rc<Cell<u64>> = Rc::default();
        let (heard, counted) = (slices.clone(), bytes.clone());
        let listening = listen(recorder.unchecked_ref(), "dataavailable", move |event: Event| {
            if let Some(slice) =
                Reflect::get(&event, &"data".into()).ok().and_then(|data| data.dyn_into::<Blob>().ok())
            {
                counted.set(counted.get() + slice.size() as u64);
                heard.borrow_mut().push(slice);
            }
        });
        recorder.start(SLICE_MS).ok()?;
        Some(Recording { recorder, slices, bytes, _stream: stream, _listening: listening })
    }

    /// How many bytes it has so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// Ends it: all of it, as a file.
    pub async fn end(self) -> Option<Picked> {
        let stopped = Promise::new(&mut |done, _| self.recorder.set_onstop(&done));
        self.recorder.stop().ok()?;
        JsFuture::from(stopped).await.ok()?;
        self.so_far()
    }

    /// What it has so far, as a file that can be played. It goes on.
    pub fn so_far(&self) -> Option<Picked> {
        let media_type = self.recorder.mime_type();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let name = format!("recorded.{}", ending(media_type));
        let parts: Array = self.slices.borrow().iter().collect();
        Picked::of_parts(&parts, media_type, &name).filter(|recorded| recorded.size() > 0)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // Fails if it has ended, which is well.
        let _ = self.recorder.stop();
    }
}

/// What a file of that kind ends in.
fn ending(media_type: &str) -> &'static str {
    match media_type.split_once('/') {
        Some(("audio", "mp4")) => "m4a",
        Some((_, "mp4")) => "mp4",
        Some((_, "ogg")) => "ogg",
        _ => "webm",
    }
}

fn options(rate: Rate) -> Object {
    let options = Object::new();
    for (name, bits) in [("audioBitsPerSecond", rate.sound), ("videoBitsPerSecond", rate.pictures)] {
        if let Some(bits) = bits {
            // Setting a property of a plain object can't fail.
            let _ = Reflect::set(&options, &name.into(), &bits.into());
        }
    }
    options
}

#[wasm_bindgen]
extern "C" {
    type MediaRecorder;

    #[wasm_bindgen(constructor, catch)]
    fn new(stream: &JsValue, options: &Object) -> Result<MediaRecorder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn start(this: &MediaRecorder, slice_ms: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stop(this: &MediaRecorder) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onstop(this: &MediaRecorder, f: &Function);
    #[wasm_bindgen(method, getter, js_name = mimeType)]
    fn mime_type(this: &MediaRecorder) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_as_its_kind_does() {
        for (media_type, wanted) in [
            ("audio/mp4", "m4a"),
            ("video/mp4", "mp4"),
            ("audio/ogg", "ogg"),
            ("video/webm", "webm"),
            ("", "webm"),
        ] {
            assert_eq!(ending(media_type), wanted, "{media_type}");
        }
    }
}
