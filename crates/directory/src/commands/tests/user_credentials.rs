//! SSH public keys, signing certificates, and credentials for single services.

use std::sync::Arc;

use stead_types::{CredentialId, CredentialIdKind};

use crate::commands::service_credential::{self, NewServiceCredential, free_alias};
use crate::commands::signing_certificate::{self, NewSigningCertificate};
use crate::commands::{ssh_public_key, user};
use crate::entity::{CredentialService, KeyStatus, ServiceCredential, SshPublicKey};
use crate::testing::{Fixture, missing, name, now, secret};
use crate::{DeleteConflict, DirectoryError, EntityKind, Quota};

fn create(
    fixture: &mut Fixture,
    user: &str,
    service: CredentialService,
) -> Result<Arc<ServiceCredential>, DirectoryError> {
    let found = fixture.snapshot().user_by_name(user).cloned();
    let alias = found.map(|user| free_alias(fixture.snapshot(), &user, service));
    let new = NewServiceCredential {
        id: CredentialId::generate(CredentialIdKind::ServiceSpecific, &mut fixture.entropy),
        service,
        alias: alias.unwrap_or_default(),
        expires_at: None,
        secret: secret(),
    };
    service_credential::create(&mut fixture.draft, &name(user), new, now())
}

fn upload(
    fixture: &mut Fixture,
    user: &str,
    blob: u8,
) -> Result<Arc<SshPublicKey>, DirectoryError> {
    let blob: Arc<[u8]> = [blob].into();
    ssh_public_key::upload(&mut fixture.draft, &name(user), blob, now(), &mut fixture.entropy)
}

#[test]
fn a_user_has_two_credentials_for_a_service_each_with_a_name_of_its_own() {
    let mut fixture = Fixture::new();
    fixture.user("Ann");
    let first = create(&mut fixture, "ann", CredentialService::CodeCommit).unwrap();
    let second = create(&mut fixture, "ANN", CredentialService::CodeCommit).unwrap();
    assert_eq!((&*first.alias, &*second.alias), ("Ann-at-111122223333", "Ann+1-at-111122223333"));
    let full = DirectoryError::LimitExceeded(Quota::ServiceCredentialsPerUser);
    let third = create(&mut fixture, "Ann", CredentialService::CodeCommit).unwrap_err();
    assert_eq!(third, full);
    let other = create(&mut fixture, "Ann", CredentialService::Bedrock).unwrap();
    assert_eq!(&*other.alias, "Ann-at-111122223333");
    service_credential::delete(&mut fixture.draft, &name("Ann"), &first.id).unwrap();
    let again = create(&mut fixture, "Ann", CredentialService::CodeCommit).unwrap();
    assert_eq!(again.alias, first.alias);
}

#[test]
fn another_secret_changes_nothing_else() {
    let mut fixture = Fixture::new();
    fixture.user("Ann");
    let made = create(&mut fixture, "Ann", CredentialService::Logs).unwrap();
    let draft = &mut fixture.draft;
    service_credential::set_status(draft, &name("Ann"), &made.id, KeyStatus::Inactive).unwrap();
    let other = crate::entity::WrappedSecret::new([9]);
    let reset = service_credential::reset(draft, &name("Ann"), &made.id, other.clone()).unwrap();
    assert_eq!((reset.secret.clone(), reset.status), (other, KeyStatus::Inactive));
    assert_eq!((&reset.alias, reset.created_at), (&made.alias, made.created_at));
}

#[test]
fn a_user_has_a_key_once_and_five_at_most() {
    let mut fixture = Fixture::new();
    fixture.user("Ann");
    fixture.user("Bob");
    upload(&mut fixture, "Ann", 0).unwrap();
    let again = upload(&mut fixture, "ann", 0).unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::SshPublicKey, "Ann"));
    upload(&mut fixture, "Bob", 0).unwrap();
    for blob in 1..5 {
        upload(&mut fixture, "Ann", blob).unwrap();
    }
    let more = upload(&mut fixture, "Ann", 9).unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::SshPublicKeysPerUser));
}

