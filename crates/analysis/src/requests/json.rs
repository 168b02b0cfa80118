//! An object on each line.

use serde_json::{Map, Value};

use super::{Cell, FIELDS, Field, RequestRow, RequestsError};
use crate::limits::REQUEST_COLUMNS_MAX;
use crate::node::escaped;
use crate::place::{Lines, Located};

/// A request: `caller`, `action`, `resource` and `expect` are texts, `context` is an object
/// of condition keys, which may also stand beside them. Policies are texts or documents;
/// of the session there may be a list.
pub(super) fn request(line: &str, number: usize) -> Result<RequestRow, RequestsError> {
    let document: Value = serde_json::from_str(line).map_err(|error| {
        let column = text_column(line, error.column().saturating_sub(1));
        let help = "each line is one object such as {\"action\": \"s3:GetObject\"}";
        RequestsError::new((number, column), format!("not JSON: {error}"), help)
    })?;
    let reading = Reading { line, number, located: Located::parse(line) };
    if let Some(span) = reading.located.as_ref().and_then(Located::repeated) {
        let place = (number, text_column(line, span.start));
        let message = "this member is there twice".to_owned();
        return Err(RequestsError::new(place, message, "several values stand in a list"));
    }
    let members = document.as_object().ok_or_else(|| reading.wrong("", "expected an object"))?;
    let mut row = RequestRow { line: number, ..RequestRow::default() };
    for (name, value) in members {
        let pointer = format!("/{}", escaped(name));
        match (name.as_str(), Field::of(name)) {
            ("context", _) => {
                let keys = value.as_object();
                let keys = keys.ok_or_else(|| reading.wrong(&pointer, "expected an object"))?;
                reading.context(&mut row, keys)?;
            }
            (_, Some(Field::Key(key))) => reading.key(&mut row, &key, &pointer, value)?,
            (_, Some(field @ (Field::SessionPolicy | Field::ResourcePolicy))) => {
                reading.policies(&mut row, &field, &pointer, value)?;
            }
            (_, Some(field)) => {
                let text = value.as_str().filter(|text| !text.is_empty());
                let text = text.ok_or_else(|| reading.wrong(&pointer, "expected a text"))?;
                row.set(&field, reading.cell(&pointer, text))?;
            }
            (_, None) => return Err(reading.wrong(&pointer, &format!("`{name}` is no member"))),
        }
    }
    if row.context.len() > REQUEST_COLUMNS_MAX {
        let message = format!("at most {REQUEST_COLUMNS_MAX} values of condition keys are read");
        return Err(reading.wrong("", &message));
    }
    Ok(row)
}

struct Reading<'a> {
    line: &'a str,
    number: usize,
    located: Option<Located<'a>>,
}

impl Reading<'_> {
    fn context(
        &self,
        row: &mut RequestRow,
        keys: &Map<String, Value>,
    ) -> Result<(), RequestsError> {
        for (key, value) in keys {
            let pointer = format!("/context/{}", escaped(key));
            if !key.contains(':') {
                return Err(self.wrong(&pointer, &format!("`{key}` is no condition key")));
            }
            self.key(row, key, &pointer, value)?;
        }
        Ok(())
    }

    fn policies(
        &self,
        row: &mut RequestRow,
        field: &Field,
        pointer: &str,
        value: &Value,
    ) -> Result<(), RequestsError> {
        let values = match value {
            Value::Array(values) if *field == Field::SessionPolicy => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let text = match value {
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Object(_) => value.to_string(),
                _ => return Err(self.wrong(pointer, "expected a policy, an ARN or a file")),
            };
            row.set(field, self.cell(pointer, &text))?;
        }
        if row.session_policies.len() > REQUEST_COLUMNS_MAX {
            let message = format!("at most {REQUEST_COLUMNS_MAX} policies of a session are read");
            return Err(self.wrong(pointer, &message));
        }
        Ok(())
    }

    fn key(
        &self,
        row: &mut RequestRow,
        key: &str,
        pointer: &str,
        value: &Value,
    ) -> Result<(), RequestsError> {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    return Err(self.wrong(pointer, "expected a value or a list of values"));
                }
            };
            row.context.push((key.to_owned(), self.cell(pointer, &text)));
        }
        Ok(())
    }

    fn cell(&self, pointer: &str, text: &str) -> Cell {
        Cell { text: text.to_owned(), column: self.column(pointer) }
    }

    fn column(&self, pointer: &str) -> usize {
        let found = self.located.as_ref().and_then(|located| located.find(pointer, true));
        found.map_or(1, |span| text_column(self.line, span.start))
    }

    fn wrong(&self, pointer: &str, message: &str) -> RequestsError {
        RequestsError::new((self.number, self.column(pointer)), message.to_owned(), FIELDS)
    }
}

/// The column of a place in a line, in characters.
fn text_column(line: &str, mut offset: usize) -> usize {
    offset = offset.min(line.len());
    while !line.is_char_boundary(offset) {
        offset -= 1;
    }
    Lines(line).position(offset).1
}
