use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stead_analysis::{Cell, Expected, REQUEST_COLUMNS_MAX, RequestRow, read_requests};

/// Requests, in a table or one object on each line: each value stands where it is told to
/// stand, and written in the one form and in the other they are read as the same.
pub fn request_table(data: &[u8]) {
    let text = std::str::from_utf8(data).unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    let rows = match read_requests(data) {
        Ok(rows) => rows,
        Err(error) => {
            let line = lines.get(error.line - 1);
            let length = line.map_or(0, |line| line.chars().count());
            let is_there = text.is_empty() || lines.is_empty() || error.column <= length + 1;
            assert!(is_there, "{error}: there is no such place");
            return;
        }
    };
    let is_table = !text.trim_start().starts_with('{');
    let said = lines.iter().filter(|line| !line.trim().is_empty()).count();
    assert_eq!(rows.len(), said - usize::from(is_table), "a request for each line");
    for row in &rows {
        cells(row).for_each(|cell| must_stand_there(cell, lines[row.line - 1], is_table));
        let object = as_object(row);
        if let Ok(again) = read_requests(object.as_bytes()) {
            assert_eq!(said_in(&again[0]), said_in(row), "{object}");
        } else {
            // What a cell says with one byte may take six in an object.
            assert!(object.len() > 10_000, "{object}");
        }
        if let Some(table) = as_table(row) {
            let again = read_requests(table.as_bytes()).expect("a table that was written");
            assert_eq!(said_in(&again[0]), said_in(row), "{table}");
        }
    }
}

fn cells(row: &RequestRow) -> impl Iterator<Item = &Cell> {
    let own = [&row.caller, &row.action, &row.resource];
    own.into_iter().flatten().chain(row.context.iter().map(|(_, cell)| cell))
}

/// A value of a table stands at its column, or its quotes do; of an object the member does.
fn must_stand_there(cell: &Cell, line: &str, is_table: bool) {
    let rest: String = line.chars().skip(cell.column - 1).collect();
    let found = rest.starts_with('"') || is_table && rest.starts_with(&cell.text);
    assert!(found, "{cell:?} does not stand in {line:?}");
}

/// What a request says: who, what, on what, with which keys, and what is expected.
type Said<'a> = ([Option<&'a str>; 3], BTreeMap<&'a str, Vec<&'a str>>, Option<Expected>);

fn said_in(row: &RequestRow) -> Said<'_> {
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, cell) in &row.context {
        keys.entry(key).or_default().push(&cell.text);
    }
    let own = [&row.caller, &row.action, &row.resource];
    (own.map(|cell| cell.as_ref().map(|cell| cell.text.as_str())), keys, row.expected)
}

fn expected(row: &RequestRow) -> Option<&'static str> {
    row.expected.map(|expected| match expected {
        Expected::Allow => "allow",
        Expected::Deny => "deny",
    })
}

const OWN: [&str; 3] = ["caller", "action", "resource"];

fn as_object(row: &RequestRow) -> String {
    let (own, keys, _) = said_in(row);
    let mut object = Map::new();
    for (name, text) in OWN.into_iter().zip(own) {
        if let Some(text) = text {
            object.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(expected) = expected(row) {
        object.insert("expect".to_owned(), json!(expected));
    }
    object.insert("context".to_owned(), json!(keys));
    Value::Object(object).to_string()
}

/// None for what a table cannot say: nothing at all, line ends, values without a character,
/// names with space around them.
fn as_table(row: &RequestRow) -> Option<String> {
    let (own, _, _) = said_in(row);
    let own = OWN.into_iter().zip(own).filter_map(|(name, text)| Some((name, text?)));
    let keys = row.context.iter().map(|(key, cell)| (key.as_str(), cell.text.as_str()));
    let expected = expected(row).map(|text| ("expect", text));
    let all: Vec<(&str, &str)> = own.chain(keys).chain(expected).collect();
    let can_stand = |(name, text): &(&str, &str)| {
        name.trim() == *name
            && !text.is_empty()
            && ![name, text].iter().any(|it| it.contains(['\n', '\r']))
    };
    if all.is_empty() || all.len() > REQUEST_COLUMNS_MAX || !all.iter().all(can_stand) {
        return None;
    }
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let names: Vec<String> = all.iter().map(|(name, _)| quoted(name)).collect();
    let texts: Vec<String> = all.iter().map(|(_, text)| quoted(text)).collect();
    let (names, texts) = (names.join(","), texts.join(","));
    (names.len().max(texts.len()) < 60_000).then(|| format!("{names}\n{texts}\n"))
}
