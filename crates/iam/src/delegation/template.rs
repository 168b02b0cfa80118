//! Policy templates: a policy with parameters in its strings, and values put into them.
//!
//! Spec: UG:temporary-delegation-policy-templates: `@{name}` stands for the value of a
//! parameter, and the policy that comes of it has at most 2,048 characters. AWS's conditional
//! statements are not read: a document that has them is no policy and cannot be a template.

use std::collections::BTreeSet;

use stead_directory::entity::{TemplateParameter, TemplateValue};
use stead_policy::{DocumentKind, parse};
use thiserror::Error;

/// Spec: UG:temporary-delegation-policy-templates.
const RENDERED_CHARACTERS_MAX: usize = 2_048;

/// How much longer than its template a text may become before it is read. Characters that
/// do not count are the white space of the template.
const GROWTH_BYTES_MAX: usize = 4 * RENDERED_CHARACTERS_MAX;

/// Why no policy comes of a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TemplateFault {
    #[error("The policy template has a parameter {0}, which is not given.")]
    Missing(String),
    #[error("The policy template has no parameter {0}.")]
    Unused(String),
    #[error("The parameter {0} is given twice.")]
    Twice(String),
    #[error("A string of the policy template has more than one list.")]
    SeveralLists,
    #[error("A parameter of the policy template stands where no value can be.")]
    Place,
    #[error("The policy exceeds {RENDERED_CHARACTERS_MAX} characters.")]
    TooLong,
    #[error("The policy is malformed: {0}")]
    Malformed(String),
}

/// The policy that comes of a template, without white space between its tokens.
///
/// # Errors
/// A parameter that is missing or not used, or something that is no policy for a session.
pub(crate) fn render(
    template: &str,
    parameters: &[TemplateParameter],
) -> Result<String, TemplateFault> {
    let mut names = BTreeSet::new();
    if let Some(twice) = parameters.iter().find(|parameter| !names.insert(&parameter.name)) {
        return Err(TemplateFault::Twice(twice.name.clone()));
    }
    let bytes_max = template.len().saturating_add(GROWTH_BYTES_MAX);
    let mut filling = Filling { parameters, used: BTreeSet::new(), text: String::new(), bytes_max };
    filling.fill(template)?;
    if let Some(unused) = parameters.iter().find(|given| !filling.used.contains(&given.name)) {
        return Err(TemplateFault::Unused(unused.name.clone()));
    }
    let parsed = parse(&filling.text, DocumentKind::Session);
    if let Some(refusal) = parsed.refusal() {
        return Err(TemplateFault::Malformed(refusal.wire_message()));
    }
    let nothing = || TemplateFault::Malformed("it says nothing".to_owned());
    let policy = parsed.policy.ok_or_else(nothing)?.to_json();
    if policy.chars().count() > RENDERED_CHARACTERS_MAX {
        return Err(TemplateFault::TooLong);
    }
    Ok(policy)
}

/// What a string of the document stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An object, before the colon: it is a name.
    Name,
    /// An object, behind the colon.
    Member,
    /// An array.
    Element,
}

/// A template, as far as it is filled.
struct Filling<'a> {
    parameters: &'a [TemplateParameter],
    used: BTreeSet<String>,
    text: String,
    bytes_max: usize,
}

impl Filling<'_> {
    /// Copies a document and puts values into its strings. Strings and brackets are all that
    /// is looked at: the result is read as a policy afterwards.
    fn fill(&mut self, template: &str) -> Result<(), TemplateFault> {
        let mut places: Vec<Place> = Vec::new();
        let mut rest = template;
        while let Some(character) = rest.chars().next() {
            match character {
                '{' => places.push(Place::Name),
                '[' => places.push(Place::Element),
                '}' | ']' => drop(places.pop()),
                ':' => set(&mut places, Place::Name, Place::Member),
                ',' => set(&mut places, Place::Member, Place::Name),
                _ => {}
            }
            if character == '"' {
                let (string, behind) = split_string(rest).ok_or(TemplateFault::Place)?;
                self.string(string, places.last().copied())?;
                rest = behind;
            } else {
                self.text.push(character);
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
            }
        }
        Ok(())
    }

    /// A string, given without its quotes and with its escapes.
    fn string(&mut self, string: &str, place: Option<Place>) -> Result<(), TemplateFault> {
        let (mut parts, mut list) = (vec![string], None);
        let mut pieces = Vec::new();
        while let Some(part) = parts.pop() {
            let Some((before, behind)) = part.split_once("@{") else {
                pieces.push(Piece::Text(part));
                break;
            };
            let (name, behind) = behind.split_once('}').ok_or(TemplateFault::Place)?;
            let value = self.value(name)?;
            if let TemplateValue::List(values) = value
                && list.replace(values).is_some()
            {
                return Err(TemplateFault::SeveralLists);
            }
            pieces.extend([Piece::Text(before), Piece::Value(value)]);
            parts.push(behind);
        }
        if pieces.len() > 1 && !matches!(place, Some(Place::Member | Place::Element)) {
            return Err(TemplateFault::Place);
        }
        match list {
            None => self.filled(&pieces, None),
            Some(values) => self.repeated(&pieces, values, place),
        }
    }

    /// The string once for each value of its list, in an array.
    fn repeated(
        &mut self,
        pieces: &[Piece<'_>],
        values: &[String],
        place: Option<Place>,
    ) -> Result<(), TemplateFault> {
        let own_array = place != Some(Place::Element);
        if own_array {
            self.text.push('[');
        }
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.filled(pieces, Some(value))?;
        }
        if own_array {
            self.text.push(']');
        }
        Ok(())
    }

    /// The string with its values; `of_list` is the one of its list.
    fn filled(&mut self, pieces: &[Piece<'_>], of_list: Option<&str>) -> Result<(), TemplateFault> {
        self.text.push('"');
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.text.push_str(text),
                Piece::Value(TemplateValue::One(value)) => self.push_escaped(value),
                Piece::Value(TemplateValue::List(_)) => {
                    self.push_escaped(of_list.unwrap_or_default());
                }
            }
            if self.text.len() > self.bytes_max {
                return Err(TemplateFault::TooLong);
            }
        }
        self.text.push('"');
        Ok(())
    }

    /// Spec: API PolicyParameter: values are of printable ASCII, of which JSON escapes two.
    fn push_escaped(&mut self, value: &str) {
        for character in value.chars() {
            if matches!(character, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(character);
        }
    }
}

impl<'a> Filling<'a> {
    fn value(&mut self, name: &str) -> Result<&'a TemplateValue, TemplateFault> {
        let given = self.parameters.iter().find(|parameter| parameter.name == name);
        let given = given.ok_or_else(|| TemplateFault::Missing(name.to_owned()))?;
        self.used.insert(given.name.clone());
        Ok(&given.value)
    }
}

/// A part of a string.
enum Piece<'a> {
    /// As it stands in the template, with its escapes.
    Text(&'a str),
    /// What a parameter stands for.
    Value(&'a TemplateValue),
}

/// Where the innermost place is `from`, it becomes `to`.
fn set(places: &mut [Place], from: Place, to: Place) {
    if let Some(place) = places.last_mut()
        && *place == from
    {
        *place = to;
    }
}

/// The string at the beginning of a text, without its quotes, and what is behind it.
fn split_string(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = inner.find(|character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    })?;
    Some((inner.get(..end)?, inner.get(end + 1..)?))
}

#[cfg(test)]
mod tests;
