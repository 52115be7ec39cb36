//! PostgREST and Supabase: one row for each submission, inserted unless its key is there, compared with what is.
//!
//! The table needs a unique `submission_id` and the columns of [`PostgRest`]; who sends must be able to insert and to select
//! these two: `submission_id`, `content_hash`. <https://docs.postgrest.org/en/stable/references/api/tables_views.html#upsert>

use serde_json::{Map, Value as Json, json};

use super::answer::{error, refusal, server_time};
use super::files::Files;
use super::login::Exchange;
use super::mapping::{Content, Mapping};
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind};
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::{Credential, Login};
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::sealed::Sealed;
use crate::submission::Submission;
use crate::transport::{Method, Request, Response, Transport};

const TIMEOUT_MS: u32 = 2 * 60_000;
/// How many bytes of files a row takes unless the configuration says otherwise.
const USUAL_INLINE_LIMIT: u64 = 1_000_000;

/// A table. Its columns: `submission_id` (uuid, unique), `content_hash`, `form_id`, `form_version` (text), `finished_at`
/// (timestamptz), `payload` (jsonb: everything, under our own names), and whatever the table of names adds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostgRest {
    /// The table's address: `https://db.example.org/submission`.
    pub url: String,
    /// Columns of the receiver's own.
    pub map: Mapping,
    /// Does the gateway want the token as `apikey` too (Supabase)?
    pub api_key: bool,
    /// How files go: within `payload`, or put elsewhere first (Supabase Storage, S3).
    pub files: Files,
    /// Who sends.
    pub credential: Credential,
}

impl Configured for PostgRest {
    fn read(fields: &mut Fields) -> Result<PostgRest, ConfigurationError> {
        Ok(PostgRest {
            url: fields.address("url")?,
            map: Mapping::read(fields)?,
            api_key: fields.yes("api_key")?,
            files: Files::read(fields, USUAL_INLINE_LIMIT)?,
            credential: Credential::default(),
        })
    }

    fn write(&self) -> Json {
        json!({
            "url": self.url, "map": self.map.write(), "api_key": self.api_key, "files": self.files.write(),
        })
    }

    fn given(self, credential: Credential, _: Moment) -> PostgRest {
        PostgRest { credential, ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        std::iter::once(self.url.as_str()).chain(self.files.upload.as_deref()).collect()
    }
}

impl Backend for PostgRest {
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
        let inserted = exchange.send(self.insert(submission, &sealed, &files)).await?;
        let found = match inserted.status {
            200 | 201 => read_rows(submission, &inserted)?,
            // The table has a constraint that `on_conflict` does not name; the row may be ours all the same.
            409 if code(&inserted).as_deref() == Some("23505") => None,
            _ => return Err(refused(&inserted)),
        };
        if let Some(receipt) = found {
            return Ok(receipt);
        }
        // Ignored as a duplicate: of what?
        let selected = exchange.send(self.select(submission)).await?;
        if selected.status != 200 {
            return Err(refused(&selected));
        }
        let words = "the row is stored, but cannot be read back";
        read_rows(submission, &selected)?.ok_or_else(|| error(SendErrorKind::Busy, &selected, words))
    }
}

impl PostgRest {
    fn insert(&self, submission: &Submission, sealed: &Sealed, files: &[Json]) -> Request {
        let content = Content { sealed, hash: submission.hash(), files };
        let mut row = Map::new();
        self.map.apply(&content, &mut row);
        // Last, so that no column of the table of names takes the place of what the comparison rests on.
        for (column, value) in [
            ("submission_id", json!(submission.id())),
            ("content_hash", json!(submission.hash())),
            ("form_id", json!(sealed.form.id)),
            ("form_version", json!(sealed.form.version)),
            ("finished_at", json!(Moment::to_rfc3339(sealed.finished_at))),
            ("payload", Json::Object(content.everything())),
        ] {
            row.insert(column.to_owned(), value);
        }
        let mut headers = self.headers();
        headers.push(("content-type".into(), "application/json".into()));
        headers.push(("prefer".into(), "resolution=ignore-duplicates,return=representation".into()));
        Request {
            method: Method::Post,
            url: format!("{}?on_conflict=submission_id&select=submission_id,content_hash", self.url),
            headers,
            body: Some(Json::Object(row).to_string().into_bytes()),
            timeout_ms: TIMEOUT_MS,
        }
    }

