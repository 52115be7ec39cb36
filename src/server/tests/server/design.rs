//! Designers put up versions of forms, and phones get them: over real sockets.

use doorstep_engine::{Bundle, Source};
use doorstep_server::Access;
use serde_json::{Value as Json, json};

mod media;

use media::{a_file_that_can_t_be_a_form_s_is_refused_by_name, pictures_and_sounds_come_with_their_version};

use crate::browser::{Browser, Office};
use crate::client::{Answer, FORM, House, Place, on_each_database};

on_each_database!(
    what_is_published_comes_to_phones_and_drafts_stay_on_theirs,
    a_version_replaces_no_other_than_its_own,
    a_second_designer_approves,
    an_older_version_is_rolled_back_to_and_a_start_keeps_it,
    every_process_serves_what_one_was_given,
    pictures_and_sounds_come_with_their_version,
    a_file_that_can_t_be_a_form_s_is_refused_by_name,
);

const DESIGN: &str = "/api/v1/design/forms";

/// The form of an office, under another version and with another question.
pub fn edition(version: &str, question: &str) -> Bundle {
    let text = FORM.replace("\"version\": \"1\"", &format!("\"version\": \"{version}\""));
    Bundle::single(Source::new("form.json", text.replace("\"age\"", &format!("\"{question}\""))))
}

/// An XForm: its ids are addresses, as a rule.
fn xform(id: &str) -> Bundle {
    let text = format!(
        r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Visit</h:title><model>
        <instance><data id="{id}" version="1"><a/></data></instance><bind nodeset="/data/a" type="string"/></model></h:head>
        <h:body><input ref="/data/a"><label>A</label></input></h:body></h:html>"#
    );
    Bundle::single(Source::new("form.xml", text))
}

fn titled(title: &str) -> Bundle {
    Bundle::single(Source::new("form.json", FORM.replace("走访", title).replace("\"1\"", "\"3\"")))
}

/// A workbook's sheets, with a list that it names.
pub fn sheets() -> Bundle {
    let file = |name: &str, text: &str| Source::new(name, text);
    Bundle {
        main: file(
            "form.xlsx#survey",
            "type\tname\tlabel::中文 (zh)\tlabel::English (en)\nselect_one_from_file towns.csv\ttown\t镇街\tTown\nselect_one yes_no\tagreed\t同意吗\tAgreed?\n",
        ),
        files: vec![
            file(
                "form.xlsx#choices",
                "list_name\tname\tlabel::中文 (zh)\tlabel::English (en)\nyes_no\tyes\t是\tYes\nyes_no\tno\t否\tNo\n",
            ),
            file(
                "form.xlsx#settings",
                "form_title\tform_id\tversion\tdefault_language\n镇街登记\ttowns\t1\t中文 (zh)\n",
            ),
            file("towns.csv", "name,label\n001,竹岛\n002,鲸园\n"),
        ],
    }
}

pub struct Desk {
    office: Office,
    designer: Browser,
}

impl Desk {
    pub fn open(place: &Place) -> Desk {
        let house = place.with(Access::default());
        let administrator = Browser::settle(&house, "admin", &house.first_password);
        let office = Office { house, administrator };
        let designer = office.user("she.ji", "designer", "");
        Desk { office, designer }
    }

    pub fn house(&self) -> &House {
        &self.office.house
    }

    pub fn put_up(&self, bundle: &Bundle, replaces: Option<&str>) -> Answer {
        self.put_up_as(&self.designer, bundle, replaces)
    }

    fn put_up_as(&self, by: &Browser, bundle: &Bundle, replaces: Option<&str>) -> Answer {
        let bundle: Json = serde_json::from_str(&bundle.to_json()).unwrap();
        by.post(self.house(), DESIGN, json!({"bundle": bundle, "note": "收入改为必填", "replaces": replaces}))
    }

    fn decide(&self, by: &Browser, hash: &str, what: &str) -> Answer {
        by.post(self.house(), &format!("{DESIGN}/{hash}/{what}"), json!({}))
    }

    pub fn roll_back(&self, id: &str, hash: &str) -> Answer {
        self.designer.post(self.house(), &format!("{DESIGN}/{id}/roll-back"), json!({ "hash": hash }))
    }

