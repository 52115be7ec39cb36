//! The page as a whole: title, language, focus, scrolling, leaving.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, FocusOptions, HtmlElement, KeyboardEvent, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ScrollToOptions,
};

use super::events::{Subscription, document, listen, window};

/// Was the reader told to use another browser (`public/browser.js`)? Then the page is theirs, and nothing else is shown.
pub fn is_unfit() -> bool {
    root().is_some_and(|root| root.has_attribute("data-unfit"))
}

/// Sets the title that the browser and screen readers say.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Sets the page's language (`zh`, `en`, a BCP 47 tag), which fonts, line breaks and screen readers follow; and which way it is written (`ltr`, `rtl`).
pub fn set_language(tag: &str, direction: &str) {
    if let Some(root) = root() {
        root.set_lang(tag);
        root.set_dir(direction);
    }
}

/// The languages that the reader's browser asks for, the most wanted first: `zh-CN`, `en`.
pub fn preferred_languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Puts the focus on an element, scrolled into view; `false` if there is none with this id.
/// Headings and other elements that take no focus of their own need `tabindex="-1"`.
pub fn focus(id: &str) -> bool {
    let Some(element) = element(id) else { return false };
    // Where the reader asked for less motion, the style sheet says so; a jump is right for all.
    scroll(&element, ScrollLogicalPosition::Center);
    element.focus().is_ok()
}

/// Puts the focus on an element, and scrolls nothing; `false` if there is none with this id.
pub fn focus_in_place(id: &str) -> bool {
    element(id).is_some_and(|element| keep_still(&element).is_ok())
}

/// The same of an element that is at hand.
///
/// # Errors
/// The browser's.
pub fn keep_still(element: &HtmlElement) -> Result<(), JsValue> {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options)
}

/// Calls `f` whenever the window has become larger or smaller.
pub fn on_resize(f: impl Fn() + 'static) -> Subscription {
    listen(&window(), "resize", move |_| f())
}

/// How wide and high the element of this id is on the screen, in pixels; nothing while it has no room there.
pub fn size(id: &str) -> Option<(f64, f64)> {
    let area = element(id)?.get_bounding_client_rect();
    (area.width() > 0.0 && area.height() > 0.0).then(|| (area.width(), area.height()))
}

/// Has the element of this id the focus?
pub fn has_focus(id: &str) -> bool {
    let active = window().document().and_then(|document| document.active_element());
    active.is_some_and(|element| element.id() == id)
}

/// Scrolls an element into view, its top at the top; `false` if there is none with this id.
pub fn scroll_to(id: &str) -> bool {
    let Some(element) = element(id) else { return false };
    scroll(&element, ScrollLogicalPosition::Start);
    true
}

/// Brings what an answer has called up into view, if the answer's question still has the focus: on a page that is only being opened
/// nothing moves.
pub fn reveal(id: &str) {
    let Some(element) = element(id) else { return };
    let active = document().active_element();
    if active.is_some_and(|active| matches!(active.closest(".question[data-control]"), Ok(Some(_)))) {
        scroll(&element, ScrollLogicalPosition::Nearest);
    }
}

/// Brings an element into view within what scrolls sideways around it; the page itself stays where it is.
pub fn reveal_sideways(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return };
    let around = element.parent_element().and_then(|around| around.dyn_into::<HtmlElement>().ok());
    let Some(around) = around else { return };
    // By how far the one's middle is from the other's: right whichever way the page is written.
    let middle = |element: &HtmlElement| {
        let place = element.get_bounding_client_rect();
        place.left() + place.width() / 2.0
    };
    around.scroll_by_with_x_and_y(middle(&element) - middle(&around), 0.0);
}

/// Brings an element into view by the shortest way, if there is one that this selects.
pub fn reveal_in(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        scroll(&element, ScrollLogicalPosition::Nearest);
    }
}

/// Scrolls to the top of the page, at once.
pub fn scroll_to_top() {
    let options = ScrollToOptions::new();
    options.set_top(0.0);
    options.set_behavior(ScrollBehavior::Instant);
    window().scroll_to_with_scroll_to_options(&options);
}

/// Takes the focus from whatever has it, so that the on-screen keyboard goes and a pending answer is given.
pub fn blur() {
    if let Some(element) = document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.blur();
    }
}

/// Puts the focus on the next field, choice or button of the page's main part, as a keyboard's "next" key promises.
pub fn focus_next() {
    const FOCUSABLE: &str =
        "input:not([tabindex='-1']), select, textarea, button:not([tabindex='-1']), [tabindex='0']";
    let Some(active) = document().active_element() else { return };
    let Ok(Some(main)) = document().query_selector("main") else { return };
    let Ok(all) = main.query_selector_all(FOCUSABLE) else { return };
    let all = (0..all.length()).filter_map(|place| all.get(place)?.dyn_into::<HtmlElement>().ok());
    let mut after = all.skip_while(|element| **element != active).skip(1);
    // What is folded away has no box, and is passed over.
    if let Some(next) = after.find(|element| element.offset_parent().is_some()) {
        scroll(&next, ScrollLogicalPosition::Center);
        let _ = next.focus();
    }
}

