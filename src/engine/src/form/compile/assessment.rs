//! The assessment: `ds:measure` elements to measures, every name a node, a measure or an expression.

use rustc_hash::FxHashMap;

use super::Lowering;
use crate::assess::Exact;
use crate::assess::measure::{Assessment, Doubts, Kind, Measure, MeasureId, Shift, Source};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::compile::Anchor;
use crate::expr::program::{ExprId, Read, What};
use crate::form::{Node, ScopeDefId, Skeleton, XForm};
use crate::graph::Task;
use crate::view::NodeId;
use crate::xml::{Namespace, Tag};

mod behind;
mod inputs;
mod rules;
mod scales;
mod words;

use behind::Behind;

/// The kinds of measures, as authors write them.
const TYPES: &[&str] =
    &["scale", "index", "band", "table", "flag", "shift", "ranking", "agreed", "decided", "fact"];

/// The node of each measure, with its element.
pub(super) fn nodes<'a>(
    parts: &XForm<'a>,
    form: &Skeleton,
    found: &mut Diagnostics,
) -> Vec<(NodeId, Tag<'a>)> {
    let mut nodes: Vec<(NodeId, Tag<'_>)> = Vec::new();
    let elements = parts.assessment.into_iter().flat_map(|element| element.elements());
    for element in elements.filter(|element| is(*element, "measure")) {
        let Some(reference) = element.attribute("ref") else {
            let message = "this measure has no `ref`";
            found.push(
                Diagnostic::error("missing-key", element.span, message)
                    .hint("write the path of its node: `ref=\"/data/assessment/total\"`"),
            );
            continue;
        };
        let Some(node) = form.at(reference.text) else {
            found.push(crate::form::binds::unknown(form, reference.text, reference.span, found));
            continue;
        };
        let said = nodes.iter().find(|(known, _)| *known == node);
        if let Some((_, first)) = said {
            let message = format!("there are two measures `{}`", form.node(node).name);
            found.push(
                Diagnostic::error("duplicate-measure", reference.span, message)
                    .label(first.span, "first here"),
            );
        } else if form.node(node).scope != ScopeDefId::ROOT {
            let message = format!("the measure `{}` stands in a repeat", form.node(node).name);
            found.push(Diagnostic::error("misplaced-measure", reference.span, message).hint(
                "put its `score` row outside of the repeat; an item over `${name}` of the repeat takes the worst instance, or `over` another",
            ));
        } else {
            nodes.push((node, element));
        }
    }
    nodes
}

fn is_flag(element: Tag<'_>) -> bool {
    element.attribute("type").is_some_and(|kind| kind.text == "flag")
}

fn is(element: Tag<'_>, local: &str) -> bool {
    element.name.namespace == Namespace::Doorstep && &*element.name.local == local
}

impl<'a> Lowering<'a, '_> {
    /// Compiles all measures and puts them into the graph.
    pub(super) fn assessment(&mut self, measured: &[(NodeId, Tag<'a>)], nodes: &[Node]) -> Assessment {
        let mut assessment = Assessment::default();
        let mut doubts = Doubts::default();
        let mut values = FxHashMap::default();
        for (index, (node, _)) in measured.iter().enumerate() {
            assessment.by_node.insert(*node, MeasureId(index as u16));
        }
        let behind = Behind::of(&self.drafts, nodes, &assessment.by_node);
        for (node, element) in measured {
            let mut compiling = Compiling {
                lowering: &mut *self,
                measured,
                anchor: Anchor::at(*node, ScopeDefId::ROOT),
                reads: Vec::new(),
                known: &assessment,
                behind: &behind,
                values: &mut values,
            };
            let measure = compiling.measure(*node, *element);
            let holder = nodes[node.0 as usize].parent;
            behind.doubts(&compiling.reads, holder, &mut doubts);
            compiling.hang(&behind.asking(&compiling.reads, holder));
            compiling.hang_on_calculations();
            compiling.reads.extend(behind.around(holder));
            let mut reads = compiling.reads;
            // An answer that breaks its rule is none, and one that has to be there may be missing.
            let standing = reads.iter().filter_map(|read| match read.what {
                What::Value(node) | What::Sibling(node) | What::Answered(node) => {
                    Some(Read { what: What::Standing(node), from: read.from })
                }
                _ => None,
            });
            reads.extend(standing.collect::<Vec<_>>());
            crate::order::sort(&mut reads);
            reads.dedup();
            for read in &reads {
                if let What::Value(node) | What::Sibling(node) = read.what
                    && let Some(made) = behind.calculated(node)
                {
                    self.reads += made.len();
                    assessment.behind.insert(node, made);
                }
            }
            let id = assessment.by_node[node];
            self.spans.insert((*node, Task::Assess(id).column()), element.span);
            self.draft(Anchor::at(*node, ScopeDefId::ROOT), Task::Assess(id), reads);
            assessment.measures.push(measure);
        }
        assessment.doubts = doubts;
        assessment.behind_values = values;
        self.maxima(&mut assessment, measured);
        assessment
    }

    /// What the percentages of an index are of: each scale's most, declared or the sum of its items'.
    fn maxima(&mut self, assessment: &mut Assessment, measured: &[(NodeId, Tag<'a>)]) {
        let bounds: Vec<Option<(Exact, Exact)>> = assessment.measures.iter().map(bounds).collect();
        for (measure, (_, element)) in assessment.measures.iter_mut().zip(measured) {
            let (Kind::Index(parts) | Kind::Ranking(parts)) = &mut measure.kind else { continue };
            for part in parts.iter_mut() {
                match bounds[usize::from(part.measure.0)] {
                    Some((min, max)) if min < max => (part.min, part.max) = (min, max),
                    _ => {
                        let (node, of) = measured[usize::from(part.measure.0)];
                        let name = &self.skeleton.node(node).name;
                        let message = format!("it is not known what `{name}` comes to at most");
                        self.found.push(
                            Diagnostic::error("unknown-max", element.span, message)
                                .label(of.span, "this measure")
                                .hint("write its `max`; an index and a ranking compare percentages"),
                        );
                    }
                }
            }
        }
    }
}

/// The least and the most of a measure, if they are known.
fn bounds(measure: &Measure) -> Option<(Exact, Exact)> {
    match &measure.kind {
        Kind::Scale(scale) => Some((scale.min, scale.max?)),
        Kind::Index(_) => Some((Exact::ZERO, Exact::whole(100))),
        Kind::Flag(_) => Some((Exact::ZERO, Exact::ONE)),
        Kind::Shift(shift) => Some((shift.min.unwrap_or(Exact::ZERO), shift.max?)),
        _ => None,
    }
}

struct Compiling<'c, 'a, 'f> {
    lowering: &'c mut Lowering<'a, 'f>,
    measured: &'c [(NodeId, Tag<'a>)],
    anchor: Anchor,
    reads: Vec<Read>,
    known: &'c Assessment,
    behind: &'c Behind,
    /// What is behind each value that is more than nodes.
    values: &'c mut FxHashMap<ExprId, Box<[Source]>>,
}

impl<'a> Compiling<'_, 'a, '_> {
    fn measure(&mut self, node: NodeId, element: Tag<'a>) -> Measure {
        let kind = self.kind(element);
        let decimals = self.count(element, "decimals").unwrap_or(1);
        Measure {
            node,
            name: self.lowering.skeleton.node(node).name.clone(),
            label: self.words(element, "label"),
            note: self.words(element, "note"),
            internal: self.yes(element, "internal"),
            handled: self.handled(element),
            recheck: self.recheck(element),
            span: element.span,
            kind: kind.unwrap_or_else(|| Kind::Index(Box::default())),
            decimals: decimals.min(12),
            of: element.attribute("of").map_or("", |of| of.text.trim()).into(),
            bands: self.bands(element),
            relevant: self.own_condition(node),
        }
    }

    /// Is a flag no danger, but something that has to be looked at once more?
    fn recheck(&mut self, element: Tag<'a>) -> bool {
        if element.attribute("recheck").is_some() && !is_flag(element) {
            self.only_of_flags(element, "recheck", "only a `flag` can ask for a second look");
            return false;
        }
        self.yes(element, "recheck")
    }

    fn only_of_flags(&mut self, element: Tag<'a>, key: &str, message: &'static str) {
        let Some(written) = element.attribute(key) else { return };
        let diagnostic = Diagnostic::error("unknown-key", written.span, message);
        self.lowering.found.push(diagnostic.hint(format!("take `{key}` away, or give it to the flag")));
    }

    /// The node that says what was done about a danger. It stands beside the evaluation, so nothing is read of it.
    fn handled(&mut self, element: Tag<'a>) -> Option<NodeId> {
        let written = element.attribute("handled")?;
        let form = self.lowering.skeleton;
        if !is_flag(element) {
            self.only_of_flags(element, "handled", "only a `flag` says where it is handled");
            return None;
        }
        let found = &mut *self.lowering.found;
        let name = crate::definition::references::only_reference(written.text);
        let node = match name {
            Some(name) => form.by_name.get(name).and_then(|nodes| nodes.first()).copied(),
            None => form.at(written.text.trim()),
        };
        let Some(node) = node else {
            let path = name.unwrap_or(written.text);
            let diagnostic = crate::form::binds::unknown(form, path, written.span, found);
            found.push(diagnostic);
            return None;
        };
        if form.node(node).scope != ScopeDefId::ROOT {
            let message = format!("`{}` stands in a repeat", form.node(node).name);
            found.push(
                Diagnostic::error("bad-reference", written.span, message)
                    .hint("name a question or a group outside of repeats: a flag is one for the whole form"),
            );
            return None;
        }
        Some(node)
    }

    fn kind(&mut self, element: Tag<'a>) -> Option<Kind> {
        let Some(written) = element.attribute("type") else {
            self.missing(element, "type", "for example `scale`, `index`, `band`");
            return None;
        };
        Some(match written.text {
            "scale" => Kind::Scale(self.scale(element)),
            "index" => Kind::Index(self.parts(element)),
            "ranking" => Kind::Ranking(self.parts(element)),
            "band" => Kind::Band(self.input_of(element, "of")?),
            "table" => Kind::Table(self.table(element)),
            "flag" => match element.attribute("value") {
                Some(written) => Kind::Flag(self.condition(written)?),
                None => {
                    self.missing(element, "value", "a condition: `${q9} >= 1`");
                    return None;
                }
            },
            "fact" => Kind::Fact {
                of: self.input_of(element, "value")?,
                test: element.attribute("test").and_then(|written| self.test(written)),
            },
            "shift" => Kind::Shift(Shift {
                of: self.input_of(element, "of")?,
                rules: self.shift_rules(element),
                stack: self.yes(element, "stack"),
                min: self.exact(element, "min"),
                max: self.exact(element, "max"),
            }),
            "agreed" => Kind::Agreed {
                first: self.input_of(element, "of")?,
                second: self.input_of(element, "second")?,
                decided: element.attribute("value").and_then(|written| self.input(written)),
            },
            "decided" => Kind::Decided {
                of: self.input_of(element, "of")?,
                instead: self.input_of(element, "value")?,
                reason: self.input_of(element, "reason")?,
            },
            other => {
                let message = format!("`{other}` is no kind of measure");
                self.lowering.found.push(
                    Diagnostic::error("unknown-type", written.span, message)
                        .did_you_mean(other, TYPES.iter().copied()),
                );
                return None;
            }
        })
    }
}

/// The rows of one kind under a measure.
fn lines<'e>(element: Tag<'e>, kind: &'static str) -> impl Iterator<Item = Tag<'e>> {
    element.elements().filter(move |child| is(*child, kind))
}
