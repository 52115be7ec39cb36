//! Days in other calendars, by the browser's own tables: nothing is loaded for them.

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A day, `2026-11-28`, in a calendar (by its name in Unicode's CLDR: `chinese`, `islamic` …), in words of that language. Nothing where the browser does
/// not know it.
pub fn day_in(calendar: &str, day: &str, language: &str) -> Option<String> {
    let date = Date::new(&JsValue::from_str(day));
    if date.get_time().is_nan() {
        return None;
    }
    let options = Object::new();
    for (name, value) in [("dateStyle", "long"), ("timeZone", "UTC")] {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let locale = format!("{language}-u-ca-{calendar}");
    let format = Intl::DateTimeFormat::new(&Array::of1(&locale.into()), &options);
    let used = format.resolved_options();
    // A browser that lacks the calendar takes the Gregorian without a word.
    let known = Reflect::get(&used, &"calendar".into()).ok()?.as_string()?;
    if !known.starts_with(calendar) {
        return None;
    }
    let said = format.format().call1(&JsValue::UNDEFINED, date.unchecked_ref()).ok()?;
    said.as_string()
}
