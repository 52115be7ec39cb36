//! What the device fills in by itself: when, who, which device, and the submission's own id.

use std::cell::Cell;
use std::sync::Arc;

use crate::expr::functions::identifier;
use crate::form::{Form, Preload, Property, ScopeDefId};
use crate::moment;
use crate::session::{Session, World};
use crate::tree::Tree;
use crate::value::{DataType, Value};
use crate::view::{NodeId, ScopeId};

/// The form's secondary instances for a session; the submission before this one and the lists that grow are the world's to tell.
pub(super) fn trees(form: &Form, world: &World) -> Vec<Arc<Tree>> {
    let mut trees = form.trees.clone();
    // The names of the copy are those of the form: paths into it were compiled with them.
    if let (Some(id), false) = (form.last_saved, world.last_saved.is_empty()) {
        let mut names = form.program.names.clone();
        if let Ok(tree) = Tree::read_xml(&world.last_saved, &mut names) {
            trees[usize::from(id.0)] = Arc::new(tree);
        }
    }
    for list in world.lists.iter() {
        let is_its = |file: &Option<Arc<str>>| file.as_ref().is_some_and(|file| list.is_file(file));
        let mut made: Option<Arc<Tree>> = None;
        for (place, _) in form.tree_files.iter().enumerate().filter(|(_, file)| is_its(file)) {
            let tree = made.get_or_insert_with(|| {
                let line = |id: &str| identifier(&Cell::new(world.seed ^ own_number(id)));
                Arc::new(list.tree(&mut form.program.names.clone(), &line))
            });
            trees[place] = tree.clone();
        }
    }
    trees
}

/// A number of an id's own: FNV-1a, the same on every machine.
fn own_number(id: &str) -> u64 {
    id.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Session {
    /// When the form is opened for the first time.
    pub(super) fn preload_at_start(&mut self) {
        self.preload(|preload| preload != Preload::End);
        self.name_instance(false);
    }

    /// When its reader says that it is done.
    pub(super) fn preload_at_end(&mut self) {
        self.preload(|preload| preload == Preload::End);
        self.name_instance(true);
    }

    fn preload(&mut self, which: impl Fn(Preload) -> bool) {
        let form = self.form.clone();
        for (index, node) in form.nodes.iter().enumerate() {
            let Some(preload) = node.bind.preload.filter(|preload| which(*preload)) else { continue };
            // What the device knows is the same in every repeat instance: it stands at the root.
            if node.scope == ScopeDefId::ROOT {
                let value = self.preloaded(preload, node.data_type());
                self.put(ScopeId(0), NodeId(index as u32), value);
            }
        }
    }

    fn preloaded(&mut self, preload: Preload, data_type: Option<DataType>) -> Value {
        let (now, zone) = (self.world.now_ms, self.world.utc_offset_minutes);
        let text = match preload {
            Preload::Start | Preload::End => moment::date_time_text(now, zone).into(),
            Preload::Today => moment::civil(now, zone).date().to_string().into(),
            Preload::Uid => self.fresh_id(),
            Preload::Property(property) => match property {
                Property::DeviceId => self.world.device_id.clone(),
                Property::Username => self.world.username.clone(),
                Property::Email => self.world.email.clone(),
                Property::PhoneNumber => self.world.phone_number.clone(),
                // No browser tells these.
                Property::SimSerial | Property::SubscriberId => "".into(),
            },
        };
        Value::read(data_type.unwrap_or(DataType::Text), &text)
    }

    /// Every submission has an id, whether or not its form says how it comes by one.
    pub(super) fn name_instance(&mut self, finished: bool) {
        let Some(node) = self.form.instance_id else { return };
        let form = self.form.clone();
        // What the form declares is its author's to fill in, until it is finished.
        if (form.node(node).implied || finished) && self.instance.kept(ScopeId(0), node).is_blank() {
            let id = self.fresh_id();
            self.put(ScopeId(0), node, Value::Text(id));
        }
    }

    pub(super) fn fresh_id(&mut self) -> Arc<str> {
        if !self.world.instance_id.is_empty() {
            return self.world.instance_id.clone();
        }
        format!("uuid:{}", identifier(&self.random)).into()
    }
}
