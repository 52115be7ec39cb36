//! Who is signed in, and asking the server as them.
//!
//! Kept here: the session is the browser's cookie, which nothing here can read; a password is held in memory from signing in
//! until the first steps are done, and no longer; a session that is over leads back to signing in, wherever one was.

use doorstep_delivery::transport::Response;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::refusal::Refusal;
use super::wire::{Me, User};
use crate::platform::fetch::{ask_signed_in, hand_in_signed_in};
use crate::platform::{network, timer};

const TIMEOUT_MS: u32 = 30_000;
/// For a file that is worked through.
const LONG_TIMEOUT_MS: u32 = 600_000;
/// Rows that the server gives at a time.
const PAGE: usize = 200;

/// Where somebody stands with the server.
#[derive(Clone, PartialEq, Debug)]
pub enum Standing {
    /// Not known yet.
    Asking,
    /// The server can't be asked.
    Unreached(Refusal),
    /// Nobody is signed in.
    Out,
    /// The password is somebody else's.
    MustChoosePassword,
    /// The role needs a second factor.
    MustSetSecondFactor,
    /// At work.
    In,
}

/// The desk. Lives as long as the page.
#[derive(Clone, Copy)]
pub struct Desk {
    pub standing: RwSignal<Standing>,
    /// Who it is.
    pub user: RwSignal<User>,
    /// Was somebody signed in who no longer is?
    pub ended: RwSignal<bool>,
    /// Does the browser see a network?
    pub online: RwSignal<bool>,
    /// What was typed at the login, for the first steps.
    password: StoredValue<String>,
}

/// A page that has a menu entry, and who has a use for it (the server's table of rights decides).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Page {
    Households,
    Referrals,
    Review,
    Ranking,
    Placement,
    Analysis,
    Statistics,
    Ledgers,
    Users,
    Devices,
    Lists,
    Aside,
    Monitoring,
    Relay,
    Collect,
    Log,
}

impl Page {
    pub const ALL: [Page; 16] = [
        Page::Households,
        Page::Referrals,
        Page::Review,
        Page::Ranking,
        Page::Placement,
        Page::Analysis,
        Page::Statistics,
        Page::Ledgers,
        Page::Users,
        Page::Devices,
        Page::Lists,
        Page::Aside,
        Page::Monitoring,
        Page::Relay,
        Page::Collect,
        Page::Log,
    ];

    /// Does a role have a use for it?
    pub fn is_for(self, role: &str) -> bool {
        match self {
            Page::Households
            | Page::Referrals
            | Page::Review
            | Page::Ranking
            | Page::Placement
            | Page::Analysis
            | Page::Statistics
            | Page::Ledgers => matches!(role, "station" | "auditor"),
            Page::Users => role == "administrator",
            Page::Devices => matches!(role, "administrator" | "station" | "auditor"),
            Page::Lists | Page::Aside | Page::Monitoring => role == "station",
            Page::Collect => matches!(role, "administrator" | "station"),
            Page::Relay => matches!(role, "administrator" | "auditor"),
            Page::Log => role == "auditor",
        }
    }

    /// The roles that have a use for it.
    pub fn roles(self) -> Vec<&'static str> {
        let all = ["worker", "station", "provider", "auditor", "administrator", "designer"];
        all.into_iter().filter(|role| self.is_for(role)).collect()
    }

    /// The page at an address, or the one that it is a part of.
    pub fn at(path: &str) -> Option<Page> {
        let is_it = |page: &Page| {
            path.strip_prefix(page.address()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Page::ALL.into_iter().find(is_it)
    }

    pub fn address(self) -> &'static str {
        match self {
            Page::Households => "/office/households",
            Page::Referrals => "/office/referrals",
            Page::Review => "/office/review",
            Page::Ranking => "/office/ranking",
            Page::Placement => "/office/placement",
            Page::Analysis => "/office/analysis",
            Page::Statistics => "/office/statistics",
            Page::Ledgers => "/office/ledgers",
            Page::Users => "/office/users",
            Page::Devices => "/office/devices",
            Page::Lists => "/office/lists",
            Page::Aside => "/office/aside",
            Page::Monitoring => "/office/monitoring",
            Page::Relay => "/office/relay",
            Page::Collect => "/office/collect",
            Page::Log => "/office/log",
        }
    }
}

