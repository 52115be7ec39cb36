//! Angles, in radians, and powers of e and ten.

use super::{Call, Function, Operand};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "pi",
        "pi() → number",
        (0, 0),
        "The ratio of a circle's circumference to its diameter.",
        ("pi()", "3.141592653589793"),
        |_| Operand::Number(std::f64::consts::PI),
    )
    .number(),
    of_one("sin", "sin(radians) → number", "The sine.", ("sin(0)", "0"), |call| one(call, f64::sin)),
    of_one("cos", "cos(radians) → number", "The cosine.", ("cos(0)", "1"), |call| one(call, f64::cos)),
    of_one("tan", "tan(radians) → number", "The tangent.", ("tan(0)", "0"), |call| one(call, f64::tan)),
    of_one(
        "asin",
        "asin(number) → number",
        "The angle of that sine; NaN beyond -1 to 1.",
        ("asin(0)", "0"),
        |call| one(call, f64::asin),
    ),
    of_one(
        "acos",
        "acos(number) → number",
        "The angle of that cosine; NaN beyond -1 to 1.",
        ("acos(1)", "0"),
        |call| one(call, f64::acos),
    ),
    of_one("atan", "atan(number) → number", "The angle of that tangent.", ("atan(0)", "0"), |call| {
        one(call, f64::atan)
    }),
    Function::new(
        "atan2",
        "atan2(y, x) → number",
        (2, 2),
        "The angle of the point (x, y) seen from (0, 0), from -π to π.",
        ("round(atan2(1, 1), 4)", "0.7854"),
        |call| Operand::Number(call.number(0).atan2(call.number(1))),
    )
    .number(),
    of_one("exp", "exp(number) → number", "e to that power.", ("exp(0)", "1"), |call| one(call, f64::exp)),
    of_one("exp10", "exp10(number) → number", "Ten to that power.", ("exp10(3)", "1000"), |call| {
        one(call, |number| 10f64.powf(number))
    }),
    of_one("log", "log(number) → number", "The natural logarithm.", ("log(1)", "0"), |call| {
        one(call, f64::ln)
    }),
    of_one("log10", "log10(number) → number", "The logarithm to base ten.", ("log10(1000)", "3"), |call| {
        one(call, f64::log10)
    }),
];

const fn of_one(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    body: fn(&Call<'_, '_>) -> Operand,
) -> Function {
    Function::new(name, signature, (1, 1), doc, example, body).number()
}

fn one(call: &Call<'_, '_>, of: fn(f64) -> f64) -> Operand {
    Operand::Number(of(call.number(0)))
}
