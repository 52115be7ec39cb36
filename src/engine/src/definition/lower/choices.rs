//! Choices: a secondary instance for each list, and an itemset in each select that takes its choices from there.

use super::super::parameters::Parameters;
use super::super::question_types::Control;
use super::super::references::{is_name, only_reference, references};
use super::super::rows::{ChoicesFrom, Choosing, Group, Item, ItemKind, List, Select, Syntax};
use super::{Lowering, say};
use crate::source::{Composer, Written};
use crate::xml::{Element, Name};

const MEDIA: &[&str] = &["image", "big-image", "audio", "video"];

impl Lowering<'_> {
    /// A secondary instance for each list, in the order of the lists.
    pub(super) fn choice_lists(&mut self) -> Vec<Element> {
        for list in &self.form.lists {
            let by_itext = self.in_itext_at_all(list);
            self.lists_in_itext.insert(list.name.text.to_arc(), by_itext);
        }
        let lists: Vec<&List> = self.form.lists.iter().collect();
        let searched = searched_lists(&self.form.items);
        lists
            .into_iter()
            .filter_map(|list| {
                let instance = self.choice_list(list);
                (!searched.contains(&&*list.name.text)).then_some(instance)
            })
            .collect()
    }

    fn choice_list(&mut self, list: &List) -> Element {
        let place = list.name.span;
        let columns = list.further_columns();
        let by_itext = self.list_in_itext(list);
        let mut root = Element::new(Name::xforms("root"), place);
        for (index, choice) in list.choices.iter().enumerate() {
            let mut item = Element::new(Name::xforms("item"), choice.place);
            let label = choice.texts(Group::Plain, "label");
            if by_itext {
                let id = format!("{}-{index}", list.name.text);
                self.itext.add(&id, None, &label, &self.default_language);
                for form in MEDIA {
                    self.itext.add(
                        &id,
                        Some(form),
                        &choice.texts(Group::Media, form),
                        &self.default_language,
                    );
                }
                item.push(said("itextId", &Written::plain(&id, choice.place)));
            }
            if let Some(name) = choice.plain("name") {
                item.push(said("name", name));
            }
            // Form JSON keeps the words in its default language beside their id, for expressions that read them.
            if !by_itext || self.form.syntax == Syntax::Json {
                let words = label.of(Some(&self.default_language)).or(label.of(None)).or(label.first());
                if let Some(words) = words {
                    item.push(said("label", words));
                }
            }
            for column in columns.iter().filter(|column| is_name(column)) {
                match choice.plain(column) {
                    Some(cell) => item.push(said(column, cell)),
                    // In form JSON a column that a choice leaves out is blank, not absent.
                    None if self.form.syntax == Syntax::Json => {
                        item.push(Element::new(Name::xforms(&**column), choice.place));
                    }
                    None => {}
                }
            }
            root.push(item);
        }
        Element::new(Name::xforms("instance"), place).with(Name::plain("id"), list.name.clone()).holding(root)
    }

    /// Adds an itemset, a query or items to a control.
    pub(super) fn choices(&mut self, item: &Item, parameters: &Parameters, control: Element) -> Element {
        match &item.kind {
            ItemKind::Select(select) => self.select(item, select, parameters, control),
            ItemKind::Question(question) => match question.control {
                Control::Range => match parameters.get("tick_labelset") {
                    // That was said where the parameter is looked at.
                    Some(list) if !self.knows(&list.text) => control,
                    Some(list) => {
                        let nodeset = from_instance(&list.text, list, None);
                        let label = self.label_ref(&list.text);
                        control.holding(itemset(nodeset, "name", label))
                    }
                    None => control,
                },
                Control::Input => match parameters.get("reference-geometry") {
                    Some(from) => control.holding(self.geometry(item, from)),
                    None => control,
                },
                Control::Upload("osm/*") => self.tags(item, control),
                _ => control,
            },
            ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => control,
        }
    }

    fn knows(&self, list: &str) -> bool {
        self.form.lists.iter().any(|known| *known.name.text == *list)
    }

    fn select(&mut self, item: &Item, select: &Select, parameters: &Parameters, control: Element) -> Element {
        let filter = item.row.plain("choice_filter");
        let (nodeset, value, label) = match &select.from {
            ChoicesFrom::List(list) if select.how == Choosing::External => {
                let query = from_instance(&list.text, list, filter);
                return control.with(Name::plain("query"), query);
            }
            ChoicesFrom::List(list) => {
                if !self.knows(&list.text) {
                    // That was said of the list's name.
                    return control;
                }
                if is_searched(item) {
                    return self.items(&list.text, control);
                }
                (from_instance(&list.text, list, filter), "name".to_owned(), self.label_ref(&list.text))
            }
            ChoicesFrom::File(file) => {
                let (stem, ending) = file.text.rsplit_once('.').unwrap_or((&file.text, ""));
                let geo = ending.eq_ignore_ascii_case("geojson");
                let standard = if geo { ("id", "title") } else { ("name", "label") };
                let of = |key: &str, standard: &str| {
                    parameters.get(key).map_or_else(|| standard.to_owned(), |said| said.text.to_string())
                };
                (from_instance(stem, file, filter), of("value", standard.0), of("label", standard.1))
            }
            ChoicesFrom::Repeat(reference) => {
                let name = only_reference(&reference.text).unwrap_or("").to_owned();
                (self.answers_of(reference, &name, filter), name.clone(), name)
            }
        };
        control.holding(itemset(randomized(nodeset, parameters), &value, label))
    }

    /// The choices of a list that a client searches in: each in the control itself.
    fn items(&self, list: &str, mut control: Element) -> Element {
        let Some(list) = self.form.lists.iter().find(|known| *known.name.text == *list) else {
            return control;
        };
        let by_itext = self.list_in_itext(list);
        for (index, choice) in list.choices.iter().enumerate() {
            let mut item = Element::new(Name::xforms("item"), choice.place);
            let mut label = Element::new(Name::xforms("label"), choice.place);
            match choice.plain("label") {
                _ if by_itext => {
                    let id = format!("jr:itext('{}-{index}')", list.name.text);
                    label = label.with_text(Name::plain("ref"), &id);
                }
                Some(words) => say(&mut label, words),
                None => {}
            }
            item.push(label);
            if let Some(name) = choice.plain("name") {
                item.push(said("value", name));
            }
            control.push(item);
        }
        control
    }

    /// What was answered within a repeat, as choices: those that are filled in, or those that the filter lets through.
    fn answers_of(&self, reference: &Written, name: &str, filter: Option<&Written>) -> Written {
        let mut nodeset = Composer::new(reference.span);
        let section = self.names.section_of(name);
        let root = format!("/{}", self.root.text);
        let path = match section {
            Some(section) => &section.path,
            None => &root,
        };
        match section.filter(|section| self.names.is_unique(section.name)) {
            Some(section) => nodeset.own(&format!("${{{}}}", section.name)),
            None => nodeset.own(path),
        }
        nodeset.own("[");
        match filter {
            Some(filter) => self.filter_within(filter, path, &mut nodeset),
            None => nodeset.own(&format!("./{name} != ''")),
        }
        nodeset.own("]");
        nodeset.done()
    }

    /// A filter in which names of what lies inside `path` mean the instance that is asked about.
    fn filter_within(&self, filter: &Written, path: &str, into: &mut Composer) {
        let mut at = 0;
        for reference in references(&filter.text) {
            let known = self.names.path_of(reference.name);
            let inside = known.as_deref().and_then(|inner| inner.strip_prefix(path)?.strip_prefix('/'));
            let Some(inside) = inside else { continue };
            into.author_part(filter, at..reference.span.start);
            into.own("./");
            into.own(inside);
            at = reference.span.end;
        }
        into.author_part(filter, at..filter.text.len());
    }

    fn list_in_itext(&self, list: &List) -> bool {
        self.lists_in_itext.get(&*list.name.text).copied().unwrap_or(false)
    }

    fn in_itext_at_all(&self, list: &List) -> bool {
        has_itext(list)
            || list.choices.iter().any(|choice| self.in_itext(&choice.texts(Group::Plain, "label")))
    }

    fn label_ref(&self, list: &str) -> String {
        let list = self.form.lists.iter().find(|known| *known.name.text == *list);
        if list.is_some_and(|list| self.list_in_itext(list)) {
            "jr:itext(itextId)".into()
        } else {
            "label".into()
        }
    }

    /// Places on a map to choose from: a list, a file, or a repeat.
    fn geometry(&self, item: &Item, from: &Written) -> Element {
        let filter = item.row.plain("choice_filter");
        match only_reference(&from.text) {
            Some(name) => {
                let mut nodeset = Composer::new(from.span);
                nodeset.author(from);
                nodeset.own("[");
                match (filter, self.names.all(name).next()) {
                    (Some(filter), Some(repeat)) => self.filter_within(filter, &repeat.path, &mut nodeset),
                    (Some(filter), None) => nodeset.author(filter),
                    (None, _) => nodeset.own("./geometry != ''"),
                }
                nodeset.own("]");
                itemset(nodeset.done(), "geometry", "geometry".into())
            }
            None => {
                let label = self.label_ref(&from.text);
                itemset(from_instance(&from.text, from, filter), "name", label)
            }
        }
    }

    /// The tags that an OpenStreetMap question asks for.
    fn tags(&self, item: &Item, mut control: Element) -> Element {
        let Some(written) = item.row.plain("type") else { return control };
        let Some(list) = written.text.strip_prefix("osm ").map(str::trim) else { return control };
        let Some(list) = self.form.tag_lists.iter().find(|known| *known.name.text == *list) else {
            return control;
        };
        for tag in &list.choices {
            let Some(key) = tag.plain("name") else { continue };
            let mut element =
                Element::new(Name::xforms("tag"), tag.place).with(Name::plain("key"), key.clone());
            let mut label = Element::new(Name::xforms("label"), tag.place);
            if let Some(words) = tag.plain("label") {
                say(&mut label, words);
            }
            element.push(label);
            control.push(element);
        }
        control
    }
}

