//! One's own case, in words that its household understands; on paper with the full name and what the station has on record.

use leptos::prelude::*;

use super::paper::{Paper, today};
use super::{Kiosk, OPINION, Step, version_of, word};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::page as screen;
use crate::state::kiosk::{self, OwnCase, Service, masked};
use crate::state::reader::{Reader, use_reader};
use crate::words::Language;

/// The days of a case in the order in which they come, and of a service.
const DAYS: [&str; 13] = [
    "found_on",
    "visit_by",
    "visited_on",
    "assessed_on",
    "plan_on",
    "reassess_by",
    "follow_up_on",
    "made_on",
    "accepted_on",
    "appointed_on",
    "first_service_on",
    "last_service_on",
    "closed_on",
];

#[component]
pub fn CaseStep(at: Kiosk) -> impl IntoView {
    let reader = use_reader();
    let shown = move || at.proved.get().map(|case| view! { <Shown at case reader /> });
    live(shown)
}

#[component]
fn Shown(at: Kiosk, case: OwnCase, reader: Reader) -> impl IntoView {
    let (name, state, not_met) = (masked(&case.person), case.state.clone(), !case.met);
    let said = state.clone();
    let phone = kiosk::phone();
    let has_services = !case.services.is_empty();
    let services =
        case.services.iter().cloned().map(move |service| shown_service(service, reader)).collect::<Vec<_>>();
    let days = lines_of(&case.dates, reader);
    let can_object = move || version_of(at.device, OPINION).is_some();
    let on_paper = move || paper(&case, reader);
    view! {
        <main id="main" tabindex="-1" data-step="case">
            <h1 translate="no">{word(move |w| (w.of)(&name))}</h1>
            <p class="kiosk-state" data-state=said>{word(move |w| (w.state)(&state))}</p>
            {not_met.then(|| view! { <p class="notice">{word(|w| w.not_met)}</p> })}
            <dl class="kiosk-days">{days}</dl>
            {has_services.then(|| view! {
                <h2>{word(|w| w.services)}</h2>
                <ul class="kiosk-services">{services}</ul>
            })}
            <p>{word(move |w| if phone.is_empty() { w.ask_desk.to_owned() } else { (w.ask_station)(&phone) })}</p>
            <div class="kiosk-foot">
                <button type="button" class="button" data-action="print" on:click=move |_| screen::print()>
                    <Icon shape=Shape::Print />
                    {word(|w| w.print_record)}
                </button>
                {shown_when(can_object, move || view! {
                    <button type="button" class="button" data-action="object" on:click=move |_| at.to(Step::Form(OPINION.to_owned()))>{word(|w| w.object)}</button>
                }.into_any())}
                <button type="button" class="button main" data-action="end" on:click=move |_| at.end()>{word(|w| w.end)}</button>
            </div>
        </main>
        <Paper heading=|w| w.record explained=|w| w.record_explained lines=on_paper signed=true />
    }
}

fn lines_of(dates: &std::collections::BTreeMap<String, String>, reader: Reader) -> Vec<AnyView> {
    let known = DAYS.iter().filter_map(|name| Some((*name, dates.get(*name)?.clone())));
    known
        .map(|(name, day)| {
            view! {
                <div class="fact" data-day=name>
                    <dt>{live(move || (reader.language().words().kiosk.date)(name))}</dt>
                    <dd class="figures">{day}</dd>
                </div>
            }
            .into_any()
        })
        .collect()
}

fn shown_service(service: Service, reader: Reader) -> AnyView {
    let days = lines_of(&service.dates, reader);
    let Service { service: called, state, by, ask, phone, .. } = service;
    let said = state.clone();
    let has_name = !ask.is_empty() || !phone.is_empty();
    view! {
        <li class="card" data-service-state=said>
            <strong>{live(move || called.of(reader.language()).to_owned())}</strong>
            <span>{word(move |w| (w.service_state)(&state))}</span>
            <span class="soft" translate="no">{by}</span>
            <dl class="kiosk-days">{days}</dl>
            {has_name.then(|| view! { <p>{word(move |w| (w.ask)(&ask, &phone))}</p> })}
        </li>
    }
    .into_any()
}

/// What stands on the sheet: the record with the full name, where it stands, its days and services.
fn paper(case: &OwnCase, reader: Reader) -> Vec<(String, String)> {
    sheet(case, reader.language(), &today())
}

fn sheet(case: &OwnCase, language: Language, today: &str) -> Vec<(String, String)> {
    let words = &language.words().kiosk;
    let mut lines = vec![((words.printed_on)(today), String::new())];
    let record = case.record.iter();
    lines.extend(record.map(|fact| (fact.label.of(language).to_owned(), fact.value.of(language).to_owned())));
    lines.push(((words.state)(&case.state).to_owned(), String::new()));
    for name in DAYS {
        // The record has the others.
        let is_there = case.record.iter().any(|fact| fact.name == name);
        if let Some(day) = case.dates.get(name).filter(|_| !is_there) {
            lines.push(((words.date)(name).to_owned(), day.clone()));
        }
    }
    for service in &case.services {
        let state = (words.service_state)(&service.state);
        let by = if service.by.is_empty() { String::new() } else { format!(" · {}", service.by) };
        lines.push((service.service.of(language).to_owned(), format!("{state}{by}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_has_the_full_name_each_day_once_and_every_service() {
        let case: OwnCase = serde_json::from_value(serde_json::json!({
            "case": "c", "person": "王秀兰", "state": "in_service", "met": true,
            "dates": {"found_on": "2026-11-20", "plan_on": "2026-11-24"},
            "record": [
                {"name": "person", "label": {"zh": "姓名", "en": "Name"}, "value": {"zh": "王秀兰", "en": "王秀兰"}},
                {"name": "found_on", "label": {"zh": "发现日期", "en": "Found on"}, "value": {"zh": "2026-11-20", "en": "2026-11-20"}}
            ],
            "services": [{"service": {"zh": "助餐配餐", "en": "Meals"}, "state": "in_service", "by": "示例社区"}]
        }))
        .expect("it reads");
        let lines: Vec<String> = sheet(&case, Language::Chinese, "2026-11-28")
            .into_iter()
            .map(|(what, which)| format!("{what}|{which}"))
            .collect();
        assert_eq!(
            lines,
            [
                "2026-11-28 在自助机打印|",
                "姓名|王秀兰",
                "发现日期|2026-11-20",
                "正在给您服务。|",
                "定办法|2026-11-24",
                "助餐配餐|正在做 · 示例社区",
            ]
        );
    }
}