/// To the question after the one that has the focus; after the last one on the page as its Next button goes.
pub fn go_on() {
    let Some(active) = document().active_element() else { return };
    let Ok(Some(here)) = active.closest(".question[data-control]") else { return };
    let Ok(all) = document().query_selector_all("main .question[data-control]") else { return };
    let all = (0..all.length()).filter_map(|place| all.get(place)?.dyn_into::<Element>().ok());
    let next = all.skip_while(|question| *question != here).nth(1);
    let field = next
        .and_then(|next| next.query_selector("input, select, textarea, button, [tabindex]").ok().flatten());
    let press = || document().query_selector("[data-action='next']").ok().flatten();
    match field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        Some(field) => {
            scroll(&field, ScrollLogicalPosition::Center);
            let _ = field.focus();
        }
        None => {
            if let Some(button) = press().and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                button.click();
            }
        }
    }
}

/// Calls `f` with the field's id whenever a question of a form gets the focus.
pub fn on_question(f: impl Fn(&str) + 'static) -> Subscription {
    listen(&document(), "focusin", move |event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let question = element.and_then(|element| element.closest(".question[data-control]").ok().flatten());
        let named = question.and_then(|question| question.query_selector("[id]").ok().flatten());
        if let Some(named) = named {
            // A part of the question has the field's id and a word.
            let id = named.id();
            let field: Vec<&str> = id.splitn(3, '-').take(2).collect();
            f(&field.join("-"));
        }
    })
}

/// Calls `f` when the page leaves the screen or is closed: the last moment at which something can be saved.
/// `f` must begin its writing at once; what it awaits may come too late.
pub fn on_hide(f: impl Fn() + Clone + 'static) -> Subscription {
    let hidden = f.clone();
    listen(&document(), "visibilitychange", move |_| {
        if document().hidden() {
            hidden();
        }
    })
    .and(listen(&window(), "pagehide", move |_| f()))
}

/// Calls `undo` and `redo` with their keys, wherever the focus is but in a field that one writes in, which has its own, and in a dialog.
pub fn on_undo(undo: impl Fn() + 'static, redo: impl Fn() + 'static) -> Subscription {
    const WRITES: &str =
        "textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=file])";
    listen(&document(), "keydown", move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        let active = document().active_element();
        let writes = active.is_some_and(|element| matches!(element.matches(WRITES), Ok(true)));
        let asks = matches!(document().query_selector("dialog:modal"), Ok(Some(_)));
        if !(key.ctrl_key() || key.meta_key()) || writes || asks || event.default_prevented() {
            return;
        }
        match (&*key.key().to_lowercase(), key.shift_key()) {
            ("z", false) => undo(),
            ("z", true) | ("y", _) => redo(),
            _ => return,
        }
        event.prevent_default();
    })
}

/// Calls `f` when the page is looked at again.
pub fn on_return(f: impl Fn() + 'static) -> Subscription {
    listen(&document(), "visibilitychange", move |_| {
        if !document().hidden() {
            f();
        }
    })
}

/// Asks before the page is closed whenever `unsaved` says so. The words are the browser's own.
pub fn ask_before_leaving(unsaved: impl Fn() -> bool + 'static) -> Subscription {
    listen(&window(), "beforeunload", move |event| {
        if unsaved() {
            event.prevent_default();
        }
    })
}

/// Where the app comes from: `https://survey.example.org`.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// What stands after that word in the address's fragment, taken out of the address and of the browser's history; `None` if
/// the fragment does not begin with it.
pub fn take_fragment(word: &str) -> Option<String> {
    let location = window().location();
    let fragment = location.hash().ok()?;
    let said = fragment.strip_prefix('#')?.strip_prefix(word)?.to_owned();
    let address = location.pathname().ok()? + &location.search().unwrap_or_default();
    // Fails only where pages change their address all the time.
    let _ = window().history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    Some(said)
}

/// Calls `f` whenever only the fragment of the address changes.
pub fn on_fragment(f: impl Fn() + 'static) -> Subscription {
    listen(&window(), "hashchange", move |_| f())
}

/// Asks the browser to print the page.
pub fn print() {
    // It can't fail but where printing is switched off, and then the browser says so.
    let _ = window().print();
}

/// Says on the root that only a part of the page is to be printed from now on (`data-print`), for the style sheets; nothing: all of it.
pub fn print_only(part: Option<&str>) {
    let Some(root) = root() else { return };
    // Neither can fail: the name is a valid one.
    let _ = match part {
        Some(part) => root.set_attribute("data-print", part),
        None => root.remove_attribute("data-print"),
    };
}

/// Loads another page of the app in place of this one: nothing of this one stays in memory, nor its address in the browser's history.
pub fn replace(path: &str) {
    let _ = window().location().replace(path);
}

/// Says another address for this page, in place of the one that it has.
pub fn rename(path: &str) {
    // Fails only where pages change their address all the time.
    let _ =
        window().history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(path)));
}

/// Loads the page anew.
pub fn reload() {
    let _ = window().location().reload();
}

/// Does the app run installed, in a window of its own?
pub fn is_installed() -> bool {
    let query = "(display-mode: standalone), (display-mode: fullscreen), (display-mode: minimal-ui)";
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// A short tap that can be felt, where the device has one.
pub fn vibrate(ms: u32) {
    window().navigator().vibrate_with_duration(ms);
}

fn root() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

fn scroll(element: &HtmlElement, block: ScrollLogicalPosition) {
    let options = ScrollIntoViewOptions::new();
    options.set_behavior(ScrollBehavior::Instant);
    options.set_block(block);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
