//! The users: found by name, role or area among all that there are.

use leptos::prelude::*;
use leptos_router::components::A;

use super::desk::{Desk, use_desk};
use super::field::{Field, Kind};
use super::frame::{Awaited, Frame, Remote};
use super::tell;
use super::wire::User;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::state::reader::use_reader;
use crate::words::office::{Office, words};

/// The most users that are read into the page.
const MOST: usize = 5_000;
/// How many are shown at a time.
pub const STEP: usize = 50;

/// All users, and whether there are more than these.
pub async fn all(desk: Desk) -> Result<(Vec<User>, bool), super::refusal::Refusal> {
    desk.list("/api/v1/users", "users", |user: &User| user.name.clone(), MOST).await
}

/// The page at `/office/users`.
#[component]
pub fn UsersPage() -> impl IntoView {
    let desk = use_desk();
    let reader = use_reader();
    let users = Remote::new();
    let load = move || users.load(all(desk));
    load();
    let sought = RwSignal::new(String::new());
    let most = RwSignal::new(STEP);
    let found = Memo::new(move |_| {
        let (sought, words) = (sought.get().trim().to_lowercase(), words(reader.language()));
        let fits = |user: &&User| {
            [
                user.name.as_str(),
                &user.area,
                (words.role)(&user.role),
                user.provider.as_deref().unwrap_or_default(),
            ]
            .iter()
            .any(|text| text.to_lowercase().contains(&sought))
        };
        users.value.with(|users: &Option<(Vec<User>, bool)>| {
            users
                .as_ref()
                .map(|(users, _)| users.iter().filter(fits).cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let rows =
        move || found.with(|found| found.iter().take(most.get()).cloned().map(row).collect::<Vec<_>>());
    view! {
        <Frame title=|w| w.users screen="users">
            <div class="head">
                <h1>{tell(|w| w.users)}</h1>
                {shown_when(move || desk.user.with(|user| user.role == "administrator"), || view! {
                    <A href="/office/users/new" attr:class="button main" attr:data-action="add-user">
                        <Icon shape=Shape::Plus />
                        {tell(|w| w.add_user)}
                    </A> }.into_any())}
            </div>
            <Awaited remote=users again=move |()| load() />
            {shown_when(move || users.is_here(), move || view! {
                <Field id="users-search" kind=Kind::Search label=|w| w.users_search text=sought wrong=RwSignal::new(None) />
                <Counted found=move || found.with(Vec::len) most more=move || users.value.with(|all| all.as_ref().filter(|all| all.1).map(|all| all.0.len())) />
                <ul class="records">{live(rows)}</ul>
                <More found=move || found.with(Vec::len) most /> }.into_any())}
        </Frame>
    }
}

/// How many of how many are shown.
#[component]
pub fn Counted(
    #[prop(into)] found: Signal<usize>,
    most: RwSignal<usize>,
    /// How many were read, if there are more on the server.
    #[prop(into)]
    more: Signal<Option<usize>>,
) -> impl IntoView {
    let words = move |w: &'static Office| match found.get() {
        0 => w.search_none.to_owned(),
        all => (w.shown_of)(most.get().min(all), all),
    };
    view! {
        <p class="soft small" role="status" data-found=live(move || found.get().to_string())>
            {tell(words)}
            {tell(move |w| more.get().map(|read| format!(" · {}", (w.too_many)(read))))}
        </p>
    }
}

/// Shows more of what was found.
#[component]
pub fn More(#[prop(into)] found: Signal<usize>, most: RwSignal<usize>) -> impl IntoView {
    view! {
        {shown_when(move || found.get() > most.get(), move || view! {
            <button type="button" class="button" data-action="more" on:click=move |_| most.update(|most| *most += STEP)>
                {tell(|w| w.more)}
            </button> }.into_any())}
    }
}

fn row(user: User) -> AnyView {
    let address = format!("/office/users/{}", user.id);
    let (role, area) = (user.role.clone(), user.area.clone());
    let (shown, name) = (user.clone(), user.name.clone());
    let class = match (user.disabled, user.must_change) {
        (true, _) => "state bad",
        (false, true) => "state wait",
        (false, false) => "state",
    };
    view! {
        <li>
            <A href=address attr:class="record card-link" attr:data-user=name>
                <strong translate="no">{user.name}</strong>
                <span>{tell(move |w| (w.role)(&role))}</span>
                <span class="figures">{tell(move |w| if area.is_empty() { w.everywhere.to_owned() } else { area.clone() })}</span>
                <span class=class>{tell(move |w| state(&shown, w))}</span>
                <Icon shape=Shape::Next />
            </A>
        </li>
    }
    .into_any()
}

/// How it stands with somebody, in a word.
pub fn state(user: &User, words: &'static Office) -> &'static str {
    match (user.disabled, user.must_change, user.second_factor) {
        (true, ..) => words.disabled,
        (false, true, _) => words.not_begun,
        (false, false, true) => words.with_second_factor,
        (false, false, false) => words.active,
    }
}
