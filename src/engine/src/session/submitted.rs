//! An instance as another program submitted it: which form and version it answers, its own id, and its answers read against the form.
//!
//! Kept here: nothing is passed over. What the form does not have is said, so that a version that only looks alike takes no
//! answers away. Only `meta` may hold what it will, and what an XForm of ours calculates by the way is calculated anew.

use std::sync::Arc;

use super::instance_xml::{at_root, meant, read_root};
use super::{Opening, RestoreError, Session, World};
use crate::export::is_steps;
use crate::form::{Form, NodeKind, Preload, ScopeDefId};
use crate::view::NodeId;
use crate::xml::Element;

/// An instance's root, read.
#[derive(Clone, Debug)]
pub struct Submitted {
    root: Element,
}

impl Submitted {
    /// Reads an instance's text. A document type is refused: no form client writes one, and entities are for bombs.
    ///
    /// # Errors
    /// [`RestoreError`] if it is no XML, nests too deeply or holds too much.
    pub fn read(xml: &str) -> Result<Submitted, RestoreError> {
        let xml = xml.trim_start_matches('\u{feff}');
        if xml.contains("<!DOCTYPE") {
            return Err(at_root("an instance has no document type"));
        }
        read_root(xml).map(|root| Submitted { root })
    }

    /// The form's id, as the root says (ODK XForms, *Primary instance*); empty if it does not.
    pub fn form_id(&self) -> &str {
        self.attribute("id")
    }

    /// The form's version, as the root says; empty if it has none.
    pub fn version(&self) -> &str {
        self.attribute("version")
    }

    /// Is it encrypted as ODK has it, so that only who has the office's key can read it?
    pub fn is_encrypted(&self) -> bool {
        self.attribute("encrypted") == "yes"
    }

    /// The names of an encrypted one's files, as its manifest has them: the media, then the answers.
    pub fn encrypted_files(&self) -> Vec<String> {
        let text = |element: &Element| element.text().trim().to_owned();
        let named = |element: &Element, name: &str| *element.name.local == *name;
        let media = self.root.elements().filter(|child| named(child, "media"));
        let media = media.flat_map(|media| media.elements().filter(|file| named(file, "file")).map(text));
        let answers = self.root.elements().filter(|child| named(child, "encryptedXmlFile")).map(text);
        media.chain(answers).collect()
    }

    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    fn attribute(&self, local: &str) -> &str {
        self.root.attribute(local).map_or("", |value| &*value.text)
    }

    /// What `meta` calls it (OpenRosa, *Metadata*).
    pub fn instance_id(&self) -> Option<String> {
        self.meta("instanceID")
    }

    /// What the instance was called that this one replaces.
    pub fn deprecated_id(&self) -> Option<String> {
        self.meta("deprecatedID")
    }

    fn meta(&self, name: &str) -> Option<String> {
        let meta = self.root.elements().find(|child| &*child.name.local == "meta")?;
        let said = meta.elements().find(|child| &*child.name.local == name)?.text();
        Some(said.trim().to_owned()).filter(|said| !said.is_empty())
    }

    /// When it was begun, where the form asks the device for it: the text of `start`.
    pub fn started(&self, form: &Form) -> Option<String> {
        self.preloaded(form, Preload::Start)
    }

    /// When it was finished, where the form asks the device for it: the text of `end`.
    pub fn finished(&self, form: &Form) -> Option<String> {
        self.preloaded(form, Preload::End)
    }

    fn preloaded(&self, form: &Form, preload: Preload) -> Option<String> {
        let is_it = |node: &NodeId| {
            let node = form.node(*node);
            node.bind.preload == Some(preload) && node.scope == ScopeDefId::ROOT
        };
        let mut at = (0..form.nodes.len() as u32).map(NodeId).find(is_it)?;
        let mut steps = Vec::new();
        while at != NodeId(0) {
            steps.push(&form.node(at).qname.local);
            at = form.node(at).parent;
        }
        let root = Some(&self.root);
        let found = steps
            .iter()
            .rev()
            .fold(root, |element, name| element?.elements().find(|child| child.name.local == **name));
        Some(found?.text().trim().to_owned())
    }

