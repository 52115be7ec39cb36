//! What a workbook can't hold, and where: the cell that somebody has to shorten is named as their spreadsheet program names it.

/// A cell of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CellPlace {
    /// The sheet's name.
    pub sheet: String,
    /// From 1, as spreadsheet programs count.
    pub row: usize,
    /// From 0; [`CellPlace::column_letters`] are its letters.
    pub column: usize,
}

impl CellPlace {
    pub(crate) fn new(sheet: &str, row: usize, column: usize) -> CellPlace {
        CellPlace { sheet: sheet.to_owned(), row: row + 1, column }
    }

    /// `A`, `AB`.
    pub fn column_letters(&self) -> String {
        let mut column = self.column;
        let mut letters = Vec::new();
        loop {
            letters.push(char::from(b'A' + (column % 26) as u8));
            match column / 26 {
                0 => break,
                rest => column = rest - 1,
            }
        }
        letters.iter().rev().collect()
    }
}

/// Why a form can't be written into a file of that kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unheld {
    /// A cell's text is longer than a cell of Excel's may be.
    LongCell {
        /// Which.
        cell: CellPlace,
        /// How many characters it has, as Excel counts.
        characters: usize,
    },
    /// A sheet has more rows or columns than Excel's have; the first cell that lies outside.
    Outside {
        /// Which.
        cell: CellPlace,
    },
    /// No sheet of a workbook may be called so.
    SheetName {
        /// The name.
        sheet: String,
    },
    /// What the writer of the file says.
    Other {
        /// In its words.
        reason: String,
    },
}

/// What a cell of Excel's holds at most, in UTF-16 units.
pub(crate) const CELL_UNITS: usize = 32_767;

impl Unheld {
    /// The cell that is meant.
    pub fn cell(&self) -> Option<&CellPlace> {
        match self {
            Unheld::LongCell { cell, .. } | Unheld::Outside { cell } => Some(cell),
            Unheld::SheetName { .. } | Unheld::Other { .. } => None,
        }
    }

    pub(crate) fn english(&self) -> String {
        match self {
            Unheld::LongCell { cell, characters } => format!(
                "cell {}{} of the sheet `{}` holds {characters} characters, and a workbook’s at most {CELL_UNITS}",
                cell.column_letters(),
                cell.row,
                cell.sheet
            ),
            Unheld::Outside { cell } => format!(
                "cell {}{} of the sheet `{}` lies outside of what a workbook’s sheet holds (1048576 rows, 16384 columns)",
                cell.column_letters(),
                cell.row,
                cell.sheet
            ),
            Unheld::SheetName { sheet } => format!("no sheet of a workbook may be called `{sheet}`"),
            Unheld::Other { reason } => format!("it can't be written: {reason}"),
        }
    }

    pub(crate) fn chinese(&self) -> String {
        let named = |cell: &CellPlace| {
            format!("工作表 {} 第 {} 行 {} 列", cell.sheet, cell.row, cell.column_letters())
        };
        match self {
            Unheld::LongCell { cell, characters } => format!(
                "{}有 {characters} 个字，Excel 的一个单元格最多 {CELL_UNITS} 个。请写短些，或者导出成 CSV。",
                named(cell)
            ),
            Unheld::Outside { cell } => format!(
                "{}超出了 Excel 一张表的大小（1048576 行、16384 列）。请把长的选项表放到单独的 CSV 文件里。",
                named(cell)
            ),
            Unheld::SheetName { sheet } => {
                format!("Excel 里工作表不能叫“{sheet}”。请改短（最多 31 个字），不要用 []:*?/\\。")
            }
            Unheld::Other { reason } => format!("写不出这个文件：{reason}。请换一种格式导出。"),
        }
    }

    pub(crate) fn way_out(&self) -> &'static str {
        match self {
            Unheld::LongCell { .. } => "shorten it, or keep the form as CSV files",
            Unheld::Outside { .. } => "put long choice lists into CSV files beside the form",
            Unheld::SheetName { .. } => "give it a name of 31 characters at most, without any of []:*?/\\",
            Unheld::Other { .. } => "write it in another format",
        }
    }
}
