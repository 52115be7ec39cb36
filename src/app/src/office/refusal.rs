//! What the server refuses, in plain words and at the field that it is about.
//!
//! Kept here: nothing that is refused goes by in silence; what these pages have no words for is told in the server's own.

use doorstep_delivery::transport::{NetworkError, NetworkErrorKind, Response};
use serde::Deserialize;

use crate::words::office::Office;

/// Why something was not done.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    pub kind: Kind,
    /// The server's code: `name_taken`; empty where it gave none.
    pub code: String,
    /// The server's own words.
    pub reason: String,
    /// Seconds after which another try may do.
    pub wait: u64,
}

/// Who refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No network.
    NoServer,
    /// Nothing came in time.
    NoAnswer,
    /// Something else answered.
    NotTheServer,
    /// The server, with this status.
    Server(u16),
}

#[derive(Deserialize)]
struct Answer {
    error: Said,
}

#[derive(Deserialize)]
struct Said {
    code: String,
    reason: String,
}

impl Refusal {
    fn of(kind: Kind) -> Refusal {
        Refusal { kind, code: String::new(), reason: String::new(), wait: 0 }
    }

    /// No answer came.
    pub fn network(error: &NetworkError) -> Refusal {
        Refusal::of(match error.kind {
            NetworkErrorKind::Offline => Kind::NoServer,
            NetworkErrorKind::Timeout => Kind::NoAnswer,
        })
    }

    /// What answered does not speak as the server does.
    pub fn not_the_server() -> Refusal {
        Refusal::of(Kind::NotTheServer)
    }

    /// An answer that is none of the good ones.
    pub fn answered(answer: &Response) -> Refusal {
        match serde_json::from_slice::<Answer>(&answer.body) {
            Ok(Answer { error }) => Refusal {
                kind: Kind::Server(answer.status),
                code: error.code,
                reason: error.reason,
                wait: answer.header("retry-after").and_then(|text| text.parse().ok()).unwrap_or(10),
            },
            Err(_) => Refusal::not_the_server(),
        }
    }

    /// The field that a `bad_field` is about: it begins the reason, in backticks.
    pub fn field(&self) -> Option<&str> {
        if self.code != "bad_field" {
            return None;
        }
        self.reason.strip_prefix('`')?.split_once('`').map(|(field, _)| field)
    }

    /// For people.
    pub fn words(&self, words: &'static Office) -> String {
        let status = match self.kind {
            Kind::NoServer => return words.no_server.to_owned(),
            Kind::NoAnswer => return words.no_answer.to_owned(),
            Kind::NotTheServer => return words.not_the_server.to_owned(),
            Kind::Server(status) => status,
        };
        let known = match (self.code.as_str(), self.field()) {
            (_, Some(field)) => self.field_words(field, words),
            ("login", _) => words.session_over,
            ("wrong_login", _) if status == 403 => words.wrong_password,
            ("wrong_login", _) => words.wrong_login,
            ("wrong_code", _) => words.wrong_code,
            ("too_often", _) => return (words.too_often)(self.wait),
            ("forbidden", _) => words.forbidden,
            ("hidden", _) => words.station.hidden,
            ("cross_site", _) => words.cross_site,
            ("name_taken", _) => words.name_taken,
            ("own_account", _) => words.own_account,
            ("has_second_factor", _) => words.has_second_factor,
            ("choose_password", _) => words.choose_password,
            ("set_up_second_factor", _) => words.second_factor_wanted,
            ("log_in_again", _) => words.log_in_again,
            ("unknown", _) => words.unknown,
            ("delivered", _) => words.already_delivered,
            ("taken_in", _) => words.already_taken_in,
            ("target_unknown", _) => words.target_unknown,
            ("busy", _) => words.busy,
            ("fault", _) => words.fault,
            (code, _) => (words.monitoring.refusal)(code),
        };
        if known.is_empty() { (words.other)(status, &self.reason) } else { known.to_owned() }
    }

    fn field_words(&self, field: &str, words: &'static Office) -> &'static str {
        let says = |part: &str| self.reason.contains(part);
        match field {
            // The same name of a user and of a device, told apart by what the server asks for.
            "name" if says("a letter first") => words.bad_name,
            "name" => words.bad_device_name,
            "area" if says("a worker has") => words.worker_needs_area,
            "area" => words.bad_area,
            "provider" => words.bad_provider,
            "user" => words.bad_holder,
            "new" if says("at least 10") => words.weak_short,
            "new" if says("at most 256") => words.weak_long,
            "new" if says("tried first") => words.weak_common,
            "new" if says("user's name") => words.weak_named,
            "new" if says("the old one") => words.weak_old,
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use crate::words::office::words;

    fn refusal(status: u16, body: &str) -> Refusal {
        let headers = vec![("retry-after".to_owned(), "120".to_owned())];
        Refusal::answered(&Response { status, headers, body: body.into() })
    }

    fn said(status: u16, code: &str, reason: &str) -> String {
        let body = serde_json::json!({"error": {"code": code, "reason": reason}}).to_string();
        refusal(status, &body).words(words(Language::English))
    }

    #[test]
    fn what_has_no_words_here_is_told_in_the_servers() {
        assert_eq!(said(418, "teapot", "short and stout"), "The server refused this (418): short and stout");
        assert_eq!(said(422, "bad_field", "`colour`: red"), "The server refused this (422): `colour`: red");
        assert_eq!(refusal(502, "<html>").kind, Kind::NotTheServer);
    }

    #[test]
    fn a_file_that_is_no_list_is_told_in_the_readers_words_with_a_way_out() {
        let words = words(Language::Chinese);
        for (code, says) in
            [("not_a_list", "不是 CSV 也不是 Excel"), ("list_empty", "空的"), ("list_old", "另存为 .xlsx")]
        {
            let body = serde_json::json!({"error": {"code": code, "reason": "in English"}}).to_string();
            let told = refusal(422, &body).words(words);
            assert!(told.contains(says) && !told.contains("English"), "{told}");
        }
    }

    #[test]
    fn a_field_has_its_own_words_and_a_wait_its_time() {
        let of_user = "`name`: 2 to 32 letters a-z, digits and . _ -, a letter first";
        assert!(said(422, "bad_field", of_user).contains("2 to 32"));
        assert!(
            said(422, "bad_field", "`name`: 1 to 64 letters, digits, blanks and - _ . , ( ) #")
                .contains("1 to 64")
        );
        assert!(
            said(422, "bad_field", "`new`: a password has at least 10 characters").contains("at least 10")
        );
        assert!(
            said(422, "bad_field", "`area`: a worker has an area: the code of …").contains("grid worker")
        );
        assert!(said(429, "too_often", "").contains("2 minutes"));
        assert_ne!(said(401, "wrong_login", ""), said(403, "wrong_login", ""));
    }
}
