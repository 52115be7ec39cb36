//! What is on the designer's desk: one form, where in it they are, what is wrong with it, and the form as it runs.
//!
//! Kept here: whatever is done is a [`Change`], or other files, checked a moment later and kept on the device a moment after that; answers given to the form that runs go on to the
//! next one.

mod checking;
mod keeping;

use std::collections::BTreeMap;

use doorstep_app::designing::{Language, Running, media_given_by, use_reader};
use doorstep_app::platform::{clock, designs, page as screen, timer};
use doorstep_engine::Source;
use doorstep_engine::view::Key;
use leptos::prelude::*;
use serde_json::Value as Json;

use crate::cases;
use crate::document::{Area, Change, Document, History, Place, is_name_cell};
use crate::files::{self, Opened};
use crate::kept::Design;
use crate::library::put_in;
use crate::marks::{Mark, Marks};

/// A change is checked so long after the last key, and kept so long after that, in milliseconds.
const CHECK_MS: u32 = 90;
const KEEP_MS: u32 = 400;

/// Is it on the device?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    Yes,
    Soon,
    No,
}

/// The desk. Everything of it lives as long as its page.
#[derive(Clone, Copy)]
pub struct Desk {
    id: StoredValue<String>,
    history: StoredValue<History, LocalStorage>,
    begun_from: RwSignal<Option<String>>,
    /// What was called otherwise since the form that runs was made.
    renamed: StoredValue<Vec<(String, String)>>,
    /// Goes up with each change, and with what is undone.
    pub revision: RwSignal<u64>,
    /// Which sheet is shown.
    pub sheet: RwSignal<usize>,
    /// Goes up when somebody is led to a cell: the sheet is to be seen then.
    pub wanted: RwSignal<u64>,
    /// Goes up when the sheet may have another size, or comes into sight.
    pub seen: RwSignal<u64>,
    /// Where they were in each sheet.
    places: StoredValue<BTreeMap<usize, Place>>,
    /// The cell, and the other corner of what is chosen.
    pub place: RwSignal<Place>,
    pub anchor: RwSignal<Place>,
    /// What the open cell begins with; nothing while none is open.
    pub editing: RwSignal<Option<String>>,
    /// Where a key was pressed in it, and what it says so far.
    typed: StoredValue<Option<(usize, Place, String)>>,
    /// Goes up with whatever is to be looked at: only the last is.
    looks: StoredValue<u64>,
    pub marks: RwSignal<Marks>,
    /// The form as it runs; of before the errors, while there are any.
    pub running: RwSignal<Option<Running>>,
    pub page: RwSignal<Option<Key>>,
    /// How long checking and opening took, in milliseconds.
    pub took: RwSignal<(u32, u32)>,
    pub kept: RwSignal<Kept>,
    /// How many of its cases come out otherwise by now.
    pub failing: RwSignal<usize>,
    /// The cases that were recorded with it.
    pub cases: RwSignal<Vec<Json>>,
    owner: StoredValue<Owner>,
    under: StoredValue<Option<Owner>>,
    /// Bytes of its media files by hash: the form that runs shows them.
    held: StoredValue<BTreeMap<String, Vec<u8>>, LocalStorage>,
    /// What is dragged out of the library: of which form, and which of its rows.
    dragged: StoredValue<Option<(Document, (usize, usize))>>,
    /// The row that it is over.
    pub over: RwSignal<Option<usize>>,
    /// Another window has it now: nothing of this one is kept any more.
    given_up: StoredValue<bool>,
    language: Memo<Language>,
}

