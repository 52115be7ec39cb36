//! The settings sheet: what the model, the body and the submission say of the form as a whole.

use super::model::Model;
use super::table::Row;
use super::texts::Itext;
use super::xlsform::Target;
use super::{Losses, assessment};
use crate::form::for_roles;
use crate::xml::{Attribute, Namespace};

/// The one row of the sheet.
pub(super) fn row(
    form: &Model<'_>,
    itext: &Itext<'_>,
    target: Target,
    duplicates: bool,
    losses: &mut Losses,
) -> Row {
    let primary = form.nodes[0].element;
    let mut row = Row::new(form.model.span);
    row.set("form_title", form.title.as_str());
    let titles = itext.words(&format!("/{}:title", form.nodes[0].name));
    let others = titles.iter().any(|(_, words)| *words != form.title);
    match target {
        Target::FormJson | Target::OwnSheets if others => {
            titles.iter().for_each(|(language, words)| row.set(format!("form_title::{language}"), words));
        }
        Target::XlsForm if others => {
            let what = "the title has other words in other languages; a workbook's form has one title";
            losses.push(form.model.span, what);
        }
        Target::FormJson | Target::OwnSheets | Target::XlsForm => {}
    }
    for attribute in &primary.attributes {
        let text = &*attribute.value.text;
        match (&attribute.name.namespace, &*attribute.name.local) {
            (Namespace::None, "id") => row.set("form_id", text),
            (Namespace::None | Namespace::OpenRosa, "version") => row.set("version", text),
            (Namespace::Odk, "prefix") => row.set("prefix", text),
            (Namespace::Odk, "delimiter") => row.set("delimiter", text),
            (Namespace::JavaRosa, "template") => {}
            _ => row.set(format!("attribute::{}", attribute.name.written()), text),
        }
    }
    if form.nodes[0].name != "data" {
        row.set("name", form.nodes[0].name.as_str());
    }
    if let Namespace::Other(declared) = &primary.name.namespace {
        row.set("instance_xmlns", &*declared.uri);
    }
    if let Some(language) = itext.default.filter(|language| *language != "default") {
        row.set("default_language", language);
    }
    if let Some(style) = form.body.and_then(|body| body.attribute("class")) {
        row.set("style", &*style.text);
    }
    if let Some(roles) = form.model.attribute_in(&Namespace::Doorstep, for_roles::ATTRIBUTE) {
        row.set("for_roles", &*roles.text);
    }
    if let Some(services) = assessment::services(form.model) {
        row.set("services", services);
    }
    if duplicates {
        row.set("allow_choice_duplicates", "yes");
    }
    row.set("namespaces", namespaces(form));
    meta(form, &mut row, losses);
    submission(form, &mut row, losses);
    row
}

/// `meta`: the submission's id and name.
fn meta(form: &Model<'_>, row: &mut Row, losses: &mut Losses) {
    let meta = form.nodes[0].children.iter().copied().find(|node| form.in_meta(*node));
    let mut has_id = false;
    for child in meta.map_or(&[][..], |meta| &form.nodes[meta].children) {
        let bind = |namespace: &Namespace, local: &str| form.bind(*child, namespace, local);
        match &*form.nodes[*child].element.name.local {
            "instanceID" => {
                has_id = true;
                let preload = bind(&Namespace::JavaRosa, "preload").map(|preload| &*preload.text);
                if let Some(other) = preload.filter(|preload| *preload != "uid") {
                    row.set("instance_id", other);
                }
            }
            "instanceName" => {
                if let Some(name) = bind(&Namespace::None, "calculate") {
                    row.set("instance_name", form.named(&name.text, *child));
                }
            }
            "audit" => {}
            "entity" if super::entities::is_entity(form, *child) => {}
            other => losses.push(form.span(*child), format!("`{other}` in the form's metadata is left out")),
        }
    }
    if !has_id {
        row.set("omit_instanceID", "yes");
    }
}

fn submission(form: &Model<'_>, row: &mut Row, losses: &mut Losses) {
    let Some(submission) = form.model.child("submission") else { return };
    for attribute in &submission.attributes {
        let text = &*attribute.value.text;
        match &*attribute.name.local {
            "action" => row.set("submission_url", text),
            "base64RsaPublicKey" => row.set("public_key", text),
            "auto-send" => row.set("auto_send", text),
            "auto-delete" => row.set("auto_delete", text),
            "method" => {}
            other => losses.push(attribute.value.span, format!("`{other}` of the submission is left out")),
        }
    }
}

/// Namespaces that no tool of the field declares by itself, `ex="http://example.com/ns"`.
fn namespaces(form: &Model<'_>) -> String {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for node in &form.nodes {
        let elements = [Some(node.element), node.control, node.group, node.repeat];
        let elements = elements.into_iter().flatten().chain(node.binds.iter().copied());
        for Attribute { name, .. } in elements.flat_map(|element| &element.attributes) {
            if let Namespace::Other(declared) = &name.namespace
                && !declared.prefix.is_empty()
                && !found.iter().any(|(known, _)| **known == *declared.prefix)
            {
                found.push((&*declared.prefix, &*declared.uri));
            }
        }
    }
    found.iter().map(|(prefix, uri)| format!("{prefix}=\"{uri}\"")).collect::<Vec<_>>().join(" ")
}
