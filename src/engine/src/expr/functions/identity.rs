//! Chinese identity and organisation numbers (Doorstep's own): GB 11643-1999, GB/T 2260, GB 32100-2015.
//!
//! Exports to ODK's tools must write them out; here they are functions, so that a form says what it means.

use jiff::civil::Date;

use super::{Function, Operand};
use crate::moment;
use crate::value::half_width;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "id-normalize",
        "id-normalize(text) → text",
        (1, 1),
        "A resident's number as it should be kept: no white space, half-width digits, `x` as `X`, 15 digits of GB 11643-1989 brought to 18 with the century 19.",
        ("id-normalize(' １１0105491231002 ')", "11010519491231002X"),
        |call| Operand::text(normalized(&call.text(0))),
    ),
    Function::new(
        "id-valid",
        "id-valid(text, day) → boolean",
        (2, 2),
        "Is it a resident's number (GB 11643): 17 digits and the right check digit, a birthday that exists, not after the day and at most 130 years before it?",
        ("id-valid('440524188001010014', '1990-01-01')", "true"),
        |call| {
            let id = normalized(&call.text(0));
            Operand::Boolean(call.date(1).is_some_and(|day| is_valid(&id, day)))
        },
    ),
    Function::new(
        "id-birthday",
        "id-birthday(text) → date",
        (1, 1),
        "The birthday in a resident's number; blank if the number or its check digit is wrong.",
        ("id-birthday('371003202002299982')", "2020-02-29"),
        |call| {
            let id = normalized(&call.text(0));
            birthday(&id).filter(|_| has_check_digit(&id)).map_or_else(|| Operand::text(""), Operand::Date)
        },
    ),
    Function::new(
        "id-sex",
        "id-sex(text) → text",
        (1, 1),
        "The sex in a resident's number, as GB/T 2261.1 codes it: 1 male, 2 female; blank if the number is wrong.",
        ("id-sex('11010519491231002X')", "2"),
        |call| {
            let id = normalized(&call.text(0));
            let odd = id.as_bytes().get(16).is_some_and(|digit| digit % 2 == 1);
            let known = has_check_digit(&id) && birthday(&id).is_some();
            Operand::text(match (known, odd) {
                (false, _) => "",
                (true, true) => "1",
                (true, false) => "2",
            })
        },
    ),
    Function::new(
        "id-region-known",
        "id-region-known(text) → boolean",
        (1, 1),
        "Does the number start with a province of GB/T 2260 (or 81, 82, 83 of residence permits, 9 of permanent residents), and not with a code that is for statistics only, such as 371071? Codes are abolished and reused: warn, don't refuse.",
        ("id-region-known('37107119640815997X')", "false"),
        |call| Operand::Boolean(region_known(&normalized(&call.text(0)))),
    ),
    Function::new(
        "uscc-valid",
        "uscc-valid(text) → boolean",
        (1, 1),
        "Is it a unified social credit code of an organisation (GB 32100), check character included?",
        ("uscc-valid('9144030071526726XG')", "true"),
        |call| Operand::Boolean(is_credit_code(&half_width(call.text(0).trim()).to_uppercase())),
    ),
];

/// GB/T 2260: provinces, autonomous regions, municipalities, special administrative regions.
const PROVINCES: [&str; 37] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    "83", "91", "90",
];
/// Weihai's development zones have codes for statistics that no number was ever issued with.
const STATISTICAL_ONLY: [&str; 3] = ["371071", "371072", "371073"];

/// A resident's number as it should be kept: what `id-normalize` gives.
pub fn normalized(text: &str) -> String {
    let mut id: String = half_width(text).split_whitespace().collect::<String>().to_uppercase();
    if id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        id = format!("{}19{}", &id[..6], &id[6..]);
        if let Some(check) = check_digit(&id) {
            id.push(check);
        }
    }
    id
}

/// The check digit that belongs to 17 digits (GB 11643-1999: weights 2^(18-i) mod 11, and `10X98765432` by the remainder); `None` if they are none.
pub fn check_digit(first_17: &str) -> Option<char> {
    let mut sum = 0;
    let mut weight = 7;
    for byte in first_17.bytes() {
        sum += u32::from(byte.is_ascii_digit().then(|| byte - b'0')?) * weight;
        // 2^(18-i) mod 11, downwards: halving is multiplying by 6 modulo 11.
        weight = weight * 6 % 11;
    }
    Some(b"10X98765432"[(sum % 11) as usize] as char)
}

/// Is a number that is kept as it should be a resident's, on a day: what `id-valid` says?
pub fn is_valid(id: &str, day: Date) -> bool {
    birthday(id)
        .is_some_and(|born| has_check_digit(id) && born <= day && moment::full_years(born, day) <= 130)
}

fn has_check_digit(id: &str) -> bool {
    id.len() == 18 && id.is_ascii() && check_digit(&id[..17]).is_some_and(|check| id.ends_with(check))
}

/// The birthday that stands in a number of 18 places, whatever its check digit.
pub fn birthday(id: &str) -> Option<Date> {
    let digits = (id.len() == 18 && id.is_ascii()).then(|| &id[6..14])?;
    moment::read_date(&format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

fn region_known(id: &str) -> bool {
    let province = id.get(..2).is_some_and(|prefix| PROVINCES.contains(&prefix) || prefix.starts_with('9'));
    province && !id.get(..6).is_some_and(|prefix| STATISTICAL_ONLY.contains(&prefix))
}

/// GB 32100-2015: weights 3^i mod 31 over an alphabet without I, O, S, V, Z.
pub(crate) fn is_credit_code(code: &str) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let place = |byte: u8| ALPHABET.iter().position(|known| *known == byte).map(|at| at as u32);
    let values: Option<Vec<u32>> = code.bytes().map(place).collect();
    let Some(values) = values.filter(|values| values.len() == 18) else { return false };
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    values[17] == (31 - sum % 31) % 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_and_synthetic_numbers() {
        let valid = [
            "11010519491231002X",
            "440524188001010014",
            "370101190102039973",
            "371002195001019994",
            "37108319801231996X",
            "371003202002299982",
            "371073197701019922",
            "37107119640815997X",
        ];
        for id in valid {
            assert!(has_check_digit(id) && birthday(id).is_some(), "{id}");
        }
        assert_eq!(normalized("110105491231002"), "11010519491231002X");
        assert_eq!(normalized("１１０１０５１９４９１２３１００２ｘ"), "11010519491231002X");
        assert!(!has_check_digit("110105194912310021") && !has_check_digit("1101051949123100"));
        assert!(birthday("371003201902299982").is_none());
        assert!(!region_known("371073197701019922") && region_known("371081197701019922"));
    }

    #[test]
    fn every_changed_digit_is_noticed() {
        let id = "371002195001019994";
        for place in 0..17 {
            let mut bytes = id.as_bytes().to_vec();
            bytes[place] = b'0' + (bytes[place] - b'0' + 1) % 10;
            assert!(!has_check_digit(std::str::from_utf8(&bytes).unwrap()));
        }
    }
}
