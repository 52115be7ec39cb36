//! The files that a workbook names beside itself: choice lists, lookup tables and secondary instances.

use doorstep_engine::{Bundle, Source, files_of_row, files_of_services};

use crate::sheet::Sheet;

/// The names of the files that a bundle of sheets refers to, each once, in the order of the rows: see [`files_of_row`]. A choice has no type, its pictures are as a
/// question's; the setting `services` names a catalogue's files.
pub fn files_named(bundle: &Bundle) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |found: Vec<String>| {
        for name in found {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    };
    let survey = Sheet::from_text("survey", &bundle.main.text);
    for (types, row) in rows(&survey, "type") {
        let name = column(&survey, "name").and_then(|at| row.get(at)).map_or("", |cell| cell.trim());
        add(files_of_row(types, name, row.iter().map(|text| &**text)));
    }
    for source in &bundle.files {
        match source.sheet().map(str::to_lowercase).as_deref() {
            Some("choices" | "external_choices") => {
                let choices = Sheet::from_text("choices", &source.text);
                rows(&choices, "")
                    .for_each(|(_, row)| add(files_of_row("", "", row.iter().map(|text| &**text))));
            }
            Some("settings") => {
                let settings = Sheet::from_text("settings", &source.text);
                rows(&settings, "services")
                    .take(1)
                    .for_each(|(services, _)| add(files_of_services(services)));
            }
            _ => {}
        }
    }
    names
}

/// The rows below the titles, each with what it says in the column of a title.
fn rows<'a>(sheet: &'a Sheet, title: &str) -> impl Iterator<Item = (&'a str, &'a Vec<String>)> {
    let at = column(sheet, title);
    sheet
        .rows
        .iter()
        .skip(1)
        .map(move |row| (at.and_then(|at| row.get(at)).map_or("", |cell| cell.trim()), row))
}

fn column(sheet: &Sheet, title: &str) -> Option<usize> {
    sheet.rows.first()?.iter().position(|other| other.trim().eq_ignore_ascii_case(title))
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

    #[test]
    fn files_are_named_by_choices_and_settings_too() {
        let sheet = |name: &str, text: &str| Source::new(format!("f.xlsx#{name}"), text);
        let bundle = Bundle {
            main: sheet("survey", "type\tname\tlabel\nselect_one house\ta\tA\n"),
            files: vec![
                sheet("choices", "list_name\tname\tlabel\tmedia::image\nhouse\tflat\tFlat\tflat.svg\n"),
                sheet("settings", "form_id\tservices\nf\tnear/services.csv 371082\n"),
            ],
        };
        let named = files_named(&bundle);
        assert_eq!(named[..2], ["flat.svg", "near/services.csv"]);
        assert!(named.contains(&"near/districts/371082.csv".to_owned()), "{named:?}");
    }
}
