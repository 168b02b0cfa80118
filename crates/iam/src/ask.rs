//! How IAM's questions are put: resource, condition keys, and what a refusal shows.
//!
//! Spec: Service Authorization Reference, "Actions, resources, and condition keys
//! for AWS Identity and Access Management (IAM)". A resource that exists is asked
//! about by its ARN, with its path; one that does not by the ARN it would have
//! with the path `/`. Both are shown alike.
//!
//! Observed: of what exists by name a refusal shows kind and name (`user bob`,
//! hashicorp/boundary pull 3877; `role X`, gardener/dashboard pull 725), of what is
//! being created or tagged the ARN (openshift/installer issue 1073).

use stead_api::ApiError;
use stead_api::iam::Tag;
use stead_authorizer::{Ask, Resource};
use stead_directory::entity::{PermissionsBoundary, ResourceTags};
use stead_service::Call;
use stead_types::Arn;

use crate::{policy_arn, provider_arn};

/// The key of the policy that bounds a user or role.
pub(crate) const BOUNDARY: &str = "iam:PermissionsBoundary";

/// The action of handing a role to a service.
pub(crate) const PASS_ROLE: &str = "iam:PassRole";

/// The kinds of resource that IAM's actions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `user/PATH/NAME`
    User,
    /// `group/PATH/NAME`
    Group,
    /// `role/PATH/NAME`
    Role,
    /// `policy/PATH/NAME`
    Policy,
    /// `mfa/PATH/NAME`
    MfaDevice,
    /// `oidc-provider/HOST/PATH`
    OidcProvider,
    /// `saml-provider/NAME`
    SamlProvider,
    /// `instance-profile/PATH/NAME`
    InstanceProfile,
    /// `server-certificate/PATH/NAME`
    ServerCertificate,
}

impl Kind {
    /// The word that ARNs begin with, which is also the name of the type in the reference.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::MfaDevice => "mfa",
            Self::OidcProvider => "oidc-provider",
            Self::SamlProvider => "saml-provider",
            Self::InstanceProfile => "instance-profile",
            Self::ServerCertificate => "server-certificate",
        }
    }

    /// How refusals call one, before its name.
    const fn shown(self) -> &'static str {
        match self {
            Self::InstanceProfile => "instance profile",
            Self::ServerCertificate => "server certificate",
            Self::User
            | Self::Group
            | Self::Role
            | Self::Policy
            | Self::MfaDevice
            | Self::OidcProvider
            | Self::SamlProvider => self.word(),
        }
    }

    /// Whether one can have tags.
    pub(crate) const fn has_tags(self) -> bool {
        !matches!(self, Self::Group)
    }
}

/// About something that exists or not: a policy or provider by ARN, an MFA device by serial
/// number, the rest by name.
///
/// # Errors
/// What is not the ARN of a policy or provider, where that is what is named.
pub(crate) fn existing(
    action: &'static str,
    kind: Kind,
    named: &str,
    call: &Call<'_>,
) -> Result<Ask, ApiError> {
    let provider = || provider_arn::parse(named, kind.word());
    Ok(match kind {
        Kind::User => user(action, named, call),
        Kind::Group => group(action, named, call),
        Kind::Role => role(action, named, call),
        Kind::Policy => policy(action, policy_arn::parse(named)?.as_str(), call),
        Kind::MfaDevice => mfa_device(action, named, call),
        Kind::OidcProvider => oidc_provider(action, &provider()?, call),
        Kind::SamlProvider => saml_provider(action, &provider()?, call),
        Kind::InstanceProfile => instance_profile(action, named, call),
        Kind::ServerCertificate => server_certificate(action, named, call),
    })
}

/// The question about something by name, put about it as it will be: with this name and path,
/// where one is given, and the tags that it has.
pub(crate) fn changed(
    before: &Ask,
    kind: Kind,
    new_name: Option<&str>,
    new_path: Option<&str>,
    call: &Call<'_>,
) -> Option<Ask> {
    if new_name.is_none() && new_path.is_none() {
        return None;
    }
    let account = call.account.account();
    let own = Arn::iam(account, kind.word());
    let named = before.resource.arn().strip_prefix(own.as_str());
    let (path, name) = named.and_then(|named| named.rsplit_once('/')).unwrap_or_default();
    let path = new_path.map_or_else(|| format!("{path}/"), str::to_owned);
    let name = new_name.unwrap_or(name);
    let after = Arn::iam(account, &format!("{}{path}{name}", kind.word()));
    let resource = Resource::Plain {
        account,
        arn: after.as_str().to_owned(),
        tags: before.resource.tags().cloned(),
    };
    let shown = Some(format!("{} {name}", kind.shown()));
    Some(Ask { resource, shown, ..before.clone() })
}

