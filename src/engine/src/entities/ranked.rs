//! How entities of a list are ranked: by the points of their dimensions and by the index over them, declared in `forms/rankings/LIST.json`.
//!
//! Kept here: all is exact, and nothing is made of what is not said. A dimension that was left out of an assessment does not apply, and one of whoever was never
//! assessed is missing; whoever has a point that is no number has no index.

use jsonc_parser::ast::Value;

use super::declared::{Declared, Reader, Words};
use super::dictionary::Dictionary;
use super::ledger::{Part, weighted};
use crate::assess::Exact;
use crate::definition::json::span;
use crate::ranking::Standing;
use crate::source::{Bundle, Span, Written};

/// The ranking of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranked {
    /// The list, as the file is called.
    pub list: String,
    /// What the index is called.
    pub label: Words,
    /// What is to be known of it.
    pub note: Option<Words>,
    /// The dimensions: properties with points.
    pub parts: Vec<Part>,
    /// The levels of the index, the lowest first.
    pub bands: Vec<RankedBand>,
    /// The property that says which level people have settled on.
    pub settled: String,
    /// The property that says which dangers there are; blank and `none` are none.
    pub danger: String,
}

/// A level of the index.
#[derive(Clone, PartialEq, Debug)]
pub struct RankedBand {
    /// As the settled level says it.
    pub code: String,
    /// Where it begins: what stands on the border belongs to it.
    pub from: Exact,
}

impl Ranked {
    /// Reads the file of a list, whose properties the dictionary has to have.
    pub fn read(list: &str, bundle: &Bundle, dictionary: &Dictionary) -> Declared<Ranked> {
        let mut reading = Reading { reader: Reader::new(bundle), dictionary, list };
        let ranked = reading.ranked();
        Declared::of(ranked, reading.reader.found)
    }

    /// The properties of the dimensions.
    pub fn dimensions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.iter().map(|part| &*part.property)
    }

    /// Where an entity stands in each dimension, and at last in the index, by what it says of each.
    pub fn standings(&self, said: &[impl AsRef<str>]) -> Vec<Standing> {
        let point = |text: &str| -> Standing {
            match text.trim() {
                "" => Standing::NotApplicable,
                text => text.parse().map_or(Standing::Missing, Standing::Value),
            }
        };
        let mut standings: Vec<Standing> = said.iter().map(|text| point(text.as_ref())).collect();
        standings.resize(self.parts.len(), Standing::NotApplicable);
        let is_assessed = standings.iter().any(|standing| matches!(standing, Standing::Value(_)));
        if !is_assessed {
            standings.fill(Standing::Missing);
        }
        let index = if standings.contains(&Standing::Missing) {
            Standing::Missing
        } else {
            let points = self.parts.iter().zip(&standings).filter_map(|(part, standing)| match standing {
                Standing::Value(points) => Some((part, *points)),
                Standing::NotApplicable | Standing::Missing => None,
            });
            weighted(points).map_or(Standing::Missing, Standing::Value)
        };
        standings.push(index);
        standings
    }

    /// Where each band but the lowest begins.
    pub fn borders(&self) -> Vec<Exact> {
        self.bands.iter().skip(1).map(|band| band.from).collect()
    }

    /// The level that an index stands at.
    pub fn band(&self, index: Exact) -> Option<&str> {
        let found = self.bands.iter().rev().find(|band| index >= band.from).or(self.bands.first());
        found.map(|band| &*band.code)
    }
}

struct Reading<'b, 'd> {
    reader: Reader<'b>,
    dictionary: &'d Dictionary,
    list: &'d str,
}

