//! What a screen shows, taken from the instance when asked for.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::assess::measure::{Kind, WhenMissing};
use crate::expr::program::ExprId;
use crate::form::{NodeKind, TextId};
use crate::session::Session;
use crate::session::instance::flag;
use crate::value::Value;
use crate::view::{
    Control, GroupView, Item, Key, NodeId, PageView, Progress, QuestionView, RepeatInstanceView, RepeatView,
    ScopeId, Violation, ViolationKind,
};

impl Session {
    /// The pages that are relevant, in order: each top-level group or repeat, and each run of top-level questions.
    pub fn pages(&self) -> Vec<PageView> {
        let root = ScopeId(0);
        let mut pages: Vec<PageView> = Vec::new();
        let mut loose = false;
        for node in self.form.node(NodeId(0)).body.items.iter().copied() {
            let key = Key { scope: root, node };
            let Some(item) = self.item(key) else { continue };
            // A group of calculations is nothing to turn to.
            if matches!(item, Item::Group(_)) && !self.shows_something(node) {
                continue;
            }
            if !self.instance.relevant(root, node) {
                // What is hidden still parts what stands before and after it, so that pages stay what they are.
                loose &= matches!(item, Item::Question(_));
                continue;
            }
            match item {
                Item::Question(_) if loose => {
                    let page = pages.last_mut().expect("a run of questions has begun");
                    page.items.push(item);
                }
                Item::Question(_) => {
                    pages.push(PageView {
                        key,
                        items: vec![item],
                        label: String::new(),
                        hint: None,
                        progress: Progress::default(),
                        violations: 0,
                        unscored: 0,
                    });
                    loose = true;
                }
                Item::Group(_) | Item::Repeat(_) => {
                    let items = if let Item::Group(_) = item { self.children(key) } else { vec![item] };
                    let (label, hint) = self.heading(key);
                    pages.push(PageView {
                        key,
                        items,
                        label,
                        hint,
                        progress: Progress::default(),
                        violations: 0,
                        unscored: 0,
                    });
                    loose = false;
                }
            }
        }
        for page in &mut pages {
            self.count_page(page);
        }
        pages
    }

    /// What stands in the form, relevant or not, in order: as [`Session::pages`] has it, in one.
    pub fn whole(&self) -> Vec<Item> {
        let mut items = self.children(Key { scope: ScopeId(0), node: NodeId(0) });
        items.retain(|item| !matches!(item, Item::Group(key) if !self.shows_something(key.node)));
        items
    }

    /// Counts anew what is answered, wrong and unscored on the pages that these nodes are on, and takes the heading of a page anew that is itself among them, where
    /// [`Changes::pages`](crate::session::Changes::pages) says that the pages are the same. Gives whether anything is another.
    pub fn recount(&self, pages: &mut [PageView], nodes: &[Key]) -> bool {
        let mut tops: Vec<NodeId> = nodes.iter().map(|key| self.top(key.node)).collect();
        tops.sort_unstable();
        tops.dedup();
        let mut differs = false;
        for page in pages {
            if nodes.contains(&page.key) && self.form.node(page.key.node).body.control.is_none() {
                let (label, hint) = self.heading(page.key);
                differs |= (&label, &hint) != (&page.label, &page.hint);
                (page.label, page.hint) = (label, hint);
            }
            // A run of questions has one of each; a group is its own.
            let is_on = |item: &Item| {
                let (Item::Question(key) | Item::Group(key) | Item::Repeat(key)) = item;
                tops.binary_search(&key.node).is_ok()
            };
            if tops.binary_search(&page.key.node).is_ok() || page.items.iter().any(is_on) {
                let before = (page.progress, page.violations, page.unscored);
                self.count_page(page);
                differs |= before != (page.progress, page.violations, page.unscored);
            }
        }
        differs
    }

    /// A page's words, where it is a group or a repeat.
    fn heading(&self, key: Key) -> (String, Option<String>) {
        let body = &self.form.node(key.node).body;
        (self.words(body.label, key), body.hint.map(|_| self.words(body.hint, key)))
    }

