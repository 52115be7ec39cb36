//! One user: role and area, password and second factor reset, shut out and let in again; each asked about before it is done.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use serde_json::{Value as Json, json};

use super::desk::{Desk, use_desk};
use super::field::{Outcome, Submit, Told};
use super::frame::{Awaited, Frame, Remote};
use super::new_user::{EverywhereMeant, FirstPasswordShown, Made, Rights, RightsFields, rights_field};
use super::users::state;
use super::wire::User;
use super::{tell, words_now};
use crate::components::confirm::Confirm;
use crate::components::entry::EntryErrors;
use crate::components::live::{live, shown_when};
use crate::pages::fact;
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::office::Office;
use crate::words::when::when;

/// What can be done with a user besides giving them other rights.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    ResetPassword,
    ResetFactor,
    Disable,
    Enable,
}

impl Deed {
    fn json(self) -> Json {
        match self {
            Deed::ResetPassword => json!({"reset_password": true}),
            Deed::ResetFactor => json!({"reset_second_factor": true}),
            Deed::Disable => json!({"disabled": true}),
            Deed::Enable => json!({"disabled": false}),
        }
    }

    fn title(self, name: &str, words: &'static Office) -> String {
        match self {
            Deed::ResetPassword => (words.reset_password_title)(name),
            Deed::ResetFactor => (words.reset_factor_title)(name),
            Deed::Disable | Deed::Enable => (words.disable_title)(name),
        }
    }

