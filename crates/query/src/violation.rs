//! What is wrong with a request, collected until all of it is known.

use stead_api::{ApiError, ErrorCode};

use crate::limits::{ECHO_CHARACTERS_MAX, VIOLATIONS_SHOWN_MAX};
use crate::text::shortened;

/// Whether messages repeat the values they refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    /// `Value 'x' at 'path'`, as STS does.
    Repeat,
    /// `Value at 'path'`, as IAM does.
    Withhold,
    /// Neither: an error tells the first violation, as a reason, as Organizations does.
    Reason,
}

/// Which kind of constraint a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It must be there.
    Required,
    /// The expression.
    Pattern,
    /// The closed set.
    Set,
    /// The fewest characters or elements.
    Shortest,
    /// The most characters or elements.
    Longest,
    /// The least number.
    Least,
    /// The greatest number.
    Greatest,
}

impl Broken {
    /// What a reason begins with.
    ///
    /// Observed: UpdateOrganizationalUnit, UntagResource, ListOrganizationalUnitsForParent, and
    /// DescribeEffectivePolicy for the set (radkawar/stackd, recorded in 2026).
    const fn reason(self) -> &'static str {
        match self {
            Self::Required => "INPUT_REQUIRED",
            Self::Pattern => "INVALID_PATTERN",
            Self::Set => "INVALID_ENUM",
            Self::Shortest => "MIN_LENGTH_EXCEEDED",
            Self::Longest => "MAX_LENGTH_EXCEEDED",
            Self::Least => "MIN_VALUE_EXCEEDED",
            Self::Greatest => "MAX_VALUE_EXCEEDED",
        }
    }

    /// What the message says of it.
    ///
    /// Observed: RoadieHQ/roadie-backstage-plugins issue 1391, for the expression. Spec:
    /// Organizations API Reference, InvalidInputException, for the others.
    const fn message(self) -> &'static str {
        match self {
            Self::Required => "You must include a value for all required parameters.",
            Self::Pattern => "You provided a value that does not match the required pattern.",
            Self::Set => "You specified an invalid value.",
            Self::Shortest => "You provided a string parameter that is shorter than allowed.",
            Self::Longest => "You provided a string parameter that is longer than allowed.",
            Self::Least => {
                "You provided a numeric parameter that has a smaller value than allowed."
            }
            Self::Greatest => {
                "You provided a numeric parameter that has a larger value than allowed."
            }
        }
    }
}

/// A place as reasons name it: `tags.1.member.key` is `TAGS_1_MEMBER_KEY`, and
/// `organizationalUnitId` is `ORGANIZATIONAL_UNIT_ID`.
///
/// Observed: as above, for names. Choice: for what lies within a list, as other services of
/// the framework name it.
fn words(path: &str) -> String {
    let mut words = String::with_capacity(path.len() + 8);
    for character in path.chars() {
        if character.is_ascii_uppercase() && words.ends_with(|before: char| before != '_') {
            words.push('_');
        }
        words.push(if character == '.' { '_' } else { character.to_ascii_uppercase() });
    }
    words
}

/// Everything found wrong so far.
#[derive(Debug)]
pub(crate) struct Report {
    echo: Echo,
    /// The form could not be read as the model's types: reported alone, first come.
    malformed: Option<String>,
    /// How many violations there are.
    count: usize,
    /// The first of them, in AWS's order.
    violations: Vec<String>,
    /// What the first of them is and where, for a reason.
    first: Option<(Broken, String)>,
    /// The first text that breaks a rule AWS states in words, and lists with no other.
    stated: Option<String>,
    /// A message repeats what is a secret.
    repeats_secret: bool,
}

impl Report {
    /// Nothing wrong yet.
    pub(crate) const fn new(echo: Echo) -> Self {
        Self {
            echo,
            malformed: None,
            count: 0,
            violations: Vec::new(),
            first: None,
            stated: None,
            repeats_secret: false,
        }
    }

    /// A parameter that is not of its type.
    pub(crate) fn malformed(&mut self, message: impl Into<String>) {
        self.malformed.get_or_insert(message.into());
    }

