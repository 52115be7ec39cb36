//! The office's words for the resident's side: query codes of a household, and devices that are kiosks.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct ResidentWords {
    pub codes: Text,
    pub explained: Text,
    pub id_number: Text,
    pub id_number_hint: Text,
    pub make: Text,
    pub wrong_number: Text,
    pub once: Text,
    pub until: fn(&str) -> String,
    pub slip: Text,
    pub slip_explained: Text,
    pub made: fn(&str, &str) -> String,
    pub of_ticket: fn(&str) -> String,
    pub over: Text,
    pub revoked: Text,
    pub revoke: Text,
    pub done: Text,
    pub called: Text,
    pub called_at: fn(&str, &str) -> String,
    pub i_go: Text,
    pub is_kiosk: Text,
    pub is_kiosk_hint: Text,
}

/// Chinese, simplified.
pub const CHINESE: ResidentWords = ResidentWords {
    codes: "查询码",
    explained: "本人在驿站的自助机上，凭身份证号和查询码看自己的事办到哪一步。请看着身份证发，只发给本人或家里成年人。身份证号不保存。",
    id_number: "来人的身份证号",
    id_number_hint: "照着身份证输入，18 位。",
    make: "发一个查询码",
    wrong_number: "身份证号不对，请照着身份证再看一遍。",
    once: "只显示这一次。请打印或抄给来人，离开这一页就看不到了。",
    until: |day| format!("{day} 以前有效"),
    slip: "查询码小票",
    slip_explained: "凭身份证号和查询码，在驿站的自助机上查办到哪一步。别给外人看；丢了请告诉驿站作废。",
    made: |day, by| format!("{day} {by} 发的"),
    of_ticket: |day| format!("{day} 在自助机求助时给的"),
    over: "过期",
    revoked: "已作废",
    revoke: "作废",
    done: "好了",
    called: "自助机那边有人叫",
    called_at: |kiosk, when| format!("{kiosk}，{when}"),
    i_go: "我过去",
    is_kiosk: "这是驿站的自助机",
    is_kiosk_hint: "给来站里的人用：只能交求助和意见、凭查询码查本人的事，收不到任何名单。要填区域，不填使用者。",
};

/// English.
pub const ENGLISH: ResidentWords = ResidentWords {
    codes: "Query codes",
    explained: "At the station's kiosk a person sees how far their own case is, by ID number and query code. Hand one out with the ID card before you, to the person or an adult of the household alone. The number is not kept.",
    id_number: "ID number of who is here",
    id_number_hint: "As it stands on the card: 18 places.",
    make: "Hand out a query code",
    wrong_number: "This ID number is not right: look at the card again.",
    once: "Shown this once. Print it or write it down for them: it is gone when you leave this page.",
    until: |day| format!("good until {day}"),
    slip: "Query code",
    slip_explained: "With the ID number and this code one sees at the station's kiosk how far the case is. Show it to nobody else; if it is lost tell the station, which revokes it.",
    made: |day, by| format!("handed out on {day} by {by}"),
    of_ticket: |day| format!("of the ticket from the kiosk, {day}"),
    over: "over",
    revoked: "revoked",
    revoke: "Revoke",
    done: "Done",
    called: "Somebody at a kiosk calls for staff",
    called_at: |kiosk, when| format!("{kiosk}, {when}"),
    i_go: "I’ll go",
    is_kiosk: "This is a station's kiosk",
    is_kiosk_hint: "For whoever comes: it hands in requests and complaints and shows people their own case by a query code, and gets no list of anybody. It has an area, and no holder.",
};
