//! Codes as a camera sees them: turned, too small or too large, unevenly lit, noisy, blurred; and pictures without any.

use barcoders::sym::code39::Code39;
use barcoders::sym::code128::Code128;
use barcoders::sym::ean8::EAN8;
use barcoders::sym::ean13::EAN13;
use doorstep_codes::read;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

/// A code of dark and light squares with a light edge round it.
struct Code {
    across: usize,
    down: usize,
    edge: usize,
    dark: Box<dyn Fn(usize, usize) -> bool>,
}

fn qr(text: &str) -> Code {
    of_qr(QrCode::encode_text(text, QrCodeEcc::Medium).expect("it fits"))
}

fn of_qr(code: QrCode) -> Code {
    let size = usize::try_from(code.size()).expect("a size");
    let dark =
        move |x, y| code.get_module(i32::try_from(x).expect("small"), i32::try_from(y).expect("small"));
    Code { across: size, down: size, edge: 4, dark: Box::new(dark) }
}

/// Bars, as tall as they are on a box of medicine.
fn bars(modules: Vec<u8>) -> Code {
    let across = modules.len();
    Code { across, down: across / 2, edge: 10, dark: Box::new(move |x, _| modules[x] == 1) }
}

fn ean13(digits: &str) -> Code {
    bars(EAN13::new(digits).expect("they are digits").encode())
}

fn code128(text: &str) -> Code {
    // `Ɓ` says that set B follows.
    bars(Code128::new(format!("Ɓ{text}")).expect("it is of set B").encode())
}

/// How it is taken.
#[derive(Clone, Copy)]
struct Taken {
    /// Degrees, clockwise.
    turned: f64,
    /// Pixels a module.
    scale: f64,
    /// How far a pixel may lie off, of 255.
    noise: f64,
    /// How much darker it is at the right than at the left, of 1.
    shade: f64,
    /// Pixels on either side that are mixed in.
    blur: usize,
}

const WELL: Taken = Taken { turned: 0.0, scale: 4.0, noise: 0.0, shade: 0.0, blur: 0 };

struct Picture {
    pixels: Vec<u8>,
    width: usize,
}

impl Picture {
    fn of(code: &Code, taken: Taken) -> Picture {
        let (across, down) = ((code.across + 2 * code.edge) as f64, (code.down + 2 * code.edge) as f64);
        let side = (across.hypot(down) * taken.scale * 1.1) as usize;
        let (sin, cos) = taken.turned.to_radians().sin_cos();
        let mut dice = Dice(7);
        let bright = |x: f64, y: f64| {
            let (x, y) = (x - side as f64 / 2.0, y - side as f64 / 2.0);
            let (x, y) = ((x * cos + y * sin) / taken.scale, (y * cos - x * sin) / taken.scale);
            let (x, y) = ((x + code.across as f64 / 2.0).floor(), (y + code.down as f64 / 2.0).floor());
            let on = x >= 0.0 && y >= 0.0 && x < code.across as f64 && y < code.down as f64;
            if on && (code.dark)(x as usize, y as usize) { 40.0 } else { 215.0 }
        };
        let sharp: Vec<f64> =
            (0..side * side).map(|at| bright((at % side) as f64 + 0.5, (at / side) as f64 + 0.5)).collect();
        let around = |at: usize| {
            let span = |at: usize| at.saturating_sub(taken.blur)..=(at + taken.blur).min(side - 1);
            let all: Vec<f64> = span(at / side)
                .flat_map(|y| span(at % side).map(move |x| (x, y)))
                .map(|(x, y)| sharp[y * side + x])
                .collect();
            all.iter().sum::<f64>() / all.len() as f64
        };
        let lit = |at: usize| 1.0 - taken.shade * (at % side) as f64 / side as f64;
        let grey: Vec<f64> = (0..side * side)
            .map(|at| around(at) * lit(at) + (dice.roll() - 0.5) * 2.0 * taken.noise)
            .collect();
        Picture {
            pixels: grey.iter().flat_map(|grey| [*grey as u8, *grey as u8, *grey as u8, 255]).collect(),
            width: side,
        }
    }

    fn read(&self) -> Option<String> {
        read(&self.pixels, u32::try_from(self.width).expect("a picture is not that wide"))
    }
}

/// Numbers from 0 to 1 that are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }
}

#[track_caller]
fn reads(code: &Code, taken: Taken, text: &str) {
    let what = format!("turned {}, {} pixels a module", taken.turned, taken.scale);
    assert_eq!(Picture::of(code, taken).read().as_deref(), Some(text), "{what}");
}

#[test]
fn a_qr_code_is_read_however_it_is_turned() {
    let code = qr("https://survey.example.cn/settings#enrol=abcde-fghjk-mnpqr-st234");
    for turned in [0.0, 20.0, 45.0, 90.0, 135.0, 180.0, 250.0] {
        reads(
            &code,
            Taken { turned, ..WELL },
            "https://survey.example.cn/settings#enrol=abcde-fghjk-mnpqr-st234",
        );
    }
}

#[test]
fn a_qr_code_speaks_chinese() {
    reads(&qr("威海市环翠区：入户编号 0042"), WELL, "威海市环翠区：入户编号 0042");
    // As older programs write it: GB 18030 without a word about it.
    let gb = [0xCD, 0xFE, 0xBA, 0xA3, 0xCA, 0xD0, 0xBB, 0xB7, 0xB4, 0xE4, 0xC7, 0xF8];
    let code = QrCode::encode_segments(&[QrSegment::make_bytes(&gb)], QrCodeEcc::Medium).expect("it fits");
    reads(&of_qr(code), WELL, "威海市环翠区");
    // Bytes that are Latin letters and no Chinese.
    let latin = QrCode::encode_segments(&[QrSegment::make_bytes(b"caf\xE9 42")], QrCodeEcc::Medium);
    reads(&of_qr(latin.expect("it fits")), WELL, "café 42");
}

