use stead_api::{ApiError, ClosedSet, Operation, Service};
use stead_types::Timestamp;

use crate::form::Form;
use crate::limits::{LIST_GAP_MAX, LIST_INDEX_MAX};
use crate::text::member_path;
use crate::violation::{Broken, Echo, Report};

pub(crate) use self::constraint::{Length, Number, Text};

mod constraint;
mod json;
#[cfg(test)]
mod tests;

/// A structure that can be read from a form; generated for each one of the models.
pub trait DecodeRequest: Sized {
    /// Reads the members below the cursor. `None` only when a violation was reported.
    #[doc(hidden)]
    fn decode(cursor: &mut Cursor<'_>) -> Option<Self>;
}

/// The request of an operation, made of a form that names it.
///
/// Parameters that the operation does not know are ignored, as on AWS.
///
/// # Errors
/// `MalformedInput` when a parameter is not of its type, else one `ValidationError`
/// that lists every broken constraint, or an `InvalidInputException` that tells the first.
pub fn decode<O>(form: &Form) -> Result<O::Input, ApiError>
where
    O: Operation,
    O::Input: DecodeRequest,
{
    let echo = match O::SERVICE {
        Service::Sts => Echo::Repeat,
        Service::Iam => Echo::Withhold,
        Service::Organizations => Echo::Reason,
    };
    let mut report = Report::new(echo);
    let input = O::Input::decode(&mut Cursor::root(form, &mut report));
    if let Some(error) = report.into_error() {
        return Err(error);
    }
    let lost = || ApiError::internal("a request decoded to nothing without a violation");
    input.ok_or_else(lost)
}

/// Whether a member must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Its absence is a violation.
    Required,
    /// It may be absent.
    Optional,
}

/// What a value must be, where it was JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Text,
    Number,
}

/// A place in a form: what stands before the names of the members to be read.
#[derive(Debug)]
pub struct Cursor<'f> {
    form: &'f Form,
    report: &'f mut Report,
    /// `` or `Tags.member.1.`
    prefix: String,
    /// `` or `tags.1.member.`
    path: String,
}

impl<'f> Cursor<'f> {
    fn root(form: &'f Form, report: &'f mut Report) -> Self {
        Self { form, report, prefix: String::new(), path: String::new() }
    }

    /// A text.
    pub(crate) fn text(
        &mut self,
        name: &str,
        presence: Presence,
        constraint: &Text,
    ) -> Option<String> {
        let value = self.scalar(name, presence, Expected::Text)?;
        if !constraint.admits(value) {
            constraint.check(value, &self.path_of(name), self.report);
        }
        Some(value.to_owned())
    }

    /// One of a closed set of texts.
    pub(crate) fn closed<T: ClosedSet>(&mut self, name: &str, presence: Presence) -> Option<T> {
        let value = self.scalar(name, presence, Expected::Text)?;
        let found = T::from_text(value);
        if found.is_none() {
            let constraint = constraint::closed_set::<T>();
            self.report.refused(Some(value), &self.path_of(name), Broken::Set, &constraint);
        }
        found
    }

    /// A number.
    pub(crate) fn integer(
        &mut self,
        name: &str,
        presence: Presence,
        constraint: &Number,
    ) -> Option<i32> {
        let value = self.scalar(name, presence, Expected::Number)?;
        let parsed: Option<i32> = value.parse().ok();
        match parsed {
            Some(number) => constraint.check(number, &self.path_of(name), self.report),
            // Choice: AWS's words for numbers are not known; these follow the boolean's.
            None if value.is_empty() => self.report.malformed("missing value for integer type"),
            None => self.report.malformed("integer must follow xsd1.1 definition"),
        }
        parsed
    }

    /// A moment.
    ///
    /// Spec: Smithy, "AWS JSON 1.1 protocol": seconds since 1970, maybe with a fraction, which
    /// is dropped. Choice: alike in a form, since no operation of Query takes a moment.
    pub(crate) fn moment(&mut self, name: &str, presence: Presence) -> Option<Timestamp> {
        let value = self.scalar(name, presence, Expected::Number)?;
        let whole = value.split('.').next().unwrap_or_default();
        let Ok(seconds) = whole.parse() else {
            self.report.malformed("a moment is a number of seconds");
            return None;
        };
        Some(Timestamp::from_epoch_seconds(seconds))
    }

