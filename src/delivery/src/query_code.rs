//! The query code of a resident's ticket: with the ID number it proves at the kiosk whose case it is.
//!
//! Kept here: kiosk and server make the same proof of the same number and code, and only the proof is sent with a survey or kept. Digits only,
//! so that nobody is in doubt what to type; what keeps it from being guessed is that the server counts wrong tries.

use doorstep_engine::expr::functions::identity::normalized;
use doorstep_engine::value::half_width;

use crate::submission::content_hash;

/// Digits of a code.
const DIGITS: usize = 12;
/// In groups of so many.
const GROUP: usize = 4;
/// The question of a form whose answer is the proof: hidden, and filled in by the kiosk as the survey is finished.
pub const FIELD: &str = "query_proof";
/// The question that asks for the number.
pub const NUMBER_FIELD: &str = "id_number";

/// A new code, as it is shown: `4821 0937 5566`.
pub fn new(random: u64) -> String {
    let digits = format!("{:012}", random % 1_000_000_000_000);
    let groups: Vec<&str> = [0, GROUP, 2 * GROUP].iter().map(|at| &digits[*at..at + GROUP]).collect();
    groups.join(" ")
}

/// What a number and a code prove together, in hexadecimal; `None` if one of them can't be one.
pub fn proof(id_number: &str, code: &str) -> Option<String> {
    let number = normalized(id_number);
    let code: String = half_width(code).chars().filter(|letter| !is_between(*letter)).collect();
    let fits = number.len() == 18
        && number.is_ascii()
        && code.len() == DIGITS
        && code.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| content_hash(format!("doorstep query code 1\n{number}\n{code}").as_bytes()))
}

/// Can that be a proof?
pub fn is_proof(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || letter == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "371002195001019994";

    #[test]
    fn a_code_is_twelve_digits_in_three_groups() {
        let code = new(7_098_765_432_167);
        assert_eq!(code, "0987 6543 2167");
        assert!(proof(NUMBER, &code).is_some_and(|proof| is_proof(&proof)));
        assert_eq!(new(u64::from(u8::MAX)), "0000 0000 0255");
    }

    #[test]
    fn it_proves_the_same_however_it_is_typed_and_nothing_else_does() {
        let proved = proof(NUMBER, "0987 6543 2167").unwrap();
        for (number, code) in [
            (NUMBER, "098765432167"),
            (" 371002 19500101 9994", "0987-6543-2167"),
            (NUMBER, "０９８７６５４３２１６７"),
        ] {
            assert_eq!(proof(number, code).as_ref(), Some(&proved), "{number} {code}");
        }
        assert_eq!(proof("37108319801231996x", "098765432167"), proof("37108319801231996X", "098765432167"));
        assert_ne!(proof("37108319801231996X", "098765432167"), Some(proved.clone()));
        assert_ne!(proof(NUMBER, "098765432168"), Some(proved));
        for (number, code) in
            [(NUMBER, "0987"), (NUMBER, "09876543216a"), ("王秀兰", "098765432167"), ("", "")]
        {
            assert_eq!(proof(number, code), None, "{number} {code}");
        }
    }
}
