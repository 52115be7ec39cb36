//! Pages that people print or put away: one file, no scripts, everything that an author wrote escaped.

/// Text within an element or a quoted attribute. What would end a line becomes a space, but for breaks that the author set.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            // What no page may hold (HTML §13.1.4).
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A whole page, with its style in it. Nothing may be fetched, whoever opens it.
pub(super) fn page(language: &str, title: &str, style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(language),
        escaped(title).replace("<br>", " "),
    )
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_that_an_author_wrote_is_markup() {
        assert_eq!(escaped("<b> & \"x\"'\u{0}\ny"), "&lt;b&gt; &amp; &quot;x&quot;&#39; <br>y");
    }
}
