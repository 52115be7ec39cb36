//! FHIR R4: a QuestionnaireResponse by conditional create, read back before there is a receipt.
//!
//! `If-None-Exist` makes a repeat harmless (<https://hl7.org/fhir/R4/http.html#ccreate>), but races on some servers: only what
//! a search by the identifier then finds, with our hash in it, counts as accepted.

mod questionnaire_response;

use std::collections::BTreeMap;

use doorstep_engine::{DataType, Form};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::answer::{error, is_page, refusal, server_time};
use super::files::Files;
use super::login::Exchange;
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind};
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::submission::Submission;
use crate::transport::{Method, Request, Response, Transport};

/// Where the hash of the sealed bytes stands in the resource.
const HASH_EXTENSION: &str = "https://github.com/doorstep-forms/doorstep/fhir/content-hash";
/// The system of a UUID that names itself (<https://hl7.org/fhir/R4/datatypes.html#Identifier>).
const URI_SYSTEM: &str = "urn:ietf:rfc:3986";
const MEDIA_TYPE: &str = "application/fhir+json";
const TIMEOUT_MS: u32 = 2 * 60_000;
/// How many bytes of files a resource takes unless the configuration says otherwise.
const USUAL_INLINE_LIMIT: u64 = 5_000_000;

/// A FHIR server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fhir {
    /// Its base: `https://fhir.example.org/r4`.
    pub url: String,
    /// The system of the identifier, whose value is the submission's id; without one, the id is a `urn:uuid:`.
    pub system: Option<String>,
    /// The canonical address of the form's Questionnaire, with `{form}` for its id; the version is added.
    pub questionnaire: Option<String>,
    /// The data types of the form's paths, as [`Fhir::types_of`] gives them. What is not here is known by its JSON alone.
    pub types: BTreeMap<String, DataType>,
    /// How files go: within the resource, or put elsewhere first.
    pub files: Files,
    /// Who sends.
    pub credential: Credential,
}

impl Fhir {
    /// The data types of a form, for [`Fhir::types`].
    pub fn types_of(form: &Form) -> BTreeMap<String, DataType> {
        form.data_types().into_iter().collect()
    }
}

const DATA_TYPES: &[DataType] = &[
    DataType::Text,
    DataType::Integer,
    DataType::Decimal,
    DataType::Boolean,
    DataType::Date,
    DataType::Time,
    DataType::DateTime,
    DataType::Geopoint,
    DataType::Geotrace,
    DataType::Geoshape,
    DataType::Choice,
    DataType::Choices,
    DataType::Attachment,
];

fn read_types(fields: &mut Fields) -> Result<BTreeMap<String, DataType>, ConfigurationError> {
    let Some((place, json)) = fields.json("types") else { return Ok(BTreeMap::new()) };
    let wrong = |reason| ConfigurationError::Field { place: place.clone(), reason };
    let object = json.as_object().ok_or_else(|| wrong("has to be an object"))?;
    let known = |name: &str| DATA_TYPES.iter().copied().find(|data_type| data_type.name() == name);
    let pair = |(path, name): (&String, &Json)| {
        let data_type = name.as_str().and_then(known);
        let data_type = data_type.ok_or_else(|| wrong("has a path without a data type's name"))?;
        Ok((path.clone(), data_type))
    };
    object.iter().map(pair).collect()
}

impl Configured for Fhir {
    fn read(fields: &mut Fields) -> Result<Fhir, ConfigurationError> {
        let system = fields.text_or_none("system")?;
        // It goes into a query as it is.
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/".contains(c));
        if system.is_some_and(|system| system.is_empty() || !plain(system)) {
            return Err(fields.wrong("system", "has to be a plain absolute URI"));
        }
        Ok(Fhir {
            url: fields.address("url")?,
            system: system.map(str::to_owned),
            questionnaire: fields.text_or_none("questionnaire")?.map(str::to_owned),
            types: read_types(fields)?,
            files: Files::read(fields, USUAL_INLINE_LIMIT)?,
            credential: Credential::default(),
        })
    }

    fn write(&self) -> Json {
        let types: BTreeMap<&str, &str> =
            self.types.iter().map(|(path, data_type)| (path.as_str(), data_type.name())).collect();
        json!({
            "url": self.url,
            "system": self.system,
            "questionnaire": self.questionnaire,
            "types": types,
            "files": self.files.write(),
        })
    }

