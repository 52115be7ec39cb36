//! The app's own words, in every language it speaks.
//!
//! Keeps: a word that lacks a translation does not compile, since each language fills the same structs.
//! A third language is one more file, `TAG.rs` with its `WORDS` and `OFFICE`, and one more line of `languages!`.

/// Every language that the app speaks, said once: its name here, its file, which is named by its tag, and the tag for the page's `lang`, with
/// the region where the right glyphs hang on it.
macro_rules! languages {
    ($give:ident) => {
        $give! {
            /// Chinese, simplified.
            Chinese zh "zh-CN",
            /// English.
            English en "en",
        }
    };
}

macro_rules! spoken {
    ($($(#[$doc:meta])* $name:ident $file:ident $page_tag:literal,)*) => {
        $(mod $file;)*

        /// A language that the app speaks. A form may speak others.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Language {
            $($(#[$doc])* $name,)*
        }

        impl Language {
            /// All of them; whoever asks for none gets the first.
            pub const ALL: [Language; [$($page_tag),*].len()] = [$(Language::$name),*];

            /// Its BCP 47 tag, as forms name it too.
            pub fn tag(self) -> &'static str {
                match self {
                    $(Language::$name => stringify!($file),)*
                }
            }

            /// For the page's `lang`.
            pub fn page_tag(self) -> &'static str {
                match self {
                    $(Language::$name => $page_tag,)*
                }
            }

            /// Its words.
            pub fn words(self) -> &'static Words {
                match self {
                    $(Language::$name => &$file::WORDS,)*
                }
            }
        }
    };
}

languages!(spoken);

mod appearance;
mod audit;
pub mod controls;
mod day;
pub mod direction;
pub mod handing;
mod households;
pub mod kiosk;
pub mod map;
mod media;
pub mod office;
mod practice;
mod record;
mod referred;
mod report;
mod safety;
mod settings;
pub mod when;

use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::rescue::TakenUp;

impl Language {
    /// The one to start in: what was chosen before by hand; else the first of the browser's own languages that the app speaks (`en-GB`, `zh-Hant`);
    /// else the first of all.
    pub fn to_start_in(chosen: Option<&str>, preferred: &[String]) -> Language {
        let wanted = chosen.into_iter().chain(preferred.iter().map(String::as_str));
        wanted.filter_map(Language::of_tag).next().unwrap_or(Language::ALL[0])
    }

    /// The language of a BCP 47 tag, whatever its region; none if the app does not speak it.
    pub fn of_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The one that the switch leads to: of two the other, of more the next.
    pub fn other(self) -> Language {
        let here = Language::ALL.iter().position(|language| *language == self).unwrap_or_default();
        Language::ALL[(here + 1) % Language::ALL.len()]
    }
}

type Text = &'static str;

