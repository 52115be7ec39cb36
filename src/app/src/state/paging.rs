//! Page by page, or all in one page: as the form says, unless the reader wants it otherwise on this device.

use doorstep_engine::{Form, Layout};

use crate::platform::preferences;

const PREFERENCE: &str = "paging";

/// What the reader chose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paging {
    /// As each form says.
    ByForm,
    /// Page by page.
    Pages,
    /// All in one page.
    Whole,
}

impl Paging {
    /// All there are, the usual one first.
    pub const ALL: [Paging; 3] = [Paging::ByForm, Paging::Pages, Paging::Whole];

    /// As it is kept, and as tests name it.
    pub fn name(self) -> &'static str {
        match self {
            Paging::ByForm => "form",
            Paging::Pages => "pages",
            Paging::Whole => "whole",
        }
    }

    /// The one of that name; what nobody knows is as if nothing was chosen.
    fn named(name: Option<&str>) -> Paging {
        let known = Paging::ALL.into_iter().find(|paging| Some(paging.name()) == name);
        known.unwrap_or(Paging::ByForm)
    }

    /// Is a form of this layout all in one page then?
    fn is_whole(self, layout: Layout) -> bool {
        match self {
            Paging::ByForm => layout == Layout::Whole,
            Paging::Pages => false,
            Paging::Whole => true,
        }
    }
}

/// What was chosen on this device.
pub fn wanted() -> Paging {
    Paging::named(preferences::get(PREFERENCE).as_deref())
}

/// Chooses, from the next form that is opened on.
pub fn want(paging: Paging) {
    preferences::set(PREFERENCE, paging.name());
}

/// Is the form to be all in one page?
pub fn is_whole(form: &Form) -> bool {
    wanted().is_whole(form.layout())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_decides_and_else_the_form() {
        assert!(Paging::ByForm.is_whole(Layout::Whole) && !Paging::ByForm.is_whole(Layout::Pages));
        assert!([Layout::Whole, Layout::Pages].iter().all(|layout| Paging::Whole.is_whole(*layout)));
        assert!(![Layout::Whole, Layout::Pages].iter().any(|layout| Paging::Pages.is_whole(*layout)));
    }

    #[test]
    fn what_was_chosen_is_known_again() {
        for paging in Paging::ALL {
            assert_eq!(Paging::named(Some(paging.name())), paging);
        }
        assert_eq!([Paging::named(None), Paging::named(Some("later"))], [Paging::ByForm; 2]);
    }
}
