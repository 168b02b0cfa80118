//! When an access key was last used.

use stead_api::iam::{
    AccessKeyLastUsed, GetAccessKeyLastUsed, GetAccessKeyLastUsedRequest,
    GetAccessKeyLastUsedResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::entity::{AccessKey, KeyOwner};
use stead_service::{Call, Handle, LastUsed, Work};

use crate::Iam;
use crate::target::{Target, owner_name};

/// What is shown instead of a service and a region as long as there are none.
/// Observed: recorded (2026-02).
const NEVER: &str = "N/A";

impl Handle<GetAccessKeyLastUsed> for Iam {
    fn execute(
        _permit: Authorized<GetAccessKeyLastUsed>,
        input: GetAccessKeyLastUsedRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetAccessKeyLastUsedResponse, ApiError> {
        let Some(key) = find(&input.access_key_id, call) else {
            return Err(not_here(&input.access_key_id, call));
        };
        Ok(GetAccessKeyLastUsedResponse {
            user_name: owner_name(&key.owner, call.account),
            access_key_last_used: Some(view(work.usage.key_last_used(&key.id))),
        })
    }
}

/// The question is about the key's user. For a key that is not of this account it
/// is about no resource, so that only who may ask about every user gets further.
pub(crate) fn question(action: &'static str, key: &str, call: &Call<'_>) -> Ask {
    let target = find(key, call).map(|key| match &key.owner {
        KeyOwner::Root => Target::Root,
        owner @ KeyOwner::User(_) => {
            Target::User(owner_name(owner, call.account).unwrap_or_default())
        }
    });
    let ask = match target {
        Some(target) => target.ask(action, call),
        None => Ask::any(action, call.account.account()),
    };
    ask.shown_as(shown(key))
}

fn find<'a>(id: &str, call: &Call<'a>) -> Option<&'a AccessKey> {
    call.account.access_key(&id.parse().ok()?).map(AsRef::as_ref)
}

fn shown(id: &str) -> String {
    format!("access key {id}")
}

/// Observed: an unknown key is refused like one that is not the caller's to see, in
/// this wording, without a colon (2026-02).
fn not_here(id: &str, call: &Call<'_>) -> ApiError {
    let (caller, action) = (call.caller.arn(), GetAccessKeyLastUsed::ACTION);
    let resource = shown(id);
    ApiError::access_denied(format!(
        "User: {caller} is not authorized to perform {action} on resource: {resource}"
    ))
}

fn view(last: Option<LastUsed>) -> AccessKeyLastUsed {
    match last {
        Some(last) => AccessKeyLastUsed {
            last_used_date: Some(last.at),
            service_name: last.service,
            region: last.region,
        },
        None => AccessKeyLastUsed {
            last_used_date: None,
            service_name: NEVER.to_owned(),
            region: NEVER.to_owned(),
        },
    }
}
