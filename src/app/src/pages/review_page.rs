//! One page of a form in the review: labels and answers as people read them.

use doorstep_engine::view::{Control, Item, PageView};
use leptos::prelude::*;

use super::turning::Turning;
use crate::components::by_hand;
use crate::components::icon::{Icon, Shape};
use crate::components::marked::marked;
use crate::controls::readable;
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::seeking::violation_words;
use crate::words::direction::Direction;

/// The page's answers. A snapshot: the review is made anew when something changes.
#[component]
pub fn ReviewPage(answering: Answering, turning: Turning, page: PageView) -> impl IntoView {
    let reader = use_reader();
    let words = reader.words_now();
    let key = page.key;
    let tongue = untrack(|| answering.other_tongue(reader).get());
    let direction = tongue.as_deref().map(|tag| Direction::of(tag).attribute());
    view! {
        <section class="card" data-review=answering.page_name(key) lang=tongue dir=direction>
            <div class="card-row">
                <h2 class="grow">{page.label.clone()}</h2>
                <button
                    type="button"
                    class="button plain"
                    aria-label=(words.edit_page)(&page.label)
                    on:click=move |_| turning.to_page(key)
                >
                    {words.edit}
                </button>
            </div>
            <div class="answers">{rows(answering, &page.items)}</div>
        </section>
    }
}

fn rows(answering: Answering, items: &[Item]) -> Vec<AnyView> {
    let mut rows = Vec::new();
    for item in items {
        match *item {
            Item::Question(key) => rows.extend(answer(answering, key)),
            Item::Group(key) => {
                let Some(group) = answering.with(|session| session.group(key)) else { continue };
                if group.relevant {
                    if !group.label.is_empty() {
                        rows.push(heading(group.label));
                    }
                    rows.extend(rows_of(answering, key));
                }
            }
            Item::Repeat(key) => {
                let Some(repeat) = answering.with(|session| session.repeat(key)) else { continue };
                if !repeat.relevant {
                    continue;
                }
                let words = use_reader().words_now();
                for instance in repeat.instances {
                    let label = if instance.label.trim().is_empty() {
                        (words.instance)(instance.position)
                    } else {
                        format!("{}. {}", instance.position, instance.label)
                    };
                    rows.push(heading(label));
                    rows.extend(rows_of(answering, instance.key));
                }
            }
        }
    }
    rows
}

fn rows_of(answering: Answering, key: doorstep_engine::view::Key) -> Vec<AnyView> {
    rows(answering, &answering.children(key))
}

fn heading(label: String) -> AnyView {
    view! { <h3 class="group-line">{label}</h3> }.into_any()
}

/// A question's row. What was left out though it may be is not listed: nobody has to check it.
fn answer(answering: Answering, key: doorstep_engine::view::Key) -> Option<AnyView> {
    let question = answering.with(|session| session.question(key)).filter(|question| question.relevant)?;
    let words = use_reader().words_now();
    // What a form warns of is read once more before the end.
    if question.control == Control::Note && question.appearance.iter().any(|look| **look == *"warning") {
        let name = question.name.to_string();
        return Some(
            view! { <p class="notice warn" data-review-name=name>{marked(&question.label)}</p> }.into_any(),
        );
    }
    let value = readable(&question);
    let name = question.name.to_string();
    if let Some(violation) = &question.violation {
        let wrong = violation_words(violation, words);
        let row = view! {
            <dl class="answer missing" data-review-name=name>
                <dt>{question.label}</dt>
                <dd>
                    {value}
                    <a
                        href="#"
                        rel="external"
                        on:click=move |event| {
                            event.prevent_default();
                            answering.sought.set(Some(key));
                        }
                    >
                        <Icon shape=Shape::Alert small=true />
                        {wrong}
                    </a>
                </dd>
            </dl>
        };
        return Some(row.into_any());
    }
    let value = value?;
    let decided = question.outcome.as_ref().map(|_| {
        answering.with(|session| {
            let told = session.explanation(&question.name)?;
            Some(by_hand::lines(&told, &by_hand::people(session), words))
        })
    });
    let decided = decided.flatten().and_then(by_hand::by_hand);
    let row = view! {
        <dl class="answer" data-review-name=name>
            <dt>{question.label}</dt>
            <dd>{value} {decided}</dd>
        </dl>
    };
    Some(row.into_any())
}
