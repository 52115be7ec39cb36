//! Fields of the app's own pages: a label, a hint, what is wrong, and one line of text.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::key_pad::{KeyPad, Keys};
use super::live::{Live, live};
use crate::platform::page as screen;
use crate::platform::timer;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

/// What is said to be wrong: the field's id, and the words.
pub type Wrong = RwSignal<Option<(&'static str, String)>>;

/// The id that gets the focus when something is wrong.
const SUMMARY: &str = "entry-errors";

/// What is typed into a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words that may be seen.
    Plain,
    /// A PIN: digits that nobody looking on should read, and that no browser should offer to keep.
    Pin,
    /// A password that is typed once and kept by nobody.
    Password,
    /// An ID number: digits and perhaps an X, that nobody reads over a shoulder.
    IdNumber,
}

/// A field with everything that belongs to it.
#[component]
pub fn Entry(
    id: &'static str,
    kind: Kind,
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] hint: Option<fn(&'static Words) -> &'static str>,
    text: RwSignal<String>,
    wrong: Wrong,
) -> impl IntoView {
    let reader = use_reader();
    let words = Memo::new(move |_| wrong.get().filter(|(field, _)| *field == id).map(|(_, words)| words));
    let described = move || {
        let hint = hint.map(|_| format!("{id}-hint"));
        let wrong = words.with(Option::is_some).then(|| format!("{id}-wrong"));
        let ids: Vec<String> = hint.into_iter().chain(wrong).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    let class = move || if words.with(Option::is_some) { "question wrong" } else { "question" };
    let wrong_words = move || {
        words.get().map(|words| {
            view! {
                <p class="wrong-words" id=format!("{id}-wrong")>
                    <Icon shape=Shape::Alert small=true />
                    <span>
                        <span class="unseen">{reader.language().words().error_prefix}</span>
                        {words}
                    </span>
                </p>
            }
        })
    };
    let (field_class, input_mode, keys) = match kind {
        Kind::Plain => ("field", "text", None),
        Kind::Pin => ("field number secret", "numeric", Some(Keys::Digits)),
        Kind::Password => ("field secret", "text", None),
        Kind::IdNumber => ("field secret", "text", Some(Keys::IdNumber)),
    };
    let pad = keys.and_then(|keys| KeyPad::below(id, keys));
    let input_mode = if pad.is_some() { "none" } else { input_mode };
    let touched = pad.clone();
    view! {
        <div class=live(class)>
            <label class="question-label" for=id>{live(move || label.get())}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{say(hint)}</p> })}
            {live(wrong_words)}
            <input
                type="text"
                class=field_class
                id=id
                inputmode=input_mode
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-describedby=live(described)
                aria-invalid=live(move || words.with(Option::is_some).then_some("true"))
                prop:value=live(move || text.get())
                on:input:target=move |event| text.set(event.target().value())
                on:focus=move |_| touched.iter().for_each(KeyPad::take)
            />
            {pad.map(KeyPad::shown)}
        </div>
    }
}

/// One field with its errors before it and, after it, the buttons that are its children.
#[component]
pub fn EntryForm(
    id: &'static str,
    kind: Kind,
    label: fn(&'static Words) -> &'static str,
    #[prop(optional)] hint: Option<fn(&'static Words) -> &'static str>,
    text: RwSignal<String>,
    wrong: Wrong,
    /// Does what the form is for, once it is sent off.
    submit: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let label = Signal::derive(say(move |w| label(w).to_owned()));
    let entry = match hint {
        Some(hint) => view! { <Entry id kind label hint text wrong /> }.into_any(),
        None => view! { <Entry id kind label text wrong /> }.into_any(),
    };
    view! {
        <EntryErrors wrong />
        <form
            class="entry-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            {entry}
            {children()}
        </form>
    }
}

/// What is wrong, first thing on the page, each a link to its field.
#[component]
pub fn EntryErrors(wrong: Wrong) -> impl IntoView {
    let reader = use_reader();
    let shown: Live<_> = live(move || {
        wrong.get().map(|(field, words)| {
            view! {
                <div class="notice danger" id=SUMMARY tabindex="-1" role="alert">
                    <h2>{reader.language().words().safety.errors_title}</h2>
                    <ul>
                        <li>
                            <a
                                href=format!("#{field}")
                                rel="external"
                                on:click=move |event| {
                                    event.prevent_default();
                                    screen::focus(field);
                                }
                            >
                                {words}
                            </a>
                        </li>
                    </ul>
                </div>
            }
        })
    });
    shown
}

/// Says what is wrong with a field.
pub fn complain(wrong: Wrong, field: &'static str, words: String) {
    wrong.set(Some((field, words)));
    timer::spawn(async {
        timer::sleep(30).await;
        screen::focus(SUMMARY);
    });
}
