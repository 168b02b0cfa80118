use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stead_api::sts::{AssumeRoleWithSAML, AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Authorized, SamlProof};
use stead_directory::entity::Role;
use stead_federation::saml::VerifiedAssertion;
use stead_service::{Asks, AssertionUse, Authorization, Call, Handle, ReplayGuard, Work};
use stead_session::{Chaining, Claims, Federation, PackedSize};
use stead_types::SourceIdentity;

use crate::credentials::credentials;
use crate::duration;
use crate::role_arn::RoleArn;
use crate::role_session::{RoleSession, shown};
use crate::session_tags::RequestedTags;
use crate::{Rehearse, Sts, saml_error, session_policies};

impl Authorization<AssumeRoleWithSAML> for Sts {
    fn asks(input: &AssumeRoleWithSAMLRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let Assumption { session, .. } = Assumption::read(input, call)?;
        let actions = session.actions(AssumeRoleWithSAML::ACTION).into_iter();
        Ok(Asks::Permissions(actions.map(|action| session.ask(action)).collect()))
    }
}

impl Handle<AssumeRoleWithSAML> for Sts {
    fn execute(
        _permit: Authorized<AssumeRoleWithSAML>,
        input: AssumeRoleWithSAMLRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AssumeRoleWithSAMLResponse, ApiError> {
        let (Assumption { session, proof }, role, lasts) = begin(&input, call)?;
        let assertion = proof.assertion();
        let user = session.user(&role);
        let claims = Claims {
            federation: Some(federation(proof)),
            ..session.begin(&role, Chaining::Direct, call, lasts)?
        };
        if call.assertion_use == AssertionUse::Once {
            work.guards.push(guard(proof, call));
        }
        let packed = PackedSize::of(&claims.policies, &claims.tags);
        Ok(AssumeRoleWithSAMLResponse {
            credentials: Some(credentials(&claims, work)?),
            assumed_role_user: Some(user),
            packed_policy_size: shown(packed),
            subject: Some(assertion.subject().to_owned()),
            subject_type: Some(assertion.subject_type().to_owned()),
            issuer: Some(assertion.issuer().to_owned()),
            // Observed (radkawar/stackd, recorded in 2026): the recipient, and not what
            // SAML calls the audience.
            audience: Some(assertion.recipient().to_owned()),
            name_qualifier: Some(proof.name_qualifier()),
            source_identity: claims.source_identity.map(|identity| identity.to_string()),
        })
    }
}

impl Rehearse<AssumeRoleWithSAML> for Sts {
    fn rehearse(input: &AssumeRoleWithSAMLRequest, call: &Call<'_>) -> Result<(), ApiError> {
        let (Assumption { session, .. }, ..) = begin(input, call)?;
        session.must_fit()
    }
}

/// What is checked once the policies have said yes.
fn begin<'c>(
    input: &AssumeRoleWithSAMLRequest,
    call: &Call<'c>,
) -> Result<(Assumption<'c>, Arc<Role>, Duration), ApiError> {
    let assumption = Assumption::read(input, call)?;
    let role = assumption.session.permitted_role()?;
    session_policies::must_exist(&assumption.session.policies, call.account)?;
    let (asked, now) = (input.duration_seconds, call.facts.now);
    let lasts = duration::of_saml_session(asked, &role, assumption.proof.assertion(), now)?;
    Ok((assumption, role, lasts))
}

/// A request to assume a role with an assertion that was verified.
struct Assumption<'c> {
    session: RoleSession,
    proof: &'c SamlProof,
}

impl<'c> Assumption<'c> {
    fn read(input: &AssumeRoleWithSAMLRequest, call: &Call<'c>) -> Result<Self, ApiError> {
        let target = RoleArn::parse_strictly(&input.role_arn)?;
        let missing = || ApiError::internal("a call with SAML that has no assertion");
        let proof = call.caller.saml().ok_or_else(missing)?;
        let assertion = proof.assertion();
        check_role(proof, &target)?;
        let tags = assertion.session_tags();
        let session = RoleSession {
            role: call.account.role_by_arn(&target.arn).cloned(),
            name: assertion.role_session_name().clone(),
            policies: session_policies::read(input.policy.as_deref(), &input.policy_arns)?,
            tags: RequestedTags::of_token(&tags.tags, &tags.transitive)?,
            source_identity: source_identity(assertion)?,
            target,
        };
        Ok(Self { session, proof })
    }
}

/// The assertion must name the role together with the provider.
///
/// Spec: UG:id_roles_providers_create_saml_assertions, "SAML Role Attribute". Observed
/// (radkawar/stackd, recorded in 2026): refused before any policy is asked.
fn check_role(proof: &SamlProof, target: &RoleArn) -> Result<(), ApiError> {
    let (role, provider) = (target.arn.as_str(), proof.provider().as_str());
    if proof.assertion().offers(role, provider) {
        return Ok(());
    }
    let pairs = proof.assertion().roles();
    let found: Vec<String> = pairs
        .iter()
        .take(PAIRS_SHOWN_MAX)
        .map(|pair| format!("{},{}", pair.role, pair.provider))
        .collect();
    Err(saml_error::other_role(format!(
        "expected `{role},{provider}` among the {} roles of the assertion, found {found:?}",
        pairs.len()
    )))
}

/// How many pairs of role and provider a log line repeats.
const PAIRS_SHOWN_MAX: usize = 5;

/// Spec: UG:troubleshoot_saml: `aws:` is for AWS to begin a source identity with.
fn source_identity(assertion: &VerifiedAssertion) -> Result<Option<SourceIdentity>, ApiError> {
    let Some(identity) = assertion.source_identity() else { return Ok(None) };
    if identity.as_str().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:")) {
        return Err(saml_error::reserved_source_identity());
    }
    Ok(Some(identity.clone()))
}

/// Spec: UG:reference_policies_iam-condition-keys, "SAML role permissions policies": these
/// three last as long as the session; what else the assertion says counts only while the
/// role is assumed.
fn federation(proof: &SamlProof) -> Federation {
    let one = |claim: &str, text: &str| (claim.to_owned(), vec![text.to_owned()]);
    let assertion = proof.assertion();
    Federation {
        provider: proof.provider().to_string(),
        claims: BTreeMap::from([
            one("namequalifier", &proof.name_qualifier()),
            one("sub", assertion.subject()),
            one("sub_type", assertion.subject_type()),
        ]),
    }
}

fn guard(proof: &SamlProof, call: &Call<'_>) -> ReplayGuard {
    let (account, assertion) = (call.account.account(), proof.assertion());
    let (id, until) = (assertion.replay_id(), assertion.usable_until());
    ReplayGuard::saml_assertion(account, proof.provider(), &id, until, saml_error::expired())
}
