//! Lowers a definition into a [`Form`]: tree, lists, expressions, texts, graph; checks as it goes.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check;
use crate::definition::{self, FormDefinition, ListDefinition, Logical, Row, RowType, Written, WrittenText};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::compile::{Anchor, Compiled, compile};
use crate::expr::program::{ExprId, Program, Read, What};
use crate::form::choices::Choice;
use crate::form::names::{Skeleton, SkeletonKind};
use crate::form::{
    Bind, Body, Checked, ChoiceList, Form, ListId, Node, NodeKind, Piece, ScopeDefId, Start, Text, TextId,
    tree,
};
use crate::graph::{self, Computation, Draft, Task};
use crate::source::{Bundle, Span};
use crate::view::NodeId;

pub(super) fn read(bundle: &Bundle) -> Checked {
    let mut found = Diagnostics::default();
    let definition = definition::read(bundle, &mut found);
    let form = lower(&definition, bundle, &mut found);
    let form = if found.has_errors() { None } else { form.map(Arc::new) };
    Checked { form, diagnostics: found.into_sorted() }
}

fn lower(definition: &FormDefinition, bundle: &Bundle, found: &mut Diagnostics) -> Option<Form> {
    let languages = languages(definition);
    let settings = &definition.settings;
    let id = check::settings::form_id(settings, found);
    let version = check::settings::version(settings, found);
    let mut skeleton = Skeleton::default();
    for list in &definition.lists {
        let id = ListId(skeleton.lists.len() as u16);
        skeleton.list_names.insert(list.name.text.clone(), id);
        skeleton.lists.push(choice_list(list, &languages));
    }
    let (mut skeleton, rows) = tree::build(definition, id.clone(), skeleton, found);
    check::lists::resolve(&mut skeleton, &rows, &definition.lists, found);

    let mut lowering = Lowering {
        skeleton: &skeleton,
        languages: &languages,
        program: Program::default(),
        texts: Vec::new(),
        drafts: Vec::new(),
        found,
    };
    let title = lowering.plain_text(&settings.title);
    let root = Anchor { node: NodeId(0), scope: ScopeDefId::ROOT, items_of: None };
    let instance_name =
        settings.instance_name.as_ref().and_then(|written| lowering.expr(written, root)).map(|it| it.root);
    let mut nodes = Vec::with_capacity(skeleton.nodes.len());
    for (index, row) in rows.iter().enumerate() {
        let id = NodeId(index as u32);
        let (bind, body) = match row {
            Some(row) => lowering.row(id, row),
            None => (Bind::default(), Body::default()),
        };
        nodes.push(node(&skeleton, id, bind, body));
    }
    check::rows::check(&skeleton, &rows, &languages, lowering.found);
    let Lowering { program, texts, drafts, .. } = lowering;
    let graph = match graph::build(drafts, &skeleton) {
        Ok(graph) => graph,
        Err(cycles) => {
            check::cycle::report(&cycles, &skeleton, &rows, found);
            return None;
        }
    };
    let mut child_names = HashMap::new();
    for (index, node) in skeleton.nodes.iter().enumerate().skip(1) {
        child_names.insert((node.parent, node.name.clone()), NodeId(index as u32));
    }
    Some(Form {
        hash: bundle.hash().into(),
        id,
        version,
        title,
        languages,
        nodes,
        scopes: skeleton.scopes,
        lists: skeleton.lists,
        texts,
        program,
        graph,
        instance_name,
        child_names,
    })
}

/// The default language first, then the others in the order of their first use.
fn languages(definition: &FormDefinition) -> Vec<Arc<str>> {
    let mut languages: Vec<Arc<str>> = Vec::new();
    languages.extend(definition.settings.default_language.as_ref().map(|written| written.text.clone()));
    let mut texts: Vec<&WrittenText> = vec![&definition.settings.title];
    let mut rows: Vec<&Row> = definition.survey.iter().rev().collect();
    while let Some(row) = rows.pop() {
        texts.extend([
            &row.label,
            &row.hint,
            &row.constraint_message,
            &row.required_message,
            &row.item_label,
        ]);
        rows.extend(row.children.iter().rev());
    }
    texts.extend(definition.lists.iter().flat_map(|list| &list.choices).map(|choice| &choice.label));
    for language in
        texts.iter().flat_map(|text| &text.by_language).filter_map(|(language, _)| language.as_ref())
    {
        if !languages.contains(language) {
            languages.push(language.clone());
        }
    }
    if languages.is_empty() {
        languages.push("zh".into());
    }
    languages
}

/// The words for each language: its own, else those without a language, else the default's, else any.
fn words<'a>(text: &'a WrittenText, languages: &[Arc<str>]) -> Vec<Option<&'a Written>> {
    let of = |wanted: Option<&Arc<str>>| {
        text.by_language.iter().find(|(language, _)| language.as_ref() == wanted).map(|(_, words)| words)
    };
    let fallback =
        of(None).or_else(|| of(languages.first())).or(text.by_language.first().map(|(_, words)| words));
    languages.iter().map(|language| of(Some(language)).or(fallback)).collect()
}

