use stead_types::Timestamp;
use thiserror::Error;
use uppsala::{Document, NodeId};

use super::certificate::{self, CertificateFault};
use super::limits::{
    CERTIFICATES_MAX, ENTITY_ID_CHARACTERS_MAX, METADATA_BYTES_MAX, METADATA_CHARACTERS_MIN,
};
use super::xml::{self, PROTOCOL, SIGNATURE, XmlFault, attribute};

/// What a SAML 2.0 identity provider says of itself, as far as assertions are judged
/// by it.
///
/// The document's own signature is not looked at: whoever may register a provider says
/// with it whom to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The entity id: the issuer of the provider's assertions.
    pub entity_id: String,
    /// Until when the document holds, where it says so.
    pub valid_until: Option<Timestamp>,
    /// The X.509 certificates, in DER, whose keys sign assertions; at least one, each
    /// once, in the document's order.
    pub signing_certificates: Vec<Vec<u8>>,
}

/// Why a text is not the metadata of an identity provider that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MetadataFault {
    /// Shorter than 1,000 characters or longer than 10,000,000 bytes.
    #[error(
        "has fewer than {METADATA_CHARACTERS_MIN} characters or more than {METADATA_BYTES_MAX}"
    )]
    Length,
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] XmlFault),
    /// The outermost element is not `EntityDescriptor`.
    #[error("is not an EntityDescriptor of SAML 2.0 metadata")]
    Root,
    /// The entity id is missing, empty or too long.
    #[error("has no entityID of 1 to {ENTITY_ID_CHARACTERS_MAX} characters")]
    EntityId,
    /// A `validUntil` that is no time in UTC.
    #[error("has a validUntil that is no time in UTC")]
    ValidUntil,
    /// The document no longer holds.
    #[error("was valid until {at}")]
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// No `IDPSSODescriptor`, or none that speaks SAML 2.0.
    #[error("describes no identity provider that speaks SAML 2.0")]
    IdentityProvider,
    /// No certificate whose key signs.
    #[error("has no certificate for signing")]
    NoCertificate,
    /// More certificates than a provider may have: each could be tried for a signature.
    #[error("has {found} certificates for signing, at most {CERTIFICATES_MAX} are taken")]
    Certificates {
        /// Different certificates found.
        found: usize,
    },
    /// A certificate that can't be used.
    #[error("has a certificate for signing that {0}")]
    Certificate(#[from] CertificateFault),
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

impl Metadata {
    /// Reads a metadata document.
    ///
    /// Spec: SAML 2.0 Metadata, sections 2.3.2, 2.4.1 and 2.4.3. A document of several
    /// entities (`EntitiesDescriptor`) is refused: which of them is meant?
    ///
    /// # Errors
    /// Everything that is not the metadata of one identity provider, valid now.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, MetadataFault> {
        if text.len() > METADATA_BYTES_MAX || text.chars().count() < METADATA_CHARACTERS_MIN {
            return Err(MetadataFault::Length);
        }
        let document = xml::parse(text)?;
        let entity = document.document_element().ok_or(MetadataFault::Root)?;
        if !document
            .element(entity)
            .is_some_and(|it| it.matches_name_ns(METADATA, "EntityDescriptor"))
        {
            return Err(MetadataFault::Root);
        }
        let entity_id = entity_id(&document, entity)?;
        let providers = identity_providers(&document, entity);
        if providers.is_empty() {
            return Err(MetadataFault::IdentityProvider);
        }
        let said_by = std::iter::once(entity).chain(providers.iter().copied());
        let valid_until = valid_until(&document, said_by, now)?;
        let signing_certificates = signing_certificates(&document, &providers)?;
        Ok(Self { entity_id, valid_until, signing_certificates })
    }
}

fn entity_id(document: &Document<'_>, entity: NodeId) -> Result<String, MetadataFault> {
    let id = attribute(document, entity, "entityID").unwrap_or_default();
    if (1..=ENTITY_ID_CHARACTERS_MAX).contains(&id.chars().count()) {
        Ok(id.to_owned())
    } else {
        Err(MetadataFault::EntityId)
    }
}

/// The roles of the entity that issue assertions in the protocol of SAML 2.0.
fn identity_providers(document: &Document<'_>, entity: NodeId) -> Vec<NodeId> {
    let mut roles = document.child_elements_by_name_ns(entity, METADATA, "IDPSSODescriptor");
    roles.retain(|role| {
        let protocols = attribute(document, *role, "protocolSupportEnumeration");
        protocols.is_some_and(|list| list.split_ascii_whitespace().any(|it| it == PROTOCOL))
    });
    roles
}

/// The earliest end that the entity or one of its roles names.
fn valid_until(
    document: &Document<'_>,
    elements: impl Iterator<Item = NodeId>,
    now: Timestamp,
) -> Result<Option<Timestamp>, MetadataFault> {
    let texts = elements.filter_map(|element| attribute(document, element, "validUntil"));
    let ends: Vec<Timestamp> =
        texts.map(str::parse).collect::<Result<_, _>>().map_err(|_| MetadataFault::ValidUntil)?;
    match ends.into_iter().min() {
        Some(at) if at <= now => Err(MetadataFault::Expired { at }),
        earliest => Ok(earliest),
    }
}

fn signing_certificates(
    document: &Document<'_>,
    providers: &[NodeId],
) -> Result<Vec<Vec<u8>>, MetadataFault> {
    let mut certificates = Vec::new();
    for element in providers.iter().flat_map(|role| certificate_elements(document, *role)) {
        let der = certificate::read(&document.text_content_deep(element))?;
        if !certificates.contains(&der) {
            certificates.push(der);
        }
    }
    match certificates.len() {
        0 => Err(MetadataFault::NoCertificate),
        1..=CERTIFICATES_MAX => Ok(certificates),
        found => Err(MetadataFault::Certificates { found }),
    }
}

/// The certificates of a role's keys that sign: those for signing, and those for
/// whatever use.
fn certificate_elements(document: &Document<'_>, role: NodeId) -> Vec<NodeId> {
    let below = |parents: Vec<NodeId>, namespace: &str, name: &str| -> Vec<NodeId> {
        let children = |parent| document.child_elements_by_name_ns(parent, namespace, name);
        parents.into_iter().flat_map(children).collect()
    };
    let mut keys = document.child_elements_by_name_ns(role, METADATA, "KeyDescriptor");
    keys.retain(|key| attribute(document, *key, "use").is_none_or(|usage| usage == "signing"));
    let keys = below(keys, SIGNATURE, "KeyInfo");
    below(below(keys, SIGNATURE, "X509Data"), SIGNATURE, "X509Certificate")
}
