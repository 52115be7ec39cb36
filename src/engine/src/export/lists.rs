//! Inline lists as a sheet of choices can hold them: their items named by `name` and shown by `label`, everything else of them columns.
//!
//! An XForm may call all of that as it likes. Whatever is called otherwise here is called so in every expression that reads it, too:
//! the form does the same.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::instances::{ItemsetParts, TAKEN};
use crate::expr::parser::parse;
use crate::expr::syntax::{Ast, Axis, Kind, Path, Start, Step, Test};
use crate::source::Written;
use crate::xml::{Content, Element, Name, Namespace};

/// What parts of one list are called from now on.
struct Renamed {
    root: String,
    /// None: its items have several names, and keep them.
    item: Option<String>,
    /// Of an item's children, and of its attributes with `@`.
    names: HashMap<String, String>,
}

/// By the list's id.
type Lists = HashMap<String, Renamed>;

/// The form with its lists as columns.
pub(super) fn as_columns(root: &Element) -> Element {
    let mut form = root.clone();
    let lists = lists(root);
    if !lists.is_empty() {
        element(&mut form, &lists);
    }
    form
}

/// The lists of which something is renamed.
fn lists(root: &Element) -> Lists {
    let head = root.elements().find(|element| &*element.name.local == "head");
    let Some(model) = head.and_then(|head| head.child("model")) else { return Lists::new() };
    let mut shown = HashMap::new();
    itemsets(root, &mut shown);
    let inline = model.elements().filter(|element| element.name.is("instance")).skip(1);
    let inline = inline.filter(|instance| instance.attribute("src").is_none());
    let renamed = inline.filter_map(|instance| {
        let id = instance.attribute("id")?.text.to_string();
        let renamed = renamed(instance.elements().next()?, shown.get(&id));
        Some((id, renamed))
    });
    renamed.filter(|(_, renamed)| renamed.changes()).collect()
}

/// By list: what the selects over it take as value and label.
type Shown = HashMap<String, BTreeSet<(String, String)>>;

fn itemsets(element: &Element, shown: &mut Shown) {
    if element.name.is("itemset")
        && let Some(nodeset) = element.attribute("nodeset")
        && let Some(id) = ItemsetParts::of(&nodeset.text).instance()
    {
        let of = |child: &str| element.child(child).and_then(|child| child.attribute("ref"));
        let [value, label] = ["value", "label"].map(|child| of(child).map_or("", |said| said.text.trim()));
        shown.entry(id.to_owned()).or_default().insert((value.to_owned(), label.to_owned()));
    }
    element.elements().for_each(|child| itemsets(child, shown));
}

impl Renamed {
    fn changes(&self) -> bool {
        let name = self.names.iter().any(|(before, after)| before != after);
        name || self.root != "root" || self.item.as_ref().is_some_and(|item| item != "item")
    }
}

fn renamed(list: &Element, shown: Option<&BTreeSet<(String, String)>>) -> Renamed {
    let mut found: Vec<String> = Vec::new();
    let mut items: Vec<String> = Vec::new();
    for item in list.elements() {
        let attributes = item.attributes.iter().map(|attribute| format!("@{}", attribute.name.written()));
        for name in item.elements().map(|cell| cell.name.written()).chain(attributes) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        if !items.contains(&item.name.written()) {
            items.push(item.name.written());
        }
    }
    let has = |name: &str| found.iter().any(|known| known == name);
    // Where the selects differ, the sheet has no one name for it.
    let one = shown.filter(|shown| shown.len() == 1).and_then(BTreeSet::first);
    let value = one.map(|(value, _)| value.as_str()).filter(|value| has(value));
    let value = value.or((!has("name") && has("value")).then_some("value"));
    let label = one.map(|(_, label)| label.as_str()).filter(|label| has(label) && Some(*label) != value);
    let mut names = HashMap::new();
    let mut used: HashSet<String> = TAKEN.iter().copied().chain(["itextId"]).map(str::to_owned).collect();
    for (source, column) in [(value, "name"), (label, "label")] {
        if let Some(source) = source {
            names.insert(source.to_owned(), column.to_owned());
            used.insert(column.to_owned());
        }
    }
    for name in found.iter().filter(|name| *name != "itextId") {
        if names.contains_key(name) {
            continue;
        }
        let base = name.trim_start_matches('@');
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        // It keeps its name where it can, and takes none that another part has.
        let is_free = |column: &String| !used.contains(column) && (column == name || !has(column));
        if let Some(column) = std::iter::once(base.to_owned()).chain(numbered).find(is_free) {
            used.insert(column.clone());
            names.insert(name.clone(), column);
        }
    }
    let item = (items.len() == 1).then(|| items.remove(0));
    Renamed { root: list.name.written(), item, names }
}

