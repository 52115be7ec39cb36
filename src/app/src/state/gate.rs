//! Who is at the phone: chosen, asked for the PIN, at work, and locked out again.
//!
//! Kept here: nothing of a user is on the screen or in a list unless that user is at work; locking drops the key,
//! but only after everything that was typed is kept for good. Unlocking comes back to the same address, and so to
//! the same question.

use doorstep_delivery::Wake;
use doorstep_delivery::recovery::{SECRET_BYTES, read_point, write_point};
use doorstep_delivery::store::{StoreError, StoreErrorKind};
use leptos::prelude::*;

use super::device::Device;
use super::keeping::{all_kept, now};
use super::{dictionary, enrolment, kiosk, office, pin, place, pulling, revoked, sending, targets};
use crate::platform::store::{IndexedDb, OfficeKey, Protection, Tried, is_office_key};
use crate::platform::users::{User, Users};
use crate::platform::{clock, idle, network, page, preferences, timer};

/// After so many minutes without a touch the app locks itself, unless chosen otherwise.
const LOCK_AFTER: u32 = 5;
/// What can be chosen.
pub const LOCK_CHOICES: [u32; 5] = [1, 2, 5, 10, 30];
/// How often it is looked whether the time is over.
const LOOK_MS: u32 = 5_000;
/// Other tabs hear of activity this often at most.
const TELL_MS: i64 = 2_000;

/// Set where more than the first user may be there: otherwise their list is not opened at the start.
pub(super) const SEVERAL: &str = "several-users";

/// The preference that holds the office's public key.
const OFFICE_KEY: &str = "office-key";

/// Where the phone's user stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not known yet.
    Opening,
    /// The device's storage can't be opened.
    Failed,
    /// Several could be meant.
    Choosing,
    /// The PIN is asked for.
    Locked,
    /// At work.
    Open,
}

/// The gate to what is on the device. Lives as long as the app.
#[derive(Clone, Copy)]
pub struct Gate {
    device: Device,
    /// Where the user stands.
    pub standing: RwSignal<Standing>,
    /// Everyone who uses this phone, as far as the list was read.
    pub users: RwSignal<Vec<User>>,
    /// Whose store it is.
    pub user: RwSignal<User>,
    /// How it is protected.
    pub protection: RwSignal<Protection>,
    /// After so many idle minutes it is locked.
    pub lock_after: RwSignal<u32>,
    /// Has the PIN that let its user in fewer digits than the office asks for?
    short_pin: RwSignal<bool>,
    /// Goes up whenever someone comes or goes: a lock that still waits for the last save is not the next user's.
    turn: StoredValue<u32>,
    /// When someone last did something, in any tab.
    active_ms: StoredValue<i64>,
}

impl Gate {
    /// Opens it as far as it opens by itself.
    pub fn provide(device: Device) -> Gate {
        let gate = Gate {
            device,
            standing: RwSignal::new(Standing::Opening),
            users: RwSignal::new(vec![User::default()]),
            user: RwSignal::default(),
            protection: RwSignal::default(),
            lock_after: RwSignal::new(LOCK_AFTER),
            short_pin: RwSignal::new(false),
            turn: StoredValue::new(0),
            active_ms: StoredValue::new(clock::now_ms()),
        };
        provide_context(gate);
        gate.watch();
        timer::spawn(async move {
            if kiosk::is_on() {
                return gate.come(kiosk::user()).await;
            }
            if preferences::get(SEVERAL).is_some() {
                gate.read_users().await;
            }
            match gate.users.with_untracked(|users| users.len() > 1) {
                true => {
                    gate.standing.set(Standing::Choosing);
                    // Nobody is let in yet: what is sealed for the office goes out all the same.
                    sending::wake(device, Wake::Start);
                }
                false => gate.come(gate.users.with_untracked(|users| users[0].clone())).await,
            }
        });
        gate
    }

    /// Takes up a user's store, and lets them in unless a PIN is set.
    pub async fn come(self, user: User) {
        let opened = IndexedDb::open_of(&user.id).await;
        let store = match opened {
            Ok(store) => store,
            Err(error) => {
                leptos::logging::error!("{error}");
                self.standing.set(Standing::Failed);
                return;
            }
        };
        let locked = store.is_locked();
        let minutes = preferences::get(&of_user("lock-after", &user));
        self.lock_after.set(minutes.and_then(|minutes| minutes.parse().ok()).unwrap_or(LOCK_AFTER));
        if self.is_another(&user) {
            place::forget();
        }
        self.user.set(user);
        self.device.take(store);
        self.read_protection().await;
        if locked {
            self.next_turn();
            self.standing.set(Standing::Locked);
            sending::wake(self.device, Wake::Start);
        } else {
            self.enter();
        }
    }

    /// Tries a PIN; the right one lets its user in.
    pub async fn unlock(self, pin: &str) -> Result<Tried, StoreError> {
        let tried = self.device.store().unlock(pin, now()).await?;
        match tried {
            Tried::Right => {
                self.short_pin.set(pin.len() < self.pin_least());
                self.enter();
            }
            Tried::Wrong { .. } | Tried::TooSoon(_) | Tried::Wiped => self.read_protection().await,
        }
        Ok(tried)
    }

