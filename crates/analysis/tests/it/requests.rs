//! Requests from files, and what is none.

use stead_analysis::{
    Expected, REQUEST_COLUMNS_MAX, REQUEST_LINE_BYTES_MAX, REQUESTS_BYTES_MAX, REQUESTS_MAX,
    RequestRow, read_requests,
};

fn read(text: &str) -> Vec<RequestRow> {
    read_requests(text.as_bytes()).unwrap()
}

fn fault(bytes: &[u8]) -> (usize, usize, String) {
    let error = read_requests(bytes).unwrap_err();
    assert!(!error.help.is_empty());
    (error.line, error.column, error.message)
}

/// Without its place: a table and objects say the same.
fn said(row: &RequestRow) -> (Vec<String>, Vec<(String, String)>, Option<Expected>) {
    let cells = [&row.caller, &row.action, &row.resource];
    let texts = cells.map(|cell| cell.as_ref().map(|cell| cell.text.clone()).unwrap_or_default());
    let mut context: Vec<_> =
        row.context.iter().map(|(key, cell)| (key.clone(), cell.text.clone())).collect();
    context.sort();
    (texts.to_vec(), context, row.expected)
}

#[test]
fn a_table_and_objects_say_the_same() {
    let table = "\u{feff}action,resource,caller,aws:SourceIp,aws:TagKeys,aws:TagKeys,expect\r\n\
                 s3:GetObject,arn:aws:s3:::a,me,203.0.113.7,,,allow\r\n\
                 \r\n\
                 s3:PutObject,\"a,b\",,,x,y,deny\n";
    let objects = r#"{"action": "s3:GetObject", "resource": "arn:aws:s3:::a", "caller": "me", "aws:SourceIp": "203.0.113.7", "expect": "allow"}

{"action": "s3:PutObject", "resource": "a,b", "context": {"aws:TagKeys": ["x", "y"]}, "expect": "deny"}"#;
    let (table, objects) = (read(table), read(objects));
    assert_eq!(
        table.iter().map(said).collect::<Vec<_>>(),
        objects.iter().map(said).collect::<Vec<_>>()
    );
    assert_eq!((table[0].line, table[1].line, objects[1].line), (2, 4, 3));
    assert_eq!(table[1].resource.as_ref().unwrap().column, 14);
    assert_eq!(objects[1].resource.as_ref().unwrap().column, 28);
    assert_eq!(table[0].expected, Some(Expected::Allow));
}

#[test]
fn wrong_columns_and_values_are_told_where_they_stand() {
    for (text, line, column, message) in [
        ("action,who\n", 1, 1, "there is no request in it"),
        ("action,who\na,b\n", 1, 8, "`who` is no column"),
        ("action,action\na,b\n", 1, 8, "the column `action` is there twice"),
        ("action,resource\na,b\na\n", 3, 2, "the line has 1 values for 2 columns"),
        ("action,resource\na,b,c\n", 2, 5, "the line has 3 values for 2 columns"),
        ("action\n\"a\n", 2, 1, "the quotes do not end on this line"),
        ("action,expect\na,maybe\n", 2, 3, "`maybe` can not be expected"),
        ("", 1, 1, "there is nothing in it"),
        ("{\"action\": \"a\", \"action\": \"b\"}", 1, 17, "this member is there twice"),
        ("{\"context\": {\"a:b\": 1, \"a:b\": 2}}", 1, 24, "this member is there twice"),
        ("{\"action\": 7}", 1, 2, "expected a text"),
        ("{\"é:k\": \"x\", \"act\": \"a\"}", 1, 14, "`act` is no member"),
        ("{\"action\": \"a\", \"context\": {\"ip\": \"b\"}}", 1, 29, "`ip` is no condition key"),
        ("{\"action\": \"a\", \"aws:x\": null}", 1, 17, "expected a value or a list of values"),
        ("{\"action\": \"a\"}\n[]", 2, 1, "expected an object"),
    ] {
        assert_eq!(fault(text.as_bytes()), (line, column, message.to_owned()), "{text}");
    }
    let (line, _, message) = fault(b"{\"action\": \"a\"}\n{\"action\"\n");
    assert!(line == 2 && message.starts_with("not JSON"), "{line} {message}");
}

#[test]
fn what_is_not_utf_8_or_too_long_is_refused() {
    assert_eq!(
        fault(b"action\nok\n\xc3\xa9\xff\n"),
        (3, 2, "what stands here is not UTF-8".into())
    );
    let long = format!("action\n{}\n", "a".repeat(REQUEST_LINE_BYTES_MAX + 1));
    assert!(fault(long.as_bytes()).2.contains("at most 65536 are read"));
    assert!(fault(&vec![b' '; REQUESTS_BYTES_MAX + 1]).2.contains("at most 33554432 are read"));
    let many = format!("action\n{}", "a\n".repeat(REQUESTS_MAX + 1));
    assert_eq!(fault(many.as_bytes()).0, REQUESTS_MAX + 2);
    let wide = vec!["aws:TagKeys"; REQUEST_COLUMNS_MAX + 1].join(",");
    assert!(fault(format!("{wide}\na\n").as_bytes()).2.contains("at most 64 columns"));
    let values = vec!["\"x\""; REQUEST_COLUMNS_MAX + 1].join(",");
    let object = format!("{{\"action\": \"a\", \"aws:TagKeys\": [{values}]}}");
    assert!(fault(object.as_bytes()).2.contains("at most 64 values"));
}