    fn given(self, credential: Credential, _: Moment) -> Fhir {
        Fhir { credential, ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        std::iter::once(self.url.as_str()).chain(self.files.upload.as_deref()).collect()
    }
}

impl Backend for Fhir {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: ReceiptGrade::ReadBack,
            replay: true,
            refuses_other_content: true,
            attachments: true,
            encrypts: false,
            opens: false,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let sealed = super::sealed(submission)?;
        let exchange = Exchange::new(transport, &self.credential, submission.hash());
        let files = self.files.send(parcel, &exchange, &self.url).await?;
        let resource = self.resource(submission, &sealed, &files);
        let created = exchange.send(self.create(submission, &resource)).await?;
        if !matches!(created.status, 200 | 201) {
            return Err(refused(&created));
        }
        if is_page(&created) {
            return Err(error(SendErrorKind::NotTheServer, &created, ""));
        }
        let found = exchange.send(self.search(submission)).await?;
        self.read_found(submission, &found)
    }
}

impl Fhir {
    fn identifier(&self, submission: &Submission) -> (&str, String) {
        match &self.system {
            Some(system) => (system, submission.id().to_string()),
            None => (URI_SYSTEM, format!("urn:uuid:{}", submission.id())),
        }
    }

    /// `identifier=system|value`, its bar escaped.
    fn query(&self, submission: &Submission) -> String {
        let (system, value) = self.identifier(submission);
        format!("identifier={system}%7C{value}")
    }

    fn create(&self, submission: &Submission, resource: &Json) -> Request {
        Request {
            method: Method::Post,
            url: format!("{}/QuestionnaireResponse", self.url),
            headers: vec![
                ("content-type".into(), MEDIA_TYPE.into()),
                ("accept".into(), MEDIA_TYPE.into()),
                ("if-none-exist".into(), self.query(submission)),
                // The files need not come back; the search tells.
                ("prefer".into(), "return=minimal".into()),
            ],
            body: Some(resource.to_string().into_bytes()),
            timeout_ms: TIMEOUT_MS,
        }
    }

    fn search(&self, submission: &Submission) -> Request {
        Request {
            method: Method::Get,
            url: format!("{}/QuestionnaireResponse?{}", self.url, self.query(submission)),
            headers: vec![("accept".into(), MEDIA_TYPE.into())],
            body: None,
            timeout_ms: TIMEOUT_MS,
        }
    }

    fn read_found(&self, submission: &Submission, response: &Response) -> Result<Receipt, SendError> {
        if response.status != 200 {
            return Err(refused(response));
        }
        let bundle: Option<Bundle> = serde_json::from_slice(&response.body).ok();
        let Some(bundle) = bundle.filter(|bundle| bundle.resource_type == "Bundle") else {
            return Err(error(SendErrorKind::NotTheServer, response, ""));
        };
        let (_, value) = self.identifier(submission);
        let ours: Vec<Found> = bundle
            .entry
            .into_iter()
            .filter_map(|entry| entry.resource)
            .filter(|found| found.identifier.as_ref().is_some_and(|identifier| identifier.value == value))
            .collect();
        let hash = |found: &Found| {
            let own = found.extension.iter().find(|extension| extension.url == HASH_EXTENSION);
            own.and_then(|extension| extension.value.clone())
        };
        match &ours[..] {
            // Taken, and not yet found: its index lags behind.
            [] => Err(error(SendErrorKind::Busy, response, "")),
            [found] if hash(found).as_deref() == Some(submission.hash()) => Ok(Receipt {
                id: submission.id(),
                hash: submission.hash().to_owned(),
                server_time: found.meta.last_updated.clone().unwrap_or_else(|| server_time(response)),
                taken_in_as: None,
            }),
            [_] => Err(error(SendErrorKind::IdTaken, response, "another resource has this identifier")),
            several => {
                let words = format!("{} resources have this identifier", several.len());
                Err(error(SendErrorKind::IdTaken, response, &words))
            }
        }
    }
}

#[derive(Deserialize)]
struct Bundle {
    #[serde(rename = "resourceType")]
    resource_type: String,
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    resource: Option<Found>,
}

