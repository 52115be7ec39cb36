//! What is passed on to other systems, by state and target: waiting, refused, delivered; and having it tried again.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

use super::desk::{Desk, use_desk};
use super::field::{Menu, Word};
use super::frame::{Awaited, Frame, Remote};
use super::refusal::Refusal;
use super::relay_again::AgainAll;
use super::relay_item::ItemCard;
use super::tell;
use super::wire::{Count, Item, Queue};
use crate::components::live::{live, shown_when};

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tab {
    Underway,
    Refused,
    Delivered,
}

impl Tab {
    const ALL: [Tab; 3] = [Tab::Underway, Tab::Refused, Tab::Delivered];

    fn named(name: Option<&str>) -> Tab {
        Tab::ALL.into_iter().find(|tab| Some(tab.name()) == name).unwrap_or(Tab::Underway)
    }

    fn name(self) -> &'static str {
        match self {
            Tab::Underway => "underway",
            Tab::Refused => "refused",
            Tab::Delivered => "delivered",
        }
    }

    /// The states that belong to it, as the server has them; those that want attention first.
    fn states(self) -> &'static [&'static str] {
        match self {
            Tab::Underway => &["login", "waiting", "queued", "sending"],
            Tab::Refused => &["refused"],
            Tab::Delivered => &["delivered"],
        }
    }

    fn word(self) -> Word {
        match self {
            Tab::Underway => |w| w.underway,
            Tab::Refused => |w| w.refused,
            Tab::Delivered => |w| w.delivered,
        }
    }

    fn none(self) -> Word {
        match self {
            Tab::Underway => |w| w.underway_none,
            Tab::Refused => |w| w.refused_none,
            Tab::Delivered => |w| w.delivered_none,
        }
    }
}

