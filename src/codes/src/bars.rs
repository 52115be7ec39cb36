//! Codes of bars, by lines across the picture and then down it: what several of them say is there.

use std::collections::HashSet;

use rxing::common::GlobalHistogramBinarizer;
use rxing::oned::MultiFormatOneDReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Reader};

use crate::luma::Luma;

/// Goods (GB 12904), and what offices and hospitals stick on things. Each can be told from stripes.
const FORMATS: [BarcodeFormat; 5] = [
    BarcodeFormat::EAN_13,
    BarcodeFormat::EAN_8,
    BarcodeFormat::UPC_A,
    BarcodeFormat::CODE_128,
    BarcodeFormat::CODE_39,
];

/// Lines through the picture each way: a code that is a thirtieth of it high is crossed by enough of them.
const LINES: usize = 96;

/// How many have to say the same.
const ENOUGH: usize = 3;

/// Rows mixed into one on either side.
const MIXED: usize = 2;

/// What most lines say.
pub fn read(picture: &Luma) -> Option<String> {
    said(picture).or_else(|| said(&picture.on_its_side()))
}

fn said(picture: &Luma) -> Option<String> {
    let hints = DecodeHints {
        PossibleFormats: Some(HashSet::from(FORMATS)),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let mut reader = MultiFormatOneDReader::new(&hints);
    let mut heard: Vec<(String, usize)> = Vec::new();
    for at in (0..picture.height()).step_by((picture.height() / LINES).max(1)) {
        let mut line = BinaryBitmap::new(GlobalHistogramBinarizer::new(picture.row(at, MIXED)?));
        let Ok(found) = reader.decode_with_hints(&mut line, &hints) else { continue };
        match heard.iter_mut().find(|(text, _)| text == found.getText()) {
            Some((_, times)) => *times += 1,
            None => heard.push((found.getText().to_owned(), 1)),
        }
    }
    // The first of those that are heard most often.
    let most = heard.iter().map(|(_, times)| *times).max().filter(|most| *most >= ENOUGH)?;
    heard.into_iter().find(|(text, times)| *times == most && !text.is_empty()).map(|(text, _)| text)
}