/// Do a list's labels stand in the itext? They do as soon as one has languages, media or answers in it.
pub(super) fn has_itext(list: &List) -> bool {
    list.choices.iter().any(|choice| {
        choice.cells.iter().any(|cell| {
            let label = cell.column.group == Group::Plain && &*cell.column.name == "label";
            cell.column.group == Group::Media
                || (label
                    && (cell.column.language.is_some() || references(&cell.words.text).next().is_some()))
        })
    })
}

/// Is its list one that the client searches in, by the appearance `search('file')`?
pub(crate) fn is_searched(item: &Item) -> bool {
    item.row.body("appearance").is_some_and(|appearance| {
        appearance.text.split_once("search").is_some_and(|(_, rest)| rest.trim_start().starts_with('('))
    })
}

fn searched_lists(items: &[Item]) -> Vec<&str> {
    let mut lists = Vec::new();
    Item::walk(items, &mut |item, _| {
        if let ItemKind::Select(Select { from: ChoicesFrom::List(list), .. }) = &item.kind
            && is_searched(item)
        {
            lists.push(&*list.text);
        }
    });
    lists
}

fn said(name: &str, words: &Written) -> Element {
    let mut element = Element::new(Name::xforms(name), words.span);
    element.push_text(words.clone());
    element
}