#[test]
fn what_is_of_somebody_else_is_unknown() {
    let mut fixture = Fixture::new();
    fixture.user("Ann");
    fixture.user("Bob");
    let held = create(&mut fixture, "Ann", CredentialService::Cassandra).unwrap().id.clone();
    let key = upload(&mut fixture, "Ann", 0).unwrap().id.clone();
    let draft = &mut fixture.draft;
    let text = format!("User Bob does not have a service specific credential with id {held}");
    let unknown = missing(EntityKind::ServiceCredential, text);
    let bob = name("Bob");
    assert_eq!(service_credential::delete(draft, &bob, &held), Err(unknown.clone()));
    let status = service_credential::set_status(draft, &bob, &held, KeyStatus::Active);
    assert_eq!(status, Err(unknown.clone()));
    let reset = service_credential::reset(draft, &bob, &held, secret());
    assert_eq!(reset.unwrap_err(), unknown);
    let unknown = missing(EntityKind::SshPublicKey, &key);
    assert_eq!(ssh_public_key::delete(draft, &bob, &key), Err(unknown.clone()));
    let status = ssh_public_key::set_status(draft, &bob, &key, KeyStatus::Active);
    assert_eq!(status, Err(unknown));
    let no_user = missing(EntityKind::User, "Eve");
    assert_eq!(ssh_public_key::delete(draft, &name("Eve"), &key), Err(no_user.clone()));
    assert_eq!(service_credential::delete(draft, &name("Eve"), &held), Err(no_user));
}

#[test]
fn a_user_is_not_deleted_while_it_has_any() {
    let mut fixture = Fixture::new();
    fixture.user("Ann");
    let held = create(&mut fixture, "Ann", CredentialService::Cassandra).unwrap().id.clone();
    let key = upload(&mut fixture, "Ann", 0).unwrap().id.clone();
    let draft = &mut fixture.draft;
    let conflict = |conflict| Err(DirectoryError::DeleteConflict(conflict));
    assert_eq!(user::delete(draft, &name("Ann")), conflict(DeleteConflict::SshPublicKeys));
    ssh_public_key::delete(draft, &name("Ann"), &key).unwrap();
    assert_eq!(user::delete(draft, &name("Ann")), conflict(DeleteConflict::ServiceCredentials));
    service_credential::delete(draft, &name("Ann"), &held).unwrap();
    user::delete(draft, &name("Ann")).unwrap();
}

fn certify(fixture: &mut Fixture, user: &str, der: u8) -> Result<CredentialId, DirectoryError> {
    let new = NewSigningCertificate { body: "pem".into(), der: [der].into() };
    let (draft, entropy) = (&mut fixture.draft, &mut fixture.entropy);
    signing_certificate::upload(draft, &name(user), new, now(), entropy).map(|held| held.id.clone())
}

#[test]
fn a_user_has_two_certificates_and_no_two_users_the_same() {
    let mut fixture = Fixture::new();
    fixture.user("Ann");
    fixture.user("Bob");
    let first = certify(&mut fixture, "Ann", 1).unwrap();
    assert_eq!(certify(&mut fixture, "ANN", 1), Ok(first.clone()));
    let duplicate = DirectoryError::exists(EntityKind::SigningCertificate, "Bob");
    assert_eq!(certify(&mut fixture, "Bob", 1), Err(duplicate));
    certify(&mut fixture, "Ann", 2).unwrap();
    let full = DirectoryError::LimitExceeded(Quota::SigningCertificatesPerUser);
    assert_eq!(certify(&mut fixture, "Ann", 3), Err(full));
    let draft = &mut fixture.draft;
    let unknown = Err(missing(EntityKind::SigningCertificate, &first));
    assert_eq!(signing_certificate::delete(draft, &name("Bob"), &first), unknown);
    let status = signing_certificate::set_status(draft, &name("Bob"), &first, KeyStatus::Active);
    assert_eq!(status, unknown);
    let conflict = DirectoryError::DeleteConflict(DeleteConflict::SigningCertificates);
    assert_eq!(user::delete(draft, &name("Ann")), Err(conflict));
    signing_certificate::set_status(draft, &name("Ann"), &first, KeyStatus::Inactive).unwrap();
    assert_eq!(draft.snapshot().signing_certificate(&first).unwrap().status, KeyStatus::Inactive);
    signing_certificate::delete(draft, &name("Ann"), &first).unwrap();
    assert!(draft.snapshot().signing_certificate(&first).is_none());
    certify(&mut fixture, "Bob", 1).unwrap();
}
