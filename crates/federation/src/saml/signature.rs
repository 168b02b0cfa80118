//! XML signatures of the one form that is accepted, and what exactly they cover.

use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use uppsala::{Document, NodeId};

use super::refusal::{Refusal, Signed};
use super::signature_form;
use super::xml::{SIGNATURE, attribute};
use crate::oidc::echo;

/// A signature of the accepted form. Whether it holds is another question.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    pub(super) element: Signed,
    /// The element that carries the signature and that it must cover.
    pub(super) owner: NodeId,
    node: NodeId,
}

/// The signatures of a response and its assertion, each checked for its form.
///
/// Every signature of the document is one of them, so that the library, which follows
/// what references say, is never shown one whose references have not been looked at.
pub(super) fn find(
    document: &Document<'_>,
    response: NodeId,
    assertion: Option<NodeId>,
) -> Result<Vec<Signature>, Refusal> {
    let all = document.get_elements_by_tag_name_ns(SIGNATURE, "Signature");
    let signatures = all.into_iter().map(|node| {
        let owner = document.parent(node).ok_or(Refusal::StraySignature)?;
        let element = match owner {
            owner if owner == response => Signed::Response,
            owner if Some(owner) == assertion => Signed::Assertion,
            _ => return Err(Refusal::StraySignature),
        };
        let id = attribute(document, owner, "ID").unwrap_or_default();
        signature_form::check(document, node, id).map_err(|form| form.of(element))?;
        Ok(Signature { element, owner, node })
    });
    let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
    match signatures.as_slice() {
        [] | [_] => Ok(signatures),
        [one, other] if one.owner != other.owner => Ok(signatures),
        _ => Err(Refusal::StraySignature),
    }
}

/// Checks that signatures hold, each over exactly the element that carries it.
///
/// `all` are all signatures of the document, as [`find`] gives them; `demanded` says
/// which must hold. What the key information in the document says only orders the
/// provider's keys; it never adds one.
pub(super) fn check(
    document: &Document<'_>,
    all: &[Signature],
    demanded: impl Fn(&Signature) -> bool,
    certificates: &[&[u8]],
) -> Result<(), Refusal> {
    let context = DsigContext::new(keys(certificates));
    let results = bergshamra_dsig::verify::verify_all_document(&context, document);
    let results = results.map_err(|error| invalid(Signed::Response, &error.to_string()))?;
    if results.len() != all.len() {
        return Err(Refusal::StraySignature);
    }
    // INVARIANT: both lists are in the order of the document; the node is compared too.
    for (signature, result) in all.iter().zip(results).filter(|(it, _)| demanded(it)) {
        check_result(signature, &result)?;
    }
    Ok(())
}

fn keys(certificates: &[&[u8]]) -> KeysManager {
    let mut manager = KeysManager::new();
    // A certificate that the library cannot use verifies nothing; others may.
    for key in
        certificates.iter().filter_map(|der| bergshamra_keys::loader::load_x509_cert_der(der).ok())
    {
        manager.add_key(key);
    }
    manager
}

/// The signature covers its owner: the digest that was compared is the digest of the
/// node from which everything is read afterwards.
fn check_result(signature: &Signature, result: &VerifyResult) -> Result<(), Refusal> {
    let (node, references) = match result {
        VerifyResult::Invalid { reason } => return Err(invalid(signature.element, reason)),
        VerifyResult::Valid { signature_node, references, .. } => (*signature_node, references),
    };
    match references.as_slice() {
        [reference]
            if node == signature.node
                && reference.digest_verified
                && reference.resolved_node == Some(signature.owner) =>
        {
            Ok(())
        }
        _ => Err(invalid(signature.element, "it covers another element")),
    }
}

fn invalid(element: Signed, reason: &str) -> Refusal {
    Refusal::Signature { element, reason: echo(reason) }
}
