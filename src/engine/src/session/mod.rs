//! A form being answered. The only writer of answers: [`Session::answer`] → recalculate → revalidate → [`Changes`].

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::assess::Outcome;
use crate::entities::EntityList;
use crate::form::{Choices, Form, NodeKind};
use crate::tree::{Tree, TreeId};
use crate::value::{DataType, MAX_TEXT, Value};
use crate::view::{ChoiceView, Control, Key, NodeId, ScopeId};
use crate::zone::Zone;

mod assess;
mod awaits;
mod by_device;
mod called;
mod choice_places;
mod dangers;
mod data;
mod dirty;
mod events;
mod explain;
mod for_family;
mod handled;
mod held_back;
mod instance;
mod instance_xml;
mod kept_by_hand;
mod last_saved;
mod left_out;
mod look;
mod made_without;
mod on_record;
mod preload;
mod raised_by;
mod recalculate;
mod rejected;
mod services;
mod set_off;
mod state;
mod submitted;
mod turns;
mod views;
mod whom;
mod worked_out;
mod worst;

pub(crate) use choice_places::GEOMETRY;
pub use dangers::Silenced;
pub use data::RestoreError;
pub use handled::{Danger, Handled};
pub use held_back::HeldBack;
pub(crate) use instance::{Instance, flag};
pub use instance_xml::Opening;
pub use kept_by_hand::KeptByHand;
pub use last_saved::LastSaved;
pub use left_out::LeftOut;
pub use made_without::MadeWithout;
pub use on_record::OnRecord;
pub use services::Unfit;
pub use state::{Kind, NodeState};
pub use submitted::Submitted;

use dirty::Dirty;
use events::Happened;

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
    /// `email`; empty if not known.
    pub email: Arc<str>,
    /// `phonenumber`; empty if not known.
    pub phone_number: Arc<str>,
    /// What `instanceID` becomes; empty: a fresh `uuid:…`.
    pub instance_id: Arc<str>,
    /// The instance XML of the submission before this one, for `${last-saved#…}`; empty if there is none.
    pub last_saved: Arc<str>,
    /// The files of lists that grow while the form is in use, as the form names them: `households.csv`. A choice that this copy of such a list does not
    /// have yet stands as it was given.
    pub living: Arc<[Arc<str>]>,
    /// Lists that grow, as they are now: each stands in place of the form's copy of its file.
    pub lists: Arc<[Arc<EntityList>]>,
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
    /// The form sets another node when this one changes, and there are several of that.
    ManyTargets,
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
    /// How much work what is going on may still do.
    left: Cell<u64>,
    /// An answer is being worked in: what is looked at then is part of its work.
    busy: bool,
    overran: bool,
    /// Index among the form's languages.
    language: usize,
    dirty: Dirty,
    /// By measure: what it came to when it was last computed.
    outcomes: Vec<Outcome>,
    /// What happened that actions wait for, oldest first.
    waiting: VecDeque<Happened>,
    /// The form's secondary instances, and those that only this session knows.
    trees: Vec<Arc<Tree>>,
    /// Answers are being taken up again: they say how many instances repeats have.
    restoring: bool,
    /// What is written is no change by anybody: triggers stay still.
    quiet: bool,
    /// Where views draw random numbers from, so that looking changes nothing.
    seen: Cell<u64>,
    changed: Vec<Key>,
    added: Vec<Key>,
    removed: Vec<Key>,
    /// By question: choices that no answer changes, as views in the reader's language, made when first shown.
    choice_views: RefCell<HashMap<NodeId, Arc<[ChoiceView]>>>,
    /// Nodes for which the place of the device is wanted.
    places_wanted: Vec<Key>,
    /// What questions are filled in with from lists that grow; looked for when it is first asked.
    recorded: OnceCell<on_record::Recorded>,
}

impl Session {
    /// Opens the form anew: defaults set, everything calculated.
    pub fn new(form: Arc<Form>, world: World) -> Session {
        let mut session = Session::blank(form, world);
        session.start(ScopeId(0));
        session.preload_at_start();
        session.settle();
        session.quiet = false;
        session.loaded(true);
        session.run();
        session.take_changes();
        session
    }

