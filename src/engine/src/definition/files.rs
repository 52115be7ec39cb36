//! Which files a definition names: for whoever loads them before it is read.

use super::json;
use crate::diagnostic::Diagnostics;
use crate::source::{Bundle, Source};
use crate::xml::{self, Element};

impl Bundle {
    /// The files that a definition names, each once. Empty if it can't be read.
    ///
    /// Form JSON names choice lists by their path; an XForm names secondary instances by `jr://` addresses, whose last part is the file.
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

fn of_json(main: &Source) -> Vec<String> {
    let value = json::parse(main, &mut Diagnostics::default());
    let top = value.as_ref().and_then(|value| value.as_object());
    let lists = ["choices", "external_choices"].iter().filter_map(|key| top?.get_object(key));
    let lists = lists.flat_map(|lists| &lists.properties);
    lists
        .filter_map(|list| list.value.as_object()?.get_string("csv").map(|file| file.value.to_string()))
        .collect()
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
        let xform = "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head><model><instance><a/></instance><instance id='t' src='jr://file-csv/towns.csv'/></model></h:head></h:html>";
        assert_eq!(named(xform), ["towns.csv"]);
    }
}
