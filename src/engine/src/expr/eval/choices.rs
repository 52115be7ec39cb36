//! What a select offers, and words with answers in them: over the instance as it is.

use std::sync::Arc;

use super::Eval;
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::{Expr, ExprId};
use crate::form::{Choices, Itemset, Piece, Pieces, TextId};
use crate::session::{Instance, World};
use crate::tree::Tree;
use crate::value::MAX_TEXT;
use crate::view::{Beside, NodeId, ScopeId};

use super::Primary;

/// How deep texts may stand within each other, by outputs that ask for others.
const MAX_TEXTS: u8 = 5;

/// Where a choice's words come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LabelOf {
    None,
    Text(TextId),
    /// An expression on an item.
    Item(ExprId, NodeRef),
}

impl<'a> Eval<'a> {
    /// An evaluation of what belongs to a node of a form.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is another part of the world that an expression may see"
    )]
    pub fn at(
        form: &'a crate::form::Form,
        instance: &'a Instance,
        trees: &'a [Arc<Tree>],
        world: &'a World,
        random: &'a std::cell::Cell<u64>,
        language: usize,
        scope: ScopeId,
        node: NodeId,
        left: &'a std::cell::Cell<u64>,
    ) -> Eval<'a> {
        Eval {
            program: &form.program,
            names: &form.program.names,
            trees,
            primary: Some(Primary { form, instance }),
            alone: None,
            world,
            random,
            left,
            language,
            scope,
            node,
            current: NodeRef::Cell(scope, node),
            root: NodeRef::Document,
            context: NodeRef::Cell(scope, node),
            position: 1,
            size: 1,
            texts_within: 0,
        }
    }

    /// Gives each choice to `take` until that says no: its value and where its words come from.
    pub fn each_choice(&self, choices: &Choices, take: &mut dyn FnMut(Arc<str>, LabelOf) -> bool) {
        match choices {
            Choices::Listed(listed) => {
                for (value, label) in &listed.items {
                    if !take(value.clone(), label.map_or(LabelOf::None, LabelOf::Text)) {
                        return;
                    }
                }
            }
            Choices::Itemset(itemset) => self.each_item(itemset, take),
        }
    }

    fn each_item(&self, itemset: &Itemset, take: &mut dyn FnMut(Arc<str>, LabelOf) -> bool) {
        let nodes = self.nodes(itemset.nodes);
        let mut inner = Eval { size: nodes.len() as u32, position: 0, ..*self };
        for node in nodes {
            inner.position += 1;
            inner.context = node;
            let label = itemset.label.map_or(LabelOf::None, |label| LabelOf::Item(label, node));
            if !take(inner.text(itemset.value), label) {
                return;
            }
        }
    }

    /// Gives each item of an itemset to `take`: its value, and the node that it is.
    pub fn each_item_node(&self, itemset: &Itemset, take: &mut dyn FnMut(Arc<str>, NodeRef)) {
        let nodes = self.nodes(itemset.nodes);
        let mut inner = Eval { size: nodes.len() as u32, position: 0, ..*self };
        for node in nodes {
            inner.position += 1;
            inner.context = node;
            take(inner.text(itemset.value), node);
        }
    }

    /// A choice's words in the reader's language; `None` if it has none.
    pub fn choice_label(&self, label: &LabelOf) -> Option<String> {
        match label {
            LabelOf::None => None,
            LabelOf::Text(text) => Some(self.words(*text)),
            LabelOf::Item(expr, node) => {
                let inner = Eval { context: *node, texts_within: self.texts_within + 1, ..*self };
                Some(if self.texts_within < MAX_TEXTS {
                    inner.text(*expr).to_string()
                } else {
                    String::new()
                })
            }
        }
    }

    /// Pictures, sounds and films beside a choice's label, where the label is a text of the form's.
    pub fn choice_media(&self, label: &LabelOf) -> Option<Arc<[Beside]>> {
        let texts = &self.primary?.form.texts;
        if !texts.has_media() {
            return None;
        }
        let text = match label {
            LabelOf::None => return None,
            LabelOf::Text(text) => *text,
            LabelOf::Item(expr, node) => {
                let Expr::Itext(id) = self.program.expr(*expr) else { return None };
                let inner = Eval { context: *node, texts_within: self.texts_within + 1, ..*self };
                self.primary?.form.itext.get(&*inner.text(*id))?.0
            }
        };
        let beside = texts.forms(text, self.language);
        let is_file = |form: &str| matches!(form, "image" | "big-image" | "audio" | "video");
        // Most choices have none, and cost nothing.
        beside.iter().find(|(form, _)| is_file(form))?;
        let files = beside.iter().filter(|(form, _)| is_file(form));
        Some(files.map(|(form, pieces)| (form.clone(), self.filled(*pieces).into())).collect())
    }

    /// The words of the choice of that value, of the question that the expression's first node is.
    pub(super) fn choice_name(&self, value: &str, question: ExprId) -> Option<String> {
        let (scope, node) = self.first_cell(question)?;
        let choices = self.primary().form.node(node).body.choices.as_ref()?;
        let there = Eval {
            scope,
            node,
            current: NodeRef::Cell(scope, node),
            context: NodeRef::Cell(scope, node),
            ..*self
        };
        let mut label = None;
        there.each_choice(choices, &mut |name, words| {
            if *name == *value {
                label = Some(words);
            }
            label.is_none()
        });
        there.choice_label(&label?)
    }

    /// The first element of the primary instance that an expression gives.
    pub fn first_cell(&self, id: ExprId) -> Option<(ScopeId, NodeId)> {
        match self.operand(id) {
            Operand::Nodes(nodes) => nodes.iter().find_map(|node| match node {
                NodeRef::Cell(scope, node) => Some((*scope, *node)),
                NodeRef::Text(..) | NodeRef::Tree(..) | NodeRef::Document => None,
            }),
            _ => None,
        }
    }

    /// The text of an itext id in the reader's language; empty if there is none.
    pub(super) fn itext(&self, id: &str) -> String {
        let known = self.primary.and_then(|primary| primary.form.itext.get(id).copied());
        let Some((text, node)) = known else { return String::new() };
        let Some(node) = node else { return self.words(text) };
        match self.scope_of(node) {
            Some(scope) => {
                let here = NodeRef::Cell(scope, node);
                Eval { scope, node, current: here, context: here, ..*self }.words(text)
            }
            // It is about a repeat instance, and there is none here.
            None => self.primary().form.texts.plain(text, self.language),
        }
    }

    /// The scope around this one that holds a node.
    fn scope_of(&self, node: NodeId) -> Option<ScopeId> {
        let Primary { form, instance } = self.primary();
        let wanted = form.node(node).scope;
        let mut scope = self.scope;
        while instance.def(scope) != wanted {
            if scope == ScopeId(0) {
                return None;
            }
            scope = instance.up(scope, 1);
        }
        Some(scope)
    }

    /// Words in the reader's language with their outputs filled in. What asks for itself is empty there.
    pub fn words(&self, text: TextId) -> String {
        self.filled(self.primary().form.texts.pieces(text, self.language))
    }

    /// What stands beside the words in the reader's language, by its form.
    pub fn media(&self, text: TextId) -> Vec<(Arc<str>, String)> {
        let forms = self.primary().form.texts.forms(text, self.language);
        forms.iter().map(|(form, pieces)| (form.clone(), self.filled(*pieces))).collect()
    }

    fn filled(&self, pieces: Pieces) -> String {
        let mut words = String::new();
        // A text costs more than a visit.
        if self.texts_within >= MAX_TEXTS || !self.spend(64) {
            return words;
        }
        let within = Eval { texts_within: self.texts_within + 1, ..*self };
        let texts = &self.primary().form.texts;
        for piece in texts.each(pieces) {
            match piece {
                Piece::Words(fixed) => words.push_str(texts.said(*fixed)),
                Piece::Output(expr) => {
                    let said = within.text(*expr);
                    if words.len() + said.len() <= MAX_TEXT {
                        words.push_str(&said);
                    }
                }
            }
        }
        words
    }
}
