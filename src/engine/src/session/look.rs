//! Evaluations over the session's instance: for computations, and for what a screen shows.

use std::sync::Arc;

use crate::expr::eval::{Eval, MAX_WORK};
use crate::form::{Choices, TextId};
use crate::session::Session;
use crate::value::Value;
use crate::view::{ChoiceView, Control, Key, NodeId, ScopeId};

impl Session {
    /// An evaluation at a node, that may draw random numbers.
    pub(super) fn eval(&self, scope: ScopeId, node: NodeId) -> Eval<'_> {
        Eval::at(
            &self.form,
            &self.instance,
            &self.trees,
            &self.world,
            &self.random,
            self.language,
            scope,
            node,
            &self.left,
        )
    }

    /// An evaluation that changes nothing: random numbers are drawn from a copy.
    pub(super) fn look(&self, scope: ScopeId, node: NodeId) -> Eval<'_> {
        self.seen.set(self.random.get());
        if !self.busy {
            self.left.set(MAX_WORK);
        }
        Eval { random: &self.seen, ..self.eval(scope, node) }
    }

    /// Words in the reader's language with their outputs filled in; empty if there are none.
    pub(super) fn words(&self, text: Option<TextId>, key: Key) -> String {
        text.map(|text| self.look(key.scope, key.node).words(text)).unwrap_or_default()
    }

    /// The choices that a question offers now.
    pub(super) fn choices(&self, key: Key, choices: &Choices) -> Arc<[ChoiceView]> {
        let fixed = match choices {
            Choices::Listed(_) => false,
            Choices::Itemset(itemset) => itemset.whole && !itemset.shuffled,
        };
        if let (true, Some(views)) = (fixed, self.choice_views.borrow().get(&key.node)) {
            return views.clone();
        }
        let eval = self.look(key.scope, key.node);
        let mut views = Vec::new();
        eval.each_choice(choices, &mut |name, label| {
            let media = eval.choice_media(&label);
            let label = eval.choice_label(&label).unwrap_or_else(|| name.to_string());
            views.push(ChoiceView { name, label, media });
            true
        });
        let views: Arc<[ChoiceView]> = views.into();
        if fixed {
            self.choice_views.borrow_mut().insert(key.node, views.clone());
        }
        views
    }

    /// The values that a question offers now, in order.
    fn offered(&self, Key { scope, node }: Key) -> Vec<Arc<str>> {
        let mut offered = Vec::new();
        if let Some(choices) = &self.form.node(node).body.choices {
            self.eval(scope, node).each_choice(choices, &mut |name, _| {
                offered.push(name);
                true
            });
        }
        offered
    }

    /// Selected names of items that answers make, in the order in which they are offered; others after them.
    pub(super) fn in_offered_order(&self, key: Key, value: Value) -> Value {
        let body = &self.form.node(key.node).body;
        let made = matches!(&body.choices, Some(Choices::Itemset(itemset)) if itemset.list.is_none());
        match value {
            Value::Choices(names) if made && body.control != Some(Control::Rank) => {
                let offered = self.offered(key);
                let place = |name: &Arc<str>| offered.iter().position(|known| known == name);
                let mut names = names.to_vec();
                crate::order::sort_by_key(&mut names, |name| place(name).unwrap_or(usize::MAX));
                Value::Choices(names.into())
            }
            other => other,
        }
    }

    /// Is it the order of some only of what a rank offers?
    pub(super) fn leaves_out(&self, key: Key, value: &Value) -> bool {
        if !self.busy {
            self.left.set(MAX_WORK);
        }
        match (self.form.node(key.node).body.control, value) {
            (Some(Control::Rank), Value::Choices(names)) => {
                self.offered(key).iter().any(|offered| !names.contains(offered))
            }
            _ => false,
        }
    }

    /// An order that was given, of what is offered now: what is new comes last.
    fn ranked(&self, key: Key, given: &[Arc<str>]) -> Value {
        let offered = self.offered(key);
        let kept = given.iter().filter(|name| offered.contains(name));
        let new = offered.iter().filter(|name| !given.contains(name));
        let names: Vec<Arc<str>> = kept.chain(new).cloned().collect();
        if names.is_empty() { Value::Blank } else { Value::Choices(names.into()) }
    }

    /// Writes a value; names that the choices do not offer now are withheld.
    pub(super) fn offer(&mut self, scope: ScopeId, node: NodeId, given: Value) {
        let choices = &self.form.node(node).body.choices;
        let filtered = matches!(choices, Some(Choices::Itemset(itemset)) if !itemset.whole);
        if !filtered || given.is_blank() {
            let cell = self.instance.cell(scope, node);
            self.instance.withhold(cell, None);
            self.put(scope, node, given);
            return;
        }
        let form = self.form.clone();
        if let (Some(Control::Rank), Value::Choices(names)) = (form.node(node).body.control, &given) {
            let left = self.ranked(Key { scope, node }, names);
            let cell = self.instance.cell(scope, node);
            self.instance.withhold(cell, (left != given).then_some(given));
            return self.put(scope, node, left);
        }
        let names: &[Arc<str>] = match &given {
            Value::Choice(name) => std::slice::from_ref(name),
            Value::Choices(names) => names,
            _ => &[],
        };
        let mut offered = vec![false; names.len()];
        let mut missing = names.len();
        // What a list that grows does not have yet no filter can speak of.
        if let Some(Choices::Itemset(itemset)) = &form.node(node).body.choices
            && let Some(list) = itemset.list.as_ref().filter(|list| self.lives(list.tree))
        {
            for (offered, name) in offered.iter_mut().zip(names) {
                *offered = list.find(&self.trees[usize::from(list.tree.0)], name).is_none();
                missing -= usize::from(*offered);
            }
        }
        if let Some(choices) = &form.node(node).body.choices {
            self.eval(scope, node).each_choice(choices, &mut |name, _| {
                for (place, wanted) in names.iter().enumerate() {
                    if !offered[place] && *wanted == name {
                        offered[place] = true;
                        missing -= 1;
                    }
                }
                missing > 0
            });
        }
        let left = match &given {
            all if missing == 0 => all.clone(),
            Value::Choices(names) => {
                let left: Vec<Arc<str>> = names
                    .iter()
                    .zip(&offered)
                    .filter(|(_, offered)| **offered)
                    .map(|(name, _)| name.clone())
                    .collect();
                if left.is_empty() { Value::Blank } else { Value::Choices(left.into()) }
            }
            _ => Value::Blank,
        };
        let cell = self.instance.cell(scope, node);
        self.instance.withhold(cell, (left != given).then_some(given));
        self.put(scope, node, left);
    }
}

