//! The packed size of session policies and session tags.

use crate::claims::{SessionPolicies, SessionTags, packed_bytes};
use crate::limits::PACKED_BYTES_ALLOTTED;

/// How much of the space for session policies and session tags is taken.
///
/// Spec: UG:id_session-tags, "Things to know about session tags": besides the
/// limits on each there is one on both together, in a packed form.
/// Choice: AWS does not publish the form. Ours is what the token really takes:
/// the policy without white space, the ARNs, and keys and values of the tags as
/// UTF-8, each with its length in front and each tag with one byte for whether
/// it is transitive, against [`PACKED_BYTES_ALLOTTED`]. Nothing is compressed,
/// so that the size can be worked out by hand and does not change with a
/// library; and the percentage is exact where AWS's is a surprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackedSize {
    bytes: usize,
    subject: PackedSubject,
}

/// What `PackedPolicyTooLarge` complains about: AWS has a text for each.
///
/// Spec: re:Post knowledge center, "iam-role-aws-sts-error", has both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackedSubject {
    /// `Packed policy consumes <n>% of allotted space, please use smaller policy.`
    Policies,
    /// `Packed size of session tags consumes <n>% of allotted space.`
    Tags,
}

impl PackedSize {
    /// The size of these policies and tags, inherited tags included.
    #[must_use]
    pub fn of(policies: &SessionPolicies, tags: &SessionTags) -> Self {
        let subject =
            if policies.is_empty() { PackedSubject::Tags } else { PackedSubject::Policies };
        Self { bytes: packed_bytes(policies, tags), subject }
    }

    /// What to complain about if it does not fit.
    ///
    /// Observed: with an inline policy beside three tags, people quote the text
    /// about the policy; with tags alone, the one about tags.
    /// Choice: a managed policy counts as a policy.
    #[must_use]
    pub const fn subject(self) -> PackedSubject {
        self.subject
    }

    /// `PackedPolicySize`: the percentage, rounded up. 0 means that there are no
    /// policies and no tags, when AWS leaves the element out.
    #[must_use]
    pub fn percent(self) -> u32 {
        let percent = self.bytes.saturating_mul(100).div_ceil(PACKED_BYTES_ALLOTTED);
        u32::try_from(percent).unwrap_or(u32::MAX)
    }

    /// Whether a session can carry it. Being rounded up, 100 % fits and 101 %
    /// does not.
    #[must_use]
    pub fn fits(self) -> bool {
        self.bytes <= PACKED_BYTES_ALLOTTED
    }
}
