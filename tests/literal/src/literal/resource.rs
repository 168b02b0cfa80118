//! Actions, resources and ARNs.

use super::keys::Keys;
use super::pattern::{self, Part, Special};

/// Point 23: prefix and name in any case; `*` and `?` anywhere; no variables (point 18).
#[must_use]
pub fn action_matches(entry: &str, action: &str) -> bool {
    let special = Special { wildcards: true, variables: false };
    let entry = pattern::parts(&entry.to_ascii_lowercase(), special);
    pattern::matches(&entry, &action.to_ascii_lowercase())
}

/// Point 23: resources segment by segment, in their case; what a short ARN leaves out
/// matches anything. Point 18: variables behind the fifth colon only.
///
/// An action without a resource is asked for `*`, which is no ARN: only `*` matches.
#[must_use]
pub fn resource_matches(entry: &str, resource: &str, variables: bool, keys: &Keys) -> bool {
    if entry == "*" {
        return true;
    }
    let Some(given) = segments(resource) else { return false };
    let wanted = resource_segments(entry, variables);
    (0..6).all(|index| pattern::matches_with(&wanted[index], keys, given[index]))
}

/// Point 19: whether a resource has a variable that stands for nothing.
#[must_use]
pub fn is_unresolvable(entry: &str, variables: bool, keys: &Keys) -> bool {
    let wanted = resource_segments(entry, variables);
    entry != "*" && wanted.iter().any(|segment| pattern::substituted(segment, keys).is_none())
}

fn resource_segments(entry: &str, variables: bool) -> Vec<Vec<Part>> {
    let mut segments: Vec<&str> = entry.splitn(6, ':').collect();
    segments.resize(6, "*");
    let special = |index| Special { wildcards: true, variables: variables && index == 5 };
    let parts = |(index, segment): (usize, &&str)| pattern::parts(segment, special(index));
    segments.iter().enumerate().map(parts).collect()
}

/// Point 10: the six components, each compared by itself; what has not six, or is no
/// ARN, never matches. Choice: one variable alone stands for a whole ARN.
#[must_use]
pub fn arn_matches(value: &str, given: &str, variables: bool, keys: &Keys) -> bool {
    let Some(given_segments) = segments(given) else { return false };
    let parts = pattern::parts(value, Special { wildcards: true, variables });
    if let [Part::Variable(..)] = parts.as_slice() {
        return pattern::matches_with(&parts, keys, given);
    }
    let wanted: Vec<&[Part]> = parts.splitn(6, |part| *part == Part::Character(':')).collect();
    wanted.len() == 6
        && (0..6).all(|index| pattern::matches_with(wanted[index], keys, given_segments[index]))
}

/// The six components of an ARN; the last may hold colons.
#[must_use]
pub fn segments(text: &str) -> Option<Vec<&str>> {
    let segments: Vec<&str> = text.splitn(6, ':').collect();
    (segments.len() == 6 && segments[0] == "arn").then_some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_compared_by_component() {
        let given = "arn:aws:x:r:z:111122223333:finance/a";
        let like = "arn:aws:x:*:111122223333:finance/*";
        let keys = Keys::default();
        assert!(!arn_matches(like, given, true, &keys));
        let special = Special { wildcards: true, variables: true };
        assert!(pattern::matches(&pattern::parts(like, special), given));
        assert!(arn_matches("arn:aws:x:r:z:*", given, true, &keys));
        assert!(!arn_matches("arn:aws:*", given, true, &keys));
        assert!(resource_matches("arn:aws:*", given, true, &keys));
        assert!(!resource_matches("arn:aws:y*", given, true, &keys));
        assert!(action_matches("S3:get?bject*", "s3:GetObjectAcl"));
        assert!(!action_matches("s3:get", "s3:GetObject"));
    }
}
