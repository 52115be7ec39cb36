//! The codebook: what each column of the data is, for whoever analyses it. As a page, and as a table for spreadsheets.

use super::html::{escaped, page};
use super::outline::{Item, Outline, words, words_in};
use super::table::Row;
use super::{Converted, Exported, Measure};
use crate::definition::assessment::Lines;
use crate::source::Bundle;

/// The codebook as a page without scripts.
pub fn to_codebook_html(bundle: &Bundle) -> Converted<String> {
    converted(bundle, |outline| html(&Book::of(outline)))
}

/// The codebook as CSV with a byte order mark, as spreadsheet programs want it; no cell is a formula.
pub fn to_codebook_csv(bundle: &Bundle) -> Converted<String> {
    converted(bundle, |outline| csv(&Book::of(outline)))
}

fn converted(bundle: &Bundle, write: impl FnOnce(&Outline) -> String) -> Converted<String> {
    match Outline::of(bundle) {
        Ok((outline, diagnostics)) => {
            let exported = Exported { written: write(&outline), losses: Vec::new() };
            Converted { exported: Some(exported), diagnostics }
        }
        Err(diagnostics) => Converted { exported: None, diagnostics },
    }
}

/// What a row's columns say that is told as it is written: column, heading.
const SAID: &[(&str, &str)] = &[
    ("required", "必答 required"),
    ("relevant", "条件 condition"),
    ("constraint", "规则 rule"),
    ("calculation", "计算 calculation"),
    ("default", "默认值 default"),
    ("choice_filter", "选项筛选 choice filter"),
    ("repeat_count", "次数 count"),
    ("save_to", "写入名册 saved to"),
];

/// One line: a question, a group, or a measure.
struct Line<'a> {
    path: String,
    name: &'a str,
    kind: String,
    /// In each of the book's languages.
    labels: Vec<&'a str>,
    hints: Vec<&'a str>,
    /// Codes with their words.
    choices: Vec<(String, String)>,
    said: Vec<(&'static str, &'a str)>,
    /// How many groups it stands in.
    depth: usize,
    is_section: bool,
}

struct Book<'a> {
    title: &'a str,
    id: String,
    languages: Vec<&'a str>,
    lines: Vec<Line<'a>>,
}

impl<'a> Book<'a> {
    fn of(outline: &'a Outline) -> Book<'a> {
        let mut languages = outline.languages();
        if languages.is_empty() {
            languages.push("");
        }
        let title = outline.title(outline.default_language());
        let id = format!("{} {}", outline.form_id(), outline.version());
        let mut book = Book { title, id, languages, lines: Vec::new() };
        outline.items.iter().for_each(|item| book.item(item, 0, outline));
        outline.measures.iter().for_each(|measure| book.measure(measure));
        book
    }

    fn item(&mut self, item: &'a Item, depth: usize, outline: &'a Outline) {
        let choices = item.list().and_then(|list| outline.list(list)).map_or(&[][..], |list| &list.choices);
        let line = Line {
            path: item.path.clone(),
            name: item.name(),
            kind: item.row.get("type").unwrap_or("").trim_start_matches("begin_").to_owned(),
            labels: self.words(&item.row, "label"),
            hints: self.words(&item.row, "hint"),
            choices: choices.iter().map(|choice| self.choice(choice)).collect(),
            said: said(&item.row),
            depth,
            is_section: item.is_section(),
        };
        self.lines.push(line);
        item.children.iter().flatten().for_each(|child| self.item(child, depth + 1, outline));
    }

    fn measure(&mut self, measure: &'a Measure) {
        let row = &measure.row;
        let mut lines = Vec::new();
        for (kind, line) in &measure.lines {
            let mut parts: Vec<String> = Vec::new();
            let told = match kind {
                Lines::Items => "value",
                Lines::Parts => "of",
                Lines::Bands => "code",
                Lines::Rules => "outcome",
            };
            let plain =
                line.row.cells.iter().filter(|(column, _)| {
                    column != told && column != "label" && !column.starts_with("label::")
                });
            parts.extend(plain.map(|(column, text)| format!("{column} {text}")));
            parts.extend(line.tests.iter().map(|(input, test)| format!("{input} {test}")));
            let label = self.joined(&line.row);
            if !label.is_empty() {
                parts.insert(0, label);
            }
            let name = line.row.get(told).unwrap_or("").to_owned();
            lines.push((format!("{} {name}", kind.element()), parts.join(", ")));
        }
        let plain = ["of", "second", "value", "test", "combine", "missing", "max", "relevant"];
        let said = plain.into_iter().filter_map(|column| Some((column, row.get(column)?)));
        self.lines.push(Line {
            path: String::new(),
            name: row.get("name").unwrap_or(""),
            kind: format!("测评 measure: {}", row.get("type").unwrap_or("")),
            labels: self.words(row, "label"),
            hints: self.words(row, "note"),
            choices: lines,
            said: said.collect(),
            depth: 0,
            is_section: false,
        });
    }

    fn words(&self, row: &'a Row, base: &str) -> Vec<&'a str> {
        self.languages.iter().map(|language| words_in(row, base, language).unwrap_or("")).collect()
    }

    fn joined(&self, row: &Row) -> String {
        let mut found: Vec<&str> = Vec::new();
        for words in self.words_of(row) {
            if !words.is_empty() && !found.contains(&words) {
                found.push(words);
            }
        }
        found.join(" / ")
    }

    fn words_of<'b>(&self, row: &'b Row) -> Vec<&'b str> {
        self.languages.iter().map(|language| words_in(row, "label", language).unwrap_or("")).collect()
    }

