//! A drawing, a signature, or lines on a photo (`draw`, `signature`, `annotate`), kept as a picture as soon as a line ends.
//!
//! Who can't draw with a finger chooses a picture. What was kept before is gone on with, or drawn anew.

use std::rc::Rc;

use doorstep_engine::value::Value;
use doorstep_engine::view::{Control as Kind, QuestionView};
use leptos::ev::PointerEvent;
use leptos::prelude::*;

use super::kept_file::{self, Kept, named, take_default};
use super::upload::{Media, State, kept};
use super::{Asked, Control, Frame, looks};
use crate::components::live::{live, shown_when};
use crate::platform::canvas::{Base, Line, drawn};
use crate::platform::picked::{self, Shown};
use crate::platform::{clock, pointer, timer};
use crate::state::reader::{say, use_reader};
use crate::words::controls::ControlWords;

/// See the module.
pub const CONTROL: Control =
    Control { name: "draw", takes: |question| drawing(question).is_some(), frame: Frame::Group, show };

/// What is drawn on.
#[derive(Clone, Copy, PartialEq)]
enum Drawing {
    Paper,
    Signature,
    Photo,
}

fn drawing(question: &QuestionView) -> Option<Drawing> {
    let known = [("draw", Drawing::Paper), ("signature", Drawing::Signature), ("annotate", Drawing::Photo)];
    let said = known.into_iter().find(|(appearance, _)| looks(question, appearance));
    said.map(|(_, drawing)| drawing).filter(|_| question.control == Kind::Upload)
}

/// The pad on the screen.
#[derive(Clone, Copy)]
struct Pad {
    asked: Asked,
    drawing: Drawing,
    lines: RwSignal<Vec<Line>>,
    base: RwSignal<Base>,
    /// Keeps the base's address good.
    shown: StoredValue<Option<Rc<Shown>>, LocalStorage>,
    is_open: RwSignal<bool>,
    /// Is a line being drawn?
    is_down: StoredValue<bool>,
    /// The file that this pad writes, over and over.
    file: StoredValue<Option<String>>,
    state: RwSignal<State>,
    /// Was something drawn while the last was being kept?
    is_behind: StoredValue<bool>,
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let drawing = asked.view.with_untracked(drawing).unwrap_or(Drawing::Paper);
    let name = Memo::new(move |_| asked.view.with(|view| named(&view.value)));
    let is_blank = asked.view.with_untracked(|view| view.value.is_blank());
    let pad = Pad {
        asked,
        drawing,
        lines: RwSignal::default(),
        base: RwSignal::new(paper(drawing)),
        shown: StoredValue::new_local(None),
        is_open: RwSignal::new(drawing != Drawing::Photo && is_blank),
        is_down: StoredValue::new(false),
        file: StoredValue::new(None),
        state: RwSignal::new(State::Idle),
        is_behind: StoredValue::new(false),
    };
    let field = asked.part("file");
    let take = {
        let field = field.clone();
        move |_| {
            if let Some(picked) = picked::take(&field) {
                pad.state.set(State::Working);
                timer::spawn(async move {
                    match kept(asked, &picked, Media::Image).await {
                        Ok(name) => {
                            asked.give(Value::Attachment(name.as_str().into()));
                            if !pad.state.is_disposed() {
                                pad.state.set(State::Idle);
                                pad.lines.set(Vec::new());
                                pad.file.set_value(None);
                                if drawing == Drawing::Photo {
                                    pad.go_on(name).await
                                } else {
                                    pad.is_open.set(false)
                                }
                            }
                        }
                        Err(failed) => drop(pad.state.try_set(failed)),
                    }
                });
            }
        }
    };
    let pick_words = move || {
        let words = reader.language().words();
        match (drawing, name.with(Option::is_some)) {
            (Drawing::Photo, false) => words.take_photo,
            (Drawing::Photo, true) => words.take_photo_again,
            (Drawing::Paper | Drawing::Signature, _) => words.controls.picture_instead,
        }
    };
    let said = move || pad.state.get().words(reader.language().words());
    let can_clear = move || name.with(Option::is_some) || pad.lines.with(|lines| !lines.is_empty());
    view! {
        <div class="choices">
            {take_default(asked)}
            {shown_when(move || pad.is_open.get(), move || surface(pad))}
            {shown_when(move || !pad.is_open.get(), move || closed(pad, name))}
            <div class="actions">
                {shown_when(move || pad.lines.with(|lines| !lines.is_empty()), move || view! {
                    <button type="button" class="button" data-action="undo" on:click=move |_| pad.undo()>{say(|w| w.controls.undo)}</button> }.into_any())}
                {shown_when(can_clear, move || view! {
                    <button type="button" class="button" data-action="clear" on:click=move |_| pad.clear()>{say(|w| w.clear)}</button> }.into_any())}
                <input type="file" class="unseen" id=field.clone() tabindex="-1" aria-hidden="true" accept="image/*" on:change=take />
                <button type="button" class="button" data-action="pick" on:click=move |_| picked::ask(&field)>{pick_words}</button>
            </div>
            <p class="hint" role="status">{live(said)}</p>
        </div>
    }
    .into_any()
}