fn choice_list(list: &ListDefinition, languages: &[Arc<str>]) -> ChoiceList {
    let choice = |choice: &definition::ChoiceDefinition| Choice {
        name: choice.name.text.clone(),
        labels: words(&choice.label, languages)
            .into_iter()
            .map(|words| words.map_or_else(|| choice.name.text.clone(), |words| words.text.clone()))
            .collect(),
        cells: choice.cells.clone(),
    };
    ChoiceList::new(list.name.text.clone(), list.columns.clone(), list.choices.iter().map(choice).collect())
}

fn node(skeleton: &Skeleton, id: NodeId, bind: Bind, body: Body) -> Node {
    let node = skeleton.node(id);
    let kind = match node.kind {
        SkeletonKind::Group => NodeKind::Group,
        SkeletonKind::Leaf(data_type) => NodeKind::Leaf(data_type),
        SkeletonKind::Note => NodeKind::Leaf(crate::value::DataType::Text),
        SkeletonKind::Repeat(own) => {
            let repeats = &skeleton.scope(node.scope).repeats;
            let repeat_index = repeats.iter().position(|repeat| *repeat == id).unwrap_or(0) as u16;
            NodeKind::Repeat { own, repeat_index }
        }
    };
    Node {
        name: node.name.clone(),
        parent: node.parent,
        end: node.end,
        kind,
        scope: node.scope,
        slot: node.slot,
        bind,
        body,
    }
}

struct Lowering<'a> {
    skeleton: &'a Skeleton,
    languages: &'a [Arc<str>],
    program: Program,
    texts: Vec<Text>,
    drafts: Vec<Draft>,
    found: &'a mut Diagnostics,
}

