//! An enrolment code as it is shown: QR code, link and letters, until it is used or over.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::components::A;

use super::desk::Desk;
use super::devices;
use super::field::Once;
use super::qr::Qr;
use super::tell;
use super::wire::{Device, Enrolment};
use crate::components::live::live;
use crate::platform::{clock, page as screen, timer};
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::office::words;
use crate::words::when::until;

/// How long a code is good, if this machine's clock and the server's don't agree.
const LIFETIME_MS: i64 = 15 * 60_000;
/// How often it is looked whether the phone is there.
const LOOK_MS: u32 = 4_000;
/// Where there are more devices than these, it is not looked.
const WATCHED: usize = 400;

/// A code that was made.
#[derive(Clone, PartialEq)]
pub struct Code {
    name: String,
    code: String,
    text: String,
    /// By this machine's clock.
    until_ms: i64,
}

impl Code {
    /// As the server made it a moment ago.
    pub fn new(name: String, enrolment: Enrolment) -> Code {
        let Enrolment { code, text, expires_at } = enrolment;
        Code { name, code, text, until_ms: until_ms(expires_at, clock::now_ms()) }
    }
}

/// Until when a code is good by this machine's clock: the server's word, unless the two clocks are far apart.
fn until_ms(expires_at: i64, now: i64) -> i64 {
    if (1..=LIFETIME_MS).contains(&(expires_at - now)) { expires_at } else { now + LIFETIME_MS }
}

/// What becomes of a code that is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    Waiting,
    Used,
    Over,
}

/// The code, and what becomes of it.
#[component]
pub fn Shown(desk: Desk, code: Code, made: RwSignal<Option<Code>>) -> impl IntoView {
    let reader = use_reader();
    screen::scroll_to_top();
    let became = RwSignal::new(Became::Waiting);
    let watching = watch(desk, code.clone(), became);
    on_cleanup(move || drop(watching.try_update_value(Option::take)));
    let Code { name, code: letters, text, until_ms } = code;
    let used = name.clone();
    let (link, picture) = (text.clone(), text);
    view! {
        <h1>{tell(move |w| (w.code_ready)(&name))}</h1>
        {live(move || match became.get() {
            Became::Waiting => {
                let (link, picture, letters) = (link.clone(), picture.clone(), letters.clone());
                view! {
                    <div class="card split" data-code="waiting">
                        <div class="section">
                            <p>{tell(|w| w.code_scan)}</p>
                            <Qr text=picture />
                        </div>
                        <div class="section">
                            <p class="state wait" role="status">
                                {live(move || {
                                    let language = reader.language();
                                    (words(language).code_until)(&until(until_ms, now(), language.words()))
                                })}
                            </p>
                            <p>{tell(|w| w.code_link)}</p>
                            <Once text=link name="link" />
                            <p>{tell(|w| w.code_typed)}</p>
                            <Once text=letters name="code" />
                            <p class="notice warn">{tell(|w| w.code_once)}</p>
                        </div>
                    </div>
                }
                .into_any()
            }
            Became::Used => {
                let used = used.clone();
                view! { <p class="notice" role="status" data-code="used">{tell(move |w| (w.code_used)(&used))}</p> }.into_any()
            }
            Became::Over => view! { <p class="notice warn" role="status" data-code="over">{tell(|w| w.code_over)}</p> }.into_any(),
        })}
        <div class="actions">
            <button type="button" class="button main" data-action="hand-out-next" on:click=move |_| made.set(None)>
                {tell(|w| w.hand_out_next)}
            </button>
            <A href="/office/devices" attr:class="button">{tell(|w| w.back_to_devices)}</A>
        </div>
    }
}

/// Looks whether a device of that name has come since, and whether the time is over. Dropped, it looks no more.
fn watch(
    desk: Desk,
    code: Code,
    became: RwSignal<Became>,
) -> StoredValue<Option<timer::Timer>, LocalStorage> {
    // Those that were there when it was first looked: the code was shown a moment ago.
    let before: Rc<RefCell<Option<BTreeSet<String>>>> = Rc::default();
    let look = move || {
        let (before, name) = (before.clone(), code.name.clone());
        if became.try_get_untracked() != Some(Became::Waiting) {
            return;
        }
        if clock::now_ms() >= code.until_ms {
            became.set(Became::Over);
            return;
        }
        // Where there are many, asking for all of them every few seconds is too much: the list of devices shows it then.
        if before.borrow().as_ref().is_some_and(|known| known.len() > WATCHED) {
            return;
        }
        timer::spawn(async move {
            let Ok((all, _)) = devices::all(desk).await else { return };
            let mut before = before.borrow_mut();
            match &*before {
                None => *before = Some(all.into_iter().map(|device| device.id).collect()),
                Some(known) => {
                    let has_come = |device: &Device| device.name == name && !known.contains(&device.id);
                    if all.iter().any(has_come) {
                        became.try_set(Became::Used);
                    }
                }
            }
        });
    };
    look();
    StoredValue::new_local(Some(timer::every(LOOK_MS, look)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_shows_no_code_as_over() {
        assert_eq!(until_ms(1_000_000, 900_000), 1_000_000);
        for wrong in [0, 900_000, 99_000_000] {
            assert_eq!(until_ms(wrong, 900_000), 900_000 + LIFETIME_MS, "{wrong}");
        }
    }
}