/// What was kept, with the ways to change it.
fn closed(pad: Pad, name: Memo<Option<String>>) -> AnyView {
    live(move || {
        name.get().map(|name| {
            let on = name.clone();
            view! {
                <Kept asked=pad.asked name />
                <button type="button" class="button" data-action="draw-on" on:click=move |_| {
                    let on = on.clone();
                    timer::spawn(async move { pad.go_on(on).await });
                }>{say(|w| w.controls.draw_on)}</button>
            }
        })
    })
    .into_any()
}

/// What is drawn on, with the lines so far.
fn surface(pad: Pad) -> AnyView {
    let reader = use_reader();
    let picture = move || match pad.base.get() {
        Base::Paper(..) => None,
        Base::Picture(address) => Some(view! { <img src=address alt="" draggable="false" /> }),
    };
    let class = move || match (pad.base.with(|base| matches!(base, Base::Picture(_))), pad.drawing) {
        (true, _) => "pad on-photo",
        (false, Drawing::Signature) => "pad to-sign",
        (false, Drawing::Paper | Drawing::Photo) => "pad",
    };
    let lines = move || {
        pad.lines.with(|lines| lines.iter().map(|line| view! { <path d=path(line)></path> }).collect_view())
    };
    let called = move || {
        let words: &ControlWords = &reader.language().words().controls;
        if pad.drawing == Drawing::Signature { words.sign_here } else { words.draw_here }
    };
    view! {
        <div class=class data-pad="true">
            {live(picture)}
            <svg
                viewBox="0 0 1000 1000"
                preserveAspectRatio="none"
                role="img"
                aria-label=live(called)
                on:pointerdown=move |event: PointerEvent| pad.down(&event)
                on:pointermove=move |event: PointerEvent| pad.draw(&event)
                on:pointerup=move |_| pad.up()
                on:pointercancel=move |_| pad.up()
            >{live(lines)}</svg>
            {shown_when(move || pad.lines.with(Vec::is_empty) && pad.base.with(|base| matches!(base, Base::Paper(..))), move || view! {
                <p class="pad-words" aria-hidden="true">{live(called)}</p> }.into_any())}
        </div>
    }
    .into_any()
}

impl Pad {
    fn down(self, event: &PointerEvent) {
        let Some(point) = pointer::within(event) else { return };
        event.prevent_default();
        pointer::hold(event);
        self.is_down.set_value(true);
        self.lines.update(|lines| lines.push(vec![point]));
    }

    fn draw(self, event: &PointerEvent) {
        let Some(point) = pointer::within(event).filter(|_| self.is_down.get_value()) else { return };
        self.lines.update(|lines| {
            if let Some(line) = lines.last_mut().filter(|line| is_further(line, point)) {
                line.push(point);
            }
        });
    }

    fn up(self) {
        if self.is_down.get_value() {
            self.is_down.set_value(false);
            self.keep();
        }
    }

    fn undo(self) {
        self.lines.update(|lines| drop(lines.pop()));
        let nothing_left = self.lines.with_untracked(Vec::is_empty);
        if nothing_left && self.base.with_untracked(|base| matches!(base, Base::Paper(..))) {
            self.asked.give(Value::Blank);
        } else {
            self.keep();
        }
    }

