//! Which files a definition names: for whoever loads them before it is read.

use jsonc_parser::ast::{Object, Value};

use super::json;
use crate::diagnostic::Diagnostics;
use crate::source::{Bundle, Source};
use crate::xml::{self, Element};

impl Bundle {
    /// The files that a definition names, each once. Empty if it can't be read.
    ///
    /// Form JSON names choice lists by their path, and in its rows what XLSForm's rows name ([`files_of_row`]); an XForm names secondary instances by `jr://` addresses, whose last part is the file.
    pub fn files_named(main: &Source) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let all = match (main.sheet(), super::is_xml(main)) {
            // A workbook's are found by whoever reads the workbook.
            (Some(_), _) => Vec::new(),
            (None, true) => of_xform(main),
            (None, false) => of_json(main),
        };
        for name in all {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// The files that a row of XLSForm or form JSON refers to, given its type, its name and all its texts:
/// `select_one_from_file towns.csv`, `csv-external` (its name and `.csv`), `pulldata('towns', …)`, `jr://file/…`, and the drawing `rooms.svg`.
///
/// A name with a path or a reference in it is none.
pub fn files_of_row<'a>(kind: &str, name: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names = Vec::new();
    let mut words = kind.split_whitespace();
    match (words.next(), words.next()) {
        (Some("csv-external"), _) => names.push(format!("{name}.csv")),
        (Some("xml-external"), _) => names.push(format!("{name}.xml")),
        (Some(word), Some(file)) if word.ends_with("_from_file") => names.push(file.to_owned()),
        // `select one from file towns.csv` is an older way to say it.
        (Some("select"), _) => {
            let file = kind.split_once("from file ").and_then(|(_, rest)| rest.split_whitespace().next());
            names.extend(file.map(str::to_owned));
        }
        _ => {}
    }
    for text in texts {
        pulled(text, &mut names);
    }
    names.retain(|name| {
        !name.is_empty() && !name.contains(['/', '\\', '$', '\'', '"']) && !name.starts_with('.')
    });
    names
}

/// The first arguments of `pulldata(` in an expression, the file names of `jr://file/` addresses, and a text that is a drawing's name and nothing else.
fn pulled(text: &str, names: &mut Vec<String>) {
    if text.ends_with(".svg") && !text.contains(char::is_whitespace) {
        names.push(text.to_owned());
    }
    for call in text.split("pulldata").skip(1) {
        let argument = call.trim_start().strip_prefix('(').map(str::trim_start);
        let Some(quote) = argument.and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '\'' | '"'))
        else {
            continue;
        };
        if let Some((name, _)) = argument.and_then(|rest| rest[1..].split_once(quote)) {
            let name = name.trim();
            names.push(if name.ends_with(".csv") { name.to_owned() } else { format!("{name}.csv") });
        }
    }
    for address in ["jr://file/", "jr://file-csv/"] {
        for rest in text.split(address).skip(1) {
            let end =
                rest.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ')')).unwrap_or(rest.len());
            names.push(rest[..end].to_owned());
        }
    }
}

/// The files of a catalogue of services, by what the setting `services` says: the path of its `services.csv`, then the codes of
/// districts that have a file of their own.
pub fn files_of_services(said: &str) -> Vec<String> {
    let mut words = said.split_whitespace();
    let Some(services) = words.next() else { return Vec::new() };
    let folder = services.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut names = vec![services.to_owned()];
    names.extend(crate::services::FILES.map(|name| format!("{folder}{name}")));
    names.extend(words.map(|district| format!("{folder}districts/{district}.csv")));
    names
}

/// Those of the rows of form JSON, nested as they are. A list to do instead of recursion, so that depth costs no stack.
fn of_rows(survey: &Value<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![survey];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(array) => open.extend(array.elements.iter().rev()),
            Value::Object(row) => {
                let cell = |key: &str| row.get_string(key).map_or("", |text| text.value.as_ref().trim());
                names.extend(files_of_row(cell("type"), cell("name"), texts(row)));
                let inside = row.properties.iter().map(|property| &property.value);
                open.extend(inside.filter(|value| !matches!(value, Value::StringLit(_))));
            }
            _ => {}
        }
    }
    names
}

