//! A questionnaire's rows to one XForm, as pyxform makes it, with the place of the cell that said each part.
//!
//! `${name}` stays as its author wrote it, so that whoever reads the tree can point at it; [`super::spell_out`] puts the
//! path in its place where a form leaves Doorstep. Lowering never fails: what is wrong was said by the checks.

mod actions;
mod assessment;
mod bind;
mod choices;
mod control;
mod entities;
mod instance;
mod itext;
mod names;
mod outside;
mod settings;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use self::choices::is_searched;
pub(crate) use self::entities::place as place_entities;
pub(crate) use self::names::Names;
pub(crate) use self::outside::all as outside_instances;
pub(crate) use self::settings::root_name;

use self::itext::Itext;
use super::parameters::Parameters;
use super::question_types::{Action, Control};
use super::references::{only_reference, outputs};
use super::rows::{Group, Item, ItemKind, Questionnaire, Row, Syntax, Texts};
use crate::diagnostic::Diagnostics;
use crate::form::for_roles;
use crate::source::{Span, Written};
use crate::xml::{Attribute, Element, Name, Namespace};

/// The XForm of a questionnaire: an `h:html`.
pub(crate) fn lower(form: &Questionnaire) -> Element {
    let root = root_name(form);
    let names = Names::of(&form.items, &root.text);
    let mut lowering = Lowering {
        form,
        root: root.clone(),
        namespaces: settings::namespaces(form),
        default_language: settings::default_language(form),
        itext: Itext::default(),
        lists_in_itext: HashMap::new(),
        names: &names,
        model: Vec::new(),
        entities: entities::place(form, &names, &mut Diagnostics::default()),
        new_instance: Vec::new(),
    };
    let choices = lowering.choice_lists();
    let mut body = Element::new(Name::new(Namespace::Html, "body"), form.settings.place);
    if let Some(style) = form.settings.plain("style") {
        body = body.with(Name::plain("class"), style.clone());
    }
    let top = format!("/{}", root.text);
    let mut data = lowering.root();
    let within = Within { path: &top };
    for item in &form.items {
        if !is_meta(item) {
            lowering.item(item, &within, &mut data, &mut body);
        }
    }
    lowering.meta(&mut data);
    let title = lowering.title();
    let assessment = lowering.assessment();
    let mut model = Element::new(Name::xforms("model"), form.settings.place)
        .with_text(Name::new(Namespace::Odk, "xforms-version"), "1.0.0");
    if let Some(roles) = form.settings.plain("for_roles") {
        model = model.with(Name::new(Namespace::Doorstep, for_roles::ATTRIBUTE), roles.clone());
    }
    if let Some(version) = entities::version(&lowering.entities) {
        model = model.with_text(Name::new(Namespace::Entities, "entities-version"), version);
    }
    if let Some(submission) = settings::submission(form) {
        model.push(submission);
    }
    if let Some(itext) = lowering.itext.element(&lowering.default_language, form) {
        model.push(itext);
    }
    model.push(Element::new(Name::xforms("instance"), data.span).holding(data));
    for instance in outside::instances(form).into_iter().chain(choices) {
        model.push(instance);
    }
    for element in lowering.model.into_iter().chain(assessment) {
        model.push(element);
    }
    let place = form.settings.place;
    Element::new(Name::new(Namespace::Html, "html"), place)
        .holding(Element::new(Name::new(Namespace::Html, "head"), place).holding(title).holding(model))
        .holding(body)
}

/// Where an item stands.
struct Within<'a> {
    /// The path of what holds it.
    path: &'a str,
}

struct Lowering<'a> {
    form: &'a Questionnaire,
    root: Written,
    namespaces: Vec<Namespace>,
    default_language: Arc<str>,
    itext: Itext,
    /// Which lists have their labels there.
    lists_in_itext: HashMap<Arc<str>, bool>,
    names: &'a Names<'a>,
    /// Binds and actions, in document order.
    model: Vec<Element>,
    entities: Vec<entities::Declared>,
    /// For each repeat around: what is done in each new instance of it, besides its defaults.
    new_instance: Vec<Vec<Element>>,
}

