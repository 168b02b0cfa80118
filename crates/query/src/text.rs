//! Texts for messages.

use std::borrow::Cow;

/// The text, or its beginning and an ellipsis when it has more characters than that.
pub(crate) fn shortened(text: &str, characters_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters_max) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}...", text.get(..end).unwrap_or_default())),
    }
}

/// A member's name as messages write it: `RoleName` is `roleName`. Only the first
/// letter changes: `ClientIDList` is `clientIDList`.
pub(crate) fn member_path(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shortened_between_characters() {
        assert_eq!(shortened("ééé", 3), "ééé");
        assert_eq!(shortened("éééé", 3), "ééé...");
        assert_eq!(shortened("", 0), "");
    }
}