    /// Of how many digits a PIN has to be at least: as the app asks, or the office more.
    pub fn pin_least(self) -> usize {
        self.device.pin_least.get_untracked().unwrap_or_default().max(pin::LEAST)
    }

    /// Does the office ask for a PIN?
    pub fn needs_pin(self) -> bool {
        self.device.pin_least.with(Option::is_some)
    }

    /// Does it ask for one that is not there, or for a longer one?
    pub fn owes_pin(self) -> bool {
        self.needs_pin() && !self.is_kiosk() && (!self.has_pin() || self.short_pin.get())
    }

    /// Locks, or with no PIN lets others choose. What was typed is kept before the key goes.
    pub fn lock(self) {
        if self.standing.get_untracked() == Standing::Open && self.can_leave() {
            self.go(if self.has_pin() { Standing::Locked } else { Standing::Choosing });
            preferences::set(&of_user("locked", &self.user.get_untracked()), &clock::now_ms().to_string());
        }
    }

    /// Lets another user choose themselves.
    pub fn change_user(self) {
        timer::spawn(async move {
            self.read_users().await;
            self.go(Standing::Choosing);
        });
    }

    /// Was someone else at this phone before, as far as this tab knows?
    pub fn is_another(self, user: &User) -> bool {
        self.turn.get_value() > 0 && self.user.with_untracked(|last| last.id != user.id)
    }

    /// Is there a reason to lock: a PIN, or someone else?
    pub fn can_leave(self) -> bool {
        self.has_pin() || self.users.with(|users| users.len() > 1)
    }

    /// Is it a kiosk's store, and whoever comes at work?
    pub fn is_kiosk(self) -> bool {
        self.user.with(kiosk::is_kiosks)
    }

    /// Is a PIN set?
    pub fn has_pin(self) -> bool {
        self.protection.with(|protection| protection.has_pin)
    }

    /// Sets a PIN or another one, or takes it away (`pin` is nothing). `held`: the one that is set.
    pub async fn set_pin(self, held: Option<&str>, pin: Option<&str>) -> Result<Tried, StoreError> {
        let store = self.device.store();
        let tried = match (held, pin) {
            (held, Some(pin)) => store.set_pin(held, pin, office_key().as_ref(), now()).await?,
            (Some(held), None) => store.remove_pin(held, now()).await?,
            (None, None) => return Err(StoreErrorKind::Gone.because("no PIN is set")),
        };
        self.read_protection().await;
        match tried {
            // Other tabs of this user learn whether there is one.
            Tried::Right => {
                self.short_pin.set(pin.is_some_and(|pin| pin.len() < self.pin_least()));
                preferences::set(&self.pin_changed(), &clock::now_ms().to_string());
            }
            // Too many here are too many anywhere.
            Tried::Wiped => self.go(Standing::Locked),
            Tried::Wrong { .. } | Tried::TooSoon(_) => {}
        }
        Ok(tried)
    }

    /// What the office is to be shown by whoever forgot the PIN.
    pub async fn recovery_request(self) -> Option<String> {
        match self.device.store().recovery_request().await {
            Ok(request) => request.map(|request| request.to_text()),
            Err(error) => {
                leptos::logging::error!("{error}");
                None
            }
        }
    }

    /// Lets the user in by the office's answer, with a new PIN. False: it is not the answer to this request.
    pub async fn recover(self, secret: &[u8; SECRET_BYTES], pin: &str) -> Result<bool, StoreError> {
        let right = self.device.store().recover(secret, pin, office_key().as_ref(), now()).await?;
        self.read_protection().await;
        if right {
            self.enter();
        }
        Ok(right)
    }

    /// Takes the office's public key for the PINs that are set from now on. False: it is none.
    pub async fn set_office_key(self, text: &str) -> bool {
        let Some(key) = read_point(text) else { return false };
        let is_key = is_office_key(&key).await;
        if is_key {
            preferences::set(OFFICE_KEY, &write_point(&key));
        }
        is_key
    }

    /// Asks the server for the office's key where none is known. Is one known then?
    pub async fn find_office_key(self) -> bool {
        if office_key().is_none()
            && let Some(text) = office::recovery_key(self.device).await
        {
            self.set_office_key(&text).await;
        }
        office_key().is_some()
    }

    /// After how many wrong PINs the wrapped key is wiped.
    pub async fn set_wipe_after(self, wrong: Option<u32>) -> Result<(), StoreError> {
        self.device.store().set_wipe_after(wrong).await?;
        self.read_protection().await;
        Ok(())
    }

    /// After how many idle minutes it locks itself.
    pub fn set_lock_after(self, minutes: u32) {
        preferences::set(&of_user("lock-after", &self.user.get_untracked()), &minutes.to_string());
        self.lock_after.set(minutes);
    }

