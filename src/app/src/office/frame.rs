//! What frames every page: the menu, who is signed in, the language; and what stands there instead of a page.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::calls::Calls;
use super::desk::{Desk, Page, Standing, use_desk};
use super::field::Word;
use super::refusal::Refusal;
use super::tell;
use crate::components::icon::{Icon, Shape};
use crate::components::language_switch::LanguageSwitch;
use crate::components::live::{live, shown_when};
use crate::platform::{page as screen, timer};
use crate::state::reader::{say, use_reader};
use crate::words::office::{Office, words};

/// A page's word in the menu.
pub fn called(page: Page) -> Word {
    match page {
        Page::Households => |w| w.station.households,
        Page::Referrals => |w| w.station.referrals,
        Page::Review => |w| w.station.review,
        Page::Ranking => |w| w.ranking.title,
        Page::Placement => |w| w.ranking.placement,
        Page::Analysis => |w| w.station.analysis,
        Page::Statistics => |w| w.station.statistics,
        Page::Ledgers => |w| w.station.ledgers,
        Page::Users => |w| w.users,
        Page::Devices => |w| w.devices,
        Page::Lists => |w| w.lists,
        Page::Aside => |w| w.aside,
        Page::Monitoring => |w| w.monitoring.title,
        Page::Relay => |w| w.relay,
        Page::Collect => |w| w.collect,
        Page::Log => |w| w.log,
    }
}

/// A page: bar, menu, and what is on it.
#[component]
pub fn Frame(title: Word, screen: &'static str, children: Children) -> impl IntoView {
    let desk = use_desk();
    let reader = use_reader();
    Effect::new(move || {
        let words = words(reader.language());
        screen::set_title(&format!("{} · {}", title(words), words.office));
    });
    view! {
        <header class="top office-top">
            <a class="skip button" href="#main" rel="external">{say(|w| w.skip)}</a>
            <div class="top-row">
                <span class="top-title home">
                    <A href="/office" attr:class="office-home">{tell(|w| w.office)}</A>
                </span>
                {shown_when(move || desk.standing.get() != Standing::Out && desk.user.with(|user| !user.name.is_empty()), move || view! { <Signed desk /> }.into_any())}
                <LanguageSwitch />
            </div>
            {shown_when(move || desk.standing.get() == Standing::In, move || view! { <Menu desk /> }.into_any())}
        </header>
        <main id="main" class="office" tabindex="-1" data-screen=screen>
            {shown_when(move || !desk.online.get(), || view! {
                <p class="notice warn" role="status" data-offline="true">{tell(|w| w.offline)}</p> }.into_any())}
            <Calls desk />
            {children()}
        </main>
    }
}

#[component]
fn Signed(desk: Desk) -> impl IntoView {
    view! {
        <A href="/office/account" attr:class="button plain signed" attr:data-action="account">
            <Icon shape=Shape::Person />
            <span class="unseen">{tell(|w| w.account)} " "</span>
            <span>{live(move || desk.user.with(|user| user.name.clone()))}</span>
        </A>
    }
}

#[component]
fn Menu(desk: Desk) -> impl IntoView {
    let role = desk.user.with_untracked(|user| user.role.clone());
    let entries: Vec<_> = Page::ALL
        .into_iter()
        .filter(|page| page.is_for(&role))
        .map(|page| view! { <A href=page.address() attr:data-menu=page.address()>{tell(called(page))}</A> })
        .collect();
    (!entries.is_empty()).then(|| {
        // On a phone the menu is longer than the screen: where one is must be seen.
        let menu = NodeRef::<leptos::html::Nav>::new();
        Effect::new(move || {
            if menu.get().is_some() {
                timer::spawn(async {
                    timer::sleep(50).await;
                    screen::reveal_sideways(".office-menu a[aria-current]");
                });
            }
        });
        view! { <nav class="office-menu" node_ref=menu aria-label=tell(|w| w.office)>{entries}</nav> }
    })
}

/// The server can't be asked who is there.
#[component]
pub fn Unreached(refusal: Refusal) -> impl IntoView {
    let desk = use_desk();
    view! {
        <Frame title=|w| w.office screen="unreached">
            <div class="card narrow alone">
                <p role="alert" data-refused="unreached">{tell(move |w| refusal.words(w))}</p>
                <div class="actions">
                    <button type="button" class="button main" data-action="again" on:click=move |_| desk.look()>
                        {tell(|w| w.try_again)}
                    </button>
                </div>
            </div>
        </Frame>
    }
}

