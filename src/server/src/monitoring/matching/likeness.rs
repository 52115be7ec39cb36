//! How much two persons are alike: points for each likeness, each with its reason.

use jiff::civil::Date;
use pinyin::ToPinyin;

use crate::store::folded;

/// From so many points on it is the same person, if the name is equal.
pub(crate) const SURE: i32 = 85;
/// From so many points on a person is to decide.
pub(crate) const LIKELY: i32 = 55;

/// Somebody, as a list or what is known says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// A keyed hash of the ID number; empty: not known.
    pub(crate) id_key: String,
    pub(crate) birthday: Option<Date>,
    /// The town's code; empty: not known.
    pub(crate) town: String,
    pub(crate) village: String,
    pub(crate) address: String,
    pub(crate) phone: String,
}

/// Why two are alike or not, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Why {
    Id,
    Name,
    NameSounds,
    NameOneLetter,
    NameDiffers,
    Birthday,
    BirthdaySwapped,
    BirthdayOneDigit,
    BirthdayDiffers,
    Phone,
    Village,
    VillageLike,
    Address,
    Town,
    TownDiffers,
}

impl Why {
    const ALL: [(Why, &'static str, i32); 15] = [
        (Why::Id, "id_number", 60),
        (Why::Name, "name", 40),
        (Why::NameSounds, "name_sounds", 30),
        (Why::NameOneLetter, "name_one_letter", 20),
        (Why::NameDiffers, "name_differs", 0),
        (Why::Birthday, "birthday", 40),
        (Why::BirthdaySwapped, "birthday_swapped", 30),
        (Why::BirthdayOneDigit, "birthday_one_digit", 25),
        (Why::BirthdayDiffers, "birthday_differs", -40),
        (Why::Phone, "phone", 15),
        (Why::Village, "village", 12),
        (Why::VillageLike, "village_like", 8),
        (Why::Address, "address", 8),
        (Why::Town, "town", 4),
        (Why::TownDiffers, "town_differs", -10),
    ];

    /// By its name on the wire.
    pub(crate) fn named(name: &str) -> Option<Why> {
        Why::ALL.iter().find(|(_, known, _)| *known == name).map(|(why, ..)| *why)
    }

    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        Why::ALL[self as usize].1
    }

    /// How much it counts.
    pub(crate) fn points(self) -> i32 {
        Why::ALL[self as usize].2
    }
}

/// A person, made ready to be compared.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    /// As they are called.
    pub(super) called: String,
    name: Vec<char>,
    pub(super) sound: String,
    pub(super) id_key: String,
    pub(super) birthday: Option<Date>,
    phone: String,
    town: String,
    village: Vec<char>,
    pub(super) house: String,
}

impl Ready {
    pub(super) fn of(person: &Person) -> Ready {
        let name: Vec<char> = letters(&person.name);
        let sound = name.iter().map(|letter| sound(*letter)).collect::<Vec<_>>().join(" ");
        let village = village(&person.village);
        let house = house(&person.address, &village);
        let phone: String = folded(&person.phone).chars().filter(char::is_ascii_digit).collect();
        Ready {
            called: person.name.trim().to_owned(),
            name,
            sound,
            id_key: person.id_key.clone(),
            birthday: person.birthday,
            phone,
            town: person.town.clone(),
            village: village.chars().collect(),
            house,
        }
    }

    /// Where they live, if that is said closely enough to look there.
    pub(super) fn place(&self) -> Option<String> {
        let village: String = self.village.iter().collect();
        (!self.house.is_empty() && !village.is_empty()).then(|| format!("{village} {}", self.house))
    }

    /// Why they are alike; `None` if they are somebody else for certain, or nothing of the name fits and nothing else says who they are.
    pub(super) fn like(&self, other: &Ready) -> Option<Vec<Why>> {
        let same = |one: &str, other: &str| !one.is_empty() && one == other;
        let differ = |one: &str, other: &str| !one.is_empty() && !other.is_empty() && one != other;
        if differ(&self.id_key, &other.id_key) {
            return None;
        }
        let mut why = Vec::new();
        let has_id = same(&self.id_key, &other.id_key);
        why.extend(has_id.then_some(Why::Id));
        match name(self, other) {
            Why::NameDiffers if !has_id => return None,
            alike => why.push(alike),
        }
        if let (Some(one), Some(other)) = (self.birthday, other.birthday) {
            why.push(birthday(one, other));
        }
        why.extend(same(&self.phone, &other.phone).then_some(Why::Phone));
        let one_edit = || self.village.len() >= 2 && is_one_edit(&self.village, &other.village);
        if !self.village.is_empty() && self.village == other.village {
            why.push(Why::Village);
        } else if one_edit() {
            why.push(Why::VillageLike);
        }
        if same(&self.house, &other.house)
            && why.iter().any(|why| matches!(why, Why::Village | Why::VillageLike))
        {
            why.push(Why::Address);
        }
        why.extend(same(&self.town, &other.town).then_some(Why::Town));
        why.extend(differ(&self.town, &other.town).then_some(Why::TownDiffers));
        Some(why)
    }
}

fn name(one: &Ready, other: &Ready) -> Why {
    match (one.name.is_empty(), one.name == other.name) {
        (true, _) => Why::NameDiffers,
        (false, true) => Why::Name,
        _ if one.sound == other.sound => Why::NameSounds,
        _ if one.name.len().min(other.name.len()) >= 2 && is_one_edit(&one.name, &other.name) => {
            Why::NameOneLetter
        }
        _ => Why::NameDiffers,
    }
}

fn birthday(one: Date, other: Date) -> Why {
    if one == other {
        return Why::Birthday;
    }
    if one.year() == other.year() && one.month() == other.day() && one.day() == other.month() {
        return Why::BirthdaySwapped;
    }
    let (one, other) = (one.to_string(), other.to_string());
    match one.bytes().zip(other.bytes()).filter(|(one, other)| one != other).count() {
        1 => Why::BirthdayOneDigit,
        _ => Why::BirthdayDiffers,
    }
}

/// A name's characters, without what is between them.
fn letters(name: &str) -> Vec<char> {
    folded(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// How a character sounds, without its tone; itself if nobody says.
fn sound(letter: char) -> String {
    letter.to_pinyin().map_or_else(|| letter.to_string(), |sound| sound.plain().to_owned())
}

/// A village without what says that it is one.
fn village(text: &str) -> String {
    let mut text: String = folded(text).chars().filter(|letter| letter.is_alphanumeric()).collect();
    for ending in ["村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"] {
        if let Some(begin) = text.strip_suffix(ending).filter(|begin| begin.chars().count() >= 2) {
            text = begin.to_owned();
            break;
        }
    }
    text
}

/// What of an address says which house it is: what comes after the village, without the words for house and door.
fn house(address: &str, village: &str) -> String {
    let text: String = folded(address).chars().filter(|letter| letter.is_alphanumeric()).collect();
    let text = match text.split_once(village) {
        Some((_, rest)) if !village.is_empty() => rest.to_owned(),
        _ => text,
    };
    let mut text: &str = &text;
    for begin in ["村", "社区"] {
        text = text.strip_prefix(begin).unwrap_or(text);
    }
    text.chars().filter(|letter| !"号楼栋单元室户".contains(*letter)).collect()
}

/// Is one the other with one character changed, added or left out? Not if they are equal.
fn is_one_edit(one: &[char], other: &[char]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    match long.len() - short.len() {
        0 => same < short.len() && short[same + 1..] == long[same + 1..],
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}
