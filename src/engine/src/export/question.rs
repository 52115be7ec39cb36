//! What type of row asks a node: from its control, its binds and what sets it.

use super::Losses;
use super::instances::{self, Instance, ItemsetParts, Source};
use super::model::Model;
use super::table::Row;
use super::texts::Texts;
use crate::xml::{Element, Name, Namespace};

/// A row for a leaf of the instance, as it is made.
pub(super) struct Question<'a, 'b> {
    pub form: &'b Model<'a>,
    pub texts: &'b Texts<'a, 'b>,
    pub instances: &'b mut Vec<Instance<'a>>,
    /// Lists that stand in controls themselves.
    pub choices: &'b mut Vec<Row>,
    pub tags: &'b mut Vec<Row>,
    pub losses: &'b mut Losses,
    pub node: usize,
    pub row: Row,
    /// Attributes of the binds and the control that a column or the type already says.
    pub said_by_bind: Vec<Name>,
    pub said_by_body: Vec<Name>,
    parameters: Vec<String>,
}

/// Types that a plain `input` has by its data type.
const INPUTS: &[(&str, &str)] = &[
    ("string", "text"),
    ("int", "integer"),
    ("integer", "integer"),
    ("decimal", "decimal"),
    ("date", "date"),
    ("time", "time"),
    ("dateTime", "datetime"),
    ("geopoint", "geopoint"),
    ("geotrace", "geotrace"),
    ("geoshape", "geoshape"),
    ("barcode", "barcode"),
];

/// What the device fills in: preload, parameter, row type, data type.
pub(super) const PRELOADS: &[(&str, &str, &str, &str)] = &[
    ("timestamp", "start", "start", "dateTime"),
    ("timestamp", "end", "end", "dateTime"),
    ("date", "today", "today", "date"),
    ("property", "deviceid", "deviceid", "string"),
    ("property", "username", "username", "string"),
    ("property", "phonenumber", "phonenumber", "string"),
    ("property", "email", "email", "string"),
    ("property", "simserial", "simserial", "string"),
    ("property", "subscriberid", "subscriberid", "string"),
];

/// Attributes of controls and binds that are parameters: name in the XForm, name in the row.
const BODY_PARAMETERS: &[(Namespace, &str, &str)] = &[
    (Namespace::None, "rows", "rows"),
    (Namespace::None, "accuracyThreshold", "capture-accuracy"),
    (Namespace::None, "unacceptableAccuracyThreshold", "warning-accuracy"),
    (Namespace::None, "incremental", "incremental"),
    (Namespace::None, "start", "start"),
    (Namespace::None, "end", "end"),
    (Namespace::None, "step", "step"),
    (Namespace::Odk, "tick-interval", "tick_interval"),
    (Namespace::Odk, "placeholder", "placeholder"),
];
const BIND_PARAMETERS: &[(Namespace, &str, &str)] = &[
    (Namespace::OpenRosa, "max-pixels", "max-pixels"),
    (Namespace::Odk, "quality", "quality"),
    (Namespace::Odk, "allow-mock-accuracy", "allow-mock-accuracy"),
];

