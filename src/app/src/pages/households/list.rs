//! The list at `/households`, and the way to it from home.

use doorstep_delivery::entities::MOST_BY_ITSELF;
use doorstep_engine::entities::ListedEntity;
use leptos::prelude::*;
use leptos_router::components::A;

use super::Saying;
use super::pick::Pick;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::top_bar::TopBar;
use crate::state::device::use_device;
use crate::state::groups::{level_now, of};
use crate::state::held::{Held, unsent, use_held};
use crate::state::households::{ANY, Sought, codes, found, is_in_danger, who};
use crate::state::reader::{say, title};

/// So many are shown before somebody asks for more.
const SHOWN: usize = 50;

/// The way there; its place is kept until the list was read.
#[component]
pub fn HouseholdsLine() -> impl IntoView {
    let held = use_held();
    let count = Memo::new(move |_| held.get().map(|lists| lists.cases.entities.len()));
    let said = say(move |w| match count.get() {
        None => w.loading.to_owned(),
        Some(0) => w.visits.day_nobody.to_owned(),
        Some(count) => (w.households.line)(count),
    });
    view! {
        <section class="section" data-section="households">
            <A href="/households" attr:class="card card-link way" attr:data-action="households">
                <Icon shape=Shape::Person />
                <span class="grow stack tight">
                    <strong class="card-title">{say(|w| w.households.title)}</strong>
                    <span class="soft">{said}</span>
                </span>
                <Icon shape=Shape::Next />
            </A>
        </section>
    }
}

/// The page at `/households`.
#[component]
pub fn HouseholdsPage() -> impl IntoView {
    let (device, held) = (use_device(), use_held());
    // An enrolled phone is told of everybody in its area.
    let at_bound = Memo::new(move |_| {
        device.enrolment.with(Option::is_none) && held.get().is_some_and(|lists| lists.are_at_their_bound())
    });
    title(|words| words.households.title.to_owned());
    let shown = RwSignal::new(SHOWN);
    let places = Memo::new(move |_| {
        let lists = held.get();
        held.sought.with(|sought| lists.map(|lists| found(&lists.cases, &held.index(), sought)))
    });
    let in_danger = Memo::new(move |_| {
        let lists = held.get()?;
        places.with(|places| {
            let places = places.as_ref()?;
            let cases = places.iter().filter_map(|place| lists.cases.entities.get(*place));
            Some(cases.filter(|case| is_in_danger(case)).count())
        })
    });
    let count = move || places.with(|places| places.as_ref().map_or(0, Vec::len));
    let seek = move |change: &dyn Fn(&mut Sought)| {
        shown.set(SHOWN);
        held.sought.update(change);
    };
    // Open where something is chosen in it, so that nobody wonders what is missing.
    let narrowed = held
        .sought
        .with_untracked(|sought| Sought { text: String::new(), ..sought.clone() } != Sought::default());
    let is_narrow = move || held.sought.with(|sought| *sought != Sought::default());
    let any = Memo::new(move |_| held.get().map(|lists| !lists.cases.entities.is_empty()));
    view! {
        <TopBar title=Signal::derive(say(|w| w.households.title.to_owned())) />
        <main id="main" tabindex="-1" data-page="households">
            <h1>{say(|w| w.households.title)}</h1>
            {shown_when(move || at_bound.get(), || view! {
                <div class="notice warn" role="status" data-at-bound="true">
                    <p><strong>{say(|w| (w.households.at_bound)(MOST_BY_ITSELF))}</strong></p>
                    <p>{say(|w| w.households.at_bound_how)}</p>
                    <div class="actions"><A href="/settings" attr:class="button" attr:data-action="to-settings">{say(|w| w.settings.to_settings)}</A></div>
                </div> }.into_any())}
            {shown_when(move || any.get() == Some(false), || view! { <p class="empty">{say(|w| w.visits.day_unknown)}</p> }.into_any())}
            {shown_when(move || any.get() == Some(true), move || view! {
                <div class="stack">
                    <label class="question-label" for="seek-household">{say(|w| w.households.search_short)}</label>
                    <input
                        type="search"
                        class="field"
                        id="seek-household"
                        autocomplete="off"
                        data-action="search-households"
                        aria-describedby="seek-hint"
                        prop:value=live(move || held.sought.with(|sought| sought.text.clone()))
                        on:input:target=move |event| {
                            let text = event.target().value();
                            seek(&|sought| sought.text.clone_from(&text));
                        }
                    />
                    <p class="hint" id="seek-hint">{say(|w| w.households.search)}</p>
                    <details class="reasons" open=narrowed>
                        <summary>{say(|w| w.households.narrow)}</summary>
                        <Filters held seek=Callback::new(move |(place, code): (usize, String)| seek(&|sought| field(sought, place).clone_from(&code))) />
                    </details>
                    <p class="soft" role="status" data-found=live(move || count().to_string())>
                        {say(move |w| (w.households.found)(count(), in_danger.get().unwrap_or(0)))}
                    </p>
                    {shown_when(move || { count() == 0 }, || view! { <p class="empty">{say(|w| w.households.none)}</p> }.into_any())}
                    {shown_when(is_narrow, move || view! {
                        <button type="button" class="button" data-action="show-all" on:click=move |_| seek(&|sought| *sought = Sought::default())>
                            {say(|w| w.households.clear)}
                        </button> }.into_any())}
                    <p class="lone"><A href="/counts" attr:data-action="counts">{say(|w| w.households.counts)}</A></p>
                    <Cards held places shown />
                </div> }.into_any())}
        </main>
    }
}

