//! Where a design begins: from nothing, from a file, from the server; and those that are on this device.

use doorstep_app::designing::{Confirm, Row, live, rows, shown_when, use_reader};
use doorstep_app::platform::picked::Picked;
use doorstep_app::platform::{clipboard, clock, designs, locks, picked, timer};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::days::local;
use super::desk::keep_new;
use super::frame::Frame;
use super::server::{self, Offered};
use super::words::{tell, words};
use crate::document::{Document, OpenError};
use crate::files::{self, Opened};
use crate::kept::Design;
use crate::publications::FormVersions;

const FILE: &str = "design-file";
const SEARCH: &str = "design-search";
const SEARCH_THERE: &str = "design-search-server";
/// So many are seen at once; more are searched.
const FEW: usize = 6;
/// How the first version is called.
const FIRST: &str = "1";

/// A design on this device, as its card says it.
#[derive(Clone, PartialEq, Debug)]
struct Card {
    id: String,
    title: String,
    version: String,
    at: i64,
}

#[derive(Clone, PartialEq, Debug)]
enum Server {
    Asking,
    Unreached,
    /// And does it say so now?
    Has(Vec<Offered>, bool),
}

/// The page at `/design`.
#[component]
pub fn StartPage() -> impl IntoView {
    let reader = use_reader();
    let cards = RwSignal::new(Vec::<Card>::new());
    let server = RwSignal::new(Server::Asking);
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let forgetting = RwSignal::new(None::<Card>);
    let (query, query_there) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_meant = move |query: RwSignal<String>, words: &[&str]| {
        let query = query.get().trim().to_lowercase();
        words.iter().any(|word| word.to_lowercase().contains(&query))
    };
    let mine = Memo::new(move |_| {
        let mut cards = cards.get();
        cards.retain(|card| is_meant(query, &[&card.title]));
        cards
    });
    let theirs = Memo::new(move |_| match server.get() {
        Server::Has(mut forms, _) => {
            let tag = reader.language().tag();
            forms.retain(|form| is_meant(query_there, &[&form.title(tag), &form.id]));
            forms
        }
        Server::Asking | Server::Unreached => Vec::new(),
    });
    let search = move |id: &'static str, query: RwSignal<String>| {
        view! {
            <label class="unseen" for=id>{tell(|w| w.search)}</label>
            <input type="search" class="field start-search" id=id autocomplete="off" placeholder=tell(|w| w.search)
                prop:value=live(move || query.get()) on:input:target=move |event| query.set(event.target().value()) />
        }
        .into_any()
    };
    let there =
        move || server.with(|server| if let Server::Has(forms, _) = server { forms.len() } else { 0 });
    let nothing = move |all: usize, found: usize| {
        (all > 0 && found == 0).then(|| view! { <p class="empty">{tell(|w| w.none_found)}</p> })
    };
    let navigate = use_navigate();
    let open =
        StoredValue::new_local(move |id: String| navigate(&format!("/design/{id}"), Default::default()));
    let unread = RwSignal::new(0);
    // What comes later would move what is there already: it is shown once all above it is known.
    let is_read = RwSignal::new(false);
    timer::spawn(async move {
        match read_cards().await {
            Some((read, others)) => {
                cards.try_set(read);
                unread.try_set(others);
            }
            None => drop(wrong.try_set(Some(words(reader.language_now()).no_store.to_owned()))),
        }
        is_read.try_set(true);
    });
    let waiting = RwSignal::new(Vec::<FormVersions>::new());
    timer::spawn(async move {
        let found = ask_server().await;
        // Only who is signed in as a designer is told; the others miss nothing.
        let mut forms = match found {
            Server::Has(_, true) => server::versions().await.unwrap_or_default(),
            _ => Vec::new(),
        };
        forms.retain(|form| form.waiting() > 0);
        waiting.try_set(forms);
        server.try_set(found.clone());
        if let Server::Has(forms, true) = found {
            server::keep(forms).await;
        }
    });
    let begin = move |opened: Opened, from: Option<String>| {
        timer::spawn(async move {
            match keep_new(opened, from).await {
                Some(id) => drop(open.try_with_value(|open| open(id))),
                None => drop(wrong.try_set(Some(words(reader.language_now()).not_kept.to_owned()))),
            }
        });
    };
    let new = move |_| {
        let title = words(reader.language_now()).new_title;
        let id = format!("form-{:x}", clock::now_ms() / 1_000);
        begin(Document::empty(title, &id, FIRST).into(), None);
    };
    let read = move |picked: Picked| {
        busy.set(true);
        wrong.set(None);
        timer::spawn(async move {
            // Said first: a large workbook takes a moment.
            timer::sleep(30).await;
            let opened = match picked.bytes().await {
                Some(bytes) => files::open(&picked.name(), &bytes),
                None => Err(OpenError::NotText),
            };
            busy.try_set(false);
            match opened {
                Ok(opened) => begin(opened, None),
                Err(error) => drop(wrong.try_set(Some(error.words(reader.language_now().tag())))),
            }
        });
    };
    let from_server = move |offered: Offered| {
        busy.set(true);
        wrong.set(None);
        timer::spawn(async move {
            let document = server::document(&offered.hash).await;
            busy.try_set(false);
            match document {
                Some(document) => begin(document.into(), Some(offered.hash)),
                None => drop(wrong.try_set(Some(words(reader.language_now()).file_broken.to_owned()))),
            }
        });
    };
    let forget = move |card: Card| {
        timer::spawn(async move {
            // Nobody's work is deleted under their hands.
            let Some(_held) = locks::try_design(&card.id, || {}).await else {
                return drop(wrong.try_set(Some(words(reader.language_now()).files.in_use.to_owned())));
            };
            match designs::remove(&card.id).await {
                Ok(()) => {
                    cards.try_update(|cards| cards.retain(|other| other.id != card.id));
                    forget_media().await;
                }
                Err(_) => drop(wrong.try_set(Some(words(reader.language_now()).no_store.to_owned()))),
            }
        });
    };
    let card = move |card: Card| {
        Row::new(card.id.clone(), move || {
            let (address, asked) = (format!("/design/{}", card.id), card.clone());
            view! {
                <li class="card" data-design=card.id.clone()>
                    <p class="card-title">{card.title.clone()}</p>
                    <p class="soft small figures">{card.version.clone()} " · " {tell(move |w| (w.kept_at)(&day(card.at)))}</p>
                    <div class="actions">
                        <a class="button main" data-action="go-on" href=address>{tell(|w| w.go_on)}</a>
                        <button type="button" class="button plain" data-action="forget" on:click=move |_| forgetting.set(Some(asked.clone()))>{tell(|w| w.forget)}</button>
                    </div>
                </li>
            }
        })
    };
    let waits = move |form: FormVersions| {
        Row::new(form.id.clone(), move || {
            let (address, count, id) = (server::versions_page(&form.id), form.waiting(), form.id.clone());
            view! {
                <li class="card" data-waiting=id>
                    <p class="card-title">{live(move || form.title(reader.language().tag()))}</p>
                    <p class="soft small">{tell(move |w| (w.versions.waiting_count)(count))}</p>
                    <div class="actions"><a class="button main" data-action="versions" href=address>{tell(|w| w.versions.see)}</a></div>
                </li>
            }
        })
    };
    let offered = move |offered: Offered| {
        Row::new(offered.hash.clone(), move || {
            let (named, taken) = (offered.clone(), offered.clone());
            let title = live(move || named.title(reader.language().tag()));
            let address = server::versions_page(&offered.id);
            view! {
                <li class="card" data-on-server=offered.id.clone()>
                    <p class="card-title">{title}</p>
                    <p class="soft small figures">{format!("{} · {}", offered.id, offered.version)}</p>
                    <div class="actions">
                        <button type="button" class="button" data-action="begin-from" on:click=move |_| from_server(taken.clone())>{tell(|w| w.begin_from)}</button>
                        <a class="button plain" data-action="versions" href=address>{tell(|w| w.versions.see)}</a>
                    </div>
                </li>
            }
        })
    };
    let lists = move || {
        view! {
                <section class="section" data-section="here">
                    <h2>{tell(|w| w.here)}</h2>
                    {shown_when(move || cards.with(Vec::len) > FEW || !query.with(String::is_empty), move || search(SEARCH, query))}
                    <ul class="start-cards">{rows(move || mine.get().into_iter().map(card).collect())}</ul>
                    {live(move || nothing(cards.with(Vec::len), mine.with(Vec::len)))}
                    {shown_when(move || unread.get() > 0, move || view! {
                        <p class="notice warn" data-unread="true">{tell(move |w| (w.unread)(unread.get()))}</p> }.into_any())}
                    {shown_when(move || cards.with(Vec::is_empty), || view! { <p class="empty">{tell(|w| w.none_here)}</p> }.into_any())}
                </section>
                {shown_when(move || server.with(|server| *server == Server::Asking), || view! { <p class="soft" role="status">{tell(|w| w.loading)}</p> }.into_any())}
                {shown_when(move || waiting.with(|waiting| !waiting.is_empty()), move || view! {
                    <section class="section" data-section="waiting">
                        <h2>{tell(|w| w.versions.waiting)}</h2>
                        <ul class="start-cards">{rows(move || waiting.get().into_iter().map(waits).collect())}</ul>
                    </section> }.into_any())}
                {shown_when(move || server.with(|server| *server != Server::Asking), move || view! {
                <section class="section" data-section="on-server">
                    <h2>{tell(|w| w.on_server)}</h2>
                    {shown_when(move || there() > FEW || !query_there.with(String::is_empty), move || search(SEARCH_THERE, query_there))}
                    <ul class="start-cards">{rows(move || theirs.get().into_iter().map(offered).collect())}</ul>
                    {live(move || nothing(there(), theirs.with(Vec::len)))}
                    <p class="soft" role="status">{live(move || {
                        let words = words(reader.language());
                        match server.get() {
                            Server::Asking => "",
                            Server::Unreached => words.unreached,
                            Server::Has(_, false) => words.kept_forms,
                            Server::Has(forms, true) if forms.is_empty() => words.none_on_server,
                            Server::Has(_, true) => "",
                        }
                    })}</p>
                </section> }.into_any())}
        }
        .into_any()
    };
    view! {
        <Frame title=|w| w.start>
            <main
                id="main" tabindex="-1" class="wide" data-screen="design-start"
                on:dragover=move |event| event.prevent_default()
                on:drop=move |event| {
                    event.prevent_default();
                    if let Some(picked) = clipboard::dropped(&event).into_iter().next() {
                        read(picked);
                    }
                }
            >
                <h1>{tell(|w| w.start)}</h1>
                <p>{tell(|w| w.explained)}</p>
                <div class="actions">
                    <button type="button" class="button main" data-action="new" on:click=new>{tell(|w| w.new)}</button>
                    <input type="file" class="unseen" id=FILE tabindex="-1" aria-hidden="true" accept=".xlsx,.xls,.xlsm,.csv,.zip,.xml,.json"
                        on:change=move |_| if let Some(picked) = picked::take(FILE) { read(picked) } />
                    <button type="button" class="button" data-action="open" on:click=move |_| picked::ask(FILE)>{tell(|w| w.open)}</button>
                </div>
                <p class="hint">{tell(|w| w.open_hint)}</p>
                <p role="status" class="soft">{live(move || busy.get().then(|| words(reader.language()).loading))}</p>
                {live(move || wrong.get().map(|wrong| view! { <p class="notice danger" role="alert" data-wrong="true">{wrong}</p> }))}
                {shown_when(move || is_read.get(), lists)}
                <Confirm
                    asking=forgetting
                    title=move |card: Card| (words(reader.language()).forget_title)(&card.title)
                    explained=Signal::derive(tell(|w| w.forget_explained))
                    yes=Signal::derive(tell(|w| w.forget))
                    act=forget
                />
            </main>
        </Frame>
    }
}

