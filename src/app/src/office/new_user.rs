//! A new user, and the password to begin with, shown once.

use leptos::prelude::*;
use leptos_router::components::A;
use serde::Deserialize;
use serde_json::json;

use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Menu, Once, Outcome, Submit, Told};
use super::frame::Frame;
use super::refusal::Refusal;
use super::wire::User;
use super::{tell, words_now};
use crate::components::confirm::Confirm;
use crate::components::entry::{EntryErrors, Wrong};
use crate::components::live::{live, shown_when};
use crate::platform::{page as screen, timer};
use crate::state::reader::use_reader;
use crate::words::office::words;

const NAME: &str = "user-name";
const AREA: &str = "user-area";
const PROVIDER: &str = "user-provider";
const ROLES: [&str; 6] = ["worker", "station", "provider", "auditor", "administrator", "designer"];

/// A user with the password that was made for them.
#[derive(Clone, PartialEq, Deserialize)]
pub struct Made {
    pub user: User,
    pub password: Option<String>,
}

/// What a user's rights are made of, as they are typed.
#[derive(Clone, Copy)]
pub struct Rights {
    pub role: RwSignal<String>,
    pub area: RwSignal<String>,
    pub provider: RwSignal<String>,
}

impl Rights {
    /// As they stand.
    pub fn of(user: &User) -> Rights {
        Rights {
            role: RwSignal::new(user.role.clone()),
            area: RwSignal::new(user.area.clone()),
            provider: RwSignal::new(user.provider.clone().unwrap_or_default()),
        }
    }

    /// For the server. A role that has no organisation is sent without one, whatever is still in the field.
    pub fn json(self) -> serde_json::Value {
        let (role, area) = (self.role.get_untracked(), self.area.get_untracked());
        let mut said = json!({"role": role, "area": area.trim()});
        if role == "provider" {
            said["provider"] = json!(self.provider.with_untracked(|text| text.trim().to_owned()));
        }
        said
    }
}

/// What an empty area, which is everywhere, means for a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emptiness {
    /// Nothing: it is not empty, or everywhere is where such a role belongs.
    Fine,
    /// It is a mistake: the server refuses it.
    Refused,
    /// It may be meant, and is asked about.
    Asked,
}

/// See [`Emptiness`].
pub fn emptiness(role: &str, area: &str) -> Emptiness {
    match (area.trim().is_empty(), role) {
        (true, "worker") => Emptiness::Refused,
        (true, "station" | "provider") => Emptiness::Asked,
        _ => Emptiness::Fine,
    }
}

impl Rights {
    /// May they be sent? If the area is empty it is said what is wrong, or asked, and the answer is for later.
    pub fn are_meant(self, outcome: Outcome, asking: RwSignal<Option<()>>) -> bool {
        match self.role.with_untracked(|role| self.area.with_untracked(|area| emptiness(role, area))) {
            Emptiness::Fine => true,
            Emptiness::Refused => {
                outcome.complain(AREA, |w| w.worker_needs_area);
                false
            }
            Emptiness::Asked => {
                asking.set(Some(()));
                false
            }
        }
    }
}

/// Asks whether everywhere is meant.
#[component]
pub fn EverywhereMeant(
    rights: Rights,
    asking: RwSignal<Option<()>>,
    #[prop(into)] act: Callback<()>,
) -> impl IntoView {
    let reader = use_reader();
    view! {
        <Confirm
            asking
            title=move |()| {
                let words = words_now(reader);
                (words.everywhere_title)((words.role)(&rights.role.get_untracked()))
            }
            explained=Signal::derive(move || words(reader.language()).everywhere_explained)
            yes=Signal::derive(move || words(reader.language()).everywhere_yes)
            act=move |()| act.run(())
        />
    }
}

/// The field that a refusal of rights is about.
pub fn rights_field(refusal: &Refusal) -> Option<&'static str> {
    match refusal.field()? {
        "area" => Some(AREA),
        "provider" => Some(PROVIDER),
        _ => None,
    }
}

