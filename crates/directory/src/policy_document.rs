//! How documents become policies here: admitted when they are written, compiled
//! without fail when they are read back.

use std::sync::{Arc, LazyLock};

use crate::DirectoryError;
use stead_policy::{
    CompiledPolicy, DocumentKind, PROVIDER_CONTROLS, Parsed, Policy, PolicyRef, PolicySource,
    PolicyText, Severity, check_provider_controls, parse, parse_managed,
};

/// Reads a document that someone wants to store.
///
/// # Errors
/// [`DirectoryError::MalformedPolicyDocument`] with everything that is wrong with it.
pub(crate) fn admit(text: &PolicyText, kind: DocumentKind) -> Result<Policy, DirectoryError> {
    sound(parse(text.as_str(), kind))
}

/// Reads the document of a managed policy, which must be of the newer version.
///
/// # Errors
/// As [`admit`].
pub(crate) fn admit_managed(text: &PolicyText) -> Result<Policy, DirectoryError> {
    sound(parse_managed(text.as_str()))
}

/// Reads a trust policy that someone wants to store, which must also ask for the
/// claims that the shared providers of identities it trusts require.
///
/// # Errors
/// As [`admit`].
pub(crate) fn admit_trust(text: &PolicyText) -> Result<Policy, DirectoryError> {
    let policy = admit(text, DocumentKind::Trust)?;
    let diagnostics = check_provider_controls(&policy, PROVIDER_CONTROLS);
    let policy = diagnostics.is_empty().then_some(policy);
    sound(Parsed { policy, diagnostics })
}

fn sound(mut parsed: Parsed) -> Result<Policy, DirectoryError> {
    match parsed.policy.take() {
        Some(policy) => Ok(policy),
        None => Err(DirectoryError::MalformedPolicyDocument(Box::new(parsed))),
    }
}

/// Compiles an admitted document, now or when it is read back. What can't be
/// compiled any more grants nothing and still denies; the flag says that it is so.
pub(crate) fn compile(text: &PolicyText, kind: DocumentKind) -> (Arc<CompiledPolicy>, Damage) {
    let (compiled, diagnostics) = CompiledPolicy::compile_stored(text.as_str(), kind);
    let broken = diagnostics.iter().any(|found| found.severity == Severity::Error);
    (Arc::new(compiled), if broken { Damage::FailsClosed } else { Damage::None })
}

/// Whether a stored document still says what it said when it was admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It does.
    None,
    /// Part of it can't be read; that part grants nothing and denies.
    FailsClosed,
}

impl Damage {
    /// The damage of two things together.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, Self::None) => Self::None,
            (Self::FailsClosed, _) | (_, Self::FailsClosed) => Self::FailsClosed,
        }
    }
}

/// What stands in for a policy that is attached and can't be found.
///
/// The rules never delete a policy that is attached, so it was there and its
/// record can't be read; it may have denied anything.
pub(crate) fn unreadable() -> &'static CompiledPolicy {
    static UNREADABLE: LazyLock<CompiledPolicy> =
        LazyLock::new(|| CompiledPolicy::unreadable(DocumentKind::Identity));
    &UNREADABLE
}

/// What stands in for the policies of a group whose record can't be read.
pub(crate) fn unreadable_group() -> PolicyRef<'static> {
    // The name of the group is in its record; the source can only say so.
    static SOURCE: LazyLock<PolicySource> = LazyLock::new(|| PolicySource::Resource {
        resource: "a group whose record is unreadable".into(),
    });
    PolicyRef { source: &SOURCE, policy: unreadable() }
}
