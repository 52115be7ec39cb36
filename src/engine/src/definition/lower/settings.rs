//! The settings' part of an XForm: the form's node, its title, where it is submitted to.

use std::sync::Arc;

use super::super::references::is_name;
use super::super::rows::{Group, Questionnaire, Syntax};
use super::{Lowering, qualified, say};
use crate::source::Written;
use crate::xml::{Element, Name, Namespace};

/// What the form's node is called.
pub(crate) fn root_name(form: &Questionnaire) -> Written {
    let named = match form.syntax {
        Syntax::Sheets => form.settings.plain("name"),
        Syntax::Json => form.settings.plain("name").or(form.settings.plain("form_id")),
    };
    match named {
        Some(name) if is_name(&name.text) => name.clone(),
        _ => Written::plain(&form.fallback_name, form.settings.place),
    }
}

fn form_id(form: &Questionnaire) -> Written {
    let fallback = || Written::plain(&form.fallback_id, form.settings.place);
    form.settings.plain("form_id").cloned().unwrap_or_else(fallback)
}

/// The language of words that name none.
pub(super) fn default_language(form: &Questionnaire) -> Arc<str> {
    match form.settings.plain("default_language") {
        Some(language) => language.text.to_arc(),
        None => "default".into(),
    }
}

/// Prefixes that the settings declare: `ex="http://example.com" y="…"`.
pub(super) fn namespaces(form: &Questionnaire) -> Vec<Namespace> {
    let mut found = Vec::new();
    let Some(said) = form.settings.plain("namespaces") else { return found };
    for part in said.text.split_whitespace() {
        if let Some((prefix, uri)) = part.split_once('=') {
            let uri = uri.trim_matches(['"', '\'']);
            let prefix = prefix.strip_prefix("xmlns:").unwrap_or(prefix);
            if is_name(prefix) && !uri.is_empty() {
                found.push(Namespace::of(uri, prefix));
            }
        }
    }
    found
}

/// The form's node with its id, version and attributes.
pub(super) fn root(form: &Questionnaire, name: &Written, namespaces: &[Namespace]) -> Element {
    let settings = &form.settings;
    let namespace = match settings.plain("instance_xmlns") {
        Some(uri) => Namespace::of(&uri.text, ""),
        None => Namespace::XForms,
    };
    let mut root = Element::new(Name::new(namespace, name.text.to_arc()), settings.place)
        .with(Name::plain("id"), form_id(form));
    if let Some(version) = settings.plain("version") {
        root = root.with(Name::plain("version"), version.clone());
    }
    for (setting, attribute) in [("prefix", "prefix"), ("delimiter", "delimiter")] {
        if let Some(said) = settings.plain(setting) {
            root = root.with(Name::new(Namespace::Odk, attribute), said.clone());
        }
    }
    for cell in settings.cells.iter().filter(|cell| cell.column.group == Group::Attribute) {
        if !cell.column.name.is_empty() {
            root = root.with(qualified(&cell.column.name, namespaces), cell.words.clone());
        }
    }
    root
}

/// Where and how a form is submitted; none if the settings say nothing.
pub(super) fn submission(form: &Questionnaire) -> Option<Element> {
    let settings = &form.settings;
    let mut submission = Element::new(Name::xforms("submission"), settings.place);
    if let Some(address) = settings.plain("submission_url") {
        submission =
            submission.with(Name::plain("action"), address.clone()).with_text(Name::plain("method"), "post");
    }
    if let Some(key) = settings.plain("public_key") {
        submission = submission.with(Name::plain("base64RsaPublicKey"), key.clone());
    }
    for (setting, attribute) in [("auto_send", "auto-send"), ("auto_delete", "auto-delete")] {
        if let Some(said) = settings.plain(setting) {
            submission = submission.with(Name::new(Namespace::OpenRosa, attribute), said.clone());
        }
    }
    (!submission.attributes.is_empty()).then_some(submission)
}

impl Lowering<'_> {
    /// `h:title`: the title, or the id where there is none. In the itext, if it has languages.
    pub(super) fn title(&mut self) -> Element {
        let texts = self.form.settings.texts(Group::Plain, "title");
        let words = texts
            .of(Some(&self.default_language))
            .or(texts.of(None))
            .or(texts.first())
            .cloned()
            .unwrap_or_else(|| form_id(self.form));
        let mut title = Element::new(Name::new(Namespace::Html, "title"), words.span);
        if self.in_itext(&texts) {
            let id = format!("/{}:title", self.root.text);
            self.itext.add(&id, None, &texts, &self.default_language);
            title = title.with_text(Name::plain("ref"), &format!("jr:itext('{id}')"));
        }
        say(&mut title, &words);
        title
    }
}
