//! A GeoJSON file as the tree `root/item` (RFC 7946; ODK XForms, *External Secondary Instances*).
//!
//! Each feature is an item with its `geometry` as ODK writes places, its `id`, and its properties.

use serde_json::{Map, Value as Json};

use super::{Builder, Names, Tree};
use crate::value::number_text;

impl Tree {
    /// The tree of a feature collection. Points, lines and polygons without holes are had; anything else is an error, which
    /// names the feature.
    pub fn read_geojson(text: &str, names: &mut Names) -> Result<Tree, String> {
        super::build::bounded(text)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let top: Json = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
        if top["type"] != "FeatureCollection" {
            return Err("its `type` must be `FeatureCollection`".into());
        }
        let features = top["features"].as_array().ok_or("its `features` must be a list")?;
        let mut builder = Builder::new(names);
        let (root, item) = (builder.plain("root"), builder.plain("item"));
        builder.open(root, "");
        for (index, feature) in features.iter().enumerate() {
            builder.open(item, "");
            take(feature, &mut builder).map_err(|reason| format!("feature {}: {reason}", index + 1))?;
            builder.close();
        }
        Ok(builder.finish())
    }
}

fn take(feature: &Json, builder: &mut Builder<'_>) -> Result<(), String> {
    if feature["type"] != "Feature" {
        return Err("its `type` must be `Feature`".into());
    }
    let geometry = geometry(&feature["geometry"])?;
    let name = builder.plain("geometry");
    builder.leaf(name, &geometry);
    let none = Map::new();
    let properties = match &feature["properties"] {
        Json::Object(properties) => properties,
        Json::Null => &none,
        _ => return Err("its `properties` must be an object".into()),
    };
    // A feature's own id comes before one among its properties.
    let id = match &feature["id"] {
        Json::Null => properties.get("id"),
        id @ (Json::String(_) | Json::Number(_)) => Some(id),
        _ => return Err("its `id` must be a text or a number".into()),
    };
    if let Some(id) = id {
        let name = builder.plain("id");
        builder.leaf(name, &text(id));
    }
    for (name, value) in properties.iter().filter(|(name, _)| *name != "id") {
        let name = builder.plain(name);
        builder.leaf(name, &text(value));
    }
    Ok(())
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), number_text),
        other => other.to_string(),
    }
}

/// Places as ODK writes them: `latitude longitude altitude accuracy`, with `;` between them.
fn geometry(geometry: &Json) -> Result<String, String> {
    let coordinates = geometry["coordinates"].as_array().ok_or("its `geometry` has no `coordinates`")?;
    match geometry["type"].as_str() {
        Some("Point") => point(&geometry["coordinates"]),
        Some("LineString") => line(coordinates),
        Some("Polygon") => match coordinates.as_slice() {
            [] => Ok(String::new()),
            [ring] => line(ring.as_array().ok_or("its polygon is no list of places")?),
            _ => Err("a polygon with holes is not had".into()),
        },
        _ => Err("its `geometry` must be a `Point`, a `LineString` or a `Polygon`".into()),
    }
}

fn line(points: &[Json]) -> Result<String, String> {
    let points: Result<Vec<String>, String> = points.iter().map(point).collect();
    points.map(|points| points.join("; "))
}

fn point(point: &Json) -> Result<String, String> {
    let wrong = || "a place is `[longitude, latitude]`".to_owned();
    let numbers: Option<Vec<f64>> =
        point.as_array().and_then(|parts| parts.iter().map(Json::as_f64).collect());
    match numbers.as_deref() {
        Some([longitude, latitude]) => {
            Ok(format!("{} {} 0 0", number_text(*latitude), number_text(*longitude)))
        }
        Some([longitude, latitude, altitude]) => {
            Ok([*latitude, *longitude, *altitude, 0.0].map(number_text).join(" "))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::{Names, Place, Tree};

    fn items(text: &str) -> Result<Vec<String>, String> {
        let mut names = Names::default();
        let tree = Tree::read_geojson(text, &mut names)?;
        let root = tree.children(Place::DOCUMENT).next().unwrap();
        let cell = |cell| format!("{}={}", names.local(tree.name(cell)), tree.value(cell));
        let item = |item| tree.children(item).map(cell).collect::<Vec<_>>().join("|");
        Ok(tree.children(root).map(item).collect())
    }

    fn of(geometry: &str) -> String {
        format!(
            r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "geometry": {geometry},
            "properties": {{"name": "井", "depth": 12.50, "dry": false, "id": 7, "note": null}}}}]}}"#
        )
    }

    #[test]
    fn features_become_items() {
        let point = of(r#"{"type": "Point", "coordinates": [122.1, 37.5]}"#);
        assert_eq!(
            items(&point).unwrap(),
            ["geometry=37.5 122.1 0 0|id=7|name=井|depth=12.5|dry=false|note="]
        );
        let line = of(r#"{"type": "LineString", "coordinates": [[1, 2], [3, 4, 5]]}"#);
        assert!(items(&line).unwrap()[0].starts_with("geometry=2 1 0 0; 4 3 5 0|"));
        let polygon = of(r#"{"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}"#);
        assert!(items(&polygon).unwrap()[0].starts_with("geometry=2 1 0 0; 4 3 0 0; 2 1 0 0|"));
    }

    #[test]
    fn what_is_wrong_names_its_feature() {
        let holes = of(r#"{"type": "Polygon", "coordinates": [[[1, 2]], [[1, 2]]]}"#);
        assert!(items(&holes).unwrap_err().starts_with("feature 1: "));
        assert!(items(&of(r#"{"type": "Point", "coordinates": ["1", 2]}"#)).is_err());
        assert!(items(&of("null")).is_err());
        assert!(items(r#"{"type": "Feature"}"#).is_err());
        assert!(items("[").is_err());
    }
}
