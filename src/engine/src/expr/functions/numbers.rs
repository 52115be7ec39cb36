//! Arithmetic. IEEE double precision, as in XPath 1.0.

use super::{Call, Function, Operand};
use crate::moment;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "number",
        "number(value?) → number",
        (0, 1),
        "The value, or the context node's, as a number: a day or a moment is its days since 1970-01-01T00:00Z, so that a day has the fraction of its local midnight (as in ODK Web Forms; JavaRosa cuts it off), and is written as whole days. Text that is none gives NaN, and so does a blank. `1.1e6` and `Infinity` are none in a text.",
        ("number('12.50')", "12.5"),
        number,
    )
    .number(),
    Function::new(
        "int",
        "int(number) → number",
        (1, 1),
        "The number without its decimals.",
        ("int(-2.7)", "-2"),
        |call| Operand::Number(call.number(0).trunc()),
    )
    .number(),
    Function::new(
        "round",
        "round(number, places?) → number",
        (1, 2),
        "The nearest number with that many decimals (none if not said; negative: tens, hundreds). Halves go away from zero, as in ODK; XPath 1.0 sends them up.",
        ("round(2.345, 2)", "2.35"),
        |call| {
            let places = if call.len() > 1 { call.number(1) } else { 0.0 };
            Operand::Number(rounded(call.number(0), places))
        },
    )
    .number(),
    Function::new("abs", "abs(number) → number", (1, 1), "The number without its sign.", ("abs(-3)", "3"), |call| {
        Operand::Number(call.number(0).abs())
    })
    .number(),
    Function::new("floor", "floor(number) → number", (1, 1), "The next whole number below.", ("floor(-2.1)", "-3"), |call| {
        Operand::Number(call.number(0).floor())
    })
    .number(),
    Function::new("ceiling", "ceiling(number) → number", (1, 1), "The next whole number above.", ("ceiling(2.1)", "3"), |call| {
        Operand::Number(call.number(0).ceil())
    })
    .number(),
    Function::new("pow", "pow(base, exponent) → number", (2, 2), "The base to that power.", ("pow(2, 10)", "1024"), |call| {
        Operand::Number(call.number(0).powf(call.number(1)))
    })
    .number(),
    Function::new("sqrt", "sqrt(number) → number", (1, 1), "The square root.", ("sqrt(9)", "3"), |call| {
        Operand::Number(call.number(0).sqrt())
    })
    .number(),
];

fn number(call: &Call<'_, '_>) -> Operand {
    let value = match call.len() {
        0 => call.eval.value_of(Operand::Nodes(vec![call.eval.context])),
        _ => call.value(0),
    };
    let number = call.eval.number_of_operand(&value);
    match &value {
        Operand::Text(text) if super::number_of(text).is_nan() && !number.is_nan() => {
            // A day is the number of its date, wherever its midnight lies.
            let day = moment::read_date(text.trim()).filter(|_| !text.contains('T'));
            let whole = day.map_or(number.floor(), moment::days) as i64;
            Operand::Days { number, whole }
        }
        _ => Operand::Number(number),
    }
}

/// Rounds to that many decimals, halves away from zero, on the shortest decimal that names the number:
/// 2.345 rounds to 2.35, although the nearest double lies a little below.
fn rounded(number: f64, places: f64) -> f64 {
    if !number.is_finite() || !places.is_finite() {
        return number;
    }
    let places = places.clamp(-300.0, 300.0) as i32;
    let shifted: f64 = format!("{number}e{places}").parse().unwrap_or(number);
    let whole = shifted.round();
    if !whole.is_finite() {
        return number;
    }
    format!("{whole}e{}", -places).parse().unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn halves_go_away_from_zero_on_the_written_number() {
        assert_eq!(rounded(1.005, 2.0), 1.01);
        assert_eq!(rounded(-2.5, 0.0), -3.0);
        assert_eq!(rounded(1250.0, -2.0), 1300.0);
        assert!(rounded(f64::NAN, 2.0).is_nan());
    }
}
