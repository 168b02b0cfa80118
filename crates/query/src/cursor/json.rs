//! Values of JSON that are not of their type. In a form everything is a text.

use super::{Cursor, Expected, Presence};
use crate::form::JsonKind;

#[cfg(test)]
mod tests;

impl Cursor<'_> {
    /// A text or a number that is there.
    pub(super) fn json_scalar(&mut self, name: &str, expected: Expected) -> Option<()> {
        let kind = self.kind_at(name)?;
        match (expected, kind) {
            (Expected::Text, JsonKind::Text) | (Expected::Number, JsonKind::Number) => Some(()),
            (Expected::Text, _) => self.unexpected(kind, "a String"),
            (Expected::Number, _) => self.unexpected(kind, "an Integer"),
        }
    }

    pub(super) fn json_boolean(&mut self, name: &str, presence: Presence) -> Option<bool> {
        match self.kind_at(name) {
            Some(JsonKind::True) => Some(true),
            Some(JsonKind::False) => Some(false),
            Some(kind) => self.unexpected(kind, "a Boolean").map(|()| false),
            None => {
                self.note_absence(name, presence);
                None
            }
        }
    }

    pub(super) fn json_object(&mut self, name: &str, presence: Presence) -> Option<()> {
        match self.kind_at(name) {
            Some(JsonKind::Object) => Some(()),
            Some(JsonKind::List) => self.misplaced("Start of list found where not expected"),
            Some(_) => self.misplaced("Unexpected field type"),
            None => {
                self.note_absence(name, presence);
                None
            }
        }
    }

    pub(super) fn json_list(&mut self, name: &str, presence: Presence) -> Option<()> {
        match self.kind_at(name) {
            Some(JsonKind::List) => Some(()),
            Some(JsonKind::Object) => self.misplaced(OBJECT),
            Some(_) => self.misplaced("Unexpected field type"),
            None => {
                self.note_absence(name, presence);
                None
            }
        }
    }

    fn kind_at(&self, name: &str) -> Option<JsonKind> {
        self.form.kind(&[self.prefix.as_str(), name].concat())
    }

    /// Observed: DynamoDB, for lists, and Cognito, for objects and for numbers where a text
    /// belongs, as their clients' tests quote them. Choice: the other types, after these.
    fn unexpected(&mut self, kind: JsonKind, wanted: &str) -> Option<()> {
        let found = match kind {
            JsonKind::List => return self.misplaced("Start of list found where not expected"),
            JsonKind::Object => return self.misplaced(OBJECT),
            JsonKind::Text => "STRING_VALUE",
            JsonKind::Number => "NUMBER_VALUE",
            JsonKind::True => "TRUE_VALUE",
            JsonKind::False => "FALSE_VALUE",
        };
        self.misplaced(&format!("{found} can not be converted to {wanted}"))
    }

    fn misplaced(&mut self, message: &str) -> Option<()> {
        self.report.malformed(message);
        None
    }
}

const OBJECT: &str = "Start of structure or map found where not expected.";
