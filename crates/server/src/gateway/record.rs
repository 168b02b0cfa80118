//! One event per call, for the audit log.

use std::borrow::Cow;
use std::cell::RefCell;

use http::header::USER_AGENT;
use stead_api::sts::StsOperation;
use stead_api::{ApiError, KnownOperation};
use stead_audit::{Event, Failure, Identity, Recorded};
use stead_policy::Caller;
use stead_query::Form;
use stead_store::Store;
use stead_types::{AccessKeyId, AccessKeyKind, Arn, Timestamp};

use super::Gateway;
use super::answer::{Known, text};
use super::authenticate::claimed_key;
use super::federate::UNSIGNED_REGION;
use super::plan::Recording;
use crate::accounts::{Use, Used};
use crate::entropy::ThreadEntropy;
use crate::http::Arrival;
use crate::request_id::RequestId;

thread_local! {
    /// Where the line of an event is put together: the same place for each.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What is kept of that place, which is more than most lines need.
const LINE_BYTES_KEPT: usize = 16 * 1024;

/// A call that was answered.
pub(super) struct Called<'a> {
    pub(super) arrival: &'a Arrival,
    pub(super) known: &'a Known,
    pub(super) outcome: &'a Result<String, ApiError>,
}

impl<S: Store> Gateway<S> {
    /// Lets a call in that can be recorded.
    pub(super) async fn admit(&self) -> Result<(), ApiError> {
        match &self.audit {
            Some(audit) => audit.admit().await,
            None => Ok(()),
        }
    }

    /// Whether calls are recorded.
    pub(super) const fn recording_of_calls(&self) -> Recording {
        match self.audit {
            Some(_) => Recording::On,
            None => Recording::Off,
        }
    }

    /// Notes what a call was made with and who called what, when its signature held.
    pub(super) fn note_use(&self, known: &Known, at: Timestamp) {
        let (Some(caller), Some(service)) = (&known.caller, known.service()) else { return };
        if caller.caller.service_name().is_some() {
            // Its key is not one of the account whose role it assumes.
            return;
        }
        let last_use = Use { at, service: service.signing_name(), region: &caller.region };
        if let Some(operation) = known.operation
            && let Caller::User { id, .. } | Caller::RoleSession { role_id: id, .. } =
                caller.caller.principal()
        {
            self.accounts.note_access(&caller.account, id, operation, last_use);
        }
        let used = match (caller.caller.principal(), caller.caller.claims()) {
            (Caller::RoleSession { role_id, .. }, _) => Used::Role(role_id.clone()),
            (_, None) => match caller.caller.access_key_id() {
                Some(key) => Used::Key(key.clone()),
                None => return,
            },
            (_, Some(_)) => return,
        };
        self.accounts.note_use(&caller.account, &used, last_use);
    }

    /// Hands the event of a call over. Costs its copy into the queue.
    pub(super) fn record(&self, called: Called<'_>, time: Timestamp) {
        let Some(audit) = &self.audit else { return };
        let Called { arrival, known, outcome } = called;
        let error = outcome.as_ref().err();
        let caller = known.caller.as_ref();
        let left_out = match caller {
            Some(_) => 0,
            None => match self.throttle.record_stranger() {
                Some(left_out) => left_out,
                None => return self.metrics.events_left_out.add_one(),
            },
        };
        let claimed_key = match caller {
            Some(_) => None,
            None => claimed_key(&arrival.head)
                .filter(|id| is_of_here(id) || self.services.find(id).is_some()),
        };
        let event = Event {
            time,
            operation: known.operation,
            identity: caller.map_or(Identity::Unknown, |it| Identity::Caller(&it.caller)),
            claimed_key: claimed_key.as_ref(),
            left_out,
            region: Some(caller.map_or(UNSIGNED_REGION, |caller| &caller.region)),
            source: arrival.source,
            user_agent: text(&arrival.head, &USER_AGENT),
            failure: error.map(Failure),
            denial: known.trail.denial.as_ref(),
            parameters: &parameters(known),
            response: &known.trail.elements,
            role: known.role.as_ref(),
            request_id: &arrival.id.text(),
            event_id: &RequestId::generate(&mut ThreadEntropy).text(),
        };
        LINE.with_borrow_mut(|line| {
            line.clear();
            line.shrink_to(LINE_BYTES_KEPT);
            event.write_json(line);
            audit.accept(line);
        });
    }
}

/// Observed: CloudTrail names the assertion, where the caller has sent all of it.
fn parameters(known: &Known) -> Cow<'_, Recorded> {
    let parameters = &known.trail.parameters;
    let Some(caller) = &known.caller else { return Cow::Owned(parameters.of_stranger()) };
    match caller.caller.saml() {
        None => Cow::Borrowed(parameters),
        Some(proof) => {
            let mut parameters = parameters.clone();
            parameters.add("sAMLAssertionID", proof.assertion().id());
            Cow::Owned(parameters)
        }
    }
}

/// The role that a call wants to assume, where what was sent is an ARN.
pub(super) fn role_of(operation: KnownOperation, form: &Form) -> Option<Arn> {
    if assumes_a_role(operation) { form.value("RoleArn")?.parse().ok() } else { None }
}

const fn assumes_a_role(operation: KnownOperation) -> bool {
    matches!(
        operation,
        KnownOperation::Sts(
            StsOperation::AssumeRole
                | StsOperation::AssumeRoleWithSAML
                | StsOperation::AssumeRoleWithWebIdentity
        )
    )
}

/// Of the scheme of ids given out here: a secret that was typed in the place of an id is
/// not taken for one.
fn is_of_here(id: &AccessKeyId) -> bool {
    id.kind() != AccessKeyKind::Foreign && id.claimed_account().is_some()
}