    /// What is refused from here on may hold a secret.
    pub(crate) const fn repeats_a_secret(&mut self) {
        self.repeats_secret = true;
    }

    /// A member that must be there and is not.
    pub(crate) fn missing(&mut self, path: &str) {
        // Observed: STS says `Value null`, IAM says `Value`.
        let value = if self.echo == Echo::Repeat { " null" } else { "" };
        self.push(value, path, Broken::Required, "Member must not be null");
    }

    /// Whether only what is broken first is told, and where.
    pub(crate) fn tells_reasons(&self) -> bool {
        self.echo == Echo::Reason
    }

    /// A value that breaks a constraint; `None` when it must not be repeated.
    pub(crate) fn refused(
        &mut self,
        value: Option<&str>,
        path: &str,
        broken: Broken,
        constraint: &str,
    ) {
        let value = match (self.echo, value) {
            (Echo::Repeat, Some(value)) => {
                format!(" '{}'", shortened(value, ECHO_CHARACTERS_MAX))
            }
            (Echo::Repeat, None) | (Echo::Withhold | Echo::Reason, _) => String::new(),
        };
        self.push(&value, path, broken, constraint);
    }

    /// A value that does not match its expression.
    pub(crate) fn unmatched(&mut self, value: Option<&str>, path: &str, expression: &str) {
        match (self.echo, statement(expression)) {
            (Echo::Withhold, Some(statement)) => {
                let error = format!("The specified value for {path} is invalid. {statement}");
                self.stated.get_or_insert(error);
            }
            (Echo::Repeat | Echo::Reason, _) | (Echo::Withhold, None) => {
                let constraint =
                    format!("Member must satisfy regular expression pattern: {expression}");
                self.refused(value, path, Broken::Pattern, &constraint);
            }
        }
    }

    fn push(&mut self, value: &str, path: &str, broken: Broken, constraint: &str) {
        self.count += 1;
        if self.tells_reasons() {
            self.first.get_or_insert_with(|| (broken, words(path)));
        } else if self.violations.len() < VIOLATIONS_SHOWN_MAX {
            let violation =
                format!("Value{value} at '{path}' failed to satisfy constraint: {constraint}");
            self.violations.push(violation);
        }
    }

    /// The one error that tells all of it, if there is anything to tell.
    pub(crate) fn into_error(self) -> Option<ApiError> {
        let for_caller_alone = self.repeats_secret;
        let error = self.error()?;
        Some(if for_caller_alone { error.for_caller_alone() } else { error })
    }

    fn error(self) -> Option<ApiError> {
        if let Some(message) = self.malformed {
            return Some(ApiError::new(ErrorCode::MalformedInput, message));
        }
        // Choice: the first of several, in the order in which other services list all.
        if let Some((broken, place)) = self.first {
            let error = ApiError::new(ErrorCode::InvalidInputException, broken.message());
            return Some(error.with_reason(format!("{}:{place}", broken.reason())));
        }
        // Choice: what the framework refuses goes before what IAM checks itself.
        if let (0, Some(stated)) = (self.count, self.stated) {
            return Some(ApiError::validation(stated));
        }
        let count = self.count;
        let plural = if count == 1 { "" } else { "s" };
        let violations = self.violations.join("; ");
        (count > 0).then(|| {
            ApiError::validation(format!("{count} validation error{plural} detected: {violations}"))
        })
    }
}

/// What IAM says in words where STS shows the expression.
///
/// Observed: CreateVirtualMFADevice for paths (2026-02), aws/aws-cli issue 5860 for
/// path prefixes, AddRoleToInstanceProfile and PutRolePolicy for names (in the reports
/// of terraform users). Choice: the paths of policies, whose expression is narrower.
fn statement(expression: &str) -> Option<&'static str> {
    match expression {
        r"[\w+=,.@-]+" => {
            Some("It must contain only alphanumeric characters and/or the following: +=,.@_-")
        }
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" | r"((/[A-Za-z0-9\.,\+@=_-]+)*)/" => Some(
            "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        ),
        r"\u002F[\u0021-\u007F]*" => Some(
            "It must begin with the / character and contain only alphanumeric characters and/or / characters.",
        ),
        _ => None,
    }
}
