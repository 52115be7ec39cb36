//! The words for a form's own pictures, sounds and films.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct MediaWords {
    /// What a picture is, to who can't see it: it stands beside these words.
    pub picture_of: fn(&str) -> String,
    pub larger: fn(&str) -> String,
    pub close: Text,
    pub picture_waits: Text,
    pub sound_waits: Text,
    pub film_waits: Text,
    pub several_wait: fn(usize) -> String,
    pub fetching: Text,
    pub later: Text,
    pub refused: Text,
    pub missing: fn(&str) -> String,
}

/// Chinese, simplified.
pub const CHINESE: MediaWords = MediaWords {
    picture_of: |label| if label.is_empty() { "图片".to_owned() } else { format!("图片：{label}") },
    larger: |label| format!("放大图片：{label}"),
    close: "关上",
    picture_waits: "图片还没有下载",
    sound_waits: "声音还没有下载",
    film_waits: "视频还没有下载",
    several_wait: |count| format!("{count} 个图片、声音或视频还没有下载"),
    fetching: "正在下载……",
    later: "没有下载成功。连上网再试；不影响填表。",
    refused: "服务器上没有这个文件。请告诉管表单的人；不影响填表。",
    missing: |names| format!("表单里缺这个文件：{names}"),
};

/// English.
pub const ENGLISH: MediaWords = MediaWords {
    picture_of: |label| if label.is_empty() { "Picture".to_owned() } else { format!("Picture: {label}") },
    larger: |label| format!("Larger picture: {label}"),
    close: "Close",
    picture_waits: "Picture not downloaded yet",
    sound_waits: "Sound not downloaded yet",
    film_waits: "Video not downloaded yet",
    several_wait: |count| format!("{count} pictures, sounds or videos not downloaded yet"),
    fetching: "Downloading …",
    later: "It could not be downloaded. Try again with a network; the form can be filled in without it.",
    refused: "The server has no such file. Tell whoever looks after the form; it can be filled in without it.",
    missing: |names| format!("The form lacks this file: {names}"),
};
