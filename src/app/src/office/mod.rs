//! The pages at `/office`: the station's over its cases (`station/`); the administrator's: users, devices, lists that contradict themselves, what was
//! finished on two phones, monitoring lists, what is passed on, ODK Collect, the audit log.
//!
//! Kept here: they are a program of their own over the app's library, which no phone loads; they keep nothing on the device, show
//! only what the server's answers bear, and tell everything that it refuses. What may be done is the server's to say:
//! a page that a role has no use for is left out of the menu, and refused in words to whoever opens it all the same.

mod account;
mod aside;
mod calls;
mod code;
mod collect;
mod conflicts;
mod desk;
mod devices;
mod field;
mod frame;
mod hand_out;
mod log;
mod monitoring;
mod new_user;
mod overview;
mod qr;
mod refusal;
mod relay;
mod relay_again;
mod relay_item;
mod second_factor;
mod sign_in;
mod station;
mod user;
mod users;
mod wire;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::components::live::{Live, live};
use crate::state::reader::{Reader, use_reader};
use crate::words::office::{Office, words};
use desk::{Desk, Standing};

/// All of it. Nothing is shown before the server has said who is there.
#[component]
pub fn App() -> impl IntoView {
    Reader::provide();
    let desk = Desk::provide();
    view! {
        <Router>
            {live(move || match desk.standing.get() {
                Standing::Asking => view! { <p class="opening" role="status">{tell(|w| w.loading)}</p> }.into_any(),
                Standing::Unreached(refusal) => view! { <frame::Unreached refusal /> }.into_any(),
                Standing::Out => view! { <sign_in::SignIn /> }.into_any(),
                Standing::MustChoosePassword => view! { <account::FirstPassword /> }.into_any(),
                Standing::MustSetSecondFactor => view! { <second_factor::FirstFactor /> }.into_any(),
                Standing::In => view! { <Pages /> }.into_any(),
            })}
        </Router>
    }
}

/// The pages, for whoever is signed in.
#[component]
fn Pages() -> impl IntoView {
    station::Known::provide();
    station::Sought::provide();
    view! {
        <FlatRoutes fallback=frame::NotFound>
            <Route path=path!("/office") view=overview::OverviewPage />
            <Route path=path!("/office/households") view=station::HouseholdsPage />
            <Route path=path!("/office/households/:id") view=station::HouseholdPage />
            <Route path=path!("/office/referrals") view=station::ReferralsPage />
            <Route path=path!("/office/review") view=station::ReviewPage />
            <Route path=path!("/office/ranking") view=station::RankingPage />
            <Route path=path!("/office/placement") view=station::PlacementPage />
            <Route path=path!("/office/analysis") view=station::AnalysisPage />
            <Route path=path!("/office/statistics") view=station::StatisticsPage />
            <Route path=path!("/office/ledgers") view=station::LedgersPage />
            <Route path=path!("/office/users") view=users::UsersPage />
            <Route path=path!("/office/users/new") view=new_user::NewUserPage />
            <Route path=path!("/office/users/:id") view=user::UserPage />
            <Route path=path!("/office/devices") view=devices::DevicesPage />
            <Route path=path!("/office/devices/new") view=hand_out::HandOutPage />
            <Route path=path!("/office/lists") view=conflicts::ConflictsPage />
            <Route path=path!("/office/aside") view=aside::AsidePage />
            <Route path=path!("/office/monitoring") view=monitoring::MonitoringPage />
            <Route path=path!("/office/relay") view=relay::RelayPage />
            <Route path=path!("/office/collect") view=collect::CollectPage />
            <Route path=path!("/office/log") view=log::LogPage />
            <Route path=path!("/office/account") view=account::AccountPage />
        </FlatRoutes>
    }
}

/// Words that follow the language: `{tell(|w| w.users)}`.
fn tell<T: 'static>(pick: impl Fn(&'static Office) -> T + Send + Sync + 'static) -> Live<T> {
    let reader = use_reader();
    live(move || pick(words(reader.language())))
}

/// The words now, for what is said once.
fn words_now(reader: Reader) -> &'static Office {
    words(reader.language_now())
}
