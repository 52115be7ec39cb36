//! A drawing that the form carries (SVG): beside a question's words, or a choice's. What the form does not carry is not shown.

use std::sync::Arc;

use leptos::prelude::*;

use super::Asked;
use crate::components::live::live;
use crate::platform::picked::Shown;

/// The drawing at a `jr://` address. Words always stand beside it, so that screen readers pass it over. As a picture of its own page nothing in it runs.
#[component]
pub fn Drawing(asked: Asked, address: Arc<str>) -> impl IntoView {
    let shown = asked.answering.with(|session| {
        let svg = session.form().picture(&address)?;
        Shown::new(svg.as_bytes(), "image/svg+xml")
    });
    let url = shown.as_ref().map(|shown| shown.url().to_owned());
    // Its address is good as long as this is.
    let _kept = StoredValue::new_local(shown);
    url.map(|url| view! { <img class="drawing" src=url alt="" /> })
}

/// The picture beside a question's words. An image map is shown by its control.
pub fn picture(asked: Asked) -> impl IntoView {
    let address = Memo::new(move |_| beside(asked).filter(|_| !asked.looks(super::image_map::MAP)));
    live(move || address.get().map(|address| view! { <Drawing asked address /> }))
}

/// The address of the picture beside a question's label.
pub fn beside(asked: Asked) -> Option<Arc<str>> {
    asked.view.with(|view| {
        let picture = view.media.iter().find(|(form, _)| matches!(&**form, "image" | "big-image"));
        picture.map(|(_, address)| address.as_str().into())
    })
}
