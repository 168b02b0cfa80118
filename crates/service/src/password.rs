use stead_api::ApiError;
use stead_session::password::{PasswordHash, Salt};
use stead_types::Secret;

/// What is to be computed of passwords before an operation is carried out. It takes tens
/// of milliseconds for each hash: the shell does it where nobody waits for it.
#[derive(Debug)]
pub struct PasswordWork {
    /// The password that must be the present one, and that one's hash.
    pub old: Option<(Secret<String>, PasswordHash)>,
    /// The password to be hashed.
    pub new: Secret<String>,
    /// Hashes of which it must not be the password.
    pub former: Vec<PasswordHash>,
    /// What the work was begun from, as it rests. Whoever uses the outcome compares it.
    pub basis: Vec<Box<[u8]>>,
}

/// What was computed.
#[derive(Debug)]
pub struct PasswordOutcome {
    /// What it was computed from.
    pub basis: Vec<Box<[u8]>>,
    /// The verdict, and the hash where it is good.
    pub verdict: PasswordVerdict,
}

/// What came of the passwords.
#[derive(Debug)]
pub enum PasswordVerdict {
    /// The old one is not the present one.
    WrongOld,
    /// The new one was used before.
    Reused,
    /// The hash of the new one.
    Good(PasswordHash),
}

impl PasswordWork {
    /// Computes it, slowly: three hashes for a change, and one for each former password.
    ///
    /// # Errors
    /// Hashing failed.
    pub fn compute(self, salt: Salt) -> Result<PasswordOutcome, ApiError> {
        let Self { old, new, former, basis } = self;
        let failed = |error| ApiError::internal(format!("a password: {error}"));
        if let Some((old, present)) = &old
            && !present.is_of(old).map_err(failed)?
        {
            return Ok(PasswordOutcome { basis, verdict: PasswordVerdict::WrongOld });
        }
        for hash in &former {
            if hash.is_of(&new).map_err(failed)? {
                return Ok(PasswordOutcome { basis, verdict: PasswordVerdict::Reused });
            }
        }
        let hash = PasswordHash::of(&new, salt).map_err(failed)?;
        Ok(PasswordOutcome { basis, verdict: PasswordVerdict::Good(hash) })
    }
}
