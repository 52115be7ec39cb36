//! Words read aloud by a voice of the device (`SpeechSynthesis`).
//!
//! Kept here: no voice is used that has its words read by a server elsewhere, since a question's words may hold a name; what speaks is silent once it is told
//! to stop, and never speaks over itself.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{SpeechSynthesis, SpeechSynthesisUtterance, SpeechSynthesisVoice};

use super::events::{Subscription, listen, window};

/// A little slower than a voice speaks by itself: who listens has not read it.
const RATE: f32 = 0.9;

thread_local! {
    /// What speaks, or waits its turn: a browser may forget what nobody holds, and then never says that it has ended.
    static SPEAKING: RefCell<Option<(Vec<SpeechSynthesisUtterance>, Subscription)>> = const { RefCell::new(None) };
}

/// Has the device a voice for that language (`zh`, `en`, a BCP 47 tag)? Some browsers say so only a while after they have started: [`on_voices`].
pub fn has_voice(language: &str) -> bool {
    voice(language).is_some()
}

/// Calls `f` whenever the browser finds voices.
pub fn on_voices(f: impl Fn() + 'static) -> Subscription {
    match synthesis() {
        Some(synthesis) => listen(&synthesis, "voiceschanged", move |_| f()),
        None => Subscription::none(),
    }
}

/// Reads the lines aloud, one after the other, in place of whatever is being read; `ended` is called once the last is read, or can't be.
/// False: there is no voice for that language.
pub fn speak(lines: &[String], language: &str, ended: impl Fn() + 'static) -> bool {
    stop();
    let (Some(synthesis), Some(voice)) = (synthesis(), voice(language)) else { return false };
    // One utterance a line: some browsers break off in the middle of a long one.
    let utterance = |line: &String| {
        let utterance = SpeechSynthesisUtterance::new_with_text(line).ok()?;
        utterance.set_voice(Some(&voice));
        utterance.set_lang(&voice.lang());
        utterance.set_rate(RATE);
        Some(utterance)
    };
    let utterances: Vec<SpeechSynthesisUtterance> = lines.iter().filter_map(utterance).collect();
    let Some(last) = utterances.last() else { return false };
    let ended = Rc::new(ended);
    let failed = ended.clone();
    let listening = listen(last, "end", move |_| ended()).and(listen(last, "error", move |_| failed()));
    utterances.iter().for_each(|utterance| synthesis.speak(utterance));
    SPEAKING.set(Some((utterances, listening)));
    true
}

/// Is silent.
pub fn stop() {
    // Nobody listens any more before it is told to end.
    let was = SPEAKING.take();
    if let (Some(_), Some(synthesis)) = (was, synthesis()) {
        synthesis.cancel();
    }
}

fn synthesis() -> Option<SpeechSynthesis> {
    let window = window();
    let has = Reflect::get(&window, &"speechSynthesis".into()).is_ok_and(|value| value.is_object());
    has.then(|| window.speech_synthesis().ok()).flatten()
}

/// The device's own voice that fits the language best.
fn voice(language: &str) -> Option<SpeechSynthesisVoice> {
    let voices = synthesis()?.get_voices();
    let voices = voices.iter().filter_map(|voice| voice.dyn_into::<SpeechSynthesisVoice>().ok());
    let own = voices.filter(SpeechSynthesisVoice::local_service);
    let fitting = own.filter_map(|voice| Some((fits(&voice.lang(), language)?, voice)));
    // The first of the best: the system's order is its user's.
    fitting.min_by_key(|(place, _)| *place).map(|(_, voice)| voice)
}

/// How well a voice's language fits a wanted one, the least best; `None`: it is another. Android writes `zh_CN_#Hans`.
fn fits(voice: &str, wanted: &str) -> Option<u8> {
    let tag = |text: &str| text.replace('_', "-").to_ascii_lowercase();
    let (voice, wanted) = (tag(voice), tag(wanted));
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    let has = |part: &str| voice.split('-').any(|other| other == part);
    match (&*first(&wanted), &*first(&voice)) {
        // Cantonese and Min are written alike, and not understood.
        ("zh", "zh") if has("hk") || has("mo") || has("yue") || has("nan") => None,
        ("zh", "zh" | "cmn") => Some(if has("cn") { 0 } else { 1 }),
        (wanted_first, first) if wanted_first == first && !first.is_empty() => {
            Some(if voice == wanted { 0 } else { 1 })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_reads_its_own_language_and_chinese_is_mandarin() {
        for (voice, wanted, place) in [
            ("zh-CN", "zh", Some(0)),
            ("zh_CN_#Hans", "zh", Some(0)),
            ("cmn-CN", "zh-CN", Some(0)),
            ("zh-TW", "zh", Some(1)),
            ("zh-HK", "zh", None),
            ("yue-HK", "zh", None),
            ("en-US", "zh", None),
            ("en-GB", "en", Some(1)),
            ("en", "en", Some(0)),
            ("", "", None),
            ("ko-KR", "ug", None),
        ] {
            assert_eq!(fits(voice, wanted), place, "{voice} for {wanted}");
        }
    }
}
