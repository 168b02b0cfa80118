//! The packed size of session policies and session tags.

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::claims::{SessionPolicies, SessionTags, plain_bytes};
use crate::limits::{PACKED_BYTES_ALLOTTED, PLAIN_BYTES_ALLOTTED};

/// How much of the space for session policies and session tags is taken.
///
/// Spec: UG:id_session-tags, "Things to know about session tags": besides the limits on
/// each there is one on both together, in a packed form. AWS does not publish the form.
///
/// Observed, of tags, which are not compressed:
///
/// | tags | `PackedPolicySize` | recorded in |
/// |---|---:|---|
/// | two with a key and a value of one character | 2 | glassechidna/whodunnit, an event of 2021 |
/// | three of them | 3 | the same |
/// | the six that EKS gives a pod, 240 characters | 56 | aws-samples/amazon-eks-security-immersion-day |
/// | nine with keys of 2 and values of 250 characters | 498 | aws-actions/configure-aws-credentials#1898 |
///
/// Keys and values and three bytes for each tag, of [`PACKED_BYTES_ALLOTTED`], rounded
/// down, give all four. Nor can it be rounded up: in aws/containers-roadmap#2413 tags of
/// 74 % and of 37 % have 112 % together.
///
/// Observed, of policies, which are: DataDog/stratus-red-team has 4 for the policy that
/// allows everything, Snowflake's guide 9 for one action on `*`, the examples of the AWS
/// CLI 36 for `get-federation-token` with a managed policy, and leonct74/VM-Poppy- 82 for
/// 18 actions of EC2 and three tags.
/// Choice: policy and ARNs are deflated, with what policies have in common known
/// beforehand and four bytes in front, which comes to 4, 9, 32 and 80 or so: near what
/// AWS says, and never above, so that what AWS takes is taken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackedSize {
    percent: u32,
    subject: PackedSubject,
    fits: bool,
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
    ///
    /// Costs nothing to speak of without policies; with them, a compressor's state of a
    /// quarter of a mebibyte and one pass over at most some thousand bytes.
    #[must_use]
    pub fn of(policies: &SessionPolicies, tags: &SessionTags) -> Self {
        let packed = packed_policies(policies).saturating_add(packed_tags(tags));
        let percent = packed.saturating_mul(100) / PACKED_BYTES_ALLOTTED;
        let in_token = Self::in_token(policies, tags);
        // What packs well can still be too long for a token.
        let of_token = if in_token.fits { 0 } else { in_token.percent };
        let percent = u32::try_from(percent).unwrap_or(u32::MAX).max(of_token);
        Self { percent, fits: in_token.fits && packed <= PACKED_BYTES_ALLOTTED, ..in_token }
    }

    /// The size in the token alone, for sessions of delegations.
    ///
    /// Spec: API_GetDelegatedAccessToken: its `PackedPolicySize` is deprecated and left out.
    /// Choice: so AWS's allotment is not held against them. Nobody could do anything about
    /// it: the policy is that of the request, and the tags are those of who has agreed.
    #[must_use]
    pub(crate) fn in_token(policies: &SessionPolicies, tags: &SessionTags) -> Self {
        let subject =
            if policies.is_empty() { PackedSubject::Tags } else { PackedSubject::Policies };
        let plain = plain_bytes(policies, tags);
        let percent = plain.saturating_mul(100).div_ceil(PLAIN_BYTES_ALLOTTED);
        let percent = u32::try_from(percent).unwrap_or(u32::MAX);
        Self { percent, subject, fits: plain <= PLAIN_BYTES_ALLOTTED }
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

    /// `PackedPolicySize`: the percentage, rounded down. 0 means that there are no
    /// policies and no tags, when AWS leaves the element out, or one tag with next to
    /// nothing in it.
    #[must_use]
    pub const fn percent(self) -> u32 {
        self.percent
    }

    /// Whether a session can carry it. What takes a few bytes too many is refused with
    /// 100 %, since that is rounded down.
    ///
    /// Spec: API_AssumeRole, `PackedPolicySize`: the request fails above 100 percent.
    /// Observed: AWS refuses with "consumes 100%" too (unitycatalog/unitycatalog#1795).
    #[must_use]
    pub const fn fits(self) -> bool {
        self.fits
    }
}

/// Two lengths and a kind, it seems.
const TAG_HEADER_BYTES: usize = 3;

fn packed_tags(tags: &SessionTags) -> usize {
    let bytes = |tag: &stead_types::Tag| {
        TAG_HEADER_BYTES + tag.key.as_str().len() + tag.value.as_str().len()
    };
    tags.all().iter().map(bytes).sum()
}

/// What stands in front of packed policies: with it the two smallest come out as recorded.
const POLICY_HEADER_BYTES: usize = 4;

/// What policies have in common, so that it takes next to nothing.
const KNOWN_TEXT: &[u8] = b"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"\",\"Effect\":\"Allow\",\
    \"Action\":[\"*\"],\"Resource\":[\"arn:aws:s3:::\",\"*\"],\"Condition\":{\"StringEquals\":{\"aws:";

/// 4 KiB: what takes more in the token is refused anyway.
const WINDOW_BITS: u8 = 12;

fn packed_policies(policies: &SessionPolicies) -> usize {
    if policies.is_empty() {
        return 0;
    }
    let mut text = policies.inline().unwrap_or_default().to_owned();
    for arn in policies.managed() {
        text.push('\n');
        text.push_str(arn.as_str());
    }
    // What can't be packed takes the room it takes.
    deflated(text.as_bytes()).unwrap_or(text.len()) + POLICY_HEADER_BYTES
}

/// How many bytes this is, deflated. Nothing is kept of it but the number.
fn deflated(text: &[u8]) -> Option<usize> {
    let mut packer = Compress::new_with_window_bits(Compression::best(), false, WINDOW_BITS);
    packer.set_dictionary(KNOWN_TEXT).ok()?;
    let mut passed = [0; 1_024];
    let mut rest = text;
    loop {
        let before = packer.total_in();
        let status = packer.compress(rest, &mut passed, FlushCompress::Finish).ok()?;
        let read = usize::try_from(packer.total_in() - before).ok()?;
        rest = rest.get(read..)?;
        match status {
            Status::StreamEnd => return usize::try_from(packer.total_out()).ok(),
            Status::Ok => {}
            Status::BufError => return None,
        }
    }
}
