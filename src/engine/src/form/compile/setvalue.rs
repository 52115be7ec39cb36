//! Actions of the model and the body (ODK XForms, *Actions*): what they wait for, which node they set, and to what.

use std::sync::Arc;

use super::{Lowering, XForm};
use crate::check::noted::Role;
use crate::diagnostic::Diagnostic;
use crate::expr::compile::{Anchor, Over};
use crate::form::actions::{self, Action, Effect, Event, SoundQuality};
use crate::form::body::{Body, PlacedAction};
use crate::form::names::SkeletonKind;
use crate::form::{ScopeDefId, binds, paths};
use crate::view::NodeId;
use crate::xml::{Namespace, Tag};

impl<'a> Lowering<'a, '_> {
    /// Compiles all actions, and notes which nodes' changes they wait for.
    pub(super) fn actions(&mut self, parts: &XForm<'a>, body: &Body<'a>, root: &str) {
        for &element in &parts.actions {
            let placed = PlacedAction { element, path: root.to_owned(), in_control: false };
            self.action(&placed);
        }
        for placed in &body.actions {
            self.action(placed);
        }
    }

    fn action(&mut self, placed: &PlacedAction<'a>) {
        let element = placed.element;
        let events = actions::events(element, self.found);
        let Some(source) = self.skeleton.at(&placed.path) else { return };
        let Some(reference) = element.attribute("ref") else {
            self.found.push(
                Diagnostic::error("missing-key", element.span, "this action has no `ref`")
                    .hint("write the path of the node that it sets"),
            );
            return;
        };
        let source_scope = self.scope_around(source);
        let mut picked = None;
        let plain = paths::absolute(&placed.path, reference.text);
        let target = match plain.as_deref().map(|path| self.skeleton.at(path)) {
            Some(Some(target)) => target,
            Some(None) => {
                let diagnostic = binds::unknown(self.skeleton, reference.text, reference.span, self.found);
                self.found.push(diagnostic);
                return;
            }
            None => {
                let Some(compiled) = self.expr(reference, Anchor::at(source, source_scope), Role::Nodes)
                else {
                    return;
                };
                picked = Some(compiled.root);
                match compiled.over {
                    Over::Nodes(target) => target,
                    Over::Value | Over::Tree => {
                        let message = "an action sets a node of the primary instance";
                        self.found.push(
                            Diagnostic::error("wrong-type", reference.span, message)
                                .hint("write the path of a node: `/data/group/name`"),
                        );
                        return;
                    }
                }
            }
        };
        let scope = self.skeleton.node(target).scope;
        let effect = self.effect(element, Anchor::at(target, scope));
        let index = self.actions.len() as u32;
        if events.contains(&Event::ValueChanged) {
            if placed.in_control {
                self.triggers.entry(source).or_default().push(index);
            } else {
                let message = "this waits for a change, but stands in no control";
                self.found.push(
                    Diagnostic::warning("no-effect", element.span, message)
                        .hint("put it into the control whose answer it waits for"),
                );
            }
        }
        self.actions.push(Action {
            events: events.into(),
            target,
            scope,
            common: self.skeleton.common(scope, source_scope),
            repeat: self.repeat_around(source),
            effect,
            picked,
        });
    }

    fn effect(&mut self, element: Tag<'a>, anchor: Anchor) -> Effect {
        match &*element.name.local {
            "setgeopoint" => return Effect::Geopoint,
            "recordaudio" => {
                let quality = element.attribute_in(&Namespace::Odk, "quality");
                return Effect::Audio(SoundQuality::named(quality.map(|quality| quality.text)));
            }
            _ => {}
        }
        let value = element.attribute("value");
        match value.and_then(|value| self.expr(value, anchor, Role::Set)) {
            Some(compiled) => Effect::Calculate(compiled.root),
            None if value.is_some_and(|value| !value.text.trim().is_empty()) => Effect::Literal("".into()),
            None => Effect::Literal(Arc::from(element.text().trim())),
        }
    }

    /// The scope that a node stands in; for a repeat, one of its instances.
    fn scope_around(&self, node: NodeId) -> ScopeDefId {
        match self.skeleton.node(node).kind {
            SkeletonKind::Repeat(own) => own,
            _ => self.skeleton.node(node).scope,
        }
    }

    fn repeat_around(&self, node: NodeId) -> Option<NodeId> {
        let scope = self.scope_around(node);
        (scope != ScopeDefId::ROOT).then(|| self.skeleton.scope(scope).node)
    }
}
