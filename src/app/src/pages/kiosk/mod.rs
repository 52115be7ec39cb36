//! The kiosk: attract screen, language, a menu of big buttons, and what each leads to. Instead of every page while this device is a kiosk.
//!
//! What a resident of seventy does here, and what can go wrong: walks away half-way (it asks after 75 seconds and clears 30 later; the question covers the page,
//! and only its own buttons answer it, so that whoever comes next neither sees nor wakes what was left); somebody stands behind (number and code are not shown as
//! typed, the name is masked but on the paper); presses back (no step has an address: there is nowhere to go back to); two in a row (each begins with a
//! page loaded anew, without draft); forgets the code, is offline, gives up (each screen names the desk as the way out).
//!
//! Kept here: one address, no list of anybody, no way to drafts, outbox or settings.

mod begin;
mod call;
mod case;
mod filling;
mod hand_over;
mod leave;
mod menu;
mod paper;
mod prove;
mod screens;
mod ticket;
mod walk;

pub use begin::BeginKiosk;
pub use walk::Walk;

use std::rc::Rc;

use doorstep_delivery::FormVersion;
use leptos::prelude::*;

use crate::components::icon::{Icon, Shape};
use crate::components::key_pad::KeyPads;
use crate::components::live::{live, shown_when};
use crate::components::read_aloud::ReadsAloud;
use crate::pages::Update;
use crate::platform::{clock, idle as touches, page as screen, timer, worker};
use crate::state::device::{Device, use_device};
use crate::state::forms;
use crate::state::keeping::Keeping;
use crate::state::kiosk::{self, Idle, OwnCase, night};
use crate::state::reader::{say, title, use_reader};
use crate::words::kiosk::KioskWords;
use crate::words::{Language, Words};

/// How often it is looked whether anybody is there.
const LOOK_MS: u32 = 250;
/// How often it is looked whether it is night.
const NIGHT_LOOK_MS: u32 = 60_000;
/// The forms behind the two buttons.
const HELP: &str = "kiosk-help";
const OPINION: &str = "kiosk-opinion";

/// What is on the screen.
#[derive(Clone, PartialEq, Debug)]
enum Step {
    /// Nobody is there.
    Attract,
    Menu,
    /// A form of that id.
    Form(String),
    /// It was handed in.
    Ticket(ticket::Ticket),
    /// Number and code are asked for.
    Prove,
    /// One's own case.
    Case,
    Call,
    Leave,
}

/// Where whoever stands here is.
#[derive(Clone, Copy)]
struct Kiosk {
    device: Device,
    step: RwSignal<Step>,
    /// The case that was proved to be theirs.
    proved: RwSignal<Option<OwnCase>>,
    /// The draft that is open.
    open: StoredValue<Option<Rc<Keeping>>, LocalStorage>,
    ending: StoredValue<bool>,
}

impl Kiosk {
    fn to(self, step: Step) {
        self.step.set(step);
        screen::scroll_to_top();
    }

    /// Where whoever has chosen their language begins: at the menu, or at the one form that this kiosk is for.
    fn first(self) -> Step {
        kiosk::form().map_or(Step::Menu, Step::Form)
    }

    /// Where back leads from what the menu has led to.
    fn home(self) -> Step {
        kiosk::form().map_or(Step::Menu, |_| Step::Attract)
    }

    /// Clears everything, at once from the screen.
    fn end(self) {
        if self.ending.get_value() {
            return;
        }
        self.ending.set_value(true);
        let open = self.open.try_update_value(Option::take).flatten();
        self.proved.set(None);
        self.step.set(Step::Attract);
        timer::spawn(kiosk::start_anew(self.device, open));
    }
}

/// Words of the kiosk that follow the language.
fn word<T: 'static>(
    pick: impl Fn(&'static KioskWords) -> T + Send + Sync + 'static,
) -> crate::components::live::Live<T> {
    say(move |w| pick(&w.kiosk))
}

/// The whole of it.
#[component]
pub fn KioskPage() -> impl IntoView {
    let device = use_device();
    title(|words| words.kiosk.title.to_owned());
    KeyPads::provide();
    ReadsAloud::provide(Signal::derive(|| false));
    screen::rename(kiosk::ADDRESS);
    let at = Kiosk {
        device,
        step: RwSignal::new(Step::Attract),
        proved: RwSignal::default(),
        open: StoredValue::new_local(None),
        ending: StoredValue::new(false),
    };
    renew_at_night(at);
    // What a browser that was killed has left.
    timer::spawn(kiosk::forget_drafts(device));
    let asked = watch(at);
    let step = Memo::new(move |_| at.step.get());
    let shown = move || match step.get() {
        Step::Attract => view! { <Attract at /> }.into_any(),
        Step::Menu => view! { <menu::Menu at /> }.into_any(),
        Step::Form(form) => view! { <filling::Filling at form /> }.into_any(),
        Step::Ticket(ticket) => view! { <ticket::TicketStep at ticket /> }.into_any(),
        Step::Prove => view! { <prove::Prove at /> }.into_any(),
        Step::Case => view! { <case::CaseStep at /> }.into_any(),
        Step::Call => view! { <call::Call at /> }.into_any(),
        Step::Leave => view! { <leave::Leave at /> }.into_any(),
    };
    view! {
        <div class="kiosk" data-screen="kiosk">
            // What was asked covers what was left: nobody else reads it meanwhile.
            <div class="kiosk-page" inert=live(move || asked.get().is_some()) aria-hidden=live(move || asked.get().map(|_| "true"))>
                {live(shown)}
            </div>
            {shown_when(move || asked.get().is_some(), move || view! { <StillThere at asked /> }.into_any())}
        </div>
    }
}

