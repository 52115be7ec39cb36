//! The words for what has changed since the last visit.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct RecordWords {
    pub last_time: fn(&str) -> String,
    pub filled_in: fn(&str) -> String,
    pub changed: fn(usize) -> String,
    pub changed_explained: Text,
    pub change: fn(&str, &str, &str) -> String,
    pub nothing: Text,
}

/// Chinese, simplified.
pub const CHINESE: RecordWords = RecordWords {
    last_time: |answer| format!("上次：{answer}"),
    filled_in: |answer| format!("按上次的记录带出：{answer}"),
    changed: |count| format!("和上次不一样的（{count}）"),
    changed_explained: "完成前再看一眼；不对的，点进去改回来。",
    change: |question, before, now| format!("{question}：{before} → {now}"),
    nothing: "空着",
};

/// English.
pub const ENGLISH: RecordWords = RecordWords {
    last_time: |answer| format!("Last time: {answer}"),
    filled_in: |answer| format!("Filled in from the last record: {answer}"),
    changed: |count| format!("Changed since last time ({count})"),
    changed_explained: "Look once more before you finish; what is wrong can be put back.",
    change: |question, before, now| format!("{question}: {before} → {now}"),
    nothing: "left empty",
};
