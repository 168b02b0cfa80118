/// What an account wants of STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPreferences {
    /// The version of tokens that the global endpoint issues.
    pub global_endpoint: TokenVersion,
}

/// A version of session tokens.
///
/// Spec: API SetSecurityTokenServicePreferences. Here tokens of both are alike: every one is
/// good in all regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenVersion {
    /// Good in the regions that every account has.
    V1,
    /// Good in all regions.
    V2,
}
