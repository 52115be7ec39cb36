//! The browser's order of Chinese characters: by how they are read.

use std::cmp::Ordering;

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast as _, JsValue};

/// Which of two texts comes first.
pub type Order = Box<dyn Fn(&str, &str) -> Ordering>;

/// Compares two texts in that order. A browser that lacks it has another, which whoever asks has to notice.
pub fn by_pinyin() -> Order {
    let locales: Array = std::iter::once(JsValue::from("zh-u-co-pinyin")).collect();
    let collator = js_sys::Intl::Collator::new(&locales, &Object::new());
    let compare = collator.compare();
    Box::new(move |one, other| {
        let compared = compare.call2(&JsValue::UNDEFINED, &one.into(), &other.into());
        let compared =
            compared.ok().and_then(|number| number.unchecked_into::<JsValue>().as_f64()).unwrap_or(0.0);
        compared.partial_cmp(&0.0).unwrap_or(Ordering::Equal)
    })
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;
    use crate::state::sounds::Sounds;

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    fn the_browser_reads_names() {
        let sounds = Sounds::by(by_pinyin()).expect("Chromium has the order");
        let read: Vec<_> = "王玥吕鑫乱".chars().filter_map(|letter| sounds.of(letter)).collect();
        assert_eq!(read, ["wang", "yue", "lv", "xin", "luan"]);
    }
}
