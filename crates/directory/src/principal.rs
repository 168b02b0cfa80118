use stead_types::{Arn, UniqueId};

/// Looks up users and roles by ARN and by unique id, in every account hosted here.
///
/// The caller of a command implements it over the snapshots it holds, since a
/// trust policy may name principals of other accounts. [`crate::Snapshot`]
/// implements it for its own account.
pub trait PrincipalLookup {
    /// The user or role with exactly this ARN, path and case included.
    fn lookup(&self, arn: &Arn) -> PrincipalStatus;

    /// The present ARN of the user or role with this id, if it exists.
    fn arn_of(&self, id: &UniqueId) -> Option<Arn>;
}

/// What is known of a user or role ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalStatus {
    /// It exists and has this unique id.
    Known(UniqueId),
    /// Its account is hosted here and has no such user or role.
    Missing,
    /// Its account is not hosted here, so nothing is known of it.
    NotHosted,
}
