//! An XForm to a [`Form`]: tree, binds, body, expressions, texts, actions, graph; checks as it goes.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::check;
use crate::check::noted::{Facts, Noted, Role};
use crate::definition;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::expr::compile::{Anchor, Compiled, Over, compile};
use crate::expr::program::{ExprId, Program, Read};
use crate::form::binds::{self, BindOf, constant};
use crate::form::body::{self, Placed, PlacedKind};
use crate::form::itext::Itext;
use crate::form::names::{Skeleton, SkeletonKind};
use crate::form::xform::{self, XForm};
use crate::form::{
    Action, Bind, Body, Checked, Form, Node, NodeKind, Piece, Preload, ScopeDef, ScopeDefId, TextId, Texts,
    meta, tree, types,
};
use crate::graph::{self, Computation, Draft, Task};
use crate::source::{Bundle, Passage};
use crate::value::DataType;
use crate::view::{Control, NodeId};
use crate::xml::{Document, Namespace, Tag};

mod assessment;
mod entities;
mod instances;
mod itemset;
mod setvalue;
mod text;

pub(crate) use text::itext_id;

pub(super) fn read(bundle: &Bundle) -> Checked {
    let mut found = Diagnostics::default();
    let document = definition::read_document(bundle, &mut found);
    let form = document.and_then(|document| {
        let mut form = lower(&document, bundle, &mut found)?;
        form.texts = form.texts.keep(document.into_store());
        Some(form)
    });
    let form = if found.has_errors() { None } else { form.map(Arc::new) };
    Checked { form, diagnostics: found.into_sorted() }
}

