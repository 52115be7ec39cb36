//! Pictures of the ground that are kept on this device, in two of the browser's caches: what somebody had kept, and what was looked at.
//!
//! The service worker (`public/sw.js`) serves from both, and alone writes the second.

use std::collections::HashSet;

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::events::window;

const KEPT: &str = "doorstep.map";
const LOOKED_AT: &str = "doorstep.tiles";
/// So many are asked for at once.
const AT_ONCE: usize = 6;
/// The server has no picture there.
const NONE_THERE: u16 = 404;

/// How many there are.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Count {
    /// Those that somebody had kept.
    pub kept: usize,
    /// Those that were looked at.
    pub looked_at: usize,
}

/// How many are here. Nothing where the browser keeps none (a page without https).
pub async fn count() -> Option<Count> {
    let caches = caches()?;
    let kept = in_cache(&caches, KEPT).await.ok()?;
    let looked_at = in_cache(&caches, LOOKED_AT).await.ok()?;
    Some(Count { kept, looked_at })
}

async fn in_cache(caches: &Caches, name: &str) -> Result<usize, JsValue> {
    // Opened it would be there.
    if !JsFuture::from(caches.has(name)).await?.is_truthy() {
        return Ok(0);
    }
    let cache: Cache = JsFuture::from(caches.open(name)).await?.unchecked_into();
    let keys: Array = JsFuture::from(cache.keys()).await?.unchecked_into();
    Ok(keys.length() as usize)
}

/// Keeps the pictures at these addresses, and tells after each few how far it is. Gives how many could not be had or kept; where the server has none, none is missing.
/// What was kept before goes once all of these are here.
pub async fn keep(addresses: Vec<String>, told: impl Fn(usize)) -> usize {
    let Some(caches) = caches() else { return addresses.len() };
    let Ok(cache) = JsFuture::from(caches.open(KEPT)).await else { return addresses.len() };
    let (mut done, mut missing) = (0, 0);
    for few in addresses.chunks(AT_ONCE) {
        let asked: Array = few.iter().map(|address| one(cache.clone(), address.clone())).collect();
        match JsFuture::from(Promise::all(&asked)).await {
            Ok(kept) => missing += Array::from(&kept).iter().filter(|kept| !kept.is_truthy()).count(),
            Err(_) => missing += few.len(),
        }
        done += few.len();
        told(done);
    }
    if missing == 0 {
        // What can't be removed is removed by the next.
        let _ = leave_only(&cache, &addresses).await;
    }
    missing
}

async fn leave_only(cache: &JsValue, addresses: &[String]) -> Result<(), JsValue> {
    let wanted: HashSet<&str> = addresses.iter().map(String::as_str).collect();
    let cache: &Cache = cache.unchecked_ref();
    let keys: Array = JsFuture::from(cache.keys()).await?.unchecked_into();
    let origin = window().location().origin()?;
    for key in keys.iter() {
        let request: web_sys::Request = key.dyn_into()?;
        let url = request.url();
        if !url.strip_prefix(&origin).is_some_and(|address| wanted.contains(address)) {
            JsFuture::from(cache.delete(&request)).await?;
        }
    }
    Ok(())
}

/// Gives whether all is well with it.
fn one(cache: JsValue, address: String) -> Promise {
    future_to_promise(async move {
        let well = async {
            let response = JsFuture::from(window().fetch_with_str(&address)).await?;
            let answer: web_sys::Response = response.clone().dyn_into()?;
            if answer.status() == NONE_THERE {
                return Ok::<bool, JsValue>(true);
            }
            if !answer.ok() {
                return Ok(false);
            }
            let cache: Cache = cache.unchecked_into();
            JsFuture::from(cache.put(&address, &response)).await?;
            Ok(true)
        };
        Ok(well.await.unwrap_or(false).into())
    })
}

/// Removes all of them.
pub async fn forget() {
    let Some(caches) = caches() else { return };
    for name in [KEPT, LOOKED_AT] {
        // Of one that isn't there it says so, and that is all.
        let _ = JsFuture::from(caches.delete(name)).await;
    }
}

fn caches() -> Option<Caches> {
    let caches = Reflect::get(&window(), &"caches".into()).ok()?;
    caches.is_object().then(|| caches.unchecked_into())
}

// `web_sys` has these in three features.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Object)]
    type Caches;
    #[wasm_bindgen(method)]
    fn has(this: &Caches, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn open(this: &Caches, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn delete(this: &Caches, name: &str) -> Promise;

    type Cache;
    #[wasm_bindgen(method)]
    fn keys(this: &Cache) -> Promise;
    #[wasm_bindgen(method)]
    fn put(this: &Cache, address: &str, response: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    fn delete(this: &Cache, request: &web_sys::Request) -> Promise;
}
