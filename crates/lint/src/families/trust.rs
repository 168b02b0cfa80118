//! Trust: who is let in, to a role and to other resources.

mod claims;
mod everybody;
mod third_party;
mod whole_provider;

use crate::document::Document;
use crate::{Finding, Rule};

pub(super) const RULES: &[&Rule] = &[
    &everybody::TRUST,
    &everybody::RESOURCE,
    &whole_provider::WHOLE,
    &whole_provider::ANY_TENANT,
    &whole_provider::ANY_REF,
    &whole_provider::UNAUTHENTICATED,
    &whole_provider::ANY_AUDIENCE,
    &claims::FOREIGN,
    &claims::UNKNOWN,
    &claims::UNFIT,
    &third_party::EXTERNAL_ID,
    &third_party::DELETED,
];

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    everybody::check(document, findings);
    whole_provider::check(document, findings);
    claims::check(document, findings);
    third_party::check(document, findings);
}
