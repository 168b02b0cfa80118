//! The words that everything is made of.

/// The account of most callers and resources.
pub(super) const OWN: &str = "111122223333";
/// Another one.
pub(super) const OTHER: &str = "444455556666";

/// Longer than what is compared in one step anywhere.
const LONG: &str = concat!(
    "alice/reports/alice/reports/alice/reports/alice/reports/alice/reports/alice/reports/",
    "alice/reports/alice/reports/alice/reports/alice/reports/alice/reports/alice/reports/q1"
);
const LONG_ACTION: &str = concat!(
    "s3:GetObjectGetObjectGetObjectGetObjectGetObjectGetObjectGetObject",
    "GetObjectGetObjectGetObjectGetObjectGetObjectGetObjectGetObject"
);
const LONG_RESOURCE: &str = concat!(
    "arn:aws:s3:::reports/alice/alice/alice/alice/alice/alice/alice/alice/alice/alice/",
    "alice/alice/alice/alice/alice/alice/alice/alice/alice/alice/alice/alice/alice/q1"
);

/// Actions that assume roles.
pub(super) const ROLE_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:TagSession",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:SetSourceIdentity",
    "STS:assumerole",
];

/// Other actions.
pub(super) const ACTIONS: [&str; 14] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:GetObjectAcl",
    "S3:getobject",
    "s3:ListBucket",
    "iam:PassRole",
    "iam:CreateRole",
    "ec2:RunInstances",
    "execute-api:Invoke",
    "kms:Decrypt",
    "s3:Gét",
    LONG_ACTION,
    "s3",
    "",
];

/// Roles.
pub(super) const ROLES: [&str; 5] = [
    "arn:aws:iam::111122223333:role/jobs/Worker",
    "arn:aws:iam::111122223333:role/Target",
    "arn:aws:iam::444455556666:role/Target",
    "arn:aws:iam::111122223333:role/target",
    "arn:aws-cn:iam::111122223333:role/Target",
];

/// Other resources.
pub(super) const RESOURCES: [&str; 20] = [
    "arn:aws:s3:::reports/q1",
    "arn:aws:s3:::reports/alice/q1",
    "arn:aws:s3:::reports/alice/2026/q1",
    "arn:aws:s3:::Reports/q1",
    "arn:aws:s3:::reports",
    "arn:aws:iam::111122223333:user/staff/Alice",
    "arn:aws:sns:eu-west-1:444455556666:topic",
    "arn:aws:sns:eu-west-1:111122223333:topic",
    "arn:aws:logs:eu-west-1:111122223333:log-group:a:b",
    "arn:aws:s3:::reports/*",
    "arn:aws:s3:::reports/${aws:username}",
    "arn:aws:kms:eu-west-1:111122223333:key/k",
    "arn:aws:kms:eu-west-1:444455556666:key/k",
    "arn:aws:kms:eu-west-1:111122223333:alias/k",
    "arn:aws:s3:::réports/é",
    LONG_RESOURCE,
    "*",
    "arn:aws:s3",
    "reports",
    "",
];

/// What a key's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    Date,
    Bool,
    Address,
    Arn,
    Blob,
}

/// Keys, what they hold, and whether they can hold several.
pub(super) const KEYS: [(&str, Sort, bool); 18] = [
    ("aws:username", Sort::Text, false),
    ("aws:PrincipalTag/team", Sort::Text, false),
    ("aws:RequestTag/Équipe", Sort::Text, false),
    ("s3:prefix", Sort::Text, false),
    ("sts:ExternalId", Sort::Text, false),
    ("aws:TagKeys", Sort::Text, true),
    ("aws:CalledVia", Sort::Text, true),
    ("s3:max-keys", Sort::Number, false),
    ("aws:MultiFactorAuthAge", Sort::Number, false),
    ("aws:CurrentTime", Sort::Date, false),
    ("aws:TokenIssueTime", Sort::Date, false),
    ("aws:SecureTransport", Sort::Bool, false),
    ("aws:MultiFactorAuthPresent", Sort::Bool, false),
    ("aws:SourceIp", Sort::Address, false),
    ("aws:PrincipalArn", Sort::Arn, false),
    ("aws:SourceArn", Sort::Arn, false),
    ("app:SourceArns", Sort::Arn, true),
    ("app:Blob", Sort::Blob, false),
];

/// Values of a sort, in policies and in requests.
pub(super) fn values(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::Text => {
            &["alice", "reports", "Alice", "2026", "q1", "é", "É", "al*ce", "", "${x}", LONG]
        }
        Sort::Number => &["10", "9", "10.0", "-3", "010.50", "0", "12345678901234567890", "ten"],
        Sort::Date => &[
            "2026-03-01T12:00:00Z",
            "2026-03-01",
            "1772366400",
            "2026-03-01T13:00:00+01:00",
            "2026",
            "2026-03-01T12:00:00.5Z",
            "2025-02-29",
            "soon",
        ],
        Sort::Bool => &["true", "false", "True", "1"],
        Sort::Address => &[
            "203.0.113.7",
            "203.0.113.8",
            "203.0.114.7",
            "2001:db8::7",
            "2001:DB8:0:0::7",
            "::ffff:203.0.113.7",
            "203.0.113.0/24",
            "host",
        ],
        Sort::Arn => &[
            "arn:aws:iam::111122223333:user/staff/Alice",
            "arn:aws:iam::111122223333:role/jobs/Worker",
            "arn:aws:iam::444455556666:role/Target",
            "arn:aws:s3:::reports",
            "arn:aws:x:r:z:111122223333:finance/a",
            "arn:aws:iam",
            "reports",
        ],
        Sort::Blob => &["aGk=", "hi", "aGkh", "/+8=", "aGk", ""],
    }
}

/// Ranges of addresses, as policies have them.
pub(super) const RANGES: [&str; 8] = [
    "203.0.113.0/24",
    "203.0.112.0/22",
    "203.0.113.7/32",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:db8::7",
    "::/0",
    "203.0.113.0/33",
];
