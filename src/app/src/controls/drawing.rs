//! A drawing whose SVG the form has as text, for what is touched in it (`image_map.rs`), and where a question's picture is.

use std::sync::Arc;

use leptos::prelude::*;

use super::Asked;
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

/// The address of the picture beside a question's label.
pub fn beside(asked: Asked) -> Option<Arc<str>> {
    asked.view.with(|view| {
        let picture = view.media.iter().find(|(form, _)| matches!(&**form, "image" | "big-image"));
        picture.map(|(_, address)| address.as_str().into())
    })
}
