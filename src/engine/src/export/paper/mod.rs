//! A form on paper: A4, questions numbered, boxes to tick, lines to write on, repeats as tables, and who signs.
//!
//! Paper neither computes nor hides: what is worked out is left out, conditions become notes, and what a paper can't hold is a loss.

mod conditions;

use std::collections::HashMap;

use super::html::{escaped, page};
use super::outline::{Item, Outline, words};
use super::{Converted, Exported, Losses};
use crate::assess::sentences::Tongue;
use crate::source::Bundle;
use conditions::{Asked, Questions, as_written, condition};

/// A list that is longer is not printed: the answer is written.
const MAX_CHOICES: usize = 40;
/// Columns of a repeat's table that fit beside each other.
const MAX_COLUMNS: usize = 6;
/// Rows of a repeat's table.
const ROWS: usize = 5;

/// The form as a page to print, in that language.
pub fn to_paper(bundle: &Bundle, language: &str) -> Converted<String> {
    match Outline::of(bundle) {
        Ok((outline, diagnostics)) => {
            let (written, losses) = paper(&outline, language);
            Converted { exported: Some(Exported { written, losses: losses.into_sorted() }), diagnostics }
        }
        Err(diagnostics) => Converted { exported: None, diagnostics },
    }
}

fn paper(outline: &Outline, language: &str) -> (String, Losses) {
    let zh = Tongue::of(language) == Tongue::Chinese;
    let mut paper = Paper {
        outline,
        language,
        zh,
        questions: Questions::default(),
        numbers: HashMap::new(),
        sections: 0,
        body: String::new(),
        losses: Losses::default(),
    };
    let mut next = 1;
    paper.number(&outline.items, &mut next);
    let title = outline.title(language);
    let id = format!("{} {}", outline.form_id(), outline.version());
    let number = if zh { "编号：" } else { "No. " };
    paper.body.push_str(&format!(
        "<header><h1>{}</h1><p class=\"id\"><span>{}</span><span>{number}<i class=\"line\"></i></span></p></header>\n",
        escaped(title),
        escaped(id.trim()),
    ));
    paper.body.push_str(match zh {
        true => "<p class=\"about\">在 □ 里打 √；横线上填写。带 * 的必须回答。括号里写明只问谁的，不符合就跳过。</p>\n",
        false => "<p class=\"about\">Tick the boxes, write on the lines. What has a * must be answered. Where it says whom to ask, pass over it for others.</p>\n",
    });
    paper.items(&outline.items, 0);
    paper.body.push_str(match zh {
        true => "<footer><p>被访者签名：<i class=\"line\"></i></p><p>调查员签名：<i class=\"line\"></i></p><p>日期：<i class=\"short\"></i>年<i class=\"short\"></i>月<i class=\"short\"></i>日</p></footer>\n",
        false => "<footer><p>Signature of the person asked: <i class=\"line\"></i></p><p>Signature of who asked: <i class=\"line\"></i></p><p>Date: <i class=\"line\"></i></p></footer>\n",
    });
    let tag = if zh { "zh-CN" } else { "en" };
    (page(tag, title, STYLE, &paper.body), paper.losses)
}

