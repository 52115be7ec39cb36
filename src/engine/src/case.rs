//! Cases of a form: answers in, expected values, relevance and violations out.
//!
//! A case stands beside its form as JSON; the same runner serves the tests, `doorstep test` and the designer.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::assess::{Missing, Outcome};
use crate::diagnostic::nearest;
use crate::entities::{EntityAct, EntityChange, EntityError, EntityList, ListedEntity};
use crate::form::Form;
use crate::moment;
use crate::services::Match;
use crate::session::{Session, World};
use crate::value::Value;
use crate::view::{Key, ViolationKind};

/// What did not come out as the case says: the step (from 1) and a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Which step, from 1; 0 is the case itself.
    pub step: usize,
    /// What was expected and what came.
    pub message: String,
    /// The same in Chinese.
    pub chinese: String,
    /// The path of the question, or the name of the measure, that came out otherwise.
    pub about: Option<String>,
}

impl Failure {
    /// A failure that is said in English only.
    pub fn plain(step: usize, message: String) -> Failure {
        Failure { step, chinese: message.clone(), message, about: None }
    }
}

/// What is wrong, in English and Chinese.
struct Said {
    english: String,
    chinese: String,
    about: Option<String>,
}

impl Said {
    fn about(self, name: &str) -> Said {
        Said { about: Some(name.to_owned()), ..self }
    }

    fn at(self, step: usize) -> Failure {
        Failure { step, message: self.english, chinese: self.chinese, about: self.about }
    }
}

macro_rules! said {
    ($english:literal; $chinese:literal) => {
        Said { english: format!($english), chinese: format!($chinese), about: None }
    };
}

/// Runs a case. No failures: it passed.
///
/// `{about, source?, now, language?, seed?, living?, lists?, steps: [{answer} | {refused} | {add_repeat} | {remove_repeat} | {expect}]}`; an expectation names
/// `values, relevant, violations, messages, choices, count, labels, readonly` by path, `outcomes` of measures by name (`193/3`, `n/a`), their `sentences` (the whole, then each reason) and `turns` (`[]`: nothing would change it; null: that is not known), the codes of `services` that fit, what those lack that are `undecided`, the questions that a measure or an undecided service `awaits`, what is said of `entities`, and `instance_name`, `complete`, `pages`.
pub fn run(form: &Arc<Form>, case: &Json) -> Vec<Failure> {
    run_through(form, case).1
}

/// `{"households": [{"name", "label", "version"?, any property}]}`: lists as the server has told of them.
fn lists(said: Option<&Json>) -> Arc<[Arc<EntityList>]> {
    let text = |row: &Json, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let listed = |row: &Json| {
        let version = row["version"].as_u64().unwrap_or(1);
        let own = row.as_object().into_iter().flatten();
        let own = own.filter(|(name, _)| !matches!(&***name, "name" | "label" | "version"));
        ListedEntity {
            id: text(row, "name"),
            label: text(row, "label"),
            version,
            trunk: Some(version),
            branch: None,
            properties: own
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().into()))
                .collect(),
        }
    };
    let list = |(name, rows): (&String, &Json)| {
        let rows = rows.as_array().into_iter().flatten();
        Arc::new(EntityList { name: name.as_str().into(), entities: rows.map(listed).collect() })
    };
    said.and_then(Json::as_object).into_iter().flatten().map(list).collect()
}

