//! Reads a question, or a whole page, aloud: label, hint and choices, for whoever reads badly or sees badly.
//!
//! Kept here: no answer is read, since others hear it; where the device has no voice of its own for the form's language there is no button; whatever is read stops
//! when its page is left. [`ReadsAloud::provide`] says where the buttons are: at a kiosk one a page, on a phone one a question if its user wants them.

use doorstep_engine::session::Session;
use doorstep_engine::view::{Item, Key, QuestionView};
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::{live, shown_when};
use super::marked::plain;
use crate::controls::Asked;
use crate::platform::speech;
use crate::state::answering::Answering;
use crate::state::reader::use_reader;

/// Longer lists are looked through, not listened to.
const MOST_CHOICES: usize = 30;
/// What is read where a whole page is.
const PAGE: &str = "page-aloud";

/// Where it can be read aloud, and what is being read.
#[derive(Clone, Copy)]
pub struct ReadsAloud {
    /// Has each question a button of its own?
    each: Signal<bool>,
    /// Goes up when the browser finds voices.
    voices: RwSignal<u32>,
    /// The id of the button whose words are being read.
    reading: RwSignal<Option<String>>,
}

impl ReadsAloud {
    /// From here on down, while `each` says so, every question has a button; pages have one where they [ask for it](page_aloud).
    pub fn provide(each: Signal<bool>) {
        let voices = RwSignal::new(0);
        let more = move || {
            voices.try_update(|count| *count += 1);
        };
        let listening = StoredValue::new_local(Some(speech::on_voices(more)));
        on_cleanup(move || drop(listening.try_update_value(Option::take)));
        provide_context(ReadsAloud { each, voices, reading: RwSignal::new(None) });
    }

    fn has_voice(self, answering: Answering) -> bool {
        self.voices.track();
        answering.revision.track();
        speech::has_voice(&language(answering))
    }
}

/// The button of one question.
pub fn question_aloud(asked: Asked) -> Option<AnyView> {
    let reads: ReadsAloud = use_context()?;
    let lines = move || {
        let lines = asked.view.with_untracked(spoken);
        lines.into_iter().chain(asked.wrong.get_untracked()).collect()
    };
    let can = move || reads.each.get() && reads.has_voice(asked.answering);
    let shown = move || button(reads, asked.answering, asked.part("aloud"), lines);
    Some(shown_when(can, shown).into_any())
}

/// The button of a whole page, or of what is shown of it.
pub fn page_aloud(answering: Answering, page: Key, shown: Vec<Item>) -> Option<AnyView> {
    let reads: ReadsAloud = use_context()?;
    let shown = StoredValue::new(shown);
    let lines = move || shown.with_value(|shown| answering.with(|session| spoken_page(session, page, shown)));
    let shown = move || button(reads, answering, PAGE.to_owned(), lines);
    Some(shown_when(move || reads.has_voice(answering), shown).into_any())
}

fn button(
    reads: ReadsAloud,
    answering: Answering,
    id: String,
    lines: impl Fn() -> Vec<String> + Send + Sync + Copy + 'static,
) -> AnyView {
    let reader = use_reader();
    let reading = reads.reading;
    let is_mine = {
        let id = id.clone();
        Memo::new(move |_| reading.with(|now| now.as_ref() == Some(&id)))
    };
    let stop = move || {
        speech::stop();
        reading.try_set(None);
    };
    on_cleanup({
        let id = id.clone();
        // What is read of another page by now is not this one's to stop.
        move || {
            if reading.try_with_untracked(|now| now.as_ref() == Some(&id)) == Some(true) {
                stop();
            }
        }
    });
    let press = move |_| {
        if is_mine.get_untracked() {
            return stop();
        }
        let is_read = speech::speak(&lines(), &language(answering), move || drop(reading.try_set(None)));
        reading.set(is_read.then(|| id.clone()));
    };
    let word = move || {
        let words = &reader.language().words().controls;
        if is_mine.get() { words.stop_reading } else { words.read_aloud }
    };
    let icon = move || {
        let shape = if is_mine.get() { Shape::Stop } else { Shape::Speaker };
        view! { <Icon shape /> }
    };
    view! {
        <div>
            <button type="button" class="button aloud" data-action="read-aloud" data-reading=live(move || is_mine.get().to_string()) on:click=press>
                {live(icon)}
                {live(word)}
            </button>
        </div>
    }
    .into_any()
}

