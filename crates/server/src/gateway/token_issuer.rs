//! What services elsewhere read to verify identity tokens. Whoever asks gets it: it names
//! an issuer, and nothing that is secret.

use http::request::Parts;
use http::{Method, StatusCode};
use stead_api::{ApiError, ErrorCode};
use stead_directory::entity::TokenIssuer;
use stead_query::Format;
use stead_service::IssuerBase;
use stead_store::{Aggregate, Store};
use stead_sts::{discovery_document, key_set};
use stead_types::Uuid;

use super::Gateway;
use super::authenticate::store_error;
use crate::http::{Arrival, Reply};

/// A document that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublishedDocument {
    issuer: Uuid,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Spec: OpenID Connect Discovery 1.0, section 4.
    Discovery,
    /// Spec: API EnableOutboundWebIdentityFederation, `IssuerIdentifier`.
    Keys,
}

impl PublishedDocument {
    /// The document that this request is for. Every other one, also under a path that is
    /// nearly the same, is for the API, which gives paths no meaning.
    pub(super) fn asked_for(head: &Parts) -> Option<Self> {
        if head.method == Method::GET { Self::at(head.uri.path()) } else { None }
    }

    fn at(path: &str) -> Option<Self> {
        let (issuer, document) = path.strip_prefix(IssuerBase::PATH)?.split_once('/')?;
        let kind = match document {
            ".well-known/openid-configuration" => Kind::Discovery,
            ".well-known/jwks.json" => Kind::Keys,
            _ => return None,
        };
        Some(Self { issuer: issuer.parse().ok()?, kind })
    }
}

impl<S: Store> Gateway<S> {
    /// The document, or why there is none. Counted like every request of no caller, and
    /// written nowhere: it is as public as `/healthz`.
    pub(super) async fn publish(&self, asked: PublishedDocument, arrival: &Arrival) -> Reply {
        let charged = self.throttle.charge_address(arrival.source);
        if let Err(error) = charged {
            self.metrics.throttled.address.add_one();
            return self.refuse(arrival.id, None, &error, Format::Xml);
        }
        match self.published(&asked).await {
            // Choice: what a verifier keeps for five minutes is asked for again long before
            // a key goes that was replaced.
            Ok(Some(document)) => Reply::new(StatusCode::OK, "application/json", document)
                .with("cache-control", "public, max-age=300"),
            Ok(None) => Reply::new(StatusCode::NOT_FOUND, "text/plain", "no such issuer\n"),
            Err(error) => self.refuse(arrival.id, None, &error, Format::Xml),
        }
    }

    /// Observed: the documents stay while no tokens are issued (radkawar/stackd, recorded
    /// in 2026).
    async fn published(&self, asked: &PublishedDocument) -> Result<Option<String>, ApiError> {
        let name = TokenIssuer::unique_name(&asked.issuer).parse();
        let name = name.map_err(|_| ApiError::internal("the name of an issuer is none"))?;
        let holder = self.accounts.store().name_holder(&name).await;
        let Some(Aggregate::Account(account)) = holder.map_err(|error| store_error(&error))? else {
            return Ok(None);
        };
        let account = self.accounts.find(account).await.map_err(|error| store_error(&error))?;
        let Some(version) = account.map(|account| account.durable()) else { return Ok(None) };
        let (issuer, federation) =
            (version.snapshot.token_issuer(), version.snapshot.outbound_federation());
        let (Some(issuer), Some(federation)) = (issuer, federation) else {
            // A record that cannot be read fails closed.
            return Err(ApiError::new(ErrorCode::ServiceUnavailable, "The issuer is unavailable."));
        };
        Ok((issuer.id == asked.issuer).then(|| match asked.kind {
            Kind::Discovery => discovery_document(&self.issuer_base.issuer(&issuer.id)),
            Kind::Keys => key_set(federation, self.clock.now()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "f47ac10b-58cc-4372-a567-0e02b2c3d479";

    #[test]
    fn two_paths_of_an_issuer_are_documents_and_nothing_else_is() {
        let at = |text: String| PublishedDocument::at(&text).map(|asked| asked.kind);
        let below = |rest: &str| format!("/token-issuer/{ISSUER}/{rest}");
        assert_eq!(at(below(".well-known/openid-configuration")), Some(Kind::Discovery));
        assert_eq!(at(below(".well-known/jwks.json")), Some(Kind::Keys));
        for other in [
            below(""),
            below(".well-known/"),
            below(".well-known/jwks.json/"),
            below("/.well-known/jwks.json"),
            below(".well-known/%6awks.json"),
            below(".WELL-KNOWN/jwks.json"),
            format!("/token-issuer/{}/.well-known/jwks.json", ISSUER.to_uppercase()),
            format!("/token-issuer//{ISSUER}/.well-known/jwks.json"),
            format!("//token-issuer/{ISSUER}/.well-known/jwks.json"),
            format!("/token-issuer/../{ISSUER}/.well-known/jwks.json"),
            "/token-issuer/.well-known/jwks.json".to_owned(),
            "/.well-known/jwks.json".to_owned(),
            "/".to_owned(),
        ] {
            assert_eq!(at(other.clone()), None, "{other}");
        }
    }
}
