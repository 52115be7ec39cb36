//! A diagnostic as JSON: for the designer, for editors, and for whoever checks forms on a server.

use serde_json::{Map, Value, json};

use super::{Diagnostic, Severity};
use crate::source::{Bundle, Span};

impl Diagnostic {
    /// The diagnostic with all its places, as an object:
    /// `{code, severity: "error"|"warning", message, file, line, column, end: {line, column}, bytes: [start, end], cell?, labels, hints}`.
    ///
    /// Lines and columns count from 1, columns in characters; `end` is one past the last. `cell` is
    /// `{sheet, row, column: "C", title: "relevant"}` where the file is a sheet of a workbook. A label is
    /// `{message, file, line, column, end, bytes, cell?}`, a hint a text.
    pub fn to_json(&self, bundle: &Bundle) -> Value {
        let mut object = Map::new();
        object.insert("code".into(), self.code.into());
        object.insert("severity".into(), self.severity.name().into());
        object.insert("message".into(), self.message.as_str().into());
        place(self.span, bundle, &mut object);
        let labels = self.labels.iter().map(|label| {
            let mut object = Map::new();
            object.insert("message".into(), label.message.as_str().into());
            place(label.span, bundle, &mut object);
            Value::Object(object)
        });
        object.insert("labels".into(), labels.collect());
        object.insert("hints".into(), self.hints.iter().map(String::as_str).collect());
        Value::Object(object)
    }
}

impl Severity {
    /// `error` or `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

fn place(span: Span, bundle: &Bundle, object: &mut Map<String, Value>) {
    let start = bundle.position(span);
    let end = bundle.position(Span { start: span.end.max(span.start), ..span });
    object.insert("file".into(), (*start.file).into());
    object.insert("line".into(), start.line.into());
    object.insert("column".into(), start.column.into());
    object.insert("end".into(), json!({"line": end.line, "column": end.column}));
    object.insert("bytes".into(), json!([span.start, span.end]));
    if let Some(cell) = start.cell {
        let cell = json!({
            "sheet": &*cell.sheet, "row": start.line, "column": cell.column, "title": &*cell.title,
        });
        object.insert("cell".into(), cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    #[test]
    fn places_are_told_in_lines_and_in_cells() {
        let text = "type\tname\trelevant\ntext\tü\t${b}\n";
        let bundle = Bundle::single(Source::new("form.xlsx#survey", text));
        let at = text.find("${b}").unwrap();
        let span = Span::in_main(at, at + 4);
        let found =
            Diagnostic::error("unknown-name", span, "no `b`").label(span, "here").hint("take it away");
        let place = json!({
            "file": "form.xlsx#survey", "line": 2, "column": 8, "end": {"line": 2, "column": 12},
            "bytes": [at, at + 4],
            "cell": {"sheet": "survey", "row": 2, "column": "C", "title": "relevant"},
        });
        let mut expected = place.clone();
        let mut label = place;
        label["message"] = "here".into();
        expected["code"] = "unknown-name".into();
        expected["severity"] = "error".into();
        expected["message"] = "no `b`".into();
        expected["labels"] = json!([label]);
        expected["hints"] = json!(["take it away"]);
        assert_eq!(found.to_json(&bundle), expected);
    }
}
