//! A form being answered. The only writer of answers: [`Session::answer`] → recalculate → revalidate → [`Changes`].

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::definition::Preload;
use crate::expr::program::ExprId;
use crate::form::{Form, NodeKind};
use crate::moment;
use crate::value::Value;
use crate::view::{ChoiceView, Control, Key, NodeId, ScopeId};
use crate::zone::Zone;

mod data;
mod dirty;
mod instance;
mod recalculate;
mod views;

pub use data::RestoreError;
pub(crate) use instance::Instance;

use dirty::Dirty;
use instance::flag;

/// What the world tells a session, since it may not ask: clock, zone, seed, and whose device it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct World {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub now_ms: i64,
    /// The zone's offset from UTC at that moment, in minutes, east positive (China: 480).
    pub utc_offset_minutes: i32,
    /// Where the zone changes its offset: `(from, minutes)`, from that moment on (milliseconds since 1970-01-01T00:00Z, ascending)
    /// so many minutes; before the first, and where there are none, `utc_offset_minutes`. Without them a day on the other side
    /// of a change begins an hour off.
    pub offsets: Arc<[(i64, i32)]>,
    /// What `random()` and `uuid()` start from. A session that is taken up again needs another one, or it repeats itself.
    pub seed: u64,
    /// `deviceid`; empty if not known.
    pub device_id: Arc<str>,
    /// `username`; empty if nobody is logged in.
    pub username: Arc<str>,
}

impl World {
    pub(crate) fn zone(&self) -> Zone<'_> {
        Zone { minutes: self.utc_offset_minutes, changes: &self.offsets }
    }
}

/// What an answer changed. Everything else is as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// Nodes whose view may differ: take [`Session::question`], [`Session::group`] or [`Session::repeat`] anew.
    /// Each once, in document order. A repeat is here when instances came or went, or their labels changed.
    pub nodes: Vec<Key>,
    /// Repeat instances that are new, by their own key.
    pub added: Vec<Key>,
    /// Repeat instances that are gone, by their own key (inner ones included).
    pub removed: Vec<Key>,
    /// The set of relevant pages, or a page's heading, may differ: take [`Session::pages`] anew.
    pub pages: bool,
}

/// Why an answer could not be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnswerError {
    /// The key's repeat instance is gone, or it is not a question (or repeat).
    NoSuchNode,
    /// The question is read-only or calculated.
    ReadOnly,
    /// The repeat's count is the form's to decide.
    CountIsFixed,
    /// The value is not of the question's type.
    WrongType,
}

/// Which answers to give out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// All, for a draft: what is not relevant is kept for undo.
    All,
    /// What is relevant only, for a submission.
    Relevant,
}

/// A form being answered.
#[derive(Debug)]
pub struct Session {
    form: Arc<Form>,
    instance: Instance,
    world: World,
    random: Cell<u64>,
    /// Index among the form's languages.
    language: usize,
    dirty: Dirty,
    /// Dynamic defaults of scopes that are new.
    defaults: Vec<(ScopeId, NodeId, ExprId)>,
    /// Answers are being taken up again: they say how many instances repeats have.
    restoring: bool,
    /// What is written is no change by anybody: triggers stay still.
    quiet: bool,
    /// Where views draw random numbers from, so that looking changes nothing.
    seen: Cell<u64>,
    changed: Vec<Key>,
    added: Vec<Key>,
    removed: Vec<Key>,
    /// By list: its choices as views in the reader's language, made when first shown whole.
    choice_views: RefCell<Vec<Option<Arc<[ChoiceView]>>>>,
}

impl Session {
    /// Opens the form anew: defaults set, everything calculated.
    pub fn new(form: Arc<Form>, world: World) -> Session {
        let mut session = Session::blank(form, world);
        session.start(ScopeId(0));
        session.preload(&[Preload::Start, Preload::Today, Preload::DeviceId, Preload::Username]);
        session.run_defaults();
        session.quiet = false;
        session.take_changes();
        session
    }

