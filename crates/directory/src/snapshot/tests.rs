//! `apply` equals `load`, and what can't be read fails closed.

mod fails_closed;
mod prepared;
mod random_commands;

use std::fmt::Write;

use super::*;

/// Everything a snapshot says, in one text: two snapshots that dump alike answer alike.
fn dump(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for entity in snapshot.entities() {
        let record = crate::records::encode(&entity);
        writeln!(text, "{} {}", entity.key().text(), record.body).unwrap();
    }
    for user in snapshot.users("/", None) {
        let sources: Vec<_> =
            snapshot.identity_policies_of_user(user).iter().map(|policy| policy.source).collect();
        writeln!(text, "{} {sources:?}", user.name).unwrap();
    }
    for role in snapshot.roles("/", None) {
        let sources: Vec<_> =
            snapshot.identity_policies_of_role(role).iter().map(|policy| policy.source).collect();
        writeln!(text, "{} {:?} {sources:?}", role.name, role.trust.reference().source).unwrap();
    }
    writeln!(
        text,
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        snapshot.users.names(),
        snapshot.groups.names(),
        snapshot.roles.names(),
        snapshot.policies.names(),
        snapshot.instance_profiles.names(),
        snapshot.server_certificates.names()
    )
    .unwrap();
    writeln!(
        text,
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        snapshot.service_credentials_by_user,
        (&snapshot.ssh_keys_by_user, &snapshot.certificates_by_user),
        snapshot.keys_by_owner,
        snapshot.devices_by_owner,
        snapshot.members,
        snapshot.profiles_by_role,
        snapshot.uses,
        snapshot.unreadable
    )
    .unwrap();
    text
}

/// The records of an account, as a store would give them back.
fn stored(snapshot: &Snapshot) -> Vec<(String, u16, String)> {
    let record = |entity: Entity| {
        let key = entity.key().text();
        let record = crate::records::encode(&entity);
        (key, record.format, record.body)
    };
    snapshot.entities().map(record).collect()
}
