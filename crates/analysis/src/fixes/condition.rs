//! Fixes of a condition of a trust policy that does not hold.

use std::time::Duration;

use serde_json::Value;
use stead_policy::ContextValue;
use stead_types::Timestamp;

use super::Candidate;
use super::alternatives::{added, moved_condition, removed_condition};
use super::{principal, request};
use crate::diagnosis::{Finding, Scene, texts};
use crate::matching::holds;
use crate::patch::Change;
use crate::{Cause, Layer};

/// By how much a moment is let be beyond what it was.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A condition that does not hold, and what the request has.
struct Failing<'a> {
    scene: &'a Scene,
    pointer: &'a str,
    operator: &'a str,
    key: &'a str,
    values: Vec<String>,
    actual: Vec<String>,
}

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let place = &finding.place;
    let (Some(pointer), Some(operator), Some(key)) =
        (&place.element, &place.condition_operator, &place.condition_key)
    else {
        return Vec::new();
    };
    let failing = Failing {
        scene,
        pointer,
        operator,
        key,
        values: texts(scene.at(pointer)),
        actual: present(scene, key),
    };
    let mut found = request::for_key(scene, operator, key, &failing.values);
    if finding.cause == Cause::TrustConditionWrongIssuerPrefix {
        found.extend(failing.right_prefix());
    }
    found.extend(failing.other_key());
    found.extend(failing.bound());
    found.extend(failing.exactly());
    found.extend(failing.same_pattern());
    found.extend(failing.as_pattern());
    found.extend(failing.longer());
    found.extend(failing.by_subject());
    found.extend(failing.for_caller_alone());
    found.extend(failing.dropped());
    found
}

/// What the request has for a key.
fn present(scene: &Scene, key: &str) -> Vec<String> {
    let value = scene.denial().and_then(|denial| denial.judgement.context.get(key));
    value.map(|value| value.texts().map(str::to_owned).collect()).unwrap_or_default()
}

