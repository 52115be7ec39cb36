//! What a submitted instance says of entities, as it stands there: nothing is computed anew, so that what a device said over the version that it had is
//! what everybody reads.

use super::{Declared, EntityAct, EntityChange, EntityError, is_entity_name, uuid};
use crate::form::Form;
use crate::session::{Session, Submitted};
use crate::view::NodeId;
use crate::xml::Element;

impl Session {
    /// Every entity that the answers make or change, the form's before those of its repeats, or why what stands there is none. What is not relevant is
    /// not among them.
    pub fn entities(&self) -> Vec<Result<EntityChange, EntityError>> {
        read(self.form(), &self.submitted_root())
    }
}

impl Submitted {
    /// The same of an instance as it was submitted, by the form that it answers.
    pub fn entities(&self, form: &Form) -> Vec<Result<EntityChange, EntityError>> {
        read(form, self.root())
    }
}

fn read(form: &Form, root: &Element) -> Vec<Result<EntityChange, EntityError>> {
    let mut changes = Vec::new();
    for declared in &form.entities {
        let steps = steps(form, NodeId(0), declared.section);
        let mut sections = vec![root];
        for step in steps {
            sections = sections.into_iter().flat_map(|section| named(section, step)).collect();
        }
        for section in sections {
            let metas = named(section, "meta");
            let entity =
                metas.flat_map(|meta| named(meta, "entity")).find(|entity| says(entity, "dataset").is_some());
            changes.extend(entity.and_then(|entity| change(form, declared, section, entity).transpose()));
        }
    }
    changes
}

/// `None`: it is neither made nor changed.
fn change(
    form: &Form,
    declared: &Declared,
    section: &Element,
    entity: &Element,
) -> Result<Option<EntityChange>, EntityError> {
    let is_so = |attribute| matches!(says(entity, attribute), Some("1" | "true"));
    let act = match (is_so("create"), is_so("update")) {
        (true, true) => EntityAct::CreateOrUpdate,
        (true, false) => EntityAct::Create,
        (false, true) => EntityAct::Update,
        (false, false) => return Ok(None),
    };
    let list = says(entity, "dataset").filter(|list| is_entity_name(list)).ok_or(EntityError::NoList)?;
    let id = says(entity, "id").and_then(uuid).ok_or(EntityError::NoId)?;
    let label = named(entity, "label").next().map(|label| label.text().trim().to_owned());
    let label = label.filter(|label| !label.is_empty());
    if act != EntityAct::Update && label.is_none() {
        return Err(EntityError::NoLabel);
    }
    let version = |attribute| says(entity, attribute).and_then(|text| text.parse().ok());
    let properties = declared.properties.iter().filter_map(|(name, node)| {
        let steps = steps(form, declared.section, *node);
        let answer = steps.into_iter().try_fold(section, |at, step| named(at, step).next())?;
        Some((name.to_string(), answer.text().to_string()))
    });
    let branch = says(entity, "branchId").filter(|branch| !branch.is_empty());
    Ok(Some(EntityChange {
        list: list.to_owned(),
        id,
        act,
        label,
        base: version("baseVersion"),
        branch: branch.map(|branch| (branch.to_owned(), version("trunkVersion"))),
        properties: properties.collect(),
    }))
}

/// The names of the elements from one node down to another.
pub(super) fn steps(form: &Form, from: NodeId, to: NodeId) -> Vec<&str> {
    let up = std::iter::successors(Some(to), |at| Some(form.node(*at).parent));
    let mut steps: Vec<&str> =
        up.take_while(|at| *at != from).map(|at| &*form.node(at).qname.local).collect();
    steps.reverse();
    steps
}

pub(super) fn named<'e>(parent: &'e Element, local: &'e str) -> impl Iterator<Item = &'e Element> {
    parent.elements().filter(move |child| *child.name.local == *local)
}

fn says<'e>(entity: &'e Element, attribute: &str) -> Option<&'e str> {
    entity.attribute(attribute).map(|written| written.text.trim())
}

#[cfg(test)]
mod tests {
    use crate::session::{Extent, Session, World};
    use crate::{Bundle, Form, Source};

    /// A draft is answers as JSON, which have no attributes: an entity's id is one.
    #[test]
    fn a_draft_that_is_gone_on_with_still_makes_its_entities() {
        let text = r#"{"settings": {"form_id": "f", "version": "1"},
            "entities": [{"list_name": "households", "label": "${called}"}, {"list_name": "members", "label": "${own}"}],
            "survey": [{"type": "text", "name": "called", "label": "Called", "save_to": "households#called"},
                {"type": "repeat", "name": "member", "label": "Member", "starts_with": 2, "children": [
                    {"type": "text", "name": "own", "label": "Name", "save_to": "members#own"}]}]}"#;
        let form = Form::read(&Bundle::single(Source::new("f.json", text))).form.expect("it checks");
        let mut session = Session::new(form.clone(), World { seed: 3, ..World::default() });
        for (path, said) in [("/f/called", "A"), ("/f/member[1]/own", "B"), ("/f/member[2]/own", "C")] {
            session.answer_text(session.at(path).expect("it is there"), said).expect("it may be answered");
        }
        let data = session.data(Extent::All);
        let again =
            Session::restore(form, World { seed: 4, ..World::default() }, &data).expect("it is its own");
        let ids: Vec<String> =
            again.entities().into_iter().map(|change| change.expect("it is an entity").id).collect();
        assert!(ids.len() == 3 && ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    }
}