#[test]
fn a_poor_photo_of_a_qr_code_is_good_enough() {
    let code = qr("DOORSTEP-0042");
    for scale in [4.0, 8.0, 20.0] {
        reads(&code, Taken { scale, noise: 30.0, shade: 0.5, blur: 1, turned: 12.0 }, "DOORSTEP-0042");
    }
    // White on black.
    let dark = code.dark;
    let (across, edge) = (code.across + 8, 0);
    let inside = move |x: usize| (4..across - 4).contains(&x);
    let inverted = Code {
        across,
        down: across,
        edge,
        dark: Box::new(move |x, y| !(inside(x) && inside(y) && dark(x - 4, y - 4))),
    };
    reads(&inverted, WELL, "DOORSTEP-0042");
}

#[test]
fn the_number_of_goods_is_read_from_each_side() {
    let code = ean13("690123456789");
    for turned in [0.0, 10.0, -15.0, 90.0, 180.0, 270.0] {
        reads(&code, Taken { turned, noise: 25.0, shade: 0.4, ..WELL }, "6901234567892");
    }
    reads(&code, Taken { scale: 3.0, blur: 1, ..WELL }, "6901234567892");
    reads(&bars(EAN8::new("6901234").expect("they are digits").encode()), WELL, "69012341");
}

#[test]
fn a_label_is_read_from_each_side() {
    for turned in [0.0, 12.0, 90.0, 180.0] {
        reads(&code128("WH-2026/0042"), Taken { turned, noise: 25.0, shade: 0.4, ..WELL }, "WH-2026/0042");
        reads(
            &bars(Code39::new("WH-0042").expect("it has them all").encode()),
            Taken { turned, noise: 15.0, ..WELL },
            "WH-0042",
        );
    }
}

#[test]
fn the_label_of_a_medical_device_is_read() {
    // `WH-0042` as ISO/IEC 16022 has it, drawn by ppf.datamatrix 0.2.
    const MODULES: [&str; 12] = [
        "#.#.#.#.#.#.",
        "#.###.....##",
        "#..##..#..#.",
        "#..##.#....#",
        "###.#...##..",
        "#.###...##.#",
        "#..##.#.###.",
        "#..###..#.##",
        "###...#...#.",
        "#..#.#.###.#",
        "##.##.....#.",
        "############",
    ];
    let dark = Box::new(|x: usize, y: usize| MODULES[y].as_bytes()[x] == b'#');
    let code = Code { across: 12, down: 12, edge: 3, dark };
    for turned in [0.0, 15.0, 90.0, 200.0] {
        reads(&code, Taken { turned, scale: 8.0, noise: 20.0, shade: 0.3, blur: 1 }, "WH-0042");
    }
}

#[test]
fn of_nothing_comes_nothing() {
    let mut dice = Dice(11);
    for side in [1, 2, 3, 7, 40, 200, 320] {
        let flat = vec![128; side * side * 4];
        assert_eq!(Picture { pixels: flat, width: side }.read(), None, "{side} of one grey");
        let noise = (0..side * side * 4).map(|_| (dice.roll() * 255.0) as u8).collect();
        assert_eq!(Picture { pixels: noise, width: side }.read(), None, "{side} of noise");
    }
    // Stripes, squares and a page of text's worth of little marks.
    for wide in [2, 3, 7] {
        let stripes =
            Code { across: 120, down: 60, edge: 10, dark: Box::new(move |x, _| (x / wide) % 2 == 0) };
        assert_eq!(Picture::of(&stripes, WELL).read(), None, "stripes {wide} wide");
        let squares = Code {
            across: 90,
            down: 90,
            edge: 4,
            dark: Box::new(move |x, y| (x / wide + y / wide) % 2 == 0),
        };
        assert_eq!(Picture::of(&squares, WELL).read(), None, "squares {wide} wide");
        let seed = u64::try_from(wide).expect("small");
        let marks: Vec<bool> = {
            let mut dice = Dice(seed);
            (0..90 * 90).map(|_| dice.roll() < 0.4).collect()
        };
        let marks = Code { across: 90, down: 90, edge: 4, dark: Box::new(move |x, y| marks[y * 90 + x]) };
        assert_eq!(Picture::of(&marks, WELL).read(), None, "marks, {wide}");
    }
}

#[test]
fn a_wrong_check_digit_is_no_number() {
    let mut wrong = ean13("690123456789");
    let right = ean13("690123456780");
    // The last digit of the one behind the digits of the other: its check digit is not theirs.
    let (left, last) = (wrong.dark, right.dark);
    wrong.dark = Box::new(move |x, y| if x < 84 { left(x, y) } else { last(x, y) });
    assert_eq!(Picture::of(&wrong, WELL).read(), None);
}

#[test]
fn what_is_no_picture_is_not_looked_at() {
    assert_eq!(read(&[], 0), None);
    assert_eq!(read(&[], 4), None);
    assert_eq!(read(&[0; 15], 2), None);
    assert_eq!(read(&[0; 24], 4), None);
    assert_eq!(read(&[0; 16], u32::MAX), None);
}
