//! The assessment: `ds:assessment` in the model, a `ds:measure` each with its items, parts, bands and rules.
//!
//! Columns are attributes; words are `ds:label` and `ds:note`; what a rule asks of an input is a `ds:if`.

use super::super::assessment::{Lines, MeasureRows};
use super::super::rows::{Group, Item, Row};
use super::Lowering;
use crate::source::Written;
use crate::xml::{Element, Name, Namespace};

impl Lowering<'_> {
    /// The whole of it; none if there are no measures.
    pub(super) fn assessment(&mut self) -> Option<Element> {
        let form = self.form;
        let first = form.assessment.first()?;
        let mut assessment = Element::new(own("assessment"), first.row.place);
        if let Some(services) = form.settings.plain("services") {
            assessment = assessment.with(Name::plain("services"), services.clone());
        }
        for measure in &form.assessment {
            assessment.push(self.measure(measure));
        }
        Some(assessment)
    }

    fn measure(&mut self, measure: &MeasureRows) -> Element {
        let path = self.path_of(&measure.name);
        let id = format!("assessment:{}", measure.name.text);
        let mut element = Element::new(own("measure"), measure.row.place)
            .with(Name::plain("ref"), Written::plain(&path, measure.name.span));
        for name in super::super::assessment::MEASURE {
            if matches!(*name, "name" | "label" | "note" | "relevant") {
                continue;
            }
            if let Some(words) = measure.row.plain(name) {
                element = element.with(Name::plain(*name), words.clone());
            }
        }
        self.words(&mut element, &measure.row, "label", &id);
        self.words(&mut element, &measure.row, "note", &id);
        for (index, (kind, row)) in measure.lines.iter().enumerate() {
            element.push(self.line(*kind, row, &format!("{id}-{index}")));
        }
        element
    }

    fn line(&mut self, kind: Lines, row: &Row, id: &str) -> Element {
        let mut element = Element::new(own(kind.element()), row.place);
        for cell in &row.cells {
            let name = &*cell.column.name;
            let of_rule = kind.columns().contains(&name) || matches!(name, "label" | "measure");
            if cell.column.group != Group::If && kind.columns().contains(&name) && name != "label" {
                element = element.with(Name::plain(name), cell.words.clone());
            } else if kind == Lines::Rules && (cell.column.group == Group::If || !of_rule) {
                let test = Element::new(own("if"), cell.words.span)
                    .with(Name::plain("input"), Written::plain(name, cell.words.span))
                    .with(Name::plain("test"), cell.words.clone());
                element.push(test);
            }
        }
        self.words(&mut element, row, "label", id);
        element
    }

    /// Words in the element, or in the itext.
    fn words(&mut self, element: &mut Element, row: &Row, name: &str, id: &str) {
        let texts = row.texts(Group::Plain, name);
        let Some(first) = texts.first() else { return };
        let mut words = Element::new(own(name), first.span);
        match self.in_itext(&texts) {
            true => {
                let id = format!("{id}:{name}");
                self.itext.add(&id, None, &texts, &self.default_language);
                let reference = format!("jr:itext('{id}')");
                words = words.with(Name::plain("ref"), Written::plain(&reference, first.span));
            }
            false => super::say(&mut words, first),
        }
        element.push(words);
    }

    /// Where a measure's node is.
    fn path_of(&self, name: &Written) -> String {
        let mut path = None;
        Item::walk(&self.form.items, &mut |item, above| {
            if path.is_none() && item.name.text == name.text {
                let mut steps: Vec<String> = above.iter().map(|item| item.name.text.to_string()).collect();
                steps.push(item.name.text.to_string());
                path = Some(format!("/{}/{}", self.root.text, steps.join("/")));
            }
        });
        path.unwrap_or_default()
    }
}

/// A name of Doorstep's own.
fn own(local: &str) -> Name {
    Name::new(Namespace::Doorstep, local)
}
