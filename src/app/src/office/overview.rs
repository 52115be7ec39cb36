//! The first page: what there is for one's role, a line each.

use leptos::prelude::*;
use leptos_router::components::A;

use super::desk::{Page, use_desk};
use super::field::Word;
use super::frame::{Frame, called};
use super::tell;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};

/// The page at `/office`.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let desk = use_desk();
    let role = Memo::new(move |_| desk.user.with(|user| user.role.clone()));
    let pages = move || {
        let role = role.get();
        let page = |page: Page| link(page.address(), shape(page), called(page), line(page));
        Page::ALL.into_iter().filter(|page| page.is_for(&role)).map(page).collect::<Vec<_>>()
    };
    let designs = move || role.with(|role| role == "designer");
    let has_none =
        move || !designs() && role.with(|role| !Page::ALL.into_iter().any(|page| page.is_for(role)));
    view! {
        <Frame title=|w| w.start screen="overview">
            <div class="welcome">
                <h1>{tell(move |w| desk.user.with(|user| (w.welcome)(&user.name)))}</h1>
                <p class="soft">
                    {tell(move |w| (w.role)(&role.get()))} " · "
                    {tell(move |w| desk.user.with(|user| if user.area.is_empty() { w.everywhere.to_owned() } else { user.area.clone() }))}
                </p>
            </div>
            {shown_when(has_none, || view! { <p class="empty">{tell(|w| w.nothing_here)}</p> }.into_any())}
            <div class="tiles">
                {live(pages)}
                {shown_when(designs, design)}
                {link("/office/account", Shape::Person, |w| w.account, |w| w.account_line)}
            </div>
            <p class="lone"><a href="/" rel="external">{tell(|w| w.to_phone_app)}</a></p>
        </Frame>
    }
}

/// The designer is a program of its own.
fn design() -> AnyView {
    view! {
        <a href="/design" rel="external" class="card card-link" data-tile="/design">
            <div class="card-row">
                <Icon shape=Shape::List />
                <span class="grow">
                    <strong class="card-title">{tell(|w| w.design)}</strong>
                    <span class="soft small lines">{tell(|w| w.design_line)}</span>
                </span>
                <Icon shape=Shape::Next />
            </div>
        </a>
    }
    .into_any()
}

fn link(address: &'static str, shape: Shape, name: Word, line: Word) -> AnyView {
    view! {
        <A href=address attr:class="card card-link" attr:data-tile=address>
            <div class="card-row">
                <Icon shape />
                <span class="grow">
                    <strong class="card-title">{tell(name)}</strong>
                    <span class="soft small lines">{tell(line)}</span>
                </span>
                <Icon shape=Shape::Next />
            </div>
        </A>
    }
    .into_any()
}

fn shape(page: Page) -> Shape {
    match page {
        Page::Households => Shape::Home,
        Page::Referrals => Shape::Send,
        Page::Review => Shape::Check,
        Page::Ranking => Shape::Alert,
        Page::Placement => Shape::Door,
        Page::Analysis => Shape::Scales,
        Page::Statistics => Shape::Clock,
        Page::Ledgers => Shape::Print,
        Page::Users => Shape::Person,
        Page::Devices => Shape::Shield,
        Page::Lists => Shape::Check,
        Page::Aside => Shape::Clock,
        Page::Monitoring => Shape::Plus,
        Page::Relay => Shape::Send,
        Page::Collect => Shape::Door,
        Page::Log => Shape::List,
    }
}

fn line(page: Page) -> Word {
    match page {
        Page::Households => |w| w.station.households_line,
        Page::Referrals => |w| w.station.referrals_line,
        Page::Review => |w| w.station.review_line,
        Page::Ranking => |w| w.ranking.line,
        Page::Placement => |w| w.ranking.placement_line,
        Page::Analysis => |w| w.station.analysis_line,
        Page::Statistics => |w| w.station.statistics_line,
        Page::Ledgers => |w| w.station.ledgers_line,
        Page::Users => |w| w.users_line,
        Page::Devices => |w| w.devices_line,
        Page::Lists => |w| w.lists_line,
        Page::Aside => |w| w.aside_line,
        Page::Monitoring => |w| w.monitoring.line,
        Page::Relay => |w| w.relay_line,
        Page::Collect => |w| w.collect_line,
        Page::Log => |w| w.log_line,
    }
}