impl<'a, 'b> Question<'a, 'b> {
    #[allow(clippy::too_many_arguments, reason = "they are the parts of the form that a row is made from")]
    pub fn new(
        form: &'b Model<'a>,
        texts: &'b Texts<'a, 'b>,
        instances: &'b mut Vec<Instance<'a>>,
        choices: &'b mut Vec<Row>,
        tags: &'b mut Vec<Row>,
        losses: &'b mut Losses,
        node: usize,
    ) -> Question<'a, 'b> {
        let row = Row::new(form.span(node)).with("name", form.nodes[node].name.as_str());
        Question {
            form,
            texts,
            instances,
            choices,
            tags,
            losses,
            node,
            row,
            said_by_bind: Vec::new(),
            said_by_body: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// Says the row's type, its parameters, and its data type where the type alone means another.
    pub fn kind(&mut self) {
        let declared =
            self.form.bind(self.node, &Namespace::None, "type").map_or("string", |kind| &kind.text);
        let declared = declared.rsplit(':').next().unwrap_or(declared).to_owned();
        let (kind, implied) = match self.form.nodes[self.node].control {
            Some(control) => self.asked(control, &declared),
            None => self.not_asked(&declared),
        };
        self.row.set("type", kind);
        self.said_by_bind.push(Name::plain("type"));
        let same = implied.is_empty() || declared == implied || (declared == "integer" && implied == "int");
        if !same {
            self.row.set("bind::type", declared);
        }
        self.attributes();
        if !self.parameters.is_empty() {
            self.row.set("parameters", self.parameters.join(" "));
        }
    }

    /// The type of a row with a control, and the data type that it means; empty: any.
    fn asked(&mut self, control: &'a Element, declared: &str) -> (String, &'static str) {
        match &*control.name.local {
            "select1" => self.select(control, "select_one"),
            "select" => self.select(control, "select_multiple"),
            "rank" => self.select(control, "rank"),
            "upload" => self.upload(control),
            "trigger" => ("acknowledge".into(), ""),
            "range" => {
                let whole = ["start", "end", "step"].iter().all(|name| {
                    control.attribute(name).is_none_or(|value| value.text.trim().parse::<i64>().is_ok())
                });
                self.tick_labels(control);
                ("range".into(), if whole { "int" } else { "decimal" })
            }
            "input" if control.attribute("query").is_some() => self.external(control),
            "input" => {
                self.reference_geometry(control);
                let readonly = self.form.bind(self.node, &Namespace::None, "readonly");
                let fixed = readonly.is_some_and(|readonly| readonly.text.trim() == "true()");
                let calculated = self.form.bind(self.node, &Namespace::None, "calculate").is_some();
                if fixed && !calculated && declared == "string" {
                    self.said_by_bind.push(Name::plain("readonly"));
                    return ("note".into(), "string");
                }
                let found = INPUTS.iter().find(|(kind, _)| *kind == declared);
                found.map_or_else(|| ("text".into(), "string"), |(kind, row)| ((*row).into(), *kind))
            }
            other => {
                self.losses.push(control.span, format!("`{other}` becomes a plain text question"));
                ("text".into(), "string")
            }
        }
    }

    /// The type of a row that nobody is asked.
    fn not_asked(&mut self, declared: &str) -> (String, &'static str) {
        let preload = self.form.bind(self.node, &Namespace::JavaRosa, "preload").map(|text| text.text.trim());
        let parameter =
            self.form.bind(self.node, &Namespace::JavaRosa, "preloadParams").map(|text| text.text.trim());
        let known = PRELOADS.iter().find(|(name, params, ..)| {
            preload == Some(name) && parameter.is_none_or(|given| given == *params)
        });
        if let Some((_, _, row, data)) = known {
            self.said_by_bind.push(Name::new(Namespace::JavaRosa, "preload"));
            self.said_by_bind.push(Name::new(Namespace::JavaRosa, "preloadParams"));
            return ((*row).into(), data);
        }
        let path = &self.form.nodes[self.node].path;
        let actions = self.form.actions.get(path).map_or(&[][..], |actions| actions);
        for action in actions {
            match &*action.element.name.local {
                "recordaudio" => {
                    if let Some(quality) = action.element.attribute_in(&Namespace::Odk, "quality") {
                        self.parameters.push(format!("quality={}", quality.text));
                    }
                    self.said_by_bind.push(Name::new(Namespace::Odk, "quality"));
                    return ("background-audio".into(), "binary");
                }
                "setgeopoint" if action.within.is_some() => {
                    return ("background-geopoint".into(), "geopoint");
                }
                "setgeopoint" => return ("start-geopoint".into(), "geopoint"),
                _ => {}
            }
        }
        let calculated =
            self.form.bind(self.node, &Namespace::None, "calculate").is_some() || !actions.is_empty();
        // What is calculated and has no words is not asked, whatever its type.
        let bound = self.form.bind(self.node, &Namespace::None, "calculate").is_some();
        let triggered = actions.iter().any(|action| action.within.is_some());
        let typed = INPUTS.iter().find(|(kind, _)| *kind == declared && declared != "string");
        match typed.filter(|_| bound || triggered) {
            Some((kind, row)) => ((*row).into(), kind),
            None if triggered && !bound && !valued(actions) => ("text".into(), "string"),
            None => (if calculated { "calculate" } else { "hidden" }.into(), "string"),
        }
    }

    fn upload(&mut self, control: &'a Element) -> (String, &'static str) {
        self.said_by_body.push(Name::plain("mediatype"));
        let media = control.attribute("mediatype").map_or("", |media| media.text.trim());
        let kind = match media.split('/').next().unwrap_or("") {
            "image" => "image",
            "audio" => "audio",
            "video" => "video",
            "osm" => return (self.osm(control), "binary"),
            _ => "file",
        };
        let usual = if kind == "file" { "application/*".to_owned() } else { format!("{kind}/*") };
        if media != usual && !media.is_empty() {
            self.row.set("body::mediatype", media);
        }
        if kind == "image"
            && let Some(app) = control.attribute("intent")
        {
            self.said_by_body.push(Name::plain("intent"));
            self.parameters.push(format!("app={}", app.text));
        }
        (kind.into(), "binary")
    }

    /// A map question with its tags, which have a sheet of their own.
    fn osm(&mut self, control: &Element) -> String {
        let tags: Vec<&Element> = control.elements().filter(|child| child.name.is("tag")).collect();
        if tags.is_empty() {
            return "osm".into();
        }
        let list = self.form.nodes[self.node].name.clone();
        for tag in tags {
            let mut row = Row::new(tag.span).with("list_name", list.as_str());
            row.set("name", tag.attribute("key").map_or("", |key| &key.text));
            if let Some(label) = tag.child("label") {
                let words = self.texts.words(label, self.node, self.losses);
                row.set("label", words);
            }
            self.tags.push(row);
        }
        format!("osm {list}")
    }

    fn select(&mut self, control: &'a Element, word: &'static str) -> (String, &'static str) {
        let implied = if word == "rank" { "rank" } else { "" };
        let Some(itemset) = control.child("itemset") else {
            return match self.inline(control) {
                Some(list) => (format!("{word} {list}"), implied),
                None => ("text".into(), implied),
            };
        };
        let nodeset = itemset.attribute("nodeset").map_or("", |nodeset| &nodeset.text);
        let parts = ItemsetParts::of(nodeset);
        if let Some(seed) = &parts.randomize {
            self.parameters.push("randomize=true".into());
            if let Some(seed) = seed {
                self.parameters.push(format!("seed={}", self.form.named(seed, self.node)));
            }
        }
        let Some(id) = parts.instance().map(str::to_owned) else {
            return (self.answers_of(itemset, &parts, word), implied);
        };
        if let Some(filter) = &parts.filter {
            let filter = self.form.names.named(filter, &self.form.nodes[self.node].path, Some(""));
            self.row.set("choice_filter", filter);
        }
        let Some(at) = self.instances.iter().position(|instance| instance.id == id) else {
            instances::not_a_list(itemset.span, &parts.path, self.losses);
            return (format!("{word} {id}"), implied);
        };
        let instance = &mut self.instances[at];
        let Source::File(file) = instance.source else { return (format!("{word} {id}"), implied) };
        let first = !instance.used;
        instance.used = true;
        if first {
            instances::renamed(instance, file, self.losses);
        }
        self.file_columns(itemset, file);
        (format!("{word}_from_file {file}"), implied)
    }

    /// Which columns of a file name and show its choices, where they are not the usual ones.
    fn file_columns(&mut self, itemset: &Element, file: &str) {
        let geo = file.ends_with(".geojson");
        for (child, usual) in
            [("value", if geo { "id" } else { "name" }), ("label", if geo { "title" } else { "label" })]
        {
            let given = itemset.child(child).and_then(|element| element.attribute("ref"));
            if let Some(given) = given.map(|given| given.text.trim()).filter(|given| *given != usual) {
                self.parameters.push(format!("{child}={given}"));
            }
        }
    }

    /// Choices that are the answers given in a repeat: `select_one ${name}`.
    fn answers_of(&mut self, itemset: &Element, parts: &ItemsetParts, word: &str) -> String {
        let from = &self.form.nodes[self.node].path;
        let repeat = self.form.path(&parts.path, from);
        let value = itemset.child("value").and_then(|value| value.attribute("ref"));
        let label = itemset.child("label").and_then(|label| label.attribute("ref"));
        let same = match (value, label) {
            (Some(value), Some(label)) => value.text.trim() == label.text.trim(),
            _ => false,
        };
        let target = value.map(|value| self.form.path(&value.text, &repeat));
        let name =
            target.and_then(|target| self.form.by_path.get(&target)).map(|node| &self.form.nodes[*node].name);
        let known =
            self.form.by_path.get(&repeat).is_some_and(|node| self.form.nodes[*node].repeat.is_some());
        match name.filter(|_| known && same) {
            Some(name) => {
                // That the answer is not blank is what pyxform adds by itself.
                let added = format!("./{name} != ''");
                let filter = parts.filter.as_deref().unwrap_or("");
                let own = filter
                    .strip_suffix(added.as_str())
                    .map(|rest| rest.trim_end().trim_end_matches("and").trim());
                let own = own.unwrap_or(filter);
                if !own.is_empty() {
                    self.row.set("choice_filter", self.form.names.named(own, from, Some(&repeat)));
                }
                format!("{word} ${{{name}}}")
            }
            None => {
                instances::not_a_list(itemset.span, &parts.path, self.losses);
                "text".to_owned()
            }
        }
    }

    /// A list of the control's own, named after the question.
    fn inline(&mut self, control: &'a Element) -> Option<String> {
        let name = &self.form.nodes[self.node].name;
        let taken = |name: &str, choices: &[Row], instances: &[Instance<'_>]| {
            let of = |row: &Row| row.get("list_name") == Some(name);
            choices.iter().any(of) || instances.iter().any(|instance| instance.id == name)
        };
        let mut list = list_of_ids(control).unwrap_or_else(|| name.clone());
        let base = list.clone();
        let mut number = 1;
        let mut rows = instances::inline(control, &list, self.node, self.texts, self.losses);
        if rows.is_empty() {
            self.losses.push(control.span, format!("`{name}` has no choices; a select needs some"));
            return None;
        }
        // The same choices under another question are the same list.
        let cells = |row: &Row| {
            row.cells.iter().filter(|(column, _)| column != "list_name").cloned().collect::<Vec<_>>()
        };
        let wanted: Vec<_> = rows.iter().map(cells).collect();
        let mut known: Vec<&str> = self.choices.iter().filter_map(|row| row.get("list_name")).collect();
        known.dedup();
        let same = known.into_iter().find(|list| {
            let of = self.choices.iter().filter(|row| row.get("list_name") == Some(list));
            of.map(cells).eq(wanted.iter().cloned())
        });
        if let Some(same) = same {
            return Some(same.to_owned());
        }
        while taken(&list, self.choices, self.instances) {
            number += 1;
            list = format!("{base}_{number}");
        }
        for row in &mut rows {
            row.set("list_name", list.as_str());
        }
        self.choices.extend(rows);
        Some(list)
    }

    /// A search over a list of thousands: its choices are in a file beside the form.
    fn external(&mut self, control: &Element) -> (String, &'static str) {
        self.said_by_body.push(Name::plain("query"));
        let query = control.attribute("query").map_or("", |query| &query.text);
        let parts = ItemsetParts::of(query);
        let Some(list) = parts.instance() else {
            instances::not_a_list(control.span, query, self.losses);
            return ("text".into(), "string");
        };
        if let Some(filter) = &parts.filter {
            let filter = self.form.names.named(filter, &self.form.nodes[self.node].path, Some(""));
            self.row.set("choice_filter", filter);
        }
        self.losses.push(
            control.span,
            format!("the choices of `{list}` are in the file itemsets.csv: put them into the sheet `external_choices`"),
        );
        (format!("select_one_external {list}"), "string")
    }

    /// A list that a map shows beside the question.
    fn reference_geometry(&mut self, control: &Element) {
        let Some(itemset) = control.child("itemset") else { return };
        let parts = ItemsetParts::of(itemset.attribute("nodeset").map_or("", |nodeset| &nodeset.text));
        let Some(id) = parts.instance() else {
            let path = &self.form.nodes[self.node].path;
            let repeat = self.form.path(&parts.path, path);
            let node = self.form.by_path.get(&repeat).map(|node| &self.form.nodes[*node]);
            let Some(node) = node.filter(|node| node.repeat.is_some()) else {
                return instances::not_a_list(itemset.span, &parts.path, self.losses);
            };
            self.parameters.push(format!("reference-geometry=${{{}}}", node.name));
            let filter = parts.filter.as_deref().filter(|filter| *filter != "./geometry != ''");
            if let Some(filter) = filter {
                self.row.set("choice_filter", self.form.names.named(filter, path, Some(&repeat)));
            }
            return;
        };
        self.parameters.push(format!("reference-geometry={id}"));
        if let Some(filter) = &parts.filter {
            let filter = self.form.names.named(filter, &self.form.nodes[self.node].path, Some(""));
            self.row.set("choice_filter", filter);
        }
    }

    fn tick_labels(&mut self, control: &Element) {
        let Some(itemset) = control.child("itemset") else { return };
        let parts = ItemsetParts::of(itemset.attribute("nodeset").map_or("", |nodeset| &nodeset.text));
        match parts.instance() {
            Some(id) => self.parameters.push(format!("tick_labelset={id}")),
            None => instances::not_a_list(itemset.span, &parts.path, self.losses),
        }
    }

    /// Attributes that are parameters.
    fn attributes(&mut self) {
        let control = self.form.nodes[self.node].control;
        let is_range = self.row.get("type") == Some("range");
        for (namespace, attribute, parameter) in BODY_PARAMETERS {
            let Some(value) = control.and_then(|control| control.attribute_in(namespace, attribute)) else {
                continue;
            };
            if matches!(*parameter, "start" | "end" | "step") && !is_range {
                continue;
            }
            // A parameter ends at a space.
            if value.text.contains(char::is_whitespace) {
                continue;
            }
            self.parameters.push(format!("{parameter}={}", value.text));
            self.said_by_body.push(Name::new(namespace.clone(), *attribute));
        }
        for (namespace, attribute, parameter) in BIND_PARAMETERS {
            let name = Name::new(namespace.clone(), *attribute);
            if self.said_by_bind.contains(&name) {
                continue;
            }
            if let Some(value) = self.form.bind(self.node, namespace, attribute) {
                self.parameters.push(format!("{parameter}={}", value.text));
                self.said_by_bind.push(name);
            }
        }
    }
}

/// Does an action say what is set?
fn valued(actions: &[super::model::Action<'_>]) -> bool {
    let says = |action: &super::model::Action<'_>| {
        action.element.attribute("value").is_some() || !action.element.content.is_empty()
    };
    actions.iter().any(says)
}

/// The list that pyxform took a control's own items from: their texts are called `LIST-0`, `LIST-1` and so on.
fn list_of_ids(control: &Element) -> Option<String> {
    let item = control.elements().find(|child| child.name.is("item"))?;
    let reference = item.child("label")?.attribute("ref")?;
    let (list, number) = super::texts::itext_id(&reference.text)?.rsplit_once('-')?;
    let plain = !list.is_empty() && list.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (plain && number == "0").then(|| list.to_owned())
}
