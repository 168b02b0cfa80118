//! Fixes of what is asked for, and by whom.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};
use stead_policy::Caller;
use stead_types::Arn;

use super::Candidate;
use super::alternatives::{
    as_caller, meant_role, other_caller, other_roles, owner_place, role_change,
};
use crate::diagnosis::{Finding, Scene};
use crate::patch::Change;
use crate::{Cause, Layer};

fn request(title: impl Into<String>, changes: Vec<Change>) -> Candidate {
    Candidate::new(title, Layer::Request, changes)
}

/// Puts a parameter of the call.
fn parameter(name: &str, value: impl Into<Value>) -> Change {
    Change::add(format!("/attempt/parameters/{name}"), value)
}

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    match finding.cause {
        Cause::RoleNotFound | Cause::RoleWrongAccount | Cause::RequestRoleArnNotARole => {
            let mut roles: Vec<Arn> = other_roles(scene).into_iter().take(3).collect();
            if roles.is_empty() {
                roles.extend(meant_role(scene));
            }
            roles
                .into_iter()
                .map(|arn| request(format!("ask for {arn}"), vec![role_change(&arn)]))
                .collect()
        }
        Cause::CallerIsRoot => {
            let other = other_caller(scene).into_iter();
            other.map(|(arn, changes)| request(format!("call as {arn}"), changes)).collect()
        }
        Cause::CredentialChainWrongCaller => {
            let meant = finding.place.expected.as_ref().and_then(|text| text.parse::<Arn>().ok());
            let changes = meant.as_ref().and_then(|arn| as_caller(scene, arn));
            let title = format!("call as {}", finding.place.expected.clone().unwrap_or_default());
            changes.map(|changes| request(title, changes)).into_iter().collect()
        }
        Cause::ClockSkew => {
            let now = scene.attempt.time.to_string();
            let change = Change::replace("/attempt/environment/requestSignedAt", now);
            vec![request("set the clock that signs", vec![change])]
        }
        Cause::RegionDisabled => region(),
        Cause::DurationChainingCap | Cause::DurationExceedsMax => duration(scene, finding),
        Cause::RequestInvalidSessionName => session_name(scene).into_iter().collect(),
        Cause::RequestPackedPolicyTooLarge => packed(scene),
        _ => Vec::new(),
    }
}

fn region() -> Vec<Candidate> {
    let with = |region: Option<&str>| {
        let region = region.map(|it| Change::add("/attempt/environment/stsRegion", it));
        let flags = ["stsRegionActive", "callerRegionOptIn"]
            .map(|flag| Change::add(format!("/attempt/environment/{flag}"), true));
        region.into_iter().chain(flags).collect()
    };
    vec![
        request("call STS in a region where it is active", with(Some("us-east-1"))),
        request("activate STS in the region", with(None)),
    ]
}

fn duration(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let most = finding.place.expected.as_deref().and_then(|text| text.strip_prefix("<= "));
    let most: u32 = most.and_then(|text| text.parse().ok()).unwrap_or(3_600);
    let shorter = parameter("DurationSeconds", most);
    let mut found = vec![request(format!("ask for {most} seconds"), vec![shorter])];
    let asked = scene.attempt.parameters.get("DurationSeconds").and_then(Value::as_u64);
    let role: Option<Arn> = scene.attempt.role_arn().parse().ok();
    let role = role.and_then(|arn| scene.world.place_of_entity(&arn).map(str::to_owned));
    if let (Some(asked), Some(role)) = (asked, role)
        && finding.cause == Cause::DurationExceedsMax
    {
        let change = Change::add(format!("{role}/MaxSessionDuration"), asked);
        let title = format!("let sessions of the role last {asked} seconds");
        found.push(Candidate::new(title, Layer::Role, vec![change]).widening());
    }
    found
}

/// Spec: API_AssumeRole, RoleSessionName: 2 to 64 of `[\w+=,.@-]`.
fn session_name(scene: &Scene) -> Option<Candidate> {
    let asked = scene.attempt.parameter("RoleSessionName")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let mut name: String = asked.chars().map(|c| if fits(c) { c } else { '-' }).take(64).collect();
    while name.len() < 2 {
        name.push('-');
    }
    let title = format!("name the session `{name}`");
    Some(request(title, vec![parameter("RoleSessionName", name)]))
}

fn packed(scene: &Scene) -> Vec<Candidate> {
    let drop = |name: &str| {
        let pointer = format!("/attempt/parameters/{name}");
        scene.at(&pointer).is_some().then(|| Change::remove(pointer))
    };
    let names = ["Tags", "TransitiveTagKeys", "Policy", "PolicyArns"];
    let mut changes: Vec<Change> = names.into_iter().filter_map(drop).collect();
    if scene.attempt.environment.packed_size_percent.is_some() {
        changes.push(Change::replace("/attempt/environment/packedSizePercent", 100));
    }
    vec![request("pass fewer tags and shorter policies", changes)]
}

