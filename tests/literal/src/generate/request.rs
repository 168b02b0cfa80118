use stead_policy::{Caller, FederatedIssuer};

use super::alphabet::{ACTIONS, KEYS, OTHER, OWN, RESOURCES, ROLE_ACTIONS, ROLES, Sort, values};
use super::choices::{Choices, pick, pick_common};
use crate::literal::{Given, Keys, Question};

/// The request around which documents are made.
#[derive(Clone, Debug)]
pub struct Focus {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) caller: Caller,
    account: Option<String>,
    keys: Keys,
}

impl Focus {
    pub(super) fn of_choices(choices: &mut dyn Choices) -> Self {
        let about_role = choices.percent(40);
        let caller = caller(choices);
        let (action, resource) = if about_role {
            (pick(choices, &ROLE_ACTIONS), pick(choices, &ROLES))
        } else {
            (pick(choices, &ACTIONS), pick(choices, &RESOURCES))
        };
        let keys = keys(choices, &caller);
        let account = account(choices);
        Self { action: action.to_owned(), resource: resource.to_owned(), caller, account, keys }
    }

    pub(super) fn is_about_role(&self) -> bool {
        ROLES.contains(&self.resource.as_str())
    }

    pub(super) fn question(&self) -> Question {
        Question {
            action: self.action.clone(),
            resource: self.resource.clone(),
            resource_account: self.account.clone(),
            caller: self.caller.clone(),
            keys: self.keys.clone(),
        }
    }

    /// A question that differs in some of its parts.
    pub(super) fn near(&self, choices: &mut dyn Choices) -> Question {
        let mut question = self.question();
        let actions: &[&str] = if self.is_about_role() { &ROLE_ACTIONS } else { &ACTIONS };
        if choices.percent(30) {
            question.action = pick(choices, actions).to_owned();
        }
        if choices.percent(30) {
            let resources: &[&str] = if self.is_about_role() { &ROLES } else { &RESOURCES };
            question.resource = pick(choices, resources).to_owned();
        }
        if choices.percent(30) {
            question.caller = caller(choices);
        }
        if choices.percent(50) {
            question.keys = keys(choices, &question.caller);
        }
        if choices.percent(20) {
            question.resource_account = account(choices);
        }
        question
    }
}

fn account(choices: &mut dyn Choices) -> Option<String> {
    match choices.below(10) {
        0..=4 => Some(OWN.to_owned()),
        5 => Some(OTHER.to_owned()),
        _ => None,
    }
}

pub(super) const PROVIDERS: [&str; 3] = [
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    "arn:aws:iam::111122223333:saml-provider/Corp",
    "accounts.google.com",
];
pub(super) const SERVICES: [&str; 2] = ["ec2.amazonaws.com", "lambda.amazonaws.com"];
pub(super) const USER: &str = "arn:aws:iam::111122223333:user/staff/Alice";
pub(super) const USER_ID: &str = "AIDAALICEALICEALICE01";
pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/jobs/Worker";
pub(super) const ROLE_ID: &str = "AROAWORKERWORKERWORK1";
pub(super) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Worker/shift";
pub(super) const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/Bob";

fn caller(choices: &mut dyn Choices) -> Caller {
    let account = OWN.parse().unwrap();
    let (arn, id) = (USER.parse().unwrap(), USER_ID.parse().unwrap());
    match choices.below(16) {
        0..=3 => Caller::User { account, arn, id },
        4..=6 => role_session(choices, ROLE, SESSION, ROLE_ID),
        7 => role_session(
            choices,
            "arn:aws:iam::444455556666:role/Target",
            "arn:aws:sts::444455556666:assumed-role/Target/shift",
            "AROATARGETTARGETTARG1",
        ),
        8 | 9 => Caller::Root { account },
        10 => Caller::FederatedUser {
            account,
            arn: FEDERATED.parse().unwrap(),
            issuer: FederatedIssuer::User { arn, id },
        },
        11 => Caller::FederatedUser {
            account,
            arn: FEDERATED.parse().unwrap(),
            issuer: FederatedIssuer::Root,
        },
        12 => Caller::WebIdentity { provider: pick(choices, &[PROVIDERS[0], PROVIDERS[2]]).into() },
        13 => Caller::Saml { provider: PROVIDERS[1].into() },
        14 => Caller::Service { name: pick(choices, &SERVICES).into() },
        _ => Caller::Anonymous,
    }
}

fn role_session(choices: &mut dyn Choices, role: &str, session: &str, id: &str) -> Caller {
    let role_arn: stead_types::Arn = role.parse().unwrap();
    Caller::RoleSession {
        account: role_arn.account().unwrap(),
        role_arn,
        role_id: id.parse().unwrap(),
        session_arn: session.parse().unwrap(),
        session_name: "shift".into(),
        federated_provider: choices.percent(30).then(|| pick(choices, &PROVIDERS).into()),
    }
}

fn keys(choices: &mut dyn Choices, caller: &Caller) -> Keys {
    let mut keys = Vec::new();
    for (key, sort, several) in KEYS {
        if choices.percent(60) {
            keys.push((key_in_some_case(choices, key), given(choices, sort, several)));
        }
    }
    let own = match caller {
        Caller::User { arn, .. } | Caller::FederatedUser { arn, .. } => Some(arn.as_str()),
        Caller::RoleSession { role_arn, .. } => Some(role_arn.as_str()),
        _ => None,
    };
    if let Some(arn) = own
        && choices.percent(80)
    {
        keys.push(("aws:PrincipalArn".to_owned(), Given::One(arn.to_owned())));
    }
    Keys(keys)
}

/// A key as it is written here and there.
pub(super) fn key_in_some_case(choices: &mut dyn Choices, key: &str) -> String {
    match choices.below(8) {
        0 => key.to_lowercase(),
        1 => key.to_uppercase(),
        _ => key.to_owned(),
    }
}

fn given(choices: &mut dyn Choices, sort: Sort, several: bool) -> Given {
    let sort = if choices.percent(3) { Sort::Text } else { sort };
    let several = if choices.percent(4) { !several } else { several };
    let value = |choices: &mut dyn Choices| pick_common(choices, values(sort)).to_owned();
    if several {
        let count = choices.below(4);
        return Given::Several((0..count).map(|_| value(choices)).collect());
    }
    if sort == Sort::Blob && choices.percent(70) {
        return Given::Bytes(pick(choices, &[&b"hi"[..], b"hi!", b"\xff\xef", b""]).to_vec());
    }
    Given::One(value(choices))
}
