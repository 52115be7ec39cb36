//! Fingers: taps by touch where the element really is, and text as an input method gives it.

use serde_json::{Value, json};

use crate::browser::Browser;

/// What a thumb needs, in CSS pixels.
const THUMB: f64 = 48.0;

/// Finds where to touch an element, scrolled into view and not covered by anything else.
const AIM: &str = r#"
    const element = document.querySelector(arguments[0]);
    if (!element) return "is not there";
    element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return "has no size";
    const x = box.x + Math.min(box.width / 2, 150), y = box.y + box.height / 2;
    const there = document.elementFromPoint(x, y);
    if (!there) return "is off the screen";
    if (!element.contains(there) && !there.contains(element)) return "is covered by " + there.outerHTML.slice(0, 200);
    return { x, y, width: box.width, height: box.height };
"#;

impl Browser {
    /// Touches an element once it is there.
    pub async fn tap(&self, selector: &str) {
        let aimed = std::cell::RefCell::new(Value::Null);
        let last = &aimed;
        self.until(&format!("{selector} can be touched"), async || {
            let before = last.replace(self.run(AIM, vec![selector.into()]).await);
            // Twice at the same place: nothing moves any more.
            let now = last.borrow();
            now.is_object() && *now == before
        })
        .await;
        let at = aimed.into_inner();
        let size = |name: &str| at[name].as_f64().unwrap_or_default();
        if size("width") < THUMB || size("height") < THUMB {
            let small = format!("{selector}: {} × {}", size("width"), size("height"));
            self.small.borrow_mut().push(small);
        }
        for (kind, points) in [("touchStart", json!([{"x": at["x"], "y": at["y"]}])), ("touchEnd", json!([]))]
        {
            self.command("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points})).await;
        }
    }

    /// Types text into what has the focus, as a phone's keyboard gives it: Chinese composed first, all else letter by letter.
    pub async fn type_text(&self, text: &str) {
        if text.is_ascii() {
            for letter in text.chars() {
                self.command("Input.insertText", json!({"text": letter.to_string()})).await;
            }
            return;
        }
        let composition = json!({"text": "zhong", "selectionStart": 5, "selectionEnd": 5});
        self.command("Input.imeSetComposition", composition).await;
        self.command("Input.insertText", json!({"text": text})).await;
    }

    /// Everything that was touched was large enough for a thumb.
    pub fn assert_thumbs_fit(&self) {
        let small = self.small.borrow();
        assert!(small.is_empty(), "smaller than {THUMB} px:\n{}", small.join("\n"));
    }
}
