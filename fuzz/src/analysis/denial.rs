//! Denials: what a server tells of them, and what people paste.

use stead_analysis::{DecodedDenial, DenialReference, Export, explain, read_message};

/// A decoded message, or the message of an error: an attempt that is read can be asked, and
/// what is found in a message stands there.
pub fn decoded_denial(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match read_message(text) {
        DenialReference::Encoded(encoded) => assert!(text.contains(&encoded), "{encoded}"),
        DenialReference::Told(attempt) => {
            let role = attempt["parameters"]["RoleArn"].as_str().expect("a role");
            assert!(text.contains(role), "{role}");
        }
        DenialReference::Nothing => {}
    }
    let Ok(denial) = DecodedDenial::read(text) else { return };
    let Ok(attempt) = denial.attempt() else { return };
    let case = Export::default().case(attempt);
    case.attempt().expect("what a denial says can be asked");
    // There is no account in view, and that is said.
    assert!(explain(&case).is_err());
}
