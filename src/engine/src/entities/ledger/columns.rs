//! The columns of a ledger's file: each word of [`From`] with what it has to say.

use jsonc_parser::ast::{Object, Value};

use super::read::{Kind, Reading};
use super::{Column, From, Part};
use crate::definition::json::span;
use crate::entities::declared::Words;
use crate::entities::dictionary::PropertyType;
use crate::source::{Span, Written};

/// The words of [`From`], and of which rows they are columns.
const ROWS: &[Kind] = &[Kind::Entities, Kind::Events];
const ANY: &[Kind] = &[Kind::Entities, Kind::Events, Kind::Totals, Kind::File];
const WORDS: [(&str, &[Kind]); 26] = [
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
    ("sum", &[Kind::Totals]),
    ("spread", &[Kind::Totals]),
    ("linked", &[Kind::Totals]),
    ("not_linked", &[Kind::Totals]),
    ("cell", &[Kind::File]),
    ("mean", &[Kind::File]),
];

impl<'b> Reading<'b, '_> {
    pub(super) fn column(
        &mut self,
        element: &Value<'b>,
        groups: usize,
        different: Option<&str>,
    ) -> Option<Column> {
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
        let read = self.from(word, object, groups, different)?;
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
            "at", "list", "cell", "choices", "of_case", "by",
        ];
        let [name, label, from, note, ..] = self.reader.keys(object, all);
        [name, label, from, note]
    }

    fn from(
        &mut self,
        word: &str,
        object: &Object<'b>,
        groups: usize,
        different: Option<&str>,
    ) -> Option<From> {
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
        let link = |reading: &mut Self| -> Option<String> {
            let list = reading.reader.needed("list", value("list"), at)?;
            let list = reading.reader.text("list", list)?;
            reading.known(&Written::plain("case", list.span), Some(&list.text));
            Some(list.text.to_string())
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
                if different.is_none() {
                    self.reader.error("missing-key", at, "`different` is missing in this ledger");
                }
                From::Different
            }
            "sum" => From::Sum(one(self)?),
            "spread" => match value("of_case") {
                None => {
                    let property = one(self)?;
                    let of = |list: &String| self.dictionary.property(list, &property);
                    let choices =
                        self.lists.iter().find_map(of).is_some_and(|own| own.is == PropertyType::Choices);
                    if choices || different.is_some() {
                        let message =
                            "its parts would not add up: several choices of a row, or `different` beside it";
                        self.reader.error("wrong-kind", at, message);
                    }
                    From::Spread { property, of_case: None }
                }
                Some(list) => {
                    let list = self.reader.text("of_case", list)?.text.to_string();
                    let case = Written::plain("case", at);
                    self.known(&case, None);
                    if different.is_some_and(|different| different != "case") {
                        let message = "what is spread over cases counts different cases, and nothing else";
                        self.reader.error("wrong-kind", at, message);
                    }
                    let property = self.reader.needed("property", value("property"), at)?;
                    let property = self.reader.text("property", property)?;
                    From::Spread { property: self.known(&property, Some(&list)), of_case: Some(list) }
                }
            },
            "linked" => From::Linked(link(self)?),
            "not_linked" => From::NotLinked(link(self)?),
            "mean" => {
                let list = self.reader.needed("list", value("list"), at)?;
                let list = self.reader.text("list", list)?.text.to_string();
                let mut named = |key: &str| {
                    let name = self.reader.needed(key, value(key), at)?;
                    let name = self.reader.text(key, name)?;
                    Some(self.known(&name, Some(&list)))
                };
                let (property, by) = (named("property")?, named("by")?);
                let cell = self.reader.needed("cell", value("cell"), at)?;
                let cell = self.reader.text("cell", cell)?.text.to_string();
                From::Mean { list, property, by, cell }
            }
            _ => {
                let cell = self.reader.needed("cell", value("cell"), at)?;
                let cell = self.reader.text("cell", cell)?;
                let choices = value("choices").map(|choices| self.reader.choices(choices));
                From::Cell(cell.text.to_string(), choices.unwrap_or_default())
            }
        })
    }

    fn whole(&mut self, key: &str, value: &Value<'b>) -> Option<usize> {
        self.reader.number(key, value, "a whole number")
    }

    fn parts(&mut self, value: Option<&Value<'b>>, at: Span) -> Vec<Part> {
        let parts = self.reader.parts(value, at);
        parts.iter().for_each(|(property, _)| drop(self.known(property, None)));
        parts.into_iter().map(|(_, part)| part).collect()
    }
}
