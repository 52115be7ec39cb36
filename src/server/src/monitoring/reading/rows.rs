//! A row, checked: what it says of somebody, or what is wrong with it.
//!
//! Kept here: what is told of a wrong row is its number, the column's title and a code, never what stands in it.

use std::collections::BTreeMap;

use doorstep_engine::entities::declared::Choice;
use doorstep_engine::expr::functions::identity::{birthday, is_valid, normalized};
use doorstep_engine::value::half_width;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::columns::{Columns, Field};
use crate::store::folded;

/// No cell that is used is longer, in characters.
const LONGEST: usize = 120;

/// What a row says of somebody, without their number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
pub(crate) struct Said {
    pub(crate) name: String,
    /// `2001-09-30`; empty: not said.
    pub(crate) birthday: String,
    pub(crate) phone: String,
    /// The code.
    pub(crate) town: String,
    pub(crate) village: String,
    pub(crate) address: String,
    /// Codes, blanks between.
    pub(crate) difficulties: String,
}

impl Said {
    /// What of it a household's entry in the list of cases has, by its properties.
    pub(crate) fn properties(&self) -> BTreeMap<String, String> {
        let all = [
            ("person", &self.name),
            ("phone", &self.phone),
            ("town", &self.town),
            ("village", &self.village),
            ("address", &self.address),
            ("difficulties", &self.difficulties),
        ];
        let said = all.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

/// A good row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::monitoring) struct Row {
    pub(in crate::monitoring) number: usize,
    /// As it should be kept, and is not; empty: not said.
    pub(in crate::monitoring) id_number: String,
    pub(in crate::monitoring) said: Said,
}

/// What is wrong with a row: its number, the column's title, a code.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub(in crate::monitoring) struct Wrong {
    pub(in crate::monitoring) row: usize,
    pub(in crate::monitoring) column: String,
    pub(in crate::monitoring) reason: &'static str,
}

/// What towns and difficulties are called, and where whoever brings the list in may.
#[derive(Clone, Debug, Default)]
pub(in crate::monitoring) struct Towns {
    towns: BTreeMap<String, String>,
    difficulties: BTreeMap<String, String>,
    area: String,
}

impl Towns {
    /// By codes and by names in either language; what two are called names neither.
    pub(in crate::monitoring) fn new(towns: &[Choice], difficulties: &[Choice], area: &str) -> Towns {
        Towns { towns: named(towns), difficulties: named(difficulties), area: area.to_owned() }
    }
}

fn named(choices: &[Choice]) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for choice in choices {
        for name in [&choice.name, &choice.label.zh, &choice.label.en] {
            let codes = names.entry(plain(name)).or_default();
            if !codes.contains(&&*choice.name) {
                codes.push(&choice.name);
            }
        }
    }
    let only = |(name, codes): (String, Vec<&str>)| match codes[..] {
        [code] => Some((name, code.to_owned())),
        _ => None,
    };
    names.into_iter().filter_map(only).collect()
}

