//! What conditions compare: keys, and values of every type, usual and odd.

/// The type of a key's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// The value of a tag, which may be empty.
    Tag,
    /// An ARN.
    Arn,
    /// A number.
    Number,
    /// A date.
    Date,
    /// `true` or `false`.
    Bool,
    /// An address.
    Ip,
    /// Bytes, as base64.
    Binary,
    /// A set of texts.
    Texts,
    /// A set of ARNs.
    Arns,
}

/// A condition key, its type, and whether every request may have it.
pub type Key = (&'static str, Kind, Scope);

/// Where a key occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// With every action.
    Global,
    /// With the actions of one service.
    Service,
}

use Scope::{Global, Service};

/// The keys.
pub const KEYS: &[Key] = &[
    ("aws:username", Kind::Text, Global),
    ("aws:userid", Kind::Text, Global),
    ("aws:PrincipalAccount", Kind::Text, Global),
    ("aws:PrincipalOrgID", Kind::Text, Global),
    ("aws:PrincipalType", Kind::Text, Global),
    ("aws:SourceAccount", Kind::Text, Global),
    ("aws:RequestedRegion", Kind::Text, Global),
    ("aws:PrincipalArn", Kind::Arn, Global),
    ("aws:SourceArn", Kind::Arn, Global),
    ("aws:SourceIp", Kind::Ip, Global),
    ("aws:VpcSourceIp", Kind::Ip, Global),
    ("aws:CurrentTime", Kind::Date, Global),
    ("aws:EpochTime", Kind::Date, Global),
    ("aws:TokenIssueTime", Kind::Date, Global),
    ("aws:MultiFactorAuthPresent", Kind::Bool, Global),
    ("aws:SecureTransport", Kind::Bool, Global),
    ("aws:ViaAWSService", Kind::Bool, Global),
    ("aws:MultiFactorAuthAge", Kind::Number, Global),
    ("aws:PrincipalTag/team", Kind::Tag, Global),
    ("aws:ResourceTag/team", Kind::Tag, Global),
    ("aws:RequestTag/Cost Center", Kind::Tag, Global),
    ("aws:TagKeys", Kind::Texts, Global),
    ("aws:CalledVia", Kind::Texts, Global),
    ("aws:PrincipalOrgPaths", Kind::Texts, Global),
    ("s3:prefix", Kind::Text, Service),
    ("s3:max-keys", Kind::Number, Service),
    ("s3:x-amz-acl", Kind::Text, Service),
    ("sts:ExternalId", Kind::Text, Service),
    ("sts:RoleSessionName", Kind::Text, Service),
    ("sts:TransitiveTagKeys", Kind::Texts, Service),
    ("dynamodb:LeadingKeys", Kind::Texts, Service),
    ("ec2:InstanceType", Kind::Text, Service),
    ("ec2:EbsOptimized", Kind::Bool, Service),
    ("kms:EncryptionContext:stage", Kind::Text, Service),
    ("kms:GranteePrincipal", Kind::Arn, Service),
    ("kms:RecipientAttestation:ImageSha384", Kind::Binary, Service),
    ("iam:PolicyARN", Kind::Arn, Service),
    ("sns:Protocol", Kind::Text, Service),
    ("aws:PrincipalServiceNamesList", Kind::Arns, Service),
];

/// Operators for a type.
#[must_use]
pub const fn operators(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::Tag | Kind::Texts => &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
        ],
        Kind::Arn | Kind::Arns => {
            &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike"]
        }
        Kind::Number => &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        Kind::Date => &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        Kind::Bool => &["Bool"],
        Kind::Ip => &["IpAddress", "NotIpAddress"],
        Kind::Binary => &["BinaryEquals"],
    }
}

/// What policies compare with.
#[must_use]
pub fn wanted(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::Tag | Kind::Texts => TEXT_PATTERNS,
        Kind::Arn | Kind::Arns => ARN_PATTERNS,
        Kind::Number => NUMBERS_WRITTEN,
        Kind::Date => DATES_WANTED,
        Kind::Bool => &["true", "false", "true", "false", "TRUE", "yes", "${aws:SecureTransport}"],
        Kind::Ip => NETWORKS,
        Kind::Binary => BYTES,
    }
}

