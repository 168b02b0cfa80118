use stead_service::AssertionUse;

/// How SAML responses are taken.
#[derive(Clone, Debug, Default)]
pub struct Saml {
    /// URLs that responses can be for, as recipient and as audience, besides AWS's.
    pub endpoints: Vec<String>,
    /// How often one assertion is good for credentials.
    pub assertion_use: AssertionUse,
}

/// A URL that providers send responses to: it is only ever compared. Choice: its length.
pub(super) fn endpoint(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"{}".contains(&byte));
    (plain && (1..=1_024).contains(&rest.len())).then(|| text.to_owned())
}