    /// What of the root's body a node stands in, however deep it lies in the instance; of what nobody sees, the node under the root.
    fn top(&self, node: NodeId) -> NodeId {
        let tops = self.form.tops.get_or_init(|| {
            let parent = |node: NodeId| self.form.node(node).parent;
            let mut tops = vec![NodeId(0); self.form.nodes.len()];
            for node in (1..tops.len()).map(|at| NodeId(at as u32)) {
                // A parent stands before its children.
                let above = parent(node);
                tops[node.0 as usize] = if above == NodeId(0) { node } else { tops[above.0 as usize] };
            }
            for top in &self.form.node(NodeId(0)).body.items {
                let mut inside = vec![*top];
                while let Some(node) = inside.pop() {
                    tops[node.0 as usize] = *top;
                    inside.extend_from_slice(&self.form.node(node).body.items);
                }
            }
            tops.into()
        });
        tops[node.0 as usize]
    }

    fn count_page(&self, page: &mut PageView) {
        let scored = self.scored();
        let mut progress = Progress::default();
        let (mut violations, mut unscored) = (0, 0);
        for item in &page.items {
            self.walk(*item, &mut |key| {
                self.count(key, &mut progress);
                violations += usize::from(self.violation(key).is_some());
                let blank = scored.contains(&key.node) && self.instance.kept(key.scope, key.node).is_blank();
                unscored += usize::from(blank);
            });
        }
        (page.progress, page.violations, page.unscored) = (progress, violations, unscored);
    }

    /// The questions without which a scale has no score.
    fn scored(&self) -> &FxHashSet<NodeId> {
        self.form.assessment.scored.get_or_init(|| {
            let scales = self.form.assessment.measures.iter().filter_map(|measure| match &measure.kind {
                Kind::Scale(scale) if scale.when_missing == WhenMissing::NoScore => Some(scale),
                _ => None,
            });
            let questions = scales.flat_map(|scale| &scale.items).flat_map(|item| &item.questions).copied();
            let is_asked =
                |node: &NodeId| self.form.node(*node).body.control.is_some() && !self.form.is_computed(*node);
            questions.filter(is_asked).collect()
        })
    }

    /// Does it hold a question or a repeat, at whatever depth?
    fn shows_something(&self, group: NodeId) -> bool {
        let inside = &self.form.node(group).body.items;
        inside.iter().any(|node| match self.form.node(*node).kind {
            NodeKind::Group => self.shows_something(*node),
            NodeKind::Repeat { .. } | NodeKind::Leaf(_) | NodeKind::Attribute => true,
        })
    }

    /// The items of a group, or of a repeat instance (by its own key), relevant or not, in order.
    pub fn children(&self, key: Key) -> Vec<Item> {
        if !self.instance.holds(&self.form, key.scope, key.node) || self.is_repeat_as_whole(key) {
            return Vec::new();
        }
        let items = self.form.node(key.node).body.items.iter();
        items.filter_map(|node| self.item(Key { scope: key.scope, node: *node })).collect()
    }

    fn item(&self, key: Key) -> Option<Item> {
        let node = self.form.node(key.node);
        if !node.body.shown {
            return None;
        }
        match node.kind {
            NodeKind::Group => Some(Item::Group(key)),
            NodeKind::Repeat { .. } => Some(Item::Repeat(key)),
            NodeKind::Leaf(_) | NodeKind::Attribute => node.body.control.map(|_| Item::Question(key)),
        }
    }

    fn is_repeat_as_whole(&self, key: Key) -> bool {
        matches!(self.form.node(key.node).kind, NodeKind::Repeat { .. })
            && self.instance.own_node(key.scope) != key.node
    }

