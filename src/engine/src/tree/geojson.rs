//! A GeoJSON file as a secondary instance: `root`, in it an `item` for each feature, in it `geometry`, `id` and an element
//! for each property (ODK XForms, *Secondary Instances, External*; RFC 7946).

use serde_json::{Map, Value as Json};

use super::{Builder, Names, Tree};
use crate::value::number_text;

impl Tree {
    /// The tree of a feature collection of points, lines and polygons without holes. The error says what is wrong.
    pub fn read_geojson(text: &str, names: &mut Names) -> Result<Tree, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let features = json["features"].as_array().filter(|_| json["type"] == "FeatureCollection");
        let features = features.ok_or("it is no `FeatureCollection`")?;
        let mut builder = Builder::new(names);
        let (root, item, geometry) =
            (builder.plain("root"), builder.plain("item"), builder.plain("geometry"));
        builder.open(root, "");
        for (index, feature) in features.iter().enumerate() {
            let of = |reason: &str| format!("feature {} {reason}", index + 1);
            if feature["type"] != "Feature" {
                return Err(of("is no `Feature`"));
            }
            builder.open(item, "");
            builder.leaf(geometry, &places(&feature["geometry"]).map_err(|reason| of(&reason))?);
            properties(feature, &mut builder);
            builder.close();
        }
        Ok(builder.finish())
    }
}

/// The feature's own `id`, else its property of that name, then the other properties.
fn properties(feature: &Json, builder: &mut Builder<'_>) {
    let none = Map::new();
    let properties = feature["properties"].as_object().unwrap_or(&none);
    let id = feature.get("id").or(properties.get("id")).map(|id| ("id", id));
    let others =
        properties.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| *name != "id");
    for (name, value) in id.into_iter().chain(others) {
        let name = builder.plain(name);
        builder.leaf(name, &text(value));
    }
}

/// What a property is as text; a list or an object stays JSON.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), number_text),
        other => other.to_string(),
    }
}

/// A geometry as ODK writes it: `latitude longitude altitude accuracy`, places parted by `; `.
fn places(geometry: &Json) -> Result<String, String> {
    let places = &geometry["coordinates"];
    let line = |places: &Json| {
        let places = places.as_array().map(Vec::as_slice).unwrap_or_default();
        places.iter().map(place).collect::<Result<Vec<String>, String>>().map(|places| places.join("; "))
    };
    match geometry["type"].as_str() {
        Some("Point") => place(places),
        Some("LineString") => line(places),
        Some("Polygon") => match places.as_array().map(Vec::as_slice) {
            Some([]) => Ok(String::new()),
            Some([outline]) => line(outline),
            _ => Err("has a polygon with holes".into()),
        },
        _ => Err("is no `Point`, `LineString` or `Polygon`".into()),
    }
}

fn place(place: &Json) -> Result<String, String> {
    let numbers: Vec<f64> = place.as_array().into_iter().flatten().filter_map(Json::as_f64).collect();
    match numbers[..] {
        [longitude, latitude] => Ok(format!("{} {} 0 0", number_text(latitude), number_text(longitude))),
        [longitude, latitude, altitude] => {
            let written = [latitude, longitude, altitude].map(number_text);
            Ok(format!("{} 0", written.join(" ")))
        }
        _ => Err("has a place that is not longitude and latitude".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Place;

    #[test]
    fn features_are_items_with_geometry_and_id_first() {
        let text = r#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [122.1, 37.5]},
             "properties": {"name": "well", "id": "w", "deep": 2.50}},
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4, 5]]}, "properties": null}]}"#;
        let tree = Tree::read_geojson(text, &mut Names::default()).unwrap();
        let root = tree.children(Place::DOCUMENT).next().unwrap();
        let cells = |row| tree.children(row).map(|cell| tree.value(cell)).collect::<Vec<_>>();
        let rows: Vec<_> = tree.children(root).map(cells).collect();
        assert_eq!(rows, [vec!["37.5 122.1 0 0", "7", "well", "2.5"], vec!["2 1 0 0; 4 3 5 0"]]);
    }

    #[test]
    fn what_is_no_collection_of_features_is_refused() {
        let read = |text: &str| Tree::read_geojson(text, &mut Names::default()).map(drop);
        assert_eq!(read("{}"), Err("it is no `FeatureCollection`".into()));
        let odd = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Circle"}}]}"#;
        assert_eq!(read(odd), Err("feature 1 is no `Point`, `LineString` or `Polygon`".into()));
        assert!(read("[").is_err());
    }
}