/// About a user by name, with its tags.
pub(crate) fn user(action: &'static str, name: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let found = call.account.user_by_name(name);
    let arn = found.map_or_else(|| named(Kind::User, name, call), |user| user.arn(account));
    Ask::plain(action, account, arn.as_str())
        .with_resource_tags(found.map(|user| &user.tags))
        .shown_as(format!("user {name}"))
}

/// About a group by name. Groups have no tags.
pub(crate) fn group(action: &'static str, name: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let found = call.account.group_by_name(name);
    let arn = found.map_or_else(|| named(Kind::Group, name, call), |group| group.arn(account));
    Ask::plain(action, account, arn.as_str()).shown_as(format!("group {name}"))
}

/// About a role by name, with its tags. Its trust policy has no say in IAM.
pub(crate) fn role(action: &'static str, name: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let found = call.account.role_by_name(name);
    let arn = found.map_or_else(|| named(Kind::Role, name, call), |role| role.arn(account));
    Ask::plain(action, account, arn.as_str())
        .with_resource_tags(found.map(|role| &role.tags))
        .shown_as(format!("role {name}"))
}

/// About a managed policy by ARN, with its tags.
///
/// The question is put to the caller's account also for a policy of AWS, whose ARN
/// names no account, and for one of another account, which is then not found.
pub(crate) fn policy(action: &'static str, arn: &str, call: &Call<'_>) -> Ask {
    let parsed: Option<Arn> = arn.parse().ok();
    let found = parsed.and_then(|arn| call.account.policy(&arn));
    let ask = Ask::plain(action, call.account.account(), arn).shown_as(format!("policy {arn}"));
    with_resource_tags(ask, found.map(|policy| &policy.tags))
}

/// About an MFA device by serial number, with its tags. It is shown by its ARN.
pub(crate) fn mfa_device(action: &'static str, serial: &str, call: &Call<'_>) -> Ask {
    let parsed: Option<Arn> = serial.parse().ok();
    let found = parsed.and_then(|serial| call.account.mfa_device(&serial));
    let ask = Ask::plain(action, call.account.account(), serial);
    with_resource_tags(ask, found.map(|device| &device.tags))
}

/// About an OpenID Connect provider by ARN, with its tags. It is shown by its ARN.
pub(crate) fn oidc_provider(action: &'static str, arn: &Arn, call: &Call<'_>) -> Ask {
    let found = call.account.oidc_provider(arn);
    let ask = Ask::plain(action, call.account.account(), arn.as_str());
    with_resource_tags(ask, found.map(|provider| &provider.tags))
}

/// About a SAML provider by ARN, with its tags. It is shown by its ARN.
pub(crate) fn saml_provider(action: &'static str, arn: &Arn, call: &Call<'_>) -> Ask {
    let found = call.account.saml_provider(arn);
    let ask = Ask::plain(action, call.account.account(), arn.as_str());
    with_resource_tags(ask, found.map(|provider| &provider.tags))
}

/// About an instance profile by name, with its tags.
///
/// Choice: shown by kind and name, like the other things that have one.
pub(crate) fn instance_profile(action: &'static str, name: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let found = call.account.instance_profile_by_name(name);
    let arn = found
        .map_or_else(|| named(Kind::InstanceProfile, name, call), |profile| profile.arn(account));
    let ask =
        Ask::plain(action, account, arn.as_str()).shown_as(format!("instance profile {name}"));
    with_resource_tags(ask, found.map(|profile| &profile.tags))
}

/// About a server certificate by name, with its tags.
///
/// Choice: shown by kind and name, like the other things that have one.
pub(crate) fn server_certificate(action: &'static str, name: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let found = call.account.server_certificate_by_name(name);
    let arn =
        found.map_or_else(|| named(Kind::ServerCertificate, name, call), |held| held.arn(account));
    let ask =
        Ask::plain(action, account, arn.as_str()).shown_as(format!("server certificate {name}"));
    with_resource_tags(ask, found.map(|held| &held.tags))
}

/// Whether a role may be handed to EC2, as putting it into an instance profile does. It
/// is shown by its ARN.
///
/// Spec: API AddRoleToInstanceProfile: the caller needs PassRole on the role, and for
/// `iam:AssociatedResourceArn` it is an instance without region and id. Observed: what
/// Karpenter's own policies let through (aws/karpenter-provider-aws) asks that
/// `iam:PassedToService` is EC2, and its AddRoleToInstanceProfile succeeds.
pub(crate) fn pass_role_to_instances(role_name: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let found = call.account.role_by_name(role_name);
    let arn = found.map_or_else(|| named(Kind::Role, role_name, call), |role| role.arn(account));
    Ask::plain(PASS_ROLE, account, arn.as_str())
        .with_resource_tags(found.map(|role| &role.tags))
        .with("iam:PassedToService", "ec2.amazonaws.com")
        .with("iam:AssociatedResourceArn", format!("arn:aws:ec2:*:{account}:instance/*"))
}

