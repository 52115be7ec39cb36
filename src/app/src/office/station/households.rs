//! The households of one's area: found by name (letters of its pinyin, too), phone or place, narrowed down; those in danger first, or by name as it sounds.
//!
//! Kept here: what was looked for stays while one looks at a household and comes back, and in no address.

use leptos::prelude::*;
use leptos_router::components::A;

use super::area::{ChooseTown, in_town};
use super::ask::{CASES, Entity, Found, Query, search};
use super::dates::{late, today};
use super::filter::Choose;
use super::known::{Known, use_known};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::office::desk::{Desk, use_desk};
use crate::office::field::{Field, Kind, Menu};
use crate::office::frame::{Awaited, Frame, Remote};
use crate::office::refusal::Refusal;
use crate::office::tell;
use crate::platform::page as screen;
use crate::state::groups::{Next, dangers, next};
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::office::{Office, Station};

/// Rows on a page.
const PAGE: usize = 50;
/// Whoever is in any danger.
pub const ANY: &str = "any";

/// The orders that one chooses from, as the server's search has them.
const ORDERS: [&str; 4] = ["danger", "person", "visit_by", "changed"];

/// The order as it is asked for: what changed last stands first.
fn order_of(chosen: &str) -> &'static str {
    match chosen {
        "person" => "person",
        "visit_by" => "visit_by",
        "changed" => "-changed",
        _ => "danger",
    }
}

/// What is looked for. Lives as long as somebody is signed in.
#[derive(Clone, Copy)]
pub struct Sought {
    text: RwSignal<String>,
    town: RwSignal<String>,
    state: RwSignal<String>,
    level: RwSignal<String>,
    flag: RwSignal<String>,
    difficulty: RwSignal<String>,
    /// One of [`ORDERS`].
    order: RwSignal<String>,
    from: RwSignal<usize>,
}

impl Sought {
    /// Nothing yet.
    pub fn provide() {
        let blank = || RwSignal::new(String::new());
        provide_context(Sought {
            text: blank(),
            town: blank(),
            state: blank(),
            level: blank(),
            flag: blank(),
            difficulty: blank(),
            order: RwSignal::new(ORDERS[0].to_owned()),
            from: RwSignal::new(0),
        });
    }

    fn menus(self) -> [RwSignal<String>; 5] {
        [self.town, self.state, self.level, self.flag, self.difficulty]
    }

    /// What has to hold.
    fn only(self) -> Vec<String> {
        let mut only = in_town(&self.town.get_untracked());
        let mut add = |condition: &str, chosen: RwSignal<String>| {
            chosen.with_untracked(|value| {
                if !value.is_empty() {
                    only.push(format!("{condition}{value}"))
                }
            });
        };
        add("state=", self.state);
        add("level=", self.level);
        add("difficulties~", self.difficulty);
        self.flag.with_untracked(|flag| only.extend(in_danger(flag)));
        only
    }

    async fn ask(self, desk: Desk) -> Result<Found, Refusal> {
        let query = Query {
            text: self.text.get_untracked().trim().to_owned(),
            only: self.only(),
            order: self.order.with_untracked(|order| order_of(order)),
            from: self.from.get_untracked(),
            most: PAGE,
        };
        search(desk, CASES, &query).await
    }
}

/// The conditions of what is chosen of the dangers: all, whoever is in any, a certain one, whoever is in none.
fn in_danger(chosen: &str) -> Vec<String> {
    match chosen {
        "" => Vec::new(),
        ANY => vec!["red_flags!=".into(), "red_flags!=none".into()],
        "none" => vec!["red_flags=none".into()],
        flag => vec![format!("red_flags~{flag}")],
    }
}

