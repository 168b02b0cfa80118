//! A statement that can be said in both languages.

use serde_json::{Map, Value, json};
use stead_policy::Effect;

/// What an identity policy of one statement says.
#[derive(Clone, Debug)]
pub struct Statement {
    pub effect: Effect,
    /// As an AWS policy names them, wildcards included.
    pub actions: &'static [&'static str],
    /// Each an ARN, a pattern for ARNs, or `*`.
    pub resources: Vec<String>,
    /// Cedar's type for what the resources are.
    pub resource_type: &'static str,
    pub conditions: Vec<Condition>,
}

/// A condition that both languages have.
#[derive(Clone, Debug)]
pub enum Condition {
    MfaPresent,
    MfaWithin(u32),
    Team(String),
    NotTeam(String),
    Within(&'static [&'static str]),
    Region(String),
    SecureTransport,
}

impl Statement {
    /// As an AWS policy document, written without white space.
    pub fn in_aws(&self) -> Value {
        let mut statement = Map::new();
        statement.insert("Effect".into(), format!("{:?}", self.effect).into());
        statement.insert("Action".into(), one_or_several(self.actions));
        statement.insert("Resource".into(), one_or_several(&self.resources));
        let mut block: Map<String, Value> = Map::new();
        for condition in &self.conditions {
            let (operator, key, value) = condition.in_aws();
            block.entry(operator).or_insert_with(|| json!({}))[key] = value;
        }
        if !block.is_empty() {
            statement.insert("Condition".into(), block.into());
        }
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    /// As a Cedar policy. What the scope can say is said there, since Cedar looks at
    /// the scope first; a wildcard in an action becomes the actions it stands for.
    pub fn in_cedar(&self) -> String {
        let effect = match self.effect {
            Effect::Allow => "permit",
            Effect::Deny => "forbid",
        };
        let mut demands = Vec::new();
        let resource = match self.resources.as_slice() {
            [one] if one == "*" => "resource".to_owned(),
            [one] if !one.contains('*') => format!("resource == {}::\"{one}\"", self.resource_type),
            several => {
                let like = |pattern: &String| format!("resource.arn like \"{pattern}\"");
                demands.push(several.iter().map(like).collect::<Vec<_>>().join(" || "));
                "resource".to_owned()
            }
        };
        demands.extend(self.conditions.iter().map(Condition::in_cedar));
        let mut text = format!("{effect} (principal, {}, {resource})", action_scope(self.actions));
        if !demands.is_empty() {
            let all = demands.into_iter().map(|demand| format!("({demand})"));
            text += &format!(" when {{ {} }}", all.collect::<Vec<_>>().join(" && "));
        }
        text + ";"
    }
}

impl Condition {
    fn in_aws(&self) -> (&'static str, &'static str, Value) {
        match self {
            Self::MfaPresent => ("Bool", "aws:MultiFactorAuthPresent", "true".into()),
            Self::MfaWithin(seconds) => {
                ("NumericLessThan", "aws:MultiFactorAuthAge", seconds.to_string().into())
            }
            Self::Team(team) => ("StringEquals", "aws:PrincipalTag/team", team.as_str().into()),
            Self::NotTeam(team) => {
                ("StringNotEquals", "aws:PrincipalTag/team", team.as_str().into())
            }
            Self::Within(ranges) => ("IpAddress", "aws:SourceIp", one_or_several(ranges)),
            Self::Region(region) => ("StringEquals", "aws:RequestedRegion", region.as_str().into()),
            Self::SecureTransport => ("Bool", "aws:SecureTransport", "true".into()),
        }
    }

    fn in_cedar(&self) -> String {
        match self {
            Self::MfaPresent => "context.mfa_present".to_owned(),
            Self::MfaWithin(seconds) => format!("context.mfa_age < {seconds}"),
            Self::Team(team) => format!("principal.team == \"{team}\""),
            Self::NotTeam(team) => format!("principal.team != \"{team}\""),
            Self::Within(ranges) => {
                let within = |range: &&str| format!("context.source_ip.isInRange(ip(\"{range}\"))");
                ranges.iter().map(within).collect::<Vec<_>>().join(" || ")
            }
            Self::Region(region) => format!("context.region == \"{region}\""),
            Self::SecureTransport => "context.secure_transport".to_owned(),
        }
    }
}

fn one_or_several(texts: &[impl AsRef<str>]) -> Value {
    match texts {
        [one] => one.as_ref().into(),
        several => several.iter().map(AsRef::as_ref).collect::<Vec<_>>().into(),
    }
}

/// The actions that wildcards in the sets may stand for.
const STS_ACTIONS: [&str; 12] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoot",
    "sts:DecodeAuthorizationMessage",
    "sts:GetCallerIdentity",
    "sts:GetFederationToken",
    "sts:GetServiceBearerToken",
    "sts:GetSessionToken",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

fn action_scope(patterns: &[&'static str]) -> String {
    if patterns == ["*"] {
        return "action".to_owned();
    }
    let named = patterns.iter().flat_map(|pattern| named_by(pattern));
    let named: Vec<_> = named.map(|action| format!("Action::\"{action}\"")).collect();
    match named.as_slice() {
        [one] => format!("action == {one}"),
        several => format!("action in [{}]", several.join(", ")),
    }
}

/// The actions a pattern with at most one `*` stands for.
fn named_by(pattern: &'static str) -> Vec<&'static str> {
    let Some((begin, end)) = pattern.split_once('*') else { return vec![pattern] };
    let named = |action: &&str| action.starts_with(begin) && action.ends_with(end);
    let named: Vec<_> = STS_ACTIONS.into_iter().filter(named).collect();
    assert!(!named.is_empty(), "no action is listed for `{pattern}`");
    named
}

/// Whether one of the patterns, with at most one `*` each, matches the action.
pub fn matches_by_wildcard(patterns: &[&str], action: &str) -> bool {
    patterns.iter().filter_map(|pattern| pattern.split_once('*')).any(|(begin, end)| {
        action.len() >= begin.len() + end.len()
            && action.starts_with(begin)
            && action.ends_with(end)
    })
}