/// All of a form but what its texts are parts of.
fn lower(document: &Document, bundle: &Bundle, found: &mut Diagnostics) -> Option<Form> {
    let document = document.root()?;
    let parts = xform::parts(document, found)?;
    let declares_open_rosa = document.attributes().any(|attribute| {
        attribute.name.namespace == Namespace::Xmlns && attribute.value.text == Namespace::OpenRosa.uri()
    });
    let is_xml = bundle.main.text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    let missing = meta::missing(parts.primary, !is_xml || declares_open_rosa);
    let root = format!("/{}", parts.primary.name.written());
    let body = body::walk(parts.body, &root, &binds::by_id(&parts.binds), found);
    let (mut skeleton, seed) = tree::build(parts.primary, &missing, &body.shapes(), found);
    instances::read(&parts, bundle, &mut skeleton, found);
    let binds = binds::by_node(&parts.binds, &root, &skeleton, found);
    let shown = resolve(&body, &skeleton, found);
    let measured = assessment::nodes(&parts, &skeleton, found);
    for (node, _) in &measured {
        skeleton.nodes[node.0 as usize].calculated = true;
    }
    kinds(&mut skeleton, &binds, &body.placed, &shown);
    itemset::note_choices(&mut skeleton, &body.placed, &shown);
    let names = std::mem::take(&mut skeleton.tree_node_names);
    let itext = Itext::read(parts.itext, found);
    let languages = if itext.languages.is_empty() { vec!["".into()] } else { itext.languages.clone() };

    let mut lowering = Lowering {
        skeleton: &skeleton,
        itext: &itext,
        program: Program::new(names),
        compiled: FxHashMap::default(),
        texts: Texts::new(languages.len()),
        pieces: Vec::new(),
        itext_used: vec![None; itext.ids().count()],
        noted: Vec::new(),
        texts_named: FxHashSet::default(),
        drafts: Vec::new(),
        reads: 0,
        spans: FxHashMap::default(),
        actions: Vec::new(),
        triggers: FxHashMap::default(),
        measured: measured.iter().map(|(node, _)| *node).collect(),
        found,
    };
    let title = parts.title.and_then(|title| lowering.plain_text(title));
    let by_node: FxHashMap<NodeId, &Placed<'_>> =
        shown.iter().zip(&body.placed).rev().filter_map(|(node, placed)| Some(((*node)?, placed))).collect();
    let mut implied: Vec<NodeId> = missing.paths.iter().filter_map(|path| skeleton.at(path)).collect();
    // The author of form JSON asks for answers; what a submission is called beside them is the lowering's.
    if bundle.main.text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        && let Some(meta) = skeleton.child(NodeId(0), "meta")
    {
        implied.extend((meta.0..skeleton.node(meta).end.0).map(NodeId));
    }
    let no_bind = BindOf::default();
    let mut nodes = Vec::with_capacity(skeleton.nodes.len());
    for index in 0..skeleton.nodes.len() {
        let id = NodeId(index as u32);
        let bind = binds.get(&id).unwrap_or(&no_bind);
        let (bind, body) = lowering.node(id, bind, by_node.get(&id).copied());
        nodes.push(node(&skeleton, id, bind, body, implied.contains(&id)));
    }
    items(&body.placed, &shown, &skeleton.scopes, &mut nodes);
    lowering.actions(&parts, &body, &root);
    let assessment = lowering.assessment(&measured, &nodes);
    let instance_name = lowering.instance_name(&binds);
    let (noted, texts_named) =
        (std::mem::take(&mut lowering.noted), std::mem::take(&mut lowering.texts_named));
    let looked_up = lowering.looked_up_texts();
    let Lowering { program, texts, drafts, spans, actions, triggers, .. } = lowering;
    let facts = Facts {
        form: &skeleton,
        names: &program.names,
        noted: &noted,
        binds: &binds,
        placed: &body.placed,
        shown: &shown,
        parts: &parts,
        itext: &itext,
        texts_named: &texts_named,
        is_xml,
    };
    if check::CHECKS {
        check::compiled(&facts, found);
        // Of what could not be compiled there is nothing sure to say.
        if !found.has_errors() {
            check::assessment::check(&facts, &assessment, &program, found);
        }
    }
    for (node, indexes) in triggers {
        nodes[node.0 as usize].bind.triggers = indexes.into();
    }
    let graph = match graph::build(drafts, &skeleton) {
        Ok(graph) => graph,
        Err(cycles) => {
            check::cycle::report(&cycles, &skeleton, &spans, found);
            return None;
        }
    };
    let entities = entities::declared(&nodes, &binds, &seed);
    Some(Form {
        bundle: bundle.clone(),
        hash: OnceLock::new(),
        id: attribute(parts.primary, "id").unwrap_or_else(|| parts.primary.name.local.clone()),
        version: attribute(parts.primary, "version").unwrap_or_default(),
        title,
        languages,
        nodes,
        seed: Arc::new(seed),
        texts,
        itext: looked_up,
        program,
        graph,
        actions,
        assessment,
        entities,
        services: parts.assessment.and_then(|element| attribute(element, "services")),
        catalogue: OnceLock::new(),
        media: OnceLock::new(),
        instance_name,
        instance_id: meta::find(&skeleton, "instanceID"),
        deprecated_id: meta::find(&skeleton, "deprecatedID"),
        public_key: public_key(&parts),
        layout: super::layout::read(&parts),
        tops: OnceLock::new(),
        audit: super::audit::read(&skeleton, &binds),
        for_roles: super::for_roles::read(parts.model),
        scopes: skeleton.scopes,
        tree_files: instances::files(&parts, &skeleton.tree_names, skeleton.trees.len()),
        last_saved: instances::last_saved(&parts, &skeleton.tree_names),
        trees: skeleton.trees.into_iter().map(Arc::new).collect(),
        child_names: skeleton.child_names,
    })
}

/// A key of nothing but blanks asks for no encryption.
fn public_key(parts: &XForm<'_>) -> Option<Arc<str>> {
    let key = attribute(parts.submission?, "base64RsaPublicKey")?;
    (!key.trim().is_empty()).then_some(key)
}

pub(super) fn attribute(element: Tag<'_>, local: &str) -> Option<Arc<str>> {
    let plain = element.attribute(local).or_else(|| element.attribute_in(&Namespace::OpenRosa, local));
    plain.map(|written| written.text.into())
}

/// The node that each control, group and repeat of the body stands for.
fn resolve(body: &body::Body<'_>, form: &Skeleton, found: &mut Diagnostics) -> Vec<Option<NodeId>> {
    let mut resolved = Vec::with_capacity(body.placed.len());
    for placed in &body.placed {
        let node = form.at(&placed.path);
        if node.is_none() {
            let diagnostic = binds::unknown(form, &placed.path, placed.span, found);
            found.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
        }
        resolved.push(node);
    }
    resolved
}

