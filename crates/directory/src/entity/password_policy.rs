use std::collections::BTreeSet;

use thiserror::Error;

/// What passwords of the account's users must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Fewest characters, 6 to 128.
    pub minimum_length: u8,
    /// The kinds of characters each of which a password must have.
    pub required: BTreeSet<CharacterKind>,
    /// Whether users may change their own password in a console.
    pub users_may_change: bool,
    /// After how many days a password expires, 1 to 1,095.
    pub max_age_days: Option<u16>,
    /// How many of a user's last passwords must not come again, 1 to 24.
    pub reuse_prevention: Option<u8>,
    /// Whether an expired password can be changed in a console; as it was given.
    pub hard_expiry: Option<bool>,
}

/// A kind of characters in a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CharacterKind {
    /// `a` to `z`.
    Lowercase,
    /// `A` to `Z`.
    Uppercase,
    /// `0` to `9`.
    Number,
    /// One of `! @ # $ % ^ & * ( ) _ + - = [ ] { } | '`.
    Symbol,
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordFault {
    /// It is shorter than the policy says.
    #[error("shorter than {minimum} characters")]
    Short {
        /// Fewest characters.
        minimum: u8,
    },
    /// It lacks a kind of characters.
    #[error("without a {0:?} character")]
    Lacks(CharacterKind),
    /// It does not satisfy the policy of accounts that have none.
    #[error("against the default policy")]
    Default,
    /// The user had it before.
    #[error("used before")]
    Reused,
}

/// Spec: UG:id_credentials_passwords_account-policy, "Default password policy": eight
/// characters at least, of three kinds at least, and not the name of the account.
const DEFAULT_LENGTH_MIN: usize = 8;
const DEFAULT_KINDS_MIN: usize = 3;

impl CharacterKind {
    const ALL: [Self; 4] = [Self::Lowercase, Self::Uppercase, Self::Number, Self::Symbol];

    // Spec: API UpdateAccountPasswordPolicy: which characters are symbols, and which letters
    // are those of the ISO basic Latin alphabet.
    fn has(self, character: char) -> bool {
        match self {
            Self::Lowercase => character.is_ascii_lowercase(),
            Self::Uppercase => character.is_ascii_uppercase(),
            Self::Number => character.is_ascii_digit(),
            Self::Symbol => "!@#$%^&*()_+-=[]{}|'".contains(character),
        }
    }

    fn is_in(self, password: &str) -> bool {
        password.chars().any(|character| self.has(character))
    }
}

impl PasswordPolicy {
    /// Fewest characters when a policy does not say. Observed: recorded (2026-02).
    pub const MINIMUM_LENGTH_DEFAULT: u8 = 6;

    /// How many of the last passwords, the present one included, must not come again.
    #[must_use]
    pub fn remembered(policy: Option<&Self>) -> usize {
        usize::from(policy.and_then(|policy| policy.reuse_prevention).unwrap_or(0))
    }

    /// Whether a password is as the policy says, or as accounts without one have it.
    /// `account_name` is the alias or the number.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(
        policy: Option<&Self>,
        password: &str,
        account_name: &str,
    ) -> Result<(), PasswordFault> {
        let length = password.chars().count();
        let Some(policy) = policy else {
            let kinds = CharacterKind::ALL.into_iter().filter(|kind| kind.is_in(password)).count();
            let is_good = length >= DEFAULT_LENGTH_MIN
                && kinds >= DEFAULT_KINDS_MIN
                && !password.eq_ignore_ascii_case(account_name);
            return if is_good { Ok(()) } else { Err(PasswordFault::Default) };
        };
        if length < usize::from(policy.minimum_length) {
            return Err(PasswordFault::Short { minimum: policy.minimum_length });
        }
        match policy.required.iter().find(|kind| !kind.is_in(password)) {
            Some(kind) => Err(PasswordFault::Lacks(*kind)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_without_a_policy_ask_for_length_and_three_kinds() {
        for (password, is_good) in [
            ("Abcdefg1", true),
            ("abcdef1!", true),
            ("ABCDEF1!", true),
            ("Abcdef1", false),
            ("abcdefg1", false),
            ("Abcdefgh", false),
            ("Äbcdefg1", false),
            ("Abcdefg?", false),
            ("My-Company-2", false),
        ] {
            let checked = PasswordPolicy::check(None, password, "my-company-2");
            assert_eq!(checked.is_ok(), is_good, "{password}");
        }
    }

    #[test]
    fn a_policy_is_followed_to_the_letter() {
        let policy = PasswordPolicy {
            minimum_length: 10,
            required: CharacterKind::ALL.into(),
            users_may_change: false,
            max_age_days: None,
            reuse_prevention: Some(24),
            hard_expiry: None,
        };
        for (password, fault) in [
            ("Abcdefg1!x", None),
            ("Abcdefg1!", Some(PasswordFault::Short { minimum: 10 })),
            ("ABCDEFG1!X", Some(PasswordFault::Lacks(CharacterKind::Lowercase))),
            ("abcdefg1!x", Some(PasswordFault::Lacks(CharacterKind::Uppercase))),
            ("Abcdefgh!x", Some(PasswordFault::Lacks(CharacterKind::Number))),
            ("Abcdefg1\"x", Some(PasswordFault::Lacks(CharacterKind::Symbol))),
        ] {
            let checked = PasswordPolicy::check(Some(&policy), password, "x");
            assert_eq!(checked.err(), fault, "{password}");
        }
        assert_eq!(PasswordPolicy::remembered(Some(&policy)), 24);
        let lax = PasswordPolicy { required: BTreeSet::new(), reuse_prevention: None, ..policy };
        assert_eq!(PasswordPolicy::check(Some(&lax), "aaaaaaaaaa", "x"), Ok(()));
        assert_eq!(PasswordPolicy::remembered(Some(&lax)), 0);
    }
}
