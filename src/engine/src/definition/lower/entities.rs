//! Entities: which section declares each, and what it becomes there (ODK entities specification).
//!
//! An entity is declared in the metadata of the innermost section that everything it is made of stands in. A section
//! declares one; the next one moves outwards, but never out of its repeat.

use std::collections::HashMap;

use super::super::references::references;
use super::super::rows::{Group, ItemKind, Questionnaire, Row};
use super::names::{Known, Names};
use super::{Lowering, actions};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Composer, Span, Written};
use crate::xml::{Element, Name};

/// An entity with the path of the section that declares it.
pub(crate) struct Declared {
    pub list: Written,
    pub row: Row,
    pub path: String,
}

/// One mention that ties an entity to a place in the form.
struct Mention {
    /// The sections around, innermost first, down to the form itself.
    sections: Vec<String>,
    /// The innermost repeat around, or the form.
    scope: String,
    depth: usize,
    order: usize,
    is_save_to: bool,
    name: String,
    span: Span,
}

/// The version of the entities specification that is needed: 2025.1 where one is declared in a section.
pub(super) fn version(declared: &[Declared]) -> Option<&'static str> {
    let first = declared.first()?;
    let nested = |entity: &Declared| entity.path.matches('/').count() > 1;
    Some(match declared.len() > 1 || nested(first) {
        true => "2025.1.0",
        false => "2024.1.0",
    })
}

/// Gives each declaration its section; says what has none.
pub(crate) fn place(form: &Questionnaire, names: &Names<'_>, found: &mut Diagnostics) -> Vec<Declared> {
    let root = format!("/{}", super::settings::root_name(form).text);
    let all = form.entities.iter().map(|row| mentions(form, row, names, &root));
    let wanted: Vec<(usize, Vec<Mention>)> = all.enumerate().collect();
    let mut owners: HashMap<String, usize> = HashMap::new();
    let mut declared: Vec<Option<Declared>> = form.entities.iter().map(|_| None).collect();
    for (index, mentions) in &wanted {
        let row = &form.entities[*index];
        let Some(list) = row.plain("list_name") else { continue };
        let Some(main) = main_mention(&list.text, mentions, found) else {
            if mentions.is_empty() && own(&mut owners, std::slice::from_ref(&root), &root, *index).is_none() {
                taken(row, &root, form, &owners, found);
            }
            if mentions.is_empty() {
                declared[*index] =
                    Some(Declared { list: list.clone(), row: row.clone(), path: root.clone() });
            }
            continue;
        };
        let together = match form.entities.len() == 1 && main.scope == root {
            // Alone and outside of repeats it stands at the top, as forms had it before there could be several.
            true => vec![root.clone()],
            false => common(mentions, main),
        };
        match own(&mut owners, &together, &main.scope, *index) {
            Some(path) => {
                reserve(&mut owners, mentions, &path, *index);
                declared[*index] = Some(Declared { list: list.clone(), row: row.clone(), path });
            }
            None => taken(row, &main.scope, form, &owners, found),
        }
    }
    declared.into_iter().flatten().collect()
}

/// Where everything that an entity is made of stands.
fn mentions(form: &Questionnaire, row: &Row, names: &Names<'_>, root: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let Some(list) = row.plain("list_name") else { return found };
    let only = form.entities.len() == 1;
    for (order, known) in names.iter().enumerate() {
        let Some(save_to) = known.item.row.bind("entities:saveto") else { continue };
        let of_list = match save_to.text.split_once('#') {
            Some((named, _)) => *named == *list.text,
            None => only,
        };
        if of_list && !known.item.is_section() {
            found.push(mention(names, known, root, order, true, save_to.span));
        }
    }
    for cell in row.cells.iter().filter(|cell| &*cell.column.name != "list_name") {
        for reference in references(&cell.words.text).filter(|reference| !reference.last_saved) {
            let order = names.iter().position(|known| known.name == reference.name);
            if let (Some(order), Some(known)) = (order, names.all(reference.name).next()) {
                found.push(mention(names, known, root, order, false, cell.words.part(reference.span)));
            }
        }
    }
    found
}

fn mention(
    names: &Names<'_>,
    known: &Known<'_>,
    root: &str,
    order: usize,
    is_save_to: bool,
    span: Span,
) -> Mention {
    let around = names.around(known);
    let repeat = around.iter().find(|section| matches!(section.item.kind, ItemKind::Repeat));
    let scope = repeat.map_or_else(|| root.to_owned(), |section| section.path.clone());
    let depth = around.iter().filter(|section| matches!(section.item.kind, ItemKind::Repeat)).count();
    let sections = around.iter().map(|section| section.path.clone()).chain([root.to_owned()]).collect();
    Mention { sections, scope, depth, order, is_save_to, name: known.name.to_owned(), span }
}

/// The mention that decides in which repeat the entity is: the deepest, else the first. The others must agree.
fn main_mention<'a>(list: &str, mentions: &'a [Mention], found: &mut Diagnostics) -> Option<&'a Mention> {
    let main = mentions.iter().min_by_key(|mention| (std::cmp::Reverse(mention.depth), mention.order))?;
    let mut agrees = true;
    for mention in mentions {
        let fits = match mention.is_save_to {
            true => mention.scope == main.scope,
            false => main.sections.contains(&mention.scope),
        };
        if fits {
            continue;
        }
        agrees = false;
        found.push(
            Diagnostic::error(
                "entity-across-repeats",
                mention.span,
                format!("`{}` is not asked where the entity `{list}` is made", mention.name),
            )
            .label(main.span, format!("it is made here, once for each instance of `{}`", main.scope))
            .hint("copy the answer with a `calculate` beside the others, and use that"),
        );
    }
    agrees.then_some(main)
}

