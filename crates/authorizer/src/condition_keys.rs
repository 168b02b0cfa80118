use std::fmt::Write as _;

/// A global condition key and when a request carries it.
#[derive(Clone, Copy, Debug)]
pub struct ConditionKey {
    /// The name as AWS spells it; a trailing `/${TagKey}` stands for one key per tag.
    pub name: &'static str,
    /// Whether a request can give it several values.
    pub multiplicity: Multiplicity,
    /// When it is in the request context.
    pub present: &'static str,
}

/// How many values a request can give a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplicity {
    /// Exactly one when present.
    Single,
    /// Any number; conditions need a set operator.
    Multi,
}

const fn single(name: &'static str, present: &'static str) -> ConditionKey {
    ConditionKey { name, multiplicity: Multiplicity::Single, present }
}

const fn multi(name: &'static str, present: &'static str) -> ConditionKey {
    ConditionKey { name, multiplicity: Multiplicity::Multi, present }
}

/// Every global condition key AWS documents that has a meaning here, in order of name.
///
/// Spec: UG:reference_policies_condition-keys, "Availability" of each key. A key that
/// the list calls absent never matches a positive operator.
pub const CONDITION_KEYS: &[ConditionKey] = &[
    single("aws:AssumedRoot", "Sessions of AssumeRoot, `true`; absent for everybody else."),
    single("aws:CalledViaFirst", "Absent: no service calls another on a caller's behalf here."),
    single("aws:CalledViaLast", "Absent: no service calls another on a caller's behalf here."),
    multi("aws:CalledVia", "Absent: no service calls another on a caller's behalf here."),
    single("aws:CurrentTime", "Always: the server's clock, ISO 8601 in UTC."),
    single("aws:EpochTime", "Always: the server's clock, in seconds."),
    single("aws:FederatedProvider", "Sessions that came from a web identity or SAML provider."),
    single(
        "aws:MultiFactorAuthAge",
        "Sessions of GetSessionToken made with MFA, and AssumeRole calls that pass a code: seconds since the code was checked.",
    ),
    single(
        "aws:MultiFactorAuthPresent",
        "Temporary credentials, and AssumeRole calls that pass a code. Absent for long-term keys.",
    ),
    single(
        "aws:PrincipalAccount",
        "Every signed request; of a web identity or SAML assertion the account of its provider.",
    ),
    single(
        "aws:PrincipalArn",
        "Every signed request; a role session shows its role's ARN, with the path.",
    ),
    single("aws:PrincipalIsAWSService", "Always: `true` for a registered service, else `false`."),
    single(
        "aws:PrincipalOrgID",
        "Signed requests from an account that belongs to an organization.",
    ),
    multi("aws:PrincipalOrgPaths", "As aws:PrincipalOrgID: the path of the caller's account."),
    single("aws:PrincipalServiceName", "Requests that a registered service signs: its name."),
    multi("aws:PrincipalServiceNamesList", "As aws:PrincipalServiceName."),
    single(
        "aws:PrincipalTag/${TagKey}",
        "One per tag of the user or role; session tags take precedence.",
    ),
    single(
        "aws:PrincipalType",
        "Every signed request: `Account`, `User`, `AssumedRole` or `FederatedUser`; `User` for a web identity or SAML assertion.",
    ),
    single("aws:Referer", "Requests with a Referer header."),
    single("aws:RequestTag/${TagKey}", "One per tag the request passes."),
    single("aws:RequestedRegion", "Always: the region the request was signed for."),
    single("aws:ResourceAccount", "Every action on a resource: the account that owns it."),
    single(
        "aws:ResourceOrgID",
        "Every action on a resource whose account belongs to an organization.",
    ),
    multi("aws:ResourceOrgPaths", "As aws:ResourceOrgID: the path of the resource's account."),
    single("aws:ResourceTag/${TagKey}", "One per tag of the resource, where it exists."),
    single("aws:SecureTransport", "Always: whether the client's connection is encrypted."),
    single(
        "aws:SourceAccount",
        "Requests of a registered service that names the account on whose behalf it calls.",
    ),
    single(
        "aws:SourceArn",
        "Requests of a registered service that names the resource on whose behalf it calls.",
    ),
    single(
        "aws:SourceIdentity",
        "Sessions that were given a source identity, and all chained from them.",
    ),
    single("aws:SourceIp", "Always: the client's address."),
    single(
        "aws:SourceOrgID",
        "As aws:SourceAccount, where that account belongs to an organization of this server.",
    ),
    multi("aws:SourceOrgPaths", "As aws:SourceOrgID: the path of that account."),
    multi("aws:TagKeys", "Requests that pass tags or tag keys: every key."),
    single("aws:TokenIssueTime", "Temporary credentials: when they were issued."),
    single("aws:UserAgent", "Requests with a User-Agent header."),
    single("aws:ViaAWSService", "Always, `false`."),
    single(
        "aws:userid",
        "Every signed request: the unique id, with the session name for a role session; the provider for a web identity or SAML assertion.",
    ),
    single("aws:username", "IAM users only, also with the credentials of GetSessionToken."),
];

/// The page `docs/condition-keys.md`, rendered from [`CONDITION_KEYS`].
#[must_use]
pub fn reference_page() -> String {
    let mut page = String::from(
        "# Global condition keys\n\n\
         Generated from `crates/authorizer/src/condition_keys.rs`; a test compares the two.\n\
         Keys that an operation adds (`sts:ExternalId`, `iam:PolicyARN`, ...) are named where the operation asks.\n\n\
         | key | values | present |\n|---|---|---|\n",
    );
    for key in CONDITION_KEYS {
        let values = match key.multiplicity {
            Multiplicity::Single => "one",
            Multiplicity::Multi => "many",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| `{}` | {values} | {} |", key.name, key.present);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/condition-keys.md");
        if option_env!("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, reference_page()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), reference_page());
    }

    #[test]
    fn keys_are_listed_once() {
        let mut names: Vec<_> = CONDITION_KEYS.iter().map(|key| key.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CONDITION_KEYS.len());
    }
}
