//! A checked form: a model tree with binds and a body that points into it, every reference an id.
//!
//! Immutable and shared; exists only without errors. Authoring syntaxes are lowered into an XForm first ([`crate::definition`]).

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::assess::measure::Assessment;
use crate::definition::files_of_services;
use crate::diagnostic::Diagnostic;
use crate::expr::program::{ExprId, Program};
use crate::graph::DependencyGraph;
use crate::services::Catalogue;
use crate::source::{Bundle, MediaFile};
use crate::tree::{NameId, Tree, TreeId};
use crate::value::DataType;
use crate::view::{Control, NodeId};
use crate::xml::Name;

mod actions;
mod audit;
mod binds;
mod body;
mod child_names;
mod choices;
mod compile;
pub(crate) mod for_roles;
mod itext;
mod layout;
mod meta;
mod names;
mod paths;
mod public_key;
mod texts;
mod tree;
mod types;
mod xform;

pub use actions::SoundQuality;
pub(crate) use actions::{Action, Effect, Event};
pub use audit::{Audit, AuditPlaces, AuditPriority};
pub(crate) use binds::{BindOf, constant};
pub(crate) use body::{Placed, PlacedKind};
pub(crate) use child_names::ChildNames;
pub(crate) use choices::{ChoiceList, Choices, Itemset, Listed};
pub(crate) use compile::itext_id;
pub use for_roles::{RESIDENT, ROLES};
pub(crate) use itext::Itext;
pub use layout::Layout;
pub(crate) use names::{KnownChoices, Skeleton, SkeletonKind};
pub use public_key::RsaKey;
pub(crate) use texts::{Piece, Pieces, TextId, Texts};
pub use types::{Preload, Property};
pub(crate) use xform::XForm;

/// A checked form.
#[derive(Debug)]
pub struct Form {
    /// What it was read from: for its hash, which nothing needs on the way to the first answer.
    pub(crate) bundle: Bundle,
    pub(crate) hash: OnceLock<String>,
    pub(crate) id: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) title: Option<TextId>,
    pub(crate) languages: Vec<Arc<str>>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) scopes: Vec<ScopeDef>,
    /// What the root starts with.
    pub(crate) seed: Arc<Seed>,
    /// Secondary instances. A session has its own where one is known only then.
    pub(crate) trees: Vec<Arc<Tree>>,
    /// By secondary instance: the name of the file that it stands in, if it stands in one.
    pub(crate) tree_files: Vec<Option<Arc<str>>>,
    /// The secondary instance that holds the submission before this one.
    pub(crate) last_saved: Option<TreeId>,
    pub(crate) texts: Texts,
    /// itext by its id, with the node that its outputs are seen from if it has any: for what is looked up while running.
    pub(crate) itext: FxHashMap<Arc<str>, (TextId, Option<NodeId>)>,
    pub(crate) program: Program,
    pub(crate) graph: DependencyGraph,
    pub(crate) actions: Vec<Action>,
    pub(crate) assessment: Assessment,
    pub(crate) entities: Vec<crate::entities::Declared>,
    /// The roles of those that it is for.
    pub(crate) for_roles: Box<[Arc<str>]>,
    /// What the form says of a catalogue of services: its file, then districts.
    pub(crate) services: Option<Arc<str>>,
    /// Read when it is first asked for.
    pub(crate) catalogue: OnceLock<Option<Arc<Catalogue>>>,
    /// What the bundle lists of pictures, sounds and films.
    pub(crate) media: OnceLock<Vec<MediaFile>>,
    pub(crate) instance_name: Option<ExprId>,
    /// Where `instanceID` stands.
    pub(crate) instance_id: Option<NodeId>,
    pub(crate) deprecated_id: Option<NodeId>,
    /// What its submissions are to be encrypted with, as written.
    pub(crate) public_key: Option<Arc<str>>,
    pub(crate) layout: Layout,
    /// By node: what of the root's body it stands in. Found when it is first asked for.
    pub(crate) tops: OnceLock<Box<[NodeId]>>,
    pub(crate) audit: Option<Audit>,
    /// By parent and name; for paths and restoring only, never on the path of an answer.
    pub(crate) child_names: ChildNames,
}

/// What reading a definition gave.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The form, if there are no errors.
    pub form: Option<Arc<Form>>,
    /// All that was found, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// The root, or a repeat: what one instance of it holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ScopeDefId(pub u16);

impl ScopeDefId {
    pub const ROOT: ScopeDefId = ScopeDefId(0);
}

#[derive(Debug)]
pub(crate) struct ScopeDef {
    /// The repeat, or the root node.
    pub node: NodeId,
    /// The scope around it; the root's is itself.
    pub parent: ScopeDefId,
    pub depth: u8,
    /// The nodes by slot. Slot 0 is the instance itself; a repeat within has a slot here for it as a whole.
    pub slots: Vec<NodeId>,
    /// The repeats straight in it, by `repeat_index` of [`NodeKind::Repeat`].
    pub repeats: Vec<NodeId>,
}

