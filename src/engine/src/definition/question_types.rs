//! XLSForm's question types in all their spellings: what each holds, and what it is answered with.

/// What a type makes of a row.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct QuestionType {
    /// Its spellings, the canonical one first.
    pub names: &'static [&'static str],
    /// The element of its control; none if it is never shown.
    pub control: Control,
    /// The bind's type; none for what has no bind.
    pub data_type: Option<&'static str>,
    /// Attributes that its bind has of itself.
    pub bind: &'static [(&'static str, &'static str)],
    pub hint: Option<&'static str>,
}

/// How a type is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Control {
    None,
    Input,
    /// With its media type.
    Upload(&'static str),
    Trigger,
    Range,
    /// Done by the device: `start-geopoint`, `background-audio`.
    Action(Action),
    /// In the form's metadata.
    Audit,
    /// No question: a file that expressions read.
    ExternalInstance(&'static str),
}

/// What the device does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    StartGeopoint,
    BackgroundGeopoint,
    BackgroundAudio,
}

const fn of(
    names: &'static [&'static str],
    control: Control,
    data_type: &'static str,
    bind: &'static [(&'static str, &'static str)],
) -> QuestionType {
    QuestionType { names, control, data_type: Some(data_type), bind, hint: None }
}

const fn property(
    names: &'static [&'static str],
    param: &'static [(&'static str, &'static str)],
) -> QuestionType {
    of(names, Control::None, "string", param)
}

