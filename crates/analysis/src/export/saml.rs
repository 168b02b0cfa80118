//! SAML providers of an export: those that are listed, and what is registered of each.

use serde_json::json;

use super::{Draft, ExportError, ExportPlace, Part, SAML};

/// What `aws iam get-saml-provider` prints, before it is known of which provider.
pub(super) const DESCRIBED: &str = "/DescribedSAMLProviders";

/// The member that tells it from everything else.
pub(super) const METADATA: &str = "SAMLMetadataDocument";

/// What both outputs say of a provider.
const MOMENTS: [&str; 2] = ["CreateDate", "ValidUntil"];

impl Draft {
    /// Puts descriptions in the place of what is listed.
    ///
    /// Choice: a description without an ARN is of the provider that was created when it was
    /// and is valid as long. Where two are, it must have its ARN: metadata that is taken for
    /// another provider's lets others in.
    pub(super) fn describe_saml(&mut self, files: &[String]) -> Result<(), ExportError> {
        for mut part in self.lists.remove(DESCRIBED).unwrap_or_default() {
            let listed = self.lists.entry(SAML).or_default();
            let own: Vec<usize> = (0..listed.len())
                .filter(|index| listed.get(*index).is_some_and(|listed| is_of(&part, listed)))
                .collect();
            let place = match (own.as_slice(), &part.name) {
                ([index], _) => listed.get_mut(*index),
                ([], Some(_)) => None,
                _ => return Err(unknown(&part, files)),
            };
            match place {
                // Two descriptions of one provider: one of them would be lost.
                Some(listed) if listed.value.get(METADATA).is_some() => {
                    return Err(unknown(&part, files));
                }
                Some(listed) => {
                    let arn = listed.name.take();
                    if let Some(members) = part.value.as_object_mut() {
                        members.insert("Arn".to_owned(), json!(arn));
                    }
                    part.name = arn;
                    *listed = part;
                }
                None => listed.push(part),
            }
        }
        Ok(())
    }
}

/// Whether a description can be of the provider that is listed.
fn is_of(part: &Part, listed: &Part) -> bool {
    if part.name.is_some() {
        return part.name == listed.name;
    }
    MOMENTS.into_iter().all(|name| {
        let own = part.value.get(name).filter(|moment| !moment.is_null());
        own.is_some() && own == listed.value.get(name)
    })
}

fn unknown(part: &Part, files: &[String]) -> ExportError {
    ExportError {
        file: files.get(part.file).cloned(),
        place: ExportPlace::Pointer(part.pointer.clone()),
        message: "nothing says of which SAML provider this is, and of no other".to_owned(),
        help: "save what `aws iam list-saml-providers` prints at the same time beside it, or add \
               the provider's ARN as `Arn`"
            .to_owned(),
    }
}
