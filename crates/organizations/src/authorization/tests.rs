use stead_api::{Operation, implemented_organizations};

/// The operations that have a row and those that are built are the same: another would not
/// compile.
#[test]
fn every_operation_has_its_own_action() {
    macro_rules! actions {
        ([] $($operation:ident,)+) => { [$(stead_api::organizations::$operation::ACTION),+] };
    }
    let actions = implemented_organizations!(actions);
    assert!(actions.iter().all(|action| action.starts_with("organizations:")));
    let mut unique = actions.to_vec();
    unique.dedup();
    assert_eq!(unique.len(), actions.len());
}
