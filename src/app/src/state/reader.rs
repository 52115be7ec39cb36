//! In which language the reader reads, kept over restarts.

use leptos::prelude::*;

use crate::components::live::{Live, live};
use crate::platform::{page, preferences};
use crate::words::direction::Direction;
use crate::words::{Language, Words};

const PREFERENCE: &str = "language";

/// The reader's language: one for the whole app, forms included where they speak it.
#[derive(Clone, Copy)]
pub struct Reader {
    language: RwSignal<Language>,
}

impl Reader {
    /// As it was left last time, here or in another tab; at first as the browser has it.
    pub fn provide() -> Reader {
        let language = RwSignal::new(kept());
        let reader = Reader { language };
        provide_context(reader);
        Effect::new(move || {
            let tag = language.get().page_tag();
            page::set_language(tag, Direction::of(tag).attribute());
        });
        preferences::on_change(move |name| {
            if name == PREFERENCE && language.try_get_untracked().is_some_and(|now| now != kept()) {
                language.set(kept());
            }
        })
        .forget();
        reader
    }

    /// The language now; reading it in a view makes the view follow.
    pub fn language(self) -> Language {
        self.language.get()
    }

    /// The same, not followed.
    pub fn language_now(self) -> Language {
        self.language.get_untracked()
    }

    /// The words now, for what is said once: a title, a message.
    pub fn words_now(self) -> &'static Words {
        self.language_now().words()
    }

    /// Reads on in that language, if it is not this one.
    pub fn read_in(self, language: Language) {
        if self.language_now() != language {
            preferences::set(PREFERENCE, language.tag());
            self.language.set(language);
        }
    }

    /// Reads on in the other language.
    pub fn switch(self) {
        self.read_in(self.language_now().other());
    }
}

/// What was chosen last; the browser's where nothing was.
fn kept() -> Language {
    Language::to_start_in(preferences::get(PREFERENCE).as_deref(), &page::preferred_languages())
}

/// The reader of this app.
pub fn use_reader() -> Reader {
    expect_context()
}

/// Words that follow the language: `{say(|w| w.home)}`.
pub fn say<T: 'static>(pick: impl Fn(&'static Words) -> T + Send + Sync + 'static) -> Live<T> {
    let reader = use_reader();
    live(move || pick(reader.language().words()))
}

/// Keeps the page's title: what this page is, then the app's name.
pub fn title(of: impl Fn(&'static Words) -> String + Send + Sync + 'static) {
    let reader = use_reader();
    Effect::new(move || {
        let words = reader.language().words();
        page::set_title(&format!("{} · {}", of(words), words.app));
    });
}