impl Desk {
    /// Opens a design under the current owner, with the bytes of the media files that this device holds of it, by hash.
    pub fn open(id: String, design: Design, held: BTreeMap<String, Vec<u8>>) -> Desk {
        let reader = use_reader();
        let desk = Desk {
            id: StoredValue::new(id),
            history: StoredValue::new_local(History::new(design.document)),
            begun_from: RwSignal::new(design.begun_from),
            renamed: StoredValue::default(),
            revision: RwSignal::new(0),
            sheet: RwSignal::new(0),
            wanted: RwSignal::new(0),
            seen: RwSignal::new(0),
            places: StoredValue::default(),
            place: RwSignal::new(Place { row: 1, column: 0 }),
            anchor: RwSignal::new(Place { row: 1, column: 0 }),
            editing: RwSignal::new(None),
            typed: StoredValue::default(),
            looks: StoredValue::default(),
            marks: RwSignal::default(),
            running: RwSignal::new(None),
            page: RwSignal::new(None),
            took: RwSignal::new((0, 0)),
            kept: RwSignal::new(Kept::Yes),
            failing: RwSignal::new(0),
            cases: RwSignal::new(design.cases),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            under: StoredValue::new(None),
            held: StoredValue::new_local(held),
            dragged: StoredValue::default(),
            over: RwSignal::new(None),
            given_up: StoredValue::new(false),
            language: Memo::new(move |_| reader.language()),
        };
        media_given_by(move |file| {
            desk.held.try_with_value(|held| held.get(&*file.sha256).cloned()).flatten()
        });
        // What is wrong is told in the reader's language.
        Effect::new(move || {
            desk.language.track();
            untrack(|| desk.check());
        });
        desk.look_at_cases();
        // What was typed and taken back is not what is wrong any more.
        Effect::new(move || {
            let is_open = desk.editing.with(Option::is_some);
            if !is_open && desk.typed.try_update_value(Option::take).flatten().is_some() {
                untrack(|| desk.check_soon());
            }
        });
        // Whoever leaves has all of it kept at once, and is asked to stay while that takes.
        let listening = StoredValue::new_local(Some((
            screen::on_hide(move || desk.keep_waiting()),
            screen::ask_before_leaving(move || desk.is_waiting()),
        )));
        on_cleanup(move || {
            desk.keep_waiting();
            drop(listening.try_update_value(Option::take));
        });
        desk
    }

    /// Looks at the document, and follows it.
    pub fn with<T>(self, look: impl FnOnce(&Document) -> T) -> T {
        self.revision.track();
        self.now(look)
    }

    /// Looks at it once.
    pub fn now<T>(self, look: impl FnOnce(&Document) -> T) -> T {
        self.history.with_value(|history| look(history.document()))
    }

    /// Looks at it once, if its page is still there: for what comes back later.
    pub fn try_now<T>(self, look: impl FnOnce(&Document) -> T) -> Option<T> {
        self.history.try_with_value(|history| look(history.document()))
    }

    /// What is chosen.
    pub fn area(self) -> Area {
        Area::between(self.place.get(), self.anchor.get())
    }

    fn area_now(self) -> Area {
        Area::between(self.place.get_untracked(), self.anchor.get_untracked())
    }

    /// To a cell; with `grow`, the area from the other corner on.
    pub fn go(self, place: Place, grow: bool) {
        self.place.set(place);
        if !grow {
            self.anchor.set(place);
        }
    }

    /// To a cell of a sheet.
    pub fn go_to(self, sheet: usize, place: Place) {
        self.editing.set(None);
        if self.sheet.get_untracked() != sheet {
            self.sheet.set(sheet);
        }
        self.go(place, false);
    }

    /// To a sheet, where they were in it.
    pub fn turn_to(self, sheet: usize) {
        let (from, place) = (self.sheet.get_untracked(), self.place.get_untracked());
        if from == sheet {
            return;
        }
        self.places.update_value(|places| {
            places.insert(from, place);
        });
        let place = self.places.with_value(|places| places.get(&sheet).copied());
        self.go_to(sheet, place.unwrap_or(Place { row: 1, column: 0 }));
    }

    /// Another text in a cell of any sheet; nobody is led there.
    pub fn set_elsewhere(self, sheet: usize, place: Place, text: &str) {
        let here = (self.sheet.get_untracked(), self.place.get_untracked());
        self.go_to(sheet, place);
        self.set(place, text);
        self.go_to(here.0, here.1);
    }

