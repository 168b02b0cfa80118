//! Server certificates.

use crate::commands::server_certificate::{delete, update};
use crate::testing::{Fixture, account, arn, missing, name};
use crate::{DirectoryError, EntityKind, Quota};

#[test]
fn a_certificate_has_a_name_of_its_own_and_an_id_that_is_never_given_again() {
    let mut fixture = Fixture::new();
    let first = fixture.try_server_certificate("Web").unwrap();
    assert_eq!(first.arn(account()), arn("server-certificate/Web"));
    assert!(first.id.as_str().starts_with("ASCA"));
    let again = fixture.try_server_certificate("wEB").unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::ServerCertificate, "wEB"));
    delete(&mut fixture.draft, &name("WEB")).unwrap();
    assert_eq!(fixture.snapshot().server_certificate_count(), 0);
    let gone = missing(EntityKind::ServerCertificate, "Web");
    assert_eq!(delete(&mut fixture.draft, &name("Web")), Err(gone));
    assert_ne!(fixture.try_server_certificate("Web").unwrap().id, first.id);
}

#[test]
fn a_certificate_gets_another_name_and_path_and_stays_the_same() {
    let mut fixture = Fixture::new();
    let first = fixture.try_server_certificate("Web").unwrap();
    fixture.try_server_certificate("other").unwrap();
    let draft = &mut fixture.draft;
    let taken = DirectoryError::exists(EntityKind::ServerCertificate, "OTHER");
    assert_eq!(update(draft, &name("web"), Some(name("OTHER")), None), Err(taken));
    update(draft, &name("web"), Some(name("WEB")), None).unwrap();
    update(draft, &name("web"), Some(name("new")), Some(name("/cloudfront/a/"))).unwrap();
    let gone = missing(EntityKind::ServerCertificate, "web");
    assert_eq!(update(draft, &name("web"), None, None), Err(gone));
    update(draft, &name("new"), None, None).unwrap();
    let held = draft.snapshot().server_certificate_by_name("NEW").unwrap();
    assert_eq!(held.id, first.id);
    assert_eq!(held.arn(account()), arn("server-certificate/cloudfront/a/new"));
    let under = |prefix| draft.snapshot().server_certificates(prefix, None).count();
    assert_eq!((under("/"), under("/cloudfront/"), under("/b/")), (2, 1, 0));
}

#[test]
fn an_account_has_twenty_certificates_at_most() {
    let mut fixture = Fixture::new();
    for index in 0..20 {
        fixture.try_server_certificate(&format!("c{index}")).unwrap();
    }
    let more = fixture.try_server_certificate("more").unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::ServerCertificatesPerAccount));
}
