//! What the management account may do for the root users of member accounts.

use crate::organization::entity::RootFeature;
use crate::organization::{OrganizationDraft, OrganizationError};

/// The service that must be trusted.
///
/// Spec: Organizations User Guide, services-that-can-integrate-iam.
pub(in crate::organization) const IAM: &str = "iam.amazonaws.com";

/// Lets the management account use a feature; nothing where it may.
///
/// # Errors
/// IAM is not trusted.
pub fn enable(
    draft: &mut OrganizationDraft,
    feature: RootFeature,
) -> Result<(), OrganizationError> {
    expect_trust(draft)?;
    if !draft.organization().root().root_features.contains(&feature) {
        draft.edit_root(|root| {
            root.root_features.insert(feature);
        });
    }
    Ok(())
}

/// Lets it use the feature no more; nothing where it may not.
///
/// # Errors
/// IAM is not trusted.
pub fn disable(
    draft: &mut OrganizationDraft,
    feature: RootFeature,
) -> Result<(), OrganizationError> {
    expect_trust(draft)?;
    if draft.organization().root().root_features.contains(&feature) {
        draft.edit_root(|root| {
            root.root_features.remove(&feature);
        });
    }
    Ok(())
}

fn expect_trust(draft: &OrganizationDraft) -> Result<(), OrganizationError> {
    if draft.organization().trusts_iam() { Ok(()) } else { Err(OrganizationError::IamNotTrusted) }
}

#[cfg(test)]
mod tests {
    use stead_types::{AccountId, OrganizationId, RootId, RootTask};

    use super::*;
    use crate::organization::Organization;
    use crate::organization::commands::account::{self, NewAccount};
    use crate::organization::commands::{self, trusted_service};
    use crate::testing::{Counter, account as management, now};

    fn founded() -> (OrganizationDraft, AccountId) {
        let mut entropy = Counter::default();
        let (id, root) = (OrganizationId::generate(&mut entropy), RootId::generate(&mut entropy));
        let mut draft =
            commands::create(id, root, (management(), "main", "main@example.com"), now());
        let member = AccountId::from_number(42).unwrap();
        let new = NewAccount {
            account: member,
            name: "member".into(),
            email: "member@example.com".into(),
            role: "Enter".parse().unwrap(),
            tags: vec![],
        };
        let request = account::request(&mut draft, new, &mut entropy, now()).unwrap();
        account::complete(&mut draft, &request, now()).unwrap();
        (draft, member)
    }

    fn admitted(draft: &OrganizationDraft, account: AccountId) -> Vec<RootTask> {
        let tasks = RootTask::ALL.into_iter();
        tasks.filter(|task| draft.organization().admits_root_task(account, *task)).collect()
    }

    #[test]
    fn features_take_trust_in_iam_and_end_with_it() {
        let (mut draft, member) = founded();
        for feature in RootFeature::ALL {
            assert_eq!(enable(&mut draft, feature), Err(OrganizationError::IamNotTrusted));
            assert_eq!(disable(&mut draft, feature), Err(OrganizationError::IamNotTrusted));
        }
        trusted_service::enable(&mut draft, "sso.amazonaws.com", now());
        assert!(enable(&mut draft, RootFeature::Sessions).is_err());
        trusted_service::enable(&mut draft, IAM, now());
        assert_eq!(admitted(&draft, member), []);
        for feature in RootFeature::ALL {
            enable(&mut draft, feature).unwrap();
        }
        assert_eq!(admitted(&draft, member), RootTask::ALL);
        assert_eq!(admitted(&draft, management()), []);
        assert_eq!(admitted(&draft, AccountId::from_number(43).unwrap()), []);
        trusted_service::disable(&mut draft, "sso.amazonaws.com").unwrap();
        assert_eq!(admitted(&draft, member), RootTask::ALL);
        trusted_service::disable(&mut draft, IAM).unwrap();
        assert_eq!(admitted(&draft, member), []);
        trusted_service::enable(&mut draft, IAM, now());
        assert_eq!(admitted(&draft, member), []);
        assert!(draft.organization().root().root_features.is_empty());
    }

    #[test]
    fn each_feature_admits_its_tasks() {
        use RootTask::{
            AuditCredentials, CreatePassword, DeleteCredentials, UnlockBucket, UnlockQueue,
        };
        let (mut draft, member) = founded();
        trusted_service::enable(&mut draft, IAM, now());
        enable(&mut draft, RootFeature::CredentialsManagement).unwrap();
        assert_eq!(admitted(&draft, member), [AuditCredentials, DeleteCredentials]);
        disable(&mut draft, RootFeature::CredentialsManagement).unwrap();
        assert_eq!(admitted(&draft, member), []);
        enable(&mut draft, RootFeature::Sessions).unwrap();
        let rest = [AuditCredentials, CreatePassword, UnlockBucket, UnlockQueue];
        assert_eq!(admitted(&draft, member), rest);
        disable(&mut draft, RootFeature::CredentialsManagement).unwrap();
        assert_eq!(admitted(&draft, member), rest);
    }

    #[test]
    fn a_closed_member_is_left_alone() {
        let (mut draft, member) = founded();
        trusted_service::enable(&mut draft, IAM, now());
        enable(&mut draft, RootFeature::Sessions).unwrap();
        assert!(!admitted(&draft, member).is_empty());
        account::close(&mut draft, member).unwrap();
        assert_eq!(admitted(&draft, member), []);
    }

    #[test]
    fn features_are_stored_and_records_without_them_are_read() {
        let (mut draft, _) = founded();
        trusted_service::enable(&mut draft, IAM, now());
        let without = record(draft.clone());
        assert!(!without.contains("root_features"), "{without}");
        enable(&mut draft, RootFeature::Sessions).unwrap();
        let id = draft.organization().id().clone();
        let with = record(draft);
        let load = |body: &str| {
            let records = [("organization", 1, body)];
            Organization::load(id.clone(), records).0
        };
        assert_eq!(load(&without).unwrap().root().root_features.len(), 0);
        let read = load(&with).unwrap();
        let features: Vec<_> = read.root().root_features.iter().copied().collect();
        assert_eq!(features, [RootFeature::Sessions]);
        // One that a later version may know must not be lost on the next write.
        assert!(load(&with.replace("RootSessions", "RootOther")).is_none());
    }

    fn record(draft: OrganizationDraft) -> String {
        let changes = draft.into_parts().changes;
        let found = changes.into_iter().find(|change| change.key == "organization").unwrap();
        found.value.unwrap().body
    }
}