impl ScopeDef {
    pub fn new(node: NodeId, parent: ScopeDefId, depth: u8) -> ScopeDef {
        ScopeDef { node, parent, depth, slots: Vec::new(), repeats: Vec::new() }
    }
}

/// What a scope starts with: texts as they stand in the primary instance, and the instances of its repeats.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Seed {
    pub values: Vec<(NodeId, Arc<str>)>,
    pub repeats: Vec<(NodeId, RepeatSeed)>,
}

impl Seed {
    /// Does it say what a node starts with?
    pub fn has(&self, node: NodeId) -> bool {
        self.values.iter().any(|(known, text)| *known == node && !text.is_empty())
    }
}

/// What a repeat starts with.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct RepeatSeed {
    /// What an added instance looks like.
    pub template: Arc<Seed>,
    pub instances: Vec<Arc<Seed>>,
}

#[derive(Debug)]
pub(crate) struct Node {
    /// As it is written: `orx:meta`, `@id`.
    pub name: Arc<str>,
    pub qname: Name,
    /// What a name test compares.
    pub name_id: NameId,
    pub parent: NodeId,
    /// One past the last node under it.
    pub end: NodeId,
    pub kind: NodeKind,
    /// The scope that holds it; a repeat lies in its parent's.
    pub scope: ScopeDefId,
    pub slot: u32,
    /// The engine put it there, not the form's author: a submission as JSON leaves it out.
    pub implied: bool,
    pub bind: Bind,
    pub body: Body,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NodeKind {
    Group,
    Repeat {
        /// The scope that an instance of it is.
        own: ScopeDefId,
        /// Its index in [`ScopeDef::repeats`].
        repeat_index: u16,
    },
    Leaf(DataType),
    /// An attribute of its parent: a value, but no element.
    Attribute,
}

/// What the model says of a node, beside what the graph computes for it.
#[derive(Debug, Default)]
pub(crate) struct Bind {
    /// The bind's type as written, without prefix; `string` if there is none.
    pub type_name: Arc<str>,
    /// Always; a condition is the graph's.
    pub required: bool,
    /// Always; a condition is the graph's.
    pub readonly: bool,
    pub calculate: Option<ExprId>,
    pub repeat_count: Option<ExprId>,
    /// `jr:noAddRemove`: the form's instances are all there are.
    pub fixed: bool,
    pub preload: Option<Preload>,
    /// A change of its value sets others: indexes of [`Form::actions`].
    pub triggers: Box<[u32]>,
    pub constraint_message: Option<TextId>,
    pub required_message: Option<TextId>,
}

/// How a node is shown.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// `None`: never shown by itself.
    pub control: Option<Control>,
    /// It has a control, a group or a repeat in the body.
    pub shown: bool,
    pub label: Option<TextId>,
    pub hint: Option<TextId>,
    pub item_label: Option<TextId>,
    pub appearance: Arc<[Arc<str>]>,
    /// What else the control says: `start`, `end`, `step`, `mediatype`, `rows` …
    pub parameters: Arc<[(Arc<str>, Arc<str>)]>,
    pub choices: Option<Choices>,
    /// What is shown inside, in the body's order.
    pub items: Box<[NodeId]>,
}

impl Body {
    /// Is it a select that only heads those below it with its choices' labels (`label`)? It takes no answer.
    pub fn is_heading(&self) -> bool {
        self.choices.is_some() && self.appearance.iter().any(|word| **word == *"label")
    }
}

impl Form {
    /// Reads, checks and compiles a definition. Warnings do not prevent a form.
    pub fn read(bundle: &Bundle) -> Checked {
        compile::read(bundle)
    }

    /// The file of the catalogue of services that the form names, beside the form, whether it can be read or not.
    pub fn names_services(&self) -> Option<&str> {
        self.services.as_deref()?.split_whitespace().next()
    }

    /// The catalogue of services that the form names; `None` if it names none, or one that can't be read.
    pub fn catalogue(&self) -> Option<&Arc<Catalogue>> {
        let read = || {
            let bundle = self.services_bundle()?;
            Catalogue::read(&bundle).catalogue
        };
        self.catalogue.get_or_init(read).as_ref()
    }

    /// The files of the catalogue, as a bundle of their own.
    fn services_bundle(&self) -> Option<Bundle> {
        let names = files_of_services(self.services.as_ref()?);
        let file = |name: &String| self.bundle.files.iter().find(|file| *file.name == **name).cloned();
        let main = file(names.first()?)?;
        Some(Bundle { main, files: names[1..].iter().filter_map(file).collect() })
    }

    /// The drawing at a `jr://` address, where the form carries it: an SVG beside it, by the last part of the address.
    pub fn picture(&self, address: &str) -> Option<&str> {
        let name = address.rsplit('/').next()?;
        let file = self.bundle.files.iter().find(|file| *file.name == *name && name.ends_with(".svg"))?;
        Some(&file.text)
    }

