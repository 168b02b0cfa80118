//! Access tokens, which say nothing by themselves: the provider that issued one answers
//! for it.
//!
//! Spec: STS API Reference, AssumeRoleWithWebIdentity, `ProviderId`: `www.amazon.com` and
//! `graph.facebook.com` are the providers of OAuth 2.0 access tokens.

use serde_json::{Map, Value};
use thiserror::Error;

use super::condition_keys::{ConditionKey, KeyValues};
use super::fault::JsonFault;
use super::json;
use super::limits::{ACCESS_TOKEN_BYTES_MAX, OWNER_BYTES_MAX};
use super::refusal::echo;
use super::session::SessionTags;

/// A provider that is asked about its access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessTokenProvider {
    /// Login with Amazon.
    Amazon,
    /// Facebook Login.
    Facebook,
}

/// For whom and for which application a provider says that a token of its was issued.
///
/// Nothing signs that: it holds as far as the answers that it was read from came from
/// the provider.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTokenOwner {
    provider: AccessTokenProvider,
    user_id: String,
    app_id: String,
    client_id: Option<String>,
    tags: SessionTags,
}

/// Why a provider's answer does not say whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AnswerFault {
    /// Not an unambiguous JSON object.
    #[error("the answer {0}")]
    Json(JsonFault),
    /// Not as many answers as there are questions.
    #[error("the provider was not asked everything")]
    Answers,
    /// A member that is absent, of another kind, empty or too long.
    #[error("the answer has no `{member}` that can be used")]
    Member {
        /// Its name.
        member: &'static str,
    },
    /// The token is no longer valid.
    #[error("the token expired")]
    Expired,
}

impl AccessTokenProvider {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Amazon, Self::Facebook];

    /// The provider of this name; names are compared exactly.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// The name, in `ProviderId`, in `Principal` and before the colon of condition keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amazon => "www.amazon.com",
            Self::Facebook => "graph.facebook.com",
        }
    }

    /// Where the provider answers.
    #[must_use]
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::Amazon => "https://api.amazon.com",
            Self::Facebook => "https://graph.facebook.com",
        }
    }

    /// What is asked there, one after the other; the token follows, percent-encoded.
    ///
    /// Spec: Login with Amazon, Developer Guide for Websites, "Verify the access token":
    /// `tokeninfo`. Facebook, Graph API: `/app` and `/me` are the application and the
    /// person of the token that asks. Choice: not `debug_token`, which takes the secret of
    /// the application.
    #[must_use]
    pub const fn questions(self) -> &'static [&'static str] {
        match self {
            Self::Amazon => &["/auth/o2/tokeninfo?access_token="],
            Self::Facebook => &["/app?fields=id&access_token=", "/me?fields=id&access_token="],
        }
    }

    /// Whether a text can be a token of this provider. The others are not sent to it.
    ///
    /// Spec: Login with Amazon, "Access Tokens": they begin with `Atza|` and have at most
    /// 2,048 bytes. Choice: the same length for Facebook, which documents none.
    #[must_use]
    pub fn takes(self, token: &str) -> bool {
        let printable = token.bytes().all(|byte| byte.is_ascii_graphic());
        let begins = match self {
            Self::Amazon => token.starts_with("Atza|"),
            Self::Facebook => !token.is_empty(),
        };
        printable && begins && token.len() <= ACCESS_TOKEN_BYTES_MAX
    }

    /// Reads the answers to [`Self::questions`], in their order.
    ///
    /// # Errors
    /// What in the answers does not say whose token it is.
    pub fn read(self, answers: &[&[u8]]) -> Result<AccessTokenOwner, AnswerFault> {
        match (self, answers) {
            (Self::Amazon, &[info]) => {
                let info = object(info)?;
                // Observed in the guide's example: the seconds that are left.
                if info.get("exp").and_then(Value::as_i64).is_some_and(|left| left <= 0) {
                    return Err(AnswerFault::Expired);
                }
                let client_id = info.contains_key("aud").then(|| text(&info, "aud")).transpose()?;
                Ok(self.owner(text(&info, "user_id")?, text(&info, "app_id")?, client_id))
            }
            (Self::Facebook, &[app, person]) => {
                let (app_id, user_id) = (text(&object(app)?, "id")?, text(&object(person)?, "id")?);
                Ok(self.owner(user_id, app_id, None))
            }
            _ => Err(AnswerFault::Answers),
        }
    }

    /// Whether an answer says that the provider is asked too often, which is nothing
    /// against the token.
    ///
    /// Spec: developers.facebook.com/docs/graph-api/overview/rate-limiting, error codes.
    /// Amazon answers 429, which is no answer about a token either.
    #[must_use]
    pub fn has_no_time(self, answer: &[u8]) -> bool {
        let answer = json::object(answer).unwrap_or_default();
        let code = answer.get("error").and_then(|error| error.get("code")).and_then(Value::as_u64);
        self == Self::Facebook && matches!(code, Some(4 | 17 | 32 | 613))
    }

    /// What the provider says where it does not accept the token, in the words of AWS.
    /// The token itself is left out of it.
    ///
    /// Observed: radkawar/stackd, recorded in 2026, of Facebook. Choice: the same form for
    /// Amazon, whose answer has an `error` and a description of it.
    #[must_use]
    pub fn rejection(self, answer: &[u8], token: &str) -> String {
        let answer = json::object(answer).unwrap_or_default();
        let (response, code) = match self {
            Self::Amazon => (answer.get("error_description"), answer.get("error")),
            Self::Facebook => {
                let error = answer.get("error");
                let member = |name| error.and_then(|error| error.get(name));
                (member("message"), member("code"))
            }
        };
        let (response, code) = (shown(response, token), shown(code, token));
        format!("{} rejected OAuth token with response \"{response}\" and code {code}", self.name())
    }

    fn owner(self, user_id: String, app_id: String, client_id: Option<String>) -> AccessTokenOwner {
        let tags = SessionTags::default();
        AccessTokenOwner { provider: self, user_id, app_id, client_id, tags }
    }
}