impl Failing<'_> {
    fn trust(title: String, changes: Vec<Change>) -> Candidate {
        Candidate::new(title, Layer::Trust, changes)
    }

    /// The operator without its quantifier.
    fn base(&self) -> &str {
        self.operator.rsplit(':').next().unwrap_or(self.operator)
    }

    /// The exact value of the request, beside what the policy has where that may be meant
    /// for others.
    fn exactly(&self) -> Vec<Candidate> {
        let [actual] = self.actual.as_slice() else { return Vec::new() };
        if self.is_bound() {
            return Vec::new();
        }
        let mut found = Vec::new();
        if matches!(self.scene.at(self.pointer), Some(Value::Array(_))) {
            let title = format!("also accept `{actual}` for {}", self.key);
            found.push(Self::trust(title, vec![added(self.scene, self.pointer, actual)]));
        } else {
            let title = format!("accept exactly `{actual}` for {}", self.key);
            let change = Change::replace(self.pointer, actual.as_str());
            found.push(Self::trust(title, vec![change]));
        }
        found
    }

    /// Whether the condition compares by order.
    fn is_bound(&self) -> bool {
        ["LessThan", "GreaterThan"].iter().any(|order| self.base().contains(order))
    }

    /// A bound that the request keeps: by one, or by a day.
    fn bound(&self) -> Option<Candidate> {
        let [actual] = self.actual.as_slice() else { return None };
        if !self.is_bound() {
            return None;
        }
        let is_upper = self.base().contains("LessThan");
        let value = if self.base().starts_with("Date") {
            let actual: Timestamp = actual.parse().ok()?;
            let moved = if is_upper { actual.plus(DAY) } else { actual.minus(DAY) };
            moved.to_string()
        } else {
            let actual: i64 = actual.parse().ok()?;
            actual.checked_add(if is_upper { 1 } else { -1 })?.to_string()
        };
        let verb = if is_upper { "raise" } else { "lower" };
        let title = format!("{verb} the bound of {} to {value}", self.key);
        Some(Self::trust(title, vec![Change::replace(self.pointer, value)]).widening())
    }

    /// The same pattern in the letters of the request.
    fn same_pattern(&self) -> Option<Candidate> {
        let [actual] = self.actual.as_slice() else { return None };
        let spelt: Vec<String> =
            self.values.iter().map(|pattern| in_letters_of(pattern, actual)).collect();
        if spelt == self.values {
            return None;
        }
        let value = self.one_or_list(&spelt);
        let title = format!("write {} in the letters of the request: {value}", self.key);
        Some(Self::trust(title, vec![Change::replace(self.pointer, value)]))
    }

    fn one_or_list(&self, texts: &[String]) -> Value {
        match (self.scene.at(self.pointer), texts) {
            (Some(Value::String(_)), [one]) => one.as_str().into(),
            _ => texts.into(),
        }
    }

    /// The operator that reads wildcards as such.
    fn as_pattern(&self) -> Option<Candidate> {
        if !self.values.iter().any(|value| value.contains(['*', '?'])) {
            return None;
        }
        let operator = match self.base() {
            base @ ("StringEquals" | "StringEqualsIgnoreCase") => {
                self.operator.replace(base, "StringLike")
            }
            _ => return None,
        };
        let value = self.scene.at(self.pointer)?.clone();
        let changes = moved_condition(self.scene, self.pointer, &operator, self.key, &value)?;
        let title = format!("compare {} by {operator}, which knows wildcards", self.key);
        Some(Self::trust(title, changes).widening())
    }

    /// A value that lacks only an end: with a wildcard for it.
    fn longer(&self) -> Option<Candidate> {
        let [actual] = self.actual.as_slice() else { return None };
        let begins = |value: &&String| {
            actual.strip_prefix(value.as_str()).is_some_and(|rest| rest.starts_with([':', '/']))
        };
        let start = self.values.iter().find(begins)?;
        let separator = actual.strip_prefix(start.as_str())?.chars().next()?;
        let pattern = format!("{start}{separator}*");
        let title = format!("accept whatever follows: `{pattern}`");
        let operator = self.operator.replace("StringEquals", "StringLike");
        let value = Value::from(pattern);
        let changes = if operator == self.operator {
            vec![Change::replace(self.pointer, value)]
        } else {
            moved_condition(self.scene, self.pointer, &operator, self.key, &value)?
        };
        Some(Self::trust(title, changes).widening())
    }

    /// The same values for the key of the provider that vouches for the caller.
    fn right_prefix(&self) -> Option<Candidate> {
        let denial = self.scene.denial()?;
        let (_, claim) = self.key.rsplit_once(':')?;
        let name = self.provider()?;
        let key = format!("{name}:{claim}");
        denial.judgement.context.get(&key)?;
        let value = self.scene.at(self.pointer)?.clone();
        let changes = moved_condition(self.scene, self.pointer, self.operator, &key, &value)?;
        Some(Self::trust(format!("ask for {key} instead of {}", self.key), changes))
    }

    fn provider(&self) -> Option<String> {
        let provider = self.scene.replay.caller.as_ref()?.federated_provider()?.to_owned();
        Some(super::provider_name(&provider).to_owned())
    }

    /// Another key of the request for which the values hold: they stand under the wrong
    /// one.
    fn other_key(&self) -> Option<Candidate> {
        let denial = self.scene.denial()?;
        let (prefix, _) = self.key.rsplit_once(':')?;
        // What any request has says nothing of what was meant.
        if ["aws", "sts"].iter().any(|own| own.eq_ignore_ascii_case(prefix)) {
            return None;
        }
        let of_provider = |key: &str| {
            key.rsplit_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(prefix))
        };
        let (key, _) = denial.judgement.context.iter().find(|(key, value)| {
            let actual: Vec<String> = texts_of(*value);
            of_provider(key)
                && !key.eq_ignore_ascii_case(self.key)
                && holds(self.operator, &self.values, &actual)
        })?;
        let key = key.into_owned();
        let value = self.scene.at(self.pointer)?.clone();
        let changes = moved_condition(self.scene, self.pointer, self.operator, &key, &value)?;
        Some(Self::trust(format!("ask for {key}, which has this value"), changes))
    }

    /// In place of a key that is never there, the subject, which always is.
    fn by_subject(&self) -> Option<Candidate> {
        if !self.actual.is_empty() {
            return None;
        }
        let key = format!("{}:sub", self.provider()?);
        let subject = present(self.scene, &key).into_iter().next()?;
        let (block, _) = self.pointer.rsplit_once('/')?.0.rsplit_once('/')?;
        let pinned = self.scene.at(block)?.as_object()?.values().any(|it| it.get(&key).is_some());
        if pinned {
            return None;
        }
        let value = Value::from(subject.clone());
        let changes = moved_condition(self.scene, self.pointer, "StringEquals", &key, &value)?;
        Some(Self::trust(
            format!("ask for the subject `{subject}` instead of {}", self.key),
            changes,
        ))
    }

    /// A statement without the condition, for the caller alone.
    fn for_caller_alone(&self) -> Option<Candidate> {
        let candidate = principal::alone(self.scene)?;
        let title = format!("{}, without the condition on {}", candidate.title, self.key);
        Some(Candidate { title, ..candidate })
    }

    fn dropped(&self) -> Option<Candidate> {
        let change = removed_condition(self.scene, self.pointer)?;
        Some(Self::trust(format!("drop the condition on {}", self.key), vec![change]).widening())
    }
}

fn texts_of(value: ContextValue<'_>) -> Vec<String> {
    value.texts().map(str::to_owned).collect()
}

/// A pattern with the letters that the text has in its place, as far as both agree but for
/// their case: from the front to the first wildcard, from the end to the last.
fn in_letters_of(pattern: &str, text: &str) -> String {
    let wild = |c: char| c == '*' || c == '?';
    let take = |part: &str, from: &str| match from.get(..part.len()) {
        Some(same) if same.eq_ignore_ascii_case(part) => same.to_owned(),
        _ => part.to_owned(),
    };
    let Some(first) = pattern.find(wild) else { return take(pattern, text) };
    let last = pattern.rfind(wild).unwrap_or(first);
    let (head, rest) = pattern.split_at(first);
    let (middle, tail) = rest.split_at(last - first + 1);
    let end = text.len().checked_sub(tail.len()).and_then(|start| text.get(start..));
    format!("{}{middle}{}", take(head, text), take(tail, end.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::in_letters_of;

    #[test]
    fn letters_are_taken_where_only_their_case_differs() {
        assert_eq!(in_letters_of("repo:a/*", "repo:A/x"), "repo:A/*");
        assert_eq!(in_letters_of("Repo:a/*:REF", "repo:a/x:ref"), "repo:a/*:ref");
        assert_eq!(in_letters_of("other/*", "repo:A/x"), "other/*");
        assert_eq!(in_letters_of("äb", "äB"), "äB");
    }
}
