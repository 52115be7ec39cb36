//! Contrast in every theme, computed from `tokens.css` (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11): text at 4.5:1 and with high contrast at 7:1,
//! what has to be seen besides at 3:1.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("tokens.css");

/// What is written in, and on what it stands.
const TEXT: &[(&str, &[&str])] = &[
    ("ink", &["ground", "paper", "tint", "danger-tint", "warn-tint"]),
    ("ink-soft", &["ground", "paper", "tint", "danger-tint", "warn-tint"]),
    ("brand", &["ground", "paper", "tint"]),
    ("danger", &["ground", "paper", "danger-tint"]),
    ("warn", &["ground", "paper", "warn-tint"]),
    ("on-brand", &["brand", "brand-strong"]),
];

/// What shows where a field, a choice or the focus is, and how far something is.
const SEEN: &[(&str, &[&str])] = &[
    ("edge", &["ground", "paper", "tint"]),
    ("tint-edge", &["paper", "tint"]),
    ("focus", &["ground", "paper", "tint"]),
    ("brand", &["track"]),
    ("danger", &["paper"]),
    ("warn", &["paper"]),
];

/// The themes: the blocks that make each of them, one over the other, and the least contrast of its text.
const THEMES: &[(&[&str], f64)] = &[
    (&[":root"], 4.5),
    (&[":root", r#":root[data-theme|="dark"]"#], 4.5),
    (&[":root", r#":root[data-theme="contrast"]"#], 7.0),
    (&[":root", r#":root[data-theme|="dark"]"#, r#":root[data-theme="dark-contrast"]"#], 7.0),
];

/// The colours that the first block of that selector declares.
fn declared(selector: &str) -> BTreeMap<&'static str, &'static str> {
    let start = TOKENS.find(&format!("{selector} {{")).unwrap_or_else(|| panic!("no block {selector}"));
    let (block, _) = TOKENS[start..].split_once('}').expect("it ends");
    let colour = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": ")?;
        value.starts_with('#').then_some((name, value))
    };
    block.lines().filter_map(colour).collect()
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("six hexadecimal digits");
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_computed_as_the_standard_says() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    // The example that everyone knows: the lightest grey on white that just passes.
    assert!((contrast("#767676", "#ffffff") - 4.54).abs() < 0.005);
}

#[test]
fn everything_can_be_read_and_seen_in_every_theme() {
    let mut faint = Vec::new();
    for (blocks, least) in THEMES {
        let theme: BTreeMap<_, _> = blocks.iter().flat_map(|selector| declared(selector)).collect();
        for (pairs, least) in [(TEXT, *least), (SEEN, 3.0)] {
            for (front, grounds) in pairs {
                for ground in *grounds {
                    let is = contrast(theme[front], theme[ground]);
                    if is < least {
                        faint.push(format!(
                            "{}: {front} on {ground} {is:.2} < {least}",
                            blocks.last().unwrap()
                        ));
                    }
                }
            }
        }
    }
    assert!(faint.is_empty(), "{faint:#?}");
}

#[test]
fn a_theme_changes_what_all_have_and_nothing_else() {
    let light = declared(":root");
    for (blocks, _) in THEMES {
        for selector in *blocks {
            let odd: Vec<_> =
                declared(selector).into_keys().filter(|name| !light.contains_key(name)).collect();
            assert!(odd.is_empty(), "{selector}: {odd:?}");
        }
    }
}
