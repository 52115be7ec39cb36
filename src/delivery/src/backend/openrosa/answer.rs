//! What each answer of Central, KoBo and Ona means, with their own words: `OpenRosaResponse/message`, or Central's JSON.

use serde::Deserialize;

use super::refused;
use crate::backend::answer::{is_page, plain_words, refusal};
use crate::backend::{SendError, SendErrorKind};
use crate::submission::Submission;
use crate::transport::Response;

/// The largest answer that is looked into, in bytes.
const LARGEST: usize = 64 * 1024;

/// What a server said in a language that OpenRosa servers speak.
#[derive(Default)]
struct Said {
    words: String,
    /// Central's code: 409.1.
    code: Option<f64>,
    /// The `instanceID` that it says it has.
    instance: Option<String>,
}

/// Is it accepted?
///
/// # Errors
/// [`SendError`] if not: anything but 201 and 202, or an acceptance of another instance.
pub(super) fn accepted(submission: &Submission, response: &Response) -> Result<(), SendError> {
    let said = read(response);
    if let 201 | 202 = response.status {
        if is_page(response) {
            return Err(refused(SendErrorKind::NotTheServer, response, ""));
        }
        let theirs = said.and_then(|said| said.instance);
        let ours = submission.xml().and_then(|xml| instance_id(xml));
        return match (theirs, ours) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                Err(refused(SendErrorKind::NotItsReceipt, response, ""))
            }
            _ => Ok(()),
        };
    }
    let edits = submission.xml().is_some_and(|xml| xml.contains("deprecatedID>"));
    let words = said.as_ref().map(|said| said.words.as_str());
    let code = said.as_ref().and_then(|said| said.code);
    if let 402 | 423 = response.status {
        // KoBo: the month's quota is used up, or another part of the same submission is being taken. Both pass.
        return Err(refused(SendErrorKind::Busy, response, words.unwrap_or_default()));
    }
    Err(refusal(response, words, |status| kind(status, code, edits)))
}

/// What a refusal in the server's own words means.
fn kind(status: u16, code: Option<f64>, edits: bool) -> SendErrorKind {
    // Codes have at most two digits after the point: 409.18.
    let code = code.map(|code| (code * 100.0).round() as i64);
    match (status, code) {
        // Closed to submissions, an edit of an outdated copy, one that was deleted there.
        (409, Some(40_920 | 40_990 | 40_918)) => SendErrorKind::Refused,
        (409, _) => SendErrorKind::IdTaken,
        // KoBo: the submission that this one corrects is not there.
        (404, _) if edits => SendErrorKind::Refused,
        (404, _) => SendErrorKind::FormUnknown,
        (413, _) => SendErrorKind::TooLarge,
        (400 | 422, _) => SendErrorKind::NotASubmission,
        // An address that takes no POST says nothing of the submission.
        (405 | 406 | 415, _) => SendErrorKind::NotTheServer,
        // 410: an edit of an outdated copy (KoBo); 403: this user may not.
        _ => SendErrorKind::Refused,
    }
}

fn read(response: &Response) -> Option<Said> {
    let text = std::str::from_utf8(&response.body).ok().filter(|text| text.len() <= LARGEST)?;
    match text.trim_start().chars().next()? {
        '<' => read_xml(text),
        '{' => read_json(text),
        // Ona and KoBo's framework answer some mistakes in a line of text.
        _ => plain_words(response).map(|words| Said { words: words.to_owned(), ..Said::default() }),
    }
}

fn read_xml(text: &str) -> Option<Said> {
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "OpenRosaResponse" {
        return None;
    }
    let named = |name: &'static str| root.descendants().filter(move |node| node.tag_name().name() == name);
    let words: Vec<&str> = named("message").filter_map(|node| node.text()).map(str::trim).collect();
    let instance =
        named("submissionMetadata").find_map(|node| node.attribute("instanceID")).map(str::to_owned);
    Some(Said { words: words.join(" "), code: None, instance })
}

#[derive(Deserialize)]
struct Problem {
    #[serde(alias = "detail", alias = "error", alias = "messages")]
    message: Option<serde_json::Value>,
    code: Option<f64>,
    #[serde(rename = "instanceID", alias = "instanceId")]
    instance: Option<String>,
}

