//! Right-to-left readiness: no style sheet names a physical side, so that a page in Arabic or Uyghur needs no sheet of its own.

use std::fs;
use std::path::Path;

/// Declarations that name a side all the same, and why.
const JUSTIFIED: &[(&str, &str)] = &[
    // The tick in a checkbox is drawn with two borders and turned; a tick is a tick in every script.
    ("form.css", "border-width: 0 3px 3px 0"),
    // What makes a slider stand upright is written so by its specification, whatever the page's direction.
    ("controls.css", "direction: rtl"),
    // Its handle is centred on the track, which lies upright whichever way the page runs.
    ("controls.css", "translate: calc(0.25rem - 50%) 0"),
    // East is right on every map.
    ("map.css", "direction: ltr"),
];

/// Properties whose four values go round by sides.
const ROUND: [&str; 6] = ["margin", "padding", "inset", "border-width", "border-color", "border-style"];

/// What in a declaration is physical; nothing if nothing is.
fn physical(property: &str, value: &str) -> bool {
    let sides = |text: &str| text.split(['-', ' ', ',']).any(|word| matches!(word, "left" | "right"));
    let parts = values(value);
    let is_round = ROUND.contains(&property) && parts.len() == 4 && parts[1] != parts[3];
    // First and second corner lie on the two sides of one edge, third and fourth on those of the other.
    let is_lopsided = property == "border-radius"
        && !value.contains('/')
        && match parts.as_slice() {
            [first, second] => first != second,
            [first, second, third] => first != second || second != third,
            [first, second, third, fourth] => first != second || third != fourth,
            _ => false,
        };
    let speaks_of_sides =
        matches!(property, "float" | "clear" | "text-align" | "transform-origin") && sides(value);
    let is_named = !property.starts_with("--") && sides(property);
    let moves =
        property == "translate" && parts[0] != "0" && !value.contains("--along") && parts[0] != "none";
    is_round || is_lopsided || speaks_of_sides || is_named || moves || property == "direction"
}

/// The values of a declaration, what stands in brackets with what it belongs to.
fn values(value: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in value.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is one").push(letter);
    }
    parts
}

/// The declarations of a sheet, without comments, selectors and at-rules.
fn declarations(sheet: &str) -> Vec<(String, String)> {
    let mut bare = String::new();
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let mut found = Vec::new();
    for part in bare.split_inclusive([';', '{', '}']) {
        if let Some(declaration) = part.strip_suffix(';')
            && let Some((property, value)) = declaration.trim().split_once(':')
        {
            found.push((property.trim().to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    found
}

#[test]
fn a_side_is_found_wherever_it_is_named() {
    for (property, value) in [
        ("margin-left", "0"),
        ("border-top-right-radius", "1px"),
        ("padding", "0 1px 0 2px"),
        ("border-radius", "1px 0 0 1px"),
        ("text-align", "right"),
        ("translate", "-50% 0"),
        ("right", "0"),
    ] {
        assert!(physical(property, value), "{property}: {value}");
    }
    for (property, value) in [
        ("margin-inline-start", "0"),
        ("padding", "0 1px 0 1px"),
        ("padding", "0.75rem 1rem calc(1.5rem + env(safe-area-inset-bottom))"),
        ("border-radius", "1px 1px 0 0"),
        ("translate", "0 50%"),
        ("translate", "calc(-50% * var(--along)) 0"),
        ("grid-template-areas", "\"left right\""),
    ] {
        assert!(!physical(property, value), "{property}: {value}");
    }
    let sheet = "/* left: 0; */ a:hover { left: 0; } @media (min-width: 3rem) { b { margin:\n 0 1px; } }";
    let found = declarations(sheet);
    let found: Vec<_> = found.iter().map(|(property, value)| (property.as_str(), value.as_str())).collect();
    assert_eq!(found, [("left", "0"), ("margin", "0 1px")]);
}

#[test]
fn no_style_sheet_names_a_side() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/styles");
    let (mut named, mut used) = (Vec::new(), Vec::new());
    let mut sheets = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "css") {
            continue;
        }
        sheets += 1;
        for (property, value) in declarations(&fs::read_to_string(&path).unwrap()) {
            if !physical(&property, &value) {
                continue;
            }
            let declaration = format!("{property}: {value}");
            match JUSTIFIED.iter().find(|(sheet, justified)| *sheet == name && *justified == declaration) {
                Some(justified) => used.push(*justified),
                None => named.push(format!("{name}: {declaration}")),
            }
        }
    }
    assert!(sheets > 10, "only {sheets} were found");
    assert!(named.is_empty(), "{named:#?}");
    assert_eq!(used.len(), JUSTIFIED.len(), "what is justified is there, once");
}
