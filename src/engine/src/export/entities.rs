//! Entities: what a submission says of a case, as the rows of their sheet.

use super::model::Model;
use super::table::Row;

/// Is a node an entity's declaration?
pub(super) fn is_entity(form: &Model<'_>, node: usize) -> bool {
    let node = &form.nodes[node];
    &*node.element.name.local == "entity" && node.element.attribute("dataset").is_some()
}

/// What a node's answer is saved as: the property, and the entity where the form declares several.
pub(super) fn save_to(form: &Model<'_>, node: usize, property: &str) -> String {
    let all: Vec<usize> = (0..form.nodes.len()).filter(|node| is_entity(form, *node)).collect();
    if all.len() < 2 {
        return property.to_owned();
    }
    // The entity of the nearest section around the node: `section/meta/entity`.
    let section =
        |entity: usize| Some(form.nodes[form.nodes[form.nodes[entity].parent?].parent?].path.as_str());
    let path = &form.nodes[node].path;
    let around =
        |entity: &&usize| section(**entity).is_some_and(|section| path.starts_with(&format!("{section}/")));
    let nearest = all.iter().filter(around).max_by_key(|entity| section(**entity).map_or(0, str::len));
    let dataset = nearest.and_then(|entity| form.nodes[*entity].element.attribute("dataset"));
    dataset.map_or_else(|| property.to_owned(), |dataset| format!("{}#{property}", dataset.text))
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
        Some(form.names.named(&written.text, &context, None))
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
