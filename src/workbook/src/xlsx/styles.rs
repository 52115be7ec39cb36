//! Which cell formats show dates: `numFmts` and `cellXfs` of the styles part.

use std::collections::HashMap;

use super::xml::{Part, Step, attribute, name};
use crate::WorkbookError;
use crate::cell::shows_moment;

/// By the index that a cell's `s` names.
pub(crate) fn moments(part: &str, text: &str) -> Result<Vec<bool>, WorkbookError> {
    // A format is looked at once, however many cells have it.
    let mut codes: HashMap<u32, bool> = HashMap::new();
    let mut moments = Vec::new();
    let mut in_cells = false;
    let mut part = Part::new(part, text);
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u32>().ok());
    loop {
        match part.next()? {
            Step::Start(start) => match name(&start) {
                "numFmt" => {
                    if let Some(id) = number(attribute(&start, "numFmtId")) {
                        let code = attribute(&start, "formatCode").unwrap_or_default();
                        codes.insert(id, shows_moment(id, Some(&code)));
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = number(attribute(&start, "numFmtId")).unwrap_or(0);
                    moments.push(codes.get(&id).copied().unwrap_or_else(|| shows_moment(id, None)));
                }
                _ => {}
            },
            Step::End(name) if name == "cellXfs" => in_cells = false,
            Step::End(_) | Step::Text(_) => {}
            Step::Done => return Ok(moments),
        }
    }
}
