//! The words of maps, and of what of them is kept on this device.

use super::Text;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct MapWords {
    pub map: Text,
    /// What keys do on it.
    pub keys: Text,
    pub keys_placing: Text,
    pub north: Text,
    pub nearer: Text,
    pub farther: Text,
    pub where_i_am: Text,
    /// A length on the ground, in metres.
    pub length: fn(f64) -> String,
    pub middle: fn(&str) -> String,
    pub no_tiles: Text,
    pub set_here: Text,
    pub set_anew: Text,
    pub add_corner: Text,
    pub take_back: Text,
    pub done: Text,
    pub go_on: Text,
    pub chosen: fn(&str) -> String,
    pub none_on_map: Text,
    pub not_on_map: fn(usize) -> String,

    // In the settings
    pub section: Text,
    pub looked_at: fn(usize, f64) -> String,
    pub keep: Text,
    pub keep_explained: Text,
    pub keep_offer: fn(&str, usize, f64) -> String,
    pub keep_yes: Text,
    pub no_place: Text,
    pub keeping: fn(usize, usize) -> String,
    pub kept: fn(usize, f64) -> String,
    pub not_all: fn(usize) -> String,
    pub remove: Text,
    pub removed: Text,
    pub plain: Text,
}

/// Chinese, simplified.
pub const CHINESE: MapWords = MapWords {
    map: "地图",
    keys: "方向键移动，加号、减号放大缩小。",
    keys_placing: "用方向键把要标的地方移到十字下面，按回车定下；加号、减号放大缩小。",
    north: "北",
    nearer: "放大",
    farther: "缩小",
    where_i_am: "移到我这里",
    length: |metres| match metres >= 1000.0 {
        true => format!("{} 公里", metres / 1000.0),
        false => format!("{metres} 米"),
    },
    middle: |place| format!("十字在 {place}"),
    no_tiles: "这里没有底图，只有方格：方格边长就是比例尺的长度，上北下南。",
    set_here: "就定在这里",
    set_anew: "改定在这里",
    add_corner: "在十字处加一个点",
    take_back: "撤回最后一个点",
    done: "画完了",
    go_on: "在地图上画",
    chosen: |label| format!("已选：{label}"),
    none_on_map: "选项都没有位置，请在下面选。",
    not_on_map: |n| format!("还有 {n} 个选项没有位置，只在下面的名单里。"),
    section: "地图",
    looked_at: |n, mb| format!("看过的地图留在这台设备上：{n} 张，约 {mb:.0} MB。"),
    keep: "存下这一带的地图",
    keep_explained: "存下以后，没有网络的地方也看得到底图。",
    keep_offer: |around, n, mb| format!("方圆 {around}，{n} 张，约 {mb:.0} MB。"),
    keep_yes: "存下",
    no_place: "量不出现在的位置，改存地图中心一带。",
    keeping: |done, all| format!("正在存：{done} / {all}"),
    kept: |n, mb| format!("已存下 {n} 张，约 {mb:.0} MB。"),
    not_all: |n| format!("有 {n} 张没有存下，连上网再试。"),
    remove: "删掉存下的地图",
    removed: "已删掉。",
    plain: "底图不是答案，不加密；从中看得出在哪一带工作。单位停用这台设备时一起删掉。",
};

/// English.
pub const ENGLISH: MapWords = MapWords {
    map: "Map",
    keys: "Arrow keys move it, plus and minus zoom.",
    keys_placing: "Move the place under the cross with the arrow keys and press Enter; plus and minus zoom.",
    north: "N",
    nearer: "Zoom in",
    farther: "Zoom out",
    where_i_am: "To where I am",
    length: |metres| match metres >= 1000.0 {
        true => format!("{} km", metres / 1000.0),
        false => format!("{metres} m"),
    },
    middle: |place| format!("The cross is at {place}"),
    no_tiles: "There is no picture of the ground here, only squares: their sides are as long as the scale. North is up.",
    set_here: "Set it here",
    set_anew: "Set it here instead",
    add_corner: "Add a point at the cross",
    take_back: "Take back the last point",
    done: "Done",
    go_on: "Draw on the map",
    chosen: |label| format!("Chosen: {label}"),
    none_on_map: "None of the choices has a place: choose below.",
    not_on_map: |n| match n {
        1 => "1 more choice has no place: it is in the list below only.".to_owned(),
        n => format!("{n} more choices have no place: they are in the list below only."),
    },
    section: "Maps",
    looked_at: |n, mb| {
        format!("Maps that were looked at stay on this device: {n} pictures, about {mb:.0} MB.")
    },
    keep: "Keep the map of here",
    keep_explained: "What is kept can be seen where there is no network.",
    keep_offer: |around, n, mb| format!("{around} around, {n} pictures, about {mb:.0} MB."),
    keep_yes: "Keep it",
    no_place: "Where this device is can’t be measured: the middle of the map is kept instead.",
    keeping: |done, all| format!("Keeping: {done} of {all}"),
    kept: |n, mb| format!("{n} pictures are kept, about {mb:.0} MB."),
    not_all: |n| format!("{n} could not be kept: try again with a network."),
    remove: "Remove the kept maps",
    removed: "They are removed.",
    plain: "Maps are no answers and are not encrypted; they tell in which area somebody works. If the office revokes this device they are removed too.",
};
