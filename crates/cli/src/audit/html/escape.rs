//! Text of accounts in a page.

/// The text as it stands in elements and in quoted attributes.
///
/// Spec: HTML, "Escaping a string". A control character is no text, and characters that
/// change the direction of what follows could make a name read as another.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('\u{fffd}');
            }
            control if control.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_gets_out_of_an_element_or_an_attribute() {
        assert_eq!(
            escaped("</li><script>alert(\"1\")</script>&'\u{0}\n\u{202e}"),
            "&lt;/li&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\u{fffd}\u{fffd}\u{fffd}"
        );
        assert_eq!(
            escaped("arn:aws:iam::111122223333:user/é+=,.@-_"),
            "arn:aws:iam::111122223333:user/é+=,.@-_"
        );
    }
}
