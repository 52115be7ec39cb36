//! Words shown to readers, by language, with `${name}` outputs.

use std::sync::Arc;

use crate::expr::program::ExprId;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct TextId(pub u32);

/// By language, the default first; a language without words has the default's.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub by_language: Vec<Vec<Piece>>,
}

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

    pub fn pieces(&self, language: usize) -> &[Piece] {
        self.by_language.get(language).or(self.by_language.first()).map_or(&[], |pieces| pieces)
    }
}