/// The day and the time, as the device has them: `11-28 09:05`.
fn day(at: i64) -> String {
    local(at).get(5..).unwrap_or_default().to_owned()
}

/// Media files that no design lists any more go.
async fn forget_media() {
    let Ok(all) = designs::all().await else { return };
    let read: Option<Vec<Design>> = all.iter().map(|(_, text)| Design::from_json(text)).collect();
    // What can't be read may list any of them.
    let Some(read) = read else { return };
    let listed = read.iter().flat_map(|design| files::listed(&design.document));
    let wanted: Vec<String> = listed.map(|file| file.sha256.to_string()).collect();
    // They only take room: the next one that is deleted tries it again.
    let _ = designs::retain_media(&wanted).await;
}

/// The newest first, and how many can't be read: of a newer build, or damaged. Nothing if the browser gives no database.
async fn read_cards() -> Option<(Vec<Card>, usize)> {
    let all = designs::all().await.ok()?;
    let count = all.len();
    let card = |(id, text): (String, String)| {
        let design = Design::from_json(&text)?;
        let title = design.document.setting("form_title");
        let title = if title.is_empty() { design.document.setting("form_id") } else { title };
        let version = design.document.setting("version").to_owned();
        Some(Card { id, title: title.to_owned(), version, at: design.at })
    };
    let mut cards: Vec<Card> = all.into_iter().filter_map(card).collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.at));
    let unread = count - cards.len();
    Some((cards, unread))
}

async fn ask_server() -> Server {
    server::forms().await.map_or(Server::Unreached, |offer| Server::Has(offer.forms, offer.is_live))
}
