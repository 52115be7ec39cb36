//! Under which hashes somebody is remembered who is none of a household's, so that no later list joins them with it by itself.
//!
//! Kept here: whoever is told by less than before is taken for the same, so that a person is rather asked once more than overruled.

use crate::store::folded;
use crate::who::Who;

/// Under what a decision about them is kept.
pub(super) fn remembered(who: &Who, id_key: &str, name: &str, birthday: &str) -> Vec<String> {
    let number = (!id_key.is_empty()).then(|| id_key.to_owned());
    number.into_iter().chain([who.person_key(&plain(name), birthday)]).collect()
}

/// Under what a decision about them may have been kept: also by the name alone, where a list said no more.
pub(super) fn asked_for(who: &Who, id_key: &str, name: &str, birthday: &str) -> Vec<String> {
    let mut all = remembered(who, id_key, name, birthday);
    if !birthday.is_empty() {
        all.push(who.person_key(&plain(name), ""));
    }
    all
}

fn plain(name: &str) -> String {
    folded(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}