impl Lowering<'_> {
    /// Lowers an item into the instance and the body.
    fn item(&mut self, item: &Item, within: &Within<'_>, data: &mut Element, body: &mut Element) {
        let path = format!("{}/{}", within.path, item.name.text);
        match &item.kind {
            ItemKind::Question(question) => match question.control {
                Control::ExternalInstance(_) => {}
                _ => self.question(item, &path, data, body),
            },
            ItemKind::Select(_) => self.question(item, &path, data, body),
            ItemKind::Group | ItemKind::Loop(_) => self.group(item, &path, data, body),
            ItemKind::Repeat => self.repeat(item, &path, within, data, body),
        }
    }

    fn question(&mut self, item: &Item, path: &str, data: &mut Element, body: &mut Element) {
        let dynamic = self.dynamic_default(item);
        let fixed = item.row.plain("default").filter(|_| dynamic.is_none());
        data.push(self.node(item, fixed));
        self.bind(item, path);
        if let Some(default) = &dynamic {
            self.model.push(actions::setvalue(path, &item.name, "odk-instance-first-load", Some(default)));
        }
        if let ItemKind::Question(question) = &item.kind
            && let Control::Action(action @ (Action::StartGeopoint | Action::BackgroundAudio)) =
                question.control
        {
            self.model.push(self.device_action(item, path, action));
        }
        if let Some(control) = self.control(item, path) {
            body.push(control);
        }
    }

    fn group(&mut self, item: &Item, path: &str, data: &mut Element, body: &mut Element) {
        let mut node = self.node(item, None);
        self.bind(item, path);
        let mut shown = self.attributes(item, Element::new(Name::xforms("group"), item.row.place));
        shown = shown.with(Name::plain("ref"), Written::plain(path, item.name.span));
        if let Some(intent) = item.row.plain("intent") {
            shown = shown.with(Name::plain("intent"), intent.clone());
        }
        if let Some(label) = self.heading(item, path) {
            shown.push(label);
        }
        let inside = Within { path };
        self.children(item, &inside, &mut node, &mut shown);
        self.entity_in(path, &mut node);
        data.push(node);
        body.push(shown);
    }

    fn repeat(
        &mut self,
        item: &Item,
        path: &str,
        within: &Within<'_>,
        data: &mut Element,
        body: &mut Element,
    ) {
        let count = self.repeat_count(item, within, data);
        let mut node = self.node(item, None);
        self.bind(item, path);
        let mut group = Element::new(Name::xforms("group"), item.row.place)
            .with(Name::plain("ref"), Written::plain(path, item.name.span));
        let label = self.heading(item, path);
        group.push(label.unwrap_or_else(|| Element::new(Name::xforms("label"), item.row.place)));
        let mut repeat = self.attributes(item, Element::new(Name::xforms("repeat"), item.row.place));
        repeat = repeat.with(Name::plain("nodeset"), Written::plain(path, item.name.span));
        if let Some(count) = count {
            repeat = repeat.with(Name::new(Namespace::JavaRosa, "count"), count);
        }
        if let Some(label) = self.item_label(item, path) {
            repeat.push(label);
        }
        let inside = Within { path };
        self.new_instance.push(Vec::new());
        self.children(item, &inside, &mut node, &mut repeat);
        self.entity_in(path, &mut node);
        self.repeat_actions(item, path, &mut repeat);
        for action in self.new_instance.pop().unwrap_or_default() {
            repeat.push(action);
        }
        group.push(repeat);
        instance::push_repeat(data, node, item, self.form.syntax);
        body.push(group);
    }

    fn children(&mut self, item: &Item, inside: &Within<'_>, node: &mut Element, shown: &mut Element) {
        for child in &item.children {
            if !is_meta(child) {
                self.item(child, inside, node, shown);
            }
        }
    }

    /// How often a repeat is asked: a path that XForms can follow, so that any other expression becomes a node beside it.
    fn repeat_count(&mut self, item: &Item, within: &Within<'_>, data: &mut Element) -> Option<Written> {
        let count = item.row.body("jr:count")?;
        if only_reference(&count.text).is_some() || self.form.syntax == Syntax::Json {
            return Some(count.clone());
        }
        let name = format!("{}_count", item.name.text);
        let path = format!("{}/{name}", within.path);
        data.push(Element::new(Name::xforms(&*name), count.span));
        self.model.push(
            Element::new(Name::xforms("bind"), count.span)
                .with_text(Name::plain("nodeset"), &path)
                .with_text(Name::plain("type"), "string")
                .with_text(Name::plain("readonly"), "true()")
                .with(Name::plain("calculate"), count.clone()),
        );
        // Beside the repeat, since another node may have the same name.
        let beside = self.names.is_known(&name) || !self.names.is_unique(&item.name.text);
        let count_node = if beside { format!("../{name}") } else { format!("${{{name}}}") };
        Some(Written::plain(&count_node, count.span))
    }

    /// Do words stand in the itext? Those by language do; in form JSON all do once there is a default language.
    fn in_itext(&self, texts: &Texts) -> bool {
        texts.has_languages()
            || (self.form.syntax == Syntax::Json
                && self.form.has_setting("default_language")
                && !texts.is_empty())
    }

    /// The name of an attribute or node as an author wrote it: `odk:length`.
    fn qualified(&self, written: &str) -> Name {
        qualified(written, &self.namespaces)
    }
}