#[derive(Deserialize)]
struct Found {
    identifier: Option<Identifier>,
    #[serde(default)]
    extension: Vec<Extension>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct Extension {
    url: String,
    #[serde(rename = "valueString")]
    value: Option<String>,
}

#[derive(Deserialize, Default)]
struct Meta {
    #[serde(rename = "lastUpdated")]
    last_updated: Option<String>,
}

/// What a refusal means; a FHIR server says it as an OperationOutcome.
fn refused(response: &Response) -> SendError {
    let words = outcome(response);
    refusal(response, words.as_deref(), |status| match status {
        // The condition matched several (§3.1.0.8.2).
        412 => SendErrorKind::IdTaken,
        400 | 422 => SendErrorKind::NotASubmission,
        409 | 423 => SendErrorKind::Busy,
        413 => SendErrorKind::TooLarge,
        404 | 405 | 410 => SendErrorKind::NotTheServer,
        _ => SendErrorKind::Refused,
    })
}

fn outcome(response: &Response) -> Option<String> {
    let said: Json = serde_json::from_slice(&response.body).ok()?;
    if said["resourceType"] != "OperationOutcome" {
        return None;
    }
    let issue = |issue: &Json| {
        let text = issue["details"]["text"].as_str().or_else(|| issue["diagnostics"].as_str());
        text.or_else(|| issue["code"].as_str()).map(str::to_owned)
    };
    let issues: Vec<String> = said["issue"].as_array()?.iter().filter_map(issue).collect();
    Some(issues.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn server(fields: Json) -> Fhir {
        Fhir::read(&mut Fields::of("", &fields).unwrap()).unwrap()
    }

    fn answered(status: u16, body: &Json) -> Response {
        Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn the_create_is_conditional_on_the_identifier() {
        let header = |fhir: Fhir| {
            let request = fhir.create(&sample(), &json!({}));
            request.headers.into_iter().find(|(name, _)| name == "if-none-exist").unwrap().1
        };
        let id = sample().id();
        let plain = json!({"url": "https://a.example/r4/"});
        assert_eq!(header(server(plain)), format!("identifier=urn:ietf:rfc:3986%7Curn:uuid:{id}"));
        let own = json!({"url": "https://a.example/r4", "system": "https://office.example/ids"});
        assert_eq!(header(server(own)), format!("identifier=https://office.example/ids%7C{id}"));
    }

    #[test]
    fn outcomes_are_told_apart_in_the_servers_words() {
        use SendErrorKind::*;
        let said = json!({"resourceType": "OperationOutcome", "issue": [
            {"code": "invalid", "details": {"text": "bad linkId"}}, {"code": "required", "diagnostics": "no status"},
        ]});
        for (status, kind) in [
            (400, NotASubmission),
            (401, LoginNeeded),
            (403, Refused),
            (404, NotTheServer),
            (409, Busy),
            (412, IdTaken),
            (413, TooLarge),
            (422, NotASubmission),
            (429, Busy),
            (500, ServerFault),
        ] {
            let error = refused(&answered(status, &said));
            assert_eq!((error.kind, &*error.words), (kind, "bad linkId; no status"), "{status}");
            assert_ne!(refused(&answered(status, &json!({}))).kind.retry(), crate::Retry::Never, "{status}");
        }
    }

    #[test]
    fn only_one_resource_with_our_hash_is_a_receipt() {
        let fhir = server(json!({"url": "https://a.example/r4"}));
        let found = |hash: &str| {
            json!({"resource": {"resourceType": "QuestionnaireResponse",
                "meta": {"lastUpdated": "2026-11-23T02:00:01Z"},
                "identifier": {"system": URI_SYSTEM, "value": format!("urn:uuid:{}", sample().id())},
                "extension": [{"url": HASH_EXTENSION, "valueString": hash}]}})
        };
        let read = |entries: Vec<Json>| {
            let bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": entries});
            fhir.read_found(&sample(), &answered(200, &bundle))
        };
        let ours = found(sample().hash());
        assert_eq!(read(vec![ours.clone()]).unwrap().server_time, "2026-11-23T02:00:01Z");
        assert_eq!(read(vec![]).unwrap_err().kind, SendErrorKind::Busy);
        assert_eq!(read(vec![found("00")]).unwrap_err().kind, SendErrorKind::IdTaken);
        assert_eq!(read(vec![ours.clone(), ours]).unwrap_err().words, "2 resources have this identifier");
    }
}
