//! Codes of squares: QR and Data Matrix, which correct what was misread and say when they can't.

use std::collections::HashSet;

use rxing::common::HybridBinarizer;
use rxing::qrcode::QRCodeReader;
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, MultiFormatReader, RXingResult, RXingResultMetadataType,
    RXingResultMetadataValue, Reader,
};

use crate::luma::Luma;

/// One after the other, so that of two in one picture it is always the same that is read.
const FORMATS: [BarcodeFormat; 2] = [BarcodeFormat::QR_CODE, BarcodeFormat::DATA_MATRIX];

/// The smallest picture in which a code is looked for.
const SMALLEST: usize = 200;

/// The text of the first one: in the picture as it is, then in ever smaller ones (rxing has a reader that does so, and counts in 64 bits,
/// which is too many for a browser's `usize`).
pub fn read(picture: &Luma) -> Option<String> {
    let smaller = |picture: &Luma| picture.smaller().filter(|small| small.side() >= SMALLEST);
    in_this(picture).or_else(|| read(&smaller(picture)?))
}

fn in_this(picture: &Luma) -> Option<String> {
    let found = FORMATS.into_iter().find_map(|format| {
        let hints = DecodeHints {
            PossibleFormats: Some(HashSet::from([format])),
            TryHarder: Some(true),
            AlsoInverted: Some(true),
            ..DecodeHints::default()
        };
        look(picture, MultiFormatReader::default(), &hints)
    })?;
    let text = found.getText();
    let chinese = if text.is_ascii() { None } else { unlabelled_chinese(picture) };
    Some(chinese.unwrap_or_else(|| text.to_owned())).filter(|text| !text.is_empty())
}

fn look(picture: &Luma, mut reader: impl Reader, hints: &DecodeHints) -> Option<RXingResult> {
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(picture.source()?));
    reader.decode_with_hints(&mut bitmap, hints).ok()
}

/// The text, if its bytes are GB 18030 and don't say so, as older programs write them: they would be taken for Latin or Japanese letters.
fn unlabelled_chinese(picture: &Luma) -> Option<String> {
    let hints = DecodeHints {
        TryHarder: Some(true),
        CharacterSet: Some(String::from("gb18030")),
        ..DecodeHints::default()
    };
    let found = look(picture, QRCodeReader, &hints)?;
    let bytes = found.getRXingResultMetadata().get(&RXingResultMetadataType::BYTE_SEGMENTS)?;
    let RXingResultMetadataValue::ByteSegments(segments) = bytes else { return None };
    let is_utf8 = segments.iter().all(|bytes| std::str::from_utf8(bytes).is_ok());
    let is_gb = |bytes: &Vec<u8>| {
        encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    };
    (!is_utf8 && segments.iter().all(is_gb)).then(|| found.getText().to_owned())
}
