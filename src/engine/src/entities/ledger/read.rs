//! A ledger's file, read and checked against the dictionary.

use jsonc_parser::ast::Value;

use super::{Column, Ledger, Period, Rows};
use crate::definition::json::span;
use crate::diagnostic::Diagnostic;
use crate::entities::declared::{Declared, Reader};
use crate::entities::dictionary::Dictionary;
use crate::entities::totals::{By, MOST_WAYS, Only};
use crate::source::{Bundle, Span, Written};

/// What a row may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Entities,
    Events,
    Totals,
    File,
}

const KINDS: [(&str, Kind); 4] =
    [("entities", Kind::Entities), ("events", Kind::Events), ("totals", Kind::Totals), ("file", Kind::File)];

impl Ledger {
    /// Reads the file of a ledger, with the files that it names among the bundle's.
    pub fn read(id: &str, bundle: &Bundle, dictionary: &Dictionary) -> Declared<Ledger> {
        let mut reading =
            Reading { reader: Reader::new(bundle), dictionary, kind: Kind::Entities, lists: Vec::new() };
        let ledger = reading.ledger(id);
        Declared::of(ledger, reading.reader.found)
    }
}

/// A file that is being read.
pub(super) struct Reading<'b, 'd> {
    pub(super) reader: Reader<'b>,
    pub(super) dictionary: &'d Dictionary,
    pub(super) kind: Kind,
    pub(super) lists: Vec<String>,
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
                    self.reader.error("wrong-kind", lists.map_or(at, span), message);
                }
                let list = self.lists.first().cloned().unwrap_or_default();
                Rows::Totals { list, gives, by: by.clone(), different: different.clone() }
            }
            Kind::File => Rows::File(self.file(file, at)),
        };
        let mut read: Vec<Column> = Vec::new();
        if let Some(columns) = self.reader.needed("columns", columns, at) {
            for element in self.reader.elements("columns", columns) {
                let Some(column) = self.column(element, by.len(), different.as_deref()) else { continue };
                if read.iter().any(|known| known.name == column.name) {
                    let message = format!("the column `{}` is written twice", column.name);
                    let twice = Diagnostic::error("duplicate-name", span(element), message);
                    self.reader.found.push(twice.hint("keep one of them"));
                }
                read.push(column);
            }
        }
        let mut sums: Vec<&str> = read.iter().filter_map(|column| column.from.sum()).collect();
        sums.dedup();
        if sums.len() > 1 {
            self.reader.error("too-large", at, "a ledger adds up one property, not several");
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
    pub(super) fn property(&mut self, key: &str, value: &Value<'b>) -> Option<String> {
        let name = self.reader.text(key, value)?;
        Some(self.known(&name, None))
    }

    pub(super) fn known(&mut self, name: &Written, of: Option<&str>) -> String {
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

    pub(super) fn properties(&mut self, key: &str, value: &Value<'b>) -> Vec<String> {
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

    pub(super) fn only(&mut self, key: &str, value: &Value<'b>) -> Vec<Only> {
        let texts = self.reader.texts(key, value);
        texts.iter().filter_map(|text| self.condition(text)).collect()
    }

    pub(super) fn condition(&mut self, text: &Written) -> Option<Only> {
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
}

#[cfg(test)]
mod tests {
    use super::super::{From, Part};
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
        let properties = ["visited_on", "found_on", "state", "case"].map(property).join(",");
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

    /// The columns of a ledger of those rows.
    fn columns(rows: &str, columns: &[&str]) -> Declared<Ledger> {
        let label = r#""label": {"zh": "x", "en": "x"}"#;
        let column = |(place, rest): (usize, &&str)| format!(r#"{{"name": "c{place}", {label}, {rest}}}"#);
        let columns: Vec<String> = columns.iter().enumerate().map(column).collect();
        read(&format!(r#"{{"title": {{"zh": "x", "en": "x"}}, {rows}, "columns": [{}]}}"#, columns.join(",")))
    }

    #[test]
    fn sums_and_spreads_name_properties_that_there_are() {
        const TOTALS: &str = r#""rows": "totals", "lists": ["cases"]"#;
        let sum = r#""from": "sum", "property": "visited_on""#;
        let of_case = r#""from": "spread", "property": "state", "of_case": "cases""#;
        let read = columns(TOTALS, &[sum, of_case]);
        let ledger = read.value.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        assert_eq!(ledger.columns[0].from, From::Sum("visited_on".into()));
        let spread = From::Spread { property: "state".into(), of_case: Some("cases".into()) };
        assert_eq!(ledger.columns[1].from, spread);
        let twice = columns(
            &format!("{TOTALS}, \"different\": \"state\""),
            &[r#""from": "spread", "property": "state""#],
        );
        assert!(
            twice.value.is_none() && twice.diagnostics[0].code == "wrong-kind",
            "{:?}",
            twice.diagnostics
        );
        let other = columns(&format!("{TOTALS}, \"different\": \"state\""), &[of_case]);
        assert!(
            other.value.is_none() && other.diagnostics[0].code == "wrong-kind",
            "{:?}",
            other.diagnostics
        );
        for (wrong, expected) in [
            (&[r#""from": "sum", "property": "visited""#][..], "unknown-name"),
            (&[sum, r#""from": "sum", "property": "found_on""#], "too-large"),
            (&[r#""from": "spread", "property": "state", "of_case": "case""#], "unknown-name"),
            (
                &[r#""from": "mean", "list": "cases", "property": "state", "by": "case", "cell": "id""#],
                "wrong-kind",
            ),
        ] {
            let read = columns(TOTALS, wrong);
            let codes: Vec<&str> = read.diagnostics.iter().map(|found| found.code).collect();
            assert!(codes.contains(&expected) && read.value.is_none(), "{wrong:?}: {codes:?}");
        }
    }

    #[test]
    fn an_index_has_parts_that_weigh_something() {
        let index = |of: &str| {
            columns(
                r#""rows": "entities", "lists": ["cases"]"#,
                &[&format!(r#""from": "index", "of": {of}"#)],
            )
        };
        let ledger = index(r#"[{"property": "state", "max": 20, "weight": 3}]"#).value.unwrap();
        assert_eq!(
            ledger.columns[0].from,
            From::Index(vec![Part { property: "state".into(), max: 20, weight: 3 }])
        );
        for (of, expected) in [
            ("[]", "missing-key"),
            (r#"[{"property": "stat", "max": 20, "weight": 3}]"#, "unknown-name"),
            (r#"[{"property": "state", "max": 0, "weight": 3}]"#, "wrong-kind"),
            (r#"[{"property": "state", "max": 20, "weight": 1.5}]"#, "wrong-kind"),
            (r#"[{"property": "state", "max": 20}]"#, "missing-key"),
        ] {
            let read = index(of);
            let codes: Vec<&str> = read.diagnostics.iter().map(|found| found.code).collect();
            assert!(codes.contains(&expected) && read.value.is_none(), "{of}: {codes:?}");
        }
    }

    #[test]
    fn what_codes_mean_may_lie_in_several_files() {
        let ledger = r#"{"title": {"zh": "x", "en": "x"}, "rows": "file", "file": "p.csv", "columns": [
            {"name": "a", "label": {"zh": "x", "en": "x"}, "from": "cell", "cell": "a", "choices": ["l.csv", "d.csv", {"C": {"zh": "丙", "en": "c"}}]}]}"#;
        let bundle = Bundle {
            main: Source::new("l6.json", ledger),
            files: vec![
                Source::new("p.csv", "a\nA B C D\n"),
                Source::new("l.csv", "name,label::zh,label::en\nA,甲,a\n"),
                Source::new("d.csv", "code,off,name::zh,name::en\nA,,另一个,other\nB,,乙,b\nD,1,,\n"),
            ],
        };
        let mut named = crate::entities::declared::files_declared(&bundle.main);
        named.sort();
        assert_eq!(named, ["d.csv", "l.csv", "p.csv"]);
        let ledger = Ledger::read("l6", &bundle, &Dictionary::default()).value.unwrap();
        let Rows::File(rows) = &ledger.rows else { panic!("{ledger:?}") };
        assert_eq!(super::super::file_cell(&ledger.columns[0].from, &rows[0], "zh"), "甲；乙；丙；D");
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
