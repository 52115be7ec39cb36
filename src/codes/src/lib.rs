//! Barcodes and QR codes in a picture, for browsers that read none themselves.
//!
//! A wrong number is worse than none: what any row of stripes could be (ITF, Codabar) is not looked for, and bars have to say the
//! same on several lines through them.

mod bars;
mod luma;
mod squares;

use luma::Luma;

/// The text of a code in a picture of that width: four bytes a pixel (red, green, blue, opacity), row by row. What can be taken for
/// nothing else is looked for first.
pub fn read(pixels: &[u8], width: u32) -> Option<String> {
    let picture = Luma::of(pixels, width)?;
    squares::read(&picture).or_else(|| bars::read(&picture))
}
