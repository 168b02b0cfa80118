//! What is kept of foreign proofs that are refused before any policy is asked.

use stead_api::{ApiError, ErrorCode, KnownOperation};
use stead_service::RefusedProof;
use stead_store::Store;
use stead_types::Arn;

use super::Gateway;
use crate::request_id::RequestId;

impl<S: Store> Gateway<S> {
    /// Keeps what refused a token or an assertion, where it was about that and the role's
    /// account is here to read it.
    pub(super) async fn keep_refused_proof(
        &self,
        operation: KnownOperation,
        role: &str,
        error: &ApiError,
        id: RequestId,
    ) {
        if !is_about_proof(error.code()) {
            return;
        }
        let Ok(account) = stead_sts::account_of_role(role) else { return };
        let Ok(role) = role.parse::<Arn>() else { return };
        // A store that fails has failed the request, which says so.
        let Ok(Some(_)) = self.accounts.find(account).await else { return };
        let refused = RefusedProof { action: operation.action(), role: &role, account, error };
        self.denials.keep_refused_proof(&refused, id, self.clock.now());
    }
}

/// Whether a code says that a proof was refused, and not the request around it.
const fn is_about_proof(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidIdentityToken
            | ErrorCode::ExpiredTokenException
            | ErrorCode::IDPRejectedClaim
            | ErrorCode::IDPCommunicationError
            | ErrorCode::AccessDenied
    )
}
