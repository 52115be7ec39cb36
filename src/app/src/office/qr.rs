//! A QR code on the office's pages; in words if the text is too long for one.

use leptos::prelude::*;

use super::tell;
use crate::components::qr::picture;

/// The picture.
#[component]
pub fn Qr(text: String) -> impl IntoView {
    picture(&text, tell(|w| w.qr_label))
        .unwrap_or_else(|| view! { <p class="notice warn">{tell(|w| w.qr_too_long)}</p> }.into_any())
}
