//! The catalogue of controls: each a file that declares what it answers and how it is framed.
//!
//! The first entry of [`CONTROLS`] that takes a question shows it. The last ones take whatever is left, so that
//! no question is without a control.

mod acknowledge;
mod address;
mod asked;
mod barcode;
mod bearing;
mod choice_list;
mod choice_sheet;
mod coordinates;
mod counter;
mod date;
mod date_parts;
mod date_time;
mod draw;
mod drawing;
mod film;
mod geopoint;
mod image_map;
mod kept_file;
mod line;
mod masked;
mod media;
mod media_waiting;
mod menu;
mod multiline;
mod note;
mod number;
mod on_map;
mod picker;
mod range;
mod rank;
mod score;
mod select_map;
mod select_menu;
mod select_multiple;
mod select_one;
mod shape;
mod shown;
mod sound;
mod table;
mod text;
mod time;
mod typed;
mod upload;
mod viewfinder;

use doorstep_engine::value::Value;
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use crate::state::reader::say;

pub use asked::Asked;
pub use media::beside_words;
pub use shown::readable;
pub use table::is_in_table;

/// How a question's words stand around its control.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Frame {
    /// One field: a label that belongs to it.
    Field,
    /// Several: a fieldset with a legend.
    Group,
    /// Words only.
    Bare,
}

/// One control of the catalogue.
pub struct Control {
    /// What it is called, in style sheets and tests.
    pub name: &'static str,
    /// Does it answer this question?
    pub takes: fn(&QuestionView) -> bool,
    /// How it is framed.
    pub frame: Frame,
    /// Shows it.
    pub show: fn(Asked) -> AnyView,
}

/// Every control there is; the first that takes a question has it.
pub static CONTROLS: &[&Control] = &[
    &note::CONTROL,
    &score::CONTROL,
    &table::HEAD,
    &address::CONTROL,
    &shown::CONTROL,
    &acknowledge::CONTROL,
    &table::ROW,
    &select_map::CONTROL,
    &select_map::MANY,
    &choice_sheet::CONTROL,
    &select_menu::CONTROL,
    &select_one::CONTROL,
    &select_multiple::CONTROL,
    &rank::CONTROL,
    &draw::CONTROL,
    &sound::CONTROL,
    &film::CONTROL,
    &upload::CONTROL,
    &geopoint::CONTROL,
    &shape::CONTROL,
    &range::PICKED,
    &range::RATING,
    &range::CONTROL,
    &date_parts::CONTROL,
    &date::CONTROL,
    &time::CONTROL,
    &date_time::CONTROL,
    &counter::CONTROL,
    &bearing::CONTROL,
    &number::CONTROL,
    &barcode::CONTROL,
    &masked::CONTROL,
    &multiline::CONTROL,
    &text::CONTROL,
];

/// The control of a question.
pub fn control_of(question: &QuestionView) -> &'static Control {
    CONTROLS.iter().find(|control| (control.takes)(question)).copied().unwrap_or(&text::CONTROL)
}

/// Has the question this appearance?
fn looks(question: &QuestionView, appearance: &str) -> bool {
    question.appearance.iter().any(|word| &**word == appearance)
}

/// Does it take files of this kind: `audio/`?
fn is_of(question: &QuestionView, kind: &str) -> bool {
    question.parameters.iter().any(|(name, said)| &**name == "mediatype" && said.starts_with(kind))
}

/// Takes the answer back.
fn clear_button(asked: Asked) -> AnyView {
    view! {
        <div>
            <button type="button" class="button plain" data-action="clear" on:click=move |_| asked.give(Value::Blank)>
                {say(|w| w.clear)}
            </button>
        </div>
    }
    .into_any()
}
