//! The assessment: its measures with their items, parts, bands and rules, as rows again.
//!
//! Only Doorstep reads them. In a workbook they are sheets of their own, which pyxform passes over; in form JSON they are nested.

use super::Losses;
use super::model::Model;
use super::table::Row;
use super::texts::{Kind, Texts};
use crate::definition::assessment::{GROUP, Lines};
use crate::definition::columns;
use crate::xml::{Attribute, Element, Name, Namespace};

/// A measure, and what belongs to it.
pub(crate) struct Measure {
    pub row: Row,
    pub lines: Vec<(Lines, Line)>,
}

/// An item, part, band or rule.
pub(crate) struct Line {
    pub row: Row,
    /// What a rule asks of its inputs.
    pub tests: Vec<(String, String)>,
}

/// All measures, in order.
pub(super) fn measures(form: &Model<'_>, texts: &Texts<'_, '_>, losses: &mut Losses) -> Vec<Measure> {
    let all = elements(form.model).collect::<Vec<&Element>>();
    all.into_iter().map(|element| Reader { form, texts, losses }.measure(element)).collect()
}

/// The catalogue of services that the answers are matched to, as the setting `services` names it.
pub(super) fn services(model: &Element) -> Option<&str> {
    let assessment = model.elements().find(|element| element.name == own("assessment"))?;
    assessment.attribute("services").map(|services| &*services.text)
}

fn elements(model: &Element) -> impl Iterator<Item = &Element> {
    let assessment = model.elements().find(|element| element.name == own("assessment"));
    assessment.into_iter().flat_map(Element::elements).filter(|element| element.name == own("measure"))
}

fn own(local: &str) -> Name {
    Name::new(Namespace::Doorstep, local)
}

/// Is a node that of a measure?
pub(super) fn is_measure(form: &Model<'_>, node: usize) -> bool {
    let path = form.nodes[node].path.as_str();
    elements(form.model).any(|measure| measure.attribute("ref").is_some_and(|written| *written.text == *path))
}

/// Is a node the group of measures that nobody placed, which whoever reads the measures makes again?
pub(super) fn is_their_group(form: &Model<'_>, node: usize) -> bool {
    let group = &form.nodes[node];
    let is_measure = |child: &usize| {
        let child = &form.nodes[*child];
        let said = child.binds.iter().flat_map(|bind| &bind.attributes);
        let plain = said.map(|attribute| attribute.name.written());
        let plain = plain.into_iter().all(|name| matches!(&*name, "nodeset" | "type" | "relevant"));
        plain
            && child.control.is_none()
            && child.children.is_empty()
            && elements(form.model)
                .any(|measure| measure.attribute("ref").is_some_and(|path| *path.text == *child.path))
    };
    group.name == GROUP
        && group.parent == Some(0)
        && group.binds.is_empty()
        && !group.children.is_empty()
        && group.children.iter().all(is_measure)
}

struct Reader<'a, 'b, 'l> {
    form: &'b Model<'a>,
    texts: &'b Texts<'a, 'b>,
    losses: &'l mut Losses,
}

impl Reader<'_, '_, '_> {
    fn measure(&mut self, element: &Element) -> Measure {
        let path = element.attribute("ref").map_or("", |path| &path.text);
        let node = self.form.by_path.get(path).copied().unwrap_or(0);
        let mut row = Row::new(element.span);
        row.set("type", element.attribute("type").map_or("", |kind| &kind.text));
        row.set("name", path.rsplit('/').next().unwrap_or(path));
        self.words(element, node, &mut row);
        self.attributes(element, node, &["ref", "type"], &mut row);
        // What the survey places has its condition there.
        let hidden = self.form.nodes[node].parent.is_some_and(|parent| is_their_group(self.form, parent));
        let relevant = self.form.bind(node, &Namespace::None, "relevant").filter(|_| hidden);
        row.set("relevant", relevant.map_or_else(String::new, |said| self.form.named(&said.text, node)));
        let lines = element.elements().filter_map(|child| {
            let kind = Lines::ALL.into_iter().find(|kind| child.name == own(kind.element()))?;
            Some((kind, self.line(child, node)))
        });
        Measure { row, lines: lines.collect() }
    }

    fn line(&mut self, element: &Element, node: usize) -> Line {
        let mut row = Row::new(element.span);
        self.attributes(element, node, &[], &mut row);
        self.words(element, node, &mut row);
        let of = |test: &Element, name: &str| test.attribute(name).map_or("", |said| &said.text).to_owned();
        let tests = element.elements().filter(|child| child.name == own("if"));
        let tests = tests.map(|test| (of(test, "input"), self.form.named(&of(test, "test"), node)));
        Line { row, tests: tests.collect() }
    }

    fn attributes(&self, element: &Element, node: usize, without: &[&str], row: &mut Row) {
        for Attribute { name, value } in &element.attributes {
            if name.namespace == Namespace::None && !without.contains(&&*name.local) {
                row.set(&*name.local, self.form.named(&value.text, node));
            }
        }
    }

    fn words(&mut self, element: &Element, node: usize, row: &mut Row) {
        for (name, kind) in [("label", Kind::Label), ("note", Kind::Message("note"))] {
            if let Some(words) = element.elements().find(|child| child.name == own(name)) {
                self.texts.element(words, kind, node, row, self.losses);
            }
        }
    }
}

/// The sheets of a workbook, each with its rows; those that have none are left out.
pub(super) fn sheets(measures: Vec<Measure>) -> Vec<(&'static str, Vec<Row>)> {
    let mut sheets: Vec<(&'static str, Vec<Row>)> =
        std::iter::once(GROUP).chain(Lines::ALL.map(Lines::key)).map(|name| (name, Vec::new())).collect();
    for Measure { row, lines } in measures {
        let name = row.get("name").unwrap_or_default().to_owned();
        for (kind, line) in lines {
            let mut with_owner = Row::new(line.row.span).with("measure", name.as_str());
            let tests = line.tests.into_iter().map(|(input, test)| (columns::of_input(&input), test));
            for (column, text) in line.row.cells.into_iter().chain(tests) {
                with_owner.set(column, text);
            }
            sheets
                .iter_mut()
                .filter(|(sheet, _)| *sheet == kind.key())
                .for_each(|(_, rows)| rows.push(with_owner.clone()));
        }
        sheets[0].1.push(row);
    }
    sheets.retain(|(_, rows)| !rows.is_empty());
    sheets
}
