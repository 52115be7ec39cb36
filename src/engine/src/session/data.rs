//! Answers as JSON and back, and the paths that name them.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Number, Value as Json};

use crate::form::{Form, NodeKind};
use crate::session::{Extent, Session, World};
use crate::value::{DataType, Value};
use crate::view::{Key, NodeId, ScopeId};

/// Why answers could not be taken up again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestoreError {
    /// Where, as [`Session::path`] writes it. Holds no answers.
    pub path: String,
    /// What is wrong there. Holds no answers.
    pub reason: String,
}

impl std::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

impl std::error::Error for RestoreError {}

impl Session {
    /// Opens the form with the answers that [`Session::data`] gave, of the same form. A name that the form
    /// does not have, or a value that is no JSON of its type, is an error and names the place.
    pub fn restore(form: Arc<Form>, world: World, data: &Json) -> Result<Session, RestoreError> {
        let mut session = Session::blank(form, world);
        let root = session.form.id.to_string();
        let top = data.as_object().filter(|top| top.len() == 1).and_then(|top| top.get(&root));
        let Some(top) = top else {
            return Err(RestoreError {
                path: format!("/{root}"),
                reason: "the answers must be one object of this name".into(),
            });
        };
        session.restoring = true;
        session.start(ScopeId(0));
        session.fill(ScopeId(0), NodeId(0), top)?;
        // Fixed defaults were set anew: what was cleared is not in the data and stays cleared.
        session.settle();
        session.gone_on();
        Ok(session)
    }

    fn fill(&mut self, scope: ScopeId, parent: NodeId, data: &Json) -> Result<(), RestoreError> {
        let here = Key { scope, node: parent };
        let Some(object) = data.as_object() else {
            return Err(self.refuse(here, "an object is expected here"));
        };
        let form = self.form.clone();
        let known = |name: &str| form.child_names.get(parent, name).is_some();
        let again = |name: &str| form.children_of(parent).any(|node| *own_name(&form, node) == *name);
        if let Some(name) = object.keys().find(|name| !known(name) && !again(name)) {
            // The name is the sender's: it may be anything, so only its length is told.
            let reason = format!("a name of {} characters is not in the form", name.chars().count());
            return Err(self.refuse(here, &reason));
        }
        for node in form.children_of(parent) {
            let key = Key { scope, node };
            let data = object.get(&*own_name(&form, node));
            match (form.node(node).kind, data) {
                (NodeKind::Group, Some(data)) => self.fill(scope, node, data)?,
                // Fixed defaults below must go too.
                (NodeKind::Group, None) => self.fill(scope, node, &Json::Object(Map::new()))?,
                (NodeKind::Repeat { .. }, Some(data)) => self.fill_repeat(key, data)?,
                (NodeKind::Repeat { .. }, None) => {}
                (NodeKind::Leaf(data_type), Some(data)) => {
                    let computed = form.is_computed(node);
                    let read = read_json(data_type, computed, data);
                    let value = read.and_then(|value| self.in_list_order(node, value).ok());
                    match value {
                        Some(value) => self.offer(scope, node, value),
                        // It is calculated again anyway.
                        None if computed => {}
                        None => {
                            let reason = match form.node(node).body.choices {
                                Some(_) => "this is not among the choices".to_owned(),
                                None => format!("this is not a value of type {}", data_type.name()),
                            };
                            return Err(self.refuse(key, &reason));
                        }
                    }
                }
                (NodeKind::Leaf(_), None) => {
                    if !form.is_computed(node) {
                        self.put(scope, node, Value::Blank);
                    }
                }
                (NodeKind::Attribute, _) => {}
            }
        }
        Ok(())
    }

    fn fill_repeat(&mut self, key: Key, data: &Json) -> Result<(), RestoreError> {
        let Some(instances) = data.as_array() else {
            return Err(self.refuse(key, "a list is expected here"));
        };
        for (index, data) in instances.iter().enumerate() {
            let scope = match self.instance.instances(key.scope, key.node).get(index) {
                Some(scope) => *scope,
                None if !self.has_room(key.scope, key.node) => {
                    return Err(self.refuse(key, "there are too many"));
                }
                None => self.grow(key.scope, key.node, false),
            };
            self.fill(scope, key.node, data)?;
        }
        Ok(())
    }