/// Runs a case and gives the session as it stands after the last step, if the case could be begun.
pub fn run_through(form: &Arc<Form>, case: &Json) -> (Option<Session>, Vec<Failure>) {
    let mut failures = Vec::new();
    let now = case.get("now").and_then(Json::as_str).unwrap_or("2026-01-01T09:00:00+08:00");
    let Some(mut world) = world_at(now) else {
        return (None, vec![said!("`now` is no moment: {now}"; "`now` 不是一个时刻：{now}").at(0)]);
    };
    let living = case.get("living").and_then(Json::as_array).into_iter().flatten();
    world.living = living.filter_map(Json::as_str).map(Arc::from).collect();
    world.lists = lists(case.get("lists"));
    world.seed = case.get("seed").and_then(Json::as_u64).unwrap_or(1);
    let mut session = Session::new(form.clone(), world);
    if let Some(language) = case.get("language").and_then(Json::as_str) {
        session.set_language(language);
    }
    let steps = case.get("steps").and_then(Json::as_array).map_or(&[][..], |steps| steps);
    let expects = steps.iter().any(|step| step.get("expect").is_some());
    if !expects {
        failures.push(said!("the case expects nothing"; "这个例子没有写该得到什么").at(0));
    }
    for (index, step) in steps.iter().enumerate() {
        let mut fail = |said: Said| failures.push(said.at(index + 1));
        let Some(step) = step.as_object() else {
            fail(said!("a step is an object"; "一步要写成一个对象"));
            continue;
        };
        for (verb, what) in step {
            match (verb.as_str(), what) {
                ("answer", Json::Object(answers)) => answer(&mut session, answers, &mut fail),
                ("refused", Json::Object(answers)) => refused(&mut session, answers, &mut fail),
                ("add_repeat", Json::String(path)) => match session.at(path) {
                    Some(key) => {
                        if let Err(error) = session.add_repeat(key) {
                            fail(said!("{path} can't be added to: {error:?}"; "{path} 不能再加"));
                        }
                    }
                    None => fail(no_such(&session, path)),
                },
                ("remove_repeat", Json::String(path)) => match session.at(path) {
                    Some(key) => {
                        if let Err(error) = session.remove_repeat(key) {
                            fail(said!("{path} can't be removed: {error:?}"; "{path} 不能去掉"));
                        }
                    }
                    None => fail(no_such(&session, path)),
                },
                ("set_language", Json::String(language)) => session.set_language(language),
                ("expect", Json::Object(expected)) => expect(&session, expected, &mut fail),
                ("about", _) => {}
                (verb, _) => fail(
                    said!("a case knows no step `{verb}` of this shape"; "例子里没有 `{verb}` 这样的一步，或者写得不对"),
                ),
            }
        }
    }
    (Some(session), failures)
}

/// The clock and zone that a written moment means.
fn world_at(now: &str) -> Option<World> {
    let (_, time) = now.split_once('T')?;
    let zone = moment::read_time(time)?.1?;
    let days = moment::moment_days(now, zone)?;
    let now_ms = (days * 86_400_000.0).round() as i64;
    Some(World { now_ms, utc_offset_minutes: zone, ..World::default() })
}

fn answer(session: &mut Session, answers: &Map<String, Json>, fail: &mut impl FnMut(Said)) {
    for (path, value) in answers {
        let Some(key) = session.at(path) else {
            fail(no_such(session, path));
            continue;
        };
        let given = match value {
            Json::Null => session.answer(key, Value::Blank),
            Json::String(text) => session.answer_text(key, text),
            other => session.answer_text(key, &as_text(other)),
        };
        if let Err(error) = given {
            fail(
                said!("{path} can't be answered with {value}: {error:?}"; "{path} 现在不能填 {value}")
                    .about(path),
            );
        }
    }
}

/// That a path leads nowhere, and which was probably meant.
fn no_such(session: &Session, path: &str) -> Said {
    let all: Vec<String> = session.nodes().into_iter().map(|key| session.path(key)).collect();
    match nearest(path, all.iter().map(String::as_str)) {
        Some(known) => {
            said!("there is no {path}; did you mean {known}?"; "表里没有 {path}；是不是 {known}？")
        }
        None => said!("there is no {path}"; "表里没有 {path}"),
    }
}

/// Answers that the form must not take: a choice that isn't offered, a word for a number.
fn refused(session: &mut Session, answers: &Map<String, Json>, fail: &mut impl FnMut(Said)) {
    for (path, value) in answers {
        match session.at(path) {
            Some(key) if session.answer_text(key, &as_text(value)).is_ok() => {
                fail(said!("{path} took {value}"; "{path} 收下了 {value}，本来不该收").about(path));
            }
            Some(_) => {}
            None => fail(no_such(session, path)),
        }
    }
}

