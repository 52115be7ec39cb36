//! The engine as the page of `cargo xtask bench` sees it: a form is opened from its text, answered by paths, and read back.
//!
//! Beside the app's `platform/` this is the only place that names wasm-bindgen: the page measures the engine alone, in the
//! same build profile as the app, without the app around it. What changed is read back as text in here, as the app
//! does: a peer's client is JavaScript, ours is wasm.

#[path = "../../assessment.rs"]
mod data;
#[path = "../../forms.rs"]
mod forms;

mod assessment;

use doorstep_engine::view::{Item, Key};
use doorstep_engine::{Bundle, Changes, DataType, Form, Session, Source, Value, World};
use forms::Shape;
use wasm_bindgen::prelude::*;

fn shape(name: &str) -> Result<Shape, JsError> {
    let found = Shape::ALL.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, shape)| shape).ok_or_else(|| JsError::new(&format!("there is no shape {name}")))
}

/// The form as an XForm.
#[wasm_bindgen]
pub fn xform(name: &str, n: usize) -> Result<String, JsError> {
    Ok(shape(name)?.xform(n))
}

/// The form as SurveyJS says the same, if it can.
#[wasm_bindgen]
pub fn survey_js(name: &str, n: usize) -> Result<Option<String>, JsError> {
    Ok(shape(name)?.survey_js(n))
}

/// A form being answered.
#[wasm_bindgen]
pub struct Opened {
    session: Session,
    /// Places that the page has asked for, by the number it got.
    places: Vec<Key>,
    /// How many bytes of text were read back, so that no reading can be left out.
    read: usize,
}

#[wasm_bindgen]
impl Opened {
    /// From an XForm, in UTF-8, to the first answer possible.
    pub fn load(xform: Vec<u8>) -> Result<Opened, JsError> {
        let text = String::from_utf8(xform).map_err(|_| JsError::new("the form is not UTF-8"))?;
        let checked = Form::read(&Bundle::single(Source::new("form.xml", text)));
        let Some(form) = checked.form else {
            let first = checked.diagnostics.first().map_or("no form", |found| &found.message);
            return Err(JsError::new(first));
        };
        let session = Session::new(form, World { seed: 1, ..World::default() });
        Ok(Opened { session, places: Vec::new(), read: 0 })
    }

    /// A number for the node at a path.
    pub fn place(&mut self, path: &str) -> Result<usize, JsError> {
        let key = self.session.at(path).ok_or_else(|| JsError::new(&format!("there is no {path}")))?;
        self.places.push(key);
        Ok(self.places.len() - 1)
    }

    /// Gives an answer and reads back all that it changed; says how many values that were.
    pub fn answer(&mut self, place: usize, text: &str) -> Result<usize, JsError> {
        let changes = self.session.answer_text(self.places[place], text);
        let changes = changes.map_err(|error| JsError::new(&format!("{error:?}")))?;
        Ok(self.read_back(&changes))
    }

    /// Adds an instance to a repeat and reads back all that it changed.
    pub fn add_repeat(&mut self, place: usize) -> Result<usize, JsError> {
        let changes = self.session.add_repeat(self.places[place]);
        let changes = changes.map_err(|error| JsError::new(&format!("{error:?}")))?;
        Ok(self.read_back(&changes))
    }

    /// Reads the choices that a question offers now, names and labels.
    pub fn choices(&mut self, place: usize) -> usize {
        let view = self.session.question(self.places[place]);
        view.map_or(0, |view| {
            self.read +=
                view.choices.iter().map(|choice| choice.name.len() + choice.label.len()).sum::<usize>();
            view.choices.len()
        })
    }

    /// How many bytes were read back in all.
    pub fn bytes_read(&self) -> usize {
        self.read
    }

    /// A node's value.
    pub fn value(&self, place: usize) -> String {
        self.session.value(self.places[place]).map_or_else(String::new, Value::to_text)
    }

    /// Every question that takes typed text, by its path, and whether it wants a number: one a line, `text /path`.
    pub fn questions(&self) -> String {
        let mut lines = String::new();
        let mut open: Vec<Item> =
            self.session.pages().into_iter().flat_map(|page| page.items).rev().collect();
        while let Some(item) = open.pop() {
            match item {
                Item::Question(key) => {
                    let view =
                        self.session.question(key).filter(|view| !view.readonly && view.choices.is_empty());
                    let kind = view.and_then(|view| match view.data_type {
                        DataType::Text => Some("text"),
                        DataType::Integer | DataType::Decimal => Some("number"),
                        _ => None,
                    });
                    if let Some(kind) = kind {
                        lines += &format!("{kind} {}\n", self.session.path(key));
                    }
                }
                Item::Group(key) => open.extend(self.session.children(key).into_iter().rev()),
                Item::Repeat(key) => {
                    let instances = self.session.repeat(key).map(|view| view.instances).unwrap_or_default();
                    open.extend(
                        instances
                            .iter()
                            .flat_map(|instance| self.session.children(instance.key))
                            .rev()
                            .collect::<Vec<_>>(),
                    );
                }
            }
        }
        lines
    }
}

impl Opened {
    fn read_back(&mut self, changes: &Changes) -> usize {
        for key in &changes.nodes {
            self.read += self.session.value(*key).map_or(0, |value| value.text().len());
        }
        changes.nodes.len()
    }
}
