//! What is kept of calls of known callers that are refused before any policy is asked.
//!
//! Who is told of a call whose signature is too old or too new must have signed it all the
//! same: whoever knows no more than the id of an access key leaves nothing here, and has cost
//! what any signature costs that is wrong. AWS's text has no place for an id of ours, so that
//! the id of the request, which stands in every answer, is that of the record.

use http::header::CONTENT_TYPE;
use stead_api::{ApiError, ErrorCode, KnownOperation};
use stead_query::Form;
use stead_service::RefusedCall;
use stead_store::Store;
use stead_types::{AccountId, Arn, Timestamp};

use super::Gateway;
use super::answer::{Known, text};
use super::authenticate::Asked;
use crate::http::{Arrival, Body};
use crate::limits::REFUSED_CALL_BYTES_MAX;

/// Tags that a session can have. Spec: IAM User Guide, reference_iam-quotas.
const TAGS_MAX: usize = 50;

/// Who has signed a call.
pub(super) struct Signer {
    pub(super) arn: Arn,
    pub(super) account: AccountId,
    pub(super) is_temporary: bool,
    pub(super) region: String,
    /// Where it is why the call was refused.
    pub(super) signed_at: Option<Timestamp>,
}

impl<S: Store> Gateway<S> {
    /// Keeps what refused a signed call, where it was its moment or its region.
    pub(super) async fn keep_refused_call(
        &self,
        operation: KnownOperation,
        role: &Arn,
        error: &ApiError,
        arrival: &Arrival,
        known: &Known,
    ) {
        let now = self.clock.now();
        let Body::Whole(body) = &arrival.body else { return };
        let signer = match (error.code(), &known.caller) {
            (ErrorCode::RegionDisabledException, Some(caller)) => Signer::of(caller),
            (ErrorCode::SignatureDoesNotMatch, None) => {
                let asked = Asked { operation, role: Some(role) };
                self.signer_of_then(&arrival.head, body, asked, now).await
            }
            _ => None,
        };
        let Some(signer) = signer else { return };
        let content_type = text(&arrival.head, &CONTENT_TYPE);
        let form = Form::parse(arrival.head.uri.query(), content_type, body);
        let parameters = form.ok().and_then(|form| shown(&form)).unwrap_or_default();
        let refused = RefusedCall {
            action: operation.action(),
            role,
            caller: &signer.arn,
            account: signer.account,
            is_temporary: signer.is_temporary,
            signed_at: signer.signed_at,
            region: &signer.region,
            source: arrival.source,
            error,
            parameters: &parameters,
        };
        self.denials.keep_refused_call(&refused, arrival.id, now);
    }
}

/// The condition keys that the parameters make, where they are not too long.
///
/// Spec: UG:reference_policies_iam-condition-keys.
fn shown(form: &Form) -> Option<Vec<(String, Vec<String>)>> {
    let mut shown = Vec::new();
    let one = |name: &str| form.value(name).map(|value| vec![value.to_owned()]);
    for (key, name) in [
        ("sts:RoleSessionName", "RoleSessionName"),
        ("sts:ExternalId", "ExternalId"),
        ("sts:SourceIdentity", "SourceIdentity"),
    ] {
        shown.extend(one(name).map(|values| (key.to_owned(), values)));
    }
    let listed = |name: &dyn Fn(usize) -> String| -> Vec<String> {
        (1..=TAGS_MAX).map_while(|number| form.value(&name(number)).map(str::to_owned)).collect()
    };
    let keys = listed(&|number| format!("Tags.member.{number}.Key"));
    for (number, key) in (1..).zip(&keys) {
        let value = one(&format!("Tags.member.{number}.Value")).unwrap_or_default();
        shown.push((format!("aws:RequestTag/{key}"), value));
    }
    let transitive = listed(&|number| format!("TransitiveTagKeys.member.{number}"));
    for (key, values) in [("aws:TagKeys", keys), ("sts:TransitiveTagKeys", transitive)] {
        if !values.is_empty() {
            shown.push((key.to_owned(), values));
        }
    }
    let bytes = |values: &[String]| values.iter().map(String::len).sum::<usize>();
    let bytes: usize = shown.iter().map(|(key, values)| key.len() + bytes(values)).sum();
    (bytes <= REFUSED_CALL_BYTES_MAX).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(form: &str) -> Option<Vec<(String, Vec<String>)>> {
        let kind = Some("application/x-www-form-urlencoded");
        shown(&Form::parse(None, kind, form.as_bytes()).unwrap())
    }

    #[test]
    fn parameters_are_told_as_the_condition_keys_they_make() {
        let told = parameters(
            "Action=AssumeRole&RoleSessionName=s1&Policy=secret&Tags.member.1.Key=Team&\
             Tags.member.1.Value=blue&Tags.member.3.Key=gap&TransitiveTagKeys.member.1=Team",
        );
        let told = told.unwrap();
        let told: Vec<_> =
            told.iter().map(|(key, values)| (key.as_str(), values.join(","))).collect();
        let expected = [
            ("sts:RoleSessionName", "s1"),
            ("aws:RequestTag/Team", "blue"),
            ("aws:TagKeys", "Team"),
            ("sts:TransitiveTagKeys", "Team"),
        ];
        assert_eq!(told, expected.map(|(key, value)| (key, value.to_owned())));
    }

    #[test]
    fn long_parameters_are_left_out() {
        let key = "sts:ExternalId".len();
        let form = |letters: usize| format!("ExternalId={}", "x".repeat(letters));
        assert!(parameters(&form(REFUSED_CALL_BYTES_MAX - key)).is_some());
        assert_eq!(parameters(&form(REFUSED_CALL_BYTES_MAX - key + 1)), None);
    }
}