/// `instance('towns')/root/item[county = ${county}]`
fn from_instance(id: &str, named: &Written, filter: Option<&Written>) -> Written {
    let span = filter.map_or(named.span, |filter| filter.span);
    let mut nodeset = Composer::new(span);
    nodeset.own("instance('");
    nodeset.own(id);
    nodeset.own("')/root/item");
    if let Some(filter) = filter {
        nodeset.own("[");
        nodeset.author(filter);
        nodeset.own("]");
    }
    nodeset.done()
}

/// In an order of chance, if the parameters say so.
fn randomized(nodeset: Written, parameters: &Parameters) -> Written {
    let wanted = parameters.get("randomize").is_some_and(|said| said.text.eq_ignore_ascii_case("true"));
    if !wanted {
        return nodeset;
    }
    let mut whole = Composer::new(nodeset.span);
    whole.own("randomize(");
    whole.author(&nodeset);
    if let Some(seed) = parameters.get("seed") {
        whole.own(", ");
        whole.own(&seed.text);
    }
    whole.own(")");
    whole.done()
}

fn itemset(nodeset: Written, value: &str, label: String) -> Element {
    let span = nodeset.span;
    Element::new(Name::xforms("itemset"), span)
        .with(Name::plain("nodeset"), nodeset)
        .holding(Element::new(Name::xforms("value"), span).with_text(Name::plain("ref"), value))
        .holding(Element::new(Name::xforms("label"), span).with_text(Name::plain("ref"), &label))
}
