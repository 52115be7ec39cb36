//! Whether each question has a button that reads it aloud, as the reader chose for this device.

use crate::platform::preferences;

const PREFERENCE: &str = "read-aloud";
const YES: &str = "yes";

/// Is there to be one?
pub fn is_wanted() -> bool {
    preferences::get(PREFERENCE).as_deref() == Some(YES)
}

/// Chooses, from the next form that is opened on.
pub fn want(wanted: bool) {
    preferences::set(PREFERENCE, if wanted { YES } else { "" });
}
