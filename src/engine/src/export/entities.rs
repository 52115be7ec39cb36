//! Entities: what a submission says of a case, as the rows of their sheet.

use super::model::Model;
use super::table::Row;

/// Is a node an entity's declaration?
pub(super) fn is_entity(form: &Model<'_>, node: usize) -> bool {
    let node = &form.nodes[node];
    &*node.element.name.local == "entity" && node.element.attribute("dataset").is_some()
}

/// The rows of the sheet.
pub(super) fn rows(form: &Model<'_>) -> Vec<Row> {
    (0..form.nodes.len()).filter(|node| is_entity(form, *node)).map(|node| row(form, node)).collect()
}

fn row(form: &Model<'_>, node: usize) -> Row {
    let entity = &form.nodes[node];
    let attribute = |name: &str| entity.element.attribute(name);
    let named = |path: &str| {
        // Where it is seen from counts, not that an attribute is no node.
        let written = form.bind_at(path, "calculate")?;
        let context = path.replace("/@", "/");
        Some(form.names.named(&written.text, &context, false))
    };
    let mut row = Row::new(entity.element.span);
    row.set("list_name", attribute("dataset").map_or("", |dataset| &dataset.text));
    row.set("label", named(&format!("{}/label", entity.path)).unwrap_or_default());
    if attribute("update").is_some() {
        row.set("entity_id", named(&format!("{}/@id", entity.path)).unwrap_or_default());
        row.set("update_if", named(&format!("{}/@update", entity.path)).unwrap_or_default());
    }
    if attribute("create").is_some() {
        row.set("create_if", named(&format!("{}/@create", entity.path)).unwrap_or_default());
    }
    row
}