/// The page at `/office/households`.
#[component]
pub fn HouseholdsPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let sought: Sought = expect_context();
    let found = Remote::<Found>::new();
    let load = move || found.load_other(sought.ask(desk));
    let begin = move || {
        sought.from.set(0);
        load();
    };
    Effect::new(move |before: Option<()>| {
        sought.menus().iter().for_each(RwSignal::track);
        sought.order.track();
        if before.is_some() { begin() } else { load() }
    });
    let clear = move |_| {
        sought.text.set(String::new());
        sought.menus().iter().for_each(|menu| menu.set(String::new()));
        begin();
    };
    let go = move |from: usize| {
        sought.from.set(from);
        load();
        screen::scroll_to_top();
    };
    let rows = move || {
        found.value.with(|found| {
            let all = found.as_ref().map(|found| found.entities.clone()).unwrap_or_default();
            all.into_iter().map(|case| row(case, known)).collect::<Vec<_>>()
        })
    };
    // Who sees names masked can't have them sorted by how they sound.
    let orders = Signal::derive(move || {
        let sees = desk.user.with(|user| user.role == "station");
        let orders = ORDERS.iter().filter(|order| sees || **order != "person");
        orders.map(|order| (*order).to_owned()).collect::<Vec<_>>()
    });
    let ordered = |(order, words): (String, &'static Office)| (words.station.ordered_by)(&order).to_owned();
    let flags = Signal::derive(move || {
        std::iter::once(ANY.to_owned()).chain(known.codes(CASES, "red_flags")).collect::<Vec<_>>()
    });
    let of = Signal::derive(move || found.value.with(|found| found.as_ref().map_or(0, |found| found.of)));
    view! {
        <Frame title=|w| w.station.households screen="households">
            <div class="head"><h1>{tell(|w| w.station.households)}</h1></div>
            <form class="card" novalidate role="search" on:submit=move |event| {
                event.prevent_default();
                begin();
            }>
                // Who sees names masked can't look for them.
                {shown_when(move || desk.user.with(|user| user.role == "station"), move || view! {
                    <div class="seek">
                        <Field id="households-search" kind=Kind::Search label=|w| w.station.households_search
                            hint=|w| w.station.households_hint text=sought.text wrong=RwSignal::new(None) />
                        <button type="submit" class="button main" data-action="search">{tell(|w| w.station.search)}</button>
                    </div> }.into_any())}
                <div class="filters">
                    <ChooseTown id="households-town" known chosen=sought.town />
                    <Choose id="households-state" label=|w| w.station.state any=|w| w.station.all_states list=CASES property="state" known chosen=sought.state />
                    <Choose id="households-level" label=|w| w.station.level any=|w| w.station.all_levels list=CASES property="level" known chosen=sought.level />
                    <Choose id="households-flag" label=|w| w.station.danger any=|w| w.station.all_dangers list=CASES property="red_flags" known codes=flags chosen=sought.flag />
                    <Choose id="households-difficulty" label=|w| w.station.difficulty any=|w| w.station.all_difficulties list=CASES property="difficulties" known chosen=sought.difficulty />
                    <Menu id="households-order" label=|w| w.station.order values=orders called=ordered chosen=sought.order />
                </div>
            </form>
            <Awaited remote=known.dictionary again=move |()| known.load() />
            <Awaited remote=found again=move |()| load() />
            {shown_when(move || found.is_here(), move || view! {
                <div class="head">
                    <Place of from=sought.from />
                    <button type="button" class="button plain" data-action="clear" on:click=clear>{tell(|w| w.station.clear)}</button>
                </div> }.into_any())}
            {shown_when(move || found.is_here() && of.get() == 0, || view! {
                <p class="empty" data-none="households">{tell(|w| w.station.households_none)}</p> }.into_any())}
            <ul class="records">{live(rows)}</ul>
            <Turn of from=sought.from go />
        </Frame>
    }
}

/// Which of how many are on the screen.
#[component]
fn Place(of: Signal<usize>, from: RwSignal<usize>) -> impl IntoView {
    view! {
        <p class="soft small figures" role="status" data-found=live(move || of.get().to_string())>
            {tell(move |w| match of.get() {
                0 => w.search_none.to_owned(),
                of => (w.station.place)(from.get() + 1, (from.get() + PAGE).min(of), of),
            })}
        </p>
    }
}

