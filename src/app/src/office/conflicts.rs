//! Households and persons of whom two surveys say different things: both sides beside each other, who said it and when; settled by whoever looks after the area.
//!
//! Kept here: nobody settles what they do not see: what is sent names the newest version on the screen. Nothing is overwritten: what is chosen is another
//! version.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::desk::{Desk, use_desk};
use super::field::{Outcome, Told};
use super::frame::{Awaited, Frame, Remote};
use super::tell;
use super::wire::{Conflicted, Conflicts, EntityVersion};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

/// The page at `/office/lists`.
#[component]
pub fn ConflictsPage() -> impl IntoView {
    let desk = use_desk();
    let found = Remote::<Conflicts>::new();
    let load = move || {
        found.load(async move { desk.ask("GET", "/api/v1/entities/conflicts", None).await });
    };
    load();
    let done = RwSignal::new(None::<bool>);
    let settled = move |is_well: bool| {
        done.set(Some(is_well));
        load();
    };
    let entities = move || {
        found.value.with(|found| found.as_ref().map(|found| found.entities.clone()).unwrap_or_default())
    };
    view! {
        <Frame title=|w| w.lists screen="lists">
            <div class="welcome">
                <h1>{tell(|w| w.lists)}</h1>
                <p class="soft">{tell(|w| w.lists_explained)}</p>
            </div>
            <Awaited remote=found again=move |()| load() />
            {live(move || done.get().map(|is_well| view! {
                <p class="notice" role="status" data-settled=is_well.to_string()>
                    {tell(move |w| if is_well { w.settled } else { w.settled_still })}
                </p> }))}
            {shown_when(move || found.is_here() && entities().is_empty(), || view! {
                <p class="empty" data-none="conflicts">{tell(|w| w.conflicts_none)}</p> }.into_any())}
            <ul class="section">
                {live(move || entities().into_iter().map(|entity| view! {
                    <ConflictCard desk entity done=settled /> }).collect::<Vec<_>>())}
            </ul>
            {shown_when(move || found.value.with(|found| found.as_ref().is_some_and(|found| found.more)), || view! {
                <p class="soft">{tell(|w| w.conflicts_more)}</p> }.into_any())}
        </Frame>
    }
}

/// The versions that contradict each other, and all since the first of them was begun on.
fn sides(entity: &Conflicted) -> Vec<EntityVersion> {
    let contradicts = entity.versions.iter().filter(|version| version.conflict.is_some());
    let since = contradicts.map(|version| version.base.unwrap_or(0)).min().unwrap_or(0);
    entity.versions.iter().filter(|version| version.number > since).cloned().collect()
}

/// What is said of more than once, and not the same.
fn contested(sides: &[EntityVersion]) -> BTreeSet<String> {
    let mut said: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (name, value) in sides.iter().flat_map(|side| &side.given) {
        said.entry(name).or_default().insert(value);
    }
    said.into_iter().filter(|(_, values)| values.len() > 1).map(|(name, _)| name.clone()).collect()
}

/// What settles it in favour of a side: that side's word on what is contested. `None`: as it stands.
fn settling(entity: &Conflicted, contested: &BTreeSet<String>, side: Option<&EntityVersion>) -> Json {
    let Some(side) = side else { return json!({"version": entity.version}) };
    let given: BTreeMap<&String, &String> =
        side.given.iter().filter(|(name, _)| contested.contains(*name)).collect();
    let mut said = json!({"version": entity.version, "properties": given});
    if let Some(label) = &side.label {
        said["label"] = label.as_str().into();
    }
    said
}