    /// Adds a user, who is not let in by that.
    pub async fn add_user(self, name: &str) -> Result<User, StoreError> {
        let user = Users::open().await?.add(name).await?;
        preferences::set(SEVERAL, "1");
        self.read_users().await;
        Ok(user)
    }

    /// Gives the user another name.
    pub async fn rename(self, name: &str) -> Result<(), StoreError> {
        let id = self.user.with_untracked(|user| user.id.clone());
        Users::open().await?.rename(&id, name).await?;
        preferences::set(SEVERAL, "1");
        self.user.update(|user| name.clone_into(&mut user.name));
        self.read_users().await;
        Ok(())
    }

    /// Reads the list of users anew.
    pub async fn read_users(self) {
        let listed = async { Users::open().await?.list().await };
        match listed.await {
            Ok(users) => {
                if let Some(known) =
                    users.iter().find(|user| self.user.with_untracked(|now| now.id == user.id))
                {
                    self.user.set(known.clone());
                }
                if users.len() > 1 {
                    preferences::set(SEVERAL, "1");
                }
                self.users.set(users);
            }
            Err(error) => leptos::logging::error!("{error}"),
        }
    }

    /// Reads anew how the store is protected.
    pub async fn read_protection(self) {
        match self.device.store().protection(now()).await {
            Ok(protection) => self.protection.set(protection),
            Err(error) => leptos::logging::error!("{error}"),
        }
    }

    fn enter(self) {
        self.next_turn();
        self.active_ms.set_value(clock::now_ms());
        self.device.enter();
        self.standing.set(Standing::Open);
        let device = self.device;
        timer::spawn(async move {
            // First, so that what is finished from now on is sealed for all its targets.
            enrolment::read(device).await;
            targets::read(device).await;
            office::read(device).await;
            dictionary::read(device).await;
            match untrack(|| device.is_revoked()) {
                true => revoked::forget(device).await,
                false => device.read().await,
            }
            pulling::wake(device);
            sending::wake(device, Wake::Start);
        });
    }

    /// Clears the screen at once; the key goes when all is kept.
    fn go(self, to: Standing) {
        let was_open = self.standing.get_untracked() == Standing::Open;
        if was_open {
            // The field that has the focus gives its answer first.
            page::blur();
            place::hold();
        }
        self.next_turn();
        self.standing.set(to);
        self.device.leave();
        if was_open {
            let (store, turn) = (self.device.store(), self.turn.get_value());
            timer::spawn(async move {
                all_kept().await;
                if self.turn.get_value() == turn || !self.device.is_at_work(&store) {
                    store.lock();
                    sending::wake(self.device, Wake::Start);
                }
            });
        }
    }

    fn next_turn(self) {
        self.turn.update_value(|turn| *turn += 1);
    }

    fn pin_changed(self) -> String {
        of_user("pin-changed", &self.user.get_untracked())
    }

    /// Watches the clock, and what other tabs of this user do.
    fn watch(self) {
        idle::on_activity(move || self.note_activity()).forget();
        std::mem::forget(timer::every(LOOK_MS, move || self.lock_if_idle()));
        // A phone that slept kept no time.
        network::on_wake(move || self.lock_if_idle()).forget();
        preferences::on_change(move |name| {
            let user = self.user.get_untracked();
            if name == of_user("locked", &user) && self.standing.get_untracked() == Standing::Open {
                self.go(if untrack(|| self.has_pin()) { Standing::Locked } else { Standing::Choosing });
            } else if name == self.pin_changed() && self.standing.get_untracked() == Standing::Open {
                timer::spawn(self.read_protection());
            }
        })
        .forget();
    }

    fn note_activity(self) {
        let now = clock::now_ms();
        let before = self.active_ms.get_value();
        // Idle for too long is not undone by the touch that finds it.
        self.lock_if_idle();
        if self.standing.get_untracked() != Standing::Open || (now - before).abs() < TELL_MS {
            return;
        }
        self.active_ms.set_value(now);
        if untrack(|| self.has_pin()) {
            preferences::set(&of_user("active", &self.user.get_untracked()), &now.to_string());
        }
    }

    fn lock_if_idle(self) {
        if self.standing.get_untracked() != Standing::Open || !untrack(|| self.has_pin()) {
            return;
        }
        let told = preferences::get(&of_user("active", &self.user.get_untracked()));
        let told = told.and_then(|told| told.parse().ok()).unwrap_or(0).min(clock::now_ms());
        let active = self.active_ms.get_value().max(told);
        if clock::now_ms() - active >= i64::from(self.lock_after.get_untracked()) * 60_000 {
            untrack(|| self.lock());
        }
    }
}

/// The gate, from anywhere in the app.
pub fn use_gate() -> Gate {
    expect_context()
}

/// The office's public key, as it was given to this phone.
fn office_key() -> Option<OfficeKey> {
    read_point(&preferences::get(OFFICE_KEY)?)
}

fn of_user(what: &str, user: &User) -> String {
    if user.id.is_empty() { what.to_owned() } else { format!("{what}.{}", user.id) }
}
