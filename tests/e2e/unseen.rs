//! A whole household survey by the keyboard alone, by whoever sees nothing: at each stop of the Tab key the test knows what a screen reader would say of it (role, name,
//! and the groups around it), finds the question by those words, and answers by keys.
//!
//! Kept here: nothing is found by the page's markup, and no key does what no keyboard has. What two questions of a page are both called is no name.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::processes::{Profile, Server};
use crate::script::{Part, Script};

/// So many stops a page has at most, each way.
const STOPS: usize = 500;

/// What a screen reader says where the focus is.
#[derive(Clone, Debug, Default, PartialEq)]
struct Said {
    role: String,
    name: String,
    value: String,
    checked: bool,
    /// Is there more of it, which is not shown now?
    is_folded: bool,
    /// Names of what is around it, the nearest first.
    around: Vec<String>,
}

/// The words of the form's questions and choices.
struct Words {
    labels: BTreeMap<String, String>,
    choices: BTreeMap<(String, String), String>,
}

impl Words {
    fn of(form: &str) -> Words {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms").join(form);
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("it is there");
        let form: Value = serde_json::from_str(&read("form.json")).expect("it is JSON");
        let mut words = Words { labels: BTreeMap::new(), choices: BTreeMap::new() };
        words.gather(&form, &form["survey"], &read);
        words
    }

    fn gather(&mut self, form: &Value, children: &Value, read: &impl Fn(&str) -> String) {
        for node in children.as_array().into_iter().flatten() {
            self.gather(form, &node["children"], read);
            let name = node["name"].as_str().unwrap_or_default().to_owned();
            let list = node["type"].as_str().unwrap_or_default().split_once(' ').map(|(_, list)| list);
            for (code, label) in list.map_or_else(Vec::new, |list| choices(&form["choices"][list], read)) {
                self.choices.insert((name.clone(), code), plain(&label));
            }
            // What a label says of an answer is not known here.
            let label = node["label"]["zh"].as_str().unwrap_or_default();
            let fixed = label.split("${").map(|part| part.split_once('}').map_or(part, |(_, after)| after));
            let longest = fixed.max_by_key(|part| part.len()).unwrap_or_default();
            self.labels.insert(name, plain(longest));
        }
    }
}

/// Codes and labels of a list, in the form or in a file beside it.
fn choices(list: &Value, read: &impl Fn(&str) -> String) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let Some(file) = list["csv"].as_str() else {
        let all = list.as_array().into_iter().flatten();
        return all.map(|choice| (text(&choice["name"]), text(&choice["label"]["zh"]))).collect();
    };
    let table = read(file);
    let mut rows = table.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = rows.next().unwrap_or_default();
    let column = |name: &str| head.iter().position(|column| column == name).expect("it has that column");
    let (code, label) = (column("name"), column("label::zh"));
    rows.map(|row| (row[code].clone(), row[label].clone())).collect()
}

/// Without what marks it and without spaces.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !"*`_".contains(*letter)).collect()
}

/// A key with its number, its letter if it types one, and what is held with it.
async fn key(browser: &Browser, name: &str) {
    let (number, text) = match name {
        "Tab" => (9, ""),
        "Enter" => (13, "\r"),
        " " => (32, " "),
        "ArrowRight" => (39, ""),
        "ArrowDown" => (40, ""),
        "ArrowUp" => (38, ""),
        one if one.len() == 1 => (i32::from(one.as_bytes()[0].to_ascii_uppercase()), one),
        other => panic!("{other} is no key of this test"),
    };
    for kind in ["keyDown", "keyUp"] {
        let mut event = json!({"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": number});
        if !text.is_empty() && kind == "keyDown" {
            event["text"] = text.into();
        }
        browser.command("Input.dispatchKeyEvent", event).await;
    }
}

/// What is said where the focus is.
async fn said(browser: &Browser) -> Said {
    let at = browser.ask("Runtime.evaluate", json!({"expression": "document.activeElement"})).await;
    let object = &at["result"]["objectId"];
    let asked = json!({"objectId": object, "fetchRelatives": true});
    let tree = browser.ask("Accessibility.getPartialAXTree", asked).await;
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    let text = |node: &Value, field: &str| plain(node[field]["value"].as_str().unwrap_or_default());
    let Some(first) = nodes.first() else { return Said::default() };
    let has = |name: &str, value: Value| {
        let is = |property: &Value| property["name"] == name && property["value"]["value"] == value;
        first["properties"].as_array().is_some_and(|all| all.iter().any(is))
    };
    let mut around = Vec::new();
    let mut above = first["parentId"].clone();
    while let Some(node) = nodes.iter().find(|node| !above.is_null() && node["nodeId"] == above) {
        let name = text(node, "name");
        if !name.is_empty() && node["role"]["value"] != "RootWebArea" {
            around.push(name);
        }
        above = node["parentId"].clone();
    }
    Said {
        role: first["role"]["value"].as_str().unwrap_or_default().to_owned(),
        name: text(first, "name"),
        value: text(first, "value"),
        checked: has("checked", "true".into()),
        is_folded: has("expanded", false.into()),
        around,
    }
}