    /// Yes or no.
    pub(crate) fn boolean(&mut self, name: &str, presence: Presence) -> Option<bool> {
        if self.form.has_kinds() {
            return self.json_boolean(name, presence);
        }
        // Observed (SES, which shares the framework): these four, case matters.
        match self.scalar(name, presence, Expected::Text)? {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            "" => {
                self.report.malformed("missing value for boolean type");
                None
            }
            _ => {
                self.report.malformed("boolean must follow xsd1.1 definition");
                None
            }
        }
    }

    /// A structure of its own: there when a parameter of it is.
    pub(crate) fn structure<T: DecodeRequest>(
        &mut self,
        name: &str,
        presence: Presence,
    ) -> Option<T> {
        let prefix = format!("{}{name}.", self.prefix);
        if self.form.has_kinds() {
            self.json_object(name, presence)?;
        } else if self.form.names_below(&prefix).next().is_none() {
            self.note_absence(name, presence);
            return None;
        }
        let path = format!("{}.", self.path_of(name));
        T::decode(&mut self.below(prefix, path))
    }

    /// A list of texts.
    pub(crate) fn texts(
        &mut self,
        name: &str,
        presence: Presence,
        length: &Length,
        element: &Text,
    ) -> Option<Vec<String>> {
        let values = self.scalars(name, presence)?;
        if self.report.tells_reasons() {
            let check = |value: &str, path: &str, report: &mut Report| {
                element.check(value, path, report);
            };
            self.check_each(name, &values, length, check);
            return Some(values.into_iter().flatten().map(str::to_owned).collect());
        }
        let admits = |value: &str| element.admits(value);
        self.check_scalars(name, &values, length, &element.constraints(), admits);
        Some(values.into_iter().map(|value| value.unwrap_or_default().to_owned()).collect())
    }

    /// A list of values of a closed set.
    pub(crate) fn closed_list<T: ClosedSet>(
        &mut self,
        name: &str,
        presence: Presence,
        length: &Length,
    ) -> Option<Vec<T>> {
        let values = self.scalars(name, presence)?;
        let constraints = [constraint::closed_set::<T>()];
        if self.report.tells_reasons() {
            let check = |value: &str, path: &str, report: &mut Report| {
                if T::from_text(value).is_none() {
                    report.refused(Some(value), path, Broken::Set, "");
                }
            };
            self.check_each(name, &values, length, check);
            return Some(values.into_iter().flatten().filter_map(T::from_text).collect());
        }
        let admits = |value: &str| T::from_text(value).is_some();
        self.check_scalars(name, &values, length, &constraints, admits);
        Some(values.into_iter().flatten().filter_map(T::from_text).collect())
    }

    /// A list of structures.
    pub(crate) fn structures<T: DecodeRequest>(
        &mut self,
        name: &str,
        presence: Presence,
        length: &Length,
    ) -> Option<Vec<T>> {
        let count = self.list_length(name, presence)?;
        let path = self.path_of(name);
        // Choice: AWS prints its own inner form of such lists; nothing is repeated here.
        length.check_count(count, None, &path, self.report);
        let mut elements = Vec::with_capacity(count);
        for index in 1..=count {
            let prefix = format!("{}{name}.member.{index}.", self.prefix);
            let path = format!("{path}.{index}.member.");
            if self.form.has_kinds() {
                self.json_object(&format!("{name}.member.{index}"), Presence::Required)?;
            }
            elements.extend(T::decode(&mut self.below(prefix, path)));
        }
        Some(elements)
    }

