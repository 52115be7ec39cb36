//! Words for a draft that is given to a colleague.

use super::Text;

/// Names say where it stands; functions take who has it.
#[derive(Debug)]
pub struct HandingWords {
    pub give: Text,
    pub see: Text,
    pub given: Text,
    pub given_explained: Text,
    pub explained: Text,
    pub make: Text,
    pub making: Text,
    pub scan: Text,
    pub code: Text,
    pub typed: Text,
    pub once: Text,
    pub waiting: Text,
    pub take_back: Text,
    pub unsure: Text,
    pub over: Text,
    pub stuck: Text,
    pub mine: Text,
    pub theirs: Text,
    pub no_server: Text,
    pub forbidden: Text,
    pub elsewhere: Text,
    pub gone: Text,
    pub device: Text,
    pub taken: fn(&str) -> String,
    pub kept: fn(&str) -> String,
}

/// Chinese, simplified.
pub const CHINESE: HandingWords = HandingWords {
    give: "转给同事",
    see: "看转到哪了",
    given: "这份没填完的正在转给同事，先不能在这里填。",
    given_explained: "同事存下以后，这里的自动删除；没有人取的，15 分钟后可以接着填。",
    explained: "出一个二维码，请同事用自己登记过的手机扫，或者在首页“接着填转来的表”里输码。没填完的内容、照片都过去，由同事接着填、上报。",
    make: "出码",
    making: "正在准备……",
    scan: "请同事扫这个码。",
    code: "给同事扫的二维码",
    typed: "扫不了的，输入：",
    once: "15 分钟内有效，只能用一次。同事存下以后，这里的自动删除。",
    waiting: "还没有人取。码只在刚才的屏幕上；要再出一次码，先收回。",
    take_back: "收回，自己填",
    unsure: "没有连上服务器，不知道同事取走没有。联网以后再看。",
    over: "没有人取，已经收回，可以接着填。",
    stuck: "同事取走了，一直没有回音。请问一下：存下了，就把这里的删掉；没存下，就接着填。两个人都填，单位会收到两份。",
    mine: "没存下，接着填",
    theirs: "存下了，删掉这里的",
    no_server: "现在转不过去：没有连上服务器。没填完的还在这里。",
    forbidden: "服务器不让转：这台手机要登记在您名下。没填完的还在这里。",
    elsewhere: "另一个页面正开着这份，先关掉那个页面。",
    gone: "这份没填完的不在这台手机上了。",
    device: "这台手机现在读不出这份，没有转。请再试一次。",
    taken: |who| format!("{}取走了，正在存下，请等一下。", named(who, "同事")),
    kept: |who| format!("已经转给{}，这里的已删除。", named(who, "同事")),
};

/// English.
pub const ENGLISH: HandingWords = HandingWords {
    give: "Hand to a colleague",
    see: "See where it is",
    given: "This draft is being handed to a colleague, and can’t be filled in here for now.",
    given_explained: "Once they have kept it, it goes from here. If nobody fetches it, you can go on after 15 minutes.",
    explained: "Shows a QR code. Your colleague scans it with their own enrolled phone, or types it at “Go on with a form handed to you” on their home page. Answers and photos go with it; they go on, and send it.",
    make: "Show the code",
    making: "Getting it ready …",
    scan: "Have your colleague scan this code.",
    code: "QR code for your colleague to scan",
    typed: "Or type:",
    once: "Good for 15 minutes, and once. When they have kept it, it goes from here.",
    waiting: "Nobody has fetched it yet. The code was on the screen before: to show one again, take it back first.",
    take_back: "Take it back",
    unsure: "The server can’t be reached, so nobody knows whether it was fetched. Look again with a network.",
    over: "Nobody fetched it. It’s yours again.",
    stuck: "It was fetched, and no word came that it was kept. Ask them: if they have it, delete it here; if not, go on. If you both go on, the office gets two.",
    mine: "They don’t have it: go on here",
    theirs: "They have it: delete it here",
    no_server: "It can’t be handed over now: the server can’t be reached. The draft is still here.",
    forbidden: "The server refused: this phone has to be enrolled for you. The draft is still here.",
    elsewhere: "Another tab has this draft open. Close it first.",
    gone: "This draft is no longer on this phone.",
    device: "This phone couldn’t read the draft just now, and it was not handed over. Please try again.",
    taken: |who| format!("{} has fetched it and is keeping it. Please wait.", named(who, "A colleague")),
    kept: |who| format!("{} has it now. It is deleted here.", named(who, "Your colleague")),
};

fn named<'a>(who: &'a str, nobody: &'a str) -> &'a str {
    if who.is_empty() { nobody } else { who }
}
