//! Publishing: what differs from the server's version is said first, then it goes up under a version of its own.

use doorstep_app::designing::{live, shown_when, use_reader};
use doorstep_app::platform::fetch::ask_signed_in;
use doorstep_app::platform::{clock, page as screen, timer};
use leptos::prelude::*;
use serde_json::json;

use super::days::local;
use super::desk::{Desk, use_desk};
use super::differs::Differs;
use super::files::{Unsent, send_media};
use super::server::{self, No, read, versions_page};
use super::words::{tell, words};

const VERSION: &str = "design-version";
const NOTE: &str = "design-note";
const CAME: &str = "design-came";
const TIMEOUT_MS: u32 = 60_000;

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
enum Came {
    Not,
    Sending,
    Published(String),
    Waits,
    SignIn,
    NotAllowed,
    NotCurrent,
    VersionTaken,
    Refused(String),
    Unreached,
    /// So many of so many files are sent.
    Files(usize, usize),
    /// A file was not taken, or is not to be had.
    Unsent(String),
    Gone(String),
}

impl Came {
    /// Is there anything to see among the server's versions?
    fn is_known_there(&self) -> bool {
        matches!(self, Came::Published(_) | Came::Waits | Came::NotCurrent | Came::VersionTaken)
    }

    fn is_sending(&self) -> bool {
        matches!(self, Came::Sending | Came::Files(..))
    }

    fn name(&self) -> &'static str {
        match self {
            Came::Not => "not",
            Came::Sending => "sending",
            Came::Published(_) => "published",
            Came::Waits => "waits",
            Came::SignIn => "sign-in",
            Came::NotAllowed => "not-allowed",
            Came::NotCurrent => "not-current",
            Came::VersionTaken => "version-taken",
            Came::Refused(_) => "refused",
            Came::Unreached => "unreached",
            Came::Files(..) => "sending",
            Came::Unsent(_) => "unsent",
            Came::Gone(_) => "gone",
        }
    }
}

/// The drawer.
#[component]
pub fn Publish() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let came = RwSignal::new(Came::Not);
    let note = RwSignal::new(String::new());
    let now = desk.now(|document| document.setting("version").to_owned());
    // Who can't publish is told before they write anything, and no more once they can; without a network that is told when they send it.
    let ask = move || {
        timer::spawn(async move {
            let asked = server::versions().await;
            let is_open =
                matches!(came.try_get_untracked(), Some(Came::Not | Came::SignIn | Came::NotAllowed));
            match asked {
                Err(no @ (No::SignIn | No::NotAllowed)) if is_open => came.try_set(not_done(no)),
                Ok(_) if came.try_get_untracked() == Some(Came::SignIn) => came.try_set(Came::Not),
                _ => None,
            };
        });
    };
    ask();
    // They sign in on another page, and come back to this one.
    let back = StoredValue::new_local(Some(screen::on_return(ask)));
    on_cleanup(move || drop(back.try_update_value(Option::take)));
    // A new one each time: the day, and its next where that is taken.
    let version = RwSignal::new(if desk.begun_from().is_some() { next(&now, &today()) } else { now });
    let has_errors = Memo::new(move |_| desk.marks.with(|marks| marks.all.iter().any(|mark| mark.is_error)));
    let send = move || {
        if came.with_untracked(Came::is_sending) || has_errors.get_untracked() {
            return;
        }
        let wanted = version.get_untracked().trim().to_owned();
        let here = (desk.sheet.get_untracked(), desk.place.get_untracked());
        desk.act(|document, _, _| document.set_setting("version", &wanted));
        // Whoever publishes stays where they were.
        desk.go_to(here.0, here.1);
        came.set(Came::Sending);
        // What goes up is what was looked at here, whatever is done or left meanwhile.
        let sending = Sending::of(desk, note.get_untracked());
        timer::spawn(async move {
            let told = move |sent, of| drop(came.try_set(Came::Files(sent, of)));
            let result = match send_media(desk, told).await {
                Ok(()) => sent(desk, sending).await,
                Err(unsent) => not_sent(unsent),
            };
            came.try_set(result);
            timer::sleep(30).await;
            screen::focus(CAME);
        });
    };
    let said = move || {
        let words = words(reader.language());
        match came.get() {
            Came::Not => None,
            Came::Sending => Some((words.sending.to_owned(), "soft")),
            Came::Published(version) => Some(((words.published)(&version), "notice good")),
            Came::Waits => Some((words.waits.to_owned(), "notice good")),
            Came::SignIn => Some((words.sign_in.to_owned(), "notice warn")),
            Came::NotAllowed => Some((words.not_allowed.to_owned(), "notice danger")),
            Came::NotCurrent => Some((words.not_current.to_owned(), "notice danger")),
            Came::VersionTaken => Some((words.version_taken.to_owned(), "notice danger")),
            Came::Refused(why) => Some(((words.refused)(&why), "notice danger")),
            Came::Unreached => Some((words.unreached.to_owned(), "notice danger")),
            Came::Files(sent, of) => Some(((words.files.sending)(sent, of), "soft")),
            Came::Unsent(name) => Some(((words.files.unsent)(&name), "notice danger")),
            Came::Gone(name) => Some(((words.files.gone)(&name), "notice danger")),
        }
    };
    view! {
        <Differs version />
        // Where it is seen whatever it is: that they have to sign in is known before they write.
        <div role="status" id=CAME tabindex="-1" data-came=live(move || came.get().name())>
            {live(move || said().map(|(words, class)| view! { <p class=class>{words}</p> }))}
            {shown_when(move || came.get() == Came::SignIn, || view! {
                <p><a class="button" href="/office" target="_blank" rel="external noopener">{tell(|w| w.to_sign_in)}</a></p> }.into_any())}
            {shown_when(move || came.with(Came::is_known_there), move || view! {
                <p><a class="button" data-action="versions" href=desk.now(|document| versions_page(document.setting("form_id")))>{tell(|w| w.versions.see)}</a></p> }.into_any())}
        </div>
        <form class="publish" on:submit=move |event| { event.prevent_default(); send(); }>
            <label class="question-label" for=VERSION>{tell(|w| w.version)}</label>
            <p class="hint" id="design-version-hint">{tell(|w| w.version_hint)}</p>
            <input class="field" id=VERSION autocomplete="off" aria-describedby="design-version-hint" prop:value=version.get_untracked() on:input:target=move |event| version.set(event.target().value()) />
            <label class="question-label" for=NOTE>{tell(|w| w.note)}</label>
            <p class="hint" id="design-note-hint">{tell(|w| w.note_hint)}</p>
            <input class="field" id=NOTE maxlength="500" autocomplete="off" aria-describedby="design-note-hint" on:input:target=move |event| note.set(event.target().value()) />
            {shown_when(move || has_errors.get(), || view! { <p class="notice danger" role="alert">{tell(|w| w.has_errors)}</p> }.into_any())}
            <div class="actions">
                <button type="submit" class="button main" data-action="publish" aria-disabled=live(move || (has_errors.get() || came.with(Came::is_sending)).then_some("true"))>{tell(|w| w.send)}</button>
            </div>
        </form>
    }
}