    /// Gives every question that is shown under an item to `take`, in document order.
    fn walk(&self, item: Item, take: &mut dyn FnMut(Key)) {
        let (Item::Question(key) | Item::Group(key) | Item::Repeat(key)) = item;
        if !self.instance.relevant(key.scope, key.node) {
            return;
        }
        match item {
            Item::Question(key) => take(key),
            Item::Group(key) => self.walk_inside(key, take),
            Item::Repeat(Key { scope, node }) => {
                for instance in self.instance.instances(scope, node) {
                    self.walk_inside(Key { scope: *instance, node }, take);
                }
            }
        }
    }

    fn walk_inside(&self, key: Key, take: &mut dyn FnMut(Key)) {
        for node in &self.form.node(key.node).body.items {
            if let Some(inner) = self.item(Key { scope: key.scope, node: *node }) {
                self.walk(inner, take);
            }
        }
    }

    fn walk_all(&self, take: &mut dyn FnMut(Key)) {
        for node in self.form.node(NodeId(0)).body.items.iter().copied() {
            if let Some(item) = self.item(Key { scope: ScopeId(0), node }) {
                self.walk(item, take);
            }
        }
    }

    fn count(&self, key: Key, progress: &mut Progress) {
        let control = self.form.node(key.node).body.control;
        let is_heading = self.form.node(key.node).body.is_heading();
        if matches!(control, Some(Control::Note) | None) || is_heading || self.is_readonly(key) {
            return;
        }
        progress.askable += 1;
        progress.answered += usize::from(!self.instance.kept(key.scope, key.node).is_blank());
    }

    /// A question's view. `None` if its repeat instance is gone or it is no question.
    pub fn question(&self, key: Key) -> Option<QuestionView> {
        if !self.instance.holds(&self.form, key.scope, key.node) {
            return None;
        }
        let node = self.form.node(key.node);
        let cell = self.instance.cell(key.scope, key.node);
        Some(QuestionView {
            key,
            name: node.name.clone(),
            control: node.body.control?,
            data_type: node.data_type()?,
            is_code: *node.bind.type_name == *"barcode",
            label: self.words(node.body.label, key),
            hint: node.body.hint.map(|_| self.words(node.body.hint, key)),
            appearance: node.body.appearance.clone(),
            parameters: node.body.parameters.clone(),
            media: node
                .body
                .label
                .map(|label| self.look(key.scope, key.node).media(label))
                .unwrap_or_default(),
            value: self.instance.kept(key.scope, key.node).clone(),
            relevant: self.instance.has(cell, flag::RELEVANT),
            required: self.instance.has(cell, flag::REQUIRED),
            scored: self.scored().contains(&key.node),
            readonly: self.is_readonly(key),
            violation: self.violation(key),
            choices: match &node.body.choices {
                Some(choices) => self.choices(key, choices),
                None => Arc::new([]),
            },
            outcome: self.outcome_words(key.node),
        })
    }

    /// A group's view.
    pub fn group(&self, key: Key) -> Option<GroupView> {
        if !self.instance.holds(&self.form, key.scope, key.node) {
            return None;
        }
        let node = self.form.node(key.node);
        matches!(node.kind, NodeKind::Group).then(|| GroupView {
            key,
            name: node.name.clone(),
            label: self.words(node.body.label, key),
            hint: node.body.hint.map(|_| self.words(node.body.hint, key)),
            appearance: node.body.appearance.clone(),
            relevant: self.instance.relevant(key.scope, key.node),
        })
    }

    /// A repeat's view, by the key of the repeat as a whole.
    pub fn repeat(&self, key: Key) -> Option<RepeatView> {
        if !self.instance.holds(&self.form, key.scope, key.node) || !self.is_repeat_as_whole(key) {
            return None;
        }
        let node = self.form.node(key.node);
        let instances: Vec<RepeatInstanceView> = self
            .instance
            .instances(key.scope, key.node)
            .iter()
            .map(|scope| {
                let key = Key { scope: *scope, node: key.node };
                let position = self.instance.position(*scope);
                RepeatInstanceView { key, position, label: self.words(node.body.item_label, key) }
            })
            .collect();
        let free = node.bind.repeat_count.is_none() && !node.bind.fixed;
        Some(RepeatView {
            key,
            name: node.name.clone(),
            label: self.words(node.body.label, key),
            hint: node.body.hint.map(|_| self.words(node.body.hint, key)),
            relevant: self.instance.relevant(key.scope, key.node),
            can_add: free && instances.len() < super::recalculate::MAX_INSTANCES,
            can_remove: free && !instances.is_empty(),
            instances,
        })
    }

