//! What is said never to hold never does: random conditions over a small form, tried with all answers that there are.

use doorstep_engine::{Bundle, Form, Session, Source, World};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    /// A condition over those subjects.
    fn condition(&mut self, depth: u64, subjects: &[&str]) -> String {
        match self.below(if depth == 0 { 3 } else { 8 }) {
            0..3 => self.atom(subjects),
            3 | 4 => format!(
                "({} and {})",
                self.condition(depth - 1, subjects),
                self.condition(depth - 1, subjects)
            ),
            5 | 6 => {
                format!(
                    "({} or {})",
                    self.condition(depth - 1, subjects),
                    self.condition(depth - 1, subjects)
                )
            }
            _ => format!("not({})", self.condition(depth - 1, subjects)),
        }
    }

    fn atom(&mut self, subjects: &[&str]) -> String {
        let number = ["=", "!=", "<", "<=", ">", ">="];
        let equal = ["=", "!="];
        match self.one_of(subjects) {
            "a" => format!("${{a}} {} {}", self.one_of(&equal), self.one_of(&["'yes'", "'no'", "''"])),
            "b" => format!("${{b}} {} {}", self.one_of(&equal), self.one_of(&["'u'", "'v'", "''", "'3'"])),
            "m" if self.below(3) == 0 => {
                format!("${{m}} {} {}", self.one_of(&equal), self.one_of(&["'x'", "'x y'", "''"]))
            }
            "m" => format!("selected(${{m}}, '{}')", self.one_of(&["x", "y"])),
            "length" => format!("string-length(${{b}}) {} {}", self.one_of(&number), self.below(3)),
            subject => {
                let subject = if subject == "." { ".".to_owned() } else { format!("${{{subject}}}") };
                format!(
                    "{subject} {} {}",
                    self.one_of(&number),
                    self.one_of(&["0", "1", "2", "3", "'2'", "1.5"])
                )
            }
        }
    }
}

fn form(conditions: &[String; 4]) -> Bundle {
    let [of_b, of_group, of_target, constraint] = conditions;
    let form = serde_json::json!({
        "settings": {"form_id": "data", "version": "1", "title": "Data"},
        "choices": {
            "yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}],
            "xy": [{"name": "x", "label": "X"}, {"name": "y", "label": "Y"}]
        },
        "survey": [
            {"type": "select_one yn", "name": "a", "label": "A"},
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "select_multiple xy", "name": "m", "label": "M"},
            {"type": "text", "name": "b", "label": "B", "relevant": of_b},
            {"type": "group", "name": "g", "label": "G", "relevant": of_group, "children": [
                {"type": "text", "name": "t", "label": "T", "relevant": of_target}
            ]},
            {"type": "integer", "name": "c", "label": "C", "constraint": constraint}
        ]
    });
    Bundle::single(Source::new("form.json", form.to_string()))
}

/// Every way of answering the questions that conditions read.
fn answers() -> Vec<[&'static str; 4]> {
    let mut all = Vec::new();
    for a in ["", "yes", "no"] {
        for n in ["", "0", "1", "2", "3", "4"] {
            for m in ["", "x", "y", "x y"] {
                all.extend(["", "u", "v", "3"].map(|b| [a, n, m, b]));
            }
        }
    }
    all
}

#[test]
fn what_never_holds_never_does() {
    let mut dice = Dice(7);
    let answers = answers();
    let (mut never_relevant, mut never_valid) = (0, 0);
    for _ in 0..250 {
        let conditions = [
            dice.condition(1, &["a", "n", "m"]),
            dice.condition(1, &["a", "n", "m", "b"]),
            dice.condition(3, &["a", "n", "m", "b", "length"]),
            dice.condition(3, &["."]),
        ];
        let checked = Form::read(&form(&conditions));
        let codes = |code: &str| checked.diagnostics.iter().filter(|found| found.code == code).count();
        let form = checked.form.clone().unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        let said = |name: &str| {
            let message = format!("`{name}` is never relevant");
            checked.diagnostics.iter().any(|found| found.message.starts_with(&message))
        };
        let watched: Vec<&str> = [("b", "/data/b"), ("g", "/data/g"), ("t", "/data/g/t")]
            .iter()
            .filter(|(name, _)| said(name))
            .map(|(_, path)| *path)
            .collect();
        never_relevant += watched.len();
        if !watched.is_empty() {
            let mut session = Session::new(form.clone(), World::default());
            for given in &answers {
                for (name, answer) in ["a", "n", "m", "b"].iter().zip(given) {
                    let key = session.at(&format!("/data/{name}")).unwrap();
                    // What is not relevant can't be answered.
                    let _ = session.answer_text(key, answer);
                }
                for path in &watched {
                    let state = session.state(session.at(path).unwrap()).unwrap();
                    assert!(!state.relevant, "{path} is relevant after {given:?}: {conditions:#?}");
                }
            }
        }
        if codes("never-valid") > 0 {
            never_valid += 1;
            let mut session = Session::new(form, World::default());
            let key = session.at("/data/c").unwrap();
            for answer in -1..6 {
                session.answer_text(key, &answer.to_string()).unwrap();
                let state = session.state(key).unwrap();
                assert!(state.violation.is_some(), "{answer} will do: {}", conditions[3]);
            }
        }
    }
    assert!(never_relevant >= 20 && never_valid >= 5, "only {never_relevant} and {never_valid} were found");
}