fn texts<'a>(row: &'a Object<'_>) -> impl Iterator<Item = &'a str> {
    row.properties.iter().filter_map(|property| match &property.value {
        Value::StringLit(text) => Some(text.value.as_ref()),
        _ => None,
    })
}

fn of_json(main: &Source) -> Vec<String> {
    let value = json::parse(main, &mut Diagnostics::default());
    let top = value.as_ref().and_then(|value| value.as_object());
    let lists = ["choices", "external_choices"].iter().filter_map(|key| top?.get_object(key));
    let lists = lists.flat_map(|lists| &lists.properties);
    let listed =
        lists.filter_map(|list| list.value.as_object()?.get_string("csv").map(|file| file.value.to_string()));
    let mut names: Vec<String> = listed.collect();
    let services = top.and_then(|top| top.get_object("settings")?.get_string("services"));
    names.extend(services.map(|services| files_of_services(&services.value)).unwrap_or_default());
    for list in ["choices", "external_choices"].iter().filter_map(|key| top?.get(key)) {
        // A choice has no type; its pictures are as a row's.
        names.extend(of_rows(&list.value));
    }
    names.extend(
        top.and_then(|top| top.get("survey")).map(|survey| of_rows(&survey.value)).unwrap_or_default(),
    );
    names
}

fn of_xform(main: &Source) -> Vec<String> {
    let Some(root) = xml::read(main, 0, &mut Diagnostics::default()) else { return Vec::new() };
    let head = root.elements().filter(|element| &*element.name.local == "head");
    let models = head.flat_map(Element::elements);
    let mut names = Vec::new();
    for model in models {
        for instance in model.elements().filter(|element| &*element.name.local == "instance") {
            let file = instance.attribute("src").map(|src| src.text.trim());
            let file = file.filter(|src| src.starts_with("jr://file")).and_then(|src| src.rsplit('/').next());
            names.extend(file.map(str::to_owned));
        }
        let texts = model.elements().filter(|element| &*element.name.local == "itext");
        let values =
            texts.flat_map(Element::elements).flat_map(Element::elements).flat_map(Element::elements);
        for value in values.filter(|value| value.attribute("form").is_some()) {
            let address = value.text();
            let name = address.trim().rsplit('/').next().filter(|name| name.ends_with(".svg"));
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_names_its_files() {
        let named = |text: &str| Bundle::files_named(&Source::new("form", text));
        let json = "{\"choices\": {\"a\": {\"csv\": \"../lists/a.csv\"}, \"b\": [], \"c\": {\"csv\": \"../lists/a.csv\"}}}";
        assert_eq!(named(json), ["../lists/a.csv"]);
        let rows = r#"{"survey": [{"type": "group", "name": "g", "children": [
            {"type": "calculate", "name": "a", "calculation": "pulldata('streets', 'x', 'y', 1)"},
            {"type": "select_one_from_file ../no.csv", "name": "n", "bind": {"relevant": "pulldata(\"deep\", 'x', 'y', 1)"}},
            {"type": "select_one_from_file towns.csv", "name": "t"}]},
            {"type": "csv-external", "name": "people"}, {"type": "xml-external", "name": "places"}]}"#;
        assert_eq!(named(rows), ["streets.csv", "deep.csv", "towns.csv", "people.csv", "places.xml"]);
        let xform = "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model><instance><a/></instance><instance id='t' src='jr://file-csv/towns.csv'/></model></h:head></h:html>";
        assert_eq!(named(xform), ["towns.csv"]);
        let drawn = r#"{"choices": {"a": [{"name": "x", "image": {"zh": "x.svg", "en": "y.svg"}}]}, "survey": [
            {"type": "note", "name": "n", "label": "see z.svg", "media": {"image": "map.svg"}, "image": "photo.jpg"}]}"#;
        assert_eq!(named(drawn), ["x.svg", "y.svg", "map.svg"]);
        let drawn = "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model><itext><translation lang='zh'><text id='a'><value>A</value><value form='image'>jr://images/x.svg</value></text></translation></itext></model></h:head></h:html>";
        assert_eq!(named(drawn), ["x.svg"]);
    }
}
