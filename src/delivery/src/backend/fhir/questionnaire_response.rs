//! The answers as a QuestionnaireResponse (<https://hl7.org/fhir/R4/questionnaireresponse.html>).
//!
//! `linkId` is the path in the form, without places; groups nest, each instance of a repeat is an item of its own with the
//! same `linkId`. Value types follow the form's data types. Places have no type in a Questionnaire: they go as ODK's text.

use std::collections::BTreeMap;

use doorstep_engine::DataType;
use serde_json::{Map, Value as Json, json};

use super::{Fhir, HASH_EXTENSION};
use crate::moment::Moment;
use crate::sealed::Sealed;
use crate::submission::Submission;

impl Fhir {
    /// The resource. `files` are as [`crate::backend::files::Files::send`] gives them.
    pub(super) fn resource(&self, submission: &Submission, sealed: &Sealed, files: &[Json]) -> Json {
        let (system, value) = self.identifier(submission);
        let root = format!("/{}", sealed.form.id);
        let items = Items { types: &self.types, files };
        let mut resource = json!({
            "resourceType": "QuestionnaireResponse",
            "language": sealed.language,
            "extension": [{"url": HASH_EXTENSION, "valueString": submission.hash()}],
            "identifier": {"system": system, "value": value},
            "status": if sealed.supersedes.is_some() { "amended" } else { "completed" },
            "authored": Moment::to_rfc3339(sealed.finished_at),
        });
        if let Some(questionnaire) = &self.questionnaire {
            let canonical = questionnaire.replace("{form}", &sealed.form.id);
            resource["questionnaire"] = json!(format!("{canonical}|{}", sealed.form.version));
        }
        let item = items.of_object(&root, sealed.data.get(&sealed.form.id));
        // FHIR's JSON has no empty arrays (§2.6.2.2).
        if !item.is_empty() {
            resource["item"] = Json::Array(item);
        }
        resource
    }
}

struct Items<'a> {
    types: &'a BTreeMap<String, DataType>,
    files: &'a [Json],
}

impl Items<'_> {
    fn of_object(&self, path: &str, object: Option<&Json>) -> Vec<Json> {
        let fields = object.and_then(Json::as_object).into_iter().flatten();
        fields.flat_map(|(name, json)| self.of_field(&format!("{path}/{name}"), json)).collect()
    }

    fn of_field(&self, path: &str, json: &Json) -> Vec<Json> {
        match json {
            Json::Null => Vec::new(),
            Json::Object(_) => vec![self.group(path, json)],
            Json::Array(instances) if instances.iter().any(Json::is_object) => {
                instances.iter().map(|instance| self.group(path, instance)).collect()
            }
            Json::Array(values) => question(path, values.iter().filter_map(|value| self.answer(path, value))),
            value => question(path, self.answer(path, value)),
        }
    }

    fn group(&self, path: &str, object: &Json) -> Json {
        let mut item = json!({"linkId": path});
        let inner = self.of_object(path, Some(object));
        if !inner.is_empty() {
            item["item"] = Json::Array(inner);
        }
        item
    }

    /// One value, as `answer` has it; `None` for an empty text, which FHIR has no value for.
    fn answer(&self, path: &str, json: &Json) -> Option<Json> {
        let mut answer = Map::new();
        let (name, value) = match json {
            Json::Bool(value) => ("valueBoolean", json!(value)),
            Json::Number(number) => {
                let decimal = self.types.get(path) == Some(&DataType::Decimal);
                // FHIR's integers have 32 bits.
                let whole = number.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
                (if whole && !decimal { "valueInteger" } else { "valueDecimal" }, json.clone())
            }
            Json::String(text) if text.is_empty() => return None,
            Json::String(text) => self.text(path, text),
            Json::Null | Json::Array(_) | Json::Object(_) => return None,
        };
        answer.insert(name.to_owned(), value);
        Some(Json::Object(answer))
    }

    fn text(&self, path: &str, text: &str) -> (&'static str, Json) {
        let file = self.files.iter().find(|file| file["name"] == text);
        match (self.types.get(path), file) {
            (Some(DataType::Attachment) | None, Some(file)) => ("valueAttachment", attachment(file)),
            (Some(DataType::Choice | DataType::Choices), _) => ("valueCoding", json!({"code": text})),
            (Some(DataType::Date), _) => ("valueDate", json!(text)),
            (Some(DataType::Time), _) => {
                // FHIR's time of day has no zone.
                ("valueTime", json!(text.split(['+', '-', 'Z']).next().unwrap_or(text)))
            }
            (Some(DataType::DateTime), _) if Moment::from_rfc3339(text).is_some() => {
                ("valueDateTime", json!(text))
            }
            _ => ("valueString", json!(text)),
        }
    }
}

