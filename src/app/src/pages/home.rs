//! Home: begin a survey, go on with one, see what is on its way.
//!
//! Kept here: nothing moves under a finger. What takes a while to be read has its place from the first moment, filled or not; what turns up on its own, a new
//! build or a server that is gone, is said at the foot of the screen, over the page.

use doorstep_delivery::FormVersion;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::Update;
use super::day::DayLine;
use super::draft_card::Drafts;
use super::households::HouseholdsLine;
use super::practise::Practise;
use super::referred::{ReferredLine, is_providers};
use super::settings::SettingsLine;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::shut_out::ShutOutNotice;
use crate::components::top_bar::TopBar;
use crate::platform::{page as screen, timer, worker};
use crate::state::device::{Device, use_device};
use crate::state::outbox::submissions;
use crate::state::reader::{say, title, use_reader};
use crate::state::space::{self, Space};
use crate::state::{drafts, forms, kiosk, pulling};

/// The page at `/`.
#[component]
pub fn Home() -> impl IntoView {
    let device = use_device();
    title(|words| words.home.to_owned());
    if device.ready.get_untracked() {
        pulling::wake(device);
    }
    let has_drafts = Memo::new(move |_| device.drafts.with(|drafts| !drafts.is_empty()));
    // What stands below the forms comes with them, so that they push nothing away: at a first start once the server has answered, or can't.
    let forms_stand = Memo::new(move |stood: Option<&bool>| {
        let asked = !device.online.get() || device.reached.get().is_some();
        stood == Some(&true)
            || device.forms.with(|forms| !forms.is_empty())
            || asked && !device.fetching.get()
    });
    let space = RwSignal::new(Space::Enough);
    timer::spawn(async move {
        let now = space::now().await;
        if !space.is_disposed() {
            space.set(now);
        }
    });
    view! {
        <TopBar title=Signal::derive(say(|w| w.app.to_owned())) home=true wide=true>
            <Network device />
        </TopBar>
        <main id="main" tabindex="-1" class="wide">
            <h1 class="unseen">{say(|w| w.home)}</h1>
            {shown_when(move || device.ready.get(), move || view! {
                <Ways device />
                // What was begun comes before what could be.
                {shown_when(move || has_drafts.get(), move || view! { <Drafts device /> }.into_any())}
                // Whoever was revoked begins nothing more here.
                {shown_when(move || !device.is_revoked(), move || view! { <Start device space /> }.into_any())}
                {shown_when(move || forms_stand.get() && !has_drafts.get(), move || view! { <Drafts device /> }.into_any())}
                {shown_when(move || forms_stand.get(), move || view! { <OutboxLine device /> <SafetyLine /> }.into_any())} }.into_any())}
        </main>
        <aside class="late" aria-label=say(|w| w.notices)>
            {shown_when(move || !device.online.get() || device.reached.get() == Some(false), move || view! {
                <p class="notice warn">{say(|w| w.offline_note)}</p> }.into_any())}
            <ShutOutNotice device />
            <SpaceNotice space />
            <NewBuild />
        </aside>
    }
}

/// To whom this phone is to go: a provider's to those who were referred to it, any other to the households of its area.
#[component]
fn Ways(device: Device) -> impl IntoView {
    let is_providers = is_providers(device);
    live(move || match is_providers.get() {
        true => view! { <ReferredLine /> }.into_any(),
        false => view! { <DayLine /> <HouseholdsLine /> }.into_any(),
    })
}

#[component]
fn Network(device: Device) -> impl IntoView {
    let reader = use_reader();
    let reach = Memo::new(move |_| match (device.online.get(), device.reached.get()) {
        (false, _) => Reach::Offline,
        (true, Some(false)) => Reach::NoServer,
        (true, Some(true) | None) => Reach::Online,
    });
    let class = move || match reach.get() {
        Reach::Online => "state good",
        Reach::NoServer | Reach::Offline => "state wait",
    };
    let name = move || match reach.get() {
        Reach::Online => "online",
        Reach::NoServer => "no-server",
        Reach::Offline => "offline",
    };
    let said = move || {
        let words = reader.language().words();
        match reach.get() {
            Reach::Online => words.online,
            Reach::NoServer => words.no_server,
            Reach::Offline => words.offline,
        }
    };
    view! {
        <span class=class data-network=name role="status">
            <span class="lamp" aria-hidden="true"></span>
            {said}
        </span>
    }
}

/// What there is at the other end.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    Online,
    NoServer,
    Offline,
}