/// The tag of the language that the form is read in.
fn language(answering: Answering) -> String {
    answering.with(|session| tag(session.language()).to_owned())
}

/// Forms call a language by its tag, or by a name with the tag behind it: `English (en)`.
fn tag(name: &str) -> &str {
    name.rsplit_once('(').map_or(name, |(_, tag)| tag.trim_end_matches(')').trim())
}

/// What of a question is read aloud, line by line.
fn spoken(question: &QuestionView) -> Vec<String> {
    let mut lines = vec![question.label.clone()];
    lines.extend(question.hint.clone());
    if question.choices.len() <= MOST_CHOICES {
        lines.extend(question.choices.iter().map(|choice| choice.label.clone()));
    }
    let lines = lines.iter().map(|line| plain(line).trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

/// What of a page is read aloud: its heading, and all that is shown on it.
fn spoken_page(session: &Session, page: Key, shown: &[Item]) -> Vec<String> {
    let Some(view) = session.pages().into_iter().find(|view| view.key == page) else { return Vec::new() };
    let mut lines: Vec<String> = [Some(view.label), view.hint].into_iter().flatten().collect();
    items(session, shown, &mut lines);
    lines.retain(|line| !line.trim().is_empty());
    // A page of one question is often called as the question is.
    lines.dedup();
    lines
}

fn items(session: &Session, shown: &[Item], lines: &mut Vec<String>) {
    for item in shown {
        match item {
            Item::Question(key) => {
                let question = session.question(*key).filter(|question| question.relevant);
                lines.extend(question.iter().flat_map(spoken));
            }
            Item::Group(key) => {
                let Some(group) = session.group(*key).filter(|group| group.relevant) else { continue };
                lines.extend([Some(group.label), group.hint].into_iter().flatten());
                items(session, &session.children(*key), lines);
            }
            Item::Repeat(key) => {
                let Some(repeat) = session.repeat(*key).filter(|repeat| repeat.relevant) else { continue };
                lines.extend([Some(repeat.label), repeat.hint].into_iter().flatten());
                for instance in repeat.instances {
                    items(session, &session.children(instance.key), lines);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::session::World;
    use doorstep_engine::value::Value;
    use doorstep_engine::{Bundle, Form, Source};

    use super::*;

    #[test]
    fn a_page_is_read_as_it_is_shown_and_no_answer_with_it() {
        let json = r#"{
            "settings": {"form_id": "f", "version": "1", "title": "F", "default_language": "zh"},
            "choices": {"yes_no": [{"name": "yes", "label": {"zh": "有"}}, {"name": "no", "label": {"zh": "没有"}}]},
            "survey": [{"type": "group", "name": "g", "label": {"zh": "家里"}, "children": [
                {"type": "note", "name": "told", "label": {"zh": "有危险打 [110](tel:110)。"}},
                {"type": "text", "name": "person", "label": {"zh": "姓名"}, "hint": {"zh": "照身份证写"}},
                {"type": "select_one yes_no", "name": "pain", "label": {"zh": "有没有病"}},
                {"type": "text", "name": "which", "label": {"zh": "什么病"}, "relevant": "${pain} = 'yes'"}
            ]}]
        }"#;
        let form =
            Form::read(&Bundle::gather(Source::new("form.json", json), |_| None)).form.expect("it is sound");
        let mut session = Session::new(form, World::default());
        let page = session.pages().swap_remove(0);
        let spoken = |session: &Session| spoken_page(session, page.key, &page.items);
        let named = |session: &Session, name: &str| {
            let ends = |key: &Key| session.path(*key).ends_with(name);
            session.nodes().into_iter().find(ends).expect("it is there")
        };
        let person = named(&session, "/person");
        session.answer(person, Value::Text("王秀兰".into())).expect("it is taken");
        let mut all = vec!["家里", "有危险打 110。", "姓名", "照身份证写", "有没有病", "有", "没有"];
        assert_eq!(spoken(&session), all);
        let pain = named(&session, "/pain");
        session.answer(pain, Value::Choice("yes".into())).expect("it is taken");
        all.push("什么病");
        assert_eq!(spoken(&session), all);
    }

    #[test]
    fn a_language_is_known_by_its_tag_or_its_name() {
        assert_eq!([tag("zh"), tag("English (en)"), tag("中文（简体） (zh-CN)")], ["zh", "en", "zh-CN"]);
    }
}