/// Renames in an element and in all that is in it.
fn element(element_: &mut Element, lists: &Lists) {
    let of_select = element_.name.is("itemset").then(|| {
        let nodeset = element_.attribute("nodeset")?;
        lists.get(ItemsetParts::of(&nodeset.text).instance()?)
    });
    let of_select = of_select.flatten();
    for attribute in &mut element_.attributes {
        if let Some(text) = expression(&attribute.value.text, lists) {
            attribute.value = Written::plain(&text, attribute.value.span);
        }
    }
    let own = element_.attribute("id").filter(|_| element_.name.is("instance"));
    let own = own.and_then(|id| lists.get(&*id.text));
    for content in &mut element_.content {
        let Content::Element(child) = content else { continue };
        match (own, of_select) {
            (Some(list), _) => items(child, list),
            (None, Some(list)) => reference(child, list),
            (None, None) => element(child, lists),
        }
    }
}

/// The `value` or `label` of an itemset.
fn reference(child: &mut Element, list: &Renamed) {
    for attribute in child.attributes.iter_mut().filter(|attribute| attribute.name == Name::plain("ref")) {
        let text = attribute.value.text.trim();
        let by_id = text.strip_prefix("jr:itext(").and_then(|rest| rest.strip_suffix(')'));
        let Some(name) = list.names.get(by_id.unwrap_or(text).trim()) else { continue };
        let written = by_id.map_or_else(|| name.clone(), |_| format!("jr:itext({name})"));
        attribute.value = Written::plain(&written, attribute.value.span);
    }
}

fn items(root: &mut Element, list: &Renamed) {
    root.name = Name::xforms("root");
    for content in &mut root.content {
        let Content::Element(item) = content else { continue };
        if list.item.is_some() {
            item.name = Name::xforms("item");
        }
        for content in &mut item.content {
            if let Content::Element(cell) = content
                && let Some(name) = list.names.get(&cell.name.written())
            {
                cell.name = Name::xforms(name.as_str());
            }
        }
        for attribute in std::mem::take(&mut item.attributes) {
            if let Some(name) = list.names.get(&format!("@{}", attribute.name.written())) {
                let mut cell = Element::new(Name::xforms(name.as_str()), attribute.value.span);
                cell.push_text(attribute.value);
                item.push(cell);
            } else if attribute.name.namespace == Namespace::Xmlns {
                item.attributes.push(attribute);
            }
        }
    }
}

/// The expression with the new names; none if nothing changes.
fn expression(text: &str, lists: &Lists) -> Option<String> {
    let reads = text.contains("instance(") || text.contains("pulldata(");
    let ast = reads.then(|| parse(text).ok())??;
    let mut edits = Edits { text, lists, made: Vec::new() };
    edits.of(&ast, None);
    (!edits.made.is_empty()).then(|| edits.applied(0..text.len()))
}

struct Edits<'a> {
    text: &'a str,
    lists: &'a Lists,
    /// In order.
    made: Vec<(Range<usize>, String)>,
}

impl<'a> Edits<'a> {
    fn applied(&self, within: Range<usize>) -> String {
        let mut written = String::new();
        let mut at = within.start;
        for (span, instead) in self.made.iter().filter(|(span, _)| within.contains(&span.start)) {
            written.push_str(&self.text[at..span.start]);
            written.push_str(instead);
            at = span.end;
        }
        written.push_str(&self.text[at..within.end]);
        written
    }

    /// An expression that is seen from an item of a list, or from a node of the form.
    fn of(&mut self, ast: &Ast, item: Option<&'a Renamed>) {
        match &ast.kind {
            Kind::Number(_) | Kind::Text(_) => {}
            Kind::Binary(_, left, right) => {
                self.of(left, item);
                self.of(right, item);
            }
            Kind::Negate(inner) => self.of(inner, item),
            Kind::Call { name, arguments, .. } => match self.pulled(name, arguments, item) {
                Some(instead) => {
                    self.made.retain(|(span, _)| span.start < ast.span.start);
                    self.made.push((ast.span.clone(), instead));
                }
                None => arguments.iter().for_each(|argument| self.of(argument, item)),
            },
            Kind::Path(path) => self.path(path, item),
        }
    }

    fn path(&mut self, path: &Path, item: Option<&'a Renamed>) {
        let mut list = None;
        match &path.start {
            Start::Expression(inner) => {
                list = instance_of(inner).and_then(|id| self.lists.get(id));
                if list.is_none() {
                    self.of(inner, item);
                }
            }
            Start::Context | Start::Root | Start::Reference(_) => {}
        }
        path.predicates.iter().for_each(|predicate| self.of(predicate, None));
        // `./name` is `name`.
        let here = path.steps.iter().take_while(|step| step.axis == Axis::Itself).count();
        for (at, step) in path.steps.iter().enumerate() {
            match (list, item, &path.start) {
                (Some(list), ..) => match at {
                    0 => self.step(step, |name| (name == list.root).then_some("root")),
                    1 => self.step(step, |name| (list.item.as_deref() == Some(name)).then_some("item")),
                    2 => self.step(step, |name| list.names.get(name).map(String::as_str)),
                    _ => {}
                },
                (None, Some(list), Start::Context) if at == here => {
                    self.step(step, |name| list.names.get(name).map(String::as_str));
                }
                _ => {}
            }
            let seen_from = list.filter(|_| at == 1);
            step.predicates.iter().for_each(|predicate| self.of(predicate, seen_from));
        }
    }

