use proptest::prelude::*;

use super::*;
use crate::arn_pattern::{ArnPattern, ArnText};
use crate::glob::Glob;
use crate::template::{Syntax, Tokens, Variables, Wildcards};
use crate::{Context, ContextBuilder};

const LIVE: Syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Live };

fn pattern(family: Family, text: &str) -> Option<Pattern> {
    let tokens: Vec<Token<'_>> = Tokens::new(text, LIVE).collect();
    Pattern::new(family, &tokens, &|_| Standin::Text("b:c".to_owned()))
}

fn way(patterns: &[Pattern], text: &str) -> Vec<bool> {
    patterns.iter().map(|pattern| pattern.matches(text)).collect()
}

/// ARNs, nearly ARNs, and patterns of them.
fn arns() -> impl Strategy<Value = String> {
    prop_oneof![
        "(arn|a[*]|[*]|ar):[ab*]{0,1}:[ab?]{0,1}:[*]{0,1}:[a*]{0,1}:[ab:*]{0,3}",
        "(arn|x):a:b:[abc:]{0,4}",
    ]
}

proptest! {
    #[test]
    fn every_text_matches_what_a_witness_matches(
        like in prop::collection::vec("[ab*?]{0,4}", 0..4),
        folded in prop::collection::vec("[aBk]{0,2}", 0..2),
        of_arns in prop::collection::vec(arns(), 0..2),
        texts in prop::collection::vec("[abAbkKx\u{212a}*:é]{0,5}", 1..40),
        more in prop::collection::vec(arns(), 1..10),
    ) {
        let patterns: Vec<Pattern> = like
            .iter()
            .filter_map(|text| pattern(Family::Text, text))
            .chain(folded.iter().map(|text| Pattern::folded(text)))
            .chain(of_arns.iter().filter_map(|text| pattern(Family::Arn, text)))
            .collect();
        let (witnesses, whole) = witnesses(&patterns);
        prop_assert!(whole);
        // The empty text is a class of its own.
        prop_assert_eq!(witnesses.last().map(String::as_str), Some(""));
        let ways: BTreeSet<Vec<bool>> = witnesses
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| way(&patterns, text))
            .collect();
        prop_assert_eq!(ways.len() + 1, witnesses.len(), "one witness each");
        for text in texts.iter().chain(&more).filter(|text| !text.is_empty()) {
            prop_assert!(ways.contains(&way(&patterns, text)), "{:?}", text);
        }
    }

    #[test]
    fn patterns_match_what_the_evaluators_match(
        wanted in "[ab*?]{0,5}",
        given in "[ab]{0,6}",
        arn in arns(),
        other in arns(),
    ) {
        let matched = pattern(Family::Text, &wanted).is_some_and(|one| one.matches(&given));
        prop_assert_eq!(matched, Glob::new(&wanted).matches(&given));
        let matched = pattern(Family::Arn, &arn).is_some_and(|one| one.matches(&other));
        let evaluated = ArnPattern::new(&arn, Variables::Live)
            .zip(ArnText::read(&other))
            .is_some_and(|(pattern, arn)| pattern.matches(&arn, &Context::empty()));
        prop_assert_eq!(matched, evaluated, "{} {}", arn, other);
    }
}

#[test]
fn values_of_variables_are_data_here_too() {
    let context = ContextBuilder::new().single("k", "b:c").build();
    for (wanted, given) in [
        ("arn:a:${k}:d:e:f", "arn:a:b:c:d:e:f"),
        ("arn:a:b:d:e:${k}", "arn:a:b:d:e:b:c"),
        ("arn:a:b:d:e:${k}", "arn:a:b:d:e:b"),
        ("${k}", "b:c"),
        ("a*${k}", "arn:a:b:c:d:b:c"),
    ] {
        let matched = pattern(Family::Arn, wanted).is_some_and(|one| one.matches(given));
        let evaluated = ArnPattern::new(wanted, Variables::Live)
            .zip(ArnText::read(given))
            .is_some_and(|(pattern, arn)| pattern.matches(&arn, &context));
        assert_eq!(matched, evaluated, "{wanted} {given}");
    }
}

#[test]
fn what_is_too_much_is_sampled() {
    let hostile: Vec<Pattern> = (0..40)
        .filter_map(|at| pattern(Family::Text, &format!("*a{}b*", "?".repeat(at))))
        .collect();
    let (texts, whole) = witnesses(&hostile);
    assert!(!whole);
    assert!(hostile.iter().all(|pattern| texts.iter().any(|text| pattern.matches(text))));
    let long = [Pattern::exactly(&"a".repeat(CASE_STEPS_MAX + 1))];
    let (texts, whole) = witnesses(&long);
    assert!(!whole && texts.iter().any(|text| long[0].matches(text)));
    assert!(!witnesses(&[Pattern::folded("é")]).1);
}
