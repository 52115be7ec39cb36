//! The words of what was referred to a provider.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct ReferredWords {
    pub title: Text,
    pub line: fn(usize, usize) -> String,
    pub none_yet: Text,
    pub none: Text,
    pub to_answer: Text,
    pub to_serve: Text,
    pub to_put_right: Text,
    pub waits: Text,
    pub urgent: Text,
    pub mind: fn(&str) -> String,
    pub served: fn(u32, u32) -> String,
}

/// Chinese, simplified.
pub const CHINESE: ReferredWords = ReferredWords {
    title: "转给我们的",
    line: |answer, serve| format!("{answer} 张等答复，{serve} 户要服务"),
    none_yet: "还没有转给你们的转介单。驿站转来以后，联网就会到这台手机上。",
    none: "现在没有要办的。",
    to_answer: "等你们答复接不接",
    to_serve: "已接案，要服务",
    to_put_right: "验收要求整改",
    waits: "等驿站办",
    urgent: "紧急：今天就要办",
    mind: |mind| format!("打电话、上门要注意：{mind}"),
    served: |served, planned| match planned {
        0 => format!("已服务 {served} 次"),
        _ => format!("已服务 {served} 次，计划 {planned} 次"),
    },
};

/// English.
pub const ENGLISH: ReferredWords = ReferredWords {
    title: "Referred to us",
    line: |answer, serve| format!("{answer} to answer, {serve} to serve"),
    none_yet: "Nothing was referred to you yet. What the station refers comes to this phone once there is a network.",
    none: "Nothing is to be done now.",
    to_answer: "Waits for your answer",
    to_serve: "Accepted, to be served",
    to_put_right: "The check asks for it to be put right",
    waits: "The office's turn",
    urgent: "Urgent: today",
    mind: |mind| format!("When you call or come: {mind}"),
    served: |served, planned| match planned {
        0 => format!("served {served} times"),
        _ => format!("served {served} of {planned} times"),
    },
};
