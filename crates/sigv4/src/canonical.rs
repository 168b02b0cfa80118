//! The canonical request: the one text that signer and verifier both compute.
//!
//! Spec: IAM User Guide, "Create a signed AWS API request", step 1.

pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod query;

pub(crate) use headers::Headers;
pub(crate) use query::{Leave, Parameters};

/// The canonical request up to the line of the body's digest.
///
/// One allocation, linear in the size of the parts.
pub(crate) fn head(
    method: &str,
    path: &str,
    parameters: &Parameters,
    leave: Leave,
    headers: &Headers<'_>,
    signed: &[impl AsRef<str>],
) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    text.extend_from_slice(method.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(path.as_bytes());
    text.push(b'\n');
    parameters.write(leave, &mut text);
    text.push(b'\n');
    for name in signed {
        headers.write(name.as_ref(), &mut text);
    }
    text.push(b'\n');
    write_joined(signed, &mut text);
    text.push(b'\n');
    text
}

fn write_joined(signed: &[impl AsRef<str>], text: &mut Vec<u8>) {
    for (index, name) in signed.iter().enumerate() {
        if index > 0 {
            text.push(b';');
        }
        text.extend_from_slice(name.as_ref().as_bytes());
    }
}
