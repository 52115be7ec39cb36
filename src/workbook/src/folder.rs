//! A form with all that goes with it, as the files of one folder: `form.json`, `form.xlsx`, `form.xml` or the sheets as CSV files; its lists; `media/`; `cases/*.json`.
//!
//! The same files are a folder in a repository of forms, or one zip ([`crate::unpack`], [`crate::pack`]). Pure: what lies on a disk is for whoever has one.

use doorstep_engine::source::WithBytes;
use doorstep_engine::{Bundle, Form, Source};

use crate::zipped::Files;
use crate::{WorkbookError, gather, read, read_csv_files, unpack, write_xlsx};

/// A form as it was read from its folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormFolder {
    /// The definition's file: `form.json`; `survey.csv` of sheets that are CSV files.
    pub definition: String,
    /// The form with the lists and drawings that it names, and the list of its media ([`Bundle::media`]).
    pub bundle: Bundle,
    /// Its pictures, sounds and films.
    pub media: Vec<WithBytes>,
    /// Its cases: each its name, `cases/a.json`, and its text, by name.
    pub cases: Vec<(String, String)>,
}

/// The definition's names, the first that is there; else the only workbook or XForm at the top, else sheets as CSV files.
const DEFINITIONS: &[&str] = &["form.json", "form.xlsx", "form.xls", "form.xml"];
const SURVEY: &str = "survey.csv";
/// Where the cases lie.
const CASES: &str = "cases/";
/// Where a form's folder keeps pictures, sounds and films, and drawings and lists too.
const MEDIA: &str = "media/";

/// The definition in a folder with these files, if there is one.
pub fn definition_among<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let top: Vec<&str> = names.into_iter().filter(|name| !name.contains('/')).collect();
    let known = |wanted: &&str| top.iter().copied().find(|name| name.eq_ignore_ascii_case(wanted));
    if let Some(found) = DEFINITIONS.iter().find_map(known) {
        return Some(found);
    }
    if let Some(found) = known(&SURVEY) {
        return Some(found);
    }
    let ends = |name: &str, endings: &[&str]| {
        let name = name.to_lowercase();
        // What Excel puts beside an open workbook is none.
        !name.starts_with("~$") && endings.iter().any(|ending| name.ends_with(ending))
    };
    // Of several nobody can say which is meant; a list that is XML is no form beside a workbook.
    for endings in [&[".xlsx", ".xls"][..], &[".xml"][..]] {
        let mut found = top.iter().copied().filter(|name| ends(name, endings));
        match (found.next(), found.next()) {
            (Some(one), None) => return Some(one),
            (Some(_), Some(_)) => return None,
            _ => {}
        }
    }
    None
}

/// Is it a zip with a form in it? Whether it can be read is another question.
pub fn holds_form(zip: &[u8]) -> bool {
    unpack(zip).is_ok_and(|files| definition_among(files.iter().map(|(name, _)| name.as_str())).is_some())
}

/// Reads a form from the files of its folder. `name` is the folder's or the zip's, for sheets that are CSV files. What the form names and is not there is a diagnostic later.
///
/// # Errors
/// There is no definition, a text is not UTF-8, the workbook can't be read, or a media file can't be one of a form's.
pub fn read_folder(name: &str, files: Files) -> Result<FormFolder, WorkbookError> {
    let definition = definition_among(files.iter().map(|(name, _)| name.as_str()));
    let definition = definition.ok_or(WorkbookError::NoForm)?.to_owned();
    let bytes_of = |path: &str| files.iter().find(|(name, _)| name == path).map(|(_, bytes)| &bytes[..]);
    let main = bytes_of(&definition).unwrap_or_default();
    let mut unreadable = None;
    let beside = |named: &str| {
        let path = places(named, &definition).into_iter().find(|path| bytes_of(path).is_some())?;
        text(&path, bytes_of(&path).unwrap_or_default())
            .map_err(|error| unreadable.get_or_insert(error).clone())
            .ok()
    };
    let ends = |ending: &str| definition.to_lowercase().ends_with(ending);
    let bundle = if ends(".csv") {
        let sheets = files.iter().filter(|(name, _)| !name.contains('/')).cloned();
        gather(read_csv_files(name, sheets)?, beside)
    } else if ends(".json") || ends(".xml") {
        Bundle::gather(Source::new(definition.as_str(), text(&definition, main)?), beside)
    } else {
        gather(read(&definition, main)?, beside)
    };
    if let Some(error) = unreadable {
        return Err(error);
    }
    let form = Form::read(&bundle).form;
    let named = form.as_ref().map(|form| form.media_named()).unwrap_or_default();
    let paths = files.iter().map(|(name, _)| name.as_str());
    let gathered = bundle.gather_media(&named, paths, |path| bytes_of(path).map(<[u8]>::to_vec));
    let (bundle, media) = gathered.map_err(WorkbookError::Media)?;
    let mut cases = Vec::new();
    for (name, bytes) in &files {
        let inside = name
            .strip_prefix(CASES)
            .filter(|name| !name.contains('/') && name.to_lowercase().ends_with(".json"));
        if inside.is_some() {
            cases.push((name.clone(), text(name, bytes)?));
        }
    }
    cases.sort();
    Ok(FormFolder { definition, bundle, media, cases })
}

