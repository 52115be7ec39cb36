//! The two forms that are opened and filled in by whoever is measured: one of 500 questions on 25 pages, and one with a repeat.
//!
//! Each page of the first has twenty questions of eight kinds, with conditions, rules, a sum that is carried from page to page, and a list that the
//! answer before narrows. As an XForm, written as pyxform writes it, and as SurveyJS says the same.

use super::question::{Condition, Kind, Question, Rule};
use serde_json::{Value, json};
use std::fmt::Write;

/// Pages of the large form, of twenty questions each.
const PAGES: usize = 25;
/// Instances of the repeat.
pub const INSTANCES: usize = 200;
/// Choices of the list that is narrowed.
const TOWNS: usize = 200;
const REGIONS: usize = 8;

/// A form in both syntaxes.
pub struct Form {
    /// What its files are called.
    pub id: &'static str,
    pub xform: String,
    pub survey_js: Value,
}

/// The form of 500 questions.
pub fn large() -> Form {
    let pages: Vec<Vec<Question>> = (1..=PAGES).map(page).collect();
    let mut xform = XForm::default();
    for (i, questions) in pages.iter().enumerate() {
        xform.page(i + 1, questions);
    }
    let said = |(i, questions): (usize, &Vec<Question>)| {
        let elements: Vec<Value> = questions.iter().map(|question| question.survey_js(choices)).collect();
        let title = format!("Page {}", i + 1);
        let mut page = json!({"name": format!("p{}", i + 1), "title": title, "elements": elements});
        if is_conditional(i + 1) {
            page["visibleIf"] = "{p1_q5} <> 'r8'".into();
        }
        page
    };
    let survey_js =
        json!({"title": "500 questions", "pages": pages.iter().enumerate().map(said).collect::<Vec<_>>()});
    Form { id: "large", xform: xform.text("large", "500 questions"), survey_js }
}

/// How many there are is asked on the first page; that many are asked about on the second.
pub fn repeat() -> Form {
    let count = Question::new("/data/p1/p1_q1".into(), Kind::Integer, "How many people live here?");
    let at = |name: &str| format!("/data/p2/m/{name}");
    let inside = [
        Question::new(at("m_name"), Kind::Text, "What is the name?"),
        Question::new(at("m_age"), Kind::Integer, "How old?").rule(Rule::Between(0, 120)),
        Question::new(at("m_works"), Kind::One("yes_no"), "Is there work?"),
        Question::new(at("m_region"), Kind::Menu("regions"), "From which region?"),
        Question::new(at("m_since"), Kind::Date, "Since when here?"),
    ];
    let mut xform = XForm::default();
    xform.page(1, std::slice::from_ref(&count));
    xform.page_of_repeat(&inside);
    let elements: Vec<Value> = inside.iter().map(|question| question.survey_js(choices)).collect();
    let panels = json!({"type": "paneldynamic", "name": "m", "title": "Members", "panelCount": 0, "maxPanelCount": 2 * INSTANCES,
        "bindings": {"panelCount": "p1_q1"}, "templateTitle": "Member {panelIndex}", "templateElements": elements});
    let survey_js = json!({"title": "A repeat", "pages": [
        {"name": "p1", "title": "Page 1", "elements": [count.survey_js(choices)]},
        {"name": "p2", "title": "Page 2", "elements": [panels]},
    ]});
    Form { id: "repeat", xform: xform.text("repeat", "A repeat"), survey_js }
}

/// The last pages are there unless one answer on the first says otherwise.
fn is_conditional(page: usize) -> bool {
    page > PAGES - 5
}

fn page(page: usize) -> Vec<Question> {
    let at = |number: usize| path(page, number);
    let question = |number: usize, kind: Kind, words: &str| Question::new(at(number), kind, words);
    let mut carried = question(13, Kind::Sum, "All so far");
    carried.of = vec![at(9), at(10)];
    if page > 1 {
        carried.of.push(path(page - 1, 13));
    }
    let mut town = question(15, Kind::Menu("towns"), "In which town?");
    town.narrowed_by = Some(at(14));
    vec![
        question(1, Kind::Integer, "How old is the eldest person?").rule(Rule::Between(0, 120)),
        question(2, Kind::Text, "What is the person called?").when(Condition::Over(at(1), 17)),
        question(3, Kind::One("yes_no"), "Is help wanted?"),
        question(4, Kind::Text, "What help?").when(Condition::Is(at(3), "yes")),
        question(5, Kind::One("regions"), "Which region?"),
        question(6, Kind::Several("regions"), "Which regions were seen?"),
        question(7, Kind::Decimal, "What does it weigh?").rule(Rule::Between(0, 500)),
        question(8, Kind::Date, "Since when?"),
        question(9, Kind::Integer, "How many men?").rule(Rule::Between(0, 99)),
        question(10, Kind::Integer, "How many women?").rule(Rule::Between(0, 99)),
        question(11, Kind::One("yes_no"), "Does the eldest work?").when(Condition::Over(at(1), 15)),
        question(12, Kind::Text, "What was seen in the third region?").when(Condition::Has(at(6), "r3")),
        carried,
        question(14, Kind::Menu("regions"), "In which region is the home?"),
        town,
        question(16, Kind::LongText, "What else was said?"),
        question(17, Kind::Integer, "How many of the men are ill?").rule(Rule::AtMost(at(9))),
        question(18, Kind::One("scale"), "How clean is the home?"),
        question(19, Kind::Text, "Who was met?"),
        question(20, Kind::Text, "Who is to be met next time?"),
    ]
}

