//! What is kept of foreign proofs that are refused before any policy is asked.

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use stead_api::{ApiError, ErrorCode, KnownOperation};
use stead_federation::oidc::DecodedToken;
use stead_query::Form;
use stead_service::RefusedProof;
use stead_store::Store;
use stead_types::Arn;

use super::Gateway;
use super::answer::text;
use super::federate::without_line_break;
use crate::http::{Arrival, Body};
use crate::limits::REFUSED_TOKEN_BYTES_MAX;

impl<S: Store> Gateway<S> {
    /// Keeps what refused a token or an assertion, where it was about that and the role's
    /// account is here to read it.
    pub(super) async fn keep_refused_proof(
        &self,
        operation: KnownOperation,
        role: &Arn,
        error: &ApiError,
        arrival: &Arrival,
    ) {
        if !is_about_proof(error.code()) {
            return;
        }
        let Ok(account) = stead_sts::account_of_role(role.as_str()) else { return };
        // A store that fails has failed the request, which says so.
        let Ok(Some(_)) = self.accounts.find(account).await else { return };
        let token = token_of(arrival);
        let (action, token) = (operation.action(), token.as_ref());
        let refused = RefusedProof { action, role, account, error, token };
        self.denials.keep_refused_proof(&refused, arrival.id, self.clock.now());
    }
}

/// What an ID token says, so that its refusal can be explained: to whoever reads it the
/// token is of no use without its signature. Read again, since few tokens are refused.
fn token_of(arrival: &Arrival) -> Option<Value> {
    let Body::Whole(body) = &arrival.body else { return None };
    let content_type = text(&arrival.head, &CONTENT_TYPE);
    let form = Form::parse(arrival.head.uri.query(), content_type, body).ok()?;
    shown(without_line_break(form.value("WebIdentityToken")?))
}

/// Header and claims, where they are not too long.
fn shown(token: &str) -> Option<Value> {
    let token = DecodedToken::parse(token).ok()?;
    let shown = json!({ "header": token.header(), "claims": token.claims() });
    (shown.to_string().len() <= REFUSED_TOKEN_BYTES_MAX).then_some(shown)
}

/// Whether a code says that a proof was refused, and not the request around it; or for which
/// region it was.
const fn is_about_proof(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidIdentityToken
            | ErrorCode::ExpiredTokenException
            | ErrorCode::IDPRejectedClaim
            | ErrorCode::IDPCommunicationError
            | ErrorCode::AccessDenied
            | ErrorCode::RegionDisabledException
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    const HEADER: &str = r#"{"alg":"ES256","kid":"1"}"#;

    /// A token whose claims have so many letters beside what every token has.
    fn token(letters: usize) -> String {
        let claims = json!({"iss": "https://idp.example.com", "aud": "a", "sub": "b", "exp": 1, "iat": 0,
                "letters": "x".repeat(letters)});
        let parts = [HEADER, &claims.to_string(), "the-signature"];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    #[test]
    fn what_a_token_says_is_kept_up_to_a_length_and_its_signature_never() {
        let least = shown(&token(0)).unwrap().to_string();
        assert!(least.contains("idp.example.com"));
        assert!(!least.contains(&URL_SAFE_NO_PAD.encode("the-signature")), "{least}");
        let room = REFUSED_TOKEN_BYTES_MAX - least.len();
        assert!(shown(&token(room)).is_some());
        assert_eq!(shown(&token(room + 1)), None);
        assert_eq!(shown("no.token"), None);
    }
}