    fn explained(self, words: &'static Office) -> &'static str {
        match self {
            Deed::ResetPassword => words.reset_password_explained,
            Deed::ResetFactor => words.reset_factor_explained,
            Deed::Disable | Deed::Enable => words.disable_explained,
        }
    }

    fn word(self, words: &'static Office) -> &'static str {
        match self {
            Deed::ResetPassword => words.reset_password,
            Deed::ResetFactor => words.reset_factor,
            Deed::Disable => words.disable,
            Deed::Enable => words.enable,
        }
    }

    fn done(self, words: &'static Office) -> &'static str {
        match self {
            Deed::ResetPassword => words.password_reset,
            Deed::ResetFactor => words.factor_reset,
            Deed::Disable => words.disabled_now,
            Deed::Enable => words.enabled_again,
        }
    }
}

/// The page at `/office/users/ID`.
#[component]
pub fn UserPage() -> impl IntoView {
    let desk = use_desk();
    let params = use_params_map();
    let id = params.with_untracked(|params| params.get("id")).unwrap_or_default();
    let path = StoredValue::new(format!("/api/v1/users/{id}"));
    let user = Remote::<User>::new();
    let load = move || {
        user.load(async move {
            let made: Made = desk.ask("GET", &path.get_value(), None).await?;
            Ok(made.user)
        });
    };
    load();
    let is_own = move || {
        desk.user.with(|own| user.value.with(|user| user.as_ref().is_some_and(|user| user.id == own.id)))
    };
    view! {
        <Frame title=|w| w.users screen="user">
            <div class="section">
                <p class="lone"><A href="/office/users">{tell(|w| w.back_to_users)}</A></p>
                <Awaited remote=user again=move |()| load() />
                {shown_when(move || user.is_here(), move || match untrack(is_own) {
                    true => view! {
                        <Facts user=user.value />
                        <p class="notice" data-own="true">{tell(|w| w.user_own)}</p>
                    }
                    .into_any(),
                    false => view! {
                        <div class="split">
                            <div class="section">
                                <Facts user=user.value />
                                <Deeds desk path user=user.value />
                            </div>
                            <RightsForm desk path user=user.value />
                        </div>
                    }
                    .into_any(),
                })}
            </div>
        </Frame>
    }
}

/// A user, once they are here.
type Known = RwSignal<Option<User>>;

fn of<T>(user: Known, read: impl Fn(&User) -> T) -> T
where
    T: Default,
{
    user.with(|user| user.as_ref().map(read).unwrap_or_default())
}

#[component]
fn Facts(user: Known) -> impl IntoView {
    let area = move |w: &'static Office| {
        let area = of(user, |user| user.area.clone());
        if area.is_empty() { w.everywhere.to_owned() } else { area }
    };
    let factor = move |w: &'static Office| match of(user, |user| user.second_factor) {
        true => w.with_second_factor,
        false => w.no_second_factor,
    };
    view! {
        <h1 translate="no">{live(move || of(user, |user| user.name.clone()))}</h1>
        <div class="card">
            <dl class="facts">
                {fact("role", tell(|w| w.role_field), tell(move |w| of(user, |user| (w.role)(&user.role).to_owned())).into_any())}
                {fact("area", tell(|w| w.area_field), tell(area).into_any())}
                {live(move || of(user, |user| user.provider.clone()).map(|code| fact("provider", tell(|w| w.provider_field), code.into_any())))}
                {fact("state", tell(|w| w.login_and_access), view! {
                    <span data-state=live(move || if of(user, |user| user.disabled) { "disabled" } else { "enabled" })>
                        {tell(move |w| of(user, |user| state(user, w).to_owned()))}
                    </span>
                }.into_any())}
                {fact("factor", tell(|w| w.second_factor), tell(factor).into_any())}
                {fact("made", tell(|w| w.made_at), say(move |w| when(of(user, |user| user.made_at), now(), w)).into_any())}
            </dl>
        </div>
    }
}

#[component]
fn RightsForm(desk: Desk, path: StoredValue<String>, user: Known) -> impl IntoView {
    let rights = Rights::of(&user.get_untracked().unwrap_or_default());
    let outcome = Outcome::new();
    let (done, asking) = (RwSignal::new(false), RwSignal::new(None::<()>));
    let save = move |is_meant: bool| {
        done.set(false);
        if !is_meant && !rights.are_meant(outcome, asking) || !outcome.begin() {
            return;
        }
        let body = rights.json();
        timer::spawn(async move {
            match desk.ask::<Made>("PATCH", &path.get_value(), Some(&body)).await {
                Ok(made) => {
                    outcome.done();
                    done.try_set(true);
                    user.try_update(|user| *user = Some(made.user));
                }
                Err(refusal) => outcome.refused(refusal, rights_field),
            }
        });
    };
    view! {
        <section class="section">
            <h2>{tell(|w| w.rights)}</h2>
            <EntryErrors wrong=outcome.wrong />
            <Told outcome />
            <form class="entry-form card" novalidate on:submit=move |event| {
                event.prevent_default();
                save(false);
            }>
                <RightsFields rights wrong=outcome.wrong />
                <p class="soft small">{tell(|w| w.rights_explained)}</p>
                <div class="actions">
                    <Submit outcome action="save-rights" word=|w| w.save busy=|w| w.saving />
                </div>
                {shown_when(move || done.get(), || view! {
                    <p class="notice" role="status" data-saved="true">{tell(|w| w.saved)}</p> }.into_any())}
            </form>
            <EverywhereMeant rights asking act=move |()| save(true) />
        </section>
    }
}

#[component]
fn Deeds(desk: Desk, path: StoredValue<String>, user: Known) -> impl IntoView {
    let reader = use_reader();
    let asking = RwSignal::new(None::<Deed>);
    let done = RwSignal::new(None::<(Deed, Option<String>)>);
    let outcome = Outcome::new();
    let act = move |deed: Deed| {
        done.set(None);
        if !outcome.begin() {
            return;
        }
        timer::spawn(async move {
            match desk.ask::<Made>("PATCH", &path.get_value(), Some(&deed.json())).await {
                Ok(made) => {
                    outcome.done();
                    done.try_set(Some((deed, made.password)));
                    user.try_update(|user| *user = Some(made.user));
                }
                Err(refusal) => outcome.refused(refusal, |_| None),
            }
        });
    };
    let button = move |deed: Deed, action: &'static str| {
        view! {
            <button type="button" class="button" data-action=action on:click=move |_| match deed {
                Deed::Enable => act(deed),
                Deed::ResetPassword | Deed::ResetFactor | Deed::Disable => asking.set(Some(deed)),
            }>
                {tell(move |w| deed.word(w))}
            </button>
        }
        .into_any()
    };
    let said = move || {
        done.get().map(|(deed, password)| {
            view! {
                <div class="notice" role="status" data-done=format!("{deed:?}")>
                    {match password {
                        Some(password) => view! { <FirstPasswordShown password /> }.into_any(),
                        None => view! { <p>{tell(move |w| deed.done(w))}</p> }.into_any(),
                    }}
                </div>
            }
        })
    };
    let disabled = Memo::new(move |_| of(user, |user| user.disabled));
    let factor = Memo::new(move |_| of(user, |user| user.second_factor));
    let asked = move || asking.get().unwrap_or(Deed::Disable);
    view! {
        <section class="section">
            <h2>{tell(|w| w.login_and_access)}</h2>
            <Told outcome />
            {live(said)}
            <div class="actions">
                {shown_when(move || of(user, |user| !user.lacks_password()), move || button(Deed::ResetPassword, "reset-password"))}
                {shown_when(move || factor.get(), move || button(Deed::ResetFactor, "reset-factor"))}
                {live(move || match disabled.get() {
                    true => button(Deed::Enable, "enable"),
                    false => button(Deed::Disable, "disable"),
                })}
                {shown_when(move || of(user, goes_out), move || view! {
                    <A href=format!("/office/devices/new?user={}", of(user, |user| user.id.clone())) attr:class="button" attr:data-action="give-device">
                        {tell(|w| w.give_device)}
                    </A> }.into_any())}
            </div>
        </section>
        <Confirm
            asking
            title=move |deed: Deed| deed.title(&user.with_untracked(|user| user.as_ref().map(|user| user.name.clone()).unwrap_or_default()), words_now(reader))
            explained=Signal::derive(tell(move |w| asked().explained(w)))
            yes=Signal::derive(tell(move |w| asked().word(w)))
            act
        />
    }
}

/// May they be given a device?
pub fn goes_out(user: &User) -> bool {
    !user.disabled && matches!(user.role.as_str(), "worker" | "station" | "provider")
}
