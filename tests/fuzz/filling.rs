//! A session over whatever form came out, and what must hold of every one.

use std::sync::Arc;

use doorstep_engine::session::{Kind, Opening};
use doorstep_engine::view::PageView;
use doorstep_engine::{Extent, Form, Session, World};

use crate::dice::Dice;

const ANSWERS: [&str; 24] = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "2",
    "3",
    "x1",
    "1e5",
    "99999999999999999999",
    "a",
    "b",
    "a b",
    "b a",
    "c1",
    "true",
    "2026-02-28",
    "9999-12-31",
    "12:00:00.000+08:00",
    "2026-11-23T07:45:34.043-07:00",
    "37.5 122.1 0 0",
    "0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0",
    "OK",
    "\u{1F9D1}\u{0301}<&\"'",
];

/// Clock and chance of every session.
pub fn world() -> World {
    World { now_ms: 1_763_886_600_000, utc_offset_minutes: 480, seed: 7, ..World::default() }
}

/// Answers, adds and removes for so many steps, then puts the answers away and takes them up again.
///
/// `certain`: nothing in the form is left to chance or to the moment at which it is opened, so that they come back the same.
pub fn fill(form: &Arc<Form>, steps: usize, certain: bool, dice: &mut Dice<'_>) {
    let mut session = Session::new(form.clone(), world());
    // A count may have made very many nodes: then a step takes long.
    let steps = if session.nodes().len() > 3_000 { steps.min(2) } else { steps };
    for _ in 0..steps {
        step(&mut session, dice);
        if dice.once_in(8) {
            look(&session);
        }
    }
    session.finish();
    look(&session);
    put_away(&session, certain);
}

fn step(session: &mut Session, dice: &mut Dice<'_>) {
    let nodes = session.nodes();
    let Some(key) = nodes.get(dice.below(nodes.len())).copied() else { return };
    let Some(state) = session.state(key) else { return };
    // What is refused is refused: nothing is asserted of it but that it is told.
    match state.kind {
        Kind::RepeatUncontrolled | Kind::RepeatControlled => drop(session.add_repeat(key)),
        Kind::RepeatInstance => drop(session.remove_repeat(key)),
        // Who it is, is the engine's to say.
        Kind::ModelValue if session.path(key).contains("meta") => {}
        Kind::Question(_) | Kind::ModelValue => {
            let chosen = state.choices.as_ref().and_then(|choices| choices.get(dice.below(choices.len())));
            let text = match chosen {
                Some((name, _)) if !dice.once_in(4) => name.as_str(),
                _ => dice.of(&ANSWERS),
            };
            let mut pages = session.pages();
            let Ok(changes) = session.answer_text(key, text) else { return };
            // What is counted on the pages that an answer says it changed is what is counted on all.
            if !changes.pages {
                session.recount(&mut pages, &changes.nodes);
                // Headings aside: one that shows the text of all that is in a group is told of by no change.
                let counts = |pages: &[PageView]| {
                    let of = |page: &PageView| (page.key, page.progress, page.violations, page.unscored);
                    pages.iter().map(of).collect::<Vec<_>>()
                };
                assert_eq!(
                    counts(&pages),
                    counts(&session.pages()),
                    "after {} = {text:?}",
                    session.path(key)
                );
            }
        }
        Kind::Root | Kind::Group => {
            let languages = session.form().languages().to_vec();
            if let Some(language) = languages.get(dice.below(languages.len())) {
                session.set_language(language);
            }
        }
    }
}

/// Asks for the views that a reader has before them: what each costs is bounded, but a count may have made very many.
fn look(session: &Session) {
    for page in session.pages() {
        session.children(page.key);
    }
    for key in session.nodes().into_iter().take(300) {
        session.question(key);
        session.group(key);
        session.repeat(key);
        session.page_of(key);
        let path = session.path(key);
        assert!(session.at(&path).is_some(), "{path} names a node and finds none");
    }
    session.violations();
    session.progress();
    session.instance_name();
}

/// Its answers are put away and taken up again in every way that there is.
fn put_away(session: &Session, certain: bool) {
    let form = session.form();
    let kept = session.instance_xml(Extent::All);
    match Session::open_xml(form.clone(), world(), &kept, Opening::Restore) {
        Ok(again) if certain => {
            assert_eq!(again.instance_xml(Extent::All), kept, "it is another when opened again")
        }
        Ok(_) => {}
        Err(error) => panic!("its own instance is refused: {error}\n{kept}"),
    }
    let submitted = session.instance_xml(Extent::Relevant);
    if let Err(error) = Session::open_xml(form.clone(), world(), &submitted, Opening::Edit) {
        panic!("its own submission is refused: {error}\n{submitted}");
    }
    let data = session.data(Extent::All);
    match Session::restore(form.clone(), world(), &data) {
        Ok(again) if certain => assert_eq!(again.data(Extent::All), data, "they are others when restored"),
        Ok(_) => {}
        Err(error) => panic!("its own answers are refused: {error}\n{data}"),
    }
}