/// About all of a kind, wherever they lie.
///
/// Observed: refusals of ListOpenIDConnectProviders show
/// `arn:aws:iam::...:oidc-provider/*`.
pub(crate) fn all(action: &'static str, kind: Kind, call: &Call<'_>) -> Ask {
    creation(action, kind, None, "*", call)
}

/// About something that is to be created, with a path if one is given. What has its
/// name already is not looked at.
pub(crate) fn creation(
    action: &'static str,
    kind: Kind,
    path: Option<&str>,
    name: &str,
    call: &Call<'_>,
) -> Ask {
    let resource = format!("{}{}{name}", kind.word(), path.unwrap_or("/"));
    let account = call.account.account();
    let ask = Ask::plain(action, account, Arn::iam(account, &resource).as_str());
    match kind {
        // Observed: kubernetes-sigs/aws-load-balancer-controller users are refused
        // iam:CreatePolicy "on resource: policy AWSLoadBalancerControllerIAMPolicy".
        Kind::Policy => ask.shown_as(format!("policy {name}")),
        Kind::User
        | Kind::Group
        | Kind::Role
        | Kind::MfaDevice
        | Kind::OidcProvider
        | Kind::SamlProvider
        | Kind::InstanceProfile
        | Kind::ServerCertificate => ask,
    }
}

/// About a list, of what lies under a path.
///
/// Observed: refusals of ListUsers and its like show `arn:aws:iam::...:user/`, that of
/// ListPolicies `policy path /` (aws/aws-sam-cli issue 394).
pub(crate) fn listing(
    action: &'static str,
    kind: Kind,
    path_prefix: Option<&str>,
    call: &Call<'_>,
) -> Ask {
    let path = path_prefix.unwrap_or("/");
    let ask = creation(action, kind, Some(path), "", call);
    match kind {
        Kind::Policy => ask.shown_as(format!("policy path {path}")),
        Kind::User
        | Kind::Group
        | Kind::Role
        | Kind::MfaDevice
        | Kind::OidcProvider
        | Kind::SamlProvider
        | Kind::InstanceProfile
        | Kind::ServerCertificate => ask,
    }
}

/// The same question with the tags of a policy, MFA device, identity provider, instance
/// profile or server certificate. Condition keys are not told apart by case: of two tags that differ only so, the later counts.
pub(crate) fn with_resource_tags(ask: Ask, tags: Option<&ResourceTags>) -> Ask {
    tags.into_iter().flat_map(ResourceTags::iter).fold(ask, |ask, (key, value)| {
        let (key, value) = (key.as_str(), value.as_str());
        ask.with(format!("aws:ResourceTag/{key}"), value)
            .with(format!("iam:ResourceTag/{key}"), value)
    })
}

/// The same question with the tags that the request passes.
///
/// Condition keys are not told apart by case, the tags of policies, MFA devices, identity
/// providers, instance profiles and server certificates are. Of two that differ only so the one counts that will count as the resource's,
/// in whatever order they come: else who may only tag `team` as `blue` could add
/// another `Team`, and have the resource count as that one's.
pub(crate) fn with_request_tags(ask: Ask, tags: &[Tag]) -> Ask {
    let keys: Vec<String> = tags.iter().map(|tag| tag.key.clone()).collect();
    let ask = with_tag_keys(ask, &keys);
    let mut tags: Vec<&Tag> = tags.iter().collect();
    tags.sort_by_key(|tag| (tag.key.chars().count(), &tag.key));
    tags.into_iter()
        .fold(ask, |ask, tag| ask.with(format!("aws:RequestTag/{}", tag.key), tag.value.as_str()))
}

/// The same question with the tag keys that the request passes; none if it passes none.
pub(crate) fn with_tag_keys(ask: Ask, keys: &[String]) -> Ask {
    if keys.is_empty() { ask } else { ask.with_all("aws:TagKeys", keys) }
}

/// The same question with the boundary that the user or role has.
pub(crate) fn with_boundary(ask: Ask, boundary: Option<&PermissionsBoundary>) -> Ask {
    match boundary {
        Some(boundary) => ask.with(BOUNDARY, boundary.arn().as_str()),
        None => ask,
    }
}

/// The ARN that something of this name has without a path.
fn named(kind: Kind, name: &str, call: &Call<'_>) -> Arn {
    Arn::iam(call.account.account(), &format!("{}/{name}", kind.word()))
}
