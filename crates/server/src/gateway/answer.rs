//! The way in and out of the gateway: reading what is asked, writing the answer.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, REFERER, USER_AGENT};
use http::request::Parts;
use http::{Method, StatusCode};
use stead_api::{ApiError, ErrorCode, Fault, KnownOperation, Service};
use stead_authorizer::{RequestFacts, Transport as Connection};
use stead_query::{Form, Format, Hints, encode_error, error_status, is_form};
use stead_store::Store;
use stead_types::Arn;
use tokio::time::Instant;

use super::authenticate::{Asked, Authenticated, Claimed};
use super::federate::UNSIGNED_REGION;
use super::log_line::log;
use super::perform::{Decided, Trail};
use super::plan::{Writing, plan};
use super::record::{Called, role_of};
use super::token_issuer::PublishedDocument;
use super::{DenialStyle, Gateway, region};
use crate::http::{Arrival, Body, BodyOwner, Readiness, Reply, Respond, Transport};
use crate::limits::RETRY_AFTER;
use crate::metrics::Outcome;
use crate::request_id::RequestId;

/// What is known of a request so far, for its log line, its event and its error's
/// namespace.
#[derive(Default)]
pub(super) struct Known {
    pub(super) operation: Option<KnownOperation>,
    pub(super) caller: Option<Authenticated>,
    /// The role that is to be assumed.
    pub(super) role: Option<Arn>,
    pub(super) trail: Trail,
}

impl<S: Store> Respond for Gateway<S> {
    /// In a box: the task that it becomes is moved several times, all of it.
    fn respond(self: Arc<Self>, arrival: Arrival) -> impl Future<Output = Reply> + Send {
        Box::pin(async move {
            match PublishedDocument::asked_for(&arrival.head) {
                Some(asked) => self.publish(asked, &arrival).await,
                None => self.answer(arrival).await,
            }
        })
    }

    /// No log line: there would be thousands a second, and the listener says it once.
    fn overloaded(&self, id: RequestId) -> Reply {
        self.throttle.leave_out();
        // Choice: wording of our own, IAM documents the code only. SDKs retry the status.
        let message = "The service is temporarily unavailable.";
        self.refuse(id, None, &ApiError::new(ErrorCode::ServiceUnavailable, message), Format::Xml)
    }

    /// SAML metadata is what is large, and IAM takes it. The signature covers the body,
    /// which is not there yet: until it is, the credentials need only exist. A body is on
    /// the account of its credentials, so who knows key ids of an account and no secret
    /// is in the way of that account alone.
    async fn large_body_owner(&self, head: &Parts) -> Option<BodyOwner> {
        let claimed = self.claimed(head, Service::Iam, self.clock.now()).await;
        let claimed = claimed.ok().filter(Claimed::is_active)?;
        Some(BodyOwner::new(claimed.account_id().to_string()))
    }

    fn failure(&self, id: RequestId) -> Reply {
        self.refuse(id, None, &ApiError::internal("the request's task failed"), Format::Xml)
    }

    fn readiness(&self) -> Readiness {
        match &self.audit {
            Some(audit) if !audit.is_ready() => {
                Readiness::NotReady("events cannot be written to the audit log")
            }
            Some(_) | None => Readiness::Ready,
        }
    }
}

impl<S: Store> Gateway<S> {
    async fn answer(self: Arc<Self>, arrival: Arrival) -> Reply {
        let (id, format) = (arrival.id, format(&arrival.head));
        let (began, _in_flight) = (Instant::now(), self.metrics.in_flight.raise());
        let span = self.traces.request(&arrival.head);
        let mut known = Known::default();
        // What could not be recorded is not begun.
        let outcome = match self.admit().await {
            Ok(()) => {
                // Where it stands, since it is some kilobytes that would be moved twice.
                let work = pin!(self.handle(&arrival, format, &mut known));
                unless_it_panics(span.around(work)).await
            }
            Err(error) => {
                self.measure(&known, Some(&error), began.elapsed());
                span.end(id, None, Some(&error), format);
                return self.refuse(id, None, &error, format);
            }
        };
        if let (Err(error), Some(role), Some(operation)) = (&outcome, &known.role, known.operation)
            && known.trail.decided != Decided::Denied
        {
            if operation.is_unsigned() {
                self.keep_refused_proof(operation, role, error, &arrival).await;
            } else {
                let kept = self.keep_refused_call(operation, role, error, &arrival, &known);
                Box::pin(kept).await;
            }
        }
        let now = self.clock.now();
        self.note_use(&known, now);
        self.record(Called { arrival: &arrival, known: &known, outcome: &outcome }, now);
        log(self.call_lines, id, &known, &outcome);
        self.measure(&known, outcome.as_ref().err(), began.elapsed());
        span.end(id, known.operation, outcome.as_ref().err(), format);
        match outcome {
            Ok(body) => Reply::new(StatusCode::OK, format.content_type(), body),
            Err(error) => self.refuse(id, known.service(), &error, format),
        }
    }