/// All of them. Selects are read by [`super::row_types`].
pub(crate) const QUESTION_TYPES: &[QuestionType] = &[
    of(&["text", "string", "q string", "add text prompt"], Control::Input, "string", &[]),
    of(&["integer", "int", "q int", "add integer prompt"], Control::Input, "int", &[]),
    of(&["decimal", "q decimal", "add decimal prompt"], Control::Input, "decimal", &[]),
    of(&["date", "q date", "add date prompt"], Control::Input, "date", &[]),
    of(&["time"], Control::Input, "time", &[]),
    of(
        &[
            "dateTime",
            "datetime",
            "date time",
            "q date time",
            "q dateTime",
            "add date time prompt",
            "add dateTime prompt",
        ],
        Control::Input,
        "dateTime",
        &[],
    ),
    of(
        &["geopoint", "gps", "location", "q geopoint", "q location", "add location prompt"],
        Control::Input,
        "geopoint",
        &[],
    ),
    of(&["geotrace", "q geotrace"], Control::Input, "geotrace", &[]),
    of(&["geoshape", "q geoshape"], Control::Input, "geoshape", &[]),
    of(&["barcode", "q barcode", "add barcode prompt"], Control::Input, "barcode", &[]),
    of(&["note", "q note", "add note prompt"], Control::Input, "string", &[("readonly", "true()")]),
    of(&["score"], Control::Input, "string", &[("readonly", "true()")]),
    of(&["acknowledge", "q acknowledge", "add acknowledge prompt"], Control::Trigger, "string", &[]),
    QuestionType { names: &["trigger"], control: Control::Trigger, data_type: None, bind: &[], hint: None },
    of(
        &["image", "photo", "q picture", "q image", "add image prompt"],
        Control::Upload("image/*"),
        "binary",
        &[],
    ),
    of(&["audio", "q audio", "add audio prompt"], Control::Upload("audio/*"), "binary", &[]),
    of(&["video", "q video", "add video prompt"], Control::Upload("video/*"), "binary", &[]),
    of(&["file", "add file prompt"], Control::Upload("application/*"), "binary", &[]),
    of(&["osm"], Control::Upload("osm/*"), "binary", &[]),
    of(&["range"], Control::Range, "int", &[]),
    of(&["calculate", "q calculate", "add calculate prompt"], Control::None, "string", &[]),
    of(&["hidden"], Control::None, "string", &[]),
    QuestionType {
        hint: Some("Enter numbers only."),
        ..of(&["phone number"], Control::Input, "string", &[("constraint", "regex(., '^\\d*$')")])
    },
    of(&["percentage"], Control::Input, "int", &[("constraint", "0 <= . and . <= 100")]),
    QuestionType {
        hint: Some("Enter a number 0-31."),
        ..of(
            &["number of days in last month"],
            Control::Input,
            "int",
            &[("constraint", "0 <= . and . <= 31")],
        )
    },
    QuestionType {
        hint: Some("Enter a number 0-183."),
        ..of(
            &["number of days in last six months"],
            Control::Input,
            "int",
            &[("constraint", "0 <= . and . <= 183")],
        )
    },
    QuestionType {
        hint: Some("Enter a number 0-365."),
        ..of(
            &["number of days in last year"],
            Control::Input,
            "int",
            &[("constraint", "0 <= . and . <= 365")],
        )
    },
    of(
        &["start", "start time", "get start time"],
        Control::None,
        "dateTime",
        &[("jr:preload", "timestamp"), ("jr:preloadParams", "start")],
    ),
    of(
        &["end", "end time", "get end time"],
        Control::None,
        "dateTime",
        &[("jr:preload", "timestamp"), ("jr:preloadParams", "end")],
    ),
    of(
        &["today", "get today"],
        Control::None,
        "date",
        &[("jr:preload", "date"), ("jr:preloadParams", "today")],
    ),
    property(
        &["deviceid", "imei", "device id", "get device id"],
        &[("jr:preload", "property"), ("jr:preloadParams", "deviceid")],
    ),
    property(&["username"], &[("jr:preload", "property"), ("jr:preloadParams", "username")]),
    property(&["email"], &[("jr:preload", "property"), ("jr:preloadParams", "email")]),
    property(
        &["phonenumber", "get phone number"],
        &[("jr:preload", "property"), ("jr:preloadParams", "phonenumber")],
    ),
    property(
        &["simserial", "sim id", "get sim id"],
        &[("jr:preload", "property"), ("jr:preloadParams", "simserial")],
    ),
    property(
        &["subscriberid", "subscriber id", "get subscriber id"],
        &[("jr:preload", "property"), ("jr:preloadParams", "subscriberid")],
    ),
    property(&["uri:deviceid"], &[("jr:preload", "property"), ("jr:preloadParams", "uri:deviceid")]),
    property(&["uri:username"], &[("jr:preload", "property"), ("jr:preloadParams", "uri:username")]),
    property(&["uri:email"], &[("jr:preload", "property"), ("jr:preloadParams", "uri:email")]),
    property(&["uri:phonenumber"], &[("jr:preload", "property"), ("jr:preloadParams", "uri:phonenumber")]),
    property(&["uri:simserial"], &[("jr:preload", "property"), ("jr:preloadParams", "uri:simserial")]),
    property(&["uri:subscriberid"], &[("jr:preload", "property"), ("jr:preloadParams", "uri:subscriberid")]),
    of(&["audit"], Control::Audit, "binary", &[]),
    of(&["start-geopoint"], Control::Action(Action::StartGeopoint), "geopoint", &[]),
    of(&["background-geopoint"], Control::Action(Action::BackgroundGeopoint), "geopoint", &[]),
    of(&["background-audio"], Control::Action(Action::BackgroundAudio), "binary", &[]),
    QuestionType {
        names: &["xml-external"],
        control: Control::ExternalInstance("xml"),
        data_type: None,
        bind: &[],
        hint: None,
    },
    QuestionType {
        names: &["csv-external"],
        control: Control::ExternalInstance("csv"),
        data_type: None,
        bind: &[],
        hint: None,
    },
];

impl QuestionType {
    /// The type of that spelling.
    pub fn named(word: &str) -> Option<&'static QuestionType> {
        QUESTION_TYPES.iter().find(|question| question.names.contains(&word))
    }

    /// Its canonical spelling.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or("")
    }

    /// Is a label expected? Not of what is never shown.
    pub fn is_shown(&self) -> bool {
        matches!(self.control, Control::Input | Control::Upload(_) | Control::Trigger | Control::Range)
    }
}