impl Lowering<'_> {
    fn expr(&mut self, written: &Written, anchor: Anchor) -> Option<Compiled> {
        if written.text.trim().is_empty() {
            return None;
        }
        compile(written, anchor, self.skeleton, &mut self.program, self.found)
    }

    /// Compiles a column's expression and puts it into the graph.
    fn task(&mut self, written: &Written, anchor: Anchor, task: fn(ExprId) -> Task) -> Option<ExprId> {
        let compiled = self.expr(written, anchor)?;
        self.draft(anchor, task(compiled.root), compiled.reads);
        Some(compiled.root)
    }

    fn draft(&mut self, anchor: Anchor, task: Task, reads: Vec<Read>) {
        let computation = Computation { node: anchor.node, scope: anchor.scope, task };
        self.drafts.push(Draft { computation, reads, trigger: false });
    }

    /// Puts a condition into the graph; gives whether it is plain true.
    fn rule(&mut self, logical: &Option<Logical>, anchor: Anchor, task: fn(ExprId) -> Task) -> bool {
        match logical {
            Some(Logical::Constant(always)) => *always,
            Some(Logical::Expression(written)) => {
                self.task(written, anchor, task);
                false
            }
            None => false,
        }
    }

    fn row(&mut self, id: NodeId, row: &Row) -> (Bind, Body) {
        let node = self.skeleton.node(id);
        let anchor = Anchor { node: id, scope: node.scope, items_of: None };
        let mut shown = Vec::new();
        let filter = self.filter(row, anchor);
        let body = Body {
            control: match row.row_type {
                RowType::Question(_, control) => Some(control),
                _ => None,
            },
            label: self.text(&row.label, anchor, &mut shown),
            hint: self.text(&row.hint, anchor, &mut shown),
            item_label: match node.kind {
                SkeletonKind::Repeat(own) => {
                    let inside = Anchor { scope: own, ..anchor };
                    let mut reads = Vec::new();
                    let text = self.text(&row.item_label, inside, &mut reads);
                    if !reads.is_empty() {
                        self.draft(inside, Task::ItemShown, reads);
                    }
                    text
                }
                _ => None,
            },
            appearance: row
                .appearance
                .iter()
                .flat_map(|written| written.text.split_whitespace())
                .map(Arc::from)
                .collect(),
            list: node.list,
            filter: filter.as_ref().map(|filter| filter.root),
            filter_key: filter.and_then(|filter| filter.key),
        };
        for (written, task) in
            [(&row.relevant, Task::Relevant as fn(ExprId) -> Task), (&row.constraint, Task::Constraint)]
        {
            if let Some(written) = written {
                self.task(written, anchor, task);
            }
        }
        let bind = Bind {
            required: self.rule(&row.required, anchor, Task::Required),
            readonly: self.rule(&row.read_only, anchor, Task::Readonly),
            calculate: self.calculation(row, anchor),
            trigger: row.trigger.as_ref().and_then(|written| self.trigger(written)),
            default: row.default.as_ref().and_then(|written| self.default(written, anchor)),
            repeat_count: row
                .repeat_count
                .as_ref()
                .and_then(|written| self.task(written, anchor, Task::RepeatCount)),
            preload: match row.row_type {
                RowType::Preload(preload) => Some(preload),
                _ => None,
            },
            constraint_message: self.text(&row.constraint_message, anchor, &mut shown),
            required_message: self.text(&row.required_message, anchor, &mut shown),
        };
        if !shown.is_empty() {
            self.draft(anchor, Task::Shown, shown);
        }
        (bind, body)
    }

    fn filter(&mut self, row: &Row, anchor: Anchor) -> Option<Compiled> {
        let list = self.skeleton.node(anchor.node).list?;
        let compiled = self.expr(row.choice_filter.as_ref()?, Anchor { items_of: Some(list), ..anchor })?;
        self.draft(anchor, Task::Choices(compiled.root), compiled.reads.clone());
        Some(compiled)
    }

    fn calculation(&mut self, row: &Row, anchor: Anchor) -> Option<ExprId> {
        let compiled = self.expr(row.calculation.as_ref()?, anchor)?;
        let reads = match &row.trigger {
            None => compiled.reads,
            // With a trigger, it runs when that changes and at no other time.
            Some(trigger) => match self.trigger(trigger) {
                Some(node) => {
                    let scope = self.skeleton.node(node).scope;
                    vec![Read { what: What::Value(node), from: self.skeleton.common(scope, anchor.scope) }]
                }
                None => Vec::new(),
            },
        };
        let computation =
            Computation { node: anchor.node, scope: anchor.scope, task: Task::Calculate(compiled.root) };
        self.drafts.push(Draft { computation, reads, trigger: row.trigger.is_some() });
        Some(compiled.root)
    }

    fn trigger(&mut self, written: &Written) -> Option<NodeId> {
        let name = written.text.trim();
        let name = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(name).trim();
        match self.skeleton.by_name.get(name).map(Vec::as_slice) {
            Some([node]) => Some(*node),
            _ => {
                let mut names: Vec<&str> = self.skeleton.by_name.keys().map(|name| &**name).collect();
                names.sort_unstable();
                self.found.push(
                    Diagnostic::error(
                        "unknown-name",
                        written.span,
                        format!("there is no single question `{name}`"),
                    )
                    .did_you_mean(name, names),
                );
                None
            }
        }
    }

    /// A default that holds a reference or a call is an expression, as in XLSForm; anything else is the value itself.
    fn default(&mut self, written: &Written, anchor: Anchor) -> Option<Start> {
        let dynamic = written.text.contains("${")
            || (written.text.contains('(') && written.text.trim_end().ends_with(')'));
        match dynamic {
            true => self.expr(written, anchor).map(|compiled| Start::Expression(compiled.root)),
            false => (!written.text.trim().is_empty()).then(|| Start::Literal(written.text.clone())),
        }
    }

    fn text(&mut self, text: &WrittenText, anchor: Anchor, reads: &mut Vec<Read>) -> Option<TextId> {
        if text.is_empty() {
            return None;
        }
        let words = words(text, self.languages);
        let mut done: Vec<(Span, Vec<Piece>)> = Vec::new();
        let mut by_language = Vec::new();
        for words in words {
            let Some(words) = words else {
                by_language.push(Vec::new());
                continue;
            };
            if let Some((_, pieces)) = done.iter().find(|(span, _)| *span == words.span) {
                by_language.push(pieces.clone());
                continue;
            }
            let pieces = self.pieces(words, anchor, reads);
            done.push((words.span, pieces.clone()));
            by_language.push(pieces);
        }
        self.texts.push(Text { by_language });
        Some(TextId(self.texts.len() as u32 - 1))
    }

    fn plain_text(&mut self, text: &WrittenText) -> Option<TextId> {
        let root = Anchor { node: NodeId(0), scope: ScopeDefId::ROOT, items_of: None };
        let mut reads = Vec::new();
        let id = self.text(text, root, &mut reads);
        if !reads.is_empty() {
            let span = text.by_language[0].1.span;
            self.found.push(Diagnostic::error("wrong-type", span, "a form's title holds no answers"));
        }
        id
    }

    /// Cuts words at their `${name}` outputs.
    fn pieces(&mut self, words: &Written, anchor: Anchor, reads: &mut Vec<Read>) -> Vec<Piece> {
        let text = &*words.text;
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(start) = text[at..].find("${").map(|found| at + found) {
            let Some(end) = text[start..].find('}').map(|found| start + found + 1) else { break };
            if start > at {
                pieces.push(Piece::Words(text[at..start].into()));
            }
            let output = Written::plain(&text[start..end], words.part(start..end));
            if let Some(compiled) = self.expr(&output, anchor) {
                reads.extend(compiled.reads);
                pieces.push(Piece::Output(compiled.root));
            }
            at = end;
        }
        if at < text.len() {
            pieces.push(Piece::Words(text[at..].into()));
        }
        pieces
    }
}
