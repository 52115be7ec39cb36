//! How a form wants to be laid out: the setting `style`, which is the body's `class` (XLSForm, *Styling web forms*; Enketo, *Theme*).
//!
//! A form that says nothing goes page by page, as ODK Collect shows every form. One that says how it looks and not that in pages is all in one page, as Enketo has it.

use std::sync::Arc;

use super::XForm;

/// How a form wants to be laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// Page by page.
    Pages,
    /// All in one page.
    Whole,
}

impl Layout {
    fn of(style: &str) -> Layout {
        let mut words = style.split_whitespace().peekable();
        match words.peek().is_none() || words.any(|word| word == "pages") {
            true => Layout::Pages,
            false => Layout::Whole,
        }
    }
}

/// What the body says; a form without one says nothing.
pub(super) fn read(parts: &XForm<'_>) -> Layout {
    let class: Option<Arc<str>> = parts.body.and_then(|body| super::compile::attribute(body, "class"));
    Layout::of(class.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;
    use crate::source::{Bundle, Source};

    #[test]
    fn a_form_goes_page_by_page_unless_its_style_says_otherwise() {
        let layout = |settings: &str| {
            let json = format!(
                r#"{{"settings": {{"form_id": "f", "version": "1"{settings}}}, "survey": [{{"type": "text", "name": "a", "label": "A"}}]}}"#
            );
            let checked = Form::read(&Bundle::single(Source::new("form.json", &*json)));
            checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics)).layout()
        };
        assert_eq!(layout(""), Layout::Pages);
        assert_eq!(layout(r#", "style": "pages""#), Layout::Pages);
        assert_eq!(layout(r#", "style": "theme-grid pages""#), Layout::Pages);
        assert_eq!(layout(r#", "style": "theme-grid""#), Layout::Whole);
        assert_eq!(layout(r#", "style": "one-page""#), Layout::Whole);
    }

    #[test]
    fn an_xforms_class_is_its_style() {
        let layout = |class: &str| {
            let xml = format!(
                r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
                <instance><f id="f"><a/></f></instance><bind nodeset="/f/a" type="string"/></model></h:head>
                <h:body{class}><input ref="/f/a"><label>A</label></input></h:body></h:html>"#
            );
            Form::read(&Bundle::single(Source::new("form.xml", &*xml))).form.expect("it is sound").layout()
        };
        assert_eq!(layout(""), Layout::Pages);
        assert_eq!(layout(r#" class="pages""#), Layout::Pages);
        assert_eq!(layout(r#" class="theme-grid no-text-transform""#), Layout::Whole);
    }
}