/// What was read of a tab.
#[derive(Clone, PartialEq, Default)]
pub struct Read {
    targets: Vec<String>,
    counts: Option<Vec<Count>>,
    pub items: Vec<Item>,
    /// There are more: the state and the last item of each list that goes on.
    pub rest: Vec<(&'static str, String)>,
}

const PAGE: usize = 200;

/// Reads on in these lists: a state, and after which item.
pub async fn read(desk: Desk, lists: Vec<(&'static str, String)>, target: String) -> Result<Read, Refusal> {
    let mut all = Read::default();
    for (state, after) in lists {
        let path = format!("/api/v1/relay?state={state}&target={target}&after={after}");
        let queue: Queue = desk.ask("GET", &path, None).await?;
        if let (PAGE.., Some(last)) = (queue.items.len(), queue.items.last()) {
            all.rest.push((state, format!("{}/{}", last.submission, last.target)));
        }
        all.targets = queue.targets;
        all.counts = queue.counts;
        all.items.extend(queue.items);
    }
    Ok(all)
}

fn count(counts: &[Count], tab: Tab, target: &str) -> usize {
    let fits = |count: &&Count| {
        tab.states().contains(&count.state.as_str()) && (target.is_empty() || count.target == target)
    };
    counts.iter().filter(fits).map(|count| count.count).sum()
}

/// The page at `/office/relay`.
#[component]
pub fn RelayPage() -> impl IntoView {
    let desk = use_desk();
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| Tab::named(query.get_str("state"))));
    let target = RwSignal::new(String::new());
    let queue = Remote::<Read>::new();
    let load = move || {
        let lists = tab.get_untracked().states().iter().map(|state| (*state, String::new())).collect();
        queue.load(read(desk, lists, target.get_untracked()));
    };
    Effect::new(move || {
        tab.track();
        target.track();
        queue.value.set(None);
        load();
    });
    let more = move || {
        let Some(before) = queue.value.get_untracked() else { return };
        queue.load(async move {
            let next = read(desk, before.rest, target.get_untracked()).await?;
            let items = before.items.into_iter().chain(next.items).collect();
            Ok(Read { items, ..next })
        });
    };
    // Of what was read last, so that the tabs keep their figures while another is read.
    let counts = RwSignal::new(None::<Vec<Count>>);
    let targets = RwSignal::new(Vec::<String>::new());
    Effect::new(move || {
        queue.value.with(|read| {
            if let Some(read) = read {
                counts.set(read.counts.clone());
                let strangers = read.counts.iter().flatten().map(|count| count.target.clone());
                let mut all: Vec<String> = read.targets.iter().cloned().chain(strangers).collect();
                all.sort();
                all.dedup();
                if targets.with_untracked(|known| *known != all) {
                    targets.set(all);
                }
            }
        });
    });
    let choices =
        Signal::derive(move || std::iter::once(String::new()).chain(targets.get()).collect::<Vec<_>>());
    let items =
        move || queue.value.with(|read| read.as_ref().map(|read| read.items.clone()).unwrap_or_default());
    let may = move || desk.user.with(|user| user.role == "administrator");
    let total = move || {
        let shown = queue.value.with(|read| read.as_ref().map(|read| read.items.len()).unwrap_or_default());
        let counted =
            counts.with(|counts| counts.as_ref().map(|counts| count(counts, tab.get(), &target.get())));
        counted.unwrap_or_default().max(shown)
    };
    view! {
        <Frame title=|w| w.relay screen="relay">
            <div class="welcome">
                <h1>{tell(|w| w.relay)}</h1>
                <p class="soft">{tell(|w| w.relay_explained)}</p>
            </div>
            <nav class="tabs" aria-label=tell(|w| w.relay)>
                {Tab::ALL.map(|one| view! { <TabLink one tab counts target /> })}
            </nav>
            {shown_when(move || targets.with(|all| all.len() > 1), move || view! {
                <Menu
                    id="relay-target" label=|w| w.target values=choices chosen=target
                    called=|(target, w): (String, &'static crate::words::office::Office)| {
                        if target.is_empty() { w.all_targets.to_owned() } else { target }
                    }
                /> }.into_any())}
            <Awaited remote=queue again=move |()| load() />
            {shown_when(move || may() && tab.get() != Tab::Delivered && !items().is_empty(), move || view! {
                <AgainAll desk queue target all=total done=move |()| load() /> }.into_any())}
            {shown_when(move || queue.is_here() && items().is_empty(), move || view! {
                <p class="empty" data-none=tab.get_untracked().name()>
                    {tell(move |w| if targets.with(Vec::is_empty) { w.relay_no_targets } else { tab.get().none()(w) })}
                </p> }.into_any())}
            <ul class="section">
                {live(move || items().into_iter().map(|item| view! {
                    <ItemCard desk item may=may() done=move |()| load() /> }).collect::<Vec<_>>())}
            </ul>
            {shown_when(move || queue.value.with(|read| read.as_ref().is_some_and(|read| !read.rest.is_empty())), move || view! {
                <button type="button" class="button" data-action="more" on:click=move |_| more()>{tell(|w| w.more)}</button> }.into_any())}
        </Frame>
    }
}

#[component]
fn TabLink(
    one: Tab,
    tab: Memo<Tab>,
    counts: RwSignal<Option<Vec<Count>>>,
    target: RwSignal<String>,
) -> impl IntoView {
    let number =
        move || counts.with(|counts| counts.as_ref().map(|counts| count(counts, one, &target.get())));
    view! {
        <A
            href=format!("/office/relay?state={}", one.name())
            attr:class=live(move || if tab.get() == one { "tab chosen" } else { "tab" })
            attr:data-tab=one.name()
        >
            {tell(one.word())}
            {live(move || number().map(|number| view! { <span class="count">{number}</span> }))}
        </A>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_counted_in_one_tab() {
        let counts: Vec<Count> = ["queued", "sending", "waiting", "login", "refused", "delivered"]
            .iter()
            .enumerate()
            .map(|(place, state)| Count {
                target: if place % 2 == 0 { "a" } else { "b" }.into(),
                state: (*state).into(),
                count: 1,
            })
            .collect();
        assert_eq!(Tab::ALL.map(|tab| count(&counts, tab, "")), [4, 1, 1]);
        assert_eq!(Tab::ALL.map(|tab| count(&counts, tab, "a")), [2, 1, 0]);
        assert_eq!(Tab::named(Some("'--")), Tab::Underway);
    }
}
