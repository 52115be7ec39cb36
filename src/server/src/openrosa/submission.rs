//! Submissions by OpenRosa (*Form Submission*): HEAD says how much goes in one POST, each POST brings the text and some files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::{Refused, check_version, escape, response, spoken, xml};
use super::asker::Asker;
use super::instance::{Taken, take};
use super::parts;
use crate::Shared;

/// `HEAD …/submission`: 204, with the limit in a header.
pub(super) async fn head(_: Asker) -> Response {
    spoken(StatusCode::NO_CONTENT.into_response())
}

/// `POST …/submission`: 201 once the part is on the disk, the same each time that it comes.
pub(super) async fn post(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    asked: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    check_version(&asked)?;
    let posted = parts::read(&shared.attachments, &asked, body).await?;
    let taken = take(&shared, asker.sender, posted).await?;
    Ok(xml(StatusCode::CREATED, acceptance(&taken)))
}

fn acceptance(taken: &Taken) -> String {
    let metadata = format!(
        "<submissionMetadata xmlns=\"http://www.opendatakit.org/xforms\" id=\"{}\" version=\"{}\" instanceID=\"{}\" \
         submissionDate=\"{}\" isComplete=\"{}\"/>",
        escape(&taken.form_id),
        escape(&taken.version),
        escape(&taken.instance_id),
        taken.received_at,
        taken.whole,
    );
    let message = if taken.whole {
        "the submission was received in full"
    } else {
        "this part was received; files that the answers name are still missing"
    };
    response("submit_success", message, &metadata)
}
