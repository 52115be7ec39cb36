//! A part in its place: nothing is seen while it comes at once, and what hinders it is said, with a way out.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;

use crate::components::message::Message;
use crate::platform::timer;
use crate::state::reader::say;

/// What is there later.
pub type Soon<T> = Pin<Box<dyn Future<Output = T>>>;

#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Coming,
    Here,
    Missing,
}

/// How much of the screen a part takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// All of it.
    Page,
    /// Something on a page.
    Piece,
}

/// Shows what `view` gives once `fetch` has brought the part that it is in; `here` remembers that, so that it opens at once from then on.
pub fn shown(
    here: &'static AtomicBool,
    fetch: fn() -> Soon<bool>,
    view: Rc<dyn Fn() -> Soon<Option<AnyView>>>,
    size: Size,
) -> AnyView {
    if here.load(Ordering::Relaxed)
        && let Some(view) = at_once(view())
    {
        return view;
    }
    let view = StoredValue::new_local(view);
    let standing = RwSignal::new(Standing::Coming);
    let ask = move || {
        standing.set(Standing::Coming);
        timer::spawn(async move {
            let is_here = fetch().await;
            here.store(is_here, Ordering::Relaxed);
            standing.try_set(if is_here { Standing::Here } else { Standing::Missing });
        });
    };
    ask();
    (move || match standing.get() {
        Standing::Coming if size == Size::Piece => ().into_any(),
        Standing::Missing if size == Size::Piece => view! {
            <div class="notice stack">
                <p role="status">{say(|w| w.part_missing)}</p>
                <button type="button" class="button" data-action="fetch-part" on:click=move |_| ask()>
                    {say(|w| w.try_again)}
                </button>
            </div>
        }
        .into_any(),
        Standing::Coming => view! { <p class="opening" role="status">{say(|w| w.loading)}</p> }.into_any(),
        // It is in memory by now: what is asked is there at the first asking.
        Standing::Here => at_once(view.get_value()()).into_any(),
        Standing::Missing => view! {
            <Message heading=|w| w.part_missing explained=Signal::derive(say(|w| w.part_missing_explained.to_owned()))>
                <button type="button" class="button primary" data-action="fetch-part" on:click=move |_| ask()>
                    {say(|w| w.try_again)}
                </button>
            </Message>
        }
        .into_any(),
    })
    .into_any()
}

/// What is there already.
fn at_once(mut soon: Soon<Option<AnyView>>) -> Option<AnyView> {
    match soon.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(view) => view,
        Poll::Pending => None,
    }
}
