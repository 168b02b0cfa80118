//! Refusals that are not about policies: the request, the token, the provider.

use serde_json::Value;
use stead_api::ErrorCode;
use stead_directory::Snapshot;
use stead_federation::oidc::{NAMED_PROVIDERS, Refusal as TokenRefusal};
use stead_policy::Caller;
use stead_types::Arn;

use super::{Finding, Scene, Where, role};
use crate::fixes;
use crate::matching::likeness;
use crate::patch::Change;
use crate::replay::Refusal;
use crate::{Cause, Layer};

pub(super) fn findings(scene: &Scene, refusal: &Refusal) -> Vec<Finding> {
    vec![match refusal {
        // Questions about policies are looked at elsewhere.
        Refusal::Denied(_) => return Vec::new(),
        Refusal::RoleArn => return role::not_a_role(scene),
        Refusal::Token(refusal) => token(scene, refusal),
        Refusal::NoProvider { issuer } => no_provider(scene, issuer),
        Refusal::Clock { signed_at, now } => {
            let expected = format!("within 15 minutes of {}", now.to_basic());
            request(Cause::ClockSkew, "X-Amz-Date", &expected, &signed_at.to_basic())
        }
        Refusal::Region { region } => {
            let actual = format!("{region} (STS deactivated)");
            request(Cause::RegionDisabled, "endpoint region", "an active region", &actual)
        }
        Refusal::Root => root(scene),
        Refusal::Packed { percent } => packed(scene, &format!("{percent} percent")),
        Refusal::Request(error) | Refusal::Later(error) => {
            named(scene, error.code(), error.message())
        }
        Refusal::Thumbprint { found } => thumbprint(scene, found),
        Refusal::Keys { key_id } => keys(scene, key_id.as_deref()),
        Refusal::Assertion(refused) => {
            claim(Cause::TokenSignatureInvalid, "SAMLAssertion", "accepted", &refused.to_string())
        }
    }]
}

fn finding(cause: Cause, layer: Layer, place: Where) -> Finding {
    Finding { cause, layer, place }
}

fn request(cause: Cause, parameter: &str, expected: &str, actual: &str) -> Finding {
    let place = Where {
        parameter: Some(parameter.to_owned()),
        expected: Some(expected.to_owned()),
        actual: Some(actual.to_owned()),
        ..Where::default()
    };
    finding(cause, Layer::Request, place)
}

fn claim(cause: Cause, claim: &str, expected: &str, actual: &str) -> Finding {
    let place = Where {
        claim: Some(claim.to_owned()),
        expected: Some(expected.to_owned()),
        actual: Some(actual.to_owned()),
        ..Where::default()
    };
    finding(cause, Layer::Token, place)
}

fn packed(scene: &Scene, actual: &str) -> Finding {
    let expected = "packed size <= 100 percent";
    let given = |name: &&str| scene.attempt.parameters.contains_key(*name);
    let parameter = ["Tags", "Policy", "PolicyArns"].into_iter().find(given).unwrap_or("Tags");
    request(Cause::RequestPackedPolicyTooLarge, parameter, expected, actual)
}

fn root(scene: &Scene) -> Finding {
    let actual = scene.replay.caller.as_ref().map(|caller| caller.arn().to_string());
    let expected = fixes::other_caller(scene).map(|(arn, _)| arn.to_string());
    let place = Where {
        expected: expected.or_else(|| Some("a user or a role".to_owned())),
        actual,
        ..Where::default()
    };
    finding(Cause::CallerIsRoot, Layer::Request, place)
}