/// To the next stop.
async fn on(browser: &Browser) -> Said {
    key(browser, "Tab").await;
    said(browser).await
}

/// What is to be answered on a page, and what was.
struct Page<'a> {
    words: &'a Words,
    wanted: Vec<(String, Value)>,
}

impl Page<'_> {
    /// Which question a stop is of: the one whose words it has, the longest.
    fn question(&self, said: &Said) -> Option<usize> {
        let texts = || std::iter::once(&said.name).chain(&said.around);
        let names = |label: &str| texts().any(|text| text.contains(label));
        let found = self.wanted.iter().enumerate().filter(|(_, (name, _))| names(&self.words.labels[name]));
        found.max_by_key(|(_, (name, _))| self.words.labels[name].len()).map(|(place, _)| place)
    }

    fn choice(&self, name: &str, answer: &Value) -> String {
        let code = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let found = self.words.choices.get(&(name.to_owned(), code.clone()));
        found.cloned().unwrap_or_else(|| panic!("{name} has no choice {code}"))
    }

    /// Answers what has the focus, if it is to be answered. Gives whether it was.
    async fn answer(&mut self, browser: &Browser, said: &Said) -> bool {
        let Some(place) = self.question(said) else { return false };
        let (name, answer) = self.wanted[place].clone();
        match &*said.role {
            "textbox" | "spinbutton" | "searchbox" => {
                browser.run("document.activeElement.select?.()", vec![]).await;
                let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
                browser.type_text(&text).await;
            }
            "Date" | "InputTime" | "DateTime" => {
                moment(browser, answer.as_str().unwrap_or_default()).await;
            }
            "radio" => one_of(browser, &self.choice(&name, &answer)).await,
            "checkbox" => return self.several(browser, said, place).await,
            "combobox" => listed(browser, &self.choice(&name, &answer)).await,
            "button" => match answer.as_array() {
                Some(all) => {
                    let labels: Vec<String> = all.iter().map(|one| self.choice(&name, one)).collect();
                    from_sheet(browser, &labels, true).await;
                }
                None => from_sheet(browser, &[self.choice(&name, &answer)], false).await,
            },
            _ => return false,
        }
        self.wanted.remove(place);
        true
    }

    /// A box is ticked if it is one of those wanted; the question is answered with the last of them.
    async fn several(&mut self, browser: &Browser, said: &Said, place: usize) -> bool {
        let (name, answer) = self.wanted[place].clone();
        let Some(all) = answer.as_array() else {
            // Agreed to.
            key(browser, " ").await;
            self.wanted.remove(place);
            return true;
        };
        let is_it = |one: &&Value| said.name.starts_with(&self.choice(&name, one));
        let Some(one) = all.iter().find(is_it).cloned() else { return false };
        if !said.checked {
            key(browser, " ").await;
        }
        let left: Vec<Value> = all.iter().filter(|other| **other != one).cloned().collect();
        if left.is_empty() {
            self.wanted.remove(place);
        } else {
            self.wanted[place].1 = left.into();
        }
        true
    }
}

/// Types a day or a time into the parts of a field, in the order in which they are said: of a year and of its parts each system has its own.
async fn moment(browser: &Browser, text: &str) {
    let at = browser.ask("Runtime.evaluate", json!({"expression": "document.activeElement"})).await;
    let asked = json!({"objectId": at["result"]["objectId"], "role": "spinbutton"});
    let parts = browser.ask("Accessibility.queryAXTree", asked).await;
    let named = |node: &Value| node["name"]["value"].as_str().unwrap_or_default().to_owned();
    let parts: Vec<String> = parts["nodes"].as_array().into_iter().flatten().map(named).collect();
    let mut numbers: Vec<&str> = text.split(['-', ':']).collect();
    let names: [&[&str]; 3] = match numbers.len() {
        3 => [&["年", "year"], &["月", "month"], &["日", "day"]],
        _ => [&["时", "hour"], &["分", "minute"], &[]],
    };
    // Where a clock goes to twelve, the half of the day is a part of its own.
    let hour: Option<u32> = (numbers.len() == 2).then(|| numbers[0].parse().expect("an hour"));
    let half = |part: &String| part.to_lowercase().contains("am/pm") || part.contains("上午");
    let twelve = hour.filter(|_| parts.iter().any(half)).map(|hour| format!("{:02}", (hour + 11) % 12 + 1));
    if let Some(twelve) = &twelve {
        numbers[0] = twelve;
    }
    for (place, part) in parts.iter().enumerate() {
        if let Some(hour) = hour.filter(|_| half(part)) {
            key(browser, if hour < 12 { "a" } else { "p" }).await;
            continue;
        }
        let part = part.to_lowercase();
        let which = names.iter().position(|names| names.iter().any(|name| part.contains(name)));
        let Some(number) = which.and_then(|which| numbers.get(which)) else { continue };
        for digit in number.chars() {
            key(browser, &digit.to_string()).await;
        }
        // A year may have six digits: whoever has typed four goes on.
        if number.len() == 4 && place + 1 < parts.len() {
            key(browser, "ArrowRight").await;
        }
    }
}

