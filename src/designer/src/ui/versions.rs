//! A form's versions on the server: which there are, what a colleague approves of or refuses, and the way back to an older one.

use doorstep_app::designing::{Confirm, Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::{page as screen, timer};
use doorstep_engine::compare::{Comparison, compare};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde_json::json;

use super::days::local;
use super::differs::differences;
use super::frame::Frame;
use super::server::{self, No};
use super::words::{Versions, tell, words};
use crate::publications::{FormVersions, Version};

const CAME: &str = "design-decided";
const REASON: &str = "design-reason";
const COMPARED: &str = "design-compared";

/// What the page has.
#[derive(Clone, PartialEq, Debug)]
enum Known {
    Asking,
    Has(FormVersions),
    Unknown,
    No(No),
}

/// What is done with a version.
#[derive(Clone, PartialEq, Debug)]
enum Deed {
    Approve(Version),
    RollBack(Version),
}

/// The page at `/design/versions/:form`.
#[component]
pub fn VersionsPage() -> impl IntoView {
    let form = use_params_map().with_untracked(|params| params.get("form")).unwrap_or_default();
    let reader = use_reader();
    let known = RwSignal::new(Known::Asking);
    // What came of the last deed, and is it well? It stays while the list is asked for again, as do the two that are compared.
    let came = RwSignal::new(None::<Result<(String, &'static str), No>>);
    let pair = RwSignal::new(None::<(String, String)>);
    let id = StoredValue::new(form);
    let look = move || {
        timer::spawn(async move {
            let found = match server::versions().await {
                Ok(forms) => {
                    let own = forms.into_iter().find(|form| id.with_value(|id| form.id == *id));
                    own.map_or(Known::Unknown, Known::Has)
                }
                Err(no) => Known::No(no),
            };
            known.try_set(found);
        });
    };
    look();
    let title = move || match known.get() {
        Known::Has(form) => form.title(reader.language().tag()),
        _ => id.get_value(),
    };
    view! {
        <Frame title=|w| w.versions.title>
            <main id="main" tabindex="-1" class="wide" data-screen="design-versions">
                <p><a class="button" href="/design">{tell(|w| w.back)}</a></p>
                <h1>{live(title)} " · " {tell(|w| w.versions.title)}</h1>
                <p>{tell(|w| w.versions.explained)}</p>
                <div role="status" id=CAME tabindex="-1" data-decided=live(move || came.get().map(|came| came.map_or("no", |(_, state)| state)))>
                    {live(move || came.get().map(|came| {
                        let words = &words(reader.language()).versions;
                        match came {
                            Ok((version, state)) => view! { <p class="notice good">{(words.done)(&version, state)}</p> }.into_any(),
                            Err(no) => view! { <Denied no /> }.into_any(),
                        }
                    }))}
                </div>
                {live(move || match known.get() {
                    Known::Asking => view! { <p class="soft" role="status">{tell(|w| w.loading)}</p> }.into_any(),
                    Known::Unknown => view! { <p class="empty" role="alert">{tell(|w| w.versions.unknown)}</p> }.into_any(),
                    Known::No(no) => view! { <Denied no /> }.into_any(),
                    Known::Has(form) => view! { <All form came pair again=Callback::new(move |()| look()) /> }.into_any(),
                })}
            </main>
        </Frame>
    }
}

/// Why there is nothing to see.
#[component]
fn Denied(no: No) -> impl IntoView {
    let name = match &no {
        No::SignIn => "sign-in",
        No::NotAllowed => "not-allowed",
        No::Unreached => "unreached",
        No::Refused { .. } => "refused",
    };
    let sign_in = no == No::SignIn;
    view! {
        <p class="notice warn" role="alert" data-denied=name>{tell(move |w| said(&no, &w.versions))}</p>
        {sign_in.then(|| view! { <p><a class="button" href="/office" target="_blank" rel="external noopener">{tell(|w| w.to_sign_in)}</a></p> })}
    }
}

fn said(no: &No, words: &Versions) -> String {
    match no {
        No::SignIn => words.sign_in.to_owned(),
        No::NotAllowed => words.not_allowed.to_owned(),
        No::Unreached => words.unreached.to_owned(),
        No::Refused { code, .. } => match &**code {
            "not_current" => words.not_current.to_owned(),
            "not_waiting" => words.not_waiting.to_owned(),
            "own_version" => words.own_version.to_owned(),
            "already_current" => words.already_current.to_owned(),
            "form_unknown" => words.unknown.to_owned(),
            code => (words.refused)(code),
        },
    }
}

#[component]
fn All(
    form: FormVersions,
    came: RwSignal<Option<Result<(String, &'static str), No>>>,
    pair: RwSignal<Option<(String, String)>>,
    again: Callback<()>,
) -> impl IntoView {
    let reader = use_reader();
    let asking = RwSignal::new(None::<Deed>);
    let refusing = RwSignal::new(None::<String>);
    let (id, current) = (form.id.clone(), form.current().map(str::to_owned));
    let done = move |version: Version, state: &'static str, result: Result<(), No>| {
        came.try_set(Some(result.map(|()| (version.version, state))));
        // Whoever left looks no more.
        let _ = again.try_run(());
        screen::focus(CAME);
    };
    let act = move |deed: Deed| {
        let (id, current) = (id.clone(), current.clone());
        timer::spawn(async move {
            let (version, result) = match deed {
                Deed::Approve(version) => {
                    let result = server::decide(&version.hash, "approve", &json!({})).await;
                    (version, result)
                }
                Deed::RollBack(version) => {
                    let body = json!({"hash": version.hash, "replaces": current});
                    let result = server::decide(&id, "roll-back", &body).await;
                    (version, result)
                }
            };
            done(version, "current", result);
        });
    };
    let refuse = move |version: Version, reason: String| {
        timer::spawn(async move {
            let result = server::decide(&version.hash, "refuse", &json!({"reason": reason.trim()})).await;
            refusing.try_set(None);
            done(version, "refused", result);
        });
    };
    let versions = StoredValue::new(form.versions.clone());
    let part = move |waits: bool| {
        rows(move || {
            let own = versions.get_value().into_iter().filter(|version| version.waits() == waits);
            let row = |version: Version| {
                Row::new(format!("{} {}", version.hash, version.at.unwrap_or_default()), move || {
                    view! { <Card version asking refusing pair refuse=Callback::new(move |(version, reason)| refuse(version, reason)) /> }
                })
            };
            own.map(row).collect()
        })
    };
    let title = move |deed: Deed| match deed {
        Deed::Approve(version) => (words(reader.language()).versions.approve_title)(&version.version),
        Deed::RollBack(version) => (words(reader.language()).versions.roll_back_title)(&version.version),
    };
    let is_approval = move || asking.with(|asking| matches!(asking, Some(Deed::Approve(_))));
    let explained = move || {
        let words = &words(reader.language()).versions;
        if is_approval() { words.approve_explained } else { words.roll_back_explained }
    };
    let yes = move || {
        let words = &words(reader.language()).versions;
        if is_approval() { words.approve } else { words.roll_back }
    };
    view! {
        {(form.waiting() > 0).then(|| view! {
            <section class="section" data-section="waiting">
                <h2>{tell(|w| w.versions.waiting)}</h2>
                <ul class="stack">{part(true)}</ul>
            </section>
        })}
        <Between versions=form.versions.clone() pair />
        <section class="section" data-section="all">
            <h2>{tell(|w| w.versions.all)}</h2>
            <ul class="stack">{part(false)}</ul>
        </section>
        <Confirm asking title explained=Signal::derive(explained) yes=Signal::derive(yes) act />
    }
}

/// One version, and what can be done with it.
#[component]
fn Card(
    version: Version,
    asking: RwSignal<Option<Deed>>,
    /// The hash of the one that is being refused.
    refusing: RwSignal<Option<String>>,
    pair: RwSignal<Option<(String, String)>>,
    refuse: Callback<(Version, String)>,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let (state, named) = (version.state.clone(), version.state.clone());
    let put_up = match version.at {
        None => live(move || tell(|w| w.versions.from_folder.to_owned())()),
        Some(at) => {
            let by = version.by.clone();
            tell(move |w| (w.versions.put_up)(by.as_deref().unwrap_or(w.versions.nobody), &local(at)))
        }
    };
    let decided = version.decided.clone().map(|(who, at)| {
        view! { <p class="soft small figures">{tell(move |w| (w.versions.decided)(&who, &local(at)))}</p> }
    });
    let why = version.reason.clone().map(|why| view! { <p>{tell(move |w| (w.versions.reason)(&why))}</p> });
    let see = version.replaces.clone().map(|old| {
        let new = version.hash.clone();
        let see = move |_| {
            pair.set(Some((old.clone(), new.clone())));
            screen::focus(COMPARED);
        };
        view! { <button type="button" class="button" data-action="differs" on:click=see>{tell(|w| w.versions.differs)}</button> }
    });
    let of = StoredValue::new(version.clone());
    let deeds = match (version.waits(), version.mine, version.is_past()) {
        (true, true, _) => view! { <p class="soft" data-mine="true">{tell(|w| w.versions.mine)}</p> }.into_any(),
        (true, false, _) => view! {
            <button type="button" class="button main" data-action="approve" on:click=move |_| asking.set(Some(Deed::Approve(of.get_value())))>{tell(|w| w.versions.approve)}</button>
            <button type="button" class="button" data-action="refuse-open" on:click=move |_| refusing.set(Some(of.with_value(|version| version.hash.clone())))>{tell(|w| w.versions.refuse)}</button>
        }.into_any(),
        (false, _, true) => view! {
            <button type="button" class="button" data-action="roll-back" on:click=move |_| asking.set(Some(Deed::RollBack(of.get_value())))>{tell(|w| w.versions.roll_back)}</button>
        }.into_any(),
        (false, _, false) => ().into_any(),
    };
    let is_refused = move || {
        refusing.with(|refusing| refusing.as_ref() == Some(&of.with_value(|version| version.hash.clone())))
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        refuse.run((of.get_value(), reason.get_untracked()));
    };
    view! {
        <li class="card" data-version=version.version.clone() data-state=named>
            <p class="card-title">{version.version.clone()} " " <span class="state small">{tell(move |w| (w.versions.state)(&state))}</span></p>
            {(!version.note.is_empty()).then(|| view! { <p>{version.note.clone()}</p> })}
            <p class="soft small figures">{put_up}</p>
            {decided}{why}
            <div class="actions">{see}{deeds}</div>
            {shown_when(is_refused, move || view! {
                <form class="publish" on:submit=send>
                    <label class="question-label" for=REASON>{tell(|w| w.versions.refuse_why)}</label>
                    <p class="hint" id="design-reason-hint">{tell(|w| w.versions.refuse_hint)}</p>
                    <input class="field" id=REASON maxlength="500" autocomplete="off" aria-describedby="design-reason-hint" on:input:target=move |event| reason.set(event.target().value()) />
                    <div class="actions"><button type="submit" class="button danger" data-action="refuse">{tell(|w| w.versions.refuse_do)}</button></div>
                </form> }.into_any())}
        </li>
    }
}

/// What differs between any two.
#[component]
fn Between(versions: Vec<Version>, pair: RwSignal<Option<(String, String)>>) -> impl IntoView {
    let reader = use_reader();
    let compared = RwSignal::new(None::<Option<Box<Comparison>>>);
    let busy = RwSignal::new(false);
    Effect::new(move || {
        let Some((old, new)) = pair.get() else { return };
        compared.set(None);
        busy.set(true);
        timer::spawn(async move {
            let (before, after) = (server::bundle(&old).await, server::bundle(&new).await);
            if pair.try_get_untracked().flatten() != Some((old, new)) {
                return;
            }
            let found = before.zip(after).and_then(|(before, after)| compare(&before, &after).ok());
            busy.set(false);
            compared.set(Some(found.map(Box::new)));
        });
    });
    let offered = StoredValue::new(versions.clone());
    let chosen = move |is_new: bool| {
        pair.with(|pair| pair.as_ref().map(|(old, new)| if is_new { new.clone() } else { old.clone() }))
    };
    // The one before stands below: first offered is what the newest was made from.
    let choose = move |is_new: bool, hash: String| {
        let first = offered.with_value(|all| all.first().map(|version| version.hash.clone()));
        let other = chosen(!is_new).or(first).unwrap_or_default();
        pair.set(Some(if is_new { (other, hash) } else { (hash, other) }));
    };
    let menu = move |id: &'static str, is_new: bool| {
        let options = offered.with_value(|all| {
            let option = |version: &Version| {
                let (hash, name, state) = (version.hash.clone(), version.version.clone(), version.state.clone());
                let own = hash.clone();
                let is_chosen = live(move || chosen(is_new).as_ref() == Some(&own));
                view! { <option value=hash prop:selected=is_chosen>{name} " · " {tell(move |w| (w.versions.state)(&state))}</option> }
            };
            all.iter().map(option).collect_view()
        });
        let label = tell(move |w| if is_new { w.versions.newer } else { w.versions.older });
        view! {
            <div>
                <label class="question-label" for=id>{label}</label>
                <select class="field" id=id on:change:target=move |event| choose(is_new, event.target().value())>
                    <option value="" prop:selected=live(move || chosen(is_new).is_none())>{tell(|w| w.choose)}</option>
                    {options}
                </select>
            </div>
        }
    };
    let shown = move || {
        compared.get().map(|compared| {
            let words = &words(reader.language()).versions;
            match compared {
                None => view! { <p class="notice warn" role="alert">{words.not_compared}</p> }.into_any(),
                Some(compared) if compared.differences.is_empty() => {
                    view! { <p class="soft" data-differs="0">{words.same}</p> }.into_any()
                }
                Some(compared) => differences(&compared, reader.language().tag()),
            }
        })
    };
    (versions.len() > 1).then(|| {
        view! {
            <section class="section" data-section="compare" id=COMPARED tabindex="-1">
                <h2>{tell(|w| w.versions.compare)}</h2>
                <div class="design-pair">{menu("design-older", false)}{menu("design-newer", true)}</div>
                {shown_when(move || busy.get(), || view! { <p class="soft" role="status">{tell(|w| w.loading)}</p> }.into_any())}
                {live(shown)}
            </section>
        }
    })
}
