//! Asks that what is kept on the device stays there, and how much room there is.
//!
//! Chromium's estimate says ten gigabytes more than is used, whatever the disk has (since 2025, against
//! fingerprinting), so a file is tried for size as well: what is really left decides whether it may grow.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::events::window;

/// What is tried for size, in bytes. More than the largest is enough for anything.
const TRIED: [u64; 5] = [20_000_000, 50_000_000, 100_000_000, 150_000_000, 200_000_000];
/// The name of the file that is tried; it never has a content.
const NAME: &str = "room";

/// Asks the browser not to clear the app's data when it needs room. Best after the first draft was kept.
/// `true`: it will not. `false`: it may; the notice that says so is the caller's.
pub async fn ask() -> bool {
    let Ok(promise) = window().navigator().storage().persist() else { return false };
    JsFuture::from(promise).await.is_ok_and(|granted| granted.is_truthy())
}

/// Was that granted before?
pub async fn is_granted() -> bool {
    let Ok(promise) = window().navigator().storage().persisted() else { return false };
    JsFuture::from(promise).await.is_ok_and(|granted| granted.is_truthy())
}

/// How many bytes are free, if the browser says so or lets it be tried. An estimate, and rather too little.
pub async fn free() -> Option<u64> {
    let estimated = estimated().await;
    let tried = tried().await.ok().flatten();
    match (estimated, tried) {
        (Some(estimated), Some(tried)) => Some(estimated.min(tried)),
        (estimated, tried) => estimated.or(tried),
    }
}

async fn estimated() -> Option<u64> {
    let promise = window().navigator().storage().estimate().ok()?;
    let estimate = web_sys::StorageEstimate::from(JsFuture::from(promise).await.ok()?);
    Some((estimate.get_quota()? - estimate.get_usage()?).max(0.0) as u64)
}

/// The largest of [`TRIED`] that fits; nothing if the very largest does.
async fn tried() -> Result<Option<u64>, JsValue> {
    let storage: StorageWithFiles = window().navigator().storage().unchecked_into();
    let folder: Folder = JsFuture::from(storage.get_directory()?).await?.unchecked_into();
    let options = Object::new();
    Reflect::set(&options, &"create".into(), &true.into())?;
    let file: File = JsFuture::from(folder.get_file_handle(NAME, &options)?).await?.unchecked_into();
    let writer: Writer = JsFuture::from(file.create_writable()?).await?.unchecked_into();
    let mut fits = 0;
    for size in TRIED {
        // A writer that failed once does nothing more.
        if JsFuture::from(writer.truncate(size as f64)?).await.is_err() {
            break;
        }
        fits = size;
    }
    // Nothing was written: what was tried goes with its writer.
    let _ = JsFuture::from(writer.abort()?).await;
    let _ = JsFuture::from(folder.remove_entry(NAME)?).await;
    Ok((fits < TRIED[TRIED.len() - 1]).then_some(fits))
}

// `web_sys` has these in seven features; four methods are all that is needed.
#[wasm_bindgen]
extern "C" {
    type StorageWithFiles;
    #[wasm_bindgen(method, catch, js_name = getDirectory)]
    fn get_directory(this: &StorageWithFiles) -> Result<Promise, JsValue>;

    type Folder;
    #[wasm_bindgen(method, catch, js_name = getFileHandle)]
    fn get_file_handle(this: &Folder, name: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeEntry)]
    fn remove_entry(this: &Folder, name: &str) -> Result<Promise, JsValue>;

    type File;
    #[wasm_bindgen(method, catch, js_name = createWritable)]
    fn create_writable(this: &File) -> Result<Promise, JsValue>;

    type Writer;
    #[wasm_bindgen(method, catch)]
    fn truncate(this: &Writer, size: f64) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn abort(this: &Writer) -> Result<Promise, JsValue>;
}
