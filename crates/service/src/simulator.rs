/// How IAM's policy simulation answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Simulator {
    /// As a call would be answered: with the trust policy of a role that is to be assumed,
    /// and with all that is known of the caller and the resource.
    #[default]
    AsCalls,
    /// As AWS's simulator: without the trust policy, and with no condition keys but those
    /// that AWS fills in.
    AsAws,
}
