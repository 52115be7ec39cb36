//! A menu that narrows a list down: all, or one of the codes that some household has.

use leptos::prelude::*;

use super::Saying;
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

/// A word of the reader's language.
type Word = fn(&'static Words) -> &'static str;

/// See the module.
#[component]
pub fn Pick(
    id: &'static str,
    label: Word,
    /// Whose codes they are, of the cases.
    property: &'static str,
    /// The codes that are offered beside all.
    #[prop(into)]
    codes: Signal<Vec<String>>,
    /// A code that stands for several, and what it is called.
    #[prop(optional)]
    besides: Option<(&'static str, Word)>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] choose: Callback<String>,
) -> impl IntoView {
    let (saying, reader) = (Saying::new(), use_reader());
    let options = move || {
        let words = reader.language().words();
        let now = chosen.get();
        let option = |code: String, name: String| {
            let selected = code == now;
            view! { <option value=code prop:selected=selected>{name}</option> }
        };
        let mut codes = codes.get();
        codes.sort_by_cached_key(|code| {
            (saying.device.dictionary.place("cases", property, code), code.clone())
        });
        let all = std::iter::once(option(String::new(), words.households.all.to_owned()));
        let besides = besides.map(|(code, called)| option(code.to_owned(), called(words).to_owned()));
        let each = codes.into_iter().map(|code| {
            let name = saying.value("cases", property, &code);
            option(code, name)
        });
        all.chain(besides).chain(each).collect_view()
    };
    view! {
        <div class="line">
            <label class="question-label" for=id>{say(label)}</label>
            <div class="menu">
                <select class="field" id=id data-filter=property autocomplete="off" on:change:target=move |event| choose.run(event.target().value())>
                    {live(options)}
                </select>
                <Icon shape=Shape::Down />
            </div>
        </div>
    }
}
