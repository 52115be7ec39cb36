//! What the session's answers say of entities.

use crate::entities::{Declared, EntityAct, EntityChange, EntityError, is_entity_name, uuid};
use crate::session::Session;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// Every entity that the answers make or change, the form's before those of its repeats, or why what stands there is none. What is not relevant is not among them.
    pub fn entities(&self) -> Vec<Result<EntityChange, EntityError>> {
        let mut changes = Vec::new();
        for declared in &self.form.entities {
            let mut each = |scope: ScopeId| {
                if self.instance.relevant(scope, declared.entity) {
                    changes.extend(self.entity(declared, scope).transpose());
                }
            };
            self.instance.each_under(&self.form, ScopeId(0), declared.scope, &mut each);
        }
        changes
    }

    /// `None`: it is neither made nor changed.
    fn entity(&self, declared: &Declared, scope: ScopeId) -> Result<Option<EntityChange>, EntityError> {
        let text = |node: Option<NodeId>| -> Option<String> {
            let node = node.filter(|node| self.instance.relevant(scope, *node))?;
            Some(self.instance.kept(scope, node).to_text().trim().to_owned())
        };
        let is_so = |node| text(node).is_some_and(|text| matches!(&*text, "1" | "true"));
        let act = match (is_so(declared.create), is_so(declared.update)) {
            (true, true) => EntityAct::CreateOrUpdate,
            (true, false) => EntityAct::Create,
            (false, true) => EntityAct::Update,
            (false, false) => return Ok(None),
        };
        let list =
            text(Some(declared.list)).filter(|list| is_entity_name(list)).ok_or(EntityError::NoList)?;
        let id = text(declared.id).and_then(|id| uuid(&id)).ok_or(EntityError::NoId)?;
        let label = text(declared.label).filter(|label| !label.is_empty());
        if act != EntityAct::Update && label.is_none() {
            return Err(EntityError::NoLabel);
        }
        let version = |node| text(node).and_then(|text| text.parse().ok());
        let properties = declared.properties.iter().filter_map(|(name, node)| {
            let relevant = self.instance.relevant(scope, *node);
            relevant.then(|| (name.to_string(), self.instance.kept(scope, *node).to_text()))
        });
        Ok(Some(EntityChange {
            list,
            id,
            act,
            label,
            base: version(declared.base),
            branch: text(declared.branch)
                .filter(|branch| !branch.is_empty())
                .map(|branch| (branch, version(declared.trunk))),
            properties: properties.collect(),
            said_by: Key { scope, node: declared.entity },
        }))
    }
}