    fn select(&self, submission: &Submission) -> Request {
        Request {
            method: Method::Get,
            url: format!(
                "{}?submission_id=eq.{}&select=submission_id,content_hash",
                self.url,
                submission.id()
            ),
            headers: self.headers(),
            body: None,
            timeout_ms: TIMEOUT_MS,
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        if let (true, Login::Bearer(token)) = (self.api_key, &self.credential.login) {
            headers.push(("apikey".to_owned(), token.reveal().to_owned()));
        }
        headers
    }
}

/// The receipt, if the rows are the one row that we want; `None` if there is none.
fn read_rows(submission: &Submission, response: &Response) -> Result<Option<Receipt>, SendError> {
    let rows: Vec<Json> = serde_json::from_slice(&response.body)
        .map_err(|_| error(SendErrorKind::NotTheServer, response, ""))?;
    let Some(row) = rows.first() else { return Ok(None) };
    if row["submission_id"].as_str() != Some(&*submission.id().to_string()) {
        return Err(error(SendErrorKind::NotItsReceipt, response, ""));
    }
    match row["content_hash"].as_str() {
        Some(hash) if hash == submission.hash() => Ok(Some(Receipt {
            id: submission.id(),
            hash: hash.to_owned(),
            server_time: server_time(response),
            taken_in_as: None,
        })),
        Some(_) => Err(error(SendErrorKind::IdTaken, response, "another row has this id")),
        None => Err(error(SendErrorKind::NotTheServer, response, "")),
    }
}

/// PostgREST's own errors are objects with a code: PostgreSQL's, or `PGRST…`.
fn code(response: &Response) -> Option<String> {
    let said: Json = serde_json::from_slice(&response.body).ok()?;
    said.get("code")?.as_str().map(str::to_owned)
}

fn refused(response: &Response) -> SendError {
    let said: Option<Json> = serde_json::from_slice(&response.body).ok();
    let words = said.as_ref().and_then(|said| said.get("message")?.as_str());
    refusal(response, words, |status| match status {
        400 | 422 => SendErrorKind::NotASubmission,
        // No such table as far as this user can see, or a method that it does not take.
        404 | 405 | 406 | 415 => SendErrorKind::NotTheServer,
        413 => SendErrorKind::TooLarge,
        423 => SendErrorKind::Busy,
        // 403: a policy of the table; 409: a key of another table.
        _ => SendErrorKind::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn answered(status: u16, body: &Json) -> Response {
        Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn rows_are_compared() {
        let row = |id: &str, hash: &str| answered(201, &json!([{"submission_id": id, "content_hash": hash}]));
        let (id, hash) = (sample().id().to_string(), sample().hash().to_owned());
        assert!(read_rows(&sample(), &row(&id, &hash)).unwrap().is_some());
        assert!(read_rows(&sample(), &answered(201, &json!([]))).unwrap().is_none());
        for (response, kind) in [
            (row(&id, "00"), SendErrorKind::IdTaken),
            (row("1", &hash), SendErrorKind::NotItsReceipt),
            (answered(201, &json!([{"submission_id": id}])), SendErrorKind::NotTheServer),
            (answered(201, &json!({})), SendErrorKind::NotTheServer),
        ] {
            assert_eq!(read_rows(&sample(), &response).unwrap_err().kind, kind);
        }
    }

    #[test]
    fn refusals_are_told_apart_in_the_databases_words() {
        use SendErrorKind::*;
        for (status, kind) in [
            (400, NotASubmission),
            (401, LoginNeeded),
            (403, Refused),
            (404, NotTheServer),
            (409, Refused),
            (413, TooLarge),
            (503, Busy),
        ] {
            let said = json!({"code": "42501", "message": "new row violates row-level security policy"});
            let error = refused(&answered(status, &said));
            assert_eq!(error.kind, kind, "{status}");
            assert!(error.words.contains("row-level"));
            assert_ne!(refused(&answered(status, &json!([]))).kind.retry(), crate::Retry::Never, "{status}");
        }
    }
}
