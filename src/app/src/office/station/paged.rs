//! A page over one question to the server that is answered some rows at a time: who needs it most, who could give what is planned.
//!
//! Kept here: asked otherwise, it begins again with the first rows; turned, it begins at the top of the screen.

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::known::Known;
use crate::components::live::{live, shown_when};
use crate::office::desk::use_desk;
use crate::office::field::Word;
use crate::office::frame::{Awaited, Frame, Remote, Settled};
use crate::office::tell;
use crate::platform::page as screen;

/// Rows on a page.
const PAGE: usize = 50;

/// The page: what it is, by what it is asked (`filters`, and `printed` in their place on paper), and what came. `asked` is the question without its rows.
#[component]
pub fn PagedPage<T: DeserializeOwned + Send + Sync + 'static>(
    title: Word,
    screen: &'static str,
    explained: Word,
    /// The question's address.
    path: &'static str,
    #[prop(into)] asked: Signal<Json>,
    answer: Remote<T>,
    /// How many rows there are in all.
    of: fn(&T) -> usize,
    known: Known,
    #[prop(into)] filters: ViewFn,
    #[prop(into)] printed: ViewFn,
    children: Children,
) -> impl IntoView {
    let desk = use_desk();
    let from = RwSignal::new(0);
    // What comes to the same question is asked once.
    let asked = Memo::new(move |_| asked.get());
    let load = move || {
        let body = rows_of(asked.get_untracked(), from.get_untracked());
        answer.load_other(async move { desk.ask("POST", path, Some(&body)).await });
    };
    Effect::new(move || {
        asked.track();
        from.set(0);
        load();
    });
    let go = move |next: usize| {
        from.set(next);
        load();
        screen::scroll_to_top();
    };
    let of = Signal::derive(move || answer.value.with(|all| all.as_ref().map_or(0, of)));
    let answered = vec![
        Signal::derive(move || answer.is_answered()),
        Signal::derive(move || known.dictionary.is_answered()),
    ];
    view! {
        <Frame title screen>
            <div class="head">
                <h1>{tell(title)}</h1>
                <button type="button" class="button no-print" data-action="print" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
            </div>
            <p class="soft">{tell(explained)}</p>
            <div class="filters card no-print">{filters.run()}</div>
            <p class="print-only">{printed.run()}</p>
            <Settled all=answered>
                <Awaited remote=known.dictionary again=move |()| known.load() />
                <Awaited remote=answer again=move |()| load() />
                {children()}
                <Turn of from go />
            </Settled>
        </Frame>
    }
}

/// The question, with the rows that are wanted of its answer.
fn rows_of(mut asked: Json, from: usize) -> Json {
    asked["from"] = from.into();
    asked["most"] = PAGE.into();
    asked
}

/// To the rows before and those after, and which they are.
#[component]
fn Turn(of: Signal<usize>, from: RwSignal<usize>, #[prop(into)] go: Callback<usize>) -> impl IntoView {
    view! {
        {shown_when(move || { of.get() > PAGE }, move || view! {
            <nav class="actions no-print" aria-label=tell(|w| w.station.pages)>
                <button type="button" class="button" data-action="before" disabled=live(move || from.get() == 0)
                    on:click=move |_| go.run(from.get_untracked().saturating_sub(PAGE))>{tell(|w| w.station.page_before)}</button>
                <span class="soft small figures">{tell(move |w| (w.station.place)((from.get() + 1).min(of.get()), (from.get() + PAGE).min(of.get()), of.get()))}</span>
                <button type="button" class="button" data-action="after" disabled=live(move || from.get() + PAGE >= of.get())
                    on:click=move |_| go.run(from.get_untracked() + PAGE)>{tell(|w| w.station.page_after)}</button>
            </nav> }.into_any())}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_question_stays_and_its_rows_change() {
        let asked = json!({"by": "fs", "only": ["state!=closed"], "area": "371002"});
        let turned = rows_of(asked, 100);
        let expected =
            json!({"by": "fs", "only": ["state!=closed"], "area": "371002", "from": 100, "most": PAGE});
        assert_eq!(turned, expected);
        assert_eq!(rows_of(turned, 0)["from"], 0);
    }
}
