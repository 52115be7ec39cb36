//! One difference, as data.

use serde::Serialize;

/// What differs. `old` and `new` are as the author wrote them; none is where nothing stood.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are called as what they hold")]
pub enum Difference {
    /// A setting of the form: `version`, `form_title::zh`.
    Setting {
        name: String,
        old: Option<String>,
        new: Option<String>,
    },
    /// A language that the earlier form had not, and how many texts are in it.
    LanguageAdded {
        language: String,
        texts: usize,
    },
    LanguageRemoved {
        language: String,
        texts: usize,
    },

    /// A row of the survey. Of a group, `questions` are those that came with it.
    Added {
        path: String,
        element: Element,
        label: Option<String>,
        questions: Vec<String>,
    },
    Removed {
        path: String,
        element: Element,
        label: Option<String>,
        questions: Vec<String>,
    },
    /// Elsewhere in the survey: behind the row `after`, or first. `into` and `out_of` are repeats that it was moved over the edge of.
    Moved {
        path: String,
        was: String,
        element: Element,
        after: Option<String>,
        into: Option<String>,
        out_of: Option<String>,
    },
    /// The same row under another name.
    Renamed {
        path: String,
        was: String,
        element: Element,
    },
    /// `text` became `integer`.
    Type {
        path: String,
        old: String,
        new: String,
    },
    /// What a row says beside words, by its column in XLSForm: `required`, `relevant`, `choice_filter`.
    Property {
        path: String,
        property: String,
        old: Option<String>,
        new: Option<String>,
    },
    /// Words of a row: `part` is `label`, `hint`, `constraint_message` …
    Words {
        path: String,
        part: String,
        language: String,
        old: Option<String>,
        new: Option<String>,
    },

    ListAdded {
        list: String,
        choices: usize,
    },
    ListRemoved {
        list: String,
        choices: usize,
    },
    ListRenamed {
        list: String,
        was: String,
    },
    ChoiceAdded {
        list: String,
        code: String,
        label: Option<String>,
    },
    ChoiceRemoved {
        list: String,
        code: String,
        label: Option<String>,
    },
    /// The same choice under another code.
    ChoiceRecoded {
        list: String,
        code: String,
        was: String,
        label: Option<String>,
    },
    ChoiceWords {
        list: String,
        code: String,
        part: String,
        language: String,
        old: Option<String>,
        new: Option<String>,
    },
    /// A further column of a choice. `scored`: a measure counts with it.
    ChoiceProperty {
        list: String,
        code: String,
        property: String,
        old: Option<String>,
        new: Option<String>,
        scored: bool,
    },
    ChoicesReordered {
        list: String,
    },

    MeasureAdded {
        measure: String,
        label: Option<String>,
    },
    MeasureRemoved {
        measure: String,
        label: Option<String>,
    },
    MeasureRenamed {
        measure: String,
        was: String,
    },
    MeasureProperty {
        measure: String,
        property: String,
        old: Option<String>,
        new: Option<String>,
    },
    MeasureWords {
        measure: String,
        part: String,
        language: String,
        old: Option<String>,
        new: Option<String>,
    },
    /// An item, part, band or rule of a measure; `name` is what it is told by.
    LineAdded {
        measure: String,
        line: Kind,
        name: String,
    },
    LineRemoved {
        measure: String,
        line: Kind,
        name: String,
    },
    LineProperty {
        measure: String,
        line: Kind,
        name: String,
        property: String,
        old: Option<String>,
        new: Option<String>,
    },
    LineWords {
        measure: String,
        line: Kind,
        name: String,
        language: String,
        old: Option<String>,
        new: Option<String>,
    },
    LinesReordered {
        measure: String,
        line: Kind,
    },
    /// A level begins or ends elsewhere.
    Cutoff {
        measure: String,
        level: String,
        side: Side,
        old: Option<String>,
        new: Option<String>,
    },

    EntityAdded {
        list: String,
    },
    EntityRemoved {
        list: String,
    },
    EntityProperty {
        list: String,
        property: String,
        old: Option<String>,
        new: Option<String>,
    },
    FileAdded {
        name: String,
    },
    FileRemoved {
        name: String,
    },
    FileChanged {
        name: String,
    },
}

/// What a row of the survey is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    /// It is answered.
    Question,
    /// It is shown, and keeps nothing.
    Note,
    /// It is worked out or filled in, and not asked.
    Calculation,
    /// A page or part of one.
    Group,
    /// What is asked several times.
    Repeat,
}

/// What a row under a measure is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Of a scale.
    Item,
    /// Of an index or ranking.
    Part,
    /// Of a band: a level.
    Band,
    /// Of a decision.
    Rule,
}

/// An end of a level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Its lowest number.
    Begins,
    /// Its highest.
    Ends,
}

/// How much a difference weighs for whoever works with the data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Data before and after are the same.
    Harmless,
    /// Somebody should look whether it is meant so.
    Look,
    /// Data before and after can't be compared, or stand in other columns.
    Breaks,
}

impl Weight {
    /// `harmless`, `look`, `breaks`
    pub fn name(self) -> &'static str {
        match self {
            Weight::Harmless => "harmless",
            Weight::Look => "look",
            Weight::Breaks => "breaks",
        }
    }
}
