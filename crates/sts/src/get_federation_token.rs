use stead_api::sts::{
    FederatedUser, GetFederationToken, GetFederationTokenRequest, GetFederationTokenResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_session::{Claims, MfaState, PackedSize, SessionPrincipal};
use stead_types::{Arn, FederatedUserName};

use crate::credentials::credentials;
use crate::get_session_token::long_term_holder;
use crate::session_tags::RequestedTags;
use crate::{Sts, duration, session_policies};

impl Authorization<GetFederationToken> for Sts {
    fn asks(input: &GetFederationTokenRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        long_term_holder(call, "GetFederationToken")?;
        let tags = RequestedTags::read(&input.tags, &[], None)?;
        session_policies::read(input.policy.as_deref(), &input.policy_arns)?;
        let ask = |action| {
            let arn = federated_user(call, &input.name);
            let ask = Ask::plain(action, call.caller.account(), arn.as_str());
            let ask = ask.with_all("aws:TagKeys", tags.keys());
            tags.passed.iter().fold(ask, |ask, tag| {
                ask.with(format!("aws:RequestTag/{}", tag.key.as_str()), tag.value.as_str())
            })
        };
        let mut asks = vec![ask(GetFederationToken::ACTION)];
        if tags.tags_session() {
            asks.push(ask("sts:TagSession"));
        }
        Ok(Asks::Permissions(asks))
    }
}

impl Handle<GetFederationToken> for Sts {
    fn execute(
        _permit: Authorized<GetFederationToken>,
        input: GetFederationTokenRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetFederationTokenResponse, ApiError> {
        let holder = long_term_holder(call, "GetFederationToken")?;
        let name: FederatedUserName = input
            .name
            .parse()
            .map_err(|error| ApiError::internal(format!("a decoded name: {error}")))?;
        let policies = session_policies::read(input.policy.as_deref(), &input.policy_arns)?;
        session_policies::must_exist(&policies, call.account)?;
        let tags = RequestedTags::read(&input.tags, &[], None)?.into_session_tags()?;
        let packed = PackedSize::of(&policies, &tags);
        let now = call.facts.now;
        let lasts = duration::of_user_session(input.duration_seconds, call.caller.principal());
        let claims = Claims {
            account: call.caller.account(),
            principal: SessionPrincipal::FederatedUser { holder, name },
            issued_at: now,
            expires_at: now.plus(lasts),
            policies,
            tags,
            source_identity: None,
            mfa: MfaState::Absent,
            federation: None,
        };
        let credentials = Some(credentials(&claims, work)?);
        let federated_user = FederatedUser {
            federated_user_id: format!("{}:{}", call.caller.account(), input.name),
            arn: federated_user(call, &input.name).to_string(),
        };
        Ok(GetFederationTokenResponse {
            credentials,
            federated_user: Some(federated_user),
            packed_policy_size: crate::role_session::shown(packed),
        })
    }
}

fn federated_user(call: &Call<'_>, name: &str) -> Arn {
    Arn::sts(call.caller.account(), &format!("federated-user/{name}"))
}
