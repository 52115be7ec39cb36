//! What the designer (`src/designer`) has of the app: a form as it is filled in, the pieces that pages are made of, and the device.

use std::cell::RefCell;
use std::rc::Rc;

use doorstep_delivery::draft::{Draft, new_id};
use doorstep_engine::session::{Session, World};
use doorstep_engine::view::Key;
use leptos::context::Provider;
use leptos::prelude::*;

pub use crate::components::confirm::Confirm;
pub use crate::components::icon::{Icon, Shape};
pub use crate::components::language_switch::LanguageSwitch;
pub use crate::components::live::{Live, Row, live, rows, shown_when};
pub use crate::components::read_aloud::ReadsAloud;
pub use crate::state::media::given_by as media_given_by;
pub use crate::state::reader::{Reader, say, use_reader};
pub use crate::words::Language;

use crate::components::key_pad::KeyPads;
use crate::pages::gallery;
use crate::pages::kiosk::Walk;
use crate::parts::{self, Parts};
use crate::platform::clock;
use crate::platform::{self, timer, worker};
use crate::state::answering::Answering;
use crate::state::device::Device;
use crate::state::keeping::{Keeping, now};
use crate::state::{drafts, finished_here};

/// Of the app's parts a form that runs has the map alone: no page of the app is shown here.
static PARTS: Parts = {
    fn none() -> AnyView {
        ().into_any()
    }
    Parts {
        day: none,
        households: none,
        household: none,
        counts: none,
        referred: none,
        begin: none,
        rescue: none,
        safety: none,
        pin: none,
        pin_owed: none,
        settings: none,
        diagnostics: none,
        begin_kiosk: none,
        kiosk: none,
        go_on: none,
        hand_on: none,
        gallery: none,
        practice_over: |_, _| none(),
        choose: none,
        unlock: none,
        outbox: none,
        review: |_, _| none(),
        assessment: |_, _| none(),
        sealed_assessment: |_, _| none(),
        map: parts::whole::map,
        pull: |_, _| Box::pin(async { None }),
        send: |_, _, _| Box::pin(async { None }),
    }
};

/// Shows the designer in the page's body. A program of its own, so that no phone loads it.
pub fn start<V: IntoView + 'static>(app: impl FnOnce() -> V + 'static) {
    parts::set(&PARTS);
    if platform::page::is_unfit() {
        return;
    }
    // From then on it is there without a network.
    timer::spawn(async {
        let _ = worker::register(|| {}).await;
    });
    mount_to_body(app);
}

/// A world to run a form in, as it is on this device now.
pub fn world() -> World {
    drafts::world()
}

/// The finished surveys of a form that can be read on this device without a PIN, and how many users' stores ask for one. Nothing if the browser gives no store.
pub async fn finished_here(form_id: &str) -> Option<(Vec<Session>, usize)> {
    // It lives as long as the reading, whoever leaves meanwhile.
    let owner = Owner::new_root(None);
    let device = owner.with(Device::provide);
    let found = finished_here::finished_here(device, form_id).await;
    owner.cleanup();
    found.ok().map(|found| (found.sessions, found.locked))
}

/// A form that runs, of which nothing is kept.
#[derive(Clone, Copy)]
pub struct Running {
    answering: Answering,
}

impl PartialEq for Running {
    /// Is it the same one, whatever is answered?
    fn eq(&self, other: &Running) -> bool {
        self.answering.revision == other.answering.revision
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Running")
    }
}

impl Running {
    /// Runs a form. It lives as long as the current owner.
    pub fn new(session: Session) -> Running {
        let draft = Draft::begin(new_id(clock::now_ms(), &clock::random_bytes()), &session, now());
        let session = Rc::new(RefCell::new(session));
        let keeping = Keeping::nowhere(session.clone(), draft);
        Running { answering: Answering::new(session, keeping) }
    }

    /// Looks at it.
    pub fn with<T>(self, look: impl FnOnce(&Session) -> T) -> T {
        self.answering.with(look)
    }

    /// Goes up with every answer.
    pub fn revision(self) -> RwSignal<u64> {
        self.answering.revision
    }

    /// The page of that name, where there is one; else the first.
    pub fn page_named(self, name: &str) -> Option<Key> {
        self.answering.pages.with_untracked(|pages| {
            let named = pages.iter().find(|page| self.answering.page_name(page.key) == name);
            named.or(pages.first()).map(|page| page.key)
        })
    }

    /// A page's name.
    pub fn page_name(self, page: Key) -> String {
        self.answering.page_name(page)
    }

    /// What the first question of that name, or what is computed under it, comes to; nothing if there is none.
    pub fn value_of(self, name: &str) -> Option<String> {
        let key = self.answering.named(name)?;
        self.with(|session| session.value(key).map(doorstep_engine::Value::to_text))
    }

    /// Shows the question of that name; `false` if it is not asked now.
    pub fn seek(self, name: &str) -> bool {
        let key = self.answering.named(name);
        let is_shown = |key: &Key| {
            self.with(|session| session.page_of(*key).is_some() && session.relevant(*key) == Some(true))
        };
        let key = key.filter(is_shown);
        if key.is_some() {
            self.answering.sought.set(key);
        }
        key.is_some()
    }
}

/// Its pages, one at a time, with a button for each.
#[component]
pub fn Preview(
    /// What runs.
    running: Running,
    /// The page that is shown; the first where it is none.
    page: RwSignal<Option<Key>>,
) -> impl IntoView {
    view! { <gallery::Pages answering=running.answering page /> }
}

/// The same as a kiosk asks it: one screen at a time, in large type, with the keys of its digits.
#[component]
pub fn KioskPreview(
    /// What runs.
    running: Running,
    /// Where they are: kept while what runs becomes another.
    place: RwSignal<Option<String>>,
    /// Is it through? Handed in, or left at its beginning.
    over: RwSignal<Option<bool>>,
) -> impl IntoView {
    // What is provided for a kiosk is its own, and none of the phone's beside it.
    view! { <Provider value=Station><StationScreen running place over /></Provider> }
}

#[derive(Clone)]
struct Station;

#[component]
fn StationScreen(
    running: Running,
    place: RwSignal<Option<String>>,
    over: RwSignal<Option<bool>>,
) -> impl IntoView {
    KeyPads::provide();
    ReadsAloud::provide(Signal::derive(|| false));
    let reader = use_reader();
    let answering = running.answering;
    Effect::new(move || answering.read_in(reader.language().tag()));
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <div class="kiosk">
            <Walk answering place busy failed alone=false over=move |()| over.set(Some(true)) out=move |()| over.set(Some(false)) />
        </div>
    }
}
