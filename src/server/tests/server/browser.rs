//! A browser's part in the tests: keeps a cookie, and sends what a browser sends with a request of the app's own page.

use std::time::{SystemTime, UNIX_EPOCH};

use doorstep_server::Access;
use serde_json::{Value as Json, json};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::client::{Answer, House};

/// What everybody in these tests chooses.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody at a browser.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    pub cookie: Option<String>,
    pub id: String,
    /// The second factor's secret.
    pub secret: Option<String>,
    pub recovery_codes: Vec<String>,
    /// Steps of thirty seconds that the phone's clock is ahead: each code is good once.
    ahead: i64,
}

impl Browser {
    /// Sends JSON as the app's page does.
    pub fn send(&self, house: &House, method: &str, path: &str, body: Json) -> Answer {
        let own = [("x-doorstep", "1"), ("origin", "http://x"), ("sec-fetch-site", "same-origin")];
        self.send_with(house, method, path, &own, body.to_string().as_bytes())
    }

    /// Sends with these headers, and the cookie that a browser adds.
    pub fn send_with(
        &self,
        house: &House,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        if let Some(cookie) = &self.cookie {
            all.push(("cookie", cookie));
        }
        house.send(method, path, &all, body)
    }

    pub fn get(&self, house: &House, path: &str) -> Answer {
        self.send_with(house, "GET", path, &[], b"")
    }

    pub fn post(&self, house: &House, path: &str, body: Json) -> Answer {
        self.send(house, "POST", path, body)
    }

    /// Logs in and keeps the cookie, if there is one.
    pub fn login(&mut self, house: &House, name: &str, password: &str, code: Option<&str>) -> Answer {
        self.cookie = None;
        let mut body = json!({"name": name, "password": password});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        let answer = self.post(house, "/api/v1/login", body);
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
            self.id = answer.json()["user"]["id"].as_str().unwrap().to_owned();
        }
        answer
    }

    /// The code of the second factor now, or at the next step if that one was used.
    pub fn code(&mut self) -> String {
        let secret = Secret::Encoded(self.secret.clone().unwrap()).to_bytes().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let code = TOTP::new_unchecked(Algorithm::SHA1, 6, 1, 30, secret)
            .generate(now.saturating_add_signed(30 * self.ahead));
        self.ahead += 1;
        code
    }

    /// Chooses a password and, if the role needs it, sets up the second factor.
    pub fn settle(house: &House, name: &str, first: &str) -> Browser {
        let mut browser = Browser::default();
        let answer = browser.login(house, name, first, None);
        assert_eq!(answer.json()["pending"], "password", "{}", answer.text());
        let chosen = browser.post(house, "/api/v1/me/password", json!({"old": first, "new": PASSWORD}));
        assert_eq!(chosen.status, 200, "{}", chosen.text());
        if browser.get(house, "/api/v1/me").json()["pending"] == "second_factor" {
            let begun = browser.post(house, "/api/v1/me/second-factor", json!({"password": PASSWORD}));
            browser.secret = Some(begun.json()["secret"].as_str().unwrap().to_owned());
            let code = browser.code();
            let confirmed = browser.post(house, "/api/v1/me/second-factor/confirm", json!({"code": code}));
            let codes = confirmed.json();
            let codes = codes["recovery_codes"].as_array().unwrap();
            browser.recovery_codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        }
        browser
    }
}

/// A server that wants to know who sends, with its administrator.
pub struct Office {
    pub house: House,
    pub administrator: Browser,
}

impl Office {
    pub fn open() -> Office {
        let house = House::with(Access { devices_only: true, ..Access::default() });
        let administrator = Browser::settle(&house, "admin", &house.first_password);
        Office { house, administrator }
    }

    /// A user who has settled in.
    pub fn user(&self, name: &str, role: &str, area: &str) -> Browser {
        let made = self.administrator.post(
            &self.house,
            "/api/v1/users",
            json!({"name": name, "role": role, "area": area}),
        );
        assert_eq!(made.status, 201, "{}", made.text());
        Browser::settle(&self.house, name, made.json()["password"].as_str().unwrap())
    }

    /// An enrolment code.
    pub fn code(&self, area: &str, user: Option<&str>) -> String {
        let wanted = json!({"name": "手机 1", "area": area, "user": user});
        let made = self.administrator.post(&self.house, "/api/v1/enrolments", wanted);
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["code"].as_str().unwrap().to_owned()
    }

    /// A device: its id and its token.
    pub fn device(&self, area: &str, user: Option<&str>) -> (String, String) {
        let code = self.code(area, user);
        let answer = Browser::default().post(&self.house, "/api/v1/devices", json!({ "code": code }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let answer = answer.json();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        (text(&answer["device"]["id"]), text(&answer["token"]))
    }

    /// What is in the audit log: event and what it was done to.
    pub fn events(&self) -> Vec<String> {
        let database = self.house.sqlite();
        let mut statement = database.prepare("SELECT line FROM audit ORDER BY number").unwrap();
        let lines = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        lines
            .map(|line| {
                let line: Json = serde_json::from_str(&line.unwrap()).unwrap();
                line["event"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    /// How often an event is in the log.
    pub fn count(&self, event: &str) -> usize {
        self.events().iter().filter(|known| *known == event).count()
    }
}
