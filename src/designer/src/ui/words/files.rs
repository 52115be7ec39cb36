//! What is said about the files that go with a form, and about its whole folder.

use super::Text;

/// All of it.
#[allow(missing_docs)]
pub struct Files {
    pub files: Text,
    pub explained: Text,
    pub add: Text,
    pub none: Text,
    pub comma: Text,
    pub missing: fn(&str) -> String,
    pub kind: fn(&str) -> Text,
    pub used: Text,
    pub unused: Text,
    pub take: Text,
    pub drop: Text,
    pub drop_title: fn(&str) -> String,
    pub drop_explained: Text,
    pub added: fn(&str) -> String,
    pub replaced: fn(&str) -> String,
    pub not_text: fn(&str) -> String,
    pub not_kept: Text,
    pub gone: fn(&str) -> String,
    pub sending: fn(usize, usize) -> String,
    pub unsent: fn(&str) -> String,
    pub elsewhere: Text,
    pub take_over: Text,
    pub in_use: Text,
    pub taken_over: Text,
}

pub(super) const CHINESE: Files = Files {
    files: "附件",
    explained: "题目里的图片、录音、视频，和选项用的名单（CSV）。发布时一起上传，手机会下载。要用在题目里：在“题目”表里加一列 media::image（录音 media::audio，视频 media::video），格子里写文件名。",
    add: "添加文件",
    none: "还没有附件。",
    comma: "、",
    missing: |names| format!("表里写到、还没有添加的：{names}"),
    kind: |kind| match kind.split('/').next() {
        Some("image") => "图片",
        Some("audio") => "录音",
        Some("video") => "视频",
        _ => "名单、图形",
    },
    used: "表里用到",
    unused: "表里没用到",
    take: "下载",
    drop: "去掉",
    drop_title: |name| format!("去掉“{name}”？"),
    drop_explained: "发布的下一版就不带它了。以前的版本不受影响；去掉以后可以撤销。",
    added: |names| format!("已添加：{names}"),
    replaced: |names| format!("换成了新的：{names}。要用原来的，请撤销。"),
    not_text: |name| format!("“{name}”打不开：名单和图形要存成 UTF-8。在 Excel 里选“CSV UTF-8”再存一次。"),
    not_kept: "这台设备存不下这个文件，没有加上。",
    gone: |name| format!("“{name}”的内容不在这台设备上，也取不到。请重新添加一次。"),
    sending: |done, of| format!("正在上传附件：{done} / {of}"),
    unsent: |name| format!("“{name}”没有传上去，表也没有发布。请再试一次。"),
    elsewhere: "这张表正在另一个窗口里改。两边同时改会互相覆盖，所以这里先不打开。",
    take_over: "改到这里改",
    in_use: "这张表正在另一个窗口里改，先关掉那个窗口再删。",
    taken_over: "这张表已经换到另一个窗口里改了，这里不再保存。",
};

pub(super) const ENGLISH: Files = Files {
    files: "Files",
    explained: "Pictures, sounds and films of the questions, and lists of choices (CSV). They are sent along when the form is published, and phones fetch them. To use one in a question, add a column media::image (media::audio, media::video) to the survey, and write the file’s name in it.",
    add: "Add files",
    none: "No files yet.",
    comma: ", ",
    missing: |names| format!("Named in the form and not here yet: {names}"),
    kind: |kind| match kind.split('/').next() {
        Some("image") => "picture",
        Some("audio") => "sound",
        Some("video") => "film",
        _ => "list or drawing",
    },
    used: "used in the form",
    unused: "not used in the form",
    take: "Download",
    drop: "Remove",
    drop_title: |name| format!("Remove “{name}”?"),
    drop_explained: "The next version that is published comes without it. Earlier versions stay as they are, and undo brings it back.",
    added: |names| format!("Added: {names}"),
    replaced: |names| format!("Replaced: {names}. Undo brings the old one back."),
    not_text: |name| {
        format!(
            "“{name}” can’t be read: lists and drawings have to be UTF-8. In Excel, save it as “CSV UTF-8”."
        )
    },
    not_kept: "This device has no room for the file: it was not added.",
    gone: |name| format!("What is in “{name}” is not on this device and can’t be fetched. Add it again."),
    sending: |done, of| format!("Sending files: {done} of {of}"),
    unsent: |name| format!("“{name}” was not sent, and the form is not published. Try again."),
    elsewhere: "This form is open in another window. What is changed in both would overwrite each other, so it is not opened here.",
    take_over: "Change it here instead",
    in_use: "This form is open in another window. Close that one first, then delete it.",
    taken_over: "This form is changed in another window now; nothing is kept from here any more.",
};
