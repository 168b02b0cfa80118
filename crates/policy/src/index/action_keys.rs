//! Under which keys a statement's actions are looked up.

use super::ActionTest;
use crate::Polarity;
use crate::compiled::element::Actions;

/// A key in the index, and what it leaves to ask about the action.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ActionKey {
    pub(super) text: String,
    pub(super) form: Form,
}

/// How the action must stand to the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Be equal to it.
    Equal,
    /// Begin with it, and pass this test.
    Begin(ActionTest),
}

/// The keys of an Action or NotAction element.
///
/// No more than one key matches an action by being equal to it, one by being its
/// beginning, and one more for all patterns with wildcards amid, so that a statement
/// is looked at three times at most, however many patterns it has.
pub(super) fn action_keys(actions: &Actions) -> Vec<ActionKey> {
    if actions.polarity == Polarity::NoneOf {
        return vec![ActionKey::begin(String::new(), ActionTest::Whole)];
    }
    let mut equal: Vec<String> = Vec::new();
    let mut begin: Vec<String> = Vec::new();
    let mut amid: Option<(String, Vec<u32>)> = None;
    for (entry, place) in actions.entries.iter().zip(0_u32..) {
        let text = entry.text.to_ascii_lowercase();
        let literal = text.find(['*', '?']).unwrap_or(text.len());
        let (before, wildcards) = text.split_at_checked(literal).unwrap_or((&text, ""));
        if wildcards.is_empty() {
            equal.push(text);
        } else if wildcards.bytes().all(|byte| byte == b'*') {
            begin.push(before.to_owned());
        } else {
            let (shared, places) = amid.get_or_insert_with(|| (before.to_owned(), Vec::new()));
            shared.truncate(shared_length(shared, before));
            places.push(place);
        }
    }
    let begin = outermost(begin);
    let covered = |text: &str| {
        let behind = begin.partition_point(|key| key.as_str() <= text);
        behind.checked_sub(1).and_then(|at| begin.get(at)).is_some_and(|key| text.starts_with(key))
    };
    equal.sort();
    equal.dedup();
    equal.retain(|text| !covered(text));
    let equal = equal.into_iter().map(|text| ActionKey { text, form: Form::Equal });
    let amid = amid
        .filter(|(shared, _)| !covered(shared))
        .map(|(shared, places)| ActionKey::begin(shared, ActionTest::Entries(places.into())));
    let mut keys: Vec<ActionKey> = equal.chain(amid).collect();
    keys.extend(begin.into_iter().map(|text| ActionKey::begin(text, ActionTest::Passed)));
    keys
}

impl ActionKey {
    const fn begin(text: String, test: ActionTest) -> Self {
        Self { text, form: Form::Begin(test) }
    }
}

/// Sorted, and without those that begin with another.
fn outermost(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys.dedup_by(|key, before| key.starts_with(before.as_str()));
    keys
}

/// The length of what two texts have in common at their beginning, in whole
/// characters.
pub(super) fn shared_length(left: &str, right: &str) -> usize {
    let pairs = left.chars().zip(right.chars());
    pairs.take_while(|(left, right)| left == right).map(|(left, _)| left.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DocumentKind, Policy, parse};

    fn keys(action: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{action},"Resource":"*"}}}}"#
        );
        let policy: Policy = parse(&text, DocumentKind::Identity).policy.unwrap();
        let actions = Actions::compile(&policy.statements[0].actions);
        let shown = action_keys(&actions).into_iter().map(|key| match key.form {
            Form::Equal => format!("={}", key.text),
            Form::Begin(test) => format!("{} {test:?}", key.text),
        });
        shown.collect()
    }

    #[test]
    fn patterns_become_few_keys() {
        for (action, wanted) in [
            (r#""Action":"s3:GetObject""#, vec!["=s3:getobject"]),
            (
                r#""Action":["s3:Get*","s3:GetObject","S3:get**","s3:Put"]"#,
                vec!["=s3:put", "s3:get Passed"],
            ),
            (r#""Action":["s3:*","s3:Get*","s3:G?t"]"#, vec!["s3: Passed"]),
            (r#""Action":["s3:Ge?","s3:G*t","s3:GetX"]"#, vec!["=s3:getx", "s3:g Entries([0, 1])"]),
            (r#""Action":["s3:Ge?","iam:*User"]"#, vec![" Entries([0, 1])"]),
            (r#""Action":"*""#, vec![" Passed"]),
            (r#""NotAction":["iam:*"]"#, vec![" Whole"]),
        ] {
            assert_eq!(keys(action), wanted, "{action}");
        }
    }
}
