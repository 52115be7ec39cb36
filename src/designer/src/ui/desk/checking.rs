//! What is on the desk, looked at: what is wrong with it, the form that it makes, and its cases.

use std::sync::Arc;

use doorstep_app::designing::{Language, Running, world};
use doorstep_app::platform::{clock, timer};
use doorstep_engine::{Form, Session, case};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{CHECK_MS, Desk};
use crate::carry::carry;
use crate::document::{Change, Document, is_name_cell};
use crate::marks::Marks;

/// Cases are looked at so long after the form was changed, in milliseconds; and so many of them.
const CASES_MS: u32 = 1_000;
const MOST_CASES: usize = 20;

impl Desk {
    pub(super) fn check_soon(self) {
        self.looks.update_value(|looks| *looks += 1);
        let looks = self.looks.get_value();
        timer::spawn(async move {
            timer::sleep(CHECK_MS).await;
            if self.looks.try_get_value() == Some(looks) {
                self.check();
            }
        });
    }

    /// The document with what the open cell says so far; and whether that is a name, which what runs is not called by before it is whole.
    pub(super) fn as_typed(self) -> (Document, bool) {
        let mut document = self.now(Document::clone);
        let here = (self.sheet.get_untracked(), self.place.get_untracked());
        let is_open = self.editing.with_untracked(Option::is_some);
        let typed = self.typed.get_value().filter(|(sheet, place, _)| is_open && (*sheet, *place) == here);
        let Some((sheet, place, text)) = typed else { return (document, false) };
        let Some(change) = Change::cell(&document, sheet, place, &text) else { return (document, false) };
        let is_name = is_name_cell(document.sheet(sheet), place);
        document.apply(&change);
        (document, is_name)
    }

    /// Asks the engine what is wrong, and runs the form if there is one.
    pub(super) fn check(self) {
        let begun = clock::elapsed_ms();
        let (document, is_half_named) = self.as_typed();
        let bundle = document.bundle();
        let checked = Form::read(&bundle);
        let language = self.language.get_untracked();
        let marks = Marks::of(&document, &bundle, &checked.diagnostics, |found| match language {
            Language::Chinese => found.in_chinese(),
            _ => found.clone(),
        });
        self.marks.set(marks);
        let read = clock::elapsed_ms();
        if let Some(form) = checked.form.filter(|_| !is_half_named) {
            self.run(form);
        }
        let ms = |from: f64, to: f64| (to - from).round().max(0.0) as u32;
        self.took.set((ms(begun, read), ms(read, clock::elapsed_ms())));
    }

    pub(super) fn run(self, form: Arc<Form>) {
        let old = self.running.get_untracked();
        // The same form: what runs goes on.
        if old.is_some_and(|old| old.with(|session| session.form().hash() == form.hash())) {
            return;
        }
        let mut session = Session::new(form, world());
        let mut page = String::new();
        if let Some(old) = old {
            let renamed = self.renamed.try_update_value(std::mem::take).unwrap_or_default();
            old.with(|old| carry(old, &mut session, &renamed));
            page = self.page.get_untracked().map(|page| old.page_name(page)).unwrap_or_default();
        }
        let owner = self.owner.with_value(|owner| owner.with(Owner::new));
        let running = owner.with(|| Running::new(session));
        self.page.set(running.page_named(&page));
        self.running.set(Some(running));
        let before = self.under.try_update_value(|under| under.replace(owner)).flatten();
        // What is on the screen of the form before goes first.
        timer::spawn(async move {
            timer::sleep(0).await;
            if let Some(before) = before {
                before.cleanup();
            }
        });
    }

    /// Once nothing is changed for a moment, its cases are looked at, one after the other.
    pub(super) fn look_at_cases(self) {
        Effect::new(move || {
            self.cases.track();
            let Some(running) = self.running.get() else { return };
            timer::spawn(async move {
                timer::sleep(CASES_MS).await;
                let is_still = move || self.running.try_get_untracked().flatten() == Some(running);
                if !is_still() {
                    return;
                }
                let form = running.with(|session| session.form().clone());
                let cases: Vec<Json> = self.cases.get_untracked().into_iter().take(MOST_CASES).collect();
                let mut failing = 0;
                for own in &cases {
                    failing += usize::from(!case::run(&form, own).is_empty());
                    // Whoever types on is not held up.
                    timer::sleep(0).await;
                    if !is_still() {
                        return;
                    }
                }
                self.failing.set(failing);
            });
        });
    }
}
