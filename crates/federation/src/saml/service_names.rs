/// The endpoints of AWS's sign-in, which responses are sent to.
///
/// Spec: UG:id_roles_providers_create_saml_assertions: the recipient is the endpoint of
/// AWS's sign-in, of a region or of none, and the audience too, or `urn:amazon:webservices`.
/// Providers are set up for these, and many programs know no others.
const AWS_ENDPOINTS: [&str; 2] =
    ["https://signin.aws.amazon.com/saml", "https://{region}.signin.aws.amazon.com/saml"];
const AWS_AUDIENCE: &str = "urn:amazon:webservices";

/// The names under which SAML providers know this service: what
/// [`Expected`](super::Expected) needs of recipients and audiences.
#[derive(Clone, Debug)]
pub struct ServiceNames(Vec<String>);

impl ServiceNames {
    /// Those of AWS and those of this installation, `own`.
    ///
    /// `provider_id` is that of the provider in IAM, where it is known. Spec: the same page:
    /// a provider can be given an endpoint with its own id.
    #[must_use]
    pub fn new(own: &[String], provider_id: Option<&str>) -> Self {
        let with_id = provider_id.into_iter().flat_map(|id| {
            AWS_ENDPOINTS.into_iter().map(move |endpoint| format!("{endpoint}/acs/{id}"))
        });
        let plain = AWS_ENDPOINTS.into_iter().map(str::to_owned);
        Self(plain.chain(own.iter().cloned()).chain(with_id).collect())
    }

    /// The URLs at which responses are taken.
    #[must_use]
    pub fn recipients(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Whom assertions can be for.
    #[must_use]
    pub fn audiences(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).chain([AWS_AUDIENCE]).collect()
    }
}
