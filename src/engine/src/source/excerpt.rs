//! A piece of a text that others hold too: a form's file is kept once, however many parts of it are spoken of.

use std::ops::{Deref, Range};
use std::sync::Arc;

/// A part of a shared text.
#[derive(Clone)]
pub(crate) struct Excerpt {
    whole: Arc<str>,
    start: u32,
    end: u32,
}

impl Excerpt {
    /// The bytes `range` of a text, which must begin and end between characters.
    pub fn new(whole: &Arc<str>, range: Range<usize>) -> Excerpt {
        debug_assert!(whole.is_char_boundary(range.start) && whole.is_char_boundary(range.end));
        Excerpt { whole: whole.clone(), start: range.start as u32, end: range.end as u32 }
    }

    /// Where it lies in a text, if it is a part of that one.
    pub fn place_in(&self, whole: &Arc<str>) -> Option<Range<usize>> {
        Arc::ptr_eq(&self.whole, whole).then_some(self.start as usize..self.end as usize)
    }

    /// The text as one of its own, which keeps nothing else in memory.
    pub fn to_arc(&self) -> Arc<str> {
        match self.len() == self.whole.len() {
            true => self.whole.clone(),
            false => Arc::from(&**self),
        }
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        &self.whole[self.start as usize..self.end as usize]
    }
}

impl From<Arc<str>> for Excerpt {
    fn from(whole: Arc<str>) -> Excerpt {
        let end = whole.len() as u32;
        Excerpt { whole, start: 0, end }
    }
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Excerpt {
        Arc::<str>::from(text).into()
    }
}

impl From<String> for Excerpt {
    fn from(text: String) -> Excerpt {
        Arc::<str>::from(text).into()
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Excerpt) -> bool {
        **self == **other
    }
}

impl Eq for Excerpt {}

impl std::fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, f)
    }
}

impl std::fmt::Display for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_its_text_and_holds_the_whole_only_while_it_is_one() {
        let whole: Arc<str> = "入户调查".into();
        let part = Excerpt::new(&whole, 3..6);
        assert_eq!(&*part, "户");
        assert_eq!(part, Excerpt::from("户"));
        assert_eq!(Arc::strong_count(&whole), 2);
        assert_eq!(&*part.to_arc(), "户");
        assert!(Arc::ptr_eq(&Excerpt::new(&whole, 0..12).to_arc(), &whole));
    }
}
