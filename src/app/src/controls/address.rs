//! The address of a page (`url`): typed, and opened in a window of its own. A read-only one is only opened.

use doorstep_engine::value::{DataType, Value};
use leptos::prelude::*;

use super::line::{Look, line};
use super::typed::Typed;
use super::{Asked, Control, Frame, looks};
use crate::components::live::{live, shown_when};
use crate::state::reader::say;

/// See the module.
pub const CONTROL: Control = Control {
    name: "address",
    takes: |question| question.data_type == DataType::Text && looks(question, "url"),
    frame: Frame::Group,
    show,
};

fn show(asked: Asked) -> AnyView {
    let address = Memo::new(move |_| asked.view.with(|view| address(&view.value)));
    let look =
        Look { keys: "url", ltr: true, called: Some(|view, _| view.label.clone()), ..Look::words(asked) };
    let readonly = Memo::new(move |_| asked.view.with(|view| view.readonly));
    view! {
        {shown_when(move || !readonly.get(), move || line(asked, Typed::new(asked), look))}
        {live(move || address.get().map(|address| view! {
            <p><a class="button" data-action="open" href=address.clone() target="_blank" rel="noopener noreferrer external">{say(|w| w.controls.open_address)}</a>
            <span class="hint address">{address}</span></p>
        }))}
        {shown_when(move || readonly.get() && address.with(Option::is_none), || view! {
            <p class="shown-value">{say(|w| w.not_answered)}</p> }.into_any())}
    }
    .into_any()
}

/// What may be opened: a page on the web, never a script.
fn address(value: &Value) -> Option<String> {
    let Value::Text(text) = value else { return None };
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (is_web && !rest.is_empty() && !rest.contains(char::is_whitespace)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_on_the_web_are_opened() {
        let of = |text: &str| address(&Value::Text(text.into()));
        assert_eq!(of(" https://docs.getodk.org/x?y=1 ").as_deref(), Some("https://docs.getodk.org/x?y=1"));
        assert_eq!(of("HTTP://127.0.0.1").as_deref(), Some("HTTP://127.0.0.1"));
        for other in [
            "javascript:alert(1)",
            "javascript://https://x",
            "data://x",
            "docs.getodk.org",
            "https://",
            "https://a b",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