/// Changes of the call that give a condition key one of these values.
pub(super) fn for_key(
    scene: &Scene,
    operator: &str,
    key: &str,
    values: &[String],
) -> Vec<Candidate> {
    // `Null` asks for the presence of a key, and says nothing of its value.
    let value = match operator {
        "Null" => Some(SOMETHING.to_owned()),
        _ => values.first().and_then(|value| literal(value)),
    };
    let Some(value) = value else { return Vec::new() };
    let folded = key.to_ascii_lowercase();
    let one = |title: String, change: Change| vec![request(title, vec![change])];
    match folded.as_str() {
        "sts:externalid" => {
            one(format!("pass the external id `{value}`"), parameter("ExternalId", value))
        }
        "sts:rolesessionname" => {
            one(format!("name the session `{value}`"), parameter("RoleSessionName", value))
        }
        "sts:sourceidentity" => {
            one(format!("pass the source identity `{value}`"), parameter("SourceIdentity", value))
        }
        "aws:multifactorauthpresent" | "aws:multifactorauthage" => second_factor(scene),
        "aws:requestedregion" => {
            let change = match scene.at("/attempt/environment") {
                Some(Value::Object(_)) => {
                    Change::add("/attempt/environment/stsRegion", value.as_str())
                }
                _ => Change::add("/attempt/environment", json!({"stsRegion": value})),
            };
            one(format!("call STS in {value}"), change)
        }
        "aws:sourceip" => source_ip(values),
        _ => match folded.strip_prefix("aws:requesttag/") {
            Some(_) => tag(scene, key, &value),
            None => Vec::new(),
        },
    }
}

/// A value where any will do.
const SOMETHING: &str = "value";

/// A text that a pattern accepts; none where a variable says what.
fn literal(pattern: &str) -> Option<String> {
    let text = pattern.replace('*', "").replace('?', "x");
    match text.as_str() {
        "" => Some(SOMETHING.to_owned()),
        _ => (!text.contains("${")).then_some(text),
    }
}

/// Only a user has a second factor.
fn second_factor(scene: &Scene) -> Vec<Candidate> {
    let caller = scene.replay.caller.as_ref().map(|caller| caller.principal().clone());
    let Some(Caller::User { account, arn, .. }) = caller else { return Vec::new() };
    let name = arn.resource().rsplit('/').next().unwrap_or_default();
    let serial = Arn::iam(account, &format!("mfa/{name}"));
    let mut changes =
        vec![parameter("SerialNumber", serial.as_str()), parameter("TokenCode", "123456")];
    // What is told of an older code counts no more.
    let told = ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"];
    let told = told.map(|key| format!("/attempt/context/{key}"));
    changes.extend(told.into_iter().filter(|it| scene.at(it).is_some()).map(Change::remove));
    vec![request("pass the code of the user's second factor", changes)]
}

/// An address of one of these networks.
fn source_ip(values: &[String]) -> Vec<Candidate> {
    let address = |text: &String| {
        let network: Option<IpNet> = text.parse().ok();
        let first = network.and_then(|network| network.hosts().next());
        first.or_else(|| text.parse::<IpAddr>().ok())
    };
    let found = values.iter().find_map(address);
    let change = |ip: IpAddr| Change::add("/attempt/caller/sourceIp", ip.to_string());
    found
        .map(|ip| request(format!("call from the allowed range, such as {ip}"), vec![change(ip)]))
        .into_iter()
        .collect()
}

fn tag(scene: &Scene, key: &str, value: &str) -> Vec<Candidate> {
    let Some((_, name)) = key.split_once('/') else { return Vec::new() };
    let tags = scene.at("/attempt/parameters/Tags").and_then(Value::as_array);
    let mut tags = tags.cloned().unwrap_or_default();
    let same = |tag: &Value| {
        tag.get("Key").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case(name))
    };
    tags.retain(|tag| !same(tag));
    tags.push(json!({"Key": name, "Value": value}));
    vec![request(format!("pass the tag {name}={value}"), vec![parameter("Tags", tags)])]
}

/// Leaves the tags out that nobody needs.
pub(super) fn without_tags(scene: &Scene) -> Option<Candidate> {
    scene.at("/attempt/parameters/Tags")?;
    let mut changes = vec![Change::remove("/attempt/parameters/Tags")];
    if scene.at("/attempt/parameters/TransitiveTagKeys").is_some() {
        changes.push(Change::remove("/attempt/parameters/TransitiveTagKeys"));
    }
    Some(request("pass no session tags", changes))
}

/// Leaves out a source identity that is passed with the call.
pub(super) fn without_source_identity(scene: &Scene) -> Option<Candidate> {
    scene.at("/attempt/parameters/SourceIdentity")?;
    let change = Change::remove("/attempt/parameters/SourceIdentity");
    Some(request("pass no source identity", vec![change]))
}

/// The account of the role, for those that change providers.
pub(super) fn owner(scene: &Scene) -> Option<String> {
    owner_place(scene)
}