    fn blank(form: Arc<Form>, world: World) -> Session {
        Session {
            instance: Instance::new(&form),
            random: Cell::new(world.seed),
            dirty: Dirty::new(form.graph.computations.len()),
            choice_views: RefCell::new(vec![None; form.lists.len()]),
            form,
            world,
            language: 0,
            defaults: Vec::new(),
            restoring: false,
            quiet: true,
            seen: Cell::new(0),
            changed: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
        }
    }

    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// What it knows of the world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Gives an answer. The value must be of the question's type, or [`Value::Blank`], or [`Value::Unread`];
    /// choices must be in the list. What is not relevant or not let through by a filter may still be answered.
    pub fn answer(&mut self, key: Key, value: Value) -> Result<Changes, AnswerError> {
        let Key { scope, node } = key;
        if !self.instance.holds(&self.form, scope, node) {
            return Err(AnswerError::NoSuchNode);
        }
        let Some(data_type) = self.form.node(node).data_type() else { return Err(AnswerError::NoSuchNode) };
        if self.form.node(node).body.control == Some(Control::Note) {
            return Err(AnswerError::NoSuchNode);
        }
        if self.is_readonly(key) {
            return Err(AnswerError::ReadOnly);
        }
        let value = match value {
            Value::Text(text) if text.trim().is_empty() => Value::Blank,
            Value::Choices(names) if names.is_empty() => Value::Blank,
            other => other,
        };
        if !value.fits(data_type) {
            return Err(AnswerError::WrongType);
        }
        let value = self.in_list_order(node, value)?;
        self.offer(scope, node, value);
        self.settle();
        self.run_defaults();
        Ok(self.take_changes())
    }

    /// Gives an answer as typed: [`Value::read`], then [`Session::answer`].
    pub fn answer_text(&mut self, key: Key, text: &str) -> Result<Changes, AnswerError> {
        let data_type = match self.form.nodes.get(key.node.0 as usize).map(|node| node.kind) {
            Some(NodeKind::Leaf(data_type)) => data_type,
            _ => return Err(AnswerError::NoSuchNode),
        };
        self.answer(key, Value::read(data_type, text))
    }

    /// Adds an instance at the end of a repeat.
    pub fn add_repeat(&mut self, repeat: Key) -> Result<Changes, AnswerError> {
        let Key { scope, node } = repeat;
        self.repeat_is_free(repeat)?;
        if self.instance.instances(scope, node).len() >= recalculate::MAX_INSTANCES
            || self.instance.living() >= recalculate::MAX_SCOPES
        {
            return Err(AnswerError::CountIsFixed);
        }
        self.grow(scope, node);
        self.run_defaults();
        Ok(self.take_changes())
    }

    /// Removes a repeat instance (a key whose scope is its own).
    pub fn remove_repeat(&mut self, instance: Key) -> Result<Changes, AnswerError> {
        let Key { scope, node } = instance;
        let holds = self.instance.holds(&self.form, scope, node);
        if !holds || self.instance.own_node(scope) != node || scope == ScopeId(0) {
            return Err(AnswerError::NoSuchNode);
        }
        self.repeat_is_free(Key { scope: self.instance.up(scope, 1), node })?;
        self.shrink(scope);
        self.run_defaults();
        Ok(self.take_changes())
    }

    fn repeat_is_free(&self, Key { scope, node }: Key) -> Result<(), AnswerError> {
        let repeat = self.instance.holds(&self.form, scope, node)
            && self.instance.own_node(scope) != node
            && matches!(self.form.node(node).kind, NodeKind::Repeat { .. });
        match (repeat, self.form.node(node).bind.repeat_count) {
            (false, _) => Err(AnswerError::NoSuchNode),
            (true, Some(_)) => Err(AnswerError::CountIsFixed),
            (true, None) => Ok(()),
        }
    }

