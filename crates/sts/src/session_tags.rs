//! Session tags: passed with a call, inherited from the calling session, handed on.

use stead_api::sts::Tag as RequestTag;
use stead_api::{ApiError, ErrorCode};
use stead_session::{Claims, SessionTags};
use stead_types::{Tag, TagError, TagKey, TagSet};

/// Spec: UG:id_session-tags: at most 50 tags in a session.
const TAGS_MAX: usize = 50;

/// The tags of a request, checked against each other and the calling session.
#[derive(Clone, Debug)]
pub(crate) struct RequestedTags {
    /// The tags the request passes.
    pub(crate) passed: TagSet,
    /// The keys the request marks transitive.
    pub(crate) transitive_keys: Vec<TagKey>,
    /// The tags that the calling session hands on.
    pub(crate) inherited: Vec<Tag>,
}

impl RequestedTags {
    /// Checks the tags of a request.
    ///
    /// # Errors
    /// Duplicate keys, transitive keys without a tag, keys the calling session hands
    /// on, more than 50 tags.
    pub(crate) fn read(
        tags: &[RequestTag],
        transitive_keys: &[String],
        caller: Option<&Claims>,
    ) -> Result<Self, ApiError> {
        let tags = tags.iter().map(tag).collect::<Result<Vec<_>, _>>()?;
        let passed = TagSet::new(tags).map_err(|_| duplicate())?;
        let transitive_keys =
            transitive_keys.iter().map(|key| tag_key(key)).collect::<Result<Vec<_>, _>>()?;
        Self::check(passed, transitive_keys, caller)
    }

    /// Checks the tags that a token of an identity provider asks for.
    ///
    /// # Errors
    /// As for the tags of a request.
    pub(crate) fn of_token(tags: &TagSet, transitive: &[TagKey]) -> Result<Self, ApiError> {
        Self::check(tags.clone(), transitive.to_vec(), None)
    }

    fn check(
        passed: TagSet,
        transitive_keys: Vec<TagKey>,
        caller: Option<&Claims>,
    ) -> Result<Self, ApiError> {
        if transitive_keys.iter().any(|key| passed.find(key.as_str()).is_none()) {
            return Err(invalid(
                "The specified transitive tag key must be included in the requested tags.",
            ));
        }
        let inherited: Vec<Tag> = match caller {
            Some(claims) => claims.tags.transitive().cloned().collect(),
            None => Vec::new(),
        };
        // Spec: API_AssumeRole, Tags: a tag with the key of an inherited one fails the call.
        if inherited.iter().any(|tag| passed.find(tag.key.as_str()).is_some()) {
            return Err(invalid(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
            ));
        }
        if passed.len() + inherited.len() > TAGS_MAX {
            return Err(invalid("A session can have at most 50 tags."));
        }
        Ok(Self { passed, transitive_keys, inherited })
    }

    /// Whether `sts:TagSession` is asked: for passed tags, and again at every hop for
    /// inherited ones.
    pub(crate) fn tags_session(&self) -> bool {
        !self.passed.is_empty() || !self.inherited.is_empty()
    }

    /// The keys of the passed tags, as `aws:TagKeys` lists them.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.passed.iter().map(|tag| tag.key.as_str().to_owned()).collect()
    }

    /// The tags of the new session: inherited ones stay transitive.
    pub(crate) fn into_session_tags(self) -> Result<SessionTags, ApiError> {
        let Self { mut passed, mut transitive_keys, inherited } = self;
        for tag in inherited {
            transitive_keys.push(tag.key.clone());
            passed.put(tag);
        }
        SessionTags::new(passed, &transitive_keys)
            .map_err(|error| ApiError::internal(format!("checked tags do not fit: {error}")))
    }
}

fn tag(tag: &RequestTag) -> Result<Tag, ApiError> {
    let value = tag.value.parse().map_err(|error: TagError| invalid(&error.to_string()))?;
    Ok(Tag { key: tag_key(&tag.key)?, value })
}

fn tag_key(key: &str) -> Result<TagKey, ApiError> {
    key.parse().map_err(|error: TagError| invalid(&error.to_string()))
}

// Observed: LocalStack's recordings of AWS give these texts and this code.
pub(crate) fn duplicate() -> ApiError {
    invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
}

fn invalid(message: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidParameterValue, message)
}
