//! The words of the controls, and of the page that tries them out.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct ControlWords {
    pub gallery: Text,
    pub gallery_explained: Text,
    pub gallery_none: Text,
    pub gallery_pages: Text,
}

pub const CHINESE: ControlWords = ControlWords {
    gallery: "控件样例（试用）",
    gallery_explained: "只供试用：这里的答案哪里也不存，离开这一页就没了。",
    gallery_none: "现在拿不到样例表。连上网再打开这一页。",
    gallery_pages: "题型",
};

pub const ENGLISH: ControlWords = ControlWords {
    gallery: "Gallery of controls (for trying out)",
    gallery_explained: "For trying out only: nothing is kept anywhere, and it is gone when you leave this page.",
    gallery_none: "The gallery can’t be had now. Open this page again once there is a network.",
    gallery_pages: "Kinds of questions",
};