    fn refuse(&self, key: Key, reason: &str) -> RestoreError {
        RestoreError { path: self.path(key), reason: reason.to_owned() }
    }

    /// The answers as JSON, in document order, groups as objects, repeats as arrays of objects; blank left out.
    /// Text, dates, choices, places: strings. Integers, decimals and calculated numbers: numbers. Booleans: booleans.
    /// `select_multiple`: array of strings. Unread text (drafts only): `{"unread": "…"}`.
    pub fn data(&self, extent: Extent) -> Json {
        let mut top = Map::new();
        top.insert(self.form.id.to_string(), Json::Object(self.object(ScopeId(0), NodeId(0), extent)));
        Json::Object(top)
    }

    fn object(&self, scope: ScopeId, parent: NodeId, extent: Extent) -> Map<String, Json> {
        let mut object = Map::new();
        for node in self.form.children_of(parent) {
            let hidden = extent == Extent::Relevant && !self.instance.relevant(scope, node);
            if hidden || self.form.node(node).implied {
                continue;
            }
            let json = match self.form.node(node).kind {
                NodeKind::Group => {
                    let inner = self.object(scope, node, extent);
                    (!inner.is_empty()).then_some(Json::Object(inner))
                }
                NodeKind::Repeat { .. } => {
                    let instances = self.instance.instances(scope, node);
                    let each = |scope: &ScopeId| Json::Object(self.object(*scope, node, extent));
                    (!instances.is_empty()).then(|| instances.iter().map(each).collect())
                }
                NodeKind::Leaf(_) => {
                    let value = match extent {
                        Extent::All => self.instance.given(scope, node),
                        Extent::Relevant => self.instance.kept(scope, node),
                    };
                    to_json(value, extent)
                }
                NodeKind::Attribute => None,
            };
            if let Some(json) = json {
                object.insert(own_name(&self.form, node).into_owned(), json);
            }
        }
        object
    }

    /// Where a node is, for people, logs and drafts: `/household-needs/members[2]/name`. Holds no answers.
    pub fn path(&self, key: Key) -> String {
        if !self.instance.holds(&self.form, key.scope, key.node) {
            return "/".into();
        }
        let node = self.form.node(key.node);
        if key.node == NodeId(0) {
            return format!("/{}", node.name);
        }
        let own = self.instance.own_node(key.scope) == key.node;
        let (outer, place) = match own {
            true => (self.instance.up(key.scope, 1), format!("[{}]", self.instance.position(key.scope))),
            false => (key.scope, String::new()),
        };
        let name = own_name(&self.form, key.node);
        format!("{}/{name}{place}", self.path(Key { scope: outer, node: node.parent }))
    }

    /// The node at such a path.
    pub fn at(&self, path: &str) -> Option<Key> {
        let mut parts = path.strip_prefix('/')?.split('/');
        if parts.next()? != &*self.form.node(NodeId(0)).name {
            return None;
        }
        let mut at = Key { scope: ScopeId(0), node: NodeId(0) };
        for part in parts {
            let (name, place) = match part.split_once('[') {
                Some((name, place)) => (name, Some(place.strip_suffix(']')?.parse::<usize>().ok()?)),
                None => (part, None),
            };
            let node = self.form.child_names.get(at.node, name)?;
            if !self.instance.holds(&self.form, at.scope, node) {
                return None;
            }
            let repeat = matches!(self.form.node(node).kind, NodeKind::Repeat { .. });
            if place.is_some() && !repeat {
                let again = self.form.children_of(at.node).find(|node| *own_name(&self.form, *node) == *part);
                at.node = again?;
                continue;
            }
            at = Key { scope: at.scope, node };
            if let Some(place) = place {
                at.scope = *self.instance.instances(at.scope, node).get(place.checked_sub(1)?)?;
            }
        }
        Some(at)
    }
}

