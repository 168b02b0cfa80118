//! Trust between accounts.

use serde_json::{Value, json};

use super::audit_of;
use crate::access::accounts::{
    Account, HERE, THERE, assume, role, role_arn, trust, trust_if, user,
};

/// The findings about trust between accounts: severity and rule.
fn of(trust: &Value, there: Option<Account>) -> Vec<String> {
    let here = Account { roles: vec![role(HERE, "app", trust, &[])], ..Account::default() };
    let accounts = std::iter::once((HERE, here)).chain(there.map(|account| (THERE, account)));
    let audit = audit_of(&accounts.collect::<Vec<_>>());
    let rules = ["cross-account-trust", "no-external-id", "trust-everybody"];
    let found = audit.findings.iter().filter(|it| rules.contains(&it.rule.code));
    found.map(|it| format!("{} {}", it.severity.as_str(), it.rule.code)).collect()
}

const LISTED: &str = "informational cross-account-trust";

#[test]
fn an_account_that_is_not_in_view_is_asked_for_an_external_id() {
    let account = || json!({"AWS": THERE});
    assert_eq!(of(&trust(account()), None), ["medium no-external-id", LISTED]);
    let role = json!({"AWS": role_arn(THERE, "x")});
    assert_eq!(of(&trust(role), None), ["medium no-external-id", LISTED]);
    let external = json!({"StringEquals": {"sts:ExternalId": "secret"}});
    assert_eq!(of(&trust_if(account(), external), None), [LISTED]);
    let organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}});
    assert_eq!(of(&trust_if(account(), organization), None), [LISTED]);
    // No external id is like this: nobody is said to be able, and it is listed all the same.
    let impossible = json!({"StringEquals": {"sts:ExternalId": "<>"}});
    assert_eq!(of(&trust_if(account(), impossible), None), [LISTED]);
    let own = json!({"AWS": format!("arn:aws:iam::{HERE}:root")});
    assert_eq!(of(&trust(own), None), [""; 0]);
}

#[test]
fn of_an_account_in_view_those_are_listed_who_can() {
    let both = trust(json!({"AWS": THERE}));
    let able = user(THERE, "ann", &[assume(&role_arn(HERE, "app"))]);
    let there = Account { users: vec![able], ..Account::default() };
    assert_eq!(of(&both, Some(there)), [LISTED]);
    let there = Account { users: vec![user(THERE, "ann", &[])], ..Account::default() };
    assert_eq!(of(&both, Some(there)), [""; 0]);
}

#[test]
fn everybody_is_worst_without_conditions() {
    assert_eq!(of(&trust(json!("*")), None), ["critical trust-everybody", LISTED]);
    let external = json!({"StringEquals": {"sts:ExternalId": "secret"}});
    assert_eq!(of(&trust_if(json!("*"), external), None), ["high trust-everybody", LISTED]);
    let organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}});
    assert_eq!(of(&trust_if(json!("*"), organization), None), [LISTED]);
}
