//! A town of a few households whose true counts are known, with the project's own dictionary and ledgers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use doorstep_server::Access;
use serde_json::{Value as Json, json};

use super::{Answer, Browser, House, Place};
use crate::client::FORM;

/// Ids by a letter and a number, so that a test can be read.
pub fn id(kind: char, number: usize) -> String {
    format!("0190a0c6-3f7e-7bb2-9c3e-{:04x}{number:08x}", kind as u32)
}

/// A server with households in it.
pub struct Town {
    pub house: House,
    pub station: Browser,
    administrator: Browser,
    known: RefCell<BTreeMap<String, Browser>>,
    /// How long the audit log was when the asking began.
    began: Cell<usize>,
}

pub fn forms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms")
}

/// The files of the forms' folder that the dictionary and the ledgers are made of.
pub fn declared() -> Vec<(String, String)> {
    let mut files = vec![("visit/form.json".to_owned(), FORM.to_owned())];
    for folder in ["entities", "ledgers", "rankings", "lists", "catalogue", "catalogue/districts"] {
        for entry in std::fs::read_dir(forms().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_file() {
                files.push((format!("{folder}/{name}"), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// What the office brings in: a first row of titles, then the rows; a second file over the first is a later version.
const CASES: &str = "\
__id,label,__area,person,phone,town,village,state,urgency,red_flags,found_on,difficulties,visited_on,last_outcome,fs,ie,he,hd,ce,em,members,categories,remark,danger_handled
{1},王秀兰 西门外村,371002,王秀兰,13800001234,371002001,西门外村,lead,soon,none,2026-10-03,illness debt,2026-10-05,1,10,10,,25,,,2,DB CJ,愿意配合,
{2},曾强 北门村,371002,曾强,13900005678,371002002,北门村,lead,urgent,violence,2026-10-20,illness,2026-10-21,3,,,,,,,,,门锁着,派出所
{3},李四 东门村,371002001,李四,,371002001,东门村,lead,soon,,2026-11-02,,,,,,,,,,,,,
{4},赵六 南门村,371003,赵六,13700000000,371003001,南门村,lead,soon,missing,2026-11-05,illness,2026-11-06,1,2,3,4,5,6,7,4,none,,崖头派出所
";
const LATER: &str = "\
__id,state,red_flags,visited_on,last_outcome,fs,assessed_on,level_system,level,assessor_1,assessor_2,ability,level_reason,reviewer
{1},assessed,none,2026-10-05,1,10,2026-10-09,high,medium,孙七,周八,3,女儿常来,丛丽
{2},surveyed,none,2026-11-20,1,8,,,,,,,,
";
const REFERRALS: &str = "\
__id,label,__area,case,person,phone,town,service,category,provider,state,made_on,made_by,answer_by,answered_on,accepted_on,first_service_by,first_service_on,last_service_on,served_times,satisfaction,closed_on,times,per,planned_times,cost
{r1},探视巡访 王秀兰,371002,{1},王秀兰,13800001234,371002001,A1,A,P01,closed,2026-10-10,孙七,2026-10-12,2026-10-12,2026-10-12,2026-10-19,2026-10-15,2026-10-15,1,4.5,2026-11-09,1,week,6,20
{r2},助餐配餐 王秀兰,371002,{1},王秀兰,13800001234,371002001,A2,A,P02,in_service,2026-10-10,孙七,2026-10-12,2026-10-14,2026-10-14,2026-10-19,2026-10-16,2026-10-16,1,,,,,,
{r3},探视巡访 曾强,371002,{2},曾强,13900005678,371002002,A1,A,P01,made,2026-11-21,孙七,2026-11-23,,,2026-11-30,,,,,,2,month,12,
";
const SERVED: &str = "\
__id,last_service_on,served_times,red_flags,cost,danger_handled
{r1},2026-10-20,2,none,15.5,
{r2},2026-11-03,2,coma,,叫了 120
";

const COMPLAINTS: &str = "\
__id,label,__area,case,person,town,how,by,filed_on,about,level,answer_by,handler,handled_on,decision,reassessor,reassess_by,told
{p1},曾强 2026-11-25,371002,{2},曾强,371002002,station,self,2026-11-25,level,low,2026-12-02,丛丽,2026-11-26,reassess,吴九,2026-12-03,yes
{p2},某人 2020-11-03,371002,,某人,,kiosk,self,2020-11-03,staff,,2020-11-10,,,,,,
";
const PROJECTS: &str = "\
__id,label,__area,contractor,uscc,budget,funds,approved_on,last_stage,last_result,state
{j1},助浴项目,371002,示例中心,,120000,lottery,2026-09-01,start,pass,running
";
const PAID: &str = "\
__id,last_stage,last_result,paid
{j1},middle,rework,60000.5
";

impl Town {
    pub fn open(place: &Place) -> Town {
        let town = Town::empty(place);
        for (list, text) in [
            ("cases", CASES),
            ("cases", LATER),
            ("referrals", REFERRALS),
            ("referrals", SERVED),
            ("complaints", COMPLAINTS),
            ("projects", PROJECTS),
            ("projects", PAID),
        ] {
            town.bring_in(list, text);
        }
        town
    }

    /// A server without a household, and who works there.
    pub fn empty(place: &Place) -> Town {
        let files = declared();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
        let house = place.with(Access { devices_only: true, ..Access::default() });
        let administrator = Browser::settle(&house, "admin", &house.first_password);
        let house = house.serving(&files);
        let (known, began) = (RefCell::default(), Cell::default());
        let mut town = Town { house, station: Browser::default(), administrator, known, began };
        town.station = town.user("station", "station", "3710", None);
        town
    }

    /// A user who has settled in: one of each name.
    pub fn user(&self, name: &str, role: &str, area: &str, provider: Option<&str>) -> Browser {
        let known = self.known.borrow().get(name).cloned();
        let user = known.unwrap_or_else(|| self.new_user(name, role, area, provider));
        self.known.borrow_mut().insert(name.to_owned(), user.clone());
        user
    }

    fn new_user(&self, name: &str, role: &str, area: &str, provider: Option<&str>) -> Browser {
        let mut wanted = json!({"name": name, "role": role, "area": area});
        if let Some(provider) = provider {
            wanted["provider"] = json!(provider);
        }
        let made = self.administrator.post(&self.house, "/api/v1/users", wanted);
        assert_eq!(made.status, 201, "{}", made.text());
        Browser::settle(&self.house, name, made.json()["password"].as_str().unwrap())
    }

    /// Brings rows in as the station does; `{1}` and `{r1}` are ids.
    pub fn bring_in(&self, list: &str, text: &str) {
        let mut text = text.to_owned();
        for number in 1..=4 {
            text = text.replace(&format!("{{{number}}}"), &id('c', number));
            for kind in ['r', 'p', 'j'] {
                text = text.replace(&format!("{{{kind}{number}}}"), &id(kind, number));
            }
        }
        let cookie = self.station.cookie.clone().unwrap();
        let own = [
            ("x-doorstep", "1"),
            ("origin", "http://x"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "text/csv"),
            ("cookie", &*cookie),
        ];
        let answer = self.house.send("POST", &format!("/api/v1/entities/{list}"), &own, text.as_bytes());
        assert_eq!(answer.json()["refused_count"], 0, "{}", answer.text());
    }

    pub fn post(&self, who: &Browser, path: &str, asked: Json) -> Answer {
        who.post(&self.house, path, asked)
    }

    /// The answer to whoever may.
    pub fn ask(&self, who: &Browser, path: &str, asked: Json) -> Json {
        let answer = self.post(who, path, asked);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// The cells of a ledger's columns, a row a line.
    pub fn rows(&self, who: &Browser, ledger: &str, asked: Json, columns: &[&str]) -> Vec<String> {
        let told = self.ask(who, &format!("/api/v1/ledgers/{ledger}"), asked);
        let names: Vec<&str> = told["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["name"].as_str().unwrap())
            .collect();
        let place =
            |name: &&str| names.iter().position(|known| known == name).unwrap_or_else(|| panic!("{name}"));
        let places: Vec<usize> = columns.iter().map(place).collect();
        let rows = told["rows"].as_array().unwrap();
        let row =
            |row: &Json| places.iter().map(|at| row[at].as_str().unwrap()).collect::<Vec<_>>().join("|");
        rows.iter().map(row).collect()
    }

    /// From here on events are counted.
    pub fn begin(&self) {
        self.began.set(self.house.count("audit"));
    }

    /// How often an event is in the audit log since then.
    pub fn count(&self, event: &str) -> usize {
        self.lines_with(&format!("\"event\":\"{event}\""))
    }

    /// How often something was done to that since then.
    pub fn count_to(&self, id: &str) -> usize {
        self.lines_with(&format!("\"to\":\"{id}\""))
    }

    fn lines_with(&self, text: &str) -> usize {
        let lines = self.house.ask("SELECT line FROM audit ORDER BY number");
        lines.iter().skip(self.began.get()).filter(|line| line.contains(text)).count()
    }
}