fn path(page: usize, number: usize) -> String {
    format!("/data/p{page}/p{page}_q{number}")
}

/// A list's choices: names and words, and the region of a town.
fn list(name: &str) -> Vec<(String, String, Option<String>)> {
    let plain = |name: &str, words: &str| (name.to_owned(), words.to_owned(), None);
    match name {
        "yes_no" => vec![plain("yes", "Yes"), plain("no", "No")],
        "scale" => ["Very clean", "Clean", "Fair", "Dirty", "Very dirty"]
            .iter()
            .enumerate()
            .map(|(i, words)| plain(&format!("s{i}"), words))
            .collect(),
        "regions" => (1..=REGIONS).map(|i| plain(&format!("r{i}"), &format!("Region {i}"))).collect(),
        _ => (0..TOWNS)
            .map(|i| {
                let region = format!("r{}", i % REGIONS + 1);
                (format!("t{i}-{region}"), format!("Town {i}"), Some(region))
            })
            .collect(),
    }
}

fn choices(name: &str) -> Value {
    list(name).into_iter().map(|(name, words, _)| json!({"value": name, "text": words})).collect()
}

/// The parts of an XForm while it is being written.
#[derive(Default)]
struct XForm {
    instance: String,
    binds: String,
    body: String,
}

impl XForm {
    fn page(&mut self, page: usize, questions: &[Question]) {
        let _ = write!(self.instance, "<p{page}>");
        let _ = write!(
            self.body,
            r#"<group ref="/data/p{page}" appearance="field-list"><label>Page {page}</label>"#
        );
        if is_conditional(page) {
            let _ =
                write!(self.binds, r#"<bind nodeset="/data/p{page}" relevant=" {}  != 'r8'"/>"#, path(1, 5));
        }
        self.questions(questions);
        self.body += "</group>";
        let _ = write!(self.instance, "</p{page}>");
    }

    fn page_of_repeat(&mut self, questions: &[Question]) {
        let mut inside = XForm::default();
        inside.questions(questions);
        let XForm { instance, binds, body } = inside;
        let _ = write!(self.instance, r#"<p2><m jr:template="">{instance}</m></p2>"#);
        self.binds += &binds;
        let _ = write!(
            self.body,
            r#"<group ref="/data/p2" appearance="field-list"><label>Page 2</label><group ref="/data/p2/m"><label>Member</label><repeat nodeset="/data/p2/m" jr:count=" /data/p1/p1_q1 " jr:noAddRemove="true()">{body}</repeat></group></group>"#
        );
    }

    fn questions(&mut self, questions: &[Question]) {
        for question in questions {
            let _ = write!(self.instance, "<{}/>", super::question::name(&question.path));
            self.binds += &question.bind();
            self.body += &question.control();
        }
    }

    fn text(&self, id: &str, title: &str) -> String {
        let Self { instance, binds, body } = self;
        let mut lists = String::new();
        for name in ["yes_no", "scale", "regions", "towns"] {
            let _ = write!(lists, r#"<instance id="{name}"><root>"#);
            for (name, words, region) in list(name) {
                let region = region.map(|region| format!("<region>{region}</region>")).unwrap_or_default();
                let _ = write!(lists, "<item><name>{name}</name><label>{words}</label>{region}</item>");
            }
            lists += "</root></instance>";
        }
        format!(
            r#"<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>{title}</h:title><model><instance><data id="{id}" version="1">{instance}<meta><instanceID/></meta></data></instance>
{lists}{binds}<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
<h:body class="pages">{body}</h:body></h:html>
"#
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_form_has_500_questions_in_both_syntaxes() {
        let form = large();
        let controls = ["<input ", "<select1 ", "<select "].iter().map(|tag| form.xform.matches(tag).count());
        assert_eq!(controls.sum::<usize>(), 500);
        let pages = form.survey_js["pages"].as_array().unwrap();
        let questions = pages.iter().map(|page| page["elements"].as_array().unwrap().len());
        assert_eq!((pages.len(), questions.sum::<usize>()), (25, 500));
        let conditions = |word: &str| form.xform.matches(word).count();
        let said = form.survey_js.to_string();
        assert_eq!(conditions(" relevant=\""), said.matches("\"visibleIf\"").count());
        assert_eq!(conditions(" constraint=\""), said.matches("\"validators\"").count());
        assert_eq!(conditions(" calculate=\""), said.matches("\"expression\":\"sum(").count());
    }
}