/// A new build waits; it takes over when the reader says so, and never while a form is open.
#[component]
fn NewBuild() -> impl IntoView {
    let Update(update) = expect_context();
    let take = move |_| {
        timer::spawn(async {
            worker::take_over().await;
        })
    };
    view! {
        {shown_when(move || update.get(), move || view! {
            <div class="notice card-row">
                <p class="grow">{say(|w| w.update)}</p>
                <button type="button" class="button" data-action="update" on:click=take>{say(|w| w.update_now)}</button>
            </div> }.into_any())}
    }
}

/// More forms than this are searched, too.
const MANY: usize = 8;

#[component]
fn Start(device: Device, space: RwSignal<Space>) -> impl IntoView {
    let current = Memo::new(move |_| {
        let mut current: Vec<FormVersion> =
            device.forms.with(|forms| forms.iter().filter(|version| version.current).cloned().collect());
        current.retain(|version| !kiosk::is_for_kiosks(version));
        let recent = forms::started();
        current.sort_by_key(|version| forms::place(&version.form.id, &recent));
        current
    });
    let search = RwSignal::new(String::new());
    let many = Memo::new(move |_| current.with(Vec::len) > MANY);
    let found = Memo::new(move |_| {
        let mut found = current.get();
        if many.get() {
            search.with(|wanted| found.retain(|version| forms::matches(version, wanted)));
        }
        found
    });
    let row = move |version: FormVersion| {
        Row::new(version.form.hash.clone(), move || view! { <StartForm device version space /> })
    };
    view! {
        <section class="section">
            <h2>{say(|w| w.start_title)}</h2>
            <Show
                when=move || current.with(|forms| !forms.is_empty())
                fallback=move || view! { <NoForms device /> }
            >
                {shown_when(move || many.get(), move || view! {
                    <input
                        type="search"
                        class="field"
                        autocomplete="off"
                        data-action="search-forms"
                        aria-label=say(|w| w.search_forms)
                        placeholder=say(|w| w.search_forms)
                        prop:value=live(move || search.get())
                        on:input:target=move |event| search.set(event.target().value())
                    /> }.into_any())}
                <div class="forms">
                    {rows(move || found.get().into_iter().map(row).collect())}
                </div>
                {shown_when(move || found.with(Vec::is_empty), || view! {
                    <p class="empty" role="status">{say(|w| w.search_none)}</p> }.into_any())}
            </Show>
            <Practise device forms=current />
            <BrokenForms device />
            <LookForForms device current />
            {shown_when(move || device.is_somebodys(), || view! {
                <p class="lone"><A href="/go-on" attr:data-action="go-on">{say(|w| w.kiosk.go_on)}</A></p> }.into_any())}
        </section>
    }
}

/// By hand, for whoever was told that there is a new form.
#[component]
fn LookForForms(device: Device, current: Memo<Vec<FormVersion>>) -> impl IntoView {
    view! {
        {shown_when(move || current.with(|forms| !forms.is_empty()), move || view! {
            <div class="actions">
                <button
                    type="button"
                    class="button"
                    data-action="look-for-forms"
                    disabled=move || device.fetching.get()
                    on:click=move |_| pulling::wake(device)
                >
                    {say(|w| w.look_for_forms)}
                </button>
            </div> }.into_any())}
    }
}

#[component]
fn NoForms(device: Device) -> impl IntoView {
    view! {
        <Show
            when=move || !device.fetching.get()
            fallback=|| view! { <p class="empty opening" role="status">{say(|w| w.loading)}</p> }
        >
            <div class="empty stack">
                <p><strong>{say(|w| w.no_forms)}</strong></p>
                <p>{say(|w| w.no_forms_how)}</p>
                <button type="button" class="button" data-action="retry-forms" on:click=move |_| pulling::wake(device)>
                    {say(|w| w.try_again)}
                </button>
            </div>
        </Show>
    }
}

