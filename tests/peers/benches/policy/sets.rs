//! The sets of policies that are measured, each in both languages.
//!
//! In every set a user asks to assume a role whose trust policy has two statements
//! with five conditions, and has as many identity policies as the set's name says.

use serde_json::{Value, json};
use stead_policy::{Decision, Effect};

use crate::question::{ACCOUNT, ACTION, EXTERNAL_ID, Question, TEAM};
use crate::statement::{Condition, Statement, matches_by_wildcard};

/// Policies and what is asked of them.
#[derive(Debug)]
pub struct Set {
    pub identity: Vec<Statement>,
    pub questions: [Question; 3],
}

impl Set {
    /// So many policies of every kind, half of them about the request's service; a
    /// tenth name its action by a wildcard, a tenth name it as it is. Those that decide
    /// are in the middle: one that allows, and a Deny behind it where there is room.
    pub fn usual(count: usize) -> Self {
        let mut identity: Vec<_> = (0..count).map(usual).collect();
        // Even places hold policies about the request's service.
        let middle = count / 2 / 2 * 2;
        identity[middle] = deciding_allow();
        let denied = match identity.get_mut(middle + 4) {
            Some(place) => {
                *place = deciding_deny();
                Question {
                    resource: "arn:aws:iam::111122223333:role/deploy/archive-2019",
                    ..DENIED
                }
            }
            None => Question { source_ip: "192.0.2.9", ..DENIED },
        };
        let silent = match count {
            1 => Question { external_id: "somebody-elses", ..SILENT },
            _ => Question { resource: "arn:aws:iam::111122223333:role/break-glass", ..SILENT },
        };
        let set = Self { identity, questions: [Question::ALLOWED, silent, denied] };
        if count >= 10 {
            set.check_shares();
        }
        set
    }

    /// So many policies about every action and resource, which no index tells apart;
    /// each must be asked whether its conditions hold.
    pub fn unindexed(count: usize) -> Self {
        let mut identity: Vec<_> = (0..count).map(unindexed).collect();
        identity[count / 2] = everything(Effect::Allow, vec![Condition::Team(TEAM.into())]);
        identity[count / 2 + 1] = everything(Effect::Deny, vec![Condition::NotTeam(TEAM.into())]);
        let questions = [
            Question::ALLOWED,
            Question { external_id: "somebody-elses", ..SILENT },
            Question { team: "guests", ..DENIED },
        ];
        Self { identity, questions }
    }

    /// The role's trust policy, as AWS has it.
    pub fn trust_in_aws() -> Value {
        json!({ "Version": "2012-10-17", "Statement": [
            {
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
                "Action": ACTION,
                "Condition": {
                    "StringEquals": { "sts:ExternalId": EXTERNAL_ID },
                    "StringLike": { "sts:RoleSessionName": "alice-*" },
                    "Bool": { "aws:MultiFactorAuthPresent": "true" },
                },
            },
            {
                "Effect": "Deny",
                "Principal": { "AWS": "*" },
                "Action": ACTION,
                "Condition": {
                    "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"] },
                    "Bool": { "aws:ViaAWSService": "false" },
                },
            },
        ] })
    }

    /// The role's trust policy in Cedar, which has no second layer that must allow:
    /// it forbids what the first statement would not allow.
    pub fn trust_in_cedar() -> String {
        format!(
            r#"forbid (principal, action == Action::"{ACTION}", resource is Role)
            unless {{
                principal.account == "{ACCOUNT}" && context.external_id == "{EXTERNAL_ID}" &&
                context.session_name like "alice-*" && context.mfa_present
            }};
            forbid (principal, action == Action::"{ACTION}", resource is Role)
            when {{
                !(context.source_ip.isInRange(ip("203.0.113.0/24")) ||
                    context.source_ip.isInRange(ip("198.51.100.0/24"))) &&
                !context.via_aws_service
            }};"#
        )
    }

    fn check_shares(&self) {
        let count = self.identity.len();
        let of = |share: &dyn Fn(&Statement) -> bool| {
            self.identity.iter().filter(|statement| share(statement)).count()
        };
        let service =
            of(&|statement| statement.actions.iter().all(|name| name.starts_with("sts:")));
        let wildcard = of(&|statement| matches_by_wildcard(statement.actions, ACTION));
        let exact = of(&|statement| statement.actions.contains(&ACTION));
        assert_eq!((service, wildcard), (count / 2, count / 10), "the shares of {count}");
        assert!(exact >= count / 10, "{exact} of {count} name the action");
    }
}

const SILENT: Question = Question { expected: Decision::ImplicitDeny, ..Question::ALLOWED };
const DENIED: Question = Question { expected: Decision::ExplicitDeny, ..Question::ALLOWED };

fn deciding_allow() -> Statement {
    Statement {
        effect: Effect::Allow,
        actions: &["sts:AssumeRole"],
        resources: vec!["arn:aws:iam::111122223333:role/deploy/*".into()],
        resource_type: "Role",
        conditions: vec![],
    }
}

fn deciding_deny() -> Statement {
    Statement {
        effect: Effect::Deny,
        actions: &["sts:AssumeRole"],
        resources: vec!["arn:aws:iam::111122223333:role/deploy/archive-*".into()],
        resource_type: "Role",
        conditions: vec![Condition::NotTeam("archive".into())],
    }
}

