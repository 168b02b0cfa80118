//! Fixes: changes of a text that leave its meaning.

use stead_policy::Span;

use crate::{Edit, Finding};

/// The text with the fixes of these findings. Of two that touch each other the one that
/// comes later is left for another time.
#[must_use]
pub fn fixed(text: &str, findings: &[Finding]) -> String {
    let mut edits: Vec<&Edit> = findings.iter().flat_map(|finding| &finding.fix).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut result = String::with_capacity(text.len());
    let mut position = 0;
    for edit in edits {
        let sound = edit.span.start >= position && edit.span.start <= edit.span.end;
        let kept = text.get(position..edit.span.start).filter(|_| sound);
        if let (Some(kept), Some(_)) = (kept, text.get(edit.span.end..)) {
            result.push_str(kept);
            result.push_str(&edit.text);
            position = edit.span.end;
        }
    }
    result.push_str(text.get(position..).unwrap_or_default());
    result
}

/// The change that puts a JSON string in the place of one.
pub(crate) fn replaced(span: Span, text: &str) -> Edit {
    Edit { span, text: serde_json::Value::from(text).to_string() }
}

/// The change that takes an element out of an array, with the comma that goes with it.
///
/// `None` where there is no comma: it is the only one.
pub(crate) fn removed(text: &str, element: Span) -> Option<Edit> {
    let space = |character: char| character.is_ascii_whitespace();
    let behind = text.get(element.end..)?;
    let next = behind.trim_start_matches(space);
    let edit = |start, end| Some(Edit { span: Span::new(start, end), text: String::new() });
    if let Some(rest) = next.strip_prefix(',') {
        let rest = rest.trim_start_matches(space);
        return edit(element.start, text.len() - rest.len());
    }
    let before = text.get(..element.start)?.trim_end_matches(space);
    edit(before.strip_suffix(',')?.len(), element.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_goes_with_its_comma() {
        for (element, left) in [("1", "[ 22,\n 333 ]"), ("22", "[ 1, 333 ]"), ("333", "[ 1, 22 ]")]
        {
            let text = "[ 1, 22,\n 333 ]";
            let start = text.find(element).unwrap();
            let edit = removed(text, Span::new(start, start + element.len())).unwrap();
            let mut result = text.to_owned();
            result.replace_range(edit.span.start..edit.span.end, &edit.text);
            assert_eq!(result, left, "{element}");
        }
        assert_eq!(removed("[ 1 ]", Span::new(2, 3)), None);
        assert_eq!(removed("x", Span::new(5, 9)), None);
    }
}
