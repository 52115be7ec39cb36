//! QR codes (ISO/IEC 18004), drawn as one path: black on white also in the dark, with the four light modules around them that
//! scanners need.

use std::fmt::Write;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

use super::live::Live;

/// Light modules on each side.
const QUIET: i32 = 4;

/// The picture, called so for those who don't see it; `None` if the text is too long for one.
pub fn picture(text: &str, called: Live<&'static str>) -> Option<AnyView> {
    let (size, path) = drawn(text)?;
    let picture = view! {
        <svg class="qr" role="img" aria-label=called viewBox=format!("0 0 {size} {size}") shape-rendering="crispEdges">
            <rect width=size height=size fill="#fff"></rect>
            <path d=path fill="#000"></path>
        </svg>
    };
    Some(picture.into_any())
}

/// Its width in modules, and the path of the dark ones.
fn drawn(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let begun = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > begun {
                // Writing into a string can't fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", begun + QUIET, y + QUIET, x - begun, x - begun);
            }
            x += 1;
        }
    }
    Some((code.size() + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_begins_with_the_finders_bar() {
        let (size, path) =
            drawn("https://survey.example.cn/settings#enrol=abcde-fghjk-mnpqr-st234").expect("it fits");
        assert_eq!((size - 2 * QUIET - 17) % 4, 0, "a version has 17 + 4n modules");
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
        assert!(drawn(&"x".repeat(5_000)).is_none());
    }

    /// Read back by a reader that is not this writer's.
    #[test]
    fn what_is_drawn_is_read_back() {
        for text in ["otpauth://totp/Doorstep:admin?secret=JBSWY3DPEHPK3PXP", "入户", &"token".repeat(60)] {
            let (size, path) = drawn(text).expect("it fits");
            let dark = modules(&path);
            let scale = 4;
            let side = usize::try_from(size * scale).expect("it is small");
            let pixel = |x: usize, y: usize| {
                let at = |place: usize| i32::try_from(place).expect("it is small") / scale;
                if dark.contains(&(at(x), at(y))) { 0 } else { 255 }
            };
            let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, pixel);
            let grids = picture.detect_grids();
            let (_, read) = grids.first().expect("it is found").decode().expect("it is read");
            assert_eq!(read, text);
        }
    }

    fn modules(path: &str) -> std::collections::BTreeSet<(i32, i32)> {
        let mut dark = std::collections::BTreeSet::new();
        for bar in path.split('M').skip(1) {
            let (place, rest) = bar.split_once('h').expect("a bar has a length");
            let (x, y) = place.split_once(' ').expect("a bar has a place");
            let length: i32 = rest.split('v').next().and_then(|text| text.parse().ok()).expect("a number");
            let (x, y): (i32, i32) = (x.parse().expect("a number"), y.parse().expect("a number"));
            dark.extend((x..x + length).map(|x| (x, y)));
        }
        dark
    }
}
