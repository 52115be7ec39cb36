//! Doorstep's own functions in ODK's: other tools know no `id-valid`, but they know what it is made of.
//!
//! What is written gives the same as the function does, for whatever can be typed into a number's question; the tests hold one to the other.

use std::ops::Range;

use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Kind, Path, Start};
use crate::xml::Element;

/// A function's name, and what it is in ODK's, from its arguments as they are written.
type InOdk = (&'static str, fn(&[String]) -> String);

const FUNCTIONS: &[InOdk] = &[
    // XPath 1.0 has these two, but Collect has not.
    ("ceiling", |of| format!("if(int({0}) < {0}, int({0}) + 1, int({0}))", of[0])),
    ("floor", |of| format!("if(int({0}) > {0}, int({0}) - 1, int({0}))", of[0])),
    ("full-years", |of| full_years(&of[0], &of[1])),
    ("id-birthday", |of| birthday(&number(&of[0]))),
    ("id-normalize", |of| normalized(&with_letters(&of[0]))),
    ("id-region-known", |of| region_known(&number(&of[0]))),
    ("id-sex", |of| sex(&number(&of[0]))),
    ("id-valid", |of| valid_on(&number(&of[0]), &of[1])),
    ("uscc-valid", |of| credit_code(&with_letters(&of[0]))),
];

/// Writes them out wherever a form's expressions call them. The assessment is left alone: only Doorstep reads it.
pub(super) fn spell_out(element: &mut Element) {
    super::rewrite(element, &spelled);
}

/// An expression without them; none if there are none in it.
pub(super) fn spelled(text: &str) -> Option<String> {
    let calls_one = FUNCTIONS.iter().any(|(name, _)| text.contains(name));
    // Words that only look like it are no expression, or one that calls nothing.
    let ast = calls_one.then(|| parse(text).ok())??;
    let mut edits = Vec::new();
    gather(&ast, text, &mut edits);
    (!edits.is_empty()).then(|| edited(text, 0..text.len(), &edits))
}

/// Text with the parts that change.
fn edited(text: &str, within: Range<usize>, edits: &[(Range<usize>, String)]) -> String {
    let mut written = String::new();
    let mut at = within.start;
    for (span, instead) in edits {
        written.push_str(&text[at..span.start]);
        written.push_str(instead);
        at = span.end;
    }
    written.push_str(&text[at..within.end]);
    written
}

/// The outermost calls, in order, each with what is written instead.
fn gather(ast: &Ast, text: &str, edits: &mut Vec<(Range<usize>, String)>) {
    match &ast.kind {
        Kind::Number(_) | Kind::Text(_) => {}
        Kind::Binary(_, left, right) => {
            gather(left, text, edits);
            gather(right, text, edits);
        }
        Kind::Negate(inner) => gather(inner, text, edits),
        Kind::Call { name, arguments, .. } => {
            let own = FUNCTIONS.iter().find(|(known, _)| known == name);
            match own.filter(|_| arguments.len() == arity(name)) {
                Some((_, instead)) => {
                    let arguments: Vec<String> = arguments.iter().map(|ast| argument(ast, text)).collect();
                    edits.push((ast.span.clone(), instead(&arguments)));
                }
                None => arguments.iter().for_each(|argument| gather(argument, text, edits)),
            }
        }
        Kind::Path(path) => of_path(path, text, edits),
    }
}

fn of_path(path: &Path, text: &str, edits: &mut Vec<(Range<usize>, String)>) {
    if let Start::Expression(inner) = &path.start {
        gather(inner, text, edits);
    }
    let inside = path.steps.iter().flat_map(|step| &step.predicates);
    path.predicates.iter().chain(inside).for_each(|predicate| gather(predicate, text, edits));
}

fn arity(name: &str) -> usize {
    if matches!(name, "full-years" | "id-valid") { 2 } else { 1 }
}

fn argument(ast: &Ast, text: &str) -> String {
    let mut edits = Vec::new();
    gather(ast, text, &mut edits);
    edited(text, ast.span.clone(), &edits).trim().to_owned()
}

/// The digits of a resident's number as a keyboard of any width gives them.
fn number(text: &str) -> String {
    format!("translate({text}, '０１２３４５６７８９Ｘｘx \u{3000}\u{a0}', '0123456789XXX')")
}

fn with_letters(text: &str) -> String {
    let (mut from, mut to) = (String::from("０１２３４５６７８９"), String::from("0123456789"));
    for (letter, capital) in ('a'..='z').zip('A'..='Z') {
        let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c);
        from.extend([letter, wide(letter), wide(capital)]);
        to.extend([capital; 3]);
    }
    format!("translate({text}, '{from} \u{3000}\u{a0}', '{to}')")
}