    /// Leads to a cell of a sheet, which is seen then.
    pub fn lead_to(self, sheet: usize, place: Place) {
        self.go_to(sheet, place);
        self.wanted.update(|wanted| *wanted += 1);
        timer::spawn(async move {
            // It is there once it is drawn.
            timer::sleep(0).await;
            screen::focus_in_place(super::grid::GRID);
        });
    }

    /// Does a change, if it is one.
    pub fn act(self, change: impl FnOnce(&Document, usize, Area) -> Option<Change>) {
        let (sheet, area) = (self.sheet.get_untracked(), self.area_now());
        let Some(change) = self.now(|document| change(document, sheet, area)) else { return };
        if let Some((from, to)) = &change.renamed {
            self.rename_in_cases(from, to);
        }
        let at = self.history.try_update_value(|history| history.act(change));
        self.changed(at);
    }

    /// The open cell says this so far: it is looked at as if it said so.
    pub fn typed(self, text: &str) {
        let here = (self.sheet.get_untracked(), self.place.get_untracked());
        self.typed.set_value(Some((here.0, here.1, text.to_owned())));
        self.check_soon();
    }

    /// What the open cell says now is what it says.
    pub fn commit(self, sheet: usize, place: Place, text: &str) {
        if self.editing.get_untracked().is_none() {
            return;
        }
        self.editing.set(None);
        // Wherever they are by now, it is said of the cell that was open.
        match sheet == self.sheet.get_untracked() {
            true => self.set(place, text),
            false => self.set_elsewhere(sheet, place, text),
        }
    }

    /// Another text in a cell of this sheet.
    pub fn set(self, place: Place, text: &str) {
        let sheet = self.sheet.get_untracked();
        let was = self.now(|document| {
            let grid = document.sheet(sheet);
            is_name_cell(grid, place).then(|| grid.cell(place.row, place.column).trim().to_owned())
        });
        if let Some(was) = was.filter(|was| !was.is_empty() && was != text.trim()) {
            self.renamed.update_value(|renamed| renamed.push((was, text.trim().to_owned())));
        }
        self.act(|document, sheet, _| Change::cell(document, sheet, place, text));
    }