impl<'b> Reading<'b, '_> {
    fn ranked(&mut self) -> Option<Ranked> {
        let Value::Object(top) = self.reader.top()? else { return None };
        let [label, note, of, bands, settled, danger] =
            self.reader.keys(&top, ["label", "note", "of", "bands", "settled", "danger"]);
        let at = span(&top);
        let label = self.reader.needed("label", label, at).map(|label| self.reader.words("label", label));
        let note = note.map(|note| self.reader.words("note", note));
        let parts = self.parts(of, at);
        let bands = self.bands(bands, at);
        Some(Ranked {
            list: self.list.to_owned(),
            label: label.unwrap_or_default(),
            note,
            parts,
            bands,
            settled: self.property("settled", settled, at)?,
            danger: self.property("danger", danger, at)?,
        })
    }

    /// A property that the list has.
    fn property(&mut self, key: &str, value: Option<&Value<'b>>, at: Span) -> Option<String> {
        let value = self.reader.needed(key, value, at)?;
        let name = self.reader.text(key, value)?;
        self.known(&name);
        Some(name.text.to_string())
    }

    fn known(&mut self, name: &Written) {
        if self.dictionary.property(self.list, &name.text).is_none() {
            let message = format!("the list `{}` has no property `{}`", self.list, name.text);
            self.reader.error("unknown-value", name.span, message);
        }
    }

    fn parts(&mut self, value: Option<&Value<'b>>, at: Span) -> Vec<Part> {
        let parts = self.reader.parts(value, at);
        parts.iter().for_each(|(property, _)| self.known(property));
        parts.into_iter().map(|(_, part)| part).collect()
    }

    fn bands(&mut self, value: Option<&Value<'b>>, at: Span) -> Vec<RankedBand> {
        let Some(value) = self.reader.needed("bands", value, at) else { return Vec::new() };
        let mut bands: Vec<RankedBand> = Vec::new();
        for element in self.reader.elements("bands", value) {
            let Some(object) = self.reader.object("bands", element) else { continue };
            let [code, from] = self.reader.keys(object, ["code", "from"]);
            let at = span(object);
            let code = self.reader.needed("code", code, at).and_then(|code| self.reader.text("code", code));
            let from = self.reader.needed("from", from, at);
            let from: Option<Exact> =
                from.and_then(|from| self.reader.number("from", from, "a number of 0 or more"));
            if let (Some(code), Some(from)) = (code, from) {
                if bands.last().is_some_and(|below| below.from >= from) {
                    self.reader.error("wrong-kind", at, "bands stand in their order, the lowest first");
                }
                bands.push(RankedBand { code: code.text.to_string(), from });
            }
        }
        bands
    }
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::DictionaryList;
    use super::*;
    use crate::source::Source;

    const CASES: &str = r#"{"label": {"zh": "个案", "en": "Cases"}, "properties": [
        {"name": "fs", "label": {"zh": "家庭", "en": "Family"}, "is": "number"},
        {"name": "hd", "label": {"zh": "疾病", "en": "Illness"}, "is": "number"},
        {"name": "level", "label": {"zh": "等级", "en": "Level"}, "is": "text", "kind": "plain"},
        {"name": "red_flags", "label": {"zh": "红旗", "en": "Flags"}, "is": "text", "kind": "plain"}]}"#;
    const RANKED: &str = r#"{"label": {"zh": "需求指数", "en": "Need index"},
        "of": [{"property": "fs", "max": 20, "weight": 15}, {"property": "hd", "max": 30, "weight": 25}],
        "bands": [{"code": "none", "from": 0}, {"code": "low", "from": 15}, {"code": "high", "from": 62.5}],
        "settled": "level", "danger": "red_flags"}"#;

    fn read(text: &str) -> Declared<Ranked> {
        let bundle = |name: &str, text: &str| Bundle { main: Source::new(name, text), files: Vec::new() };
        let list = DictionaryList::read("cases", &bundle("cases.json", CASES)).value.unwrap();
        Ranked::read("cases", &bundle("cases.json", text), &Dictionary { lists: vec![list] })
    }

    fn fraction(text: &str) -> Standing {
        Standing::Value(text.parse().unwrap())
    }

    #[test]
    fn an_index_is_exact_and_made_of_what_applies() {
        let ranked = read(RANKED).value.unwrap();
        // (50 × 15 + 100/3 × 25) / 40
        assert_eq!(ranked.standings(&["10", "10"])[2], fraction("475/12"));
        assert_eq!(
            ranked.standings(&["10", ""]),
            [fraction("10"), Standing::NotApplicable, fraction("50")],
            "what does not apply is left out"
        );
        assert_eq!(ranked.standings(&["", ""]), [Standing::Missing; 3], "never assessed");
        assert_eq!(ranked.standings(&["10", "many"])[1..], [Standing::Missing; 2], "no number, no index");
        let band = |index: &str| ranked.band(index.parse().unwrap()).unwrap();
        assert_eq!(
            ["0", "44/3", "15", "1249/20", "125/2", "100"].map(band),
            ["none", "none", "low", "low", "high", "high"]
        );
        assert_eq!(ranked.borders().len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (from, to, code) in [
            ("\"property\": \"hd\"", "\"property\": \"ab\"", "unknown-value"),
            ("\"settled\": \"level\"", "\"settled\": \"grade\"", "unknown-value"),
            ("\"max\": 30", "\"max\": 0", "wrong-kind"),
            ("\"from\": 15", "\"from\": 70", "wrong-kind"),
            ("\"weight\": 25", "\"weight\": \"much\"", "wrong-kind"),
            (", \"danger\": \"red_flags\"", "", "missing-key"),
            ("\"settled\"", "\"setled\"", "unknown-key"),
        ] {
            assert!(RANKED.contains(from), "{from}");
            let read = read(&RANKED.replacen(from, to, 1));
            let codes: Vec<&str> = read.diagnostics.iter().map(|found| found.code).collect();
            assert!(read.value.is_none() && codes.contains(&code), "{to}: {codes:?}");
        }
    }
}
