use stead_api::sts::Credentials;
use stead_api::{ApiError, ErrorCode};
use stead_service::Work;
use stead_session::{Claims, IssueError, Issued, PackedSize, PackedSubject, issue};

/// Seals the claims and makes the credentials the response carries.
///
/// # Errors
/// Session policies, tags and a provider's claims that do not fit.
pub(crate) fn credentials(claims: &Claims, work: &mut Work<'_>) -> Result<Credentials, ApiError> {
    let Issued { access_key_id, secret_access_key, session_token, expires_at } =
        issue(work.keyring, claims, work.entropy).map_err(|error| refused(error, claims))?;
    Ok(Credentials {
        access_key_id: access_key_id.to_string(),
        secret_access_key,
        session_token,
        expiration: expires_at,
    })
}

/// Spec: re:Post knowledge center, "iam-role-aws-sts-error", has both texts.
pub(crate) fn too_large(size: PackedSize) -> ApiError {
    let percent = size.percent();
    let text = match size.subject() {
        PackedSubject::Policies => format!(
            "Packed policy consumes {percent}% of allotted space, please use smaller policy."
        ),
        PackedSubject::Tags => {
            format!("Packed size of session tags consumes {percent}% of allotted space.")
        }
    };
    ApiError::new(ErrorCode::PackedPolicyTooLarge, text)
}

fn refused(error: IssueError, claims: &Claims) -> ApiError {
    match error {
        IssueError::PackedPolicyTooLarge(size) => too_large(size),
        // Choice: AWS is not known to have such a bound; the code says that it is the token
        // which cannot be used.
        IssueError::FederationTooLong | IssueError::TooLong if claims.federation.is_some() => {
            let text = "The claims of the identity token are too long for a session.";
            ApiError::new(ErrorCode::InvalidIdentityToken, text).with_context(error.to_string())
        }
        IssueError::Lifetime | IssueError::FederationTooLong | IssueError::TooLong => {
            ApiError::internal(format!("a session could not be issued: {error}"))
        }
    }
}
