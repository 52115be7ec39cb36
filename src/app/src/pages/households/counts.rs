//! How many of each kind, at `/counts`: counted on this phone over what it holds, as the server counts by SQL.

use std::cmp::Reverse;

use doorstep_engine::entities::overview::{Counting, Extent, OVERVIEW};
use doorstep_engine::entities::totals::{Total, totals};
use leptos::prelude::*;
use leptos_router::components::A;

use super::Saying;
use super::pick::Pick;
use crate::components::live::{live, shown_when};
use crate::components::top_bar::TopBar;
use crate::state::held::use_held;
use crate::state::households::codes;
use crate::state::reader::{say, title};
use crate::words::Words;

/// The page at `/counts`.
#[component]
pub fn CountsPage() -> impl IntoView {
    let held = use_held();
    title(|words| words.households.counts.to_owned());
    let extent = RwSignal::new(Extent::default());
    let all = Memo::new(move |_| {
        let lists = held.get()?;
        let counting = |counting: &Counting| {
            let list = if counting.list == "cases" { &lists.cases } else { &lists.referrals };
            extent.with(|extent| counting.over(extent, list))
        };
        Some(OVERVIEW.iter().map(counting).collect::<Vec<_>>())
    });
    // The households that are counted: one group of all.
    let of = Memo::new(move |_| {
        let lists = held.get()?;
        let only = extent.with(|extent| extent.only("cases"));
        let count = doorstep_engine::entities::totals::Count { only, ..Default::default() };
        let total = totals(&count, lists.cases.entities.iter().map(|case| &case.properties));
        Some(total.first().map_or(0, |total| total.entities as usize))
    });
    let towns = Signal::derive(move || {
        held.get()
            .map(|lists| codes(&lists.cases, "town").into_iter().collect::<Vec<_>>())
            .unwrap_or_default()
    });
    view! {
        <TopBar title=Signal::derive(say(|w| w.households.counts.to_owned())) />
        <main id="main" tabindex="-1" data-page="counts">
            <p class="lone no-print"><A href="/households">{say(|w| w.households.back)}</A></p>
            <h1>{say(|w| w.households.counts)}</h1>
            <div class="filters">
                <Pick
                    id="counts-town" label=|w| w.households.town property="town" codes=towns
                    chosen=Signal::derive(move || extent.with(|extent| extent.town.clone()))
                    choose=move |town| extent.update(|extent| extent.town = town)
                />
                <label class="choice">
                    <input
                        type="checkbox" data-filter="closed"
                        prop:checked=live(move || extent.with(|extent| extent.closed))
                        on:change:target=move |event| { let closed = event.target().checked(); extent.update(|extent| extent.closed = closed) }
                    />
                    <span>{say(|w| w.households.closed_too)}</span>
                </label>
            </div>
            <p role="status" data-counted=live(move || of.get().unwrap_or(0).to_string())>
                {say(move |w| (w.households.counts_of)(of.get().unwrap_or(0)))}
            </p>
            <p class="soft small">{say(|w| w.households.counts_explained)}</p>
            {shown_when(move || all.with(Option::is_some), move || {
                let tables = OVERVIEW.iter().enumerate().map(|(place, counting)| {
                    let totals = Memo::new(move |_| all.with(|all| all.as_ref().map(|all| all[place].clone()).unwrap_or_default()));
                    view! { <Table counting totals /> }
                });
                tables.collect_view().into_any()
            })}
        </main>
    }
}

/// One table, the most frequent first; levels and states in their own order.
#[component]
fn Table(counting: &'static Counting, totals: Memo<Vec<Total>>) -> impl IntoView {
    let saying = Saying::new();
    let (list, property) = (counting.list, counting.property);
    let heading: fn(&'static Words) -> &'static str = match property {
        "red_flags" => |w| w.households.by_flag,
        "level" => |w| w.households.by_level,
        "state" => |w| w.households.by_state,
        "difficulties" => |w| w.households.by_difficulty,
        "town" => |w| w.households.by_town,
        _ => |w| w.households.by_class,
    };
    let ordered = move || {
        let mut totals = totals.get();
        let in_order = matches!(property, "level" | "state");
        totals.sort_by_cached_key(|total| {
            let code = total.group.concat();
            let place = if in_order { saying.device.dictionary.place(list, property, &code) } else { 0 };
            (code.is_empty(), place, Reverse(total.entities), code)
        });
        totals
    };
    let row = move |total: Total, most: u64| {
        let code = total.group.concat();
        let percent = total.entities as f64 / most as f64 * 100.0;
        let name = code.clone();
        let called = say(move |w| match name.is_empty() {
            true => w.households.not_said.to_owned(),
            false => saying.value(list, property, &name),
        });
        let different = (total.different > 0).then(|| {
            let count = total.different;
            view! { <span class="soft small">{say(move |w| (w.households.households_of)(count))}</span> }
        });
        view! {
            <tr data-group=code data-count=total.entities.to_string()>
                <th scope="row">{called}</th>
                <td class="figures">{total.entities} {different}</td>
                <td class="share" aria-hidden="true"><span class="share-bar" style:width=format!("{percent:.0}%")></span></td>
            </tr>
        }
    };
    view! {
        <section class="card" data-table=property>
            <h2>{say(heading)}</h2>
            {live(move || {
                let totals = ordered();
                let most = totals.iter().map(|total| total.entities).max().unwrap_or(0).max(1);
                match totals.is_empty() {
                    true => view! { <p class="empty">{say(|w| w.households.count_none)}</p> }.into_any(),
                    false => view! { <table class="counted"><tbody>{totals.into_iter().map(|total| row(total, most)).collect_view()}</tbody></table> }.into_any(),
                }
            })}
        </section>
    }
}
