//! The words of the controls, and of the page that tries them out.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct ControlWords {
    pub gallery: Text,
    pub gallery_explained: Text,
    pub gallery_none: Text,
    pub gallery_pages: Text,
    pub less: Text,
    pub more: Text,
    pub one_less: Text,
    pub one_more: Text,
    pub see: Text,
    pub hide: Text,
    pub open_address: Text,
    pub bearing_take: Text,
    pub bearing_taking: Text,
    pub bearing_none: Text,
    pub rank_right: Text,
    pub rank_up: fn(&str) -> String,
    pub rank_down: fn(&str) -> String,
    pub ranked: fn(&str, usize, usize) -> String,
}

pub const CHINESE: ControlWords = ControlWords {
    gallery: "控件样例（试用）",
    gallery_explained: "只供试用：这里的答案哪里也不存，离开这一页就没了。",
    gallery_none: "现在拿不到样例表。连上网再打开这一页。",
    gallery_pages: "题型",
    less: "减一格",
    more: "加一格",
    one_less: "减一个",
    one_more: "加一个",
    see: "看",
    hide: "藏",
    open_address: "打开网页",
    bearing_take: "用指南针量",
    bearing_taking: "正在量，拿稳手机，顶端对着要量的方向。",
    bearing_none: "这台设备没有指南针，或没有许可，请直接填度数（正北是 0，正东是 90）。",
    rank_right: "就按这个顺序",
    rank_up: |label| format!("{label}：往前挪"),
    rank_down: |label| format!("{label}：往后挪"),
    ranked: |label, place, all| format!("{label}：第 {place} 位，共 {all} 个"),
};

pub const ENGLISH: ControlWords = ControlWords {
    gallery: "Gallery of controls (for trying out)",
    gallery_explained: "For trying out only: nothing is kept anywhere, and it is gone when you leave this page.",
    gallery_none: "The gallery can’t be had now. Open this page again once there is a network.",
    gallery_pages: "Kinds of questions",
    less: "One step less",
    more: "One step more",
    one_less: "One less",
    one_more: "One more",
    see: "Show",
    hide: "Hide",
    open_address: "Open the page",
    bearing_take: "Take it from the compass",
    bearing_taking: "Measuring: hold the phone still, its top towards what is measured.",
    bearing_none: "This device has no compass, or no permission for it: enter the degrees (north is 0, east is 90).",
    rank_right: "This order is right",
    rank_up: |label| format!("{label}: move up"),
    rank_down: |label| format!("{label}: move down"),
    ranked: |label, place, all| format!("{label}: place {place} of {all}"),
};
