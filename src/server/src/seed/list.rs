//! A monitoring list over a made-up town, as another office would type it: some of its rows are about members who are known, with the mistakes that
//! people make, and all others are about somebody else, some of them very like.
//!
//! Kept here: who is who is known for each row by how it is made.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::dice::Dice;
use super::household::Household;
use super::people::{Person, Registry, letter};
use super::town::Made;

/// Characters that sound alike, and stand in names.
const ALIKE: [&str; 16] = [
    "英颖莹瑛",
    "静敬婧",
    "丽莉力利",
    "伟威维",
    "芳方",
    "娟涓",
    "敏闽",
    "玲凌灵龄",
    "华花",
    "珍真贞",
    "明鸣铭",
    "强蔷",
    "军君",
    "志智",
    "文雯",
    "辉晖慧",
];
const OTHERS: &str = "安宝昌春福广和嘉康乐茂宁全瑞顺泰祥兴永裕";

/// What a list says in its columns, in this order.
pub const TITLES: [&str; 8] =
    ["姓名", "身份证号", "出生日期", "联系电话", "所属镇街", "村居", "家庭住址", "困难类型"];

/// A row of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListRow {
    /// In the order of [`TITLES`].
    pub cells: [String; 8],
    /// The household that it is about, if that is known.
    pub about: Option<String>,
}

/// So many rows, so many of them about members of known households.
pub fn list(made: &Made, rows: usize, known: usize, seed: u64, today: Date) -> Vec<ListRow> {
    let mut maker = Maker { dice: Dice::new(seed), registry: Registry::default(), today };
    let taken: BTreeSet<&str> = made
        .households
        .iter()
        .flat_map(|household| &household.people)
        .map(|person| &*person.id_number)
        .collect();
    let mut picked: Vec<(usize, usize)> = Vec::new();
    for (at, household) in made.households.iter().enumerate() {
        picked.extend((0..household.people.len()).map(|person| (at, person)));
    }
    maker.dice.shuffle(&mut picked);
    picked.truncate(known);
    let mut list: Vec<ListRow> = Vec::with_capacity(rows);
    for (kind, (at, person)) in picked.into_iter().enumerate() {
        let household = &made.households[at];
        list.push(maker.mistyped(household, &household.people[person], kind % 10));
    }
    while list.len() < rows && !made.households.is_empty() {
        let near = &made.households[maker.dice.below(made.households.len())];
        let row = maker.stranger(near, list.len() % 10, &taken);
        list.push(row);
    }
    maker.dice.shuffle(&mut list);
    list
}

struct Maker {
    dice: Dice,
    registry: Registry,
    today: Date,
}

impl Maker {
    /// What a list says of somebody, all of it.
    fn cells(&mut self, person: &Person, household: &Household) -> [String; 8] {
        let difficulty = *self.dice.one(&["生病", "残疾", "年老", "没有工作", "欠债"]);
        [
            person.name.clone(),
            person.id_number.clone(),
            person.birthday.to_string(),
            household.phone.clone(),
            household.town.clone(),
            household.village.clone(),
            household.address.clone(),
            difficulty.to_owned(),
        ]
    }

    /// A known member, with mistakes of a kind.
    fn mistyped(&mut self, household: &Household, person: &Person, kind: usize) -> ListRow {
        let mut cells = self.cells(person, household);
        let [name, id_number, birthday, phone, _, village, address, _] = &mut cells;
        if !matches!(kind, 0 | 1) {
            id_number.clear();
        }
        match kind {
            // All of it is right.
            0 | 2 => {}
            1 => {
                *name = self.other_letter(name);
                *phone = self.registry.phone().replace("154", "149");
            }
            3 => *name = alike(name).unwrap_or_else(|| name.clone()),
            4 => *name = self.other_letter(name),
            5 => *birthday = swapped(person.birthday).unwrap_or(person.birthday).to_string(),
            6 => *birthday = self.other_year(person.birthday).to_string(),
            7 => {
                *village = village.trim_end_matches('村').to_owned();
                *address = wide(&address.replace('号', ""));
                phone.clear();
            }
            8 => {
                let letters: Vec<char> = village.chars().collect();
                *village =
                    format!("{}{}", letter(&mut self.dice, OTHERS), letters[1..].iter().collect::<String>());
                phone.clear();
            }
            _ => {
                *name = name.chars().map(|letter| format!("{letter} ")).collect();
                *birthday = person.birthday.strftime("%Y年%-m月%-d日").to_string();
                address.clear();
            }
        }
        ListRow { cells, about: Some(household.id.clone()) }
    }

    /// Somebody who is not known, near a household that is; of a kind that may be very like its people.
    fn stranger(&mut self, near: &Household, kind: usize, taken: &BTreeSet<&str>) -> ListRow {
        let county = &near.town[..6];
        let mut person = loop {
            let person = self.registry.household(&mut self.dice, county, 1, self.today).remove(0);
            if !taken.contains(&*person.id_number) {
                break person;
            }
        };
        let like = &near.people[self.dice.below(near.people.len())];
        let mut cells = match kind {
            // The same name in the same village, another day of birth.
            0 => {
                person.name = like.name.clone();
                let mut cells = self.cells(&person, near);
                cells[6] = format!("{}{}号", near.village, 900 + self.dice.below(90));
                cells
            }
            // A twin, in the same house.
            1 => {
                let mut twin = like.clone();
                twin.name = self.other_letter(&like.name);
                twin.id_number = String::new();
                self.cells(&twin, near)
            }
            _ => self.cells(&person, near),
        };
        if kind > 1 {
            cells[6] = format!("{}{}号", near.village, 900 + self.dice.below(90));
        }
        if kind != 1 {
            cells[3] = if self.dice.percent(50) {
                String::new()
            } else {
                self.registry.phone().replacen("154", "148", 1)
            };
        }
        if self.dice.percent(40) {
            cells[1].clear();
        }
        ListRow { cells, about: None }
    }

    /// A name with another last character.
    fn other_letter(&mut self, name: &str) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let last = letters.len() - 1;
        let before = letters[last];
        while letters[last] == before {
            letters[last] = letter(&mut self.dice, OTHERS).chars().next().unwrap_or('安');
        }
        letters.into_iter().collect()
    }

    /// The day in a year with another last digit.
    fn other_year(&mut self, day: Date) -> Date {
        let digit = i64::from(day.year() % 10);
        let other = (digit + self.dice.within(1, 9)) % 10;
        day.saturating_add((other - digit).years())
    }
}

/// A name with a character that sounds the same, if there is one.
fn alike(name: &str) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    for place in (1..letters.len()).rev() {
        let group = ALIKE.iter().find(|group| group.contains(letters[place]));
        if let Some(other) = group.and_then(|group| group.chars().find(|other| *other != letters[place])) {
            letters[place] = other;
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// The day with its day and month the other way round.
fn swapped(day: Date) -> Option<Date> {
    (day.day() <= 12).then(|| date(day.year(), day.day(), day.month()))
}

/// Digits of a Chinese keyboard's full width.
fn wide(text: &str) -> String {
    let wide = |letter: char| match letter.to_digit(10) {
        Some(digit) => char::from_u32(0xff10 + digit).unwrap_or(letter),
        None => letter,
    };
    text.chars().map(wide).collect()
}
