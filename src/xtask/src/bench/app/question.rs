//! A question of the measured forms, and how an XForm and SurveyJS's JSON each say the same of it.
//!
//! Kept here: whatever one of the two syntaxes says, the other says too, so that all who are measured have the same work.

use serde_json::{Value, json};

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    LongText,
    Integer,
    Decimal,
    Date,
    /// One of a list.
    One(&'static str),
    /// One of a list, from a menu.
    Menu(&'static str),
    /// Any of a list.
    Several(&'static str),
    /// Nothing: the sum of others, shown.
    Sum,
}

/// When it is asked.
#[derive(Clone)]
pub enum Condition {
    /// That number is greater.
    Over(String, i32),
    /// That choice was made.
    Is(String, &'static str),
    /// That choice is among those made.
    Has(String, &'static str),
}

/// What an answer has to be.
#[derive(Clone)]
pub enum Rule {
    Between(i32, i32),
    /// No more than another answer.
    AtMost(String),
}

/// A question, at `path` in the XForm; its name is the path's last step.
#[derive(Clone)]
pub struct Question {
    pub path: String,
    pub label: String,
    pub kind: Kind,
    pub when: Option<Condition>,
    pub rule: Option<Rule>,
    /// The numbers that a sum is of, by their paths.
    pub of: Vec<String>,
    /// The choice by which a list is narrowed, by its path.
    pub narrowed_by: Option<String>,
}

/// The last step of a path, which is the name that SurveyJS knows a question by.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Question {
    pub fn new(path: String, kind: Kind, words: &str) -> Question {
        let label = format!("{} {words}", name(&path));
        Question { path, label, kind, when: None, rule: None, of: Vec::new(), narrowed_by: None }
    }

    pub fn when(self, condition: Condition) -> Question {
        Question { when: Some(condition), ..self }
    }

    pub fn rule(self, rule: Rule) -> Question {
        Question { rule: Some(rule), ..self }
    }

    /// Its bind.
    pub fn bind(&self) -> String {
        let data_type = match self.kind {
            Kind::Text | Kind::LongText | Kind::One(_) | Kind::Menu(_) | Kind::Several(_) => "string",
            Kind::Integer | Kind::Sum => "int",
            Kind::Decimal => "decimal",
            Kind::Date => "date",
        };
        let mut bind = format!(r#"<bind nodeset="{}" type="{data_type}""#, self.path);
        if let Some(condition) = &self.when {
            bind += &format!(r#" relevant="{}""#, condition.in_xpath());
        }
        match &self.rule {
            Some(Rule::Between(low, high)) => {
                bind += &format!(
                    r#" constraint=". &gt;= {low} and . &lt;= {high}" jr:constraintMsg="From {low} to {high}""#
                );
            }
            Some(Rule::AtMost(other)) => {
                bind += &format!(r#" constraint=". &lt;= {other} " jr:constraintMsg="Not more than before""#);
            }
            None => {}
        }
        if self.kind == Kind::Sum {
            let sum: Vec<String> = self.of.iter().map(|path| format!("coalesce( {path} , 0)")).collect();
            bind += &format!(r#" readonly="true()" calculate="{}""#, sum.join(" + "));
        }
        bind + "/>"
    }

    /// Its control.
    pub fn control(&self) -> String {
        let (path, label) = (&self.path, &self.label);
        let input =
            |appearance: &str| format!(r#"<input ref="{path}"{appearance}><label>{label}</label></input>"#);
        let select = |element: &str, list: &str, appearance: &str| {
            let narrowed =
                self.narrowed_by.as_ref().map(|by| format!("[region =  {by} ]")).unwrap_or_default();
            format!(
                r#"<{element} ref="{path}"{appearance}><label>{label}</label><itemset nodeset="instance('{list}')/root/item{narrowed}"><value ref="name"/><label ref="label"/></itemset></{element}>"#
            )
        };
        match self.kind {
            Kind::Text | Kind::Integer | Kind::Decimal | Kind::Date | Kind::Sum => input(""),
            Kind::LongText => input(r#" appearance="multiline""#),
            Kind::One(list) => select("select1", list, ""),
            Kind::Menu(list) => select("select1", list, r#" appearance="minimal""#),
            Kind::Several(list) => select("select", list, ""),
        }
    }

    /// As SurveyJS says it; `choices` gives a list's.
    pub fn survey_js(&self, choices: impl Fn(&str) -> Value) -> Value {
        let mut said = match self.kind {
            Kind::Text => json!({"type": "text"}),
            Kind::LongText => json!({"type": "comment"}),
            Kind::Integer | Kind::Decimal => json!({"type": "text", "inputType": "number"}),
            Kind::Date => json!({"type": "text", "inputType": "date"}),
            Kind::One(list) => json!({"type": "radiogroup", "choices": choices(list)}),
            Kind::Menu(list) => json!({"type": "dropdown", "choices": choices(list)}),
            Kind::Several(list) => json!({"type": "checkbox", "choices": choices(list)}),
            Kind::Sum => {
                let sum: Vec<String> = self.of.iter().map(|path| format!("{{{}}}", name(path))).collect();
                json!({"type": "expression", "expression": format!("sum({})", sum.join(", "))})
            }
        };
        said["name"] = name(&self.path).into();
        said["title"] = self.label.as_str().into();
        if let Some(condition) = &self.when {
            said["visibleIf"] = condition.in_survey_js().into();
        }
        match &self.rule {
            Some(Rule::Between(low, high)) => {
                said["validators"] = json!([{"type": "numeric", "minValue": low, "maxValue": high}]);
            }
            Some(Rule::AtMost(other)) => {
                let holds = format!("{{{}}} <= {{{}}}", name(&self.path), name(other));
                said["validators"] = json!([{"type": "expression", "expression": holds}]);
            }
            None => {}
        }
        if let Some(by) = &self.narrowed_by {
            // What is known of a choice besides its name is out of an expression's reach: the name says its region.
            said["choicesVisibleIf"] = format!("endsWithName({{item}}, {{{}}})", name(by)).into();
        }
        said
    }
}

impl Condition {
    fn in_xpath(&self) -> String {
        match self {
            Condition::Over(path, least) => format!(" {path}  &gt; {least}"),
            Condition::Is(path, choice) => format!(" {path}  = '{choice}'"),
            Condition::Has(path, choice) => format!("selected( {path} , '{choice}')"),
        }
    }

    fn in_survey_js(&self) -> String {
        match self {
            Condition::Over(path, least) => format!("{{{}}} > {least}", name(path)),
            Condition::Is(path, choice) => format!("{{{}}} = '{choice}'", name(path)),
            Condition::Has(path, choice) => format!("{{{}}} contains '{choice}'", name(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_syntaxes_say_the_same_of_a_question() {
        let question = Question::new("/data/p1/p1_q2".into(), Kind::Integer, "How many?")
            .when(Condition::Over("/data/p1/p1_q1".into(), 17))
            .rule(Rule::Between(0, 9));
        let bind = question.bind();
        assert!(bind.contains(r#"relevant=" /data/p1/p1_q1  &gt; 17""#), "{bind}");
        assert!(bind.contains(r#"constraint=". &gt;= 0 and . &lt;= 9""#), "{bind}");
        let said = question.survey_js(|_| Value::Null);
        assert_eq!(said["name"], "p1_q2");
        assert_eq!(said["visibleIf"], "{p1_q1} > 17");
        assert_eq!(said["validators"][0]["maxValue"], 9);
    }
}
