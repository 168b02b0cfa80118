//! Comma-separated values. Spec: RFC 4180, save that a value ends on its line.

use super::{Cell, FIELDS, Field, RequestRow, RequestsError};
use crate::limits::REQUEST_COLUMNS_MAX;

/// What each column holds.
pub(super) fn columns(line: &str, number: usize) -> Result<Vec<Field>, RequestsError> {
    let cells = cells(line, number)?;
    if let Some(cell) = cells.get(REQUEST_COLUMNS_MAX) {
        let message = format!("at most {REQUEST_COLUMNS_MAX} columns are read");
        return Err(RequestsError::new((number, cell.column), message, "leave some out"));
    }
    let mut columns: Vec<Field> = Vec::new();
    for cell in cells {
        let wrong = |message| Err(RequestsError::new((number, cell.column), message, FIELDS));
        match Field::of(cell.text.trim()) {
            None => return wrong(format!("`{}` is no column", cell.text)),
            Some(field)
                if columns.contains(&field)
                    && !matches!(field, Field::Key(_) | Field::SessionPolicy) =>
            {
                return wrong(format!("the column `{}` is there twice", cell.text));
            }
            Some(field) => columns.push(field),
        }
    }
    Ok(columns)
}

/// A request; an empty value is none.
pub(super) fn request(
    line: &str,
    number: usize,
    columns: &[Field],
) -> Result<RequestRow, RequestsError> {
    let cells = cells(line, number)?;
    if cells.len() != columns.len() {
        let past = cells.get(columns.len()).map(|cell| cell.column);
        let column = past.unwrap_or_else(|| line.chars().count() + 1);
        let message = format!("the line has {} values for {} columns", cells.len(), columns.len());
        let help = "a value with a comma or quote stands in quotes, in which quotes are doubled";
        return Err(RequestsError::new((number, column), message, help));
    }
    let mut row = RequestRow { line: number, ..RequestRow::default() };
    for (field, cell) in columns.iter().zip(cells) {
        if !cell.text.is_empty() {
            row.set(field, cell)?;
        }
    }
    Ok(row)
}

/// The values of a line.
pub(crate) fn cells(line: &str, number: usize) -> Result<Vec<Cell>, RequestsError> {
    let mut cells = Vec::new();
    let mut reading = Reading { rest: line, column: 1 };
    loop {
        let column = reading.column;
        let wrong = |column, message: &str| {
            let help = "a value with quotes stands in quotes, in which they are doubled";
            Err(RequestsError::new((number, column), message.to_owned(), help))
        };
        let text = if reading.take('"') {
            let Some(text) = reading.quoted() else {
                return wrong(column, "the quotes do not end on this line");
            };
            text
        } else {
            let text = reading.until(',').to_owned();
            if let Some(at) = text.chars().position(|character| character == '"') {
                return wrong(column + at, "quotes begin within a value");
            }
            text
        };
        cells.push(Cell { text, column });
        if reading.rest.is_empty() {
            return Ok(cells);
        }
        if !reading.take(',') {
            return wrong(reading.column, "a value goes on after its quotes");
        }
    }
}

/// A line while it is read.
struct Reading<'a> {
    rest: &'a str,
    column: usize,
}

impl<'a> Reading<'a> {
    fn take(&mut self, character: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(character) else { return false };
        self.rest = rest;
        self.column += 1;
        true
    }

    /// What stands before a character, or before the end.
    fn until(&mut self, character: char) -> &'a str {
        let (text, rest) = self.rest.split_at(self.rest.find(character).unwrap_or(self.rest.len()));
        self.rest = rest;
        self.column += text.chars().count();
        text
    }

    /// What stands in quotes, after the first of them.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            text.push_str(self.until('"'));
            if !self.take('"') {
                return None;
            }
            if !self.take('"') {
                return Some(text);
            }
            text.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Result<Vec<(String, usize)>, (usize, String)> {
        match cells(line, 1) {
            Ok(cells) => Ok(cells.into_iter().map(|cell| (cell.text, cell.column)).collect()),
            Err(error) => Err((error.column, error.message)),
        }
    }

    #[test]
    fn values_are_told_apart_with_their_columns() {
        let cell = |text: &str, column| (text.to_owned(), column);
        assert_eq!(texts("a,,b"), Ok(vec![cell("a", 1), cell("", 3), cell("b", 4)]));
        assert_eq!(texts("a,"), Ok(vec![cell("a", 1), cell("", 3)]));
        let quoted = vec![cell("é, \"x\"", 1), cell("b", 12)];
        assert_eq!(texts("\"é, \"\"x\"\"\",b"), Ok(quoted));
        assert_eq!(texts("\"\""), Ok(vec![cell("", 1)]));
    }

    #[test]
    fn quotes_in_wrong_places_are_refused_where_they_stand() {
        let at = |line: &str| texts(line).unwrap_err().0;
        assert_eq!((at("a,\"b"), at("a,é\"b"), at("\"a\" ,b")), (3, 4, 4));
    }
}
