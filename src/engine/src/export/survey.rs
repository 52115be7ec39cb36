//! The survey: the nodes of the instance as rows, groups and repeats as pairs of them.

use super::Losses;
use super::actions;
use super::assessment;
use super::entities;
use super::instances::Instance;
use super::model::Model;
use super::question::Question;
use super::table::Row;
use super::texts::{ITEM_LABEL, Kind, Texts};
use super::xlsform::Target;
use crate::definition::references::only_reference;
use crate::definition::starts;
use crate::source::Written;
use crate::xml::{Attribute, Element, Name, Namespace};

/// The sheets that the survey fills, as they are filled.
pub(super) struct Survey<'a, 'b> {
    pub target: Target,
    pub form: &'b Model<'a>,
    pub texts: &'b Texts<'a, 'b>,
    pub instances: Vec<Instance<'a>>,
    pub rows: Vec<Row>,
    pub choices: Vec<Row>,
    pub tags: Vec<Row>,
    pub losses: &'b mut Losses,
}

/// Attributes of a bind that have columns of their own, beside messages.
const BIND_COLUMNS: &[(Namespace, &str, &str)] = &[
    (Namespace::None, "relevant", "relevant"),
    (Namespace::None, "required", "required"),
    (Namespace::None, "readonly", "readonly"),
    (Namespace::None, "constraint", "constraint"),
    (Namespace::None, "calculate", "calculation"),
    (Namespace::Entities, "saveto", "save_to"),
];
const BIND_MESSAGES: &[(&str, &str)] = &[
    ("constraintMsg", "constraint_message"),
    ("requiredMsg", "required_message"),
    ("noAppErrorString", "noAppErrorString"),
];
/// Attributes that place an element and say nothing of it.
const PLACES: &[&str] = &["nodeset", "ref", "bind", "id"];

