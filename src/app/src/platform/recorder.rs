//! Records sound from the device's microphone (`MediaRecorder`).

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Event};

use super::events::{Subscription, listen, window};

/// A slice is handed over this often, in milliseconds.
const SLICE_MS: u32 = 1_000;

/// Can this browser record?
pub fn can_record() -> bool {
    Reflect::has(&window(), &"MediaRecorder".into()).unwrap_or(false) && devices().is_some()
}

/// A recording that goes on. Dropping it ends it and lets go of the microphone.
pub struct Recording {
    recorder: MediaRecorder,
    stream: JsValue,
    slices: Rc<RefCell<Vec<Blob>>>,
    _listening: Subscription,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recording")
    }
}

/// Begins to record. Nothing if the reader said no, or there is no microphone.
pub async fn begin() -> Option<Recording> {
    let devices = devices()?;
    let ask: Function = Reflect::get(&devices, &"getUserMedia".into()).ok()?.dyn_into().ok()?;
    let wanted = Object::new();
    // Setting a property of a plain object can't fail.
    let _ = Reflect::set(&wanted, &"audio".into(), &JsValue::TRUE);
    let asked: Promise = ask.call1(&devices, &wanted).ok()?.dyn_into().ok()?;
    let stream = JsFuture::from(asked).await.ok()?;
    let recorder = MediaRecorder::new(&stream).ok()?;
    let slices: Rc<RefCell<Vec<Blob>>> = Rc::default();
    let heard = slices.clone();
    let listening = listen(recorder.unchecked_ref(), "dataavailable", move |event: Event| {
        if let Some(slice) =
            Reflect::get(&event, &"data".into()).ok().and_then(|data| data.dyn_into::<Blob>().ok())
        {
            heard.borrow_mut().push(slice);
        }
    });
    recorder.start(SLICE_MS).ok()?;
    Some(Recording { recorder, stream, slices, _listening: listening })
}

impl Recording {
    /// Ends it: its bytes and media type.
    pub async fn end(self) -> Option<(Vec<u8>, String)> {
        let stopped = Promise::new(&mut |done, _| self.recorder.set_onstop(&done));
        self.recorder.stop().ok()?;
        JsFuture::from(stopped).await.ok()?;
        let media_type = self.recorder.mime_type();
        let parts: Array = self.slices.borrow().iter().collect();
        let whole = Blob::new_with_blob_sequence(&parts).ok()?;
        let bytes = JsFuture::from(whole.array_buffer()).await.ok()?;
        Some((Uint8Array::new(&bytes).to_vec(), media_type))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // Fails if it has ended, which is well.
        let _ = self.recorder.stop();
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

fn devices() -> Option<JsValue> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then_some(devices)
}

#[wasm_bindgen]
extern "C" {
    type MediaRecorder;

    #[wasm_bindgen(constructor, catch)]
    fn new(stream: &JsValue) -> Result<MediaRecorder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn start(this: &MediaRecorder, slice_ms: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stop(this: &MediaRecorder) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onstop(this: &MediaRecorder, f: &Function);
    #[wasm_bindgen(method, getter, js_name = mimeType)]
    fn mime_type(this: &MediaRecorder) -> String;
}
