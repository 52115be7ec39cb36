//! Diagnostics in the terminal: the line, what is wrong underlined, and the ways out.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use doorstep_engine::{Bundle, Diagnostic, Position, Severity, Span};

use crate::language::Language;

/// One diagnostic as text, with its file named as seen from here.
pub fn diagnostic(found: &Diagnostic, bundle: &Bundle, definition: &Path, language: Language) -> String {
    let found = &language.of(found);
    let chinese = language == Language::Chinese;
    let level = match (found.severity, chinese) {
        (Severity::Error, false) => Level::ERROR,
        (Severity::Error, true) => Level::ERROR.with_name("错误"),
        (Severity::Warning, false) => Level::WARNING,
        (Severity::Warning, true) => Level::WARNING.with_name("警告"),
    };
    let title = level.primary_title(found.message.as_str()).id(found.code);
    let mut group = Group::with_title(title);
    let spans = std::iter::once(found.span).chain(found.labels.iter().map(|label| label.span));
    let mut shown: Vec<Excerpt<'_>> = Vec::new();
    for span in spans {
        let excerpt = Excerpt::of(bundle, span);
        if !shown.contains(&excerpt) {
            shown.push(excerpt);
        }
    }
    for excerpt in &shown {
        let mut snippet =
            Snippet::source(excerpt.text).line_start(excerpt.line).path(excerpt.path(bundle, definition));
        if let Some(range) = excerpt.range(bundle, found.span) {
            snippet = snippet.annotation(AnnotationKind::Primary.span(range));
        }
        for label in &found.labels {
            if let Some(range) = excerpt.range(bundle, label.span) {
                let place = AnnotationKind::Context.span(range);
                snippet = snippet.annotation(place.label(label.message.as_str()));
            }
        }
        group = group.element(snippet);
    }
    let position = bundle.position(found.span);
    if position.cell.is_some() {
        // A sheet is looked at in a spreadsheet program, which names rows and columns.
        group = group.element(match chinese {
            true => Level::NOTE.with_name("位置").message(in_chinese(&position)),
            false => Level::NOTE.message(position.to_string()),
        });
    }
    for hint in &found.hints {
        let level = if chinese { Level::HELP.with_name("办法") } else { Level::HELP };
        group = group.element(level.message(hint.as_str()));
    }
    let styled = crate::colours::wanted(&std::io::stderr());
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// A place in a form's files, as its reader finds it.
pub fn place(position: &Position, language: Language) -> String {
    match language {
        Language::English => position.to_string(),
        Language::Chinese => in_chinese(position),
    }
}

/// `form.xlsx：survey 第 7 行 C 列（relevant）`
fn in_chinese(position: &Position) -> String {
    let Some(cell) = &position.cell else { return position.to_string() };
    let file = position.file.rsplit_once('#').map_or(&*position.file, |(file, _)| file);
    let title = if cell.title.is_empty() { String::new() } else { format!("（{}）", cell.title) };
    format!("{file}：{} 第 {} 行 {} 列{title}", cell.sheet, position.line, cell.column)
}

fn path(bundle: &Bundle, source: u16, definition: &Path) -> String {
    let file = bundle.source(source);
    match (source, file.sheet()) {
        (_, Some(sheet)) => format!("{}#{sheet}", definition.display()),
        (0, None) if crate::form_files::folder(definition) == definition => {
            definition.join(&*file.name).display().to_string()
        }
        (0, None) => definition.display().to_string(),
        _ => crate::form_files::folder(definition).join(&*file.name).display().to_string(),
    }
}

/// What is shown of a file: all of it, or one cell of a sheet, for a row is too long to read.
#[derive(PartialEq, Eq)]
struct Excerpt<'a> {
    source: u16,
    /// The line that it starts in.
    line: usize,
    /// The byte that it starts at.
    start: usize,
    text: &'a str,
}

impl<'a> Excerpt<'a> {
    fn of(bundle: &'a Bundle, span: Span) -> Excerpt<'a> {
        let source = bundle.source(span.source);
        let whole = Excerpt { source: span.source, line: 1, start: 0, text: &source.text };
        let range = bytes(bundle, span);
        if source.sheet().is_none() || source.text[range.clone()].contains(['\t', '\n']) {
            return whole;
        }
        let ends = ['\t', '\n'];
        let start = source.text[..range.start].rfind(ends).map_or(0, |at| at + 1);
        let end = source.text[range.end..].find(ends).map_or(source.text.len(), |at| range.end + at);
        let line = bundle.position(span).line;
        Excerpt { line, start, text: &source.text[start..end], ..whole }
    }

    /// Its file as seen from here; of a cell, its column too: its line is the row.
    fn path(&self, bundle: &Bundle, definition: &Path) -> String {
        let path = path(bundle, self.source, definition);
        let start = Span { source: self.source, start: self.start as u32, end: self.start as u32 };
        let whole = self.text.len() == bundle.source(self.source).text.len();
        match bundle.position(start).cell.filter(|_| !whole) {
            Some(cell) => format!("{path} column {}", cell.column),
            None => path,
        }
    }

    /// The bytes of a place in it, if it is there.
    fn range(&self, bundle: &Bundle, span: Span) -> Option<std::ops::Range<usize>> {
        let range = bytes(bundle, span);
        let inside = self.source == span.source
            && Excerpt::of(bundle, span).start == self.start
            && range.end <= self.start + self.text.len();
        inside.then(|| range.start - self.start..range.end - self.start)
    }
}

/// Bytes that the renderer can cut at.
fn bytes(bundle: &Bundle, span: Span) -> std::ops::Range<usize> {
    let text = &bundle.source(span.source).text;
    let cut = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = cut(span.start);
    start..cut(span.end).max(start)
}
