//! What `stead lint` reads.

use serde_json::Value;
use stead_lint::{Finding, Options, Severity, fixed, guess, lint};
use stead_literal::agree;
use stead_literal::literal::Question;
use stead_policy::{DocumentKind, parse};

use crate::policy::{KINDS, case};

/// How often fixes are applied: one may uncover another.
const ROUNDS_MAX: usize = 64;

/// The most questions that a document and its fixed form are asked.
const QUESTIONS_MAX: usize = 64;

/// A document of every kind: it has an error wherever AWS would refuse it, what is found
/// lies in it, and after its fixes it is a document that decides the same and has no more to
/// be fixed.
pub fn policy_lint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let options = Options {
        accounts: vec!["111122223333".parse().expect("twelve digits")],
        managed: false,
        now: Some("2026-11-23T00:00:00Z".parse().expect("a moment")),
    };
    let _ = guess(text);
    for (kind, literal_kind) in KINDS {
        let findings = lint(text, kind, &options);
        must_lie_in(&findings, text);
        if parse(text, kind).policy.is_none() {
            let is_told = findings.iter().any(|it| it.severity == Severity::Error);
            assert!(is_told, "it is refused for nothing that is found");
            continue;
        }
        let better = best(text, findings, kind, &options);
        if better == text {
            continue;
        }
        let (mut before, mut after) = (case(text, literal_kind), case(&better, literal_kind));
        let first = before.questions[0].clone();
        // Both are asked what comes to mind with either.
        for asked in [text, &better] {
            before.questions.extend(questions(asked, &first));
            after.questions.extend(questions(asked, &first));
        }
        let decisions = |case| {
            let answers = agree::check(case).expect("the evaluations agree");
            answers.into_iter().map(|answer| answer.decision).collect::<Vec<_>>()
        };
        assert_eq!(decisions(&before), decisions(&after), "{kind:?}: {better}");
    }
}

fn must_lie_in(findings: &[Finding], text: &str) {
    for finding in findings {
        let span = finding.span;
        assert!(text.get(span.start..span.end).is_some(), "{finding:?} lies outside");
        for edit in &finding.fix {
            assert!(finding.rule.fixable, "{finding:?} is not to be fixed");
            assert!(text.get(edit.span.start..edit.span.end).is_some(), "{edit:?} lies outside");
        }
    }
}

/// The document after all that can be fixed.
fn best(text: &str, mut findings: Vec<Finding>, kind: DocumentKind, options: &Options) -> String {
    let mut better = text.to_owned();
    for _ in 0..ROUNDS_MAX {
        let can_be_fixed = findings.iter().any(|finding| !finding.fix.is_empty());
        let next = fixed(&better, &findings);
        if !can_be_fixed {
            assert_eq!(next, better);
            return better;
        }
        assert_ne!(next, better, "a fix changes nothing");
        assert!(parse(&next, kind).policy.is_some(), "a fix makes it one that is refused: {next}");
        better = next;
        findings = lint(&better, kind, options);
        must_lie_in(&findings, &better);
    }
    better
}

/// Each action of the document for each of its resources, with something for its wildcards.
fn questions(text: &str, like: &Question) -> Vec<Question> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = match &document["Statement"] {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let texts = |names: [&str; 2]| -> Vec<String> {
        let values = statements.iter().flat_map(|it| names.map(|name| it[name].clone()));
        let values = values.flat_map(|value| match value {
            Value::Array(all) => all,
            one => vec![one],
        });
        let texts = values.filter_map(|value| value.as_str().map(str::to_owned));
        texts.flat_map(|it| [it.replace(['*', '?'], "x"), it.replace('*', "")]).collect()
    };
    let actions = texts(["Action", "NotAction"]);
    let mut resources = texts(["Resource", "NotResource"]);
    resources.push("*".to_owned());
    let all = actions.iter().flat_map(|action| {
        resources.iter().map(|resource| Question {
            action: action.clone(),
            resource: resource.clone(),
            ..like.clone()
        })
    });
    all.take(QUESTIONS_MAX).collect()
}