    /// A step to a child or attribute that is called otherwise.
    fn step<'n>(&mut self, step: &Step, renamed: impl FnOnce(&str) -> Option<&'n str>) {
        let Test::Name(name) = &step.test else { return };
        let before = match step.axis {
            Axis::Child => name.clone(),
            Axis::Attribute => format!("@{name}"),
            _ => return,
        };
        let written = self.text[step.span.start..].starts_with(&before);
        if let Some(after) = renamed(&before).filter(|after| written && *after != before) {
            self.made.push((step.span.start..step.span.start + before.len(), after.to_owned()));
        }
    }

    /// `pulldata` from such a list: in a sheet it reads files alone, so that a path takes its place.
    fn pulled(&mut self, name: &str, arguments: &[Ast], item: Option<&'a Renamed>) -> Option<String> {
        let [list, column, by, key] = arguments else { return None };
        let literal = |ast: &Ast| match &ast.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => None,
        };
        if name != "pulldata" || item.is_some() {
            return None;
        }
        let id = literal(list)?;
        let renamed = self.lists.get(&id)?;
        // What no item has is blank either way.
        let of = |column: &Ast| {
            let column = literal(column)?;
            Some(
                renamed
                    .names
                    .get(&column)
                    .map_or_else(|| column.trim_start_matches('@').to_owned(), String::clone),
            )
        };
        let (column, by) = (of(column)?, of(by)?);
        let from_here = match &key.kind {
            Kind::Number(_) | Kind::Text(_) => "",
            Kind::Path(Path { start: Start::Root | Start::Reference(_), .. }) => "",
            Kind::Path(Path { start: Start::Context, .. }) => "current()/",
            _ => return None,
        };
        self.of(key, None);
        let key = self.applied(key.span.clone());
        let key = format!("{from_here}{}", key.trim());
        // The first alone; and a blank key finds nothing, not what has nothing in that column.
        Some(format!("instance('{id}')/root/item[{by} = {key} and {key} != ''][1]/{column}"))
    }
}

/// The id in `instance('id')`.
fn instance_of(ast: &Ast) -> Option<&str> {
    match &ast.kind {
        Kind::Call { name, arguments, .. } if name == "instance" => match &arguments.first()?.kind {
            Kind::Text(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;
    use crate::xml::{read, write};

    #[track_caller]
    fn gives(item: &str, calculate: &str, itemset: &str, expected: &[&str]) {
        let text = format!(
            "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head><h:title>T</h:title>\
             <model><instance><data id='f'><a/><b/></data></instance>{item}<bind nodeset='/data/a' calculate=\"{calculate}\"/></model></h:head>\
             <h:body><select1 ref='/data/b'><label>B</label>{itemset}</select1></h:body></h:html>"
        );
        let form =
            read(&Source::new("f.xml", text), 0, &mut Diagnostics::default()).expect("the test's XML is XML");
        let text: String = write(&as_columns(&form)).lines().map(str::trim).collect();
        for part in expected {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
    }

    #[test]
    fn items_named_by_value_are_named_by_name_wherever_they_are_read() {
        gives(
            "<instance id='l'><root><item><label>A</label><value>a</value></item></root></instance>",
            "instance('l')/root/item[value = /data/b and ./value != current()/../value]/label",
            "<itemset nodeset=\"instance('l')/root/item[selected(/data/b, value)]\"><value ref='value'/><label ref='label'/></itemset>",
            &[
                "<item><label>A</label><name>a</name></item>",
                "item[name = /data/b and ./name != current()/../value]/label",
                "<itemset nodeset=\"instance('l')/root/item[selected(/data/b, name)]\"><value ref=\"name\"/><label ref=\"label\"/>",
            ],
        );
    }

    #[test]
    fn other_names_move_out_of_the_way() {
        gives(
            "<instance id='l'><towns><town code='1'><name>Ah</name><value>7</value></town></towns></instance>",
            "sum(instance('l')/towns/town[@code = 1]/value)",
            "<itemset nodeset=\"instance('l')/towns/town\"><value ref='@code'/><label ref='name'/></itemset>",
            &[
                "<root><item><label>Ah</label><value_2>7</value_2><name>1</name></item></root>",
                "sum(instance('l')/root/item[name = 1]/value_2)",
                "<value ref=\"name\"/><label ref=\"label\"/>",
            ],
        );
    }

    #[test]
    fn what_is_pulled_from_an_inline_list_is_read_by_its_path() {
        gives(
            "<instance id='l'><root><item k='1'><value>7</value></item></root></instance>",
            "concat(pulldata('l', 'value', '@k', ../b), pulldata('m', 'value', 'k', 1))",
            "",
            &[
                "concat(instance('l')/root/item[k = current()/../b and current()/../b != ''][1]/name, pulldata('m', 'value', 'k', 1))",
            ],
        );
    }
}
