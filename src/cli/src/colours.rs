//! Colours in the terminal, where it wants them.

use std::io::IsTerminal;

/// Does a stream want colours? Not if it is no terminal, or `NO_COLOR` says something (no-color.org).
pub fn wanted(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|said| !said.is_empty());
    stream.is_terminal() && !refused
}

/// A text in the colour of an SGR code: 31 red, 33 yellow, 2 faint.
pub fn coloured(text: &str, code: u8, wanted: bool) -> String {
    if wanted { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::coloured;

    #[test]
    fn a_log_gets_no_colours() {
        assert_eq!(coloured("look", 33, false), "look");
        assert_eq!(coloured("look", 33, true), "\u{1b}[33mlook\u{1b}[0m");
    }
}