#[component]
fn StartForm(device: Device, version: FormVersion, space: RwSignal<Space>) -> impl IntoView {
    let reader = use_reader();
    let navigate = use_navigate();
    let beginning = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let hash = version.form.hash.clone();
    let number = version.form.version.clone();
    let id = version.form.id.to_string();
    let start = move |_| {
        if beginning.get_untracked() {
            return;
        }
        beginning.set(true);
        failed.set(false);
        forms::note_started(&id);
        let (hash, navigate) = (hash.clone(), navigate.clone());
        timer::spawn(async move {
            let room = space::now().await;
            if space.is_disposed() {
                return;
            }
            space.set(room);
            if matches!(room, Space::None(_)) {
                beginning.set(false);
                timer::sleep(30).await;
                screen::focus(NO_SPACE);
                return;
            }
            match drafts::begin(device, &hash, reader.language_now().tag()).await {
                Ok(id) => navigate(&format!("/draft/{id}"), NavigateOptions::default()),
                Err(error) => {
                    leptos::logging::error!("{error:?}");
                    failed.set(true);
                    beginning.set(false);
                }
            }
        });
    };
    let form = version.form.id.clone();
    view! {
        <button type="button" class="form-start" data-action="start" data-form=form aria-disabled=live(move || matches!(space.get(), Space::None(_)).then_some("true")) on:click=start>
            <Icon shape=Shape::Door />
            <span class="grow">
                <span class="card-title">{live(move || forms::title(&version, reader.language().tag()))}</span>
                <span class="soft small figures">{say(move |w| (w.version)(&number))}</span>
            </span>
            <Icon shape=Shape::Plus />
        </button>
        {shown_when(move || failed.get(), move || view! {
            <p class="notice danger" role="alert">{say(|w| w.store_failed_explained)}</p> }.into_any())}
    }
}

/// The id that gets the focus when there is no room for a new survey.
const NO_SPACE: &str = "no-space";

/// That room runs out or has run out, and the way on.
#[component]
fn SpaceNotice(space: RwSignal<Space>) -> impl IntoView {
    let reader = use_reader();
    live(move || {
        let words = &reader.language().words().safety;
        match space.get() {
            Space::Enough => None,
            Space::Little(free) => Some(
                view! {
                    <div class="notice warn" data-space="little">
                        <p>{words.space_little}</p>
                        <p>{(words.free_now)(free)}</p>
                    </div>
                }
                .into_any(),
            ),
            Space::None(free) => Some(
                view! {
                    <div class="notice danger" id=NO_SPACE tabindex="-1" role="alert" data-space="none">
                        <p><strong>{words.space_none}</strong> " " {(words.free_now)(free)}</p>
                        <p>{words.space_way_out}</p>
                    </div>
                }
                .into_any(),
            ),
        }
    })
}

#[component]
fn SafetyLine() -> impl IntoView {
    view! {
        <section class="section" data-section="safety">
            <h2>{say(|w| w.safety.safety)}</h2>
            <A href="/safety" attr:class="card card-link" attr:data-action="safety">
                <div class="card-row">
                    <Icon shape=Shape::Shield />
                    <span class="grow soft">{say(|w| w.safety.safety_line)}</span>
                    <Icon shape=Shape::Next />
                </div>
            </A>
            <SettingsLine />
        </section>
    }
}

#[component]
fn BrokenForms(device: Device) -> impl IntoView {
    let count = Memo::new(move |_| device.broken.with(Vec::len));
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="notice danger">
                <p>{say(move |w| (w.broken_forms)(count.get()))}</p>
                <A href="/diagnostics" attr:class="button" attr:data-action="diagnostics">{say(|w| w.broken_forms_see)}</A>
            </div>
        </Show>
    }
}

#[component]
fn OutboxLine(device: Device) -> impl IntoView {
    let counts = Memo::new(move |_| {
        let (waiting, delivered) =
            device.outbox.with(|outbox| device.delivered.with(|delivered| submissions(outbox, delivered)));
        let refused = waiting.iter().filter(|one| one.is_refused()).count();
        (waiting.len() - refused, refused, delivered.len())
    });
    view! {
        <section class="section" data-section="outbox">
            <h2>{say(|w| w.outbox_title)}</h2>
            <A href="/outbox" attr:class="card card-link" attr:data-action="outbox">
                <div class="card-row">
                    <Icon shape=Shape::Send />
                    <div class="grow stack tight">
                        {live(move || {
                            let (waiting, refused, delivered) = counts.get();
                            let line = move |class: &'static str, words: Box<dyn Fn() -> String + Send>| {
                                view! { <span class=class>{words}</span> }
                            };
                            [
                                (waiting + refused + delivered == 0)
                                    .then(|| line("soft", Box::new(say(|w| w.outbox_none.to_owned())))),
                                (refused > 0).then(|| line("state bad", Box::new(say(move |w| (w.refused_count)(refused))))),
                                (waiting > 0).then(|| line("state wait", Box::new(say(move |w| (w.waiting_count)(waiting))))),
                                (delivered > 0)
                                    .then(|| line("state good", Box::new(say(move |w| (w.delivered_count)(delivered))))),
                            ]
                            .into_iter()
                            .flatten()
                            .collect_view()
                        })}
                    </div>
                    <Icon shape=Shape::Next />
                </div>
            </A>
        </section>
    }
}