/// Role, area, and the organisation where there is one.
#[component]
pub fn RightsFields(rights: Rights, wrong: Wrong) -> impl IntoView {
    let roles = ROLES.map(str::to_owned).to_vec();
    view! {
        <Menu
            id="user-role" label=|w| w.role_field values=Signal::stored(roles) chosen=rights.role
            called=|(role, w): (String, &'static crate::words::office::Office)| (w.role)(&role).to_owned()
        />
        <p class="soft small" role="status">{tell(move |w| rights.role.with(|role| (w.role_explained)(role)))}</p>
        {shown_when(move || rights.role.with(|role| role == "provider"), move || view! {
            <Field id=PROVIDER kind=Kind::Plain label=|w| w.provider_field hint=|w| w.provider_hint text=rights.provider wrong /> }.into_any())}
        <Field id=AREA kind=Kind::Plain label=|w| w.area_field hint=|w| w.area_hint text=rights.area wrong />
    }
}

/// The page at `/office/users/new`.
#[component]
pub fn NewUserPage() -> impl IntoView {
    let desk = use_desk();
    let made = RwSignal::new(None::<Made>);
    view! {
        <Frame title=|w| w.add_user screen="new-user">
            <div class="narrow section">
                <p class="lone"><A href="/office/users">{tell(|w| w.back_to_users)}</A></p>
                <h1>{tell(|w| w.add_user)}</h1>
                {live(move || match made.get() {
                    Some(user) => view! { <Added user made /> }.into_any(),
                    None => view! { <NewUserForm desk made /> }.into_any(),
                })}
            </div>
        </Frame>
    }
}

#[component]
fn NewUserForm(desk: Desk, made: RwSignal<Option<Made>>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let rights = Rights::of(&User { role: "worker".into(), ..User::default() });
    let outcome = Outcome::new();
    let asking = RwSignal::new(None::<()>);
    let add = move |is_meant: bool| {
        let typed = name.with_untracked(|name| name.trim().to_owned());
        if typed.is_empty() {
            return outcome.complain(NAME, |w| w.empty);
        }
        if !is_meant && !rights.are_meant(outcome, asking) || !outcome.begin() {
            return;
        }
        let mut body = rights.json();
        body["name"] = json!(typed);
        timer::spawn(async move {
            match desk.ask::<Made>("POST", "/api/v1/users", Some(&body)).await {
                Ok(answer) => {
                    outcome.done();
                    made.try_set(Some(answer));
                }
                Err(refusal) => {
                    outcome.refused(refusal, |refusal| match (refusal.code.as_str(), refusal.field()) {
                        ("name_taken", _) | (_, Some("name")) => Some(NAME),
                        _ => rights_field(refusal),
                    })
                }
            }
        });
    };
    view! {
        <EntryErrors wrong=outcome.wrong />
        <Told outcome />
        <form class="entry-form card" novalidate on:submit=move |event| {
            event.prevent_default();
            add(false);
        }>
            <Field id=NAME kind=Kind::Plain label=|w| w.name hint=|w| w.name_hint text=name wrong=outcome.wrong />
            <RightsFields rights wrong=outcome.wrong />
            <div class="actions">
                <Submit outcome action="make-user" word=|w| w.add_user busy=|w| w.saving />
            </div>
        </form>
        <EverywhereMeant rights asking act=move |()| add(true) />
    }
}

#[component]
fn Added(user: Made, made: RwSignal<Option<Made>>) -> impl IntoView {
    let Made { user, password } = user;
    screen::scroll_to_top();
    let name = user.name.clone();
    view! {
        <div class="card" data-made=user.name.clone()>
            <div role="status"><h2>{tell(move |w| (w.user_added)(&name))}</h2></div>
            <FirstPasswordShown password=password.unwrap_or_default() />
            <div class="actions">
                <button type="button" class="button main" data-action="add-another" on:click=move |_| made.set(None)>
                    {tell(|w| w.add_another)}
                </button>
                <A href=format!("/office/devices/new?user={}", user.id) attr:class="button" attr:data-action="give-device">
                    {tell(|w| w.give_device)}
                </A>
                <A href="/office/users" attr:class="button">{tell(|w| w.back_to_users)}</A>
            </div>
        </div>
    }
}

/// A first password, and what to do with it.
#[component]
pub fn FirstPasswordShown(password: String) -> impl IntoView {
    view! {
        <h3>{tell(|w| w.first_password)}</h3>
        <Once text=password name="password" />
        <p>{tell(|w| w.first_password_explained)}</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_area_is_refused_for_workers_and_asked_about_where_it_may_be_meant() {
        assert_eq!(emptiness("worker", "  "), Emptiness::Refused);
        assert_eq!([emptiness("station", ""), emptiness("provider", "")], [Emptiness::Asked; 2]);
        assert_eq!([emptiness("auditor", ""), emptiness("administrator", "")], [Emptiness::Fine; 2]);
        assert_eq!([emptiness("worker", "371002"), emptiness("station", "37")], [Emptiness::Fine; 2]);
    }
}
