//! An XForm looked at from the instance: each node with its binds, its control and what sets it.

use std::collections::HashMap;

use super::Losses;
use super::names::{Names, resolve};
use crate::source::Span;
use crate::xml::{Element, Name, Namespace};

/// A node of the primary instance.
pub(super) struct Node<'a> {
    pub name: String,
    pub path: String,
    pub element: &'a Element,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    pub binds: Vec<&'a Element>,
    /// The control that asks it.
    pub control: Option<&'a Element>,
    /// The `group` that shows it.
    pub group: Option<&'a Element>,
    pub repeat: Option<&'a Element>,
    /// Its place in the body's order, or that of the first thing in it.
    pub order: Option<usize>,
    /// The repeats that it lies in, itself counted, outermost first.
    pub repeats: Vec<String>,
    /// How often it stands there, as a template not counted.
    pub times: usize,
    /// Does the first instance hold other values than the template?
    pub differs: bool,
}

/// Something that sets a node: a `setvalue`, `setgeopoint` or `recordaudio`.
#[derive(Clone, Copy)]
pub(super) struct Action<'a> {
    pub element: &'a Element,
    /// The node whose control it stands in; none: the model, a repeat or the body.
    pub within: Option<usize>,
}

/// The form.
pub(super) struct Model<'a> {
    pub model: &'a Element,
    pub body: Option<&'a Element>,
    pub title: String,
    pub nodes: Vec<Node<'a>>,
    pub by_path: HashMap<String, usize>,
    pub instances: Vec<&'a Element>,
    /// By the path that they set.
    pub actions: HashMap<String, Vec<Action<'a>>>,
    /// Binds on what is no element of the instance: attributes, mostly of entities.
    pub loose_binds: HashMap<String, Vec<&'a Element>>,
    /// Words of nodes that are never shown, by path.
    pub unseen: HashMap<&'a str, &'a Element>,
    pub names: Names,
    ids: HashMap<String, String>,
}

/// The names of the controls that ask or show a node.
const CONTROLS: &[&str] =
    &["input", "secret", "textarea", "upload", "select", "select1", "rank", "range", "trigger"];
/// The names of the actions.
const ACTIONS: &[&str] = &["setvalue", "setgeopoint", "recordaudio"];

