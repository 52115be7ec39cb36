//! The files that a workbook names beside itself: choice lists, lookup tables and secondary instances.

use doorstep_engine::{Bundle, Source, files_of_row};

use crate::sheet::Sheet;

/// The names of the files that a bundle of sheets refers to, each once, in the order of the rows: see [`files_of_row`].
pub fn files_named(bundle: &Bundle) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let survey = Sheet::from_text("survey", &bundle.main.text);
    let title = |wanted: &str| {
        let header = survey.rows.first()?;
        header.iter().position(|title| title.trim().eq_ignore_ascii_case(wanted))
    };
    let (types, names_at) = (title("type"), title("name"));
    for row in survey.rows.iter().skip(1) {
        let cell =
            |index: Option<usize>| index.and_then(|index| row.get(index)).map_or("", |cell| cell.trim());
        for name in files_of_row(cell(types), cell(names_at), row.iter().map(|text| &**text)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
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