impl AccessTokenOwner {
    /// Who answered for the token.
    #[must_use]
    pub const fn provider(&self) -> AccessTokenProvider {
        self.provider
    }

    /// The person, as the provider numbers them for this application.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The application that the token was issued to: its client id where the provider
    /// tells it, or else its id.
    #[must_use]
    pub fn application_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or(&self.app_id)
    }

    /// None: an access token asks for no session tags.
    pub(crate) const fn session_tags(&self) -> &SessionTags {
        &self.tags
    }

    /// The claims that become condition keys, by their names behind the colon.
    ///
    /// Spec: UG:reference_policies_iam-condition-keys, `id`: `app_id` with `user_id` for
    /// Amazon and with `id` for Facebook. Choice: the subject that Amazon's newer key
    /// `sub` means is the user.
    pub(crate) fn claims(&self) -> Vec<(&'static str, &str)> {
        let (app, user) = (self.app_id.as_str(), self.user_id.as_str());
        match self.provider {
            AccessTokenProvider::Amazon => vec![("app_id", app), ("sub", user), ("user_id", user)],
            AccessTokenProvider::Facebook => vec![("app_id", app), ("id", user)],
        }
    }

    pub(crate) fn condition_keys(&self) -> Vec<ConditionKey> {
        let provider = self.provider.name();
        let key = |(claim, value): (&str, &str)| ConditionKey {
            name: format!("{provider}:{claim}"),
            values: KeyValues::One(value.to_owned()),
        };
        self.claims().into_iter().map(key).collect()
    }
}

fn object(json: &[u8]) -> Result<Map<String, Value>, AnswerFault> {
    json::object(json).map_err(AnswerFault::Json)
}

fn text(answer: &Map<String, Value>, member: &'static str) -> Result<String, AnswerFault> {
    let text = answer.get(member).and_then(Value::as_str);
    text.filter(|text| (1..=OWNER_BYTES_MAX).contains(&text.len()))
        .map(str::to_owned)
        .ok_or(AnswerFault::Member { member })
}

