//! Whether one condition would hold, asked of the evaluator, and how alike texts are.

use serde_json::{Value, json};
use stead_policy::{
    Caller, CompiledPolicy, ContextBuilder, Decision, DocumentKind, Layers, NoTrace, PolicyRef,
    PolicySource, Request, evaluate,
};

/// Whether a condition of these values holds for what a request has. No comparison is
/// made here: a policy of this one condition is evaluated.
pub(crate) fn holds(operator: &str, values: &[String], actual: &[String]) -> bool {
    const KEY: &str = "aws:PrincipalTag/compared";
    let document = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {operator: {KEY: values}}}});
    let (policy, _) = CompiledPolicy::compile_stored(&document.to_string(), DocumentKind::Identity);
    let context = match actual {
        [one] => ContextBuilder::new().single(KEY, one),
        several => ContextBuilder::new().multi(KEY, several),
    };
    let (Ok(account), Ok(arn), Ok(id)) = (
        "111122223333".parse(),
        "arn:aws:iam::111122223333:user/compared".parse(),
        "AIDACOMPAREDCOMPAREDX".parse(),
    ) else {
        return false;
    };
    let caller = Caller::User { account, arn, id };
    let source = PolicySource::SessionInline;
    let identity = [PolicyRef { source: &source, policy: &policy }];
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    let request = Request {
        action: "sts:AssumeRole",
        resource: "*",
        resource_account: Some(account),
        caller: &caller,
        context: &context.build(),
    };
    evaluate(&request, &layers, &mut NoTrace).decision == Decision::Allow
}

/// Several policy documents as one, since a session carries one.
pub(crate) fn merged(documents: &[Value]) -> Option<String> {
    match documents {
        [] => None,
        [one] => Some(one.to_string()),
        several => {
            let version = several.iter().find_map(|document| document.get("Version"));
            let statements: Vec<Value> = several
                .iter()
                .flat_map(|document| match document.get("Statement") {
                    Some(Value::Array(statements)) => statements.clone(),
                    Some(one) => vec![one.clone()],
                    None => Vec::new(),
                })
                .collect();
            Some(json!({"Version": version, "Statement": statements}).to_string())
        }
    }
}

/// How alike two texts are, in hundredths: 100 for the same. By the fewest characters to
/// insert, delete or replace (Levenshtein).
pub(crate) fn likeness(left: &str, right: &str) -> usize {
    // Choice: names and URLs are shorter; the cost grows with the product.
    const CHARACTERS_MAX: usize = 512;
    let left: Vec<char> = left.chars().take(CHARACTERS_MAX).collect();
    let right: Vec<char> = right.chars().take(CHARACTERS_MAX).collect();
    let longest = left.len().max(right.len());
    if longest == 0 {
        return 100;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (done, a) in left.iter().enumerate() {
        let mut diagonal = done;
        let mut before = done + 1;
        let mut next = vec![before];
        for (b, above) in right.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(a != b);
            before = replaced.min(above + 1).min(before + 1);
            diagonal = *above;
            next.push(before);
        }
        row = next;
    }
    let distance = row.last().copied().unwrap_or(longest);
    100 - distance * 100 / longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_counts_edits() {
        assert_eq!(likeness("kitten", "kitten"), 100);
        assert_eq!(likeness("abcd", "abxd"), 75);
        assert_eq!(likeness("ab", "abcd"), 50);
        assert_eq!(likeness("", "abc"), 0);
    }

    #[test]
    fn conditions_are_compared_by_the_evaluator() {
        let texts = |texts: &[&str]| texts.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        assert!(holds("StringLike", &texts(&["a*"]), &texts(&["abc"])));
        assert!(!holds("StringEquals", &texts(&["a*"]), &texts(&["abc"])));
        assert!(holds("ForAnyValue:StringEquals", &texts(&["x"]), &texts(&["y", "x"])));
    }
}
