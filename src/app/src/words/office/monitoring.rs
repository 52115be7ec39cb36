//! The words of the page of monitoring lists.

use super::Text;

/// A language's words for it.
#[derive(Debug)]
pub struct Monitoring {
    pub title: Text,
    pub line: Text,
    pub explained: Text,
    pub file: Text,
    pub file_hint: Text,
    pub no_file: Text,
    pub look: Text,
    pub looking: Text,
    pub columns: Text,
    pub columns_explained: fn(usize, bool) -> String,
    pub none: Text,
    pub known: Text,
    pub take_in: Text,
    pub taking_in: Text,
    pub taken: fn([u64; 4]) -> String,
    pub refused: fn(u64) -> String,
    pub elsewhere: fn(u64) -> String,
    pub row: fn(i64) -> String,
    pub reason: fn(&str) -> Text,
    pub refusal: fn(&str) -> Text,
    pub field: fn(&str) -> Text,
    pub lists: Text,
    pub lists_none: Text,
    pub counts: fn([i64; 4]) -> String,
    pub undo: Text,
    pub undo_sure: Text,
    pub undone: fn(u64, u64) -> String,
    pub is_undone: Text,
    pub waiting: Text,
    pub waiting_none: Text,
    pub listed: Text,
    pub is_known: Text,
    pub other_row: fn(i64) -> String,
    pub gone: Text,
    pub points: fn(i32) -> String,
    pub why: fn(&str) -> Text,
    pub was_apart: fn(&str) -> Text,
    pub because: fn(&str) -> Text,
    pub reasons: Text,
    pub differs: Text,
    pub not_known: Text,
    pub merge: Text,
    pub apart: Text,
    pub decided: Text,
    pub take_back: Text,
    pub row_by_row: fn(i64) -> String,
    pub not_the_same: Text,
    pub waits_again: Text,
    pub more_rows: Text,
    pub member: fn(&str) -> String,
    pub of_lists: Text,
    pub of_list: fn(&str, i64, &str) -> String,
    pub on_list: Text,
    pub brought_by: fn(&str) -> String,
    pub by_itself: Text,
    pub decided_by: fn(&str) -> String,
}