    fn below(&mut self, prefix: String, path: String) -> Cursor<'_> {
        Cursor { form: self.form, report: self.report, prefix, path }
    }

    fn path_of(&self, name: &str) -> String {
        format!("{}{}", self.path, member_path(name))
    }

    fn value_at(&self, name: &str) -> Option<&'f str> {
        if self.prefix.is_empty() {
            return self.form.value(name);
        }
        self.form.value(&[self.prefix.as_str(), name].concat())
    }

    fn scalar(&mut self, name: &str, presence: Presence, expected: Expected) -> Option<&'f str> {
        let value = self.value_at(name);
        if value.is_none() {
            self.note_absence(name, presence);
        } else if self.form.has_kinds() {
            self.json_scalar(name, expected)?;
        }
        value
    }

    fn note_absence(&mut self, name: &str, presence: Presence) {
        if presence == Presence::Required {
            let path = self.path_of(name);
            self.report.missing(&path);
        }
    }

    /// The elements of a list of scalars; `None` where a gap was filled in.
    fn scalars(&mut self, name: &str, presence: Presence) -> Option<Vec<Option<&'f str>>> {
        let count = self.list_length(name, presence)?;
        if self.form.has_kinds() {
            for index in 1..=count {
                self.json_scalar(&format!("{name}.member.{index}"), Expected::Text)?;
            }
        }
        let element = |index| self.value_at(&format!("{name}.member.{index}"));
        Some((1..=count).map(element).collect())
    }

    /// Checks a list and each of its elements, where messages tell which of them is wrong.
    fn check_each(
        &mut self,
        name: &str,
        values: &[Option<&str>],
        length: &Length,
        check: impl Fn(&str, &str, &mut Report),
    ) {
        let path = self.path_of(name);
        length.check_count(values.len(), None, &path, self.report);
        for (index, value) in values.iter().enumerate() {
            let path = format!("{path}.{}.member", index + 1);
            match value {
                Some(value) => check(value, &path, self.report),
                None => self.report.missing(&path),
            }
        }
    }

    fn check_scalars(
        &mut self,
        name: &str,
        values: &[Option<&str>],
        length: &Length,
        constraints: &[String],
        admits: impl Fn(&str) -> bool,
    ) {
        let path = self.path_of(name);
        let shown: Vec<&str> = values.iter().map(|value| value.unwrap_or("null")).collect();
        let shown = format!("[{}]", shown.join(", "));
        length.check_count(values.len(), Some(&shown), &path, self.report);
        if values.iter().all(|value| value.is_some_and(&admits)) {
            return;
        }
        // Observed: one violation for the whole list, with every constraint of its
        // elements, whichever of them is broken.
        let constraint = match constraints {
            [] => String::from("Member must satisfy constraint: [Member must not be null]"),
            all => format!("Member must satisfy constraint: [{}]", all.join(", ")),
        };
        self.report.refused(Some(&shown), &path, Broken::Pattern, &constraint);
    }

    /// How many elements a list has: its greatest index, after the checks on indexes.
    /// `None` when there is no such list.
    fn list_length(&mut self, name: &str, presence: Presence) -> Option<usize> {
        // Several for each request, nearly all of them absent.
        if !self.form.begins(&self.prefix, name) {
            self.note_absence(name, presence);
            return None;
        }
        if self.form.has_kinds() {
            self.json_list(name, presence)?;
        }
        let prefix = [self.prefix.as_str(), name, ".member."].concat();
        let mut indexes = Vec::new();
        for rest in self.form.names_below(&prefix) {
            match read_index(rest) {
                Ok(index) => indexes.push(index),
                Err(message) => {
                    self.report.malformed(message);
                    return None;
                }
            }
        }
        match (indexes.is_empty(), self.value_at(name)) {
            (true, None) => {
                self.note_absence(name, presence);
                return None;
            }
            // Spec: the query protocol writes an empty list as its name and no value.
            (_, None | Some("")) => {}
            (_, Some(_)) => {
                // Observed: the words of AWS for a value where a list belongs.
                self.report.malformed("Unexpected list element termination");
                return None;
            }
        }
        indexes.sort_unstable();
        let gap = widest_gap(&indexes);
        if gap > LIST_GAP_MAX {
            let message = format!("Excessively sparse input would skip {gap} list elements");
            self.report.malformed(message);
            return None;
        }
        Some(indexes.last().copied().unwrap_or(0))
    }
}

/// The index at the start of what follows `member.`: `1` or `1.Key`.
///
/// Observed (SES, which shares the framework): the wordings, and that a leading zero is
/// refused.
fn read_index(rest: &str) -> Result<usize, String> {
    let digits = rest.split('.').next().unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(String::from("Start of list found where not expected"));
    }
    if digits == "0" {
        return Err(String::from("0 is not a valid index"));
    }
    if digits.starts_with('0') {
        return Err(String::from("Value found where not expected"));
    }
    match digits.parse() {
        Ok(index) if index <= LIST_INDEX_MAX => Ok(index),
        _ => Err(format!("Index {digits} is illegal")),
    }
}

/// The most elements that are missing between two neighbours, or before the first.
fn widest_gap(indexes: &[usize]) -> usize {
    let before = std::iter::once(0).chain(indexes.iter().copied());
    before.zip(indexes).map(|(before, index)| index.saturating_sub(before + 1)).max().unwrap_or(0)
}