/// What requests carry.
#[must_use]
pub fn given(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text | Kind::Texts => TEXTS,
        Kind::Tag => TAGS,
        Kind::Arn | Kind::Arns => ARNS,
        Kind::Number => NUMBERS_WRITTEN,
        Kind::Date => DATES_GIVEN,
        Kind::Bool => &["true", "false", "true", "false", "True", "1"],
        Kind::Ip => ADDRESSES,
        Kind::Binary => &["aGVsbG8=", "/+8=", "Zm9v"],
    }
}

const TEXTS: &[&str] = &[
    "blue",
    "Blue",
    "green",
    "111122223333",
    "444455556666",
    "o-a1b2c3d4e5",
    "home/alice",
    "home/alice/notes.txt",
    "User",
    "eu-central-1",
    "us-east-1",
    "m5.large",
    "alice",
    "b*e",
    "b?ue",
    "été",
    "ÉTÉ",
    "a.c",
    "abc",
    "$",
    "https",
    "bucket-owner-full-control",
];

const TAGS: &[&str] =
    &["blue", "Blue", "green", "", "", "b*e", "platform team", "${aws:username}", "été"];

const TEXT_PATTERNS: &[&str] = &[
    "blue",
    "Blue",
    "BLUE",
    "green",
    "111122223333",
    "444455556666",
    "o-a1b2c3d4e5",
    "home/alice",
    "User",
    "eu-central-1",
    "us-east-1",
    "m5.large",
    "alice",
    "b*e",
    "b?ue",
    "*",
    "?*",
    "eu-*",
    "*alice*",
    "home/*",
    "été",
    "Été",
    "a.c",
    "",
    "m5.*",
    "b${*}e",
    "b${?}ue",
    "${$}",
    "${aws:username}",
    "home/${aws:username}",
    "home/${aws:username}/*",
    "${aws:PrincipalTag/team}",
    "${aws:ResourceTag/team}",
    "${aws:PrincipalAccount}",
    "${aws:PrincipalTag/team, 'blue'}",
    "${aws:PrincipalTag/absent, 'green'}",
    "${aws:PrincipalTag/absent}",
    "${aws:TagKeys}",
    "${aws:PrincipalTag/absent, ''}",
    "${aws:PrincipalTag/absent, 'b, e'}",
    "x${aws:username",
];

const ARNS: &[&str] = &[
    "arn:aws:iam::111122223333:role/app/Deployer",
    "arn:aws:iam::111122223333:role/Reader",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::444455556666:role/Reader",
    "arn:aws:s3:::reports",
    "arn:aws:sns:us-east-1:111122223333:topic",
    "arn:aws:lambda:us-east-1:111122223333:function:resize:live",
    "arn:aws:iam::aws:policy/ReadOnly",
    "reports",
    "arn:aws:s3",
];

const ARN_PATTERNS: &[&str] = &[
    "arn:aws:iam::111122223333:role/app/Deployer",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111122223333:user/alice",
    "arn:*:iam::*:*",
    "arn:aws:iam::111122223333:*",
    "arn:aws:*:*:111122223333:*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::rep?rts",
    "arn:aws:lambda:us-east-1:111122223333:function:*",
    "arn:aws:iam::444455556666:role/Reader",
    "arn:aws:iam::${aws:PrincipalAccount}:role/Reader",
    "arn:aws:iam::111122223333:user/${aws:username}",
    "${aws:PrincipalArn}",
    "arn:aws:iam::aws:policy/*",
    "arn:aws:iam::111122223333",
    "*",
    "reports",
    "arn:aws:iam::111122223333:user/${aws:PrincipalTag/absent}",
];

const NETWORKS: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "203.0.113.7/32",
    "10.0.0.0/8",
    "10.1.2.3/8",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:db8::1",
    "2001:DB8:0:0::1",
    "::/0",
    "2001:db8::1/128",
    "198.51.100.0/25",
    "::ffff:203.0.113.0/120",
    "203.0.113.0/33",
    "example",
];