/// The files of a form's folder, the definition first: what [`read_folder`] reads as the same form.
///
/// # Errors
/// The sheets can't be held by a workbook.
pub fn write_folder(folder: &FormFolder) -> Result<Files, WorkbookError> {
    let FormFolder { bundle, media, cases, .. } = folder;
    let main = match (bundle.main.sheet().is_some(), bundle.main.text.trim_start().starts_with('<')) {
        (true, _) => ("form.xlsx", write_xlsx(bundle)?),
        (false, true) => ("form.xml", bundle.main.text.as_bytes().to_vec()),
        (false, false) => ("form.json", bundle.main.text.as_bytes().to_vec()),
    };
    let mut files = vec![(main.0.to_owned(), main.1)];
    let listed = |name: &str| name == doorstep_engine::source::MEDIA_LIST;
    for file in bundle.files.iter().filter(|file| file.sheet().is_none() && !listed(&file.name)) {
        let one = (inside(&file.name), file.text.as_bytes().to_vec());
        // A file may be named by two ways that lead to it, from the form and from another folder's file: it goes along once.
        if !files.contains(&one) {
            files.push(one);
        }
    }
    files.extend(media.iter().map(|(file, bytes)| (format!("{MEDIA}{}", file.name), bytes.clone())));
    files.extend(cases.iter().map(|(name, text)| (name.clone(), text.as_bytes().to_vec())));
    Ok(files)
}