    /// The picture, sound or film at a `jr://` address, where the form's bundle lists it: by the last part of the address. Its bytes lie elsewhere, by their hash.
    pub fn media(&self, address: &str) -> Option<&MediaFile> {
        let name = address.rsplit('/').next()?;
        self.all_media().iter().find(|file| *file.name == *name)
    }

    /// All that its bundle lists, by name; none of a list that can't be read.
    pub fn all_media(&self) -> &[MediaFile] {
        self.media.get_or_init(|| self.bundle.media().unwrap_or_default())
    }

    /// The media files that its words name, in whatever language, each once and by name: `well.png`. An address that the form works out is none.
    pub fn media_named(&self) -> Vec<&str> {
        self.texts.media_named()
    }

    /// Those of [`Form::media_named`] that the form doesn't come with: neither listed nor, of drawings, in the bundle.
    pub fn media_missing(&self) -> Vec<&str> {
        let mut names = self.media_named();
        names.retain(|name| self.media(name).is_none() && self.picture(name).is_none());
        names
    }

    /// Does it assess what is answered?
    pub fn assesses(&self) -> bool {
        !self.assessment.measures.is_empty()
    }

    /// A name that never changes for the same form, e.g. `household-needs`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version that its author gave it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The key that its submissions are to be encrypted with (ODK XForms, *Submission*, `base64RsaPublicKey`; the setting `public_key`), as its
    /// author wrote it; `None` if they go out as they are. Whether it is a key at all is for whoever encrypts to say: until then nothing goes out.
    pub fn public_key(&self) -> Option<&str> {
        self.public_key.as_deref()
    }

    /// What it wants logged of how it is filled in; `None`: nothing.
    pub fn audit(&self) -> Option<&Audit> {
        self.audit.as_ref()
    }

    /// How it wants to be laid out: page by page, unless its `style` says otherwise.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The roles of those that it is for, of [`ROLES`] (the setting `for_roles`); none named: for everybody but residents. To whom it is offered is for the server to say.
    pub fn for_roles(&self) -> &[Arc<str>] {
        &self.for_roles
    }

    /// SHA-256 over the definition and its files, lowercase hex: 64 characters.
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| self.bundle.hash())
    }

    /// Its title in a language, else in the default one; the id if it has none.
    pub fn title(&self, language: &str) -> String {
        let index = self.language_index(language);
        let title = self.title.map(|text| self.texts.plain(text, index)).unwrap_or_default();
        if title.is_empty() { self.id.to_string() } else { title }
    }

    /// Its languages, the default first, as the form names them: `zh`, `English (en)`.
    pub fn languages(&self) -> &[Arc<str>] {
        &self.languages
    }

    /// The form's own name for a language: `English (en)` for `en`. `None` if the form does not speak it.
    pub fn language(&self, wanted: &str) -> Option<&Arc<str>> {
        self.find_language(wanted).map(|index| &self.languages[index])
    }

    /// A language's index, by its name or by the tag in it (`en` for `English (en)`); the default's if the form does not speak it.
    pub(crate) fn language_index(&self, language: &str) -> usize {
        self.find_language(language).unwrap_or(0)
    }

    fn find_language(&self, wanted: &str) -> Option<usize> {
        let tag = |known: &str| {
            known.rsplit_once('(').is_some_and(|(_, tag)| tag.trim_end_matches(')').trim() == wanted)
        };
        let exact = self.languages.iter().position(|known| **known == *wanted);
        exact.or_else(|| self.languages.iter().position(|known| tag(known)))
    }

    /// Does the form work its value out, so that nobody may write it?
    pub(crate) fn is_computed(&self, id: NodeId) -> bool {
        self.node(id).bind.calculate.is_some() || self.assessment.by_node.contains_key(&id)
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn scope(&self, id: ScopeDefId) -> &ScopeDef {
        &self.scopes[usize::from(id.0)]
    }

    /// The elements straight under one, in order.
    pub(crate) fn children_of(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.all_under(parent).filter(|child| self.node(*child).kind != NodeKind::Attribute)
    }

    /// The attributes of one, in order.
    pub(crate) fn attributes_of(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.all_under(parent).filter(|child| self.node(*child).kind == NodeKind::Attribute)
    }

    fn all_under(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(parent).end;
        let mut next = NodeId(parent.0 + 1);
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.node(child).end;
            Some(child)
        })
    }
}

impl Node {
    /// What it holds; `None` for groups and repeats.
    pub fn data_type(&self) -> Option<DataType> {
        match self.kind {
            NodeKind::Leaf(data_type) => Some(data_type),
            NodeKind::Attribute => Some(DataType::Text),
            NodeKind::Group | NodeKind::Repeat { .. } => None,
        }
    }
}