/// Errors that the handlers make, by what they are about.
fn named(scene: &Scene, code: ErrorCode, message: &str) -> Finding {
    let parameters = &scene.attempt.parameters;
    let given = |name: &str| parameters.get(name).map_or_else(String::new, shown);
    if code == ErrorCode::PackedPolicyTooLarge {
        return packed(scene, message);
    }
    if message.contains("role chaining") {
        let asked = given("DurationSeconds");
        return request(Cause::DurationChainingCap, "DurationSeconds", "<= 3600", &asked);
    }
    if message.contains("MaxSessionDuration") {
        let most = max_session_duration(scene).unwrap_or(3_600);
        let (expected, asked) = (format!("<= {most}"), given("DurationSeconds"));
        let mut found = request(Cause::DurationExceedsMax, "DurationSeconds", &expected, &asked);
        found.place.role_arn = Some(scene.attempt.role_arn().to_owned());
        return found;
    }
    if message.contains("'roleSessionName'") {
        let expected = "[\\w+=,.@-]{2,64}";
        let asked = given("RoleSessionName");
        return request(Cause::RequestInvalidSessionName, "RoleSessionName", expected, &asked);
    }
    if message.contains("'durationSeconds'") {
        let asked = given("DurationSeconds");
        return request(Cause::DurationExceedsMax, "DurationSeconds", "900 to 43200", &asked);
    }
    if message.contains("'roleArn'") {
        let asked = given("RoleArn");
        return request(Cause::RequestRoleArnNotARole, "RoleArn", "the ARN of a role", &asked);
    }
    if message.contains("sts:SetSourceIdentity") {
        let expected = "the source identity of the calling session";
        let asked = given("SourceIdentity");
        return request(Cause::TrustMissingSetSourceIdentity, "SourceIdentity", expected, &asked);
    }
    invalid(scene, message)
}