/// Every word of the app. Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct Words {
    // Everywhere
    pub app: Text,
    pub skip: Text,
    pub home: Text,
    /// The language's own name, as short as its switch is.
    pub language: Text,
    /// The same, written out.
    pub language_long: Text,
    /// What the switch to it does, in it.
    pub read_in_it: Text,
    /// Between the parts of a list.
    pub comma: Text,
    pub cancel: Text,
    pub close: Text,
    pub back: Text,
    pub next: Text,
    pub loading: Text,
    pub unnamed: Text,
    pub today: fn(&str) -> String,
    pub yesterday: fn(&str) -> String,
    pub day: fn(i16, i8, i8, &str) -> String,
    pub online: Text,
    pub offline: Text,
    pub no_server: Text,
    pub notices: Text,
    pub offline_note: Text,
    pub update: Text,
    pub update_now: Text,

    // What a form finds out by itself
    pub audit: audit::AuditWords,

    // Practising
    pub practice: practice::PracticeWords,

    // Home
    pub start_title: Text,
    pub version: fn(&str) -> String,
    pub look_for_forms: Text,
    pub search_forms: Text,
    pub no_forms: Text,
    pub no_forms_how: Text,
    pub try_again: Text,
    pub part_missing: Text,
    pub part_missing_explained: Text,
    pub drafts_title: Text,
    pub no_drafts: Text,
    pub answered_of: fn(usize, usize) -> String,
    pub in_danger: Text,
    /// The same on a card that others may see: not of what kind.
    pub left_urgent: Text,
    pub go_on: Text,
    pub delete: Text,
    pub delete_title: fn(&str) -> String,
    pub delete_explained: Text,
    pub outbox_title: Text,
    pub outbox_none: Text,
    pub waiting_count: fn(usize) -> String,
    pub refused_count: fn(usize) -> String,
    pub delivered_count: fn(usize) -> String,
    pub broken_forms: fn(usize) -> String,
    pub broken_forms_see: Text,

    // A form
    pub kept: Text,
    pub saving: Text,
    pub save_failed: Text,
    pub save_failed_explained: Text,
    pub page_number: fn(usize) -> String,
    pub page_answered: fn(usize, usize) -> String,
    /// On the pages between: a danger is up, and nobody said yet who was told. Not which.
    pub left_open: Text,
    pub pages: Text,
    pub pages_title: Text,
    pub find_question: Text,
    pub pages_follow: Text,
    pub to_review: Text,
    pub optional: Text,
    pub scored: Text,
    pub rests_on_rejected: Text,
    pub choose: Text,
    pub choose_of: fn(usize) -> String,
    pub list_empty: Text,
    pub clear: Text,
    pub search: Text,
    pub search_none: Text,
    pub search_more: fn(usize) -> String,
    pub not_answered: Text,
    pub computed: Text,
    pub page_done: Text,
    pub page_part: Text,
    pub page_untouched: Text,
    pub page_problem: Text,
    pub agree: Text,
    pub take_place: Text,
    pub taking_place: Text,
    pub take_place_again: Text,
    pub place_accuracy: fn(f64) -> String,
    pub place_refused: Text,
    pub place_unavailable: Text,
    pub place_timeout: Text,
    pub place_optional: Text,
    pub take_photo: Text,
    pub take_photo_again: Text,
    pub choose_file: Text,
    pub choose_file_again: Text,
    pub file_working: Text,
    pub file_too_large: Text,
    pub file_no_room: Text,
    pub file_failed: Text,
    pub file_gone: Text,
    pub file_found: Text,
    pub file_use: Text,
    pub file_leave: Text,
    pub instance: fn(usize) -> String,
    pub add_to: fn(&str) -> String,
    pub add_alike: Text,
    pub undo: Text,
    pub undone: fn(&str) -> String,
    pub remove: Text,
    pub remove_title: fn(&str) -> String,
    pub remove_explained: Text,
    pub remove_danger: fn(&str, &str) -> String,
    pub none_yet: Text,
    pub instance_problems: fn(usize) -> String,
    pub done_with: Text,

    // What is wrong
    pub problems_title: fn(usize) -> String,
    pub problem: fn(&str, &str) -> String,
    pub problems_go_on: Text,
    pub go_on_anyway: Text,
    pub error_prefix: Text,
    pub required: Text,
    pub constraint: Text,
    pub type_integer: Text,
    pub type_decimal: Text,
    pub type_date: Text,
    pub type_time: Text,
    pub type_date_time: Text,
    pub type_other: Text,

    // Review
    pub review: Text,
    pub review_good: Text,
    pub review_problems: fn(usize) -> String,
    pub finish: Text,
    pub finish_blocked: fn(usize) -> String,
    pub finish_then: Text,
    pub finishing: Text,
    pub finish_failed: Text,
    pub edit_page: fn(&str) -> String,
    pub edit: Text,

    // Opening a draft
    pub draft_gone: Text,
    pub draft_gone_explained: Text,
    pub draft_elsewhere: Text,
    pub draft_elsewhere_explained: Text,
    pub draft_taken: Text,
    pub draft_taken_explained: Text,
    pub take_here: Text,
    pub lost_steps: fn(usize) -> String,
    pub staying: fn(&str) -> String,
    pub staying_bad_key: Text,
    pub form_gone: Text,
    pub form_gone_explained: Text,
    pub draft_broken: Text,
    pub draft_broken_explained: fn(&str) -> String,
    pub store_failed: Text,
    pub store_failed_explained: Text,
    pub not_found: Text,
    pub not_found_explained: Text,

    // Outbox
    pub sent_title: Text,
    pub finished_title: fn(&str) -> String,
    pub finished_explained: Text,
    pub finished_delivered: Text,

    // The assessment
    pub assessment: Text,
    pub see_assessment: Text,
    pub see_and_print_assessment: Text,
    pub assessment_is_draft: Text,
    pub assessment_explained: Text,
    pub assessment_none: Text,
    pub flags: Text,
    pub flags_unknown: Text,
    pub flags_not_asked: fn(&str) -> String,
    pub flags_none: Text,
    pub levels: Text,
    pub dimensions: Text,
    pub scores: Text,
    pub why: Text,
    pub cannot_say: Text,
    pub not_applicable: Text,
    pub nobody_asked: Text,
    pub concerns: fn(&str) -> String,
    pub silenced: fn(&str) -> String,
    pub silenced_because: fn(&str, &str) -> String,
    pub silenced_kept: Text,
    pub finish_silenced: fn(&str) -> String,
    pub finish_silenced_explained: Text,
    pub finish_silenced_yes: Text,
    pub made_without: fn(&str) -> String,
    pub made_without_because: fn(&str, &str, &str) -> String,
    pub made_without_none: fn(&str) -> String,
    pub made_without_items: fn(usize) -> String,
    pub not_asked: fn(&str, &str) -> String,
    pub rejected: Text,
    pub more_awaited: fn(usize) -> String,
    pub what_would_change: Text,
    pub what_would_change_explained: Text,
    pub nothing_would_change: Text,
    pub print: Text,
    pub printed: fn(&str, &str) -> String,
    pub services: Text,
    pub services_none: Text,
    pub services_open: Text,
    pub services_unfit: Text,
    pub services_unfit_explained: Text,
    pub contest: Text,
    pub contest_by_hand: Text,
    pub contest_decide: Text,
    pub contest_on_paper: Text,
    pub urgent: Text,
    pub between: Text,
    pub named: fn(&str, &str) -> String,
    pub providers: fn(&str) -> String,
    pub sign_assessor: Text,
    pub sign_reviewer: Text,
    pub sign_subject: Text,
    pub sign_objection: Text,
    pub sign_review: Text,
    pub sign_date: Text,
    pub to_outbox: Text,
    pub to_survey: Text,
    pub state_queued: Text,
    pub state_sending: Text,
    pub state_delivered: Text,
    pub state_refused: Text,
    pub state_waiting: fn(&str) -> String,
    pub refused_reason: Text,
    pub send_reason: fn(SendErrorKind) -> Text,
    pub state_waiting_login: Text,
    pub attempts: fn(u32) -> String,
    pub retry: Text,
    pub send_all: Text,
    pub finished_at: Text,
    pub receipt_id: Text,
    pub receipt_hash: Text,
    pub receipt_taken_in: Text,
    pub receipt_time: Text,
    pub outbox_empty: Text,
    pub receipts_none: Text,
    pub repair: Text,
    pub repair_failed: Text,
    pub sealed_name: fn(&str, &str) -> String,
    pub sealed_explained: Text,
    pub sealed_refused: Text,
    pub delete_unsent: Text,
    pub delete_unsent_title: fn(&str) -> String,
    pub delete_unsent_explained: Text,
    pub delete_kept_aside: Text,
    pub delete_unsent_sure: fn(&str) -> String,
    pub delete_unsent_last: Text,
    pub delete_unsent_yes: Text,

    // Everything unsent as one file
    pub to_rescue: Text,
    pub rescue_title: Text,
    pub rescue_explained: Text,
    pub rescue_out: Text,
    pub rescue_counts: fn(usize, usize) -> String,
    pub rescue_password: Text,
    pub rescue_password_hint: Text,
    pub rescue_save: Text,
    pub rescue_saved: fn(usize, usize, usize) -> String,
    pub rescue_nothing: Text,
    pub password_short: Text,
    pub device_failed: Text,
    pub rescue_in: Text,
    pub rescue_in_explained: Text,
    pub rescue_file: Text,
    pub rescue_its_password: Text,
    pub rescue_take: Text,
    pub rescue_taken: fn(TakenUp) -> String,
    pub rescue_no_file: Text,
    pub rescue_wrong_password: Text,
    pub rescue_damaged: Text,
    pub rescue_newer: Text,

    /// The assessment's page.
    pub report: report::Report,

    /// The worker's day.
    pub visits: day::DayWords,
    pub referred: referred::ReferredWords,
    pub households: households::HouseholdWords,
    pub record: record::RecordWords,
    pub media: media::MediaWords,
    pub kiosk: kiosk::KioskWords,
    pub controls: controls::ControlWords,
    pub map: map::MapWords,
    pub handing: handing::HandingWords,

    /// The safety page, the lock and the users.
    pub safety: safety::Safety,

    pub appearance: appearance::AppearanceWords,

    /// The settings page: who this phone is, and where it sends.
    pub settings: settings::Settings,

    // A form that does not check
    pub diagnostics_title: Text,
    pub diagnostics_explained: Text,
    pub diagnostics_none: Text,
    pub diagnostic_error: Text,
    pub diagnostic_warning: Text,
    pub diagnostic_where: fn(&str, usize, usize) -> String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_visit_is_in_the_first_of_the_browsers_languages_that_the_app_speaks() {
        let starts = |preferred: &[&str]| {
            let preferred: Vec<String> = preferred.iter().map(|tag| (*tag).to_owned()).collect();
            Language::to_start_in(None, &preferred)
        };
        assert_eq!(starts(&["en-GB", "zh-CN"]), Language::English);
        assert_eq!(starts(&["zh-Hant-TW", "en"]), Language::Chinese);
        assert_eq!(starts(&["de", "EN_us", "zh"]), Language::English);
        assert_eq!(starts(&["ko-KR", "engrish"]), Language::Chinese);
        assert_eq!(starts(&[]), Language::Chinese);
    }

    #[test]
    fn what_was_chosen_by_hand_stays() {
        let english = ["en".to_owned()];
        assert_eq!(Language::to_start_in(Some("zh"), &english), Language::Chinese);
        assert_eq!(Language::to_start_in(Some("en"), &["zh".to_owned()]), Language::English);
        assert_eq!(Language::to_start_in(Some("?"), &english), Language::English);
    }

    #[test]
    fn the_switch_goes_through_all_and_is_remembered_by_its_tag() {
        for language in Language::ALL {
            assert_ne!(language.other(), language);
            assert_eq!(Language::to_start_in(Some(language.tag()), &[]), language);
        }
        let round = Language::ALL.into_iter().fold(Language::ALL[0], |now, _| now.other());
        assert_eq!(round, Language::ALL[0]);
    }
}
