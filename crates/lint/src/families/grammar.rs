//! What the grammar of policies refuses, and what `stead-policy` finds beside it.
//!
//! Code, place and message are those of its diagnostics; here is what there is to say of
//! each.

use stead_policy::{Condition, Diagnostic, DiagnosticCode as Code, DocumentKind};

use crate::{Example, Finding, Rule, Severity};

/// A diagnostic of the parser as a finding.
pub(crate) fn finding(diagnostic: &Diagnostic) -> Finding {
    let severity = match diagnostic.severity {
        stead_policy::Severity::Error => Severity::Error,
        stead_policy::Severity::Warning => Severity::Warning,
    };
    let rule = rule_of(diagnostic.code);
    let finding = Finding::new(rule, diagnostic.span, diagnostic.message.clone());
    Finding { help: diagnostic.help.clone(), ..finding.severity(severity) }
}

/// The parser's finding about keys with several values, for keys that only the catalogue
/// knows to be such.
pub(super) fn missing_quantifier(condition: &Condition) -> Finding {
    let message = format!(
        "`{}` has several values, which a plain operator never matches",
        condition.key.value
    );
    Finding::new(&MISSING_QUANTIFIER, condition.operator.span, message)
        .help("prefix the operator with `ForAnyValue:` or `ForAllValues:`")
}

/// Every rule of this family.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    Code::ALL.into_iter().map(rule_of)
}

const fn rule_of(code: Code) -> &'static Rule {
    match code {
        Code::InvalidJson => &INVALID_JSON,
        Code::TooLarge => &TOO_LARGE,
        Code::DuplicateKey => &DUPLICATE_KEY,
        Code::WrongType => &WRONG_TYPE,
        Code::UnknownField => &UNKNOWN_FIELD,
        Code::ProhibitedField => &PROHIBITED_FIELD,
        Code::MissingField => &MISSING_FIELD,
        Code::ConflictingFields => &CONFLICTING_FIELDS,
        Code::InvalidVersion => &INVALID_VERSION,
        Code::InvalidEffect => &INVALID_EFFECT,
        Code::DuplicateSid => &DUPLICATE_SID,
        Code::InvalidSid => &INVALID_SID,
        Code::InvalidPrincipal => &INVALID_PRINCIPAL,
        Code::InvalidAction => &INVALID_ACTION,
        Code::ProhibitedAction => &PROHIBITED_ACTION,
        Code::InvalidResource => &INVALID_RESOURCE,
        Code::MalformedArn => &MALFORMED_ARN,
        Code::UnknownOperator => &UNKNOWN_OPERATOR,
        Code::InvalidDate => &INVALID_DATE,
        Code::MissingClaim => &MISSING_CLAIM,
        Code::UselessValue => &USELESS_VALUE,
        Code::MissingQuantifier => &MISSING_QUANTIFIER,
        Code::ForAllValuesAllow => &FOR_ALL_VALUES_ALLOW,
        Code::MultiFactorGap => &MULTI_FACTOR_GAP,
        Code::NotPrincipalDeny => &NOT_PRINCIPAL_DENY,
        Code::LiteralVariable => &LITERAL_VARIABLE,
        Code::MisplacedVariable => &MISPLACED_VARIABLE,
        Code::UsersOnly => &USERS_ONLY,
    }
}

static INVALID_JSON: Rule = Rule {
    code: Code::InvalidJson.name(),
    severity: Severity::Error,
    title: "the text is not JSON",
    text: "Policies are strict JSON: no comments, no trailing commas, no second document behind the first.",
    fixable: false,
    shown: Example::new(DocumentKind::Identity, r#"{"Version": "2012-10-17", "Statement": [],}"#),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static TOO_LARGE: Rule = Rule {
    code: Code::TooLarge.name(),
    severity: Severity::Error,
    title: "the document is larger than what is read",
    text: "It has more bytes, levels, statements or values than any policy that AWS stores. Split it.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static DUPLICATE_KEY: Rule = Rule {
    code: Code::DuplicateKey.name(),
    severity: Severity::Error,
    title: "a name occurs twice in one object",
    text: "Parsers differ in which of the two they keep, so nobody can tell what is meant. Put the values into one array, or use two statements.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Action": "s3:PutObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}"#,
    ),
};

