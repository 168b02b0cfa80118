//! Patterns beside patterns: whether one matches all that another does, and whether there
//! is anything that both match.
//!
//! Both answers lean to one side. Of [`Pattern::covers`] a yes is certain, of
//! [`Pattern::overlaps`] a no.

use crate::limits::PATTERN_STEPS_MAX;

/// A pattern, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    One(char),
    /// `?`
    Any,
    /// `*`, or what stands for a name; of some texts a character that is not in it.
    Run(Option<char>),
    /// `${name}` of a policy, whose value nobody knows.
    Variable(String),
}

impl Pattern {
    /// A pattern as policies have them, where `${*}` is a character and `${name}` anything.
    #[must_use]
    pub fn of_policy(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let braced = rest.strip_prefix("${").and_then(|rest| rest.split_once('}'));
            if let Some((name, behind)) = braced {
                tokens.push(match name {
                    "*" | "?" | "$" => Token::One(name.chars().next().unwrap_or('$')),
                    _ => Token::Variable(name.to_ascii_lowercase()),
                });
                rest = behind;
                continue;
            }
            tokens.push(match character {
                '*' => Token::Run(None),
                '?' => Token::Any,
                _ => Token::One(character),
            });
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Self(tokens)
    }

    /// The pattern of a resource, in which a wildcard stays within its component but for
    /// the last. IAM completes a short ARN with `*`.
    #[must_use]
    pub fn of_resource(text: &str) -> Self {
        let missing = 5_usize.saturating_sub(text.matches(':').count());
        let Self(mut tokens) = Self::of_policy(&format!("{text}{}", ":*".repeat(missing)));
        let mut colons = 0;
        for token in &mut tokens {
            match token {
                Token::One(':') => colons += 1,
                Token::Run(without) if colons < 5 => *without = Some(':'),
                _ => {}
            }
        }
        Self(tokens)
    }

    /// The pattern of an action, in which case has no meaning.
    #[must_use]
    pub fn of_action(text: &str) -> Self {
        Self::of_policy(&text.to_ascii_lowercase())
    }

    /// The form of an ARN as the catalogue has it, where `${Name}` is a name: without a
    /// colon before the last component, and without a slash where it names a bucket.
    #[must_use]
    pub fn of_form(form: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = form;
        let mut colons = 0;
        while let Some(character) = rest.chars().next() {
            if let Some((name, behind)) =
                rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
            {
                let without = match name {
                    _ if colons < 5 => Some(':'),
                    // Spec: S3:bucketnamingrules, no slash in the name of a bucket.
                    "BucketName" => Some('/'),
                    _ => None,
                };
                tokens.push(Token::Run(without));
                rest = behind;
                continue;
            }
            colons += usize::from(character == ':');
            tokens.push(if character == '*' { Token::Run(None) } else { Token::One(character) });
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Self(tokens)
    }

    /// Whether it matches this text, which is ASCII, without regard to case. Variables
    /// match nothing.
    #[must_use]
    pub fn matches_folded(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let (mut token, mut at) = (0, 0);
        // Where the last run stands, and how far it reaches.
        let mut run: Option<(usize, usize)> = None;
        while at < text.len() || token < self.0.len() {
            let byte = text.get(at).map(|byte| char::from(byte.to_ascii_lowercase()));
            match (self.0.get(token), byte) {
                (Some(Token::Run(_)), _) => {
                    run = Some((token, at));
                    token += 1;
                    continue;
                }
                (Some(Token::Any), Some(_)) => (token, at) = (token + 1, at + 1),
                (Some(Token::One(wanted)), Some(byte)) if *wanted == byte => {
                    (token, at) = (token + 1, at + 1);
                }
                _ => {
                    // A run reaches further, or there is none that could.
                    let Some((start, reached)) = run.filter(|(_, at)| *at < text.len()) else {
                        return false;
                    };
                    run = Some((start, reached + 1));
                    (token, at) = (start + 1, reached + 1);
                }
            }
        }
        true
    }

    /// Whether everything that the other matches matches this too. A no may be wrong.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let (mine, others) = (self.0.as_slice(), other.0.as_slice());
        if mine.len().saturating_mul(others.len()) > PATTERN_STEPS_MAX {
            return self == other;
        }
        // Which beginnings of the other are covered by the tokens so far.
        let mut reached = vec![false; others.len() + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        for token in mine {
            let mut next = vec![false; others.len() + 1];
            let mut running = false;
            for (at, place) in next.iter_mut().enumerate() {
                let before = at.checked_sub(1);
                let came = before.and_then(|at| reached.get(at)).copied().unwrap_or(false);
                let here = reached.get(at).copied().unwrap_or(false);
                let last = before.and_then(|at| others.get(at));
                *place = match token {
                    Token::Run(_) => {
                        running |= here;
                        running
                    }
                    Token::Any => came && matches!(last, Some(Token::One(_) | Token::Any)),
                    Token::One(_) | Token::Variable(_) => came && last == Some(token),
                };
            }
            reached = next;
        }
        reached.last().copied().unwrap_or(false)
    }

    /// Whether there may be a text that both match. A yes may be wrong.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (mine, others) = (self.0.as_slice(), other.0.as_slice());
        if mine.len().saturating_mul(others.len()) > PATTERN_STEPS_MAX {
            return true;
        }
        // From the end: whether what is left of both can match one text.
        let mut below = vec![false; others.len() + 1];
        for at in (0..=mine.len()).rev() {
            let mut line = vec![false; others.len() + 1];
            for other_at in (0..=others.len()).rev() {
                let (left, right) = (mine.get(at), others.get(other_at));
                let here = |line: &[bool], at: usize| line.get(at).copied().unwrap_or(false);
                let fits = match (left, right) {
                    (None, None) => true,
                    (Some(left), None) => left.is_run() && here(&below, other_at),
                    (None, Some(right)) => right.is_run() && here(&line, other_at + 1),
                    (Some(left), Some(right)) => {
                        let skip_left =
                            (left.is_run() || right.takes(left)) && here(&below, other_at);
                        let skip_right =
                            (right.is_run() || left.takes(right)) && here(&line, other_at + 1);
                        let both = !left.is_run()
                            && !right.is_run()
                            && left.meets(right)
                            && here(&below, other_at + 1);
                        skip_left || skip_right || both
                    }
                };
                if let Some(place) = line.get_mut(other_at) {
                    *place = fits;
                }
            }
            below = line;
        }
        below.first().copied().unwrap_or(false)
    }
}