/// To the page before and the one after.
#[component]
fn Turn(of: Signal<usize>, from: RwSignal<usize>, #[prop(into)] go: Callback<usize>) -> impl IntoView {
    view! {
        {shown_when(move || of.get() > PAGE, move || view! {
            <nav class="actions" aria-label=tell(|w| w.station.pages)>
                <button type="button" class="button" data-action="before" disabled=live(move || from.get() == 0)
                    on:click=move |_| go.run(from.get_untracked().saturating_sub(PAGE))>{tell(|w| w.station.page_before)}</button>
                <button type="button" class="button" data-action="after" disabled=live(move || from.get() + PAGE >= of.get())
                    on:click=move |_| go.run(from.get_untracked() + PAGE)>{tell(|w| w.station.page_after)}</button>
            </nav> }.into_any())}
    }
}

/// What is to be done next, in a word.
pub fn next_word(next: Next, words: &'static Station) -> fn(&str) -> String {
    match next {
        Next::Visit => words.visit_by,
        Next::Reassess => words.reassess_by,
        Next::FollowUp => words.follow_up_on,
        Next::Review => words.review_on,
    }
}

/// The level that was decided; nothing where there is none.
pub fn level_words(case: &Entity, known: Known) -> Option<AnyView> {
    let level = case.get("level").to_owned();
    (!level.is_empty()).then(|| {
        let code = level.clone();
        let said = live(move || known.say(CASES, "level", &level));
        view! { <span class="level" data-level=code>{said}</span> }.into_any()
    })
}

/// The dangers of a household, in words, on its own page; nothing where there are none.
pub fn danger_words(case: &Entity, known: Known) -> Option<AnyView> {
    let flags = dangers(&case.properties);
    let reader = use_reader();
    (!flags.is_empty()).then(|| {
        let count = flags.len();
        let said = move || {
            let words: Vec<String> = flags.iter().map(|flag| known.say(CASES, "red_flags", flag)).collect();
            words.join(reader.language().words().comma)
        };
        view! {
            <span class="state bad flags" data-flags=count><Icon shape=Shape::Alert small=true /><span>{live(said)}</span></span>
        }
        .into_any()
    })
}

/// That a household is in danger, for lists: what the danger is about is read once it is opened, and by nobody who looks over a shoulder.
pub fn danger_sign(is_in_danger: bool) -> Option<AnyView> {
    is_in_danger.then(|| {
        view! {
            <span class="state bad flags" data-flags="true"><Icon shape=Shape::Alert small=true /><span>{tell(|w| w.ranking.danger)}</span></span>
        }
        .into_any()
    })
}

fn row(case: Entity, known: Known) -> AnyView {
    let (address, id, who) =
        (format!("/office/households/{}", case.id), case.id.clone(), case.who().to_owned());
    let (flags, level) = (danger_sign(!dangers(&case.properties).is_empty()), level_words(&case, known));
    let class =
        if flags.is_some() { "record card-link household danger" } else { "record card-link household" };
    let due = next(&case.properties).map(|(next, day)| {
        let (day, is_late) = (day.get(..10).unwrap_or(day).to_owned(), late(day, today(now())).is_some());
        let class = if is_late { "state bad" } else { "state wait" };
        view! { <span class=class data-late=is_late.to_string()>{tell(move |w| next_word(next, &w.station)(&day))}</span> }
    });
    let [town, state] = ["town", "state"].map(|name| case.get(name).to_owned());
    let visited = case.get("visited_on").to_owned();
    let contradicts = case
        .contradicts()
        .then(|| view! { <span class="state wait">{tell(|w| w.station.contradicts)}</span> });
    let place = [case.get("village"), case.get("phone")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <li>
            <A href=address attr:class=class attr:data-case=id>
                <span>
                    <strong translate="no">{who}</strong>
                    <span class="lines soft small" translate="no">{place}</span>
                </span>
                <span class="small">{live(move || known.say(CASES, "town", &town))}</span>
                <span class="parts">
                    <span>{live(move || known.say(CASES, "state", &state))}</span>
                    {level}
                    {contradicts}
                </span>
                <span class="parts small">
                    {flags}
                    {due}
                    {(!visited.is_empty()).then(|| view! { <span class="soft">{tell(move |w| (w.station.visited_on)(&visited))}</span> })}
                </span>
                <Icon shape=Shape::Next />
            </A>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_that_is_offered_is_one_of_the_search_s_own() {
        let asked = ORDERS.map(order_of);
        assert_eq!(asked, ["danger", "person", "visit_by", "-changed"]);
        assert_eq!(order_of("whatever"), "danger");
    }
}
