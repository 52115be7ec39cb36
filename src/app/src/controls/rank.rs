//! All of a list, put in an order: dragged by its handle, or moved by buttons, place by place.
//!
//! Until it is touched the list's own order is shown and is no answer; one button says that it is the right one.

use std::sync::Arc;

use doorstep_engine::value::Value;
use doorstep_engine::view::{ChoiceView, Control as Kind};
use leptos::ev::PointerEvent;
use leptos::prelude::*;

use super::{Asked, Control, Frame};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::platform::{page as screen, pointer, timer};
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control =
    Control { name: "rank", takes: |question| question.control == Kind::Rank, frame: Frame::Group, show };

type Names = Vec<Arc<str>>;

/// The ranking on the screen.
#[derive(Clone, Copy)]
struct Ranking {
    asked: Asked,
    choices: Memo<Arc<[ChoiceView]>>,
    /// As it is shown: while something is dragged, as it would be.
    order: Memo<Names>,
    /// What is dragged, and the order as it would be.
    dragged: RwSignal<Option<(Arc<str>, Names)>>,
    /// What was moved last, for whoever does not see it.
    told: RwSignal<Option<Arc<str>>>,
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let (value, choices) = (asked.value(), asked.choices());
    let dragged = RwSignal::new(None::<(Arc<str>, Names)>);
    let order = Memo::new(move |_| match dragged.get() {
        Some((_, order)) => order,
        None => value.with(|value| choices.with(|choices| ordered(value, choices))),
    });
    let ranking = Ranking { asked, choices, order, dragged, told: RwSignal::new(None) };
    let list = asked.part("list");
    let is_blank = move || value.with(Value::is_blank);
    let said = move || {
        let name = ranking.told.get()?;
        let place = order.with(|order| order.iter().position(|known| *known == name))? + 1;
        Some((reader.language().words().controls.ranked)(&ranking.label(&name), place, order.with(Vec::len)))
    };
    let confirm = move |_| asked.give(Value::Choices(order.get_untracked().into()));
    view! {
        <ol class="rank" class:blank=live(is_blank) id=asked.part("list")>
            {rows(move || {
                let names = order.get();
                let list = list.clone();
                names.into_iter().map(|name| {
                    let (label, list) = (ranking.label(&name), list.clone());
                    // The label is in the key, since a row does not follow the language by itself.
                    Row::new(format!("{name} {label}"), move || row(ranking, list, name, label))
                }).collect()
            })}
        </ol>
        <p class="unseen" role="status">{live(said)}</p>
        {shown_when(is_blank, move || view! {
            <button type="button" class="button" data-action="confirm" on:click=confirm>{say(|w| w.controls.rank_right)}</button> }.into_any())}
        {shown_when(move || !is_blank(), move || super::clear_button(asked))}
    }
    .into_any()
}

fn row(ranking: Ranking, list: String, name: Arc<str>, label: String) -> impl IntoView {
    let reader = use_reader();
    let place = {
        let name = name.clone();
        Memo::new(move |_| ranking.order.with(|order| order.iter().position(|known| *known == name)))
    };
    let last = move || ranking.order.with(Vec::len).saturating_sub(1);
    let is_dragged = {
        let name = name.clone();
        move || ranking.dragged.with(|dragged| dragged.as_ref().is_some_and(|(held, _)| *held == name))
    };
    let id = |way: &str| ranking.asked.part(&format!("{way}-{name}"));
    let (up_id, down_id) = (id("up"), id("down"));
    let (up_label, down_label) = (label.clone(), label.clone());
    let (up, down) = (name.clone(), name.clone());
    let (up_focus, down_focus) = (up_id.clone(), down_id.clone());
    let held = name.clone();
    view! {
        <li class="rank-row" class:held=live(is_dragged) data-choice=name.to_string()>
            <span class="rank-place figures">{live(move || place.get().map(|place| place + 1))}</span>
            <span class="grow">{label}</span>
            <button
                type="button"
                class="button icon-only"
                id=up_id
                data-action="up"
                aria-label=live(move || (reader.language().words().controls.rank_up)(&up_label))
                aria-disabled=live(move || (place.get() == Some(0)).then_some("true"))
                on:click=move |_| ranking.step(&up, -1, &up_focus)
            >"↑"</button>
            <button
                type="button"
                class="button icon-only"
                id=down_id
                data-action="down"
                aria-label=live(move || (reader.language().words().controls.rank_down)(&down_label))
                aria-disabled=live(move || (place.get() == Some(last())).then_some("true"))
                on:click=move |_| ranking.step(&down, 1, &down_focus)
            >"↓"</button>
            // What the buttons do, for whoever drags.
            <span
                class="rank-handle"
                aria-hidden="true"
                on:pointerdown=move |event: PointerEvent| {
                    event.prevent_default();
                    pointer::hold(&event);
                    let order = ranking.order.get_untracked();
                    ranking.dragged.set(Some((held.clone(), order)));
                }
                on:pointermove=move |event: PointerEvent| ranking.drag(&list, f64::from(event.client_y()))
                on:pointerup=move |_| ranking.drop()
                on:pointercancel=move |_| ranking.dragged.set(None)
            ><Icon shape=Shape::List /></span>
        </li>
    }
}

