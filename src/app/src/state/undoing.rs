//! Changes of an open draft that can be taken back, the last one first: an answer with all that it set beside itself, or a card that was added.
//!
//! Kept here: what is taken back is a change as any other, so that nothing ever leaves the draft's record; what was typed into a field until it was
//! left is one change; where a file was given, or a card went, nothing from before can be taken back, since files and places are others then.

use doorstep_delivery::Change;
use doorstep_engine::session::Session;
use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::{Control, Key, QuestionView};
use leptos::prelude::*;

use super::answering::Answering;

/// So many changes back.
const MOST: usize = 100;

/// A change that can be taken back. Nodes are named by their paths: keys go with their instances.
#[derive(Clone, PartialEq, Debug)]
pub enum Undoable {
    /// What stood in a question, and then in those that its answer set, before.
    Answered {
        /// Path and value, the question's own first.
        before: Vec<(String, Value)>,
        /// How often a field had been left, where it was typed: what is typed on belongs to it.
        typed: Option<u64>,
    },
    /// A card was added: its path.
    Added(String),
}

/// What has to be known of an answer before it is given.
pub enum Before {
    /// It goes on with what was typed just before.
    Same,
    /// It can be taken back.
    This(Undoable),
    /// A file: nothing can be taken back beyond it.
    File,
}

impl Answering {
    /// What is to be noted once the answer was taken.
    pub(super) fn before(self, view: &QuestionView, left: u64) -> Before {
        if view.control == Control::Upload || view.data_type == DataType::Attachment {
            return Before::File;
        }
        let is_typed = view.control == Control::Input
            && !view.appearance.iter().any(|word| &**word == "counter")
            && matches!(view.data_type, DataType::Text | DataType::Integer | DataType::Decimal);
        let typed = is_typed.then_some(left);
        self.with(|session| {
            let path = session.path(view.key);
            let goes_on = self.undoable.with_untracked(|all| match all.last() {
                Some(Undoable::Answered { before, typed: last }) => {
                    last.is_some()
                        && *last == typed
                        && before.first().is_some_and(|(first, _)| *first == path)
                }
                _ => false,
            });
            if goes_on {
                return Before::Same;
            }
            let own = (path, view.value.clone());
            let set = session.set_off_by(view.key).into_iter();
            let set = set.map(|key| (session.path(key), said(session, key)));
            Before::This(Undoable::Answered { before: std::iter::once(own).chain(set).collect(), typed })
        })
    }

    pub(super) fn note_undoable(self, before: Before) {
        match before {
            Before::Same => {}
            Before::File => self.undoable.set(Vec::new()),
            Before::This(change) => self.undoable.update(|all| {
                if all.len() == MOST {
                    all.remove(0);
                }
                all.push(change);
            }),
        }
    }

    /// Takes the last change back; the question that it was about, or the repeat.
    pub fn undo(self) -> Option<Key> {
        let last = self.undoable.try_update(Vec::pop)??;
        match last {
            Undoable::Answered { before, .. } => {
                let mut about = None;
                for (path, value) in before {
                    let Some(key) = self.with(|session| session.at(&path)) else { continue };
                    about.get_or_insert(key);
                    if self.with(|session| said(session, key)) != value {
                        self.take(Change::answer(path, &value), |session| session.answer(key, value));
                    }
                }
                about
            }
            Undoable::Added(path) => {
                let instance = self.with(|session| session.at(&path))?;
                if self.card.get_untracked() == Some(instance) {
                    self.open_card(None);
                }
                self.take(Change::RemoveRepeat { path: path.clone() }, |session| {
                    session.remove_repeat(instance)
                });
                // The repeat itself: its path is the card's without the place.
                let repeat = path.rsplit_once('[').map(|(repeat, _)| repeat.to_owned())?;
                self.with(|session| session.at(&repeat))
            }
        }
    }

    /// Adds a card with the answers of another: all but files and what is not asked.
    pub fn add_alike(self, repeat: Key, instance: Key) -> Option<Key> {
        let (from, copied) = self.with(|session| {
            let mut copied = Vec::new();
            gather(session, instance, &mut copied);
            (session.path(instance), copied)
        });
        let added = self.add(repeat)?;
        let to = self.with(|session| session.path(added));
        for (path, value) in copied {
            let Some(within) = path.strip_prefix(&*from) else { continue };
            let path = format!("{to}{within}");
            let key = self.with(|session| session.at(&path));
            let Some(key) = key.filter(|key| self.with(|session| is_answerable(session, *key))) else {
                continue;
            };
            if self.with(|session| said(session, key)) != value {
                self.take(Change::answer(path, &value), |session| session.answer(key, value));
            }
        }
        Some(added)
    }
}

/// The answers within an instance, those of repeats within it aside.
fn gather(session: &Session, within: Key, found: &mut Vec<(String, Value)>) {
    use doorstep_engine::view::Item;
    for item in session.children(within) {
        match item {
            Item::Group(key) => gather(session, key, found),
            Item::Question(key) => {
                let value = said(session, key);
                let is_file =
                    session.question(key).is_some_and(|view| view.data_type == DataType::Attachment);
                if !value.is_blank() && !is_file && is_answerable(session, key) {
                    found.push((session.path(key), value));
                }
            }
            Item::Repeat(_) => {}
        }
    }
}

fn said(session: &Session, key: Key) -> Value {
    session.value(key).cloned().unwrap_or(Value::Blank)
}

/// May somebody answer it? Else what stands in it follows by itself.
fn is_answerable(session: &Session, key: Key) -> bool {
    session.question(key).is_some_and(|view| !view.readonly && view.control != Control::Note)
}