/// Months and days that exist in any year, and the years that have a 29 February.
const DAYS: &str =
    "(0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])|(0[469]|11)(0[1-9]|[12][0-9]|30)|02(0[1-9]|1[0-9]|2[0-8])";
const LEAP: &str = "(0[48]|[2468][048]|[13579][26])";
/// GB 11643: the weights, and the check digits by the remainder.
const WEIGHTS: [u8; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Is it a number of 15 digits, or of 18 with the right check digit, with a birthday that exists?
fn valid(id: &str) -> String {
    let terms: Vec<String> = (0..17).map(|at| format!("{} * {}", char_at(id, at), WEIGHTS[at])).collect();
    format!(
        "(regex({id}, '^[0-9]{{6}}([0-9]{{2}}({DAYS})|{LEAP}0229)[0-9]{{3}}$') or \
         (regex({id}, '^[0-9]{{6}}([0-9]{{4}}({DAYS})|([0-9]{{2}}{LEAP}|([02468][048]|[13579][26])00)0229)[0-9]{{3}}[0-9X]$') and \
         string-length(substring-before('10X98765432', {})) = ({}) mod 11))",
        char_at(id, 17),
        terms.join(" + ")
    )
}

fn char_at(text: &str, at: usize) -> String {
    format!("substr({text}, {at}, {})", at + 1)
}

fn valid_on(id: &str, day: &str) -> String {
    let born = format!(
        "number(if(string-length({id}) = 15, concat('19', substr({id}, 6, 12)), substr({id}, 6, 14)))"
    );
    let day = day_number(day);
    format!("({} and {day} >= {born} and {day} - {born} < 1310000)", valid(id))
}

/// A day as a number, `20261123`: from one to another are 10,000 a year.
fn day_number(day: &str) -> String {
    format!("number(format-date({day}, '%Y%m%d'))")
}

fn full_years(born: &str, day: &str) -> String {
    let (born, day) = (day_number(born), day_number(day));
    format!("if({day} >= {born}, int(({day} - {born}) div 10000), '')")
}

fn birthday(id: &str) -> String {
    format!(
        "date(if({}, if(string-length({id}) = 15, concat('19', substr({id}, 6, 8), '-', substr({id}, 8, 10), '-', substr({id}, 10, 12)), \
         concat(substr({id}, 6, 10), '-', substr({id}, 10, 12), '-', substr({id}, 12, 14))), ''))",
        valid(id)
    )
}

fn sex(id: &str) -> String {
    let digit = format!("number(if(string-length({id}) = 15, {}, {}))", char_at(id, 14), char_at(id, 16));
    format!("if({}, if({digit} mod 2 = 1, '1', '2'), '')", valid(id))
}

/// 15 digits are brought to 18 with the century 19.
fn normalized(id: &str) -> String {
    let century = i32::from(WEIGHTS[6]) + 9 * i32::from(WEIGHTS[7]);
    let terms = (0..17).filter(|at| !matches!(at, 6 | 7)).map(|at| {
        let shifted = if at < 6 { at } else { at - 2 };
        format!(" + {} * {}", char_at(id, shifted), WEIGHTS[at])
    });
    format!(
        "if(regex({id}, '^[0-9]{{15}}$'), concat(substr({id}, 0, 6), '19', substr({id}, 6, 15), \
         selected-at('1 0 X 9 8 7 6 5 4 3 2', ({century}{}) mod 11)), {id})",
        terms.collect::<String>()
    )
}

/// GB/T 2260, without Weihai's codes for statistics.
fn region_known(id: &str) -> String {
    format!(
        "(regex({id}, '^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9.).*$') and not(regex({id}, '^37107[123].*$')))"
    )
}

/// GB 32100-2015: weights 3^i mod 31.
fn credit_code(code: &str) -> String {
    let place = |at: usize| {
        format!("string-length(substring-before('0123456789ABCDEFGHJKLMNPQRTUWXY', {}))", char_at(code, at))
    };
    let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
    let terms: Vec<String> =
        weights.take(17).enumerate().map(|(at, weight)| format!("{} * {weight}", place(at))).collect();
    format!(
        "(regex({code}, '^[0-9A-HJ-NP-RTUWXY]{{18}}$') and {} = (31 - ({}) mod 31) mod 31)",
        place(17),
        terms.join(" + ")
    )
}

#[cfg(test)]
mod tests {
    use crate::export::to_xform;
    use crate::{Bundle, Form, Session, Source, World};

    const NUMBERS: &[&str] = &[
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２ｘ",
        " 110105 19491231 002X ",
        "440524188001010014",
        "371002202602299980",
        "371003202002299982",
        "371003201902299982",
        "371003190002299981",
        "110105491231002",
        "110105000229002",
        "110105040229002",
        "110105491331002",
        "110105194912310021",
        "37107119640815997X",
        "371073197701019922",
        "900105194912310021",
        "00",
        "9",
        "abc",
        "",
        "9144030071526726XG",
        "9144030071526726xg",
        "9144030071526726XH",
        "91440300715267260O",
    ];
    const DAYS: &[&str] = &["2026-11-23", "1949-12-30", "2011-01-01", "2080-01-01", "2020-02-29", ""];

    /// A calculation's value for an answer and a day, in form JSON and in the XForm that is written of it.
    #[test]
    fn what_is_written_gives_what_the_function_gives() {
        let calls = [
            "id-normalize(${id})",
            "string(id-valid(${id}, ${day}))",
            "concat(floor(string-length(${id}) div 7 - 2), ' ', ceiling(string-length(${id}) div 7 - 2))",
            "id-birthday(${id})",
            "id-sex(concat(${id}, ''))",
            "string(id-region-known(${id}))",
            "string(uscc-valid(${id}))",
            "full-years(id-birthday(${id}), ${day})",
            "if(full-years(${day}, '2026-11-23') <= 130 and not(id-valid(id-normalize(${id}), today())), 'a', 'id-valid(1, 2)')",
        ];
        let row = |(at, call): (usize, &&str)| {
            format!(r#"{{"type": "calculate", "name": "c{at}", "calculation": "{call}"}}"#)
        };
        let rows: Vec<String> = calls.iter().enumerate().map(row).collect();
        let text = format!(
            r#"{{"settings": {{"form_id": "f", "version": "1", "title": "T"}}, "survey": [
                {{"type": "text", "name": "id", "label": "Id"}}, {{"type": "date", "name": "day", "label": "Day"}}, {}]}}"#,
            rows.join(", ")
        );
        let own = Bundle::single(Source::new("form.json", text));
        let written = to_xform(&own).exported.expect("it is a form").written;
        assert!(!written.contains("full-years(") && written.contains("'id-valid(1, 2)'"), "{written}");
        let spelled = Bundle::single(Source::new("form.xml", written));
        let mut sessions = [own, spelled].map(|bundle| {
            let checked = Form::read(&bundle);
            let form = checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
            Session::new(
                form,
                World { now_ms: 1_795_400_000_000, utc_offset_minutes: 480, ..World::default() },
            )
        });
        for (id, day) in NUMBERS.iter().flat_map(|id| DAYS.iter().map(move |day| (id, day))) {
            let values = sessions.each_mut().map(|session| {
                for (path, text) in [("/f/id", id), ("/f/day", day)] {
                    let key = session.at(path).unwrap();
                    session.answer_text(key, text).unwrap();
                }
                let value = |at: usize| session.value(session.at(&format!("/f/c{at}")).unwrap());
                (0..calls.len()).map(|at| format!("{:?}", value(at))).collect::<Vec<String>>()
            });
            for (at, call) in calls.iter().enumerate() {
                assert_eq!(values[0][at], values[1][at], "{call} of `{id}` on `{day}`");
            }
        }
    }
}
