//! What a screen shows: plain data in the reader's language, taken from a [`Session`](crate::session::Session).
//!
//! A view is a snapshot. After an answer, [`Changes`](crate::session::Changes) says which keys to take anew.

use std::sync::Arc;

use crate::value::{DataType, Value};

/// A node of the form definition, in document order. The root is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// The root of the instance (0), or one repeat instance. Never used again after its removal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ScopeId(pub u32);

/// One node of the primary instance: which node of the form, in which repeat instance.
///
/// A repeat as a whole is keyed by the scope that holds it, an instance of it by the scope that it is.
/// Stable while the node exists, whatever is added or removed around it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// The repeat instance the node lies in.
    pub scope: ScopeId,
    /// The node of the form.
    pub node: NodeId,
}

/// What stands on a page, in order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Item {
    /// A question, a note, or another control that shows one value.
    Question(Key),
    /// A group inside the page; its items are its children.
    Group(Key),
    /// A repeat; its instances are in its [`RepeatView`].
    Repeat(Key),
}

/// The control that a question is answered with: an open catalogue over the closed [`DataType`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Control {
    /// A text field, a number field, a date or time field: by the data type.
    Input,
    /// One of a list.
    SelectOne,
    /// Any of a list.
    SelectMultiple,
    /// Text to read; a calculated value may be shown in it.
    Note,
    /// A single box that says "seen" or "agreed" (`acknowledge`, value `OK`).
    Acknowledge,
    /// All of a list, put in an order.
    Rank,
    /// A number between two ends.
    Range,
    /// A place on the map (`geopoint`).
    Geopoint,
    /// A photo, sound, video or other file.
    Upload,
}

/// A question as a screen shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct QuestionView {
    /// Which question, in which repeat instance.
    pub key: Key,
    /// Its name in the definition.
    pub name: Arc<str>,
    /// How it is answered.
    pub control: Control,
    /// What an answer is.
    pub data_type: DataType,
    /// Is the text one that a barcode or QR code holds?
    pub is_code: bool,
    /// The question's words, outputs filled in.
    pub label: String,
    /// Its hint, outputs filled in.
    pub hint: Option<String>,
    /// XLSForm's `appearance` words, in the order given: `minimal`, `multiline`, `numbers`, `likert`, `quick`, `w1` …
    pub appearance: Arc<[Arc<str>]>,
    /// What else the control says, by its name in XForms: `start`, `end`, `step`, `mediatype`, `max-pixels`, `rows` …
    pub parameters: Arc<[(Arc<str>, Arc<str>)]>,
    /// What stands beside the label, by its form in itext: (`image` | `big-image` | `audio` | `video`, a `jr://` address), and
    /// `guidance` and `short`, which are words.
    pub media: Vec<(Arc<str>, String)>,
    /// The answer. Kept while not relevant, but then not shown.
    pub value: Value,
    /// Is it shown?
    pub relevant: bool,
    /// Must it be answered?
    pub required: bool,
    /// Does a scale have no score while it is not answered? It may be left out, and then that is the price.
    pub scored: bool,
    /// May it not be changed? (Calculated questions never may.)
    pub readonly: bool,
    /// What is wrong with the answer now, if anything; the screen decides when to say so.
    pub violation: Option<Violation>,
    /// The choices that its filter lets through, for selects; of a range the words of its ticks, by their numbers; empty otherwise.
    pub choices: Arc<[ChoiceView]>,
    /// Of a measure of the assessment: what it came to, in words; empty while that can't be said.
    pub outcome: Option<String>,
}

/// A choice of a select.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ChoiceView {
    /// The value that is kept.
    pub name: Arc<str>,
    /// Its words.
    pub label: String,
    /// What stands beside its words, as [`QuestionView::media`] has it; nothing for most.
    pub media: Option<Arc<[Beside]>>,
}

/// A file beside words: its form in itext, and its `jr://` address ([`Form::media`](crate::Form::media), [`Form::picture`](crate::Form::picture)).
pub type Beside = (Arc<str>, Arc<str>);

/// A group as a screen shows it; a page is a group too.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupView {
    /// Which group, in which repeat instance.
    pub key: Key,
    /// Its name in the definition.
    pub name: Arc<str>,
    /// Its heading; empty if it has none.
    pub label: String,
    /// Its explanation.
    pub hint: Option<String>,
    /// XLSForm's `appearance` words.
    pub appearance: Arc<[Arc<str>]>,
    /// Is it shown?
    pub relevant: bool,
}

/// A repeat as a screen shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct RepeatView {
    /// Which repeat, in which outer repeat instance.
    pub key: Key,
    /// Its name in the definition.
    pub name: Arc<str>,
    /// Its heading: what its instances are.
    pub label: String,
    /// Its explanation.
    pub hint: Option<String>,
    /// Is it shown?
    pub relevant: bool,
    /// Its instances, in order.
    pub instances: Vec<RepeatInstanceView>,
    /// May the reader add one? (Not where `repeat_count` decides.)
    pub can_add: bool,
    /// May the reader remove one?
    pub can_remove: bool,
}

/// One instance of a repeat.
#[derive(Clone, PartialEq, Debug)]
pub struct RepeatInstanceView {
    /// `scope` is the instance's own; its items are the children of this key.
    pub key: Key,
    /// Its place, from 1.
    pub position: usize,
    /// What its card says: the instance's own label (`item_label` of the definition), empty if there is none.
    pub label: String,
}

/// A page: a top-level group or repeat that is relevant, or a run of top-level questions.
#[derive(Clone, PartialEq, Debug)]
pub struct PageView {
    /// The group's or repeat's key. A run of loose questions goes by its first question.
    pub key: Key,
    /// What stands on it.
    pub items: Vec<Item>,
    /// Its heading.
    pub label: String,
    /// Its explanation.
    pub hint: Option<String>,
    /// How far its questions are answered.
    pub progress: Progress,
    /// How many of its answers violate something (required and missing ones included).
    pub violations: usize,
    /// How many of its questions are not answered though a scale has no score without them ([`QuestionView::scored`]).
    pub unscored: usize,
}

/// Answered of askable questions: relevant, shown, not read-only, not notes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Progress {
    /// Questions with an answer.
    pub answered: usize,
    /// Questions that could have one.
    pub askable: usize,
}

/// The respondent's mistake, as data (invariant 1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// What is wrong.
    pub kind: ViolationKind,
    /// The form's own words for it, in the reader's language; the screen has words for each kind where there are none.
    pub message: Option<String>,
}

/// What can be wrong with an answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ViolationKind {
    /// Required and not answered.
    Required,
    /// The form's constraint does not hold.
    Constraint,
    /// What was typed is not a value of the question's type.
    Type(DataType),
}
