//! Sets a PIN, another one, or takes it away: one page, one thing. Where the office asks for a PIN, it stands instead of all others until there is one.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

use crate::components::entry::{Entry, EntryErrors, Kind, Wrong, complain};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::components::top_bar::TopBar;
use crate::pages::unlock::{Complaint, faulty, pin_twice, tried_words};
use crate::platform::store::Tried;
use crate::platform::timer;
use crate::state::gate::use_gate;
use crate::state::pin;
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;

const HELD: &str = "pin-held";
const NEW: &str = "pin-new";
const AGAIN: &str = "pin-again";

/// What the page is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Set,
    Change,
    Remove,
}

impl Aim {
    fn heading(self, words: &Words) -> &'static str {
        match self {
            Aim::Set => words.safety.pin_set,
            Aim::Change => words.safety.pin_change,
            Aim::Remove => words.safety.pin_remove,
        }
    }
}

/// The three fields, as typed.
#[derive(Clone, Copy)]
struct Typed {
    held: RwSignal<String>,
    new: RwSignal<String>,
    again: RwSignal<String>,
}

impl Typed {
    fn clear(self) {
        for text in [self.held, self.new, self.again] {
            text.set(String::new());
        }
    }

    /// The PIN that is set, and the one that is to be, as far as the aim asks for them.
    fn read(self, aim: Aim, least: usize) -> Result<(Option<String>, Option<String>), Complaint> {
        let held = match aim {
            Aim::Set => None,
            Aim::Change | Aim::Remove => {
                Some(pin::typed(&self.held.get_untracked()).map_err(|fault| faulty(HELD, fault))?)
            }
        };
        if aim == Aim::Remove {
            return Ok((held, None));
        }
        let new = pin_twice(least, (NEW, self.new), (AGAIN, self.again))?;
        Ok((held, Some(new)))
    }
}

/// The page at `/safety/pin`; `?remove` takes the PIN away.
#[component]
pub fn PinPage() -> impl IntoView {
    let query = use_query_map();
    let removing = query.with_untracked(|query| query.get("remove").is_some());
    view! { <PinForm removing owed=false /> }
}

/// What stands instead of all pages while the office asks for a PIN that is not there, or for a longer one.
#[component]
pub fn PinOwed() -> impl IntoView {
    view! { <PinForm removing=false owed=true /> }
}

#[component]
fn PinForm(
    removing: bool,
    /// Is it the office that asks for it?
    owed: bool,
) -> impl IntoView {
    let gate = use_gate();
    let reader = use_reader();
    let least = gate.pin_least();
    // What the page is for does not change under the reader when it is done.
    let aim = match (untrack(|| gate.has_pin()), removing) {
        (true, true) => Aim::Remove,
        (true, false) => Aim::Change,
        (false, _) => Aim::Set,
    };
    title(move |words| aim.heading(words).to_owned());
    let typed = Typed { held: RwSignal::default(), new: RwSignal::default(), again: RwSignal::default() };
    let wrong: Wrong = RwSignal::new(None);
    let helped = RwSignal::new(false);
    timer::spawn(async move {
        let known = gate.find_office_key().await;
        if !helped.is_disposed() {
            helped.set(known);
        }
    });
    let busy = RwSignal::new(false);
    let done = RwSignal::new(false);
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        let (held, new) = match typed.read(aim, least) {
            Ok(read) => read,
            Err((field, words)) => return complain(wrong, field, words(reader.words_now())),
        };
        wrong.set(None);
        busy.set(true);
        timer::spawn(async move {
            let outcome = gate.set_pin(held.as_deref(), new.as_deref()).await;
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            match outcome {
                Ok(Tried::Right) => {
                    typed.clear();
                    done.set(true);
                }
                Ok(tried) => {
                    typed.held.set(String::new());
                    complain(wrong, HELD, tried_words(tried, reader.words_now()));
                }
                Err(error) => {
                    leptos::logging::error!("{error}");
                    let field = if aim == Aim::Remove { HELD } else { NEW };
                    complain(wrong, field, reader.words_now().safety.pin_failed.to_owned());
                }
            }
        });
    };
    let save = StoredValue::new_local(save);
    view! {
        <TopBar title=Signal::derive(say(|w| w.safety.safety.to_owned())) />
        <main id="main" tabindex="-1" data-screen="pin">
            <h1>{live(move || aim.heading(reader.language().words()))}</h1>
            {owed.then(|| view! {
                <p class="notice" data-owed="true">{say(move |w| (w.safety.pin_owed)(least))}</p>
            })}
            {shown_when(move || done.get(), move || view! {
                <p class="notice card-row" role="status" data-saved>
                    <Icon shape=Shape::Check />
                    {say(move |w| if aim == Aim::Remove { w.safety.pin_removed } else { w.safety.pin_saved })}
                </p> }.into_any())}
            {shown_when(move || !done.get(), move || view! {
                <EntryErrors wrong />
                <form
                    class="entry-form"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        save.with_value(|save| save());
                    }
                >
                    {(aim == Aim::Remove).then(|| view! {
                        <p class="notice warn">{say(|w| w.safety.pin_remove_explained)}</p>
                    })}
                    {(aim != Aim::Set).then(|| view! {
                        <Entry id=HELD kind=Kind::Pin label=Signal::derive(say(|w| w.safety.pin_now.to_owned())) text=typed.held wrong />
                    })}
                    {(aim != Aim::Remove).then(|| view! {
                        <p class="notice warn">
                            {live(move || {
                                let words = &reader.language().words().safety;
                                if helped.get() { words.pin_forgotten_office } else { words.pin_forgotten_warning }
                            })}
                        </p>
                        <Entry
                            id=NEW
                            kind=Kind::Pin
                            label=Signal::derive(say(move |w| (w.safety.pin_new)(least)))
                            hint=|w| w.safety.pin_new_hint
                            text=typed.new
                            wrong
                        />
                        <Entry id=AGAIN kind=Kind::Pin label=Signal::derive(say(|w| w.safety.pin_again.to_owned())) text=typed.again wrong />
                    })}
                    <button
                        type="submit"
                        class=if aim == Aim::Remove { "button danger" } else { "button main" }
                        data-action="save-pin"
                        aria-disabled=live(move || busy.get().then_some("true"))
                    >
                        {live(move || {
                            let words = &reader.language().words().safety;
                            match (busy.get(), aim) {
                                (true, _) => words.pin_saving,
                                (false, Aim::Remove) => words.pin_remove,
                                (false, Aim::Set | Aim::Change) => words.pin_save,
                            }
                        })}
                    </button>
                </form> }.into_any())}
            {(!owed).then(|| view! {
                <A href="/safety" attr:class="button" attr:data-action="to-safety">{say(|w| w.safety.back)}</A>
            })}
        </main>
    }
}