    /// What a designer sees of a form.
    fn form(&self, id: &str) -> Json {
        let answer = self.designer.get(self.house(), DESIGN);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let forms = answer.json()["forms"].take();
        forms.as_array().unwrap().iter().find(|form| form["id"] == id).cloned().unwrap_or_default()
    }

    /// Version and state of each publication of a form.
    fn states(&self, id: &str) -> Vec<String> {
        let form = self.form(id);
        let said = |one: &Json| format!("{} {}", text(&one["version"]), text(&one["state"]));
        form["publications"].as_array().unwrap().iter().map(said).collect()
    }

    /// What phones are offered: version and hash.
    pub fn offered(&self, id: &str) -> Option<(String, String)> {
        let listed = self.house().get("/api/v1/forms").json();
        let form = listed["forms"].as_array().unwrap().iter().find(|form| form["id"] == id)?.clone();
        Some((text(&form["version"]).to_owned(), text(&form["hash"]).to_owned()))
    }

    /// What a phone hears since a cursor, as the same, and its next cursor.
    fn heard(&self, since: &str) -> (Vec<(String, String)>, String) {
        let said = self.house().get(&format!("/api/v1/changes?since={since}")).json();
        let pair = |one: &Json| (text(&one["id"]).to_owned(), text(&one["hash"]).to_owned());
        (said["changes"].as_array().unwrap().iter().map(pair).collect(), text(&said["next"]).to_owned())
    }

    fn events(&self) -> Vec<(String, Json)> {
        let lines = self.house().ask("SELECT line FROM audit ORDER BY number");
        let lines = lines.iter().map(|line| serde_json::from_str::<Json>(line).unwrap());
        let event = |line: Json| (text(&line["event"]).to_owned(), line["to"].clone());
        lines.map(event).filter(|(event, _)| event.starts_with("form_")).collect()
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &*answer.code()), (status, code), "{}", answer.text());
}

fn what_is_published_comes_to_phones_and_drafts_stay_on_theirs(place: &Place) {
    let desk = Desk::open(place);
    let (first, cursor) = desk.heard("");
    let old = first[0].1.clone();
    let begun = desk.house().submission(1, json!({"person": {"name": "张三", "age": 70}}));
    let new = edition("2", "years");
    let answer = desk.put_up(&new, Some(&old));
    assert_eq!(answer.status, 201, "{}", answer.text());
    let publication = answer.json()["publication"].take();
    assert_eq!((&publication["state"], &publication["mine"]), (&json!("current"), &json!(true)));
    assert_eq!((&publication["by"]["name"], &publication["replaces"]), (&json!("she.ji"), &json!(old)));
    assert_eq!(publication["note"], "收入改为必填");

    // The phone hears of the new version at its next contact, and gets just what was put up.
    let (heard, cursor) = desk.heard(&cursor);
    assert_eq!(heard, [("visit".to_owned(), new.hash())]);
    assert_eq!(desk.offered("visit"), Some(("2".into(), new.hash())));
    let served = desk.house().get(&format!("/api/v1/forms/{}", new.hash()));
    assert_eq!((served.status, served.text()), (200, new.to_json()));
    // The draft that was begun goes on with its own version, and arrives.
    assert_eq!(desk.house().get(&format!("/api/v1/forms/{old}")).status, 200);
    assert_eq!(desk.house().put(&begun).status, 201);
    // Collect's list has it too.
    let list = desk.house().get("/openrosa/formList").text();
    assert!(list.contains("<version>2</version>") && !list.contains("<version>1</version>"), "{list}");

    // Sent again after an answer that was lost: the same publication, and nothing new for phones.
    let again = desk.put_up(&new, Some(&old));
    assert_eq!((again.status, &again.json()["publication"]["id"]), (200, &publication["id"]));
    assert_eq!(desk.heard(&cursor).0, []);

    // Sheets, as text, and a form that is new to the office.
    let sheets = sheets();
    let wanted = json!({"bundle": sheets.to_json(), "note": ""});
    let answer = desk.designer.post(desk.house(), DESIGN, wanted);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(desk.heard(&cursor).0, [("towns".to_owned(), sheets.hash())]);
    assert_eq!(desk.house().get(&format!("/api/v1/forms/{}", sheets.hash())).text(), sheets.to_json());
    let list = desk.house().get("/openrosa/formList").text();
    assert!(list.contains("<formID>towns</formID><name>镇街登记</name>"), "{list}");

    // An XForm, whose id is an address.
    let address = "http://example.cn/forms/visit?a=1";
    assert_eq!(desk.put_up(&xform(address), None).status, 201);
    assert_eq!(desk.offered(address).unwrap().1, xform(address).hash());
    let encoded = "http%3A%2F%2Fexample.cn%2Fforms%2Fvisit%3Fa%3D1";
    refused(&desk.roll_back(encoded, &xform(address).hash()), 409, "already_current");

    let form = desk.form("visit");
    assert_eq!(
        (&form["current"]["from"], &form["current"]["title"]["en"]),
        (&json!("published"), &json!("Visit"))
    );
    assert_eq!(desk.states("visit"), ["2 current", "1 past"]);
    assert_eq!(form["publications"][1]["by"], Json::Null, "the folder's");
    assert_eq!(desk.form("towns")["current"]["title"], json!({"zh": "镇街登记", "en": "镇街登记"}));
    let put_up = |hash: String| ("form_put_up".to_owned(), json!(hash));
    assert_eq!(desk.events(), [put_up(new.hash()), put_up(sheets.hash()), put_up(xform(address).hash())]);
}

