use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::server::ParsedCertificate;
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use stead_types::Timestamp;

use super::thumbprint::Thumbprint;

/// Whose signatures are believed when an issuer is contacted.
#[derive(Clone, Debug)]
pub(super) struct Authorities {
    /// The trusted authorities.
    pub(super) roots: Arc<RootCertStore>,
    /// Whether a chain that none of them signed is looked at further.
    pub(super) others: Others,
}

/// What becomes of a chain that no trusted authority signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    /// It is refused.
    Refused,
    /// It must be sound up to its top, whose thumbprint then goes with the keys: they
    /// serve only providers that list it.
    ByThumbprint,
}

/// What was learned of the server's certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The thumbprint of the last certificate that the server presented.
    pub(super) top: Thumbprint,
    /// Whether a trusted authority signed the chain.
    pub(super) is_trusted: bool,
}

/// Verifies one connection's certificates, at a moment that is given.
///
/// Host name and expiry are checked in every case. What differs is only the end of the
/// chain: a trusted authority, or the top certificate as it was presented.
#[derive(Debug)]
pub(super) struct Verifier {
    authorities: Authorities,
    algorithms: WebPkiSupportedAlgorithms,
    seen: OnceLock<Seen>,
}

/// The settings of one TLS connection, and the verifier that will know what was seen.
///
/// They are made for one connection and dropped with it, so no session can be resumed
/// that was verified under other circumstances.
pub(super) fn client_config(
    authorities: &Authorities,
    provider: &Arc<CryptoProvider>,
    now: Timestamp,
) -> Result<(ClientConfig, Arc<Verifier>), Error> {
    let verifier = Arc::new(Verifier {
        authorities: authorities.clone(),
        algorithms: provider.signature_verification_algorithms,
        seen: OnceLock::new(),
    });
    let clock = Arc::new(Moment(unix_time(now)));
    let mut config = ClientConfig::builder_with_details(Arc::clone(provider), clock)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok((config, verifier))
}

impl Verifier {
    /// What was seen; `None` before a handshake succeeded.
    pub(super) fn seen(&self) -> Option<Seen> {
        self.seen.get().copied()
    }

    fn chain_ends_in(
        &self,
        roots: &RootCertStore,
        certificate: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            certificate,
            roots,
            intermediates,
            now,
            algorithms,
        )
    }

    /// Checks everything about a chain of an unknown authority except who that is.
    fn sound_to_its_top(
        &self,
        certificate: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        top: &CertificateDer<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let mut anchor = RootCertStore::empty();
        anchor.add(top.clone().into_owned())?;
        // An anchor is believed without a look at its validity, so that is asked first:
        // as the end of a chain its dates are checked before everything else, and what
        // is then said about its being no server does not matter.
        let as_end = self.chain_ends_in(&anchor, &ParsedCertificate::try_from(top)?, &[], now);
        if let Err(error) = as_end
            && is_about_dates(&error)
        {
            return Err(error);
        }
        if intermediates.is_empty() {
            // The top is the server's own certificate, whose key the handshake proves.
            return Ok(());
        }
        self.chain_ends_in(&anchor, certificate, intermediates, now)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        verify_server_name(&certificate, server_name)?;
        let top = intermediates.last().unwrap_or(end_entity);
        let roots = &self.authorities.roots;
        let is_trusted = match self.chain_ends_in(roots, &certificate, intermediates, now) {
            Ok(()) => true,
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
                if self.authorities.others == Others::ByThumbprint =>
            {
                self.sound_to_its_top(&certificate, intermediates, top, now)?;
                false
            }
            Err(error) => return Err(error),
        };
        // A connection has one handshake, so nothing is there yet.
        let _ = self.seen.set(Seen { top: Thumbprint::of(top), is_trusted });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// A clock that stands still, at the moment of the request.
#[derive(Debug)]
struct Moment(UnixTime);

impl TimeProvider for Moment {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

fn unix_time(now: Timestamp) -> UnixTime {
    let seconds = u64::try_from(now.epoch_seconds()).unwrap_or_default();
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}

fn is_about_dates(error: &Error) -> bool {
    use CertificateError as C;
    let Error::InvalidCertificate(error) = error else { return false };
    matches!(
        error,
        C::Expired
            | C::ExpiredContext { .. }
            | C::NotValidYet
            | C::NotValidYetContext { .. }
            | C::BadEncoding
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Chain, authority, authority_until, now};
    use super::*;

    /// The look at the dates of a top certificate rests on the order in which the
    /// library checks things; this is what notices when that changes.
    #[test]
    fn the_dates_of_a_top_certificate_count() {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let roots = Arc::new(RootCertStore::empty());
        let authorities = Authorities { roots, others: Others::ByThumbprint };
        let (_, verifier) = client_config(&authorities, &provider, now()).unwrap();
        let sound = |top: &CertificateDer<'static>, chain: &Chain| {
            let end = ParsedCertificate::try_from(&chain.certificates[0]).unwrap();
            verifier.sound_to_its_top(&end, std::slice::from_ref(top), top, unix_time(now()))
        };
        let (valid, expired) = (authority("ca"), authority_until("ca", 2030));
        assert_eq!(sound(valid.der(), &Chain::by(&valid, &["idp.test"])), Ok(()));
        let error = sound(expired.der(), &Chain::by(&expired, &["idp.test"])).unwrap_err();
        assert!(is_about_dates(&error), "{error}");
    }
}