/// Where a file lies that a form names, in its own folder: `../lists/towns.csv`, which stands beside other forms, is `lists/towns.csv` in it.
pub fn inside(named: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in named.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Where a file that a form names may lie in its folder, in the order that they are looked at.
pub fn places(named: &str, definition: &str) -> Vec<String> {
    let path = inside(named);
    let stem = definition.rsplit_once('.').map_or(definition, |(stem, _)| stem);
    vec![path.clone(), format!("{MEDIA}{path}"), format!("{stem}-media/{path}")]
}

fn text(file: &str, bytes: &[u8]) -> Result<String, WorkbookError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        WorkbookError::NotUtf8 { file: file.to_owned(), at, byte: bytes[at] }
    })?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use doorstep_engine::MediaError;

    use super::*;
    use crate::pack;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";
    const FORM: &str = r#"{"settings": {"form_id": "visit", "version": "1"}, "choices": {"towns": {"csv": "../lists/towns.csv"}}, "survey": [
        {"type": "select_one towns", "name": "town", "label": "镇", "image": "well.png"},
        {"type": "text", "name": "name", "label": "姓名", "audio": "name.mp3"}]}"#;

    fn files(named: &[(&str, &[u8])]) -> Files {
        named.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
    }

    fn whole() -> Files {
        files(&[
            ("form.json", FORM.as_bytes()),
            ("lists/towns.csv", "name,label\n1,竹岛\n".as_bytes()),
            ("media/well.png", PNG),
            ("name.mp3", b"ID3 a name"),
            ("cases/a.json", b"{\"steps\": []}"),
            ("README.md", b"# Visit"),
        ])
    }

    #[test]
    fn a_form_comes_with_its_lists_its_media_and_its_cases() {
        let read = read_folder("visit.zip", whole()).unwrap();
        let names: Vec<&str> = read.bundle.files.iter().map(|file| &*file.name).collect();
        assert_eq!((&*read.definition, names), ("form.json", vec!["../lists/towns.csv", "media/list.json"]));
        let media: Vec<&str> = read.media.iter().map(|(file, _)| &*file.name).collect();
        assert_eq!(media, ["name.mp3", "well.png"]);
        assert_eq!(read.cases, [("cases/a.json".to_owned(), "{\"steps\": []}".to_owned())]);
        let form = Form::read(&read.bundle).form.unwrap();
        assert_eq!(form.media_missing(), Vec::<&str>::new());
    }

    #[test]
    fn it_goes_round_as_a_zip_of_form_json_and_of_sheets() {
        let json = read_folder("visit.zip", whole()).unwrap();
        let sheets = Bundle {
            main: Source::new(
                "form.xlsx#survey",
                "type\tname\tlabel\timage\nselect_one_from_file towns.csv\ttown\t镇\twell.png\n",
            ),
            files: vec![
                Source::new("form.xlsx#settings", "form_id\tversion\nvisit\t1\n"),
                Source::new("towns.csv", "name,label\n1,竹岛\n"),
            ],
        };
        let sheets = sheets.with_media(json.media.iter().map(|(file, _)| file.clone()).collect()).unwrap();
        let sheets = FormFolder { definition: "form.xlsx".into(), bundle: sheets, ..json.clone() };
        for folder in [json, sheets] {
            let zip = pack(&write_folder(&folder).unwrap()).unwrap();
            let again = read_folder("visit.zip", unpack(&zip).unwrap()).unwrap();
            assert_eq!(again, folder);
            assert!(holds_form(&zip));
            assert_eq!(again.bundle.hash(), folder.bundle.hash());
        }
    }

    #[test]
    fn a_list_that_is_named_by_two_ways_goes_along_once() {
        let mut folder = read_folder("visit.zip", whole()).unwrap();
        folder.bundle.files.push(Source::new("../near/../lists/towns.csv", "name,label\n1,竹岛\n"));
        let written = write_folder(&folder).unwrap();
        assert_eq!(written.iter().filter(|(name, _)| name == "lists/towns.csv").count(), 1);
        assert!(pack(&written).is_ok());
        // Two lists that would be one file are two, and nobody says which is meant.
        folder.bundle.files.push(Source::new("../near/../lists/towns.csv", "name,label\n2,城里\n"));
        let twice = pack(&write_folder(&folder).unwrap());
        assert_eq!(twice, Err(WorkbookError::BadName { file: "lists/towns.csv".into() }));
    }

    #[test]
    fn sheets_as_csv_files_are_a_form_too() {
        let sheets = files(&[
            ("survey.csv", b"type,name,label\nselect_one yn,a,A\ncsv-external,people,\n"),
            ("choices.csv", b"list_name,name,label\nyn,1,Yes\n"),
            ("media/people.csv", b"name,label\n1,A\n"),
        ]);
        let read = read_folder("visit.zip", sheets).unwrap();
        assert_eq!(&*read.bundle.main.name, "visit.zip#survey");
        assert!(read.bundle.files.iter().any(|file| &*file.name == "people.csv"));
    }

    #[test]
    fn what_can_t_be_read_is_told_by_its_name() {
        let with = |name: &str, bytes: &[u8]| {
            let mut all = whole();
            all.retain(|(known, _)| known != name);
            all.push((name.to_owned(), bytes.to_vec()));
            read_folder("visit.zip", all).unwrap_err()
        };
        let not_text = with("lists/towns.csv", b"name,label\n1,\xd6\xf1\n");
        assert_eq!(not_text, WorkbookError::NotUtf8 { file: "lists/towns.csv".into(), at: 13, byte: 0xd6 });
        let kind = with("media/well.png", b"%PDF");
        assert_eq!(kind, WorkbookError::Media(MediaError::Kind { file: "well.png".into() }));
        let none =
            read_folder("visit.zip", files(&[("cases/a.json", b"{}"), ("a.xlsx", b""), ("b.xlsx", b"")]));
        assert_eq!(none, Err(WorkbookError::NoForm));
        assert!(!holds_form(&pack(&files(&[("data.csv", b"a")])).unwrap()));
        assert!(matches!(
            read_folder("x.zip", files(&[("form.xlsx", b"MZ")])),
            Err(WorkbookError::NotExcel { .. })
        ));
    }
}