/// Gives each leaf its data type: the control's where it has one, else the bind's.
fn kinds(
    form: &mut Skeleton,
    binds: &FxHashMap<NodeId, BindOf<'_>>,
    placed: &[Placed<'_>],
    shown: &[Option<NodeId>],
) {
    for (id, bind) in binds {
        let node = &mut form.nodes[id.0 as usize];
        node.calculated |= bind.get("calculate").is_some();
        if let (SkeletonKind::Leaf(_), Some(written)) = (node.kind, bind.get("type")) {
            node.kind = SkeletonKind::Leaf(types::of_bind(types::name_of(written.text)));
        }
    }
    // Whatever its bind says, a file is what it names.
    if let Some(audit) = meta::find(form, "audit")
        && let SkeletonKind::Leaf(_) = form.node(audit).kind
    {
        form.nodes[audit.0 as usize].kind = SkeletonKind::Leaf(DataType::Attachment);
    }
    for (placed, id) in placed.iter().zip(shown).rev() {
        let (PlacedKind::Question(control), Some(id)) = (placed.kind, id) else { continue };
        let node = &mut form.nodes[id.0 as usize];
        let SkeletonKind::Leaf(bound) = node.kind else { continue };
        node.select = matches!(control, Control::SelectOne | Control::SelectMultiple | Control::Rank);
        node.kind = match !node.calculated && is_note(control, binds.get(id), bound) {
            true => SkeletonKind::Note,
            false => SkeletonKind::Leaf(types::of_control(control, bound)),
        };
    }
}

/// An input that nobody can ever change and nothing calculates is text to read.
fn is_note(control: Control, bind: Option<&BindOf<'_>>, bound: DataType) -> bool {
    control == Control::Input
        && bound == DataType::Text
        && bind.is_some_and(|bind| bind.always_readonly() && bind.get("calculate").is_none())
}

fn node(skeleton: &Skeleton, id: NodeId, bind: Bind, body: Body, implied: bool) -> Node {
    let node = skeleton.node(id);
    let kind = match node.kind {
        SkeletonKind::Group => NodeKind::Group,
        SkeletonKind::Leaf(data_type) => NodeKind::Leaf(data_type),
        SkeletonKind::Note => NodeKind::Leaf(DataType::Text),
        SkeletonKind::Attribute => NodeKind::Attribute,
        SkeletonKind::Repeat(own) => {
            let repeats = &skeleton.scope(node.scope).repeats;
            let repeat_index = repeats.iter().position(|repeat| *repeat == id).unwrap_or(0) as u16;
            NodeKind::Repeat { own, repeat_index }
        }
    };
    Node {
        name: node.name.clone(),
        qname: node.qname.clone(),
        name_id: node.name_id,
        parent: node.parent,
        end: node.end,
        kind,
        scope: node.scope,
        slot: node.slot,
        implied,
        bind,
        body,
    }
}

/// Which nodes are shown inside which, in the body's order. What the body shows in a repeat though it is not of it is shown around
/// the repeat; what it shows around a repeat though it is of it, in it.
fn items(placed: &[Placed<'_>], shown: &[Option<NodeId>], scopes: &[ScopeDef], nodes: &mut [Node]) {
    let mut items: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
    for (place, id) in placed.iter().zip(shown) {
        let Some(id) = *id else { continue };
        let scope = nodes[id.0 as usize].scope;
        let above = std::iter::successors(place.parent, |parent| placed[*parent].parent);
        let above = above.filter_map(|parent| shown[parent]).chain([NodeId(0)]);
        let holds = |parent: &NodeId| match nodes[parent.0 as usize].kind {
            NodeKind::Repeat { own, .. } => own == scope,
            NodeKind::Group => nodes[parent.0 as usize].scope == scope,
            NodeKind::Leaf(_) | NodeKind::Attribute => false,
        };
        let parent = above.into_iter().find(holds).unwrap_or(scopes[usize::from(scope.0)].node);
        let inside = items.entry(parent).or_default();
        // A node that is shown twice is shown where it is shown first.
        if !nodes[id.0 as usize].body.shown {
            nodes[id.0 as usize].body.shown = true;
            inside.push(id);
        }
    }
    for (parent, inside) in items {
        nodes[parent.0 as usize].body.items = inside.into();
    }
}

/// How many nodes all expressions of a form may read: each is an edge of the graph.
const MAX_READS: usize = 2_000_000;

struct Lowering<'a, 'f> {
    skeleton: &'a Skeleton,
    itext: &'a Itext<'a>,
    program: Program,
    /// By text and scope: expressions that mean the same at every node.
    compiled: FxHashMap<(&'a str, ScopeDefId), Compiled>,
    texts: Texts,
    /// Kept for its memory.
    pieces: Vec<Piece>,
    /// By place in itext: what a control names and reads nothing, and whether it has outputs.
    itext_used: Vec<Option<(TextId, bool)>>,
    /// What the author wrote, for checks.
    noted: Vec<Noted>,
    texts_named: FxHashSet<&'a str>,
    drafts: Vec<Draft>,
    /// How many reads there are in them.
    reads: usize,
    /// Where each computation is written.
    spans: check::cycle::Places,
    actions: Vec<Action>,
    triggers: FxHashMap<NodeId, Vec<u32>>,
    /// The nodes of measures.
    measured: FxHashSet<NodeId>,
    found: &'f mut Diagnostics,
}

impl<'a> Lowering<'a, '_> {
    /// Compiles an expression of the form's document. Tools write the same condition at every question of a section: it is compiled once.
    fn expr(&mut self, written: Passage<'a>, anchor: Anchor, role: Role) -> Option<Compiled> {
        let again = (written.text, anchor.scope);
        // Checks look at each.
        let alone = !check::CHECKS && anchor.items == Over::Value;
        if let Some(known) = self.compiled.get(&again).filter(|_| alone && self.reads <= MAX_READS) {
            self.reads += known.reads.len();
            return Some(known.clone());
        }
        let told = self.found.count();
        let compiled = self.expr_of(written, anchor, role)?;
        if alone && !compiled.leans && self.found.count() == told {
            self.compiled.insert(again, compiled.clone());
        }
        Some(compiled)
    }

    /// Compiles an expression, and keeps it as it was written for checks.
    fn expr_of(&mut self, written: Passage<'_>, anchor: Anchor, role: Role) -> Option<Compiled> {
        if written.text.trim().is_empty() || self.found.is_full() || self.reads > MAX_READS {
            return None;
        }
        let (compiled, ast) = compile(written, anchor, self.skeleton, &mut self.program, self.found);
        if check::CHECKS {
            self.noted.extend(ast.map(|ast| Noted { written: written.to_written(), ast, anchor, role }));
        }
        let compiled = compiled?;
        self.reads += compiled.reads.len();
        if self.reads > MAX_READS {
            let message = format!("the form's expressions read over {MAX_READS} nodes together");
            let diagnostic = Diagnostic::error("too-large", written.span, message);
            self.found.push(diagnostic.hint("name the nodes that are meant, instead of all with `//`"));
        }
        Some(compiled)
    }

    /// Compiles a bind's expression and puts it into the graph.
    fn task(&mut self, written: Passage<'a>, anchor: Anchor, task: fn(ExprId) -> Task) -> Option<ExprId> {
        // What the expression is for does not depend on which one it is.
        let compiled = self.expr(written, anchor, Role::from(task(ExprId(0))))?;
        self.spans.insert((anchor.node, task(compiled.root).column()), written.span);
        self.draft(anchor, task(compiled.root), compiled.reads);
        Some(compiled.root)
    }

    fn draft(&mut self, anchor: Anchor, task: Task, reads: Vec<Read>) {
        let computation = Computation { node: anchor.node, scope: anchor.scope, task };
        self.drafts.push(Draft { computation, reads });
    }

    /// Puts a condition into the graph; gives whether it is plain true.
    fn rule(&mut self, written: Option<Passage<'a>>, anchor: Anchor, task: fn(ExprId) -> Task) -> bool {
        let Some(written) = written else { return false };
        if let Some(always) = constant(written.text) {
            return always;
        }
        self.task(written, anchor, task);
        false
    }

    fn node(&mut self, id: NodeId, bind: &BindOf<'a>, placed: Option<&Placed<'a>>) -> (Bind, Body) {
        let node = self.skeleton.node(id);
        let anchor = Anchor::at(id, node.scope);
        let mut shown = Vec::new();
        let body = placed.map(|placed| self.body(id, anchor, placed, &mut shown)).unwrap_or_default();
        if let Some(written) = bind.get("relevant") {
            self.relevant(written, id, anchor);
        }
        if let Some(written) = bind.get("constraint") {
            self.task(written, anchor, Task::Constraint);
        }
        let is_repeat = matches!(node.kind, SkeletonKind::Repeat(_));
        let repeat = placed.filter(|placed| is_repeat && placed.kind == PlacedKind::Repeat);
        let preload = bind.jr("preload").or_else(|| bind.get("preload"));
        let bind = Bind {
            type_name: bind.get("type").map_or("string", |written| types::known_name(written.text)).into(),
            required: self.rule(bind.get("required"), anchor, Task::Required),
            readonly: self.rule(bind.get("readonly"), anchor, Task::Readonly),
            // A measure is what its assessment says; the calculation is for engines that know none.
            calculate: bind
                .get("calculate")
                .filter(|_| !self.measured.contains(&id))
                .and_then(|written| self.task(written, anchor, Task::Calculate)),
            repeat_count: repeat
                .and_then(|placed| placed.element.attribute_in(&Namespace::JavaRosa, "count"))
                .and_then(|written| self.task(written, anchor, Task::RepeatCount)),
            fixed: repeat
                .and_then(|placed| placed.element.attribute_in(&Namespace::JavaRosa, "noAddRemove"))
                .is_some_and(|written| constant(written.text) == Some(true)),
            preload: preload.and_then(|written| self.preload(written, bind)),
            triggers: Box::default(),
            constraint_message: bind
                .message("constraintMsg")
                .and_then(|text| self.message(text, anchor, &mut shown)),
            required_message: bind
                .message("requiredMsg")
                .and_then(|text| self.message(text, anchor, &mut shown)),
        };
        if !shown.is_empty() {
            self.draft(anchor, Task::Shown, shown);
        }
        (bind, body)
    }

    /// A repeat's condition is that of each instance if it is about something in the instance, else that of the repeat as a whole.
    fn relevant(&mut self, written: Passage<'a>, id: NodeId, anchor: Anchor) {
        let SkeletonKind::Repeat(own) = self.skeleton.node(id).kind else {
            self.task(written, anchor, Task::Relevant);
            return;
        };
        let each = Anchor::at(id, own);
        let Some(compiled) = self.expr(written, each, Role::Relevant) else { return };
        if compiled.reads.iter().any(|read| read.from == own) {
            self.spans.insert((id, Task::Relevant(compiled.root).column()), written.span);
            self.draft(each, Task::Relevant(compiled.root), compiled.reads);
        } else {
            self.noted.pop();
            self.task(written, anchor, Task::Relevant);
        }
    }

    fn preload(&mut self, written: Passage<'_>, bind: &BindOf<'_>) -> Option<Preload> {
        let parameters = bind.jr("preloadParams").or_else(|| bind.get("preloadParams"));
        let parameters = parameters.map_or("", |written| written.text);
        let preload = Preload::read(written.text, parameters);
        if preload.is_none() && !written.text.trim().is_empty() {
            let message = format!("nothing is known to fill in for `{} {parameters}`", written.text);
            self.found.push(Diagnostic::warning(
                "unknown-preload",
                written.span,
                message.trim_end().to_owned(),
            ).hint("known are `date today`, `timestamp start` and `end`, `property deviceid`, `username`, `email` and `phonenumber`, `uid`"));
        }
        preload
    }

    fn body(&mut self, id: NodeId, anchor: Anchor, placed: &Placed<'a>, shown: &mut Vec<Read>) -> Body {
        let node = self.skeleton.node(id);
        let control = match (placed.kind, node.kind) {
            (PlacedKind::Question(Control::Input), SkeletonKind::Note) => Some(Control::Note),
            (PlacedKind::Question(Control::Input), SkeletonKind::Leaf(DataType::Geopoint)) => {
                Some(Control::Geopoint)
            }
            (PlacedKind::Question(control), SkeletonKind::Leaf(_)) => Some(control),
            (PlacedKind::Question(_), _) => {
                let message = format!("`{}` holds other nodes: it can't be answered", node.name);
                self.found.push(
                    Diagnostic::error("wrong-control", placed.span, message)
                        .hint("show it as a `group`, or refer to a node in it"),
                );
                None
            }
            _ => None,
        };
        let (label, item_label) = match node.kind {
            SkeletonKind::Repeat(own) => self.repeat_labels(placed, anchor, Anchor::at(id, own), shown),
            _ => (self.words_of(placed.heading, "label", anchor, shown), None),
        };
        let appearance =
            placed.element.attribute("appearance").or_else(|| placed.heading.attribute("appearance"));
        Body {
            control,
            shown: false,
            label,
            hint: self.words_of(placed.heading, "hint", anchor, shown),
            item_label,
            appearance: appearance
                .iter()
                .flat_map(|written| written.text.split_whitespace())
                .map(Arc::from)
                .collect(),
            parameters: self.parameters(placed),
            choices: match control {
                Some(Control::SelectOne | Control::SelectMultiple | Control::Rank) => {
                    self.choices(placed.element, anchor, shown)
                }
                // The words of its ticks.
                Some(Control::Range) if placed.element.named("itemset").is_some() => {
                    self.choices(placed.element, anchor, shown)
                }
                _ => None,
            },
            items: Box::default(),
        }
    }

    /// The words over a repeat, and those on each card. Words that look into the instance are the card's, and stand over the
    /// whole as far as they can.
    fn repeat_labels(
        &mut self,
        placed: &Placed<'a>,
        whole: Anchor,
        each: Anchor,
        shown: &mut Vec<Read>,
    ) -> (Option<TextId>, Option<TextId>) {
        if let Some(own) = self.item_label(placed, each) {
            return (self.words_of(placed.heading, "label", whole, shown), Some(own));
        }
        let mut reads = Vec::new();
        let item = self.words_of(placed.heading, "label", each, &mut reads);
        if !reads.iter().any(|read| read.from == each.scope) {
            return (self.words_of(placed.heading, "label", whole, shown), None);
        }
        self.draft(each, Task::ItemShown, reads);
        // What only an instance can say is no mistake over the whole.
        let mut aside = Diagnostics::default();
        let found = std::mem::replace(self.found, std::mem::take(&mut aside));
        let label = self.words_of(placed.heading, "label", whole, shown);
        *self.found = found;
        (label, item)
    }

    /// The words on each card of a repeat, over that card's own answers.
    fn item_label(&mut self, placed: &Placed<'a>, inside: Anchor) -> Option<TextId> {
        let mut reads = Vec::new();
        let element = placed.element.elements().find(|element| {
            element.name.namespace == Namespace::Doorstep && &*element.name.local == "itemLabel"
        })?;
        let text = self.text_of(element, inside, &mut reads);
        if !reads.is_empty() {
            self.draft(inside, Task::ItemShown, reads);
        }
        text
    }

    /// What a control says beside its reference and appearance.
    fn parameters(&mut self, placed: &Placed<'a>) -> Arc<[(Arc<str>, Arc<str>)]> {
        if let (PlacedKind::Question(Control::Upload), Some(media)) =
            (placed.kind, placed.element.attribute("mediatype"))
            && !media.text.trim().is_empty()
            && !media.text.contains('/')
        {
            let message = format!("`{}` is no media type", media.text);
            self.found.push(
                Diagnostic::error("bad-media-type", media.span, message)
                    .hint("write for example `image/*`, `application/pdf`"),
            );
        }
        placed
            .element
            .attributes()
            .filter(|attribute| !matches!(&*attribute.name.local, "ref" | "nodeset" | "appearance" | "bind"))
            .map(|attribute| (attribute.name.local.clone(), attribute.value.text.into()))
            .collect()
    }

    /// The form's name for an answered instance: what `meta/instanceName` is calculated as.
    fn instance_name(&mut self, binds: &FxHashMap<NodeId, BindOf<'a>>) -> Option<ExprId> {
        let node = meta::find(self.skeleton, "instanceName")?;
        let written = binds.get(&node)?.get("calculate")?;
        let anchor = Anchor::at(node, self.skeleton.node(node).scope);
        self.expr(written, anchor, Role::Calculate).map(|compiled| compiled.root)
    }
}
