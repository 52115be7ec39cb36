//! The words of what a form finds out by itself while it is filled in: the log of it, where the device is, who fills it in.

use super::Text;

/// Names say where it stands.
#[derive(Debug)]
pub struct AuditWords {
    pub logged: Text,
    pub logged_changes: Text,
    pub logged_places: Text,
    pub place_looking: Text,
    pub place_found: Text,
    pub place_denied: Text,
    pub place_unknown: Text,
    pub who: Text,
    pub who_field: Text,
    pub who_hint: Text,
    pub who_missing: Text,
    pub who_go: Text,
    pub reason: Text,
    pub reason_hint: Text,
    pub reason_missing: Text,
}

/// Chinese, simplified.
pub const CHINESE: AuditWords = AuditWords {
    logged: "这张表会记下填写过程：看了哪些题、什么时候、用了多久，随表一起上报。",
    logged_changes: "答案改过的，改前改后都记。",
    logged_places: "填写时所在的位置也记；不允许定位就不记，照样能填。",
    place_looking: "正在记下所在的位置，不用等。",
    place_found: "所在的位置已记下。",
    place_denied: "没有允许定位，位置没有记下；照样能填。",
    place_unknown: "测不到位置，没有记下；照样能填。",
    who: "谁来填",
    who_field: "您的姓名",
    who_hint: "这张表要写明每一次是谁填的，随表一起上报。",
    who_missing: "请写上姓名。",
    who_go: "开始填",
    reason: "为什么改",
    reason_hint: "这张表交过一次，要写明为什么改。",
    reason_missing: "先写上为什么改，才能完成。",
};

/// English.
pub const ENGLISH: AuditWords = AuditWords {
    logged: "This form notes how it is filled in: which questions are looked at, when and for how long. That is sent with it.",
    logged_changes: "Of an answer that is changed, the old and the new one.",
    logged_places: "It notes where that is done, too; not where you don’t allow it, and you can fill it in all the same.",
    place_looking: "Noting where this device is; no need to wait.",
    place_found: "Where this device is has been noted.",
    place_denied: "The place was not noted, since it isn’t allowed; you can fill in the form all the same.",
    place_unknown: "The place can’t be found and was not noted; you can fill in the form all the same.",
    who: "Who fills it in",
    who_field: "Your name",
    who_hint: "This form has to say who filled it in each time; that is sent with it.",
    who_missing: "Enter your name.",
    who_go: "Begin",
    reason: "Why it is changed",
    reason_hint: "This form was handed in once: say why it is changed.",
    reason_missing: "Say why it is changed, then it can be finished.",
};