fn read_json(text: &str) -> Option<Said> {
    let problem: Problem = serde_json::from_str(text).ok()?;
    let words = match problem.message? {
        serde_json::Value::String(words) => words,
        other => other.to_string(),
    };
    Some(Said { words, code: problem.code, instance: problem.instance })
}

/// The `instanceID` in an instance's `meta`.
fn instance_id(xml: &str) -> Option<String> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let meta = document.root_element().children().find(|node| node.tag_name().name() == "meta")?;
    let id = meta.children().find(|node| node.tag_name().name() == "instanceID")?;
    id.text().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn xml(message: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\"><message nature=\"error\">{message}</message></OpenRosaResponse>"
        )
    }

    fn said(status: u16, body: &str) -> Result<(), SendError> {
        accepted(&sample(), &Response { status, headers: Vec::new(), body: body.into() })
    }

    /// The servers' answers as `backends.md` gives them.
    #[test]
    fn every_answer_of_central_kobo_and_ona_is_told_apart() {
        use SendErrorKind::*;
        let page = "<html><h1>Welcome to our Wi-Fi</h1></html>".to_owned();
        let central = |code: &str| format!(r#"{{"message":"because","code":{code}}}"#);
        let cases = [
            (200, xml("Successful submission"), NotTheServer),
            (200, page.clone(), NotTheServer),
            (201, page.clone(), NotTheServer),
            (204, String::new(), NotTheServer),
            (302, page.clone(), NotTheServer),
            (400, xml("no version header"), NotASubmission),
            (400, central("400.8"), NotASubmission),
            (400, page.clone(), NotTheServer),
            (401, xml("who?"), LoginNeeded),
            (401, String::new(), LoginNeeded),
            (402, xml("quota"), Busy),
            (403, xml("no"), Refused),
            (403, page.clone(), NotTheServer),
            (404, central("404.6"), FormUnknown),
            (404, xml("no such form"), FormUnknown),
            (404, page.clone(), NotTheServer),
            (405, xml("POST?"), NotTheServer),
            (409, central("409.1"), IdTaken),
            (409, central("409.2"), Refused),
            (409, central("409.9"), Refused),
            (409, central("409.18"), Refused),
            (409, xml("Duplicate submission"), IdTaken),
            (409, page.clone(), NotTheServer),
            (410, xml("outdated"), Refused),
            (413, xml("large"), TooLarge),
            (413, page.clone(), NotTheServer),
            (423, xml("locked"), Busy),
            (429, String::new(), Busy),
            (500, page.clone(), ServerFault),
            (503, page, Busy),
        ];
        for (status, body, kind) in cases {
            let error = said(status, &body).unwrap_err();
            assert_eq!((error.kind, error.status), (kind, Some(status)), "{status} {body}");
        }
        for status in [201, 202] {
            assert_eq!(said(status, &xml("full submission upload was successful!")), Ok(()));
            assert_eq!(said(status, "<OpenRosaResp"), Ok(()), "a cut-off body does not take back the status");
            assert_eq!(said(status, ""), Ok(()));
        }
    }

    #[test]
    fn the_servers_words_are_kept() {
        assert_eq!(said(409, &xml(" already there ")).unwrap_err().words, "already there");
        assert_eq!(
            said(404, r#"{"message":"no such version","code":404.6}"#).unwrap_err().words,
            "no such version"
        );
        assert_eq!(said(403, r#"{"detail":"not yours"}"#).unwrap_err().words, "not yours");
        assert_eq!(said(400, "Improperly formatted XML.").unwrap_err().words, "Improperly formatted XML.");
    }

    #[test]
    fn no_status_alone_refuses_for_good() {
        for status in 100..600 {
            for body in ["", "<nonsense/>", "<html/>", "{}", "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"] {
                if let Err(error) = said(status, body) {
                    assert_ne!(error.kind.retry(), crate::Retry::Never, "{status} {body}");
                }
            }
        }
    }

    #[test]
    fn the_instance_of_another_is_no_acceptance() {
        let instance = "<d><meta><instanceID>uuid:1</instanceID></meta></d>";
        assert_eq!(instance_id(instance), Some("uuid:1".into()));
        let read = read_xml(
            "<OpenRosaResponse><message>ok</message><submissionMetadata xmlns=\"http://www.opendatakit.org/xforms\" instanceID=\"uuid:2\"/></OpenRosaResponse>",
        );
        assert_eq!(read.unwrap().instance, Some("uuid:2".into()));
    }
}