/// A member of a stranger's answer as it is repeated to the caller.
/// A text to be told. Facebook repeats a token that it cannot read: tokens are not for
/// messages and logs.
fn shown(member: Option<&Value>, token: &str) -> String {
    let text = match member {
        Some(Value::String(text)) => echo(&text.replace(token, "...")),
        Some(Value::Number(number)) => number.to_string(),
        _ => "unknown".to_owned(),
    };
    text.chars().filter(|character| !character.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMAZON: &[u8] = br#"{"iss": "https://www.amazon.com", "user_id": "amzn1.account.A",
        "aud": "amzn1.oa2-client.C", "app_id": "amzn1.application.P", "exp": 3597, "iat": 1}"#;

    fn keys(owner: &AccessTokenOwner) -> Vec<String> {
        owner
            .condition_keys()
            .into_iter()
            .map(|key| match key.values {
                KeyValues::One(value) => format!("{}={value}", key.name),
                KeyValues::Many(_) => key.name,
            })
            .collect()
    }

    #[test]
    fn answers_say_whose_a_token_is() {
        let owner = AccessTokenProvider::Amazon.read(&[AMAZON]).unwrap();
        assert_eq!(
            (owner.user_id(), owner.application_id()),
            ("amzn1.account.A", "amzn1.oa2-client.C")
        );
        assert_eq!(
            keys(&owner),
            [
                "www.amazon.com:app_id=amzn1.application.P",
                "www.amazon.com:sub=amzn1.account.A",
                "www.amazon.com:user_id=amzn1.account.A"
            ]
        );
        let owner = AccessTokenProvider::Facebook.read(&[br#"{"id": "7"}"#, br#"{"id": "8"}"#]);
        let owner = owner.unwrap();
        assert_eq!((owner.user_id(), owner.application_id()), ("8", "7"));
        assert_eq!(keys(&owner), ["graph.facebook.com:app_id=7", "graph.facebook.com:id=8"]);
    }

    #[test]
    fn answers_that_do_not_say_it_are_refused() {
        let long =
            format!(r#"{{"user_id": "{}", "app_id": "p"}}"#, "u".repeat(OWNER_BYTES_MAX + 1));
        let longest = format!(r#"{{"user_id": "{}", "app_id": "p"}}"#, "u".repeat(OWNER_BYTES_MAX));
        assert!(AccessTokenProvider::Amazon.read(&[longest.as_bytes()]).is_ok());
        let member = |member| AnswerFault::Member { member };
        for (answer, fault) in [
            ("{}", member("user_id")),
            (r#"{"user_id": "u"}"#, member("app_id")),
            (r#"{"user_id": "", "app_id": "p"}"#, member("user_id")),
            (r#"{"user_id": 1, "app_id": "p"}"#, member("user_id")),
            (r#"{"user_id": "u", "app_id": "p", "aud": 1}"#, member("aud")),
            (r#"{"user_id": "u", "app_id": "p", "exp": 0}"#, AnswerFault::Expired),
            (long.as_str(), member("user_id")),
            ("<html>", AnswerFault::Json(JsonFault::Syntax)),
            (
                r#"{"user_id": "u", "user_id": "v", "app_id": "p"}"#,
                AnswerFault::Json(JsonFault::DuplicateKey { key: "user_id".to_owned() }),
            ),
        ] {
            let found = AccessTokenProvider::Amazon.read(&[answer.as_bytes()]).unwrap_err();
            assert_eq!(found, fault, "{answer}");
        }
        let facebook = AccessTokenProvider::Facebook;
        assert_eq!(facebook.read(&[br#"{"id": "7"}"#]).unwrap_err(), AnswerFault::Answers);
        let person = br#"{"id": 8}"#;
        assert_eq!(facebook.read(&[br#"{"id": "7"}"#, person]).unwrap_err(), member("id"));
    }

    #[test]
    fn only_what_can_be_a_token_is_sent() {
        let (amazon, facebook) = (AccessTokenProvider::Amazon, AccessTokenProvider::Facebook);
        let fill = |length: usize| format!("Atza|{}", "a".repeat(length - 5));
        for (provider, token, takes) in [
            (amazon, "Atza|abc".to_owned(), true),
            (amazon, "Atzr|abc".to_owned(), false),
            (amazon, "eyJ.eyJ.sig".to_owned(), false),
            (amazon, fill(ACCESS_TOKEN_BYTES_MAX), true),
            (amazon, fill(ACCESS_TOKEN_BYTES_MAX + 1), false),
            (facebook, "EAAB".to_owned(), true),
            (facebook, "EA AB".to_owned(), false),
            (facebook, "EA\r\nAB".to_owned(), false),
            (facebook, "ü".to_owned(), false),
            (facebook, String::new(), false),
        ] {
            assert_eq!(provider.takes(&token), takes, "{token}");
        }
    }

    #[test]
    fn a_rejection_repeats_what_the_provider_said() {
        let facebook = br#"{"error": {"message": "Bad\nsignature", "code": 190}}"#;
        assert_eq!(
            AccessTokenProvider::Facebook.rejection(facebook, "token"),
            "graph.facebook.com rejected OAuth token with response \"Badsignature\" and code 190"
        );
        assert_eq!(
            AccessTokenProvider::Amazon.rejection(b"?", "token"),
            "www.amazon.com rejected OAuth token with response \"unknown\" and code unknown"
        );
        let repeated =
            br#"{"error": {"message": "Malformed access token EAAsecret1", "code": 190}}"#;
        let told = AccessTokenProvider::Facebook.rejection(repeated, "EAAsecret1");
        assert!(told.contains("Malformed access token ...") && !told.contains("secret"), "{told}");
    }

    #[test]
    fn a_provider_that_has_no_time_has_not_rejected_the_token() {
        let answer = |code: u16| format!(r#"{{"error": {{"message": "x", "code": {code}}}}}"#);
        for code in [4, 17, 32, 613] {
            assert!(AccessTokenProvider::Facebook.has_no_time(answer(code).as_bytes()), "{code}");
        }
        assert!(!AccessTokenProvider::Facebook.has_no_time(answer(190).as_bytes()));
        assert!(!AccessTokenProvider::Facebook.has_no_time(b"?"));
        assert!(!AccessTokenProvider::Amazon.has_no_time(answer(4).as_bytes()));
    }
}