const ADDRESSES: &[&str] = &[
    "203.0.113.7",
    "203.0.113.8",
    "10.200.0.1",
    "198.51.100.130",
    "198.51.100.1",
    "2001:db8::1",
    "2001:db8:0:0:0:0:0:1",
    "2001:db8:ffff::2",
    "fe80::1",
    "::ffff:203.0.113.7",
    "vpce",
    "0.0.0.0",
];

const BYTES: &[&str] = &["aGVsbG8=", "aGVsbG8", "/+8=", "_-8=", "", "Zm9v", "Zm9="];

/// Numbers as they are written, with their places in the order of numbers; those
/// without a place are none.
///
/// Spec: UG:reference_policies_elements_condition_operators, integers and decimals.
pub const NUMBERS: &[(&str, Option<i32>)] = &[
    ("-5", Some(0)),
    ("0", Some(1)),
    ("0.0", Some(1)),
    ("0.5", Some(2)),
    ("1", Some(3)),
    ("1.0", Some(3)),
    ("01", Some(3)),
    ("10", Some(4)),
    ("10.5", Some(5)),
    ("3600", Some(6)),
    ("3600.0", Some(6)),
    ("9007199254740992", Some(7)),
    ("9007199254740993", Some(8)),
    ("10 minutes", None),
    ("10x", None),
    ("1e3", None),
    ("0x10", None),
    ("1,5", None),
    ("10.5.1", None),
    ("ten", None),
    ("", None),
];

const NUMBERS_WRITTEN: &[&str] = &[
    "-5",
    "0",
    "0.0",
    "0.5",
    "1",
    "1.0",
    "01",
    "10",
    "10",
    "10.5",
    "3600",
    "3600",
    "3600.0",
    "9007199254740992",
    "9007199254740993",
    "10 minutes",
    "10x",
    "1e3",
    "0x10",
    "1,5",
    "10.5.1",
    "ten",
    "",
];

/// Dates as they are written, with the seconds of the epoch; those without are none.
///
/// Spec: UG:reference_policies_elements_condition_operators, the W3C's profile of ISO
/// 8601 or seconds of the epoch.
pub const DATES: &[(&str, Option<i64>)] = &[
    ("2026-01-01T00:00:00Z", Some(1_767_225_600)),
    ("2026-01-01", Some(1_767_225_600)),
    ("2026-01", Some(1_767_225_600)),
    ("2026", Some(1_767_225_600)),
    ("1767225600", Some(1_767_225_600)),
    ("2026-01-01T01:00:00+01:00", Some(1_767_225_600)),
    ("2026-01-01T00:00Z", Some(1_767_225_600)),
    ("2026-06-15T12:30:00Z", Some(1_781_526_600)),
    ("1781526600", Some(1_781_526_600)),
    ("2020-02-29T23:59:59.5Z", Some(1_583_020_799)),
    ("2027-12-31T00:00:00Z", Some(1_830_211_200)),
    ("January 1, 2026", None),
    ("2026/01/01", None),
    ("2026-13-01", None),
    ("tomorrow", None),
    ("", None),
];

// IAM refuses documents with what is no date.
const DATES_WANTED: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "2026-01",
    "2026",
    "1767225600",
    "2026-01-01T01:00:00+01:00",
    "2026-01-01T00:00Z",
    "2026-06-15T12:30:00Z",
    "2026-06-15T12:30:00Z",
    "1781526600",
    "2020-02-29T23:59:59.5Z",
    "2027-12-31T00:00:00Z",
];

const DATES_GIVEN: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "2026",
    "1767225600",
    "2026-01-01T01:00:00+01:00",
    "2026-06-15T12:30:00Z",
    "2026-06-15T12:30:00Z",
    "1781526600",
    "2020-02-29T23:59:59.5Z",
    "2027-12-31T00:00:00Z",
    "January 1, 2026",
    "2026/01/01",
    "2026-13-01",
    "tomorrow",
    "",
];
