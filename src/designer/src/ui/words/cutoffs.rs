//! What is said about cut-offs: the bands on their line, and what moving one does to the households of this device.

use super::Text;

/// An end of a stretch, and whether it belongs to it.
type End<'a> = (&'a str, bool);

/// All of it.
#[allow(missing_docs)]
pub struct CutOffs {
    pub title: Text,
    pub explained: Text,
    pub none: Text,
    pub gap: Text,
    pub comma: Text,
    pub overlap: fn(&str) -> String,
    pub from_to: fn(Option<End<'_>>, Option<End<'_>>) -> String,
    pub between: fn(&str, &str) -> String,
    pub nothing: Text,
    pub at: fn(&str) -> String,
    pub reading: Text,
    pub households: fn(usize, usize, usize) -> String,
    pub no_households: Text,
    pub locked: fn(usize) -> String,
    pub unread: Text,
    pub counting: fn(usize, usize) -> String,
    pub level: Text,
    pub before: Text,
    pub after: Text,
    pub no_level: Text,
    pub moved: fn(usize, usize) -> String,
    pub done: fn(&str, &str) -> String,
    pub apply: fn(&str) -> String,
    pub broken: Text,
    pub not_number: Text,
}

pub(super) const CHINESE: CutOffs = CutOffs {
    title: "分级线",
    explained: "每条线是一项分级，红色是空档，黄色是重叠。拖动或改数字，看这台设备上的住户会变成哪一档；满意了再改进表里。",
    none: "“分级”表里还没有按分数划的档。",
    gap: "空档：没有分级",
    comma: "、",
    overlap: |codes| format!("重叠：{codes}，按前面的算"),
    from_to: |from, to| {
        let from = from.map(|(at, closed)| format!("{at}{}", if closed { "（含）" } else { "（不含）" }));
        let to = to.map(|(at, closed)| format!("{at}{}", if closed { "（含）" } else { "（不含）" }));
        match (from, to) {
            (Some(from), Some(to)) => format!("{from} 到 {to}"),
            (Some(from), None) => format!("{from} 以上"),
            (None, Some(to)) => format!("{to} 以下"),
            (None, None) => "全部".to_owned(),
        }
    },
    between: |below, above| format!("{below} 和 {above} 的分界"),
    nothing: "没有分级",
    at: |at| format!("现在是 {at}"),
    reading: "正在读这台设备上的调查……",
    households: |surveys, cases, all| match (surveys, cases) {
        (_, 0) => format!("用这台设备上填完的 {surveys} 户来算（最多 500 户）。"),
        (0, _) => format!("这台设备上没有填完的调查，用 {cases} 个例子来算。"),
        _ => format!("用这台设备上填完的 {surveys} 户和 {cases} 个例子来算，共 {all} 个。"),
    },
    no_households: "这台设备上没有填完的调查，也没有例子：看不出影响，但可以改。",
    locked: |count| format!("有 {count} 位使用者设了 PIN，他们的调查没有算进来。"),
    unread: "这个浏览器现在读不到这台设备上的调查。",
    counting: |done, of| format!("正在算：{done} / {of}"),
    level: "分级",
    before: "现在",
    after: "改了以后",
    no_level: "没有档（没答全，或落在空档里）",
    moved: |moved, of| {
        if moved == 0 {
            format!("{of} 户都不变。")
        } else {
            format!("{of} 户里有 {moved} 户会变。")
        }
    },
    done: |from, to| format!("表里已改为 {to}（原来是 {from}）。要改回去，请撤销。"),
    apply: |at| format!("改成 {at}"),
    broken: "表里还有错误，改好才算得出。",
    not_number: "请写一个数。",
};

pub(super) const ENGLISH: CutOffs = CutOffs {
    title: "Cut-offs",
    explained: "Each line is a measure’s bands: a gap is red, an overlap yellow. Drag, or write another number, to see what the households of this device would come to; then put it into the form.",
    none: "The sheet of bands has none that go by points yet.",
    gap: "gap: no band",
    comma: ", ",
    overlap: |codes| format!("overlap: {codes}; the first counts"),
    from_to: |from, to| {
        let from = from.map(|(at, closed)| if closed { at.to_owned() } else { format!("above {at}") });
        let to = to.map(|(at, closed)| if closed { at.to_owned() } else { format!("below {at}") });
        match (from, to) {
            (Some(from), Some(to)) => format!("{from} to {to}"),
            (Some(from), None) if from.starts_with("above") => from,
            (Some(from), None) => format!("{from} and more"),
            (None, Some(to)) if to.starts_with("below") => to,
            (None, Some(to)) => format!("{to} and less"),
            (None, None) => "all".to_owned(),
        }
    },
    between: |below, above| format!("Between {below} and {above}"),
    nothing: "no band",
    at: |at| format!("now {at}"),
    reading: "Reading the surveys on this device…",
    households: |surveys, cases, all| match (surveys, cases) {
        (_, 0) => format!("By {surveys} finished surveys on this device (500 at most)."),
        (0, _) => format!("There is no finished survey on this device: by {cases} recorded cases."),
        _ => format!(
            "By {surveys} finished surveys on this device and {cases} recorded cases, {all} together."
        ),
    },
    no_households: "There is no finished survey on this device and no case: the effect can’t be seen, but the cut-off can be moved.",
    locked: |count| format!("{count} users have a PIN: their surveys are not counted."),
    unread: "This browser can’t read the surveys on this device now.",
    counting: |done, of| format!("Counting: {done} of {of}"),
    level: "Band",
    before: "Now",
    after: "Then",
    no_level: "none (answers are missing, or a gap)",
    moved: |moved, of| {
        if moved == 0 { format!("None of {of} changes.") } else { format!("{moved} of {of} change.") }
    },
    done: |from, to| format!("The form says {to} now, and said {from} before. Undo takes it back."),
    apply: |at| format!("Change to {at}"),
    broken: "There are errors in the form: mend them to see the effect.",
    not_number: "Write a number.",
};