impl<'a> Model<'a> {
    /// Looks a form over; none after saying why it is no form.
    pub fn of(root: &'a Element, losses: &mut Losses) -> Option<Model<'a>> {
        let html = |local: &str| {
            root.elements()
                .find(|element| element.name.namespace == Namespace::Html && *element.name.local == *local)
        };
        let head = html("head");
        let Some(model) = head.and_then(|head| head.child("model")) else {
            losses.push(root.span, "this is no form: it has no model");
            return None;
        };
        let instances: Vec<&Element> =
            model.elements().filter(|element| element.name.is("instance")).collect();
        let Some(primary) = instances.first().and_then(|instance| instance.elements().next()) else {
            losses.push(model.span, "this is no form: it has no instance");
            return None;
        };
        let title = head.and_then(|head| head.elements().find(|element| &*element.name.local == "title"));
        let mut form = Model {
            model,
            body: html("body"),
            title: title.map(Element::text).unwrap_or_default().trim().to_owned(),
            nodes: Vec::new(),
            by_path: HashMap::new(),
            instances: instances[1..].to_vec(),
            actions: HashMap::new(),
            loose_binds: HashMap::new(),
            unseen: HashMap::new(),
            names: Names::default(),
            ids: HashMap::new(),
        };
        let unseen = model.elements().filter(|element| is_unseen(element));
        form.unseen = unseen.filter_map(|words| Some((&*words.attribute("ref")?.text, words))).collect();
        form.node(primary, None);
        form.binds();
        let mut walk = Walk { form: &mut form, losses, count: 0 };
        if let Some(body) = walk.form.body {
            walk.children(body, "/", None);
        }
        for action in model.elements().filter(|element| ACTIONS.contains(&&*element.name.local)) {
            form.action(action, "/", None);
        }
        for action in
            form.actions.iter().filter(|(path, _)| !form.by_path.contains_key(*path) && !path.contains("/@"))
        {
            for Action { element, .. } in action.1 {
                let what = format!(
                    "`{}` on `{}` is left out: a row only sets its own node",
                    element.name.local, action.0
                );
                losses.push(element.span, what);
            }
        }
        form.places();
        form.name();
        Some(form)
    }

    fn node(&mut self, element: &'a Element, parent: Option<usize>) {
        let name = element.name.written();
        let path = format!("{}/{name}", parent.map_or("", |parent| &self.nodes[parent].path));
        let index = self.nodes.len();
        // A repeat stands there as template and as first instance: one of them says all.
        if let Some(known) = self.by_path.get(&path).copied() {
            let counts = !is_template(element);
            self.nodes[known].differs |=
                counts && self.nodes[known].times == 0 && !alike(self.nodes[known].element, element);
            self.nodes[known].times += usize::from(counts);
            if !is_template(self.nodes[known].element) && is_template(element) {
                self.nodes[known].element = element;
            }
            self.again(element, known);
            return;
        }
        self.by_path.insert(path.clone(), index);
        self.nodes.push(Node {
            name,
            path,
            element,
            parent,
            children: Vec::new(),
            binds: Vec::new(),
            control: None,
            group: None,
            repeat: None,
            order: None,
            repeats: Vec::new(),
            times: usize::from(!is_template(element)),
            differs: false,
        });
        if let Some(parent) = parent {
            self.nodes[parent].children.push(index);
        }
        for child in element.elements() {
            self.node(child, Some(index));
        }
    }

    /// What lies in a further instance is known already; only how often it is there counts.
    fn again(&mut self, element: &Element, known: usize) {
        for child in element.elements() {
            let path = format!("{}/{}", self.nodes[known].path, child.name.written());
            if let Some(node) = self.by_path.get(&path).copied() {
                self.nodes[node].times += usize::from(!is_template(child));
                self.again(child, node);
            }
        }
    }

    fn binds(&mut self) {
        for bind in self.model.elements().filter(|element| element.name.is("bind")) {
            let Some(nodeset) = bind.attribute("nodeset").or_else(|| bind.attribute("ref")) else { continue };
            let path = resolve(&nodeset.text, &self.nodes[0].path);
            if let Some(id) = bind.attribute("id") {
                self.ids.insert(id.text.to_string(), path.clone());
            }
            match self.by_path.get(&path) {
                Some(node) => self.nodes[*node].binds.push(bind),
                None => self.loose_binds.entry(path).or_default().push(bind),
            }
        }
    }

    /// The path that an element refers to.
    fn target(&self, element: &Element, context: &str) -> Option<String> {
        if let Some(bind) = element.attribute("bind") {
            return self.ids.get(&*bind.text).cloned();
        }
        let reference = element.attribute("ref").or_else(|| element.attribute("nodeset"))?;
        Some(self.path(&reference.text, context))
    }

    fn action(&mut self, element: &'a Element, context: &str, within: Option<usize>) {
        if let Some(path) = self.target(element, context) {
            let actions = self.actions.entry(path).or_default();
            actions.push(Action { element, within });
        }
    }

    /// The first place of what is inside counts for what holds it; repeats are known by now.
    fn places(&mut self) {
        for index in (1..self.nodes.len()).rev() {
            let Some(parent) = self.nodes[index].parent else { continue };
            let order = match (self.nodes[parent].order, self.nodes[index].order) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            self.nodes[parent].order = order;
        }
        for index in 0..self.nodes.len() {
            let mut repeats =
                self.nodes[index].parent.map(|at| self.nodes[at].repeats.clone()).unwrap_or_default();
            if self.nodes[index].repeat.is_some() {
                repeats.push(self.nodes[index].path.clone());
            }
            self.nodes[index].repeats = repeats;
        }
    }

    fn name(&mut self) {
        for index in 1..self.nodes.len() {
            if !self.in_meta(index) {
                let node = &self.nodes[index];
                self.names.add(&node.path, &node.repeats);
            }
        }
        // pyxform leaves the declaration out where only a text reads it.
        self.names.last_saved.push("__last-saved".into());
        for instance in &self.instances {
            let source = instance.attribute("src").is_some_and(|src| src.text.ends_with("/last-saved"));
            if let (true, Some(id)) = (source, instance.attribute("id")) {
                self.names.last_saved.push(id.text.to_string());
            }
        }
    }

    /// Is it `meta` or something in it?
    pub fn in_meta(&self, index: usize) -> bool {
        let node = &self.nodes[index];
        let own = &*node.element.name.local == "meta" && node.control.is_none() && node.group.is_none();
        own || node.parent.is_some_and(|parent| parent != 0 && self.in_meta(parent))
    }

    /// An attribute of a node's binds.
    pub fn bind(
        &self,
        index: usize,
        namespace: &Namespace,
        local: &str,
    ) -> Option<&'a crate::source::Written> {
        self.nodes[index].binds.iter().find_map(|bind| bind.attribute_in(namespace, local))
    }

