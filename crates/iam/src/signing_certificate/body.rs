//! A certificate in PEM, as it is uploaded.

use data_encoding::BASE64;
use stead_types::Timestamp;
use thiserror::Error;

/// The text is not one certificate of X.509 in PEM, or that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a certificate that is valid")]
pub(super) struct CertificateFault;

/// The certificate in DER. Which kind of key it holds is not looked at, and who signed it
/// proves nothing.
///
/// Observed: certificates of RSA with 1,024 bits and of elliptic curves are taken
/// (radkawar/stackd, recorded in 2026).
pub(super) fn read(text: &str, now: Timestamp) -> Result<Vec<u8>, CertificateFault> {
    let body = text.trim().strip_prefix("-----BEGIN CERTIFICATE-----");
    let body = body.and_then(|rest| rest.strip_suffix("-----END CERTIFICATE-----"));
    let body = body.ok_or(CertificateFault)?;
    let dense: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = BASE64.decode(&dense).map_err(|_| CertificateFault)?;
    let (rest, certificate) =
        x509_parser::parse_x509_certificate(&der).map_err(|_| CertificateFault)?;
    let expires = certificate.validity().not_after.timestamp();
    if rest.is_empty() && now.epoch_seconds() <= expires { Ok(der) } else { Err(CertificateFault) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(base64: &str) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn one_certificate_that_has_not_expired() {
        let now = at("2027-03-01T12:00:00Z");
        for good in [
            include_str!("../../../federation/tests/saml/rsa-2048.txt"),
            include_str!("../../../federation/tests/saml/rsa-1024.txt"),
            include_str!("../../../federation/tests/saml/ec-p256.txt"),
        ] {
            assert!(read(&pem(good.trim()), now).is_ok(), "{good}");
            assert!(read(&pem(&format!("{}\r", good.trim())), now).is_ok());
        }
        let good = include_str!("../../../federation/tests/saml/rsa-2048.txt").trim();
        for bad in [
            "",
            "not a certificate",
            good,
            &pem(""),
            &pem("AAAA"),
            &pem("***"),
            &pem(good.strip_suffix("P2NlwD").unwrap_or("AAAA")),
            &format!("{}{}", pem(good), pem(good)),
            &pem(good).replace("CERTIFICATE", "PUBLIC KEY"),
            &pem(include_str!("../../../federation/tests/saml/expired.txt").trim()),
        ] {
            assert_eq!(read(bad, now), Err(CertificateFault), "{bad}");
        }
        assert_eq!(read(&pem(good), at("2200-01-01T00:00:00Z")), Err(CertificateFault));
    }
}
