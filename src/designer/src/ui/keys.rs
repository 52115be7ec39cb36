//! Which key does what in the grid: as in spreadsheets.

/// A key as it is pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stroke<'a> {
    pub key: &'a str,
    /// Control, or Command on a Mac.
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
}

/// What it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// So many cells down and across; with the area growing?
    Go(isize, isize, bool),
    /// To the first or last column, row too if told.
    Edge {
        end: bool,
        rows: bool,
        grow: bool,
    },
    /// By a screen.
    Screen {
        down: bool,
        grow: bool,
    },
    /// Opens the cell as it is.
    Edit,
    /// Opens it with this in it.
    Type(String),
    Clear,
    Undo,
    Redo,
    FillDown,
    InsertBelow,
    RemoveRows,
    MoveRows {
        down: bool,
    },
    All,
    Find,
}

/// The command of a key; nothing for those that are the browser's.
pub fn command(stroke: Stroke<'_>) -> Option<Command> {
    let Stroke { key, ctrl, shift, alt } = stroke;
    let command = match (key, ctrl, alt) {
        ("ArrowUp", _, true) => Command::MoveRows { down: false },
        ("ArrowDown", _, true) => Command::MoveRows { down: true },
        ("ArrowUp", false, false) => Command::Go(-1, 0, shift),
        ("ArrowDown", false, false) => Command::Go(1, 0, shift),
        ("ArrowLeft", false, false) => Command::Go(0, -1, shift),
        ("ArrowRight", false, false) => Command::Go(0, 1, shift),
        ("ArrowUp", true, false) => Command::Edge { end: false, rows: true, grow: shift },
        ("ArrowDown", true, false) => Command::Edge { end: true, rows: true, grow: shift },
        ("Home", _, false) => Command::Edge { end: false, rows: ctrl, grow: shift },
        ("End", _, false) => Command::Edge { end: true, rows: ctrl, grow: shift },
        ("PageUp", false, false) => Command::Screen { down: false, grow: shift },
        ("PageDown", false, false) => Command::Screen { down: true, grow: shift },
        ("Tab", false, false) => Command::Go(0, if shift { -1 } else { 1 }, false),
        ("Enter", true, false) => Command::InsertBelow,
        ("Enter" | "F2", false, false) => Command::Edit,
        ("Backspace" | "Delete", true, false) => Command::RemoveRows,
        ("Backspace" | "Delete", false, false) => Command::Clear,
        ("z" | "Z", true, false) => {
            if shift {
                Command::Redo
            } else {
                Command::Undo
            }
        }
        ("y" | "Y", true, false) => Command::Redo,
        ("d" | "D", true, false) => Command::FillDown,
        ("a" | "A", true, false) => Command::All,
        ("f" | "F", true, false) => Command::Find,
        (text, false, false) if text.chars().count() == 1 => Command::Type(text.to_owned()),
        _ => return None,
    };
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_what_they_do_in_spreadsheets() {
        let plain = |key| Stroke { key, ..Stroke::default() };
        let ctrl = |key| Stroke { key, ctrl: true, ..Stroke::default() };
        assert_eq!(command(plain("ArrowDown")), Some(Command::Go(1, 0, false)));
        assert_eq!(command(Stroke { shift: true, ..plain("ArrowRight") }), Some(Command::Go(0, 1, true)));
        assert_eq!(
            command(Stroke { alt: true, ..plain("ArrowUp") }),
            Some(Command::MoveRows { down: false })
        );
        assert_eq!(command(plain("甲")), Some(Command::Type("甲".into())));
        assert_eq!(command(ctrl("z")), Some(Command::Undo));
        assert_eq!(command(Stroke { shift: true, ..ctrl("Z") }), Some(Command::Redo));
        assert_eq!(command(ctrl("f")), Some(Command::Find));
        assert_eq!(command(ctrl("End")), Some(Command::Edge { end: true, rows: true, grow: false }));
        // Copying and pasting come as events of their own.
        assert_eq!(
            [command(ctrl("c")), command(ctrl("v")), command(plain("Escape")), command(plain("F5"))],
            [None, None, None, None]
        );
    }
}
