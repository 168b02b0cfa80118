/// How often one SAML assertion is good for credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AssertionUse {
    /// As often as it comes before it expires, as on AWS: tools trade one assertion for
    /// several roles.
    #[default]
    Repeated,
    /// Once on this node.
    Once,
}
