//! Where the device's upper edge points (`bearing`): degrees from north, clockwise.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::events::{listen, window};
use super::timer;

/// Waits this long for the first word of the compass.
const WAIT_MS: u32 = 3_000;
const LOOK_MS: u32 = 50;

/// Measures once. Nothing if the device has no compass, or its reader said no. Only while a tap is being answered: iPhones ask then.
pub async fn measure() -> Option<f64> {
    let orientation = Reflect::get(&window(), &"DeviceOrientationEvent".into()).ok()?;
    if let Ok(ask) = Reflect::get(&orientation, &"requestPermission".into())
        && let Ok(ask) = ask.dyn_into::<Function>()
    {
        let asked: Promise = ask.call0(&orientation).ok()?.dyn_into().ok()?;
        let said = JsFuture::from(asked).await.ok()?;
        if said.as_string().as_deref() != Some("granted") {
            return None;
        }
    }
    let found = Rc::new(Cell::new(None));
    let hear = || {
        let found = found.clone();
        move |event: web_sys::Event| {
            if let Some(degrees) = degrees(&event) {
                found.set(Some(degrees));
            }
        }
    };
    let absolute = listen(&window(), "deviceorientationabsolute", hear());
    let plain = listen(&window(), "deviceorientation", hear());
    let listening = absolute.and(plain);
    let mut waited = 0;
    while found.get().is_none() && waited < WAIT_MS {
        timer::sleep(LOOK_MS).await;
        waited += LOOK_MS;
    }
    drop(listening);
    found.get()
}

/// Of WebKit its own word; of others the angle that counts against the clock, where it is told from north.
fn degrees(event: &JsValue) -> Option<f64> {
    let said = |name: &str| Reflect::get(event, &name.into()).ok();
    if let Some(heading) = said("webkitCompassHeading").and_then(|heading| heading.as_f64()) {
        return Some(heading);
    }
    let is_absolute = said("absolute").and_then(|absolute| absolute.as_bool()) == Some(true);
    let alpha = said("alpha").and_then(|alpha| alpha.as_f64()).filter(|_| is_absolute)?;
    Some((360.0 - alpha).rem_euclid(360.0))
}
