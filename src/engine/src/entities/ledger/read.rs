//! A ledger's file, read and checked against the dictionary.

use jsonc_parser::ast::{Object, Value};

use super::{Column, From, Ledger, Part, Period, Rows};
use crate::definition::json::span;
use crate::diagnostic::Diagnostic;
use crate::entities::declared::{Declared, Reader, Words};
use crate::entities::dictionary::Dictionary;
use crate::entities::totals::{By, MOST_WAYS, Only};
use crate::source::{Bundle, Span, Written};

/// What a row may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entities,
    Events,
    Totals,
    File,
}

const KINDS: [(&str, Kind); 4] =
    [("entities", Kind::Entities), ("events", Kind::Events), ("totals", Kind::Totals), ("file", Kind::File)];

/// The words of [`From`], and of which rows they are columns.
const ROWS: &[Kind] = &[Kind::Entities, Kind::Events];
const ANY: &[Kind] = &[Kind::Entities, Kind::Events, Kind::Totals, Kind::File];
const WORDS: [(&str, &[Kind]); 24] = [
    ("blank", ANY),
    ("number", ANY),
    ("id", ROWS),
    ("submission", &[Kind::Events]),
    ("called", ROWS),
    ("at", &[Kind::Events]),
    ("by", &[Kind::Events]),
    ("property", ROWS),
    ("id_in", ROWS),
    ("given", &[Kind::Events]),
    ("now", ROWS),
    ("days", ROWS),
    ("overdue", ROWS),
    ("rank", ROWS),
    ("index", ROWS),
    ("rate", ROWS),
    ("said_when", ROWS),
    ("group", &[Kind::Totals]),
    ("entities", &[Kind::Totals]),
    ("different", &[Kind::Totals]),
    ("spread", &[Kind::Totals]),
    ("linked", &[Kind::Totals]),
    ("not_linked", &[Kind::Totals]),
    ("cell", &[Kind::File]),
];

impl Ledger {
    /// Reads the file of a ledger, with the files that it names among the bundle's.
    pub fn read(id: &str, bundle: &Bundle, dictionary: &Dictionary) -> Declared<Ledger> {
        let mut reading =
            Reading { reader: Reader::new(bundle), dictionary, kind: Kind::Entities, lists: Vec::new() };
        let ledger = reading.ledger(id);
        Declared::of(ledger, reading.reader.found)
    }
}

struct Reading<'b, 'd> {
    reader: Reader<'b>,
    dictionary: &'d Dictionary,
    kind: Kind,
    lists: Vec<String>,
}

