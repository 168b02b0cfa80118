//! The canonical request: the one text that signer and verifier both compute.
//!
//! Spec: IAM User Guide, "Create a signed AWS API request", step 1.

pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod query;
mod signed_headers;

pub(crate) use headers::Headers;
pub(crate) use query::{Leave, Parameters};
pub(crate) use signed_headers::SignedHeaders;

/// The canonical request up to the line of the body's digest.
///
/// One allocation, linear in the size of the parts.
pub(crate) fn head(
    method: &str,
    path: &str,
    parameters: &Parameters,
    leave: Leave,
    headers: &Headers<'_>,
    signed: &SignedHeaders,
) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    text.extend_from_slice(method.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(path.as_bytes());
    text.push(b'\n');
    parameters.write(leave, &mut text);
    text.push(b'\n');
    for name in signed.names() {
        headers.write(name, &mut text);
    }
    text.push(b'\n');
    text.extend_from_slice(signed.as_str().as_bytes());
    text.push(b'\n');
    text
}