#[component]
fn ConflictCard(desk: Desk, entity: Conflicted, #[prop(into)] done: Callback<bool>) -> impl IntoView {
    let outcome = Outcome::new();
    let sides = sides(&entity);
    let contested = contested(&sides);
    let path = format!("/api/v1/entities/{}/{}/settled", entity.list, entity.id);
    let settle = StoredValue::new(move |body: Json| {
        let path = path.clone();
        if outcome.begin() {
            timer::spawn(async move {
                match desk.ask::<Json>("POST", &path, Some(&body)).await {
                    Ok(answer) => {
                        outcome.done();
                        done.try_run(answer["settled"] == true);
                    }
                    Err(refusal) => outcome.refused(refusal, |_| None),
                }
            });
        }
    });
    let columns: Vec<AnyView> = sides
        .iter()
        .map(|side| {
            let body = settling(&entity, &contested, Some(side));
            let takes = (!contested.is_empty() && side.given.keys().any(|name| contested.contains(name)))
                .then(|| view! {
                    <button type="button" class="button" data-action="take" disabled=move || outcome.busy.get()
                        on:click=move |_| settle.with_value(|settle| settle(body.clone()))>
                        {tell(|w| w.take_this)}
                    </button> });
            view! { <Side side=side.clone() contested=contested.clone()>{takes}</Side> }.into_any()
        })
        .collect();
    let as_it_is = settling(&entity, &contested, None);
    let Conflicted { list, id, label, area, conflict, .. } = entity;
    let is_against = conflict.as_deref() == Some("against");
    view! {
        <li class="card" data-entity=id data-conflict=conflict>
            <div class="card-row wrap">
                <strong class="grow" translate="no">{label}</strong>
                <span class="soft" translate="no">{list} " · " {area}</span>
                <span class=if is_against { "state bad" } else { "state wait" }>
                    {tell(move |w| if is_against { w.conflict_against } else { w.conflict_beside })}
                </span>
            </div>
            <div class="sides">{columns}</div>
            <Told outcome />
            <div class="actions">
                <button type="button" class="button" data-action="as-it-is" disabled=move || outcome.busy.get()
                    on:click=move |_| settle.with_value(|settle| settle(as_it_is.clone()))>
                    {tell(|w| w.leave_as_it_is)}
                </button>
            </div>
        </li>
    }
}

/// What one survey says: when, by whom, and of what; what is contested stands out.
#[component]
fn Side(side: EntityVersion, contested: BTreeSet<String>, children: Children) -> impl IntoView {
    let EntityVersion { number, label, given, at, user, device, .. } = side;
    let by = [user, device].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let rows: Vec<_> = given
        .into_iter()
        .map(|(name, value)| {
            let class = if contested.contains(&name) { "fact bad-words" } else { "fact" };
            let called = name.clone();
            view! { <div class=class data-property=name><dt translate="no">{called}</dt><dd class="words" translate="no">{value}</dd></div> }
        })
        .collect();
    view! {
        <section class="side" data-version=number>
            <p>
                <strong>{tell(move |w| (w.version_number)(number))}</strong>
                {at.map(|at| view! { <span class="soft">" · " {say(move |w| when(at, now(), w))}</span> })}
            </p>
            <p class="small soft" translate="no">{by}</p>
            {label.map(|label| view! { <p class="words" translate="no">{label}</p> })}
            <dl class="facts small">{rows}</dl>
            {children()}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: u64, base: Option<u64>, phone: &str, conflict: Option<&str>) -> EntityVersion {
        EntityVersion {
            number,
            base,
            given: [("phone".to_owned(), phone.to_owned()), ("floor".to_owned(), "2".to_owned())].into(),
            conflict: conflict.map(str::to_owned),
            ..EntityVersion::default()
        }
    }

    #[test]
    fn both_sides_are_shown_and_only_what_is_contested_is_settled() {
        let entity = Conflicted {
            version: 4,
            versions: vec![
                version(1, None, "0", None),
                version(2, Some(1), "1", None),
                version(3, Some(2), "2", None),
                version(4, Some(2), "3", Some("against")),
            ],
            ..Conflicted::default()
        };
        let shown = sides(&entity);
        assert_eq!(shown.iter().map(|side| side.number).collect::<Vec<_>>(), [3, 4]);
        let contested = contested(&shown);
        assert_eq!(contested.iter().collect::<Vec<_>>(), ["phone"]);
        assert_eq!(
            settling(&entity, &contested, Some(&shown[0])),
            json!({"version": 4, "properties": {"phone": "2"}})
        );
        assert_eq!(settling(&entity, &contested, None), json!({"version": 4}));
    }
}
