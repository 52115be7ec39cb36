//! Keys on the screen for what is made of digits: a kiosk may have no keyboard, and the system's covers half the page and can lead out of it.
//!
//! They type into the field itself, at its caret, so that what is typed goes the way of all typing; a keyboard works beside them. On a page with several such
//! fields they stand below the one that was touched last, at first below the first. Where nobody [provides](KeyPads::provide) them, there are none.

use std::sync::Arc;

use leptos::prelude::*;

use super::live::shown_when;
use crate::platform::typing::{self, Written};
use crate::state::reader::say;

/// Which keys there are beside the ten digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// None: a PIN, a code.
    Digits,
    /// A dash: whole numbers below nothing, phones of an office.
    Dashed,
    /// A point and a minus.
    Decimal,
    /// The X that an ID number may end with (GB 11643).
    IdNumber,
}

/// A key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    Types(&'static str),
    Erases,
    None,
}

const ERASE: Key = Key::Erases;
const DIGITS: [Key; 9] = [
    Key::Types("1"),
    Key::Types("2"),
    Key::Types("3"),
    Key::Types("4"),
    Key::Types("5"),
    Key::Types("6"),
    Key::Types("7"),
    Key::Types("8"),
    Key::Types("9"),
];

impl Keys {
    /// In rows of three, as on a phone.
    fn all(self) -> Vec<Key> {
        let zero = Key::Types("0");
        let last: &[Key] = match self {
            Keys::Digits => &[Key::None, zero, ERASE],
            Keys::Dashed => &[Key::Types("-"), zero, ERASE],
            Keys::Decimal => &[Key::Types("."), zero, ERASE, Key::Types("-")],
            Keys::IdNumber => &[Key::Types("X"), zero, ERASE],
        };
        [&DIGITS, last].concat()
    }
}

/// Below which field the keys stand, by its id.
#[derive(Clone, Copy)]
pub struct KeyPads(RwSignal<Option<Arc<str>>>);

impl KeyPads {
    /// From here on down, fields made of digits have keys.
    pub fn provide() {
        provide_context(KeyPads(RwSignal::new(None)));
    }
}

/// The keys of one field.
#[derive(Clone)]
pub struct KeyPad {
    field: Arc<str>,
    keys: Keys,
    at: RwSignal<Option<Arc<str>>>,
}

impl KeyPad {
    /// The keys of the field of that id, as long as the current owner; none where a keyboard is to be had.
    pub fn below(field: &str, keys: Keys) -> Option<KeyPad> {
        let KeyPads(at) = use_context()?;
        let pad = KeyPad { field: field.into(), keys, at };
        if at.with_untracked(Option::is_none) {
            pad.take();
        }
        let leaving = pad.clone();
        on_cleanup(move || {
            if at.try_with_untracked(|at| *at == Some(leaving.field.clone())) == Some(true) {
                at.set(None);
            }
        });
        Some(pad)
    }

    /// The field was touched.
    pub fn take(&self) {
        if self.at.with_untracked(|at| at.as_ref() != Some(&self.field)) {
            self.at.set(Some(self.field.clone()));
        }
    }

    /// To stand right behind the field.
    pub fn shown(self) -> AnyView {
        let (at, field) = (self.at, self.field.clone());
        let is_here = move || at.with(|at| at.as_ref() == Some(&field));
        let shown = move || {
            let key = |key| shown_key(&self.field, key);
            view! {
                <div class="key-pad" role="group" aria-label=say(|w| w.controls.digit_keys) data-key-pad=self.field.to_string()>
                    {self.keys.all().into_iter().map(key).collect::<Vec<_>>()}
                </div>
            }
            .into_any()
        };
        shown_when(is_here, shown).into_any()
    }
}

fn shown_key(field: &Arc<str>, key: Key) -> AnyView {
    let id = field.clone();
    let press = move |_| match key {
        Key::Types(what) => typing::press(&id, |written| typed(written, what)),
        Key::Erases => typing::press(&id, erased),
        Key::None => {}
    };
    // The field keeps the focus and its caret under the finger; a keyboard has its own keys, and passes these over.
    let keep_focus = |event: leptos::ev::MouseEvent| event.prevent_default();
    let controls = field.to_string();
    match key {
        Key::None => view! { <span></span> }.into_any(),
        Key::Types(what) => view! {
            <button type="button" class="button key" tabindex="-1" data-key=what aria-controls=controls on:mousedown=keep_focus on:click=press>{what}</button>
        }
        .into_any(),
        Key::Erases => view! {
            <button type="button" class="button key" tabindex="-1" data-key="erase" aria-controls=controls aria-label=say(|w| w.controls.erase) on:mousedown=keep_focus on:click=press>"⌫"</button>
        }
        .into_any(),
    }
}

/// With a key's word in place of what is selected.
fn typed(written: &Written, what: &str) -> Written {
    let units: Vec<u16> = what.encode_utf16().collect();
    with(written, written.selected, &units)
}

/// Without what is selected, or without the character before the caret.
fn erased(written: &Written) -> Written {
    let (from, to) = written.selected;
    let units: Vec<u16> = written.text.encode_utf16().collect();
    let is_half = |at: usize| units.get(at).is_some_and(|unit| (0xdc00..0xe000).contains(unit));
    let from = match from == to && from > 0 {
        true if is_half(from - 1) => from.saturating_sub(2),
        true => from - 1,
        false => from,
    };
    with(written, (from, to), &[])
}

/// With that in place of a part; the caret behind it.
fn with(written: &Written, (from, to): (usize, usize), what: &[u16]) -> Written {
    let mut units: Vec<u16> = written.text.encode_utf16().collect();
    let to = to.min(units.len());
    let from = from.min(to);
    units.splice(from..to, what.iter().copied());
    let caret = from + what.len();
    Written { text: String::from_utf16_lossy(&units), selected: (caret, caret) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, from: usize, to: usize) -> Written {
        Written { text: text.into(), selected: (from, to) }
    }

    #[test]
    fn keys_type_at_the_caret_and_over_what_is_selected() {
        for (before, what, after) in [
            (written("", 0, 0), "1", written("1", 1, 1)),
            (written("13", 1, 1), "2", written("123", 2, 2)),
            (written("1999", 1, 3), "0", written("109", 2, 2)),
            // Whatever a browser says of it.
            (written("12", 7, 9), "X", written("12X", 3, 3)),
            (written("约3", 1, 1), "-", written("约-3", 2, 2)),
        ] {
            assert_eq!(typed(&before, what), after, "{before:?}");
        }
    }

    #[test]
    fn the_last_key_erases_what_is_selected_or_one_character() {
        for (before, after) in [
            (written("", 0, 0), written("", 0, 0)),
            (written("123", 3, 3), written("12", 2, 2)),
            (written("123", 0, 0), written("123", 0, 0)),
            (written("1234", 1, 3), written("14", 1, 1)),
            (written("1𠮷", 3, 3), written("1", 1, 1)),
        ] {
            assert_eq!(erased(&before), after, "{before:?}");
        }
    }

    #[test]
    fn every_pad_has_the_ten_digits_and_a_way_to_erase() {
        for keys in [Keys::Digits, Keys::Dashed, Keys::Decimal, Keys::IdNumber] {
            let all = keys.all();
            for digit in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
                assert!(all.contains(&Key::Types(digit)), "{keys:?}: {digit}");
            }
            assert!(all.contains(&Key::Erases), "{keys:?}");
        }
        assert!(Keys::IdNumber.all().contains(&Key::Types("X")));
        assert!(Keys::Decimal.all().contains(&Key::Types(".")));
    }
}