    fn clear(self) {
        self.asked.give(Value::Blank);
        self.lines.set(Vec::new());
        self.base.set(paper(self.drawing));
        self.shown.set_value(None);
        self.file.set_value(None);
        self.is_open.set(self.drawing != Drawing::Photo);
    }

    /// Goes on drawing on what was kept.
    async fn go_on(self, name: String) {
        let bytes = self.asked.answering.keeping().file(&name).await;
        let shown = bytes.and_then(|bytes| Shown::new(&bytes, "image/*"));
        if self.base.is_disposed() {
            return;
        }
        let Some(shown) = shown else { return self.state.set(State::Failed) };
        self.base.set(Base::Picture(shown.url().to_owned()));
        self.shown.set_value(Some(Rc::new(shown)));
        self.is_open.set(true);
    }

    /// Keeps what is drawn now; once more, if more was drawn meanwhile.
    fn keep(self) {
        if self.state.get_untracked() == State::Working {
            return self.is_behind.set_value(true);
        }
        self.state.set(State::Working);
        let question = self.asked.view.with_untracked(|view| view.name.clone());
        let (media_type, ending) =
            if self.drawing == Drawing::Photo { ("image/jpeg", "jpg") } else { ("image/png", "png") };
        let file =
            self.file.get_value().unwrap_or_else(|| format!("{question}-{}.{ending}", clock::now_ms()));
        self.file.set_value(Some(file.clone()));
        let (keeping, asked) = (self.asked.answering.keeping(), self.asked);
        // Held as long as the picture of it is read.
        let _shown = self.shown.get_value();
        let base = self.base.get_untracked();
        let mut lines = self.lines.get_untracked();
        timer::spawn(async move {
            let _shown = _shown;
            loop {
                let kept = match drawn(&base, &lines, media_type).await {
                    Some(bytes) => kept_file::keep(&keeping, &file, media_type, &bytes).await,
                    None => None,
                };
                // The page may have been turned by now: the answer is given all the same.
                let is_gone = self.state.is_disposed();
                let is_cleared = !is_gone && self.file.get_value().as_ref() != Some(&file);
                if let (Some(name), false, false) = (&kept, is_cleared, asked.answering.is_gone()) {
                    asked.answering.answer(asked.key, Value::Attachment(name.as_str().into()));
                }
                if is_gone {
                    return;
                }
                let is_behind = self.is_behind.get_value();
                self.is_behind.set_value(false);
                if kept.is_some() && is_behind && !is_cleared {
                    lines = self.lines.get_untracked();
                    continue;
                }
                self.state.set(if kept.is_some() { State::Idle } else { State::Failed });
                return;
            }
        });
    }
}

fn paper(drawing: Drawing) -> Base {
    if drawing == Drawing::Signature { Base::Paper(1_200, 400) } else { Base::Paper(1_200, 900) }
}

/// A finger that trembles draws no thousand points.
fn is_further(line: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    line.last().is_none_or(|(old_x, old_y)| (old_x - x).abs() + (old_y - y).abs() > 0.003)
}

/// A line for the screen, whose viewport is 1000 by 1000.
fn path(line: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (place, (x, y)) in line.iter().enumerate() {
        let (letter, x, y) = (if place == 0 { 'M' } else { 'L' }, x * 1000.0, y * 1000.0);
        path.push_str(&format!("{letter}{x:.0} {y:.0}"));
    }
    // A dot is a line to where it began.
    if line.len() == 1 { path + "h.1" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_drawn_from_point_to_point_and_a_dot_is_seen() {
        assert_eq!(path(&[(0.0, 0.5), (0.25, 1.0)]), "M0 500L250 1000");
        assert_eq!(path(&[(0.1, 0.1)]), "M100 100h.1");
    }

    #[test]
    fn a_finger_that_hardly_moves_adds_no_point() {
        assert!(is_further(&[], (0.5, 0.5)));
        assert!(!is_further(&[(0.5, 0.5)], (0.501, 0.501)));
        assert!(is_further(&[(0.5, 0.5)], (0.51, 0.5)));
    }
}
