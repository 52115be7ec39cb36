//! A bundle of sheets as a workbook or as CSV files.

mod xlsx;

use doorstep_engine::Bundle;

use crate::WorkbookError;
use crate::sheet::Sheet;

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
    let failed = |error: String| WorkbookError::Unwritable { reason: format!("{}: {error}", sheet.name) };
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
        let long = "x".repeat(40_000);
        let bundle = Bundle::single(Source::new("f#survey", format!("type\n{long}\n")));
        let Err(WorkbookError::Unwritable { reason }) = write_xlsx(&bundle) else { panic!() };
        assert!(reason.contains("A2"), "{reason}");
    }
}