#[cfg(test)]
mod tests {
    use crate::session::World;
    use crate::source::Source;
    use crate::view::ChoiceView;
    use crate::{Bundle, Form, Session};

    #[test]
    fn a_choice_has_its_picture_in_the_readers_language_and_the_form_carries_it() {
        let text = r#"{"settings": {"form_id": "f", "version": "1", "title": {"zh": "表", "en": "F"}, "default_language": "zh"},
            "choices": {"house": [{"name": "flat", "label": {"zh": "楼房", "en": "Flat"}, "image": {"zh": "a.svg", "en": "b.svg"}},
                {"name": "none", "label": {"zh": "没有", "en": "None"}}]},
            "survey": [{"type": "select_one house", "name": "q", "label": {"zh": "房", "en": "House"}, "appearance": "image-map", "image": "map.svg"},
                {"type": "select_one house", "name": "head", "label": {"zh": "头", "en": "Head"}, "appearance": "label"}]}"#;
        let bundle =
            Bundle::gather(Source::new("form.json", text), |name| Some(format!("<svg><!--{name}--></svg>")));
        let read = Form::read(&bundle);
        let form = read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        let mut session = Session::new(form, World::default());
        let key = session.nodes().into_iter().find(|key| session.path(*key) == "/f/q").expect("it is there");
        let images = |session: &Session| -> Vec<Option<String>> {
            let view = session.question(key).expect("it is there");
            let image = |choice: &ChoiceView| {
                let (form, address) = choice.media.as_ref()?.first()?;
                (&**form == "image").then(|| address.to_string())
            };
            view.choices.iter().map(image).collect()
        };
        assert_eq!(images(&session), [Some("jr://images/a.svg".to_owned()), None]);
        session.set_language("en");
        assert_eq!(images(&session), [Some("jr://images/b.svg".to_owned()), None]);
        let drawn = |address: &str| session.form().picture(address).map(str::to_owned);
        assert_eq!(drawn("jr://images/map.svg").as_deref(), Some("<svg><!--map.svg--></svg>"));
        assert_eq!(drawn("jr://images/photo.jpg"), None);
        // What only heads a table is not asked.
        assert_eq!(session.pages().first().map(|page| page.progress.askable), Some(1));
    }

    #[test]
    fn a_range_has_the_words_of_its_ticks_and_keeps_any_number_and_a_barcode_is_known_as_one() {
        let text = r#"{"settings": {"form_id": "f", "version": "1", "title": "F"}, "choices": {"pain": [{"name": "0", "label": "None"}, {"name": "10", "label": "Much"}]},
            "survey": [{"type": "range", "name": "r", "label": "R", "parameters": "start=0 end=10 step=1 tick_interval=10 tick_labelset=pain"},
                {"type": "barcode", "name": "b", "label": "B"}]}"#;
        let form = Form::read(&Bundle::single(Source::new("form.json", text))).form.expect("it is one");
        let mut session = Session::new(form, World::default());
        let keys = session.nodes();
        let key =
            |name: &str| keys.iter().copied().find(|key| session.path(*key) == name).expect("it is there");
        let (range, code) = (key("/f/r"), key("/f/b"));
        let words: Vec<String> = session
            .question(range)
            .expect("it is there")
            .choices
            .iter()
            .map(|tick| tick.label.clone())
            .collect();
        assert_eq!(words, ["None", "Much"]);
        session.answer(range, crate::Value::Integer(7)).expect("it is taken");
        assert_eq!(session.value(range), Some(&crate::Value::Integer(7)));
        assert!(
            session.question(code).is_some_and(|view| view.is_code)
                && !session.question(range).is_some_and(|view| view.is_code)
        );
    }
}
