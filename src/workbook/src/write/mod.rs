//! A bundle of sheets as a workbook or as CSV files.

mod xlsx;

use doorstep_engine::Bundle;

use crate::sheet::Sheet;
use crate::{Unheld, WorkbookError};

pub use xlsx::write_xlsx;

/// The sheets of a bundle; files that are none, attachments, are left out.
fn sheets(bundle: &Bundle) -> impl Iterator<Item = Sheet> {
    [&bundle.main].into_iter().chain(&bundle.files).filter_map(|source| {
        let (_, name) = source.name.rsplit_once('#')?;
        Some(Sheet::from_text(name, &source.text))
    })
}

/// The sheets as CSV files, `survey.csv` first: name and text (RFC 4180, UTF-8).
pub fn write_csv(bundle: &Bundle) -> Result<Vec<(String, String)>, WorkbookError> {
    sheets(bundle).map(|sheet| Ok((format!("{}.csv", sheet.name), csv(&sheet)?))).collect()
}

fn csv(sheet: &Sheet) -> Result<String, WorkbookError> {
    let width = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let failed = |error: String| WorkbookError::Unwritable {
        why: Unheld::Other { reason: format!("{}: {error}", sheet.name) },
    };
    for row in &sheet.rows {
        let mut record: Vec<&str> = row.iter().map(String::as_str).collect();
        // As many cells in every row: spreadsheet programs and strict readers want it.
        record.resize(width, "");
        writer.write_record(record).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use doorstep_engine::Source;

    use super::*;
    use crate::CellPlace;

    fn form() -> Bundle {
        Bundle {
            main: Source::new(
                "f.xlsx#survey",
                "type\tname\tlabel::中文 (zh)\tconstraint\nnote\ta\t“x”, y␊z\n\ninteger\tb\t007\t. > 1\n",
            ),
            files: vec![
                Source::new("f.xlsx#choices", "list_name\tname\tlabel\nyn\t1\tTRUE\n"),
                Source::new("towns.csv", "name\n"),
            ],
        }
    }

    #[test]
    fn csv_files_read_the_same() {
        let files = write_csv(&form()).unwrap();
        assert_eq!(files.len(), 2);
        assert!(files[0].1.contains("\"“x”, y\nz\""), "{}", files[0].1);
        let again = files.into_iter().map(|(name, text)| (name, text.into_bytes()));
        let again = crate::read_csv_files("f.xlsx", again).unwrap();
        assert_eq!((again.main, &again.files[0]), (form().main, &form().files[0]));
    }

    #[test]
    fn a_workbook_reads_the_same() {
        let again = crate::read("f.xlsx", &write_xlsx(&form()).unwrap()).unwrap();
        assert_eq!((again.main, again.files), (form().main, form().files[..1].to_vec()));
    }

    #[test]
    fn what_a_cell_can_not_hold_is_said() {
        let error = |sheet: &str, text: String| {
            let main = Source::new("f#survey", "type\ntext\n");
            let files = vec![Source::new(format!("f#{sheet}"), text)];
            write_xlsx(&Bundle { main, files }).unwrap_err()
        };
        let long = error("choices", format!("name\tlabel\na\t{}\n", "字".repeat(40_000)));
        let cell = CellPlace { sheet: "choices".into(), row: 2, column: 1 };
        assert_eq!(long.cell(), Some(&cell));
        assert_eq!(
            long.words("en"),
            "cell B2 of the sheet `choices` holds 40000 characters, and a workbook’s at most 32767; shorten it, or keep the form as CSV files"
        );
        assert_eq!(
            long.words("zh"),
            "工作表 choices 第 2 行 B 列有 40000 个字，Excel 的一个单元格最多 32767 个。请写短些，或者导出成 CSV。"
        );
        let just = "x".repeat(32_767);
        assert!(write_xlsx(&Bundle::single(Source::new("f#survey", format!("type\n{just}\n")))).is_ok());

        let wide = error("choices", format!("{}x\n", "\t".repeat(16_384)));
        assert_eq!(wide.cell(), Some(&CellPlace { sheet: "choices".into(), row: 1, column: 16_384 }));
        assert!(wide.words("en").starts_with("cell XFE1 of the sheet `choices` lies outside"), "{wide}");
        assert!(wide.words("zh").contains("第 1 行 XFE 列超出了"), "{}", wide.words("zh"));
        let tall = error("choices", format!("{}x\n", "\n".repeat(1 << 20)));
        assert_eq!(tall.cell(), Some(&CellPlace { sheet: "choices".into(), row: (1 << 20) + 1, column: 0 }));

        let named = error("a/b", "x\n".into());
        assert_eq!(named.cell(), None);
        assert!(
            named.words("en").starts_with("no sheet of a workbook may be called `a/b`; give it"),
            "{named}"
        );
        assert!(named.words("zh").contains("“a/b”"));
    }
}