/// The sections that an entity may be declared in, innermost first: the one around all its properties, else those around
/// the deepest answer that it reads.
fn common(mentions: &[Mention], main: &Mention) -> Vec<String> {
    let saved: Vec<&Mention> = mentions.iter().filter(|mention| mention.is_save_to).collect();
    let Some(first) = saved.first() else {
        let inside = mentions.iter().filter(|mention| mention.scope == main.scope);
        let deepest = inside.min_by_key(|mention| (std::cmp::Reverse(mention.sections.len()), mention.order));
        return deepest.unwrap_or(main).sections.clone();
    };
    // No other section does: between a property and its entity there is no other entity.
    first
        .sections
        .iter()
        .find(|section| saved.iter().all(|mention| mention.sections.contains(section)))
        .into_iter()
        .cloned()
        .collect()
}

/// Takes the first free section up to the scope.
fn own(
    owners: &mut HashMap<String, usize>,
    sections: &[String],
    scope: &str,
    entity: usize,
) -> Option<String> {
    for section in sections {
        if !owners.contains_key(section) {
            owners.insert(section.clone(), entity);
            return Some(section.clone());
        }
        if section == scope {
            return None;
        }
    }
    None
}

/// Between a property's question and its entity no other entity may stand.
fn reserve(owners: &mut HashMap<String, usize>, mentions: &[Mention], path: &str, entity: usize) {
    for mention in mentions.iter().filter(|mention| mention.is_save_to) {
        for section in mention.sections.iter().take_while(|section| *section != path) {
            owners.entry(section.clone()).or_insert(entity);
        }
    }
}

fn taken(
    row: &Row,
    scope: &str,
    form: &Questionnaire,
    owners: &HashMap<String, usize>,
    found: &mut Diagnostics,
) {
    let list = row.plain("list_name");
    let name = list.map_or("", |list| &list.text);
    let mut diagnostic = Diagnostic::error(
        "entity-without-place",
        list.map_or(row.place, |list| list.span),
        format!("there is no section left for the entity `{name}`: each declares one at most"),
    );
    if let Some(other) = owners.get(scope).and_then(|index| form.entities.get(*index)) {
        diagnostic = diagnostic.label(other.place_of(Group::Plain, "list_name"), "this one has the last");
    }
    found.push(diagnostic.hint("put the questions that it is made of in a group of their own"));
}

/// The property that a `save_to` names, without its list.
pub(super) fn property(save_to: &Written) -> Written {
    match save_to.text.find('#') {
        Some(at) => save_to.slice(at + 1..save_to.text.len()),
        None => save_to.clone(),
    }
}

impl Lowering<'_> {
    /// Adds the entity of a section to its node, in metadata of its own.
    pub(super) fn entity_in(&mut self, path: &str, node: &mut Element) {
        let mut meta = Element::new(Name::xforms("meta"), node.span);
        self.entity_of(path, &mut meta);
        if !meta.content.is_empty() {
            node.push(meta);
        }
    }

    /// Adds the entity that a section declares, if it does, to its metadata.
    pub(super) fn entity_of(&mut self, path: &str, meta: &mut Element) {
        let Some(index) = self.entities.iter().position(|entity| entity.path == *path) else { return };
        let (list, row) = (self.entities[index].list.clone(), self.entities[index].row.clone());
        let at = format!("{path}/meta/entity");
        let id = row.plain("entity_id");
        let creates = row.plain("create_if").is_some() || id.is_none();
        let place = list.span;
        let mut entity =
            Element::new(Name::xforms("entity"), place).with(Name::plain("dataset"), list.clone());
        let flags = [("create", creates, "create_if"), ("update", id.is_some(), "update_if")];
        for (name, is_so, column) in flags {
            if is_so {
                entity = entity.with_text(Name::plain(name), "1");
            }
            if let Some(condition) = row.plain(column) {
                self.model.push(calculated(&format!("{at}/@{name}"), Some(condition.clone()), place));
            }
        }
        if let Some(id) = id {
            for (attribute, column) in
                [("baseVersion", "__version"), ("trunkVersion", "__trunkVersion"), ("branchId", "__branchId")]
            {
                entity = entity.with_text(Name::plain(attribute), "");
                let mut value = Composer::new(id.span);
                value.own(&format!("instance('{}')/root/item[name=", list.text));
                value.author(id);
                value.own(&format!("]/{column}"));
                self.model.push(calculated(&format!("{at}/@{attribute}"), Some(value.done()), place));
            }
        }
        entity = entity.with_text(Name::plain("id"), "");
        self.model.push(calculated(&format!("{at}/@id"), id.cloned(), place));
        if id.is_none() {
            let made = Written::plain("uuid()", place);
            let set = |event: &str| actions::setvalue(&format!("{at}/@id"), &list, event, Some(&made));
            self.model.push(set("odk-instance-first-load"));
            if let Some(repeat) = self.new_instance.last_mut() {
                repeat.push(set("odk-new-repeat"));
            }
        }
        if let Some(label) = row.plain("label") {
            entity.push(Element::new(Name::xforms("label"), label.span));
            self.model.push(calculated(&format!("{at}/label"), Some(label.clone()), label.span));
        }
        meta.push(entity);
    }
}

fn calculated(path: &str, value: Option<Written>, place: Span) -> Element {
    let mut bind = Element::new(Name::xforms("bind"), place)
        .with_text(Name::plain("nodeset"), path)
        .with_text(Name::plain("readonly"), "true()")
        .with_text(Name::plain("type"), "string");
    if let Some(value) = value {
        bind.span = value.span;
        bind = bind.with(Name::plain("calculate"), value);
    }
    bind
}