const STYLE: &str = "\
@page { size: A4; margin: 18mm 16mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.6 'Noto Serif CJK SC', 'Source Han Serif SC', SimSun, serif; color: #000; background: #fff; max-width: 178mm; margin: 0 auto; padding: 4mm 0 }
h1 { font: 700 18pt/1.3 'Noto Sans CJK SC', SimHei, sans-serif; text-align: center; margin: 0 0 4mm }
h2 { font: 700 12pt/1.4 'Noto Sans CJK SC', SimHei, sans-serif; margin: 6mm 0 2mm; break-after: avoid }
h3 { font: 700 10.5pt/1.4 'Noto Sans CJK SC', SimHei, sans-serif; margin: 4mm 0 1mm; break-after: avoid }
p { margin: 0 0 1mm }
.id { display: flex; justify-content: space-between; border-bottom: 1pt solid #000; padding-bottom: 1mm }
.about, .only, .hint { color: #222; font-size: 9.5pt }
.only { font-style: normal }
.q { break-inside: avoid; margin: 2.5mm 0 }
.a { padding-left: 6mm }
.c { display: inline-block; margin-right: 6mm }
.n { margin: 2mm 0; padding-left: 2mm; border-left: 2pt solid #000; break-inside: avoid }
i.line, i.long, i.short { display: inline-block; border-bottom: .7pt solid #000; height: 1.3em; vertical-align: bottom }
i.line { width: 45mm } i.short { width: 14mm } i.long { display: block; width: 100%; height: 2em }
table { border-collapse: collapse; width: 100%; margin: 2mm 0; table-layout: fixed }
th, td { border: .7pt solid #000; padding: 1mm; font-weight: 400; text-align: left; vertical-align: top; font-size: 9.5pt; overflow-wrap: anywhere }
thead { display: table-header-group }
tr { break-inside: avoid }
td.e { height: 9mm }
th.r, td.r { width: 8mm; text-align: center }
.m td, .m th { text-align: center } .m td:first-child, .m th:first-child { text-align: left; width: 40% }
footer { margin-top: 10mm; display: flex; flex-wrap: wrap; gap: 4mm 10mm; break-inside: avoid }
";

struct Paper<'a> {
    outline: &'a Outline,
    language: &'a str,
    zh: bool,
    questions: Questions,
    /// By path.
    numbers: HashMap<&'a str, String>,
    /// How many groups of the top have a heading.
    sections: usize,
    body: String,
    losses: Losses,
}

impl<'a> Paper<'a> {
    /// Numbers the questions in their order, also those in tables.
    fn number(&mut self, items: &'a [Item], next: &mut usize) {
        for item in items {
            if let Some(children) = &item.children {
                self.number(children, next);
            } else if let Some(said) = item.row.get("calculation").filter(|_| item.is_unasked()) {
                self.questions.worked_out.insert(item.name().to_owned(), said.to_owned());
            } else if !item.is_unasked() && item.kind() != "note" {
                let number = next.to_string();
                let choices = self.choices(item).into_iter().flatten();
                let choices = choices.map(|(code, label)| (code.to_owned(), label.to_owned())).collect();
                self.questions
                    .asked
                    .insert(item.name().to_owned(), Asked { number: number.clone(), choices });
                self.numbers.insert(&item.path, number);
                *next += 1;
            }
        }
    }

    /// Codes and labels; none if it is no choice or its list is not in the form.
    fn choices(&self, item: &Item) -> Option<Vec<(&'a str, &'a str)>> {
        let outline = self.outline;
        let list = outline.list(item.list()?)?;
        let told = list.choices.iter().map(|row| {
            let code = row.get("name").unwrap_or("");
            (code, words(row, "label", self.language).unwrap_or(code))
        });
        Some(told.collect())
    }

    /// Words with lines where an answer would stand, and what the author wrote escaped.
    fn said(&self, item: &Item, what: &str) -> String {
        let text = words(&item.row, what, self.language).unwrap_or("");
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(&escaped(before));
            out.push_str("<i class=\"short\"></i>");
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        out.push_str(&escaped(rest));
        out.trim_matches('\u{200b}').to_owned()
    }

    /// Whom a question or group is for. What there are no words for stands as it is written.
    fn only(&mut self, item: &Item) -> String {
        let Some(relevant) = item.relevant() else { return String::new() };
        let told = condition(relevant, &self.questions, self.zh).unwrap_or_else(|| {
            let what =
                format!("the condition of `{}` stands on paper as it is written: {relevant}", item.name());
            self.losses.push(item.row.span, what);
            as_written(relevant, &self.questions, self.zh)
        });
        match self.zh {
            true => format!("<p class=\"only\">（只问：{}）</p>", escaped(&told)),
            false => format!("<p class=\"only\">(Only if {})</p>", escaped(&told)),
        }
    }

    /// A note, and whom it is for. What hangs on what paper doesn't know is nothing to read out.
    fn note(&mut self, item: &Item) {
        let said = self.said(item, "label");
        if said.is_empty() {
            return;
        }
        let relevant = item.relevant();
        let told = relevant.map(|relevant| condition(relevant, &self.questions, self.zh));
        let only = match (told, self.zh) {
            (None, _) => String::new(),
            (Some(Some(told)), true) => format!("<p class=\"only\">（{}看这条）</p>", escaped(&told)),
            (Some(Some(told)), false) => format!("<p class=\"only\">(If {})</p>", escaped(&told)),
            (Some(None), _) => {
                let what =
                    format!("the note `{}` is left out: it hangs on what paper does not know", item.name());
                self.losses.push(item.row.span, what);
                return;
            }
        };
        self.body.push_str(&format!("<div class=\"n\">{only}<p>{said}</p></div>\n"));
    }

    fn items(&mut self, items: &'a [Item], depth: usize) {
        let mut rest = items;
        while let Some((item, after)) = rest.split_first() {
            let together = self.matrix(rest);
            if together > 1 {
                self.table_of_choices(&rest[..together]);
                rest = &rest[together..];
                continue;
            }
            rest = after;
            match &item.children {
                Some(children) if item.kind() == "repeat" => self.repeat(item, children),
                Some(children) => self.group(item, children, depth),
                None if item.is_unasked() => {}
                None => self.question(item),
            }
        }
    }

    fn group(&mut self, item: &'a Item, children: &'a [Item], depth: usize) {
        // What asks nothing has no heading either.
        let mut asked = false;
        Outline::walk(children, &mut |child| asked |= !child.is_section() && !child.is_unasked());
        if !asked {
            return;
        }
        let heading = self.said(item, "label");
        if !heading.is_empty() {
            if depth == 0 {
                self.sections += 1;
                let number = if self.zh {
                    format!("{}、", chinese(self.sections))
                } else {
                    format!("{}. ", letter(self.sections))
                };
                self.body.push_str(&format!("<h2>{number}{heading}</h2>\n"));
            } else {
                self.body.push_str(&format!("<h3>{heading}</h3>\n"));
            }
        }
        let only = self.only(item);
        self.body.push_str(&only);
        self.hint(item);
        self.items(children, depth + 1);
    }

    fn hint(&mut self, item: &Item) {
        let hint = self.said(item, "hint");
        if !hint.is_empty() {
            self.body.push_str(&format!("<p class=\"hint\">{hint}</p>\n"));
        }
    }

    fn heading(&self, item: &Item) -> String {
        let number =
            self.numbers.get(item.path.as_str()).map_or(String::new(), |number| format!("{number}. "));
        let mut label = self.said(item, "label");
        if label.is_empty() {
            label = escaped(item.name());
        }
        let must = match item.row.get("required") {
            Some("no" | "false()") | None => "",
            Some(_) => " *",
        };
        format!("{number}{label}{must}")
    }

    fn question(&mut self, item: &Item) {
        if item.kind() == "note" {
            return self.note(item);
        }
        let (heading, only, answer) = (self.heading(item), self.only(item), self.answer(item));
        // What is short stands behind its question.
        let long = answer.contains("long") || answer.contains("class=\"c\"");
        let (beside, below) = match long {
            true => (String::new(), format!("<div class=\"a\">{answer}</div>")),
            false => (format!("　{answer}"), String::new()),
        };
        self.body.push_str(&format!("<div class=\"q\"><p>{heading}{beside}</p>{only}"));
        self.hint(item);
        self.body.push_str(&format!("{below}</div>\n"));
    }

    /// Room for an answer.
    fn answer(&mut self, item: &Item) -> String {
        let zh = self.zh;
        let line = "<i class=\"line\"></i>";
        let appearance = item.row.get("appearance").unwrap_or("");
        let has = |word: &str| appearance.split(' ').any(|known| known == word);
        let text = match (item.kind(), zh) {
            ("select_one" | "select_multiple" | "rank", _) => return self.boxes(item),
            ("integer" | "decimal" | "score", _) => "<i class=\"short\"></i>",
            ("range", _) => return self.range(item),
            ("date", true) => "<i class=\"short\"></i>年<i class=\"short\"></i>月<i class=\"short\"></i>日",
            ("time", true) => "<i class=\"short\"></i>时<i class=\"short\"></i>分",
            ("datetime", true) => {
                "<i class=\"short\"></i>年<i class=\"short\"></i>月<i class=\"short\"></i>日<i class=\"short\"></i>时<i class=\"short\"></i>分"
            }
            ("acknowledge" | "trigger", true) => "□ 已确认",
            ("acknowledge" | "trigger", false) => "□ Done",
            ("geopoint", true) => "东经 <i class=\"line\"></i> 北纬 <i class=\"line\"></i>",
            ("geopoint", false) => "Longitude <i class=\"line\"></i> latitude <i class=\"line\"></i>",
            ("image", true) if has("signature") => "签名：<i class=\"line\"></i>",
            ("image", false) if has("signature") => "Signature: <i class=\"line\"></i>",
            ("image" | "audio" | "video" | "file" | "geotrace" | "geoshape" | "osm", true) => "□ 另附",
            ("image" | "audio" | "video" | "file" | "geotrace" | "geoshape" | "osm", false) => "□ Attached",
            (kind, true) if kind.starts_with("select") => "<i class=\"line\"></i>（按名单填写）",
            (kind, false) if kind.starts_with("select") => "<i class=\"line\"></i> (from the list)",
            ("text", _) if has("multiline") => {
                "<i class=\"long\"></i><i class=\"long\"></i><i class=\"long\"></i>"
            }
            _ => line,
        };
        if item.kind().starts_with("select") {
            let what =
                format!("the list of `{}` is not in the form: on paper the answer is written", item.name());
            self.losses.push(item.row.span, what);
        }
        text.to_owned()
    }

    fn boxes(&mut self, item: &Item) -> String {
        let zh = self.zh;
        let choices = self.choices(item).unwrap_or_default();
        if item.row.get("choice_filter").is_some() {
            let what =
                format!("the choice filter of `{}` is left out: paper shows every choice", item.name());
            self.losses.push(item.row.span, what);
        }
        if choices.is_empty() || choices.len() > MAX_CHOICES {
            let count = choices.len();
            let what = format!("`{}` has {count} choices: on paper the answer is written", item.name());
            self.losses.push(item.row.span, what);
            let list = if zh { "（按名单填写）" } else { " (from the list)" };
            return format!("<i class=\"line\"></i>{list}");
        }
        let mark = if item.kind() == "rank" { "<i class=\"short\"></i>" } else { "□ " };
        let choice = |(_, label): &(&str, &str)| format!("<span class=\"c\">{mark}{}</span>", escaped(label));
        let all: String = choices.iter().map(choice).collect();
        let how = match (item.kind(), zh) {
            ("select_multiple", true) => "<span class=\"hint\">（可多选）</span> ",
            ("select_multiple", false) => "<span class=\"hint\">(several)</span> ",
            ("rank", true) => "<span class=\"hint\">（按先后填 1、2、3…）</span> ",
            ("rank", false) => "<span class=\"hint\">(write 1, 2, 3 …)</span> ",
            _ => "",
        };
        format!("{how}{all}")
    }

    /// The numbers to tick, if there are few.
    fn range(&self, item: &Item) -> String {
        let of = |name: &str| {
            let said = item.row.get("parameters").unwrap_or("").split_whitespace();
            said.filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name)?.1.parse::<i64>().ok()
        };
        let (start, end, step) = (of("start").unwrap_or(0), of("end").unwrap_or(10), of("step").unwrap_or(1));
        if step < 1 || end < start || (end - start) / step > 20 {
            return "<i class=\"short\"></i>".to_owned();
        }
        let mut out = String::new();
        let mut at = start;
        while at <= end {
            out.push_str(&format!("<span class=\"c\">□ {at}</span>"));
            at += step;
        }
        out
    }

    /// How many questions from here on have the same few choices, and nothing that a table can't hold.
    fn matrix(&self, items: &[Item]) -> usize {
        let Some(first) = items.first().filter(|item| item.kind() == "select_one") else { return 0 };
        let fits = self.choices(first).is_some_and(|choices| (2..=7).contains(&choices.len()));
        let plain = |item: &&Item| {
            item.row.get("type") == first.row.get("type")
                && item.relevant().is_none()
                && item.row.get("choice_filter").is_none()
                && words(&item.row, "hint", self.language).is_none()
        };
        let together = items.iter().take_while(plain).count();
        if fits && together >= 3 { together } else { 0 }
    }

    fn table_of_choices(&mut self, items: &[Item]) {
        let choices = items.first().and_then(|item| self.choices(item)).unwrap_or_default();
        let head: String = choices.iter().map(|(_, label)| format!("<th>{}</th>", escaped(label))).collect();
        let boxes = "<td>□</td>".repeat(choices.len());
        self.body.push_str(&format!("<table class=\"m\"><thead><tr><th></th>{head}</tr></thead><tbody>\n"));
        for item in items {
            let heading = self.heading(item);
            self.body.push_str(&format!("<tr><td>{heading}</td>{boxes}</tr>\n"));
        }
        self.body.push_str("</tbody></table>\n");
    }

    /// A table with a column for each question and empty rows.
    fn repeat(&mut self, item: &'a Item, children: &'a [Item]) {
        let heading = self.said(item, "label");
        if !heading.is_empty() {
            self.body.push_str(&format!("<h3>{heading}</h3>\n"));
        }
        let only = self.only(item);
        self.body.push_str(&only);
        self.hint(item);
        let mut asked: Vec<&Item> = Vec::new();
        Outline::walk(children, &mut |child| {
            if child.kind() == "repeat" {
                let what = format!(
                    "the repeat `{}` stands in another: on paper its questions are asked once",
                    child.name()
                );
                self.losses.push(child.row.span, what);
            } else if !child.is_section() && !child.is_unasked() && child.kind() != "note" {
                asked.push(child);
            }
        });
        for columns in asked.chunks(MAX_COLUMNS) {
            let mut head = String::from("<th class=\"r\"></th>");
            let mut cells = String::new();
            for item in columns {
                let (heading, only) = (self.heading(item), self.only(item));
                head.push_str(&format!("<th>{heading}{only}</th>"));
                let is_choice = matches!(item.kind(), "select_one" | "select_multiple");
                let few = is_choice && self.choices(item).is_some_and(|choices| choices.len() <= 8);
                cells.push_str(&match few {
                    true => format!("<td class=\"e\">{}</td>", self.boxes(item)),
                    false => "<td class=\"e\"></td>".to_owned(),
                });
            }
            self.body.push_str(&format!("<table><thead><tr>{head}</tr></thead><tbody>\n"));
            for row in 1..=ROWS {
                self.body.push_str(&format!("<tr><td class=\"r\">{row}</td>{cells}</tr>\n"));
            }
            self.body.push_str("</tbody></table>\n");
        }
    }
}

/// 一, 二 … 十一 … 九十九.
fn chinese(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (tens, ones) = (number / 10 % 10, number % 10);
    match tens {
        0 => DIGITS[ones].to_owned(),
        1 => format!("十{}", DIGITS[ones]),
        _ => format!("{}十{}", DIGITS[tens], DIGITS[ones]),
    }
}

/// A, B … Z, A …
fn letter(number: usize) -> char {
    char::from(b'A' + ((number + 25) % 26) as u8)
}

#[cfg(test)]
mod tests;
