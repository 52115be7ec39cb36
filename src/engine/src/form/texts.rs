//! Words shown to readers, by language, with outputs, and the media that stand beside them.

use std::sync::Arc;

use crate::expr::program::ExprId;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct TextId(pub u32);

/// By language, the default first; a language without words has the default's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    pub by_language: Vec<Words>,
}

/// A text in one language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub pieces: Box<[Piece]>,
    /// By form (`image`, `big-image`, `audio`, `video`, `guidance`, `short`).
    pub forms: Box<[Beside]>,
}

/// What stands beside the words: its form, and what it says.
pub(crate) type Beside = (Arc<str>, Box<[Piece]>);

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Words(Arc<str>),
    Output(ExprId),
}

impl Text {
    /// The words without outputs.
    pub fn plain(&self, language: usize) -> String {
        self.pieces(language)
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => &**words,
                Piece::Output(_) => "",
            })
            .collect()
    }

    pub fn words(&self, language: usize) -> Option<&Words> {
        self.by_language.get(language).or(self.by_language.first())
    }

    pub fn pieces(&self, language: usize) -> &[Piece] {
        self.words(language).map_or(&[], |words| &words.pieces)
    }
}