/// A rule without a code of its own. What AWS answers names the member that breaks it, if it
/// is about one.
fn invalid(scene: &Scene, message: &str) -> Finding {
    let member = message.split_once(" at '").and_then(|(_, rest)| rest.split_once('\''));
    let name = member.map(|(member, _)| member.split('.').next().unwrap_or(member));
    let parameter = name.map(|name| {
        let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    let asked = parameter.as_ref().and_then(|name| scene.attempt.parameters.get(name));
    let place = Where {
        expected: Some(message.to_owned()),
        actual: asked.map(shown),
        parameter,
        ..Where::default()
    };
    finding(Cause::RequestInvalid, Layer::Request, place)
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn max_session_duration(scene: &Scene) -> Option<u32> {
    let arn: Arn = scene.attempt.role_arn().parse().ok()?;
    let account = scene.world.account(arn.account()?)?;
    Some(account.snapshot.role_by_arn(&arn)?.max_session_duration.seconds())
}

fn token(scene: &Scene, refusal: &TokenRefusal) -> Finding {
    match refusal {
        TokenRefusal::Signature { .. } => {
            claim(Cause::TokenSignatureInvalid, "signature", "valid", "invalid")
        }
        TokenRefusal::MissingClaim { claim: name } => {
            claim(Cause::TokenMissingClaim, name, "present", "missing")
        }
        TokenRefusal::MalformedClaim { claim: name, expected, found } => {
            claim(Cause::TokenMissingClaim, name, expected, found)
        }
        TokenRefusal::Expired { now, expires_at } => {
            let expected = format!("> {}", now.epoch_seconds());
            let actual = expires_at.epoch_seconds().to_string();
            claim(Cause::TokenExpired, "exp", &expected, &actual)
        }
        TokenRefusal::TooOld { age_seconds, issued_at } => {
            let expected = format!("less than {age_seconds} seconds ago");
            claim(Cause::TokenExpired, "iat", &expected, &issued_at.epoch_seconds().to_string())
        }
        TokenRefusal::IssuedInFuture { now, issued_at } => {
            let expected = format!("<= {}", now.epoch_seconds());
            claim(Cause::TokenNotYetValid, "iat", &expected, &issued_at.epoch_seconds().to_string())
        }
        TokenRefusal::NotYetValid { now, not_before } => {
            let expected = format!("<= {}", now.epoch_seconds());
            let actual = not_before.epoch_seconds().to_string();
            claim(Cause::TokenNotYetValid, "nbf", &expected, &actual)
        }
        TokenRefusal::SeveralAudiences { audiences } => {
            let expected = "one audience, or azp";
            claim(Cause::TokenWrongAudience, "aud", expected, &audiences.join(", "))
        }
        TokenRefusal::Audience { found, claim: name, registered } => {
            audience(scene, found, name, registered)
        }
        TokenRefusal::Issuer { expected, found } => {
            claim(Cause::ProviderIssuerMismatch, "iss", expected, found)
        }
        TokenRefusal::UnknownKey { .. }
        | TokenRefusal::TooManyKeys { .. }
        | TokenRefusal::KeyDoesNotFit { .. }
        | TokenRefusal::NoKeyId { .. }
        | TokenRefusal::AlgorithmNotAllowed { .. } => {
            claim(Cause::TokenSignatureInvalid, "signature", "valid", &refusal.to_string())
        }
        TokenRefusal::SessionTag { .. }
        | TokenRefusal::TransitiveTagKeysTwice
        | TokenRefusal::SourceIdentity(_)
        | TokenRefusal::NoRoles => {
            claim(Cause::TokenMissingClaim, "claims", "accepted", &refusal.to_string())
        }
    }
}

/// The audience that AWS's own tools ask for.
const STS_AUDIENCE: &str = "sts.amazonaws.com";

/// Either the provider lacks the audience or the token is made for another. Which, shows
/// when each is supposed to be put right: a trust policy that asks for an audience tells
/// the two apart. Where it does not, the audience of AWS's tools is the one that is meant,
/// and else the token's, which its issuer chose, stands against a list that was typed.
fn audience(scene: &Scene, found: &str, name: &str, registered: &[String]) -> Finding {
    let pointer = fixes::provider_place(scene).map(|(pointer, _)| pointer);
    let with_id = pointer.as_ref().is_some_and(|pointer| {
        scene.allowed_after(vec![Change::add(format!("{pointer}/ClientIDList/-"), found)])
    });
    let with_token = |audience: &str| {
        scene
            .allowed_after(vec![Change::replace(format!("/attempt/token/claims/{name}"), audience)])
    };
    let wanted = registered.iter().find(|id| with_token(id));
    let token_is_wrong = match (with_id, wanted) {
        (false, Some(_)) => true,
        (true, None) | (false, None) => false,
        (true, Some(wanted)) => wanted == STS_AUDIENCE && likeness(wanted, found) < 60,
    };
    if token_is_wrong {
        let expected = wanted.map_or("", String::as_str);
        return claim(Cause::TokenWrongAudience, name, expected, found);
    }
    let place = Where {
        provider_arn: provider_arn(scene),
        expected: Some(format!("{found} in ClientIDList")),
        actual: Some(registered.join(", ")),
        element: pointer.map(|pointer| format!("{pointer}/ClientIDList")),
        ..Where::default()
    };
    finding(Cause::ProviderAudienceNotRegistered, Layer::Provider, place)
}

fn provider_arn(scene: &Scene) -> Option<String> {
    let (pointer, _) = fixes::provider_place(scene)?;
    Some(scene.at(&pointer)?.get("Arn")?.as_str()?.to_owned())
}

fn thumbprint(scene: &Scene, found: &str) -> Finding {
    let pointer = fixes::provider_place(scene).map(|(pointer, _)| pointer);
    let listed =
        pointer.as_ref().and_then(|pointer| scene.at(&format!("{pointer}/ThumbprintList")));
    let place = Where {
        provider_arn: provider_arn(scene),
        expected: Some(found.to_owned()),
        actual: Some(super::texts(listed).join(", ")),
        element: pointer.map(|pointer| format!("{pointer}/ThumbprintList")),
        ..Where::default()
    };
    finding(Cause::ProviderThumbprintMismatch, Layer::Provider, place)
}

fn keys(scene: &Scene, key_id: Option<&str>) -> Finding {
    let place = Where {
        issuer: fixes::issuer(scene).map(str::to_owned),
        expected: Some(match key_id {
            None => "JWKS reachable from STS".to_owned(),
            Some(key_id) => format!("a published key with the id {key_id}"),
        }),
        actual: Some(if key_id.is_none() { "unreachable" } else { "not published" }.to_owned()),
        ..Where::default()
    };
    finding(Cause::ProviderKeysUnreachable, Layer::Provider, place)
}

/// A provider that is much like the issuer was meant for it and is misspelt or outdated;
/// without one the provider was never made.
fn no_provider(scene: &Scene, issuer: &str) -> Finding {
    let wanted = issuer.strip_prefix("https://").unwrap_or(issuer);
    let similar = owner(scene).and_then(|account| {
        let urls = account.oidc_providers().map(|provider| provider.issuer.without_scheme());
        urls.map(|url| (nearness(url, wanted), url.to_owned())).max()
    });
    let similar = similar.filter(|(nearness, _)| *nearness >= ALIKE);
    let trusted = similar.as_ref().is_some_and(|(_, url)| trusts_other(scene, url, wanted));
    let meant = similar.filter(|(_, url)| trusted || !is_other_instance(url, wanted));
    let saml = wanted.contains(":saml-provider/");
    let place = Where {
        issuer: (!saml).then(|| issuer.to_owned()),
        provider_arn: saml.then(|| issuer.to_owned()),
        expected: Some(format!("provider {wanted}")),
        actual: Some(match &meant {
            Some((_, url)) => format!("provider {url}"),
            None => "none".to_owned(),
        }),
        ..Where::default()
    };
    let cause = match meant {
        Some(_) => Cause::ProviderIssuerMismatch,
        None => Cause::ProviderNotFound,
    };
    finding(cause, Layer::Provider, place)
}

/// Choice: URLs of one host, or of one path, or that differ in few characters.
const ALIKE: usize = 60;

fn nearness(url: &str, wanted: &str) -> usize {
    let split = |text: &str| {
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        (host.to_ascii_lowercase(), path.trim_end_matches('/').to_owned())
    };
    let ((host, path), (wanted_host, wanted_path)) = (split(url), split(wanted));
    let whole = likeness(url, wanted);
    let same_host = host == wanted_host;
    let same_path = !path.is_empty() && path == wanted_path;
    if same_host || same_path { whole.max(ALIKE) } else { whole }
}

/// Two instances of one product at one host, told apart by an opaque id: clusters of EKS.
fn is_other_instance(url: &str, wanted: &str) -> bool {
    let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let opaque = |text: &str| {
        text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let (left, right) = (last(url), last(wanted));
    url.contains('/')
        && left != right
        && opaque(&left)
        && opaque(&right)
        && likeness(&left, &right) < 80
}

/// Whether the role trusts the provider that is there, and not the one that is asked for.
fn trusts_other(scene: &Scene, url: &str, wanted: &str) -> bool {
    let trust = fixes::trust_place(scene).and_then(|pointer| scene.at(&pointer));
    let text = trust.map(Value::to_string).unwrap_or_default();
    text.contains(&format!("oidc-provider/{url}\""))
        && !text.contains(&format!("oidc-provider/{wanted}\""))
}

fn owner(scene: &Scene) -> Option<&Snapshot> {
    let arn: Arn = scene.attempt.role_arn().parse().ok()?;
    Some(&scene.world.account(arn.account()?)?.snapshot)
}

/// The provider that vouches for the caller: its URL, or its bare name.
pub(super) fn provider_url(scene: &Scene) -> Option<String> {
    match scene.replay.caller.as_ref()?.principal() {
        Caller::WebIdentity { provider } => {
            let url = provider.split_once(":oidc-provider/").map_or(&**provider, |(_, url)| url);
            Some(url.to_owned())
        }
        _ => None,
    }
}

/// Whether a Federated principal is a provider that the account of the role has, or one
/// that needs no registration.
pub(super) fn is_registered(scene: &Scene, principal: &str) -> bool {
    match principal.parse::<Arn>() {
        Ok(arn) => owner(scene).is_some_and(|account| account.oidc_provider(&arn).is_some()),
        Err(_) => NAMED_PROVIDERS.iter().any(|named| named.name == principal),
    }
}
