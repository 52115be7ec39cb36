//! How the page looks, as its reader chose: theme and text size, kept for this device.
//!
//! `public/appearance.js` puts both on the page, before its first paint and at every change; here they are kept and told to it.

use web_sys::Event;

use super::events::window;
use super::preferences;

const THEME: &str = "theme";
const TEXT_SIZE: &str = "text-size";
/// What the script listens to.
const CHANGED: &str = "doorstep-appearance";

/// Light or dark, and with how much contrast.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// As the device asks for it, its wish for more contrast included.
    Device,
    /// Dark on white.
    Light,
    /// Light on dark.
    Dark,
    /// Black on white, every line seen: for the sun, and for weak eyes.
    Contrast,
}

impl Theme {
    /// All, as they are offered.
    pub const ALL: [Theme; 4] = [Theme::Device, Theme::Light, Theme::Dark, Theme::Contrast];

    /// As it is kept; nothing was chosen, where the device decides.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Device => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Contrast => "contrast",
        }
    }
}

/// The sizes of text that are offered, in percent of the browser's own.
pub const TEXT_SIZES: [u16; 9] = [80, 90, 100, 110, 125, 140, 160, 180, 200];

/// The one that nobody has to choose.
pub const USUAL_SIZE: u16 = 100;

/// The theme that was chosen.
pub fn theme() -> Theme {
    let chosen = preferences::get(THEME).unwrap_or_default();
    Theme::ALL.into_iter().find(|theme| theme.name() == chosen).unwrap_or(Theme::Device)
}

/// Chooses a theme, for this page and all others of the device.
pub fn set_theme(theme: Theme) {
    preferences::set(THEME, theme.name());
    tell();
}

/// The size of text that was chosen.
pub fn text_size() -> u16 {
    let chosen = preferences::get(TEXT_SIZE).and_then(|chosen| chosen.parse().ok());
    chosen.filter(|size| TEXT_SIZES.contains(size)).unwrap_or(USUAL_SIZE)
}

/// Chooses a size of text, for this page and all others of the device.
pub fn set_text_size(percent: u16) {
    preferences::set(TEXT_SIZE, &percent.to_string());
    tell();
}

fn tell() {
    // Fails for an event without a name only.
    if let Ok(event) = Event::new(CHANGED) {
        let _ = window().dispatch_event(&event);
    }
}