fn question(path: &str, answers: impl IntoIterator<Item = Json>) -> Vec<Json> {
    let answers: Vec<Json> = answers.into_iter().collect();
    if answers.is_empty() { Vec::new() } else { vec![json!({"linkId": path, "answer": answers})] }
}

/// `hash` would be SHA-1 in R4: left out.
fn attachment(file: &Json) -> Json {
    let mut attachment = Map::new();
    for (from, to) in
        [("type", "contentType"), ("data", "data"), ("url", "url"), ("size", "size"), ("name", "title")]
    {
        if let Some(value) = file.get(from) {
            attachment.insert(to.to_owned(), value.clone());
        }
    }
    Json::Object(attachment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Configured;
    use crate::configuration::Fields;
    use crate::submission::tests::sample;

    #[test]
    fn every_data_type_has_its_value() {
        let types = json!({
            "/f/text": "text", "/f/whole": "integer", "/f/large": "integer", "/f/price": "decimal", "/f/yes": "boolean",
            "/f/day": "date", "/f/at": "time", "/f/moment": "datetime", "/f/place": "geopoint",
            "/f/one": "choice", "/f/some": "choices", "/f/home/photo": "attachment",
        });
        let fields =
            json!({"url": "https://a.example", "types": types, "questionnaire": "https://q.example/{form}"});
        let fhir = Fhir::read(&mut Fields::of("", &fields).unwrap()).unwrap();
        let mut sealed = Sealed::read(sample().body().as_bytes()).unwrap();
        sealed.form.id = "f".into();
        sealed.data = json!({"f": {
            "text": "张三", "blank": "", "whole": 3, "large": 5_000_000_000_i64, "price": 2, "half": 0.5, "yes": true,
            "day": "2026-11-23", "at": "09:30:00.000+08:00", "moment": "2026-11-23T09:30:00.000+08:00",
            "place": "37.5 122.1 0 5", "one": "a", "some": ["a", "b"], "none": [],
            "home": {"photo": "1.jpg", "other": "2.jpg"},
            "members": [{"age": 70, "meds": [{"dose": 1}]}, {}],
        }});
        let files =
            [json!({"name": "1.jpg", "sha256": "00", "size": 3, "type": "image/jpeg", "data": "AAAA"})];
        let resource = fhir.resource(&sample(), &sealed, &files);
        assert_eq!(resource["questionnaire"], "https://q.example/f|2026.11.1");
        assert_eq!(resource["status"], "completed");
        let answer = |link: &str, answer: Json| json!({"linkId": link, "answer": [answer]});
        assert_eq!(
            resource["item"],
            json!([
                answer("/f/text", json!({"valueString": "张三"})),
                answer("/f/whole", json!({"valueInteger": 3})),
                answer("/f/large", json!({"valueDecimal": 5_000_000_000_i64})),
                answer("/f/price", json!({"valueDecimal": 2})),
                answer("/f/half", json!({"valueDecimal": 0.5})),
                answer("/f/yes", json!({"valueBoolean": true})),
                answer("/f/day", json!({"valueDate": "2026-11-23"})),
                answer("/f/at", json!({"valueTime": "09:30:00.000"})),
                answer("/f/moment", json!({"valueDateTime": "2026-11-23T09:30:00.000+08:00"})),
                answer("/f/place", json!({"valueString": "37.5 122.1 0 5"})),
                answer("/f/one", json!({"valueCoding": {"code": "a"}})),
                {"linkId": "/f/some", "answer": [{"valueCoding": {"code": "a"}}, {"valueCoding": {"code": "b"}}]},
                {"linkId": "/f/home", "item": [
                    answer("/f/home/photo", json!({"valueAttachment": {"contentType": "image/jpeg", "data": "AAAA", "size": 3, "title": "1.jpg"}})),
                    answer("/f/home/other", json!({"valueString": "2.jpg"})),
                ]},
                {"linkId": "/f/members", "item": [
                    answer("/f/members/age", json!({"valueInteger": 70})),
                    {"linkId": "/f/members/meds", "item": [answer("/f/members/meds/dose", json!({"valueInteger": 1}))]},
                ]},
                {"linkId": "/f/members"},
            ])
        );
    }
}
