//! Words shown to readers, by language, with outputs, and the media that stand beside them.
//!
//! Words stay where they stand in the form's file: a piece is a range of it.

use std::sync::Arc;

use crate::expr::program::ExprId;
use crate::xml::{Lies, Store};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct TextId(pub u32);

/// All texts of a form.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// What the words are parts of.
    store: Store,
    /// How many each text is said in, the default first.
    languages: usize,
    /// By text, and within by language. A language without words has the default's.
    words: Vec<Words>,
    pieces: Vec<Piece>,
    forms: Vec<Beside>,
}

/// A text in one language.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Words {
    pub pieces: Pieces,
    /// In [`Texts::forms`].
    forms: (u32, u32),
}

/// What is shown one after the other: a range of [`Texts::pieces`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Pieces(u32, u32);

/// What stands beside the words: its form (`image`, `big-image`, `audio`, `video`, `guidance`, `short`), and what it says.
pub(crate) type Beside = (Arc<str>, Pieces);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    Words(Lies),
    Output(ExprId),
}

impl Pieces {
    pub fn is_empty(self) -> bool {
        self.0 == self.1
    }
}

impl Texts {
    /// Room for texts in so many languages.
    pub fn new(languages: usize) -> Texts {
        Texts { languages, ..Texts::default() }
    }

    /// Adds a text: for each language its words.
    pub fn add(&mut self, by_language: impl Iterator<Item = Words>) -> TextId {
        let id = TextId((self.words.len() / self.languages) as u32);
        self.words.extend(by_language);
        id
    }

    /// Adds a text that is the same in every language.
    pub fn add_same(&mut self, pieces: Pieces) -> TextId {
        let words = Words { pieces, forms: (0, 0) };
        self.add(std::iter::repeat_n(words, self.languages))
    }

    /// Adds pieces.
    pub fn add_pieces(&mut self, pieces: &[Piece]) -> Pieces {
        let from = self.pieces.len() as u32;
        self.pieces.extend_from_slice(pieces);
        Pieces(from, self.pieces.len() as u32)
    }

    /// Words with what stands beside them.
    pub fn words_with(&mut self, pieces: Pieces, forms: impl IntoIterator<Item = Beside>) -> Words {
        let from = self.forms.len() as u32;
        self.forms.extend(forms);
        Words { pieces, forms: (from, self.forms.len() as u32) }
    }

    /// Takes over the text that all words are parts of.
    pub fn keep(mut self, store: Store) -> Texts {
        self.store = store;
        self.words.shrink_to_fit();
        self.pieces.shrink_to_fit();
        self
    }

    fn words(&self, text: TextId, language: usize) -> Words {
        let language = if language < self.languages { language } else { 0 };
        self.words.get(text.0 as usize * self.languages + language).copied().unwrap_or_default()
    }

    /// What a text says.
    pub fn pieces(&self, text: TextId, language: usize) -> Pieces {
        self.words(text, language).pieces
    }

    /// What stands beside it.
    pub fn forms(&self, text: TextId, language: usize) -> &[Beside] {
        let (from, to) = self.words(text, language).forms;
        &self.forms[from as usize..to as usize]
    }

    /// The files that stand beside words, each once and by name. What an output is part of is known only while the form is filled in.
    pub fn media_named(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (form, pieces) in &self.forms {
            if let ("image" | "big-image" | "audio" | "video", [Piece::Words(words)]) =
                (&**form, self.each(*pieces))
            {
                names.extend(self.said(*words).trim().rsplit('/').next().filter(|name| !name.is_empty()));
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Does anything stand beside any words?
    pub fn has_media(&self) -> bool {
        !self.forms.is_empty()
    }

    pub fn each(&self, pieces: Pieces) -> &[Piece] {
        &self.pieces[pieces.0 as usize..pieces.1 as usize]
    }

    /// Words as they are written.
    pub fn said(&self, words: Lies) -> &str {
        self.store.text(words)
    }

    /// The words of a text without outputs.
    pub fn plain(&self, text: TextId, language: usize) -> String {
        let pieces = self.each(self.pieces(text, language));
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => self.said(*words),
                Piece::Output(_) => "",
            })
            .collect()
    }
}
