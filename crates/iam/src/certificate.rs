//! Certificates of X.509 in PEM, as they are uploaded.

use data_encoding::BASE64;
use thiserror::Error;
use x509_parser::certificate::X509Certificate;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The text is not what certificates of X.509 in PEM are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a certificate")]
pub(crate) struct CertificateFault;

/// The one certificate of a text, in DER.
///
/// # Errors
/// The text holds anything else, or more.
pub(crate) fn one(text: &str) -> Result<Vec<u8>, CertificateFault> {
    let mut all = several(text, 1)?;
    all.pop().ok_or(CertificateFault)
}

/// The certificates of a text in their order, one at least, in DER.
///
/// Observed: text between certificates is refused (aws/aws-cli issue 715).
///
/// # Errors
/// The text holds anything else, or more than `max` certificates.
pub(crate) fn several(text: &str, max: usize) -> Result<Vec<Vec<u8>>, CertificateFault> {
    let mut rest = text.trim();
    let mut all = Vec::new();
    while !rest.is_empty() {
        let body = rest.strip_prefix(BEGIN).and_then(|rest| rest.split_once(END));
        let (body, behind) = body.ok_or(CertificateFault)?;
        if all.len() == max {
            return Err(CertificateFault);
        }
        let dense: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let der = BASE64.decode(&dense).map_err(|_| CertificateFault)?;
        parse(&der)?;
        all.push(der);
        rest = behind.trim_start();
    }
    if all.is_empty() { Err(CertificateFault) } else { Ok(all) }
}

/// Reads a certificate in DER. Which kind of key it holds is not looked at, and who signed it
/// proves nothing.
///
/// # Errors
/// It is none, or something follows it.
pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateFault> {
    let (rest, certificate) =
        x509_parser::parse_x509_certificate(der).map_err(|_| CertificateFault)?;
    if rest.is_empty() { Ok(certificate) } else { Err(CertificateFault) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA: &str = include_str!("../../federation/tests/saml/rsa-2048.txt");
    const EC: &str = include_str!("../../federation/tests/saml/ec-p256.txt");

    fn pem(base64: &str) -> String {
        format!("{BEGIN}\n{}\n{END}\n", base64.trim())
    }

    #[test]
    fn one_is_one_and_nothing_else() {
        for good in [RSA, EC, include_str!("../../federation/tests/saml/rsa-1024.txt")] {
            assert!(one(&pem(good)).is_ok(), "{good}");
            assert!(one(&pem(&format!("{}\r", good.trim()))).is_ok());
        }
        for bad in [
            "",
            "not a certificate",
            RSA,
            &pem(""),
            &pem("AAAA"),
            &pem("***"),
            &pem(RSA.trim().strip_suffix("P2NlwD").unwrap_or("AAAA")),
            &format!("{}{}", pem(RSA), pem(RSA)),
            &format!("text\n{}", pem(RSA)),
            &format!("{}text", pem(RSA)),
            &pem(RSA).replace("CERTIFICATE", "PUBLIC KEY"),
        ] {
            assert_eq!(one(bad), Err(CertificateFault), "{bad}");
        }
    }

    #[test]
    fn several_have_an_order_and_a_bound() {
        let both = format!("\n{}\n\n{}", pem(RSA), pem(EC));
        let all = several(&both, 2).unwrap();
        assert_eq!(all, [one(&pem(RSA)).unwrap(), one(&pem(EC)).unwrap()]);
        assert_eq!(several(&both, 1), Err(CertificateFault));
        assert_eq!(several(&format!("{both}text"), 3), Err(CertificateFault));
        assert_eq!(several("", 3), Err(CertificateFault));
    }
}
