//! The lists that this user's phone holds, opened once for all the pages that show them: opening them is what takes long.
//!
//! Kept here: they are in memory only while their user is let in; the pages' own signals go with the pages. What was read stays on the screen while it is
//! read again.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep_delivery::entities::{MOST_BY_ITSELF, is_at_its_bound};
use doorstep_delivery::store::Store;
use doorstep_delivery::{Said, Uuid};
use doorstep_engine::entities::EntityList;
use leptos::prelude::*;

use super::device::{Device, list};
use super::entities::today;
use super::households::{Index, Sought};
use super::sounds::Sounds;
use crate::platform::{collation, timer};

thread_local! {
    /// How names are read, by this browser.
    static SOUNDS: Option<Sounds> = Sounds::by(collation::by_pinyin());
}

/// What was read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lists {
    /// Households.
    pub cases: EntityList,
    /// Those of which surveys say different things, by id.
    pub contradict: BTreeSet<String>,
    /// What was referred for them.
    pub referrals: EntityList,
    /// What surveys said that were finished here, until the server tells the same.
    pub said: Vec<Said>,
    /// The day that it was by this device's clock.
    pub today: String,
}

impl Lists {
    /// Does a phone that is told of nobody hold as many as it may, so that what was found longer ago may not be here?
    pub fn are_at_their_bound(&self) -> bool {
        is_at_its_bound(&self.said, MOST_BY_ITSELF)
    }

    /// The surveys finished here that say something of one, the latest first.
    pub fn about<'l>(&'l self, id: &str) -> Vec<&'l Said> {
        let mut all: Vec<&Said> =
            self.said.iter().filter(|said| said.changes.iter().any(|change| change.id == id)).collect();
        all.sort_by_key(|said| std::cmp::Reverse((said.finished_at.ms, said.submission)));
        all
    }
}

/// The lists, from any page; nothing until they were read.
#[derive(Clone, Copy)]
pub struct Held {
    lists: RwSignal<Option<Arc<Lists>>>,
    /// By what households are found; made when somebody looks first.
    index: Memo<Arc<Index>>,
    /// What is looked for, as it was left.
    pub sought: RwSignal<Sought>,
    /// Whose visits the day shows, as it was left: those that were given to somebody, `Some("")` those that were given to nobody; nothing: all.
    pub given_to: RwSignal<Option<String>>,
}

impl Held {
    /// For the pages of whoever is let in. Read anew when something came down or was finished here.
    pub fn provide(device: Device) {
        let lists = RwSignal::new(None::<Arc<Lists>>);
        let index = Memo::new(move |_| {
            SOUNDS.with(|sounds| {
                let sound = |letter| sounds.as_ref().and_then(|sounds| sounds.of(letter));
                lists.with(|lists| {
                    Arc::new(lists.as_ref().map(|lists| Index::of(&lists.cases, &sound)).unwrap_or_default())
                })
            })
        });
        let turn = StoredValue::new(0_u32);
        // Its state changes often, what is in it seldom.
        let waiting = Memo::new(move |_| {
            device.outbox.with(|outbox| outbox.iter().map(|item| item.id).collect::<BTreeSet<Uuid>>())
        });
        Effect::new(move || {
            waiting.track();
            let fetching = device.fetching.get();
            if !device.ready.get() || fetching && lists.with_untracked(Option::is_some) {
                return;
            }
            turn.update_value(|turn| *turn += 1);
            let mine = turn.get_value();
            timer::spawn(async move {
                let now = read(device).await;
                // Who begins with an empty phone waits for what is on its way.
                let nobody = now.cases.entities.is_empty() && now.referrals.entities.is_empty();
                let is_early = nobody && device.fetching.get_untracked();
                let is_mine = turn.try_get_value() == Some(mine);
                if is_mine
                    && !is_early
                    && lists.try_with_untracked(|old| old.as_deref() != Some(&now)) == Some(true)
                {
                    lists.set(Some(Arc::new(now)));
                }
            });
        });
        provide_context(Held { lists, index, sought: RwSignal::default(), given_to: RwSignal::default() });
    }

    /// As they are now; reading them in a view makes the view follow.
    pub fn get(self) -> Option<Arc<Lists>> {
        self.lists.get()
    }

    /// By what households are found.
    pub fn index(self) -> Arc<Index> {
        self.index.get()
    }
}

/// The entities of which something was said here that waits to be sent, by id: looked up once, not for each row.
pub fn unsent(device: Device, held: Held) -> Memo<BTreeSet<String>> {
    Memo::new(move |_| {
        let waiting: BTreeSet<Uuid> =
            device.outbox.with(|outbox| outbox.iter().map(|item| item.id).collect());
        let lists = held.get().unwrap_or_default();
        let said = lists.said.iter().filter(|said| waiting.contains(&said.submission));
        said.flat_map(|said| &said.changes).map(|change| change.id.clone()).collect()
    })
}

/// The lists of this device, from a page.
pub fn use_held() -> Held {
    expect_context()
}

async fn read(device: Device) -> Lists {
    let store = device.store();
    let said = list(store.said().await);
    let cases = list(store.entities("cases").await);
    let contradict = cases.iter().filter(|case| case.conflict).map(|case| case.id.clone()).collect();
    let referrals = list(store.entities("referrals").await);
    Lists {
        contradict,
        cases: doorstep_delivery::entities::list("cases", cases, &said),
        referrals: doorstep_delivery::entities::list("referrals", referrals, &said),
        said,
        today: today(),
    }
}

#[cfg(test)]
mod tests {
    use doorstep_delivery::Moment;
    use doorstep_engine::{EntityAct, EntityChange};

    use super::*;

    fn visited(households: usize) -> Lists {
        let said = |number: usize| Said {
            submission: Uuid::from_u128(number as u128),
            finished_at: Moment::default(),
            changes: vec![EntityChange {
                list: "cases".into(),
                // The first is visited twice.
                id: number.saturating_sub(1).to_string(),
                act: EntityAct::CreateOrUpdate,
                label: None,
                base: None,
                branch: None,
                properties: Vec::new(),
            }],
        };
        Lists { said: (0..=households).map(said).collect(), ..Lists::default() }
    }

    #[test]
    fn what_is_left_out_is_said_from_the_first_household_on_that_may_be() {
        assert!(!visited(MOST_BY_ITSELF - 1).are_at_their_bound());
        assert!(visited(MOST_BY_ITSELF).are_at_their_bound());
    }
}