/// Arrows through the choices of a group until the wanted one is said, which choosing is; a space where it is the first.
async fn one_of(browser: &Browser, label: &str) {
    for _ in 0..STOPS {
        let here = said(browser).await;
        if here.name.starts_with(label) {
            if !here.checked {
                key(browser, " ").await;
            }
            return;
        }
        key(browser, "ArrowDown").await;
    }
    browser.fail(&format!("no choice is called {label}")).await;
}

/// Arrows through a list of the system's own.
async fn listed(browser: &Browser, label: &str) {
    for step in ["ArrowUp", "ArrowDown"] {
        let mut before = None;
        loop {
            let here = said(browser).await.value;
            if here == label {
                return;
            }
            if before.as_ref() == Some(&here) {
                break;
            }
            before = Some(here);
            key(browser, step).await;
        }
    }
    browser.fail(&format!("nothing in the list is called {label}")).await;
}

/// Opens a sheet of choices, and picks by name; where there may be several, says that these are all.
async fn from_sheet(browser: &Browser, labels: &[String], many: bool) {
    key(browser, "Enter").await;
    let mut left = labels.to_vec();
    for _ in 0..STOPS {
        let here = on(browser).await;
        if let Some(place) = left.iter().position(|label| here.name.starts_with(&**label)) {
            if here.role == "radio" || here.role == "checkbox" {
                key(browser, " ").await;
                left.remove(place);
            }
        } else if here.role == "radio" && !many {
            // Arrows look around here: Enter decides.
            while !said(browser).await.name.starts_with(&*left[0]) {
                key(browser, "ArrowDown").await;
            }
            key(browser, "Enter").await;
            left.clear();
        }
        if left.is_empty() {
            break;
        }
    }
    if many {
        to(browser, |here| here.role == "button" && here.name.contains("选好")).await;
        key(browser, "Enter").await;
    }
}

/// Tabs on to what is said so.
async fn to(browser: &Browser, is_it: impl Fn(&Said) -> bool) -> Said {
    let mut heard = Vec::new();
    for _ in 0..STOPS {
        let here = on(browser).await;
        if is_it(&here) {
            return here;
        }
        heard.push(format!("{} {}", here.role, here.name));
    }
    heard.truncate(60);
    browser.fail(&format!("nothing is said so: {heard:#?}")).await
}

fn is_next(here: &Said) -> bool {
    here.role == "button" && ["下一页", "检查并完成"].iter().any(|name| here.name.starts_with(name))
}

/// Answers a page or a card, and leaves the page if it ends with it.
async fn fill(browser: &Browser, words: &Words, part: &Part) {
    browser.on_page(&part.page).await;
    if part.card == Some(1) {
        // The person assisted has a card already.
        to(browser, |here| here.role == "button" && here.is_folded).await;
        key(browser, "Enter").await;
    } else if part.card.is_some() {
        to(browser, |here| here.role == "button" && here.name.starts_with("添加")).await;
        key(browser, "Enter").await;
        browser.seen("[id^=card-]:focus").await;
    }
    let wanted = part.answers.iter().map(|(name, answer)| (name.clone(), answer.clone())).collect();
    let mut page = Page { words, wanted };
    let mut heard = Vec::new();
    for _ in 0..STOPS {
        if page.wanted.is_empty() && !part.leaves_page {
            break;
        }
        let here = on(browser).await;
        heard.push(format!("{} {} < {}", here.role, here.name, here.around.join(" < ")));
        if page.answer(browser, &here).await {
            continue;
        }
        if is_next(&here) && page.wanted.is_empty() {
            key(browser, "Enter").await;
            browser.gone(&format!("[data-page={}]:not(a)", part.page)).await;
            return;
        }
    }
    if !page.wanted.is_empty() || part.leaves_page {
        heard.truncate(150);
        browser.fail(&format!("{}: no way to {:?}\n{heard:#?}", part.page, page.wanted)).await;
    }
}

#[tokio::test]
async fn a_whole_survey_is_filled_in_by_keys_and_by_what_a_screen_reader_says() {
    let script = Script::read();
    let words = Words::of(&script.form);
    let profile = Profile::new("unseen");
    let server = Server::start(&profile);
    let browser = Browser::start(&profile, Screen::Desktop).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    to(&browser, |here| here.role == "button" && here.name.starts_with("入户需求调查表")).await;
    key(&browser, "Enter").await;
    for part in script.parts() {
        fill(&browser, &words, &part).await;
    }
    browser.on_page("review").await;
    to(&browser, |here| here.role == "button" && here.name.contains("完成")).await;
    key(&browser, "Enter").await;
    browser.seen("[data-finished]").await;
    // What was meant came to the same as by touch.
    assert_eq!(browser.text("[data-level=need_band] .level-value").await, "中度");
}