/// A JSON value as an instance's text: arrays are names with spaces between.
fn as_text(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// An outcome as a case writes it: `193/3`, `high`, `hd he`, `n/a`, `missing: unanswered`.
pub(crate) fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotApplicable => "n/a".into(),
        Outcome::Missing(why) => format!(
            "missing: {}",
            match why {
                Missing::Unanswered => "unanswered",
                Missing::Rejected => "rejected",
                Missing::Depends => "depends",
                Missing::NoRule => "no rule",
                Missing::Conflict => "conflict",
                Missing::NoNumber => "no number",
            }
        ),
        other => other.to_string(),
    }
}

/// The same in Chinese words, where it is no value.
fn outcome_chinese(text: &str) -> String {
    match text {
        "n/a" => "不适用".to_owned(),
        "missing: unanswered" => "还没答全".to_owned(),
        "missing: rejected" => "有答案不对".to_owned(),
        "missing: depends" => "要用的那几项还没有结果".to_owned(),
        "missing: no rule" => "没有哪条规则对得上".to_owned(),
        "missing: conflict" => "几条规则互相矛盾".to_owned(),
        "missing: no number" => "不是数".to_owned(),
        value => format!("“{value}”"),
    }
}

fn expect(session: &Session, expected: &Map<String, Json>, fail: &mut impl FnMut(Said)) {
    for (what, wanted) in expected {
        match (what.as_str(), wanted) {
            ("instance_name", Json::String(name)) => {
                let given = session.instance_name();
                if given != *name {
                    fail(
                        said!("the instance's name is {given:?}, not {name:?}"; "这份表的名字现在是“{given}”，应为“{name}”"),
                    );
                }
            }
            ("complete", Json::Bool(complete)) => {
                let violations = session.violations();
                if violations.is_empty() != *complete {
                    let list: Vec<String> = violations
                        .iter()
                        .map(|(key, violation)| {
                            format!("{} ({})", session.path(*key), kind_name(violation.kind))
                        })
                        .collect();
                    let (given, list) = (violations.is_empty(), list.join(", "));
                    fail(match given {
                        true => {
                            said!("complete is {given}, not {complete}: {list}"; "现在都填全了，应当还缺")
                        }
                        false => {
                            said!("complete is {given}, not {complete}: {list}"; "现在没填全或填错了：{list}")
                        }
                    });
                }
            }
            ("pages", Json::Array(_)) => {
                let paths = session.pages().into_iter().map(|page| session.path(page.key));
                let pages = Json::from(paths.collect::<Vec<_>>());
                if pages != *wanted {
                    fail(said!("the pages are {pages}, not {wanted}"; "页现在是 {pages}，应为 {wanted}"));
                }
            }
            ("outcomes", Json::Object(by_name)) => {
                for (name, wanted) in by_name {
                    let given = session.outcome(name).map(|outcome| outcome_text(&outcome));
                    match given {
                        Some(given) if given == as_text(wanted) => {}
                        Some(given) => {
                            let (now, before) = (outcome_chinese(&given), outcome_chinese(&as_text(wanted)));
                            fail(
                                said!("the outcome of {name} is {given:?}, not {wanted}"; "{name} 现在是：{now}；应为：{before}")
                                    .about(name),
                            );
                        }
                        None => {
                            fail(said!("there is no measure {name}"; "没有 {name} 这项评估了").about(name))
                        }
                    }
                }
            }
            ("services", Json::Array(_)) => {
                let codes = session.services().map(|(catalogue, matched)| {
                    let code = |found: &Match| catalogue.item(found.item).code.to_string();
                    Json::from(matched.needs.iter().map(code).collect::<Vec<_>>())
                });
                match codes {
                    Some(codes) if codes == *wanted => {}
                    Some(codes) => fail(
                        said!("the services are {codes}, not {wanted}"; "匹配到的服务现在是 {codes}，应为 {wanted}"),
                    ),
                    None => fail(no_catalogue()),
                }
            }
            ("undecided", Json::Object(by_code)) => undecided(session, by_code, fail),
            ("awaits", Json::Object(by_name)) => awaits(session, by_name, fail),
            ("entities", Json::Array(wanted)) => entities(session, wanted, fail),
            ("sentences" | "turns", Json::Object(by_name)) => {
                for (name, wanted) in by_name {
                    let given = match what.as_str() {
                        "turns" => {
                            let search = session.what_would_change(name);
                            let sentences: Vec<_> =
                                search.turns.into_iter().map(|turn| turn.sentence).collect();
                            match sentences.is_empty() && !search.complete {
                                true => Json::Null,
                                false => Json::from(sentences),
                            }
                        }
                        _ => session.explanation(name).map_or(Json::Null, |told| {
                            let lines = told.reasons.into_iter().map(|reason| reason.sentence);
                            Json::from(std::iter::once(told.sentence).chain(lines).collect::<Vec<_>>())
                        }),
                    };
                    if given != *wanted {
                        let called = chinese(what);
                        fail(
                            said!("{what} of {name}: {given}, not {wanted}"; "{name} 的{called}现在是 {given}，应为 {wanted}")
                                .about(name),
                        );
                    }
                }
            }
            (_, Json::Object(by_path)) => {
                for (path, wanted) in by_path {
                    match session.at(path) {
                        Some(key) => {
                            if let Err(given) = one(session, what, key, wanted) {
                                let called = chinese(what);
                                fail(
                                    said!("{what} of {path}: {given}, not {wanted}"; "{path} 的{called}现在是 {given}，应为 {wanted}")
                                        .about(path),
                                );
                            }
                        }
                        None => fail(no_such(session, path)),
                    }
                }
            }
            _ => fail(
                said!("a case knows no expectation `{what}` of this shape"; "例子里没有 `{what}` 这样的要求，或者写得不对"),
            ),
        }
    }
}