    pub(super) fn violation(&self, key: Key) -> Option<Violation> {
        let node = self.form.node(key.node);
        let cell = self.instance.cell(key.scope, key.node);
        let asked = node.body.control.is_some_and(|control| control != Control::Note);
        if !asked || !self.instance.has(cell, flag::RELEVANT) {
            return None;
        }
        let data_type = node.data_type()?;
        let words =
            |text: Option<TextId>| text.map(|_| self.words(text, key)).filter(|words| !words.is_empty());
        match self.instance.kept(key.scope, key.node) {
            Value::Unread(_) => Some(Violation { kind: ViolationKind::Type(data_type), message: None }),
            Value::Blank if self.instance.has(cell, flag::REQUIRED) => {
                Some(Violation { kind: ViolationKind::Required, message: words(node.bind.required_message) })
            }
            Value::Blank => None,
            _ if self.instance.has(cell, flag::VIOLATED) => Some(Violation {
                kind: ViolationKind::Constraint,
                message: words(node.bind.constraint_message),
            }),
            _ => None,
        }
    }

    /// Everything that is wrong now, in document order, relevant nodes only.
    pub fn violations(&self) -> Vec<(Key, Violation)> {
        let mut found = Vec::new();
        self.walk_all(&mut |key| found.extend(self.violation(key).map(|violation| (key, violation))));
        found
    }

    /// Answered of askable, over the whole form.
    pub fn progress(&self) -> Progress {
        let mut progress = Progress::default();
        self.walk_all(&mut |key| self.count(key, &mut progress));
        progress
    }

    /// A node's answer; a calculation's result. `None` if its repeat instance is gone or it is no leaf.
    pub fn value(&self, key: Key) -> Option<&Value> {
        let leaf = self.instance.holds(&self.form, key.scope, key.node)
            && matches!(self.form.node(key.node).kind, NodeKind::Leaf(_));
        leaf.then(|| self.instance.kept(key.scope, key.node))
    }

    /// Is the node relevant? `None` if its repeat instance is gone.
    pub fn relevant(&self, key: Key) -> Option<bool> {
        let known = self.instance.holds(&self.form, key.scope, key.node);
        known.then(|| self.instance.relevant(key.scope, key.node))
    }

    /// The form's `instance_name` for these answers; empty if it has none or it is blank so far.
    pub fn instance_name(&self) -> String {
        let name = |expr: ExprId| self.look(ScopeId(0), NodeId(0)).text(expr).trim().to_owned();
        self.form.instance_name.map(name).unwrap_or_default()
    }

    /// The page (its key as in [`Session::pages`]) that shows a node.
    pub fn page_of(&self, key: Key) -> Option<Key> {
        if !self.instance.holds(&self.form, key.scope, key.node) || key.node == NodeId(0) {
            return None;
        }
        let node = self.top(key.node);
        let root = ScopeId(0);
        let top = Key { scope: root, node };
        if !self.instance.relevant(root, node) {
            return None;
        }
        if !matches!(self.item(top)?, Item::Question(_)) {
            return Some(top);
        }
        // The first of the run of loose questions that it stands in.
        let mut first = None;
        let items = self.form.node(NodeId(0)).body.items.iter().copied();
        let until = items.clone().position(|sibling| sibling == node).map_or(0, |place| place + 1);
        for sibling in items.take(until) {
            let key = Key { scope: root, node: sibling };
            match self.item(key) {
                Some(Item::Question(_)) if self.instance.relevant(root, sibling) => {
                    first = first.or(Some(key))
                }
                Some(Item::Question(_)) | None => {}
                Some(Item::Group(_) | Item::Repeat(_)) => first = None,
            }
        }
        first
    }
}
