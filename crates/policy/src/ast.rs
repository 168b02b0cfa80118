use crate::{Operator, Span, Spanned};

/// What a document says, with the place of everything in it.
///
/// Made by [`crate::parse`] only, so it has passed the grammar of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) version: Version,
    // Whether the document says its version, which the meaning does not tell.
    pub(crate) version_is_written: bool,
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) statements_shape: Shape,
}

/// How a value is written that may be one thing or an array of such things. Both
/// mean the same; kept so that a policy is printed as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// `"x"`
    One,
    /// `["x"]`, of any length.
    Array,
}

/// Which version of the language a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`, also when the document does not say: there are no variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The whole object.
    pub span: Span,
    /// The statement id.
    pub sid: Option<Spanned<String>>,
    /// Allow or Deny.
    pub effect: Spanned<Effect>,
    /// Principal or NotPrincipal, in kinds of document that have it.
    pub principals: Option<Principals>,
    /// Action or NotAction.
    pub actions: Patterns,
    /// Resource or NotResource, in kinds of document that have it.
    pub resources: Option<Patterns>,
    /// The operators of the condition block as written, those without keys
    /// included; `None` when there is no block.
    pub operators: Option<Vec<Spanned<String>>>,
    /// The condition block, one entry per operator and key. All must hold.
    pub conditions: Vec<Condition>,
}

/// What a statement does when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It grants.
    Allow,
    /// It denies.
    Deny,
}

impl Effect {
    /// `Allow` or `Deny`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// Whether an element says which things it means, or which it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// Principal, Action, Resource: one entry must match.
    Any,
    /// NotPrincipal, NotAction, NotResource: no entry may match.
    NoneOf,
}

/// The patterns of an Action, NotAction, Resource or NotResource element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns {
    /// The element's value.
    pub span: Span,
    /// Whether this is the `Not...` form.
    pub polarity: Polarity,
    /// The patterns, in their order.
    pub values: Vec<Spanned<String>>,
    /// Whether they stand in an array.
    pub shape: Shape,
}

/// A Principal or NotPrincipal element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principals {
    /// The element's value.
    pub span: Span,
    /// Whether this is `NotPrincipal`.
    pub polarity: Polarity,
    /// The kinds of principal the element has, in their order. A kind occurs once,
    /// and may have no entry.
    pub kinds: Vec<(PrincipalKind, Shape)>,
    /// The principals, in their order.
    pub entries: Vec<PrincipalEntry>,
}

/// One principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// Under which key it stands.
    pub kind: PrincipalKind,
    /// The text, such as an ARN.
    pub value: Spanned<String>,
}

/// The key a principal stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// No key at all: `"Principal": "*"`.
    Everyone,
    /// `AWS`: accounts, users, roles and sessions.
    Aws,
    /// `Federated`: identity providers.
    Federated,
    /// `Service`: service principals.
    Service,
    /// `CanonicalUser`: the object store's own account ids.
    CanonicalUser,
}

impl PrincipalKind {
    /// The key; the empty string where there is none.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Everyone => "",
            Self::Aws => "AWS",
            Self::Federated => "Federated",
            Self::Service => "Service",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

/// One operator and one key of a condition block, with the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator, `None` when the name is not one. AWS lets such a block
    /// stand when it is empty; in a stored document it makes the statement fail closed.
    pub operator: Spanned<Option<Operator>>,
    /// The key, as written.
    pub key: Spanned<String>,
    /// The values, in their order.
    pub values: Vec<ConditionValue>,
    /// Whether they stand in an array.
    pub shape: Shape,
}

/// One value of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionValue {
    /// The JSON token that says it, quotes included.
    pub span: Span,
    /// The text; of a boolean or number the JSON text.
    pub value: String,
    /// Whether it is written in quotes.
    pub quoted: bool,
}

impl Policy {
    /// The version of the language.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Whether the document says its version; without it the older one is meant.
    #[must_use]
    pub const fn version_is_written(&self) -> bool {
        self.version_is_written
    }

    /// The document's Id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(|id| id.value.as_str())
    }

    /// The statements, in their order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Every string under `AWS` of every Principal and NotPrincipal element, with
    /// the place of its JSON token.
    ///
    /// On saving a trust policy the ARNs of users and roles among these are replaced
    /// by unique ids, on display the other way round; see [`crate::replace_strings`].
    /// Spec: UG:reference_policies_elements_principal.
    pub fn aws_principals(&self) -> impl Iterator<Item = (Span, &str)> {
        self.principals(PrincipalKind::Aws)
    }

    /// Every string under `Federated`, with the place of its JSON token.
    pub fn federated_principals(&self) -> impl Iterator<Item = (Span, &str)> {
        self.principals(PrincipalKind::Federated)
    }

    fn principals(&self, kind: PrincipalKind) -> impl Iterator<Item = (Span, &str)> {
        let elements = self.statements.iter().filter_map(|statement| statement.principals.as_ref());
        elements
            .flat_map(|element| &element.entries)
            .filter(move |entry| entry.kind == kind)
            .map(|entry| (entry.value.span, entry.value.value.as_str()))
    }
}