fn no_catalogue() -> Said {
    said!("the form names no catalogue of services"; "表里没有服务目录")
}

/// What a case expects, in a word.
fn chinese(what: &str) -> &str {
    match what {
        "values" => "答案",
        "relevant" => "“问不问”",
        "readonly" => "“不能改”",
        "required" => "“必填”",
        "labels" => "题目文字",
        "hints" => "提示",
        "violations" => "不对的地方",
        "messages" => "出错时说的话",
        "choices" => "选项",
        "count" => "个数",
        "sentences" => "说明",
        "turns" => "“怎样会变”",
        other => other,
    }
}

/// What services are said to lack before they can be decided, by their codes.
fn undecided(session: &Session, by_code: &Map<String, Json>, fail: &mut impl FnMut(Said)) {
    let Some((catalogue, matched)) = session.services() else {
        return fail(no_catalogue());
    };
    for (code, wanted) in by_code {
        let found = matched.undecided.iter().find(|open| *catalogue.item(open.item).code == **code);
        let given =
            found.map_or(Json::Null, |open| catalogue.explain_undecided(open, session.language()).into());
        if given != *wanted {
            fail(said!("{code} lacks {given}, not {wanted}"; "服务 {code} 现在还缺 {given}，应为 {wanted}"));
        }
    }
}

/// The questions that measures wait for by their names, and undecided services by their codes.
fn awaits(session: &Session, by_name: &Map<String, Json>, fail: &mut impl FnMut(Said)) {
    let services = session.services();
    for (name, wanted) in by_name {
        let awaited = match (session.outcome(name), &services) {
            (None, Some((catalogue, matched))) => {
                let found = matched.undecided.iter().find(|open| *catalogue.item(open.item).code == **name);
                found.map(|open| open.awaits.clone()).unwrap_or_default()
            }
            _ => session.awaited(name),
        };
        let given = Json::from(awaited.into_iter().map(|each| each.question).collect::<Vec<_>>());
        if given != *wanted {
            fail(
                said!("{name} waits for {given}, not {wanted}"; "{name} 现在等的是 {given}，应为 {wanted}")
                    .about(name),
            );
        }
    }
}

