//! The decision while some keys are unknown.

mod ground;

use crate::cases::{Answers, answers};
use crate::request::{Boundary, FoldedAction, Target};
use crate::unknown::Outlook;
use crate::{Decision, Dependences, Layers, Partial, Request};
use ground::Ground;

/// Decides a request some of whose condition keys are unknown, or says on what the
/// decision depends.
///
/// An unknown key is absent, or has any one value; or any set of values, where one of
/// the policies given asks for it with `ForAllValues` or `ForAnyValue`; or any bytes,
/// where one asks with `BinaryEquals`. (Choice: AWS gives each key one of these kinds,
/// and a policy that asks for another is an error of its author.) Keys are taken to be
/// independent of each other and of the caller, who is known.
///
/// What is claimed:
///
/// - [`Partial::Allowed`] and [`Partial::Denied`] are so for every completion of the
///   unknown keys, without exception;
/// - of [`Partial::Depends`], `allowed_when` and `denied_when` have been evaluated: with
///   them, this function answers `Allowed` and `Denied`, for whatever else is unknown.
///   When both are there it does depend. When one is missing, no completion that was tried gives it, and yet it
///   could not be excluded: that takes keys compared with each other other than for
///   being equal, one key compared in different ways (as a number and as text), letters
///   beyond ASCII compared without regard to case, or more keys and values than are
///   tried.
///
/// Statements are first taken all for the worse and all for the better: when both give
/// the same, that is the answer. Else completions are tried, a few thousand at most, of
/// which each stands for all that no policy tells apart from it. So `Allow if k is a`
/// and `Allow if k is not a` allow together, and `Deny if k is a` beside the first of
/// them denies.
///
/// ```
/// use stead_policy::{
///     Caller, CompiledPolicy, ContextBuilder, DocumentKind, Layers, Partial, PolicyRef,
///     PolicySource, Request, Supposed, evaluate_partial,
/// };
///
/// let text = r#"{"Version": "2012-10-17", "Statement": {
///     "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
///     "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}}"#;
/// let (policy, _) = CompiledPolicy::compile_stored(text, DocumentKind::Identity);
/// let caller = Caller::User {
///     account: "111122223333".parse()?,
///     arn: "arn:aws:iam::111122223333:user/Alice".parse()?,
///     id: "AIDAIOSFODNN7EXAMPLE1".parse()?,
/// };
/// let request = Request {
///     action: "s3:GetObject",
///     resource: "arn:aws:s3:::reports/2026.csv",
///     resource_account: caller.account(),
///     caller: &caller,
///     context: &ContextBuilder::new().unknown("aws:SourceIp").build(),
/// };
/// let source = PolicySource::SessionInline;
/// let identity = [PolicyRef { source: &source, policy: &policy }];
/// let layers = Layers { identity: (&identity).into(), ..Layers::default() };
///
/// let Partial::Depends(dependences) = evaluate_partial(&request, &layers) else {
///     panic!("nobody knows from where the request comes");
/// };
/// assert_eq!(dependences.on[0].keys, ["aws:SourceIp"]);
/// let allowed_when = dependences.allowed_when.unwrap().keys;
/// let address = Supposed::Single("203.0.113.0".to_owned());
/// assert_eq!(allowed_when, [("aws:SourceIp".to_owned(), address)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate_partial<'a>(request: &Request<'_>, layers: &Layers<'a>) -> Partial<'a> {
    let action = FoldedAction::new(request.action);
    let target = Target::new(request, &action, Boundary::of(layers));
    let mut ground = Ground::new(request, &target, layers);
    if let Some(partial) = settled(&ground, request) {
        return partial;
    }
    ground.leave_out_what_is_settled();
    let Answers { yes, no, exact } = answers(&ground, request.context);
    match (&yes, &no) {
        (Some(completion), None) if exact => {
            let context = completion.complete(request.context);
            Partial::Allowed(ground.outcome(&context, Outlook::Worst))
        }
        (None, Some(completion)) if exact => {
            let context = completion.complete(request.context);
            Partial::Denied(ground.outcome(&context, Outlook::Best))
        }
        _ => {
            let on = ground.dependences();
            Partial::Depends(Dependences { on, allowed_when: yes, denied_when: no })
        }
    }
}

/// The answer, where the best and the worst are the same.
fn settled<'a>(ground: &Ground<'_, 'a>, request: &Request<'_>) -> Option<Partial<'a>> {
    let worst = ground.outcome(request.context, Outlook::Worst);
    if worst.decision == Decision::Allow {
        return Some(Partial::Allowed(worst));
    }
    let best = ground.outcome(request.context, Outlook::Best);
    (best.decision != Decision::Allow).then_some(Partial::Denied(best))
}
