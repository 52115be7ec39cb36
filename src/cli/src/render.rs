//! Diagnostics in the terminal: the line, what is wrong underlined, and the ways out.

use std::io::IsTerminal;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use doorstep_engine::{Bundle, Diagnostic, Severity, Span};

/// One diagnostic as text, with its file named as seen from here.
pub fn diagnostic(found: &Diagnostic, bundle: &Bundle, definition: &Path) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(found.message.as_str()).id(found.code);
    let mut group = Group::with_title(title);
    let mut sources: Vec<u16> = vec![found.span.source];
    sources.extend(found.labels.iter().map(|label| label.span.source));
    sources.dedup();
    for source in sources {
        let mut snippet =
            Snippet::source(&*bundle.source(source).text).path(path(bundle, source, definition));
        if source == found.span.source {
            snippet = snippet.annotation(AnnotationKind::Primary.span(range(bundle, found.span)));
        }
        for label in found.labels.iter().filter(|label| label.span.source == source) {
            let place = AnnotationKind::Context.span(range(bundle, label.span));
            snippet = snippet.annotation(place.label(label.message.as_str()));
        }
        group = group.element(snippet);
    }
    let position = bundle.position(found.span);
    if position.cell.is_some() {
        // A sheet is looked at in a spreadsheet program, which names rows and columns.
        group = group.element(Level::NOTE.message(position.to_string()));
    }
    for hint in &found.hints {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    let renderer = if std::io::stderr().is_terminal() { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

fn path(bundle: &Bundle, source: u16, definition: &Path) -> String {
    let file = bundle.source(source);
    match (source, file.sheet()) {
        (_, Some(sheet)) => format!("{}#{sheet}", definition.display()),
        (0, None) => definition.display().to_string(),
        _ => crate::form_files::folder(definition).join(&*file.name).display().to_string(),
    }
}

/// Bytes that the renderer can cut at.
fn range(bundle: &Bundle, span: Span) -> std::ops::Range<usize> {
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
