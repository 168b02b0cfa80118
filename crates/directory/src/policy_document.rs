//! How documents become policies here: admitted when they are written, compiled
//! without fail when they are read back.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

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

/// A stored document that is compiled when it is first evaluated.
///
/// An account may hold thousands of which a server evaluates some: compiling takes most of
/// the time and the memory that loading would. Clones share what was compiled.
#[derive(Clone)]
pub struct StoredPolicy(Arc<Stored>);

struct Stored {
    text: PolicyText,
    kind: DocumentKind,
    compiled: OnceLock<CompiledPolicy>,
}

impl StoredPolicy {
    pub(crate) fn new(text: PolicyText, kind: DocumentKind) -> Self {
        Self(Arc::new(Stored { text, kind, compiled: OnceLock::new() }))
    }

    /// The document as it is evaluated. What can't be compiled any more grants nothing and
    /// still denies.
    #[must_use]
    pub fn compiled(&self) -> &CompiledPolicy {
        let Stored { text, kind, compiled } = &*self.0;
        compiled.get_or_init(|| CompiledPolicy::compile_stored(text.as_str(), *kind).0)
    }

    /// Whether it no longer says what it said when it was admitted. Compiles it, and keeps
    /// nothing.
    pub(crate) fn is_damaged(&self) -> bool {
        let (_, diagnostics) = CompiledPolicy::compile_stored(self.0.text.as_str(), self.0.kind);
        diagnostics.iter().any(|found| found.severity == Severity::Error)
    }
}

impl fmt::Debug for StoredPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.text, formatter)
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