impl Token {
    const fn is_run(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Variable(_))
    }

    /// Whether a run can go on over this token.
    fn takes(&self, token: &Self) -> bool {
        match (self, token) {
            (Self::Run(Some(without)), Self::One(character)) => without != character,
            (Self::Run(_) | Self::Variable(_), _) => true,
            (Self::One(_) | Self::Any, _) => false,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(left), Self::One(right)) => left == right,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covering_is_certain() {
        for (wide, narrow, covered) in [
            ("*", "anything*?", true),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:Get*", "s3:Get*Acl", true),
            ("s3:*Get*", "s3:Get?", true),
            ("s3:Get?", "s3:Get*", false),
            ("s3:Get?", "s3:GetX", true),
            ("s3:GetObject", "s3:Get*", false),
            ("a*b", "a*c", false),
            ("a*", "", false),
            ("${aws:UserName}/*", "${aws:username}/x", true),
            ("*/x", "${aws:username}/x", true),
            ("a/x", "${aws:username}/x", false),
            ("a${*}", "a*", false),
            ("", "", true),
        ] {
            let (left, right) = (Pattern::of_policy(wide), Pattern::of_policy(narrow));
            assert_eq!(left.covers(&right), covered, "{wide} {narrow}");
        }
    }

    #[test]
    fn actions_are_matched_in_any_case() {
        for (pattern, text, matched) in [
            ("get*", "GetObject", true),
            ("get*acl", "GetObjectAcl", true),
            ("get*acl", "GetObjectAclX", false),
            ("*o*b*t", "GetObject", true),
            ("g?tobject", "GetObject", true),
            ("getobject?", "GetObject", false),
            ("getobject*", "GetObject", true),
            ("getobject", "GetObjects", false),
            ("${x}", "x", false),
            ("*", "", true),
        ] {
            assert_eq!(
                Pattern::of_action(pattern).matches_folded(text),
                matched,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn what_does_not_overlap_has_nothing_in_common() {
        for (form, pattern, common) in [
            ("s3:::${BucketName}", "s3:::reports", true),
            ("s3:::${BucketName}", "s3:::reports/*", false),
            ("s3:::${BucketName}", "s3:::re*", true),
            ("s3:::${BucketName}/${ObjectName}", "s3:::reports", false),
            ("s3:::${BucketName}/${ObjectName}", "s3:::re*", true),
            ("s3:::${BucketName}/${ObjectName}", "s3:::${aws:username}", true),
            ("sns:${Region}:${Account}:${Topic}", "sns:eu-1:1:t", true),
            ("sns:${Region}:${Account}:${Topic}", "sqs:eu-1:1:t", false),
            ("ec2:${Region}::image/${Id}", "ec2:*:1:image/*", false),
            ("ec2:${Region}::image/${Id}", "ec2:*:*:image/*", true),
            ("ec2:${Region}::image/${Id}", "ec2:*", true),
            ("iam::${Account}:role/${Name}", "iam::1:user/*", false),
            ("iam::${Account}:role/${Name}", "iam::1:?ole/a", true),
        ] {
            let form_pattern = Pattern::of_form(&format!("arn:aws:{form}"));
            let written = Pattern::of_resource(&format!("arn:aws:{pattern}"));
            assert_eq!(form_pattern.overlaps(&written), common, "{form} {pattern}");
            assert_eq!(written.overlaps(&form_pattern), common, "{pattern} {form}");
        }
    }

    #[test]
    fn patterns_too_long_to_compare_are_taken_to_overlap() {
        let long = "a".repeat(PATTERN_STEPS_MAX);
        let (left, right) = (Pattern::of_policy(&long), Pattern::of_policy("bb"));
        assert!(left.overlaps(&right) && !left.covers(&right) && left.covers(&left));
    }
}
