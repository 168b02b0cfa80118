//! Bounds on what a caller may send. AWS states none for the form itself, so each is
//! a choice, and far above what a valid request needs.

/// Bytes of a request body.
///
/// Choice: the largest parameter of a built operation is a SAML metadata document of
/// 10,000,000 bytes, three each when percent-encoded; that and a mebibyte for the rest.
/// Whoever reads bodies decides from whom it takes more than usual ones have.
pub const BODY_BYTES_MAX: usize = 30_000_000 + (1 << 20);

/// Bytes of a request body of JSON.
///
/// Choice: the longest texts of the models are a resource policy of 40,000 characters and a
/// place in a list of 100,000, six bytes each when they are escaped; that and some more.
pub const JSON_BODY_BYTES_MAX: usize = 1 << 20;

/// Lists and objects within each other in JSON, the outermost object included.
///
/// Choice: no request of a model has more than three, and unknown members are read too.
pub(crate) const JSON_DEPTH_MAX: usize = 8;

/// Bytes of a query string.
///
/// Choice: a presigned request carries its session token and at most a session policy.
pub const QUERY_BYTES_MAX: usize = 1 << 16;

/// Parameters of one request; in JSON also the lists and objects around them.
///
/// Choice: 50 tags are 100 parameters; lists of action names are the longest.
pub(crate) const PARAMETERS_MAX: usize = 1_000;

/// Bytes of a parameter's name, after decoding. It bounds the nesting of forms as well.
///
/// Choice: the longest name of the models has fewer than 100 bytes.
pub(crate) const NAME_BYTES_MAX: usize = 256;

/// The greatest index in a list.
///
/// Observed (SES, which shares the framework): AWS goes to 214,748,369. Choice: no
/// list can be longer than there may be parameters.
pub(crate) const LIST_INDEX_MAX: usize = PARAMETERS_MAX;

/// Missing elements of a list that are filled in before the next one.
///
/// Observed (SES): more are refused as sparse.
pub(crate) const LIST_GAP_MAX: usize = 10;

/// Characters of a refused value that a message repeats.
///
/// Choice: AWS repeats all of it; a message need not carry a whole policy.
pub(crate) const ECHO_CHARACTERS_MAX: usize = 512;

/// Violations that a message spells out; the count in front is of all.
///
/// Choice: AWS spells out all of them. A short request may break very many
/// constraints, by gaps in a list, and its answer must not be many times longer.
pub(crate) const VIOLATIONS_SHOWN_MAX: usize = 100;