    fn blank(form: Arc<Form>, world: World) -> Session {
        let instance = Instance::new(&form);
        Session {
            left: Cell::new(recalculate::work_for(instance.cells())),
            instance,
            random: Cell::new(world.seed),
            busy: true,
            overran: false,
            dirty: Dirty::new(form.graph.computations.iter().map(|computation| computation.scope)),
            choice_views: RefCell::default(),
            recorded: OnceCell::new(),
            outcomes: vec![Outcome::NotApplicable; form.assessment.measures.len()],
            trees: preload::trees(&form, &world),
            form,
            world,
            language: 0,
            waiting: VecDeque::new(),
            restoring: false,
            quiet: true,
            seen: Cell::new(0),
            changed: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
            places_wanted: Vec::new(),
        }
    }

    /// One of the same form in the same world, with nothing in it yet.
    fn blank_like(other: &Session) -> Session {
        // The submission before is in the trees already, and so are the lists.
        let world = World { last_saved: Arc::default(), lists: Arc::default(), ..other.world.clone() };
        let mut blank = Session::blank(other.form.clone(), world);
        (blank.quiet, blank.busy) = (false, false);
        blank
    }

    /// Did opening, or an answer since, ask for more work than a session does? What was still to be calculated then is as it
    /// was before, or blank: the form counts itself up, or goes over far too much.
    pub fn overran(&self) -> bool {
        self.overran
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
    /// choices must be in the list, and in a rank all that are offered. What is not relevant or not let through by a filter may still be answered.
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
        if !self.form.node(node).bind.triggers.is_empty() {
            self.targets_are_single(scope, node)?;
        }
        let value = match value {
            Value::Text(text) if text.trim().is_empty() => Value::Blank,
            Value::Choices(names) if names.is_empty() => Value::Blank,
            other => other,
        };
        if !value.fits(data_type) || value.text_bytes() > MAX_TEXT {
            return Err(AnswerError::WrongType);
        }
        let value = self.in_list_order(node, value)?;
        let value = self.in_offered_order(key, value);
        if self.leaves_out(key, &value) {
            return Err(AnswerError::WrongType);
        }
        self.begin();
        self.offer(scope, node, value);
        self.run();
        Ok(self.take_changes())
    }

    /// Gives an answer as typed: [`Value::read`], then [`Session::answer`].
    pub fn answer_text(&mut self, key: Key, text: &str) -> Result<Changes, AnswerError> {
        let data_type = match self.form.nodes.get(key.node.0 as usize).map(|node| node.kind) {
            Some(NodeKind::Leaf(data_type)) => data_type,
            Some(NodeKind::Attribute) => DataType::Text,
            _ => return Err(AnswerError::NoSuchNode),
        };
        self.answer(key, Value::read(data_type, text))
    }

    /// Adds an instance at the end of a repeat.
    pub fn add_repeat(&mut self, repeat: Key) -> Result<Changes, AnswerError> {
        let Key { scope, node } = repeat;
        self.repeat_is_free(repeat)?;
        if !self.has_room(scope, node) {
            return Err(AnswerError::CountIsFixed);
        }
        self.begin();
        let added = self.grow(scope, node, false);
        self.happened_in(added, node);
        self.run();
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
        self.begin();
        self.shrink(scope);
        self.run();
        Ok(self.take_changes())
    }

    fn repeat_is_free(&self, Key { scope, node }: Key) -> Result<(), AnswerError> {
        let repeat = self.instance.holds(&self.form, scope, node)
            && self.instance.own_node(scope) != node
            && matches!(self.form.node(node).kind, NodeKind::Repeat { .. });
        let bind = &self.form.node(node).bind;
        match (repeat, bind.repeat_count.is_some() || bind.fixed) {
            (false, _) => Err(AnswerError::NoSuchNode),
            (true, true) => Err(AnswerError::CountIsFixed),
            (true, false) => Ok(()),
        }
    }

