//! A draft taken up again is the form that was left, whatever was answered in which order and whenever it was saved.

use std::path::Path;
use std::sync::Arc;

use doorstep_delivery::draft::{OpenError, new_id};
use doorstep_delivery::step::{Change, ReplayProblemKind};
use doorstep_delivery::submission::SealError;
use doorstep_delivery::{Cursor, Draft, FormRef, Moment, Step, Submission};
use doorstep_engine::view::{Control, Item, Key, ViolationKind};
use doorstep_engine::{Bundle, Extent, Form, Session, Source, Value, World};
use serde_json::json;

const START_MS: i64 = 1_795_397_400_000;

/// A visit with a repeat, a default, a relevance and a calculation.
const VISIT: &str = r#"{
  "settings": {"form_id": "visit", "version": "1", "title": "走访", "default_language": "zh", "instance_name": "${name}"},
  "choices": {"yes_no": [{"name": "yes", "label": "是"}, {"name": "no", "label": "否"}]},
  "survey": [
    {"type": "group", "name": "household", "label": "家庭", "children": [
      {"type": "text", "name": "name", "label": "姓名", "required": true},
      {"type": "select_one yes_no", "name": "alone", "label": "独居", "default": "no"},
      {"type": "text", "name": "why", "label": "原因", "relevant": "${alone} = 'yes'"}
    ]},
    {"type": "repeat", "name": "members", "label": "成员", "children": [
      {"type": "text", "name": "member", "label": "姓名"},
      {"type": "integer", "name": "age", "label": "年龄", "constraint": ". < 130"}
    ]},
    {"type": "calculate", "name": "ages", "calculation": "sum(${age})"}
  ]
}"#;

fn visit() -> Arc<Form> {
    form(&Bundle::single(Source::new("form.json", VISIT)))
}

fn household_needs() -> Arc<Form> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/household-needs");
    let read = |name: &str| std::fs::read_to_string(folder.join(name));
    let main = Source::new("form.json", read("form.json").unwrap());
    form(&Bundle::gather(main, |name| read(name).ok()))
}