fn a_version_replaces_no_other_than_its_own(place: &Place) {
    let desk = Desk::open(place);
    let old = desk.offered("visit").unwrap().1;
    let second = edition("2", "years");
    assert_eq!(desk.put_up(&second, Some(&old)).status, 201);
    let late = desk.put_up(&edition("3", "decades"), Some(&old));
    refused(&late, 409, "not_current");
    assert_eq!(late.json()["error"]["current"], json!({"hash": second.hash(), "version": "2"}));
    refused(&desk.put_up(&edition("3", "decades"), None), 409, "not_current");
    refused(&desk.put_up(&edition("2", "decades"), Some(&second.hash())), 409, "version_taken");
    let folder = Bundle::single(Source::new("form.json", FORM));
    refused(&desk.put_up(&folder, Some(&second.hash())), 409, "was_in_force");
    let unknown = desk.put_up(&sheets(), Some(&old));
    refused(&unknown, 409, "not_current");
    assert_eq!(unknown.json()["error"]["current"], Json::Null);

    // All mistakes come back, each with its place.
    let broken =
        FORM.replace("\"text\"", "\"txet\"").replace("\"integer\"", "\"intger\"").replace("\"1\"", "\"9\"");
    let broken = desk.put_up(&Bundle::single(Source::new("form.json", broken)), Some(&second.hash()));
    refused(&broken, 422, "form_broken");
    let found = broken.json()["error"]["diagnostics"].take();
    let codes: Vec<&str> = found.as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    assert_eq!(codes, ["unknown-type"; 2]);
    assert_eq!((&found[0]["line"], &found[0]["severity"]), (&json!(5), &json!("error")));

    let post = |body: Json| desk.designer.post(desk.house(), DESIGN, body);
    refused(&post(json!({"bundle": "{}"})), 422, "bundle_unread");
    refused(&post(json!({"bundle": []})), 422, "bundle_unread");
    refused(&post(json!({"note": "x"})), 400, "bad_body");
    refused(&post(json!({"bundle": {}, "force": true})), 400, "bad_body");
    refused(&post(json!({"bundle": {}, "note": "字".repeat(501)})), 422, "bad_field");
    // Phones take 256 bytes of an id or version, and 字 has three.
    for bundle in [edition(&"字".repeat(67), "x"), xform(&"a".repeat(201)), titled(&"字".repeat(4_000))] {
        let bundle: Json = serde_json::from_str(&bundle.to_json()).unwrap();
        refused(&post(json!({"bundle": bundle, "replaces": second.hash()})), 422, "bad_field");
    }
    let own = [("x-doorstep", "1"), ("origin", "http://x"), ("sec-fetch-site", "same-origin")];
    let large = vec![b' '; (32 << 20) + 1];
    refused(&desk.designer.send_with(desk.house(), "POST", DESIGN, &own, &large), 413, "too_large");
    let strange = [("x-doorstep", "1"), ("origin", "http://elsewhere"), ("sec-fetch-site", "cross-site")];
    refused(&desk.designer.send_with(desk.house(), "POST", DESIGN, &strange, b"{}"), 403, "cross_site");

    // Whoever is no designer changes nothing; administrators look.
    let worker = desk.office.user("li.si", "worker", "371002");
    for (by, looks) in [(&worker, 403), (&desk.office.administrator, 200), (&Browser::default(), 401)] {
        assert_eq!(by.get(desk.house(), DESIGN).status, looks);
        let refused = if looks == 401 { 401 } else { 403 };
        assert_eq!(desk.put_up_as(by, &edition("3", "x"), Some(&second.hash())).status, refused);
        for what in ["approve", "refuse"] {
            assert_eq!(desk.decide(by, &second.hash(), what).status, refused);
        }
        let back = by.post(desk.house(), &format!("{DESIGN}/visit/roll-back"), json!({ "hash": old }));
        assert_eq!(back.status, refused);
    }
    for path in ["/api/v1/submissions", "/api/v1/users", "/api/v1/entities/cases"] {
        assert_eq!(desk.designer.get(desk.house(), path).status, 403, "{path}: a designer reads nobody");
    }
    assert_eq!(desk.states("visit"), ["2 current", "1 past"]);
    assert_eq!(desk.offered("visit"), Some(("2".into(), second.hash())));
}

