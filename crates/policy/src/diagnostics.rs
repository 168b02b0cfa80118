use crate::{Policy, Span};

/// What became of a document: the policy, unless something is an error, and
/// everything that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The policy; `None` as soon as one diagnostic is an error.
    pub policy: Option<Policy>,
    /// Every problem, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// What AWS refuses the document for.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of(Severity::Error)
    }

    /// What AWS accepts although it can hardly be meant.
    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of(Severity::Warning)
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(move |found| found.severity == severity)
    }

    /// The one error AWS would answer, which names only one: the first by the order
    /// of its checks, then by place.
    ///
    /// Observed: documents with several faults, recorded from IAM between 2024 and
    /// 2026: syntax, then version, then the old parser, then statement ids,
    /// actions, resources, the form of resources, the form of actions.
    #[must_use]
    pub fn refusal(&self) -> Option<&Diagnostic> {
        self.errors().min_by_key(|found| (found.order, found.span.start))
    }
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS refuses the document.
    Error,
    /// AWS accepts the document; it hardly says what was meant.
    Warning,
}

/// One problem in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which problem.
    pub code: DiagnosticCode,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What is wrong, for people: one line, lower case, input in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// AWS's text for it.
    pub(crate) wire: String,
    /// When AWS would come upon it: the statement, for the validator that goes
    /// statement by statement, then the check.
    pub(crate) order: (usize, Stage),
}

impl Diagnostic {
    /// The text of the MalformedPolicyDocument error AWS answers; empty for a finding,
    /// of which AWS says nothing.
    #[must_use]
    pub fn wire_message(&self) -> String {
        self.wire.clone()
    }
}

/// The problems a document can have.
///
/// Complete on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiagnosticCode {
    /// The text is not JSON.
    InvalidJson,
    /// The document is longer, deeper or fuller than what is read.
    TooLarge,
    /// A key occurs twice in one object.
    DuplicateKey,
    /// A value has the wrong JSON type.
    WrongType,
    /// A key no document has.
    UnknownField,
    /// A key this kind of document must not have.
    ProhibitedField,
    /// A key this kind of document must have.
    MissingField,
    /// Two keys of which only one may stand, such as Action and NotAction.
    ConflictingFields,
    /// Version is not one of the two, or too old for this kind of document.
    InvalidVersion,
    /// Effect is neither `Allow` nor `Deny`.
    InvalidEffect,
    /// Two statements have one Sid.
    DuplicateSid,
    /// A Sid has characters it must not have.
    InvalidSid,
    /// A principal cannot be one.
    InvalidPrincipal,
    /// An action is not `service:Name`.
    InvalidAction,
    /// An action this kind of document must not have.
    ProhibitedAction,
    /// A resource is not an ARN.
    InvalidResource,
    /// An ARN AWS's older parser stumbles over.
    MalformedArn,
    /// A condition operator that does not exist.
    UnknownOperator,
    /// A date that is not one.
    InvalidDate,
    /// A trust policy does not ask for the claim that tells the tenants of a shared
    /// provider apart; see [`crate::check_provider_controls`].
    MissingClaim,
    /// A condition value that can never match.
    UselessValue,
    /// An operator without quantifier on a key with several values.
    MissingQuantifier,
    /// `ForAllValues` in an Allow that also holds without the key.
    ForAllValuesAllow,
    /// A condition on a second factor that long-term access keys slip past.
    MultiFactorGap,
    /// `NotPrincipal` in a Deny, which spares fewer than it lists.
    NotPrincipalDeny,
    /// A variable in a document of the version that has none.
    LiteralVariable,
    /// A variable where there are none.
    MisplacedVariable,
    /// A trust policy that asks for what only users have.
    UsersOnly,
}

impl DiagnosticCode {
    /// Every code.
    pub const ALL: [Self; 28] = [
        Self::InvalidJson,
        Self::TooLarge,
        Self::DuplicateKey,
        Self::WrongType,
        Self::UnknownField,
        Self::ProhibitedField,
        Self::MissingField,
        Self::ConflictingFields,
        Self::InvalidVersion,
        Self::InvalidEffect,
        Self::DuplicateSid,
        Self::InvalidSid,
        Self::InvalidPrincipal,
        Self::InvalidAction,
        Self::ProhibitedAction,
        Self::InvalidResource,
        Self::MalformedArn,
        Self::UnknownOperator,
        Self::InvalidDate,
        Self::MissingClaim,
        Self::UselessValue,
        Self::MissingQuantifier,
        Self::ForAllValuesAllow,
        Self::MultiFactorGap,
        Self::NotPrincipalDeny,
        Self::LiteralVariable,
        Self::MisplacedVariable,
        Self::UsersOnly,
    ];

