//! Which entities a submitted instance names: what was chosen from a list that grows, whether or not anything is said of it.

use super::uuid;
use crate::form::{Choices, Form};
use crate::session::Submitted;
use crate::view::NodeId;

impl Submitted {
    /// List and id of each entity that was chosen in it, in the order of the form's questions, each once.
    pub fn named(&self, form: &Form) -> Vec<(String, String)> {
        let mut named: Vec<(String, String)> = Vec::new();
        for node in (0..form.nodes.len() as u32).map(NodeId) {
            let Some(list) = list_of(form, node) else { continue };
            let mut found = vec![self.root()];
            for step in super::read::steps(form, NodeId(0), node) {
                found = found.into_iter().flat_map(|element| super::read::named(element, step)).collect();
            }
            for answer in found {
                let text = answer.text();
                for id in text.split_whitespace().filter_map(uuid) {
                    if !named.iter().any(|(known, other)| *known == list && *other == id) {
                        named.push((list.to_owned(), id));
                    }
                }
            }
        }
        named
    }
}

/// The list that a question's choices come from, if it lies in a file that a list of entities could be.
fn list_of(form: &Form, node: NodeId) -> Option<&str> {
    let Some(Choices::Itemset(itemset)) = &form.node(node).body.choices else { return None };
    let tree = itemset.list.as_ref()?.tree;
    let file = form.tree_files.get(usize::from(tree.0))?.as_ref()?;
    file.strip_suffix(".csv").filter(|list| super::is_entity_name(list))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Bundle, Source};

    #[test]
    fn what_is_chosen_from_a_growing_list_is_named_and_what_only_looks_like_it_is_not() {
        let text = r#"{"settings": {"form_id": "f", "version": "1"}, "survey": [
            {"type": "select_one_from_file cases.csv", "name": "case", "label": "Case"},
            {"type": "repeat", "name": "more", "label": "More", "children": [
                {"type": "select_multiple_from_file cases.csv", "name": "others", "label": "Others"}]},
            {"type": "text", "name": "remark", "label": "Remark"}]}"#;
        let cases = Source::new("cases.csv", "name,label,__version\n");
        let read = Form::read(&Bundle { main: Source::new("form.json", text), files: vec![cases] });
        let form = read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        let id = |end: &str| format!("0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b{end}");
        let xml = format!(
            "<f id=\"f\"><case>{}</case><more><others>{} {}</others></more><more><others>{} x</others></more><remark>{}</remark></f>",
            id("01"),
            id("02"),
            id("01"),
            id("03"),
            id("04")
        );
        let named = Submitted::read(&xml).expect("it reads").named(&form);
        assert_eq!(named, ["01", "02", "03"].map(|end| ("cases".to_owned(), id(end))));
        assert_eq!(Submitted::read("<f id=\"f\"><case/></f>").expect("it reads").named(&form), []);
    }
}
