//! What lies in the database: a sealed record with the few fields beside it that are nobody's answer, and the log's lines.

use doorstep_delivery::Moment;
use doorstep_delivery::store::{LogEvent, LogLine};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// The field that holds the sealed bytes.
pub(super) const SEALED: &str = "sealed";
/// Of a draft: the last step that its snapshot includes.
pub(super) const SEQ: &str = "seq";
/// Of a draft: who may write to it.
pub(super) const HOLDER: &str = "pen";
/// Of a draft or an outbox item: its form's hash. Of a form: its id.
pub(super) const FORM: &str = "form";
/// Of a form: the hash, its key.
pub(super) const HASH: &str = "hash";
/// Of a form: is it the version that new drafts are begun with?
pub(super) const CURRENT: &str = "current";
/// Of a form: its list of media as its bundle has it, empty if it has none; builds of before wrote nothing.
pub(super) const MEDIA: &str = "media";
/// Of a form: its place in the order of coming.
pub(super) const CAME: &str = "came";

pub(super) fn sealed_record(sealed: &JsValue, fields: &[(&str, JsValue)]) -> JsValue {
    let record = JsValue::from(Object::new());
    set(&record, SEALED, sealed);
    for (name, value) in fields {
        set(&record, name, value);
    }
    record
}

pub(super) fn set(record: &JsValue, name: &str, value: &JsValue) {
    // Setting a property of a plain object can't fail.
    let _ = Reflect::set(record, &name.into(), value);
}

pub(super) fn field(record: &JsValue, name: &str) -> JsValue {
    Reflect::get(record, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn number(record: &JsValue, name: &str) -> u64 {
    field(record, name).as_f64().unwrap_or_default() as u64
}

pub(super) fn text(record: &JsValue, name: &str) -> String {
    field(record, name).as_string().unwrap_or_default()
}

pub(super) fn flag(record: &JsValue, name: &str) -> bool {
    field(record, name).is_truthy()
}

/// Were both written by the same call? Each sealing has an initialisation vector of its own.
pub(super) fn same_bytes(one: &JsValue, other: &JsValue) -> bool {
    let bytes = |kept: &JsValue| js_sys::Uint8Array::new(&field(kept, SEALED)).to_vec();
    bytes(one) == bytes(other)
}

pub(super) fn step_id(draft: &str, seq: u64) -> String {
    format!("{draft}/{seq}")
}

pub(super) fn step_key(draft: &str, seq: u64) -> JsValue {
    js_sys::Array::of2(&draft.into(), &(seq as f64).into()).into()
}

pub(super) fn log_record(line: &LogLine) -> JsValue {
    let record = JsValue::from(Object::new());
    let event = match line.event {
        LogEvent::DraftDeleted => "draft_deleted",
        LogEvent::SubmissionDeleted => "submission_deleted",
        LogEvent::SubmissionSuperseded => "submission_superseded",
        LogEvent::KeyWiped => "key_wiped",
        LogEvent::ReceiptedForgotten => "receipted_forgotten",
    };
    set(&record, "ms", &(line.at.ms as f64).into());
    set(&record, "offset", &line.at.utc_offset_minutes.into());
    set(&record, "event", &event.into());
    set(&record, "id", &line.id.to_string().into());
    record
}

pub(super) fn log_line(kept: &JsValue) -> Option<LogLine> {
    let at = Moment {
        ms: field(kept, "ms").as_f64()? as i64,
        utc_offset_minutes: field(kept, "offset").as_f64()? as i32,
    };
    let event = match text(kept, "event").as_str() {
        "draft_deleted" => LogEvent::DraftDeleted,
        "submission_deleted" => LogEvent::SubmissionDeleted,
        "submission_superseded" => LogEvent::SubmissionSuperseded,
        "key_wiped" => LogEvent::KeyWiped,
        "receipted_forgotten" => LogEvent::ReceiptedForgotten,
        _ => return None,
    };
    Some(LogLine { at, event, id: text(kept, "id").parse().ok()? })
}
