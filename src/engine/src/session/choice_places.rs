//! Where the choices of a select lie on the ground, for its map.
//!
//! ODK's rule ("select from map"): a choice lies where its `geometry` says, a column of its list, a property of its entity, or what a GeoJSON file says of it.

use std::sync::Arc;

use crate::expr::operand::NodeRef;
use crate::form::Choices;
use crate::session::Session;
use crate::tree::{NameId, SpaceId};
use crate::view::Key;

/// What says where a choice lies.
pub(crate) const GEOMETRY: &str = "geometry";

impl Session {
    /// The choices that a question offers now, as far as they lie anywhere: each one's value, and its place, line or outline as ODK writes them.
    /// What stands there is as the list has it, and may be none.
    pub fn choice_places(&self, key: Key) -> Vec<(Arc<str>, Arc<str>)> {
        let node = self.form.nodes.get(key.node.0 as usize);
        let Some(Choices::Itemset(itemset)) = node.and_then(|node| node.body.choices.as_ref()) else {
            return Vec::new();
        };
        let name = self.form.program.names.find(SpaceId::NONE, GEOMETRY);
        if name == NameId::NONE {
            return Vec::new();
        }
        let eval = self.look(key.scope, key.node);
        let mut places = Vec::new();
        eval.each_item_node(itemset, &mut |value, item| {
            let NodeRef::Tree(tree, row) = item else { return };
            let tree = &self.trees[usize::from(tree.0)];
            let said =
                tree.children(row).find(|cell| tree.name(*cell) == name).map(|cell| tree.value(cell).trim());
            if let Some(said) = said.filter(|said| !said.is_empty()) {
                places.push((value, said.into()));
            }
        });
        places
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::entities::{EntityList, ListedEntity};
    use crate::session::World;
    use crate::source::Source;
    use crate::{Bundle, Form, Session};

    fn places(survey: &str, file: Option<&'static str>) -> Vec<String> {
        places_in(World::default(), survey, file)
    }

    fn places_in(world: World, survey: &str, file: Option<&'static str>) -> Vec<String> {
        let list = r#""choices": {"well": [{"name": "old", "label": "Old", "geometry": "37.5 122.1 0 0"}, {"name": "new", "label": "New"},
            {"name": "far", "label": "Far", "geometry": "37.6 122.2"}]},"#;
        let list = if survey.contains("select_one well") { list } else { "" };
        let settings = r#""settings": {"form_id": "f", "version": "1", "title": "F"},"#;
        let text = format!(r#"{{{settings} {list} "survey": [{survey}]}}"#);
        let bundle = Bundle::gather(Source::new("form.json", &*text), |_| file.map(str::to_owned));
        let read = Form::read(&bundle);
        let form = read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        let session = Session::new(form, world);
        let key = session.nodes().into_iter().find(|key| session.path(*key) == "/f/q").expect("it is there");
        session.choice_places(key).iter().map(|(name, place)| format!("{name}: {place}")).collect()
    }

    #[test]
    fn a_choice_lies_where_its_geometry_says_and_others_nowhere() {
        let select = r#"{"type": "select_one well", "name": "q", "label": "Q", "appearance": "map"}"#;
        assert_eq!(places(select, None), ["old: 37.5 122.1 0 0", "far: 37.6 122.2"]);
        let filtered = select.replace("}", r#", "choice_filter": "name != 'far'"}"#);
        assert_eq!(places(&filtered, None), ["old: 37.5 122.1 0 0"]);
        assert_eq!(places(r#"{"type": "text", "name": "q", "label": "Q"}"#, None), [""; 0]);
    }

    #[test]
    fn a_file_of_places_says_where_they_lie() {
        let geojson = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "a", "title": "A"},
            "geometry": {"type": "LineString", "coordinates": [[122.1, 37.5], [122.2, 37.6]]}}]}"#;
        let select = r#"{"type": "select_one_from_file wells.geojson", "name": "q", "label": "Q", "appearance": "map"}"#;
        assert_eq!(places(select, Some(geojson)), ["a: 37.5 122.1 0 0; 37.6 122.2 0 0"]);
    }

    #[test]
    fn an_entity_lies_where_its_property_says_though_the_forms_own_list_has_none() {
        let properties = [("geometry".to_owned(), "37.5 122.1 0 0".to_owned())].into();
        let well = ListedEntity { id: "a".into(), label: "A".into(), properties, ..ListedEntity::default() };
        let wells = EntityList { name: "wells".into(), entities: vec![well] };
        let world = World {
            lists: [Arc::new(wells)].into(),
            living: [Arc::from("wells.csv")].into(),
            ..World::default()
        };
        let select = r#"{"type": "select_one_from_file wells.csv", "name": "q", "label": "Q", "appearance": "map quick"}"#;
        assert_eq!(places_in(world, select, Some("name,label\nb,B\n")), ["a: 37.5 122.1 0 0"]);
    }
}