/// A name with its prefix resolved; an unknown prefix is left in the name's namespace.
fn qualified(written: &str, namespaces: &[Namespace]) -> Name {
    let Some((prefix, local)) = written.split_once(':') else { return Name::plain(written) };
    let known = [
        Namespace::JavaRosa,
        Namespace::OpenRosa,
        Namespace::Odk,
        Namespace::Entities,
        Namespace::Events,
        Namespace::Xml,
        Namespace::Html,
    ];
    let found = namespaces.iter().chain(&known).find(|namespace| namespace.prefix() == prefix);
    let namespace = match found {
        Some(namespace) => namespace.clone(),
        None if prefix == "xsd" => Namespace::other(prefix, "http://www.w3.org/2001/XMLSchema"),
        None => Namespace::other(prefix, prefix),
    };
    Name::new(namespace, local)
}

/// Does it stand in the form's metadata?
fn is_meta(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Question(question) if question.control == Control::Audit)
}

/// Fills an element with words; each `${name}` and each path from `instance('…')` becomes an output.
fn say(element: &mut Element, words: &Written) {
    let text = &*words.text;
    let mut at = 0;
    for span in outputs(text) {
        if span.start > at {
            element.push_text(words.slice(at..span.start));
        }
        let place = words.part(span.clone());
        let output = Element::new(Name::xforms("output"), place);
        element.push(output.with(Name::plain("value"), words.slice(span.clone())));
        at = span.end;
    }
    if at < text.len() {
        element.push_text(words.slice(at..text.len()));
    }
}

/// Sets an attribute, in the place of one of the same name.
fn put(element: &mut Element, name: Name, value: Written) {
    match element.attributes.iter_mut().find(|attribute| attribute.name == name) {
        Some(attribute) => attribute.value = value,
        None => element.attributes.push(Attribute { name, value }),
    }
}

/// The parameters of a row; what is wrong with them was said before.
fn parameters(row: &Row) -> Parameters {
    Parameters::read(row.plain("parameters"), &mut Diagnostics::default())
}

/// The span of what an item is called by.
fn place(item: &Item) -> Span {
    item.row.cell(Group::Plain, "name").map_or(item.row.place, |cell| cell.words.span)
}

#[cfg(test)]
pub(crate) mod tests;
