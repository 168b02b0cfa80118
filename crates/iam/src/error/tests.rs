use super::*;

fn check(error: DirectoryError, code: &str, text: &str) {
    let error = api_error(error);
    assert_eq!((error.code().as_str(), error.message()), (code, text));
}

#[test]
fn missing_and_existing_things_are_named_as_recorded() {
    let name = "nonexistent-user".to_owned();
    check(
        DirectoryError::NoSuchEntity { kind: EntityKind::User, name },
        "NoSuchEntity",
        "The user with name nonexistent-user cannot be found.",
    );
    let name = "AKIAIOSFODNN7EXAMPLE".to_owned();
    check(
        DirectoryError::NoSuchEntity { kind: EntityKind::AccessKey, name },
        "NoSuchEntity",
        "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.",
    );
    let name = "ops".to_owned();
    check(
        DirectoryError::EntityAlreadyExists { kind: EntityKind::Group, name },
        "EntityAlreadyExists",
        "Group with name ops already exists.",
    );
}

#[test]
fn quotas_are_named_with_their_number() {
    check(
        DirectoryError::LimitExceeded(Quota::AccessKeysPerUser),
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    );
    check(
        DirectoryError::LimitExceeded(Quota::TagsPerResource),
        "LimitExceeded",
        "The number of tags has reached the maximum limit.",
    );
    let name = "Deploy".parse().unwrap();
    let error = for_holder(
        DirectoryError::LimitExceeded(Quota::RoleInlinePolicySize),
        PolicyHolder::Role(&name),
    );
    assert_eq!(error.message(), "Maximum policy size of 10240 bytes exceeded for role Deploy");
}

#[test]
fn an_unreadable_account_tells_the_caller_nothing() {
    let error = api_error(DirectoryError::AccountUnreadable);
    assert_eq!(error.code(), ErrorCode::InternalFailure);
    assert!(error.context().is_some());
}