/// One of many: by turns about roles and about something else.
fn usual(number: usize) -> Statement {
    let turn = number / 2;
    if number.is_multiple_of(2) { about_sts(turn) } else { about_another_service(turn) }
}

fn about_sts(turn: usize) -> Statement {
    // Of five, one names the action by a wildcard.
    let actions: &[&str] = match turn % 5 {
        1 => [&["sts:*"][..], &["sts:Assume*"], &["sts:AssumeRole*"], &["sts:*Role"]][turn / 5 % 4],
        0 => &["sts:AssumeRole", "sts:TagSession"],
        2 => &["sts:SetSourceIdentity", "sts:TagSession"],
        3 => &["sts:GetFederationToken"],
        _ => &["sts:DecodeAuthorizationMessage", "sts:GetServiceBearerToken"],
    };
    let (resource, resource_type) = match turn % 5 {
        3 => (format!("arn:aws:sts::111122223333:federated-user/team-{turn}-*"), "FederatedUser"),
        4 => ("*".to_owned(), "Role"),
        _ => (role(turn), "Role"),
    };
    Statement {
        effect: if turn % 8 == 6 { Effect::Deny } else { Effect::Allow },
        actions,
        resources: vec![resource],
        resource_type,
        conditions: conditions(turn),
    }
}

/// Roles are named in the forms in which people name them; most are the account's own.
fn role(turn: usize) -> String {
    match turn / 5 % 8 {
        0 | 4 => format!("arn:aws:iam::111122223333:role/team-{turn}/*"),
        1 | 5 => format!("arn:aws:iam::111122223333:role/service-{turn}-reader"),
        2 | 6 => format!("arn:aws:iam::111122223333:role/apps/app-{turn}-*"),
        3 => format!("arn:aws:iam::{:012}:role/team-{turn}/*", 200_000_000_000 + turn * 7_919),
        _ => format!("arn:aws:iam::*:role/audit-{turn}"),
    }
}

fn about_another_service(turn: usize) -> Statement {
    let (actions, resources, resource_type): (&[&str], _, _) = match turn % 8 {
        0 => (
            &["s3:GetObject", "s3:PutObject"],
            vec![format!("arn:aws:s3:::data-{turn}/*")],
            "Object",
        ),
        1 => (
            &["s3:ListBucket", "s3:GetBucketLocation"],
            vec![format!("arn:aws:s3:::data-{turn}")],
            "Bucket",
        ),
        2 => (
            &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
            vec![
                format!("arn:aws:dynamodb:eu-central-1:111122223333:table/orders-{turn}"),
                format!("arn:aws:dynamodb:eu-central-1:111122223333:table/orders-{turn}/index/*"),
            ],
            "Table",
        ),
        3 => (
            &["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
            vec![format!("arn:aws:sqs:eu-central-1:111122223333:jobs-{turn}")],
            "Queue",
        ),
        4 => (
            &["kms:Decrypt", "kms:GenerateDataKey"],
            vec![format!("arn:aws:kms:eu-central-1:111122223333:key/{turn:08}-*")],
            "Key",
        ),
        5 => (
            &["lambda:InvokeFunction"],
            vec![format!("arn:aws:lambda:eu-central-1:111122223333:function:fn-{turn}:*")],
            "Function",
        ),
        6 => (
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            vec![format!("arn:aws:logs:eu-central-1:111122223333:log-group:/app/{turn}:*")],
            "LogGroup",
        ),
        _ => (&["ec2:DescribeInstances", "ec2:DescribeTags"], vec!["*".into()], "Instance"),
    };
    let effect = if turn % 9 == 4 { Effect::Deny } else { Effect::Allow };
    Statement { effect, actions, resources, resource_type, conditions: conditions(turn) }
}

/// Half have conditions, some of them two.
fn conditions(turn: usize) -> Vec<Condition> {
    match turn % 12 {
        1 => vec![Condition::MfaPresent],
        3 => vec![Condition::Team(format!("team-{turn}"))],
        5 => vec![Condition::Within(&["203.0.113.0/24", "198.51.100.0/24"])],
        7 => vec![Condition::Region("eu-central-1".into()), Condition::SecureTransport],
        9 => vec![Condition::MfaWithin(3_600)],
        11 => vec![Condition::NotTeam("guests".into()), Condition::MfaPresent],
        _ => vec![],
    }
}

fn everything(effect: Effect, conditions: Vec<Condition>) -> Statement {
    Statement {
        effect,
        actions: &["*"],
        resources: vec!["*".into()],
        resource_type: "",
        conditions,
    }
}

fn unindexed(number: usize) -> Statement {
    let condition = match number % 4 {
        0 => Condition::Team(format!("team-{number}")),
        1 => Condition::Within(&["10.20.0.0/16", "10.30.0.0/16"]),
        2 => Condition::Region(format!("us-gov-{number}")),
        _ => Condition::MfaWithin(60),
    };
    let effect = if number.is_multiple_of(3) { Effect::Deny } else { Effect::Allow };
    everything(effect, vec![condition])
}
