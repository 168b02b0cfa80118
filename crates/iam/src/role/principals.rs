//! Who a trust policy names, and where to look for them.

use std::collections::BTreeSet;

use stead_directory::{Draft, PrincipalLookup, PrincipalStatus, Quota, Snapshot};
use stead_policy::{DocumentKind, PolicyText, parse};
use stead_service::Call;
use stead_types::{AccountId, Arn, UniqueId};

/// Users and roles as a trust policy may name them: those of the caller's account as
/// the work has left it so far, and those of the accounts that were loaded.
#[derive(Debug)]
pub(crate) struct Principals<'a> {
    own: Snapshot,
    call: &'a Call<'a>,
}

impl<'a> Principals<'a> {
    pub(crate) fn new(call: &'a Call<'a>, draft: &Draft) -> Self {
        Self { own: draft.snapshot().clone(), call }
    }
}

impl PrincipalLookup for Principals<'_> {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        match arn.account() {
            Some(account) if account == self.own.account() => self.own.lookup(arn),
            _ => self.call.lookup(arn),
        }
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        let foreign = || {
            // The call knows the account as it was before the work: what has been
            // deleted since must not be found there.
            let found = self.call.arn_of(id);
            found.filter(|arn| arn.account() != Some(self.own.account()))
        };
        self.own.arn_of(id).or_else(foreign)
    }
}

/// The accounts, besides the caller's own, whose users and roles a document names.
///
/// Empty for a document that is refused whatever they hold: one that is malformed,
/// or larger than a trust policy may be. That also bounds how many there can be, to
/// about sixty.
pub(super) fn accounts_named(document: &str, own: AccountId) -> BTreeSet<AccountId> {
    let text = PolicyText::from(document);
    if text.counted_characters() > Quota::TrustPolicySize.max() {
        return BTreeSet::new();
    }
    let Some(policy) = parse(document, DocumentKind::Trust).policy else {
        return BTreeSet::new();
    };
    let account = |principal: &str| {
        let arn: Arn = principal.parse().ok()?;
        let is_entity = arn.resource_of("user").or_else(|| arn.resource_of("role")).is_some();
        arn.account().filter(|account| is_entity && *account != own)
    };
    policy.aws_principals().filter_map(|(_, principal)| account(principal)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(principals: &str) -> String {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                "Principal": {{"AWS": {principals}}}, "Action": "sts:AssumeRole"}}}}"#
        )
    }

    #[test]
    fn only_accounts_whose_users_or_roles_are_named_are_needed() {
        let own: AccountId = "111122223333".parse().unwrap();
        for (principals, accounts) in [
            (r#""arn:aws:iam::444455556666:user/Bob""#, &["444455556666"][..]),
            (
                r#"["arn:aws:iam::444455556666:role/p/R", "arn:aws:iam::777788889999:user/U"]"#,
                &["444455556666", "777788889999"],
            ),
            (r#""arn:aws:iam::111122223333:user/Alice""#, &[]),
            (r#""arn:aws:iam::444455556666:root""#, &[]),
            (r#""444455556666""#, &[]),
            (r#""*""#, &[]),
        ] {
            let named = accounts_named(&trust(principals), own);
            let named: Vec<String> = named.iter().map(ToString::to_string).collect();
            assert_eq!(named, accounts, "{principals}");
        }
    }

    #[test]
    fn documents_that_are_refused_anyway_need_no_account() {
        let own: AccountId = "111122223333".parse().unwrap();
        let bob = r#""arn:aws:iam::444455556666:user/Bob""#;
        let many = format!("[{}]", vec![bob; 60].join(","));
        assert!(accounts_named(&trust(&many), own).is_empty());
        assert!(accounts_named("{", own).is_empty());
        assert!(accounts_named(&trust(bob).replace("sts:AssumeRole", "s3:*"), own).is_empty());
    }
}