/// An address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Frame title=|w| w.not_found screen="not-found">
            <h1>{tell(|w| w.not_found)}</h1>
            <p>{tell(|w| w.not_found_explained)}</p>
            <p class="lone"><A href="/office">{tell(|w| w.start)}</A></p>
        </Frame>
    }
}

/// Something that is the server's to tell: not here yet, here, or refused.
pub struct Remote<T: Send + Sync + 'static> {
    pub value: RwSignal<Option<T>>,
    refused: RwSignal<Option<Refusal>>,
    busy: RwSignal<bool>,
    /// Goes up with each that is asked for: an answer that comes late is not the next one's.
    turn: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Remote<T> {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Send + Sync + 'static> Remote<T> {
    pub fn new() -> Remote<T> {
        Remote {
            value: RwSignal::new(None),
            refused: RwSignal::new(None),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
        }
    }

    /// Waits for it. What was there before stays meanwhile, and if this is refused.
    pub fn load(self, asked: impl Future<Output = Result<T, Refusal>> + 'static) {
        self.busy.set(true);
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        timer::spawn(async move {
            let answer = asked.await;
            // The page may be gone by now, or something else asked for.
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.busy.try_set(false);
            match answer {
                Ok(value) => {
                    self.refused.try_set(None);
                    self.value.try_set(Some(value));
                }
                Err(refusal) => drop(self.refused.try_set(Some(refusal))),
            }
        });
    }

    /// The same of another question: what was there before is no answer to it, and goes if this is refused.
    pub fn load_other(self, asked: impl Future<Output = Result<T, Refusal>> + 'static) {
        self.load(async move {
            let answer = asked.await;
            if answer.is_err() {
                self.value.try_set(None);
            }
            answer
        });
    }

    /// Has the server answered, be it that it refuses?
    pub fn is_answered(self) -> bool {
        self.is_here() || self.refused.with(Option::is_some)
    }

    /// Is it here?
    pub fn is_here(self) -> bool {
        self.value.with(Option::is_some)
    }
}

/// That a page is not for one's role, whose it is, and what to do.
fn forbidden_here(page: Page, words: &'static Office) -> String {
    let roles: Vec<&str> = page.roles().into_iter().map(words.role).collect();
    (words.forbidden_here)(&roles)
}

/// Parts of a page that fill up from several answers: they are seen once all have come for the first time, so that none pushes another away
/// under its reader's eyes. Until then it is said above that they are being fetched.
#[component]
pub fn Settled(all: Vec<Signal<bool>>, children: Children) -> impl IntoView {
    let settled =
        Memo::new(move |was: Option<&bool>| was == Some(&true) || all.iter().all(|answered| answered.get()));
    view! {
        <div class="settled" class:coming=live(move || !settled.get())>
            {shown_when(move || !settled.get(), || view! {
                <p class="soft show-late" role="status">{tell(|w| w.loading)}</p> }.into_any())}
            {children()}
        </div>
    }
}

/// How it stands with it: nothing is said once it is here.
#[component]
pub fn Awaited<T: Send + Sync + 'static>(
    remote: Remote<T>,
    #[prop(into)] again: Callback<()>,
) -> impl IntoView {
    let Remote { refused, busy, .. } = remote;
    let page = Page::at(&use_location().pathname.get_untracked());
    view! {
        {shown_when(move || busy.get() && !remote.is_here(), || view! {
            <p class="soft show-late" role="status">{tell(|w| w.loading)}</p> }.into_any())}
        {shown_when(move || refused.with(Option::is_some), move || view! {
            <div class="notice danger" role="alert" data-refused=refused.get_untracked().map(|refusal| refusal.code)>
                <p>{tell(move |w| refused.get().map(|refusal| match (refusal.code.as_str(), page) {
                    ("forbidden", Some(page)) => forbidden_here(page, w),
                    _ => refusal.words(w),
                }))}</p>
                // Asked again, the answer would be the same.
                {shown_when(move || refused.with(|refusal| refusal.as_ref().is_some_and(|refusal| refusal.code != "forbidden")), move || view! {
                    <div class="actions">
                        <button
                            type="button" class="button" data-action="again" disabled=live(move || busy.get())
                            on:click=move |_| again.run(())
                        >
                            {tell(|w| w.try_again)}
                        </button>
                    </div> }.into_any())}
            </div> }.into_any())}
    }
}
