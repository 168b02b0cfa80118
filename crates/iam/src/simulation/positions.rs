//! Where statements stand, as AWS's simulator counts.

use stead_api::iam::Position;
use stead_policy::Span;

/// Where a statement begins and ends.
///
/// Observed: radkawar/stackd, recorded in 2026: lines and columns count from 1, columns
/// count characters, and `\r`, `\n` and `\r\n` each end a line. A statement begins where the
/// one before it has ended, so that the comma belongs to it; the first of an array begins
/// behind the bracket, and one that stands alone behind its brace. It ends behind its brace.
pub(super) fn of_statement(text: &str, span: Span) -> (Position, Position) {
    let before = text.get(..span.start).unwrap_or_default();
    let blank = |character: char| character.is_ascii_whitespace() || character == ',';
    let gap = before.trim_end_matches(blank);
    let start = if gap.ends_with(['[', '}']) { gap.len() } else { span.start + 1 };
    (place(text, start), place(text, span.end))
}

fn place(text: &str, offset: usize) -> Position {
    let (mut line, mut column) = (1_i32, 1_i32);
    let mut last = None;
    for character in text.get(..offset).unwrap_or(text).chars() {
        match (last, character) {
            (Some('\r'), '\n') => column = 1,
            (_, '\r' | '\n') => {
                line = line.saturating_add(1);
                column = 1;
            }
            _ => column = column.saturating_add(1),
        }
        last = Some(character);
    }
    Position { line: Some(line), column: Some(column) }
}

#[cfg(test)]
mod tests {
    use stead_policy::{DocumentKind, parse};

    use super::*;

    fn positions(text: &str) -> Vec<[i32; 4]> {
        let policy = parse(text, DocumentKind::Identity).policy.unwrap();
        let found = policy.statements().iter().map(|statement| of_statement(text, statement.span));
        let numbers = |place: Position| [place.line.unwrap(), place.column.unwrap()];
        found
            .map(|(start, end)| {
                let ([a, b], [c, d]) = (numbers(start), numbers(end));
                [a, b, c, d]
            })
            .collect()
    }

    #[test]
    fn statements_are_where_aws_says() {
        let statement = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#;
        let one = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        assert_eq!(positions(&one), [[1, 38, 1, 95]]);
        let two = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}, {statement}]}}"#);
        assert_eq!(positions(&two), [[1, 38, 1, 95], [1, 95, 1, 154]]);
        let alone = format!(r#"{{"Statement": {statement}}}"#);
        assert_eq!(positions(&alone), [[1, 16, 1, 72]]);
    }

    #[test]
    fn lines_end_in_three_ways() {
        let pretty = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"s3:GetObject\",\n      \"Resource\": \"*\",\n      \"Sid\": \"UserInline\"\n    }\n  ]\n}";
        assert_eq!(positions(pretty), [[3, 17, 9, 6]]);
        for end in ["\r\n", "\r"] {
            assert_eq!(positions(&pretty.replace('\n', end)), [[3, 17, 9, 6]], "{end:?}");
        }
        let wide = r#"{"Id":"café","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
        assert_eq!(positions(wide), [[1, 27, 1, 72]]);
    }
}
