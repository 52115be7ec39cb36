//! The words in English.

use super::{Words, cutoffs, files, versions};

pub(super) const ENGLISH: Words = Words {
    title: "Form designer",
    start: "Make and change forms",
    explained: "Change the sheets and try the form beside them at once, without a network too. What you change stays on this device until you publish it.",
    new: "New empty form",
    new_title: "New form",
    open: "Open a file",
    open_hint: "XLSForm (.xlsx, .xls), XForm (.xml) or form JSON; or drop it here.",
    here: "On this device",
    no_store: "This browser keeps nothing now (a private window?): forms on this device can be neither seen nor kept.",
    unread: |count| {
        format!("{count} more can’t be opened: kept by a newer version, or damaged. They are not deleted.")
    },
    none_here: "Nothing yet. Begin a new one, or open one below.",
    on_server: "In use on the server",
    none_on_server: "There is no form on the server that you can see.",
    kept_forms: "The server can’t be reached now. These are as it last had them, kept on this device: you can begin from them all the same.",
    close: "Close",
    case_unfinished: "This case is not filled in completely: some of the assessment can’t be reckoned yet, and only the rest is compared. To compare all of it, fill it in on the right and record another.",
    case_again: "Record it as it is now",
    see_on_phone: "Show this question",
    not_shown: "This question is not shown now.",
    its_conditions: "Its conditions, and its groups’:",
    put_in_at: |row| format!("Put in at row {row}."),
    failing: |count| format!("Test ({count} differ)"),
    unreached: "The server can’t be reached; what is on this device can be changed all the same.",
    loading: "Opening…",
    go_on: "Go on",
    begin_from: "Begin from this one",
    forget: "Delete",
    forget_title: |name| format!("Delete “{name}”?"),
    forget_explained: "It goes from this device only, for good. What is published stays as it is.",
    kept_at: |when| format!("Kept {when}"),
    not_found: "There is no such form on this device. It may have been deleted, or made on another one.",
    back: "Back",
    kept: "Kept",
    keeping: "Keeping",
    not_kept: "Not kept",
    undo: "Undo",
    redo: "Redo",
    insert: "Insert row",
    remove: "Remove rows",
    up: "Move up",
    down: "Move down",
    group: "Group",
    fill_down: "Fill down",
    find: "Find",
    not_found_cell: "Nothing found",
    column: "Add a column",
    column_name: "Its title",
    add_column: "Add",
    take_away: "Export",
    way: |ending| match ending {
        "xlsx" => ("Excel", "The sheets as they are, to be edited elsewhere and opened again."),
        "xlsform.xlsx" => (
            "XLSForm (ODK, KoBo)",
            "For other tools, without what only Doorstep reads; what is left out is listed.",
        ),
        "xml" => ("XForm (ODK, KoBo)", "The same as XML."),
        "json" => ("JSON", "For programs; nothing is left out."),
        "paper.html" => {
            ("Paper form, A4", "To be printed and filled in by hand, with boxes and lines to sign on.")
        }
        "codebook.html" => {
            ("Codebook", "What each question and choice is called in the data, for whoever uses it.")
        }
        "codebook.csv" => ("Codebook, CSV", "The same for Excel."),
        "fhir.json" => ("FHIR Questionnaire", "For hospitals’ systems (FHIR R4)."),
        _ => ("Whole folder (.zip)", "The sheets, files and test cases, to go on with on another device."),
    },
    search: "Search forms",
    none_found: "Nothing found.",
    publish: "Publish",
    table: "Sheets",
    preview: "Try it",
    problems: "Problems",
    no_problems: "It is checked as you type; what is wrong is listed here.",
    counted: |errors, warnings| {
        let plural =
            |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        match (errors, warnings) {
            (0, 0) => "Nothing is wrong".to_owned(),
            (0, warnings) => plural(warnings, "warning"),
            (errors, 0) => plural(errors, "error"),
            (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        }
    },
    mend: |fix| format!("Change to {fix}"),
    no_form: "It can’t be tried yet: mend the errors first.",
    stale: "There are errors: this is the form as it was before them.",
    sheet: |name| match name {
        "survey" => "Survey",
        "choices" => "Choices",
        "settings" => "Settings",
        "assessment" => "Assessment",
        "items" => "Items",
        "parts" => "Parts",
        "bands" => "Bands",
        "rules" => "Rules",
        "entities" => "Entities",
        "external_choices" => "External choices",
        _ => "Other",
    },
    services: "Services",
    cell: |title, row| format!("row {row} · {title}"),
    of_form: "The whole form",
    as_phone: "Phone",
    as_kiosk: "Kiosk",
    kiosk_over: "It is through: at a kiosk it would be handed in now, and a ticket shown.",
    kiosk_left: "At a kiosk all would be cleared now, and the first screen shown.",
    kiosk_again: "Once more",
    edit_cell: "What the cell says",
    offered: "What it may go on with",
    row_number: "Row",
    new_column: "A new column",
    unnamed: "Without a name yet",
    outline: "As an outline",
    choose_row: "Choose a question on the left.",
    library: "Library",
    library_from: "Out of which form",
    library_hint: "Drag a question or a group into the sheet, or put it in below the row where you are; the lists and the measures that belong to it come along.",
    choose: "Choose",
    put_in: "Put in",
    translate: "Translate",
    only_missing: "Missing ones only",
    missing: |count| if count == 0 { "Nothing is missing".to_owned() } else { format!("{count} missing") },
    give_table: "Table for a translator",
    take_table: "Take a table in",
    table_taken: |lost| {
        if lost == 0 {
            "The table is taken in.".to_owned()
        } else {
            format!("The table is taken in; {lost} of its rows fit nowhere.")
        }
    },
    changes: "Beside the version on the server",
    nothing_changed: "It is as it is on the server.",
    new_to_server: "This form is new to the server.",
    not_compared: "The server’s version can’t be fetched: they were not compared.",
    blank: "blank",
    trials: "Test",
    case: |number| format!("Case {number}"),
    case_about: "Record what is filled in on the right as a case",
    case_hint: "Say which situation it is, such as: lives alone, no carer. Whenever the form is changed, it is seen whether it still comes to the same.",
    record: "Record",
    coverage: "What the cases reach",
    random: "Fill in at random, 100 times",
    no_cases: "No cases yet. Fill the form in on the right, then record it.",
    passed: "as before",
    failed: "another result",
    filling: "Filling in at random…",
    nothing_found: |times| {
        format!("Filled in {times} times: every question was asked, and can be answered rightly.")
    },
    found: |times| format!("Filled in {times} times. Look at these:"),
    never_asked: "was never asked",
    never_right: "no answer was right",
    never_rests: "never comes to rest: calculations that hang on each other",
    reached: |questions, choices| {
        format!(
            "{} of {} questions asked, {} of {} choices chosen.",
            questions.0, questions.1, choices.0, choices.1
        )
    },
    levels_reached: |bands, rules| {
        format!("{} of {} levels come to, {} of {} rules held.", bands.0, bands.1, rules.0, rules.1)
    },
    not_reached: "Not reached",
    reads: "Reads:",
    read_by: "Read by:",
    picture: "Picture",
    around_row: "This row",
    whole_form: "Whole form",
    picture_choose: "Choose a question or a measure in the table first.",
    picture_alone: |name| format!("{name} reads no other question, and none reads it."),
    picture_none: "No question of this form reads another.",
    picture_around: |name| {
        format!(
            "What {name} reads stands to its left, what reads it to its right, two steps at most. A box leads to its row."
        )
    },
    picture_whole: "What is read stands to the left of what reads it. A box leads to its row.",
    picture_left_out: |count| {
        format!("There are too many: {count} more are not drawn. Choose a row to see what is around it.")
    },
    keys_title: "Keys",
    keys: "Arrow keys move; Enter, or just typing, changes a cell; Ctrl+F finds; Ctrl+Z undoes; Ctrl+C and Ctrl+V copy to and from Excel; Alt+↑↓ moves rows; Ctrl+Enter inserts one. Esc, then Tab leaves the sheet.",
    file_broken: "It can’t be opened: there is no form in it.",
    lost: |count| format!("Exported; {count} things this format can’t hold:"),
    note: "What changed",
    note_hint: "For colleagues: for example, asks whether there is a carer.",
    version: "The new version",
    version_hint: "Another one each time.",
    send: "Publish to the server",
    sending: "Publishing…",
    published: |version| {
        format!("{version} is published. Phones take it at their next contact; drafts stay on theirs.")
    },
    waits: "Handed in: it is in force once a colleague approves it.",
    has_errors: "There are errors: mend them, then publish.",
    sign_in: "Sign in to publish. What you changed is kept on this device: come back to it then.",
    to_sign_in: "Sign in",
    not_allowed: "Your account can’t publish forms; ask an administrator for the role of a form designer.",
    not_current: "Somebody published a newer version meanwhile. Look at that one, and begin from it.",
    version_taken: "This version was used before: take another.",
    refused: |reason| format!("Not published: {reason}"),
    versions: versions::ENGLISH,
    files: files::ENGLISH,
    cutoffs: cutoffs::ENGLISH,
};