    /// An attribute of the binds of any path.
    pub fn bind_at(&self, path: &str, local: &str) -> Option<&'a crate::source::Written> {
        let binds = match self.by_path.get(path) {
            Some(index) => &self.nodes[*index].binds,
            None => self.loose_binds.get(path)?,
        };
        binds.iter().find_map(|bind| bind.attribute(local))
    }

    /// An expression with `${name}` for paths, as seen from a node.
    pub fn named(&self, expression: &str, from: usize) -> String {
        self.names.named(expression, &self.nodes[from].path, None)
    }

    /// The absolute path of a reference, which a lowered form may write as `${name}`.
    pub fn path(&self, reference: &str, context: &str) -> String {
        let name = reference.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let known = name.and_then(|name| {
            (1..self.nodes.len()).find(|node| self.nodes[*node].name == name && !self.in_meta(*node))
        });
        known.map_or_else(|| resolve(reference, context), |node| self.nodes[node].path.clone())
    }

    /// Is anything asked or shown in a node?
    pub fn shows(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        node.control.is_some()
            || node.repeat.is_some()
            || node.children.iter().any(|child| self.shows(*child))
    }

    /// How many instances a repeat starts with: when the form is opened, and in a new instance of the repeat around, if one is.
    /// None: nothing says it.
    pub fn starts(&self, repeat: usize) -> (Option<usize>, Option<usize>) {
        let mut way: Vec<usize> = std::iter::successors(Some(repeat), |at| self.nodes[*at].parent).collect();
        way.reverse();
        let around = self.nodes[repeat].repeats.len() > 1;
        (self.instances_along(&way, false), if around { self.instances_along(&way, true) } else { None })
    }

    /// How often the last node of a way is there, along the first instances or along the templates.
    fn instances_along(&self, way: &[usize], templates: bool) -> Option<usize> {
        let (last, between) = way.get(1..)?.split_last()?;
        let of = |parent: &'a Element, node: usize| {
            let name = self.nodes[node].name.clone();
            parent.elements().filter(move |child| child.name.written() == name)
        };
        let mut at = self.nodes[0].element;
        for node in between {
            let first = of(at, *node).find(|child| !is_template(child));
            let template = of(at, *node).find(|child| is_template(child));
            at = if templates { template.or(first) } else { first }?;
        }
        Some(of(at, *last).filter(|child| !is_template(child)).count())
    }

    /// Where a node is written, for what is said of it.
    pub fn span(&self, index: usize) -> Span {
        let node = &self.nodes[index];
        node.control.or(node.group).or(node.repeat).map_or(node.element.span, |element| element.span)
    }
}

