//! What the designer says, in Chinese and English.

mod chinese;
mod cutoffs;
mod english;
mod files;
mod versions;

use chinese::CHINESE;
pub use cutoffs::CutOffs;
use doorstep_app::designing::{Language, Live, live, use_reader};
use english::ENGLISH;
pub use files::Files;
pub use versions::Versions;

use crate::document::is_list;

type Text = &'static str;

/// All of it.
#[allow(missing_docs)]
pub struct Words {
    pub title: Text,
    pub start: Text,
    pub explained: Text,
    pub new: Text,
    pub new_title: Text,
    pub open: Text,
    pub open_hint: Text,
    pub here: Text,
    pub none_here: Text,
    pub no_store: Text,
    pub unread: fn(usize) -> String,
    pub on_server: Text,
    pub none_on_server: Text,
    pub unreached: Text,
    pub failing: fn(usize) -> String,
    pub put_in_at: fn(usize) -> String,
    pub not_shown: Text,
    pub its_conditions: Text,
    pub see_on_phone: Text,
    pub case_again: Text,
    pub case_unfinished: Text,
    pub close: Text,
    pub kept_forms: Text,
    pub loading: Text,
    pub go_on: Text,
    pub begin_from: Text,
    pub forget: Text,
    pub forget_title: fn(&str) -> String,
    pub forget_explained: Text,
    pub kept_at: fn(&str) -> String,
    pub not_found: Text,
    pub back: Text,
    pub kept: Text,
    pub keeping: Text,
    pub not_kept: Text,
    pub undo: Text,
    pub redo: Text,
    pub insert: Text,
    pub remove: Text,
    pub up: Text,
    pub down: Text,
    pub group: Text,
    pub fill_down: Text,
    pub column: Text,
    pub find: Text,
    pub not_found_cell: Text,
    pub column_name: Text,
    pub add_column: Text,
    pub take_away: Text,
    /// By the ending of its file's name: what it is called, and what it is for.
    pub way: fn(&str) -> (Text, Text),
    pub search: Text,
    pub none_found: Text,
    pub publish: Text,
    pub table: Text,
    pub preview: Text,
    pub problems: Text,
    pub no_problems: Text,
    pub counted: fn(usize, usize) -> String,
    pub mend: fn(&str) -> String,
    pub no_form: Text,
    pub stale: Text,
    pub sheet: fn(&str) -> Text,
    pub services: Text,
    pub cell: fn(&str, usize) -> String,
    pub of_form: Text,
    pub as_phone: Text,
    pub as_kiosk: Text,
    pub kiosk_over: Text,
    pub kiosk_left: Text,
    pub kiosk_again: Text,
    pub edit_cell: Text,
    pub offered: Text,
    pub row_number: Text,
    pub new_column: Text,
    pub unnamed: Text,
    pub outline: Text,
    pub choose_row: Text,
    pub library: Text,
    pub library_from: Text,
    pub library_hint: Text,
    pub choose: Text,
    pub put_in: Text,
    pub translate: Text,
    pub only_missing: Text,
    pub missing: fn(usize) -> String,
    pub give_table: Text,
    pub take_table: Text,
    pub table_taken: fn(usize) -> String,
    pub changes: Text,
    pub nothing_changed: Text,
    pub new_to_server: Text,
    pub not_compared: Text,
    pub blank: Text,
    pub trials: Text,
    pub case: fn(usize) -> String,
    pub case_about: Text,
    pub case_hint: Text,
    pub record: Text,
    pub coverage: Text,
    pub random: Text,
    pub no_cases: Text,
    pub passed: Text,
    pub failed: Text,
    pub filling: Text,
    pub nothing_found: fn(usize) -> String,
    pub found: fn(usize) -> String,
    pub never_asked: Text,
    pub never_right: Text,
    pub never_rests: Text,
    pub reached: fn((usize, usize), (usize, usize)) -> String,
    pub levels_reached: fn((usize, usize), (usize, usize)) -> String,
    pub not_reached: Text,
    pub reads: Text,
    pub read_by: Text,
    pub picture: Text,
    pub around_row: Text,
    pub whole_form: Text,
    pub picture_choose: Text,
    pub picture_alone: fn(&str) -> String,
    pub picture_none: Text,
    pub picture_around: fn(&str) -> String,
    pub picture_whole: Text,
    pub picture_left_out: fn(usize) -> String,
    pub keys_title: Text,
    pub keys: Text,
    pub file_broken: Text,
    pub lost: fn(usize) -> String,
    pub note: Text,
    pub note_hint: Text,
    pub version: Text,
    pub version_hint: Text,
    pub send: Text,
    pub sending: Text,
    pub published: fn(&str) -> String,
    pub waits: Text,
    pub has_errors: Text,
    pub sign_in: Text,
    pub to_sign_in: Text,
    pub not_allowed: Text,
    pub not_current: Text,
    pub version_taken: Text,
    pub refused: fn(&str) -> String,
    pub versions: Versions,
    pub files: Files,
    pub cutoffs: CutOffs,
}

/// The words of a language; English where there are none of it.
pub fn words(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        _ => &ENGLISH,
    }
}

/// What a sheet is called: a list by its file's name.
pub fn sheet_word(words: &Words, name: &str) -> String {
    match name.rsplit('/').next().filter(|_| is_list(name)) {
        Some("services.csv") => words.services.to_owned(),
        Some(file) => file.to_owned(),
        None => (words.sheet)(name).to_owned(),
    }
}

/// Words that follow the reader's language.
pub fn tell<T: 'static>(pick: impl Fn(&'static Words) -> T + Send + Sync + 'static) -> Live<T> {
    let reader = use_reader();
    live(move || pick(words(reader.language())))
}
