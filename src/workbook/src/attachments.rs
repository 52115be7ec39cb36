//! The files that a workbook names beside itself: choice lists, lookup tables and secondary instances.

use doorstep_engine::{Bundle, Source};

use crate::sheet::Sheet;

/// The names of the files that a bundle of sheets refers to, each once, in the order of the rows:
/// `select_one_from_file towns.csv`, `csv-external` (its name and `.csv`), `pulldata('towns', …)`, `jr://file/…`.
pub fn files_named(bundle: &Bundle) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut note = |name: String| {
        let plain = !name.is_empty() && !name.contains(['/', '\\', '$', '\'', '"']) && !name.starts_with('.');
        if plain && !names.contains(&name) {
            names.push(name);
        }
    };
    let survey = Sheet::from_text("survey", &bundle.main.text);
    let title = |wanted: &str| {
        let header = survey.rows.first()?;
        header.iter().position(|title| title.trim().eq_ignore_ascii_case(wanted))
    };
    let (types, names_at) = (title("type"), title("name"));
    for row in survey.rows.iter().skip(1) {
        let cell =
            |index: Option<usize>| index.and_then(|index| row.get(index)).map_or("", |cell| cell.trim());
        let mut words = cell(types).split_whitespace();
        match (words.next(), words.next()) {
            (Some("csv-external"), _) => note(format!("{}.csv", cell(names_at))),
            (Some("xml-external"), _) => note(format!("{}.xml", cell(names_at))),
            (Some(word), Some(file)) if word.ends_with("_from_file") => note(file.to_owned()),
            // `select one from file towns.csv` is an older way to say it.
            (Some("select"), _) => {
                if let Some(file) = cell(types).split_once("from file ").map(|(_, file)| file.trim()) {
                    note(file.split_whitespace().next().unwrap_or("").to_owned());
                }
            }
            _ => {}
        }
        for text in row {
            pulled(text, &mut note);
        }
    }
    names
}

/// The first arguments of `pulldata(` in an expression, and the file names of `jr://file/` addresses.
fn pulled(text: &str, note: &mut impl FnMut(String)) {
    for call in text.split("pulldata").skip(1) {
        let argument = call.trim_start().strip_prefix('(').map(str::trim_start);
        let Some(quote) = argument.and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '\'' | '"'))
        else {
            continue;
        };
        if let Some((name, _)) = argument.and_then(|rest| rest[1..].split_once(quote)) {
            let name = name.trim();
            note(if name.ends_with(".csv") { name.to_owned() } else { format!("{name}.csv") });
        }
    }
    for address in ["jr://file/", "jr://file-csv/"] {
        for rest in text.split(address).skip(1) {
            let end =
                rest.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ')')).unwrap_or(rest.len());
            note(rest[..end].to_owned());
        }
    }
}

/// Adds the files that a bundle of sheets names, as far as `read` finds them; what is missing is a diagnostic later.
pub fn gather(mut bundle: Bundle, mut read: impl FnMut(&str) -> Option<String>) -> Bundle {
    for name in files_named(&bundle) {
        let held = bundle.files.iter().any(|source| *source.name == *name);
        if !held && let Some(text) = read(&name) {
            bundle.files.push(Source::new(name, text));
        }
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_in_types_and_expressions() {
        let survey = "type\tname\tcalculation\n\
            select_one_from_file towns.csv value=id\ttown\n\
            select multiple from file needs.geojson\tneeds\n\
            csv-external\tpeople\n\
            xml-external\tplaces\n\
            calculate\tx\tpulldata( \"prices\", 'a', 'b', ${c}) + pulldata('towns','a','b',1)\n\
            select_one_from_file ${a}.csv\tb\n\
            select_one_from_file ../../secret.csv\tc\n";
        let bundle = Bundle::single(Source::new("f.xlsx#survey", survey));
        let expected = ["towns.csv", "needs.geojson", "people.csv", "places.xml", "prices.csv"];
        assert_eq!(files_named(&bundle), expected);
        let bundle = gather(bundle, |name| (name == "towns.csv").then(|| "name\n".to_owned()));
        assert_eq!(bundle.files.len(), 1);
    }
}
