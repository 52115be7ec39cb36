//! Builds the model tree of a form from its rows: nodes in document order, scopes, slots, names.

use std::collections::HashMap;
use std::sync::Arc;

use crate::definition::{FormDefinition, Row, RowType};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::lexer::{continues_name, starts_name};
use crate::form::names::{Skeleton, SkeletonKind, SkeletonNode};
use crate::form::{ScopeDef, ScopeDefId};
use crate::source::Span;
use crate::value::DataType;
use crate::view::{Control, NodeId};

/// The tree, and for each node but the root the row that it comes from.
pub(super) fn build<'a>(
    definition: &'a FormDefinition,
    form_id: Arc<str>,
    lists: Skeleton,
    found: &mut Diagnostics,
) -> (Skeleton, Vec<Option<&'a Row>>) {
    let mut tree = Tree { form: lists, rows: Vec::new(), found };
    tree.form.scopes.push(ScopeDef {
        node: NodeId(0),
        parent: ScopeDefId::ROOT,
        depth: 0,
        slots: Vec::new(),
        repeats: Vec::new(),
    });
    tree.add(form_id, NodeId(0), SkeletonKind::Group, ScopeDefId::ROOT, Span::top(0), None);
    tree.rows(&definition.survey, NodeId(0), ScopeDefId::ROOT);
    let end = NodeId(tree.form.nodes.len() as u32);
    tree.form.nodes[0].end = end;
    (tree.form, tree.rows)
}

struct Tree<'a, 'b> {
    form: Skeleton,
    rows: Vec<Option<&'a Row>>,
    found: &'b mut Diagnostics,
}

impl<'a> Tree<'a, '_> {
    fn add(
        &mut self,
        name: Arc<str>,
        parent: NodeId,
        kind: SkeletonKind,
        scope: ScopeDefId,
        span: Span,
        row: Option<&'a Row>,
    ) -> NodeId {
        let id = NodeId(self.form.nodes.len() as u32);
        let slots = &mut self.form.scopes[usize::from(scope.0)].slots;
        let slot = slots.len() as u32;
        slots.push(id);
        self.form.nodes.push(SkeletonNode {
            name,
            parent,
            end: id,
            kind,
            scope,
            slot,
            list: None,
            calculated: row.is_some_and(|row| row.calculation.is_some()),
            span,
        });
        self.rows.push(row);
        id
    }

    fn rows(&mut self, rows: &'a [Row], parent: NodeId, scope: ScopeDefId) {
        let mut siblings: HashMap<Arc<str>, Span> = HashMap::new();
        for row in rows {
            let Some(name) = self.name_of(row) else { continue };
            let span = row.name.as_ref().map_or(row.span, |name| name.span);
            match siblings.get(&name) {
                Some(first) => self.found.push(
                    Diagnostic::error("duplicate-name", span, format!("there are two `{name}` side by side"))
                        .label(*first, "first here")
                        .hint("give one of them another name"),
                ),
                None => {
                    siblings.insert(name.clone(), span);
                }
            }
            let kind = match row.row_type {
                RowType::Group => SkeletonKind::Group,
                RowType::Repeat => SkeletonKind::Repeat(self.scope_within(scope)),
                RowType::Question(_, Control::Note) => SkeletonKind::Note,
                RowType::Question(data_type, _) => SkeletonKind::Leaf(data_type),
                RowType::Hidden => SkeletonKind::Leaf(DataType::Text),
                RowType::Preload(preload) => SkeletonKind::Leaf(preload.data_type()),
            };
            let id = self.add(name.clone(), parent, kind, scope, span, Some(row));
            self.form.by_name.entry(name).or_default().push(id);
            match kind {
                SkeletonKind::Repeat(own) => {
                    let def = &mut self.form.scopes[usize::from(own.0)];
                    def.node = id;
                    // Slot 0 of the instance is the instance itself.
                    def.slots.push(id);
                    self.form.scopes[usize::from(scope.0)].repeats.push(id);
                    self.rows(&row.children, id, own);
                }
                SkeletonKind::Group => self.rows(&row.children, id, scope),
                SkeletonKind::Leaf(_) | SkeletonKind::Note => {
                    if !row.children.is_empty() {
                        self.found.push(Diagnostic::error(
                            "no-effect",
                            span,
                            "only groups and repeats have `children`",
                        ));
                    }
                }
            }
            if matches!(row.row_type, RowType::Group | RowType::Repeat) && row.children.is_empty() {
                self.found.push(Diagnostic::warning(
                    "empty-group",
                    span,
                    format!("`{}` holds nothing", self.form.node(id).name),
                ));
            }
            self.form.nodes[id.0 as usize].end = NodeId(self.form.nodes.len() as u32);
        }
    }

    fn scope_within(&mut self, parent: ScopeDefId) -> ScopeDefId {
        let depth = self.form.scope(parent).depth + 1;
        self.form.scopes.push(ScopeDef {
            node: NodeId(0),
            parent,
            depth,
            slots: Vec::new(),
            repeats: Vec::new(),
        });
        ScopeDefId(self.form.scopes.len() as u16 - 1)
    }

    fn name_of(&mut self, row: &Row) -> Option<Arc<str>> {
        let Some(name) = &row.name else {
            self.found.push(Diagnostic::error("missing-name", row.span, "this row has no `name`"));
            return None;
        };
        if is_name(&name.text) {
            return Some(name.text.clone());
        }
        let message = format!("`{}` can't be a name", name.text);
        self.found.push(
            Diagnostic::error("bad-name", name.span, message).hint(
                "a name starts with a letter or `_` and goes on with letters, digits, `_`, `-` and `.`",
            ),
        );
        None
    }
}

/// An XML name without a colon.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}