    /// Mends what is certain.
    pub fn mend(self, mark: &Mark) {
        let (Some((sheet, place)), Some(fix)) = (mark.at, &mark.fix) else { return };
        self.go_to(sheet, place);
        let text = self.now(|document| document.sheet(sheet).cell(place.row, place.column).to_owned());
        let (start, end) = mark.within.unwrap_or((0, text.len()));
        let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return };
        self.set(place, &format!("{before}{fix}{after}"));
    }

    /// The cases follow a question that is called otherwise.
    fn rename_in_cases(self, from: &str, to: &str) {
        let is_named = |case: &Json| cases::renamed(case, from, to);
        if self.cases.with_untracked(|cases| cases.iter().all(|case| is_named(case).is_none())) {
            return;
        }
        self.cases.update(|cases| {
            for case in cases {
                if let Some(new) = is_named(case) {
                    *case = new;
                }
            }
        });
    }

    /// What is called otherwise by going back, or there again.
    fn rename_along(self, again: bool) {
        let renamed = self.history.with_value(|history| history.renamed(again).cloned());
        let Some((old, new)) = renamed else { return };
        let (from, to) = if again { (old, new) } else { (new, old) };
        self.rename_in_cases(&from, &to);
        self.renamed.update_value(|renamed| renamed.push((from, to)));
    }

    pub fn undo(self) {
        self.rename_along(false);
        let at = self.history.try_update_value(History::undo).flatten();
        self.changed(at);
    }

    pub fn redo(self) {
        self.rename_along(true);
        let at = self.history.try_update_value(History::redo).flatten();
        self.changed(at);
    }

    /// Is there anything to take back, and anything to do again?
    pub fn can(self) -> (bool, bool) {
        self.revision.track();
        self.history.with_value(History::can)
    }

    /// The version of the server's that it was begun from.
    pub fn begun_from(self) -> Option<String> {
        self.begun_from.get_untracked()
    }

    /// It is published: what is changed next is begun from that.
    pub fn is_published(self, hash: String) {
        self.begun_from.try_set(Some(hash));
        self.kept.try_set(Kept::Soon);
        self.keep();
    }

    /// A media file's bytes are at hand.
    pub fn hold(self, sha256: &str, bytes: &[u8]) {
        self.held.update_value(|held| drop(held.insert(sha256.to_owned(), bytes.to_vec())));
    }

    /// Other files go with the form.
    pub fn set_files(self, files: Vec<Source>) {
        self.set_files_and(files, |_| None);
    }

    fn set_files_and(self, files: Vec<Source>, along: impl FnOnce(&Document) -> Option<Change>) {
        let here = (self.sheet.get_untracked(), self.place.get_untracked());
        let led = self.history.try_update_value(|history| history.set_files(files, here, along)).flatten();
        match led {
            Some(at) => self.changed(Some(at)),
            // Files come while somebody types: they go on typing.
            None => self.touched(),
        }
    }

    /// Keeps a case with the form.
    pub fn add_case(self, case: Json) {
        self.cases.update(|cases| cases.push(case));
        self.kept.set(Kept::Soon);
        self.keep();
    }

    /// Keeps it as it comes out now.
    pub fn replace_case(self, at: usize, case: Json) {
        self.cases.update(|cases| {
            if let Some(old) = cases.get_mut(at) {
                *old = case;
            }
        });
        self.kept.set(Kept::Soon);
        self.keep();
    }

    /// Throws one away.
    pub fn drop_case(self, at: usize) {
        self.cases.update(|cases| drop(cases.remove(at)));
        self.kept.set(Kept::Soon);
        self.keep();
    }

    fn changed(self, at: Option<(usize, Place)>) {
        let Some((sheet, place)) = at else { return };
        self.go_to(sheet, place);
        self.touched();
    }

    fn touched(self) {
        self.revision.update(|revision| *revision += 1);
        self.kept.set(Kept::Soon);
        self.check_soon();
        let revision = self.revision.get_untracked();
        timer::spawn(async move {
            timer::sleep(CHECK_MS + KEEP_MS).await;
            if self.revision.try_get_untracked() == Some(revision) {
                self.keep();
            }
        });
    }

    /// These rows of a form are dragged; or none are any more.
    pub fn drag(self, rows: Option<(Document, (usize, usize))>) {
        self.dragged.set_value(rows);
        self.over.set(None);
    }

    /// Is anything dragged that could be dropped in this sheet?
    pub fn takes_drop(self) -> bool {
        let is_survey = self.now(|document| &*document.sheet(self.sheet.get_untracked()).name == "survey");
        is_survey && self.dragged.with_value(Option::is_some)
    }

    /// What is dragged is put in below a row.
    pub fn drop_below(self, row: usize) {
        let Some((other, rows)) = self.dragged.try_update_value(Option::take).flatten() else { return };
        self.over.set(None);
        self.put_in(row, &other, rows);
    }

    /// Rows of another form are put in below a row, and the files that they name come along.
    pub fn put_in(self, row: usize, other: &Document, rows: (usize, usize)) {
        let (files, is_more) = self.now(|document| files::with_named(document, other, rows));
        match is_more {
            true => self.set_files_and(files, |document| put_in(document, row + 1, other, rows)),
            false => self.act(|document, _, _| put_in(document, row + 1, other, rows)),
        }
    }
}

/// The desk of this page.
pub fn use_desk() -> Desk {
    expect_context()
}

/// An id for a new design.
pub fn new_id() -> String {
    clock::random_bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps a new design with all that came along, and gives its id; nothing if the device keeps nothing.
pub async fn keep_new(opened: Opened, begun_from: Option<String>) -> Option<String> {
    let id = new_id();
    for (file, bytes) in &opened.media {
        designs::put_media(&file.sha256, bytes).await.ok()?;
    }
    let design = Design { document: opened.document, begun_from, cases: opened.cases, at: clock::now_ms() };
    designs::put(&id, &design.to_json()).await.ok().map(|()| id)
}
