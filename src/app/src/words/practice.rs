//! The words of practising with a form, and the household that is made up for it.

use super::Text;

/// Names say where it stands.
#[derive(Debug)]
pub struct PracticeWords {
    pub title: Text,
    pub how: Text,
    pub practice: Text,
    pub explained: Text,
    pub finish: Text,
    pub finish_then: Text,
    pub over: Text,
    pub over_explained: Text,
    pub again: Text,
    pub head: Text,
    pub other: Text,
    pub village: Text,
    pub referral: Text,
    pub provider: Text,
}

/// Chinese, simplified.
pub const CHINESE: PracticeWords = PracticeWords {
    title: "练习一遍",
    how: "选一张表，照平时那样填。名单里是编出来的一户，什么也不会保存、不会上报。",
    practice: "练习",
    explained: "练习：不会保存，也不会上报。离开这张表就没有了。",
    finish: "结束练习",
    finish_then: "这是练习：不会保存，也不会上报。",
    over: "练习结束",
    over_explained: "什么也没有保存，什么也没有上报。",
    again: "再练一遍",
    head: "练习户·李小练",
    other: "练习户·王大习",
    village: "练习村",
    referral: "练习户·李小练：练习用的转介单",
    provider: "练习机构",
};

/// English.
pub const ENGLISH: PracticeWords = PracticeWords {
    title: "Practise",
    how: "Choose a form and fill it in as usual. The household in the list is made up; nothing is kept and nothing is sent.",
    practice: "Practice",
    explained: "Practice: nothing is kept and nothing is sent. It is gone once you leave the form.",
    finish: "End the practice",
    finish_then: "This is practice: nothing is kept and nothing is sent.",
    over: "The practice is over",
    over_explained: "Nothing was kept and nothing was sent.",
    again: "Once more",
    head: "Practice Li",
    other: "Practice Wang",
    village: "Practice village",
    referral: "Practice Li: a referral for practice",
    provider: "Practice provider",
};
