//! What a question, a choice or a measure is called in plain words, for whoever is told of it by its name.

use super::{Document, Grid};

impl Grid {
    /// The column of the labels in a language, or of the first there are.
    pub fn label_column(&self, tag: &str) -> Option<usize> {
        let titles = self.rows.first()?;
        let is_label = |title: &String| title.trim().to_lowercase().starts_with("label");
        let of_language = titles.iter().position(|title| {
            let language = title.split_once("::").map_or("", |(_, language)| language.trim());
            is_label(title) && (language == tag || language.ends_with(&format!("({tag})")))
        });
        of_language.or_else(|| titles.iter().position(is_label))
    }

    /// A row's label in a language; nothing if it has none.
    pub fn label(&self, row: usize, tag: &str) -> Option<&str> {
        let label = self.cell(row, self.label_column(tag)?).trim();
        (!label.is_empty()).then_some(label)
    }

    /// The first row that says this in the column of a title.
    fn row_of(&self, title: &str, text: &str) -> Option<usize> {
        let column = self.column(title)?;
        (1..self.rows.len()).find(|row| self.cell(*row, column).trim() == text)
    }
}

impl Document {
    /// What a measure is called; its name if it is called nothing.
    pub fn measure_called(&self, name: &str, tag: &str) -> String {
        self.label_of("assessment", name, tag).unwrap_or_else(|| name.to_owned())
    }

    /// What a path (`/f/m[2]/who`), a choice or a band (`/f/who = self`, `level = high`), or a measure's name stands for, in words; nothing if it has none.
    pub fn called(&self, path: &str, tag: &str) -> Option<String> {
        let (path, value) = path.split_once(" = ").map_or((path, None), |(path, value)| (path, Some(value)));
        let name = path.rsplit('/').next()?.split(['[', ' ']).next()?;
        let label = self.label_of("survey", name, tag).or_else(|| self.label_of("assessment", name, tag))?;
        let value = value.and_then(|value| {
            self.choice_label(name, value, tag).or_else(|| self.band_label(name, value, tag))
        });
        Some(match value {
            Some(value) => format!("{label} — {value}"),
            None => label,
        })
    }

    fn label_of(&self, sheet: &str, name: &str, tag: &str) -> Option<String> {
        let grid = self.sheet(self.find(sheet)?);
        grid.label(grid.row_of("name", name)?, tag).map(str::to_owned)
    }

    fn choice_label(&self, question: &str, choice: &str, tag: &str) -> Option<String> {
        let survey = self.sheet(self.find("survey")?);
        let kind = survey.of(survey.row_of("name", question)?, "type");
        let list = kind.split_whitespace().nth(1)?;
        let choices = self.sheet(self.find("choices")?);
        let own = |row: &usize| {
            choices.of(*row, "list_name").trim() == list && choices.of(*row, "name").trim() == choice
        };
        choices.label((1..choices.rows.len()).find(own)?, tag).map(str::to_owned)
    }

    /// What a measure's band of a code is called; nothing if it has no label.
    pub fn band_label(&self, measure: &str, code: &str, tag: &str) -> Option<String> {
        let bands = self.sheet(self.find("bands")?);
        let own = |row: &usize| {
            bands.of(*row, "measure").trim() == measure && bands.of(*row, "code").trim() == code
        };
        bands.label((1..bands.rows.len()).find(own)?, tag).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_in_words() {
        let json = r#"{"settings": {"form_id": "f", "version": "1"},
            "choices": {"who": [{"name": "self", "label": {"zh": "本人", "en": "The person"}}]},
            "survey": [{"type": "select_one who", "name": "tells", "label": {"zh": "谁说的", "en": "Who tells"}},
                {"type": "integer", "name": "n", "label": {"zh": "几个"}}, {"type": "calculate", "name": "c", "calculation": "1"}],
            "assessment": [{"type": "scale", "name": "s", "label": {"zh": "总分", "en": "Sum"}, "items": [{"value": "${n}"}]},
                {"type": "band", "name": "level", "label": {"zh": "等级", "en": "Level"}, "of": "s",
                 "bands": [{"code": "high", "range": ">=1", "label": {"zh": "高", "en": "High"}}, {"code": "low", "range": "-"}]}]}"#;
        let document = Document::open("form.json", json.as_bytes(), |_| None).expect("it is a form");
        let called = |path: &str, tag: &str| document.called(path, tag);
        assert_eq!(called("/f/m[2]/tells", "en").as_deref(), Some("Who tells"));
        assert_eq!(called("/f/tells = self", "zh").as_deref(), Some("谁说的 — 本人"));
        assert_eq!(called("level = high", "zh").as_deref(), Some("等级 — 高"));
        assert_eq!(called("level[2] = low", "en").as_deref(), Some("Level"));
        assert_eq!(called("/f/n", "en").as_deref(), Some("几个"), "in another language if it must be");
        assert_eq!((called("/f/c", "zh"), called("/f/gone", "zh")), (None, None));
        assert_eq!(document.measure_called("s", "en"), "Sum");
        assert_eq!(document.measure_called("gone", "en"), "gone");
    }
}