impl Ranking {
    fn label(self, name: &str) -> String {
        let label = |choices: &Arc<[ChoiceView]>| {
            choices.iter().find(|choice| &*choice.name == name).map(|choice| choice.label.clone())
        };
        self.choices.with(label).unwrap_or_else(|| name.to_owned())
    }

    /// One place up or down; the button keeps the focus though its row goes elsewhere.
    fn step(self, name: &Arc<str>, by: isize, button: &str) {
        let order = self.order.get_untracked();
        let Some(from) = order.iter().position(|known| known == name) else { return };
        let to = from.saturating_add_signed(by).min(order.len() - 1);
        if to != from || self.asked.view.with_untracked(|view| view.value.is_blank()) {
            self.asked.give(Value::Choices(moved(&order, from, to).into()));
        }
        self.told.set(Some(name.clone()));
        let button = button.to_owned();
        timer::spawn(async move {
            timer::sleep(0).await;
            screen::focus(&button);
        });
    }

    fn drag(self, list: &str, y: f64) {
        let Some((name, order)) = self.dragged.get_untracked() else { return };
        let Some(from) = order.iter().position(|known| *known == name) else { return };
        let to = place_at(&pointer::middles(list), from, y);
        if to != from {
            self.dragged.set(Some((name, moved(&order, from, to))));
        }
    }

    fn drop(self) {
        let Some((name, order)) = self.dragged.get_untracked() else { return };
        self.asked.give(Value::Choices(order.into()));
        self.dragged.set(None);
        self.told.set(Some(name));
    }
}

/// The answer's order, with what it does not name after it; the list's own where there is no answer.
fn ordered(value: &Value, choices: &[ChoiceView]) -> Names {
    let given: &[Arc<str>] = match value {
        Value::Choices(names) => names,
        _ => &[],
    };
    let offered = |name: &&Arc<str>| choices.iter().any(|choice| choice.name == **name);
    let rest = choices.iter().map(|choice| &choice.name).filter(|name| !given.contains(name));
    given.iter().filter(offered).chain(rest).cloned().collect()
}

/// The order with what is at one place put at another.
fn moved(order: &[Arc<str>], from: usize, to: usize) -> Names {
    let mut order = order.to_vec();
    if from < order.len() {
        let taken = order.remove(from);
        order.insert(to.min(order.len()), taken);
    }
    order
}

/// The place of what is dragged to a height: after every other row whose middle is above it.
fn place_at(middles: &[f64], dragged: usize, y: f64) -> usize {
    middles.iter().enumerate().filter(|(place, middle)| *place != dragged && **middle < y).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &str) -> Names {
        all.split(' ').map(Arc::from).collect()
    }

    #[test]
    fn what_is_moved_lies_where_it_was_put_and_the_rest_stays_in_order() {
        let order = names("a b c d");
        assert_eq!(moved(&order, 3, 0), names("d a b c"));
        assert_eq!(moved(&order, 0, 2), names("b c a d"));
        assert_eq!(moved(&order, 1, 9), names("a c d b"));
        assert_eq!(moved(&order, 9, 0), order);
    }

    #[test]
    fn a_row_is_dragged_past_another_once_it_is_past_its_middle() {
        let middles = [30.0, 90.0, 150.0];
        assert_eq!(place_at(&middles, 0, 89.0), 0);
        assert_eq!(place_at(&middles, 0, 91.0), 1);
        assert_eq!(place_at(&middles, 0, 999.0), 2);
        assert_eq!(place_at(&middles, 2, 31.0), 1);
        assert_eq!(place_at(&middles, 2, -5.0), 0);
    }

    #[test]
    fn the_answers_order_stands_before_what_it_does_not_name_and_without_what_is_gone() {
        let choices: Vec<ChoiceView> = ["a", "b", "c"]
            .map(|name| ChoiceView { name: name.into(), label: name.into(), media: None })
            .into();
        let value = Value::Choices(names("c gone a").into());
        assert_eq!(ordered(&value, &choices), names("c a b"));
        assert_eq!(ordered(&Value::Blank, &choices), names("a b c"));
    }
}