    /// Reads in another language: every view may differ, and so may what choice names are calculated to.
    pub fn set_language(&mut self, language: &str) {
        self.language = self.form.language_index(language);
        self.choice_views.borrow_mut().fill(None);
        let form = self.form.clone();
        for rank in &form.graph.language {
            let scope = form.graph.computations[*rank as usize].scope;
            self.instance.each_under(&form, ScopeId(0), scope, &mut |scope| self.dirty.mark(*rank, scope));
        }
        self.run_defaults();
        self.take_changes();
    }

    /// The language that is read in.
    pub fn language(&self) -> &str {
        &self.form.languages[self.language]
    }

    /// Tells the time again (for `now()`, `end`).
    pub fn set_now(&mut self, now_ms: i64, utc_offset_minutes: i32) {
        self.world.now_ms = now_ms;
        self.world.utc_offset_minutes = utc_offset_minutes;
    }

    /// Says that the reader is done: sets `end`. The violations stay to be looked at first.
    pub fn finish(&mut self) -> Changes {
        self.preload(&[Preload::End]);
        self.run_defaults();
        self.take_changes()
    }

    fn preload(&mut self, which: &[Preload]) {
        let form = self.form.clone();
        for (index, node) in form.nodes.iter().enumerate() {
            let Some(preload) = node.bind.preload.filter(|preload| which.contains(preload)) else { continue };
            let (now, zone) = (self.world.now_ms, self.world.utc_offset_minutes);
            let text =
                |text: &Arc<str>| if text.is_empty() { Value::Blank } else { Value::Text(text.clone()) };
            let value = match preload {
                Preload::Start | Preload::End => Value::DateTime(moment::date_time_text(now, zone).into()),
                Preload::Today => Value::Date(moment::civil(now, zone).date()),
                Preload::DeviceId => text(&self.world.device_id),
                Preload::Username => text(&self.world.username),
            };
            // What the device knows is the same in every repeat instance: it stands at the root.
            if node.scope == crate::form::ScopeDefId::ROOT {
                self.put(ScopeId(0), NodeId(index as u32), value);
            }
        }
    }

    fn is_readonly(&self, Key { scope, node }: Key) -> bool {
        let bind = &self.form.node(node).bind;
        let calculated = bind.calculate.is_some() && bind.trigger.is_none();
        calculated
            || bind.preload.is_some()
            || self.instance.has(self.instance.cell(scope, node), flag::READONLY)
    }

    /// Selected names in the list's order, each once; a name that the list does not have is an error.
    fn in_list_order(&self, node: NodeId, value: Value) -> Result<Value, AnswerError> {
        let Some(list) = self.form.node(node).body.list.map(|list| self.form.list(list)) else {
            return Ok(value);
        };
        match value {
            Value::Choice(name) => match list.find(&name) {
                Some(row) => Ok(Value::Choice(list.name(row).clone())),
                None => Err(AnswerError::WrongType),
            },
            Value::Choices(names) => {
                let rows: Option<Vec<u32>> = names.iter().map(|name| list.find(name)).collect();
                let mut rows = rows.ok_or(AnswerError::WrongType)?;
                rows.sort_unstable();
                rows.dedup();
                Ok(match rows.is_empty() {
                    true => Value::Blank,
                    false => Value::Choices(rows.into_iter().map(|row| list.name(row).clone()).collect()),
                })
            }
            other => Ok(other),
        }
    }

    /// What has changed since it was last asked.
    fn take_changes(&mut self) -> Changes {
        let mut nodes = std::mem::take(&mut self.changed);
        nodes.retain(|key| self.instance.alive(key.scope));
        nodes.sort_unstable_by_key(|key| (key.node, key.scope));
        nodes.dedup();
        let mut added = std::mem::take(&mut self.added);
        added.retain(|key| self.instance.alive(key.scope));
        // A calculation at the top is on no page.
        let pages = nodes.iter().any(|key| {
            let node = self.form.node(key.node);
            node.parent == NodeId(0) && (node.data_type().is_none() || node.body.control.is_some())
        });
        Changes { nodes, added, removed: std::mem::take(&mut self.removed), pages }
    }
}