static WRONG_TYPE: Rule = Rule {
    code: Code::WrongType.name(),
    severity: Severity::Error,
    title: "a value has the wrong JSON type",
    text: "Elements are strings, arrays of strings or objects, as the grammar of policies says.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": 7, "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static UNKNOWN_FIELD: Rule = Rule {
    code: Code::UnknownField.name(),
    severity: Severity::Error,
    title: "there is no element of this name",
    text: "Names of elements are written with exactly these capitals: `Action`, not `action` or `Actions`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Actions": "s3:GetObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static PROHIBITED_FIELD: Rule = Rule {
    code: Code::ProhibitedField.name(),
    severity: Severity::Error,
    title: "this kind of document cannot have the element",
    text: "Identity policies have no principals, trust policies no resources, and `NotPrincipal` goes with `Deny` in resource policies only: with `Allow` it would let everybody else in.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Resource,
        r#"{"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Resource,
        r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static MISSING_FIELD: Rule = Rule {
    code: Code::MissingField.name(),
    severity: Severity::Error,
    title: "an element is missing",
    text: "A statement says its effect, its actions and, as the kind of document wants it, its resources or principals.",
    fixable: false,
    shown: Example::new(DocumentKind::Identity, r#"{"Effect": "Allow", "Action": "s3:GetObject"}"#),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static CONFLICTING_FIELDS: Rule = Rule {
    code: Code::ConflictingFields.name(),
    severity: Severity::Error,
    title: "two elements exclude each other",
    text: "A statement says which actions, resources or principals it is for, or which it is not for.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "NotAction": "s3:PutObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static INVALID_VERSION: Rule = Rule {
    code: Code::InvalidVersion.name(),
    severity: Severity::Error,
    title: "the version is not one of the language",
    text: "`2012-10-17` is the present one, `2008-10-17` the one before. Other dates are no versions.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Version": "2026-11-23", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static INVALID_EFFECT: Rule = Rule {
    code: Code::InvalidEffect.name(),
    severity: Severity::Error,
    title: "the effect is neither Allow nor Deny",
    text: "The two words are written with exactly these capitals.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static DUPLICATE_SID: Rule = Rule {
    code: Code::DuplicateSid.name(),
    severity: Severity::Error,
    title: "two statements have one Sid",
    text: "Rename one of them, or leave it out.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"[{"Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, {"Sid": "A", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"[{"Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, {"Sid": "B", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]"#,
    ),
};

static INVALID_SID: Rule = Rule {
    code: Code::InvalidSid.name(),
    severity: Severity::Error,
    title: "a Sid has characters that it cannot have",
    text: "In policies that IAM stores it has letters and digits only.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Sid": "read-only", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Sid": "ReadOnly", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static INVALID_PRINCIPAL: Rule = Rule {
    code: Code::InvalidPrincipal.name(),
    severity: Severity::Error,
    title: "this cannot be a principal",
    text: "A principal is an account, user, role, session, service or provider, written in full. Groups are none, and no wildcard stands for part of a name.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}, "Action": "sts:AssumeRole"}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole"}"#,
    ),
};

static INVALID_ACTION: Rule = Rule {
    code: Code::InvalidAction.name(),
    severity: Severity::Error,
    title: "this is not an action",
    text: "An action is a service prefix, a colon and a name.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static PROHIBITED_ACTION: Rule = Rule {
    code: Code::ProhibitedAction.name(),
    severity: Severity::Error,
    title: "this kind of document cannot have the action",
    text: "A trust policy names the actions of STS that assume a role, each as it is spelt: no `sts:*`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole"}"#,
    ),
};

static INVALID_RESOURCE: Rule = Rule {
    code: Code::InvalidResource.name(),
    severity: Severity::Error,
    title: "this is not a resource",
    text: "A resource is `*` or an ARN with a known partition and a service.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "reports/*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}"#,
    ),
};

static MALFORMED_ARN: Rule = Rule {
    code: Code::MalformedArn.name(),
    severity: Severity::Error,
    title: "a component of the ARN is missing",
    text: "The parser that AWS had before still reads every policy, and stumbles over this ARN.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3::reports/*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}"#,
    ),
};

static UNKNOWN_OPERATOR: Rule = Rule {
    code: Code::UnknownOperator.name(),
    severity: Severity::Error,
    title: "there is no such condition operator",
    text: "Operators have a base (`StringEquals`), perhaps a quantifier before it (`ForAnyValue:`) and `IfExists` behind it.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringMatches": {"aws:username": "a*"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"aws:username": "a*"}}}"#,
    ),
};

static INVALID_DATE: Rule = Rule {
    code: Code::InvalidDate.name(),
    severity: Severity::Error,
    title: "this is not a date",
    text: "Write `2026-03-01T12:00:00Z`, or seconds of the epoch.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2099-03-01T12:00:00Z"}}}"#,
    ),
};

static MISSING_CLAIM: Rule = Rule {
    code: Code::MissingClaim.name(),
    severity: Severity::Error,
    title: "a shared provider is trusted as a whole",
    text: "Many organizations share this issuer of tokens, and IAM refuses a trust policy that does not ask which of them is meant. Policies from before this check still stand, and let everybody in who has an account there.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": "repo:octo-org/app:ref:refs/heads/main"}}}"#,
    ),
};

static USELESS_VALUE: Rule = Rule {
    code: Code::UselessValue.name(),
    severity: Severity::Warning,
    title: "a condition value can never match",
    text: "The operator expects a number, a date, an address, `true` or `false`, or an ARN, and the value is none.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/33"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#,
    ),
};

static MISSING_QUANTIFIER: Rule = Rule {
    code: Code::MissingQuantifier.name(),
    severity: Severity::Warning,
    title: "a key with several values without a quantifier",
    text: "A plain operator never matches a key that can have several values. In a Deny that means that nothing is denied.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"StringEquals": {"aws:TagKeys": "team"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}"#,
    ),
};

static FOR_ALL_VALUES_ALLOW: Rule = Rule {
    code: Code::ForAllValuesAllow.name(),
    severity: Severity::Warning,
    title: "ForAllValues in an Allow, without the key being asked for",
    text: "`ForAllValues` holds for a request that does not have the key at all. Beside a `Null` condition with `false` on the same key it does not.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"}}}"#,
    ),
};

static MULTI_FACTOR_GAP: Rule = Rule {
    code: Code::MultiFactorGap.name(),
    severity: Severity::Warning,
    title: "long-term access keys slip past the condition",
    text: "`aws:MultiFactorAuthPresent` is absent for long-term keys: a Deny needs `BoolIfExists` with `false`, an Allow `Bool` with `true`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}"#,
    ),
};

static NOT_PRINCIPAL_DENY: Rule = Rule {
    code: Code::NotPrincipalDeny.name(),
    severity: Severity::Warning,
    title: "NotPrincipal in a Deny",
    text: "It also denies the listed principals who have a permissions boundary, and sessions of listed roles that are not listed themselves. Deny `*` and except principals by a condition on `aws:PrincipalArn`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Resource,
        r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Resource,
        r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ci"}}}"#,
    ),
};

static LITERAL_VARIABLE: Rule = Rule {
    code: Code::LiteralVariable.name(),
    severity: Severity::Warning,
    title: "a variable in a document of the older version",
    text: "In version 2008-10-17, which is also meant where none is written, `${aws:username}` is text. Write version 2012-10-17.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:username}/*"}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:username}/*"}"#,
    ),
};

static MISPLACED_VARIABLE: Rule = Rule {
    code: Code::MisplacedVariable.name(),
    severity: Severity::Warning,
    title: "a variable where there are none",
    text: "Variables stand behind the fifth colon of a resource and in values of conditions; elsewhere they are text.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::${aws:PrincipalAccount}:user/x"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"}"#,
    ),
};

static USERS_ONLY: Rule = Rule {
    code: Code::UsersOnly.name(),
    severity: Severity::Warning,
    title: "a trust policy asks for what only users have",
    text: "Only requests of users have `aws:username`: roles and federated callers are kept out. Use `aws:userid` or a tag, unless that is meant.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole", "Condition": {"StringLike": {"sts:RoleSessionName": "${aws:username}"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole", "Condition": {"StringLike": {"sts:RoleSessionName": "${aws:userid}"}}}"#,
    ),
};