/// What is chosen in a menu, by its place.
fn field(sought: &mut Sought, place: usize) -> &mut String {
    match place {
        0 => &mut sought.flag,
        1 => &mut sought.level,
        2 => &mut sought.state,
        _ => &mut sought.town,
    }
}

#[component]
fn Filters(held: Held, seek: Callback<(usize, String)>) -> impl IntoView {
    let codes_of = move |property: &'static str| {
        Signal::derive(move || {
            held.get()
                .map(|lists| codes(&lists.cases, property).into_iter().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    };
    let chosen = move |place: usize| {
        Signal::derive(move || held.sought.with(|sought| field(&mut sought.clone(), place).clone()))
    };
    view! {
        <div class="filters">
            <Pick id="seek-flag" label=|w| w.households.flag property="red_flags" codes=Signal::stored(Vec::new()) besides=(ANY, |w| w.households.any_flag) chosen=chosen(0) choose=move |code| seek.run((0, code)) />
            <Pick id="seek-level" label=|w| w.households.level property="level" codes=codes_of("level") chosen=chosen(1) choose=move |code| seek.run((1, code)) />
            <Pick id="seek-state" label=|w| w.households.state property="state" codes=codes_of("state") chosen=chosen(2) choose=move |code| seek.run((2, code)) />
            <Pick id="seek-town" label=|w| w.households.town property="town" codes=codes_of("town") chosen=chosen(3) choose=move |code| seek.run((3, code)) />
        </div>
    }
}

#[component]
fn Cards(held: Held, places: Memo<Option<Vec<usize>>>, shown: RwSignal<usize>) -> impl IntoView {
    let device = use_device();
    let more = move || places.with(|places| places.as_ref().map_or(0, Vec::len)).saturating_sub(shown.get());
    let unsent = unsent(device, held);
    view! {
        <section class="section" data-section="found">
            {rows(move || {
                let Some(lists) = held.get() else { return Vec::new() };
                let places = places.get().unwrap_or_default();
                let one = |place: &usize| {
                    let case = lists.cases.entities.get(*place)?.clone();
                    let waits = unsent.with(|unsent| unsent.contains(&case.id));
                    Some(Row::new(format!("{} {} {waits}", case.id, case.version), move || card(case, waits)))
                };
                places.iter().take(shown.get()).filter_map(one).collect()
            })}
            {shown_when(move || { more() > 0 }, move || view! {
                <button type="button" class="button" data-action="more" on:click=move |_| shown.update(|shown| *shown += SHOWN)>
                    {say(move |w| (w.households.more)(more().min(SHOWN)))}
                </button> }.into_any())}
        </section>
    }
}

fn card(case: ListedEntity, waits: bool) -> AnyView {
    let saying = Saying::new();
    let said = |name: &'static str| {
        let value = of(&case.properties, name).to_owned();
        let words = move || saying.value("cases", name, &value);
        let is_said = !of(&case.properties, name).is_empty();
        is_said.then(|| view! { <span data-said=name>{live(words)}</span> }.into_any())
    };
    let facts =
        ["town", "state", level_now(&case.properties).0].map(said).into_iter().flatten().collect_view();
    let person = who(&case).to_owned();
    let danger = is_in_danger(&case);
    let place = [of(&case.properties, "village"), of(&case.properties, "address")];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let visited = of(&case.properties, "visited_on").get(..10).map(str::to_owned);
    let (address, id) = (format!("/households/{}", case.id), case.id.clone());
    view! {
        <A href=address attr:class=if danger { "card card-link danger" } else { "card card-link" } attr:data-household=id>
            <strong class="card-title" translate="no">{person}</strong>
            {danger.then(|| view! {
                <span class="state bad wraps" data-danger="true"><Icon shape=Shape::Alert small=true /><span>{say(|w| w.visits.danger)}</span></span> })}
            {(!place.is_empty()).then(|| view! { <p class="soft" translate="no">{place}</p> })}
            <p class="parts small">
                {facts}
                {visited.map(|day| view! { <span class="soft">{say(move |w| (w.households.visited)(&day))}</span> })}
                {waits.then(|| view! { <span class="state wait">{say(|w| w.households.unsent)}</span> })}
            </p>
        </A>
    }
    .into_any()
}