    fn choice(&self, row: &Row) -> (String, String) {
        let code = row.get("name").unwrap_or("").to_owned();
        let mut label = self.joined(row);
        if label.is_empty() {
            label = words(row, "label", "").unwrap_or("").to_owned();
        }
        let own = |column: &str| {
            matches!(column, "name" | "list_name" | "label")
                || column.starts_with("label::")
                || column.starts_with("media::")
        };
        let further = row.cells.iter().filter(|(column, _)| !own(column));
        let further: Vec<String> = further.map(|(column, text)| format!("{column} {text}")).collect();
        if !further.is_empty() {
            label.push_str(&format!(" ({})", further.join(", ")));
        }
        (code, label)
    }
}

fn said(row: &Row) -> Vec<(&'static str, &str)> {
    let known = SAID.iter().filter_map(|(column, heading)| Some((*heading, row.get(column)?)));
    known.collect()
}

const STYLE: &str = "\
@page { size: A4 landscape; margin: 12mm }
body { font: 14px/1.45 system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif; margin: 1rem; color: #111; background: #fff }
h1 { font-size: 1.4rem; margin: 0 }
table { border-collapse: collapse; width: 100%; margin-top: 1rem }
th, td { border: 1px solid #999; padding: .3em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere }
td:first-child { min-width: 11rem }
th:nth-child(2) { min-width: 7rem }
th:nth-last-child(2) { min-width: 13rem }
thead { display: table-header-group }
tr { break-inside: avoid }
tr.section td { background: #eee; font-weight: 600 }
code { font-family: ui-monospace, Consolas, monospace; font-size: .92em }
ul { margin: 0; padding-left: 1.1em }
small { color: #444 }
";

fn html(book: &Book<'_>) -> String {
    let mut body = format!("<h1>{}</h1>\n<p><code>{}</code></p>\n", escaped(book.title), escaped(&book.id));
    body.push_str("<table>\n<thead><tr><th>名称 name</th><th>类型 type</th>");
    for language in &book.languages {
        body.push_str(&format!("<th>文字 label{}</th>", escaped(&in_brackets(language))));
    }
    body.push_str("<th>选项 choices</th><th>规定 rules</th></tr></thead>\n<tbody>\n");
    for line in &book.lines {
        let class = if line.is_section { " class=\"section\"" } else { "" };
        let (name, path) = (escaped(line.name), escaped(&line.path));
        body.push_str(&format!(
            "<tr{class}><td style=\"padding-left: {}em\"><code>{name}</code>",
            line.depth + 1
        ));
        if !path.is_empty() {
            body.push_str(&format!("<br><small>{path}</small>"));
        }
        body.push_str(&format!("</td><td>{}</td>", escaped(&line.kind)));
        for (label, hint) in line.labels.iter().zip(&line.hints) {
            body.push_str(&format!("<td>{}", escaped(label)));
            if !hint.is_empty() {
                body.push_str(&format!("<br><small>{}</small>", escaped(hint)));
            }
            body.push_str("</td>");
        }
        let choice = |(code, label): &(String, String)| {
            format!("<li><code>{}</code> {}</li>", escaped(code), escaped(label))
        };
        list(&mut body, line.choices.iter().map(choice));
        let said =
            |(heading, text): &(&str, &str)| format!("<li>{heading}: <code>{}</code></li>", escaped(text));
        list(&mut body, line.said.iter().map(said));
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody>\n</table>\n");
    page("zh", book.title, STYLE, &body)
}

fn list(body: &mut String, lines: impl Iterator<Item = String>) {
    let lines: String = lines.collect();
    match lines.is_empty() {
        true => body.push_str("<td></td>"),
        false => body.push_str(&format!("<td><ul>{lines}</ul></td>")),
    }
}

fn in_brackets(language: &str) -> String {
    if language.is_empty() { String::new() } else { format!(" ({language})") }
}

fn csv(book: &Book<'_>) -> String {
    let mut headings: Vec<String> = ["path", "name", "type"].map(str::to_owned).into();
    for base in ["label", "hint"] {
        headings.extend(book.languages.iter().map(|language| format!("{base}{}", in_brackets(language))));
    }
    headings.push("choices".to_owned());
    // Of a measure what it says is told in one cell: its words are not those of questions.
    let columns = SAID.iter().map(|(column, _)| (*column).to_owned());
    headings.extend(columns.chain(["measure".to_owned()]));
    let mut out = String::from('\u{feff}');
    line(&mut out, headings.iter().map(String::as_str));
    for row in &book.lines {
        let choices: Vec<String> =
            row.choices.iter().map(|(code, label)| format!("{code} = {label}")).collect();
        let choices = choices.join("\n");
        let of = |heading: &str| {
            row.said.iter().find(|(known, _)| *known == heading).map_or("", |(_, text)| *text)
        };
        let is_other = |heading: &str| SAID.iter().all(|(_, known)| *known != heading);
        let others = row.said.iter().filter(|(heading, _)| is_other(heading));
        let others: Vec<String> = others.map(|(heading, text)| format!("{heading} {text}")).collect();
        let others = others.join("\n");
        let start = [row.path.as_str(), row.name, row.kind.as_str()].into_iter();
        let words = row.labels.iter().chain(&row.hints).copied();
        let said = SAID.iter().map(|(_, heading)| of(heading));
        line(&mut out, start.chain(words).chain([choices.as_str()]).chain(said).chain([others.as_str()]));
    }
    out
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        // A spreadsheet takes what begins so for a formula.
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
        match cell.contains([',', '"', '\n', '\r']) {
            true => out.push_str(&format!("\"{}\"", cell.replace('"', "\"\""))),
            false => out.push_str(&cell),
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn form() -> Bundle {
        let text = r#"{"settings": {"form_id": "f", "version": "3", "title": "<表>"},
          "choices": {"yn": [{"name": "y", "label": {"zh": "是", "en": "Yes"}, "score": 2}, {"name": "n", "label": {"zh": "否"}}]},
          "survey": [{"type": "group", "name": "g", "label": {"zh": "组"}, "children": [
            {"type": "select_one yn", "name": "q", "label": {"zh": "<b>好</b>吗", "en": "=1+1"}, "required": true},
            {"type": "integer", "name": "n", "label": {"zh": "数, 字"}, "relevant": "${q} = 'y'", "constraint": "- 1 < ."}]}],
          "assessment": [{"type": "scale", "name": "total", "label": {"zh": "总分"}, "items": [{"value": "${q}", "weight": 2}]}]}"#;
        Bundle::single(Source::new("form.json", text))
    }

    #[test]
    fn the_page_tells_each_question_and_is_no_markup_of_the_authors() {
        let written = to_codebook_html(&form()).exported.unwrap().written;
        for part in [
            "<small>/f/g/q</small>",
            "&lt;b&gt;好&lt;/b&gt;吗",
            "<li><code>y</code> 是 / Yes (score 2)</li>",
            "<code>${q} = &#39;y&#39;</code>",
            "<li><code>item ${q}</code> weight 2</li>",
            "<title>&lt;表&gt;</title>",
        ] {
            assert!(written.contains(part), "{part} in {written}");
        }
        assert!(!written.contains("<script") && !written.contains("<b>"));
    }

    #[test]
    fn the_table_has_a_row_for_each_and_no_formula() {
        let written = to_codebook_csv(&form()).exported.unwrap().written;
        let written = written.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::ReaderBuilder::new().from_reader(written.as_bytes());
        let headings = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let cell = |row: usize, heading: &str| {
            let at = headings.iter().position(|known| known == heading).unwrap();
            rows[row][at].to_owned()
        };
        assert_eq!(rows.len(), 4);
        assert_eq!((cell(1, "path"), cell(1, "label (en)")), ("/f/g/q".into(), "'=1+1".into()));
        assert_eq!(cell(1, "choices"), "y = 是 / Yes (score 2)\nn = 否");
        assert_eq!((cell(2, "label (zh)"), cell(2, "constraint")), ("数, 字".into(), "'- 1 < .".into()));
        assert_eq!((cell(3, "name"), cell(3, "choices")), ("total".into(), "item ${q} = weight 2".into()));
    }
}