    /// Its answers, read against the form. Values that are none of their type are violations of the session's.
    ///
    /// # Errors
    /// [`RestoreError`] if something in it is not in the form, or it is an instance of another. Holds no answers and no names
    /// but the form's own.
    pub fn open(&self, form: Arc<Form>, world: World) -> Result<Session, RestoreError> {
        strangers(&form, NodeId(0), &self.root, "")?;
        Session::open_root(form, world, &self.root, Opening::Restore)
    }
}

/// Refuses elements that the form does not have.
fn strangers(form: &Form, node: NodeId, element: &Element, above: &str) -> Result<(), RestoreError> {
    let path = format!("{above}/{}", form.node(node).name);
    for child in element.elements() {
        let inner = meant(form, node, child);
        let aside = |local: &str| local == "meta" || is_steps(local);
        if node == NodeId(0) && aside(&child.name.local) && inner.is_none_or(|inner| form.node(inner).implied)
        {
            continue;
        }
        let refused = || {
            let length = child.name.local.chars().count();
            let reason = format!("an element whose name has {length} characters is not in the form");
            RestoreError { path: path.clone(), reason }
        };
        let inner = inner.ok_or_else(refused)?;
        match form.node(inner).kind {
            NodeKind::Group | NodeKind::Repeat { .. } => strangers(form, inner, child, &path)?,
            NodeKind::Leaf(_) if child.elements().next().is_some() => {
                let (path, reason) = (format!("{path}/{}", form.node(inner).name), "this holds elements");
                return Err(RestoreError { path, reason: reason.into() });
            }
            NodeKind::Leaf(_) | NodeKind::Attribute => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Extent;
    use crate::source::{Bundle, Source};
    use crate::value::Value;

    const FORM: &str = r#"{
        "settings": {"form_id": "visit", "version": "2"},
        "survey": [
            {"type": "start", "name": "start"},
            {"type": "end", "name": "end"},
            {"type": "repeat", "name": "person", "label": "Person", "children": [
                {"type": "text", "name": "name", "label": "Name"},
                {"type": "image", "name": "photo", "label": "Photo"}
            ]},
            {"type": "integer", "name": "age", "label": "Age"}
        ]
    }"#;

    fn form() -> Arc<Form> {
        let checked = Form::read(&Bundle { main: Source::new("form.json", FORM), files: Vec::new() });
        checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
    }

    #[test]
    fn a_form_says_what_its_submissions_are_encrypted_with_however_it_is_written() {
        let key = |name: &str, text: &str| {
            let checked = Form::read(&Bundle { main: Source::new(name, text), files: Vec::new() });
            checked.form.unwrap().public_key().map(str::to_owned)
        };
        assert_eq!(key("form.json", FORM), None);
        let json = FORM.replace(r#""form_id""#, r#""public_key": "MIIB", "form_id""#);
        assert_eq!(key("form.json", &json).as_deref(), Some("MIIB"));
        assert_eq!(key("form.json", &json.replace("MIIB", " ")), None);
        let xform = |submission: &str| {
            format!(
                r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
                <instance><visit id="visit"><name/></visit></instance><bind nodeset="/visit/name" type="string"/>{submission}</model></h:head>
                <h:body><input ref="/visit/name"><label>Name</label></input></h:body></h:html>"#
            )
        };
        let with = xform(r#"<submission base64RsaPublicKey="MIIB"/>"#);
        assert_eq!(key("form.xml", &with).as_deref(), Some("MIIB"));
        assert_eq!(key("form.xml", &xform("<submission method=\"post\"/>")), None);
        let file = |name: &str, text: &str| Source::new(name, text);
        let workbook = Bundle {
            main: file("form.xlsx#survey", "type\tname\tlabel\ntext\tname\tName"),
            files: vec![file("form.xlsx#settings", "form_id\tpublic_key\nvisit\tMIIB")],
        };
        let checked = Form::read(&workbook);
        let form = checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        assert_eq!(form.public_key(), Some("MIIB"));
    }

    /// As Collect writes it: the form's own namespace, and its `meta` in it.
    const COLLECTS: &str = r#"<?xml version='1.0' ?><visit id="visit" version="2" xmlns:orx="http://openrosa.org/xforms"><start>2026-11-23T09:30:00.000+08:00</start><end>2026-11-23T10:00:00.000+08:00</end><person><name>张三</name><photo>1.jpg</photo></person><person><name/><photo/></person><age>71</age><meta><instanceID>uuid:a</instanceID><deprecatedID> uuid:b </deprecatedID></meta></visit>"#;

    #[test]
    fn what_an_instance_says_of_itself_is_read() {
        let submitted = Submitted::read(COLLECTS).unwrap();
        assert_eq!((submitted.form_id(), submitted.version()), ("visit", "2"));
        assert_eq!(submitted.instance_id().as_deref(), Some("uuid:a"));
        assert_eq!(submitted.deprecated_id().as_deref(), Some("uuid:b"));
        assert_eq!(submitted.started(&form()).as_deref(), Some("2026-11-23T09:30:00.000+08:00"));
        assert_eq!(submitted.finished(&form()).as_deref(), Some("2026-11-23T10:00:00.000+08:00"));
        assert!(!submitted.is_encrypted());
        let bare = Submitted::read("<data encrypted='yes'/>").unwrap();
        assert_eq!((bare.form_id(), bare.instance_id(), bare.finished(&form())), ("", None, None));
        assert!(bare.is_encrypted() && bare.encrypted_files().is_empty());
        let two = "<data encrypted='yes'><media><file>1.jpg.enc</file><file> 2.jpg.enc</file></media><media/><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>";
        let files = ["1.jpg.enc", "2.jpg.enc", "submission.xml.enc"];
        assert_eq!(Submitted::read(two).unwrap().encrypted_files(), files);
    }

    #[test]
    fn its_answers_are_the_forms() {
        let session = Submitted::read(COLLECTS).unwrap().open(form(), World::default()).unwrap();
        let data = session.data(Extent::Relevant);
        assert_eq!(data["visit"]["age"], 71);
        assert_eq!(data["visit"]["person"][0]["name"], "张三");
        assert_eq!(data["visit"]["person"].as_array().map(Vec::len), Some(2));
        let photo = session.value(session.at("/visit/person[1]/photo").unwrap());
        assert!(matches!(photo, Some(Value::Attachment(name)) if &**name == "1.jpg"));
        assert!(
            session
                .violations()
                .iter()
                .all(|(_, violation)| { !matches!(violation.kind, crate::view::ViolationKind::Type(_)) })
        );
    }

    #[test]
    fn what_the_form_does_not_have_is_refused_without_quoting_it() {
        for (from, to, path, reason) in [
            ("<age>", "<张三/><age>", "/visit", "an element whose name has 2 characters is not in the form"),
            (
                "<name/>",
                "<name/><x/>",
                "/visit/person",
                "an element whose name has 1 characters is not in the form",
            ),
            ("<age>71", "<age>7<b>1</b>", "/visit/age", "this holds elements"),
            ("<visit ", "<other ", "/", "this is an instance of another form"),
        ] {
            let xml = COLLECTS
                .replacen(from, to, 1)
                .replace("</visit>", if path == "/" { "</other>" } else { "</visit>" });
            let submitted = Submitted::read(&xml).unwrap();
            let error = submitted.open(form(), World::default()).err().unwrap();
            assert_eq!((&*error.path, &*error.reason), (path, reason));
        }
    }

    #[test]
    fn bombs_and_what_is_no_xml_are_refused() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        for bad in ["", "{}", "<a>", "<a/><b/>", "<a>\u{0}</a>", &deep, bomb] {
            assert!(Submitted::read(bad).is_err(), "{}", &bad[..bad.len().min(40)]);
        }
    }
}
