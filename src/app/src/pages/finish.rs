//! The way to finish: off by state while something is wrong, and it says so.

use crate::components::live::live;
use leptos::prelude::*;

use super::turning::Turning;
use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::auditing::Auditing;
use crate::state::day::ATTEMPT;
use crate::state::device::use_device;
use crate::state::keeping::NotFinished;
use crate::state::reader::{say, use_reader};
use crate::state::{office, sending};
use crate::words::Words;
use doorstep_delivery::Wake;
use doorstep_delivery::audit_log::{Event, Shown};

#[derive(Clone, Copy, PartialEq)]
enum Sealing {
    No,
    Yes,
    Failed,
}

/// What stands right at the button: what keeps it off, or what it does.
fn note(sealing: Sealing, count: usize, is_practice: bool, words: &Words) -> String {
    match (sealing, count) {
        (_, 0) if is_practice => words.practice.finish_then.to_owned(),
        (Sealing::Failed, _) => words.finish_failed.to_owned(),
        (Sealing::No | Sealing::Yes, 0) => words.finish_then.to_owned(),
        (Sealing::No | Sealing::Yes, count) => (words.finish_blocked)(count),
    }
}

/// The bar under the thumb: back to the last page, and finish. `count`: how many things are wrong.
#[component]
pub fn Finish(answering: Answering, turning: Turning, count: Signal<usize>) -> impl IntoView {
    let reader = use_reader();
    let device = use_device();
    let is_practice = answering.is_practice();
    let sealing = RwSignal::new(Sealing::No);
    let keeping = StoredValue::new_local(answering.keeping());
    let lacks_reason =
        move || keeping.with_value(|keeping| keeping.audit().is_some_and(Auditing::lacks_reason));
    let blocked = move || count.get() > 0 || sealing.get() == Sealing::Yes || lacks_reason();
    let seal = move |_: String| {
        // By state, not by the button: a second tap on a slow phone finds it taken.
        if untrack(blocked) {
            if count.get_untracked() > 0 {
                answering.note(Event::ConstraintError, None);
            }
            return;
        }
        if is_practice {
            return turning.finished.set(true);
        }
        sealing.set(Sealing::Yes);
        answering.shows(None);
        let keeping = answering.keeping();
        let office = answering.with(|session| office::for_form(device, session.form().id()));
        timer::spawn(async move {
            answering.end_sound().await;
            match keeping.finish(office, |submission| device.targets.items(submission)).await {
                Ok(_) => {
                    screen::vibrate(40);
                    device.read().await;
                    turning.finished.set(true);
                    let (assesses, to_nothing) = answering.with(|session| {
                        (session.measures().next().is_some(), session.form().id() == ATTEMPT)
                    });
                    match (assesses, to_nothing) {
                        (true, _) => turning.to_assessment(true),
                        (false, true) => turning.to_day(),
                        (false, false) => turning.to_outbox(),
                    }
                    sending::wake(device, Wake::Network);
                }
                Err(NotFinished) => {
                    if !sealing.is_disposed() {
                        sealing.set(Sealing::Failed);
                        answering.note(Event::FinalizeError, None);
                        answering.shows(Some(Shown::End));
                        answering.revision.update(|revision| *revision += 1);
                    }
                }
            }
        });
    };
    // A danger that fell silent is not left behind by a tap: whoever finishes has read of it once more, and says so.
    let silent = RwSignal::new(None::<String>);
    let finish = move |_| {
        let silenced = answering.with(|session| session.silenced());
        let between = untrack(|| reader.language().words().between);
        match silenced.is_empty() || untrack(blocked) {
            true => seal(String::new()),
            false => {
                let labels: Vec<String> = silenced.into_iter().map(|danger| danger.label).collect();
                silent.set(Some(labels.join(between)));
            }
        }
    };
    let back = move |_| {
        let last = answering.pages.with_untracked(|pages| pages.last().map(|page| page.key));
        if let Some(last) = last {
            turning.to_page(last);
        }
    };
    let said = move || {
        let words = reader.language().words();
        match count.get() == 0 && lacks_reason() {
            true => words.audit.reason_missing.to_owned(),
            false => note(sealing.get(), count.get(), is_practice, words),
        }
    };
    view! {
        <div class="bottom">
            <Confirm
                asking=silent
                title=move |labels: String| (reader.language().words().finish_silenced)(&labels)
                explained=Signal::derive(say(|w| w.finish_silenced_explained))
                yes=Signal::derive(say(|w| w.finish_silenced_yes))
                act=seal
            />
            <p class="bottom-note" id="finish-note" role="status">{live(said)}</p>
            <div class="bottom-row">
                <button type="button" class="button" data-action="back" on:click=back>
                    {say(|w| w.back)}
                </button>
                <button
                    type="button"
                    class="button main"
                    data-action="finish"
                    aria-describedby="finish-note"
                    aria-disabled=live(move || blocked().then_some("true"))
                    on:click=finish
                >
                    <Icon shape=Shape::Check />
                    {live(move || {
                        let words = reader.language().words();
                        match (is_practice, sealing.get()) {
                            (true, _) => words.practice.finish,
                            (false, Sealing::Yes) => words.finishing,
                            (false, Sealing::No | Sealing::Failed) => words.finish,
                        }
                    })}
                </button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn whoever_can_finish_reads_at_the_button_what_that_does() {
        for (language, sent, last) in
            [(Language::Chinese, "送出", "不能再改"), (Language::English, "sent", "can’t be changed")]
        {
            let words = language.words();
            let free = note(Sealing::No, 0, false, words);
            assert!(free.contains(sent) && free.contains(last), "{free}");
            let blocked = note(Sealing::No, 2, false, words);
            assert!(blocked.contains('2') && !blocked.contains(last), "{blocked}");
            assert_eq!(note(Sealing::Failed, 0, false, words), words.finish_failed);
            let practice = note(Sealing::No, 0, true, words);
            assert!(!practice.contains(last), "{practice}");
            assert_eq!(note(Sealing::No, 2, true, words), blocked, "what is missing is said as ever");
        }
    }
}
