//! Fields and outcomes of these pages' forms.
//!
//! Unlike the phone's (`components/entry.rs`), they let the browser keep and fill in logins: this is its user's own desk.

use leptos::prelude::*;

use super::refusal::Refusal;
use super::{tell, words_now};
use crate::components::entry::{Wrong, complain};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::state::reader::{Reader, use_reader};
use crate::words::office::{Office, words};

/// A word of these pages.
pub type Word = fn(&'static Office) -> &'static str;

/// What is typed into a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Words that may be seen.
    Plain,
    /// One's own name, to sign in with.
    Name,
    /// A password that is known.
    Password,
    /// One that is being chosen.
    NewPassword,
    /// Of the second factor.
    Code,
    /// What is looked for in a list.
    Search,
}

impl Kind {
    fn autocomplete(self) -> &'static str {
        match self {
            Kind::Plain | Kind::Search => "off",
            Kind::Name => "username",
            Kind::Password => "current-password",
            Kind::NewPassword => "new-password",
            Kind::Code => "one-time-code",
        }
    }

    fn is_secret(self) -> bool {
        matches!(self, Kind::Password | Kind::NewPassword)
    }
}

/// A field with everything that belongs to it.
#[component]
pub fn Field(
    id: &'static str,
    kind: Kind,
    label: Word,
    #[prop(optional)] hint: Option<Word>,
    /// The id of a `datalist`.
    #[prop(optional)]
    list: Option<&'static str>,
    text: RwSignal<String>,
    wrong: Wrong,
) -> impl IntoView {
    let seen = RwSignal::new(!kind.is_secret());
    let words = Memo::new(move |_| wrong.get().filter(|(field, _)| *field == id).map(|(_, words)| words));
    let described = move || {
        let hint = hint.map(|_| format!("{id}-hint"));
        let wrong = words.with(Option::is_some).then(|| format!("{id}-wrong"));
        let ids: Vec<String> = hint.into_iter().chain(wrong).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    let wrong_words = move || {
        words.get().map(|words| {
            view! {
                <p class="wrong-words" id=format!("{id}-wrong")>
                    <Icon shape=Shape::Alert small=true />
                    <span>{words}</span>
                </p>
            }
        })
    };
    view! {
        <div class=live(move || if words.with(Option::is_some) { "line wrong" } else { "line" })>
            <label class="question-label" for=id>{tell(label)}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{tell(hint)}</p> })}
            {live(wrong_words)}
            <div class="with-button">
                <input
                    type=live(move || if seen.get() { "text" } else { "password" })
                    class="field"
                    id=id
                    list=list
                    autocomplete=kind.autocomplete()
                    autocapitalize="off"
                    spellcheck="false"
                    enterkeyhint=(kind == Kind::Search).then_some("search")
                    aria-describedby=live(described)
                    aria-invalid=live(move || words.with(Option::is_some).then_some("true"))
                    prop:value=live(move || text.get())
                    on:input:target=move |event| text.set(event.target().value())
                />
                {kind.is_secret().then(|| view! {
                    <button
                        type="button" class="button" aria-controls=id
                        aria-pressed=live(move || seen.get().to_string())
                        on:click=move |_| seen.update(|seen| *seen = !*seen)
                    >
                        {tell(move |w| if seen.get() { w.hide } else { w.show })}
                    </button> })}
            </div>
        </div>
    }
}

/// One of a few values, each with its word.
#[component]
pub fn Menu(
    id: &'static str,
    label: Word,
    /// The values, and what they are called.
    #[prop(into)]
    values: Signal<Vec<String>>,
    #[prop(into)] called: Callback<(String, &'static Office), String>,
    chosen: RwSignal<String>,
) -> impl IntoView {
    let reader = use_reader();
    let options = move || {
        let words = words(reader.language());
        let option = |value: String| {
            let name = called.run((value.clone(), words));
            view! { <option value=value.clone() selected=chosen.get_untracked() == value>{name}</option> }
        };
        values.get().into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <div class="line">
            <label class="question-label" for=id>{tell(label)}</label>
            <div class="menu">
                <select
                    class="field" id=id
                    prop:value=live(move || chosen.get())
                    on:change:target=move |event| chosen.set(event.target().value())
                >
                    {live(options)}
                </select>
                <Icon shape=Shape::Down />
            </div>
        </div>
    }
}

/// What came of a form: what is wrong with a field, and what is wrong with no field in particular.
#[derive(Clone, Copy)]
pub struct Outcome {
    pub wrong: Wrong,
    told: RwSignal<Option<Refusal>>,
    pub busy: RwSignal<bool>,
    reader: Reader,
}

impl Outcome {
    pub fn new() -> Outcome {
        let (wrong, told) = (RwSignal::new(None), RwSignal::new(None));
        Outcome { wrong, told, busy: RwSignal::new(false), reader: use_reader() }
    }

    /// Begins; false if it has begun already.
    pub fn begin(self) -> bool {
        if self.busy.get_untracked() {
            return false;
        }
        self.wrong.set(None);
        self.told.set(None);
        self.busy.set(true);
        true
    }

    /// It is done.
    pub fn done(self) {
        self.busy.try_set(false);
    }

    /// It is refused: told at the field that it is about, if the form has it.
    pub fn refused(self, refusal: Refusal, field: impl Fn(&Refusal) -> Option<&'static str>) {
        // The page may be gone by now.
        if self.busy.is_disposed() {
            return;
        }
        self.busy.set(false);
        match field(&refusal) {
            Some(field) => complain(self.wrong, field, refusal.words(words_now(self.reader))),
            None => self.told.set(Some(refusal)),
        }
    }

    /// Something is wrong with a field before anybody was asked.
    pub fn complain(self, field: &'static str, word: Word) {
        self.busy.set(false);
        complain(self.wrong, field, word(words_now(self.reader)).to_owned());
    }
}

/// What was refused, said where it is looked for.
#[component]
pub fn Told(outcome: Outcome) -> impl IntoView {
    let told = outcome.told;
    view! {
        {shown_when(move || told.with(Option::is_some), move || view! {
            <p class="notice danger" role="alert" data-refused=told.get_untracked().map(|refusal| refusal.code)>
                {tell(move |w| told.get().map(|refusal| refusal.words(w)))}
            </p> }.into_any())}
    }
}

/// The button that sends a form off.
#[component]
pub fn Submit(outcome: Outcome, action: &'static str, word: Word, busy: Word) -> impl IntoView {
    view! {
        <button type="submit" class="button main" data-action=action disabled=live(move || outcome.busy.get())>
            {tell(move |w| if outcome.busy.get() { busy(w) } else { word(w) })}
        </button>
    }
}

/// Something that is shown this once, to be read, selected or scanned.
#[component]
pub fn Once(#[prop(into)] text: String, name: &'static str) -> impl IntoView {
    view! { <p class="once mono" data-once=name translate="no">{text}</p> }
}