pub(super) const ZH: Monitoring = Monitoring {
    title: "监测名单",
    line: "把其他部门的预警名单合进来：核对、比对、转成线索",
    explained: "其他部门的名单（CSV 或 xlsx）合到一起：逐行核对，和已有的住户比对。肯定是同一人的直接合并，可能是的并排给您定，没有的成为线索。身份证号不保存。",
    file: "名单文件",
    file_hint: "CSV（UTF-8 或 GB18030）或 .xlsx，最多 10 万行",
    no_file: "先选一个文件（最大 32 MB）",
    look: "看看表头",
    looking: "正在读……",
    columns: "每一列是什么",
    columns_explained: |rows, remembered| {
        let said = if remembered {
            "表头和上次一样，照上次对应。"
        } else {
            "照表头猜的，请核对；以后同样的表头不用再对应。"
        };
        format!("共 {rows} 行。{said}")
    },
    none: "（没有）",
    known: "这份名单已经导入过；要重新导入，先撤销。",
    take_in: "导入",
    taking_in: "正在比对……",
    taken: |[joined, same, waiting, leads]| {
        format!("并入已有住户 {joined} 行，表内重复 {same} 行，等您定 {waiting} 行，新线索 {leads} 条。")
    },
    refused: |count| format!("有误的 {count} 行，没有导入"),
    elsewhere: |count| format!("不在本区域的 {count} 行，没有导入"),
    row: |row| format!("第 {row} 行"),
    reason: |code| match code {
        "no_name" => "没有姓名，或不像姓名",
        "id_number" => "身份证号不对",
        "day" => "日期不对",
        "not_as_in_id_number" => "和身份证号里的生日不一样",
        "phone" => "电话不对",
        "town" => "没有这个镇街，或有同名的，请写代码",
        "elsewhere" => "不在本区域",
        "difficulty" => "没有这种困难事项",
        "encoding" => "有读不出的字",
        "too_long" => "太长，或有换行",
        "too_little" => "只有姓名，分不清是谁",
        _ => "有误",
    },
    refusal: |code| match code {
        "not_a_list" => {
            "这个文件不是 CSV 也不是 Excel 表（.xlsx），没有读。请选名单文件；Word、PDF 里的表先存成 .xlsx。"
        }
        "list_empty" => "这个文件是空的，没有一行内容。请检查是不是选错了文件。",
        "list_no_titles" => "没有找到表头（姓名、身份证号这样的一行）。请在名单上面加一行表头再选。",
        "list_too_large" => "名单太大（最多 10 万行、32 MB）。请分成几份导入。",
        "list_locked" => "这个表格有密码。请在 Excel 里去掉密码，另存后再选。",
        "list_old" => "这是旧的 Excel 格式（.xls）。请在 Excel 或 WPS 里另存为 .xlsx 再选。",
        "list_broken" => "这个表格打不开，可能坏了。请在 Excel 或 WPS 里重新另存为 .xlsx 再选。",
        "list_quotes" => "CSV 里的引号没有成对，后面的行会读错。请在 Excel 或 WPS 里另存为 .xlsx 再选。",
        "list_utf16" => "文字编码是 UTF-16。请另存为“CSV UTF-8”或 .xlsx 再选。",
        "list_known" => "这份名单已经导入过；要重新导入，先撤销。",
        "map_columns" => "还不知道哪一列是姓名。请在“每一列是什么”里选姓名列再导入。",
        _ => "",
    },
    field: |field| match field {
        "name" => "姓名",
        "id_number" => "身份证号",
        "birthday" => "出生日期",
        "phone" => "电话",
        "town" => "镇街",
        "village" => "村居",
        "address" => "地址",
        _ => "困难事项",
    },
    lists: "导入过的名单",
    lists_none: "还没有导入过名单。",
    counts: |[joined, same, waiting, leads]| {
        format!("并入 {joined} · 重复 {same} · 等定 {waiting} · 线索 {leads}")
    },
    undo: "撤销这份名单",
    undo_sure: "撤销后，它新增的线索会去掉（已有人处理过的留下），合并也取消。确定？再按一次。",
    undone: |removed, kept| format!("已撤销：去掉线索 {removed} 条，已有人处理而留下 {kept} 条。"),
    is_undone: "已撤销",
    waiting: "等您定的",
    waiting_none: "没有等您定的。",
    listed: "名单上",
    is_known: "已有住户",
    other_row: |row| format!("名单第 {row} 行"),
    gone: "已不在名单里",
    points: |points| format!("{points} 分"),
    why: |code| match code {
        "id_number" => "身份证号相同",
        "name" => "姓名相同",
        "name_sounds" => "姓名同音",
        "name_one_letter" => "姓名差一个字",
        "name_differs" => "姓名不同",
        "birthday" => "生日相同",
        "birthday_swapped" => "生日的月和日颠倒",
        "birthday_one_digit" => "生日差一个数字",
        "birthday_differs" => "生日不同",
        "phone" => "电话相同",
        "village" => "村居相同",
        "village_like" => "村居差一个字",
        "address" => "门牌相同",
        "town" => "镇街相同",
        "town_differs" => "镇街不同",
        _ => "其他",
    },
    was_apart: |deed| match deed {
        "taken_back" => "有人撤回过并入，所以不自动并入，请再定",
        _ => "有人定过不是同一户，所以不自动并入，请再定",
    },
    because: |code| match code {
        "id_number" => "身份证号相同，姓名也对得上：自动并入",
        "name_and_more" => "姓名完全相同，加上别的满 85 分：自动并入",
        "by_hand" => "由人定的并入",
        "id_but_name" => "身份证号相同，姓名不同：要人定",
        "name_not_same" => "身份证号没有对上，姓名不完全相同，分再高也要人定",
        "not_enough" => "姓名相同，可别的对上的不多，不满 85 分：要人定",
        "two_fit" => "不止一户都对得上：要人定",
        "another_first" => "另有更像的：要人定",
        _ => "",
    },
    reasons: "理由",
    differs: "不同",
    not_known: "不知道",
    merge: "是同一户，并入",
    apart: "不是，成为新线索",
    decided: "已定。",
    take_back: "撤回",
    row_by_row: |count| format!("并入的 {count} 行，逐行核对"),
    not_the_same: "不是同一户，撤回并入",
    waits_again: "已撤回，在“等您定的”里重新定。",
    more_rows: "再看一些",
    member: |name| format!("这一户按 {name} 登记"),
    of_lists: "监测名单",
    of_list: |state, row, name| {
        let list =
            if name.is_empty() { "监测名单".to_owned() } else { format!("监测名单“{name}”") };
        match state {
            "lead" => format!("{list}第 {row} 行，成为线索"),
            "same" => format!("{list}第 {row} 行，和同一份名单的另一行是同一人"),
            _ => format!("{list}第 {row} 行，并入这一户"),
        }
    },
    on_list: "在预警名单上",
    brought_by: |who| format!("{who} 导入"),
    by_itself: "自动并入",
    decided_by: |who| format!("由 {who} 定"),
};

