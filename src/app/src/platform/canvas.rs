//! Lines that were drawn, made a picture file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::events::document;

/// What is drawn on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Base {
    /// Nothing yet: white, of so many pixels across and down.
    Paper(u32, u32),
    /// The picture at an address of this page.
    Picture(String),
}

/// Points from 0 to 1 across and down.
pub type Line = Vec<(f64, f64)>;

/// The lines upon what they were drawn on, as a file of that media type. Nothing if the browser can't.
pub async fn drawn(base: &Base, lines: &[Line], media_type: &str) -> Option<Vec<u8>> {
    let canvas: Canvas = document().create_element("canvas").ok()?.unchecked_into();
    let picture = match base {
        Base::Paper(..) => None,
        Base::Picture(address) => Some(loaded(address).await?),
    };
    let (width, height) = match (base, &picture) {
        (Base::Paper(width, height), _) => (*width, *height),
        (Base::Picture(_), Some(picture)) => (picture.natural_width(), picture.natural_height()),
        (Base::Picture(_), None) => return None,
    };
    canvas.set_width(width);
    canvas.set_height(height);
    let pen: Pen = canvas.get_context("2d")?.unchecked_into();
    let (across, down) = (f64::from(width), f64::from(height));
    let set = |name: &str, value: JsValue| Reflect::set(&pen, &name.into(), &value).ok();
    set("fillStyle", "#ffffff".into())?;
    pen.fill_rect(0.0, 0.0, across, down);
    if let Some(picture) = &picture {
        pen.draw_image(picture, 0.0, 0.0, across, down);
    }
    // On a photo a line has to be seen on whatever is behind it.
    set("strokeStyle", if picture.is_some() { "#d00000" } else { "#000000" }.into())?;
    set("lineWidth", (across * 0.01).into())?;
    set("lineCap", "round".into())?;
    set("lineJoin", "round".into())?;
    for line in lines {
        let Some((x, y)) = line.first() else { continue };
        pen.begin_path();
        pen.move_to(x * across, y * down);
        // A dot is a line to where it began.
        line.iter().for_each(|(x, y)| pen.line_to(x * across, y * down));
        pen.stroke();
    }
    file(&canvas, media_type)
}

/// What a film element shows now, of so many pixels across and down, as a JPEG.
pub(super) fn still(film: &JsValue, width: u32, height: u32) -> Option<Vec<u8>> {
    let canvas: Canvas = document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let pen: Pen = canvas.get_context("2d")?.unchecked_into();
    pen.draw_image(film.unchecked_ref(), 0.0, 0.0, f64::from(width), f64::from(height));
    file(&canvas, "image/jpeg")
}

fn file(canvas: &Canvas, media_type: &str) -> Option<Vec<u8>> {
    let address = canvas.to_data_url(media_type)?;
    let (said, data) = address.split_once(";base64,")?;
    // What a browser can't write it writes as another kind.
    (said == format!("data:{media_type}")).then(|| STANDARD.decode(data).ok()).flatten()
}

async fn loaded(address: &str) -> Option<Picture> {
    let picture: Picture = document().create_element("img").ok()?.unchecked_into();
    let loading = Promise::new(&mut |done, failed| {
        picture.set_onload(&done);
        picture.set_onerror(&failed);
    });
    picture.set_src(address);
    JsFuture::from(loading).await.ok()?;
    Some(picture)
}

// Bound here, a dozen lines, rather than with a `web_sys` type for each.
#[wasm_bindgen]
extern "C" {
    type Canvas;
    type Picture;
    type Pen;

    #[wasm_bindgen(method, setter)]
    fn set_width(this: &Canvas, pixels: u32);
    #[wasm_bindgen(method, setter)]
    fn set_height(this: &Canvas, pixels: u32);
    #[wasm_bindgen(method, js_name = getContext)]
    fn get_context(this: &Canvas, kind: &str) -> Option<Object>;
    #[wasm_bindgen(method, js_name = toDataURL)]
    fn to_data_url(this: &Canvas, media_type: &str) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = naturalWidth)]
    fn natural_width(this: &Picture) -> u32;
    #[wasm_bindgen(method, getter, js_name = naturalHeight)]
    fn natural_height(this: &Picture) -> u32;
    #[wasm_bindgen(method, setter)]
    fn set_src(this: &Picture, address: &str);
    #[wasm_bindgen(method, setter)]
    fn set_onload(this: &Picture, f: &Function);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Picture, f: &Function);

    #[wasm_bindgen(method, js_name = fillRect)]
    fn fill_rect(this: &Pen, x: f64, y: f64, width: f64, height: f64);
    #[wasm_bindgen(method, js_name = drawImage)]
    fn draw_image(this: &Pen, picture: &Picture, x: f64, y: f64, width: f64, height: f64);
    #[wasm_bindgen(method, js_name = beginPath)]
    fn begin_path(this: &Pen);
    #[wasm_bindgen(method, js_name = moveTo)]
    fn move_to(this: &Pen, x: f64, y: f64);
    #[wasm_bindgen(method, js_name = lineTo)]
    fn line_to(this: &Pen, x: f64, y: f64);
    #[wasm_bindgen(method)]
    fn stroke(this: &Pen);
}