    /// Reads in another language: every view may differ, and so may what choice names are calculated to.
    pub fn set_language(&mut self, language: &str) {
        self.language = self.form.language_index(language);
        self.choice_views.borrow_mut().clear();
        let form = self.form.clone();
        for rank in &form.graph.language {
            let scope = form.graph.computations[*rank as usize].scope;
            self.instance.each_under(&form, ScopeId(0), scope, &mut |scope| self.dirty.mark(*rank, scope));
        }
        self.run();
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
        self.begin();
        self.preload_at_end();
        self.run();
        self.take_changes()
    }

    /// May it not be changed? What holds it may say so too.
    fn is_readonly(&self, key: Key) -> bool {
        let bind = &self.form.node(key.node).bind;
        self.form.is_computed(key.node) || bind.preload.is_some() || self.is_bound_readonly(key)
    }

    /// Does its bind, or that of something around it, say readonly?
    fn is_bound_readonly(&self, Key { mut scope, mut node }: Key) -> bool {
        loop {
            let own = self.instance.own_node(scope) == node;
            if self.instance.has(self.instance.cell(scope, node), flag::READONLY) {
                return true;
            }
            if node == NodeId(0) {
                return false;
            }
            if own {
                // The repeat as a whole stands in the scope around.
                scope = self.instance.up(scope, 1);
            } else {
                node = self.form.node(node).parent;
            }
        }
    }

    /// Is a secondary instance a list that grows while the form is in use?
    fn lives(&self, tree: TreeId) -> bool {
        let file = self.form.tree_files.get(usize::from(tree.0)).and_then(Option::as_ref);
        file.is_some_and(|file| {
            self.world.living.contains(file) || self.world.lists.iter().any(|list| list.is_file(file))
        })
    }

    /// Selected names in the list's order, each once; a name that the list does not have is an error.
    /// Of a trigger, `OK` or nothing.
    fn in_list_order(&self, node: NodeId, value: Value) -> Result<Value, AnswerError> {
        let body = &self.form.node(node).body;
        if body.control == Some(Control::Acknowledge) {
            return Ok(acknowledged(value));
        }
        let Some(choices) = &body.choices else { return Ok(value) };
        let place = |name: &str| match choices {
            Choices::Listed(listed) => listed.place(name),
            Choices::Itemset(itemset) => match &itemset.list {
                Some(list) => {
                    let row = list.find(&self.trees[usize::from(list.tree.0)], name);
                    row.map(|row| row.order()).or_else(|| self.lives(list.tree).then_some(u32::MAX))
                }
                // Items that answers make come and go: any name may be one.
                None => Some(0),
            },
        };
        match value {
            Value::Choice(name) => match place(&name) {
                Some(_) => Ok(Value::Choice(name)),
                None => Err(AnswerError::WrongType),
            },
            Value::Choices(names) => {
                let places = names.iter().map(|name| Some((place(name)?, name.clone())));
                let places: Option<Vec<(u32, Arc<str>)>> = places.collect();
                let mut places = places.ok_or(AnswerError::WrongType)?;
                if body.control != Some(Control::Rank) {
                    crate::order::sort_by_key(&mut places, |(place, _)| *place);
                }
                let mut ordered: Vec<Arc<str>> = Vec::with_capacity(places.len());
                for (_, name) in places {
                    if !ordered.contains(&name) {
                        ordered.push(name);
                    }
                }
                Ok(if ordered.is_empty() { Value::Blank } else { Value::Choices(ordered.into()) })
            }
            other => Ok(other),
        }
    }

    /// What has changed since it was last asked.
    fn take_changes(&mut self) -> Changes {
        // The next answer will change about as much.
        let next = Vec::with_capacity(self.changed.len());
        let mut nodes = std::mem::replace(&mut self.changed, next);
        if !self.removed.is_empty() {
            nodes.retain(|key| self.instance.alive(key.scope));
        }
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

/// A trigger's value (ODK XForms, *Body Elements*): `OK` when it was touched. Other programs write true and false.
fn acknowledged(value: Value) -> Value {
    match &value {
        Value::Text(text) => match text.trim() {
            "true" | "1" => Value::Text("OK".into()),
            "false" | "0" => Value::Blank,
            _ => value,
        },
        _ => value,
    }
}
