//! The one form of signature that is accepted, checked before any of it is followed.
//!
//! Spec: SAML 2.0 Core, section 5.4: enveloped, one reference to the ID of the element
//! that carries it, exclusive canonicalization. Choice: nothing beside that, where the
//! specification says SHOULD; and of algorithms, SHA-2 with RSA or an elliptic curve.

use uppsala::{Document, NodeId, NodeKind};

use super::limits::{ID_CHARACTERS_MAX, PREFIXES_MAX};
use super::refusal::{Refusal, Signed};
use super::xml::{self, SIGNATURE, attribute, elements};
use crate::oidc::echo;

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

const SIGNATURE_ALGORITHMS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];

const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// How a signature differs from the accepted form.
pub(super) struct WrongForm {
    expected: &'static str,
    found: String,
}

impl WrongForm {
    fn new(expected: &'static str, found: &str) -> Self {
        Self { expected, found: echo(found) }
    }

    pub(super) fn of(self, element: Signed) -> Refusal {
        Refusal::SignatureForm { element, expected: self.expected, found: self.found }
    }
}

/// Checks a signature's form; `id` is the ID of the element that carries it.
pub(super) fn check(document: &Document<'_>, signature: NodeId, id: &str) -> Result<(), WrongForm> {
    check_id(id)?;
    check_nodes(document, signature)?;
    let (info, rest) = match elements(document, signature).as_slice() {
        [info, value] => ([*info, *value], None),
        [info, value, key] => ([*info, *value], Some(*key)),
        _ => {
            return Err(WrongForm::new("SignedInfo, SignatureValue and KeyInfo", "other elements"));
        }
    };
    let [info, value] = info;
    named(document, info, "SignedInfo")?;
    named(document, value, "SignatureValue")?;
    childless(document, value)?;
    rest.map_or(Ok(()), |key| named(document, key, "KeyInfo"))?;
    let [canonicalization, method, reference] = elements(document, info)
        .try_into()
        .map_err(|_| WrongForm::new("one Reference", "another number of elements"))?;
    named(document, canonicalization, "CanonicalizationMethod")?;
    exclusive(document, canonicalization)?;
    named(document, method, "SignatureMethod")?;
    one_of(document, method, &SIGNATURE_ALGORITHMS, "SHA-2 with RSA or ECDSA")?;
    named(document, reference, "Reference")?;
    check_reference(document, reference, id)
}

/// An ID that is a name: `xpointer(/)`, which is none, would be read as a pointer.
fn check_id(id: &str) -> Result<(), WrongForm> {
    let first = id.chars().next().is_some_and(|it| it.is_alphabetic() || it == '_');
    let rest = id.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.'));
    if first && rest && id.chars().count() <= ID_CHARACTERS_MAX {
        Ok(())
    } else {
        Err(WrongForm::new("an element with an ID", id))
    }
}

/// No comments and no processing instructions: canonicalization drops the former, and
/// who reads the text around them may read less than was signed.
fn check_nodes(document: &Document<'_>, signature: NodeId) -> Result<(), WrongForm> {
    let plain = |node: &NodeId| {
        matches!(document.node_kind(*node), Some(NodeKind::Element(_) | NodeKind::Text(_)))
    };
    let below = document.descendants(signature);
    if !below.iter().all(plain) {
        return Err(WrongForm::new(
            "elements and text",
            "comment, CDATA or processing instruction",
        ));
    }
    below.iter().chain([&signature]).try_for_each(|node| plain_attributes(document, *node))
}

/// No attribute with a namespace: XML signatures have none, and the library takes
/// `ds:URI` for `URI`, whichever stands first. What is checked here must be what it
/// follows.
fn plain_attributes(document: &Document<'_>, node: NodeId) -> Result<(), WrongForm> {
    let attributes = document.element(node).map(|element| &element.attributes);
    let prefixed = attributes
        .into_iter()
        .flatten()
        .find(|it| it.name.namespace_uri.is_some() || it.name.prefix.is_some());
    match prefixed {
        None => Ok(()),
        Some(attribute) => {
            Err(WrongForm::new("attributes without a prefix", &attribute.name.prefixed_name()))
        }
    }
}

fn check_reference(document: &Document<'_>, reference: NodeId, id: &str) -> Result<(), WrongForm> {
    let target = attribute(document, reference, "URI").unwrap_or_default();
    if target.strip_prefix('#') != Some(id) {
        return Err(WrongForm::new("a Reference to the signed element itself", target));
    }
    let [transforms, method, value] = elements(document, reference).try_into().map_err(|_| {
        WrongForm::new("Transforms, DigestMethod and DigestValue", "other elements")
    })?;
    named(document, transforms, "Transforms")?;
    let [enveloped, canonical] = elements(document, transforms)
        .try_into()
        .map_err(|_| WrongForm::new("two transforms", "another number"))?;
    named(document, enveloped, "Transform")?;
    one_of(document, enveloped, &[ENVELOPED], "the transform for enveloped signatures")?;
    named(document, canonical, "Transform")?;
    exclusive(document, canonical)?;
    named(document, method, "DigestMethod")?;
    one_of(document, method, &DIGESTS, "a digest of SHA-2")?;
    named(document, value, "DigestValue")?;
    childless(document, value)
}

fn named(document: &Document<'_>, node: NodeId, name: &'static str) -> Result<(), WrongForm> {
    if xml::is(document, node, SIGNATURE, name) {
        Ok(())
    } else {
        let found = document.element(node).map(|it| it.name.prefixed_name().into_owned());
        Err(WrongForm::new(name, &found.unwrap_or_default()))
    }
}

fn childless(document: &Document<'_>, node: NodeId) -> Result<(), WrongForm> {
    if elements(document, node).is_empty() {
        Ok(())
    } else {
        Err(WrongForm::new("no element", "an element where text or nothing belongs"))
    }
}

/// An algorithm of a list, without parameters.
fn one_of(
    document: &Document<'_>,
    node: NodeId,
    allowed: &[&str],
    expected: &'static str,
) -> Result<(), WrongForm> {
    let algorithm = attribute(document, node, "Algorithm").unwrap_or_default();
    if allowed.contains(&algorithm) {
        childless(document, node)
    } else {
        Err(WrongForm::new(expected, algorithm))
    }
}

/// Exclusive canonicalization without comments; it may name prefixes to keep.
fn exclusive(document: &Document<'_>, node: NodeId) -> Result<(), WrongForm> {
    let algorithm = attribute(document, node, "Algorithm").unwrap_or_default();
    if algorithm != EXCLUSIVE {
        return Err(WrongForm::new("exclusive canonicalization without comments", algorithm));
    }
    match elements(document, node).as_slice() {
        [] => Ok(()),
        [prefixes] if xml::is(document, *prefixes, EXCLUSIVE, "InclusiveNamespaces") => {
            let list = attribute(document, *prefixes, "PrefixList").unwrap_or_default();
            if list.split_ascii_whitespace().count() > PREFIXES_MAX {
                return Err(WrongForm::new("at most 16 prefixes", list));
            }
            childless(document, *prefixes)
        }
        _ => Err(WrongForm::new("InclusiveNamespaces or nothing", "other elements")),
    }
}