fn a_second_designer_approves(place: &Place) {
    let mut desk = Desk::open(place);
    let colleague = desk.office.user("fu.he", "designer", "");
    desk.office.house.stop();
    std::fs::write(desk.house().data().join("../approve-forms"), "").unwrap();
    desk.office.house.start();
    let (first, cursor) = desk.heard("");
    let old = first[0].1.clone();
    let [new, other] = [edition("2", "years"), edition("3", "decades")];
    for bundle in [&new, &other] {
        let answer = desk.put_up(bundle, Some(&old));
        assert_eq!((answer.status, &answer.json()["publication"]["state"]), (201, &json!("waiting")));
    }
    assert_eq!(desk.designer.get(desk.house(), DESIGN).json()["approval"], true);
    assert_eq!((desk.heard(&cursor).0, desk.offered("visit")), (vec![], Some(("1".into(), old))));
    // Whoever decides can look at it first.
    assert_eq!(desk.house().get(&format!("/api/v1/forms/{}", new.hash())).text(), new.to_json());
    for what in ["approve", "refuse"] {
        refused(&desk.decide(&desk.designer, &new.hash(), what), 409, "own_version");
        refused(&desk.decide(&colleague, &"0".repeat(64), what), 404, "form_unknown");
    }
    refused(&desk.roll_back("visit", &new.hash()), 404, "form_unknown");

    let approved = desk.decide(&colleague, &new.hash(), "approve");
    assert_eq!(approved.status, 200, "{}", approved.text());
    let publication = approved.json()["publication"].take();
    assert_eq!((&publication["state"], &publication["mine"]), (&json!("current"), &json!(false)));
    assert_eq!(publication["decided_by"]["name"], "fu.he");
    assert_eq!(desk.heard(&cursor).0, [("visit".to_owned(), new.hash())]);
    refused(&desk.decide(&colleague, &new.hash(), "refuse"), 409, "not_waiting");
    // The other was made from what is past by now.
    refused(&desk.decide(&colleague, &other.hash(), "approve"), 409, "not_current");
    let refuse = |reason: &str| {
        let path = format!("{DESIGN}/{}/refuse", other.hash());
        colleague.post(desk.house(), &path, json!({ "reason": reason }))
    };
    refused(&refuse(&"字".repeat(501)), 422, "bad_field");
    let answer = refuse(" 缺少英文 ");
    assert_eq!((answer.status, &answer.json()["publication"]["reason"]), (200, &json!("缺少英文")));
    assert_eq!(desk.form("visit")["publications"][0]["reason"], "缺少英文");
    assert_eq!(desk.form("visit")["publications"][1]["reason"], Json::Null);
    assert_eq!(desk.states("visit"), ["3 refused", "2 current", "1 past"]);

    // A form that is new waits as well, and nobody is offered it.
    assert_eq!(desk.put_up_as(&colleague, &sheets(), None).status, 201);
    assert_eq!((desk.form("towns")["current"].take(), desk.offered("towns")), (Json::Null, None));
    assert_eq!(desk.decide(&desk.designer, &sheets().hash(), "approve").status, 200);
    assert!(desk.offered("towns").is_some());
    let events: Vec<String> = desk.events().into_iter().map(|(event, _)| event).collect();
    let wanted =
        ["form_put_up", "form_put_up", "form_approved", "form_refused", "form_put_up", "form_approved"];
    assert_eq!(events, wanted);
}