    async fn handle(
        &self,
        arrival: &Arrival,
        format: Format,
        known: &mut Known,
    ) -> Result<String, ApiError> {
        let Arrival { id, head, body, source, transport } = arrival;
        let (id, source) = (*id, *source);
        let body = match body {
            Body::Whole(body) => body,
            Body::TooLong { bytes_max } => return Err(too_long(*bytes_max)),
        };
        let charged = self.throttle.charge_address(source);
        charged.inspect_err(|_| self.metrics.throttled.address.add_one())?;
        let content_type = text(head, &CONTENT_TYPE);
        let (operation, form) = match format {
            Format::Xml | Format::Json => {
                let form = Form::parse(head.uri.query(), content_type, body)?;
                (form.operation()?, Some(form))
            }
            // The body says nothing of who and what, and is read once its signature holds.
            Format::JsonProtocol => (targeted(head)?, None),
        };
        known.operation = Some(operation);
        known.role = form.as_ref().and_then(|form| role_of(operation, form));
        let now = self.clock.now();
        let recording = self.recording_of_calls();
        let decode = |trail: &mut Trail| {
            let writing = Writing { request: id, format, recording };
            let plan = match &form {
                Some(form) => plan(operation, form, writing)?,
                None => plan(operation, &Form::from_json(content_type, body)?, writing)?,
            };
            trail.parameters = plan.parameters();
            Ok::<_, ApiError>(plan)
        };
        // A foreign token is a parameter like others; of a signed request nothing is read
        // that its signature does not cover.
        let role_account = known.role.as_ref().and_then(Arn::account);
        let (plan, caller) = if operation.is_unsigned() {
            let region = region::of_endpoint(head).unwrap_or(UNSIGNED_REGION);
            self.admit_region(operation, region, role_account)?;
            let plan = decode(&mut known.trail)?;
            let caller = self.federate(plan.input(), id, now).await?;
            (plan, known.caller.insert(caller))
        } else {
            let asked = Asked { operation, role: known.role.as_ref() };
            let caller = self.authenticate(head, body, asked, now).await?;
            let caller = known.caller.insert(caller);
            let charged = self.throttle.charge_caller(&caller.caller, source);
            charged.inspect_err(|_| self.metrics.throttled.account.add_one())?;
            let account = role_account.unwrap_or_else(|| caller.caller.account());
            self.admit_region(operation, &caller.region, Some(account))?;
            (decode(&mut known.trail)?, caller)
        };
        let facts = RequestFacts {
            now,
            source_ip: source,
            transport: match transport {
                Transport::Plain => Connection::Plain,
                Transport::Secure => Connection::Tls,
            },
            requested_region: caller.region.clone(),
            user_agent: text(head, &USER_AGENT).map(str::to_owned),
            referer: text(head, &REFERER).map(str::to_owned),
        };
        let prepared = self.prepare(&*plan, caller, &facts, &mut known.trail).await?;
        let is_registered = self.is_still_registered(&caller.caller);
        if !is_registered || !caller.is_current(&self.organizations.memberships()) {
            // A caller chooses how many accounts are loaded, or has a password hashed or keys
            // made, and so how long it takes. What was revoked meanwhile must not count: a write could else follow the
            // revocation, and undo what its author has put right since.
            *caller = if operation.is_unsigned() {
                self.federate(plan.input(), id, now).await?
            } else {
                let asked = Asked { operation, role: known.role.as_ref() };
                self.authenticate(head, body, asked, now).await?
            };
        }
        self.perform(plan, prepared, caller, &facts, &mut known.trail).await
    }