impl Form {
    /// The data type of every node that can hold an answer, by its path without places (`/visit/members/age`), in document order:
    /// for whoever gives [`Session::data`] another shape.
    pub fn data_types(&self) -> Vec<(String, DataType)> {
        let mut found = Vec::new();
        let mut open = vec![(NodeId(0), format!("/{}", self.node(NodeId(0)).name))];
        while let Some((node, path)) = open.pop() {
            match self.node(node).kind {
                NodeKind::Leaf(data_type) => found.push((path, data_type)),
                NodeKind::Group | NodeKind::Repeat { .. } => {
                    let inner = self
                        .children_of(node)
                        .map(|child| (child, format!("{path}/{}", own_name(self, child))));
                    open.extend(inner.collect::<Vec<_>>().into_iter().rev());
                }
                NodeKind::Attribute => {}
            }
        }
        found
    }
}

/// A node's name; of the second of that name beside each other, that are no repeat, `name[2]`.
fn own_name(form: &Form, node: NodeId) -> Cow<'_, str> {
    let this = form.node(node);
    let first = form.child_names.get(this.parent, &this.name);
    match first.is_none_or(|first| first == node) {
        true => Cow::Borrowed(&this.name),
        false => {
            let before = form.children_of(this.parent).take_while(|other| *other != node);
            let place = before.filter(|other| form.node(*other).name == this.name).count() + 1;
            Cow::Owned(format!("{}[{place}]", this.name))
        }
    }
}

fn to_json(value: &Value, extent: Extent) -> Option<Json> {
    Some(match value {
        Value::Blank => return None,
        Value::Unread(text) => match extent {
            Extent::All => serde_json::json!({"unread": &**text}),
            Extent::Relevant => return None,
        },
        Value::Integer(number) => Json::Number((*number).into()),
        Value::Decimal(number) => decimal(*number),
        Value::Boolean(value) => Json::Bool(*value),
        Value::Choices(names) => names.iter().map(|name| Json::String(name.to_string())).collect(),
        Value::Text(text)
        | Value::Time(text)
        | Value::DateTime(text)
        | Value::Geo(text)
        | Value::Choice(text)
        | Value::Attachment(text) => Json::String(text.to_string()),
        Value::Date(date) => Json::String(date.to_string()),
    })
}

/// A whole number is written without a point; what JSON has no number for is written as XPath's text.
fn decimal(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Json::Number((number as i64).into())
    } else {
        Number::from_f64(number).map_or_else(|| Json::String(crate::value::number_text(number)), Json::Number)
    }
}

/// The value that JSON holds, if it is one of the type. A calculation keeps numbers as numbers.
fn read_json(data_type: DataType, calculated: bool, data: &Json) -> Option<Value> {
    if let Some(unread) =
        data.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("unread"))
    {
        return unread.as_str().map(|text| Value::Unread(text.into()));
    }
    match (data_type, data) {
        (DataType::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
        (DataType::Decimal, Json::Number(number)) => number.as_f64().map(Value::Decimal),
        (DataType::Boolean, Json::Bool(value)) => Some(Value::Boolean(*value)),
        // A calculation keeps numbers as numbers.
        (DataType::Text, Json::Number(number)) if calculated => number.as_f64().map(Value::Decimal),
        (DataType::Text, Json::Bool(value)) if calculated => Some(Value::Boolean(*value)),
        (DataType::Choices, Json::Array(names)) => {
            let names: Option<Vec<Arc<str>>> =
                names.iter().map(|name| name.as_str().map(Arc::from)).collect();
            names.map(|names| if names.is_empty() { Value::Blank } else { Value::Choices(names.into()) })
        }
        (DataType::Choices | DataType::Integer | DataType::Decimal | DataType::Boolean, _) => None,
        (DataType::Choice, Json::String(text)) if !text.is_empty() => {
            Some(Value::Choice(text.as_str().into()))
        }
        (_, Json::String(text)) => match Value::read(data_type, text) {
            Value::Unread(_) => None,
            value => Some(value),
        },
        _ => None,
    }
}