/// The day as versions are called: `2026.11.29`.
fn today() -> String {
    local(clock::now_ms()).get(..10).unwrap_or_default().replace('-', ".")
}

/// What the version after one is called.
fn next(version: &str, today: &str) -> String {
    let Some(rest) = version.strip_prefix(today) else { return today.to_owned() };
    let count: usize = rest.trim_start_matches('-').parse().unwrap_or(1);
    format!("{today}-{}", count + 1)
}

/// What goes up.
struct Sending {
    body: String,
    version: String,
}

impl Sending {
    fn of(desk: Desk, note: String) -> Sending {
        let (bundle, version) =
            desk.now(|document| (document.bundle(), document.setting("version").to_owned()));
        let body = json!({"bundle": bundle.to_json(), "note": note, "replaces": desk.begun_from()});
        Sending { body: body.to_string(), version }
    }
}

/// `POST /api/v1/design/forms`.
async fn sent(desk: Desk, Sending { body, version }: Sending) -> Came {
    let Ok(answer) = ask_signed_in("POST", "/api/v1/design/forms", Some(body.as_bytes()), TIMEOUT_MS).await
    else {
        return Came::Unreached;
    };
    match read(answer.status, &answer.body) {
        Ok(json) if json["publication"]["state"] == "waiting" => Came::Waits,
        Ok(json) => {
            // What waits may be refused: until then the one before is in force.
            if let Some(hash) = json["publication"]["hash"].as_str() {
                desk.is_published(hash.to_owned());
            }
            Came::Published(version)
        }
        Err(no) => not_done(no),
    }
}

fn not_sent(unsent: Unsent) -> Came {
    match unsent {
        Unsent::No(no) => not_done(no),
        Unsent::Gone(name) => Came::Gone(name),
        Unsent::File(name) => Came::Unsent(name),
    }
}

fn not_done(no: No) -> Came {
    match no {
        No::SignIn => Came::SignIn,
        No::NotAllowed => Came::NotAllowed,
        No::Unreached => Came::Unreached,
        No::Refused { code, .. } if code == "not_current" => Came::NotCurrent,
        No::Refused { code, .. } if matches!(&*code, "version_taken" | "was_in_force") => Came::VersionTaken,
        No::Refused { code, reason } => Came::Refused(reason.unwrap_or(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_called_by_its_day() {
        let next = |version: &str| next(version, "2026.11.29");
        assert_eq!([next("2026.11.11"), next("1")], ["2026.11.29", "2026.11.29"]);
        assert_eq!([next("2026.11.29"), next("2026.11.29-2")], ["2026.11.29-2", "2026.11.29-3"]);
    }

    #[test]
    fn why_it_is_not_published_is_told() {
        let refused = |code: &str, reason: Option<&str>| {
            not_done(No::Refused { code: code.into(), reason: reason.map(str::to_owned) })
        };
        assert_eq!(refused("not_current", Some("why")), Came::NotCurrent);
        assert_eq!(
            [refused("version_taken", None), refused("was_in_force", None)],
            [Came::VersionTaken, Came::VersionTaken]
        );
        assert_eq!(refused("form_broken", Some("why")), Came::Refused("why".into()));
        assert_eq!(refused("422", None), Came::Refused("422".into()));
        assert_eq!(not_sent(Unsent::No(No::SignIn)), Came::SignIn);
    }
}