fn plain(name: &str) -> String {
    folded(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// Checks a row on a day. `Ok(None)`: nobody is in it.
pub(in crate::monitoring) fn check(
    number: usize,
    cells: &[String],
    columns: &Columns,
    towns: &Towns,
    today: Date,
) -> Result<Option<Row>, Wrong> {
    if columns.fields.keys().all(|field| columns.cell(cells, *field).is_empty()) {
        return Ok(None);
    }
    let wrong = |field, reason| Wrong { row: number, column: columns.title(field).to_owned(), reason };
    for field in columns.fields.keys() {
        let cell = columns.cell(cells, *field);
        if cell.contains('\u{fffd}') {
            return Err(wrong(*field, "encoding"));
        }
        if cell.chars().count() > LONGEST || cell.chars().any(char::is_control) {
            return Err(wrong(*field, "too_long"));
        }
    }
    let text = |field| half_width(columns.cell(cells, field));
    let name: String = columns.cell(cells, Field::Name).split_whitespace().collect();
    if name.is_empty() || name.chars().count() > 40 || name.contains(|letter: char| letter.is_ascii_digit()) {
        return Err(wrong(Field::Name, "no_name"));
    }
    let id_number = normalized(&text(Field::IdNumber));
    if !id_number.is_empty() && !is_valid(&id_number, today) {
        return Err(wrong(Field::IdNumber, "id_number"));
    }
    let told = text(Field::Birthday);
    let born = match told.is_empty() {
        true => birthday(&id_number),
        false => Some(day(&told).filter(|day| *day <= today).ok_or_else(|| wrong(Field::Birthday, "day"))?),
    };
    if birthday(&id_number).is_some_and(|other| born != Some(other)) {
        return Err(wrong(Field::Birthday, "not_as_in_id_number"));
    }
    let phone: String = text(Field::Phone).chars().filter(|letter| !" -()+".contains(*letter)).collect();
    let phone = phone.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&phone).to_owned();
    let is_phone = (7..=12).contains(&phone.len()) && phone.bytes().all(|byte| byte.is_ascii_digit());
    if !phone.is_empty() && !is_phone {
        return Err(wrong(Field::Phone, "phone"));
    }
    let town = match columns.cell(cells, Field::Town) {
        "" => String::new(),
        town => towns.towns.get(&plain(town)).cloned().ok_or_else(|| wrong(Field::Town, "town"))?,
    };
    if !town.is_empty() && !town.starts_with(&towns.area) {
        return Err(wrong(Field::Town, "elsewhere"));
    }
    let mut difficulties: Vec<String> = Vec::new();
    for difficulty in
        text(Field::Difficulties).split(['、', ',', ';', '/', ' ']).filter(|one| !one.is_empty())
    {
        let known = towns.difficulties.get(&plain(difficulty));
        let code = known.ok_or_else(|| wrong(Field::Difficulties, "difficulty"))?;
        if !difficulties.contains(code) {
            difficulties.push(code.clone());
        }
    }
    let said = Said {
        name,
        birthday: born.map(|day| day.to_string()).unwrap_or_default(),
        phone,
        town,
        village: columns.cell(cells, Field::Village).to_owned(),
        address: columns.cell(cells, Field::Address).to_owned(),
        difficulties: difficulties.join(" "),
    };
    // A sum at the list's end, say: a name, and nothing that says who it is.
    if [&said.birthday, &said.phone, &said.village, &said.address].iter().all(|told| told.is_empty()) {
        return Err(wrong(Field::Name, "too_little"));
    }
    Ok(Some(Row { number, id_number, said }))
}

/// A day as people write it: `2026-11-03`, `2026/11/3`, `2026.11.3`, `20261103`, `2026年11月3日`, with a time after it or not.
pub(crate) fn day(text: &str) -> Option<Date> {
    let text = half_width(text.trim());
    let text = text.split(['T', ' ']).next()?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = match text.len() == 8 && digits(text) {
        true => vec![&text[..4], &text[4..6], &text[6..]],
        false => text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect(),
    };
    let [year, month, day] = parts[..] else { return None };
    if year.len() != 4 || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::declared::Words;

    use super::*;
    use crate::seed::TITLES;

    fn choice(name: &str, zh: &str) -> Choice {
        Choice { name: name.into(), label: Words { zh: zh.into(), en: name.into() } }
    }

    fn checked(cells: &[&str]) -> Result<Option<Row>, Wrong> {
        let towns = [
            choice("371002001", "环翠楼街道"),
            choice("371003001", "龙山路街道"),
            choice("371002002", "同名镇"),
            choice("371002003", "同名镇"),
        ];
        let towns = Towns::new(&towns, &[choice("illness", "生病"), choice("debt", "欠债")], "371002");
        let columns = Columns::guessed(&TITLES.map(str::to_owned));
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        check(9, &cells, &columns, &towns, "2026-11-27".parse().unwrap())
    }

    #[test]
    fn a_good_row_is_brought_into_one_shape() {
        let row = checked(&[
            "王 秀英",
            "３７１００２１９５００１０１９９９４",
            "",
            "+86 154-0000-0001",
            "环翠楼 街道",
            "西石村",
            "西石村12号",
            "生病、欠债",
        ]);
        let row = row.unwrap().unwrap();
        assert_eq!((row.number, &*row.id_number), (9, "371002195001019994"));
        let expected = Said {
            name: "王秀英".into(),
            birthday: "1950-01-01".into(),
            phone: "15400000001".into(),
            town: "371002001".into(),
            village: "西石村".into(),
            address: "西石村12号".into(),
            difficulties: "illness debt".into(),
        };
        assert_eq!(row.said, expected);
        assert_eq!(checked(&["", " ", "", "", "", "", "", ""]), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_told_by_row_and_column() {
        let id = "371002195001019994";
        for (cells, column, reason) in [
            (["", id, "", "", "", "", "", ""], "姓名", "no_name"),
            (["3", id, "", "", "", "", "", ""], "姓名", "no_name"),
            (["王", "371002195001019995", "", "", "", "", "", ""], "身份证号", "id_number"),
            (["王", "37100219500101999", "", "", "", "", "", ""], "身份证号", "id_number"),
            (["王", id, "1950-01-02", "", "", "", "", ""], "出生日期", "not_as_in_id_number"),
            (["王", "", "1950-13-02", "", "", "", "", ""], "出生日期", "day"),
            (["王", "", "2027-01-02", "", "", "", "", ""], "出生日期", "day"),
            (["王", id, "", "12345", "", "", "", ""], "联系电话", "phone"),
            (["王", id, "", "", "火星镇", "", "", ""], "所属镇街", "town"),
            (["王", id, "", "", "同名镇", "", "", ""], "所属镇街", "town"),
            (["王", id, "", "", "371003001", "", "", ""], "所属镇街", "elsewhere"),
            (["王", id, "", "", "", "", "", "懒"], "困难类型", "difficulty"),
            (["王\u{fffd}", id, "", "", "", "", "", ""], "姓名", "encoding"),
            (["合计", "", "", "", "", "", "", ""], "姓名", "too_little"),
        ] {
            let wrong = checked(&cells).unwrap_err();
            assert_eq!((wrong.row, &*wrong.column, wrong.reason), (9, column, reason), "{cells:?}");
        }
        assert_eq!(
            checked(&["王", id, "", "", "", "", &"长".repeat(200), ""]).unwrap_err().reason,
            "too_long"
        );
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2026-11-03",
            "2026/11/3",
            "2026.11.3",
            "20261103",
            "2026年11月3日",
            "２０２６-11-03",
            "2026-11-03T00:00:00",
        ] {
            assert_eq!(day(text).unwrap().to_string(), "2026-11-03", "{text}");
        }
        for text in ["", "2026", "2026-02-30", "26-11-03", "3.11.2026", "2026-11", "soon"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