pub(super) const EN: Monitoring = Monitoring {
    title: "Monitoring lists",
    line: "Bring in other offices' lists: checked, matched, made leads",
    explained: "Lists of other offices (CSV or xlsx) brought together: each row is checked and matched with the households that are known. Who is the same for certain is joined, who may be is shown beside them for you to decide, who is new becomes a lead. ID numbers are not kept.",
    file: "The list's file",
    file_hint: "CSV (UTF-8 or GB18030) or .xlsx, 100,000 rows at most",
    no_file: "Choose a file first (32 MB at most)",
    look: "Look at its titles",
    looking: "Reading…",
    columns: "What each column is",
    columns_explained: |rows, remembered| {
        let said = if remembered {
            "The titles are known, and mean what they did."
        } else {
            "Guessed by the titles: please check. They are remembered for the next list."
        };
        format!("{rows} rows. {said}")
    },
    none: "(none)",
    known: "This list is here already; undo it first to bring it in again.",
    take_in: "Bring it in",
    taking_in: "Matching…",
    taken: |[joined, same, waiting, leads]| {
        format!(
            "{joined} rows joined with households, {same} twice in the list, {waiting} for you to decide, {leads} new leads."
        )
    },
    refused: |count| format!("{count} rows with mistakes, not taken in"),
    elsewhere: |count| format!("{count} rows outside your area, not taken in"),
    row: |row| format!("Row {row}"),
    reason: |code| match code {
        "no_name" => "no name, or none that looks like one",
        "id_number" => "the ID number is wrong",
        "day" => "the date is wrong",
        "not_as_in_id_number" => "not the birthday in the ID number",
        "phone" => "the phone is wrong",
        "town" => "no such town, or two of that name: write its code",
        "elsewhere" => "outside your area",
        "difficulty" => "no such difficulty",
        "encoding" => "characters that can't be read",
        "too_long" => "too long, or with a line break",
        "too_little" => "a name alone says nobody",
        _ => "wrong",
    },
    refusal: |code| match code {
        "not_a_list" => {
            "This file is neither CSV nor an Excel workbook (.xlsx) and was not read. Choose the list's file; save a table in Word or PDF as .xlsx first."
        }
        "list_empty" => {
            "This file is empty: there is no row in it. Please check whether it is the right one."
        }
        "list_no_titles" => {
            "No row of titles (name, ID number and so on) was found. Put one above the list and choose it again."
        }
        "list_too_large" => "The list is too large (100,000 rows and 32 MB at most). Bring it in in parts.",
        "list_locked" => "This workbook has a password. Take it away in Excel, save it and choose it again.",
        "list_old" => "This is an old Excel workbook (.xls). Save it as .xlsx and choose it again.",
        "list_broken" => {
            "This workbook can't be opened; it may be damaged. Save it anew as .xlsx and choose it again."
        }
        "list_quotes" => {
            "The quotes in this CSV do not close, so rows would be read wrongly. Save it as .xlsx and choose it again."
        }
        "list_utf16" => "This text is UTF-16. Save it as “CSV UTF-8” or .xlsx and choose it again.",
        "list_known" => "This list is here already; undo it first to bring it in again.",
        "map_columns" => {
            "It is not known which column holds the name. Choose it at “What each column is”, then bring it in."
        }
        _ => "",
    },
    field: |field| match field {
        "name" => "Name",
        "id_number" => "ID number",
        "birthday" => "Birthday",
        "phone" => "Phone",
        "town" => "Town",
        "village" => "Village or community",
        "address" => "Address",
        _ => "Difficulties",
    },
    lists: "Lists that were brought in",
    lists_none: "No list was brought in yet.",
    counts: |[joined, same, waiting, leads]| {
        format!("joined {joined} · twice {same} · to decide {waiting} · leads {leads}")
    },
    undo: "Undo this list",
    undo_sure: "Its leads go, but for those that somebody did something about, and nothing stays joined. Sure? Press once more.",
    undone: |removed, kept| {
        format!("Undone: {removed} leads are gone, {kept} stay since somebody did something about them.")
    },
    is_undone: "Undone",
    waiting: "For you to decide",
    waiting_none: "Nothing waits for you.",
    listed: "In the list",
    is_known: "Known household",
    other_row: |row| format!("Row {row} of the list"),
    gone: "No longer there",
    points: |points| format!("{points} points"),
    why: |code| match code {
        "id_number" => "same ID number",
        "name" => "same name",
        "name_sounds" => "name sounds the same",
        "name_one_letter" => "name differs in one character",
        "name_differs" => "another name",
        "birthday" => "same birthday",
        "birthday_swapped" => "day and month swapped",
        "birthday_one_digit" => "birthday differs in one digit",
        "birthday_differs" => "another birthday",
        "phone" => "same phone",
        "village" => "same village",
        "village_like" => "village differs in one character",
        "address" => "same house",
        "town" => "same town",
        "town_differs" => "another town",
        _ => "other",
    },
    was_apart: |deed| match deed {
        "taken_back" => {
            "Was joined before and taken back by a person, so it is not joined by itself: please decide again"
        }
        _ => {
            "A person said before that it is not this household, so it is not joined by itself: please decide again"
        }
    },
    because: |code| match code {
        "id_number" => "Same ID number, and the name fits: joined by itself",
        "name_and_more" => "The very same name, and 85 points with the rest: joined by itself",
        "by_hand" => "Joined by a person",
        "id_but_name" => "Same ID number, another name: a person decides",
        "name_not_same" => {
            "No equal ID number and not the very same name: a person decides, however many points"
        }
        "not_enough" => "Same name, but under 85 points with the rest: a person decides",
        "two_fit" => "More than one fits: a person decides",
        "another_first" => "Another one fits better: a person decides",
        _ => "",
    },
    reasons: "Why",
    differs: "differs",
    not_known: "not known",
    merge: "The same household: join",
    apart: "Somebody else: a new lead",
    decided: "Decided.",
    take_back: "Take back",
    row_by_row: |count| format!("The {count} rows that were joined, one by one"),
    not_the_same: "Not the same household: take it out",
    waits_again: "Taken out; it waits above to be decided.",
    more_rows: "See more",
    member: |name| format!("The household goes by {name}"),
    of_lists: "Monitoring lists",
    of_list: |state, row, name| {
        let list =
            if name.is_empty() { "a monitoring list".to_owned() } else { format!("the list “{name}”") };
        match state {
            "lead" => format!("Row {row} of {list}, made a lead"),
            "same" => format!("Row {row} of {list}, the same person as another row of it"),
            _ => format!("Row {row} of {list}, joined with this household"),
        }
    },
    on_list: "On a warning list",
    brought_by: |who| format!("brought in by {who}"),
    by_itself: "joined by itself",
    decided_by: |who| format!("decided by {who}"),
};