fn form(bundle: &Bundle) -> Arc<Form> {
    let checked = Form::read(bundle);
    checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

fn now(seconds: i64) -> Moment {
    Moment { ms: START_MS + seconds * 1_000, utc_offset_minutes: 480 }
}

fn world(seconds: i64) -> World {
    World { now_ms: now(seconds).ms, utc_offset_minutes: 480, seed: 1, ..World::default() }
}

/// A reader with the form open, writing down each step as the app does.
struct Reader {
    session: Session,
    draft: Draft,
    steps: Vec<Step>,
}

impl Reader {
    fn open(form: &Arc<Form>) -> Reader {
        let session = Session::new(form.clone(), world(0));
        let draft = Draft::begin(new_id(START_MS, &[1; 10]), &session, now(0));
        Reader { session, draft, steps: Vec::new() }
    }

    fn seq(&self) -> u64 {
        self.steps.last().map_or(self.draft.seq, |step| step.seq)
    }

    fn wrote(&mut self, change: Change) {
        let seq = self.seq() + 1;
        self.steps.push(Step { seq, at: now(seq as i64), change });
    }

    fn at_next(&mut self) {
        let at = now(self.seq() as i64 + 1);
        self.session.set_now(at.ms, at.utc_offset_minutes);
    }

    fn answer(&mut self, key: Key, value: Value) {
        let path = self.session.path(key);
        self.at_next();
        if self.session.answer(key, value.clone()).is_ok() {
            self.wrote(Change::answer(path, &value));
        }
    }

    fn type_in(&mut self, path: &str, text: &str) {
        let key = self.session.at(path).expect(path);
        let data_type = self.session.question(key).expect(path).data_type;
        self.answer(key, Value::read(data_type, text));
    }

    fn add(&mut self, repeat: Key) {
        let path = self.session.path(repeat);
        self.at_next();
        if self.session.add_repeat(repeat).is_ok() {
            self.wrote(Change::AddRepeat { path });
        }
    }

    fn remove(&mut self, instance: Key) {
        let path = self.session.path(instance);
        self.at_next();
        if self.session.remove_repeat(instance).is_ok() {
            self.wrote(Change::RemoveRepeat { path });
        }
    }

    fn go(&mut self, cursor: Cursor) {
        self.wrote(Change::Page(cursor));
    }

    /// A snapshot, as when leaving a page.
    fn save(&mut self) {
        let seq = self.seq();
        self.draft.take(&self.session, self.draft.cursor.clone(), seq, now(seq as i64));
        self.steps.clear();
    }
}

#[test]
fn answers_page_and_language_come_back() {
    let form = visit();
    let mut reader = Reader::open(&form);
    reader.type_in("/visit/household/name", "张三");
    reader.save();
    reader.type_in("/visit/household/alone", "yes");
    reader.type_in("/visit/household/why", "丧偶");
    reader.type_in("/visit/household/alone", "no");
    reader.add(reader.session.at("/visit/members").unwrap());
    reader.type_in("/visit/members[1]/age", "七十");
    let cursor = Cursor { page: Some("/visit/members".into()), card: Some("/visit/members[1]".into()) };
    reader.go(cursor.clone());

    let opened = reader.draft.open(&reader.steps, form, world(99)).unwrap();
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    assert_eq!((opened.seq, opened.cursor), (reader.seq(), cursor));
    let data = opened.session.data(Extent::All);
    assert_eq!(data, reader.session.data(Extent::All));
    assert_eq!(data["visit"]["household"], json!({"name": "张三", "alone": "no", "why": "丧偶"}));
    // A repeat begins with one instance.
    assert_eq!(data["visit"]["members"], json!([{"age": {"unread": "七十"}}, {}]));
    assert_eq!(opened.session.instance_name(), "张三");
}

#[test]
fn what_was_cleared_stays_cleared() {
    let form = visit();
    let mut reader = Reader::open(&form);
    reader.type_in("/visit/household/alone", "");
    for saved in [false, true] {
        if saved {
            reader.save();
        }
        let opened = reader.draft.open(&reader.steps, form.clone(), world(99)).unwrap();
        assert_eq!(opened.session.data(Extent::All), reader.session.data(Extent::All), "saved: {saved}");
        assert!(opened.session.data(Extent::All)["visit"]["household"]["alone"].is_null());
    }
}

#[test]
fn what_can_not_be_taken_again_is_said() {
    let form = visit();
    let mut reader = Reader::open(&form);
    reader.type_in("/visit/household/name", "张三");
    reader.wrote(Change::Answer { path: "/visit/household/name".into(), value: json!(3) });
    reader.wrote(Change::Answer { path: "/visit/shoe".into(), value: json!("44") });
    reader.wrote(Change::RemoveRepeat { path: "/visit/members[4]".into() });
    reader.wrote(Change::Language { language: "zh".into() });
    reader.steps.remove(4);
    reader.steps.push(Step {
        seq: 6,
        at: now(6),
        change: Change::AddRepeat { path: "/visit/members".into() },
    });

    let opened = reader.draft.open(&reader.steps, form, world(99)).unwrap();
    let said: Vec<_> = opened.problems.iter().map(|problem| (problem.seq, problem.kind)).collect();
    assert_eq!(
        said,
        [
            (2, ReplayProblemKind::WrongType),
            (3, ReplayProblemKind::NoSuchNode),
            (4, ReplayProblemKind::NoSuchNode),
            (6, ReplayProblemKind::AfterGap),
        ]
    );
    assert_eq!(opened.seq, 6);
    assert_eq!(opened.session.data(Extent::All)["visit"]["household"]["name"], "张三");
}

#[test]
fn a_draft_opens_with_its_own_form_only() {
    let reader = Reader::open(&visit());
    let error = reader.draft.open(&[], household_needs(), world(0)).unwrap_err();
    assert!(matches!(error, OpenError::OtherForm(given) if given.id == "household-needs"));
}

#[test]
fn only_a_form_without_violations_is_sealed_and_with_what_is_relevant() {
    let form = visit();
    let mut reader = Reader::open(&form);
    let refused = Submission::seal(&mut reader.session, &reader.draft, &[], now(5), [0; 32]).unwrap_err();
    let SealError::Violations(violations) = refused else { panic!("{refused:?}") };
    assert_eq!(violations[0].0, "/visit/household/name");
    assert_eq!(violations[0].1.kind, ViolationKind::Required);

    reader.type_in("/visit/household/name", "张三");
    reader.type_in("/visit/household/alone", "yes");
    reader.type_in("/visit/household/why", "丧偶");
    reader.type_in("/visit/household/alone", "no");
    let submission = Submission::seal(&mut reader.session, &reader.draft, &[], now(5), [0; 32]).unwrap();
    assert_eq!((submission.id(), submission.name()), (reader.draft.id, "张三"));
    assert_eq!(submission.form(), &FormRef::of(&form));
    let sealed = doorstep_delivery::sealed::Sealed::read(submission.body().as_bytes()).unwrap();
    assert_eq!(sealed.data["visit"]["household"], json!({"name": "张三", "alone": "no"}));
    assert_eq!((sealed.created_at, sealed.finished_at, sealed.language.as_str()), (now(0), now(5), "zh"));
    // What was sealed opens as a submission of the form on the other end.
    Session::restore(form, world(5), &sealed.data).unwrap();
}

#[test]
fn the_real_form_comes_back_after_any_answers() {
    let form = household_needs();
    for seed in 0..40 {
        let mut random = Random(seed * 0x9e37_79b9 + 1);
        let mut reader = Reader::open(&form);
        for _ in 0..200 {
            wander(&mut reader, &mut random);
            if random.below(15) == 0 {
                reader.save();
            }
        }
        assert!(reader.seq() > 100, "hardly anything was done: {}", reader.seq());
        let opened = reader.draft.open(&reader.steps, form.clone(), world(reader.seq() as i64)).unwrap();
        assert!(opened.problems.is_empty(), "seed {seed}: {:?}", opened.problems);
        assert_eq!(opened.session.data(Extent::All), reader.session.data(Extent::All), "seed {seed}");
        // By their paths: which number an instance has is the session's own affair.
        let violations = |session: &Session| -> Vec<_> {
            let found = session.violations().into_iter();
            found.map(|(key, violation)| (session.path(key), violation)).collect()
        };
        assert_eq!(violations(&opened.session), violations(&reader.session), "seed {seed}");
        assert_eq!(opened.session.progress(), reader.session.progress(), "seed {seed}");
        // What would be sent is taken by the other end, and means the same there.
        let sent = reader.session.data(Extent::Relevant);
        let received = Session::restore(form.clone(), world(reader.seq() as i64), &sent).unwrap();
        assert_eq!(received.data(Extent::Relevant), sent, "seed {seed}");
    }
}

/// Does one random thing somewhere in the form.
fn wander(reader: &mut Reader, random: &mut Random) {
    let mut items = Vec::new();
    for page in reader.session.pages() {
        collect(&reader.session, &page.items, &mut items);
    }
    match items[random.below(items.len())] {
        Item::Group(_) => {}
        Item::Repeat(key) => {
            let view = reader.session.repeat(key).unwrap();
            match view.instances.len() {
                n if n > 0 && random.below(3) == 0 => reader.remove(view.instances[random.below(n)].key),
                n if n < 4 => reader.add(key),
                _ => {}
            }
        }
        Item::Question(key) => {
            let question = reader.session.question(key).unwrap();
            let pick =
                |random: &mut Random| question.choices[random.below(question.choices.len())].name.clone();
            let value = match question.control {
                _ if random.below(6) == 0 => Value::Blank,
                Control::SelectOne if !question.choices.is_empty() => Value::Choice(pick(random)),
                Control::SelectMultiple if !question.choices.is_empty() => {
                    Value::read(question.data_type, &format!("{} {}", pick(random), pick(random)))
                }
                _ => {
                    let texts = ["3", "张三", "2026-02-28", "-1.5", "OK", "11010519491231002X", "十"];
                    Value::read(question.data_type, texts[random.below(texts.len())])
                }
            };
            reader.answer(key, value);
        }
    }
}

fn collect(session: &Session, items: &[Item], into: &mut Vec<Item>) {
    for item in items {
        into.push(*item);
        match *item {
            Item::Question(_) => {}
            Item::Group(key) => collect(session, &session.children(key), into),
            Item::Repeat(key) => {
                for instance in session.repeat(key).unwrap().instances {
                    collect(session, &session.children(instance.key), into);
                }
            }
        }
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}
