use stead_types::{Timestamp, UniqueId};

use crate::entity::WrappedSecret;

/// The password of a user.
#[derive(Clone, Debug)]
pub struct LoginProfile {
    /// The unique id of the user.
    pub user: UniqueId,
    /// When the user was first given a password.
    pub created_at: Timestamp,
    /// When the password was last changed.
    pub changed_at: Timestamp,
    /// Whether the user must change it at the next sign-in.
    pub reset_required: bool,
    /// The hash of the password, encrypted.
    pub password: WrappedSecret,
    /// The hashes of those before it, the last first: as many as a policy may ask for.
    pub previous: Vec<WrappedSecret>,
}

impl LoginProfile {
    /// Most former passwords that are remembered: with the present one 24.
    ///
    /// Spec: `passwordReusePreventionType` of the IAM model.
    pub const PREVIOUS_MAX: usize = 23;

    /// The hashes of the last passwords, the present one first.
    pub fn last_passwords(&self) -> impl Iterator<Item = &WrappedSecret> {
        std::iter::once(&self.password).chain(&self.previous)
    }
}
