//! Expressions: mostly such as parse, over the names that are there, with every function of the catalogue.

use doorstep_engine::expr::functions;

use crate::dice::Dice;

const AXES: [&str; 13] = [
    "child",
    "parent",
    "self",
    "descendant",
    "descendant-or-self",
    "ancestor",
    "ancestor-or-self",
    "following",
    "following-sibling",
    "preceding",
    "preceding-sibling",
    "attribute",
    "namespace",
];

const VALUES: [&str; 30] = [
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "1e3",
    "999999999999999999999",
    "4294967296",
    "-9223372036854775808",
    "1 div 0",
    "''",
    "'a'",
    "'2026-02-29'",
    "'2026-11-23'",
    "'9999-12-31'",
    "'0001-01-01T00:00:00Z'",
    "'12:30:00.000+14:00'",
    "'10 20 0 0; 11 21 0 0; 12 22 0 0; 10 20 0 0'",
    "'90 180'",
    "'a b c'",
    "'病'",
    "'%Y-%m-%d %H:%3'",
    "'(a+)+$'",
    "'NaN'",
    "true()",
    "now()",
    "today()",
    "'MD5'",
    "'base64'",
    "'_'",
];

const OPERATORS: [&str; 15] =
    ["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or", "|", ","];

/// An expression over nodes that are written as `names` are, about so many levels deep.
pub fn expression(dice: &mut Dice<'_>, names: &[String], depth: usize) -> String {
    if depth == 0 {
        return leaf(dice, names);
    }
    let part = |dice: &mut Dice<'_>| expression(dice, names, depth - 1);
    match dice.below(9) {
        0 => {
            let operator = dice.of(&OPERATORS[..14]);
            format!("{} {operator} {}", part(dice), part(dice))
        }
        1 => format!("({})[{}]", path(dice, names), part(dice)),
        2 => format!("{}[{}]/{}", path(dice, names), part(dice), step(dice)),
        3 => format!("-({})", part(dice)),
        4 => leaf(dice, names),
        5 => format!("if({}, {}, {})", part(dice), part(dice), part(dice)),
        6 if dice.once_in(6) => {
            format!("{} {} {}", part(dice), dice.of(&["(", ")", "[", "]", "..", "::", "@", "$"]), part(dice))
        }
        _ => {
            let all: Vec<_> = functions::all().collect();
            let function = all[dice.below(all.len())];
            let (least, most) = function.arity;
            let count = usize::from(least) + dice.below(usize::from(most.min(least + 2) - least) + 1);
            let arguments: Vec<String> = (0..count).map(|_| part(dice)).collect();
            format!("{}({})", function.name, arguments.join(", "))
        }
    }
}

fn leaf(dice: &mut Dice<'_>, names: &[String]) -> String {
    match dice.below(5) {
        0 | 1 => dice.of(&VALUES).to_owned(),
        2 => ".".to_owned(),
        _ => path(dice, names),
    }
}

/// A location path.
pub fn path(dice: &mut Dice<'_>, names: &[String]) -> String {
    // Where there are none there are no paths either.
    let Some(name) = names.get(dice.below(names.len())) else { return dice.of(&VALUES).to_owned() };
    match dice.below(10) {
        0..4 => name.to_owned(),
        4 => format!("../{}", name.rsplit('/').next().unwrap_or(name)),
        5 => format!("//{}", name.rsplit('/').next().unwrap_or(name)),
        6 => format!("{name}/{}", step(dice)),
        7 => format!("current()/../{}", step(dice)),
        8 => format!("instance('list')/root/item[name = {name}]/{}", dice.of(&["label", "name", "x"])),
        _ => step(dice),
    }
}

fn step(dice: &mut Dice<'_>) -> String {
    let test = dice.of(&["*", "node()", "text()", "a", "q1", "name", "comment()", "jr:x", "p:*"]);
    format!("{}::{test}", dice.of(&AXES[..12]))
}
