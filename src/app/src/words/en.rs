//! English.

use doorstep_delivery::backend::SendErrorKind;

use super::Words;
pub use super::office::en::WORDS as OFFICE;

/// The words.
pub const WORDS: Words = Words {
    app: "Doorstep",
    skip: "Skip to content",
    home: "Home",
    language: "EN",
    language_long: "English",
    read_in_it: "EN: read in English",
    comma: ", ",
    cancel: "Cancel",
    close: "Close",
    back: "Back",
    next: "Next",
    loading: "Opening…",
    unnamed: "Unnamed",
    today: |time| format!("Today {time}"),
    yesterday: |time| format!("Yesterday {time}"),
    day: |year, month, day, time| format!("{day} {} {year}, {time}", month_name(month)),
    online: "Online",
    offline: "Offline",
    no_server: "No server",
    notices: "Notices",
    offline_note: "The server can’t be reached now. Work as usual; finished surveys are sent once it can.",
    update: "A new version is ready.",
    update_now: "Update now",

    start_title: "Start a survey",
    version: |version| format!("Version {version}"),
    look_for_forms: "Look for new forms",
    search_forms: "Search forms by name",
    no_forms: "There are no forms on this device yet",
    no_forms_how: "Open the app once with a network. The forms are then kept here and work without one.",
    try_again: "Try again",
    part_missing: "This part is not here yet",
    part_missing_explained: "Open it once with a network; from then on it works without one, too. Whatever was filled in is on this device.",
    drafts_title: "In progress",
    no_drafts: "Nothing in progress. Start a survey; you can stop at any time and come back to it.",
    in_danger: "Danger: act now",
    left_urgent: "Urgent, not done yet",
    answered_of: |answered, askable| format!("{answered} of {askable} answered"),
    go_on: "Continue",
    delete: "Delete",
    delete_title: |name| format!("Delete “{name}”?"),
    delete_explained: "All answers of this survey are deleted from the device. This can’t be undone.",
    outbox_title: "Outbox",
    outbox_none: "Nothing is waiting to be sent.",
    waiting_count: |n| format!("{n} to send"),
    refused_count: |n| format!("{n} refused"),
    delivered_count: |n| format!("{n} delivered"),
    broken_forms: |n| match n {
        1 => "One form on the server has mistakes in it and can’t be used.".into(),
        n => format!("{n} forms on the server have mistakes in them and can’t be used."),
    },
    broken_forms_see: "See where",

    kept: "Saved",
    saving: "Saving",
    save_failed: "Not saved",
    save_failed_explained: "The device could not write down the latest answers and keeps trying. Don’t close this page; if it goes on, check the device’s free space.",
    page_number: |page| format!("Page {page}"),
    page_answered: |answered, askable| format!("{answered} of {askable} answered on this page"),
    left_open: "Urgent: not handled yet",
    pages: "Pages",
    pages_title: "Jump to a page",
    find_question: "Find a question",
    pages_follow: "There are more pages that only some answers ask for: this list follows what you answer.",
    to_review: "Check and finish",
    optional: "optional",
    scored: "scored; no score without it",
    rests_on_rejected: "These answers break their rule; until they are put right, this does not count:",
    choose: "Choose",
    choose_of: |n| format!("Choose ({n} to choose from; type to search)"),
    list_empty: "The list is empty now. Leave it and go on; the office’s list comes to this device once it is online.",
    clear: "Clear",
    search: "Type to search",
    search_none: "Nothing found. Try other words.",
    search_more: |n| format!("{n} more are not listed. Type a little more."),
    not_answered: "Not answered",
    computed: "Worked out",
    page_done: "Done",
    page_part: "Partly filled in",
    page_untouched: "Not started",
    page_problem: "Needs attention",
    agree: "Yes, confirmed",
    take_place: "Use current location",
    taking_place: "Finding the location…",
    take_place_again: "Take it again",
    place_accuracy: |metres| format!("within about {metres:.0} m"),
    place_refused: "Location was not allowed. Allow it in the browser’s settings and try again, or type the coordinates.",
    place_unavailable: "No location can be had just now. Try outdoors or by a window, or type the coordinates.",
    place_timeout: "Finding the location took too long. Try again, or type the coordinates.",
    place_optional: "The location may be left out.",
    take_photo: "Take or choose a photo",
    take_photo_again: "Take or choose another",
    choose_file: "Choose a file",
    choose_file_again: "Choose another file",
    file_working: "Saving…",
    file_too_large: "The file is too large; at most 30 MB. Choose a smaller one.",
    file_no_room: "This device is running out of space. Make room, or send what is waiting.",
    file_failed: "It was not kept. Try again.",
    file_gone: "This file is no longer on the device. Take or choose it again.",
    file_found: "The one taken last time is still here. Use it?",
    file_use: "Use it",
    file_leave: "No",
    instance: |n| format!("No. {n}"),
    add_to: |label| format!("Add: {label}"),
    add_alike: "Add another like this",
    undo: "Undo the last change",
    undone: |label| format!("Taken back: {label}"),
    remove: "Remove",
    remove_title: |name| format!("Remove “{name}”?"),
    remove_explained: "All its answers are removed.",
    remove_danger: |name, dangers| {
        format!(
            "Remove “{name}”? A danger was entered here: {dangers}. Once removed it is not told of and not referred; if it is still so, don’t remove it."
        )
    },
    none_yet: "None added yet.",
    instance_problems: |n| format!("{n} to look at"),
    done_with: "Fold up",

    problems_title: |n| match n {
        1 => "One thing on this page needs attention".into(),
        n => format!("{n} things on this page need attention"),
    },
    problem: |question, wrong| {
        let colon = if question.ends_with('?') { "" } else { ":" };
        format!("{question}{colon} {wrong}")
    },
    problems_go_on: "If you can’t get an answer now, go on. You’ll be reminded before you finish.",
    go_on_anyway: "Skip for now",
    error_prefix: "Error: ",
    required: "Answer this question",
    constraint: "This answer doesn’t fit; check it",
    type_integer: "Enter a whole number, like 3",
    type_decimal: "Enter a number, like 3.5",
    type_date: "Enter a date",
    type_time: "Enter a time",
    type_date_time: "Enter a date and a time",
    type_other: "This answer can’t be read; enter it again",

    review: "Check",
    review_good: "Everything is in place. You can finish.",
    review_problems: |n| match n {
        1 => "One thing still needs attention".into(),
        n => format!("{n} things still need attention"),
    },
    finish: "Finish",
    finish_then: "Once finished it is sealed, and sent as soon as there is a network; after that it can’t be changed on this phone.",
    finish_blocked: |n| match n {
        1 => "One thing needs attention before you can finish".into(),
        n => format!("{n} things need attention before you can finish"),
    },
    finishing: "Sealing…",
    finish_failed: "The survey could not be sealed. All answers are still here; try again.",
    edit_page: |page| format!("Change: {page}"),
    edit: "Change",

    draft_gone: "This survey can’t be found",
    draft_gone_explained: "It may have been finished and be in the outbox, or delivered (this device keeps the receipt only), or deleted, or be on another device.",
    draft_elsewhere: "This survey is open in another tab",
    draft_elsewhere_explained: "So that answers don’t overwrite each other, a survey is open in one place only. Go back to that tab, or close it and try again.",
    draft_taken: "This survey was opened in another tab",
    draft_taken_explained: "New answers are not saved here any more. Whatever was shown as saved is there.",
    take_here: "Open it here",
    staying: |targets| {
        format!(
            "The answers to this form may leave only encrypted, and {targets} cannot take them so. You can go on and finish: they then stay on this device, and can be exported as a file. Tell your office."
        )
    },
    staying_bad_key: "The answers to this form may leave only encrypted, and its key can’t be read. You can go on and finish: they then stay on this device, and can be exported as a file. Tell your office.",
    lost_steps: |n| {
        match n {
        1 => "The very last step before the app closed could not be brought back. Look over what you entered last.".into(),
        n => format!("The last {n} steps before the app closed could not be brought back. Look over what you entered last."),
    }
    },
    form_gone: "The form of this survey is not on the device",
    form_gone_explained: "All answers are still here. Open it again with a network, and the form is fetched.",
    draft_broken: "This survey could not be opened",
    draft_broken_explained: |place| {
        format!(
            "All answers are still on the device, but one can’t be read: {place}. Tell your administrator."
        )
    },
    store_failed: "The device’s storage can’t be opened",
    store_failed_explained: "The browser doesn’t let Doorstep keep data. Don’t use a private window, check the free space, and open it again.",
    not_found: "There is no such page",
    not_found_explained: "The address may be incomplete.",

    sent_title: "Delivered",
    finished_title: |name| format!("“{name}” is finished"),
    finished_explained: "It is sealed on this device and is sent by itself once there is a network. You need not wait.",
    finished_delivered: "The server has it; the receipt is in the outbox.",

    assessment: "Assessment",
    see_assessment: "See the assessment",
    see_and_print_assessment: "See or print the assessment",
    assessment_is_draft: "A draft, not finished: the result changes with every answer.",
    assessment_explained: "Computed by the rules of the form. Open any figure to see why; how to contest it stands below.",
    assessment_none: "This form has no assessment.",
    flags: "Danger: act now",
    flags_unknown: "Whether there is danger has not been asked yet.",
    flags_not_asked: |flags| {
        format!("What was asked shows no danger. Not asked, and so not ruled out: {flags}.")
    },
    flags_none: "No sign of danger was found.",
    levels: "Levels",
    dimensions: "Dimensions, highest first",
    scores: "Scores and reasons",
    why: "Why",
    cannot_say: "Can’t be said yet",
    not_applicable: "Does not apply",
    nobody_asked: "Not asked",
    concerns: |names| format!("Concerns: {names}"),
    silenced: |flag| format!("“{flag}”: entered, and not shown any more"),
    silenced_because: |question, answer| {
        format!("Its questions are not asked, since “{question}” is answered “{answer}”.")
    },
    silenced_kept: "What was entered is still kept in the draft on this device, but will not be sent. Not asked is not gone: if it is still so, act now, and tick it under the signs of danger; if that answer is a mistake, put it right.",
    finish_silenced: |labels| {
        format!("“{labels}” was entered, does not count now and will not be sent. Finish all the same?")
    },
    finish_silenced_explained: "If it is still so: act first, then go back and answer those questions again, or tick it under the signs of danger. Finish only once it was dealt with, or if it was a mistake.",
    finish_silenced_yes: "Dealt with, finish",
    made_without: |parts| {
        format!(
            "Made without: {parts}. The rest was weighted up in its place, so this may be too high or too low: don’t compare it with a household that was asked everything."
        )
    },
    made_without_because: |part, question, answer| {
        format!("{part} (not asked: “{question}” was answered “{answer}”)")
    },
    made_without_none: |parts| format!("Does not apply, left out: {parts}"),
    made_without_items: |n| match n {
        1 => "One more item was not asked and left out".into(),
        n => format!("{n} more items were not asked and left out"),
    },
    not_asked: |question, answer| format!("Not asked: “{question}” was answered “{answer}”."),
    rejected: "breaks its rule",
    more_awaited: |n| match n {
        1 => "One more question".into(),
        n => format!("{n} more questions"),
    },
    what_would_change: "How close to another level: check these",
    what_would_change_explained: "If one of these was recorded wrongly, putting it right would change the result. To check by, not to change the result with.",
    nothing_would_change: "No other single scored answer would change it.",
    print: "Print",
    printed: |version, time| format!("Form version {version}, printed: {time}"),
    services: "Services that fit",
    services_none: "Nothing in the catalogue fits.",
    services_open: "Services that can’t be decided yet",
    services_unfit: "Services not listed",
    services_unfit_explained: "The catalogue’s conditions are not met, or what they ask for was not asked: then nobody can say that it is not needed. Where things change, or an answer is wrong, it is decided anew.",
    contest: "Don’t agree with the result?",
    contest_by_hand: "Where the assessor judges otherwise, they can enter their own level and why; both results are kept.",
    contest_decide: "Decide by hand",
    contest_on_paper: "The person assessed, or their agent: print the family’s copy, write and sign under “Objection and reasons”, and hand it to the reviewer, who writes down what the review came to.",
    urgent: "Urgent",
    between: ", ",
    named: |label, what| format!("{label}: {what}"),
    providers: |names| format!("Who could: {names}"),
    sign_assessor: "Assessor",
    sign_reviewer: "Reviewer",
    sign_subject: "Person assessed or agent",
    sign_objection: "Objection and reasons",
    sign_review: "Outcome of the review",
    sign_date: "Date",
    to_outbox: "To the outbox",
    to_survey: "Back to the survey",
    state_queued: "To send",
    state_sending: "Sending",
    state_delivered: "Delivered",
    state_refused: "Refused",
    state_waiting: |time| format!("Trying again at {time}"),
    refused_reason: "The server says",
    send_reason: |kind| match kind {
        SendErrorKind::Offline => "No connection to the server",
        SendErrorKind::Timeout => "The server did not answer in time",
        SendErrorKind::NotTheServer => {
            "There is a network, but not our server (does this Wi-Fi want a login?)"
        }
        SendErrorKind::Busy => "The server is busy",
        SendErrorKind::ServerFault => "The server failed",
        SendErrorKind::NotItsReceipt => "The server’s receipt does not match",
        SendErrorKind::FilesMissing => "The server misses files; all are sent again",
        SendErrorKind::DeviceFault => "This device failed to read or write",
        SendErrorKind::TargetUnknown => {
            "The settings no longer have this target; it stays here and can be exported"
        }
        SendErrorKind::FileLost => "A file of this survey is gone from this device, or damaged",
        SendErrorKind::CannotBeSent => "That server takes no such submission",
        SendErrorKind::NotEncrypted => {
            "This form’s answers may leave only encrypted, and that can’t be done (the target takes nothing encrypted, or the form’s key can’t be read). They stay on this device and can be exported"
        }
        SendErrorKind::SealedForOffice => {
            "It is sealed for the office, and only the office’s own server can open it"
        }
        SendErrorKind::NotOpened => {
            "The server has not got the key that opens it; it is sent again by itself once the office has put the key back"
        }
        SendErrorKind::LoginNeeded => "That server wants to know first who sends",
        SendErrorKind::DeviceRevoked => "This device was revoked",
        SendErrorKind::IdTaken => "The server has something else under this id",
        SendErrorKind::KeptAside => {
            "The same draft was finished on two phones, and not alike. The office has kept this one and has still to decide; until then it stays here too"
        }
        SendErrorKind::NotTakenIn => {
            "The same draft was finished on two phones. The office has looked at this one and decided not to take it in as well; it still keeps it. Delete it here if it is not needed, and ask the office if in doubt"
        }
        SendErrorKind::FormUnknown => "The server does not know this version of the form",
        SendErrorKind::TooLarge => "It is too large",
        SendErrorKind::NotASubmission => "The server says it does not fit the form",
        SendErrorKind::Refused => "The server refused it",
    },
    state_waiting_login: "Waiting for a login",
    attempts: |n| match n {
        1 => "Tried once".into(),
        n => format!("Tried {n} times"),
    },
    retry: "Try again now",
    send_all: "Send now",
    finished_at: "Finished",
    receipt_id: "Id",
    receipt_hash: "Hash",
    receipt_taken_in: "Taken in by the office as",
    receipt_time: "Server got it",
    outbox_empty: "Nothing is waiting to be sent.",
    repair: "Put right and send again",
    sealed_name: |form, finished| format!("{form} (finished {finished}, sealed)"),
    sealed_explained: "Only the office’s server can open it. Nobody can read it on this device, which goes on sending it while locked.",
    sealed_refused: "It is sealed for the office: it can’t be read here, so it can’t be put right here. Try again once the office has seen to it, export it, or delete it.",
    repair_failed: "It can’t be opened: this version of the form is not on the device, or the device failed.",
    delete_unsent: "Delete",
    delete_unsent_title: |name| format!("Delete “{name}”?"),
    delete_unsent_explained: "It has not arrived; nobody else has it. Once deleted, it is neither here nor on the server. You can export it first.",
    delete_kept_aside: "The office keeps this one, which does not go away by this. It is gone from this device, which is then told nothing of what the office decides.",
    delete_unsent_sure: |name| format!("Really delete “{name}”?"),
    delete_unsent_last: "This is the last time you are asked. It can’t be brought back.",
    delete_unsent_yes: "Delete, do not send",

    to_rescue: "No network for days, or a new phone? Export what is unsent as a file",
    rescue_title: "Export and take back",
    rescue_explained: "What has not arrived, and drafts, go into one file, to another device or to the office. Taken back or sent twice, each still counts once.",
    rescue_out: "Export from this device",
    rescue_counts: |sealed, drafts| {
        format!("Now: {}, {}. They stay on this device.", unsent(sealed), drafted(drafts))
    },
    rescue_password: "A password for the file",
    rescue_password_hint: "At least 8 characters. It is needed to open the file, and can’t be recovered. Keep it apart from the file.",
    rescue_save: "Export the file",
    rescue_saved: |sealed, drafts, unreadable| {
        let done = format!("Exported: {}, {}.", unsent(sealed), drafted(drafts));
        match unreadable {
            0 => format!("{done} The file is among the downloads."),
            n => format!("{done} {n} could not be read and stay on this device."),
        }
    },
    rescue_nothing: "There is nothing to export.",
    password_short: "The password must have at least 8 characters",
    device_failed: "The device failed to read or write; try again",
    rescue_in: "Take back to this device",
    rescue_in_explained: "Choose the exported file and enter its password. What is here already, or has arrived, is not doubled.",
    rescue_file: "The exported file",
    rescue_its_password: "The file’s password",
    rescue_take: "Take back",
    rescue_taken: |taken| {
        let mut said = format!("Taken back: {}, {}.", unsent(taken.submissions), drafted(taken.drafts));
        for (count, words) in [
            (taken.brought_forward, "brought forward to the file’s later answers"),
            (taken.apart, "changed on this device as well: both are kept, look and delete one"),
            (
                taken.finished_elsewhere,
                "finished on the other device and still drafts here, so not taken back (don’t go on with these drafts: let the other device send them, or delete them here and take the file back again)",
            ),
            (
                taken.finished_here,
                "drafts that were finished here already, or deleted (no need to go on with them elsewhere)",
            ),
            (taken.known, "here already, unchanged"),
        ] {
            if count > 0 {
                said += &format!(" {count} {words}.");
            }
        }
        said
    },
    rescue_no_file: "Choose a file first",
    rescue_wrong_password: "This password does not open the file",
    rescue_damaged: "This is no exported file, or it is damaged or was changed",
    rescue_newer: "This file was exported by a newer Doorstep; update first",
    receipts_none: "Once something is delivered, the server’s receipt is kept here.",

    report: super::report::ENGLISH,
    visits: super::day::ENGLISH,
    referred: super::referred::ENGLISH,
    households: super::households::ENGLISH,
    record: super::record::ENGLISH,
    media: super::media::ENGLISH,
    kiosk: super::kiosk::ENGLISH,
    controls: super::controls::ENGLISH,
    map: super::map::ENGLISH,
    handing: super::handing::ENGLISH,
    safety: super::safety::ENGLISH,
    appearance: super::appearance::ENGLISH,
    practice: super::practice::ENGLISH,
    audit: super::audit::ENGLISH,
    settings: super::settings::ENGLISH,

    diagnostics_title: "Forms with mistakes",
    diagnostics_explained: "These forms did not pass the check and can’t be used. Hand this to whoever writes them.",
    diagnostics_none: "All forms pass the check.",
    diagnostic_error: "Error",
    diagnostic_warning: "Warning",
    diagnostic_where: |file, line, column| format!("{file}, line {line}, column {column}"),
};

fn unsent(n: usize) -> String {
    if n == 1 { "1 survey unsent".into() } else { format!("{n} surveys unsent") }
}

fn drafted(n: usize) -> String {
    if n == 1 { "1 draft".into() } else { format!("{n} drafts") }
}

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(month - 1).ok().and_then(|index| NAMES.get(index)).copied().unwrap_or_default()
}