    /// A stable name to look up, such as `policy/duplicate-key`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidJson => "policy/invalid-json",
            Self::TooLarge => "policy/too-large",
            Self::DuplicateKey => "policy/duplicate-key",
            Self::WrongType => "policy/wrong-type",
            Self::UnknownField => "policy/unknown-field",
            Self::ProhibitedField => "policy/prohibited-field",
            Self::MissingField => "policy/missing-field",
            Self::ConflictingFields => "policy/conflicting-fields",
            Self::InvalidVersion => "policy/invalid-version",
            Self::InvalidEffect => "policy/invalid-effect",
            Self::DuplicateSid => "policy/duplicate-sid",
            Self::InvalidSid => "policy/invalid-sid",
            Self::InvalidPrincipal => "policy/invalid-principal",
            Self::InvalidAction => "policy/invalid-action",
            Self::ProhibitedAction => "policy/prohibited-action",
            Self::InvalidResource => "policy/invalid-resource",
            Self::MalformedArn => "policy/malformed-arn",
            Self::UnknownOperator => "policy/unknown-operator",
            Self::InvalidDate => "policy/invalid-date",
            Self::MissingClaim => "policy/missing-claim",
            Self::UselessValue => "policy/useless-value",
            Self::MissingQuantifier => "policy/missing-quantifier",
            Self::ForAllValuesAllow => "policy/for-all-values-allow",
            Self::MultiFactorGap => "policy/multi-factor-gap",
            Self::NotPrincipalDeny => "policy/not-principal-deny",
            Self::LiteralVariable => "policy/literal-variable",
            Self::MisplacedVariable => "policy/misplaced-variable",
            Self::UsersOnly => "policy/users-only",
        }
    }
}

impl DiagnosticCode {
    /// What to do about it, as far as that can be said without the document.
    pub(crate) const fn help(self) -> Option<&'static str> {
        match self {
            Self::InvalidJson => Some("policies are strict JSON: no comments, no trailing commas"),
            Self::TooLarge => Some("split the document into several policies"),
            Self::DuplicateKey => Some("put the values into one array, or use two statements"),
            Self::ConflictingFields => Some("keep one of the two, or use two statements"),
            Self::InvalidVersion => Some("write `\"Version\": \"2012-10-17\"`"),
            Self::InvalidEffect => Some("write `Allow` or `Deny`, in exactly this case"),
            Self::DuplicateSid => Some("rename one of them, or leave it out"),
            Self::InvalidSid => Some("use letters and digits only"),
            Self::InvalidPrincipal => {
                Some("name an account, a user, a role, a session, a service or a provider, in full")
            }
            Self::InvalidAction => Some("write `service:Name`, such as `s3:GetObject`"),
            Self::ProhibitedAction => Some("use sts:AssumeRole or one of its variants"),
            Self::InvalidResource | Self::MalformedArn => {
                Some("write `arn:partition:service:region:account:resource`, or `*`")
            }
            Self::InvalidDate => Some("write `2026-03-01T12:00:00Z`, or seconds of the epoch"),
            Self::WrongType
            | Self::UnknownField
            | Self::ProhibitedField
            | Self::MissingField
            | Self::UnknownOperator
            | Self::MissingClaim
            | Self::UselessValue
            | Self::MissingQuantifier
            | Self::ForAllValuesAllow
            | Self::MultiFactorGap
            | Self::NotPrincipalDeny
            | Self::LiteralVariable
            | Self::MisplacedVariable
            | Self::UsersOnly => None,
        }
    }
}

/// The order in which AWS checks, as far as it shows in which of several faults
/// is answered. See [`Parsed::refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stage {
    /// The text as JSON.
    Json,
    /// Keys and types.
    Syntax,
    /// The version.
    Version,
    /// Principals where there must be none.
    Principal,
    /// What the older parser refuses.
    Legacy,
    /// Statement ids.
    Sid,
    /// Statements without actions.
    Actions,
    /// Statements without resources.
    Resources,
    /// The form of resources.
    ResourceForm,
    /// The form of actions.
    ActionForm,
}