    fn measure(&self, known: &Known, error: Option<&ApiError>, took: Duration) {
        let outcome = match error {
            None => Outcome::Ok,
            Some(_) if known.trail.decided == Decided::Denied => Outcome::Denied,
            Some(error) => match error.code().fault() {
                Fault::Receiver if error.code() != ErrorCode::NotImplemented => Outcome::Failed,
                Fault::Receiver | Fault::Sender => Outcome::Refused,
            },
        };
        self.metrics.requests.note(known.operation, outcome, error.map(ApiError::code), took);
        match known.trail.decided {
            Decided::Nothing => {}
            Decided::Allowed => self.metrics.allowed.add_one(),
            Decided::Denied => self.metrics.denied.add_one(),
        }
    }

    pub(super) fn refuse(
        &self,
        id: RequestId,
        service: Option<Service>,
        error: &ApiError,
        format: Format,
    ) -> Reply {
        let hints = match self.style {
            DenialStyle::Id | DenialStyle::Sealed => Hints::Shown,
            DenialStyle::Strict => Hints::Strict,
        };
        let body = encode_error(service, error, &id.text(), format, hints);
        let status = StatusCode::from_u16(error_status(error.code(), format));
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let reply = Reply::new(status, format.content_type(), body);
        match error.code() {
            ErrorCode::Throttling | ErrorCode::ServiceUnavailable => {
                reply.with("retry-after", RETRY_AFTER)
            }
            _ => reply,
        }
    }
}

impl Known {
    pub(super) fn service(&self) -> Option<Service> {
        self.operation.map(KnownOperation::service)
    }
}

/// The same, or a failure: a call whose work panics is recorded as every other is.
///
/// What the work leaves half done is its own: of an account it changes nothing but by a
/// commit, and what is known of the call is only told.
async fn unless_it_panics<T>(
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let mut work = pin!(work);
    let polled = |context: &mut Context<'_>| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(ApiError::internal("the call panicked"))))
    };
    poll_fn(polled).await
}

/// A request that has a target is one of JSON 1.1, and is answered in it.
fn format(head: &Parts) -> Format {
    match head.headers.contains_key(&TARGET) && !is_form_beside_target(head) {
        true => Format::JsonProtocol,
        false => Format::accepted(text(head, &ACCEPT)),
    }
}

/// Whether the body is a form and the target nothing that is known here: a request of the
/// Query protocol with one header more. Spec: Smithy, "AWS query protocol", knows none.
fn is_form_beside_target(head: &Parts) -> bool {
    text(head, &CONTENT_TYPE).is_some_and(is_form)
        && text(head, &TARGET).and_then(KnownOperation::from_target).is_none()
}

/// The operation that a request of JSON 1.1 asks for.
///
/// Spec: Smithy, "AWS JSON 1.1 protocol": such requests are posted. Observed: what no protocol
/// claims is an unknown operation (smithy-lang/smithy issue 1368).
fn targeted(head: &Parts) -> Result<KnownOperation, ApiError> {
    let target = text(head, &TARGET).filter(|_| head.method == Method::POST);
    let operation = target.and_then(KnownOperation::from_target);
    operation.ok_or_else(|| ApiError::new(ErrorCode::UnknownOperationException, ""))
}

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// A header that is sent once and is text.
pub(super) fn text<'h>(head: &'h Parts, name: &HeaderName) -> Option<&'h str> {
    let mut values = head.headers.get_all(name).iter();
    let (first, second) = (values.next()?, values.next());
    if second.is_some() { None } else { first.to_str().ok() }
}

fn too_long(bytes_max: usize) -> ApiError {
    let message = format!("The request body exceeds {bytes_max} bytes");
    ApiError::new(ErrorCode::RequestEntityTooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_fails_and_other_work_does_not() {
        assert_eq!(unless_it_panics(async { Ok(1) }).await.unwrap(), 1);
        let panics = async {
            tokio::task::yield_now().await;
            if true {
                panic!("on demand");
            }
            Ok(1)
        };
        let failed = unless_it_panics(panics).await.unwrap_err();
        assert_eq!(failed.code().fault(), Fault::Receiver);
        assert!(failed.context().unwrap().contains("panicked"));
    }
}
