//! People that nobody is: names, ID numbers, phones and addresses.
//!
//! Kept here: an ID number's sequence is 991 or more, which no office gives out, with its right check digit; a phone begins with 154, which no
//! network has; no two have one number.

use std::collections::BTreeSet;

use doorstep_engine::expr::functions::identity::check_digit;
use jiff::ToSpan;
use jiff::civil::Date;

use super::dice::Dice;

const SURNAMES: &str = "王王王王李李李李张张张刘刘刘陈陈杨杨赵赵黄周吴徐孙孙胡朱高林何郭马罗梁宋宋郑谢韩唐冯于于董董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁丁魏薛叶阎余潘杜戴夏钟汪田任姜姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文毕毕丛丛鞠戚";
const WOMEN: &str =
    "秀英兰芳娟敏静丽艳霞玲桂华珍玉凤梅琴素云莲红春香月荣爱雪琳萍燕彩菊淑慧颖婷倩洁雅欣怡梦佳";
const MEN: &str = "伟强磊军洋勇杰涛明超刚平辉鹏飞建国志文斌波浩宇峰林海山德福贵生根成亮龙俊凯晨阳轩泽睿";
const VILLAGE_BEGINS: &str = "东西南北上下前后大小新古";
const VILLAGE_MIDDLES: &str = "石柳泉河沟岭山坡沙松桥港湾塔庙槐";
const VILLAGE_ENDS: [&str; 5] = ["村", "庄", "疃村", "夼村", "家村"];

/// Somebody of a household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Surname first.
    pub name: String,
    /// 18 places, valid.
    pub id_number: String,
    /// As the number has it.
    pub birthday: Date,
}

impl Person {
    /// As the number has it: its last digit but one is odd of a man. A code of `sex.csv`.
    pub fn sex(&self) -> &'static str {
        match self.id_number.as_bytes().get(16) {
            Some(digit) if digit % 2 == 1 => "1",
            _ => "2",
        }
    }

    /// Not eighteen yet.
    pub fn is_minor(&self, today: Date) -> bool {
        doorstep_engine::moment::full_years(self.birthday, today) < 18
    }
}

/// Makes people, no two with one number.
#[derive(Debug, Default)]
pub struct Registry {
    given: BTreeSet<String>,
    phones: u32,
}

impl Registry {
    /// The people of a household in a county: who it is called by, and so many in all.
    pub fn household(&mut self, dice: &mut Dice, county: &str, count: usize, today: Date) -> Vec<Person> {
        let surname = letter(dice, SURNAMES);
        let head_age = dice.within(24, 88);
        let mut people = vec![self.person(dice, county, &surname, head_age, today)];
        while people.len() < count {
            let (surname, age) = match people.len() {
                1 => (letter(dice, SURNAMES), (head_age + dice.within(-6, 6)).max(20)),
                2 | 3 if head_age >= 24 => (surname.clone(), (head_age - dice.within(22, 34)).max(0)),
                _ => (surname.clone(), dice.within(0, 90)),
            };
            // Twins: the same day, the same house, and a name that differs in one character.
            let twin = people.last().filter(|_| people.len() >= 3 && dice.percent(4)).cloned();
            people.push(match twin {
                Some(twin) => self.twin(dice, county, &twin),
                None => self.person(dice, county, &surname, age, today),
            });
        }
        people
    }

    fn person(&mut self, dice: &mut Dice, county: &str, surname: &str, age: i64, today: Date) -> Person {
        let woman = dice.percent(52);
        let of = if woman { WOMEN } else { MEN };
        let mut name = format!("{surname}{}", letter(dice, of));
        if dice.percent(82) {
            name += &letter(dice, of);
        }
        let (id_number, birthday) = loop {
            let birthday = today.saturating_sub(age.years()).saturating_sub(dice.within(1, 364).days());
            if let Some(number) = self.number(dice, county, birthday, woman) {
                break (number, birthday);
            }
        };
        Person { name, id_number, birthday }
    }

    fn twin(&mut self, dice: &mut Dice, county: &str, twin: &Person) -> Person {
        let woman = dice.percent(50);
        let mut letters: Vec<char> = twin.name.chars().collect();
        let (last, before) = (letters.len() - 1, letters[letters.len() - 1]);
        while letters[last] == before {
            letters[last] = letter(dice, if woman { WOMEN } else { MEN }).chars().next().unwrap_or('安');
        }
        let name = letters.into_iter().collect();
        match self.number(dice, county, twin.birthday, woman) {
            Some(id_number) => Person { name, id_number, birthday: twin.birthday },
            // Nine numbers are there for a day in a county: then they are siblings.
            None => {
                self.person(dice, county, &twin.name.chars().take(1).collect::<String>(), 12, twin.birthday)
            }
        }
    }

    /// A number that nobody has yet, of those that are left for that day.
    fn number(&mut self, dice: &mut Dice, county: &str, birthday: Date, woman: bool) -> Option<String> {
        // The zones' codes are for statistics, and stand in no number.
        let region = if county.starts_with("37107") { "371002" } else { county };
        let day = birthday.strftime("%Y%m%d").to_string();
        let of = if woman { [992, 994, 996, 998, 992] } else { [991, 993, 995, 997, 999] };
        let first = dice.below(of.len());
        (0..of.len()).find_map(|next| {
            let digits = format!("{region}{day}{}", of[(first + next) % of.len()]);
            let number = format!("{digits}{}", check_digit(&digits)?);
            self.given.insert(number.clone()).then_some(number)
        })
    }

    /// A phone of a range that no network has.
    pub fn phone(&mut self) -> String {
        self.phones += 1;
        format!("154{:08}", self.phones)
    }
}

/// The villages of a town, each called another way.
pub fn villages(dice: &mut Dice, count: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    while names.len() < count {
        let (begins, middle) = (letter(dice, VILLAGE_BEGINS), letter(dice, VILLAGE_MIDDLES));
        let name = format!("{begins}{middle}{}", dice.one(&VILLAGE_ENDS));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What a worker, a provider's person or an assessor is called.
pub fn colleague(dice: &mut Dice) -> String {
    let of = if dice.percent(50) { WOMEN } else { MEN };
    format!("{}{}", letter(dice, SURNAMES), letter(dice, of))
}

/// One of the characters of a text.
pub(super) fn letter(dice: &mut Dice, of: &str) -> String {
    let place = dice.below(of.chars().count());
    of.chars().nth(place).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use doorstep_engine::expr::functions::identity::{birthday, is_valid};

    use super::*;

    #[test]
    fn people_are_nobody_and_no_two_are_one() {
        let today: Date = "2026-11-27".parse().unwrap();
        let (mut dice, mut registry) = (Dice::new(3), Registry::default());
        let mut numbers = BTreeSet::new();
        let mut twins = 0;
        for _ in 0..2_000 {
            let people = registry.household(&mut dice, "371002", 5, today);
            assert_eq!(people.len(), 5);
            twins += people.windows(2).filter(|two| two[0].birthday == two[1].birthday).count();
            for person in people {
                assert!(is_valid(&person.id_number, today), "{}", person.id_number);
                assert!(person.id_number[14..17].parse::<u32>().unwrap() >= 991);
                assert_eq!(birthday(&person.id_number), Some(person.birthday));
                assert!(numbers.insert(person.id_number));
            }
        }
        assert!(twins > 50, "{twins}");
        assert_eq!((registry.phone(), registry.phone()), ("15400000001".into(), "15400000002".into()));
    }
}
