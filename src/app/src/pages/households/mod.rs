//! The households that this phone holds, without a network: found by name, narrowed down, those in danger first; one household; how many of each kind.
//!
//! Kept here: a list names people and says no phone number, nor what a danger is about: whoever looks over a shoulder reads that there is one; what was looked for is in no address. Names are shown as on the worker's day: the phones of those
//! who may not see them are told of no household at all.

mod counts;
mod household;
mod list;
mod pick;

pub use counts::CountsPage;
pub use household::HouseholdPage;
pub use list::{HouseholdsLine, HouseholdsPage};

use crate::state::device::{Device, use_device};
use crate::state::reader::{Reader, use_reader};

/// What codes are called, in the reader's language.
#[derive(Clone, Copy)]
struct Saying {
    device: Device,
    reader: Reader,
}

impl Saying {
    fn new() -> Saying {
        Saying { device: use_device(), reader: use_reader() }
    }

    /// A value in words. Who consented is a code and a name in one.
    fn value(self, list: &str, name: &str, value: &str) -> String {
        let language = self.reader.language();
        if name == "consent_by" {
            let (who, person) = value.split_once(' ').unwrap_or((value, ""));
            let who = (language.words().households.consent_by)(who);
            return who
                .map_or_else(|| value.to_owned(), |who| format!("{who} {person}").trim_end().to_owned());
        }
        let said = self.device.dictionary.say(list, name, value, language);
        // A moment is read to the minute.
        match said.split_once('T') {
            Some((day, time)) if day.parse::<jiff::civil::Date>().is_ok() => {
                format!("{day} {}", time.get(..5).unwrap_or(time))
            }
            _ => said,
        }
    }

    fn called(self, list: &str, name: &str) -> String {
        self.device.dictionary.called(list, name, self.reader.language())
    }
}