impl<'a> Survey<'a, '_> {
    /// Fills the sheets.
    pub fn fill(&mut self) {
        self.children(0);
        self.audit();
    }

    /// The children of a node: those that are asked in the body's order, each of the others behind the one before it.
    fn children(&mut self, of: usize) {
        let form = self.form;
        let mut placed: Vec<(usize, usize)> = Vec::new();
        let mut last = 0;
        let mut moved = false;
        for child in form.nodes[of].children.iter().copied().filter(|child| !form.in_meta(*child)) {
            let order = form.nodes[child].order;
            moved |= order.is_some_and(|order| order < last);
            last = order.unwrap_or(last);
            placed.push((last, child));
        }
        if moved {
            let what = "the body has another order than the instance; the rows follow the body, and so will the submission";
            self.losses.push(form.nodes[of].element.span, what);
        }
        placed.sort_by_key(|(order, _)| *order);
        for (_, child) in placed {
            let node = &form.nodes[child];
            if node.repeat.is_some() {
                self.container(child, "repeat");
            } else if assessment::is_their_group(form, child) {
                // Whoever reads the measures makes it again. pyxform doesn't, and has to find the names that expressions name.
                if self.target == Target::XlsForm {
                    for measure in &node.children {
                        let row = Row::new(form.span(*measure)).with("type", "hidden");
                        self.rows.push(row.with("name", form.nodes[*measure].name.as_str()));
                    }
                }
            } else if !node.children.is_empty() || node.group.is_some() {
                self.container(child, "group");
            } else if !self.is_count(child) {
                self.question(child);
            }
        }
    }

    /// Is it the node that whoever reads the sheets makes for a count that is worked out?
    ///
    /// A count that is one reference gets no such node, and form JSON has none at all: there it is a row like any other, so that the
    /// submission keeps it and a count may ask for the instances that it made.
    fn is_count(&self, node: usize) -> bool {
        let path = &self.form.nodes[node].path;
        let mut said = self.form.nodes[node].binds.iter().flat_map(|bind| &bind.attributes);
        let says_more = said.any(|attribute| {
            !matches!(&*attribute.name.written(), "nodeset" | "type" | "readonly" | "calculate")
        });
        let fixed = self
            .form
            .bind(node, &Namespace::None, "readonly")
            .is_some_and(|said| said.text.trim() == "true()");
        if self.target != Target::XlsForm || says_more || !fixed {
            return false;
        }
        let Some(repeat) = path.strip_suffix("_count").and_then(|path| self.form.by_path.get(path)) else {
            return false;
        };
        self.form.nodes[node].control.is_none()
            && self
                .count(*repeat)
                .is_some_and(|count| self.form.path(&count.text, &self.form.nodes[*repeat].path) == *path)
            && self
                .form
                .bind(node, &Namespace::None, "calculate")
                .is_some_and(|calculate| only_reference(&self.form.named(&calculate.text, node)).is_none())
    }

    fn count(&self, repeat: usize) -> Option<&'a Written> {
        self.form.nodes[repeat].repeat?.attribute_in(&Namespace::JavaRosa, "count")
    }

    fn container(&mut self, node: usize, word: &str) {
        let form = self.form;
        let mut row = Row::new(form.span(node));
        row.set("type", format!("begin_{word}"));
        row.set("name", form.nodes[node].name.as_str());
        let mut said = vec![Name::new(Namespace::JavaRosa, "count")];
        if let Some(count) = self.count(node) {
            let path = form.path(&count.text, &form.nodes[node].path);
            let counted = form.by_path.get(&path).copied().filter(|at| self.is_count(*at));
            let expression = counted.and_then(|at| Some((at, form.bind(at, &Namespace::None, "calculate")?)));
            let text = match expression {
                Some((at, calculate)) => form.named(&calculate.text, at),
                // Seen from the repeat, its whole path means the one node too.
                None => match form.names.only(&path) {
                    Some(name) => format!("${{{name}}}"),
                    None => form.named(&count.text, node),
                },
            };
            if counted.is_none() && !form.by_path.contains_key(&path) {
                let what =
                    format!("the count of `{}` gets a node of its own in XLSForm", form.nodes[node].name);
                self.losses.push(count.span, what);
            }
            row.set("repeat_count", text);
            // A count that is set is not the reader's to change; pyxform says so by itself.
            said.push(Name::new(Namespace::JavaRosa, "noAddRemove"));
        }
        let heading = [form.nodes[node].group, form.nodes[node].repeat];
        if let Some(label) = heading.into_iter().flatten().find_map(|shown| shown.child("label")) {
            self.texts.element(label, Kind::Label, node, &mut row, self.losses);
        }
        self.unseen(node, &mut row);
        if word == "repeat" && self.count(node).is_none() {
            self.starts(node, &mut row);
        }
        if form.nodes[node].differs {
            let what = format!(
                "the first `{}` starts with other values than a new one; the rows have those of a new one",
                form.nodes[node].name
            );
            self.losses.push(form.span(node), what);
        }
        // Only Doorstep has a word for it.
        let item_label = form.nodes[node].repeat.and_then(|repeat| {
            repeat.elements().find(|child| child.name == Name::new(Namespace::Doorstep, "itemLabel"))
        });
        if let Some(label) = item_label {
            self.texts.element(label, ITEM_LABEL, node, &mut row, self.losses);
        }
        self.bind_columns(node, &[Name::plain("type")], &mut row);
        actions::columns(form, node, &mut row, self.losses);
        for shown in [form.nodes[node].group, form.nodes[node].repeat].into_iter().flatten() {
            self.body_columns(shown, &said, node, &mut row);
        }
        self.instance_columns(node, &mut row);
        if self.target == Target::XlsForm && word == "group" && !form.shows(node) {
            let what = format!(
                "`{}` shows nothing; pyxform takes such a group, but ODK Validate does not",
                row.get("name").unwrap_or_default()
            );
            self.losses.push(row.span, what);
        }
        self.rows.push(row);
        self.children(node);
        self.rows.push(Row::new(form.span(node)).with("type", format!("end_{word}")));
    }

    /// How many instances it starts with, where that is not what the syntax takes it for.
    fn starts(&mut self, node: usize, row: &mut Row) {
        let form = self.form;
        let (first, new) = form.starts(node);
        let first = first.unwrap_or(1);
        if self.target != Target::XlsForm {
            if first != 1 {
                row.set(starts::FIRST, first.to_string());
            }
            if let Some(new) = new.filter(|new| *new != first) {
                row.set(starts::IN_NEW, new.to_string());
            }
            return;
        }
        let name = &form.nodes[node].name;
        if first != 1 {
            let what = format!("`{name}` starts with {first} instances; a repeat in XLSForm starts with one");
            self.losses.push(form.span(node), what);
        }
        // A repeat straight inside another is not in its new instances.
        let parent = form.nodes[node].parent;
        let straight = parent.is_some_and(|parent| form.nodes[parent].repeat.is_some());
        let expected = usize::from(!straight);
        if let (Some(new), Some(around)) =
            (new.filter(|new| *new != expected), form.nodes[node].repeats.iter().nth_back(1))
        {
            let around = around.rsplit('/').next().unwrap_or(around);
            let what = format!("a new `{around}` starts with {new} of `{name}`; in XLSForm with {expected}");
            self.losses.push(form.span(node), what);
        }
    }

    /// Words that nothing shows, but that the row had: in the translations under the node's path, or kept beside the form.
    fn unseen(&mut self, node: usize, row: &mut Row) {
        let path = &self.form.nodes[node].path;
        for (child, kind) in [("label", Kind::Label), ("hint", Kind::Hint)] {
            if row.cells.iter().any(|(column, _)| column.starts_with(child)) {
                continue;
            }
            let id = format!("{path}:{child}");
            if self.texts.known(&id).is_some() {
                self.texts.id(&id, kind, node, row.span, row, self.losses);
            } else if let Some(words) = self.form.unseen.get(path.as_str()).and_then(|kept| kept.child(child))
            {
                self.texts.element(words, kind, node, row, self.losses);
            }
        }
    }

    fn question(&mut self, node: usize) {
        let form = self.form;
        let mut question = Question::new(
            form,
            self.texts,
            &mut self.instances,
            &mut self.choices,
            &mut self.tags,
            self.losses,
            node,
        );
        question.kind();
        let (mut row, by_bind, by_body) = (question.row, question.said_by_bind, question.said_by_body);
        // pyxform knows no `score`; to it a measure that is shown is a note.
        if self.target != Target::XlsForm
            && assessment::is_measure(form, node)
            && row.get("type") == Some("note")
        {
            row.set("type", "score");
        }
        let control = form.nodes[node].control;
        for (child, kind) in [("label", Kind::Label), ("hint", Kind::Hint)] {
            if let Some(words) = control.and_then(|control| control.child(child)) {
                self.texts.element(words, kind, node, &mut row, self.losses);
            }
        }
        if control.is_none() {
            self.unseen(node, &mut row);
        }
        let shown = ["label", "hint", "guidance_hint", "media"];
        let says = row.cells.iter().any(|(column, _)| shown.iter().any(|base| column.starts_with(base)));
        if control.is_some() && !says {
            // Whoever is asked without words gets words that can't be seen: a row has to have some.
            row.set("label", "\u{200b}");
        }
        self.bind_columns(node, &by_bind, &mut row);
        let text = form.nodes[node].element.text();
        let text = text.trim();
        row.set("default", text.strip_prefix("jr://images/").unwrap_or(text));
        actions::columns(form, node, &mut row, self.losses);
        if let Some(control) = control {
            self.body_columns(control, &by_body, node, &mut row);
        }
        self.instance_columns(node, &mut row);
        self.rows.push(row);
    }

    /// What the binds say, in columns of their own or as `bind::x`.
    fn bind_columns(&mut self, node: usize, said: &[Name], row: &mut Row) {
        for bind in &self.form.nodes[node].binds {
            for Attribute { name, value } in &bind.attributes {
                let place = name.namespace == Namespace::None && PLACES.contains(&&*name.local);
                if place || said.contains(name) {
                    continue;
                }
                let column = BIND_COLUMNS
                    .iter()
                    .find(|(namespace, local, _)| name.namespace == *namespace && *name.local == **local);
                let message = BIND_MESSAGES
                    .iter()
                    .find(|(local, _)| name.namespace == Namespace::JavaRosa && *name.local == **local);
                if let Some((_, column)) = message {
                    self.texts.message(value, Kind::Message(column), node, row, self.losses);
                    continue;
                }
                let text = match value.text.trim() {
                    "true()" if matches!(&*name.local, "required" | "readonly") => "yes".to_owned(),
                    "false()" if matches!(&*name.local, "required" | "readonly") => "no".to_owned(),
                    _ => self.form.named(&value.text, node),
                };
                match column {
                    Some((_, _, "save_to")) => row.set("save_to", entities::save_to(self.form, node, &text)),
                    Some((_, _, column)) => row.set(*column, text),
                    None => row.set(format!("bind::{}", name.written()), text),
                }
            }
        }
    }

    /// What the control says beside its reference: its appearance, and others as `body::x`.
    fn body_columns(&mut self, element: &Element, said: &[Name], node: usize, row: &mut Row) {
        for Attribute { name, value } in &element.attributes {
            let place = name.namespace == Namespace::None && PLACES.contains(&&*name.local);
            if place || said.contains(name) {
                continue;
            }
            match &*name.written() {
                "appearance" => row.set("appearance", &*value.text),
                "intent" => row.set("intent", self.form.named(&value.text, node)),
                other => row.set(format!("body::{other}"), &*value.text),
            }
        }
    }

    /// Attributes of the node itself.
    fn instance_columns(&mut self, node: usize, row: &mut Row) {
        for Attribute { name, value } in &self.form.nodes[node].element.attributes {
            if name.namespace != Namespace::JavaRosa {
                row.set(format!("instance::{}", name.written()), &*value.text);
            }
        }
    }

    /// The audit log is a row, though its node stands in the metadata.
    fn audit(&mut self) {
        let form = self.form;
        let audit = (0..form.nodes.len())
            .find(|node| form.in_meta(*node) && form.nodes[*node].name.ends_with("audit"));
        let Some(node) = audit else { return };
        let mut row = Row::new(form.span(node)).with("type", "audit").with("name", "audit");
        let mut parameters: Vec<String> = Vec::new();
        for attribute in form.nodes[node].binds.iter().flat_map(|bind| &bind.attributes) {
            if attribute.name.namespace == Namespace::Odk {
                parameters.push(format!("{}={}", attribute.name.local, attribute.value.text));
            }
        }
        row.set("parameters", parameters.join(" "));
        self.rows.push(row);
    }
}