fn an_older_version_is_rolled_back_to_and_a_start_keeps_it(place: &Place) {
    let mut desk = Desk::open(place);
    let old = desk.offered("visit").unwrap().1;
    let [second, third] = [edition("2", "years"), edition("3", "decades")];
    assert_eq!(desk.put_up(&second, Some(&old)).status, 201);
    assert_eq!(desk.put_up(&third, Some(&second.hash())).status, 201);
    let cursor = desk.heard("").1;
    let back = desk.roll_back("visit", &second.hash());
    assert_eq!((back.status, &back.json()["publication"]["replaces"]), (201, &json!(third.hash())));
    assert_eq!(desk.heard(&cursor).0, [("visit".to_owned(), second.hash())]);
    assert_eq!(desk.states("visit"), ["2 current", "3 past", "2 past", "1 past"]);
    refused(&desk.roll_back("visit", &second.hash()), 409, "already_current");
    refused(&desk.roll_back("other", &old), 404, "form_unknown");
    refused(&desk.roll_back("visit", "nonsense"), 404, "form_unknown");
    let stale = json!({"hash": old, "replaces": third.hash()});
    let stale = desk.designer.post(desk.house(), &format!("{DESIGN}/visit/roll-back"), stale);
    refused(&stale, 409, "not_current");
    assert_eq!(desk.events().last(), Some(&("form_rolled_back".into(), json!(second.hash()))));

    // Another start with the same folder changes nothing, and tells phones nothing.
    let cursor = desk.heard("").1;
    desk.office.house.restart_with_form(FORM);
    assert_eq!(desk.heard(&cursor).0, []);
    assert_eq!(desk.offered("visit"), Some(("2".into(), second.hash())));
    // Whom the folder's form is for holds for what was published.
    desk.office.house.stop();
    let audience = desk.house().data().join("../forms/visit/audience.json");
    std::fs::write(&audience, r#"{"roles": ["station"]}"#).unwrap();
    desk.office.house.start();
    assert_eq!(desk.offered("visit"), None);
    assert_eq!(desk.form("visit")["current"]["version"], "2");
    std::fs::remove_file(&audience).unwrap();
    // A form that its folder's author has changed since wins.
    desk.office.house.restart_with_form(&FORM.replace("\"version\": \"1\"", "\"version\": \"4\""));
    assert_eq!(desk.offered("visit").unwrap().0, "4");
    assert_eq!(desk.form("visit")["current"]["from"], "folder");
    assert_eq!(desk.states("visit")[..2], ["4 current", "2 past"]);
}

fn every_process_serves_what_one_was_given(place: &Place) {
    let desk = Desk::open(place);
    let other = desk.house().another();
    let old = desk.offered("visit").unwrap().1;
    let new = edition("2", "years");
    assert_eq!(desk.put_up(&new, Some(&old)).status, 201);
    let url = format!("http://{}/api/v1/forms", other.address());
    let told = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
    let told: Json = serde_json::from_str(&told).unwrap();
    assert_eq!(told["forms"][0]["hash"], new.hash());
}

#[test]
fn the_gallery_s_id_is_its_own() {
    let gallery = FORM.replace("\"visit\"", "\"gallery\"");
    let house = Place::Sqlite.house().serving(&[("visit/form.json", FORM), ("gallery/form.json", &gallery)]);
    let administrator = Browser::settle(&house, "admin", &house.first_password);
    let office = Office { house, administrator };
    let designer = office.user("she.ji", "designer", "");
    let desk = Desk { office, designer };
    let text = gallery.replace("\"version\": \"1\"", "\"version\": \"2\"");
    refused(&desk.put_up(&Bundle::single(Source::new("form.json", text)), None), 409, "reserved");
}
