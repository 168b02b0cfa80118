use crate::{Blockers, Cause, Decision, Layers, Outcome, PolicyType, Request, Trace};

/// Decides a request by the policies that apply to it.
pub fn evaluate<'a, T: Trace>(
    _request: &Request<'_>,
    _layers: &Layers<'a>,
    _trace: &mut T,
) -> Outcome<'a> {
    // Unfinished: denies everything until the engine is in place.
    Outcome {
        decision: Decision::ImplicitDeny,
        cause: Cause::NothingAllows { policy_type: PolicyType::Identity },
        blockers: Blockers::default(),
    }
}
