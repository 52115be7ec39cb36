//! A list of entities as CSV: as forms and ODK's clients read it, and as an office carries it out and brings it in.
//!
//! Kept here: a cell that a spreadsheet would take for a formula is none of ours to change: it is data that goes back into forms. What is brought in is
//! bounded, and a row that is wrong is told by its number and takes no other with it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_engine::is_entity_name;
use sha2::{Digest, Sha256};

use crate::store::{EntityRow, ImportedRow};
use crate::who::rights::Area;

/// A file has so many rows at most.
const MOST_ROWS: usize = 50_000;
/// And so many columns.
const MOST_COLUMNS: usize = 500;
/// A cell so many bytes.
const LONGEST_CELL: usize = 10_000;

/// For whom a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum For {
    /// Forms: `name,label,__version`, then the properties.
    Forms,
    /// Whoever carries it out, as ODK Central names columns: `__id,label`, the properties, `__version`, and ours, `__area`.
    Office,
}

/// Writes a list, with every property that an entity of it has.
pub(crate) fn write(entities: &[EntityRow], whom: For) -> Result<Vec<u8>, csv::Error> {
    let names: BTreeSet<&String> = entities.iter().flat_map(|entity| entity.properties.keys()).collect();
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let (before, after) = match whom {
        For::Forms => (&["name", "label", "__version"][..], &[][..]),
        For::Office => (&["__id", "label"][..], &["__version", "__area"][..]),
    };
    writer.write_record(before.iter().chain(&names).chain(after))?;
    for entity in entities {
        let version = entity.version.to_string();
        let own = names.iter().map(|name| entity.properties.get(*name).map_or("", String::as_str));
        let row: Vec<&str> = match whom {
            For::Forms => [&*entity.id, &*entity.label, &*version].into_iter().chain(own).collect(),
            For::Office => [&*entity.id, &*entity.label]
                .into_iter()
                .chain(own)
                .chain([&*version, &*entity.area])
                .collect(),
        };
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// Why a file, or a row of it, can't be brought in. Holds nothing that stands in it.
pub(super) type Wrong = &'static str;

/// A row by its number in the file.
pub(super) type Numbered = (usize, Result<ImportedRow, Wrong>);

/// Reads what is to be brought in: each row by its number in the file (the titles are row 1), or why it can't be.
///
/// `__id` or `name` is the entity's id; where neither is a column, or a cell of it is blank, an id follows from what the row says, so that the same row has
/// the same one again. `label`, `__area` and properties as [`For::Office`] has them; other columns that begin with `__` are ODK's, and passed over.
///
/// # Errors
/// [`Wrong`] if it is no such file at all.
pub(super) fn read(list: &str, bytes: &[u8]) -> Result<Vec<Numbered>, Wrong> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let titles = reader.headers().map_err(|_| "it is no CSV in UTF-8")?.clone();
    let titles: Vec<&str> = titles.iter().map(str::trim).collect();
    if titles.len() > MOST_COLUMNS {
        return Err("it has too many columns");
    }
    let once = titles.iter().collect::<BTreeSet<_>>().len() == titles.len();
    let known = |title: &&str| title.starts_with("__") || is_entity_name(title);
    if !once || !titles.iter().all(known) {
        return Err("its first row has to name the columns: `__id`, `label`, and properties, each once");
    }
    let mut rows = Vec::new();
    for (number, record) in (2..).zip(reader.records()) {
        if rows.len() >= MOST_ROWS {
            return Err("it has too many rows");
        }
        let row = match record {
            Ok(record) => row(list, &titles, &record),
            Err(_) => Err("it is no UTF-8"),
        };
        rows.push((number, row));
    }
    Ok(rows)
}

fn row(list: &str, titles: &[&str], record: &csv::StringRecord) -> Result<ImportedRow, Wrong> {
    if record.len() > titles.len() {
        return Err("it has more cells than there are columns");
    }
    let mut read = ImportedRow::default();
    let (mut ids, mut properties) = (Vec::new(), BTreeMap::new());
    for (title, cell) in titles.iter().zip(record) {
        if cell.len() > LONGEST_CELL || cell.contains('\0') {
            return Err("a cell is too long, or holds what is no text");
        }
        match *title {
            "__id" | "name" => ids.extend((!cell.trim().is_empty()).then_some(cell)),
            "label" => read.label = Some(cell.trim().to_owned()).filter(|label| !label.is_empty()),
            "__area" => {
                let area = Area::parse(cell.trim()).ok_or("its `__area` is no code")?;
                read.area = Some(area.code().to_owned()).filter(|area| !area.is_empty());
            }
            ours if ours.starts_with("__") => {}
            property => drop(properties.insert(property.to_owned(), cell.to_owned())),
        }
    }
    read.id = match ids.as_slice() {
        [] => own_id(list, read.label.as_deref(), &properties),
        [first, rest @ ..] if rest.iter().all(|other| other.trim() == first.trim()) => uuid(first)?,
        _ => return Err("`__id` and `name` differ"),
    };
    read.properties = properties;
    Ok(read)
}

fn uuid(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let text = text.strip_prefix("uuid:").unwrap_or(text);
    // With hyphens, as everybody else will write it.
    let id = doorstep_delivery::Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    id.map(|id| id.to_string()).ok_or("its id is no UUID")
}

/// A UUID (version 8, RFC 9562) that follows from what a row without one says.
fn own_id(list: &str, label: Option<&str>, properties: &BTreeMap<String, String>) -> String {
    let said = serde_json::json!(["doorstep entity", list, label, properties]).to_string();
    let digest = Sha256::digest(said.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    doorstep_delivery::Uuid::from_bytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";

    fn rows(text: &str) -> Vec<Result<ImportedRow, Wrong>> {
        read("households", text.as_bytes()).unwrap().into_iter().map(|(_, row)| row).collect()
    }

    #[test]
    fn what_is_carried_out_can_be_brought_in() {
        let entity = EntityRow {
            id: ID.into(),
            label: "王强, \"北门\"".into(),
            version: 3,
            properties: [("phone".to_owned(), "=1+1".to_owned())].into(),
            area: "371002".into(),
        };
        let written = write(std::slice::from_ref(&entity), For::Office).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(
            text,
            format!("__id,label,phone,__version,__area\n{ID},\"王强, \"\"北门\"\"\",=1+1,3,371002\n")
        );
        let read = rows(&text);
        assert_eq!(
            read,
            [Ok(ImportedRow {
                id: ID.into(),
                label: Some(entity.label),
                area: Some("371002".into()),
                properties: entity.properties,
            })]
        );
    }

    #[test]
    fn a_row_without_an_id_has_the_same_one_again() {
        let (one, again) = (rows("label,phone\n北门 3,1\n南门 8,2\n"), rows("label,phone\n南门 8,2\n"));
        let id = |row: &Result<ImportedRow, Wrong>| row.as_ref().unwrap().id.clone();
        assert_eq!(id(&one[1]), id(&again[0]));
        assert_ne!(id(&one[0]), id(&one[1]));
        assert_eq!(id(&rows(&format!("\u{feff}name,label\nuuid:{},x\n", ID.to_uppercase()))[0]), ID);
    }

    #[test]
    fn what_is_wrong_is_said_of_its_row() {
        for (text, reason) in [
            ("__id,label\nx,y\n", "its id is no UUID"),
            ("__id,label\n0190a0c63f7e7bb29c3e0a3d9f6a1b2c,y\n", "its id is no UUID"),
            ("label,__area\ny,Weihai\n", "its `__area` is no code"),
            ("label\ny,z\n", "it has more cells than there are columns"),
            (&format!("__id,name,label\n{ID},{},y\n", ID.replace('c', "d")), "`__id` and `name` differ"),
        ] {
            assert_eq!(rows(text), [Err(reason)], "{text}");
        }
        for text in ["label,label\n", "label,a b\n", "label,=1\n"] {
            assert!(read("households", text.as_bytes()).is_err(), "{text}");
        }
        assert!(read("households", b"label\n\xff\n").unwrap()[0].1.is_err());
    }
}