impl Desk {
    /// Asks the server who is there.
    pub fn provide() -> Desk {
        let desk = Desk {
            standing: RwSignal::new(Standing::Asking),
            user: RwSignal::default(),
            ended: RwSignal::new(false),
            online: RwSignal::new(network::is_online()),
            password: StoredValue::default(),
        };
        network::on_change(move |online| desk.online.set(online)).forget();
        provide_context(desk);
        desk.look();
        desk
    }

    /// Asks who is there.
    pub fn look(self) {
        timer::spawn(async move {
            match self.send::<Me>("GET", "/api/v1/me", None).await {
                Ok(me) => self.enter(me),
                Err(refusal) if refusal.code == "login" => self.stand(Standing::Out),
                Err(refusal) => self.stand(Standing::Unreached(refusal)),
            }
        });
    }

    /// Signs in. The code is asked for by the refusal `second_factor`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn sign_in(self, name: &str, password: &str, code: &str) -> Result<(), Refusal> {
        let mut body = serde_json::json!({"name": name, "password": password});
        if !code.is_empty() {
            body["code"] = code.into();
        }
        let me: Me = self.send("POST", "/api/v1/login", Some(&body)).await?;
        self.ended.set(false);
        self.password.set_value(if me.pending.is_some() { password.to_owned() } else { String::new() });
        self.enter(me);
        Ok(())
    }

    fn enter(self, me: Me) {
        // A device's token is no user, and comes with no cookie.
        let Some(user) = me.user else { return self.stand(Standing::Out) };
        self.user.set(user);
        self.stand(match me.pending.as_deref() {
            None => Standing::In,
            Some("password") => Standing::MustChoosePassword,
            Some(_) => Standing::MustSetSecondFactor,
        });
    }

    /// A page is not built anew because its reader stands where they stood.
    fn stand(self, standing: Standing) {
        if self.standing.with_untracked(|now| *now != standing) {
            self.standing.set(standing);
        }
    }

    /// Signs out. Out is out, even if the server can't be told: the cookie ends by itself.
    pub async fn sign_out(self) -> Result<(), Refusal> {
        self.send::<Json>("POST", "/api/v1/logout", Some(&serde_json::json!({}))).await?;
        self.password.set_value(String::new());
        self.stand(Standing::Out);
        self.user.set(User::default());
        Ok(())
    }

    /// The password that was typed a moment ago, if it is still needed.
    pub fn typed_password(self) -> String {
        self.password.get_value()
    }

    /// Another password is the one now.
    pub fn keep_password(self, password: &str) {
        if self.standing.get_untracked() != Standing::In {
            self.password.set_value(password.to_owned());
        }
    }

    /// The first steps are done, or one of them.
    pub fn go_on(self) {
        if self.standing.get_untracked() == Standing::MustSetSecondFactor {
            self.password.set_value(String::new());
        }
        self.look();
    }

    /// Asks for something as who is signed in.
    ///
    /// # Errors
    /// [`Refusal`]; one that says that nobody is signed in also leads back to signing in.
    pub async fn ask<T: DeserializeOwned>(
        self,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> Result<T, Refusal> {
        self.heed(self.send(method, path, body).await)
    }

    /// What leads elsewhere: nobody is signed in any more, or there is something to be done before.
    fn heed<T>(self, answer: Result<T, Refusal>) -> Result<T, Refusal> {
        if let Err(refusal) = &answer {
            match refusal.code.as_str() {
                "login" => {
                    if self.standing.with_untracked(|now| *now != Standing::Out) {
                        self.ended.set(true);
                    }
                    self.stand(Standing::Out);
                }
                "choose_password" | "set_up_second_factor" => self.look(),
                _ => {}
            }
        }
        answer
    }

    /// Hands in a file as who is signed in; what the server makes of it may take minutes.
    ///
    /// # Errors
    /// [`Refusal`], as for [`Desk::ask`].
    pub async fn hand_in<T: DeserializeOwned>(
        self,
        path: &str,
        media_type: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<T, Refusal> {
        let answer = hand_in_signed_in(path, media_type, name, bytes, LONG_TIMEOUT_MS).await;
        let answer = answer.map_err(|error| Refusal::network(&error))?;
        let told = read(&answer);
        if matches!(&told, Err(refusal) if refusal.code == "login") {
            self.ended.set(true);
            self.stand(Standing::Out);
        }
        told
    }

    /// All rows of a list that the server gives by pages, `most` at most; true if there are more.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn list<T: DeserializeOwned>(
        self,
        path: &str,
        name: &str,
        after: impl Fn(&T) -> String,
        most: usize,
    ) -> Result<(Vec<T>, bool), Refusal> {
        let mut rows: Vec<T> = Vec::new();
        loop {
            let from = rows.last().map(&after).unwrap_or_default();
            let mut page: Json = self.ask("GET", &format!("{path}?after={from}"), None).await?;
            let page: Vec<T> =
                serde_json::from_value(page[name].take()).map_err(|_| Refusal::not_the_server())?;
            let is_last = page.len() < PAGE;
            rows.extend(page);
            if is_last || rows.len() >= most {
                return Ok((rows, !is_last));
            }
        }
    }

    /// Asks for a file.
    ///
    /// # Errors
    /// [`Refusal`], as for [`Desk::ask`].
    pub async fn file(self, path: &str, body: &Json) -> Result<Vec<u8>, Refusal> {
        let bytes = body.to_string().into_bytes();
        let answer = ask_signed_in("POST", path, Some(&bytes), TIMEOUT_MS).await;
        let answer = answer.map_err(|error| Refusal::network(&error))?;
        match answer.status {
            200..=299 => Ok(answer.body),
            _ => self.heed(Err(Refusal::answered(&answer))),
        }
    }

    async fn send<T: DeserializeOwned>(
        self,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> Result<T, Refusal> {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let answer = ask_signed_in(method, path, bytes.as_deref(), TIMEOUT_MS).await;
        let answer = answer.map_err(|error| Refusal::network(&error))?;
        read(&answer)
    }
}

fn read<T: DeserializeOwned>(answer: &Response) -> Result<T, Refusal> {
    match answer.status {
        200..=299 => serde_json::from_slice(&answer.body).map_err(|_| Refusal::not_the_server()),
        _ => Err(Refusal::answered(answer)),
    }
}

/// The desk, from any of these pages.
pub fn use_desk() -> Desk {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_that_has_a_page_here_finds_it_and_workers_find_none() {
        let pages = |role: &str| Page::ALL.into_iter().filter(|page| page.is_for(role)).count();
        assert_eq!([pages("administrator"), pages("station"), pages("auditor")], [4, 13, 11]);
        assert_eq!(["worker", "provider", "designer", ""].map(pages), [0; 4]);
    }

    #[test]
    fn whoever_may_not_see_a_page_can_be_told_whose_it_is() {
        let roles = |path: &str| Page::at(path).map(Page::roles).unwrap_or_default();
        assert_eq!(roles("/office/log"), ["auditor"]);
        assert_eq!(roles("/office/lists"), ["station"]);
        assert_eq!(roles("/office/users/0123"), ["administrator"]);
        assert!(roles("/office").is_empty() && roles("/office/logs").is_empty());
        assert!(Page::ALL.into_iter().all(|page| !page.roles().is_empty()));
    }

    #[test]
    fn a_portal_that_answers_200_is_not_the_server() {
        let answer = Response { status: 200, headers: Vec::new(), body: b"<html>".to_vec() };
        assert_eq!(read::<Me>(&answer), Err(Refusal::not_the_server()));
    }
}