impl<'b> Reading<'b, '_> {
    fn ledger(&mut self, id: &str) -> Option<Ledger> {
        let Value::Object(top) = self.reader.top()? else { return None };
        let [title, rows, lists, gives, by, different, file, only, period, columns, note] = self.reader.keys(
            &top,
            [
                "title",
                "rows",
                "lists",
                "gives",
                "by",
                "different",
                "file",
                "only",
                "period",
                "columns",
                "note",
            ],
        );
        let at = span(&top);
        let title = self.reader.needed("title", title, at).map(|title| self.reader.words("title", title));
        let rows = self.reader.needed("rows", rows, at)?;
        self.kind = self.reader.one_of("rows", rows, &KINDS)?;
        if self.kind != Kind::File {
            self.lists = self.lists_of(lists, at);
        }
        let gives = match (gives, self.kind) {
            (Some(gives), Kind::Events | Kind::Totals) => self.property("gives", gives),
            (None, Kind::Events) => {
                self.reader.missing("gives", at);
                None
            }
            (Some(gives), Kind::Entities | Kind::File) => {
                self.out_of_place("gives", span(gives));
                None
            }
            (None, _) => None,
        };
        let by = by.map(|by| self.by(by)).unwrap_or_default();
        let different = different.and_then(|different| self.property("different", different));
        let only = only.map(|only| self.only("only", only)).unwrap_or_default();
        let period = period.and_then(|period| self.period(period));
        let rows = match self.kind {
            Kind::Entities => Rows::Entities(self.lists.clone()),
            Kind::Events => Rows::Events { lists: self.lists.clone(), gives: gives.unwrap_or_default() },
            Kind::Totals => {
                if self.lists.len() != 1 {
                    let message = "totals are counted over one list";
                    self.reader.error("wrong-kind", lists.map_or(at, |lists| span(lists)), message);
                }
                let list = self.lists.first().cloned().unwrap_or_default();
                Rows::Totals { list, gives, by: by.clone(), different: different.clone() }
            }
            Kind::File => Rows::File(self.file(file, at)),
        };
        let mut read: Vec<Column> = Vec::new();
        if let Some(columns) = self.reader.needed("columns", columns, at) {
            for element in self.reader.elements("columns", columns) {
                let Some(column) = self.column(element, by.len(), different.is_some()) else { continue };
                if read.iter().any(|known| known.name == column.name) {
                    let message = format!("the column `{}` is written twice", column.name);
                    let twice = Diagnostic::error("duplicate-name", span(element), message);
                    self.reader.found.push(twice.hint("keep one of them"));
                }
                read.push(column);
            }
        }
        let note = note.map(|note| self.reader.words("note", note));
        let title = title.unwrap_or_default();
        Some(Ledger { id: id.to_owned(), title, rows, only, period, columns: read, note })
    }

    fn out_of_place(&mut self, key: &str, at: Span) {
        self.reader.error("unknown-key", at, format!("`{key}` is not known here"));
    }

    fn lists_of(&mut self, lists: Option<&Value<'b>>, at: Span) -> Vec<String> {
        let Some(lists) = self.reader.needed("lists", lists, at) else { return Vec::new() };
        let names = self.reader.texts("lists", lists);
        if names.is_empty() {
            self.reader.error("missing-key", span(lists), "`lists` is missing here");
        }
        for name in &names {
            if self.dictionary.list(&name.text).is_none() {
                let known = self.dictionary.lists.iter().map(|list| &*list.name);
                let message = format!("no list `{}` is declared", &*name.text);
                let unknown = Diagnostic::error("unknown-list", name.span, message);
                self.reader.found.push(unknown.did_you_mean(&name.text, known));
            }
        }
        names.iter().map(|name| name.text.to_string()).collect()
    }

    /// A property's name, which one of the lists has to have.
    fn property(&mut self, key: &str, value: &Value<'b>) -> Option<String> {
        let name = self.reader.text(key, value)?;
        Some(self.known(&name, None))
    }

    fn known(&mut self, name: &Written, of: Option<&str>) -> String {
        let text = name.text.to_string();
        let lists: Vec<String> = of.map_or_else(|| self.lists.clone(), |list| vec![list.to_owned()]);
        if !lists.iter().any(|list| self.dictionary.property(list, &text).is_some()) {
            let all = lists.iter().filter_map(|list| self.dictionary.list(list));
            let names: Vec<&str> =
                all.flat_map(|list| list.properties.iter().map(|property| &*property.name)).collect();
            let message = format!("no property `{text}` is declared");
            self.reader
                .found
                .push(Diagnostic::error("unknown-name", name.span, message).did_you_mean(&text, names));
        }
        text
    }

    /// `at` is the day on which a version came.
    fn period(&mut self, value: &Value<'b>) -> Option<Period> {
        let name = self.reader.text("period", value)?;
        match (&*name.text, self.kind) {
            ("at", Kind::Events) => Some(Period::At),
            _ => Some(Period::Property(self.known(&name, None))),
        }
    }

    fn properties(&mut self, key: &str, value: &Value<'b>) -> Vec<String> {
        let names = self.reader.texts(key, value);
        names.iter().map(|name| self.known(name, None)).collect()
    }

    fn by(&mut self, value: &Value<'b>) -> Vec<By> {
        if self.kind != Kind::Totals {
            self.out_of_place("by", span(value));
        }
        let texts = self.reader.texts("by", value);
        if texts.len() > MOST_WAYS {
            self.reader.error("too-large", span(value), format!("at most {MOST_WAYS} properties group"));
        }
        let mut all = Vec::new();
        for text in texts {
            match By::parse(&text.text) {
                Ok(by) => {
                    let name = Written::plain(&by.property, text.span);
                    self.known(&name, None);
                    all.push(by);
                }
                Err(why) => self.reader.error("bad-condition", text.span, why.to_string()),
            }
        }
        all
    }

    fn only(&mut self, key: &str, value: &Value<'b>) -> Vec<Only> {
        let texts = self.reader.texts(key, value);
        texts.iter().filter_map(|text| self.condition(text)).collect()
    }

    fn condition(&mut self, text: &Written) -> Option<Only> {
        match Only::parse(&text.text) {
            Ok(only) => {
                let name = Written::plain(&only.property, text.span);
                self.known(&name, None);
                Some(only)
            }
            Err(why) => {
                self.reader.error("bad-condition", text.span, why.to_string());
                None
            }
        }
    }

    fn file(&mut self, file: Option<&Value<'b>>, at: Span) -> Vec<Vec<(String, String)>> {
        let Some(file) = self.reader.needed("file", file, at) else { return Vec::new() };
        let Some(name) = self.reader.text("file", file) else { return Vec::new() };
        let Some(source) = self.reader.file(&name) else { return Vec::new() };
        let text = &self.reader.bundle.source(source).text;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let titles = reader.headers().cloned().unwrap_or_default();
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let pairs = titles.iter().zip(&record);
                    rows.push(
                        pairs
                            .map(|(title, cell)| (title.trim().to_owned(), cell.trim().to_owned()))
                            .collect(),
                    );
                }
                Err(_) => self.reader.error("bad-csv", Span::top(source), "this row is no CSV"),
            }
        }
        rows
    }

    fn column(&mut self, element: &Value<'b>, groups: usize, counts_different: bool) -> Option<Column> {
        let object = self.reader.object("a column", element)?;
        let [name, label, from, note] = self.reader_keys(object);
        let at = span(object);
        let name = self.reader.needed("name", name, at).and_then(|name| self.reader.text("name", name))?;
        let label = self.reader.needed("label", label, at).map(|label| self.reader.words("label", label));
        let note: Option<Words> = note.map(|note| self.reader.words("note", note));
        let from = self.reader.needed("from", from, at)?;
        let known = WORDS.map(|(word, _)| (word, word));
        let word = self.reader.one_of("from", from, &known)?;
        let fits = WORDS.iter().any(|(known, rows)| *known == word && rows.contains(&self.kind));
        if !fits {
            let message = format!("`{word}` says nothing of rows of this kind");
            self.reader.error("wrong-kind", span(from), message);
        }
        let read = self.from(word, object, groups, counts_different)?;
        if read == From::Blank && note.is_none() {
            let message = "a column that stays blank says why: `note` is missing here";
            self.reader.error("missing-key", at, message);
        }
        Some(Column { name: name.text.to_string(), label: label.unwrap_or_default(), from: read, note })
    }

    /// The keys that every column has; those of its own are asked for later.
    fn reader_keys<'v>(&mut self, object: &'v Object<'b>) -> [Option<&'v Value<'b>>; 4] {
        let all = [
            "name", "label", "from", "note", "property", "between", "pairs", "unless", "place", "of", "when",
            "at", "list", "cell", "choices",
        ];
        let [name, label, from, note, ..] = self.reader.keys(object, all);
        [name, label, from, note]
    }

    fn from(&mut self, word: &str, object: &Object<'b>, groups: usize, different: bool) -> Option<From> {
        let at = span(object);
        let value = |key: &str| {
            let found = object.properties.iter().find(|property| property.name.as_str() == key);
            found.map(|property| &property.value)
        };
        let one = |reading: &mut Self| -> Option<String> {
            let value = reading.reader.needed("property", value("property"), at)?;
            reading.property("property", value)
        };
        let two = |reading: &mut Self| -> Option<(String, String)> {
            let value = reading.reader.needed("between", value("between"), at)?;
            match <[String; 2]>::try_from(reading.properties("between", value)) {
                Ok([first, second]) => Some((first, second)),
                Err(_) => {
                    reading.reader.error("wrong-kind", span(value), "`between` should be two properties");
                    None
                }
            }
        };
        let link = |reading: &mut Self| -> Option<(String, String)> {
            let list = reading.reader.needed("list", value("list"), at)?;
            let list = reading.reader.text("list", list)?.text.to_string();
            let name = reading.reader.needed("property", value("property"), at)?;
            let name = reading.reader.text("property", name)?;
            let name = reading.known(&name, Some(&list));
            Some((list, name))
        };
        Some(match word {
            "blank" => From::Blank,
            "number" => From::Number,
            "id" => From::Id,
            "submission" => From::Submission,
            "called" => From::Called,
            "at" => From::At,
            "by" => From::By,
            "property" => From::Property(one(self)?),
            "id_in" => From::IdIn(one(self)?),
            "given" => From::Given(one(self)?),
            "now" => From::Now(one(self)?),
            "days" => two(self).map(|(start, end)| From::Days(start, end))?,
            "rate" => two(self).map(|(part, whole)| From::Rate(part, whole))?,
            "overdue" => {
                let pairs = self.reader.needed("pairs", value("pairs"), at)?;
                let mut read = Vec::new();
                for pair in self.reader.elements("pairs", pairs) {
                    match <[String; 2]>::try_from(self.properties("pairs", pair)) {
                        Ok([due, done]) => read.push((due, done)),
                        Err(_) => {
                            self.reader.error("wrong-kind", span(pair), "a pair should be two properties")
                        }
                    }
                }
                let unless = value("unless").map(|unless| self.only("unless", unless)).unwrap_or_default();
                From::Overdue { pairs: read, unless }
            }
            "rank" => {
                let place = self.reader.needed("place", value("place"), at)?;
                From::Rank(self.whole("place", place)?, self.parts(value("of"), at))
            }
            "index" => From::Index(self.parts(value("of"), at)),
            "said_when" => {
                let name = one(self)?;
                let when = self.reader.needed("when", value("when"), at)?;
                let when = self.reader.text("when", when)?;
                From::SaidWhen(name, self.condition(&when)?)
            }
            "group" => {
                let place = self.reader.needed("at", value("at"), at)?;
                let number = self.whole("at", place)?;
                if !(1..=groups).contains(&number) {
                    let message = format!("there is no group {number}: `by` names {groups}");
                    self.reader.error("unknown-value", span(place), message);
                }
                From::Group(number.checked_sub(1)?)
            }
            "entities" => From::Entities,
            "different" => {
                if !different {
                    self.reader.error("missing-key", at, "`different` is missing in this ledger");
                }
                From::Different
            }
            "spread" => From::Spread(one(self)?),
            "linked" => link(self).map(|(list, name)| From::Linked(list, name))?,
            "not_linked" => link(self).map(|(list, name)| From::NotLinked(list, name))?,
            _ => {
                let cell = self.reader.needed("cell", value("cell"), at)?;
                let cell = self.reader.text("cell", cell)?;
                let choices = value("choices").map(|choices| self.reader.choices(choices));
                From::Cell(cell.text.to_string(), choices.unwrap_or_default())
            }
        })
    }

    fn whole(&mut self, key: &str, value: &Value<'b>) -> Option<usize> {
        let read = match value {
            Value::NumberLit(number) => number.value.parse().ok(),
            _ => None,
        };
        if read.is_none() {
            self.reader.error("wrong-kind", span(value), format!("`{key}` should be a whole number"));
        }
        read
    }

    fn parts(&mut self, value: Option<&Value<'b>>, at: Span) -> Vec<Part> {
        let Some(value) = self.reader.needed("of", value, at) else { return Vec::new() };
        let mut parts = Vec::new();
        for element in self.reader.elements("of", value) {
            let Some(object) = self.reader.object("of", element) else { continue };
            let [property, max, weight] = self.reader.keys(object, ["property", "max", "weight"]);
            let at = span(object);
            let property = self
                .reader
                .needed("property", property, at)
                .and_then(|value| self.property("property", value));
            let mut number = |key: &str, value: Option<&Value<'b>>| {
                let value = self.reader.needed(key, value, at)?;
                let read = self.whole(key, value)?;
                u32::try_from(read).ok().filter(|number| *number > 0)
            };
            if let (Some(property), Some(max), Some(weight)) =
                (property, number("max", max), number("weight", weight))
            {
                parts.push(Part { property, max, weight });
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::dictionary::DictionaryList;
    use crate::source::Source;

    const LEDGER: &str = r#"{"title": {"zh": "入户", "en": "Visits"}, "rows": "events", "lists": ["cases"], "gives": "visited_on",
        "period": "visited_on", "only": ["state!=closed"], "columns": [
        {"name": "no", "label": {"zh": "序号", "en": "No."}, "from": "number"},
        {"name": "on", "label": {"zh": "日期", "en": "Day"}, "from": "given", "property": "visited_on"},
        {"name": "days", "label": {"zh": "天数", "en": "Days"}, "from": "days", "between": ["found_on", "visited_on"]},
        {"name": "people", "label": {"zh": "人口", "en": "People"}, "from": "blank", "note": {"zh": "无", "en": "None"}}
    ]}"#;

    fn read(text: &str) -> Declared<Ledger> {
        let property =
            |name: &str| format!(r#"{{"name": "{name}", "label": {{"zh": "x", "en": "x"}}, "is": "date"}}"#);
        let properties = ["visited_on", "found_on", "state"].map(property).join(",");
        let list = format!(r#"{{"label": {{"zh": "x", "en": "x"}}, "properties": [{properties}]}}"#);
        let list = DictionaryList::read("cases", &Bundle::single(Source::new("cases.json", list)));
        let dictionary = Dictionary { lists: vec![list.value.unwrap()] };
        Ledger::read("l1", &Bundle::single(Source::new("l1.json", text)), &dictionary)
    }

    #[test]
    fn a_ledger_is_what_its_file_says() {
        let ledger = read(LEDGER).value.unwrap();
        assert_eq!(ledger.rows, Rows::Events { lists: vec!["cases".into()], gives: "visited_on".into() });
        assert_eq!(ledger.columns[2].from, From::Days("found_on".into(), "visited_on".into()));
        assert_eq!((ledger.only.len(), ledger.period), (1, Some(Period::Property("visited_on".into()))));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (from, to, expected) in [
            ("[\"cases\"]", "[\"case\"]", "unknown-list"),
            ("\"gives\": \"visited_on\"", "\"gives\": \"visited\"", "unknown-name"),
            ("\"gives\": \"visited_on\",", "", "missing-key"),
            ("state!=closed", "state", "bad-condition"),
            ("\"from\": \"number\"", "\"from\": \"numbers\"", "unknown-kind"),
            ("\"from\": \"number\"", "\"from\": \"entities\"", "wrong-kind"),
            (", \"note\": {\"zh\": \"无\", \"en\": \"None\"}", "", "missing-key"),
            ("[\"found_on\", \"visited_on\"]", "[\"found_on\"]", "wrong-kind"),
            ("\"name\": \"no\"", "\"name\": \"on\"", "duplicate-name"),
            ("\"title\"", "\"titel\"", "unknown-key"),
        ] {
            assert!(LEDGER.contains(from), "{from}");
            let read = read(&LEDGER.replacen(from, to, 1));
            let codes: Vec<&str> = read.diagnostics.iter().map(|found| found.code).collect();
            assert!(codes.contains(&expected) && read.value.is_none(), "{to}: {codes:?}");
        }
    }
}
