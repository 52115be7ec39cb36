//! What a list's columns mean: guessed from their titles, or as somebody said once.

use std::collections::BTreeMap;

use doorstep_delivery::submission::content_hash;
use serde::{Deserialize, Serialize};

use super::table::Table;
use crate::store::folded;

/// The titles are among the first rows: above them stand what the list is called, and who made it.
const LOOKED_AT: usize = 20;
/// A title is no longer.
const LONGEST_TITLE: usize = 60;

/// What a column can hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub(in crate::monitoring) enum Field {
    Name,
    IdNumber,
    Birthday,
    Phone,
    Town,
    Village,
    Address,
    Difficulties,
}

impl Field {
    /// All, with the titles that they usually have.
    const USUAL: [(Field, &'static [&'static str]); 8] = [
        (Field::Name, &["姓名", "对象姓名", "人员姓名", "户主姓名", "户主", "name"]),
        (
            Field::IdNumber,
            &["身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号码", "证件号码", "idnumber"],
        ),
        (Field::Birthday, &["出生日期", "出生年月日", "出生年月", "生日", "birthday"]),
        (Field::Phone, &["联系电话", "电话", "电话号码", "手机", "手机号", "手机号码", "联系方式", "phone"]),
        (Field::Town, &["所属镇街", "镇街", "乡镇", "街道", "乡镇街道", "镇街道", "镇街名称", "town"]),
        (Field::Village, &["村居", "村", "社区", "村社区", "村居社区", "所在村居", "village"]),
        (Field::Address, &["家庭住址", "住址", "地址", "详细地址", "居住地址", "家庭地址", "address"]),
        (Field::Difficulties, &["困难类型", "困难事项", "困难原因", "预警类型", "difficulties"]),
    ];

    fn guess(title: &str) -> Option<Field> {
        let plain: String = folded(title).chars().filter(|letter| letter.is_alphanumeric()).collect();
        Field::USUAL.iter().find(|(_, titles)| titles.contains(&&*plain)).map(|(field, _)| *field)
    }
}

/// Which column holds what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::monitoring) struct Columns {
    /// As the list has them.
    pub(in crate::monitoring) titles: Vec<String>,
    /// By the place among the titles.
    pub(in crate::monitoring) fields: BTreeMap<Field, usize>,
}

impl Columns {
    /// As the titles say.
    pub(in crate::monitoring) fn guessed(titles: &[String]) -> Columns {
        let mut fields = BTreeMap::new();
        for (place, title) in titles.iter().enumerate() {
            if let Some(field) = Field::guess(title) {
                fields.entry(field).or_insert(place);
            }
        }
        Columns { titles: titles.to_vec(), fields }
    }

    /// As somebody said, by titles; `None` if a title is not there, or a field is said twice.
    pub(in crate::monitoring) fn said(titles: &[String], said: &BTreeMap<String, Field>) -> Option<Columns> {
        let mut fields = BTreeMap::new();
        for (title, field) in said {
            let place = titles.iter().position(|known| known == title)?;
            if fields.insert(*field, place).is_some() {
                return None;
            }
        }
        Some(Columns { titles: titles.to_vec(), fields })
    }

    /// What each title means, where it means anything.
    pub(in crate::monitoring) fn by_title(&self) -> BTreeMap<String, Field> {
        self.fields.iter().map(|(field, place)| (self.titles[*place].clone(), *field)).collect()
    }

    /// What a row has of a field; empty where it has none.
    pub(in crate::monitoring) fn cell<'r>(&self, row: &'r [String], field: Field) -> &'r str {
        self.fields.get(&field).and_then(|place| row.get(*place)).map_or("", |cell| cell.trim())
    }

    /// What the list calls a field's column.
    pub(in crate::monitoring) fn title(&self, field: Field) -> &str {
        self.fields.get(&field).map_or("", |place| &self.titles[*place])
    }
}

/// Where the titles stand among the rows, and what they are: the row with the most titles that are known, else the first that has two cells which differ.
pub(in crate::monitoring) fn header(table: &Table) -> Option<(usize, Vec<String>)> {
    let titles = |cells: &[String]| -> Vec<String> {
        cells
            .iter()
            .map(|cell| cell.split_whitespace().collect::<String>().chars().take(LONGEST_TITLE).collect())
            .collect()
    };
    let known = |cells: &[String]| Columns::guessed(cells).fields.len();
    let differ = |cells: &[String]| {
        let mut told: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
        told.sort_unstable();
        told.dedup();
        told.len()
    };
    let rows: Vec<Vec<String>> = table.rows.iter().take(LOOKED_AT).map(|(_, cells)| titles(cells)).collect();
    let most = rows.iter().map(|row| known(row)).max().unwrap_or(0);
    let found = match most {
        0 | 1 => rows.iter().position(|row| differ(row) >= 2),
        most => rows.iter().position(|row| known(row) == most),
    };
    found.map(|at| (at, rows[at].clone()))
}

/// What a list's titles are remembered by.
pub(in crate::monitoring) fn key(titles: &[String]) -> String {
    content_hash(titles.join("\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&str]) -> Table {
        let cells = |row: &&str| row.split(',').map(str::to_owned).collect();
        Table { rows: (1..).zip(rows.iter().map(cells)).collect() }
    }

    #[test]
    fn titles_are_found_below_what_the_list_is_called() {
        let list = table(&[
            "大数据预警名单,大数据预警名单",
            "制表：民政局,",
            "序号,姓 名,身份证 号码,备注",
            "1,王秀英,,",
        ]);
        let (at, titles) = header(&list).unwrap();
        assert_eq!((at, &*titles.join("|")), (2, "序号|姓名|身份证号码|备注"));
        let columns = Columns::guessed(&titles);
        assert_eq!(columns.fields, [(Field::Name, 1), (Field::IdNumber, 2)].into());
        let (at, titles) = header(&table(&["甲,乙", "王秀英,1951"])).unwrap();
        assert_eq!((at, titles.len()), (0, 2));
        assert_eq!(header(&table(&["x,x"])), None);
    }

    #[test]
    fn what_somebody_said_is_by_titles() {
        let titles: Vec<String> = ["甲", "乙"].map(str::to_owned).into();
        let said = |said: &[(&str, Field)]| {
            Columns::said(&titles, &said.iter().map(|(title, field)| ((*title).to_owned(), *field)).collect())
        };
        let columns = said(&[("乙", Field::Name)]).unwrap();
        assert_eq!(columns.cell(&["a".into(), " b ".into()], Field::Name), "b");
        assert_eq!(columns.by_title(), [("乙".to_owned(), Field::Name)].into());
        assert!(said(&[("丙", Field::Name)]).is_none());
        assert!(said(&[("甲", Field::Name), ("乙", Field::Name)]).is_none());
        assert_ne!(key(&titles), key(&titles[..1]));
    }
}
