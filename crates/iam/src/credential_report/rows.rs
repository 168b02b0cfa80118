//! The report as text: a line for the root user, and one for each user.
//!
//! Spec: UG:id_credentials_getting-report, "Understanding the report format". Observed: the
//! columns and what stands where there is nothing, recorded (2026-02).

use std::borrow::Cow;
use std::time::Duration;

use stead_directory::Snapshot;
use stead_directory::entity::{AccessKey, KeyOwner, KeyStatus, LoginProfile, User};
use stead_service::Usage;
use stead_types::Timestamp;

const COLUMNS: [&str; 22] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
];

/// How many access keys and certificates the report tells of each user: as many as there can
/// be.
const KEYS: usize = 2;

/// What stands where there is nothing.
const NONE: &str = "N/A";

/// The report of an account, its lines each ended by a line feed but for the last.
pub(super) fn report(account: &Snapshot, usage: &dyn Usage) -> String {
    let users = account.users("/", None).map(|user| user_row(user, account, usage));
    let rows = std::iter::once(root_row(account, usage)).chain(users);
    let lines = rows.map(|row| row.iter().map(|text| field(text)).collect::<Vec<_>>().join(","));
    std::iter::once(COLUMNS.join(",")).chain(lines).collect::<Vec<_>>().join("\n")
}

/// Spec: the root user's password is not told of; it has none here.
fn root_row(account: &Snapshot, usage: &dyn Usage) -> Vec<String> {
    let root = account.root();
    let mut row = texts(["<root_account>", root.arn().as_str(), &time(root.created_at)]);
    row.extend(texts(["not_supported", "no_information", "not_supported", "not_supported"]));
    row.extend(credentials(&KeyOwner::Root, account, usage));
    row
}

fn user_row(user: &User, account: &Snapshot, usage: &dyn Usage) -> Vec<String> {
    let arn = user.arn(account.account());
    let mut row = texts([user.name.as_str(), arn.as_str(), &time(user.created_at)]);
    row.extend(password(account.login_profile(&user.id).map(AsRef::as_ref), account));
    row.extend(credentials(&KeyOwner::User(user.id.clone()), account, usage));
    row
}

/// Nobody signs in with a password here, so none was ever used.
fn password(profile: Option<&LoginProfile>, account: &Snapshot) -> Vec<String> {
    let Some(profile) = profile else { return texts(["false", NONE, NONE, NONE]) };
    let max_age = account.password_policy().and_then(|policy| policy.max_age_days);
    let next = max_age.map(|days| {
        let age = Duration::from_secs(u64::from(days).saturating_mul(86_400));
        time(profile.changed_at.plus(age))
    });
    let next = next.as_deref().unwrap_or(NONE);
    texts(["true", "no_information", &time(profile.changed_at), next])
}

/// MFA, access keys and signing certificates.
fn credentials(owner: &KeyOwner, account: &Snapshot, usage: &dyn Usage) -> Vec<String> {
    let mut keys: Vec<_> = account.keys_of(owner).collect();
    keys.sort_by_key(|key| (key.created_at, key.id.clone()));
    let mut row = vec![account.mfa_of(owner).next().is_some().to_string()];
    for place in 0..KEYS {
        row.extend(access_key(keys.get(place).map(|key| &***key), usage));
    }
    let mut certificates: Vec<_> = match owner {
        KeyOwner::User(id) => account.signing_certificates_of(id).collect(),
        KeyOwner::Root => Vec::new(),
    };
    certificates.sort_by_key(|held| (held.uploaded_at, held.id.clone()));
    for place in 0..KEYS {
        row.extend(match certificates.get(place) {
            Some(held) => {
                let active = (held.status == KeyStatus::Active).to_string();
                texts([&active, &time(held.uploaded_at)])
            }
            None => texts(["false", NONE]),
        });
    }
    row
}

fn access_key(key: Option<&AccessKey>, usage: &dyn Usage) -> Vec<String> {
    let Some(key) = key else { return texts(["false", NONE, NONE, NONE, NONE]) };
    let active = (key.status == KeyStatus::Active).to_string();
    let rotated = time(key.created_at);
    match usage.key_last_used(&key.id) {
        Some(last) => {
            let at = time(last.at);
            texts([&active, &rotated, &at, &last.region, &last.service])
        }
        None => texts([&active, &rotated, NONE, NONE, NONE]),
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// Observed: with an offset, in reports that people show (prowler-cloud/prowler).
fn time(time: Timestamp) -> String {
    time.to_string().replace('Z', "+00:00")
}

/// Names may hold commas, which then stand in quotation marks (RFC 4180).
fn field(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_does_not_end_a_field() {
        assert_eq!(field("plain=+@.-_"), "plain=+@.-_");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("a\"b"), "\"a\"\"b\"");
    }

    #[test]
    fn moments_have_an_offset() {
        let moment = Timestamp::from_epoch_seconds(1_772_366_400);
        assert_eq!(time(moment), "2026-03-01T12:00:00+00:00");
    }
}