/// Does an element hold words that are never shown?
pub(super) fn is_unseen(element: &Element) -> bool {
    element.name == Name::new(Namespace::Doorstep, "unseen")
}

fn is_template(element: &Element) -> bool {
    element.attribute_in(&Namespace::JavaRosa, "template").is_some()
}

/// Do two elements hold the same values?
fn alike(a: &Element, b: &Element) -> bool {
    if a.elements().next().is_none() && b.elements().next().is_none() {
        return a.text().trim() == b.text().trim();
    }
    // Repeats within are asked for their own.
    let same = |child: &Element| {
        let other = b.elements().find(|other| other.name == child.name);
        is_template(child) || other.is_none_or(|other| alike(child, other))
    };
    a.elements().all(same)
}

/// One way through the body.
struct Walk<'a, 'b> {
    form: &'b mut Model<'a>,
    losses: &'b mut Losses,
    count: usize,
}

impl<'a> Walk<'a, '_> {
    fn children(&mut self, of: &'a Element, context: &str, group: Option<&'a Element>) {
        for child in of.elements() {
            self.count += 1;
            let local = &*child.name.local;
            match local {
                "group" => self.group(child, context),
                "repeat" => self.repeat(child, context, group),
                local if CONTROLS.contains(&local) => self.control(child, context),
                local if ACTIONS.contains(&local) => self.form.action(child, context, None),
                "label" | "hint" | "help" | "itemLabel" => {}
                other => self.losses.push(child.span, format!("`{other}` in the body is left out")),
            }
        }
    }

    fn group(&mut self, element: &'a Element, context: &str) {
        let path = self.form.target(element, context);
        let node = path.as_ref().and_then(|path| self.form.by_path.get(path)).copied();
        if let Some(node) = node.filter(|node| *node != 0) {
            let order = self.count;
            let node = &mut self.form.nodes[node];
            node.group.get_or_insert(element);
            node.order.get_or_insert(order);
            let path = node.path.clone();
            return self.children(element, &path, None);
        }
        // A group around a repeat holds its heading; any other has no node that a row could make.
        let mut inside = element.elements().filter(|child| !matches!(&*child.name.local, "label" | "hint"));
        let heads = inside.next().is_some_and(|child| child.name.is("repeat")) && inside.next().is_none();
        if !heads && (element.child("label").is_some() || element.attribute("appearance").is_some()) {
            self.losses.push(
                element.span,
                "a group without a node of its own is taken away; its questions stay, its heading and appearance are lost",
            );
        }
        self.children(element, path.as_deref().unwrap_or(context), heads.then_some(element));
    }

    fn repeat(&mut self, element: &'a Element, context: &str, heading: Option<&'a Element>) {
        let path = self.form.target(element, context);
        let Some(node) = path.and_then(|path| self.form.by_path.get(&path)).copied() else {
            self.losses.push(element.span, "a repeat over nodes that are not in the instance is left out");
            return;
        };
        let order = self.count;
        let node = &mut self.form.nodes[node];
        node.repeat.get_or_insert(element);
        node.order.get_or_insert(order);
        if node.group.is_none() {
            node.group = heading;
        }
        let path = node.path.clone();
        self.children(element, &path, None);
    }

    fn control(&mut self, element: &'a Element, context: &str) {
        let path = self.form.target(element, context);
        let Some(index) = path.and_then(|path| self.form.by_path.get(&path)).copied() else {
            let local = &element.name.local;
            self.losses
                .push(element.span, format!("this `{local}` asks no node of the instance and is left out"));
            return;
        };
        let order = self.count;
        let node = &mut self.form.nodes[index];
        if node.control.is_some() {
            self.losses.push(element.span, format!("`{}` is asked twice; only the first stays", node.name));
            return;
        }
        node.control = Some(element);
        node.order = Some(order);
        let path = node.path.clone();
        for action in element.elements().filter(|child| ACTIONS.contains(&&*child.name.local)) {
            self.form.action(action, &path, Some(index));
        }
    }
}