/// Once a night, while nobody is there, the page is loaded anew.
fn renew_at_night(at: Kiosk) {
    let nobody_is_there = move || at.step.try_get_untracked() == Some(Step::Attract);
    let look = timer::every(NIGHT_LOOK_MS, move || {
        if nobody_is_there() && night::is_due() {
            timer::spawn(async move {
                // Somebody may have come while it was asked.
                if night::can_be_had(at.device).await && nobody_is_there() {
                    at.end();
                }
            });
        }
    });
    let look = StoredValue::new_local(look);
    on_cleanup(move || look.dispose());
}

/// The seconds that are left, once nobody has touched it for long. While it asks, only its own buttons answer.
fn watch(at: Kiosk) -> RwSignal<Option<u32>> {
    let asked = RwSignal::new(None::<u32>);
    let touched = StoredValue::new(clock::elapsed_ms());
    let touches = touches::on_activity(move || {
        if asked.get_untracked().is_none() {
            touched.set_value(clock::elapsed_ms());
        }
    });
    let asks_after = kiosk::asks_after_s();
    let was_asked = StoredValue::new(false);
    let look = timer::every(LOOK_MS, move || {
        let now = clock::elapsed_ms();
        let answered = was_asked.get_value() && asked.get_untracked().is_none();
        if answered || at.step.with_untracked(|step| *step == Step::Attract) {
            was_asked.set_value(false);
            touched.set_value(now);
        }
        let left = match kiosk::idle(now - touched.get_value(), asks_after) {
            Idle::Here => None,
            Idle::Asked(left) => Some(left),
            Idle::Gone => {
                asked.set(None);
                return at.end();
            }
        };
        was_asked.set_value(left.is_some());
        if asked.get_untracked() != left {
            asked.set(left);
        }
    });
    let kept = StoredValue::new_local((touches, look));
    on_cleanup(move || kept.dispose());
    asked
}

#[component]
fn StillThere(at: Kiosk, asked: RwSignal<Option<u32>>) -> impl IntoView {
    timer::spawn(async {
        timer::sleep(30).await;
        screen::focus("still-here");
    });
    let reader = use_reader();
    view! {
        <div class="kiosk-ask" role="alertdialog" aria-labelledby="still-there" data-asked>
            <h1 id="still-there">{word(|w| w.still_there)}</h1>
            <p aria-live="off">
                {live(move || (reader.language().words().kiosk.still_there_explained)(asked.get().unwrap_or_default()))}
            </p>
            <div class="kiosk-buttons">
                <button type="button" class="button main" id="still-here" data-action="still-here" on:click=move |_| asked.set(None)>
                    {word(|w| w.i_am)}
                </button>
                <button type="button" class="button" data-action="clear" on:click=move |_| {
                    asked.set(None);
                    at.end();
                }>
                    {word(|w| w.clear)}
                </button>
            </div>
        </div>
    }
}

/// Language first: what is said here is said in each.
#[component]
fn Attract(at: Kiosk) -> impl IntoView {
    let reader = use_reader();
    // A new build takes over while nobody is there.
    let Update(update) = expect_context();
    Effect::new(move || {
        if update.get() {
            timer::spawn(async {
                worker::take_over().await;
            });
        }
    });
    let choose = move |language: Language| {
        if at.ending.get_value() {
            return;
        }
        reader.read_in(language);
        at.to(at.first());
    };
    let in_each = |words: fn(&'static Words) -> &'static str| {
        let one = |language: Language| {
            view! { <span lang=language.page_tag()>{words(language.words())} " "</span> }
        };
        Language::ALL.map(one).collect_view()
    };
    let button = |language: Language| {
        view! {
            <button
                type="button" class="button main" lang=language.page_tag() data-language=language.tag()
                on:click=move |_| choose(language)
            >
                {language.words().language_long}
            </button>
        }
    };
    view! {
        <main id="main" tabindex="-1" class="kiosk-attract" data-step="attract">
            <h1>{in_each(|w| w.kiosk.welcome)}</h1>
            <div class="kiosk-buttons">{Language::ALL.map(button).collect_view()}</div>
            <p class="soft">{in_each(|w| w.kiosk.private)}</p>
            // Without a menu this is the staff's only way.
            {kiosk::form().map(|_| view! { <StaffButton at /> })}
        </main>
    }
}

#[component]
fn StaffButton(at: Kiosk) -> impl IntoView {
    view! {
        <button type="button" class="button plain" data-action="staff" on:click=move |_| at.to(Step::Leave)>
            <Icon shape=Shape::Lock />
            {word(|w| w.staff)}
        </button>
    }
}

/// The form of that id that is in force.
fn version_of(device: Device, form: &str) -> Option<FormVersion> {
    device.forms.with(|all| all.iter().find(|version| version.current && &*version.form.id == form).cloned())
}

/// Its title.
fn title_of(device: Device, form: String) -> Signal<String> {
    let reader = use_reader();
    Signal::derive(move || {
        version_of(device, &form)
            .map(|version| forms::title(&version, reader.language().tag()))
            .unwrap_or_default()
    })
}