/// What is said of entities, in order, as far as the case asks: `{list, id, act, label, base, properties}` or `{error}`.
fn entities(session: &Session, wanted: &[Json], fail: &mut impl FnMut(Said)) {
    let given: Vec<Json> = session.entities().into_iter().map(|change| told(&change)).collect();
    let fits = |(given, wanted): (&Json, &Json)| {
        wanted
            .as_object()
            .is_some_and(|wanted| wanted.iter().all(|(key, value)| given.get(key) == Some(value)))
    };
    if given.len() != wanted.len() || !given.iter().zip(wanted).all(fits) {
        let (given, wanted) = (Json::from(given), Json::from(wanted));
        fail(said!("the entities are {given}, not {wanted}"; "登记到名册的现在是 {given}，应为 {wanted}"));
    }
}

fn told(change: &Result<EntityChange, EntityError>) -> Json {
    let change = match change {
        Ok(change) => change,
        Err(why) => return serde_json::json!({"error": why.to_string()}),
    };
    let act = match change.act {
        EntityAct::Create => "create",
        EntityAct::Update => "update",
        EntityAct::CreateOrUpdate => "create or update",
    };
    let properties: Map<String, Json> =
        change.properties.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    serde_json::json!({
        "list": change.list, "id": change.id, "act": act, "label": change.label, "base": change.base, "properties": properties,
    })
}

/// Is it as wanted? If not, what it is.
fn one(session: &Session, what: &str, key: Key, wanted: &Json) -> Result<(), String> {
    let given = match what {
        "values" => {
            // As a submission would have it: blank while not relevant.
            let relevant = session.relevant(key) == Some(true);
            let value = session.value(key).filter(|_| relevant).map(Value::to_text).unwrap_or_default();
            let wanted = as_text(wanted);
            let same = value == wanted || same_number(&value, &wanted);
            return if same { Ok(()) } else { Err(format!("{value:?}")) };
        }
        "relevant" => session.relevant(key).map_or(Json::Null, Json::Bool),
        "readonly" => session.question(key).map_or(Json::Null, |question| Json::Bool(question.readonly)),
        "required" => session.question(key).map_or(Json::Null, |question| Json::Bool(question.required)),
        "labels" => label(session, key),
        "hints" => session.question(key).and_then(|question| question.hint).map_or(Json::Null, Json::String),
        "violations" | "messages" => {
            let found = session.question(key).and_then(|question| question.violation);
            match (what, found) {
                (_, None) => Json::Null,
                ("violations", Some(violation)) => kind_name(violation.kind).into(),
                (_, Some(violation)) => violation.message.map_or(Json::Null, Json::String),
            }
        }
        "choices" => {
            let names = session.question(key).map(|question| {
                question.choices.iter().map(|choice| Json::String(choice.name.to_string())).collect()
            });
            names.map_or(Json::Null, Json::Array)
        }
        "count" => session.repeat(key).map_or(Json::Null, |repeat| repeat.instances.len().into()),
        _ => return Err("a case knows no such expectation".into()),
    };
    if given == *wanted { Ok(()) } else { Err(given.to_string()) }
}

fn label(session: &Session, key: Key) -> Json {
    let question = session.question(key).map(|question| question.label);
    let group = || session.group(key).map(|group| group.label);
    let repeat = || session.repeat(key).map(|repeat| repeat.label);
    question.or_else(group).or_else(repeat).map_or(Json::Null, Json::String)
}

/// `12.50` is what 12.5 comes out as, and the other way round.
fn same_number(a: &str, b: &str) -> bool {
    let number = |text: &str| {
        text.parse::<f64>()
            .ok()
            .filter(|_| !text.starts_with('0') || text.len() == 1 || text.starts_with("0."))
    };
    matches!((number(a), number(b)), (Some(a), Some(b)) if a == b)
}

fn kind_name(kind: ViolationKind) -> &'static str {
    match kind {
        ViolationKind::Required => "required",
        ViolationKind::Constraint => "constraint",
        ViolationKind::Type(_) => "type",
    }
}
