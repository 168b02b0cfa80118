//! What `stead explain`, `simulate` and `who-can` read: accounts, attempts, events, and
//! tables of requests.

mod denial;
mod event;
mod export;
mod requests;
mod steps;

pub use denial::decoded_denial;
pub use event::recorded_event;
pub use export::account_export;
pub use requests::request_table;

use stead_analysis::{Case, CaseError, Verdict, explain, locate, replay};

/// The cases that steps begin with: a user, a token, a session and an organization.
const CASES: [&str; 4] = [
    include_str!("../../tests/corpus/denials/seller-user-arn-as-role.json"),
    include_str!("../../tests/corpus/denials/gitlab-job-jwt-no-aud.json"),
    include_str!("../../tests/corpus/denials/ec2-role-assumes-itself.json"),
    include_str!("../../tests/corpus/denials/github-default-audience.json"),
];

/// A case, or steps that change one of a few: what is wrong is told where it stands, the
/// answer is that of the evaluation, and every fix helps.
pub fn denial_case(data: &[u8]) {
    let Some(text) = steps::text(data, &CASES) else { return };
    let case = match Case::parse(&text) {
        Ok(case) => case,
        Err(error) => return must_be_placed(&error, &text),
    };
    let explanation = match explain(&case) {
        Ok(explanation) => explanation,
        Err(error) => return must_be_placed(&error, &text),
    };
    let is_allowed = allowed(&case).expect("it was explained");
    match explanation.verdict {
        Verdict::Allowed => assert!(is_allowed, "what is refused is told to be allowed"),
        Verdict::Denied => assert!(!is_allowed, "what is allowed is told to be refused"),
        Verdict::Unexplained => {}
    }
    for fix in &explanation.fixes {
        assert!(fix.verified);
        let patched = case.patched(&fix.patch).expect("a fix can be applied");
        assert_eq!(allowed(&patched), Some(true), "this does not help: {fix:?}");
    }
}

fn allowed(case: &Case) -> Option<bool> {
    let (world, attempt) = (case.world().ok()?, case.attempt().ok()?);
    Some(replay(&world, &attempt).is_allowed())
}

fn must_be_placed(error: &CaseError, text: &str) {
    match error {
        CaseError::TooLong { .. } => {}
        CaseError::Json { line, .. } => line_must_be_there(*line, text),
        CaseError::Unexpected { pointer, .. } => {
            assert!(locate(text, pointer, true).is_some(), "{error} is nowhere");
        }
    }
}

fn line_must_be_there(line: usize, text: &str) {
    assert!((1..=text.matches('\n').count() + 1).contains(&line), "there is no line {line}");
}
